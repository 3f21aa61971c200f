//! Ended at any instant, a mutation leaves the old state or the new one, and nothing in the
//! way of the next.

use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{Ran, Sandbox};

/// More than a mutation takes on a busy machine, less than a stale lock is waited for.
const PROMPT: Duration = Duration::from_secs(5);

/// A tracker whose mutations are ended before they are finished.
struct Victims<'s> {
    sandbox: &'s Sandbox,
    issue: String,
    /// The time within which they are stopped: about twice as long as a mutation takes.
    span: Duration,
    started: u16,
    stopped: usize,
    /// Marks of mutations that reported success.
    done: Vec<String>,
}

impl<'s> Victims<'s> {
    fn new(sandbox: &'s Sandbox) -> Self {
        let issue = sandbox.create("the one", []);
        let mut victims =
            Self { sandbox, issue, span: Duration::ZERO, started: 0, stopped: 0, done: Vec::new() };
        victims.measure();
        victims
    }

    /// Learns how long a mutation takes.
    fn measure(&mut self) {
        let span = (0..8).map(|_| timed(|| self.sandbox.jit(["create", "measure"]).ok()).1).max();
        self.span = span.expect("there are eight");
    }

    /// Starts a mutation, of another kind each time, and ends it with `signal` after some
    /// part of the time it takes.
    fn stop_one(&mut self, signal: Signal) {
        let mark = format!("mark-{}-", self.started);
        let child = spawn(self.sandbox, &edit(&self.issue, self.started, &mark));
        // Steps of the golden ratio visit every part of the span evenly.
        thread::sleep(self.span.mul_f64((f64::from(self.started) * 0.618_034).fract()));
        self.started += 1;
        // How busy the machine is changes: what ends early was given too long, and the reverse.
        if stop(child, signal) {
            self.stopped += 1;
            self.span = self.span.mul_f64(1.1);
        } else {
            self.done.push(mark);
            self.span = self.span.mul_f64(0.9);
        }
    }

    /// Insists that nothing is in the way and nothing that was reported is lost.
    fn check(&self) {
        check_next(self.sandbox);
        check_sound(self.sandbox);
        check_reflog(self.sandbox);
        let log = self.sandbox.git(["log", "--first-parent", "--format=%B", "refs/jit/main"]).ok().stdout;
        let lost: Vec<_> = self.done.iter().filter(|mark| !log.contains(mark.as_str())).collect();
        assert_eq!(lost, Vec::<&String>::new(), "reported as done and not in the history");
    }

    /// The same when all is over; and that mutations were stopped at all.
    fn check_end(&self) {
        self.check();
        assert!(self.stopped > usize::from(self.started) / 5, "{} were stopped", self.stopped);
        let git = |args: [&str; 2]| self.sandbox.git(args).ok();
        git(["prune", "--expire=now"]);
        let left = std::fs::read_dir(self.sandbox.path("repo/.git/objects")).expect("it is there");
        let left = left.map(|entry| entry.expect("it is readable").file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("tmp_")).collect();
        assert_eq!(left, Vec::<std::ffi::OsString>::new(), "git clears away what was never finished");
        self.check();
    }
}

/// The arguments of a mutation that leaves `mark` in the log.
fn edit(issue: &str, n: u16, mark: &str) -> Vec<String> {
    let pair = format!("{mark}=x");
    let args = match n % 4 {
        0 => ["create", "--title", mark, "--label=x"],
        1 => ["comment", issue, mark, "--quiet"],
        2 => ["update", issue, "--context", &pair],
        _ => ["registry", "add", mark, "--title=x"],
    };
    args.map(str::to_owned).to_vec()
}

fn spawn(sandbox: &Sandbox, args: &[String]) -> Child {
    let mut command = sandbox.jit_command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("jit starts")
}

/// Sends a signal; whether the process died of it, which it must unless it succeeded.
fn stop(mut child: Child, signal: Signal) -> bool {
    let id = i32::try_from(child.id()).expect("process ids are small");
    kill(Pid::from_raw(id), signal).expect("it was not waited for yet");
    let status = child.wait().expect("it ends");
    assert!(status.success() || status.signal() == Some(signal as i32), "{status}");
    !status.success()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    (work(), started.elapsed())
}

fn lock_of(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("repo/.git/refs/jit/main.lock")
}

/// Insists that a mutation goes through at once and with nothing to tell.
fn check_next(sandbox: &Sandbox) {
    let (next, took) = timed(|| sandbox.jit(["-q", "create", "next"]).ok());
    assert!(took < PROMPT, "the next command took {took:?}");
    assert_eq!(next.stderr, "");
    assert!(!lock_of(sandbox).exists(), "a lock was left");
}

/// Insists that the repository and the tracker are in order.
fn check_sound(sandbox: &Sandbox) {
    sandbox.jit(["validate"]).ok();
    let fsck = sandbox.git(["fsck", "--strict", "--no-dangling", "--no-progress"]).ok();
    assert_eq!((fsck.stdout.as_str(), fsck.stderr.as_str()), ("", ""));
}

