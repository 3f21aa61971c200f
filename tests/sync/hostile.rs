//! Remotes that hold what no sound remote holds: nothing of it comes in, nothing here breaks.

use super::{issue, rev_parse, settle, sync, tip};
use crate::bad_input::{path_of, plant};
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// Insists that a clone refuses the remote as it is, with a status and words for it, and
/// that neither side changes, but for what the clone knows of the remote.
#[track_caller]
fn refused(hub: &Hub, clone: &Sandbox, code: i32, message: &str) {
    let refs = || {
        let here = clone.git(["for-each-ref", "--exclude=refs/jit-remotes"]).ok().stdout;
        (here, hub.git(["for-each-ref"]))
    };
    let before = refs();
    let all = [&["sync"][..], &["sync", "--pull"], &["sync", "--dry-run"], &["sync", "--push"]];
    // Without a tracker there is nothing to push.
    let has_tracker = clone.git(["rev-parse", "-q", "--verify", "refs/jit/main"]).code == 0;
    for args in &all[..if has_tracker { 4 } else { 3 }] {
        let ran = clone.jit(*args);
        assert!(ran.code == code && ran.stderr.contains(message), "{args:?}: {ran:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
    }
    assert_eq!(refs(), before);
}

/// Puts a commit with this tree on top of what the remote has.
fn commit_tree(hub: &Hub, tree: &str) {
    let commit = hub.git(["commit-tree", tree, "-p", "refs/jit/main", "-m", "strange"]);
    hub.git(["update-ref", "refs/jit/main", &commit]);
}

#[test]
fn a_newer_format_is_neither_merged_nor_written_to() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    plant(hub.admin(), "config.toml", "format = 2\n");
    refused(&hub, &ada, 4, "format");
    refused(&hub, &bob, 4, "format");
    let cyd = hub.clone_as("cyd", &hub.path());
    refused(&hub, &cyd, 4, "format");
    cyd.git(["rev-parse", "-q", "--verify", "refs/jit/main"]).exits(1);
    let there = hub.git(["for-each-ref"]);
    assert_ne!(ada.jit(["claim", &id, "agent:ada"]).code, 0);
    assert_eq!(hub.git(["for-each-ref"]), there, "no claim either");
    assert_eq!(issue(&ada, &id)["state"], "ready", "what is here goes on");
}

#[test]
fn a_tree_that_is_no_tracker_is_refused() {
    let (hub, [ada]) = Hub::with_tracker();
    let id = ada.create("One", []);
    let tree = hub.git(["rev-parse", "main^{tree}"]);
    commit_tree(&hub, &tree);
    refused(&hub, &ada, 4, "tracker");
    let bob = hub.clone_as("bob", &hub.path());
    refused(&hub, &bob, 4, "tracker");
    bob.git(["rev-parse", "-q", "--verify", "refs/jit/main"]).exits(1);
    assert_eq!(issue(&ada, &id)["title"], "One");
}

#[test]
fn a_reference_that_is_no_commit_is_refused() {
    let (hub, [ada]) = Hub::with_tracker();
    let before = tip(&ada);
    let blob = hub.git(["rev-parse", "main:README"]);
    hub.git(["update-ref", "refs/jit/main", &blob]);
    let ran = ada.jit(["sync"]);
    assert!([4, 10].contains(&ran.code) && ran.stderr.starts_with("error: "), "{ran:?}");
    assert_eq!((tip(&ada), hub.git(["rev-parse", "refs/jit/main"])), (before, blob));
    ada.create("One", []);
}

#[test]
fn a_config_that_cannot_be_read_is_refused() {
    let (hub, [ada]) = Hub::with_tracker();
    for config in ["format = ", "format = 'one'\n", "", "\u{0}\u{1}"] {
        plant(hub.admin(), "config.toml", config);
        refused(&hub, &ada, 4, "config.toml");
    }
    plant(hub.admin(), "config.toml", "format = 1\n");
    ada.create("One", []);
    sync(&ada);
}

