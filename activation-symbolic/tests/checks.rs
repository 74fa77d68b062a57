//! What is refused, where and with which witness; and what must not be.

mod support;

use support::{Checked, body, cases, check};

/// Whether the message holds an input's value, such as `x = -1`.
fn has_witness(message: &str, name: &str) -> bool {
    ["=", "≈"].iter().any(|sign| {
        message.match_indices(&format!("{name} {sign} ")).any(|(at, found)| {
            let rest = message[at + found.len()..].trim_start_matches('-');
            rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        })
    })
}

#[track_caller]
fn accepted(checked: &Checked, what: &str) {
    assert!(checked.refusals.is_empty(), "{what}: {:#?}", checked.refusals);
}

#[track_caller]
fn refused(checked: &Checked, what: &str, token: &str, says: &[&str]) {
    let [refusal] = checked.refusals.as_slice() else { panic!("{what}: {:#?}", checked.refusals) };
    assert_eq!(refusal.token, token, "{what}: {}", refusal.message);
    assert!(has_witness(&refusal.message, "x"), "{what}: {}", refusal.message);
    for said in says {
        assert!(refusal.message.contains(said), "{what}: no `{said}` in `{}`", refusal.message);
    }
}

#[test]
fn what_is_undefined_is_refused_with_a_witness() {
    for (text, token, says) in [
        ("x.ln()", "ln", "x = -1"),
        ("(1.0 - x).ln()", "ln", "x = 2"),
        ("x.log2()", "log2", "x = -1"),
        ("x.abs().ln()", "ln", "x = 0"),
        ("x.ln_1p()", "ln_1p", "x = -2"),
        ("x.sqrt()", "sqrt", "x = -1"),
        ("(x * x - 2.0).sqrt()", "sqrt", "x = 0"),
        ("(x * x - 0.001).sqrt()", "sqrt", "x = 0"),
        ("x.abs().sqrt()", "sqrt", "infinite slope at x = 0"),
        ("x.max(0.0).sqrt()", "sqrt", "infinite slope at x = 0"),
        ("x.abs().powf(0.5)", "powf", "infinite slope at x = 0"),
        ("x.cbrt()", "cbrt", "infinite slope at x = 0"),
        ("x.clamp(-1.0, 1.0).asin()", "asin", "infinite slope at x = -1"),
        ("x.powf(1.5)", "powf", "x = -1"),
        ("x.powf(-2.0)", "powf", "x = 0"),
        ("x.powi(-1)", "powi", "x = 0"),
        ("x.asin()", "asin", "x = -2"),
        ("x.acos()", "acos", "x = -2"),
        ("(1.0 - x * x).acosh()", "acosh", "x = -1"),
        ("x.atanh()", "atanh", "x = -2"),
        ("x.tanh().atanh().exp() + (2.0 * x).atanh()", "atanh", "x = -1"),
        ("1.0 / x", "/", "x = 0"),
        ("x.recip()", "recip", "x = 0"),
        ("1.0 / (x - 0.3)", "/", "x = 0.3"),
        ("1.0 / (x * x - 2.0)", "/", "x ≈ 1.4142135"),
        ("1.0 / (x * x - 0.09)", "/", "x"),
        ("1.0 / ((x - 0.3) * (x - 0.3))", "/", "x = 0.3"),
        ("x / (x.exp() - 3.0)", "/", "x ≈ 1.098612"),
        ("1.0 / ((x * x - 2.0) * (x * x - 2.0))", "/", "x ≈ -1.4142135"),
        ("1.0 / (1.0 - x.sin())", "/", "x ≈ 1.570796"),
        ("x / (3.0 * x * x - 2.0 * x + 1.0 / 3.0)", "/", "x ≈ 0.3333333"),
        ("1.0 / x.sqrt()", "sqrt", "x = -1"),
        ("x.sqrt().ln()", "sqrt", "x = -1"),
        ("x / x.abs()", "/", "x = 0"),
        ("x.sin() / x", "/", "x = 0"),
        ("x / x.sin()", "/", "x = 0"),
        ("1.0 / x.cos()", "/", "x ≈"),
        ("x.tan()", "tan", "x ≈"),
        ("if x > 1.0 { x } else { x.ln() }", "ln", "x = -1"),
        ("if x * x < 4.0 { (3.0 - x * x).sqrt() } else { 1.0 }", "sqrt", "x ="),
    ] {
        refused(&body("allow(jumps)", text), text, token, &[says]);
    }
}

