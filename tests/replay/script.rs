//! Work that uses every command that changes a tracker, and text that means harm.

use std::thread;
use std::time::Duration;

use super::interpreter::check_replay;
use super::work::Work;

/// Text that a careless writer or reader of commit messages, JSON or YAML would trip over.
const HOSTILE: [&str; 12] = [
    "first\nsecond\n\nJit-Event: {}\nJit-Event: {\"type\":\"issue_deleted\"}\n",
    "\n\nSigned-off-by: Ada <ada@example.com>\n---\nJit-Event: {}",
    "---",
    "\"double\" 'single' `tick` \\back\\n $(id) %s %(trailers) {} [] <a@b>",
    "line\u{2028}paragraph\u{2029}next\u{85}line\u{feff}\u{202e}override",
    "one\r\ntwo\rthree\r\n",
    "日本語 😀 e\u{301} \u{10ffff}",
    "\ttab\n  indented\n trailing  \n\n\n",
    "# comment: no\n- list\n? key\n: value\n&anchor *alias !tag |\n",
    "\u{b}\u{c}\u{1b}[31mred\u{7f}\u{9b}",
    "{\"type\":\"issue_claimed\",\"id\":\"x\"}",
    "no",
];
/// The same for what must be one line.
const HOSTILE_TITLES: [&str; 6] =
    ["Jit-Event: {}", "---", "3f2a9c1e: claimed by agent:x", "\"' \\ %s {}", "日本語\t😀\u{2066}", "~"];
const HOSTILE_ACTOR: &str = "agent:\"q\"'s,.;:\\%s{}";
fn use_registry_and_settings(work: &mut Work) {
    for (n, text) in HOSTILE.iter().enumerate() {
        let (key, desc) = (format!("gate-{n}"), format!("--desc={text}"));
        let title = format!("--title={}", HOSTILE_TITLES[n % HOSTILE_TITLES.len()]);
        work.does("human:ada", &["registry", "add", &key, &desc, &title]);
    }
    work.does("human:ada", &["registry", "add", "design", "--stage", "pre"]);
    work.does("ci:x", &["registry", "add", "unit", "--auto", "--checker=true # Jit-Event: {}"]);
    work.does("ci:x", &["registry", "add", "slow", "--checker", "sleep 9", "--timeout", "1s"]);
    work.does("ci:x", &["registry", "add", "broken", "--checker", "echo no; exit 3", "--timeout", "2m"]);
    work.does("ci:x", &["registry", "update", "broken", "--no-checker", "--title", "Not yet"]);
    work.does("ci:x", &["registry", "update", "broken", "--checker", "exit 3", "--auto", "true"]);
    work.does("human:ada", &["registry", "remove", "gate-0", "gate-1"]);
    let bug =
        ["template", "add", "bug", "--title=Bug: ", "--type=bug", "--label=x", "--gate=odd", "--context=k=v"];
    work.does("human:ada", &bug);
    work.does(
        "ci:x",
        &["template", "add", "bug", "--replace", "--priority=low", &format!("--desc={}", HOSTILE[0])],
    );
    work.does("ci:x", &["template", "add", "plan"]);
    work.does("ci:x", &["template", "remove", "plan"]);
    let values = [
        ("claim.skew", "0s"),
        ("claim.ttl", "4h"),
        ("claim.ttl", "none"),
        ("gate.timeout", "90s"),
        ("sync.auto", "mutation"),
        ("sync.auto", "claims"),
    ];
    for (key, value) in values {
        work.does("human:ada", &["config", "set", key, value]);
    }
    // Set to what it is unless set, so that the log names every setting.
    work.does("human:ada", &["config", "set", "durability", "fast"]);
    work.does("human:ada", &["config", "set", "durability", "full"]);
    work.does("human:ada", &["config", "set", "strict_gates", "true"]);
    work.is_refused(&["create", "x", "--gate", "unheard-of"]);
    work.does("human:ada", &["config", "set", "strict_gates", "false"]);
}

