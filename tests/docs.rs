//! The documentation is true: what it shows is what happens, what it lists is what there is.

mod commands;
mod doctor;
mod reference;
mod text;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::console::{fences, run_document};

/// Blocks that are not run, by document and language: how many, and why.
const NOT_RUN: [(&str, &str, usize, &str); 19] = [
    ("README.md", "sh", 2, "they build jit itself"),
    ("docs/architecture.md", "text", 1, "it is a picture"),
    ("docs/benchmarks.md", "sh", 1, "they take minutes"),
    ("docs/ci.md", "yaml", 2, "hosts run them; another test sees to it that their commands are rehearsed"),
    ("docs/importing.md", "sh", 1, "it asks GitHub"),
    ("docs/performance.md", "sh", 1, "they take minutes"),
    ("docs/reference/commands.md", "text", 1, "it takes weeks to come to that"),
    ("docs/reference/filters.md", "text", 1, "it is a filter"),
    ("docs/watching.md", "ini", 1, "it is for systemd"),
    ("docs/watching.md", "sh", 2, "they go on for ever"),
    ("README.md", "rust", 1, "it is in the documentation of the crate, which is compiled and run"),
    ("examples/README.md", "bash", 11, "tests/examples.rs runs them"),
    ("examples/README.md", "python", 1, "tests/examples.rs runs them"),
    ("examples/README.md", "rust", 1, "it is a test of the crate's documentation"),
    ("examples/README.md", "text", 1, "it is a picture"),
    ("examples/integration-patterns.md", "bash", 5, "tests/examples.rs runs them"),
    ("examples/integration-patterns.md", "python", 2, "tests/examples.rs runs them"),
    ("examples/integration-patterns.md", "toml", 1, "tests/examples.rs runs it"),
    ("examples/integration-patterns.md", "yaml", 2, "tests/examples.rs runs their commands"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of README.md and everything in docs and examples, sorted.
fn documents() -> Vec<String> {
    let mut names = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs"), PathBuf::from("examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("the folder is there") {
            let path = folder.join(entry.expect("it can be read").file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                names.push(path.to_str().expect("it is plain text").to_owned());
            }
        }
    }
    names.sort();
    names
}

#[test]
fn every_console_block_does_what_it_shows() {
    let names = documents();
    let failures: Vec<String> = std::thread::scope(|scope| {
        let run = |name: &String| {
            let name = name.clone();
            scope.spawn(move || run_document(&root().join(&name), &name))
        };
        let running: Vec<_> = names.iter().map(run).collect();
        let ended = |(thread, name): (std::thread::ScopedJoinHandle<'_, String>, &String)| {
            thread.join().unwrap_or_else(|_| format!("{name} could not be run to its end\n"))
        };
        running.into_iter().zip(&names).map(ended).collect()
    });
    assert!(failures.iter().all(String::is_empty), "\n\n{}", failures.concat());
}

#[test]
fn blocks_that_are_not_run_are_few_and_have_a_reason() {
    let mut found: Vec<(String, String, usize)> = Vec::new();
    for name in documents() {
        for fence in fences(&read(&name)).into_iter().filter(|fence| fence.language != "console") {
            match found
                .iter_mut()
                .find(|(document, language, _)| (document, language) == (&name, &fence.language))
            {
                Some((.., count)) => *count += 1,
                None => found.push((name.clone(), fence.language, 1)),
            }
        }
    }
    let mut allowed: Vec<_> =
        NOT_RUN.iter().map(|(n, l, count, _)| ((*n).to_owned(), (*l).to_owned(), *count)).collect();
    found.sort();
    allowed.sort();
    assert_eq!(found, allowed);
}

#[test]
fn every_command_of_a_recipe_is_rehearsed() {
    let document = read("docs/ci.md");
    let lines: Vec<&str> = document.lines().collect();
    let of = |language: &str| {
        let fences = fences(&document).into_iter().filter(|fence| fence.language == language);
        fences.flat_map(|fence| lines[fence.lines].to_vec()).collect::<Vec<&str>>()
    };
    let typed: Vec<&str> = of("console").iter().filter_map(|line| line.strip_prefix("$ ")).collect();
    let words = |line: &&str| line.trim().trim_start_matches("- ").trim_start_matches("run: ").to_owned();
    let recipes = of("yaml").iter().map(words).filter(|line| line.starts_with("jit ")).collect::<Vec<_>>();
    assert_eq!(recipes.len(), 8, "{recipes:?}");
    let missing: Vec<&String> = recipes.iter().filter(|line| !typed.contains(&line.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_readme_has_both_commands_to_begin_with() {
    let readme = read("README.md");
    let blocks: String = fences(&readme)
        .into_iter()
        .filter(|fence| fence.language == "sh")
        .flat_map(|fence| readme.lines().skip(fence.lines.start).take(fence.lines.len()))
        .fold(String::new(), |all, line| all + line + "\n");
    for command in ["cargo run --release -- demo", "cargo test", "cargo install --path ."] {
        assert!(blocks.lines().any(|line| line == command), "{command} is not in a block of the README");
    }
}

#[test]
fn the_library_example_is_the_one_that_is_compiled() {
    let readme = read("README.md");
    let fence = fences(&readme).into_iter().find(|fence| fence.language == "rust").expect("there is one");
    let shown: Vec<&str> = readme.lines().skip(fence.lines.start).take(fence.lines.len()).collect();
    let library = read("src/lib.rs");
    let compiled: Vec<&str> = library
        .lines()
        .skip_while(|line| *line != "//! ```")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| line.trim_start_matches("//!").trim_start_matches(' '))
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert_eq!(shown, compiled);
}

#[test]
fn every_source_that_the_architecture_names_is_there() {
    let document = read("docs/architecture.md");
    let words = document.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.ends_with('/') || Path::new(word).extension().is_some_and(|e| e == "rs");
    let paths = words.filter(is_path).filter(|word| !word.contains('<'));
    let is_there = |path: &&str| root().join("src").join(path).exists() || root().join(path).exists();
    let missing: Vec<&str> = paths.filter(|path| !is_there(path)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = String::new();
    for name in documents() {
        for link in text::links(&read(&name)) {
            if !text::resolves(root(), &name, &link) {
                writeln!(dead, "{name}: {link}").expect("memory holds it");
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{dead}");
}
