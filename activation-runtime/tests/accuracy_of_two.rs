//! Elementary functions of two arguments, on every instruction set of the machine, beside a correctly rounded
//! reference.

use core::marker::PhantomData;

use activation_runtime::float::Float;
use activation_runtime::level::{Dispatch, Level, dispatch, with_level};
use activation_runtime::math;
use activation_runtime::real::Real;
use activation_runtime::vector::Vector;
use table::{distance_f64, error_f32};

#[path = "accuracy/table.rs"]
mod table;

/// A function, what it should give, and how far from that it was ever measured.
struct Row {
    name: &'static str,
    map_f32: fn(&[f32], &[f32], &mut [f32]),
    map_f64: fn(&[f64], &[f64], &mut [f64]),
    truth: fn(f64, f64) -> f64,
    /// What the standard library gives for arguments that are zero, infinite or NaN.
    std: fn(f64, f64) -> f64,
    ulp_f32: f64,
    ulp_f64: f64,
}

trait Function {
    fn apply<R: Real>(x: R, y: R) -> R;
}

fn map<F: Function, T: Float>(x: &[T], y: &[T], z: &mut [T]) {
    struct Map<'a, F, T>(PhantomData<F>, [&'a [T]; 2], &'a mut [T]);
    impl<F: Function, T: Float> Dispatch for Map<'_, F, T> {
        type Scalar = T;
        type Output = ();
        #[inline(always)]
        fn run<V: Vector<Scalar = T>>(self, token: V::Token, _: Level) {
            let Self(_, [x, y], z) = self;
            for ((x, y), z) in x.chunks(V::LANES).zip(y.chunks(V::LANES)).zip(z.chunks_mut(V::LANES)) {
                let load = |from: &[T]| {
                    let mut buffer = [T::default(); 64];
                    buffer[..from.len()].copy_from_slice(from);
                    V::load(token, &buffer[..V::LANES])
                };
                let mut buffer = [T::default(); 64];
                F::apply(load(x), load(y)).store(&mut buffer[..V::LANES]);
                z.copy_from_slice(&buffer[..z.len()]);
            }
        }
    }
    dispatch(Map(PhantomData::<F>, [x, y], z));
}

macro_rules! rows {
    ($($file:ident $name:ident $ulp:ident: $truth:expr, $std:expr;)*) => {
        &[$({
            struct This;
            impl Function for This {
                #[inline(always)]
                fn apply<R: Real>(x: R, y: R) -> R {
                    x.$name(y)
                }
            }
            Row {
                name: stringify!($name),
                map_f32: map::<This, f32>,
                map_f64: map::<This, f64>,
                truth: $truth,
                std: $std,
                ulp_f32: math::$file::single::$ulp,
                ulp_f64: math::$file::double::$ulp,
            }
        }),*]
    };
}

const TABLE: &[Row] = rows! {
    root hypot HYPOT_ULP: core_math::hypot, f64::hypot;
    inverse_trigonometric atan2 ATAN2_ULP: core_math::atan2, f64::atan2;
    pow powf POWF_ULP: core_math::pow, f64::powf;
};

/// Numbers of all sizes beside numbers of all sizes and of their own.
fn doubles() -> [Vec<f64>; 2] {
    let all = table::doubles(6_000);
    let mut x = all.clone();
    let mut y: Vec<f64> = all.iter().rev().copied().collect();
    x.extend(&all);
    y.extend(all.iter().zip(all.iter().cycle().skip(4321)).map(|(x, factor)| x * (1.0 + factor % 8.0)));
    // Powers that are finite and not 0.
    x.extend(all.iter().map(|x| x.abs()));
    y.extend(all.iter().zip(all.iter().cycle().skip(4321)).map(|(x, u)| (u % 1.0) * 745.0 / x.abs().ln()));
    [x, y]
}

fn singles() -> [Vec<f32>; 2] {
    // From the middle of the range of f64 to all of the range of f32.
    let narrow = |x: &f64| {
        let bits = x.to_bits();
        f32::from_bits((bits >> 32 & 0x8000_0000 | bits >> 29 & 0x7fff_ffff) as u32)
    };
    let [x, y] = doubles();
    let [mut a, mut b] = [&x, &y].map(|all| all.iter().map(|&x| x as f32).collect::<Vec<_>>());
    a.extend(x.iter().map(narrow));
    b.extend(y.iter().map(narrow));
    [a, b]
}

