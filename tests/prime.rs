//! What an agent must know of a project, printed and kept in a file.

use std::fs;

use crate::support::Sandbox;
use crate::support::hub::Hub;

fn read(sandbox: &Sandbox, below: &str) -> String {
    fs::read_to_string(sandbox.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
}

#[test]
fn the_text_is_short_and_knows_the_project() {
    let sandbox = Sandbox::with_tracker();
    sandbox
        .jit(["registry", "add", "tests", "--auto", "--checker", "cargo test", "--title", "All tests"])
        .ok();
    sandbox.jit(["registry", "add", "plan", "--stage", "pre"]).ok();
    sandbox.create("One", ["--label", "auth", "--label", "ui", "--gate", "tests", "--type", "bug"]);
    sandbox.create("Two", ["--label", "auth", "--gate", "tests", "--gate", "review"]);
    sandbox.jit(["config", "set", "claim.ttl", "4h"]).ok();
    let text = sandbox.jit(["prime"]).ok().stdout;
    assert!(text.lines().count() < 60, "{text}");
    for words in [
        "jit claim-next",
        "jit done ID",
        "A claim ends after 4h",
        "`tests` (All tests): `jit gate check ID tests` runs `cargo test`; 2 issues require it",
        "`plan`, before the issue can start: a person passes it: `jit gate pass ID plan`; no issue requires it",
        "`review`, not registered: `jit gate pass ID review`; 1 issue requires it",
        "Labels in use: `auth` (2), `ui` (1)",
        "Types in use: `bug` (1), `task` (1)",
        "there is no remote",
    ] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let json = sandbox.json(["prime"]);
    assert_eq!(json["text"], text.as_str());
    assert_eq!((&json["gates"][2]["key"], &json["gates"][2]["issues"]), (&"tests".into(), &2.into()));
    assert_eq!((&json["claim_ttl_secs"], &json["labels"][0]["name"]), (&14400.into(), &"auth".into()));
}

#[test]
fn commands_that_it_names_exist() {
    let sandbox = Sandbox::with_tracker();
    let issue = sandbox.create("One", []);
    let text = sandbox.jit(["prime"]).ok().stdout;
    let mut tried = 0;
    for line in text.lines().filter_map(|line| line.strip_prefix("    ")) {
        let command = line.split(" # ").next().unwrap().trim().replace("ID", &issue[..8]);
        crate::support::run(sandbox.program("bash", &sandbox.repo()).args(["-c", &command])).ok();
        tried += 1;
        // What was finished cannot be given up.
        if command.contains("done") {
            sandbox.jit(["update", &issue, "--state", "in_progress"]);
            sandbox.jit(["update", &issue, "--state", "open"]);
            sandbox.jit(["claim", &issue]).ok();
        }
    }
    assert_eq!(tried, 6, "{text}");
}

#[test]
fn sharing_is_described_as_it_is() {
    let (_hub, [clone]) = Hub::with_tracker();
    assert!(
        clone.jit(["prime"]).ok().stdout.contains("shared with `origin`: claims are settled there at once")
    );
    clone.jit(["config", "set", "sync.auto", "mutation"]).ok();
    assert!(clone.jit(["prime"]).ok().stdout.contains("every change is published at once"));
    assert_eq!(clone.json(["prime"])["shared_with"], "origin");
}

#[test]
fn a_section_is_made_and_kept_up_to_date_and_the_rest_stays() {
    let sandbox = Sandbox::with_tracker();
    let write = || sandbox.jit(["prime", "--write", "AGENTS.md"]).ok().stdout;
    assert_eq!(write(), "Updated file: AGENTS.md\n");
    assert_eq!(write(), "Unchanged file: AGENTS.md\n");
    let alone = read(&sandbox, "repo/AGENTS.md");
    assert!(alone.starts_with("<!-- jit:begin") && alone.ends_with("<!-- jit:end -->\n"), "{alone}");
    let (before, after) = ("# Rules\r\n\tBe kind.  \r\n", "last line without a break");
    sandbox.write("repo/AGENTS.md", format!("{before}{}{after}", alone.replace('\n', "\r\n")));
    assert_eq!(write(), "Unchanged file: AGENTS.md\n");
    sandbox.jit(["registry", "add", "review"]).ok();
    assert_eq!(write(), "Updated file: AGENTS.md\n");
    let text = read(&sandbox, "repo/AGENTS.md");
    assert!(text.starts_with(before) && text.ends_with(after) && text.contains("`review`"), "{text}");
    assert!(!text.replace("\r\n", "").contains('\n'), "its line breaks are kept");
    let json = sandbox.json(["prime", "--write", "AGENTS.md"]);
    assert_eq!((&json["file"]["path"], &json["file"]["changed"]), (&"AGENTS.md".into(), &false.into()));
}

#[test]
fn broken_marks_and_odd_files_are_refused() {
    let sandbox = Sandbox::with_tracker();
    for (text, reason) in [
        ("<!-- jit:begin -->\nmine\n", "never ends it"),
        ("<!-- jit:end -->\n", "that never begins"),
        ("<!-- jit:end -->\n<!-- jit:begin -->\n", "before it begins"),
        ("<!-- jit:begin -->\n<!-- jit:begin -->\n<!-- jit:end -->\n", "again on line 2"),
    ] {
        sandbox.write("repo/AGENTS.md", text);
        sandbox.jit(["prime", "--write", "AGENTS.md"]).fails(4, reason);
        assert_eq!(read(&sandbox, "repo/AGENTS.md"), text);
    }
    sandbox.write("repo/AGENTS.md", b"\xff");
    sandbox.jit(["prime", "--write", "AGENTS.md"]).fails(4, "is not UTF-8 text");
    sandbox.jit(["prime", "--write", "/dev/null"]).fails(4, "is no ordinary file");
    assert!(sandbox.jit(["prime", "--write", "."]).code > 0);
    sandbox.jit_in(&sandbox.path("home"), ["prime"]).exits(3);
}
