//! `--help` of every command: it is there, and its examples work.

use super::{commands, help};
use crate::conflicts;
use crate::support::{Ran, Sandbox, run};

/// The issues that examples name, the longer ways to name them first.
const NAMED: [&str; 4] = ["3f2a9c1e", "3f2a", "77b1", "9c0d"];

/// What must be so before an example can work, by how the example starts.
const BEFORE: [(&str, &str); 29] = [
    ("jit create 'Login fails' --template", "jit template add bug"),
    ("jit issue attach", "git commit -q --allow-empty -m more"),
    ("jit issue detach", "jit issue attach 3f2a README"),
    ("jit issue edit", "git config core.editor true"),
    ("jit template remove", "jit template add bug"),
    ("jit template show", "jit template add bug"),
    ("jit coordinator agents", AGENTS),
    ("jit coordinator init-config", "rm -rf .jit"),
    ("jit coordinator once", AGENTS),
    ("jit coordinator start", AGENTS),
    ("jit coordinator stop", "jit coordinator stop --now; jit coordinator start --detach"),
    ("jit conflict resolve", "git update-ref refs/jit/main refs/conflicts"),
    ("jit conflict show", "git update-ref refs/jit/main refs/conflicts"),
    ("jit issue claim-next --filter", "jit update 3f2a --priority high"),
    ("jit issue renew", "jit claim 3f2a agent:x"),
    ("jit issue release", "jit claim 3f2a agent:x"),
    ("jit gate pass", "jit gate add 3f2a unit-tests"),
    ("jit gate fail", "jit gate add 3f2a review"),
    ("jit gate check", "jit gate add 3f2a unit-tests"),
    ("jit gate rm", "jit gate add 3f2a review"),
    ("jit gate define", "jit registry remove unit-tests"),
    ("jit registry add review", "jit registry remove review"),
    ("jit registry add unit-tests", "jit registry remove unit-tests"),
    ("jit dep rm", "jit dep add 3f2a 77b1"),
    ("jit completions", "mkdir -p ~/.local/share/bash-completion/completions"),
    ("jit import", r#"echo '{"id":"bd-1","title":"One"}' > issues.jsonl"#),
    ("jit init", "git update-ref -d refs/jit/main"),
    ("jit done", "git switch -q -C 3f2a"),
    ("jit start", "git switch -q main"),
];

/// A configuration with an agent that does as it is told.
const AGENTS: &str = r#"rm -rf .jit && mkdir .jit &&
    echo '{"agent_pool": [{"id": "agent:a", "command": "true"}]}' > .jit/coordinator.json"#;

/// Examples that run for long or for ever, or fill a terminal; other tests run these commands.
const ENDLESS: [&str; 10] = [
    "jit board",
    "jit board label:auth 'priority:high|critical'",
    "jit coordinator start",
    "jit demo",
    "jit demo --keep",
    "jit events tail --follow",
    "jit events tail --follow --sync 10 --event-type issue_completed",
    "jit sync --watch 60",
    "jit watch --exec 'cat >> events.jsonl' --event-type issue_completed",
    "jit watch --webhook https://ci.example.com/jit --secret-file hook.key --cursor ci --sync 60",
];

/// The lines of the examples in a help text.
fn examples(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| !matches!(*line, "Example:" | "Examples:")).skip(1);
    lines.take_while(|line| line.starts_with("  ")).map(str::trim).collect()
}

/// A tracker with the gates that examples name, a plan, and an issue for each that they
/// name; with the ids of those.
fn stage() -> (Sandbox, [String; 4]) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "unit-tests", "--checker", "true"]).ok();
    sandbox.jit(["registry", "add", "review"]).ok();
    let ids = NAMED.map(|name| sandbox.create(name, []));
    let start = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    conflicts::put(&sandbox, &ids[1], &[conflicts::between("title", "3f2a", "Other")]);
    sandbox.git(["update-ref", "refs/conflicts", "refs/jit/main"]).ok();
    sandbox.git(["update-ref", "refs/jit/main", start.trim()]).ok();
    for remote in ["origin", "upstream"] {
        sandbox.git(["init", "-q", "--bare", &format!("../{remote}.git")]).ok();
        sandbox.git(["remote", "add", remote, &format!("../{remote}.git")]).ok();
    }
    sandbox.write("repo/plan.yaml", "- title: Planned\n");
    sandbox.write("repo/README", "changed\n");
    (sandbox, ids)
}

/// Runs an example as it stands, but for the ids, in a shell with stand-ins for other
/// programs.
fn perform(sandbox: &Sandbox, ids: &[String], example: &str) -> Ran {
    let before =
        BEFORE.iter().find(|(start, _)| example.starts_with(start)).map_or("true", |(_, before)| before);
    let others =
        "jq() { cat > /dev/null; }; dot() { cat > /dev/null; }; gh() { echo []; }; set -o pipefail\n";
    let mut script = format!("{others}({before}) > /dev/null 2>&1 || exit 77\n{example}\n");
    for (name, id) in NAMED.iter().zip(ids) {
        script = script.replace(&format!(" {name}"), &format!(" {}", &id[..8]));
    }
    run(sandbox.program("bash", &sandbox.repo()).args(["-c", &script]))
}

