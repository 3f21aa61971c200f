//! `ls src` is the layer diagram: a file may name only its own layer and those below it.

use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 5] = ["model", "merge", "store", "ops", "front"];
/// What a layer must not contain, besides the layers above it.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    ("model", &["std::fs", "std::process", "serde", "gix", "crate::process"]),
    ("merge", &["std::fs", "std::process", "serde", "gix", "crate::process"]),
    ("store", &["crate::process", "clap"]),
    ("ops", &["gix::", "serde_json", "clap", "serde_yaml"]),
    ("front", &["gix::", "serde_yaml", "crate::store::format"]),
];

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("it is readable").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: no comments, nothing from its unit tests on.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("it is readable");
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn violations(layer: &str, above: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer), &mut files);
    assert!(!files.is_empty(), "{layer} has files");
    let mut violations = Vec::new();
    for file in files {
        let code = code(&file);
        let forbidden = FORBIDDEN.iter().filter(|(of, _)| *of == layer).flat_map(|(_, words)| *words);
        let words = above.iter().map(|layer| format!("crate::{layer}"));
        for word in words.chain(forbidden.map(|word| (*word).to_owned())) {
            if code.contains(&word) {
                violations.push(format!("{} names {word}", file.display()));
            }
        }
    }
    violations
}

#[test]
fn no_file_names_a_layer_above_its_own() {
    for (index, layer) in LAYERS.iter().enumerate() {
        assert_eq!(violations(layer, &LAYERS[index + 1..]), Vec::<String>::new());
    }
}

#[test]
fn front_ends_share_only_what_is_in_wire() {
    for (of, not) in [("front/mcp", "front::cli"), ("front/wire", "front::cli"), ("front/wire", "front::mcp")]
    {
        let mut files = Vec::new();
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(of), &mut files);
        assert!(!files.is_empty(), "{of} has files");
        let naming: Vec<PathBuf> = files.into_iter().filter(|file| code(file).contains(not)).collect();
        assert_eq!(naming, Vec::<PathBuf>::new(), "these name {not}");
    }
}

#[test]
fn imports_name_one_module_each_so_that_the_check_sees_them() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for file in files {
        let code = code(&file);
        assert!(!code.contains("use crate::{"), "{} imports a group from the root", file.display());
        assert!(!code.contains("use crate::*"), "{} imports everything", file.display());
    }
}
