//! What scripts cut from plain output: bare ids, and no colour unless asked.

use crate::support::{Sandbox, run};

/// A tracker with two ready issues and one that waits for both.
fn sample() -> (Sandbox, [String; 3]) {
    let sandbox = Sandbox::with_tracker();
    let first = sandbox.create("First", ["--label", "l"]);
    let second = sandbox.create("Second", ["--label", "l"]);
    let third = sandbox.create("Third", ["--dep", &first, "--dep", &second]);
    (sandbox, [first, second, third])
}

#[test]
fn quiet_prints_bare_ids_and_nothing_else() {
    let (sandbox, [first, second, third]) = sample();
    sandbox.jit(["registry", "add", "g"]).ok();
    let (one, both, all) =
        (vec![first.as_str()], vec![first.as_str(), &second], vec![first.as_str(), &second, &third]);
    let commands: [(&[&str], &[&str]); 25] = [
        (&["list"], &all),
        (&["issue", "list", "label:l"], &both),
        (&["ready"], &both),
        (&["blocked"], &all[2..]),
        (&["query", "label", "l"], &both),
        (&["search", "First"], &one),
        (&["search", "nothing of that kind"], &[]),
        (&["graph", "roots"], &both),
        (&["graph", "downstream", &first], &all[2..]),
        (&["show", &first], &one),
        (&["show", &first, &second], &both),
        (&["gate", "add", &first, "g"], &one),
        (&["gate", "pass", &first, "g"], &one),
        (&["gate", "rm", &first, "g"], &one),
        (&["comment", &first, "text"], &one),
        (&["update", &first, &second, "--title", "New"], &both),
        (&["update", "--filter", "label:l", "--priority", "low"], &both),
        (&["dep", "rm", &third, &second], &all[2..]),
        (&["dep", "add", &third, &second], &all[2..]),
        (&["claim", &first, "agent:x"], &one),
        (&["release", &first, "text", "--by", "agent:x"], &one),
        (&["done", &first], &one),
        (&["done", &first], &one),
        (&["reject", &second], &both[1..]),
        (&["issue", "delete", &first, &second], &both),
    ];
    for (command, expected) in commands {
        for quiet in ["-q", "--quiet"] {
            if quiet == "--quiet" && !["list", "ready", "show"].contains(&command[0]) {
                continue;
            }
            let ran = sandbox.jit([&[quiet], command].concat()).ok();
            assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected, "{command:?}");
            assert_eq!(ran.stderr, "", "{command:?}");
        }
    }
}

#[test]
fn quiet_creation_prints_the_id_and_the_usual_one_a_sentence() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.jit(["-q", "create", "One"]).ok().stdout;
    assert_eq!(id.trim(), sandbox.json(["list"])["issues"][0]["id"]);
    let said = sandbox.jit(["create", "Two"]).ok();
    let id = said.stdout.strip_prefix("Created issue: ").unwrap().trim();
    assert_eq!((id.len(), said.stderr.as_str()), (36, ""));
}

#[test]
fn claim_next_prints_the_bare_id_and_talks_beside_it() {
    let (sandbox, [first, second, _]) = sample();
    let ran = sandbox.jit(["claim-next", "agent:x"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (&*format!("{first}\n"), "claimed: First\n"));
    let ran = sandbox.jit(["-q", "issue", "claim-next", "--to", "agent:x"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (&*format!("{second}\n"), ""));
    let ran = sandbox.jit(["claim-next", "agent:x"]).exits(3);
    assert_eq!(ran.stdout, "", "a script sees no id where there is none");
}

#[test]
fn nothing_found_is_success_with_a_note_beside_an_empty_result() {
    let sandbox = Sandbox::with_tracker();
    for command in
        [&["list"][..], &["ready"], &["blocked"], &["search", "x"], &["graph", "roots"], &["graph", "show"]]
    {
        let ran = sandbox.jit(command).ok();
        assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count()), ("", 1), "{command:?}");
        assert_eq!(sandbox.jit([&["-q"], command].concat()).ok().stderr, "", "{command:?}");
    }
}

#[test]
fn colour_comes_only_where_it_is_asked_for() {
    let (sandbox, [first, ..]) = sample();
    let is_coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let ran = run(sandbox.jit_command(args).envs(variables.iter().copied()));
        ran.stdout.contains('\u{1b}') || ran.stderr.contains('\u{1b}')
    };
    for command in [&["list"][..], &["show", &first], &["status"], &["graph", "show"], &["show", "0123"]] {
        let with = |option: &'static str| [command, &[option]].concat();
        assert!(!is_coloured(command, &[]), "a pipe has none: {command:?}");
        assert!(is_coloured(&with("--color=always"), &[]), "{command:?}");
        assert!(is_coloured(&with("--color=always"), &[("NO_COLOR", "1")]), "an option wins: {command:?}");
        assert!(!is_coloured(&with("--color=never"), &[("CLICOLOR_FORCE", "1")]), "{command:?}");
        assert!(!is_coloured(command, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), "{command:?}");
        assert!(!is_coloured(&with("--color=auto"), &[("TERM", "xterm-256color")]), "{command:?}");
        assert!(
            !is_coloured(&[command, &["--color=always", "--json"]].concat(), &[]),
            "JSON has none: {command:?}"
        );
    }
    assert!(!is_coloured(&["-q", "list", "--color=always"], &[]), "ids have none");
    assert!(!is_coloured(&["events", "tail", "--color=always"], &[]), "lines of JSON have none");
}

#[test]
fn colour_carries_no_meaning_of_its_own() {
    let (sandbox, [first, ..]) = sample();
    for command in [&["list"][..], &["show", &first], &["status"], &["graph", "show"], &["blocked"]] {
        let coloured = sandbox.jit([command, &["--color=always"]].concat()).ok().stdout;
        let mut plain = String::new();
        for (at, part) in coloured.split('\u{1b}').enumerate() {
            plain.push_str(if at == 0 { part } else { part.split_once('m').expect("it is a colour").1 });
        }
        assert_eq!(plain, sandbox.jit(command).ok().stdout, "{command:?}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let sandbox = Sandbox::new();
    for option in ["--version", "-V"] {
        let ran = sandbox.jit_in(&sandbox.path(""), [option]).ok();
        assert_eq!(ran.stdout, format!("jit {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn exit_statuses_are_documented_in_the_help() {
    let sandbox = Sandbox::new();
    let help = sandbox.jit_in(&sandbox.path(""), ["--help"]).ok().stdout;
    let documented = [
        "0 done",
        "1 internal",
        "2 usage",
        "3 not found",
        "4 refused",
        "5 held",
        "6 exists",
        "7 contended",
        "10 git",
    ];
    for status in documented {
        assert!(help.contains(status), "{status}");
    }
}
