//! Programs as people type them: control flow, names, attributes. The kernel computes what the fn computes, and its
//! derivative is that of a difference quotient.
#![allow(
    clippy::all,
    clippy::pedantic,
    nonstandard_style,
    missing_docs,
    unused,
    reason = "the programs stand as they were typed"
)]

use activations::Kernel;
use activations::prelude::*;

#[activation]
pub fn shadow_in_branch(x: f32) -> f32 {
    let y = if x > 0.0 {
        let x = 2.0 * x;
        x
    } else {
        let x = 0.5 * x;
        x
    };
    y + x
}

#[activation]
pub fn tuple_swap(x: f32) -> f32 {
    let (mut a, mut b) = (x, x * x);
    (a, b) = (b, a);
    a -= 0.5;
    b *= 2.0;
    a * b
}

#[activation]
pub fn tuple_typed(x: f32) -> f32 {
    let (s, c): (f32, f32) = x.sin_cos();
    s + 0.5 * c
}

#[activation]
pub fn tuple_branch(x: f32) -> f32 {
    let (a, b) = if x > 1.0 { (x, 2.0) } else { (2.0 * x, x.max(-4.0) * 0.0 + 1.0) };
    a * b
}

#[activation]
pub fn mut_arg(mut x: f32) -> f32 {
    x += 1.0;
    x = x.tanh();
    x /= 2.0;
    x
}

#[activation]
pub fn nested_early(x: f32) -> f32 {
    if x < 0.0 {
        if x < -1.0 {
            return -0.5;
        }
        return 0.5 * x;
    }
    if x > 6.0 {
        return 6.0;
    }
    x
}

#[activation]
pub fn early_in_else(x: f32) -> f32 {
    let y;
    if x > 0.0 {
        y = x * x;
    } else {
        return 0.0;
    }
    y * 2.0
}

#[activation]
pub fn match_ranges(x: f32) -> f32 {
    match x {
        ..=-3.0 => 0.0,
        -3.0..3.0 => x * (x + 3.0) / 6.0,
        _ => x,
    }
}

#[activation]
pub fn match_inf(x: f32) -> f32 {
    match x {
        f32::NEG_INFINITY..=0.0 => 0.0,
        0.0..=6.0 => x,
        _ => 6.0,
    }
}

#[activation]
pub fn match_or(x: f32) -> f32 {
    match x {
        v if v < -2.0 || v > 2.0 => 0.0,
        v => 4.0 - v * v,
    }
}

#[activation]
pub fn match_bind_at(x: f32) -> f32 {
    match x {
        v @ ..0.0 => 0.1 * v,
        v @ _ => v,
    }
}

#[activation]
pub fn match_tuple(x: f32) -> f32 {
    match (x > 0.0, x > 1.0) {
        (true, true) => 2.0 * x - 1.0,
        (true, false) => x,
        (false, _) => 0.0,
    }
}

#[activation]
pub fn match_block(x: f32) -> f32 {
    match x {
        v if v >= 0.0 => {
            let t = v.tanh();
            t * t + v
        }
        v => v,
    }
}

#[activation]
pub fn loop_index(x: f32) -> f32 {
    let mut sum = 0.0;
    let mut term = 1.0;
    for i in 1..8 {
        term *= x / i as f32;
        sum += term;
    }
    sum * (-x * x).exp()
}

#[activation]
pub fn loop_local_const(x: f32) -> f32 {
    const N: i32 = 3;
    let mut y = 0.0;
    for k in 0..N {
        y += (x * (k as f32 + 1.0)).sin() / (k as f32 + 1.0);
    }
    y
}

#[activation]
pub fn loop_incl_pow(x: f32) -> f32 {
    let mut y = 0.0;
    for k in 1..=3 {
        y += x.powi(k) * 0.1;
    }
    y
}

#[activation]
pub fn loop_nested(x: f32) -> f32 {
    let mut y = x;
    for i in 0..2 {
        for j in 0..2 {
            if i == j { y = y.sin() } else { y = y * 0.9 }
        }
    }
    y
}