#[test]
fn every_command_has_a_summary_and_examples_that_begin_with_it() {
    let sandbox = Sandbox::new();
    for command in commands(&sandbox) {
        let help = help(&sandbox, &command);
        let name = command.join(" ");
        let summary = help.lines().next().unwrap_or_default();
        assert!(summary.starts_with(char::is_uppercase) && !summary.ends_with('.'), "{name}: {summary}");
        let verb = command.last().map(String::as_str).unwrap_or_default();
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{name} has no example");
        assert!(examples.iter().all(|line| line.contains("jit ")), "{name}: {examples:?}");
        assert!(examples.iter().any(|line| line.contains(verb)), "{name}: {examples:?}");
    }
}

#[test]
fn every_example_works_as_it_stands() {
    let sandbox = Sandbox::new();
    let mut all: Vec<String> = Vec::new();
    for command in [vec![vec![]], commands(&sandbox)].concat() {
        all.extend(examples(&help(&sandbox, &command)).into_iter().map(str::to_owned));
    }
    all.sort();
    all.dedup();
    all.retain(|example| !ENDLESS.contains(&example.as_str()));
    assert!(all.len() > 40, "{all:?}");
    let (stage, ids) = stage();
    let start = stage.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    for example in &all {
        // Each finds the same tracker.
        stage.git(["update-ref", "refs/jit/main", start.trim()]).ok();
        let ran = perform(&stage, &ids, example);
        assert_eq!(ran.code, 0, "{example}: {ran:?}");
    }
}

/// What somebody may look for, and the command whose line in the list of `jit --help` says so.
const LOOKED_FOR: [(&str, &str); 24] = [
    ("agents", "coordinator"),
    ("attached", "issue"),
    ("board", "board"),
    ("branch", "start"),
    ("changed each field", "blame"),
    ("commits", "hooks"),
    ("commits", "close-merged"),
    ("count issues", "status"),
    ("dependency graph", "graph"),
    ("differs", "diff"),
    ("editor", "edit"),
    ("events", "watch"),
    ("gates", "gate"),
    ("how long it took", "stats"),
    ("issues from another tracker", "import"),
    ("issues for other tools", "export"),
    ("man pages", "man"),
    ("merges", "conflict"),
    ("model context protocol", "mcp"),
    ("remote", "sync"),
    ("saved filters", "config"),
    ("search", "search"),
    ("take changes back", "undo"),
    ("new issues of a kind", "template"),
];

#[test]
fn a_newcomer_finds_each_feature_in_the_list_of_commands() {
    let sandbox = Sandbox::new();
    let help = help(&sandbox, &[]);
    let lines: Vec<&str> = help.lines().collect();
    for (words, command) in LOOKED_FOR {
        let line = lines.iter().position(|line| line.starts_with(&format!("  {command} ")));
        let line = line.unwrap_or_else(|| panic!("{command} is not listed: {help}"));
        // It may go on in the line below.
        let said = lines[line..line + 2].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.to_lowercase().contains(words), "{command}: {said}");
    }
    assert!(help.contains("--at") && help.contains("as it was"), "{help}");
    assert!(lines.iter().take_while(|line| **line != "Options:").all(|line| line.len() <= 100), "{help}");
}

#[test]
fn help_says_the_same_in_each_of_its_ways() {
    let sandbox = Sandbox::new();
    let run = |args: &[&str]| sandbox.jit_in(&sandbox.path(""), args).ok().stdout;
    assert_eq!(run(&["help", "claim"]), run(&["claim", "--help"]));
    assert_eq!(run(&["issue", "help", "claim"]), run(&["issue", "claim", "--help"]));
    assert!(run(&["claim", "-h"]).lines().count() <= run(&["claim", "--help"]).lines().count());
}

#[test]
fn help_fits_a_terminal_of_a_hundred_columns() {
    let sandbox = Sandbox::new();
    for command in commands(&sandbox) {
        for line in help(&sandbox, &command).lines() {
            let is_example = line.trim_start().starts_with("jit ");
            assert!(is_example || line.chars().count() <= 100, "{command:?}: {line}");
        }
    }
}

#[test]
fn short_forms_have_the_arguments_of_what_they_stand_for() {
    let sandbox = Sandbox::new();
    let top = help(&sandbox, &[]);
    let short = top.lines().filter_map(|line| {
        let (before, full) = line.split_once("[short for: ")?;
        Some((before.split_whitespace().next()?, full.split(']').next()?))
    });
    let usage = |path: &str| {
        let path: Vec<String> = path.split(' ').map(str::to_owned).collect();
        let help = help(&sandbox, &path);
        let (_, arguments) = help.split_once("Usage: ").expect("there is a usage");
        arguments.lines().next().unwrap_or_default().replacen(&format!("jit {}", path.join(" ")), "", 1)
    };
    let mut count = 0;
    for (name, full) in short.filter(|(_, full)| !full.contains("--")) {
        assert_eq!(usage(name), usage(full), "{name}");
        count += 1;
    }
    assert!(count > 10, "{top}");
}

#[test]
fn completions_are_scripts_that_ask_jit() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.jit_in(&sandbox.path(""), ["completions", shell]).ok().stdout;
        assert!(script.contains("JIT_COMPLETE"), "{shell}");
    }
    let script = sandbox.jit_in(&sandbox.path(""), ["completions", "bash"]).ok().stdout;
    sandbox.write("completions.bash", script);
    run(sandbox.program("bash", &sandbox.path("")).args(["-n", "completions.bash"])).ok();
}
