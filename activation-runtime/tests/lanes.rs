//! Every operation of a register, on every instruction set of the machine, beside the same on one number.

use activation_runtime::arith::Lanes;
use activation_runtime::float::Float;
use activation_runtime::level::{Dispatch, Level, dispatch, with_level};
use activation_runtime::pair::Pair;
use activation_runtime::vector::Vector;

/// Three numbers in, one out, in any carrier.
trait Operation<T> {
    fn apply<V: Vector<Scalar = T>>(&self, x: [V; 3]) -> V;
}

/// Runs an operation over columns of numbers, two registers at a time.
struct Columns<'a, O, T>(&'a O, [&'a [T]; 3], &'a mut [T]);

impl<O: Operation<T>, T: Float> Dispatch for Columns<'_, O, T> {
    type Scalar = T;
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Scalar = T>>(self, token: V::Token, _: Level) {
        let Self(operation, columns, out) = self;
        for (i, out) in out.chunks_mut(Pair::<V>::LANES).enumerate() {
            let mut buffers = [[T::default(); 64]; 3];
            for (buffer, column) in buffers.iter_mut().zip(columns) {
                let from = &column[i * Pair::<V>::LANES..][..out.len()];
                buffer[..from.len()].copy_from_slice(from);
            }
            let x = buffers.map(|b| Pair::<V>::load(token, &b[..Pair::<V>::LANES]));
            operation.apply(x).store(&mut buffers[0][..Pair::<V>::LANES]);
            out.copy_from_slice(&buffers[0][..out.len()]);
        }
    }
}

/// The same bits, or both NaN.
fn same<T: Float>(a: T, b: T) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Compares the register of every level with the scalar on all triples of `values`.
fn compare<T: Float>(name: &str, values: &[T], operation: &impl Operation<T>, levels: &[Level]) {
    let (mut a, mut b, mut c) = (vec![], vec![], vec![]);
    for &x in values {
        for &y in values {
            for &z in values {
                a.push(x);
                b.push(y);
                c.push(z);
            }
        }
    }
    for &level in levels {
        let mut out = vec![T::default(); a.len()];
        with_level(level, || dispatch(Columns(operation, [&a, &b, &c], &mut out)));
        for i in 0..a.len() {
            let expected = operation.apply([a[i], b[i], c[i]]);
            assert!(
                same(out[i], expected),
                "{name} on {level:?} of {:?}: {:?} instead of {expected:?}",
                [a[i], b[i], c[i]],
                out[i]
            );
        }
    }
}

macro_rules! operations {
    ($values:expr, $levels:expr, $scalar:ty: $($name:ident |$x:ident, $y:ident, $z:ident| $body:expr;)*) => {$({
        struct Op;
        impl Operation<$scalar> for Op {
            #[inline(always)]
            fn apply<V: Vector<Scalar = $scalar>>(&self, [$x, $y, $z]: [V; 3]) -> V {
                let _ = ($y, $z);
                $body
            }
        }
        compare(stringify!($name), $values, &Op, $levels);
    })*};
}

/// Numbers of every kind: zeros, subnormals, the ends of the range, ties of rounding, NaN.
macro_rules! values {
    ($float:ident) => {{
        let mut values = vec![0.0, 1.0, 0.5, 1.5, 2.5, 0.1, 3.9999998, 8388607.5, 1e-3, 77.25];
        values.extend([0.49999997, $float::MAX, $float::MIN_POSITIVE, $float::INFINITY, $float::NAN]);
        values.extend([$float::from_bits(1), $float::MIN_POSITIVE / 3.0, $float::MAX / 3.0]);
        values.extend(values.clone().iter().map(|x| -x));
        values
    }};
}