#[test]
fn an_issue_that_the_remote_spoiled_stays_readable_here_and_the_rest_is_merged() {
    let spoiled = ["not: [yaml", "", "\u{0}", "<<<<<<< ours\ntitle: x\n=======\n>>>>>>> theirs\n", "id: 7\n"];
    let (hub, [ada, bob]) = Hub::with_tracker();
    let bad: Vec<String> = spoiled.iter().map(|text| ada.create(&format!("Bad {text:?}"), [])).collect();
    let good = ada.create("Good", []);
    settle(&hub, &[&ada, &bob]);
    for (id, text) in bad.iter().zip(spoiled) {
        plant(hub.admin(), &path_of(id), text);
    }
    bob.jit(["comment", &good, "hello"]).ok();
    sync(&bob);
    settle(&hub, &[&ada, &bob]);
    for clone in [&ada, &bob] {
        assert_eq!(issue(clone, &good)["comments"][0]["body"], "hello");
        for (id, text) in bad.iter().zip(spoiled) {
            assert_eq!(issue(clone, id)["title"], format!("Bad {text:?}").as_str());
        }
    }
    for id in &bad {
        assert!(hub.git(["show", &format!("refs/jit/main:{}", path_of(id))]).contains("Bad"), "it is mended");
    }
}

#[test]
fn an_issue_under_another_ones_name_or_a_strange_name_never_becomes_a_file_or_an_issue() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    let text = hub.git(["show", &format!("refs/jit/main:{}", path_of(&id))]);
    for path in [
        "issues/zz/../x",
        "issues/00/.yaml",
        "issues/00/README",
        "gates/.git.yaml",
        "issues/x.yaml",
        "strange",
    ] {
        if !path.contains("..") {
            plant(hub.admin(), path, &text);
        }
    }
    let outside = || {
        crate::repositories::snapshot(&ada.repo())
            .into_keys()
            .filter(|path| !path.starts_with(ada.repo().join(".git")))
    };
    let before: Vec<_> = outside().collect();
    ada.jit(["comment", &id, "hello"]).ok();
    sync(&ada);
    assert_eq!(outside().collect::<Vec<_>>(), before);
    assert_eq!(ada.json(["list"])["count"], 1);
    assert_eq!(issue(&ada, &id)["comments"][0]["body"], "hello");
}

#[test]
fn claim_refs_that_say_nothing_sound_do_no_harm() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("One", []);
    settle(&hub, &[&ada, &bob]);
    let main = hub.git(["rev-parse", "main"]);
    let blob = hub.git(["rev-parse", "main:README"]);
    // Not an issue, not a record, not even a commit.
    hub.git(["update-ref", "refs/jit/claims/not-an-id", &main]);
    hub.git(["update-ref", "refs/jit/claims/00000000-0000-4000-8000-000000000000", &main]);
    hub.git(["update-ref", &format!("refs/jit/claims/{id}"), &blob]);
    ada.jit(["comment", &id, "hello"]).ok();
    sync(&ada);
    sync(&bob);
    assert_eq!(issue(&bob, &id)["comments"][0]["body"], "hello");
    // It is held, by nobody knows whom.
    assert_ne!(bob.jit(["claim", &id, "agent:bob"]).code, 0);
    hub.git(["update-ref", "-d", &format!("refs/jit/claims/{id}")]);
    bob.jit(["claim", &id, "agent:bob"]).ok();
}

