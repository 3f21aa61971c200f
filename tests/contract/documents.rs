//! Every command with `--json`: one document, as its schema says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::schema::Schemas;
use super::{commands, document};
use crate::conflicts;
use crate::support::{Sandbox, run};

/// Every command once, in an order in which each succeeds, with the schema of its answer.
/// `A` to `G` stand for issues, in the order of their creation; `PLANT` for a merge that leaves
/// a conflict on `A`, `AGENTS` for agents that do as they are told, `HUB` for a remote that
/// appears.
const SESSION: &str = "\
    init = init
    registry add review --title Review = gate
    gate define unit --checker true --timeout 1m --auto = gate
    registry update review --desc text --stage pre = gate
    registry update review --stage post = gate
    registry show unit = gate
    registry list = gate_list
    gate list = gate_list
    create One --label l --context k=v --desc text --priority high = issue
    issue create Two --dep A --gate review --assignee human:b = issue
    issue create --from ../plan.yaml = issue_list
    create Five = issue
    create Six = issue
    comment A text = issue
    issue comment A text = issue
    gate add A review unit = issue
    gate check A unit = check_report
    gate check A = check_report
    gate fail A review --reason text = issue
    gate pass A review = issue
    gate rm A review = issue
    dep add C E = issue
    dep rm C E = issue
    assign C human:c = issue
    unassign C = issue
    issue assign C human:c = issue
    issue unassign C = issue
    claim A agent:x --ttl 1h = issue
    renew A --ttl 2h = issue
    issue renew A --ttl 2h = issue
    release A timeout = issue
    issue claim A agent:x = issue
    issue release A = issue
    release --stale = issue_list
    issue release --stale --dry-run = issue_list
    claim-next agent:x = issue
    issue claim-next --to agent:x = issue
    update C --title New = issue
    issue update C D --title New = issue_list
    update --filter label:l --type bug = issue_list
    update --filter label:none --type bug = issue_list
    issue attach A README = issue
    issue detach A README = issue
    template add bug --label l = template
    template list = template_list
    template show bug = template
    template remove bug = deleted
    list = issue_list
    issue list label:none = issue_list
    ready = issue_list
    blocked = issue_list
    query ready = issue_list
    query blocked = issue_list
    query assignee human:b = issue_list
    query label l = issue_list
    query priority high = issue_list
    query stale = issue_list
    query stale --older-than 1s = issue_list
    query state in_progress = issue_list
    man --dir ../man = man
    search text = found_list
    issue search text = found_list
    show A = shown_issue
    issue show A = shown_issue
    show A B = shown_issue_list
    graph show = graph
    graph show B = graph
    graph export = graph
    graph export --format dot = graph
    graph export --format mermaid = graph
    graph roots = issue_list
    graph downstream A = issue_list
    graph critical-path = issue_list
    graph critical-path B = issue_list
    status = status
    stats = stats
    stats --by agent = stats
    validate = validation
    doctor = doctor
    doctor --fix = doctor
    config get claim.ttl = setting
    config set claim.ttl 4h = setting
    config unset claim.ttl = setting
    config list = setting_list
    export --dir ../out = export
    export --dir ../out --force label:l = export
    export --to csv = export_file
    import --from csv ../table.csv --dry-run = import
    import --from csv ../table.csv = import
    conflict = conflict_list
    conflict list label:none = conflict_list
    PLANT
    conflict show A = conflict_list
    conflict resolve A --take local = conflict_list
    done A = issue
    reject C text = issue
    issue reject D = issue
    delete E = deleted
    issue delete F = deleted
    registry remove review = deleted
    prime = prime
    prime --write AGENTS.md = prime
    mcp install = client_setup_list
    mcp install --client codex = client_setup
    mcp install --client vscode --write --agent agent:x = client_setup
    events query = event_list
    events query --issue A -n 2 = event_list
    events tail = event_list
    events tail -n 0 = event_list
    log = event_list
    watch --exec true --once --from-start = watch
    log A -n 2 = event_list
    log -p = event_with_changes_list
    diff A = diff
    diff HEAD~3.. = diff
    diff HEAD~3..HEAD A = diff
    blame A = blame
    undo = undo
    undo = undo
    hooks install = hook
    hooks status = hook
    hooks uninstall = hook
    close-merged --branch HEAD = close_merged
    create Seven = issue
    start G = started
    coordinator init-config = coordinator_config
    coordinator agents = coordinator_agent_list
    coordinator status = coordinator
    AGENTS
    coordinator once = coordinator_summary
    coordinator start --detach = coordinator_process
    coordinator stop = coordinator_process
    HUB
    sync = sync";

