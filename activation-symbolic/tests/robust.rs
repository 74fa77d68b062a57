//! Whatever the tokens are, the front end answers with a function or with errors: it never panics, and it never
//! refuses without a word.

mod support;

use activation_symbolic::fallback::fallback;
use proc_macro2::TokenStream;
use proptest::prelude::*;
use support::{front, split};

/// Pieces that bodies are made of, well-formed or not.
const PIECES: &[&str] = &[
    "x",
    "p",
    "y",
    "1.0",
    "2",
    "0.5f32",
    "3.0f64",
    "true",
    "\"s\"",
    "N",
    "f32::MAX",
    "std::f32::consts::PI",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "&",
    "&&",
    "|",
    "||",
    "!",
    "<",
    "<=",
    "==",
    "=",
    "+=",
    ".",
    ",",
    ";",
    ":",
    "::",
    "=>",
    "..",
    "..=",
    "?",
    "@",
    "#",
    "if",
    "else",
    "match",
    "let",
    "mut",
    "for",
    "in",
    "while",
    "loop",
    "return",
    "break",
    "as",
    "const",
    "fn",
    "use",
    "static",
    "unsafe",
    "move",
    "_",
    "'a",
    "exp",
    "max",
    "floor",
    "sigmoid",
    "inner",
    "powi",
    "f32",
    "i32",
    "f64",
];

/// Token trees with balanced brackets.
fn tokens() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES).prop_map(str::to_owned);
    piece.prop_recursive(4, 64, 8, |inner| {
        let list = prop::collection::vec(inner, 0..8).prop_map(|pieces| pieces.join(" "));
        (list, 0..4usize).prop_map(|(list, bracket)| match bracket {
            0 => format!("({list})"),
            1 => format!("[{list}]"),
            2 => format!("{{{list}}}"),
            _ => list,
        })
    })
}

/// Expressions that parse, of any types.
fn expressions() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(&["x", "p", "y", "1.0", "2", "-3", "true", "N", "f32::EPSILON", "()"][..])
            .prop_map(str::to_owned);
    leaf.prop_recursive(6, 96, 3, |e| {
        let pair = (e.clone(), e.clone());
        let operator = prop::sample::select(&["+", "-", "*", "/", "%", "<", ">=", "==", "&&", "|", "<<"][..]);
        let method = prop::sample::select(
            &[
                "exp()",
                "tanh()",
                "floor()",
                "sin_cos()",
                "powi(2)",
                "is_nan()",
                "max(0.0)",
                "clamp(0.0, 1.0)",
                "0",
                "tan",
            ][..],
        );
        prop_oneof![
            (pair.clone(), operator).prop_map(|((a, b), op)| format!("({a} {op} {b})")),
            (e.clone(), method).prop_map(|(a, method)| format!("({a}).{method}")),
            (e.clone(), pair.clone()).prop_map(|(c, (a, b))| format!("if {c} {{ {a} }} else {{ {b} }}")),
            (e.clone(), pair.clone()).prop_map(|(c, (a, b))| format!("{{ if {c} {{ return {a}; }} {b} }}")),
            (e.clone(), pair.clone()).prop_map(|(v, (a, b))| {
                format!("match {v} {{ 0.0 | 1.0 => {a}, -1.0..=3.0 if x > p => {b}, (y, _) => y, y => y }}")
            }),
            pair.clone().prop_map(|(a, b)| format!("{{ let mut y = {a}; y += {b}; y }}")),
            pair.clone().prop_map(|(a, b)| format!("{{ let (mut y, z) = ({a}, {b}); if z {{ y = z; }} y }}")),
            pair.clone().prop_map(|(a, b)| format!("{{ let y = |y: f32| {a}; y({b}) }}")),
            pair.clone()
                .prop_map(|(a, b)| format!("{{ let mut y = {a}; for i in 0..3 {{ y = y * {b}; }} y }}")),
            pair.prop_map(|(a, b)| format!("({a}, inner({b}))")),
            e.clone().prop_map(|a| format!("sigmoid({a})")),
            e.prop_map(|a| format!("-({a} as f32)")),
        ]
    })
}

fn check(source: &str) {
    let (function, diagnostics) = front(source);
    let written = function.as_ref().and_then(|f| f.graph.as_constant(f.written));
    if function.is_none() || written.is_some_and(f64::is_nan) {
        assert!(!diagnostics.is_empty(), "refused without a word: {source}");
    }
    let (attribute, item) = split(source);
    let stub = fallback(attribute, item, function.as_ref(), &TokenStream::new());
    assert!(syn::parse2::<syn::File>(stub).is_ok(), "{source}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn token_streams(body in tokens(), argument in tokens()) {
        for source in [
            format!("#[activation] fn f(x: f32, #[param] p: f32) -> f32 {{ {body} }}"),
            format!("#[activation] fn f(x: {argument}, #[param({argument})] p: f32) -> f32 {{ x }}"),
            format!("#[activation({argument})] fn f(x: f32) -> f32 {{ x }}"),
            format!("#[activation(derivative = |x| {body})] fn f({argument}: f32) -> f32 {{ x }}"),
        ] {
            if source.parse::<TokenStream>().is_ok_and(|t| syn::parse2::<syn::File>(t).is_ok()) {
                check(&source);
            }
        }
    }

    #[test]
    fn programs(body in expressions()) {
        check(&format!("#[activation] fn f(x: f32, #[param] p: f32) -> f32 {{ {body} }}"));
    }
}

/// Deep and long bodies: neither the stack nor the clock runs out.
#[test]
fn large_bodies() {
    // rustc runs macros on a stack of this size, and parses recursively itself.
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(large).unwrap();
    thread.join().unwrap();
}

fn large() {
    let deep = format!("{}x{}", "(1.0 + ".repeat(200), ")".repeat(200));
    let long = format!("x{}", " + x * 2.0".repeat(1000));
    let branches = "if x > 0.0 { y += x; } else { y -= 1.0; } ".repeat(200);
    let twice = |n: u32| format!("let f{} = |a: f32| f{n}(f{n}(a)); ", n + 1);
    let exponential = (0..30).map(twice).collect::<Vec<_>>().concat();
    check(&format!("#[activation] fn f(x: f32) -> f32 {{ {deep} }}"));
    check(&format!("#[activation] fn f(x: f32) -> f32 {{ {long} }}"));
    check(&format!("#[activation] fn f(x: f32) -> f32 {{ let mut y = x; {branches} y }}"));
    let (_, diagnostics) = front(&format!(
        "#[activation] fn f(x: f32) -> f32 {{ let f0 = |a: f32| a + 1.0; {exponential} f30(x) }}"
    ));
    assert!(diagnostics.errors().iter().any(|e| e.to_string().contains("too large")), "{diagnostics:?}");
}
