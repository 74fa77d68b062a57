//! What must not compile: each offence once, at its token, with a message that says why and what to write.

mod support;

use serde::Deserialize;
use support::{compile, refusals, spanned, start};

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
    let Cases { cases } =
        serde_json::from_str(include_str!("../../tests/data/programs/reject.json")).unwrap();
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

/// Bodies of `fn f(x: f32, #[param] p: f32) -> f32`, offences in «», beside a word of each message.
const BODIES: &[(&str, &str)] = &[
    ("let mut y = x; y «%=» 2.0; y", "multiple"),
    ("let r = «&»x; *r", "borrow"),
    ("let v = «vec»![x]; v[0]", "macro"),
    ("if «let» Some(y) = Some(x) { y } else { x }", "comparison"),
    ("let g = «f32::tanh»; x", "call it"),
    ("let g = «sigmoid»; x", "call it"),
    ("«Box::new»(x)", "numbers only"),
    ("«std::cmp::max»(x, 0.0)", "methods"),
    ("if x > 0.0 { «return»; } x", "every input"),
    ("«if» x > 0.0 { x }", "`else`"),
    // Rounding and signs.
    ("x.«floor»() + x", "flat"),
    ("x.«ceil»()", "flat"),
    ("x.«round»()", "straight-through"),
    ("x.«round_ties_even»()", "straight-through"),
    ("x.«trunc»()", "derivative = |x| 1.0"),
    ("x.«fract»()", "every integer"),
    ("x.«signum»()", "tanh"),
    ("f32::«floor»(x)", "flat"),
    ("x «%» 2.0", "jumps"),
    ("let mut y = x; y «%=» 2.0; y", "jumps"),
    ("x.«rem_euclid»(2.0)", "jumps"),
    ("x.«div_euclid»(2.0)", "jumps"),
    // Casts, bits, integers, truth values.
    ("(x «as» i32) as f32 + x", "straight-through"),
    ("x «as» f64", "cast"),
    ("(x > 0.0) «as» i32 as f32 * x", "truth value"),
    ("x.«to_bits»() as f32", "bits"),
    ("f32::from_bits(x.«to_bits»())", "bits"),
    ("x «^» 2.0", "powi"),
    ("x «&» p", "bits"),
    ("x «|» p", "bits"),
    ("x «<<» 2", "bits"),
    ("«!»x", "inverts"),
    ("x + «1»", "1.0"),
    ("«2» * x", "2.0"),
    ("x.max(«0»)", "0.0"),
    ("if x > «0» { x } else { «0» }", "0.0"),
    ("match x { v if v > 0.0 => v, _ => «0» }", "0.0"),
    ("if x > 0.0 { return «1»; } x", "1.0"),
    ("x.«floor»().«ceil»()", "flat"),
    ("x * «1_000»", "1000.0"),
    ("let n = 3; x * «n»", "n as f32"),
    ("let y: f32 = «1»; x * y", "1.0"),
    ("let mut y = x; y = «2»; y * x", "2.0"),
    ("x * «2.0_f64»", "suffix"),
    ("x * «2f64»", "suffix"),
    ("x.powi(«2.0»)", "integer"),
    ("x.powi(«x»)", "powf"),
    ("x.powi(«N»)", "isn't visible"),
    ("x.powi(«3_000_000_000»)", "i32"),
    ("x * («x > 0.0»)", "truth value"),
    ("«x > 0.0»", "truth value"),
    ("if «x» { x } else { 0.0 }", "compare"),
    ("let mut n = 1; «if» x > 0.0 { n = 2; } x.powi(n)", "integer that depends"),
    ("x * «\"2\"»", "numbers only"),
    ("x * «'2'»", "numbers only"),
    // Names.
    ("x.«tanhh»()", "`tanh`"),
    ("x.«log1p»()", "`ln_1p`"),
    ("x.«expm1»()", "`exp_m1`"),
    ("x.«pow»(2.0)", "`powf`"),
    ("x.«arcsin»()", "`asin`"),
    ("x.«square»()", "x * x"),
    ("x.«sigmoid»()", "sigmoid(x)"),
    ("x.«geluu»()", "gelu(x)"),
    ("x.«frobnicate»()", "no method"),
    ("x.«sum»()", "Row<f32>"),
    ("x.«abs_sub»(p)", "max(0.0)"),
    ("x.«is_sign_negative»()", "x < 0.0"),
    ("if x.«is_sign_positive»() { x } else { 0.0 }", "sign bit"),
    ("if x.«is_normal»() { x } else { 0.0 }", "stored"),
    ("x.«clone»()", "copied"),
    ("x.«into»()", "conversion"),
    ("x.«lerp»(p, 0.5)", "a + t"),
    ("x.«maximum»(p)", "`max`"),
    ("x.«add»(p)", "operator"),
    ("if x.«lt»(&p) { x } else { p }", "operator"),
    ("x.«total_cmp»(&p)", "ordering"),
    ("x.«max»()", "one argument"),
    ("x.«exp»(2.0)", "no argument"),
    ("x.«powi»()", "one argument"),
    ("«sigmoid»(x, 2.0)", "one argument"),
    ("«elu»(x)", "2 arguments"),
    ("«f64»::exp(x)", "f32::exp"),
    ("x * «std::f64::consts::PI»", "f32"),
    ("x * «f32::NAN»", "NaN"),
    ("f32::«from»(x)", "conversion"),
    ("«f»(x - 1.0, p)", "calls itself"),
    ("«Some»(x)", "constructor"),
    ("inner«::<f32>»(x)", "generic"),
    ("x.max«::<f32>»(p)", "generic"),
    // Control flow.
    ("let mut y = x; «while» y > 1.0 { y *= 0.5; } y", "depends on data"),
    ("let mut y = x; «loop» { y *= 0.5; if y < 1.0 { break; } } y", "depends on data"),
    ("let mut y = x; for _ in 0..3 { y *= 0.5; if y < 1.0 { «break»; } } y", "unrolled"),
    ("let mut y = x; for _ in 0..3 { if y < 1.0 { «continue»; } y *= 0.5; } y", "unrolled"),
    ("let mut y = x; for _ in «0..65» { y = y.sin(); } y", "64"),
    ("let mut y = x; for i in 0..«N» { y = y.sin(); } y", "isn't visible"),
    ("let mut y = x; for i in 0..«x» { y = y.sin(); } y", "constant integer"),
    ("let mut y = x; for i in 0..(x «as» i32) { y = y.sin(); } y", "straight-through"),
    ("let mut y = x; for i in «0..» { y = y.sin(); } y", "both bounds"),
    ("let mut y = x; for i in «TABLE» { y = y + i; } y", "known when"),
    ("if «let» 0.0 = x { 1.0 } else { x }", "write the comparison"),
    ("let y = x «else» { return 0.0; }; y", "can't fail"),
    ("«'a»: { if x > 0.0 { break 'a 1.0; } x }", "labelled"),
    ("let «1.0» = x; x", "doesn't hold"),
    ("match x { «(a, b)» => a, _ => x }", "tuple"),
    ("match x { «Some(v)» => v, _ => x }", "never holds"),
    ("match x { «&v» => v }", "leave `&` out"),
    ("match x { «ref» v => v }", "borrow"),
    ("match x { «0» => 1.0, v => v }", "0.0"),
    ("«println»!(\"{x}\"); x", "can't be seen through"),
    ("«dbg»!(x)", "can't be seen through"),
    ("«assert»!(x > 0.0); x", "domain"),
    ("if x > 0.0 { x } else { «panic»!() }", "value for every input"),
    ("if «matches»!(x, 0.0..1.0) { x } else { 0.0 }", "comparison"),
    ("«x * 2.0»; x", "dropped"),
    ("«x.exp()»; x", "dropped"),
    ("«x»; p * x", "dropped"),
    ("for _ in 0..3 { «x.exp()» } x", "dropped"),
    ("«let y = x * 2.0;»", "without a value"),
    ("let mut y = x; «if» x > 0.0 { y } else { (y, y) }", "different types"),
    // References, memory, and the rest of Rust.
    ("«&»x", "borrow"),
    ("let y = «&»mut x; x", "borrow"),
    ("«*»x", "behind"),
    ("«TABLE[0]» * x", "index"),
    ("let a = [x, p]; «a» * x", "array"),
    ("«vec»![x]", "can't be seen through"),
    ("x.«0»", "tuples"),
    ("x.«slope»", "tuples"),
    ("«unsafe» { x }", "unsafe"),
    ("«async» { x }", "future"),
    ("x«?»", "leaves"),
    ("x.«await»", "waited"),
    ("«static» S: f32 = 1.0; x * S", "const"),
    ("«fn» g<T>(x: T) -> T { x } g(x)", "closure"),
    ("use crate::acts::«*»; x * PI", "glob"),
    ("#[«cfg»(test)] let x = 2.0 * x; x", "put `#[cfg]`"),
    ("let y: «f64» = 1.0; x", "computes in f32"),
    ("let y: «Vec<f32>» = x; x", "leave the type out"),
    ("«|a: f32| a * x»", "closure"),
    ("let mut s = 0.0; let f = |a: f32| { «s» += a; a }; f(x)", "return the new value"),
    ("let f = |a: f32| a * x; «f»(x, 1.0)", "one argument"),
    ("let y = x; «y»(x)", "`*`"),
    ("«Point» { x, y: p }", "struct"),
    ("x«..»p", "range"),
    ("«P» = x; x", "local variable"),
    // All in one pass, each once.
    ("x.«floor»() + x.«ceil»() + (x «%» 2.0) + p * «1»", ""),
    ("let y = x.«floor»(); let z = y * y + y.exp(); z.max(y)", "flat"),
    ("let mut y = x; for _ in 0..3 { y = y.«round»(); } y", "flat"),
    ("let f = |a: f32| a.«round»(); f(x) + f(p)", "flat"),
    ("if x.«floor»() > 0.0 { x.«ceil»() } else { x }", "flat"),
];

