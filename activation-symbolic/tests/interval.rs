//! Intervals enclose the truth, which is computed in 106 bits.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;
use activation_runtime::real::Real;
use activation_symbolic::check::interval::Interval;
use activation_symbolic::check::truth::Truth;
use activation_symbolic::primitive::Primitive;
use proptest::prelude::*;

/// Floats of every size that functions are asked about, whole numbers among them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-8i32..=8).prop_map(|n| 0.5 * f64::from(n)),
        -10.0..10.0,
        (1.0..=16.0f64, any::<bool>()).prop_map(|(e, up)| if up {
            1.0 + 10f64.powf(-e)
        } else {
            10f64.powf(-e) - 1.0
        }),
        (-300.0..300.0f64, any::<bool>()).prop_map(|(e, negative)| if negative {
            -(10f64.powf(e))
        } else {
            10f64.powf(e)
        }),
    ]
}

/// An interval and a number in it, which is as often as not an end, or all of it.
fn interval() -> impl Strategy<Value = (Interval, f64)> {
    (number(), number(), 0.0..=1.0f64, 0u8..4).prop_map(|(a, b, share, kind)| {
        let (lo, hi) = (a.min(b), a.max(b));
        match kind {
            0 => (Interval::point(a), a),
            1 => (Interval::new(lo, hi), lo),
            2 => (Interval::new(lo, hi), hi),
            _ => (Interval::new(lo, hi), (lo * (1.0 - share) + hi * share).clamp(lo, hi)),
        }
    })
}

fn exact(x: f64) -> Extended<f64> {
    Extended::from(x)
}

fn encloses(enclosure: Interval, truth: Extended<f64>) -> bool {
    let truth = truth.to_f64();
    truth.is_nan()
        || enclosure.contains(truth)
        || (truth.is_infinite() && enclosure.hull(Interval::point(truth)) == enclosure)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic_is_enclosed((a, x) in interval(), (b, y) in interval()) {
        let (u, v) = (exact(x), exact(y));
        prop_assert!(encloses(a + b, u + v), "{a:?} + {b:?}");
        prop_assert!(encloses(a - b, u - v), "{a:?} - {b:?}");
        prop_assert!(encloses(a * b, u * v), "{a:?} * {b:?}");
        if y != 0.0 {
            prop_assert!(encloses(a / b, u / v), "{a:?} / {b:?}");
        }
        for n in [-3, -2, 2, 3, 4, 5] {
            if x != 0.0 || n > 0 {
                prop_assert!(encloses(a.powi(n), u.powi(n)), "{a:?}^{n}");
            }
        }
    }

    #[test]
    fn every_primitive_is_enclosed((a, x) in interval(), (b, y) in interval()) {
        for &primitive in Primitive::ALL {
            let arity = primitive.facts().arity;
            let enclosure = primitive.evaluate(&[a, b][..arity]);
            let truth = primitive.evaluate(&[exact(x), exact(y)][..arity]);
            // 0 has no negative power; and powers lose digits with the size of the exponent.
            if primitive == Primitive::Powf && ((x == 0.0 && y < 0.0) || y.abs() > 1e3) {
                continue;
            }
            prop_assert!(encloses(enclosure, truth), "{primitive:?} {a:?} {b:?}: {enclosure:?}, {}", truth.to_f64());
        }
    }

    #[test]
    fn conditions_hold_where_they_are_certain((a, x) in interval(), (b, y) in interval()) {
        for (truth, holds) in [(a.lt(b), x < y), (a.le(b), x <= y), (a.gt(b), x > y), (a.ge(b), x >= y)] {
            prop_assert!(truth == Truth::Maybe || (truth == Truth::Yes) == holds);
        }
        prop_assert!(a.eq(b) == Truth::Maybe || (a.eq(b) == Truth::Yes) == (x == y));
    }
}

#[test]
fn what_is_exact_stays_exact() {
    let one = Interval::point(1.0);
    assert_eq!(one - one, Interval::point(0.0));
    assert_eq!((one / Interval::point(4.0)).sqrt(), Interval::point(0.5));
    assert_eq!(Interval::point(0.0).exp(), one);
    assert_eq!(one.ln(), Interval::point(0.0));
    assert!((one / Interval::point(3.0)).lo < (one / Interval::point(3.0)).hi);
}
