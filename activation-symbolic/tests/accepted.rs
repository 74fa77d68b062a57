//! What must compile: the graph computes what rustc's function computes.

mod support;

use serde::Deserialize;
use support::front;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    source: String,
}

#[test]
fn published_cases() {
    let Cases { cases } = serde_json::from_str(include_str!("corpus/accept.json")).unwrap();
    for case in cases {
        let (function, diagnostics) = front(&case.source);
        assert!(function.is_some() && diagnostics.is_empty(), "{}: {diagnostics:?}", case.name);
    }
}