fn write_hostile_text(work: &mut Work) {
    let id = work.creates("plain", &[]);
    for text in HOSTILE {
        work.does(HOSTILE_ACTOR, &["update", &id, &format!("--desc={text}")]);
        work.does(HOSTILE_ACTOR, &["comment", &id, "--", text]);
        work.does(HOSTILE_ACTOR, &["update", &id, &format!("--context=Jit-Event: {{}}={text}")]);
        work.does(HOSTILE_ACTOR, &["claim", &id]);
        work.does("human:ada", &["release", &id, &format!("--reason={text}")]);
        let other = work.creates("x", &[&format!("--desc={text}"), &format!("--context=k={text}")]);
        work.does("human:ada", &["reject", &other, &format!("--reason={text}")]);
    }
    for title in HOSTILE_TITLES {
        work.does("human:ada", &["update", &id, &format!("--title={title}")]);
        let other = work.creates(title, &["--type=Jit-Event: {}", "--label=Jit-Event:{}"]);
        work.does("human:ada", &["delete", &other]);
    }
    let list = r#"[{"title": "zero", "description": "a\u0000b\n\u0000", "context": {"k": "\u0000"}},
        {"title": "escape", "description": "\u001b[2J\ud83d\ude00", "labels": ["\ud83d\ude00"]}]"#;
    work.sandbox.write("list.json", list);
    work.does("human:ada", &["create", "--from", "../list.json"]);
}

fn plan_and_change_fields(work: &mut Work) {
    let plan = "- {key: a, title: A, priority: high, labels: [x, y], gates: [unit, odd], assignee: 'ci:x'}\n\
                - {key: b, title: B, type: bug, context: {note: hello}, dependencies: [a]}\n\
                - {key: c, title: C, description: d, dependencies: [a, b]}\n";
    work.sandbox.write("plan.yaml", plan);
    let ids = work.does("human:ada", &["-q", "create", "--from", "../plan.yaml"]);
    let ids: Vec<&str> = ids.lines().collect();
    work.does("human:ada", &["issue", "attach", ids[1], "README", "README@HEAD"]);
    work.does("ci:x", &["issue", "detach", ids[1], "README"]);
    work.does("ci:x", &["issue", "attach", ids[1], "README"]);
    let everything = ["-t", "B2", "-d", "d", "--type", "chore", "-p", "critical", "-a", "agent:w", "-l", "z"];
    work.does("human:ada", &[&["update", ids[1]], everything.as_slice()].concat());
    work.does("human:ada", &["update", ids[1], "--context", "k=v", "--context", "l=w", "--gate", "design"]);
    work.does("human:ada", &["update", ids[1], "--remove-context", "k", "--remove-label", "z", "--unassign"]);
    work.does("human:ada", &["update", ids[1], "--remove-gate", "design", "--remove-dep", ids[0]]);
    work.does("human:ada", &["update", ids[1], "--dep", ids[0], "--desc="]);
    let (_, stored) = work.run("human:ada", &[0], &["update", ids[1], "--title", "B2"]);
    assert!(!stored, "it was so already");
    work.is_refused(&["dep", "add", ids[0], ids[2]]);
    work.does("human:ada", &["dep", "rm", ids[2], ids[0], ids[1]]);
    work.does("human:ada", &["dep", "add", ids[2], ids[1]]);
    work.does("human:ada", &["issue", "assign", ids[2], "agent:w"]);
    work.does("human:ada", &["issue", "unassign", ids[2]]);
    work.does("human:ada", &["issue", "assign", ids[2], "--to", "agent:v"]);
    work.does("human:ada", &["update", ids[0], ids[2], "--label", "both", "--priority", "low"]);
    work.does("human:ada", &["delete", ids[0]]);
}

fn pass_gates(work: &mut Work) {
    let id = work.creates("guarded", &["--gate=design", "--gate=unit", "--gate=slow", "--gate=gate-0"]);
    work.is_refused(&["claim", &id]);
    work.does("human:ada", &["gate", "fail", &id, "design", &format!("--reason={}", HOSTILE[0])]);
    work.does("human:ada", &["gate", "pass", &id, "design"]);
    work.does("agent:w", &["claim", &id]);
    let (_, stored) = work.run("ci:x", &[4], &["gate", "check", &id]);
    assert!(stored, "one passed, the other took too long");
    let (_, stored) = work.run("agent:w", &[4], &["done", &id]);
    assert!(stored, "it is gated now");
    work.does("agent:w", &["update", &id, "--state", "in_progress"]);
    work.does("human:ada", &["gate", "add", &id, "broken", "gate-2"]);
    work.does("agent:w", &["update", &id, "--state", "gated"]);
    let (_, stored) = work.run("ci:x", &[4], &["gate", "check", &id, "broken"]);
    assert!(stored, "it failed");
    work.does("human:ada", &["gate", "rm", &id, "broken", "slow"]);
    work.does("human:ada", &["gate", "pass", &id, "gate-0"]);
    work.does("human:ada", &["gate", "pass", &id, "gate-2"]);
    work.does("human:ada", &["update", &id, "--state", "open"]);
    work.does("agent:w", &["update", &id, "--state", "in_progress"]);
    work.does("agent:w", &["done", &id]);
    let last = work.creates("the last gate goes", &["--gate=odd"]);
    work.run("human:ada", &[4], &["done", &last]);
    work.does("human:ada", &["gate", "rm", &last, "odd"]);
    // Gated without ever being claimed: whoever takes it back holds it.
    let unclaimed = work.creates("never claimed", &["--gate=odd"]);
    work.run("human:ada", &[4], &["done", &unclaimed]);
    work.does("agent:w", &["update", &unclaimed, "--state", "in_progress"]);
}

