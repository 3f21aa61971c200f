//! `jit board`, driven through a pseudo-terminal as a person would.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::tcgetattr;
use nix::unistd::Pid;

use crate::support::hub::Hub;
use crate::support::terminal::run_on_terminal_of;
use crate::support::{Sandbox, run};

/// Longer than any machine takes, however loaded.
const PATIENCE: Duration = Duration::from_secs(120);

/// A board on a terminal of its own.
struct Board {
    child: Child,
    keys: File,
    terminal: OwnedFd,
    screen: Arc<Mutex<vt100::Parser>>,
    /// All that the terminal was told.
    told: Arc<Mutex<Vec<u8>>>,
}

impl Board {
    fn open(command: &mut Command, columns: u16, lines: u16) -> Self {
        let size = Winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("there are pseudo-terminals");
        let stream = || OwnedFd::from(File::from(pty.slave.try_clone().expect("a handle more")));
        command.env("TERM", "xterm-256color").stdin(stream()).stdout(stream()).stderr(stream());
        let child = command.spawn().expect("it starts");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let keys = File::from(pty.master);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(lines, columns, 0)));
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut output = keys.try_clone().expect("a handle more");
        let (shown, all) = (Arc::clone(&screen), Arc::clone(&told));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                shown.lock().expect("nobody panicked").process(&buffer[..read]);
                all.lock().expect("nobody panicked").extend_from_slice(&buffer[..read]);
            }
        });
        Self { child, keys, terminal: pty.slave, screen, told }
    }

    fn of(sandbox: &Sandbox, args: &[&str]) -> Self {
        Self::open(&mut sandbox.jit_command(["board"].iter().chain(args)), 80, 24)
    }

    fn text(&self) -> String {
        self.screen.lock().expect("nobody panicked").screen().contents()
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    fn shows(&self, text: &str) {
        self.waits(text, |screen| screen.contains(text));
    }

    #[track_caller]
    fn waits(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(&self.text()) {
            assert!(Instant::now() < end, "{what:?} did not come:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
    }

    /// The exit status as a shell has it, and all that the terminal was told.
    fn ends(mut self) -> (i32, String) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(20));
        };
        // What it said last may still be under way.
        thread::sleep(Duration::from_millis(100));
        let told = String::from_utf8_lossy(&self.told.lock().expect("nobody panicked")).into_owned();
        (status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(-1), told)
    }

    fn settings(&self) -> nix::sys::termios::Termios {
        tcgetattr(&self.terminal).expect("it is a terminal")
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn state(sandbox: &Sandbox, id: &str) -> String {
    sandbox.json(["show", id])["state"].as_str().expect("text").to_owned()
}

#[test]
fn issues_are_worked_on_from_the_keyboard() {
    let sandbox = Sandbox::with_tracker();
    let first = sandbox.create("Model", ["--gate", "review", "--priority", "high"]);
    let second = sandbox.create("Login", ["--dep", &first]);
    let mut board = Board::of(&sandbox, &["--by", "agent:one"]);
    board.shows("> Model");
    board.shows("[Ready 1]");
    board.shows("blocked by 1");
    board.press("c");
    board.shows(&format!("claimed {}", &first[..8]));
    board.shows("[In Progress 1]");
    assert_eq!(state(&sandbox, &first), "in_progress");
    board.press("nAlmost done\r");
    board.shows("remarked on");
    board.press("m4");
    board.shows("[Gated 1]");
    board.press("g1");
    board.shows("[Done 1]");
    assert_eq!(state(&sandbox, &first), "done");
    board.press("\r");
    board.shows("Almost done");
    board.shows("History:");
    board.press("d");
    board.waits("what needs it", |text| text.contains("Needed by") && text.contains("Login"));
    board.press("q");
    board.shows("> Model");
    board.press("hhh");
    board.shows("> Login");
    assert_eq!(state(&sandbox, &second), "ready");
    board.press("q");
    assert_eq!(board.ends().0, 0);
    let comment = &sandbox.json(["show", &first])["comments"][0];
    assert_eq!((&comment["body"], &comment["by"]), (&"Almost done".into(), &"agent:one".into()));
    sandbox.jit(["validate"]).ok();
}

#[test]
fn what_is_refused_is_told_and_nothing_is_changed() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("Model", []);
    sandbox.jit(["claim", &id, "agent:two"]).ok();
    let mut board = Board::of(&sandbox, &["--by", "agent:one"]);
    board.press("l");
    board.shows("> Model");
    board.press("c");
    board.shows(&format!("refused: {} is claimed by agent:two", &id[..8]));
    board.press("g");
    board.shows("requires no gate");
    board.press("/state:nowhere\r");
    board.shows("refused: invalid state");
    assert_eq!(sandbox.json(["show", &id])["assignee"], "agent:two");
    assert_eq!(sandbox.events().len(), 3);
    assert!(board.text().contains("jit board  all issues"), "{}", board.text());
    sandbox.create("Seen all the same", []);
    board.shows("Seen all the same");
    board.press("\u{3}");
    assert_eq!(board.ends().0, 0);
}

#[test]
fn a_key_is_never_about_another_issue_than_the_one_that_was_chosen() {
    let sandbox = Sandbox::with_tracker();
    let first = sandbox.create("First", []);
    let second = sandbox.create("Second", ["--dep", &first]);
    sandbox.jit(["done", &first]).ok();
    let third = sandbox.create("Third", []);
    let mut board = Board::of(&sandbox, &["--by", "agent:one"]);
    board.shows("> Second");
    board.press("d");
    board.waits("what it depends on", |text| {
        let (on, needed_by) = text.split_once("Needed by").unwrap_or_default();
        on.contains("First") && !on.contains("Second") && needed_by.contains("nothing")
    });
    sandbox.jit(["delete", &second]).ok();
    board.shows("Third");
    board.press("cm4c");
    board.shows("the issue that was chosen is not on the board any more");
    assert_eq!(state(&sandbox, &third), "ready");
    board.press("jc");
    board.shows(&format!("claimed {}", &third[..8]));
    board.press("q");
    assert_eq!(board.ends().0, 0);
}

