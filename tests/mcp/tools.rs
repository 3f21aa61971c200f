//! What the tools do.

use serde_json::{Value, json};

use super::client::Client;
use super::with_tracker;
use crate::support::Sandbox;
use crate::support::hub::Hub;

fn id(issue: &Value) -> String {
    issue["id"].as_str().expect("it has one").to_owned()
}

fn ids(list: &Value) -> Vec<String> {
    list["issues"].as_array().expect("it is a list").iter().map(id).collect()
}

#[test]
fn an_agent_works_from_plan_to_end() {
    let (sandbox, mut client) = with_tracker();
    let made = client.call(
        "create_many",
        json!({"issues": [
            {"key": "model", "title": "Create user model", "priority": "high", "labels": ["auth"]},
            {"title": "Login page", "dependencies": ["model"], "description": "With a form"},
        ]}),
    );
    assert_eq!(made["count"], 2);
    let [model, login] = [id(&made["issues"][0]), id(&made["issues"][1])];
    assert_eq!(ids(&client.call("ready", json!({}))), std::slice::from_ref(&model));
    assert_eq!(ids(&client.call("blocked", json!({}))), std::slice::from_ref(&login));
    let claimed = client.call("claim_next", json!({"ttl": "2h"}));
    assert_eq!((id(&claimed), &claimed["state"]), (model.clone(), &json!("in_progress")));
    assert_eq!(claimed["claim"]["by"], "agent:test-client");
    let renewed = client.call("renew", json!({"id": model, "ttl": "3h"}));
    assert!(renewed["claim"]["expires"].as_str() > claimed["claim"]["expires"].as_str());
    let said = client.call("comment", json!({"id": model[..8], "text": "Two\nlines"}));
    assert_eq!(said["comments"][0]["body"], "Two\nlines");
    assert_eq!(client.call("done", json!({"id": model}))["state"], "done");
    let claimed = client.call("claim", json!({"id": login}));
    assert_eq!(claimed["state"], "in_progress");
    let released = client.call("release", json!({"id": login, "reason": "tired"}));
    assert_eq!(released["state"], "ready");
    assert_eq!(client.call("reject", json!({"id": login, "reason": "dull"}))["state"], "rejected");
    let status = client.call("status", json!({}));
    assert_eq!((&status["counts"]["done"], &status["counts"]["rejected"]), (&json!(1), &json!(1)));
    let failure = client.fail("claim_next", json!({}));
    assert_eq!(failure["code"], "nothing_to_claim");
    client.end();
    sandbox.jit(["validate"]).ok();
}

#[test]
fn tools_answer_what_commands_print() {
    let (sandbox, mut client) = with_tracker();
    sandbox.jit(["registry", "add", "ci", "--auto", "--checker", "test \"$JIT_GATE\" = ci"]).ok();
    let issue = id(&client.call(
        "create",
        json!({"title": "One", "description": "Long\ntext", "type": "bug", "priority": "critical",
            "labels": ["a"], "gates": ["ci"], "context": {"k": "v"}, "assignee": "human:ada"}),
    ));
    let same = |client: &mut Client, tool: &str, arguments: Value, args: &[&str]| {
        let printed = sandbox.json(args.iter().copied());
        assert_eq!(client.call(tool, arguments), printed, "{tool}");
    };
    same(&mut client, "show", json!({"id": issue}), &["show", &issue]);
    same(&mut client, "list", json!({"filter": "type:bug long"}), &["list", "type:bug", "long"]);
    same(&mut client, "search", json!({"text": "long"}), &["search", "long"]);
    same(
        &mut client,
        "search",
        json!({"text": "one \"long text\"", "filter": "label:a"}),
        &["search", "one \"long text\"", "--filter", "label:a"],
    );
    same(&mut client, "ready", json!({}), &["ready"]);
    same(&mut client, "blocked", json!({}), &["blocked"]);
    same(&mut client, "status", json!({}), &["status"]);
    same(&mut client, "events", json!({"limit": 2}), &["events", "query", "-n", "2"]);
    same(
        &mut client,
        "events",
        json!({"id": issue, "type": "issue_created", "actor": "agent:test-client", "since": "1h"}),
        &["events", "query", "--issue", &issue],
    );
    let filtered = &["events", "query", "--filter", "label:a"];
    same(&mut client, "events", json!({"filter": "label:a"}), filtered);
    let checked = client.call("gate_check", json!({"id": issue}));
    assert_eq!((&checked["checks"][0]["result"], &checked["issue"]["id"]), (&json!("passed"), &json!(issue)));
    same(&mut client, "show", json!({"id": issue}), &["show", &issue]);
    client.end();
}