#[test]
fn what_is_defined_is_accepted() {
    for text in [
        "(x * x).sqrt()",
        "(x * x + 1.0).sqrt()",
        "x * x.abs().sqrt()",
        "x.abs().powf(1.5)",
        "(x * x).powf(0.5)",
        "1.0 / ((x * x - 2.0) * (x * x - 2.0) + 1e-20)",
        "1.0 / (1.0001 - x.sin())",
        "x / (x * x - x + 1.0)",
        "x / (x.exp() - x)",
        "if x > 0.0 { x.ln_1p() } else { x }",
        "if x > 0.0 { (1.0 + x).ln() } else { x }",
        "if x > 1.0 { x.ln() + 1.0 } else { x }",
        "if x > 1.0 && (x.ln() > 3.0) { x } else { x }",
        "if x == 0.0 { 1.0 } else { x.sin() / x }",
        "if x.abs() < 1e-6 { 1.0 } else { x.exp_m1() / x }",
        "1.0 / (1.0 + (-x).exp())",
        "x / (x + 1.16 * (-x).exp())",
        "x / (1.0 - x * (-(x + x.exp())).exp())",
        "(1.0 + x.exp() * (0.85 * x).tanh()).ln()",
        "1.0 / x.exp()",
        "1.0 / x.cosh()",
        "(1.0 - x.tanh() * x.tanh() + 1e-3).sqrt()",
        "1.0 / (1.0 - x.tanh())",
        "(1.0 - x.tanh()).ln()",
        "x.exp().ln()",
        "x.powf(2.0)",
        "x.powf(3.0)",
        "sigmoid(x).ln()",
        "(0.5 * x.tanh()).asin()",
        "(0.5 * x.tanh()).atanh()",
        "x.cosh().ln()",
        "(x * x + 1.0).acosh()",
        "0.5 * (x + (x * x + 4.0).sqrt()).ln()",
        "1.0 / (x * x + 1e-6)",
        "x / (1e-6 + x.abs())",
        "(x * x).exp().recip()",
        "x / (if x > 0.0 { 1.0 } else { -1.0 })",
    ] {
        let checked = body("", text);
        let slopes = text.contains("acosh");
        if !slopes {
            accepted(&checked, text);
        }
    }
    accepted(&body("domain = 0.001..=1000.0", "x.ln() + x.sqrt()"), "narrowed");
    accepted(&body("domain = -0.99..=0.99", "x.asin() + x.atanh()"), "narrowed");
    accepted(&body("allow(domain)", "x.ln()"), "allowed");
}

#[test]
fn jumps_are_refused_at_their_branch() {
    for (text, token, says) in [
        ("if x > 1.0 { x } else { 0.0 }", "if", "jumps at x = 1: 0 from the left, 1 from the right"),
        ("if x < 0.0 { 0.0 } else { 1.0 }", "if", "jumps at x = 0: 0 from the left, 1 from the right"),
        ("if x * x < 2.0 { x * x } else { 1.0 }", "if", "jumps at x ≈"),
        ("if x.tanh() > 0.5 { 1.0 } else { 0.0 }", "if", "x ≈ 0.54930"),
        ("if x > -1.0 && x < 1.0 { 1.0 } else { 0.0 }", "if", "x = -1"),
        ("if x == 1.0 { 5.0 } else { x }", "if", "5 at the point itself"),
        ("if x < 0.0 { -x } else if x < 1.0 { x } else { 2.0 * x }", "if", "jumps at x = 1"),
        ("match x { v if v < 0.3 => 0.0, v => v }", "match", "jumps at x = 0.3: 0 from the left, 0.3"),
        ("if x < 1.0 { 0.0 } else { 0.0001 }", "if", "x = 1"),
        ("if x.abs() < 1.0 { (-1.0 / (1.0 - x * x)).exp() } else { 1.0 }", "if", "x = -1"),
        ("if x < 0.0 { return 1.0; } x", "if", "jumps at x = 0: 1 from the left, 0 from the right"),
        ("if x > 0.0 { if x > 2.0 { return 5.0; } } x", "if", "jumps at x = 2"),
        ("let mut y = x; if x > 2.0 { y = 0.0; } y", "if", "jumps at x = 2: 2 from the left, 0"),
        ("if x > 0.0 { x.ln() } else { 0.0 }", "if", "0 from the left, -∞ from the right"),
        ("(1.0 + x * x).copysign(x)", "copysign", "x = 0"),
    ] {
        refused(&body("allow(domain)", text), text, token, &[says]);
    }
}