fn apply<T: Copy + Default>(map: fn(&[T], &[T], &mut [T]), [x, y]: &[Vec<T>; 2]) -> Vec<T> {
    let mut z = vec![T::default(); x.len()];
    map(x, y, &mut z);
    z
}

#[test]
fn singles_are_within_the_measured_error() {
    let inputs = singles();
    for Row { name, map_f32, truth, ulp_f32, .. } in TABLE {
        for level in Level::available() {
            let z = with_level(level, || apply(*map_f32, &inputs));
            for ((&x, &y), &z) in inputs[0].iter().zip(&inputs[1]).zip(&z) {
                let truth = truth(x.into(), y.into());
                let error = error_f32(z, truth);
                assert!(
                    error <= *ulp_f32,
                    "{name}({x:e}, {y:e}) = {z:e} on {level:?}, {error} ulp from {truth:e}"
                );
            }
        }
    }
}

#[test]
fn doubles_are_within_the_measured_error() {
    let inputs = doubles();
    for Row { name, map_f64, truth, ulp_f64, .. } in TABLE {
        // The truth itself was rounded, by half an ulp at most.
        let allowed = (ulp_f64 + 0.5).floor() as u64;
        for level in Level::available() {
            let z = with_level(level, || apply(*map_f64, &inputs));
            for ((&x, &y), &z) in inputs[0].iter().zip(&inputs[1]).zip(&z) {
                let truth = truth(x, y);
                let distance = distance_f64(z, truth);
                assert!(
                    distance <= allowed,
                    "{name}({x:e}, {y:e}) = {z:e} on {level:?}, {distance} from {truth:e}"
                );
            }
        }
    }
}

#[test]
fn zeros_infinities_and_nan_are_as_in_std() {
    let special = [0.0, 1.0, 3.5, f64::MIN_POSITIVE, 5e-324, 1e-45, f64::MAX, f64::INFINITY];
    let special: Vec<f64> = special.iter().flat_map(|&x| [x, -x]).chain([f64::NAN, -f64::NAN]).collect();
    for Row { name, map_f32, map_f64, std, .. } in TABLE {
        for (&x, &y) in special.iter().flat_map(|x| special.iter().map(move |y| (x, y))) {
            let expected = std(x, y);
            let z = apply(*map_f64, &[vec![x], vec![y]])[0];
            let same = distance_f64(z, expected) <= 1 && z.is_sign_negative() == expected.is_sign_negative();
            assert!(
                same || z.is_nan() && expected.is_nan(),
                "{name}({x:e}, {y:e}) = {z:e}, not {expected:e}"
            );

            let (x, y) = (x as f32, y as f32);
            let expected = std(x.into(), y.into());
            let z = apply(*map_f32, &[vec![x], vec![y]])[0];
            let same = error_f32(z, expected) <= 0.6 && z.is_sign_negative() == expected.is_sign_negative();
            assert!(
                same || z.is_nan() && expected.is_nan(),
                "{name}({x:e}, {y:e}) = {z:e}, not {expected:e}"
            );
        }
    }
}

#[test]
fn instruction_sets_with_fma_agree_bit_for_bit() {
    let (singles, doubles) = (singles(), doubles());
    for Row { name, map_f32, map_f64, .. } in TABLE {
        let on = |level| with_level(level, || (apply(*map_f32, &singles), apply(*map_f64, &doubles)));
        let (single, double) = on(Level::Scalar);
        for level in Level::available().filter(|&level| level != Level::Sse42) {
            let (other_single, other_double) = on(level);
            let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            assert!(
                single.iter().zip(&other_single).all(|(&a, &b)| same(a.into(), b.into())),
                "{name} on {level:?}"
            );
            assert!(double.iter().zip(&other_double).all(|(&a, &b)| same(a, b)), "{name} on {level:?}");
        }
    }
}
