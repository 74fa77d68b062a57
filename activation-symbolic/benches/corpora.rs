//! Time of the expansion of every function of the corpora (`cargo bench -p activation-symbolic --profile dev --bench
//! corpora`): the contract is 20 ms each in a debug build. A name as the argument narrows it down.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proc_macro2::TokenStream;
use serde_json::Value;

fn main() {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let rounds: usize = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let mut times = Vec::new();
    for file in ["elementwise/cases", "survey/cases", "rows/cases", "survey/rows"] {
        for (name, item) in functions(&format!("{file}.json")) {
            if format!("{file}: {name}").contains(&filter) {
                let tokens: TokenStream = item.parse().expect("tokens");
                let time = (0..rounds).map(|_| expansion(&tokens)).min().unwrap_or_default();
                times.push((time, format!("{file}: {name}")));
            }
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].0;
    println!(
        "{} functions, in all {:.1?}",
        times.len(),
        times.iter().map(|(time, _)| *time).sum::<Duration>()
    );
    println!("median {:.1?}, p90 {:.1?}, p95 {:.1?}, p99 {:.1?}", at(0.5), at(0.9), at(0.95), at(0.99));
    for (time, name) in times.iter().rev().take(12) {
        println!("{time:>10.1?}  {name}");
    }
}

fn expansion(item: &TokenStream) -> Duration {
    let item = item.clone();
    let start = Instant::now();
    let expansion = activation_symbolic::activation(TokenStream::new(), item);
    let time = start.elapsed();
    assert!(!expansion.is_empty());
    time
}

/// The functions of a file of cases, both as published and as in the textbook.
fn functions(path: &str) -> Vec<(String, String)> {
    let path = format!("{}/../tests/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the corpus");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let mut functions = Vec::new();
    for case in json["cases"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap_or_default();
        let rows = case["inputs"].as_array().map_or(&[][..], Vec::as_slice);
        let rows: Vec<String> =
            rows.iter().map(|row| format!("{}: Row<f32>", row.as_str().unwrap_or_default())).collect();
        let mut arguments = if rows.is_empty() { "x: f32".to_owned() } else { rows.join(", ") };
        let output = if case["out"] == "row" { "Row<f32>" } else { "f32" };
        for parameter in case["params"].as_array().into_iter().flatten() {
            let _ = write!(arguments, ", #[param] {}: f32", parameter[0].as_str().unwrap_or_default());
        }
        for spelling in ["rust", "rust_naive"] {
            if let Some(body) = case[spelling].as_str()
                && (spelling == "rust" || case["rust"].as_str() != Some(body))
            {
                let item = format!("pub fn {name}({arguments}) -> {output} {{ {body} }}");
                functions.push((format!("{name} ({spelling})"), item));
            }
        }
    }
    functions
}
