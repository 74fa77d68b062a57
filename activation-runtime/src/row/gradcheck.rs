//! Are the products with the Jacobian those of the value? Passes over rows against differences.

use core::array::from_fn;
use core::ops::RangeBounds;

use super::RowKernel;
use super::activation::{backward, jvp, output_len};
use super::cell::RowFloat;
use super::compute::value_in_extended;
use super::element::RowElement;
use crate::extended::Extended;
use crate::gradcheck::{Region, Report, Slope, Worst, ends, spread};

/// The lengths of the rows: less than a register, a register or two, and more.
const LENGTHS: [usize; 4] = [2, 3, 16, 37];
/// How many rows of each length.
const ROWS: usize = 12;

/// Compares both products with the Jacobian of a function of rows, Jᵀ·dy and J·v, with difference quotients of its
/// value along v, in f64 and in f32; the numbers of every input in its range.
///
/// For each input there is one line in the table, x being the first number of the worst row: at each row the number
/// ⟨dy, J·v⟩ is found in three ways, with a direction v of that input alone.
pub fn gradcheck_rows<K, const N: usize>(kernel: &K, ranges: [impl RangeBounds<f64>; N]) -> Report
where
    K: RowKernel<N>,
{
    let ranges = ranges.map(|range| ends(&range, K::INFO.domain)).map(|(from, to)| [from, to]);
    let regions = (0..N).map(|input| {
        let [from, to] = ranges[input];
        let (points, in_f64) = compare::<K, f64, N>(kernel, ranges, input);
        let (_, in_f32) = compare::<K, f32, N>(kernel, ranges, input);
        Region { input, from, to, points, in_f64, in_f32 }
    });
    Report { name: K::INFO.name, regions: regions.collect(), kinks: Vec::new(), straight_through: false }
}

/// How many rows could be compared in `T`, and the worst.
fn compare<K, T, const N: usize>(kernel: &K, ranges: [[f64; 2]; N], input: usize) -> (usize, Worst)
where
    K: RowKernel<N>,
    T: RowFloat + RowElement,
{
    let mut worst = Worst::none(ranges[input][0]);
    let mut count = 0;
    for (n, row) in LENGTHS.into_iter().flat_map(|row| (0..ROWS).map(move |n| (n, row))) {
        let numbers = |sequence: usize, [from, to]: [f64; 2], len: usize| -> Vec<T> {
            (0..len).map(|i| T::from_f64(spread(sequence, n * row + i, from, to))).collect()
        };
        let x: [Vec<T>; N] = from_fn(|i| numbers(i, ranges[i], row));
        let v = numbers(4, [-1.0, 1.0], row);
        let dy = numbers(5, [-1.0, 1.0], output_len::<K, N>(row));
        let (both, scale) = products(kernel, &x, input, &v, &dy);

        let wide: [Vec<Extended<T>>; N] = from_fn(|i| x[i].iter().map(|&x| x.into()).collect());
        let along = |[step]: [Extended<T>; 1]| {
            let mut moved = wide.clone();
            for (x, &v) in moved[input].iter_mut().zip(&v) {
                let v: Extended<T> = v.into();
                *x = *x + v * step;
            }
            weighted(&value_in_extended(kernel, from_fn(|i| &*moved[i])), &dy)
        };
        let zero = Extended::from_f64(0.0);
        let Some(slope) = Slope::of(along, [zero], 0, f64::INFINITY) else { continue };
        // What the product would be if the output were in proportion to the input: of a function that doesn't change
        // along v (the softmax of one number), a product is judged by that.
        let size = x[input].iter().fold(f64::MIN_POSITIVE, |size, x| size.max(x.to_f64().abs()));
        let natural = along([zero]).to_f64().abs() / size;
        count += 1;
        for product in both {
            let error = slope.error_of::<T>(product, scale + natural);
            if error > worst.error || worst.derivative.is_nan() {
                worst =
                    Worst { error, x: x[input][0].to_f64(), derivative: product, difference: slope.first };
            }
        }
    }
    (count, worst)
}

/// Σ dy·y
fn weighted<T: RowFloat>(y: &[Extended<T>], dy: &[T]) -> Extended<T> {
    let mut sum = Extended::from_f64(0.0);
    for (&y, &dy) in y.iter().zip(dy) {
        let dy: Extended<T> = dy.into();
        sum = sum + y * dy;
    }
    sum
}

/// ⟨Jᵀ·dy, v⟩ and ⟨dy, J·v⟩, and the sum of the magnitudes of the terms in either.
fn products<K: RowKernel<N>, T: RowFloat + RowElement, const N: usize>(
    kernel: &K,
    x: &[Vec<T>; N],
    input: usize,
    v: &[T],
    dy: &[T],
) -> ([f64; 2], f64) {
    let row = v.len();
    let slices: [&[T]; N] = from_fn(|i| &*x[i]);
    let mut dx: [Vec<T>; N] = from_fn(|_| vec![T::default(); row]);
    let mut pushed = vec![T::default(); dy.len()];
    let directions: [Vec<T>; N] = from_fn(|i| if i == input { v.to_vec() } else { vec![T::default(); row] });
    let fits = backward(kernel, slices, row, dy, dx.each_mut().map(Vec::as_mut_slice))
        .and_then(|()| jvp(kernel, slices, row, directions.each_ref().map(Vec::as_slice), &mut pushed));
    debug_assert_eq!(fits, Ok(()));
    let terms = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).collect::<Vec<_>>();
    let both = [terms(&dx[input], v), terms(&pushed, dy)];
    let scale = both.iter().map(|terms| terms.iter().map(|term| term.abs()).sum()).fold(0.0, f64::max);
    (both.map(|terms| terms.iter().sum()), scale)
}
