//! A client that says exactly what it is told to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Ran, Sandbox};

/// Nothing here takes so long, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server and the pipes to it.
pub(super) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Answers that came while another one was waited for.
    early: Vec<Value>,
    next_id: u64,
}

impl Client {
    /// A server that was initialized.
    pub(super) fn start<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>) -> Self {
        let mut client = Self::connect(sandbox, args);
        client.initialize("Test Client", "2025-11-25");
        client
    }

    /// A server to which nothing was said.
    pub(super) fn connect<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of(&mut sandbox.jit_command(args))
    }

    /// The same, of a command.
    pub(super) fn of(command: &mut std::process::Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().expect("it is piped");
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                told.send(line.expect("it is text")).ok();
            }
        });
        Self { child, stdin, lines, early: Vec::new(), next_id: 1 }
    }

    /// Goes through the handshake; what the server says of itself.
    pub(super) fn initialize(&mut self, name: &str, version: &str) -> Value {
        let hello = json!({
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": {"name": name, "version": "1"},
        });
        let answer = self.ask("initialize", &hello);
        self.notify("notifications/initialized", &json!({}));
        answer
    }

    /// Writes bytes as they are.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().expect("it is open").write_all(bytes).expect("the server reads");
    }

    /// Writes one message.
    pub(super) fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    pub(super) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request; its id.
    pub(super) fn request(&mut self, method: &str, params: &Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a call of a tool; the id of the request.
    pub(super) fn start_call(&mut self, tool: &str, arguments: Value) -> u64 {
        let mut params = json!({"name": tool});
        params["arguments"] = arguments;
        self.request("tools/call", &params)
    }

    /// The next line, which must be a message.
    #[track_caller]
    pub(super) fn next(&mut self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("the server says something");
        let message: Value = serde_json::from_str(&line).expect("nothing but messages");
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// The answer to request `id`, whatever comes before it.
    #[track_caller]
    pub(super) fn answer(&mut self, id: u64) -> Value {
        if let Some(at) = self.early.iter().position(|message| message["id"] == id) {
            return self.early.remove(at);
        }
        loop {
            let message = self.next();
            if message["id"] == id {
                return message;
            }
            self.early.push(message);
        }
    }

    /// The result of a request.
    #[track_caller]
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The error of a request that is no result of a tool.
    #[track_caller]
    pub(super) fn refused(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        let answer = self.answer(id);
        assert!(answer.get("result").is_none(), "{method}: {answer}");
        answer["error"].clone()
    }

    /// What a tool answers.
    #[track_caller]
    pub(super) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.start_call(tool, arguments);
        let answer = self.answer(id);
        structured(&answer, false)
    }

    /// How a tool fails.
    #[track_caller]
    pub(super) fn fail(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.start_call(tool, arguments);
        let answer = self.answer(id);
        structured(&answer, true)["error"].clone()
    }

    /// Closes the input and waits for the end: what was still said, and how it ended.
    pub(super) fn end(mut self) -> Ran {
        drop(self.stdin.take());
        let mut stdout = String::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            stdout += &line;
            stdout.push('\n');
        }
        let mut stderr = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut stderr).expect("it is text");
        let status = self.child.wait().expect("it ends");
        Ran { stdout, stderr, code: status.code().unwrap_or(-1) }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The answer of a tool, which is there as data and, the same, as text.
#[track_caller]
pub(super) fn structured(answer: &Value, is_error: bool) -> Value {
    let result = &answer["result"];
    assert_eq!(result["isError"], is_error, "{answer}");
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let text: Value = serde_json::from_str(text).expect("the text is JSON");
    assert_eq!(result["structuredContent"], text);
    text
}