/// Whole items.
const ITEMS: &[(&str, &str)] = &[
    ("#[activation] pub «struct» S;", "free function"),
    ("#[activation] «enum» E { A }", "free function"),
    ("#[activation] «impl» S {}", "free function"),
    ("#[activation] «trait» T {}", "free function"),
    ("#[activation] «const» C: f32 = 1.0;", "free function"),
    ("#[activation] «static» S: f32 = 1.0;", "free function"),
    ("#[activation] «mod» m {}", "free function"),
    ("#[activation] «type» T = f32;", "free function"),
    ("#[activation] «use» a::b;", "free function"),
    ("#[activation] fn f(&«self», x: f32) -> f32 { x }", "receiver"),
    ("#[activation] «const» fn f(x: f32) -> f32 { x }", "const"),
    ("#[activation] «async» fn f(x: f32) -> f32 { x }", "future"),
    ("#[activation] «unsafe» fn f(x: f32) -> f32 { x }", "unsafe"),
    ("#[activation] «extern \"C\"» fn f(x: f32) -> f32 { x }", "extern"),
    ("#[activation] fn f<«T»>(x: f32) -> f32 { x }", "generic"),
    ("#[activation] fn f<«'a»>(x: f32) -> f32 { x }", "borrowed"),
    ("#[activation] fn f(x: f32) -> f32 «where» f32: Copy { x }", "where"),
    ("#[activation] fn f(x: «i32») -> f32 { x as f32 }", "integers"),
    ("#[activation] fn f(x: «bool») -> f32 { 1.0 }", "compare"),
    ("#[activation] fn f(x: «f16») -> f32 { x }", "f16"),
    ("#[activation] fn f(x: «&f32») -> f32 { *x }", "by value"),
    ("#[activation] fn f(x: «&[f32]») -> f32 { x[0] }", "Row<f32>"),
    ("#[activation] fn f(x: «Vec<f32>») -> f32 { x[0] }", "Row<f32>"),
    ("#[activation] fn f(x: «[f32; 2]») -> f32 { x[0] }", "Row<f32>"),
    ("#[activation] fn f(x: «impl Into<f32>») -> f32 { x.into() }", "differentiated"),
    ("#[activation] fn f(x: f32) -> «f64» { x.into() }", "one element type"),
    ("#[activation] fn f(x: f32, y: «f64») -> f32 { x }", "one element type"),
    ("#[activation] fn f(x: f32, #[param] p: «f64») -> f32 { x }", "one element type"),
    ("#[activation] fn f(#[param] p: «f64», x: f32) -> f32 { x }", "one element type"),
    ("#[activation] fn f(x: f32, #[param] n: «usize») -> f32 { x }", "const"),
    ("#[activation] fn «f»(x: f32) { x; }", "-> f32"),
    ("#[activation] fn f(x: f32) -> «bool» { x > 0.0 }", "smooth score"),
    ("#[activation] fn f(x: f32) -> «(f32, f32)» { (x, x) }", "one function for each"),
    ("#[activation] fn f(x: f32) -> «Row<f32>» { x }", "row in"),
    ("#[activation] fn f(x: Row<f32>, y: «f32») -> f32 { x.sum() }", "#[param]"),
    ("#[activation] fn f(x: f32, y: «Row<f32>») -> f32 { x }", "rows"),
    ("#[activation] fn f(x: Row<f32>, #[param] p: «Row<f32>») -> f32 { x.sum() }", "one number"),
    ("#[activation] fn «f»() -> f32 { 1.0 }", "no input"),
    ("#[activation] fn f(#[param] «p: f32») -> f32 { p }", "no input"),
    ("#[activation] fn f(«_»: f32) -> f32 { 1.0 }", "name"),
    ("#[activation] fn f(«(a, b)»: (f32, f32)) -> f32 { a }", "patterns"),
    ("#[activation] fn f(«x»: f32) -> f32 { 1.0 }", "let _ = x"),
    ("#[activation] fn f(x: f32, «y»: f32) -> f32 { x }", "let _ = y"),
    ("#[activation] fn f(a: f32, b: f32, c: f32, d: f32, «e»: f32) -> f32 { a + b + c + d + e }", "4 inputs"),
    ("#[activation] fn f(x: f32, #[param(«1»)] p: f32) -> f32 { x }", "1.0"),
    ("#[activation] fn f(x: f32, #[param(«1.0f64»)] p: f32) -> f32 { x }", "suffix"),
    ("#[activation] fn f(x: f32, #[param(«\"a\"»)] p: f32) -> f32 { x }", "number"),
    ("#[activation] fn f(x: f32, #[param(1.0, «2.0»)] p: f32) -> f32 { x }", "one default"),
    ("#[activation] fn f(x: f32, #[param «=» 1.0] p: f32) -> f32 { x }", "parentheses"),
    ("#[activation] fn f(x: f32, #[param] #[«param»] p: f32) -> f32 { x }", "twice"),
    ("#[activation] fn f(x: f32, #[param] #[«channel»] p: f32) -> f32 { x }", "keep one"),
    ("#[activation] fn f(x: f32, #[«cfg»(test)] y: f32) -> f32 { x }", "two functions"),
    ("#[activation] fn f(x: f32, «x»: f32) -> f32 { x }", "already"),
    ("#[activation] fn «Camel»(x: f32) -> f32 { x }", "snake_case"),
    ("#[activation] fn «__»(x: f32) -> f32 { x }", "name"),
    ("#[activation] fn «_1»(x: f32) -> f32 { x }", "name"),
    ("#[activation(name = «f»)] fn f(x: f32) -> f32 { x }", "another one"),
    ("#[activation(«fast»)] fn f(x: f32) -> f32 { x }", "no argument"),
    ("#[activation(«derivativ» = |x| 1.0)] fn f(x: f32) -> f32 { x }", "`derivative`"),
    ("#[activation(test, «test»)] fn f(x: f32) -> f32 { x }", "twice"),
    ("#[activation(order = 1, «order» = 2)] fn f(x: f32) -> f32 { x }", "twice"),
    ("#[activation(order = «4»)] fn f(x: f32) -> f32 { x }", "1, 2 or 3"),
    ("#[activation(«order»)] fn f(x: f32) -> f32 { x }", "order = 2"),
    ("#[activation(«name»)] fn f(x: f32) -> f32 { x }", "name = Other"),
    ("#[activation(name = «\"F\"»)] fn f(x: f32) -> f32 { x }", "identifier"),
    ("#[activation(domain = «1.0»)] fn f(x: f32) -> f32 { x }", "interval"),
    ("#[activation(domain = 0.0«..»1.0)] fn f(x: f32) -> f32 { x }", "..="),
    ("#[activation(domain = «1.0..=0.0»)] fn f(x: f32) -> f32 { x }", "smaller end"),
    ("#[activation(domain = 0.0..=«y»)] fn f(x: f32) -> f32 { x }", "literal"),
    ("#[activation(deny(«kink»))] fn f(x: f32) -> f32 { x }", "`kinks`"),
    ("#[activation(deny(kinks), allow(«kinks»))] fn f(x: f32) -> f32 { x }", "both"),
    ("#[activation(deny(kinks, «kinks»))] fn f(x: f32) -> f32 { x }", "twice"),
    ("#[activation(«deny»)] fn f(x: f32) -> f32 { x }", "parentheses"),
    ("#[activation(«straight_through»)] fn f(x: f32) -> f32 { x }", "state it too"),
    ("#[activation(test «=» true)] fn f(x: f32) -> f32 { x }", "no value"),
    ("#[activation(derivative = «1.0»)] fn f(x: f32) -> f32 { x }", "closure"),
    ("#[activation(derivative = |«x, y, z»| 1.0)] fn f(x: f32) -> f32 { x }", "|x, y|"),
    ("#[activation(derivative = |x| 1.0, «vjp» = |x, y, dy| dy)] fn f(x: f32) -> f32 { x }", "twice"),
    ("#[activation(vjp = «|x, y, dy| dy»)] fn f(x: f32) -> f32 { x }", "derivative"),
    ("#[activation(derivative = «|x| x»)] fn f(x: Row<f32>) -> Row<f32> { x }", "vjp"),
    ("#[activation(derivative = |x| x.«tanhh»())] fn f(x: f32) -> f32 { x }", "`tanh`"),
    ("#[activation(«fast», «slow_», deny(«a»))] fn f(x: f32) -> f32 { x.«floor»() }", ""),
];

