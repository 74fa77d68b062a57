//! Integers of a fixed number of 64-bit limbs, the lowest first.
//!
//! In plain loops: macros compute with these without an optimizer, where iterators take several times as long.

/// The limbs of a mantissa.
pub(super) const LIMBS: usize = 6;
/// A mantissa: 384 bits, the highest of which is set.
pub(super) type Mantissa = [u64; LIMBS];
/// A product of two.
pub(super) type Wide = [u64; 2 * LIMBS];

/// x · 2ⁿ mod 2^(64·N).
pub(super) fn shift_left<const N: usize>(x: &[u64; N], n: u32) -> [u64; N] {
    let (limbs, bits) = ((n / 64) as usize, n % 64);
    let mut shifted = [0; N];
    let mut i = N;
    while i > limbs {
        i -= 1;
        let low = if i > limbs && bits > 0 { x[i - limbs - 1] >> (64 - bits) } else { 0 };
        shifted[i] = x[i - limbs] << bits | low;
    }
    shifted
}

/// ⌊x / 2ⁿ⌋.
pub(super) fn shift_right<const N: usize>(x: &[u64; N], n: u32) -> [u64; N] {
    let (limbs, bits) = ((n / 64) as usize, n % 64);
    let mut shifted = [0; N];
    let mut i = limbs;
    while i < N {
        let high = if i + 1 < N && bits > 0 { x[i + 1] << (64 - bits) } else { 0 };
        shifted[i - limbs] = x[i] >> bits | high;
        i += 1;
    }
    shifted
}

/// How many bits stand before the highest that is set.
pub(super) fn leading_zeros<const N: usize>(x: &[u64; N]) -> u32 {
    let (mut zeros, mut i) = (0, N);
    while i > 0 {
        i -= 1;
        zeros += x[i].leading_zeros();
        if x[i] != 0 {
            break;
        }
    }
    zeros
}

/// x + y mod 2^(64·N), and whether that lost a carry.
pub(super) fn add<const N: usize>(x: &[u64; N], y: &[u64; N]) -> ([u64; N], bool) {
    let (mut sum, mut carry, mut i) = ([0; N], false, 0);
    while i < N {
        let (partial, a) = x[i].overflowing_add(y[i]);
        let (total, b) = partial.overflowing_add(u64::from(carry));
        (sum[i], carry) = (total, a | b);
        i += 1;
    }
    (sum, carry)
}

/// x − y mod 2^(64·N).
pub(super) fn sub<const N: usize>(x: &[u64; N], y: &[u64; N]) -> [u64; N] {
    let (mut difference, mut borrow, mut i) = ([0; N], false, 0);
    while i < N {
        let (partial, a) = x[i].overflowing_sub(y[i]);
        let (total, b) = partial.overflowing_sub(u64::from(borrow));
        (difference[i], borrow) = (total, a | b);
        i += 1;
    }
    difference
}

/// The lowest `N` limbs of x · y.
pub(super) fn mul<const N: usize>(x: &[u64], y: &[u64]) -> [u64; N] {
    let mut product = [0; N];
    let mut i = 0;
    while i < x.len() && i < N {
        let (a, mut carry, mut j) = (x[i] as u128, 0, 0);
        while j < y.len() && i + j < N {
            let total = a * y[j] as u128 + product[i + j] as u128 + carry;
            (product[i + j], carry) = (total as u64, total >> 64);
            j += 1;
        }
        if i + y.len() < N {
            product[i + y.len()] = carry as u64;
        }
        i += 1;
    }
    product
}

/// ⌊x / divisor⌋.
pub(super) fn divide_by_limb<const N: usize>(x: &[u64; N], divisor: u64) -> [u64; N] {
    let (mut quotient, mut rest, mut i) = ([0; N], 0, N);
    while i > 0 {
        i -= 1;
        let total = rest << 64 | u128::from(x[i]);
        let digit = total / u128::from(divisor);
        (quotient[i], rest) = (digit as u64, total - digit * u128::from(divisor));
    }
    quotient
}

/// ⌊x · 2⁴⁴⁸ / y⌋, by Knuth's algorithm D (*The Art of Computer Programming*, 4.3.1), in a base of 2⁶⁴.
pub(super) fn divide(x: &Mantissa, y: &Mantissa) -> [u64; LIMBS + 2] {
    const DIGITS: usize = LIMBS + 2;
    // The rest, and behind it the zeros that are still to be brought down.
    let mut rest = [0; LIMBS + 1];
    let (next, high) = x.split_first().unwrap_or((&0, &[]));
    rest[..LIMBS - 1].copy_from_slice(high);
    let mut next = *next;
    let mut quotient = [0; DIGITS];
    for place in (0..DIGITS).rev() {
        rest.copy_within(..LIMBS, 1);
        rest[0] = next;
        next = 0;
        let mut digit = estimate(&rest, y);
        let mut product = mul(y, &[digit]);
        if product.iter().rev().gt(rest.iter().rev()) {
            digit -= 1;
            product = mul(y, &[digit]);
        }
        rest = sub(&rest, &product);
        quotient[place] = digit;
    }
    quotient
}

/// The next digit of the quotient, or one more.
fn estimate(rest: &[u64; LIMBS + 1], y: &Mantissa) -> u64 {
    let [.., low, middle, high] = *rest;
    let (first, second) = (u128::from(y[LIMBS - 1]), u128::from(y[LIMBS - 2]));
    let top = u128::from(high) << 64 | u128::from(middle);
    let (mut digit, mut remainder) = (top / first, top % first);
    while digit >> 64 != 0 || digit * second > (remainder << 64 | u128::from(low)) {
        digit -= 1;
        remainder += first;
        if remainder >> 64 != 0 {
            break;
        }
    }
    digit as u64
}
