//! What clients get wrong.

use serde_json::{Value, json};

use super::client::Client;
use super::with_tracker;

/// The server still serves.
fn is_well(client: &mut Client) {
    assert_eq!(client.call("status", json!({}))["total"], 0);
}

#[test]
fn lines_that_are_no_messages_are_answered_and_forgotten() {
    let (_sandbox, mut client) = with_tracker();
    let lines: [(&[u8], i64, &str); 8] = [
        (b"{\"jsonrpc\":", -32700, "the line is not JSON"),
        (b"hello", -32700, "the line is not JSON"),
        (b"{\"a\":\"\xff\xfe\"}", -32700, "the line is not JSON"),
        (b"[]", -32600, "a batch"),
        (b"17", -32600, "no message"),
        (b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32600, "no message"),
        (b"{\"jsonrpc\":\"2.0\",\"id\":99}", -32600, "no method"),
        (b"{\"jsonrpc\":\"1.0\",\"id\":99,\"method\":\"ping\"}", -32600, "ping"),
    ];
    for (line, code, words) in lines {
        client.write(&[line, b"\n"].concat());
        let answer = client.next();
        let message = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(answer["error"]["code"], code, "{answer}");
        assert!(message.contains(words), "{answer}");
    }
    client.write(b"\n  \n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"no/such/thing\"}\n");
    is_well(&mut client);
    assert_eq!(client.end().stdout, "");
}

#[test]
fn deeply_nested_lines_are_refused() {
    let (_sandbox, mut client) = with_tracker();
    client.write(&[b"[".repeat(200_000), b"\n".to_vec()].concat());
    assert_eq!(client.next()["error"]["code"], -32700);
    is_well(&mut client);
    client.end();
}

#[test]
fn an_enormous_request_is_refused_by_its_id() {
    let (_sandbox, mut client) = with_tracker();
    // More than a line may have, in a title.
    let title = "x".repeat(17 << 20);
    let id = client.start_call("create", json!({"title": title}));
    let answer = client.answer(id);
    assert_eq!(answer["error"]["code"], -32600);
    assert!(answer["error"]["message"].as_str().unwrap().contains("16777216 bytes"), "{answer}");
    // As much as a line may have, and too much for an issue.
    let failure = client.fail("create", json!({"title": "One", "description": "x".repeat((4 << 20) + 1)}));
    assert_eq!(failure["code"], "invalid_value");
    assert!(failure["message"].as_str().unwrap().contains("description"), "{failure}");
    is_well(&mut client);
    client.end();
}

#[test]
fn requests_that_do_not_exist_are_refused() {
    let (_sandbox, mut client) = with_tracker();
    assert_eq!(client.refused("no/such/thing", &json!({}))["code"], -32601);
    let unknown = client.refused("tools/call", &json!({"name": "destroy", "arguments": {}}));
    assert_eq!(
        (&unknown["code"], &unknown["message"]),
        (&json!(-32602), &json!("there is no tool \"destroy\""))
    );
    assert!(client.refused("tools/call", &json!({"arguments": {}}))["code"].is_i64());
    assert!(client.refused("tools/call", &json!({"name": "show", "arguments": []}))["code"].is_i64());
    is_well(&mut client);
    client.end();
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let (sandbox, mut client) = with_tracker();
    let wrong = [
        ("create", json!({}), "title"),
        ("create", json!({"title": 7}), "string"),
        ("create", json!({"titel": "One"}), "titel"),
        ("create", json!({"title": "One", "labels": "a"}), "sequence"),
        ("create", json!({"title": "", "labels": []}), "title"),
        ("create", json!({"title": "One", "context": {"k": 1}}), "string"),
        ("create_many", json!({"issues": [{"title": "One", "depnds": []}]}), "depnds"),
        ("create_many", json!({"issues": [{"title": "One", "dependencies": ["two"]}]}), "two"),
        ("create_many", json!({"issues": [7]}), "expected an issue"),
        ("list", json!({"limit": -1}), "-1"),
        ("list", json!({"limit": 1.5}), "1.5"),
        ("show", json!({}), "id"),
        ("show", json!({"id": ["ffff"]}), "string"),
        ("show", json!({"id": "ffff", "by": "agent:x"}), "by"),
        ("update", json!({"id": "ffff"}), "nothing to change"),
        ("dep_add", json!({"id": "ffff", "on": []}), "at least one"),
        ("gate_pass", json!({"id": "ffff", "gates": []}), "at least one"),
        ("events", json!({"type": "issue_eaten"}), "issue_eaten"),
        ("events", json!({"since": "once"}), "once"),
        ("sync", json!({"direction": "up"}), "up"),
    ];
    for (tool, arguments, word) in wrong {
        let failure = client.fail(tool, arguments.clone());
        let message = failure["message"].as_str().unwrap();
        assert!(message.contains(word), "{tool} {arguments}: {message}");
        assert!(!message.contains('\n'), "{message}");
        let keys: Vec<&String> = failure.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "message", "details", "hint"]);
    }
    assert_eq!(sandbox.json(["list"])["count"], 0, "nothing was stored");
    is_well(&mut client);
    client.end();
}

#[test]
fn arguments_may_be_left_out_or_null() {
    let (_sandbox, mut client) = with_tracker();
    assert_eq!(client.ask("tools/call", &json!({"name": "ready"}))["structuredContent"]["count"], 0);
    let nulls = json!({"filter": null, "limit": null});
    assert_eq!(client.call("list", nulls)["count"], 0);
    let made = client.call("create", json!({"title": "One", "priority": null, "by": null}));
    assert_eq!(made["priority"], "normal");
    client.end();
}

#[test]
fn what_begins_a_line_and_does_not_end_it_is_not_done() {
    let (sandbox, mut client) = with_tracker();
    let call = json!({"jsonrpc": "2.0", "id": 50, "method": "tools/call",
        "params": {"name": "create", "arguments": {"title": "Half"}}});
    client.write(call.to_string().as_bytes());
    let ran = client.end();
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert_eq!(sandbox.json(["list"])["count"], 0);
}

#[test]
fn text_that_looks_like_a_message_stays_text() {
    let (_sandbox, mut client) = with_tracker();
    let text = "\u{1b}[2J\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\u{2028}\u{0}x";
    let made = client.call("create", json!({"title": "One", "description": text}));
    assert_eq!(made["description"], Value::from(text));
    client.end();
}
