//! What changed, field by field: `log -p`, `diff` and `blame`.

use serde_json::{Value, json};

use crate::support::hub::Hub;
use crate::support::{Sandbox, run_with_input};

/// The changes in a document, as `field: before -> after` or `field: +added -removed`.
#[track_caller]
fn told(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let members = |value: &Value, sign: &str| -> String {
        let all = value.as_array().expect("a list").iter();
        all.fold(String::new(), |all, member| all + " " + sign + &text(member))
    };
    let one = |change: &Value| match (&change["added"], &change["removed"]) {
        (Value::Array(added), Value::Array(removed)) if added.is_empty() && removed.is_empty() => {
            format!("{}: {} -> {}", text(&change["field"]), text(&change["before"]), text(&change["after"]))
        }
        (added, removed) => {
            format!("{}:{}{}", text(&change["field"]), members(added, "+"), members(removed, "-"))
        }
    };
    document["changes"].as_array().expect("a list").iter().map(one).collect()
}

#[test]
fn the_log_tells_what_became_of_each_field() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("old", ["--desc", "one\ntwo\nthree", "--label", "a"]);
    sandbox.jit(["update", &id, "--title", "new", "--label", "b", "--remove-label", "a"]).ok();
    sandbox.jit(["update", &id, "--desc", "one\n2\nthree", "--by", "agent:x"]).ok();
    let log = sandbox.json(["log", "-p", &id]);
    let events = log["events"].as_array().expect("a list");
    assert_eq!(told(&events[0]), ["description: one\ntwo\nthree -> one\n2\nthree"]);
    // Every event of a commit tells all that it did to the issue.
    for event in &events[1..events.len() - 1] {
        assert_eq!(told(event), ["title: old -> new", "labels: +b -a"], "{event}");
    }
    assert!(told(&events[events.len() - 1]).contains(&"title: - -> old".to_owned()));
    let plain = sandbox.json(["log", &id]);
    assert!(plain["events"].as_array().expect("a list").iter().all(|event| event.get("changes").is_none()));

    let text = sandbox.jit(["log", "-p", "-n", "1", &id]).ok().stdout;
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let expected =
        ["    description:", "      @@ -1,3 +1,3 @@", "       one", "      -two", "      +2", "       three"];
    assert_eq!(lines, expected, "{text}");
    let coloured = sandbox.jit(["log", "-p", "-n", "1", &id, "--color", "always"]).ok().stdout;
    assert!(coloured.contains("\u{1b}[32m+2"), "{coloured:?}");
    let whole = sandbox.jit(["log", "-p", &id]).ok().stdout;
    assert_eq!(whole.matches("title: old -> new").count(), 1, "once for all events of a commit: {whole}");
}

#[test]
fn the_log_tells_of_gates_and_settings_and_of_what_a_summary_stands_for() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review", "--stage", "pre"]).ok();
    sandbox.jit(["config", "set", "strict_gates", "true"]).ok();
    let list: String = (0..101).fold(String::new(), |all, n| all + "- title: many " + &n.to_string() + "\n");
    let mut create = sandbox.jit_command(["-q", "create", "--from", "-"]);
    run_with_input(&mut create, list.as_bytes()).ok();
    let newest = |n: usize| sandbox.json(["log", "-p", "-n", "3"])["events"][n].clone();
    assert_eq!(newest(0)["changes"].as_array().expect("a list").len(), 101 * 4);
    assert_eq!(told(&newest(1)), ["strict_gates: false -> true"]);
    let gate = newest(2);
    assert_eq!(gate["changes"][0]["gate"], "review");
    assert!(told(&gate).contains(&"stage: - -> pre".to_owned()));
}

#[test]
fn a_diff_of_an_issue_is_what_its_last_change_did() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", []);
    sandbox.jit(["update", &id, "--priority", "high", "--by", "agent:x"]).ok();
    sandbox.create("another", []);
    let diff = sandbox.json(["diff", &id]);
    assert_eq!(told(&diff), ["priority: normal -> high"]);
    assert_eq!((&diff["actor"], &diff["count"]), (&json!("agent:x"), &json!(1)));
    let commit = sandbox.git(["rev-parse", "refs/jit/main~1"]).ok().stdout;
    assert_eq!(diff["to"], commit.trim());
    sandbox.jit(["delete", &id]).ok();
    let gone = sandbox.json(["diff", &id]);
    assert!(told(&gone).contains(&"title: one -> -".to_owned()), "{gone}");
    sandbox.jit(["diff", "0123456789abcdef0123456789abcdef"]).fails(3, "no issue");
    let text = sandbox.jit(["diff", &id, "--at", "HEAD~1"]).ok().stdout;
    assert!(text.contains("  priority: normal -> high"), "{text}");
}

