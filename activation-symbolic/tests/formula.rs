//! Formulas read like mathematics, and their LaTeX is well formed.

mod support;

use activation_symbolic::format::{Notation, format};
use support::{cases, front};

/// The formula of a function of x, in both notations.
fn formula(source: &str) -> [String; 2] {
    let (function, errors) = front(source);
    assert!(errors.is_empty(), "{source}: {errors:?}");
    let function = function.unwrap();
    let write = |notation| format(&function.graph, function.written, &function.signature, notation);
    [write(Notation::Text), write(Notation::Latex)]
}

#[test]
fn as_a_person_would_write_it() {
    for (body, text, latex) in [
        ("x * sigmoid(1.702 * x)", "x · σ(1.702x)", r"x \cdot \sigma\left(1.702x\right)"),
        ("3.0 * x * x - 2.0 * x", "3x² − 2x", "3{x}^{2} - 2x"),
        ("x * 0.5", "0.5x", "0.5x"),
        ("alpha_1 * x", "alpha_1 · x", r"\alpha_{1} \cdot x"),
        ("rate * x", "rate · x", r"\mathrm{rate} \cdot x"),
        ("1e-9 * x + 1e-8", "1e-9 · x + 1e-8", r"10^{-9} \cdot x + 10^{-8}"),
        ("(-x).exp()", "exp(−x)", "e^{-x}"),
        ("x * K + crate::shapes::SLOPE_A", "x · K + SLOPE_A", r"x \cdot K + \mathrm{SLOPE\_A}"),
        ("x * (std::f64::consts::PI as f32) + (W as f32)", "3.1415927x + W", "3.1415927x + W"),
        (
            "if x > 1.0 { x } else if x < 0.0 { 0.0 } else { x * x }",
            "x if x > 1 else 0 if x < 0 else x²",
            r"\begin{cases} x & \text{if } x > 1 \\ 0 & \text{if } x < 0 \\ {x}^{2} & \text{otherwise} \end{cases}",
        ),
        ("1.0 / (1.0 + x.abs()).sqrt()", "1/√(1 + |x|)", r"\frac{1}{\sqrt{1 + \left|x\right|}}"),
    ] {
        let source = format!(
            "#[activation] fn f(x: f32, #[param] alpha_1: f32, #[param] rate: f32) -> f32 {{ {body} }}"
        );
        assert_eq!(formula(&source), [text, latex], "{body}");
    }
}

/// What is wrong with LaTeX in math mode, as far as counting tells.
fn fault(latex: &str) -> Option<&'static str> {
    let mut depth = 0_i32;
    let mut escaped = false;
    for c in latex.chars() {
        match c {
            '{' if !escaped => depth += 1,
            '}' if !escaped => depth -= 1,
            c if !c.is_ascii() && !c.is_alphabetic() => return Some("a sign that LaTeX doesn't know"),
            _ => {}
        }
        if depth < 0 {
            return Some("a brace too many is closed");
        }
        escaped = c == '\\' && !escaped;
    }
    let count = |piece: &str| latex.matches(piece).count();
    match () {
        () if depth != 0 => Some("a brace is left open"),
        () if count(r"\left") != count(r"\right") => Some(r"\left without \right"),
        () if count(r"\begin{cases}") != count(r"\end{cases}") => Some("cases without end"),
        () if latex.contains("{}") || latex.contains("()") => Some("something is missing"),
        () => None,
    }
}

#[test]
fn latex_of_published_functions_is_well_formed() {
    let files = [
        include_str!("../../tests/data/elementwise/cases.json"),
        include_str!("../../tests/data/survey/cases.json"),
    ];
    let mut looked_at = 0;
    for case in files.into_iter().flat_map(cases) {
        let names = case["params"].as_array().into_iter().flatten().filter_map(|p| p[0].as_str());
        let parameters: Vec<String> = names.map(|name| format!(", #[param] {name}: f32")).collect();
        let parameters = parameters.concat();
        let body = case["rust"].as_str().unwrap_or_default();
        let [text, latex] = formula(&format!("#[activation] fn f(x: f32{parameters}) -> f32 {{ {body} }}"));
        assert_eq!(fault(&latex), None, "{latex}");
        assert_eq!(text.matches('(').count(), text.matches(')').count(), "{text}");
        looked_at += 1;
    }
    assert!(looked_at > 200, "{looked_at} cases");
}