#[test]
fn bodies() {
    for (body, word) in BODIES {
        let source = format!("#[activation] fn f(x: f32, #[param] p: f32) -> f32 {{ let _ = x; {body} }}");
        marked(&source, word, |source| compile(source).0);
    }
}

#[test]
fn items() {
    for (item, word) in ITEMS {
        marked(item, word, |source| compile(source).0);
    }
}

/// Programs that must not compile, of every kind, through all phases.
#[test]
fn programs() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/language/reject.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let [source, says] = ["source", "says"].map(|key| case[key].as_str().unwrap());
        marked(source, says, refusals);
    }
}

/// The errors of `source` are at the marks «», each once, and nowhere else.
fn marked(source: &str, word: &str, errors: fn(&str) -> Vec<syn::Error>) {
    let mut plain = String::new();
    let mut expected = Vec::new();
    for piece in source.split('«') {
        if let Some((token, rest)) = piece.split_once('»') {
            expected.push((plain.len(), token));
            plain += token;
            plain += rest;
        } else {
            plain += piece;
        }
    }
    let errors = errors(&plain);
    let mut found: Vec<(usize, String)> =
        errors.iter().map(|e| (start(&plain, e), spanned(&plain, e))).collect();
    found.sort();
    let found: Vec<(usize, &str)> = found.iter().map(|(at, token)| (*at, token.as_str())).collect();
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{source}\n{messages:#?}");
    assert!(messages.iter().all(|m| m.contains(word)), "{source}\n{messages:#?}");
}