#[test]
fn a_diff_of_two_moments_is_what_git_finds_changed() {
    let sandbox = Sandbox::with_tracker();
    let one = sandbox.create("one", []);
    let two = sandbox.create("two", []);
    sandbox.jit(["update", &one, "--title", "1"]).ok();
    sandbox.jit(["update", &one, "--title", "first", "--type", "bug"]).ok();
    sandbox.jit(["dep", "add", &two, &one]).ok();
    sandbox.jit(["config", "set", "claim.ttl", "4h"]).ok();
    assert_eq!(told(&sandbox.json(["diff", "HEAD~4..HEAD~2"])), ["title: one -> first", "type: task -> bug"]);
    assert_eq!(told(&sandbox.json(["diff", "HEAD~2..", &two])), [format!("dependencies: +{one}")]);
    assert_eq!(told(&sandbox.json(["diff", "HEAD~1.."])), ["claim.ttl: none -> 4h"]);
    assert_eq!(told(&sandbox.json(["diff", "..HEAD~1"])), ["claim.ttl: 4h -> none"]);
    assert_eq!(sandbox.json(["diff", "HEAD..HEAD"])["count"], 0);
    let names = sandbox.git(["diff", "--name-only", "refs/jit/main~5", "refs/jit/main"]).ok().stdout;
    let all = sandbox.json(["diff", "HEAD~5.."]);
    let mut issues: Vec<&str> = all["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|change| change["issue_id"].as_str())
        .collect();
    issues.dedup();
    assert!(issues.iter().all(|id| names.contains(id)), "{names}");
    assert_eq!(names.lines().filter(|name| name.starts_with("issues/")).count(), issues.len());
    sandbox.jit(["diff", "2020-01-01.."]).fails(3, "the tracker did not exist yet");
    sandbox.jit(["diff", "HEAD~2..soon"]).fails(2, "is neither a time nor a revision");
    sandbox.jit(["diff", &one, &two]).fails(2, "is not of the form FROM..TO");
    sandbox.jit(["diff", "HEAD~2.."]).ok();
    sandbox.jit(["diff", "HEAD~2..", "ffffffff"]).fails(3, "no issue");
}

#[test]
fn blame_names_the_last_actor_and_commit_of_each_field() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", ["--desc", "text"]);
    sandbox.jit(["update", &id, "--title", "uno", "--by", "agent:x"]).ok();
    sandbox.jit(["update", &id, "--context", "k=v", "--by", "agent:y"]).ok();
    sandbox.jit(["update", &id, "--title", "one", "--by", "agent:z"]).ok();
    sandbox.create("another", []);
    let blame = sandbox.json(["blame", &id]);
    let fields = blame["fields"].as_array().expect("a list");
    let by = |name: &str| {
        let field = fields.iter().find(|field| field["field"] == name).expect("it has one");
        (field["actor"].as_str().expect("text"), field["commit"].as_str().expect("text"))
    };
    let commit = |back: &str| {
        sandbox.git(["rev-parse", &format!("refs/jit/main~{back}")]).ok().stdout.trim().to_owned()
    };
    assert_eq!(by("title"), ("agent:z", commit("1").as_str()));
    assert_eq!(by("context.k"), ("agent:y", commit("2").as_str()));
    assert_eq!(by("description"), ("human:ada", commit("4").as_str()));
    assert_eq!(by("state"), by("description"));
    sandbox.jit(["blame", "ffffffff"]).fails(3, "no issue");
    let text = sandbox.jit(["blame", &id, "--at", "HEAD~3"]).ok().stdout;
    assert!(text.contains("agent:x") && text.contains("uno"), "{text}");
}

#[test]
fn blame_and_the_log_look_behind_merges() {
    let (_hub, [one, two]) = Hub::with_tracker();
    let id = one.create("shared", ["--desc", "1\n2\n3\n4\n5\n"]);
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    one.jit(["update", &id, "--priority", "high", "--by", "agent:one"]).ok();
    one.jit(["update", &id, "--desc", "one\n2\n3\n4\n5\n", "--by", "agent:one"]).ok();
    two.jit(["update", &id, "--type", "bug", "--by", "agent:two"]).ok();
    two.jit(["update", &id, "--desc", "1\n2\n3\n4\nfive\n", "--by", "agent:two"]).ok();
    one.jit(["sync"]).ok();
    two.jit(["sync"]).ok();
    let blame = two.json(["blame", &id]);
    let by = |name: &str| {
        let fields = blame["fields"].as_array().expect("a list");
        let field = fields.iter().find(|field| field["field"] == name).expect("it has one").clone();
        (field["actor"].clone(), field["commit"].clone())
    };
    assert_eq!(by("priority").0, "agent:one");
    assert_eq!(by("type").0, "agent:two");
    let merge = two.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    assert_eq!(by("description").1, merge.trim(), "both sides' lines came together there");
    // Of the merge the log tells only what neither side had.
    let log = two.json(["log", "-p", "-n", "1"]);
    assert_eq!(log["events"][0]["type"], "merged");
    let changes = log["events"][0]["changes"].as_array().expect("a list");
    let fields: Vec<&Value> = changes.iter().map(|change| &change["field"]).collect();
    assert_eq!(fields, ["description"]);
    let diff = two.json(["diff", &id]);
    assert_eq!((diff["to"].as_str(), diff["count"].as_u64()), (Some(merge.trim()), Some(1)));
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let (hub, [one]) = Hub::with_tracker();
    let id = one.create("deep", []);
    one.create("other", []);
    one.create("third", []);
    one.jit(["sync"]).ok();
    let far = hub.clone_as("far", &format!("file://{}", hub.path()));
    far.jit(["sync", "--depth", "2"]).ok();
    far.jit(["blame", &id]).fails(3, "shallow");
    far.jit(["diff", &id]).fails(3, "shallow");
    far.jit(["list", "--at", "HEAD~5"]).fails(3, "shallow");
    far.jit(["log", "-p"]).ok();
}