#[test]
fn failures_are_what_commands_print_too() {
    let (sandbox, mut client) = with_tracker();
    sandbox.jit(["registry", "add", "ci", "--auto", "--checker", "echo broken; exit 3"]).ok();
    let one = sandbox.create("One", ["--gate", "ci"]);
    let two = sandbox.create("Two", ["--dep", &one]);
    sandbox.jit(["claim", &one, "agent:other"]).ok();
    let refused = [
        ("claim", json!({"id": one}), vec!["claim", &one], 5),
        ("claim", json!({"id": two}), vec!["claim", &two], 4),
        ("show", json!({"id": "ffff"}), vec!["show", "ffff"], 3),
        ("show", json!({"id": "xyz"}), vec!["show", "xyz"], 2),
        ("dep_add", json!({"id": one, "on": [two]}), vec!["dep", "add", &one, &two], 4),
        ("gate_pass", json!({"id": two, "gates": ["ci"]}), vec!["gate", "pass", &two, "ci"], 3),
        ("update", json!({"id": one, "priority": "soon"}), vec!["update", &one, "--priority", "soon"], 4),
        ("sync", json!({}), vec!["sync"], 3),
        ("list", json!({"filter": "state:odd"}), vec!["list", "state:odd"], 4),
        ("search", json!({"text": "?"}), vec!["search", "?"], 4),
        ("undo", json!({"event": "ffff"}), vec!["undo", "ffff"], 3),
        ("claim", json!({"id": two, "ttl": "soon"}), vec!["claim", &two, "--ttl", "soon"], 4),
    ];
    for (tool, arguments, args, code) in refused {
        let printed = sandbox.jit(args.into_iter().chain(["--json"])).exits(code).json();
        assert_eq!(client.fail(tool, arguments), printed["error"], "{tool}");
    }
    let failure = client.fail("gate_check", json!({"id": one}));
    assert_eq!(failure["code"], "check_failed");
    assert_eq!(failure["details"]["checks"][0]["output"], "broken\n");
    client.end();
}

#[test]
fn an_issue_is_changed_in_every_way() {
    let (sandbox, mut client) = with_tracker();
    let other = sandbox.create("Other", []);
    let one = sandbox.create("One", ["--label", "old", "--context", "gone=1", "--gate", "review"]);
    let changed = client.call(
        "update",
        json!({"id": one, "title": "New", "description": "D", "type": "bug", "priority": "low",
            "assignee": "human:bob", "add_labels": ["new"], "remove_labels": ["old"],
            "set_context": {"k": "v"}, "remove_context": ["gone"], "add_gates": ["tests"],
            "remove_gates": ["review"]}),
    );
    let expected = json!({"title": "New", "description": "D", "type": "bug", "priority": "low",
        "assignee": "human:bob", "labels": ["new"], "context": {"k": "v"}, "gates_required": ["tests"]});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&changed[key], value, "{key}");
    }
    assert_eq!(client.call("update", json!({"id": one, "assignee": "none"}))["assignee"], Value::Null);
    assert_eq!(client.call("dep_add", json!({"id": one, "on": [other]}))["blocked_by"], json!([other]));
    assert_eq!(client.call("dep_remove", json!({"id": one, "on": [other]}))["blocked"], false);
    let failed = client.call("gate_fail", json!({"id": one, "gates": ["tests"], "reason": "red"}));
    assert_eq!(failed["gates_status"]["tests"]["status"], "failed");
    let pending = client.fail("done", json!({"id": one}));
    assert_eq!(pending["code"], "gates_pending");
    assert_eq!(client.call("show", json!({"id": one}))["state"], "gated");
    assert_eq!(client.call("gate_pass", json!({"id": one, "gates": ["tests"]}))["state"], "done");
    client.end();
}

#[test]
fn an_agent_takes_back_what_it_did() {
    let (sandbox, mut client) = with_tracker();
    let one = sandbox.create("One", []);
    client.call("update", json!({"id": one, "priority": "high"}));
    sandbox.jit(["update", &one, "--title", "Another title"]).ok();
    let undone = client.call("undo", json!({}));
    assert_eq!((&undone["count"], &undone["undone"].as_array().unwrap().len()), (&json!(1), &1));
    let issue = &undone["issues"][0];
    assert_eq!((&issue["priority"], &issue["title"]), (&json!("normal"), &json!("Another title")));
    assert_eq!(client.call("undo", json!({}))["issues"][0]["priority"], "high", "it is redone");
    // The newest change of another is not that of the client.
    assert_eq!(client.call("undo", json!({"by": "human:ada"}))["issues"][0]["title"], "One");
    client.end();
}

