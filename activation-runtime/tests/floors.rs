//! The floors of the house: each module imports only from those above it in the list of `lib.rs`.

use std::fs;
use std::path::Path;

/// The names in the map of `lib.rs`, from the ground up.
fn floors() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let map = lib.split("```").nth(1).expect("a map in a fenced block");
    map.lines()
        .filter_map(|line| line.strip_prefix("//!   ")?.split([' ', '/']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every source file with the floor that it belongs to.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, floor: Option<&str>, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let floor = floor.unwrap_or_else(|| path.file_stem().unwrap().to_str().unwrap());
            if path.is_dir() {
                collect(&path, Some(floor), found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && floor != "lib" {
                found.push((floor.to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut found);
    found
}

/// The modules that a file names by `crate::`, but for its comments and its tests.
fn imports(source: &str) -> impl Iterator<Item = &str> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|name| !name.is_empty())
}

#[test]
fn imports_run_downwards() {
    let floors = floors();
    let height = |name: &str| floors.iter().position(|floor| floor == name);
    let sources = sources();
    assert!(sources.len() > floors.len(), "{} files of {} modules", sources.len(), floors.len());
    for (floor, source) in sources {
        let here = height(&floor).unwrap_or_else(|| panic!("`{floor}` has no place in the list of lib.rs"));
        for import in imports(&source) {
            let there =
                height(import).unwrap_or_else(|| panic!("`{floor}` imports `{import}`, which isn't listed"));
            assert!(there <= here, "`{floor}` imports `{import}`, which is above it");
        }
    }
}
