//! Turns the corpus (`data/*/cases.json`) into Rust: one module for each case with its `#[activation]` function, and
//! a table of all of them. A case is data, so a new one is tested by being there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

/// Lints are for people: published formulas and textbook spellings stand as they were written.
const AS_WRITTEN: &str = "#[allow(clippy::all, clippy::pedantic, unused_variables)]";

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let write = |name: &str, text: String| fs::write(out.join(name), text).expect("OUT_DIR is writable");
    write("elementwise.rs", elementwise("elementwise"));
    write("survey.rs", elementwise("survey"));
    write("parameters.rs", parameters());
    write("programs.rs", programs());
    write("gates.rs", gates());
    write("rows.rs", rows());
}

fn cases(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(Path::new("data").join(path)).expect("the corpus is beside build.rs");
    let json: Value = serde_json::from_str(&text).expect("the corpus is JSON");
    json["cases"].as_array().cloned().unwrap_or_default()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

fn camel(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let word = |part: &str| {
        let mut characters = part.chars();
        characters
            .next()
            .map(|c| c.to_uppercase().collect::<String>() + characters.as_str())
            .unwrap_or_default()
    };
    name.split('_').map(word).collect()
}

/// `(name, value)` of each parameter.
fn parameter_list(case: &Value) -> Vec<(String, f64)> {
    let list = case["params"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|p| (p[0].as_str().unwrap_or_default().to_owned(), p[1].as_f64().unwrap_or(f64::NAN)))
        .collect()
}

/// `Struct::new(…)` with the parameters' values.
fn construction(path: &str, case: &Value, ty: &str) -> String {
    let values: Vec<String> = parameter_list(case).iter().map(|(_, v)| format!("{v:?}_{ty}")).collect();
    format!("{path}::new({})", values.join(", "))
}

/// The item of a case: a fn with this body.
fn item(name: &str, inputs: &[String], case: &Value, body: &str, returns: &str) -> String {
    let mut arguments = inputs.to_vec();
    arguments.extend(parameter_list(case).iter().map(|(p, _)| format!("#[param] {p}: f32")));
    // A case marked `either` may be refused by right: it is compiled with what it would be refused for allowed.
    let allowed = if case["either"].as_bool() == Some(true) { "(allow(jumps, domain))" } else { "" };
    format!("#[activation{allowed}]\npub fn {name}({}) -> {returns} {{\n{body}\n}}\n", arguments.join(", "))
}

/// One module for each spelling of each case, and the list of `(name, kernel)`.
fn spellings(case: &Value, inputs: &[String], returns: &str, modules: &mut String) -> Vec<(String, String)> {
    let name = text(case, "name");
    let mut kernels = Vec::new();
    for (spelling, key) in [("typed", "rust"), ("naive", "rust_naive")] {
        let body = text(case, key);
        if body.is_empty() || (key == "rust_naive" && body == text(case, "rust")) {
            continue;
        }
        let module = format!("{name}_{spelling}");
        let item = item(name, inputs, case, body, returns);
        let _ =
            writeln!(modules, "{AS_WRITTEN}\npub mod {module} {{\nuse activations::prelude::*;\n{item}}}");
        let path = format!("{module}::{}", camel(name));
        kernels.push((format!("{name} ({spelling})"), construction(&path, case, "f32")));
    }
    kernels
}

fn elementwise(folder: &str) -> String {
    let (mut modules, mut calls) = (String::new(), String::new());
    for case in cases(&format!("{folder}/cases.json")) {
        let name = text(&case, "name");
        let (single, double) = (format!("{folder}/golden/{name}.csv"), format!("survey/golden64/{name}.csv"));
        for (name, kernel) in spellings(&case, &["x: f32".to_owned()], "f32", &mut modules) {
            let _ = writeln!(calls, "visitor.case({name:?}, {single:?}, &{kernel});");
            if name.ends_with("(typed)") {
                let _ = writeln!(calls, "visitor.double({name:?}, {double:?}, &{kernel});");
            }
        }
    }
    format!(
        "{modules}\n/// Hands on every case.\n#[allow(clippy::all, clippy::pedantic)]\npub fn visit(visitor: &mut impl Visitor) {{\n{calls}}}\n"
    )
}

fn parameters() -> String {
    let (mut modules, mut calls) = (String::new(), String::new());
    for folder in ["elementwise", "survey"] {
        let published = cases(&format!("{folder}/cases.json"));
        for (index, gradient) in cases(&format!("{folder}/params.json")).iter().enumerate() {
            let Some(case) = published.iter().find(|c| c["name"] == gradient["name"]) else { continue };
            for (name, kernel) in spellings(case, &["x: f32".to_owned()], "f32", &mut modules) {
                let fields: Vec<String> = parameter_list(case)
                    .iter()
                    .map(|(p, _)| format!("({p:?}, f64::from(gradient.{p}))"))
                    .collect();
                let _ = writeln!(
                    calls,
                    "check({name:?}, {folder:?}, {index}, &|x, dy, dx| {{\n\
                     let gradient = {kernel}.backward_params(x, dy, dx).expect(\"equal lengths\");\n\
                     vec![{}]\n}});",
                    fields.join(", ")
                );
            }
        }
    }
    format!(
        "{modules}\n/// Hands on every case.\n#[allow(clippy::all, clippy::pedantic)]\npub fn visit(mut check: impl FnMut(&str, &str, usize, &Gradient)) {{\n{calls}}}\n"
    )
}

fn programs() -> String {
    let (mut modules, mut calls) = (String::new(), String::new());
    // Of ours, what the compiler's own tests can't interpret: names from elsewhere, and what rustc makes of the expansion.
    let ours = cases("language/accept.json").into_iter().filter(|case| case["compiled"] == true);
    let published = cases("programs/accept.json").into_iter().map(|case| (case, "programs"));
    for (case, folder) in published.chain(ours.map(|case| (case, "language"))) {
        let (name, ty) = (text(&case, "name"), text(&case, "ty"));
        let _ = writeln!(
            modules,
            "{AS_WRITTEN}\npub mod {name} {{\nuse activations::prelude::*;\n{}\n}}",
            text(&case, "source")
        );
        let given = text(&case, "struct");
        let structure = if given.is_empty() { camel(text(&case, "fn")) } else { given.to_owned() };
        let kernel = construction(&format!("{name}::{structure}"), &case, ty);
        let method = if ty == "f64" { "double" } else { "case" };
        let golden = match folder {
            "language" => format!("language/accept.json#{name}"),
            _ => format!("{folder}/golden/{name}.csv"),
        };
        let _ = writeln!(calls, "visitor.{method}({name:?}, {golden:?}, &{kernel});");
    }
    format!(
        "{modules}\n/// Hands on every case.\n#[allow(clippy::all, clippy::pedantic)]\npub fn visit(visitor: &mut impl Visitor) {{\n{calls}}}\n"
    )
}

fn input_names(case: &Value) -> Vec<String> {
    let list = case["inputs"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|i| i.as_str().map(ToOwned::to_owned)).collect()
}

fn gates() -> String {
    let (mut modules, mut calls) = (String::new(), String::new());
    for file in ["gates/cases.json", "survey/gates.json"] {
        for (index, case) in cases(file).iter().enumerate() {
            let inputs: Vec<String> = input_names(case).iter().map(|i| format!("{i}: f32")).collect();
            // A gate of one input would be an element-wise function.
            if inputs.len() > 1 {
                for (name, kernel) in spellings(case, &inputs, "f32", &mut modules) {
                    let case = format!("{file:?}, {index}");
                    let _ = writeln!(
                        calls,
                        "faults.record({name:?}, check::<{}>({case}, &{kernel}));",
                        inputs.len()
                    );
                }
            }
        }
    }
    format!(
        "{modules}\n/// Hands on every case.\n#[allow(clippy::all, clippy::pedantic)]\npub fn visit(faults: &mut Faults) {{\n{calls}}}\n"
    )
}

/// All cases of `rows/`, and of the survey every fourth: each takes seconds to compile. The compiler's own tests
/// interpret all of them.
fn rows() -> String {
    let (mut modules, mut calls) = (String::new(), String::new());
    for (file, step) in [("rows/cases.json", 1), ("survey/rows.json", 4)] {
        for (index, case) in cases(file).iter().enumerate().step_by(step) {
            let inputs: Vec<String> = input_names(case).iter().map(|i| format!("{i}: Row<f32>")).collect();
            let returns = if text(case, "out") == "row" { "Row<f32>" } else { "f32" };
            let check = if inputs.len() == 1 { "check_one" } else { "check_several" };
            for (name, kernel) in spellings(case, &inputs, returns, &mut modules) {
                let _ = writeln!(
                    calls,
                    "faults.record(\"{name} row\", {check}(&points({file:?}, {index}), &{kernel}));"
                );
            }
        }
    }
    format!(
        "{modules}\n/// Hands on every case.\n#[allow(clippy::all, clippy::pedantic)]\npub fn visit(faults: &mut Faults) {{\n{calls}}}\n"
    )
}
