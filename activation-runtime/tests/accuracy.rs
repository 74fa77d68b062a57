//! Every elementary function, on every instruction set of the machine, beside a correctly rounded reference.

#[path = "accuracy/table.rs"]
mod table;

use activation_runtime::level::{Level, with_level};
use table::{NORMAL, Row, TABLE, distance_f64, doubles, error_f32};

/// f32 of all sizes: every so many bit patterns, and all near the places where something changes.
fn singles() -> Vec<f32> {
    let mut bits: Vec<u32> = (0..u32::MAX).step_by(500_009).collect();
    let special = [0.0, f32::MIN_POSITIVE, 0.5, 1.0, 2.0, 10.0, 88.72284, 89.0, 104.0, 128.0, f32::MAX];
    for x in special.iter().flat_map(|x| [*x, -x]) {
        bits.extend(x.to_bits().wrapping_sub(20)..x.to_bits().saturating_add(20));
    }
    bits.into_iter().map(f32::from_bits).collect()
}

/// The widest level and the one without FMA; the others are to give the bits of the widest.
fn levels() -> impl Iterator<Item = Level> {
    Level::available().filter(|&level| level == Level::current() || level == Level::Sse42)
}

fn apply<T: Copy + Default>(map: fn(&[T], &mut [T]), x: &[T]) -> Vec<T> {
    let mut y = vec![T::default(); x.len()];
    map(x, &mut y);
    y
}

#[test]
fn singles_are_within_the_measured_error() {
    let x = singles();
    for Row { name, map_f32, truth, ulp_f32, .. } in TABLE {
        assert!(*ulp_f32 <= 1.0, "{name} is allowed too much");
        for level in levels() {
            let y = with_level(level, || apply(*map_f32, &x));
            for (&x, &y) in x.iter().zip(&y) {
                let truth = truth(x.into());
                let error = error_f32(y, truth);
                assert!(error <= *ulp_f32, "{name}({x:e}) = {y:e} on {level:?}, {error} ulp from {truth:e}");
            }
        }
    }
}

#[test]
fn doubles_are_within_the_measured_error() {
    let x = doubles(12_000);
    for Row { name, map_f64, truth, ulp_f64, .. } in TABLE.iter().filter(|row| row.truth_is_rounded) {
        assert!(*ulp_f64 <= 1.0, "{name} is allowed too much");
        // The truth itself was rounded, by half an ulp at most.
        let allowed = (ulp_f64 + 0.5).floor() as u64;
        for level in levels() {
            let y = with_level(level, || apply(*map_f64, &x));
            for (&x, &y) in x.iter().zip(&y) {
                let truth = truth(x);
                let distance = distance_f64(y, truth);
                assert!(distance <= allowed, "{name}({x:e}) = {y:e} on {level:?}, {distance} from {truth:e}");
            }
        }
    }
}

#[test]
fn zeros_infinities_and_signs_are_exact() {
    for Row { name, map_f32, map_f64, truth, .. } in TABLE {
        for x in [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let expected = truth(x);
            let (single, double) = (apply(*map_f32, &[x as f32])[0], apply(*map_f64, &[x])[0]);
            let same = |y: f64| y.to_bits() == expected.to_bits() || y.is_nan() && expected.is_nan();
            assert!(same(double), "{name}({x}) = {double} instead of {expected}");
            let same = |y: f32| y.to_bits() == (expected as f32).to_bits() || y.is_nan() && expected.is_nan();
            assert!(same(single), "{name}({x}) = {single} instead of {expected}");
        }
        let negative = |x: &f64| truth(*x).is_sign_negative();
        let x = doubles(12_000);
        for (x, y) in x.iter().zip(apply(*map_f64, &x)).filter(|(x, y)| !x.is_nan() && !y.is_nan()) {
            assert_eq!(y.is_sign_negative(), negative(x), "the sign of {name}({x:e}) = {y:e}");
        }
        for (x, y) in singles().iter().zip(apply(*map_f32, &singles())) {
            let wrong = !y.is_nan() && y.is_sign_negative() != negative(&f64::from(*x));
            assert!(!wrong, "the sign of {name}({x:e}) = {y:e}");
        }
    }
}

