//! `--sort`, `--limit`, `--columns` and `--format`, wherever issues are listed.

use super::sample;
use crate::support::Sandbox;
use crate::support::terminal::run_on_terminal_of;

fn titles(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let ran = sandbox.jit([args, &["--format", "{title}"]].concat()).ok();
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn a_list_is_put_in_order_before_it_is_cut() {
    let (sandbox, [first, second, third]) = sample();
    assert_eq!(titles(&sandbox, &["list"]), ["beta", "gamma", "Alpha"]);
    assert_eq!(titles(&sandbox, &["list", "--sort", "title"]), ["Alpha", "beta", "gamma"]);
    assert_eq!(titles(&sandbox, &["list", "--sort", "-title", "-n", "2"]), ["gamma", "beta"]);
    assert_eq!(titles(&sandbox, &["list", "--sort", "-created_at", "-n", "1"]), ["gamma"]);
    assert_eq!(titles(&sandbox, &["list", "--sort", "assignee,-id"])[0], "Alpha");
    sandbox.jit(["update", &first, "--type", "bug"]).ok();
    assert_eq!(titles(&sandbox, &["list", "--sort", "-updated_at", "--limit", "1"]), ["beta"]);
    assert_eq!(titles(&sandbox, &["list", "--sort", "state,title"]), ["gamma", "Alpha", "beta"]);
    let json = sandbox.json(["list", "--sort", "title"]);
    let ids: Vec<&str> =
        json["issues"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&second, &first, &third]);
}

#[test]
fn every_list_has_the_options() {
    let (sandbox, [first, second, _]) = sample();
    sandbox.jit(["claim", &second, "agent:x", "--ttl", "1s"]).ok();
    let lists: [(&[&str], &[&str]); 11] = [
        (&["list"], &["beta", "gamma", "Alpha"]),
        (&["ready"], &["beta"]),
        (&["blocked"], &["gamma"]),
        (&["search", "be"], &["beta"]),
        (&["query", "state", "ready"], &["beta"]),
        (&["query", "label", "l"], &["beta"]),
        (&["query", "assignee", "none"], &["beta", "gamma"]),
        (&["query", "stale", "--older-than", "1s"], &["Alpha"]),
        (&["graph", "roots"], &["beta", "Alpha"]),
        (&["graph", "downstream", &first], &["gamma"]),
        (&["graph", "critical-path"], &["beta", "gamma"]),
    ];
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for (list, expected) in lists {
        assert_eq!(
            titles(&sandbox, &[list, &["--sort", "-state"]].concat()).len(),
            expected.len(),
            "{list:?}"
        );
        assert_eq!(titles(&sandbox, list), expected, "{list:?}");
        assert_eq!(titles(&sandbox, &[list, &["--limit", "1"]].concat()), expected[..1], "{list:?}");
        let table = sandbox.jit([list, &["--columns", "title,short_id"]].concat()).ok().stdout;
        let header: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
        assert_eq!((header, table.lines().count()), (vec!["TITLE", "ID"], expected.len() + 1), "{list:?}");
    }
}

#[test]
fn columns_and_templates_show_what_there_is() {
    let (sandbox, [first, second, third]) = sample();
    let row = |id: &str| {
        let format = "{id}|{assignee}|{labels}|{blocked_by}|{description}|{comments}|{holder}";
        let ran = sandbox.jit(["list", "--format", format]).ok();
        ran.stdout.split(&format!("{id}|")).nth(1).unwrap().split("|\n").next().unwrap().to_owned()
    };
    assert_eq!(row(&first), "|l||One\nTwo|0");
    assert_eq!(row(&second), "human:grace||||0");
    assert_eq!(row(&third), format!("||{}||0", &first[..8]));
    let table = sandbox.jit(["list", "--columns", "title,assignee,description"]).ok().stdout;
    let rows = ["TITLE  ASSIGNEE     DESCRIPTION", "beta   -            One", "gamma  -            -"];
    assert_eq!(table.lines().take(3).collect::<Vec<_>>(), rows);
}

