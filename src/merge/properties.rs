//! The merge never fails, is deterministic, and takes sides where only one changed, whatever
//! the trackers are.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::{Holds, Sides, merge};
use crate::model::gate::GateStatus;
use crate::model::template::{Template, TemplateName};
use crate::model::testing::{agent, at, gate, id};
use crate::model::{
    AgentId, Attachment, Checker, Claim, ClaimId, Comment, Conflict, Damage, Extra, ExtraValue,
    GateDefinition, GateKey, GateStage, GateState, Hidden, Issue, IssueId, Priority, Settings, Stamp, State,
    Timestamp, Tracker,
};

fn who() -> impl Strategy<Value = AgentId> {
    select(vec!["one", "two", "three"]).prop_map(agent)
}

fn when() -> impl Strategy<Value = Timestamp> {
    (0..20_i64).prop_map(at)
}

fn stamp() -> impl Strategy<Value = Stamp> {
    (who(), when()).prop_map(|(by, at)| Stamp { by, at })
}

fn word() -> impl Strategy<Value = String> {
    "[ab]{0,1}"
}

fn lines() -> impl Strategy<Value = String> {
    vec(select(vec!["one\n", "two\n", "three\n", "x"]), 0..6).prop_map(|lines| lines.concat())
}

fn uuid() -> impl Strategy<Value = Uuid> {
    (1..4_u128).prop_map(Uuid::from_u128)
}

fn extra() -> impl Strategy<Value = Extra> {
    let numbers = ExtraValue::List(vec![ExtraValue::Null, ExtraValue::Float(1.5)]);
    let map = ExtraValue::Map(vec![("k".to_owned(), ExtraValue::Bool(true))]);
    let value = select(vec![ExtraValue::Integer(1), ExtraValue::Text("1".to_owned()), numbers, map]);
    prop_oneof![3 => Just(Extra::new()), 1 => btree_map(select(vec!["updated".to_owned(), "x".to_owned()]), value, 1..3)]
}

fn key() -> impl Strategy<Value = GateKey> {
    select(vec!["design", "review"]).prop_map(gate)
}

fn claim() -> impl Strategy<Value = Claim> {
    (uuid(), who(), when(), option::of(when()), extra()).prop_map(|(id, by, at, expires, extra)| Claim {
        clone: None,
        id: ClaimId::new(id),
        by,
        at,
        expires,
        extra,
    })
}

fn conflicts() -> impl Strategy<Value = Vec<Conflict>> {
    let conflict = (uuid(), word(), option::of(word()), stamp()).prop_map(|(id, field, local, stamp)| {
        Conflict { id, field, upstream: None, local, by: stamp.by, at: stamp.at, extra: Extra::new() }
    });
    vec(conflict, 0..2)
}

fn required() -> impl Strategy<Value = BTreeMap<GateKey, GateState>> {
    let status = select(vec![GateStatus::Pending, GateStatus::Passed, GateStatus::Failed]);
    let state = (status, option::of(who()), option::of(when()), extra())
        .prop_map(|(status, by, at, extra)| GateState { status, by, at, extra });
    btree_map(key(), state, 0..3)
}

fn comment() -> impl Strategy<Value = Comment> {
    (uuid(), stamp(), word(), extra()).prop_map(|(id, stamp, body, extra)| Comment {
        id,
        by: stamp.by,
        at: stamp.at,
        body,
        extra,
    })
}

fn number() -> impl Strategy<Value = IssueId> {
    (1..5_u128).prop_map(id)
}

fn issue() -> impl Strategy<Value = Issue> {
    let texts = (word(), lines(), word(), btree_set(word(), 0..3), btree_map(word(), word(), 0..3));
    let words = (select(&State::ALL[..]), select(&Priority::ALL[..]), option::of(who()), option::of(claim()));
    let files =
        btree_set("[12]".prop_map(|digit| Attachment::new("a", digit.repeat(40)).expect("it is one")), 0..3);
    let lists = (btree_set(number(), 0..3), required(), vec(comment(), 0..3), conflicts(), files);
    (texts, words, lists, stamp(), extra()).prop_map(|(texts, words, lists, stamp, extra)| {
        let mut issue = Issue::new(id(0), texts.0, stamp);
        (issue.description, issue.issue_type, issue.labels, issue.context) =
            (texts.1, texts.2, texts.3, texts.4);
        (issue.state, issue.priority, issue.assignee, issue.claim) = words;
        (issue.dependencies, issue.gates, issue.comments, issue.conflicts, issue.attachments) = lists;
        issue.extra = extra;
        issue
    })
}

fn definition() -> impl Strategy<Value = GateDefinition> {
    let checker = (word(), option::of(1..9_u64), extra())
        .prop_map(|(command, timeout_secs, extra)| Checker { command, timeout_secs, extra });
    let stage = select(vec![GateStage::Pre, GateStage::Post]);
    (option::of(word()), word(), stage, any::<bool>(), option::of(checker), conflicts(), extra()).prop_map(
        |(title, description, stage, auto, checker, conflicts, extra)| GateDefinition {
            title,
            description,
            stage,
            auto,
            checker,
            conflicts,
            extra,
        },
    )
}

