//! Arrays of registers.

/// `array.map(f)`, inlined for certain: the standard one is a call that the optimiser may keep, and a call outside
/// the function that has the instruction set enabled costs more than the arithmetic. `filler` is overwritten.
#[inline(always)]
pub(crate) fn map<A: Copy, B: Copy, const N: usize>(
    array: [A; N],
    filler: B,
    mut f: impl FnMut(A) -> B,
) -> [B; N] {
    // A loop that is quick without an optimizer as well: in debug builds the compiler of activations runs it.
    let (mut mapped, mut i) = ([filler; N], 0);
    while i < N {
        mapped[i] = f(array[i]);
        i += 1;
    }
    mapped
}