/// Insists that the log of the reference, which is what one recovers from, has every commit.
fn check_reflog(sandbox: &Sandbox) {
    let logged = sandbox.git(["reflog", "--format=%H", "refs/jit/main"]).ok().stdout;
    let history = sandbox.git(["rev-list", "--first-parent", "refs/jit/main"]).ok().stdout;
    let lost: Vec<&str> = history.lines().filter(|commit| !logged.contains(commit)).collect();
    assert_eq!(lost, Vec::<&str>::new(), "not in the log of the reference");
}

/// Makes reading the tracker's reference, and so holding its lock, take long: it is packed,
/// behind very many others.
fn make_references_slow(sandbox: &Sandbox) {
    let path = sandbox.path("repo/.git/packed-refs");
    sandbox.git(["pack-refs", "--all", "--prune"]).ok();
    let packed = std::fs::read_to_string(&path).expect("git wrote it");
    if packed.len() > 1_000_000 {
        return;
    }
    let (header, refs) = packed.split_once('\n').expect("it has a header");
    let head = sandbox.git(["rev-parse", "HEAD"]).ok().stdout;
    let mut packed = format!("{header}\n");
    for n in 0..100_000 {
        // git keeps the file sorted.
        writeln!(packed, "{} refs/a/{n:06}", head.trim()).expect("writing to a string succeeds");
    }
    packed.push_str(refs);
    std::fs::write(path, packed).expect("it is writable");
}

/// Starts creating an issue until one is seen while it has the reference locked, and sends
/// it a signal; whether it died of that.
fn stop_under_its_lock(sandbox: &Sandbox, title: &str, signal: Signal) -> bool {
    for _ in 0..50 {
        make_references_slow(sandbox);
        let mut child = spawn(sandbox, &["create".to_owned(), title.to_owned()]);
        while child.try_wait().expect("it can be asked").is_none() {
            if lock_of(sandbox).exists() {
                return stop(child, signal);
            }
        }
    }
    panic!("its lock was never seen")
}

/// Creates an issue beside whatever else happens.
fn create_on_a_thread<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    sandbox: &'scope Sandbox,
    title: &'scope str,
) -> thread::ScopedJoinHandle<'scope, (Ran, Duration)> {
    scope.spawn(move || timed(|| sandbox.jit(["create", title])))
}

fn is_logged(sandbox: &Sandbox, title: &str) -> bool {
    let created = |event: &serde_json::Value| event["issue"]["title"] == title;
    sandbox.events().iter().any(created)
}

#[test]
fn killed_at_two_hundred_instants_a_mutation_is_done_or_not_and_nothing_is_in_the_way() {
    let sandbox = Sandbox::with_tracker();
    let mut victims = Victims::new(&sandbox);
    for round in 0..200 {
        if round == 100 {
            sandbox.git(["config", "jit.durability", "full"]).ok();
            victims.measure();
        }
        victims.stop_one(Signal::SIGKILL);
        if round % 10 == 9 {
            victims.check();
        }
        if round % 20 == 19 {
            sandbox.git(["pack-refs", "--all", "--prune"]).ok();
        }
    }
    victims.check_end();
}

#[test]
fn ended_by_a_terminal_or_a_supervisor_a_mutation_leaves_no_lock() {
    let sandbox = Sandbox::with_tracker();
    let mut victims = Victims::new(&sandbox);
    for round in 0..150 {
        victims.stop_one([Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP][round % 3]);
        assert!(!lock_of(&sandbox).exists(), "a lock was left");
        if round % 15 == 14 {
            victims.check();
            sandbox.git(["pack-refs", "--all", "--prune"]).ok();
        }
    }
    victims.check_end();
}

#[test]
fn rivals_of_a_killed_process_get_their_turn() {
    let sandbox = Sandbox::with_tracker();
    let mut victims = Victims::new(&sandbox);
    for round in 0..40 {
        let title = format!("rival-{round}.");
        thread::scope(|scope| {
            let rival = create_on_a_thread(scope, &sandbox, &title);
            victims.stop_one(Signal::SIGKILL);
            let (ran, took) = rival.join().unwrap();
            assert_eq!((ran.code, ran.stderr.as_str(), took < PROMPT), (0, "", true), "{took:?}");
        });
        victims.done.push(title);
    }
    victims.check_end();
}

#[test]
fn a_lock_that_a_killed_jit_left_is_no_obstacle() {
    let sandbox = Sandbox::with_tracker();
    for title in ["one", "two", "three"] {
        let killed = || stop_under_its_lock(&sandbox, title, Signal::SIGKILL) && lock_of(&sandbox).exists();
        assert!((0..50).any(|_| killed()), "it was never killed in time");
        let (_, took) = timed(|| sandbox.jit(["list"]).ok());
        assert!(took < PROMPT, "reading minds no lock: {took:?}");
        check_next(&sandbox);
    }
    check_sound(&sandbox);
}