fn name(name: &str) -> TemplateName {
    TemplateName::parse(name).expect("it is one")
}

fn template() -> impl Strategy<Value = Template> {
    let texts =
        (word(), lines(), option::of(word()), btree_set(word(), 0..3), btree_map(word(), word(), 0..3));
    (texts, select(&Priority::ALL[..]), btree_set(key(), 0..3), conflicts(), extra()).prop_map(
        |((title, description, issue_type, labels, context), priority, gates, conflicts, extra)| Template {
            title,
            description,
            issue_type,
            priority,
            labels,
            gates,
            context,
            conflicts,
            extra,
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let secs = prop_oneof![1..4_u64, Just(u64::MAX)];
    (any::<bool>(), option::of(secs), conflicts(), extra()).prop_map(
        |(strict_gates, claim_ttl_secs, conflicts, extra)| Settings {
            strict_gates,
            claim_ttl_secs,
            conflicts,
            extra,
            ..Settings::default()
        },
    )
}

/// Any tracker, sound or not, in which all can be read.
fn tracker() -> impl Strategy<Value = Tracker> {
    let templates = btree_map(select(vec!["bug", "plan"]).prop_map(name), template(), 0..3);
    let gates = btree_map(key(), definition(), 0..3);
    (settings(), gates, templates, btree_map(number(), issue(), 0..5)).prop_map(
        |(settings, gates, templates, mut issues)| {
            for (id, issue) in &mut issues {
                issue.id = *id;
            }
            Tracker { settings, gates, templates, issues, ..Tracker::default() }
        },
    )
}

/// Any tracker, in which some may be hidden by damage.
fn damaged() -> impl Strategy<Value = Tracker> {
    let damage = prop_oneof![
        number().prop_map(|id| ("issues/x".to_owned(), Hidden::Issue(id))),
        Just(("issues/00".to_owned(), Hidden::BeginningWith("00000001".to_owned()))),
        key().prop_map(|key| (format!("gates/{key}.yaml"), Hidden::Nothing)),
        Just(("templates/bug.yaml".to_owned(), Hidden::Nothing)),
    ];
    (tracker(), vec(damage, 0..3)).prop_map(|(mut tracker, damaged)| {
        for (path, hides) in damaged {
            let damage = Damage { path, hides, reason: "torn".to_owned() };
            tracker.issues.retain(|id, _| !damage.hides(*id));
            tracker.gates.retain(|key, _| damage.path != format!("gates/{key}.yaml"));
            tracker.templates.retain(|name, _| damage.path != format!("templates/{name}.yaml"));
            tracker.damaged.push(damage);
        }
        tracker
    })
}

fn holds() -> impl Strategy<Value = Holds> {
    btree_map(number(), uuid().prop_map(ClaimId::new), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_trackers_merge_and_always_to_the_same(
        base in damaged(), upstream in damaged(), local in damaged(), holds in holds()
    ) {
        let sides = Sides { base: &base, upstream: &upstream, local: &local, project: [None, None] };
        let merged = merge(&sides, &holds);
        prop_assert_eq!(&merge(&sides, &holds), &merged);

        // What is to be stored on top of upstream's tree gives the merged tracker.
        let mut stored = upstream.clone();
        stored.damaged.clear();
        for issue in &merged.issues {
            stored.issues.insert(issue.id, issue.clone());
        }
        for id in &merged.removed_issues {
            prop_assert!(stored.issues.remove(id).is_some());
        }
        for (key, definition) in &merged.gates {
            match definition {
                Some(definition) => drop(stored.gates.insert(key.clone(), definition.clone())),
                None => drop(stored.gates.remove(key)),
            }
        }
        for (name, template) in &merged.templates {
            match template {
                Some(template) => drop(stored.templates.insert(name.clone(), template.clone())),
                None => drop(stored.templates.remove(name)),
            }
        }
        stored.settings = merged.settings.clone().unwrap_or(stored.settings);
        prop_assert_eq!(&stored, &merged.tracker);

        // A conflict is recorded once, and is where it is said to be.
        for recorded in &merged.conflicts {
            let place = match &recorded.place {
                super::ConflictPlace::Issue(id) => &merged.tracker.issues[id].conflicts,
                super::ConflictPlace::Gate(key) => &merged.tracker.gates[key].conflicts,
                super::ConflictPlace::Template(name) => &merged.tracker.templates[name].conflicts,
                super::ConflictPlace::Settings => &merged.tracker.settings.conflicts,
            };
            prop_assert_eq!(place.iter().filter(|conflict| **conflict == recorded.conflict).count(), 1);
        }
    }

    #[test]
    fn what_only_one_side_changed_is_as_that_side_has_it(
        base in tracker(), side in tracker(), holds in holds()
    ) {
        for (upstream, local) in [(&side, &side), (&base, &side), (&side, &base)] {
            let merged = merge(&Sides { base: &base, upstream, local, project: [None, None] }, &holds);
            prop_assert_eq!(&merged.tracker, &side);
            prop_assert!(merged.events.is_empty() && merged.conflicts.is_empty());
        }
    }
}