#[test]
fn what_other_processes_and_syncs_change_is_seen_live() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    let mut board = Board::of(&ada, &["label:x"]);
    board.shows("[Ready 0]");
    let id = ada.create("Seen at once", ["--label", "x"]);
    board.shows("Seen at once");
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    bob.jit(["update", &id, "--title", "Changed elsewhere"]).ok();
    bob.create("Not meant", []);
    bob.jit(["sync"]).ok();
    ada.jit(["sync"]).ok();
    board.shows("Changed elsewhere");
    assert!(!board.text().contains("Not meant"));
    board.press("/");
    board.press(&"\u{7f}".repeat(7));
    board.press("\r");
    board.shows("Not meant");
    board.press("q");
    assert_eq!(board.ends().0, 0);
}

#[test]
fn the_terminal_is_given_back_by_key_and_by_signal() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Model", []);
    for signal in [None, Some(Signal::SIGTERM), Some(Signal::SIGINT), Some(Signal::SIGHUP)] {
        let mut board = Board::of(&sandbox, &[]);
        board.shows("> Model");
        assert!(!board.settings().local_flags.contains(nix::sys::termios::LocalFlags::ICANON));
        match signal {
            None => board.press("q"),
            Some(signal) => {
                let pid = Pid::from_raw(i32::try_from(board.child.id()).expect("it fits"));
                kill(pid, signal).expect("it runs");
            }
        }
        let end = Instant::now() + PATIENCE;
        let is_usual = |board: &Board| {
            let flags = board.settings().local_flags;
            flags.contains(nix::sys::termios::LocalFlags::ICANON | nix::sys::termios::LocalFlags::ECHO)
        };
        while !is_usual(&board) {
            assert!(Instant::now() < end, "{signal:?} leaves the terminal as it was not");
            thread::sleep(Duration::from_millis(20));
        }
        let (code, told) = board.ends();
        assert_eq!(code, signal.map_or(0, |signal| 128 + signal as i32), "{signal:?}");
        assert!(told.contains("\u{1b}[?1049h") && told.contains("\u{1b}[?1049l"), "{signal:?}");
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Model", []);
    for (columns, lines) in [(20, 24), (20, 5), (80, 3)] {
        let mut board = Board::open(&mut sandbox.jit_command(["board"]), columns, lines);
        board.waits("the size", |text| text.replace('\n', " ").contains("jit board needs"));
        board.press("jm\u{1b}cq");
        board.press("q");
        assert_eq!(board.ends().0, 0);
    }
    let mut board = Board::of(&sandbox, &[]);
    board.shows("> Model");
    let stdin = Stdio::from(board.terminal.try_clone().expect("a handle more"));
    run(sandbox.program("stty", &sandbox.repo()).args(["cols", "20", "rows", "8"]).stdin(stdin)).ok();
    board.screen.lock().expect("nobody panicked").screen_mut().set_size(8, 20);
    kill(Pid::from_raw(i32::try_from(board.child.id()).expect("it fits")), Signal::SIGWINCH)
        .expect("it runs");
    board.waits("the size", |text| text.replace('\n', " ").contains("jit board needs"));
    board.press("q");
    assert_eq!(board.ends().0, 0);
}

#[test]
fn without_a_terminal_the_board_says_what_to_use() {
    let sandbox = Sandbox::with_tracker();
    let ran = sandbox.jit(["board"]).fails(2, "the board needs a terminal");
    assert!(ran.stderr.contains("'jit list' prints issues"), "{}", ran.stderr);
    assert_eq!(sandbox.jit(["board", "--json"]).exits(2).json()["error"]["code"], "usage");
    let told = |command: &mut Command| run_on_terminal_of((80, 24), command);
    let (code, text) = told(sandbox.jit_command(["board"]).env("TERM", "dumb"));
    assert!(code == 2 && text.contains("needs a terminal"), "{code} {text}");
    let (code, text) = told(sandbox.jit_command(["board", "state:nowhere"]).env("TERM", "xterm"));
    assert!(code == 4 && text.contains("invalid state") && !text.contains("[?1049h"), "{code} {text}");
    let (code, text) = told(sandbox.jit_command(["board", "--at", "HEAD"]).env("TERM", "xterm"));
    assert!(code == 2 && text.contains("--at goes with"), "{code} {text}");
    let none = Sandbox::with_repo();
    let (code, text) = told(none.jit_command(["board"]).env("TERM", "xterm"));
    assert!(code == 3 && text.contains("no tracker") && !text.contains("[?1049h"), "{code} {text}");
}

#[test]
fn colours_are_left_out_where_they_are_not_wanted() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Model \u{202e}evil", []);
    let colored = |told: &str| told.contains("38;5;") || told.contains("\u{1b}[32m");
    for (no_color, args, expected) in [
        (false, &["board"][..], true),
        (true, &["board"], false),
        (false, &["board", "--color", "never"], false),
    ] {
        let mut command = sandbox.jit_command(args);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let mut board = Board::open(&mut command, 80, 24);
        board.shows("[Ready 1]");
        board.shows("> Model \\u{202e}evil");
        board.press("q");
        let (code, told) = board.ends();
        assert_eq!((code, colored(&told)), (0, expected), "{args:?}");
    }
}
