//! Whatever the tokens, the compiler gives tokens back: `cargo +nightly fuzz run expand`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;

fuzz_target!(|text: &str| {
    if let Ok(body) = text.parse::<TokenStream>() {
        let item = quote::quote!(fn f(x: f32) -> f32 { #body });
        let _ = activation_symbolic::activation(TokenStream::new(), item);
        let _ = activation_symbolic::activation(body.clone(), quote::quote!(fn f(x: f32) -> f32 { x }));
        let _ = activation_symbolic::activation(TokenStream::new(), body);
    }
});
