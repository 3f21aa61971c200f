//! CI and other clones that have little: no history, no other branch, no identity, no right
//! to write, and in the end no remote.

use std::fs;

use super::{count, issue, rev_parse, settle, sync, tip};
use crate::bad_input::disk::in_own_mounts;
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// A clone as CI services make it, by somebody without a name.
fn checkout(hub: &Hub, options: &[&str]) -> Sandbox {
    let ci = hub.admin().fellow("ci");
    ci.write("home-ci/.gitconfig", "[jit]\n\tdurability = fast\n[gc]\n\tauto = 0\n");
    let url = format!("file://{}", hub.path());
    ci.git_in(&ci.path(""), [&["clone", "-q"], options, &[&url, "ci"]].concat()).ok();
    ci
}

/// A hub whose tracker has some history and an issue that waits for a gate.
fn with_gate() -> (Hub, Sandbox, String) {
    let (hub, [ada]) = Hub::with_tracker();
    ada.jit(["gate", "define", "unit-tests"]).ok();
    let id = ada.create("One", ["--gate", "unit-tests"]);
    for n in 0..5 {
        ada.jit(["comment", &id, &format!("{n}")]).ok();
    }
    ada.jit(["claim", &id, "agent:ada"]).ok();
    ada.jit(["done", &id, "--by", "agent:ada"]).exits(4);
    ada.create("Two", []);
    sync(&ada);
    // The branch has a history that CI does not bring either.
    for subject in ["second", "third"] {
        ada.git(["commit", "-q", "--allow-empty", "-m", subject]).ok();
    }
    ada.git(["push", "-q", "origin", "main"]).ok();
    (hub, ada, id)
}

#[test]
fn a_ci_checkout_gets_the_tracker_reads_it_and_reports_a_gate() {
    let (hub, ada, id) = with_gate();
    let ci = checkout(&hub, &["--depth", "1", "--single-branch"]);
    let none = ci.jit(["ready"]).exits(3);
    assert!(none.stderr.contains("jit sync"), "{none:?}");
    ci.jit(["sync", "--pull", "--depth", "1"]).ok();
    let depth = |name: &str| ci.git(["rev-list", "--count", name]).ok().stdout.trim().to_owned();
    assert_eq!((depth("refs/jit/main"), depth("HEAD")), ("1".into(), "1".into()), "no history came along");
    assert_eq!(ci.git(["status", "--porcelain", "--branch"]).ok().stdout.trim(), "## main...origin/main");
    assert_eq!(tip(&ci), tip(&ada));

    // Somebody else works on meanwhile.
    ada.jit(["comment", &id, "meanwhile"]).ok();
    sync(&ada);
    ci.jit(["gate", "pass", &id, "unit-tests", "--by", "ci:github", "--sync"]).ok();
    assert_eq!(depth("HEAD"), "1");
    let events = hub.events();
    assert_eq!((count(&events, "gate_passed", &id), count(&events, "issue_completed", &id)), (1, 1));
    sync(&ada);
    let one = issue(&ada, &id);
    assert_eq!(
        (&one["gates_status"]["unit-tests"]["by"], &one["state"]),
        (&"ci:github".into(), &"done".into())
    );
    assert_eq!(one["comments"].as_array().unwrap().len(), 6);
    hub.git(["fsck", "--strict", "--no-dangling", "--no-progress"]);
    let whole = ada.git(["rev-list", "--count", "refs/jit/main"]).ok().stdout;
    assert!(whole.trim().parse::<u32>().unwrap() > 10, "nobody's history was cut: {whole}");
}

