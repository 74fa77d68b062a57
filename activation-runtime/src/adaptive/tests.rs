//! Claimed errors beside true ones.

use super::*;

type Number = Adaptive<f64>;

/// The error that the extended number claims to have at most, and the one that it has beside the deep number.
fn claimed_and_true(f: impl Fn(Number) -> Number, x: f64) -> (f64, f64) {
    let [low, high] =
        [Precision::Extended, Precision::Deep].map(|precision| f(Number::new(x, precision)).number);
    let Rung::Extended(_, claimed) = low else { panic!("an extended number was promoted") };
    let (value, truth) = (low.deep(), high.deep());
    let same = value == truth || (Arith::is_nan(value) && Arith::is_nan(truth));
    (claimed, if same { 0.0 } else { ((value - truth) / truth).abs().to_f64() })
}

/// Functions of functions of numbers of all sizes: what is lost between the two is accounted for.
#[test]
fn no_error_is_larger_than_claimed() {
    type F = (&'static str, fn(Number) -> Number);
    let functions: [F; 40] = [
        ("+ 1", |x| x + 1.0),
        ("− 1", |x| x - 1.0),
        ("× 0.1", |x| x * 0.1),
        ("1/x", Real::recip),
        ("√", Arith::sqrt),
        ("x + √(x² + 4)", |x| x + (x * x + 4.0).sqrt()),
        ("exp", Real::exp),
        ("exp2", Real::exp2),
        ("exp_m1", Real::exp_m1),
        ("ln", Real::ln),
        ("ln_1p", Real::ln_1p),
        ("log2", Real::log2),
        ("log10", Real::log10),
        ("cbrt", Real::cbrt),
        ("sin", Real::sin),
        ("cos", Real::cos),
        ("tan", Real::tan),
        ("asin", Real::asin),
        ("acos", Real::acos),
        ("atan", Real::atan),
        ("sinh", Real::sinh),
        ("cosh", Real::cosh),
        ("tanh", Real::tanh),
        ("asinh", Real::asinh),
        ("acosh", Real::acosh),
        ("atanh", Real::atanh),
        ("sigmoid", Real::sigmoid),
        ("softplus", Real::softplus),
        ("erf", Real::erf),
        ("erfc", Real::erfc),
        ("powi", |x| x.powi(-7)),
        ("x^2.5", |x| x.powf(x.constant(2.5))),
        ("2.5^x", |x| x.constant(2.5).powf(x)),
        ("hypot", |x| x.hypot(x.constant(3.0))),
        ("atan2", |x| x.atan2(x.constant(-3.0))),
        ("floor", Arith::floor),
        ("round", Arith::round),
        ("max", |x| x.max(x.constant(0.5))),
        ("step", |x| Number::select(x.gt(x.constant(1.0)), x, -x)),
        ("copysign", |x| x.constant(1.0).copysign(x)),
    ];
    let points = [1e-30, -1e-17, -0.001, 0.3, 0.99, 1.0, -1.0, -3.1, 8.0, 700.0, -1e20];
    let (mut useful, mut all) = (0, 0);
    for x in points {
        for (first, f) in functions {
            // The sign of NaN means nothing.
            if f(Number::new(x, Precision::Deep)).is_nan().holds {
                continue;
            }
            for (second, g) in functions {
                let (claimed, error) = claimed_and_true(|x| g(f(x)), x);
                // Deep numbers themselves err where e^x is taken of e^x.
                let excused = claimed.is_nan() || claimed >= 2.0_f64.powi(-20);
                assert!(
                    excused || error <= claimed,
                    "{second} of {first} at {x:e}: 2^{:.1}, not 2^{:.1}",
                    error.log2(),
                    claimed.log2()
                );
                all += 1;
                useful += i32::from(claimed <= 2.0_f64.powi(-59));
            }
        }
    }
    // Nor is it exaggerated so much that all would be computed twice.
    assert!(10 * useful > 8 * all, "{useful} of {all}");
}

/// Comparisons of numbers that are equal, but for rounding, leave what hangs on them open.
#[test]
fn open_comparisons_taint_what_is_selected() {
    let third = |x: Number| x / 3.0;
    for (f, exponent) in [
        (|x: Number, y: Number| x.gt(y), f64::INFINITY),
        (|x: Number, y: Number| !(x + 1.0).gt(y), ROUNDING),
        (|x: Number, y: Number| x.gt(y) & x.gt(x), f64::INFINITY),
    ] as [(fn(Number, Number) -> Truth, f64); 3]
    {
        let x = Number::new(1.0, Precision::Extended);
        let (a, b) = (third(x), x.constant(1.0) - third(x) - third(x));
        let Rung::Extended(_, error) = Number::select(f(a, b), x, -x).number else { unreachable!() };
        assert!(error == exponent || error == 0.0 && exponent == ROUNDING);
    }
}
