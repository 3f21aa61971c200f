//! Telling clients how to start the server.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, Sandbox};

const CLIENTS: [&str; 7] =
    ["claude-code", "claude-desktop", "codex", "cursor", "gemini", "vscode", "windsurf"];

fn install(sandbox: &Sandbox, client: &str) -> Ran {
    sandbox.jit(["mcp", "install", "--client", client, "--write"])
}

fn read(sandbox: &Sandbox, below: &str) -> String {
    fs::read_to_string(sandbox.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
}

#[test]
fn each_client_is_told_in_its_own_way_and_twice_is_once() {
    let sandbox = Sandbox::with_tracker();
    let all = sandbox.json(["mcp", "install"]);
    let names: Vec<&str> =
        all["clients"].as_array().unwrap().iter().map(|client| client["client"].as_str().unwrap()).collect();
    assert_eq!(names, CLIENTS);
    for (client, setup) in CLIENTS.iter().zip(all["clients"].as_array().unwrap()) {
        let printed = sandbox.jit(["mcp", "install", "--client", client]).ok();
        assert_eq!(printed.stdout, setup["config"].as_str().unwrap());
        let path = setup["path"].as_str().unwrap();
        assert!(printed.stderr.contains(path), "{}", printed.stderr);
        assert!(!std::path::Path::new(path).exists(), "nothing is written unless asked: {path}");
        let told = install(&sandbox, client).ok().stdout;
        assert!(
            told.starts_with("--- /dev/null\n") && told.ends_with(&format!("Updated file: {path}\n")),
            "{told}"
        );
        assert_eq!(fs::read_to_string(path).unwrap(), printed.stdout);
        assert_eq!(install(&sandbox, client).ok().stdout, format!("Unchanged file: {path}\n"));
    }
    let project: Value = serde_json::from_str(&read(&sandbox, "repo/.mcp.json")).unwrap();
    assert_eq!(project, json!({"mcpServers": {"jit": {"type": "stdio", "command": "jit", "args": ["mcp"]}}}));
    let code: Value = serde_json::from_str(&read(&sandbox, "repo/.vscode/mcp.json")).unwrap();
    assert_eq!(code["servers"]["jit"]["args"], json!(["-C", "${workspaceFolder}", "mcp"]));
    let codex = read(&sandbox, "repo/.codex/config.toml");
    assert!(codex.starts_with("[mcp_servers.jit]\n"), "{codex}");
}

#[test]
fn what_a_client_is_told_starts_the_server() {
    let sandbox = Sandbox::with_tracker();
    let text = sandbox
        .jit(["mcp", "install", "--client", "windsurf", "--agent", "agent:desk", "--name", "tracker"])
        .ok()
        .stdout;
    let config: Value = serde_json::from_str(&text).unwrap();
    let server = &config["mcpServers"]["tracker"];
    let args = server["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
    // As a desktop does: from anywhere, with what the entry says and nothing else.
    let mut command = sandbox.program(server["command"].as_str().unwrap(), &sandbox.path("home"));
    command.args(args).env("JIT_AGENT", server["env"]["JIT_AGENT"].as_str().unwrap());
    let mut client = super::client::Client::of(&mut command);
    client.initialize("Test", "2025-11-25");
    assert_eq!(client.call("create", json!({"title": "One"}))["created_by"], "agent:desk");
    client.end();
}

#[test]
fn the_rest_of_a_file_stays_as_it_is() {
    let sandbox = Sandbox::with_tracker();
    let text =
        "{\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\", \"timeout\": 1.50}\n    }\n}";
    sandbox.write("repo/.mcp.json", text);
    let told = install(&sandbox, "claude-code").ok().stdout;
    assert!(told.contains("-        \"other\": {\"command\": \"x\", \"timeout\": 1.50}\n"), "{told}");
    let new = read(&sandbox, "repo/.mcp.json");
    let (before, after) = text.split_at(text.find("1.50}").unwrap() + 5);
    assert!(new.starts_with(before) && new.ends_with(after), "{new}");
    assert!(new.contains(",\n        \"jit\": {\n            \"type\": \"stdio\",\n"), "{new}");
    let mut codex = "model = \"o\" # mine\n".to_owned();
    fs::create_dir(sandbox.path("repo/.codex")).unwrap();
    sandbox.write("repo/.codex/config.toml", &codex);
    install(&sandbox, "codex").ok();
    codex += "\n[mcp_servers.jit]\n";
    assert!(read(&sandbox, "repo/.codex/config.toml").starts_with(&codex));
}

#[test]
fn files_that_are_not_understood_are_left_alone() {
    let sandbox = Sandbox::with_tracker();
    fs::create_dir(sandbox.path("repo/.vscode")).unwrap();
    let files: [(&str, &str, &[u8], &str); 7] = [
        ("vscode", ".vscode/mcp.json", b"{\n  // mine\n  \"servers\": {}\n}", "is not JSON without comments"),
        ("vscode", ".vscode/mcp.json", b"{\"servers\": {},}", "is not JSON without comments"),
        ("vscode", ".vscode/mcp.json", b"{\"servers\": [1]}", "has a \"servers\" that is no object"),
        ("claude-code", ".mcp.json", b"[]", "is JSON, but no object"),
        ("claude-code", ".mcp.json", b"{\"a\": \"\xff\"}", "is not UTF-8 text"),
        ("codex", ".codex/config.toml", b"a = ", "is not TOML"),
        (
            "codex",
            ".codex/config.toml",
            b"[mcp_servers.jit]\ncommand = \"other\"\n",
            "has another [mcp_servers.jit]",
        ),
    ];
    fs::create_dir(sandbox.path("repo/.codex")).unwrap();
    for (client, file, text, reason) in files {
        let path = format!("repo/{file}");
        sandbox.write(&path, text);
        install(&sandbox, client).fails(4, reason);
        assert_eq!(fs::read(sandbox.path(&path)).unwrap(), text, "{file}");
        let failure =
            sandbox.jit(["mcp", "install", "--client", client, "--write", "--json"]).exits(4).json();
        assert_eq!(failure["error"]["code"], "file_refused");
    }
    let hint = install(&sandbox, "codex").stderr;
    assert!(hint.contains("hint: 'jit mcp install --client codex' prints what to add by hand"), "{hint}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["mcp", "install", "--write"]).fails(2, "--client");
    sandbox.jit(["mcp", "install", "--client", "emacs"]).fails(2, "claude-code");
    sandbox.jit(["mcp", "install", "--name", "a b"]).fails(2, "a name is letters");
    sandbox.jit(["mcp", "install", "--agent", "ada"]).fails(2, "no colon");
    sandbox.jit_in(&sandbox.path("home"), ["mcp", "install"]).fails(3, "");
    fs::create_dir(sandbox.path("repo/.mcp.json")).unwrap();
    assert!(install(&sandbox, "claude-code").code > 0);
}
