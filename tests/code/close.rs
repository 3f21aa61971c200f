//! `close-merged`: what is merged is done.

use serde_json::{Value, json};

use super::{commit, state};
use crate::support::hub::Hub;
use crate::support::{Sandbox, run};

/// A commit of a certain second long from now, so that times tell the order whatever the clock.
fn commit_at(sandbox: &Sandbox, year: u32, message: &str) -> String {
    let mut git = sandbox.program("git", &sandbox.repo());
    git.env("GIT_COMMITTER_DATE", format!("{year}-01-01T00:00:00Z"));
    run(git.args(["commit", "-q", "--allow-empty", "-m", message])).ok();
    sandbox.git(["rev-parse", "HEAD"]).ok().stdout.trim().to_owned()
}

fn results(closed: &Value) -> Vec<(String, String)> {
    let issues = closed["issues"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    issues.map(|issue| (text(&issue["issue_id"]), text(&issue["result"]))).collect()
}

#[test]
fn what_reaches_the_main_branch_is_done_once() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = (sandbox.create("one", []), sandbox.create("two", []));
    sandbox.jit(["claim", &one, "agent:x"]).ok();
    sandbox.git(["switch", "-q", "-c", "side"]).ok();
    let fix = commit_at(&sandbox, 2035, &format!("fix\n\nCloses-Jit: {}", &one[..8]));
    commit_at(&sandbox, 2035, &format!("about\n\nJit-Issue: {two}"));
    let ran = sandbox.jit(["close-merged"]).ok();
    assert!(ran.stdout.is_empty() && ran.stderr.contains("nothing to close"), "{ran:?}");
    sandbox.git(["switch", "-q", "main"]).ok();
    sandbox.git(["merge", "-q", "--no-ff", "-m", "merge", "side"]).ok();
    let planned = sandbox.jit(["close-merged", "--dry-run"]).ok().stdout;
    assert_eq!(planned, format!("Would complete issue: {one} (commit {})\n", &fix[..8]));
    assert_eq!(state(&sandbox, &one), "in_progress");
    // A program closes what another holds: it is merged.
    let closed = sandbox.json(["close-merged", "--by", "ci:main"]);
    assert_eq!(results(&closed), [(one.clone(), "done".to_owned())]);
    assert_eq!((&closed["branch"], &closed["issues"][0]["commit"]), (&json!("main"), &json!(fix)));
    assert_eq!((state(&sandbox, &one), state(&sandbox, &two)), ("done".to_owned(), "ready".to_owned()));
    let events = sandbox.events().len();
    assert_eq!(results(&sandbox.json(["close-merged"])), []);
    assert_eq!(sandbox.events().len(), events, "the second time changes nothing");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn what_was_opened_again_stays_open_until_a_newer_commit() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    let now = chrono_year();
    // Before it was finished by hand; the clocks of commits have only seconds.
    commit_at(&sandbox, now - 1, &format!("old\n\nCloses-Jit: {id}"));
    sandbox.git(["commit", "-q", "--allow-empty", "-m", &format!("fix\n\nCloses-Jit: {id}")]).ok();
    sandbox.jit(["done", &id]).ok();
    sandbox.jit(["update", &id, "--state", "open"]).ok();
    assert_eq!(results(&sandbox.json(["close-merged"])), []);
    assert_eq!(state(&sandbox, &id), "ready");
    commit_at(&sandbox, 2095, &format!("again\n\nCloses-Jit: {id}"));
    assert_eq!(results(&sandbox.json(["close-merged"])).len(), 1);
    assert_eq!(state(&sandbox, &id), "done");
}

#[test]
fn what_was_finished_with_many_others_and_opened_again_stays_open() {
    let sandbox = Sandbox::with_tracker();
    let plan = "- title: One of many\n".repeat(101);
    sandbox.write("plan.yaml", plan);
    let made = sandbox.jit(["create", "--from", "../plan.yaml", "-q"]).ok().stdout;
    let (id, other) = (made.lines().next().expect("many"), made.lines().nth(1).expect("many"));
    // One event tells of all of them, and names none.
    commit(&sandbox, &format!("fix\n\nCloses-Jit: {id}, {other}")).ok();
    let all = ["update", "--filter", "state:open", "-q", "--state"];
    sandbox.jit(all.into_iter().chain(["done"])).ok();
    assert_eq!(sandbox.events().last().expect("one")["issue_id"], Value::Null);
    sandbox.jit(["update", id, "--state", "open"]).ok();
    assert_eq!(results(&sandbox.json(["close-merged"])), []);
    assert_eq!((state(&sandbox, id), state(&sandbox, other)), ("ready".to_owned(), "done".to_owned()));
    let back = ["update", "--filter", "state:done", "-q", "--state", "open"];
    sandbox.jit(back).ok();
    assert_eq!(results(&sandbox.json(["close-merged"])), [], "nor what was opened with many others");
    commit_at(&sandbox, 2095, &format!("again\n\nCloses-Jit: {other}"));
    assert_eq!(results(&sandbox.json(["close-merged"])), [(other.to_owned(), "done".to_owned())]);
}