/// The keys of an issue that design and documentation promise, in their order.
const ISSUE_KEYS: [&str; 18] = [
    "id",
    "short_id",
    "title",
    "description",
    "type",
    "state",
    "priority",
    "assignee",
    "labels",
    "dependencies",
    "gates_required",
    "gates_status",
    "context",
    "claim",
    "blocked",
    "blocked_by",
    "created_at",
    "updated_at",
];

/// The words of a command of the session, with ids for the letters that stand for them.
fn words<'a>(command: &'a str, ids: &'a [String]) -> Vec<&'a str> {
    let word = |word: &'a str| match word.as_bytes() {
        [letter @ b'A'..=b'G'] => ids[usize::from(letter - b'A')].as_str(),
        _ => word,
    };
    command.split(' ').map(word).collect()
}

/// Says why a test was left out.
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// The ids of new issues in an answer.
fn new_ids(document: &Value) -> Vec<String> {
    let issues = document["issues"].as_array().cloned().unwrap_or_else(|| vec![document.clone()]);
    issues.iter().filter_map(|issue| issue["id"].as_str()).map(str::to_owned).collect()
}

/// Runs the session; the words of each command, and its document.
fn session(sandbox: &Sandbox, mut each: impl FnMut(&str, &str, &Value)) {
    sandbox.write("plan.yaml", "- {title: Three, key: c}\n- {title: Four, dependencies: [c]}\n");
    sandbox.write("table.csv", "id,title,state\n1,Imported,done\n");
    let mut ids: Vec<String> = Vec::new();
    for line in SESSION.lines() {
        if line.trim() == "PLANT" {
            conflicts::put(sandbox, &ids[0], &[conflicts::between("type", "task", "bug")]);
            continue;
        }
        if line.trim() == "AGENTS" {
            let agents = "[{\"id\": \"agent:a\", \"command\": \"true\"}]";
            sandbox.write("repo/.jit/coordinator.json", format!("{{\"agent_pool\": {agents}}}"));
            continue;
        }
        if line.trim() == "HUB" {
            sandbox.git(["init", "-q", "--bare", "../hub.git"]).ok();
            sandbox.git(["remote", "add", "origin", "../hub.git"]).ok();
            continue;
        }
        let (command, schema) = line.trim().rsplit_once(" = ").expect("a command and a schema");
        let ran = sandbox.jit(words(command, &ids).into_iter().chain(["--json"]));
        assert_eq!(ran.code, 0, "{command}: {ran:?}");
        let answer = document(&ran);
        if command.contains("create") {
            ids.extend(new_ids(&answer));
        }
        each(command, schema, &answer);
    }
}

#[test]
fn every_command_answers_with_one_document_that_its_schema_describes() {
    let sandbox = Sandbox::with_repo();
    let schemas = Schemas::new(&sandbox);
    session(&sandbox, |command, schema, answer| {
        schemas.describe(schema, answer, command);
    });
}

#[test]
fn the_session_has_every_command() {
    let sandbox = Sandbox::new();
    let in_session = |command: &Vec<String>| {
        let command = command.join(" ");
        SESSION.lines().any(|line| line.trim().starts_with(&format!("{command} ")))
    };
    let others: Vec<String> = commands(&sandbox)
        .iter()
        .filter(|command| !in_session(command))
        .map(|command| command.join(" "))
        .collect();
    assert_eq!(others, ["board", "completions", "demo", "edit", "issue edit", "mcp serve", "schema"]);
}

#[test]
fn commands_that_answer_with_text_say_so_as_json_or_answer_with_json() {
    let sandbox = Sandbox::with_tracker();
    document(&sandbox.jit(["schema", "--json"]).ok());
    document(&sandbox.jit(["completions", "bash", "--json"]));
    document(&sandbox.jit(["demo", "--workers", "1", "--json"]));
}

#[test]
fn an_issue_has_all_promised_keys_in_their_order() {
    let sandbox = Sandbox::with_repo();
    let check = |issue: &Value| {
        let keys: Vec<&String> = issue.as_object().expect("an issue").keys().collect();
        let promised: Vec<&String> =
            keys.iter().copied().filter(|key| ISSUE_KEYS.contains(&key.as_str())).collect();
        assert_eq!(promised, ISSUE_KEYS);
    };
    session(&sandbox, |_, schema, answer| match schema {
        "issue" => check(answer),
        "issue_list" => answer["issues"].as_array().expect("a list").iter().for_each(check),
        _ => {}
    });
}

