//! Agents that speak the Model Context Protocol: transcripts with the real binary.

mod bad_input;
mod client;
mod concurrent;
mod install;
mod official;
mod resources;
mod schema;
mod tools;

use serde_json::{Value, json};

use crate::support::Sandbox;
use client::Client;

/// A client of a tracker.
fn with_tracker() -> (Sandbox, Client) {
    let sandbox = Sandbox::with_tracker();
    let client = Client::start(&sandbox, ["mcp"]);
    (sandbox, client)
}

#[test]
fn the_server_introduces_itself_and_ends_with_its_input() {
    let sandbox = Sandbox::with_tracker();
    let mut client = Client::connect(&sandbox, ["mcp"]);
    let hello = client.initialize("test client", "2025-06-18");
    assert_eq!(hello["protocolVersion"], "2025-06-18");
    assert_eq!(hello["serverInfo"]["name"], "jit");
    assert_eq!(hello["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
    for capability in ["tools", "resources", "prompts"] {
        assert!(hello["capabilities"][capability].is_object(), "{hello}");
    }
    assert!(hello["instructions"].as_str().unwrap().contains("claim_next"));
    assert_eq!(client.ask("ping", &json!({})), json!({}));
    let ran = client.end();
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_client_of_an_unknown_version_is_offered_one() {
    let sandbox = Sandbox::with_tracker();
    let mut client = Client::connect(&sandbox, ["mcp"]);
    let hello = client.initialize("test", "1999-01-01");
    assert!(hello["protocolVersion"].as_str().unwrap().starts_with("20"), "{hello}");
    client.end();
}

#[test]
fn clients_of_the_version_without_a_handshake_are_served_as_well() {
    let sandbox = Sandbox::with_tracker();
    let mut client = Client::connect(&sandbox, ["mcp"]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "No Handshake", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = client.ask("server/discover", &json!({"_meta": meta}));
    assert!(found["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{found}");
    let call = json!({"name": "create", "arguments": {"title": "One"}, "_meta": meta});
    let made = client.ask("tools/call", &call);
    assert_eq!(made["structuredContent"]["created_by"], "agent:no-handshake");
    client.end();
}

#[test]
fn a_client_that_says_nothing_or_the_wrong_thing_first_harms_nobody() {
    let sandbox = Sandbox::with_tracker();
    let ran = Client::connect(&sandbox, ["mcp"]).end();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let mut client = Client::connect(&sandbox, ["mcp"]);
    client.notify("notifications/initialized", &json!({}));
    let ran = client.end();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: the client did not begin as"), "{}", ran.stderr);
}

#[test]
fn the_list_of_tools_costs_an_agent_little() {
    let (_sandbox, mut client) = with_tracker();
    let list = client.ask("tools/list", &json!({}));
    let names: Vec<&str> =
        list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let expected = "ready claim_next claim show done release renew comment create create_many update reject \
        undo dep_add dep_remove gate_pass gate_fail gate_check list search blocked status events sync";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    let all = list.to_string().len();
    // What models are shown of tools; the schemas of answers are for programs.
    let shown = |tool: &Value| {
        ["name", "description", "inputSchema"].map(|key| tool[key].to_string().len()).iter().sum::<usize>()
    };
    let shown: usize = list["tools"].as_array().unwrap().iter().map(shown).sum();
    eprintln!("tools/list: {all} bytes, of which {shown} are names, descriptions and arguments");
    assert!(shown <= 6_700, "{shown}");
    assert!(all <= 36_500, "{all}");
    client.end();
}
