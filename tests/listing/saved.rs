//! Filters that a project gave names to.

use super::sample;
use crate::support::hub::Hub;

#[test]
fn a_saved_filter_is_taken_wherever_a_filter_is() {
    let (sandbox, [first, second, third]) = sample();
    sandbox.jit(["config", "set", "filter.labelled", "label:l"]).ok();
    sandbox.jit(["config", "set", "filter.waiting", "-@labelled state:backlog"]).ok();
    let commands: [(&[&str], &str); 10] = [
        (&["list", "@labelled"], &first),
        (&["list", "--filter", "@waiting"], &third),
        (&["list", "--filter", "-@labelled -@waiting"], &second),
        (&["ready", "--filter", "@labelled"], &first),
        (&["blocked", "--filter", "@waiting"], &third),
        (&["search", "be", "--filter", "@labelled"], &first),
        (&["graph", "roots", "--filter", "-@labelled"], &second),
        (&["graph", "critical-path", "--filter", "@waiting"], &third),
        (&["update", "--filter", "@waiting", "--type", "bug"], &third),
        (&["claim-next", "agent:x", "--filter", "@labelled"], &first),
    ];
    for (command, expected) in commands {
        let ran = sandbox.jit([command, &["-q"]].concat()).ok();
        assert_eq!(ran.stdout.trim(), expected, "{command:?}");
    }
    let exported = sandbox.jit(["export", "--to", "jsonl", "@waiting"]).ok().stdout;
    assert_eq!(exported.lines().filter(|line| line.contains("gamma")).count(), 1, "{exported}");
    assert!(!exported.contains("Alpha"), "{exported}");
}

#[test]
fn me_is_whoever_acts() {
    let (sandbox, [_, second, _]) = sample();
    assert_eq!(sandbox.jit(["config", "set", "filter.mine", "assignee:me", "-q"]).ok().stdout, "");
    for filter in ["@mine", "assignee:me", "assignee:me|agent:x"] {
        let found = sandbox.jit(["list", filter, "-q", "--by", "human:grace"]).ok().stdout;
        assert_eq!(found.trim(), second, "{filter}");
        assert_eq!(sandbox.jit(["list", filter, "-q"]).ok().stdout, "", "{filter}: Ada has none");
    }
    let mut command = sandbox.jit_command(["list", "-q", "--assignee", "me"]);
    let found = command.env("JIT_AGENT", "human:grace").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), second);
}

#[test]
fn names_that_stand_for_nothing_or_themselves_are_refused() {
    let (sandbox, [first, ..]) = sample();
    for args in [&["list", "@gone"][..], &["ready", "--filter", "-@gone"], &["list", "@"], &["list", "@../x"]]
    {
        let refused = sandbox.jit(args).fails(2, "no saved filter @");
        assert!(refused.stderr.contains("jit config list"), "{refused:?}");
    }
    let refused = sandbox.jit(["update", "--filter", "@gone", "--type", "x", "--json"]).exits(2);
    assert_eq!(refused.json()["error"]["code"], "filter_not_found");
    assert_eq!(sandbox.json(["show", &first])["type"], "task");
    sandbox.jit(["config", "set", "filter.a", "@a"]).fails(2, "@a refers to itself: @a -> @a");
    sandbox.jit(["config", "set", "filter.a", "@b"]).fails(2, "no saved filter @b");
    sandbox.jit(["config", "set", "filter.a", "colour:red"]).fails(4, "filter.a");
    sandbox.jit(["config", "set", "filter.A", "state:ready"]).fails(4, "cannot be the name");
    sandbox.jit(["config", "get", "filter.a"]).fails(3, "no setting \"filter.a\"");
    sandbox.jit(["config", "unset", "filter.a"]).fails(3, "no setting \"filter.a\"");
}

#[test]
fn a_circle_that_two_clones_closed_is_refused_when_it_is_used() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    ada.jit(["config", "set", "filter.a", "state:ready"]).ok();
    ada.jit(["config", "set", "filter.b", "state:open"]).ok();
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    ada.jit(["config", "set", "filter.a", "@b"]).ok();
    bob.jit(["config", "set", "filter.b", "@a"]).ok();
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    let refused = bob.jit(["list", "@a", "--json"]).exits(2);
    assert_eq!(refused.json()["error"]["code"], "filter_cycle");
    assert_eq!(refused.json()["error"]["details"]["path"], serde_json::json!(["a", "b", "a"]));
    bob.jit(["list"]).ok();
    bob.jit(["config", "set", "filter.b", "state:open"]).ok();
    bob.jit(["list", "@a"]).ok();
}

#[test]
fn clones_that_saved_different_filters_have_both_and_a_clash_is_kept() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    ada.jit(["config", "set", "filter.one", "label:x"]).ok();
    ada.jit(["config", "set", "filter.both", "label:ada"]).ok();
    bob.jit(["config", "set", "filter.two", "label:y"]).ok();
    bob.jit(["config", "set", "filter.both", "label:bob"]).ok();
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    let get = |name: &str| bob.jit(["config", "get", &format!("filter.{name}")]).ok().stdout;
    assert_eq!([get("one"), get("two"), get("both")], ["label:x\n", "label:y\n", "label:ada\n"]);
    let conflicts = bob.json(["conflict", "list"]);
    assert_eq!(conflicts["conflicts"][0]["field"], "filter.both");
    bob.jit(["conflict", "resolve", "config", "--take", "local"]).ok();
    assert_eq!(get("both"), "label:bob\n");
    bob.jit(["config", "unset", "filter.two"]).ok();
    bob.jit(["sync"]).ok();
    ada.jit(["sync"]).ok();
    ada.jit(["config", "get", "filter.two"]).exits(3);
}

#[test]
fn settings_list_the_saved_filters_and_forget_them() {
    let (sandbox, _) = sample();
    sandbox.jit(["config", "set", "filter.mine", "assignee:me"]).ok();
    assert!(sandbox.jit(["config", "list"]).ok().stdout.contains("\nfilter.mine   assignee:me\n"));
    let json = sandbox.json(["config", "list"]);
    let listed = json["settings"].as_array().unwrap();
    let mine = listed.iter().find(|setting| setting["key"] == "filter.mine").unwrap();
    assert_eq!((&mine["value"], &mine["default"]), (&"assignee:me".into(), &"".into()));
    sandbox.jit(["config", "set", "filter.todo", "@mine state:open"]).ok();
    sandbox.jit(["config", "unset", "filter.mine"]).fails(4, "@todo stands for it");
    sandbox.jit(["config", "unset", "filter.todo"]).ok();
    sandbox.jit(["config", "unset", "filter.mine"]).ok();
    sandbox.jit(["list", "@mine"]).exits(2);
    let stored = sandbox.git(["show", "refs/jit/main:config.toml"]).ok().stdout;
    assert_eq!(stored, "format = 1\n");
}

#[test]
fn the_past_is_looked_at_with_the_filters_of_today() {
    let (sandbox, [first, ..]) = sample();
    sandbox.jit(["config", "set", "filter.labelled", "label:l"]).ok();
    assert_eq!(sandbox.jit(["list", "@labelled", "-q", "--at", "HEAD~1"]).ok().stdout.trim(), first);
}
