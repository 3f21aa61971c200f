//! What shells are told when they complete a command line.

use crate::support::{Ran, Sandbox, run};

/// A tracker with a bit of what there is to complete; with the ids of its issues.
fn sample() -> (Sandbox, [String; 2]) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "unit-tests", "--title", "Unit tests"]).ok();
    sandbox.jit(["config", "set", "filter.mine", "assignee:me"]).ok();
    let first = sandbox.create("Login: page", ["--label", "auth", "--label", "ui"]);
    let second = sandbox.create("Write the manual", ["--label", "docs", "--assignee", "copilot:worker-1"]);
    (sandbox, [first, second])
}

/// What a shell is told that completes the last of these words.
fn complete(sandbox: &Sandbox, shell: &str, words: &[&str]) -> Vec<String> {
    let mut command = sandbox.jit_command([&["--"], words].concat());
    command.env("JIT_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let ran = run(command.env("_CLAP_IFS", "\n")).ok();
    assert_eq!(ran.stderr, "");
    ran.stdout.lines().map(str::to_owned).collect()
}

/// The values that fish is told, each with what it means.
fn values(sandbox: &Sandbox, words: &[&str]) -> Vec<(String, String)> {
    let split = |line: String| {
        let (value, help) = line.split_once('\t').unwrap_or((&line, ""));
        (value.to_owned(), help.to_owned())
    };
    let all = complete(sandbox, "fish", &[&["jit"], words].concat()).into_iter().map(split);
    all.filter(|(value, _)| !value.starts_with('-')).collect()
}

#[test]
fn ids_come_with_titles() {
    let (sandbox, [first, second]) = sample();
    let all = values(&sandbox, &["show", ""]);
    let expected = [
        (first[..8].to_owned(), "Login: page".to_owned()),
        (second[..8].to_owned(), "Write the manual".to_owned()),
    ];
    assert_eq!(all[..2], expected);
    assert_eq!(values(&sandbox, &["show", &first[..3]])[0], expected[0]);
    assert_eq!(values(&sandbox, &["done", &first[..10]])[0].0, first, "what is longer is a whole id");
    assert_eq!(values(&sandbox, &["dep", "add", &first, &second[..4]])[0], expected[1]);
    assert_eq!(values(&sandbox, &["show", "zz"]), []);
    sandbox.jit(["done", &first]).ok();
    assert_eq!(values(&sandbox, &["show", ""])[0], expected[1], "what is finished comes last");
}

#[test]
fn labels_gates_agents_and_settings_are_those_of_the_tracker() {
    let (sandbox, [first, _]) = sample();
    let names =
        |words: &[&str]| values(&sandbox, words).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(&["list", "--label", ""]), ["auth", "docs", "ui"]);
    assert_eq!(names(&["list", "-l", "d"]), ["docs"]);
    assert_eq!(names(&["claim", &first, "cop"]), ["copilot:worker-1"]);
    assert_eq!(names(&["claim-next", "--to", ""]), ["copilot:worker-1", "human:ada"]);
    assert_eq!(
        values(&sandbox, &["gate", "add", &first, "u"]),
        [("unit-tests".to_owned(), "Unit tests".to_owned())]
    );
    assert_eq!(names(&["registry", "show", ""])[0], "unit-tests");
    assert_eq!(names(&["config", "get", "filter"]), ["filter.mine"]);
    assert_eq!(names(&["list", "--sort", "state,-up"]), ["state,-updated_at"]);
    assert_eq!(names(&["list", "--columns", "id,short"]), ["id,short_id"]);
    assert_eq!(names(&["query", "label", "u"]), ["ui"]);
}