#[test]
fn continuous_branches_are_no_jumps() {
    for text in [
        "if x > 0.0 { x } else { x.exp_m1() }",
        "if x < 0.5 { x.exp() } else { 1.6487213 }",
        "if x > 0.0 { 0.75 * x + std::f32::consts::LN_2 } else { (1.0 + x.exp()).ln() }",
        "x * (if x > 0.0 { 1.0 } else { 0.0 })",
        "if x.abs() < 1.0 { (-1.0 / (1.0 - x * x)).exp() } else { 0.0 }",
        "if x * x < 2.0 { (2.0 - x * x) * x } else { 0.0 }",
        "let a = if x > 0.0 { 1.0 } else { 0.0 }; let b = if x > 0.0 { 3.0 } else { 2.0 }; a - b",
        "if x <= -1.0 { -1.0 } else if x >= 1.0 { 1.0 } else { x }",
        "if x == 0.0 { 1.0 } else { x.sin() / x }",
        "x.abs().copysign(x)",
        "if x > 0.0 { x } else { 0.1 * x }",
    ] {
        accepted(&body("", text), text);
    }
    accepted(&body("allow(jumps)", "if x > 1.0 { x } else { 0.0 }"), "allowed");
    assert!(body("allow(jumps)", "if x > 1.0 { x } else { 0.0 }").function.facts.jumps);
}

/// (x, left, right) of the kinks, as recorded.
fn kinks(checked: &Checked) -> Vec<(f64, f64, f64)> {
    checked.function.facts.kinks.iter().map(|&(x, left, right, _)| (x, left, right)).collect()
}

#[test]
fn kinks_are_recorded_and_can_be_denied() {
    assert_eq!(kinks(&body("", "x.max(0.0)")), [(0.0, 0.0, 1.0)]);
    assert_eq!(kinks(&body("", "x.abs()")), [(0.0, -1.0, 1.0)]);
    assert_eq!(kinks(&body("", "(x * x).sqrt()")), [(0.0, -1.0, 1.0)]);
    assert_eq!(kinks(&body("", "x.clamp(-1.0, 2.0)")), [(-1.0, 0.0, 1.0), (2.0, 1.0, 0.0)]);
    assert_eq!(kinks(&body("", "if x > 0.0 { x } else { x.exp_m1() }")), []);
    assert_eq!(kinks(&body("", "x.max(0.0) + (-x.abs()).exp().ln_1p()")), []);
    assert_eq!(kinks(&body("", "x * x.abs()")), []);
    for (text, token, says) in [
        ("x.max(0.0)", "max", "x = 0: slope 0 from the left, 1 from the right"),
        ("x.abs()", "abs", "slope -1 from the left"),
        ("x.clamp(-1.0, 5.0)", "clamp", "x = -1"),
        ("if x < 0.0 { return 0.5 * x; } x", "if", "slope 0.5 from the left, 1 from the right"),
        ("relu(x)", "relu", "x = 0"),
        ("(x * x).sqrt()", "sqrt", "x = 0"),
        ("x.hypot(0.0)", "hypot", "x = 0"),
        ("if x > 0.0 { x } else { 0.1 * x }", "if", "slope 0.1 from the left"),
    ] {
        refused(&body("deny(kinks)", text), text, token, &[says]);
    }
    accepted(&body("deny(kinks)", "x.max(0.0) + (-x.abs()).exp().ln_1p()"), "softplus");
}

