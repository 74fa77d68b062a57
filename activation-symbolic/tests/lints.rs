//! The lints of the ladder's last steps: what floats can't do and is computed again is slow, what 384 bits can't do
//! either is unstable.

mod support;

use proc_macro2::TokenTree;
use support::expand;

/// The messages of the errors that come out for this body.
fn errors(attribute: &str, body: &str) -> Vec<String> {
    let expansion = expand(&format!("#[activation({attribute})] fn f(x: f32) -> f32 {{ {body} }}"));
    let mut messages = Vec::new();
    collect(expansion, &mut messages);
    messages
}

/// The literals in invocations of `compile_error!`.
fn collect(tokens: proc_macro2::TokenStream, messages: &mut Vec<String>) {
    let mut named = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) if named => messages.push(group.stream().to_string()),
            TokenTree::Group(group) => collect(group.stream(), messages),
            TokenTree::Ident(ident) => named = ident == "compile_error",
            TokenTree::Punct(punct) => named &= punct.as_char() == '!',
            TokenTree::Literal(_) => named = false,
        }
    }
}

/// (eˣ + sin x)² − e²ˣ − 2eˣ·sin x is sin² x, but at x = 200 its terms are 10¹⁷⁴ times as large.
const SQUARE: &str = "let e = x.exp(); (e + x.sin()).powi(2) - e * e - 2.0 * e * x.sin()";

#[test]
fn what_no_step_mends_is_refused_with_a_witness() {
    let cubic = "let e = x.exp(); (e + x.tanh()).powi(3) - e.powi(3) - 3.0 * e.powi(2) * x.tanh()";
    for body in [SQUARE, cubic] {
        let messages = errors("", body);
        let [message] = messages.as_slice() else { panic!("{body}: {messages:?}") };
        for said in ["unstable", "x = ", "comes out as", "rounding noise", "allow(unstable)"] {
            assert!(message.contains(said), "{body}: no `{said}` in {message}");
        }
        assert!(errors("allow(unstable)", body).is_empty(), "{body}");
    }
}

#[test]
fn what_is_mended_is_accepted() {
    for body in [
        "x.exp() - 1.0 - x",
        "x.exp() - 1.0 - x - 0.5 * x * x",
        "x - x.sin()",
        "(x + 1e30) - 1e30",
        "(x * 1e20).sin() - (x * 1e20 + 1.0).sin()",
        "x.cosh() - x.sinh()",
        "(x.exp() + 1.0).ln() - (x.exp() + 2.0).ln()",
        "x.sin() * x.sin() + x.cos() * x.cos() - 1.0",
        "(x + 1.0).powi(20) - (x - 1.0).powi(20)",
        "(x * x + 1.0).sqrt() - x.abs()",
    ] {
        let messages = errors("", body);
        assert!(messages.is_empty(), "{body}: {messages:?}");
    }
}

#[test]
fn what_is_computed_again_where_activations_live_may_be_denied() {
    for body in [
        "x.sin() * x.sin() + x.cos() * x.cos() - 1.0",
        "(x.exp() + 1.0).ln() - (x.exp() + 2.0).ln()",
        // Its slope, 1 − sin x, cancels in every period.
        "x.max(0.0) + x.cos()",
    ] {
        let messages = errors("deny(slow)", body);
        let [message] = messages.as_slice() else { panic!("{body}: {messages:?}") };
        for said in ["slow", "x = ", "explain"] {
            assert!(message.contains(said), "{body}: no `{said}` in {message}");
        }
        assert!(errors("", body).is_empty(), "{body}");
    }
    for body in [
        // A polynomial takes care of what cancels on a short interval.
        "x - x.sin()",
        "x * sigmoid(x)",
        "x.tanh()",
        "x * x.exp().ln_1p().tanh()",
        "if x > 0.0 { x } else { x.exp() - 1.0 }",
    ] {
        let messages = errors("deny(slow)", body);
        assert!(messages.is_empty(), "{body}: {messages:?}");
    }
}
