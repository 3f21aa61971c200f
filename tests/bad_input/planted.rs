//! A tracker from elsewhere may hold any text. Whatever it is, reading it does nothing to a
//! terminal: what people are shown has no escape sequences, no control characters and nothing
//! that reorders its neighbours, on standard output and on standard error.

use std::process::Output;

use super::{path_of, plant, skipped};
use crate::support::{Sandbox, run, run_with_input};

/// As YAML and JSON escape it, and as it is in files and trees.
const HARM: &str = r"a\u001b[31mb\u001b]0;t\u0007c\u009b2Jd\u007fe\u202ef\u2066g\u2028h\u0085i\rj\bk";
const RAW: &str = "a\u{1b}[31mb\u{9b}2Jc\u{7f}d\u{202e}e\u{2066}f\u{85}g";
const STAMP: &str = r#"{by: "human:ada", at: "2026-01-02T03:04:05.678Z"}"#;
/// Issues that can be read.
const READABLE: [&str; 2] = ["3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11", "77b10a3d-5b1e-4b56-8a0e-9f3c1d2e4f50"];
/// Issues that cannot.
const DAMAGED: [&str; 5] = [
    "aaaa9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
    "bbbb9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
    "cccc9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
    "dddd9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
    "eeee9c1e-7d0b-4c52-9a44-0c7f5f1f2b11",
];

/// An issue whose every free text means harm; `more` has further keys.
fn issue(id: &str, more: &str) -> String {
    format!(
        "id: {id}\ntitle: \"{HARM}\"\ndescription: \"{HARM}\\n\\tx\\n{HARM}\"\ntype: \"{HARM}\"\n\
         priority: high\nlabels: [\"{HARM}\"]\ncontext: {{\"{HARM}\": \"{HARM}\", \"k\": \"x\\n{HARM}\"}}\n\
         comments:\n  - {{id: {id}, by: \"human:ada\", at: \"2026-01-02T03:04:05.678Z\", body: \"{HARM}\"}}\n\
         conflicts:\n{}{}{}\"{HARM}\": \"{HARM}\"\n{more}created: {STAMP}\nupdated: {STAMP}\n",
        conflict("11111111", &format!("context.{HARM}"), HARM),
        conflict("22222222", "description", &format!("x\\n{HARM}\\ny")),
        conflict("33333333", HARM, HARM),
    )
}

fn conflict(id: &str, field: &str, value: &str) -> String {
    format!(
        "  - {{id: {id}-7d0b-4c52-9a44-0c7f5f1f2b11, field: \"{field}\", upstream: \"{value}\", \
         local: \"{value}!\", by: \"human:bob\", at: \"2026-01-02T03:04:05.678Z\"}}\n"
    )
}

/// Adds a commit of the same tree whose message has events that mean harm.
fn plant_events(sandbox: &Sandbox) {
    let event = |id: &str, text: &str| {
        format!(
            "Jit-Event: {{\"type\":\"comment_added\",\"id\":\"{id}\",\"issue_id\":\"{}\",\
             \"timestamp\":\"2026-01-02T03:04:05.678Z\",\"actor\":\"{text}\",\"body\":\"{text}\",\"{text}\":1}}\n",
            READABLE[0]
        )
    };
    let message = format!(
        "{RAW}\n\n{}{}",
        event("11111111-7d0b-4c52-9a44-0c7f5f1f2b11", HARM),
        // JSON lets all of these stand as they are, but for the first 32 characters.
        event("22222222-7d0b-4c52-9a44-0c7f5f1f2b11", &RAW.replace('\u{1b}', ""))
    );
    let mut commit = sandbox.program("git", &sandbox.repo());
    commit.args(["commit-tree", "-p", "refs/jit/main", "refs/jit/main^{tree}"]);
    let commit = run_with_input(&mut commit, message.as_bytes()).ok().stdout;
    sandbox.git(["update-ref", "refs/jit/main", commit.trim()]).ok();
}

