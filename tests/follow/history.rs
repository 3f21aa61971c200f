//! Whatever happens to the history, each event is printed once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Follower, ids};
use crate::support::{Sandbox, run};

/// Creates an issue; how many events that is.
fn change(sandbox: &Sandbox) -> usize {
    sandbox.create("More", []);
    1
}

fn tip(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout.trim().to_owned()
}

#[test]
fn what_other_processes_do_is_printed_once_while_git_tidies_up() {
    let sandbox = Sandbox::with_tracker();
    let follower = Follower::start(&sandbox, []);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                sandbox.git(["pack-refs", "--all"]);
                sandbox.git(["gc", "-q"]);
            }
        });
        let writers: Vec<_> =
            (0..3).map(|_| scope.spawn(|| (0..8).map(|_| change(&sandbox)).sum::<usize>())).collect();
        let made: usize = writers.into_iter().map(|writer| writer.join().expect("it works")).sum();
        follower.wait_for(made);
        is_over.store(true, Ordering::Relaxed);
    });
    change(&sandbox);
    follower.wait_for(25);
    assert_eq!(follower.ids(), ids(&sandbox.events())[1..]);
}

#[test]
fn filters_choose_what_is_printed() {
    let sandbox = Sandbox::with_tracker();
    let (one, other) = (sandbox.create("One", []), sandbox.create("Other", []));
    let of_one = Follower::start(&sandbox, ["--issue", &one[..8]]);
    let comments = Follower::start(&sandbox, ["--event-type", "issue_created"]);
    let by_eve = {
        run(sandbox.jit_command(["comment", &one, "x"]).env("JIT_AGENT", "agent:eve")).ok();
        Follower::start(&sandbox, ["--actor", "agent:eve"])
    };
    for issue in [&one, &other] {
        run(sandbox.jit_command(["comment", issue, "hello"]).env("JIT_AGENT", "agent:eve")).ok();
        sandbox.jit(["comment", issue, "hello", "--by", "agent:bob"]).ok();
    }
    sandbox.create("Last", []);
    let events = sandbox.events();
    let expect = |follower: &Follower, count: usize, is_meant: &dyn Fn(&serde_json::Value) -> bool| {
        follower.wait_for(count);
        let meant: Vec<_> = events.iter().filter(|event| is_meant(event)).cloned().collect();
        assert_eq!(follower.ids(), ids(&meant)[meant.len() - count..]);
    };
    expect(&of_one, 3, &|event| event["issue_id"] == one.as_str());
    expect(&comments, 1, &|event| event["type"] == "issue_created");
    expect(&by_eve, 2, &|event| event["actor"] == "agent:eve");
    sandbox.jit(["events", "tail", "--follow", "--issue", "abcdef"]).fails(3, "abcdef");
    sandbox.jit(["events", "tail", "--follow", "--type", "issue_teleported"]).exits(2);
}

#[test]
fn a_history_that_goes_back_and_comes_back_is_not_printed_again() {
    let sandbox = Sandbox::with_tracker();
    let start = tip(&sandbox);
    let follower = Follower::start(&sandbox, []);
    assert_eq!((0..3).map(|_| change(&sandbox)).sum::<usize>(), 3);
    follower.wait_for(3);
    let far = tip(&sandbox);
    let seen = follower.ids();
    sandbox.git(["update-ref", "refs/jit/main", &start]).ok();
    thread::sleep(std::time::Duration::from_millis(600));
    change(&sandbox);
    follower.wait_for(4);
    let other = follower.ids()[3].clone();
    assert_eq!(sandbox.events().last().expect("there is one")["id"], other.as_str());
    sandbox.git(["update-ref", "refs/jit/main", &far]).ok();
    thread::sleep(std::time::Duration::from_millis(600));
    change(&sandbox);
    follower.wait_for(5);
    assert_eq!(follower.ids()[..3], seen);
    assert_eq!(follower.ids().len(), 5);
}

#[test]
fn a_tracker_that_is_deleted_and_made_anew_is_followed() {
    let sandbox = Sandbox::with_tracker();
    let follower = Follower::start(&sandbox, []);
    change(&sandbox);
    follower.wait_for(1);
    sandbox.git(["update-ref", "-d", "refs/jit/main"]).ok();
    sandbox.jit(["init"]).ok();
    change(&sandbox);
    follower.wait_for(3);
    sandbox.git(["update-ref", "-d", "refs/jit/main"]).ok();
    sandbox.git(["reflog", "expire", "--all", "--expire=now"]).ok();
    sandbox.git(["prune", "--expire=now"]).ok();
    sandbox.jit(["init"]).ok();
    follower.wait_for(4);
    let (status, said) = follower.end(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(status, Some(0));
    assert!(said.contains("the history that was followed is gone"), "{said}");
}