#[test]
fn names_that_do_not_exist_are_refused_with_those_that_do() {
    let (sandbox, _) = sample();
    for (args, message) in [
        (["--sort", "title,colour"], "--sort: no \"colour\"; there are id, title, type,"),
        (["--columns", "id,owner"], "--columns: no \"owner\"; there are assignee, blocked_by,"),
        (["--columns", ""], "--columns: no \"\"; there are assignee, blocked_by,"),
        (["--format", "{owner}"], "--format: no \"owner\"; there are assignee, blocked_by,"),
        (["--format", "{id"], "--format: a '{' has no partner"),
    ] {
        let ran = sandbox.jit([&["list"][..], &args].concat()).exits(2);
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
        assert_eq!((ran.stdout.as_str(), ran.stderr.contains("panic")), ("", false));
    }
    sandbox.jit(["list", "--columns", "id", "--format", "{id}"]).exits(2);
}

#[test]
fn columns_are_for_people_alone() {
    let (sandbox, _) = sample();
    let refused = sandbox.jit(["list", "--json", "--columns", "id"]).exits(2);
    assert_eq!(refused.json()["error"]["code"], "usage");
    let refused = sandbox.jit(["-q", "ready", "--format", "{id}"]).exits(2);
    assert!(refused.stderr.contains("--quiet has a form of its own"), "{refused:?}");
}

#[test]
fn tables_fit_any_terminal() {
    let (sandbox, [first, _, _]) = sample();
    sandbox.jit(["update", &first, "--title", &"long ".repeat(60)]).ok();
    for columns in [20, 33, 60, 100] {
        for list in [&["list"][..], &["blocked"], &["list", "--columns", "id,title,description,updated_at"]] {
            let mut command = sandbox.jit_command(list);
            let (code, shown) = run_on_terminal_of((columns, 24), command.env("NO_COLOR", "1"));
            assert_eq!(code, 0, "{shown}");
            let widest = shown.lines().map(|line| line.trim_end().chars().count()).max();
            assert!(widest.unwrap() <= usize::from(columns), "{columns}: {shown}");
            assert!(shown.contains("ID"), "{shown}");
        }
    }
    let piped = sandbox.jit(["list"]).ok().stdout;
    assert!(piped.contains(&"long ".repeat(59)), "nothing is cut where there is no terminal");
}

#[test]
fn times_are_ages_on_a_terminal_and_exact_elsewhere() {
    let (sandbox, [first, ..]) = sample();
    let args = ["list", "-n", "1", "--format", "{updated_at}"];
    let on_terminal = |more: &[&str]| {
        let mut command = sandbox.jit_command([&args[..], more].concat());
        run_on_terminal_of((80, 24), &mut command).1.trim().to_owned()
    };
    let piped = |more: &[&str]| sandbox.jit([&args[..], more].concat()).ok().stdout.trim().to_owned();
    assert!(
        on_terminal(&[]).ends_with("s ago") || on_terminal(&[]).ends_with("m ago"),
        "{}",
        on_terminal(&[])
    );
    assert!(piped(&[]).ends_with(" UTC"), "{}", piped(&[]));
    assert!(on_terminal(&["--times", "exact"]).ends_with(" UTC"));
    assert!(piped(&["--times", "relative"]).ends_with(" ago"));
    // What is not a list does the same.
    let id = first.as_str();
    sandbox.jit(["claim", id, "agent:x", "--ttl", "2h"]).ok();
    for shown in [&["log", "-n", "1"][..], &["events", "query", "-n", "1"], &["blame", id], &["diff", id]] {
        let relative = sandbox.jit([shown, &["--times", "relative"]].concat()).ok().stdout;
        assert!(relative.contains(" ago") && !relative.contains(" UTC"), "{relative}");
        assert!(sandbox.jit(shown).ok().stdout.contains(" UTC"), "{shown:?}");
    }
    for (shown, claim) in [(&["show", id][..], "Claim:    by agent:x, "), (&["status"], "  agent:x, ")] {
        let relative = sandbox.jit([shown, &["--times", "relative"]].concat()).ok().stdout;
        assert!(relative.contains(claim) && relative.contains(" ago, ends in "), "{relative}");
        assert!(!relative.contains(" UTC"), "{relative}");
    }
    let mut json = sandbox.jit_command(["list", "--json", "--times", "relative"]);
    let (_, json) = run_on_terminal_of((80, 240), &mut json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["issues"][0]["updated_at"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_limit_of_nothing_does_not_say_that_there_is_nothing() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("one", []);
    for list in [&["list"][..], &["graph", "critical-path"], &["graph", "roots"]] {
        let ran = sandbox.jit(list.iter().copied().chain(["--limit", "0"])).ok();
        assert_eq!(ran.stderr, "no issue is shown: the limit is 0\n", "{list:?}");
    }
}