#[test]
fn who_acts_is_whom_the_request_names_else_the_server_is_started_for_else_the_client() {
    let (sandbox, mut client) = with_tracker();
    let by = |client: &mut Client, arguments: Value| client.call("create", arguments)["created_by"].clone();
    assert_eq!(by(&mut client, json!({"title": "a"})), "agent:test-client");
    assert_eq!(by(&mut client, json!({"title": "a", "by": "copilot:w1"})), "copilot:w1");
    assert_eq!(client.fail("create", json!({"title": "a", "by": "w1"}))["code"], "invalid_agent");
    assert_eq!(client.fail("create", json!({"title": "a", "by": 1}))["code"], "usage");
    client.end();
    let mut command = sandbox.jit_command(["mcp"]);
    let mut client = Client::of(command.env("JIT_AGENT", "agent:env"));
    client.initialize("Test", "2025-11-25");
    assert_eq!(by(&mut client, json!({"title": "a"})), "agent:env");
    client.end();
    let mut client = Client::start(&sandbox, ["mcp", "serve", "--by", "agent:option"]);
    assert_eq!(by(&mut client, json!({"title": "a"})), "agent:option");
    client.end();
    let mut client = Client::connect(&sandbox, ["mcp"]);
    client.initialize(" \u{202e}<> ", "2025-11-25");
    assert_eq!(by(&mut client, json!({"title": "a"})), "agent:unknown");
    client.end();
}

#[test]
fn lists_are_short_unless_more_is_asked_for_and_say_so() {
    let (sandbox, mut client) = with_tracker();
    let list: Vec<Value> = (0..25).map(|n| json!({"title": format!("Issue {n}")})).collect();
    client.call("create_many", json!({"issues": list}));
    let some = client.call("list", json!({}));
    assert_eq!(
        (&some["count"], some["warnings"][0].as_str().unwrap().contains("more than these 20")),
        (&json!(20), true)
    );
    let all = client.call("list", json!({"limit": 25}));
    assert_eq!((&all["count"], all.get("warnings")), (&json!(25), None));
    assert_eq!(client.call("ready", json!({"limit": 0}))["count"], 0);
    let found = client.call("search", json!({"text": "issue", "limit": 3}));
    assert_eq!((&found["count"], found["issues"].as_array().unwrap().len()), (&json!(3), 3));
    assert!(found["warnings"][0].as_str().unwrap().contains("more than these 3"), "{found}");
    sandbox.create("One more", []);
    assert_eq!(client.call("list", json!({"filter": "more"}))["count"], 1, "others are seen at once");
    client.end();
}

#[test]
fn clones_share_a_tracker_and_warnings_are_part_of_the_answer() {
    let (_hub, [a, b]) = Hub::with_tracker();
    let one = a.create("One", ["--sync"]);
    let mut client = Client::start(&b, ["mcp"]);
    let pulled = client.call("sync", json!({"direction": "pull"}));
    assert_eq!(pulled["issues"][0]["came"], "created");
    assert_eq!(client.call("claim", json!({"id": one}))["claim"]["provisional"], false);
    assert_eq!(client.call("done", json!({"id": one}))["state"], "done");
    client.end();
    a.jit(["sync"]).ok();
    assert_eq!(a.json(["show", &one])["state"], "done");
    let two = a.create("Two", ["--sync"]);
    b.jit(["sync"]).ok();
    let mut client = Client::start(&b, ["mcp", "--offline"]);
    let claimed = client.call("claim", json!({"id": two}));
    assert!(claimed["warnings"][0].as_str().unwrap().contains("provisional"), "{claimed}");
    assert_eq!(client.fail("sync", json!({}))["code"], "usage");
    client.end();
}

#[test]
fn without_a_tracker_the_server_says_how_to_make_one() {
    let sandbox = Sandbox::with_repo();
    let mut client = Client::start(&sandbox, ["mcp"]);
    let failure = client.fail("ready", json!({}));
    assert_eq!((&failure["code"], &failure["hint"]), (&json!("no_tracker"), &json!("'jit init' makes one")));
    sandbox.jit(["init"]).ok();
    assert_eq!(client.call("ready", json!({}))["count"], 0);
    client.end();
}
