//! Readers that go away, and output that cannot be written.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, pipe};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::tip;
use crate::support::{Ran, Sandbox};

/// Runs jit with nobody to read its standard output.
fn unread<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>) -> Ran {
    let (reader, writer) = pipe().expect("a pipe");
    drop(reader);
    into(sandbox, args, writer)
}

/// Runs jit with standard output where it cannot be written.
fn into_full<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>) -> Ran {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("it is there on Linux");
    into(sandbox, args, full)
}

fn into<'a>(sandbox: &Sandbox, args: impl IntoIterator<Item = &'a str>, out: impl Into<Stdio>) -> Ran {
    let child = sandbox.jit_command(args).stdout(out).stderr(Stdio::piped()).spawn().expect("it starts");
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ran { stdout: String::new(), stderr, code: output.status.code().unwrap_or(-1) }
}

/// A follower of the log, and its lines.
fn follow(sandbox: &Sandbox, args: &[&str]) -> (Child, impl BufRead + use<>) {
    let mut command = sandbox.jit_command(["events", "tail", "--follow"]);
    let mut child =
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("it is piped"));
    (child, lines)
}

/// Waits until a program ends by itself.
fn ends(mut child: Child) -> Ran {
    let started = Instant::now();
    while child.try_wait().expect("it is ours").is_none() {
        if started.elapsed() > Duration::from_secs(10) {
            child.kill().expect("it is ours");
            panic!("it goes on although nobody reads");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("it has ended");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ran { stdout: String::new(), stderr, code: output.status.code().unwrap_or(-1) }
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let commands: [&[&str]; 14] = [
        &["list"],
        &["list", "--json"],
        &["-q", "list"],
        &["show", &id],
        &["status"],
        &["validate"],
        &["events", "tail"],
        &["events", "query", "--json"],
        &["graph", "export"],
        &["config", "list"],
        &["schema"],
        &["completions", "bash"],
        &["--help"],
        &["list", "--help"],
    ];
    for command in commands {
        let ran = unread(&sandbox, command.iter().copied());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command:?}");
    }
}

#[test]
fn a_long_list_ends_quietly_when_its_reader_has_seen_enough() {
    let sandbox = Sandbox::with_tracker();
    // More than a pipe holds.
    let plan = format!("- title: {}\n", "x".repeat(500)).repeat(200);
    sandbox.jit_with_input(plan.as_bytes(), ["-q", "create", "--from", "-"]).ok();
    let mut child =
        sandbox.jit_command(["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("ID"), "{first}");
    let ran = ends(child);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_mutation_that_nobody_reads_of_is_made() {
    let sandbox = Sandbox::with_tracker();
    let ran = unread(&sandbox, ["create", "One"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(sandbox.json(["list"])["count"], 1);
}

#[test]
fn a_failure_that_nobody_reads_is_still_a_failure() {
    let sandbox = Sandbox::with_tracker();
    assert_eq!(unread(&sandbox, ["show", "0123", "--json"]).code, 3);
    assert_eq!(unread(&sandbox, ["nope", "--json"]).code, 2);
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let status = sandbox.jit_command(["show", "0123"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(3));
}

#[test]
fn output_that_cannot_be_written_is_a_failure_with_one_line() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let before = tip(&sandbox);
    let commands: [&[&str]; 6] =
        [&["list"], &["list", "--json"], &["-q", "list"], &["validate"], &["events", "tail"], &["schema"]];
    for command in commands {
        into_full(&sandbox, command.iter().copied()).fails(1, "cannot write the output: No space left");
    }
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn standard_streams_that_are_closed_do_no_harm() {
    let sandbox = Sandbox::with_tracker();
    let script = "jit create One >&- && jit create Two 2>&- && jit create Three <&- && jit list >&- 2>&- <&-";
    let ran = crate::support::run(sandbox.program("sh", &sandbox.repo()).args(["-c", script]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(sandbox.json(["list"])["count"], 3);
    sandbox.git(["fsck", "--strict"]).ok();
}

#[test]
fn a_follower_sees_events_as_they_happen_and_ends_with_its_reader() {
    let sandbox = Sandbox::with_tracker();
    let (child, mut lines) = follow(&sandbox, &["-n", "1"]);
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("config_changed"), "{line}");
    let id = sandbox.create("One", []);
    line.clear();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("issue_created") && line.contains(&id), "{line}");
    drop(lines);
    sandbox.create("Two", []);
    let ran = ends(child);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_follower_misses_nothing_and_repeats_nothing() {
    let sandbox = Sandbox::with_tracker();
    let (child, mut lines) = follow(&sandbox, &["-n", "1"]);
    let mut line = String::new();
    // Once it has printed one, it has looked at the log.
    lines.read_line(&mut line).unwrap();
    let ids: Vec<String> = (0..10).map(|_| sandbox.create("One", [])).collect();
    for id in &ids {
        line.clear();
        lines.read_line(&mut line).unwrap();
        assert!(line.contains(id.as_str()), "{line}");
    }
    drop(lines);
    sandbox.create("Last", []);
    ends(child);
}
