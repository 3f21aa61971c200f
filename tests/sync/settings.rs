//! Whatever the user has set for git: work that is not published survives, and only the
//! tracker is exchanged.

use super::{issue, settle, sync};
use crate::support::hub::Hub;

/// Settings of git that change what fetch and push do. Those of one line are given together,
/// since they do not hide each other.
const SETTINGS: [&[&str]; 13] = [
    &["remote.origin.fetch=+refs/*:refs/*"],
    &["remote.origin.fetch=+refs/jit/*:refs/jit/*", "fetch.prune=true", "remote.origin.prune=true"],
    &["remote.origin.fetch=^refs/jit/*", "fetch.showForcedUpdates=false"],
    &["remote.origin.mirror=true"],
    &["remote.origin.push=+refs/heads/*:refs/heads/*", "push.followTags=true", "push.autoSetupRemote=true"],
    &["remote.origin.push=+refs/jit/*:refs/jit/*", "push.gpgSign=true", "fetch.pruneTags=true"],
    &["remote.origin.tagOpt=--tags", "push.default=nothing", "fetch.output=compact", "protocol.version=0"],
    &["remote.origin.tagOpt=--no-tags", "push.default=matching", "fetch.all=true", "protocol.version=1"],
    &["remote.pushDefault=nowhere", "branch.main.remote=nowhere", "branch.main.pushRemote=nowhere"],
    &[
        "push.gpgSign=if-asked",
        "push.negotiate=true",
        "push.useForceIfIncludes=true",
        "push.recurseSubmodules=check",
    ],
    &["fetch.recurseSubmodules=true", "submodule.recurse=true", "fetch.negotiationAlgorithm=noop"],
    &[
        "fetch.writeCommitGraph=true",
        "fetch.unpackLimit=1",
        "transfer.fsckObjects=true",
        "commit.gpgSign=true",
    ],
    &["color.ui=always", "core.logAllRefUpdates=always", "credential.helper=!false", "merge.ff=only"],
];

#[test]
fn no_setting_of_git_loses_work_or_takes_anything_along() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    bob.git(["tag", "-a", "-m", "mine", "bobs-tag"]).ok();
    bob.git(["branch", "bobs-branch"]).ok();
    hub.git(["tag", "hubs-tag", "main"]);
    let of_the_hub = hub.git(["for-each-ref", "refs/heads", "refs/tags"]);
    let of_bob = || bob.git(["for-each-ref", "refs/heads", "refs/tags", "refs/remotes"]).ok().stdout;
    let before = of_bob();
    let mut rounds = 0;
    for settings in SETTINGS {
        let config = std::fs::read(bob.repo().join(".git/config")).unwrap();
        for setting in settings {
            let (key, value) = setting.split_once('=').unwrap();
            bob.git(["config", "--add", key, value]).ok();
        }
        // Both have something new, so that there is something to fetch, merge and push.
        ada.jit(["comment", &id, "by ada"]).ok();
        sync(&ada);
        bob.jit(["comment", &id, "by bob"]).ok();
        let ran = bob.jit(["sync", "--json"]);
        assert_eq!(ran.code, 0, "{settings:?}: {ran:?}");
        bob.jit(["claim", &id, "agent:bob"]).ok();
        bob.jit(["release", &id, "--by", "agent:bob"]).ok();
        sync(&ada);
        rounds += 1;
        let comments = issue(&ada, &id)["comments"].as_array().unwrap().len();
        assert_eq!(comments, 2 * rounds, "{settings:?}");
        assert_eq!(hub.holds().len(), 0, "{settings:?}");
        assert_eq!(hub.git(["for-each-ref", "refs/heads", "refs/tags"]), of_the_hub, "{settings:?}");
        assert_eq!(of_bob(), before, "{settings:?}");
        std::fs::write(bob.repo().join(".git/config"), config).unwrap();
    }
    settle(&hub, &[&ada, &bob]);
}

#[test]
fn addresses_are_rewritten_as_git_does_it() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    sync(&ada);
    let bob = hub.clone_as("bob", &hub.path());
    bob.git(["remote", "set-url", "origin", "hub:hub.git"]).ok();
    let parent = hub.dir().parent().unwrap().to_str().unwrap().to_owned();
    bob.git(["config", &format!("url.{parent}/.insteadOf"), "hub:"]).ok();
    sync(&bob);
    bob.jit(["comment", &id, "hello"]).ok();
    sync(&bob);
    sync(&ada);
    assert_eq!(issue(&ada, &id)["comments"][0]["body"], "hello");
}

#[test]
fn a_branch_may_be_the_tracker() {
    let hub = Hub::new();
    let [ada, bob] = hub.clones();
    for clone in [&ada, &bob] {
        clone.git(["config", "jit.ref", "refs/heads/jit/main"]).ok();
    }
    ada.jit(["init"]).ok();
    let id = ada.create("One", []);
    sync(&ada);
    assert_eq!(hub.git(["rev-parse", "refs/heads/jit/main"]), super::rev_parse(&ada, "refs/heads/jit/main"));
    sync(&bob);
    bob.jit(["comment", &id, "hello"]).ok();
    bob.jit(["claim", &id, "agent:bob"]).ok();
    sync(&bob);
    sync(&ada);
    assert_eq!(issue(&ada, &id)["comments"][0]["body"], "hello");
    assert_eq!(issue(&ada, &id)["claim"]["by"], "agent:bob");
}