#[test]
fn what_was_finished_before_the_commit_and_opened_again_after_it_stays_open() {
    let sandbox = Sandbox::with_tracker();
    let reopen = |id: &str| sandbox.jit(["update", id, "--state", "open"]).ok();
    let (by_hand, by_undo) = (sandbox.create("by hand", []), sandbox.create("by undo", []));
    let early = sandbox.create("early", []);
    for id in [&early, &by_hand, &by_undo] {
        sandbox.jit(["done", id]).ok();
    }
    reopen(&early);
    // The clocks of commits have only seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    commit(&sandbox, &format!("fix\n\nCloses-Jit: {early}, {by_hand}, {by_undo}")).ok();
    let newest = sandbox.json(["log", &by_undo, "-n", "1"])["events"][0]["id"].clone();
    sandbox.jit(["undo", newest.as_str().expect("text")]).ok();
    reopen(&by_hand);
    assert_eq!(results(&sandbox.json(["close-merged"])), [(early.clone(), "done".to_owned())]);
    assert_eq!(
        (state(&sandbox, &by_hand), state(&sandbox, &by_undo)),
        ("ready".to_owned(), "ready".to_owned())
    );
}

fn chrono_year() -> u32 {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u32::try_from(1970 + seconds.as_secs() / 31_557_600).expect("it fits")
}

#[test]
fn gates_and_dependencies_hold_and_the_rest_is_closed() {
    let sandbox = Sandbox::with_tracker();
    let gated = sandbox.create("gated", ["--gate", "review"]);
    let (free, base) = (sandbox.create("free", []), sandbox.create("base", []));
    let waits = sandbox.create("waits", ["--dep", &base]);
    let message = format!("all\n\nCloses-Jit: {gated}, {waits}\nCloses-Jit: {free}\nCloses-Jit: ffffffff");
    commit(&sandbox, &message).ok();
    let ran = sandbox.jit(["close-merged", "--json"]).ok();
    let mut found = results(&ran.json());
    found.sort();
    let mut expected = [(&gated, "gated"), (&free, "done"), (&waits, "refused")]
        .map(|(id, result)| (id.clone(), result.to_owned()));
    expected.sort();
    assert_eq!(found, expected);
    assert!(ran.stderr.contains("closes ffffffff: no issue"), "{ran:?}");
    assert!(ran.stderr.contains(&format!("{} is not closed by commit", &waits[..8])), "{ran:?}");
    assert_eq!(state(&sandbox, &gated), "gated");
    let again = sandbox.json(["close-merged"]);
    assert_eq!(results(&again), [(waits.clone(), "refused".to_owned())], "only that one is tried again");
    sandbox.jit(["done", &base]).ok();
    sandbox.jit(["close-merged"]).ok();
    sandbox.jit(["gate", "pass", &gated, "review"]).ok();
    assert_eq!((state(&sandbox, &waits), state(&sandbox, &gated)), ("done".to_owned(), "done".to_owned()));
}

#[test]
fn the_branch_is_the_one_that_is_named_or_the_remotes_main_one() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.git(["branch", "-q", "-m", "trunk"]).ok();
    sandbox.jit(["close-merged"]).fails(4, "which branch is the main one");
    sandbox.jit(["close-merged", "--branch", "gone"]).fails(4, "there is no branch \"gone\"");
    commit_at(&sandbox, 2035, &format!("fix\n\nCloses-Jit: {id}"));
    sandbox.git(["switch", "-q", "--detach"]).ok();
    for branch in ["trunk", "refs/heads/trunk", "HEAD"] {
        assert_eq!(results(&sandbox.json(["close-merged", "-n", "--branch", branch])).len(), 1, "{branch}");
    }
    let (_hub, [one]) = Hub::with_tracker();
    let id = one.create("one", []);
    one.git(["switch", "-q", "-c", "topic"]).ok();
    commit_at(&one, 2035, &format!("fix\n\nCloses-Jit: {id}"));
    one.git(["push", "-q", "origin", "topic:main"]).ok();
    one.git(["branch", "-q", "-D", "main"]).ok();
    let closed = one.json(["close-merged", "--sync"]);
    assert_eq!((&closed["branch"], closed["count"].as_u64()), (&json!("main"), Some(1)));
}

#[test]
fn a_shallow_clone_closes_what_it_knows_and_says_so() {
    let (hub, [one]) = Hub::with_tracker();
    let (old, new) = (one.create("old", []), one.create("new", []));
    one.jit(["claim", &new, "agent:x"]).ok();
    one.jit(["sync"]).ok();
    commit_at(&one, 2035, &format!("old\n\nCloses-Jit: {old}"));
    commit_at(&one, 2036, &format!("new\n\nCloses-Jit: {new}"));
    one.git(["push", "-q", "origin", "main"]).ok();
    let ci = one.fellow("ci");
    std::fs::create_dir(ci.repo()).expect("a folder");
    ci.git(["init", "-q"]).ok();
    ci.git(["remote", "add", "origin", &format!("file://{}", hub.path())]).ok();
    ci.git(["fetch", "-q", "--depth", "1", "origin", "+refs/heads/main:refs/remotes/origin/main"]).ok();
    ci.git(["checkout", "-q", "--detach", "origin/main"]).ok();
    ci.jit(["sync"]).ok();
    let ran = ci.jit(["close-merged", "--sync", "--by", "ci:main", "--json"]).ok();
    assert_eq!(results(&ran.json()), [(new.clone(), "done".to_owned())]);
    assert!(ran.stderr.contains("this clone is shallow"), "{ran:?}");
    assert_eq!(hub.holds().len(), 0, "the claim is over at the remote as well");
    one.jit(["sync"]).ok();
    assert_eq!((state(&one, &new), state(&one, &old)), ("done".to_owned(), "ready".to_owned()));
}
