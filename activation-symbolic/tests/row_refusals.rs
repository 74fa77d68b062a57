//! What functions of rows may not say, and what they are told instead.

/// The messages of all errors in the expansion.
fn errors(source: &str) -> Vec<String> {
    let item = source.parse().unwrap();
    let expansion = activation_symbolic::activation(proc_macro2::TokenStream::new(), item).to_string();
    let parts = expansion.split("compile_error !").skip(1);
    parts.map(|part| part.split('"').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn each_has_one_error_with_a_way_out() {
    for (body, says) in [
        ("x.mean().sum()", "is one number already"),
        ("x.max().max()", "`.max(0.0)`"),
        ("x.dot(2.0)", "write `*` and `.sum()`"),
        ("x.dot()", "takes the other row"),
        ("x.sum(0)", "takes no argument"),
        ("x[0]", "can't be picked"),
        ("x.sort().sum()", "needs no order"),
        ("x.argmax() as f32", "weigh by a softmax"),
        ("x.iter().sum()", "a row is no iterator"),
        ("x.len() as f32", "`mean()`"),
        ("x.cumsum().sum()", "those before it"),
        ("x.std()", ".mean().sqrt()"),
        ("{ let mut s = 0.0; for v in x { s += v; } s }", "loop over a row"),
        ("x", "returns one number"),
        ("if x > 0.0 { x.sum() } else { 0.0 }", "returns one number"),
    ] {
        let found = errors(&format!("fn f(x: Row<f32>) -> f32 {{ {body} }}"));
        assert!(found.len() == 1 && found[0].contains(says), "{body}: {found:?}");
    }
    let found = errors("fn f(x: Row<f32>) -> Row<f32> { x.sum() }");
    assert!(found.len() == 1 && found[0].contains("returns a row"), "{found:?}");
    let found = errors("fn f(x: f32) -> f32 { x.sum() }");
    assert!(found.len() == 1 && found[0].contains("Row<f32>"), "{found:?}");
    let found = errors("fn f(x: Row<f32>, t: f32) -> f32 { (x * t).sum() }");
    assert!(found.len() == 1 && found[0].contains("#[param]"), "{found:?}");
}

#[test]
fn reductions_and_their_namesakes_go_together() {
    for body in ["x.sum().max(0.0) + x.max(0.0).sum()", "x.min().min(x.max()) * x.norm().sqrt()"] {
        assert_eq!(errors(&format!("fn f(x: Row<f32>) -> f32 {{ {body} }}")), [] as [&str; 0]);
    }
}
