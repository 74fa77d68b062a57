//! Time of an expansion against the size of the body: linear in terms and in depth, ≤ 20 ms for usual bodies in a
//! debug build (`cargo bench -p activation-symbolic --profile dev`).

use divan::Bencher;
use proc_macro2::TokenStream;

fn main() {
    divan::main();
}

fn expand(bencher: Bencher, body: &str) {
    let item: TokenStream = format!("pub fn f(x: f32) -> f32 {{ {body} }}").parse().expect("tokens");
    bencher.bench_local(|| activation_symbolic::activation(TokenStream::new(), item.clone()));
}

#[divan::bench(sample_count = 10)]
fn mish(bencher: Bencher) {
    expand(bencher, "x * (1.0 + x.exp()).ln().tanh()");
}

#[divan::bench(sample_count = 10)]
fn gelu(bencher: Bencher) {
    expand(bencher, "0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))");
}

/// A sum of this many different terms.
#[divan::bench(args = [10, 30, 100, 200, 300, 1000], sample_count = 5)]
fn terms(bencher: Bencher, n: usize) {
    let terms: Vec<String> = (1..=n).map(|i| format!("(0.{i} * x).sin()")).collect();
    expand(bencher, &terms.join(" + "));
}

/// A function of a function, this many times.
#[divan::bench(args = [10, 20, 50, 100, 200], sample_count = 5)]
fn depth(bencher: Bencher, n: usize) {
    let lets = "let y = (0.5 * y).tanh() + 1.0; ".repeat(n);
    expand(bencher, &format!("let y = x; {lets} y"));
}