#[test]
fn filters_are_completed_term_by_term() {
    let (sandbox, _) = sample();
    let names = |typed: &str| {
        let found = values(&sandbox, &["list", "--filter", typed]);
        found.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(names("st"), ["state:"]);
    assert_eq!(names("@"), ["@mine"]);
    assert_eq!(names("state:ready -label:a"), ["state:ready -label:auth"]);
    assert_eq!(names("state:ready|in"), ["state:ready|in_progress"]);
    assert_eq!(names("gate:u"), ["gate:unit-tests"]);
    assert_eq!(names("colour:"), [""; 0]);
}

#[test]
fn commands_and_options_are_completed_too() {
    let (sandbox, _) = sample();
    assert!(complete(&sandbox, "bash", &["jit", "claim-n"]).contains(&"claim-next".to_owned()));
    assert!(complete(&sandbox, "zsh", &["jit", "list", "--sor"])[0].starts_with("--sort:"));
}

#[test]
fn where_there_is_no_tracker_nothing_is_said() {
    let sandbox = Sandbox::with_repo();
    assert_eq!(values(&sandbox, &["show", ""]), []);
    let (other, [first, _]) = sample();
    let there = other.repo();
    let found = values(&sandbox, &["-C", there.to_str().unwrap(), "show", &first[..4]]);
    assert_eq!(found[0].0, first[..8]);
}

#[test]
fn templates_files_and_the_issue_of_a_diff_are_completed() {
    let (sandbox, [first, _]) = sample();
    sandbox.jit(["template", "add", "bug", "--title", "Bug: "]).ok();
    sandbox.write("repo/notes.txt", "");
    let bug = [("bug".to_owned(), "Bug: ".to_owned())];
    assert_eq!(values(&sandbox, &["template", "show", ""])[..1], bug);
    assert_eq!(values(&sandbox, &["template", "remove", "b"]), bug);
    assert_eq!(values(&sandbox, &["create", "--template", ""]), bug);
    assert_eq!(values(&sandbox, &["start", &first, "--branch", "b"]), []);
    assert_eq!(values(&sandbox, &["diff", &first[..3]])[0].0, first[..8]);
    assert_eq!(values(&sandbox, &["issue", "attach", &first, "no"])[0].0, "notes.txt");
    assert_eq!(values(&sandbox, &["-C", "no"]), []);
}

/// Bash with the script, which completes the last of `words` as if a person listed what there is
/// (`63`) or typed on (`9`).
fn bash(sandbox: &Sandbox, words: &[&str], kind: u32) -> Ran {
    let script = sandbox.jit(["completions", "bash"]).ok().stdout;
    sandbox.write("jit.bash", script);
    let last = words.last().expect("there is a word");
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    let current = if *last == ":" { "" } else { last.trim_start_matches(['"', '\'']) };
    let test = format!(
        "set -u; source ../jit.bash; COMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE={kind}
         _jit jit '{current}' ''; printf '%s\\n' \"${{COMPREPLY[@]-}}\"",
        quoted.join(" "),
        words.len() - 1
    );
    run(sandbox.program("bash", &sandbox.repo()).args(["-c", &test])).ok()
}

#[test]
fn bash_completes_words_that_it_parts_at_colons() {
    let (sandbox, [first, second]) = sample();
    let replies = |words: &[&str]| {
        let ran = bash(&sandbox, words, 9);
        ran.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(replies(&["jit", "show", &first[..5]]), [&first[..8]]);
    assert_eq!(replies(&["jit", "claim", &second, "copilot", ":", "wo"]), ["worker-1"]);
    assert_eq!(replies(&["jit", "claim", &second, "copilot", ":"]), ["worker-1"]);
    assert_eq!(replies(&["jit", "list", "label", ":", "au"]), ["auth"]);
    assert_eq!(replies(&["jit", "list", "--label", "=", "do"]), ["docs"]);
    assert_eq!(replies(&["jit", "claim-n"]), ["claim-next"]);
    // Within quotes bash parts nothing, and replaces all of it.
    assert_eq!(replies(&["jit", "list", "'state:rea"]), ["state:ready"]);
    assert_eq!(replies(&["jit", "list", "\"label:au"]), ["label:auth"]);
    assert_eq!(replies(&["jit", "list", "--filter", "'state:ready label:au"]), ["state:ready label:auth"]);
    assert_eq!(replies(&["jit", "list", "--filter", "=", "'label:au"]), ["label:auth"]);
    assert_eq!(replies(&["jit", "list", "'state:ready'", "label", ":", "au"]), ["auth"]);
    let listed = bash(&sandbox, &["jit", "show", ""], 63).stdout;
    assert!(listed.contains(&format!("{}  (Write the manual)", &second[..8])), "{listed}");
}
