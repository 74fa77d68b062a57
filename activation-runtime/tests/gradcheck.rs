//! The gradient check passes what is right, also where it is hard, and fails what is wrong.

mod kernels;

use activation_runtime::gradcheck::{gradcheck, gradcheck_inputs};
use activation_runtime::kernel::{Info, Kernel, Kink, MultiKernel};
use activation_runtime::real::Real;
use kernels::{Arc, Gate, Prelu, Relu, Softsign};

/// e^x, and what is said to be its derivative, off by one part in `1/slip`.
struct Exp {
    slip: f64,
}

impl Kernel for Exp {
    const INFO: Info = Info::new("Exp", "eˣ", "eˣ");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        x.exp()
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        x.exp() * x.constant(1.0 + self.slip)
    }
}

/// |x − 2|, its kink known.
struct Vee;

impl Kernel for Vee {
    const INFO: Info = {
        let mut info = Info::new("Vee", "|x − 2|", "x > 2 ? 1 : −1");
        info.kinks = &[Kink { x: 2.0, left: -1.0, right: 1.0 }];
        info
    };
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        (x - x.constant(2.0)).abs()
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        R::select(x.gt(x.constant(2.0)), x.constant(1.0), x.constant(-1.0))
    }
}

/// A gate whose second derivative with respect to an input is of the other.
struct Crossed;

impl MultiKernel<2> for Crossed {
    const INFO: Info = Info::new("Crossed", "a·b / (1 + |a|)", "wrong");
    #[inline(always)]
    fn value<R: Real>(&self, x: [R; 2]) -> R {
        Gate.value(x)
    }
    #[inline(always)]
    fn gradient<R: Real>(&self, x: [R; 2]) -> [R; 2] {
        let [a, b] = Gate.gradient(x);
        [b, a]
    }
}

#[test]
fn right_derivatives_agree_to_the_last_digits() {
    for report in [
        gradcheck(&Softsign, -10.0..10.0),
        gradcheck(&Relu, -3.0..=3.0),
        gradcheck(&Exp { slip: 0.0 }, -20.0..20.0),
        gradcheck(&Vee, ..),
        gradcheck(&Arc, -1e3..1e3),
        gradcheck(&Prelu { slope: 0.25, shift: 0.0 }, -4.0..4.0),
        gradcheck_inputs(&Gate, [-5.0..5.0, -1.0..2.0]),
    ] {
        assert!(report.passed(), "{report}");
        for region in &report.regions {
            assert!(region.points > 120, "{report}");
            assert!(region.in_f64.error < 1e-15, "{report}");
            assert!(region.in_f32.error < 5e-7, "{report}");
        }
    }
}

#[test]
fn wrong_derivatives_fail_and_the_worst_point_is_named() {
    let report = gradcheck(&Exp { slip: 1e-6 }, -2.0..2.0);
    assert!(!report.passed(), "{report}");
    let worst = report.regions[3].in_f64;
    assert!((worst.difference - worst.x.exp()).abs() < 1e-14);
    assert!((worst.derivative - worst.x.exp() * (1.0 + 1e-6)).abs() < 1e-14);
    assert!(report.to_string().contains("FAILED"));

    let report = gradcheck_inputs(&Crossed, [-5.0..5.0, -1.0..2.0]);
    assert!(!report.passed(), "{report}");
}

#[test]
fn kinks_in_the_range_are_named_and_not_compared() {
    let report = gradcheck(&Vee, 0.0..4.0);
    assert_eq!(report.kinks.len(), 1);
    assert!(report.to_string().contains("kink at x = 2: slope -1 on the left, 1 on the right"));
    assert!(gradcheck(&Vee, 3.0..4.0).kinks.is_empty());
}

#[test]
fn the_report_is_a_table_of_aligned_columns() {
    let table = gradcheck(&Softsign, -1e3..1e3).to_string();
    let rows: Vec<&str> = table.lines().skip(1).take(9).collect();
    let width = rows[0].chars().count();
    assert!(rows.iter().all(|row| row.chars().count() == width), "{table}");
}
