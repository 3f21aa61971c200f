//! How a follower ends, and what it costs while nothing happens.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Follower, eventually};
use crate::support::Sandbox;

#[test]
fn a_signal_ends_it_quietly() {
    let sandbox = Sandbox::with_tracker();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        assert_eq!(Follower::start(&sandbox, []).end(signal), (Some(0), String::new()), "{signal}");
    }
}

#[test]
fn it_ends_when_nobody_reads_though_nothing_happens() {
    let sandbox = Sandbox::with_tracker();
    let mut command = sandbox.jit_command(["events", "tail", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut ended = None;
    eventually("it ends", || {
        ended = child.try_wait().expect("it can be asked");
        ended.is_some()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(0));
}

#[test]
fn a_follower_of_nothing_costs_next_to_nothing() {
    let sandbox = Sandbox::with_tracker();
    let follower = Follower::start(&sandbox, []);
    let stat = format!("/proc/{}/stat", follower.child.id());
    // Ticks of a hundredth of a second, in user and system mode.
    let spent = || {
        let stat = fs::read_to_string(&stat).expect("it runs");
        let fields: Vec<&str> = stat.rsplit(") ").next().expect("a line").split(' ').collect();
        fields[11].parse::<u64>().expect("a number") + fields[12].parse::<u64>().expect("a number")
    };
    let before = spent();
    thread::sleep(Duration::from_secs(5));
    assert!(spent() - before <= 5, "{} hundredths of a second in five seconds", spent() - before);
}
