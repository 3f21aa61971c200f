//! Running the commands of a document.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::document::{Step, steps};
use super::ids::Bindings;
use super::matching::{difference, matches};
use crate::support::Sandbox;

/// Begins the line that says how a command ended.
const MARK: char = '\u{1}';
/// The longest that the commands of a document may take together.
const LIMIT: Duration = Duration::from_secs(120);
/// Failures that are told of one document; those that follow are mostly their echo.
const MOST_FAILURES: usize = 3;

/// What the document at `path` says against what happens; empty if that is the same. `name`
/// is how to call it.
pub fn run_document(path: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(path).expect("the document is there");
    let steps = steps(&text);
    if steps.is_empty() {
        return String::new();
    }
    let sandbox = Sandbox::new();
    let mut shell = Shell::start(&sandbox);
    let mut bindings = Bindings::default();
    let mismatches: Vec<Mismatch> =
        steps.iter().filter_map(|step| run_step(&mut shell, step, &mut bindings)).collect();
    let reports = mismatches.iter().map(|mismatch| format!("{name}:{}\n", mismatch.report));
    let report = reports.take(MOST_FAILURES).collect();
    if std::env::var_os("JIT_DOCS").is_some_and(|value| value == "overwrite") {
        overwrite(path, &text, mismatches);
    }
    report
}

/// A command that did something else than its document says.
struct Mismatch {
    /// Where, and what the difference is.
    report: String,
    /// The lines that are wrong, by index.
    lines: Range<usize>,
    /// What they should be.
    actual: Vec<String>,
}

fn run_step(shell: &mut Shell, step: &Step, bindings: &mut Bindings) -> Option<Mismatch> {
    let (output, status) = shell.run(&bindings.to_real(&step.command));
    if status == step.status && matches(&step.output, &output, bindings) {
        return None;
    }
    let mut report = format!("{}: $ {}\n", step.line, step.command);
    report.push_str(&difference(&step.output, &output, bindings));
    if status != step.status {
        writeln!(report, "  it exits with {status}, not {}", step.status).expect("memory holds it");
    }
    let mut actual: Vec<String> = output.iter().map(|line| bindings.to_written(line)).collect();
    // Ids met for the first time stand for themselves from here on.
    matches(&actual, &output, bindings);
    actual.extend((status != 0).then(|| format!("? {status}")));
    Some(Mismatch { report, lines: step.lines.clone(), actual })
}

fn overwrite(path: &Path, text: &str, mismatches: Vec<Mismatch>) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for mismatch in mismatches.into_iter().rev() {
        lines.splice(mismatch.lines, mismatch.actual);
    }
    std::fs::write(path, lines.join("\n") + "\n").expect("the document can be written");
}

/// A bash that runs one command after another.
struct Shell {
    child: Child,
    commands: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    home: String,
    /// Dropped when the document is at its end.
    _ended: Sender<()>,
}

impl Shell {
    /// Begins in an empty folder of Ada's.
    fn start(sandbox: &Sandbox) -> Self {
        let home = sandbox.path("home").canonicalize().expect("it is there");
        let dir = home.join("project");
        std::fs::create_dir(&dir).expect("the sandbox is writable");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        std::os::unix::fs::symlink(examples, home.join("examples")).expect("the sandbox is writable");
        let mut bash = sandbox.program("bash", &dir);
        bash.env("HOME", &home).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut child = bash.spawn().expect("bash starts");
        let mut commands = child.stdin.take().expect("it is piped");
        commands.write_all(b"exec 19>&1 2>&1\n").expect("bash reads");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let home = home.to_str().expect("it is plain text").to_owned();
        let ended = stop_after_limit(child.id());
        Self { child, commands: Some(commands), output, home, _ended: ended }
    }

    /// Runs a command to its end: the lines it prints, and its exit status.
    fn run(&mut self, command: &str) -> (Vec<String>, i32) {
        let quoted = command.replace('\'', r"'\''");
        let script = format!("eval '{quoted}' < /dev/null\nprintf '\\n\\001%d\\n' $? >&19\n");
        let commands = self.commands.as_mut().expect("it is open until the end");
        commands.write_all(script.as_bytes()).unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut output = Vec::new();
        loop {
            let mut line = Vec::new();
            let read = self.output.read_until(b'\n', &mut line).expect("bash writes");
            assert_ne!(read, 0, "the shell ended, or was stopped after {LIMIT:?}: {command}");
            let line = String::from_utf8_lossy(&line).trim_end_matches('\n').replace(&self.home, "/home/ada");
            if let Some(status) = line.strip_prefix(MARK) {
                // The mark is on a line of its own even if the last line has no end.
                if output.last().is_some_and(String::is_empty) {
                    output.pop();
                }
                return (output, status.parse().expect("it is a number"));
            }
            output.push(line);
        }
    }
}

/// Stops a shell and all it started when it takes too long, unless what is returned is
/// dropped before.
fn stop_after_limit(shell: u32) -> Sender<()> {
    let (ended, end) = channel();
    std::thread::spawn(move || {
        if end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            Command::new("kill").args(["-9", "--", &format!("-{shell}")]).status().ok();
        }
    });
    ended
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.commands.take());
        self.child.wait().expect("bash ends with its commands");
    }
}
