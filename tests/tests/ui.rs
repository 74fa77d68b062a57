//! What a user sees of each mistake: rustc's output, rule by rule.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
