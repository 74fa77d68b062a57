//! What must not compile: each offence once, at its token, with a message that says why and what to write.

mod support;

use serde::Deserialize;
use support::{compile, spanned};

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    source: String,
    token: Vec<String>,
    level: String,
    says: Option<String>,
}

/// The published cases that the front end refuses; those of the checks are tests of theirs.
#[test]
fn published_cases() {
    let Cases { cases } = serde_json::from_str(include_str!("corpus/reject.json")).unwrap();
    for case in cases.iter().filter(|case| case.level == "language") {
        let (errors, paths) = compile(&case.source);
        let tokens: Vec<String> = errors.iter().map(|e| spanned(&case.source, e)).collect();
        match case.says.as_deref().and_then(|says| says.strip_prefix("ALL:")) {
            Some(all) => {
                for token in all.split('|') {
                    assert!(
                        tokens.iter().chain(&paths).any(|t| t == token),
                        "{}: {tokens:?} {paths:?}",
                        case.name
                    );
                }
            }
            // A call of what is no activation is for rustc to refuse, at the path.
            None if errors.is_empty() => assert!(paths.contains(&case.token[0]), "{}: {paths:?}", case.name),
            None => {
                assert_eq!(errors.len(), 1, "{}: {errors:?}", case.name);
                assert!(case.token.contains(&tokens[0]), "{}: {tokens:?}", case.name);
            }
        }
    }
}