#[activation]
pub fn loop_early(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..3 {
        if y > 1.0 {
            return y;
        }
        y = y * y * y * 0.5 + 0.5 * y;
    }
    y
}

#[activation]
pub fn local_const(x: f32) -> f32 {
    const A: f32 = 1.6732632;
    const L: f32 = 1.050701;
    if x > 0.0 { L * x } else { L * A * x.exp_m1() }
}

const B: f32 = 2.0 * 0.35;
#[activation]
pub fn const_expr(x: f32) -> f32 {
    (B * x).tanh() + B
}

#[activation]
pub fn closure_basic(x: f32) -> f32 {
    let g = |t: f32| t / (1.0 + t.abs());
    g(x) + 0.5 * g(2.0 * x)
}

#[activation]
pub fn closure_untyped(x: f32) -> f32 {
    let square = |t| t * t;
    square(x) + square(x + 1.0)
}

#[activation]
pub fn closure_block_ret(x: f32) -> f32 {
    let g = |t: f32| -> f32 {
        if t > 0.0 {
            return t;
        }
        0.1 * t
    };
    g(x) - g(-x) * 0.5
}

pub mod acts {
    use activations::prelude::*;
    #[activation]
    pub fn swish(x: f32, #[param(1.0)] beta: f32) -> f32 {
        x * sigmoid(beta * x)
    }
}
#[activation]
pub fn path_call_expr(x: f32, #[param(0.7)] b: f32) -> f32 {
    acts::swish(2.0 * x, 1.0 + b * b)
}

#[activation]
pub fn one(x: f32) -> f32 {
    x.tanh()
}
#[activation]
pub fn two(x: f32) -> f32 {
    one(x) * x
}
#[activation]
pub fn compose_chain(x: f32) -> f32 {
    two(one(x)) + two(0.5) * x
}

/// A doc.
#[doc = "Another."]
#[inline]
#[must_use]
#[allow(dead_code)]
#[activation]
pub(crate) fn attrs_docs(
    /// the input
    x: f32,
    /// the slope
    #[param(0.25)]
    #[allow(unused)]
    a: f32,
) -> f32 {
    a * x + x.sin()
}

#[activation]
pub fn r#match(r#fn: f32, #[param(0.5)] r#struct: f32) -> f32 {
    let r#let = r#fn * r#struct;
    r#let.sin() + r#fn
}

#[activation]
pub fn named_self_like(x: f32, #[param(0.5)] new: f32, #[param(2.0)] with: f32) -> f32 {
    x * new + with * x.sin()
}

#[activation]
pub fn named_sum(
    sum: f32,
    #[param(0.5)] product: f32,
    #[param(1.0)] mask: f32,
    #[param(1.0)] rest: f32,
) -> f32 {
    let quotient = sum / (product + 1.0);
    if quotient > mask { quotient * rest } else { quotient }
}

#[activation]
pub fn named_result(value: f32, #[param(0.5)] derivative: f32, #[param(1.0)] gradient: f32) -> f32 {
    value * derivative + gradient * value.tanh()
}

#[activation]
pub fn named_x_y(x: f32, #[param(0.5)] x2: f32, #[param(0.5)] exp: f32, #[param(0.5)] exp2: f32) -> f32 {
    let a = (x * exp).exp();
    a * a * exp2 + a * x2
}

#[activation]
pub fn default(x: f32) -> f32 {
    x * 2.0 + x.sin()
}

#[activation]
pub fn core(x: f32, #[param(1.0)] std: f32) -> f32 {
    x * 2.0 + std * x.cos()
}

#[activation]
#[cfg(all())]
pub fn cfg_body(x: f32) -> f32 {
    x.atan()
}