macro_rules! every_operation {
    ($test:ident, $float:ident, $max_exponent:expr) => {
        #[test]
        fn $test() {
            struct Scale;
            impl Operation<$float> for Scale {
                #[inline(always)]
                fn apply<V: Vector<Scalar = $float>>(&self, [x, n, _]: [V; 3]) -> V {
                    x.scale_by_power_of_two(n)
                }
            }
            let levels: Vec<_> = Level::available().collect();
            let values: Vec<$float> = values!($float);
            operations! { &values, &levels, $float:
                add |x, y, z| x + y;
                sub |x, y, z| x - y;
                mul |x, y, z| x * y;
                div |x, y, z| x / y;
                neg |x, y, z| -x;
                abs |x, y, z| x.abs();
                sqrt |x, y, z| x.sqrt();
                copysign |x, y, z| x.copysign(y);
                floor |x, y, z| x.floor();
                ceil |x, y, z| x.ceil();
                trunc |x, y, z| x.trunc();
                round |x, y, z| x.round();
                round_ties_even |x, y, z| x.round_ties_even();
                max |x, y, z| x.max(y);
                min |x, y, z| x.min(y);
                at_least |x, y, z| x.at_least(0.1);
                at_most |x, y, z| x.at_most(-0.1);
                constant |x, y, z| x.constant(0.1);
                lt |x, y, z| V::select(x.lt(y), y, z);
                le |x, y, z| V::select(x.le(y), y, z);
                gt |x, y, z| V::select(x.gt(y), y, z);
                ge |x, y, z| V::select(x.ge(y), y, z);
                eq |x, y, z| V::select(x.eq(y), y, z);
                ne |x, y, z| V::select(x.ne(y), y, z);
                is_nan |x, y, z| V::select(x.is_nan(), y, z);
                masks |x, y, z| V::select((x.lt(y) | y.eq(z)) ^ !(x.gt(z) & y.lt(z)), y, z);
                bits |x, y, z| {
                    let b = (x.to_bits() + y.to_bits() - x.bits(12345) & y.to_bits()) | (z.to_bits() ^ !x.to_bits());
                    x.from_bits((b << 3) ^ (b >> 5))
                };
                any |x, y, z| if V::any(x.lt(x)) { y } else { x };
                in_f64 |x, y, z| {
                    let [quotient] = V::in_f64([x, y, z], |[x, y, z]| [x * y / z]);
                    quotient
                };
                lookup_2 |x, y, z| x.lookup(y.to_bits() >> 7, &[1.0, 2.0]);
                lookup_8 |x, y, z| x.lookup(y.to_bits() >> 7, &core::array::from_fn::<_, 8, _>(|i| i as $float));
                lookup_16 |x, y, z| x.lookup(y.to_bits() >> 7, &core::array::from_fn::<_, 16, _>(|i| i as $float));
                lookup_32 |x, y, z| x.lookup(y.to_bits() >> 7, &core::array::from_fn::<_, 32, _>(|i| i as $float));
                lookup_64 |x, y, z| x.lookup(y.to_bits() >> 7, &core::array::from_fn::<_, 64, _>(|i| i as $float));
            }
            let fused: Vec<_> = levels.iter().copied().filter(|&level| level != Level::Sse42).collect();
            operations! { &values, &fused, $float: mul_add |x, y, z| x.mul_add(y, z); }

            // Exponents: all that matter, and far beyond; significands that round in the subnormal range.
            let mut scales: Vec<$float> = (-2 * $max_exponent - 150..=2 * $max_exponent + 150)
                .step_by(if $max_exponent > 500 { 37 } else { 5 })
                .map(|n| n as $float)
                .collect();
            let edges = [$max_exponent - 1, $max_exponent, $max_exponent + 1, 2 * $max_exponent];
            scales.extend(edges.iter().flat_map(|&n| [n as $float, -n as $float]));
            scales.extend([1e9, -1e9]);
            let odd = [1.0 + $float::EPSILON, 1.5, 1.999, 3.0e-5];
            let x: Vec<$float> = values.iter().copied().chain(odd).collect();
            let pairs: Vec<_> = x.iter().flat_map(|&x| scales.iter().map(move |&n| (x, n))).collect();
            let (x, n): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            for &level in &levels {
                let mut out = vec![0.0; x.len()];
                with_level(level, || dispatch(Columns(&Scale, [&x, &n, &n], &mut out)));
                for i in 0..x.len() {
                    let expected = x[i].scale_by_power_of_two(n[i]);
                    assert!(same(out[i], expected), "{level:?} {:e} {} {:e} {expected:e}", x[i], n[i], out[i]);
                }
            }
        }
    };
}

every_operation!(f32_registers, f32, 128);
every_operation!(f64_registers, f64, 1024);

#[test]
fn levels_are_ordered_and_end_with_the_current_one() {
    let levels: Vec<_> = Level::available().collect();
    assert!(levels.is_sorted());
    assert_eq!(levels.first(), Some(&Level::Scalar));
    assert_eq!(levels.last(), Some(&Level::current()));
    for level in levels {
        assert_eq!(with_level(level, Level::current), level);
    }
}