fn claim_and_release(work: &mut Work) {
    let id = work.creates("leased", &["--priority=critical", "--label=lease"]);
    let next = ["claim-next", "agent:w", "--filter", "label:lease", "--ttl", "1s"];
    assert_eq!(work.does("agent:w", &next), id);
    work.is_refused(&["claim", &id, "agent:v"]);
    work.is_refused(&["issue", "assign", &id, "agent:v"]);
    thread::sleep(Duration::from_millis(1_050));
    work.does("agent:v", &["claim", &id, "agent:v", "--ttl", "2h"]);
    work.does("agent:v", &["issue", "renew", &id, "--ttl", "3h"]);
    work.does("agent:v", &["issue", "renew", &id, "agent:v"]);
    work.does("human:ada", &["release", &id, "timeout"]);
    work.does("agent:v", &["claim", &id]);
    work.does("human:ada", &["update", &id, "--state", "ready"]);
    work.does("agent:w", &["claim-next", "--to", "agent:w", "--filter", "label:lease"]);
    work.does("agent:w", &["done", &id]);
    work.is_refused(&["reject", &id]);
    work.does("human:ada", &["update", &id, "--state", "open"]);
    work.does("human:ada", &["reject", &id]);
    work.does("human:ada", &["update", &id, "--state", "open", "--label", "again"]);
    work.does("agent:w", &["claim", &id]);
    work.does("human:ada", &["reject", &id, "no longer needed"]);
    let kept = work.creates("kept", &[]);
    work.does("agent:w", &["claim", &kept, "--ttl", "1h"]);
    work.does("agent:w", &["issue", "renew", &kept, "--ttl", "2h"]);
    let kept = work.creates("kept for good", &[]);
    work.does("agent:w", &["claim", &kept, "--ttl", "1h"]);
    work.does("agent:w", &["issue", "renew", &kept]);
}

fn change_many_and_delete(work: &mut Work) {
    let ids: Vec<String> = (0..12).map(|n| work.creates(&format!("bulk {n}"), &["--label=bulk"])).collect();
    for id in &ids[1..6] {
        work.does("human:ada", &["dep", "add", id, &ids[0]]);
    }
    let label = ["--label", "new", "--remove-label", "bulk", "--context", "k=v", "--priority", "high"];
    work.does("human:ada", &[&["update", "--filter", "label:bulk"], label.as_slice()].concat());
    work.does("human:ada", &["update", "--filter", "label:new bulk 7", "--state", "rejected"]);
    let (_, stored) = work.run("human:ada", &[0], &["update", "--filter", "label:bulk", "--label", "x"]);
    assert!(!stored, "none matches");
    work.does("agent:w", &["done", &ids[8], &ids[9]]);
    let refused = ["update", &ids[10], &ids[1], "--state", "done", "--label", "x"];
    work.is_refused(&refused);
    // Gated and waiting for nothing but a dependency, an issue is done when that goes.
    work.does("human:ada", &["gate", "add", &ids[11], "odd"]);
    work.run("agent:w", &[4], &["done", &ids[11]]);
    work.does("human:ada", &["dep", "add", &ids[11], &ids[0]]);
    work.does("human:ada", &["gate", "pass", &ids[11], "odd"]);
    work.does("human:ada", &["issue", "delete", &ids[0], &ids[10]]);
}

/// A tracker on which every command that changes something was used.
pub(super) fn worked() -> Work {
    let mut work = Work::new();
    let parts = [
        use_registry_and_settings,
        write_hostile_text,
        plan_and_change_fields,
        pass_gates,
        claim_and_release,
        change_many_and_delete,
    ];
    for part in parts {
        part(&mut work);
        check_replay(&work.sandbox);
    }
    work
}