#[activation]
pub fn removable(x: f32) -> f32 {
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

#[activation]
pub fn cont_13(x: f32) -> f32 {
    if x > 1.0 / 3.0 { x } else { (3.0 * x + 1.0) / 6.0 }
}

#[activation]
pub fn unit_stmt(x: f32) -> f32 {
    let y = x;
    {}
    y
}

#[activation]
pub fn let_else_if(x: f32) -> f32 {
    let s = if x > 2.0 {
        2.0
    } else if x > 0.0 {
        x
    } else {
        0.0
    };
    let t = match x {
        _ => 1.0,
    };
    s * t + x
}

#[activation]
pub fn ufcs(x: f32) -> f32 {
    f32::tanh(x) * f32::exp(-f32::abs(x)) + f32::max(x, 0.0)
}

#[activation]
pub fn trailing_ret(x: f32) -> f32 {
    return x.sin();
}

#[activation]
pub fn bool_logic(x: f32) -> f32 {
    let a = x > 0.0;
    let b = !(x > 2.0);
    if a && b {
        x
    } else if !a {
        0.0
    } else {
        2.0
    }
}

/// Away from where the programs have kinks.
const POINTS: [f32; 8] = [-7.3, -3.3, -1.2, -0.27, 0.4, 0.85, 2.6, 6.7];

fn agree(kernel: &impl Kernel, function: impl Fn(f32) -> f32) {
    let name = std::any::type_name_of_val(kernel);
    for x in POINTS {
        let (value, slope) = kernel.value_and_derivative(f64::from(x));
        let error = (value - f64::from(function(x))).abs();
        assert!(error < 2e-6 * value.abs().max(1.0), "{name} at {x}: {value}");
        let h = 1e-6;
        let quotient = (kernel.value(f64::from(x) + h) - kernel.value(f64::from(x) - h)) / (2.0 * h);
        assert!(
            (slope - quotient).abs() < 1e-7 * slope.abs().max(1.0),
            "{name} at {x}: {slope} for {quotient}"
        );
    }
}

#[test]
fn programs() {
    agree(&ShadowInBranch, shadow_in_branch);
    agree(&TupleSwap, tuple_swap);
    agree(&TupleTyped, tuple_typed);
    agree(&TupleBranch, tuple_branch);
    agree(&MutArg, mut_arg);
    agree(&NestedEarly, nested_early);
    agree(&EarlyInElse, early_in_else);
    agree(&MatchRanges, match_ranges);
    agree(&MatchInf, match_inf);
    agree(&MatchOr, match_or);
    agree(&MatchBindAt, match_bind_at);
    agree(&MatchTuple, match_tuple);
    agree(&MatchBlock, match_block);
    agree(&LoopIndex, loop_index);
    agree(&LoopLocalConst, loop_local_const);
    agree(&LoopInclPow, loop_incl_pow);
    agree(&LoopNested, loop_nested);
    agree(&LoopEarly, loop_early);
    agree(&LocalConst, local_const);
    agree(&ConstExpr, const_expr);
    agree(&ClosureBasic, closure_basic);
    agree(&ClosureUntyped, closure_untyped);
    agree(&ClosureBlockRet, closure_block_ret);
    agree(&PathCallExpr::default(), |x| path_call_expr(x, 0.7));
    agree(&ComposeChain, compose_chain);
    agree(&AttrsDocs::default(), |x| attrs_docs(x, 0.25));
    agree(&Match::default(), |x| r#match(x, 0.5));
    agree(&NamedSelfLike::default(), |x| named_self_like(x, 0.5, 2.0));
    agree(&NamedSum::default(), |x| named_sum(x, 0.5, 1.0, 1.0));
    agree(&NamedResult::default(), |x| named_result(x, 0.5, 1.0));
    agree(&NamedXY::default(), |x| named_x_y(x, 0.5, 0.5, 0.5));
    agree(&Default, default);
    agree(&Core::default(), |x| core(x, 1.0));
    agree(&CfgBody, cfg_body);
    agree(&Removable, removable);
    agree(&Cont13, cont_13);
    agree(&UnitStmt, unit_stmt);
    agree(&LetElseIf, let_else_if);
    agree(&Ufcs, ufcs);
    agree(&TrailingRet, trailing_ret);
    agree(&BoolLogic, bool_logic);
}
