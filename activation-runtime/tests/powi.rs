//! Integral powers beside correctly rounded ones.

use activation_runtime::real::Real;

#[path = "accuracy/table.rs"]
mod table;

const EXPONENTS: [i32; 24] = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    10,
    31,
    64,
    65,
    1000,
    65_537,
    i32::MAX,
    -1,
    -2,
    -3,
    -4,
    -7,
    -63,
    -64,
    -99,
    -65_536,
    i32::MIN,
];

/// Bases of all sizes, and those whose power to `n` is finite and not 0.
fn bases(n: i32) -> Vec<f64> {
    let all = table::doubles(600);
    let of_size = |x: &f64| (700.0 * (x % 1.0) / f64::from(n).abs().max(1.0)).exp().copysign(*x);
    all.iter().copied().chain(all.iter().map(of_size)).filter(|x| !x.is_nan()).collect()
}

#[test]
fn powers_are_within_the_measured_error() {
    for n in EXPONENTS {
        for x in bases(n) {
            let y = Real::powi(x, n);
            let truth = core_math::pow(x, n.into());
            let distance = table::distance_f64(y, truth);
            assert!(distance <= 2, "{x:e}^{n} = {y:e}, {distance} from {truth:e}");

            let x = x as f32;
            let y = Real::powi(x, n);
            let truth = core_math::pow(x.into(), n.into());
            let error = table::error_f32(y, truth);
            let allowed = activation_runtime::math::pow::single::POWI_ULP;
            assert!(error <= allowed, "{x:e}^{n} = {y:e}, {error} ulp from {truth:e}");
        }
    }
}

#[test]
fn zeros_infinities_and_nan_are_as_in_std() {
    for n in EXPONENTS {
        for x in [0.0, 1.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY].into_iter().flat_map(|x| [x, -x]) {
            let expected = f64::powf(x, n.into());
            assert!(table::distance_f64(Real::powi(x, n), expected) <= 2, "{x}^{n}");
            assert_eq!(Real::powi(x, n).is_sign_negative(), expected.is_sign_negative(), "{x}^{n}");
            let x = x as f32;
            assert_eq!(Real::powi(x, n), f64::powf(x.into(), n.into()) as f32, "{x}^{n}");
        }
        assert_eq!(Real::powi(f64::NAN, n).is_nan(), n != 0);
        assert_eq!(Real::powi(f32::NAN, n).is_nan(), n != 0);
    }
}