/// Within the measured error of Φ somewhere between the midpoints to the neighbouring numbers.
#[test]
fn the_normal_distribution_is_that_of_a_number_next_to_it() {
    let Row { map_f32, map_f64, truth, ulp_f32, .. } = NORMAL[0];
    let (x, doubles) = (singles(), doubles(12_000));
    for level in levels() {
        for (&x, y) in x.iter().zip(with_level(level, || apply(map_f32, &x))) {
            let half = 2f64.powi(-24);
            let between = [1.0 - half, 1.0 + half].map(|factor| truth(f64::from(x) * factor));
            let nearest = f64::from(y).max(between[0].min(between[1])).min(between[0].max(between[1]));
            let error = error_f32(y, if x.is_nan() { f64::NAN } else { nearest });
            assert!(error <= ulp_f32, "Φ({x:e}) = {y:e} on {level:?}, {error} ulp from {nearest:e}");
        }
        // The truth rounds x/√2 as well.
        for (&x, y) in doubles.iter().zip(with_level(level, || apply(map_f64, &doubles))) {
            let allowed = 4.0 * f64::EPSILON * (1.0 + x.clamp(-40.0, 0.0).powi(2));
            let close = (y - truth(x)).abs() <= allowed * truth(x) + f64::MIN_POSITIVE;
            assert!(
                close || x.is_nan() && y.is_nan(),
                "Φ({x:e}) = {y:e} on {level:?} instead of {:e}",
                truth(x)
            );
        }
    }
}

#[test]
fn instruction_sets_with_fma_agree_bit_for_bit() {
    let (singles, doubles) = (singles(), doubles(12_000));
    for Row { name, map_f32, map_f64, .. } in TABLE.iter().chain(NORMAL) {
        let on = |level| with_level(level, || (apply(*map_f32, &singles), apply(*map_f64, &doubles)));
        let (single, double) = on(Level::Scalar);
        for level in Level::available().filter(|&level| level != Level::Sse42) {
            let (other_single, other_double) = on(level);
            for ((x, a), b) in singles.iter().zip(&single).zip(&other_single) {
                let same = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
                assert!(same, "{name}({x:e}): {b:e} on {level:?}, {a:e} on one number");
            }
            for ((x, a), b) in doubles.iter().zip(&double).zip(&other_double) {
                let same = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
                assert!(same, "{name}({x:e}): {b:e} on {level:?}, {a:e} on one number");
            }
        }
    }
}

#[test]
fn logistic_doubles_are_those_of_high_precision() {
    let hexadecimal = |bits: &str| f64::from_bits(u64::from_str_radix(bits, 16).expect("bits of a double"));
    let golden: Vec<Vec<f64>> = include_str!("accuracy/logistic.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').map(hexadecimal).collect())
        .collect();
    let x: Vec<f64> = golden.iter().map(|row| row[0]).collect();
    for (column, name) in [(1, "sigmoid"), (2, "softplus")] {
        let row = TABLE.iter().find(|row| row.name == name).expect("a row of the table");
        let allowed = (row.ulp_f64 + 0.5).floor() as u64;
        for level in levels() {
            let y = with_level(level, || apply(row.map_f64, &x));
            for (golden, y) in golden.iter().zip(y) {
                let distance = distance_f64(y, golden[column]);
                assert!(
                    distance <= allowed,
                    "{name}({:e}) = {y:e}, {distance} from {:e}",
                    golden[0],
                    golden[column]
                );
            }
        }
    }
}

/// 6381956970095103·2^797 lies 4.7e-19 from a multiple of π/2, nearer than any other double (Muller et al., Handbook
/// of Floating-Point Arithmetic, 11.2.6).
#[test]
fn the_double_nearest_to_a_multiple_of_a_quarter_turn() {
    let x = 6381956970095103.0 * 2f64.powi(797);
    for Row { name, map_f64, truth, .. } in
        TABLE.iter().filter(|row| ["sin", "cos", "tan"].contains(&row.name))
    {
        for level in Level::available() {
            let y = with_level(level, || apply(*map_f64, &[x, -x]));
            for (x, y) in [x, -x].into_iter().zip(y) {
                assert!(distance_f64(y, truth(x)) <= 1, "{name}({x:e}) = {y:e} on {level:?}");
            }
        }
    }
}