#[test]
fn a_remote_that_looks_like_an_option_or_a_program_is_refused_and_nothing_runs() {
    let (hub, [ada]) = Hub::with_tracker();
    let mark = ada.path("mark");
    let mark = mark.to_str().unwrap();
    let addresses = [
        format!("--upload-pack=touch {mark}"),
        format!("--receive-pack=touch {mark}"),
        format!("-oProxyCommand=touch {mark}"),
        format!("-u touch {mark}"),
        format!("ext::sh -c touch% {mark}"),
        "fd::17".to_owned(),
        format!("ssh://-oProxyCommand=touch%20{mark}/x"),
        format!("-oProxyCommand=touch\t{mark}:x"),
        format!("file://{}; touch {mark}", hub.path()),
        format!("`touch {mark}`"),
        format!("$(touch {mark})"),
    ];
    // Even where git itself was told to allow them.
    ada.git(["config", "protocol.allow", "always"]).ok();
    ada.git(["config", "protocol.ext.allow", "always"]).ok();
    // Here they would run.
    let ran = ada.git(["ls-remote", &addresses[4]]);
    assert!(std::fs::remove_file(mark).is_ok(), "{ran:?}");
    let refused = |address: &str, args: &[&str]| {
        let ran = ada.jit(args);
        assert!([2, 3, 4, 10].contains(&ran.code), "{args:?}: {ran:?}");
        assert!(!std::path::Path::new(mark).exists(), "{address} was run: {ran:?}");
    };
    for address in &addresses {
        refused(address, &["sync", "--timeout", "5", "--", address]);
        refused(address, &["sync", "--timeout", "5", &format!("--remote={address}")]);
        let config = format!("[remote \"bad\"]\n\turl = \"{address}\"\n");
        let whole = std::fs::read_to_string(ada.repo().join(".git/config")).unwrap();
        std::fs::write(ada.repo().join(".git/config"), format!("{whole}{config}")).unwrap();
        refused(address, &["sync", "--timeout", "5", "bad"]);
        std::fs::write(ada.repo().join(".git/config"), whole).unwrap();
    }
    sync(&ada);
}

#[test]
fn a_remote_whose_name_is_an_option_is_refused_too() {
    let (hub, [ada]) = Hub::with_tracker();
    let mark = ada.path("mark");
    let name = format!("--upload-pack=touch {}", mark.display());
    let config = format!("[remote \"{name}\"]\n\turl = {}\n", hub.path());
    let whole = std::fs::read_to_string(ada.repo().join(".git/config")).unwrap();
    std::fs::write(ada.repo().join(".git/config"), format!("{whole}{config}")).unwrap();
    for args in [&["sync", "--", &name][..], &["sync", &format!("--remote={name}")]] {
        let ran = ada.jit(args);
        assert!([2, 3, 4].contains(&ran.code), "{ran:?}");
        assert!(!mark.exists());
    }
    // Nor is it chosen by itself.
    ada.git(["remote", "remove", "origin"]).ok();
    let ran = ada.jit(["sync"]);
    assert!(!mark.exists() && ran.code != 0, "{ran:?}");
    assert_eq!(rev_parse(&ada, "refs/jit/main"), tip(&ada));
}

/// Insists that nothing printed could steer a terminal.
#[track_caller]
fn harmless(ran: &crate::support::Ran) {
    let steers = |c: &char| {
        (c.is_control() && *c != '\n') || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found: Vec<char> = ran.stdout.chars().chain(ran.stderr.chars()).filter(steers).collect();
    assert!(found.is_empty(), "{found:?} in {ran:?}");
}

#[test]
fn text_from_a_remote_never_steers_the_terminal() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let [mine, other] = ["Mine", "Other"].map(|title| ada.create(title, []));
    settle(&hub, &[&ada, &bob]);
    let evil = "\\e]0;owned\\a\\e[31m\\u202Eevil\\x9b1m";
    for id in [&mine, &other] {
        let text = hub.git(["show", &format!("refs/jit/main:{}", path_of(id))]);
        let text: Vec<_> = text
            .lines()
            .map(|line| {
                if line.starts_with("title: ") { format!("title: \"{evil} {id}\"") } else { line.to_owned() }
            })
            .collect();
        plant(hub.admin(), &path_of(id), text.join("\n") + "\n");
    }
    bob.jit(["update", &mine, "--title", "By Bob"]).ok();
    let ran = bob.jit(["sync"]).ok();
    harmless(&ran);
    assert!(ran.stdout.contains("evil") || ran.stderr.contains("evil"), "it is shown all the same: {ran:?}");
    harmless(&bob.jit(["show", &mine]).ok());
    harmless(&bob.jit(["conflict", "list"]));
    hub.hook("pre-receive", "#!/bin/sh\nprintf '\\033]0;owned\\007\\033[31mno\\n' >&2\nexit 1\n");
    bob.jit(["comment", &other, "hello"]).ok();
    harmless(&bob.jit(["sync"]).exits(10));
}
