//! What an operation costs at most: the git processes that it starts, in order. Everything
//! else is done in the process itself.

use std::ffi::OsString;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::claims::shared;
use super::{settle, sync};
use crate::support::hub::executable;
use crate::support::{Sandbox, run};

/// Runs jit with a `git` in front of the real one that notes what it is asked for; that.
#[track_caller]
fn asked(clone: &Sandbox, args: &[&str]) -> Vec<String> {
    let path = std::env::var_os("PATH").expect("PATH is set");
    let real = std::env::split_paths(&path).map(|dir| dir.join("git")).find(|git| git.is_file());
    // Clones share the folder that they are in.
    let name = clone.repo().file_name().expect("it has a name").to_string_lossy().into_owned();
    let (bin, log) = (clone.path(&format!("counting-{name}")), clone.path(&format!("counted-{name}")));
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

/// What was asked of a remote is good for so long.
const FRESH: Duration = Duration::from_secs(2);

/// Lets a clone forget that it has asked the remote a moment ago.
fn wait(clone: &Sandbox) {
    fs::remove_dir_all(clone.repo().join(".git/jit/fetched")).expect("it has asked before");
}

#[test]
fn a_claim_is_one_push_between_two_fetches_and_its_end_one_fetch_and_one_push() {
    let (hub, [ada, bob], ids) = shared(4);
    wait(&ada);
    let before = Instant::now();
    assert_eq!(asked(&ada, &["claim", &ids[0], "agent:ada"]), ["fetch", "push", "fetch"]);
    for claim in [&["claim", &ids[1], "agent:ada", "--ttl", "1h"][..], &["claim-next", "agent:ada"]] {
        let mut asked = asked(&ada, claim);
        if before.elapsed() > FRESH && asked.len() == 3 {
            assert_eq!(asked.remove(0), "fetch", "{claim:?} was too slow to rely on what was asked before");
        }
        assert_eq!(asked, ["push", "fetch"], "{claim:?}");
    }
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

#[test]
fn a_claim_brings_no_claims_of_others() {
    let (hub, [ada], ids) = shared(2);
    // As if somebody else claimed another issue just after.
    let other = format!(
        "#!/bin/sh\ngit update-ref 'refs/jit/claims/{}' \"$(git rev-parse 'refs/jit/claims/{}')\"\n",
        ids[1], ids[0]
    );
    hub.hook("post-receive", &other);
    ada.jit(["claim", &ids[0], "agent:ada"]).ok();
    assert_eq!(hub.holds().len(), 2);
    let known =
        || ada.git(["for-each-ref", "--format=%(refname:lstrip=4)", "refs/jit-remotes/origin/claims"]);
    assert_eq!(known().ok().stdout.trim(), ids[0]);
    sync(&ada);
    assert_eq!(known().ok().stdout.lines().count(), 2);
}

#[test]
fn clones_that_publish_at_once_to_a_directory_take_turns() {
    let (hub, clones, ids) = shared::<3>(3);
    clones.iter().for_each(wait);
    thread::scope(|scope| {
        for (clone, id) in clones.iter().zip(&ids) {
            let comment = move || asked(clone, &["comment", id, "a word", "--sync"]);
            scope.spawn(move || assert_eq!(comment(), ["fetch", "push"], "nobody loses"));
        }
    });
    assert_eq!(hub.events().iter().filter(|event| event["type"] == "comment_added").count(), 3);
}