#[test]
fn a_narrow_clone_reads_without_a_remote_and_without_the_right_to_write() {
    let (hub, _, id) = with_gate();
    let ci = checkout(&hub, &["--depth", "1", "--single-branch"]);
    ci.jit(["sync", "--pull", "--depth", "1"]).ok();
    fs::rename(hub.dir(), ci.path("away.git")).unwrap();
    let script = format!(
        "mount --bind ci ci; mount -o remount,bind,ro ci; cd ci; ! touch .git/x 2> ../err\n\
         jit query ready --json > ../ready.json\njit issue show {id} --json > ../issue.json\n\
         jit issue show {id} > ../shown\njit status > ../status\njit list -q > ../list\n"
    );
    let Some(ran) = in_own_mounts(&ci, &script) else { return };
    let ran = ran.ok();
    assert_eq!(ran.stderr, "", "nothing is complained about");
    let read = |name: &str| fs::read_to_string(ci.path(name)).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&read("ready.json")).unwrap();
    assert_eq!((&ready["count"], &ready["issues"][0]["title"]), (&1.into(), &"Two".into()));
    let shown: serde_json::Value = serde_json::from_str(&read("issue.json")).unwrap();
    assert_eq!((&shown["state"], shown["comments"].as_array().unwrap().len()), (&"gated".into(), 5));
    assert!(read("shown").starts_with("One\n"));
    assert_eq!(read("list").lines().count(), 2);
}

#[test]
fn a_narrow_clone_is_brought_up_to_date_again_and_again() {
    let (hub, ada, id) = with_gate();
    let ci = checkout(&hub, &["--depth", "1", "--single-branch"]);
    for n in 0..3 {
        ci.jit(["sync", "--pull", "--depth", "1"]).ok();
        assert_eq!(tip(&ci), tip(&ada));
        ada.jit(["comment", &id, &format!("more {n}")]).ok();
        sync(&ada);
        ci.jit(["comment", &id, &format!("from ci {n}"), "--by", "ci:github"]).ok();
        ci.jit(["sync"]).ok();
        sync(&ada);
        assert_eq!(rev_parse(&ci, "refs/jit/main^{tree}"), rev_parse(&ada, "refs/jit/main^{tree}"));
    }
    assert_eq!(issue(&ada, &id)["comments"].as_array().unwrap().len(), 5 + 6);
    ci.jit(["validate"]).ok();
}

#[test]
fn a_claim_from_a_narrow_clone_counts_as_any_other() {
    let (hub, ada, _) = with_gate();
    let ci = checkout(&hub, &["--depth", "1", "--single-branch"]);
    ci.jit(["sync", "--pull", "--depth", "1"]).ok();
    let got = ci.jit(["claim-next", "ci:worker"]).ok().stdout.trim().to_owned();
    assert!(hub.holds()[&got].contains("ci:worker"));
    ada.jit(["claim", &got, "agent:ada"]).exits(5);
    ci.jit(["done", &got, "--by", "ci:worker"]).ok();
    ci.jit(["sync"]).ok();
    sync(&ada);
    assert_eq!(issue(&ada, &got)["state"], "done");
}

#[test]
fn clones_without_blobs_or_without_a_working_tree_sync_too() {
    let (hub, ada, id) = with_gate();
    hub.git(["config", "uploadpack.allowFilter", "true"]);
    hub.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let all: [(&str, &[&str]); 4] = [
        ("blobless", &["--filter=blob:none"]),
        ("treeless", &["--filter=tree:0"]),
        ("bare", &["--bare"]),
        ("mirror", &["--mirror"]),
    ];
    for (kind, options) in all {
        let ci = checkout(&hub, options);
        if kind != "mirror" {
            ci.jit(["sync"]).ok();
        }
        assert_eq!(issue(&ci, &id)["title"], "One", "{kind}");
        ci.jit(["comment", &id, kind]).ok();
        ada.jit(["comment", &id, "meanwhile"]).ok();
        sync(&ada);
        ci.jit(["sync"]).ok();
        settle(&hub, &[&ada]);
        let comments = issue(&ada, &id)["comments"].to_string();
        assert!(comments.contains(kind), "{kind}: {comments}");
        fs::remove_dir_all(ci.repo()).unwrap();
        fs::remove_dir_all(ci.path("home-ci")).unwrap();
    }
}
