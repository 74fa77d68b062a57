//! The text that `explain` gives.

use activation_runtime::explain::explain;
use activation_runtime::kernel::{Info, Kernel, Kink, Saves, Smoothness};
use activation_runtime::real::Real;

struct Ramp;

impl Kernel for Ramp {
    const INFO: Info = {
        let mut info = Info::new("Ramp", "min(max(x, 0), 1)", "0 < x < 1: 1\notherwise: 0");
        info.smoothness = Smoothness::Continuous;
        info.kinks = &[Kink { x: 0.0, left: 0.0, right: 1.0 }, Kink { x: 1.0, left: 1.0, right: 0.0 }];
        info.range = (0.0, 1.0);
        info.saves = Saves::Output;
        info.report = "rewrites\n  none\n";
        info
    };
    fn value<R: Real>(&self, x: R) -> R {
        x.max(x.constant(0.0)).min(x.constant(1.0))
    }
    fn derivative<R: Real>(&self, x: R) -> R {
        let inside = x.gt(x.constant(0.0)) & x.lt(x.constant(1.0));
        R::select(inside, x.constant(1.0), x.constant(0.0))
    }
}

#[test]
fn all_is_said() {
    let expected = "\
Ramp
  f(x)        min(max(x, 0), 1)
  f′(x)       0 < x < 1: 1
              otherwise: 0
  smoothness  continuous (C⁰)
  kink        at x = 0: slope 0 | 1
  kink        at x = 1: slope 1 | 0
  range       [0, 1]
  domain      (−∞, ∞)
  backward    needs y alone

rewrites
  none
";
    assert_eq!(explain::<Ramp>(), expected);
}
