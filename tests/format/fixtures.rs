//! Documents of every format version, which must stay readable for ever. Never edit one;
//! add others.

use jit::model::gate::GateStatus;
use jit::model::{Issue, IssueId, Priority, State};
use jit::store::CommitId;
use jit::store::format::{LoggedEvent, gate, issue, settings};

const ID: &str = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../fixtures/format/v1/", $name))
    };
}

fn read(yaml: &str) -> Issue {
    let id: IssueId = ID.parse().expect("it is valid");
    issue::from_yaml(id, yaml.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

#[test]
fn issues_as_they_are_written_come_back_byte_for_byte() {
    for yaml in [fixture!("issue-minimal.yaml"), fixture!("issue-full.yaml"), fixture!("issue-newer.yaml")] {
        assert_eq!(issue::to_yaml(&read(yaml)), yaml);
    }
}

#[test]
fn a_full_issue_has_all_its_values() {
    let issue = read(fixture!("issue-full.yaml"));
    assert_eq!(issue.title, "Create user model: email and hash");
    assert!(issue.description.ends_with("\n\n  - indented\n\tafter a tab\ntrailing space \n"));
    assert_eq!(
        (&*issue.issue_type, issue.state, issue.priority),
        ("no", State::InProgress, Priority::Critical)
    );
    assert_eq!(issue.labels.iter().collect::<Vec<_>>(), ["1.0", "auth"]);
    assert_eq!(issue.dependencies.len(), 2);
    let claim = issue.claim.unwrap();
    assert_eq!(Some(&claim.by), issue.assignee.as_ref());
    assert_eq!(claim.expires.unwrap() - claim.at, chrono::TimeDelta::hours(4));
    assert_eq!(issue.gates["2"].status, GateStatus::Failed);
    assert_eq!(issue.gates["unit-tests"].by.as_ref().unwrap().as_str(), "ci:github-actions");
    assert_eq!(issue.context["log"], "\nfirst line is empty");
    assert_eq!(issue.context["raw"], "bell \u{7}, return \r\nand separator \u{2028}");
    assert_eq!(issue.comments[1].body, "Thanks.\n\n");
    assert_eq!(issue.conflicts[0].local.as_deref(), Some("Another\ntext"));
    assert_eq!((issue.conflicts[1].upstream.as_deref(), &issue.conflicts[1].local), (Some(""), &None));
    assert_eq!(issue.updated.at - issue.created.at, chrono::TimeDelta::seconds(97_560));
    assert!(issue.extra.is_empty());
}

#[test]
fn keys_of_a_newer_version_are_seen_as_unknown() {
    let issue = read(fixture!("issue-newer.yaml"));
    let unknown =
        ["2027", "attachments", "big", "created", "estimate", "flags", "limit", "nothing", "updated"];
    assert_eq!(issue.extra.keys().collect::<Vec<_>>(), unknown);
    assert_eq!(issue.claim.unwrap().extra.keys().collect::<Vec<_>>(), ["host"]);
    assert_eq!(issue.gates["review"].extra.keys().collect::<Vec<_>>(), ["note", "votes"]);
    assert_eq!(issue.comments[0].extra.keys().collect::<Vec<_>>(), ["reactions"]);
    assert_eq!(issue.conflicts[0].extra.keys().collect::<Vec<_>>(), ["base"]);
}

#[test]
fn an_issue_edited_by_hand_is_read_as_meant() {
    let rewritten = fixture!("issue-hand-edited.rewritten.yaml");
    let issue = read(fixture!("issue-hand-edited.yaml"));
    assert_eq!(issue::to_yaml(&issue), rewritten);
    assert_eq!(read(rewritten), issue);
}

#[test]
fn gates_come_back_byte_for_byte() {
    for yaml in [fixture!("gate-minimal.yaml"), fixture!("gate-full.yaml"), fixture!("gate-newer.yaml")] {
        assert_eq!(gate::to_yaml(&gate::from_yaml(yaml.as_bytes()).unwrap()), yaml);
    }
    let full = gate::from_yaml(fixture!("gate-full.yaml").as_bytes()).unwrap();
    let checker = full.checker.unwrap();
    assert_eq!((&*checker.command, checker.timeout_secs), ("set -e\ncargo test --lib", Some(300)));
    assert!(full.auto);
}

#[test]
fn settings_come_back_byte_for_byte() {
    let files = [
        fixture!("config-minimal.toml"),
        fixture!("config-full.toml"),
        fixture!("config-newer.toml"),
        fixture!("config-skew.toml"),
    ];
    for toml in files {
        assert_eq!(settings::to_toml(&settings::from_toml(toml.as_bytes()).unwrap()), toml);
    }
    let edited = settings::from_toml(fixture!("config-hand-edited.toml").as_bytes()).unwrap();
    assert_eq!(edited.claim_ttl_secs, Some(5400));
    assert_eq!(settings::to_toml(&edited), fixture!("config-hand-edited.rewritten.toml"));
}

#[test]
fn logged_events_are_read_as_they_are() {
    let commit = CommitId::from_hex(&[b'7'; 40]).unwrap();
    let events: Vec<_> =
        fixture!("events.jsonl").lines().map(|line| (line, LoggedEvent::from_json(commit, line))).collect();
    let kinds = ["issue_created", "issue_claimed", "config_changed", "issue_teleported"];
    assert_eq!(events.len(), kinds.len());
    for ((line, event), kind) in events.into_iter().zip(kinds) {
        let event = event.unwrap();
        assert_eq!((&*event.kind, &*event.json), (kind, line));
        assert_eq!(event.issue_id.is_some(), line.contains(ID));
    }
}
