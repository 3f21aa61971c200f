//! What an operation costs at most: the git processes that it starts, in order. Everything
//! else is done in the process itself.

use std::ffi::OsString;
use std::fs;

use super::claims::shared;
use super::{settle, sync};
use crate::support::hub::executable;
use crate::support::{Sandbox, run};

/// Runs jit with a `git` in front of the real one that notes what it is asked for; that.
#[track_caller]
fn asked(clone: &Sandbox, args: &[&str]) -> Vec<String> {
    let path = std::env::var_os("PATH").expect("PATH is set");
    let real = std::env::split_paths(&path).map(|dir| dir.join("git")).find(|git| git.is_file());
    let (bin, log) = (clone.path("counting"), clone.path("counted"));
    fs::create_dir_all(&bin).expect("the sandbox is writable");
    fs::write(&log, "").expect("the sandbox is writable");
    // The command is the first word that is no option, nor the value of one.
    let script = format!(
        "#!/bin/sh\nskip=\nfor word do\n  if [ -n \"$skip\" ]; then skip=; continue; fi\n  case $word in\n  \
         -c | -C) skip=yes ;;\n  -*) ;;\n  *) break ;;\n  esac\ndone\necho \"$word\" >> '{}'\nexec '{}' \"$@\"\n",
        log.display(),
        real.expect("git is installed").display()
    );
    executable(&bin.join("git"), &script);
    let mut paths = OsString::from(&bin);
    paths.push(":");
    paths.push(&path);
    run(clone.jit_command(args).env("PATH", paths)).ok();
    fs::read_to_string(log).expect("it was just written").lines().map(str::to_owned).collect()
}

/// Lets a clone forget that it has asked the remote a moment ago.
fn wait(clone: &Sandbox) {
    fs::remove_dir_all(clone.repo().join(".git/jit/fetched")).expect("it has asked before");
}

#[test]
fn a_claim_is_one_push_between_two_fetches_and_its_end_one_fetch_and_one_push() {
    let (hub, [ada, bob], ids) = shared(4);
    wait(&ada);
    assert_eq!(asked(&ada, &["claim", &ids[0], "agent:ada"]), ["fetch", "push", "fetch"]);
    assert_eq!(asked(&ada, &["claim", &ids[1], "agent:ada", "--ttl", "1h"]), ["push", "fetch"]);
    assert_eq!(asked(&ada, &["claim-next", "agent:ada"]), ["push", "fetch"]);
    wait(&ada);
    assert_eq!(asked(&ada, &["renew", &ids[1], "--by", "agent:ada"]), ["fetch", "push"]);
    // Both have something of their own by now.
    bob.jit(["comment", &ids[0], "by bob", "--sync"]).ok();
    for end in [["done", &ids[0], "--by", "agent:ada"], ["release", &ids[1], "--by", "agent:ada"]] {
        wait(&ada);
        assert_eq!(asked(&ada, &end), ["fetch", "push"], "{end:?}");
    }
    assert_eq!(hub.holds().len(), 1);
    // What git has packed only git removes.
    ada.git(["pack-refs", "--all"]).ok();
    let third = hub.holds().into_keys().next().unwrap();
    assert_eq!(asked(&ada, &["done", &third, "--by", "agent:ada"]), ["fetch", "push", "update-ref"]);
    sync(&bob);
    // Known by its record only.
    bob.jit(["claim", &ids[1], "agent:bob"]).ok();
    assert_eq!(asked(&ada, &["release", &ids[1]]), ["fetch", "push"]);
    settle(&hub, &[&ada, &bob]);
    assert_eq!(hub.holds().len(), 0);
}

#[test]
fn a_sync_is_one_fetch_and_one_push_if_there_is_anything_to_push() {
    let (hub, [ada, bob], ids) = shared(2);
    assert_eq!(asked(&ada, &["sync"]), ["fetch"]);
    ada.jit(["comment", &ids[0], "by ada"]).ok();
    assert_eq!(asked(&ada, &["sync"]), ["fetch", "push"]);
    assert_eq!(asked(&bob, &["sync"]), ["fetch"], "one to fetch");
    ada.jit(["comment", &ids[0], "by ada too"]).ok();
    bob.jit(["comment", &ids[1], "by bob"]).ok();
    sync(&ada);
    assert_eq!(asked(&bob, &["sync"]), ["fetch", "push"], "one to fetch, one to send");
    ada.jit(["claim", &ids[0], "agent:ada", "--offline"]).ok();
    assert_eq!(asked(&ada, &["sync"]), ["fetch", "push", "push"], "a claim is settled first");
    settle(&hub, &[&ada, &bob]);
    wait(&ada);
    assert_eq!(asked(&ada, &["comment", &ids[0], "at once", "--sync"]), ["fetch", "push"]);
    assert_eq!(asked(&ada, &["comment", &ids[0], "at once too", "--sync"]), ["push"]);
}

#[test]
fn what_is_not_about_sharing_starts_nothing() {
    let (_hub, [ada, bob], ids) = shared(3);
    bob.jit(["claim", &ids[2], "agent:bob"]).ok();
    sync(&ada);
    assert_eq!(asked(&ada, &["comment", &ids[2], "held by its record only"]), [""; 0]);
    for args in [
        &["comment", &ids[0], "a word"][..],
        &["update", &ids[0], "--title", "another"],
        &["create", "one more"],
        &["claim", &ids[0], "agent:ada", "--offline"],
        &["ready"],
        &["show", &ids[0]],
        &["status"],
        &["done", &ids[1]],
    ] {
        assert_eq!(asked(&ada, args), [""; 0], "{args:?}");
    }
}
