//! What can be read by address, and texts to begin with.

use serde_json::{Value, json};

use super::with_tracker;

#[test]
fn an_issue_and_its_history_can_be_read() {
    let (sandbox, mut client) = with_tracker();
    let issue = sandbox.create("One", ["--label", "a"]);
    client.call("claim", json!({"id": issue}));
    let resources = client.ask("resources/list", &json!({}));
    assert_eq!(resources["resources"][0]["uri"], "jit://ready");
    let prime = client.ask("resources/read", &json!({"uri": "jit://prime"}));
    assert_eq!(prime["contents"][0]["mimeType"], "text/markdown");
    assert_eq!(prime["contents"][0]["text"], Value::from(sandbox.jit(["prime"]).ok().stdout));
    let templates = client.ask("resources/templates/list", &json!({}));
    let uris: Vec<&str> = templates["resourceTemplates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|template| template["uriTemplate"].as_str().unwrap())
        .collect();
    assert_eq!(uris, ["jit://issue/{id}", "jit://issue/{id}/history"]);
    let short = &issue[..8];
    let read = [
        (format!("jit://issue/{issue}"), vec!["show", &issue]),
        (format!("jit://issue/{short}"), vec!["show", &issue]),
        (format!("jit://issue/{short}/history"), vec!["events", "query", "--issue", &issue]),
        ("jit://ready".to_owned(), vec!["ready"]),
    ];
    for (uri, args) in read {
        let result = client.ask("resources/read", &json!({"uri": uri}));
        let content = &result["contents"][0];
        assert_eq!((&content["uri"], &content["mimeType"]), (&json!(uri), &json!("application/json")));
        let document: Value = serde_json::from_str(content["text"].as_str().unwrap()).unwrap();
        assert_eq!(document, sandbox.json(args), "{uri}");
    }
    client.end();
}

#[test]
fn addresses_that_lead_nowhere_are_refused() {
    let (_sandbox, mut client) = with_tracker();
    for uri in [
        "jit://nothing",
        "jit://issue/",
        "jit://issue/ffff",
        "jit://issue/ffff/history",
        "file:///etc/passwd",
    ] {
        let error = client.refused("resources/read", &json!({"uri": uri}));
        assert_eq!(error["code"], -32002, "{uri}: {error}");
        assert!(error["message"].as_str().unwrap().contains(uri), "{error}");
    }
    let error = client.refused("resources/read", &json!({"uri": "jit://issue/ffff"}));
    assert_eq!(error["data"]["error"]["code"], "issue_not_found");
    client.end();
}

#[test]
fn prompts_know_the_project() {
    let (sandbox, mut client) = with_tracker();
    sandbox.jit(["registry", "add", "review", "--title", "Code review"]).ok();
    let epic = sandbox.create("Users can log in", ["--type", "epic"]);
    let prompts = client.ask("prompts/list", &json!({}));
    let names: Vec<&str> = prompts["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|prompt| prompt["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["plan_epic", "work_next_issue"]);
    let text = |result: &Value| {
        let message = &result["messages"][0];
        assert_eq!((&message["role"], &message["content"]["type"]), (&json!("user"), &json!("text")));
        message["content"]["text"].as_str().unwrap().to_owned()
    };
    let mut get = |name: &str, arguments: Value| {
        text(&client.ask("prompts/get", &json!({"name": name, "arguments": arguments})))
    };
    let plan = get("plan_epic", json!({"epic": epic[..8]}));
    assert!(plan.contains("Users can log in") && plan.contains("review (Code review)"), "{plan}");
    assert!(get("plan_epic", json!({"epic": "A new login"})).contains("A new login"));
    assert!(get("work_next_issue", json!({"filter": "label:auth"})).contains("label:auth"));
    assert!(get("work_next_issue", json!({})).contains("claim_next."));
    for (name, arguments) in [
        ("plan_epic", json!({})),
        ("plan_epic", json!({"epic": " "})),
        ("plan_epic", json!({"epic": 7})),
        ("no", json!({})),
    ] {
        let error = client.refused("prompts/get", &json!({"name": name, "arguments": arguments}));
        assert_eq!(error["code"], -32602, "{error}");
    }
    let error =
        client.refused("prompts/get", &json!({"name": "plan_epic", "arguments": {"epic": "ffffffff"}}));
    assert_eq!(error["data"]["error"]["code"], "issue_not_found");
    client.end();
}