#[test]
fn a_list_says_how_many_it_has() {
    let sandbox = Sandbox::with_repo();
    let mut seen = BTreeSet::new();
    session(&sandbox, |command, schema, answer| {
        let lists: [(&str, &[&str]); 7] = [
            ("conflict_list", &["conflicts", "count"]),
            ("issue_list", &["issues", "count"]),
            ("event_list", &["events", "count"]),
            ("gate_list", &["gates", "count"]),
            ("setting_list", &["settings", "count"]),
            ("deleted", &["deleted", "count"]),
            ("check_report", &["checks", "count", "issue"]),
        ];
        if let Some((_, expected)) = lists.iter().find(|(name, _)| *name == schema) {
            let keys: Vec<&String> = answer.as_object().expect("an object").keys().collect();
            assert_eq!(&keys, expected, "{command}");
            assert_eq!(
                answer[expected[0]].as_array().map(Vec::len),
                answer["count"].as_u64().and_then(|n| usize::try_from(n).ok())
            );
            seen.insert(schema.to_owned());
        }
    });
    assert_eq!(seen.len(), 7);
}

#[test]
fn values_are_of_the_promised_form() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "design", "--stage", "pre"]).ok();
    let first = sandbox.create("First", ["--label", "b", "--label", "a", "--context", "k=v"]);
    let second = sandbox.create("Second", ["--dep", &first, "--gate", "design"]);
    sandbox.jit(["claim", &first, "agent:x", "--ttl", "1h"]).ok();
    let issue = sandbox.json(["show", &first]);
    assert_eq!(issue["short_id"], first[..8]);
    assert_eq!((&issue["labels"], &issue["context"]), (&json!(["a", "b"]), &json!({"k": "v"})));
    assert_eq!((&issue["claim"]["by"], &issue["assignee"]), (&json!("agent:x"), &json!("agent:x")));
    for time in
        [&issue["created_at"], &issue["updated_at"], &issue["claim"]["at"], &issue["claim"]["expires"]]
    {
        let time = time.as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z') && time.contains('T'), "{time} is RFC 3339 in UTC");
    }
    let issue = sandbox.json(["show", &second]);
    assert_eq!((&issue["state"], &issue["blocked"]), (&json!("backlog"), &json!(true)));
    assert_eq!(issue["blocked_by"], json!([first, "gate:design"]));
    assert_eq!(issue["gates_status"]["design"]["status"], "pending");
    assert_eq!(issue["claim"], Value::Null);
}

#[test]
fn a_document_is_indented_for_a_person() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let mut script = sandbox.program("script", &sandbox.repo());
    let Ok(output) = script.args(["-qec", "jit list --json", "/dev/null"]).output() else {
        return skipped("there is no program that makes a terminal");
    };
    let shown = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    assert!(shown.starts_with("{\n  \"issues\": [\n    {\n"), "{shown}");
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), sandbox.json(["list"]));
}

#[test]
fn warnings_do_not_spoil_a_document() {
    let sandbox = Sandbox::with_tracker();
    let ran = sandbox.jit(["create", "One", "--gate", "unknown", "--json"]).ok();
    assert!(ran.stderr.starts_with("warning: "), "{}", ran.stderr);
    assert_eq!(document(&ran)["gates_required"], json!(["unknown"]));
}

#[test]
fn json_may_be_asked_for_anywhere_on_the_line() {
    let sandbox = Sandbox::with_tracker();
    let lines: [&[&str]; 4] =
        [&["--json", "list"], &["list", "--json"], &["--json", "issue", "list"], &["-q", "list", "--json"]];
    for line in lines {
        assert_eq!(document(&sandbox.jit(line).ok()), json!({"issues": [], "count": 0}), "{line:?}");
    }
}

#[test]
fn the_log_without_json_is_lines_of_json() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.create("Two", []);
    let list = sandbox.json(["events", "tail"]);
    let lines = sandbox.jit(["events", "tail"]).ok().stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&list["events"], events.len()), (&Value::Array(events.clone()), 3));
    for (line, event) in lines.lines().zip(&events) {
        assert_eq!(line, event.to_string(), "it is compact");
        let keys: Vec<&String> = event.as_object().unwrap().keys().take(5).collect();
        assert_eq!(keys, ["type", "id", "issue_id", "timestamp", "actor"]);
    }
    let newest = sandbox.jit(["events", "tail", "-n", "1"]).ok().stdout;
    assert_eq!(newest.lines().next(), lines.lines().last(), "the newest, oldest first");
    let json_lines = run(sandbox.jit_command(["-q", "events", "tail"]).env("NO_COLOR", "1")).ok().stdout;
    assert_eq!(json_lines, lines);
}