#[test]
fn a_parameter_without_default_is_blamed_for_nothing_that_some_value_mends() {
    for text in ["x.max(0.0).powf(p)", "x / (1.0 - p)", "(x * x + p).sqrt()", "(1.0 + p * x * x).recip()"] {
        let text = format!("#[activation]\nfn f(x: f32, #[param] p: f32) -> f32 {{ {text} }}");
        accepted(&check(&text), &text);
    }
    for text in ["(x + p).ln()", "p / x", "if x > p { 1.0 } else { p - 3.5 }"] {
        let text = format!("#[activation]\nfn f(x: f32, #[param] p: f32) -> f32 {{ {text} }}");
        assert_eq!(check(&text).refusals.len(), 1, "{text}");
    }
    let with_default = "#[activation]\nfn f(x: f32, #[param(2.0)] p: f32) -> f32 { 1.0 / (x - p) }";
    refused(&check(with_default), with_default, "/", &["x = 2"]);
}

#[test]
fn several_inputs_have_witnesses_too() {
    let two = |text: &str| check(&format!("#[activation]\nfn f(a: f32, b: f32) -> f32 {{ {text} }}"));
    for (text, token) in
        [("a / b", "/"), ("a / (a - b)", "/"), ("(a * b).ln()", "ln"), ("(a + b).sqrt()", "sqrt")]
    {
        let checked = two(text);
        let [refusal] = checked.refusals.as_slice() else { panic!("{text}: {:#?}", checked.refusals) };
        assert_eq!(refusal.token, token, "{text}");
        assert!(
            has_witness(&refusal.message, "a") && has_witness(&refusal.message, "b"),
            "{}",
            refusal.message
        );
    }
    for text in ["a * sigmoid(b)", "a.max(b)", "a / (1.0 + b * b)", "a.hypot(b)", "if a > b { a } else { b }"]
    {
        accepted(&two(text), text);
    }
    assert_eq!(two("if a > b { a } else { 0.0 }").refusals.len(), 1);
}

#[test]
fn programs_to_accept_are_accepted() {
    for case in cases(include_str!("../../tests/data/programs/accept.json")) {
        let source = case["source"].as_str().expect("source");
        accepted(&check(source), source);
    }
}

#[test]
fn programs_to_reject_are_rejected_once_at_the_token() {
    for case in cases(include_str!("../../tests/data/programs/reject.json")) {
        let level = case["level"].as_str().expect("level");
        if level == "language" {
            continue;
        }
        let source = case["source"].as_str().expect("source");
        let tokens: Vec<&str> =
            case["token"].as_array().expect("tokens").iter().filter_map(|t| t.as_str()).collect();
        refused(&check(source), source, tokens[0], &[]);
    }
}

/// The item of an element-wise case, its parameters at the case's values.
fn item(case: &serde_json::Value, text: &str) -> String {
    let parameter = |p: &serde_json::Value| {
        format!(", #[param({:?})] {}: f32", p[1].as_f64().expect("value"), p[0].as_str().expect("name"))
    };
    let parameters =
        case["params"].as_array().into_iter().flatten().map(parameter).collect::<Vec<_>>().concat();
    format!("#[activation]\nfn f(x: f32{parameters}) -> f32 {{\n{text}\n}}")
}

#[test]
fn published_activations_are_accepted_with_their_kinks() {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
    for case in cases(include_str!("../../tests/data/elementwise/cases.json")) {
        for spelling in ["rust", "rust_naive"] {
            let Some(text) = case[spelling].as_str() else { continue };
            let checked = check(&item(&case, text));
            accepted(&checked, text);
            let expected: Vec<[f64; 3]> = case["kinks"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|k| [0, 1, 2].map(|i| k[i].as_f64().expect("number")))
                .collect();
            let found = kinks(&checked);
            let same = found.len() == expected.len()
                && found
                    .iter()
                    .zip(&expected)
                    .all(|(f, e)| close(f.0, e[0]) && close(f.1, e[1]) && close(f.2, e[2]));
            assert!(same, "{text}: {found:?} instead of {expected:?}");
            assert!(checked.function.facts.analysed, "{text}");
        }
    }
}