fn planted() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    let [first, second] = READABLE;
    plant(&sandbox, &path_of(first), issue(first, "state: open\n"));
    let claim = format!(
        "state: in_progress\nassignee: \"agent:x\"\ndependencies: [{first}]\n\
         claim: {{id: {first}, by: \"agent:x\", at: \"2026-01-02T03:04:05.678Z\"}}\ngates: {{odd: {{status: pending}}}}\n"
    );
    plant(&sandbox, &path_of(second), issue(second, &claim));
    let gate = format!("title: \"{HARM}\"\ndescription: \"{HARM}\\n{HARM}\"\nstage: pre\n");
    plant(&sandbox, "gates/odd.yaml", format!("{gate}checker: {{command: \"echo {HARM}\"}}\n"));
    let [agent, state, key, broken, raw] = DAMAGED;
    plant(&sandbox, &path_of(agent), issue(agent, &format!("state: open\nassignee: \"human:{HARM}\"\n")));
    plant(&sandbox, &path_of(state), issue(state, &format!("state: \"{HARM}\"\n")));
    plant(&sandbox, &path_of(key), issue(key, &format!("state: open\ngates: {{\"{HARM}\": {{}}}}\n")));
    plant(&sandbox, &path_of(broken), format!("title: \"{RAW}\nlabels: [{RAW}"));
    plant(&sandbox, &path_of(raw), format!("id: {raw}\n{RAW}: *{RAW}\n"));
    plant(&sandbox, "gates/bad.yaml", format!("stage: \"{HARM}\"\n"));
    plant(&sandbox, r#""gates/\033[31m\302\233.yaml""#, "stage: pre\n");
    plant(&sandbox, r#""issues/3f/\033[31m\342\200\256.yaml""#, "id: x\n");
    plant(&sandbox, r#""issues/\033[31m/x.yaml""#, "id: x\n");
    plant_events(&sandbox);
    sandbox
}

/// Every command that reads, and some that are refused.
fn commands() -> Vec<Vec<&'static str>> {
    let lines = "list|ls label:x|list has:conflict|ready|blocked|query ready|query blocked|query state open|\
        query assignee agent:x|query priority high|search j|issue search k|graph show|graph roots|graph tops|\
        graph export|graph export --format mermaid|graph downstream 3f2a|graph show 77b1|status|validate|\
        events query|events tail -n 100|registry list|registry show odd|registry show bad|gate list|config list|\
        conflict|conflict list|conflict show 3f2a|conflict show 77b1|conflict show 1111|\
        conflict show 33333333-7d0b-4c52-9a44-0c7f5f1f2b11|conflict resolve 3f2a --take local|\
        conflict resolve 3f2a --all --take local|show 3f2a 77b1|claim 77b1 agent:y|done 3f2a|gate check 77b1|\
        update 3f2a --gate bad|dep add 77b1 aaaa|\
        show aaaa|show bbbb|show cccc|show dddd|show eeee|done aaaa|issue delete bbbb|claim-next agent:y";
    lines.split('|').map(|line| line.split_whitespace().collect()).collect()
}

fn is_harmless(c: char) -> bool {
    let reorders = matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c == '\n' || !(c.is_control() || reorders)
}

#[track_caller]
fn assert_harmless(text: &str, command: &[&str]) {
    let at = text.find(|c| !is_harmless(c));
    let around = at.map(|at| text[at..].chars().take(40).collect::<String>());
    assert_eq!(around, None, "{command:?}");
}

#[test]
fn what_was_planted_is_seen_but_does_nothing() {
    let sandbox = planted();
    let problems = sandbox.jit(["validate", "--json"]).exits(4).json();
    let damaged = problems["problems"].as_array().expect("a list").iter().filter(|p| p["code"] == "damaged");
    assert_eq!(damaged.count(), DAMAGED.len() + 4, "issues, gates and odd paths: {problems}");
    assert_eq!(sandbox.json(["conflict", "list"])["count"], 6);
    assert_eq!(sandbox.json(["events", "query", "--type", "comment_added"])["count"], 2);
    let mut seen = 0;
    for command in commands() {
        for quiet in [None, Some("-q"), Some("--json")] {
            let ran = sandbox.jit(command.iter().copied().chain(quiet));
            assert!(ran.code != 1 && ran.code < 100, "{command:?}: {ran:?}");
            assert_harmless(&ran.stdout, &command);
            assert_harmless(&ran.stderr, &command);
            seen += usize::from((ran.stdout + &ran.stderr).contains("1b"));
        }
    }
    assert!(seen > 40, "the escapes are shown: {seen}");
}

#[test]
fn a_terminal_gets_nothing_but_the_colours_of_jit() {
    let sandbox = planted();
    for command in commands() {
        let line = format!("jit {} --color never", command.join(" "));
        let mut script = sandbox.program("script", &sandbox.repo());
        let Ok(Output { stdout, .. }) = script.args(["-qec", &line, "/dev/null"]).output() else {
            return skipped("there is no program that makes a terminal").unwrap_or_default();
        };
        assert_harmless(&String::from_utf8_lossy(&stdout).replace("\r\n", "\n"), &command);
    }
}

#[test]
fn settings_and_references_that_mean_harm_are_refused_harmlessly() {
    for config in [
        format!("format = 1\ndurability = \"{HARM}\"\n"),
        format!("format = \"{HARM}\"\n"),
        format!("{RAW} = {RAW}\n"),
    ] {
        let sandbox = Sandbox::with_tracker();
        plant(&sandbox, "config.toml", config.replace(r"\b", ""));
        for command in [&["list"][..], &["status"], &["create", "x"], &["init"]] {
            let ran = sandbox.jit(command);
            assert_ne!(ran.code, 0, "{command:?}: {ran:?}");
            assert_harmless(&(ran.stdout + &ran.stderr), command);
        }
    }
    let sandbox = Sandbox::with_tracker();
    run(sandbox.program("git", &sandbox.repo()).args(["config", "jit.ref", RAW])).ok();
    let ran = sandbox.jit(["list"]).exits(4);
    assert_harmless(&ran.stderr, &["list"]);
}

#[test]
fn where_colour_is_wanted_only_that_of_jit_is_printed() {
    let sandbox = planted();
    for command in commands() {
        let ran = sandbox.jit(command.iter().copied().chain(["--color=always"]));
        let text = ran.stdout + &ran.stderr;
        assert!(!text.contains("a\u{1b}[31mb") && !text.contains("\u{1b}]"), "{command:?}: {text:?}");
        // What is left without the colours is as harmless as without colour.
        let mut plain = String::new();
        for (at, part) in text.split("\u{1b}[").enumerate() {
            plain.push_str(if at == 0 { part } else { part.split_once('m').expect("it is a colour").1 });
        }
        assert_harmless(&plain, &command);
    }
}
