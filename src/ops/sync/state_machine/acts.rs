//! What can be done in a clone, and how.

use proptest::prelude::*;
use proptest::sample::select;

use crate::model::conflict::{self, Which};
use crate::model::create::NewIssue;
use crate::model::query::Filter;
use crate::model::settings::SettingKey;
use crate::model::settle::Take;
use crate::model::state::{StateRequest, Status};
use crate::model::testing::{agent, gate};
use crate::model::update::Update;
use crate::model::{
    ConflictPlace, GateDefinition, GateKey, GateResult, GateStage, IdPrefix, Issue, Priority,
};
use crate::ops::{ClaimNext, CommandExecutor, Direction, EndedClaim, Error, RemoteUse, SyncRequest, Target};

/// How many clones there are.
pub(super) const CLONES: usize = 3;

/// Who does what where, and what the remote is like meanwhile.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) clone: usize,
    pub(super) who: &'static str,
    pub(super) remote_use: RemoteUse,
    pub(super) weather: Weather,
    pub(super) act: Act,
}

/// What the remote is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weather {
    Fair,
    /// It takes no pushes.
    ReadOnly,
    /// It cannot be found.
    Away,
}

/// Something that somebody does. Numbers choose among the issues that the clone has.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Create(Priority, Option<&'static str>, Option<usize>),
    Title(usize),
    Describe(usize, usize),
    Type(usize),
    Priority(usize, Priority),
    Label(usize, &'static str, bool),
    Context(usize, bool),
    Assign(usize, Option<&'static str>),
    Depend(usize, usize, bool),
    Require(usize, &'static str, bool),
    /// On the first gate that the issue requires.
    Report(usize, bool),
    Comment(usize),
    /// Labels every issue.
    LabelAll(&'static str),
    Claim(usize, Option<u64>),
    ClaimNext(Option<u64>),
    Renew(usize, Option<u64>),
    Release(usize),
    ReleaseStale,
    Move(usize, StateRequest),
    Reject(usize),
    Delete(usize),
    Config(SettingKey),
    Define(&'static str),
    Retitle(&'static str),
    Restage(&'static str),
    Undefine(&'static str),
    Resolve(usize, Take),
    Sync(Direction),
    /// Time passes, in seconds.
    Wait(i64),
}

/// What is done, where, by whom.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = select(vec!["agent:one", "agent:two", "agent:three", "human:ada"]);
    let remote_use = prop_oneof![
        6 => Just(RemoteUse::Auto), 3 => Just(RemoteUse::Offline), 1 => Just(RemoteUse::Publish)
    ];
    let weather =
        prop_oneof![14 => Just(Weather::Fair), 1 => Just(Weather::ReadOnly), 1 => Just(Weather::Away)];
    let step = (0..CLONES, who, remote_use, weather, act())
        .prop_map(|(clone, who, remote_use, weather, act)| Step { clone, who, remote_use, weather, act });
    proptest::collection::vec(step, 10..70)
}

fn act() -> impl Strategy<Value = Act> {
    let take = select(vec![Take::Upstream, Take::Local, Take::Value("high".to_owned())]);
    prop_oneof![8 => edit(), 8 => work(), 1 => project(), 1 => (0..9_usize, take).prop_map(|(n, take)| Act::Resolve(n, take))]
}

fn gates() -> impl Strategy<Value = &'static str> {
    select(vec!["design", "review", "odd"])
}

fn edit() -> impl Strategy<Value = Act> {
    let n = 0..5_usize;
    let priority = || select(&Priority::ALL[..]);
    let assignee = proptest::option::of(select(vec!["agent:one", "agent:two"]));
    prop_oneof![
        2 => (priority(), proptest::option::of(gates()), proptest::option::of(n.clone()))
            .prop_map(|(priority, gate, on)| Act::Create(priority, gate, on)),
        3 => n.clone().prop_map(Act::Title),
        2 => (n.clone(), 0..9_usize).prop_map(|(n, line)| Act::Describe(n, line)),
        1 => n.clone().prop_map(Act::Type),
        1 => (n.clone(), priority()).prop_map(|(n, priority)| Act::Priority(n, priority)),
        2 => (n.clone(), select(vec!["a", "b"]), any::<bool>()).prop_map(|(n, label, add)| Act::Label(n, label, add)),
        1 => (n.clone(), any::<bool>()).prop_map(|(n, set)| Act::Context(n, set)),
        1 => (n.clone(), assignee).prop_map(|(n, who)| Act::Assign(n, who)),
        3 => (n.clone(), n.clone(), any::<bool>()).prop_map(|(n, on, add)| Act::Depend(n, on, add)),
        2 => (n.clone(), gates(), any::<bool>()).prop_map(|(n, gate, add)| Act::Require(n, gate, add)),
        3 => (n.clone(), any::<bool>()).prop_map(|(n, passed)| Act::Report(n, passed)),
        1 => n.clone().prop_map(Act::Comment),
        1 => select(vec!["a", "b"]).prop_map(Act::LabelAll),
        2 => n.prop_map(Act::Delete),
    ]
}

fn work() -> impl Strategy<Value = Act> {
    let n = 0..5_usize;
    let ttl = || proptest::option::of(1..60_u64);
    let states = Status::ALL.map(StateRequest::Status).into_iter().chain([StateRequest::Open]);
    let done = StateRequest::Status(Status::Done);
    let direction = prop_oneof![
        5 => Just(Direction::Both), 1 => Just(Direction::Pull), 1 => Just(Direction::Push)
    ];
    prop_oneof![
        4 => (n.clone(), ttl()).prop_map(|(n, ttl)| Act::Claim(n, ttl)),
        2 => ttl().prop_map(Act::ClaimNext),
        2 => (n.clone(), ttl()).prop_map(|(n, ttl)| Act::Renew(n, ttl)),
        2 => n.clone().prop_map(Act::Release),
        1 => Just(Act::ReleaseStale),
        3 => n.clone().prop_map(move |n| Act::Move(n, done)),
        2 => (n.clone(), select(states.collect::<Vec<_>>())).prop_map(|(n, to)| Act::Move(n, to)),
        1 => n.prop_map(Act::Reject),
        6 => direction.prop_map(Act::Sync),
        1 => (1..90_i64).prop_map(Act::Wait),
    ]
}

fn project() -> impl Strategy<Value = Act> {
    let settings = select(vec![SettingKey::ClaimTtl, SettingKey::GateTimeout]);
    prop_oneof![
        settings.prop_map(Act::Config),
        gates().prop_map(Act::Define),
        gates().prop_map(Act::Retitle),
        gates().prop_map(Act::Restage),
        gates().prop_map(Act::Undefine),
    ]
}

/// What became of an act.
pub(super) enum Done {
    /// It was done, or there was nothing to do it to.
    Something,
    /// Issues were claimed, or claims renewed.
    Claimed(Vec<IdPrefix>),
    /// A sync told of claims that came to nothing.
    Synced(Vec<EndedClaim>),
}

/// Does `act`; `fresh` is a number that no other act has.
pub(super) fn perform(jit: &CommandExecutor, act: &Act, fresh: u64) -> Result<Done, Error> {
    let issues = jit.tracker()?.issues.into_values();
    let suits = |issue: &Issue| match act {
        Act::Renew(..) | Act::Release(_) => issue.claim.is_some(),
        Act::Report(..) => !issue.gates.is_empty(),
        _ => true,
    };
    let ids: Vec<IdPrefix> = issues.filter(suits).map(|issue| IdPrefix::of(issue.id)).collect();
    let pick = |n: &usize| ids.get(n % ids.len().max(1)).cloned();
    let word = format!("w{fresh:04}");
    let issue = match number(act).map(|n| pick(&n)) {
        Some(None) => return Ok(Done::Something),
        found => found.flatten(),
    };
    let edit =
        |update: Update| jit.update(&Target::Issues(issue.iter().cloned().collect()), &update).map(drop);
    let issue_ref = issue.as_ref();
    let the_issue = || issue_ref.expect("the act is about one");
    match act {
        Act::Create(priority, key, on) => {
            let gates = key.iter().map(|key| gate(key)).collect();
            let new = NewIssue { title: word, priority: *priority, gates, ..NewIssue::default() };
            jit.create(&new, &on.iter().filter_map(&pick).collect::<Vec<_>>()).map(drop)
        }
        Act::Title(_) => edit(Update { title: Some(word), ..Update::default() }),
        Act::Describe(_, line) => {
            let before = jit.show(std::slice::from_ref(the_issue()))?;
            let before = before.issues().next().map(|issue| issue.description.clone()).unwrap_or_default();
            let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
            lines.resize(9, "line".to_owned());
            lines[*line] = word;
            edit(Update { description: Some(lines.join("\n") + "\n"), ..Update::default() })
        }
        Act::Type(_) => edit(Update { issue_type: Some(word), ..Update::default() }),
        Act::Priority(_, priority) => edit(Update { priority: Some(*priority), ..Update::default() }),
        Act::Label(_, label, true) => {
            edit(Update { add_labels: vec![(*label).to_owned()], ..Update::default() })
        }
        Act::Label(_, label, false) => {
            edit(Update { remove_labels: vec![(*label).to_owned()], ..Update::default() })
        }
        Act::Context(_, true) => {
            edit(Update { set_context: vec![("k".to_owned(), word)], ..Update::default() })
        }
        Act::Context(_, false) => edit(Update { remove_context: vec!["k".to_owned()], ..Update::default() }),
        Act::Assign(_, who) => {
            let who = who.map(|who| agent(who.trim_start_matches("agent:")));
            edit(Update { assignee: Some(who), ..Update::default() })
        }
        Act::Depend(_, on, add) => match pick(on) {
            Some(on) if *add => jit.dep_add(the_issue(), &[on]).map(drop),
            Some(on) => jit.dep_remove(the_issue(), &[on]).map(drop),
            None => Ok(()),
        },
        Act::Require(_, key, true) => jit.gate_add(the_issue(), &[gate(key)]).map(drop),
        Act::Require(_, key, false) => jit.gate_remove(the_issue(), &[gate(key)]).map(drop),
        Act::Report(_, passed) => {
            let result = if *passed { GateResult::Passed } else { GateResult::Failed { reason: None } };
            let shown = jit.show(std::slice::from_ref(the_issue()))?;
            let keys: Vec<GateKey> =
                shown.issues().flat_map(|issue| issue.gates.keys().take(1).cloned()).collect();
            jit.gate_report(the_issue(), &keys, &result).map(drop)
        }
        Act::LabelAll(label) => {
            let update = Update { add_labels: vec![(*label).to_owned()], ..Update::default() };
            jit.update(&Target::Filter(Filter::default(), String::new()), &update).map(drop)
        }
        Act::Comment(_) => jit.comment(the_issue(), &word).map(drop),
        Act::Claim(_, ttl) => return jit.claim(the_issue(), None, *ttl).map(|claimed| claims(&claimed.ids)),
        Act::ClaimNext(ttl) => {
            let request = ClaimNext { ttl_secs: *ttl, ..ClaimNext::default() };
            return jit.claim_next(&request).map(|claimed| claims(&claimed.ids));
        }
        Act::Renew(_, ttl) => return jit.renew(the_issue(), None, *ttl).map(|renewed| claims(&renewed.ids)),
        Act::Release(_) => jit.release(the_issue(), None).map(drop),
        Act::ReleaseStale => jit.release_stale(None).map(drop),
        Act::Move(_, to) => edit(Update { state: Some(*to), ..Update::default() }),
        Act::Reject(_) => jit.reject(std::slice::from_ref(the_issue()), None).map(drop),
        Act::Delete(_) => jit.delete(std::slice::from_ref(the_issue())).map(drop),
        Act::Config(key) => jit.config_set(*key, &format!("{}s", 1000 + fresh)).map(drop),
        Act::Define(key) => jit
            .gate_define(&gate(key), &GateDefinition { title: Some(word), ..GateDefinition::default() })
            .map(drop),
        Act::Retitle(key) => jit.gate_redefine(&gate(key), |gate| gate.title = Some(word.clone())).map(drop),
        Act::Restage(key) => {
            let other = |stage| if stage == GateStage::Pre { GateStage::Post } else { GateStage::Pre };
            jit.gate_redefine(&gate(key), |gate| gate.stage = other(gate.stage)).map(drop)
        }
        Act::Undefine(key) => jit.gate_undefine(&[gate(key)]).map(drop),
        Act::Resolve(n, take) => resolve(jit, *n, take),
        Act::Sync(direction) => {
            let request = SyncRequest { direction: *direction, ..SyncRequest::default() };
            return jit.sync(&request).map(|synced| Done::Synced(synced.claims_lost));
        }
        Act::Wait(_) => Ok(()),
    }
    .map(|()| Done::Something)
}

fn claims(ids: &[crate::model::IssueId]) -> Done {
    Done::Claimed(ids.iter().copied().map(IdPrefix::of).collect())
}

/// The number of the issue that an act is about, if it is about one.
fn number(act: &Act) -> Option<usize> {
    match act {
        Act::Title(n)
        | Act::Describe(n, _)
        | Act::Type(n)
        | Act::Priority(n, _)
        | Act::Label(n, ..)
        | Act::Context(n, _)
        | Act::Assign(n, _)
        | Act::Depend(n, ..)
        | Act::Require(n, ..)
        | Act::Report(n, ..)
        | Act::Comment(n)
        | Act::Claim(n, _)
        | Act::Renew(n, _)
        | Act::Release(n)
        | Act::Move(n, _)
        | Act::Reject(n)
        | Act::Delete(n) => Some(*n),
        _ => None,
    }
}

/// Settles the conflict number `n`, if there is any.
fn resolve(jit: &CommandExecutor, n: usize, take: &Take) -> Result<(), Error> {
    let all = conflict::all(&jit.tracker()?);
    let Some(located) = all.get(n % all.len().max(1)) else { return Ok(()) };
    let named = match &located.place {
        ConflictPlace::Issue(id) => id.to_string(),
        other => other.name(),
    };
    jit.resolve_conflict(&named, &Which::Named(conflict::short_id(&located.conflict)), take).map(drop)
}