#[test]
fn ranges_are_hulls_of_the_values() {
    let range = |text: &str| body("", text).function.facts.range;
    assert_eq!(range("sigmoid(x)"), Some((0.0, 1.0)));
    assert_eq!(range("x.tanh()"), Some((-1.0, 1.0)));
    assert_eq!(range("x.max(0.0)"), Some((0.0, f64::INFINITY)));
    assert_eq!(range("x.abs().ln_1p()"), Some((0.0, f64::INFINITY)));
    assert_eq!(range("x * (x + 3.0).clamp(0.0, 6.0) / 6.0"), Some((-0.375, f64::INFINITY)));
    // min of x·σ(x), by mpmath
    let (low, high) = range("x * sigmoid(x)").expect("a range");
    assert!((low + 0.278_464_542_761_073_8).abs() < 1e-7 && high == f64::INFINITY);
    assert_eq!(body("allow(domain)", "x.ln()").function.facts.range, None);
}

#[test]
fn smoothness_is_recorded() {
    let facts = |text: &str| body("", text).function.facts;
    assert!(facts("x * sigmoid(x)").smooth);
    assert!(!facts("x * x.abs()").smooth && facts("x * x.abs()").kinks.is_empty());
    assert!(!facts("x.abs()").smooth);
    assert!(facts("x.abs()").analysed);
}

#[test]
fn what_cannot_be_seen_is_not_judged() {
    for text in [
        "crate::other::swish(x) / (1.0 + x * x)",
        "x / crate::other::swish(x)",
        "x / (crate::other::SCALE - 1.0)",
        "if x > crate::other::EDGE { 1.0 } else { crate::other::SCALE }",
    ] {
        let checked = body("", text);
        accepted(&checked, text);
        assert!(!checked.function.facts.analysed, "{text}");
    }
    // What else is there is judged all the same.
    refused(&body("", "crate::other::swish(x) + x.ln()"), "ln beside a call", "ln", &["x = -1"]);
}

#[test]
fn with_a_derivative_of_its_own_only_the_domain_is_checked() {
    accepted(&body("derivative = |x| 1.0", "x.floor()"), "floor");
    accepted(&body("derivative = |x| 1.0", "if x > 1.0 { x } else { 0.0 }"), "jump");
    accepted(&body("derivative = |x| 1.0", "x.abs()"), "kink");
    refused(&body("derivative = |x| 1.0 / x", "x.floor()"), "own derivative", "/", &["x = 0"]);
    refused(&body("derivative = |x| 1.0", "x.ln().floor()"), "value", "ln", &["x = -1"]);
}

#[test]
fn f64_functions_are_checked_as_f64() {
    let f64_body = |text: &str| check(&format!("#[activation]\nfn f(x: f64) -> f64 {{ {text} }}"));
    accepted(&f64_body("x.exp() / (1.0 + x.exp())"), "sigmoid");
    accepted(&f64_body("1.0 / (1e-300 + x * x)"), "guarded");
    refused(&f64_body("1.0 / (x * x - 2.0)"), "pole", "/", &["x ≈ 1.41421356237309"]);
    refused(&f64_body("if x > 0.1 { 1.0 } else { 0.0 }"), "jump", "if", &["x = 0.1"]);
}

#[test]
fn a_narrowed_domain_narrows_what_is_asked() {
    accepted(&body("domain = 0.5..=2.0", "x.ln() + if x > 3.0 { 1.0 } else { 0.0 }"), "outside");
    refused(&body("domain = -0.5..=2.0", "x.ln()"), "inside", "ln", &["x = "]);
    refused(&body("domain = 0.0..=2.0", "x.sqrt()"), "at the end", "sqrt", &["infinite slope at x = 0"]);
    refused(&body("domain = 2.0..=4.0", "if x > 3.0 { 1.0 } else { 0.0 }"), "inside", "if", &["x = 3"]);
}

#[test]
fn published_activations_are_accepted_whatever_their_parameters() {
    for case in cases(include_str!("../../tests/data/elementwise/cases.json")) {
        let parameters = case["params"].as_array().into_iter().flatten();
        let parameters: Vec<String> =
            parameters.map(|p| format!(", #[param] {}: f32", p[0].as_str().expect("name"))).collect();
        for spelling in ["rust", "rust_naive"] {
            let Some(text) = case[spelling].as_str() else { continue };
            let source = format!("#[activation]\nfn f(x: f32{}) -> f32 {{\n{text}\n}}", parameters.concat());
            accepted(&check(&source), text);
        }
    }
}