#[test]
fn a_signal_that_comes_under_the_lock_waits_until_the_change_is_stored() {
    let sandbox = Sandbox::with_tracker();
    for (title, signal) in [("one", Signal::SIGTERM), ("two", Signal::SIGINT), ("three", Signal::SIGHUP)] {
        stop_under_its_lock(&sandbox, title, signal);
        assert!(!lock_of(&sandbox).exists(), "a lock was left");
        assert!(is_logged(&sandbox, title), "{signal}");
        check_next(&sandbox);
    }
    check_reflog(&sandbox);
    check_sound(&sandbox);
}

/// Leaves a lock of another program that is so old.
fn leave_lock(sandbox: &Sandbox, age: Duration) {
    sandbox.write("repo/.git/refs/jit/main.lock", "");
    let lock = std::fs::File::options().write(true).open(lock_of(sandbox)).expect("it works");
    lock.set_modified(std::time::SystemTime::now() - age).expect("it works");
}

#[test]
fn a_lock_that_may_be_in_use_is_left_alone() {
    let sandbox = Sandbox::with_tracker();
    leave_lock(&sandbox, Duration::ZERO);
    let ran = sandbox.jit(["create", "One"]).fails(7, "another program keeps taking");
    assert!(ran.stderr.contains("main.lock"), "{}", ran.stderr);
    assert!(lock_of(&sandbox).exists(), "a slow disk may take its time");
    leave_lock(&sandbox, Duration::from_secs(61));
    let started = std::time::Instant::now();
    let ran = sandbox.jit(["create", "One"]).ok();
    let took = started.elapsed();
    assert!(ran.stderr.contains("left behind") && took < PROMPT, "{took:?}: {}", ran.stderr);
}

#[test]
fn a_lock_from_the_future_does_not_stay_for_ever() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/.git/refs/jit/main.lock", "");
    let lock = std::fs::File::options().write(true).open(lock_of(&sandbox)).unwrap();
    lock.set_modified(std::time::SystemTime::now() + Duration::from_secs(86_400)).unwrap();
    assert!(sandbox.jit(["create", "One"]).ok().stderr.contains("left behind"));
}

#[test]
fn a_lock_that_another_program_left_is_removed_and_mentioned_once() {
    let sandbox = Sandbox::with_tracker();
    leave_lock(&sandbox, Duration::from_secs(58));
    let rans = thread::scope(|scope| {
        let running = ["one", "two", "three"].map(|title| create_on_a_thread(scope, &sandbox, title));
        running.map(|ran| ran.join().unwrap())
    });
    let mentions: Vec<&(Ran, Duration)> = rans.iter().filter(|(ran, _)| !ran.stderr.is_empty()).collect();
    let [(ran, took)] = mentions.as_slice() else { panic!("one of them mentions it: {rans:?}") };
    assert!(ran.stderr.contains("main.lock") && ran.stderr.contains("left behind"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1);
    assert!(*took > Duration::from_secs(1), "it might have been in use: {took:?}");
    for (ran, took) in &rans {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(*took < Duration::from_secs(15), "{took:?}");
    }
    check_next(&sandbox);
    check_sound(&sandbox);
}

#[test]
fn a_lock_that_another_program_gives_up_is_waited_for() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/.git/refs/jit/main.lock", "");
    thread::scope(|scope| {
        let waiting = create_on_a_thread(scope, &sandbox, "patient");
        thread::sleep(Duration::from_secs(1));
        assert!(!waiting.is_finished(), "it must not write under another's lock");
        std::fs::remove_file(lock_of(&sandbox)).unwrap();
        let (ran, took) = waiting.join().unwrap();
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(took < PROMPT, "{took:?}");
    });
    assert!(is_logged(&sandbox, "patient"));
}

#[test]
fn a_lock_on_packed_references_does_not_matter() {
    let sandbox = Sandbox::with_tracker();
    sandbox.write("repo/.git/packed-refs.lock", "");
    check_next(&sandbox);
}

#[test]
fn an_object_that_a_power_cut_emptied_is_written_anew() {
    let sandbox = Sandbox::with_tracker();
    let define = ["registry", "add", "review", "--title", "Review"];
    sandbox.jit(define).ok();
    let object = sandbox.git(["rev-parse", "refs/jit/main:gates/review.yaml"]).ok().stdout;
    sandbox.jit(["registry", "remove", "review"]).ok();
    let (folder, file) = object.trim().split_at(2);
    let path = sandbox.path(&format!("repo/.git/objects/{folder}/{file}"));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "").unwrap();
    assert_ne!(sandbox.git(["cat-file", "blob", object.trim()]).code, 0);
    sandbox.jit(define).ok();
    assert_eq!(sandbox.json(["registry", "show", "review"])["title"], "Review");
    check_sound(&sandbox);
}
