//! Killed at any instant, a watch with a cursor loses nothing and keeps the order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::receiver::Receiver;
use super::{Watching, delivered, logged};
use crate::support::Sandbox;

const KILLS: u32 = 12;

/// Kills watches with `sink` while others change the tracker; then lets one finish.
fn torture(sandbox: &Sandbox, sink: &[&str]) -> Vec<String> {
    let options: Vec<&str> = sink.iter().copied().chain(["--cursor", "c"]).collect();
    let once = |sandbox: &Sandbox| {
        sandbox.jit(["watch", "--once"].iter().chain(&options)).ok();
    };
    once(sandbox);
    let before = logged(sandbox).len();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let issue = sandbox.create("More", []);
                sandbox.jit(["update", &issue, "--priority", "high", "--label", "x"]).ok();
            }
        });
        for n in 0..KILLS {
            let watching = Watching::start(sandbox, options.iter().copied());
            thread::sleep(Duration::from_millis(u64::from(100 + (n * 397) % 900)));
            watching.kill();
        }
        is_over.store(true, Ordering::Relaxed);
    });
    once(sandbox);
    logged(sandbox).split_off(before)
}

/// Whether `got` is `all` in order, where what was on its way at a kill may come twice.
#[track_caller]
fn check(mut got: Vec<String>, all: &[String]) {
    let count = got.len();
    got.dedup();
    assert_eq!(got, all, "each is delivered, in order, and what is repeated follows at once");
    assert!(count - got.len() <= KILLS as usize, "at most one comes twice for each kill");
}

#[test]
fn a_command_misses_nothing_when_the_watch_is_killed() {
    let sandbox = Sandbox::with_tracker();
    let all = torture(&sandbox, &["--exec", "cat >> ../got"]);
    check(delivered(&sandbox, "got"), &all);
}

#[test]
fn a_web_server_misses_nothing_when_the_watch_is_killed() {
    let sandbox = Sandbox::with_tracker();
    let receiver = Receiver::willing();
    let all = torture(&sandbox, &["--webhook", &receiver.url()]);
    check(receiver.ids(), &all);
}
