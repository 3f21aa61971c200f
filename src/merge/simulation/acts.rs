//! What can be done in a simulated clone.

use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::CLONES;
use crate::model::gate::{define, redefine};
use crate::model::properties::{Step, decide};
use crate::model::settings::{self, SettingKey};
use crate::model::state::{StateRequest, Status};
use crate::model::testing::{agent, gate, id};
use crate::model::update::{self, Update, comment};
use crate::model::{ClaimId, Draft, GateDefinition, Priority, Refusal};

/// Something that somebody does in one of the clones. Numbers choose among the issues that
/// the clone has.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// What the rules of the model are tested with, but for claims.
    Model(Step),
    /// A claim; settled with the remote first unless offline.
    Claim {
        issue: u128,
        who: &'static str,
        ttl: Option<u64>,
        offline: bool,
    },
    Renew(u128),
    Title(u128),
    Describe(u128, usize),
    Priority(u128, Priority),
    Label(u128, &'static str, bool),
    Context(u128, bool),
    Comment(u128),
    Assign(u128, &'static str),
    Gate(&'static str),
    Ttl,
    Sync,
}

/// What is done where.
pub(super) fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let n = 0..6_u128;
    let who = || select(vec!["one", "two", "three"]);
    let model = |steps: Vec<Step>| select(steps).prop_map(Act::Model);
    let states = {
        let all =
            Status::ALL.map(StateRequest::Status).into_iter().filter(|to| !to.matches(Status::InProgress));
        all.chain([StateRequest::Open]).collect::<Vec<_>>()
    };
    let gates = || select(vec!["design", "review", "unregistered"]);
    let act = prop_oneof![
        4 => model(vec![Step::Create(0, None)]),
        1 => n.clone().prop_map(|n| Act::Model(Step::Delete(n))),
        4 => (n.clone(), n.clone()).prop_map(|(n, on)| Act::Model(Step::Depend(n, on))),
        1 => (n.clone(), n.clone()).prop_map(|(n, on)| Act::Model(Step::Undepend(n, on))),
        1 => n.clone().prop_map(|n| Act::Model(Step::Release(n))),
        1 => n.clone().prop_map(|n| Act::Model(Step::Reject(n))),
        5 => (n.clone(), select(states)).prop_map(|(n, to)| Act::Model(Step::Move(n, to))),
        2 => (n.clone(), gates()).prop_map(|(n, gate)| Act::Model(Step::Require(n, gate))),
        1 => (n.clone(), gates()).prop_map(|(n, gate)| Act::Model(Step::Unrequire(n, gate))),
        4 => (n.clone(), gates(), any::<bool>()).prop_map(|(n, gate, passed)| Act::Model(Step::Report(n, gate, passed))),
        6 => (n.clone(), who(), proptest::option::of(1..20_u64), any::<bool>())
            .prop_map(|(issue, who, ttl, offline)| Act::Claim { issue, who, ttl, offline }),
        1 => n.clone().prop_map(Act::Renew),
        2 => n.clone().prop_map(Act::Title),
        2 => (n.clone(), 0..9_usize).prop_map(|(n, line)| Act::Describe(n, line)),
        1 => (n.clone(), select(&Priority::ALL[..])).prop_map(|(n, priority)| Act::Priority(n, priority)),
        2 => (n.clone(), select(vec!["a", "b"]), any::<bool>()).prop_map(|(n, label, add)| Act::Label(n, label, add)),
        2 => (n.clone(), any::<bool>()).prop_map(|(n, set)| Act::Context(n, set)),
        1 => n.clone().prop_map(Act::Comment),
        1 => (n, who()).prop_map(|(n, who)| Act::Assign(n, who)),
        1 => gates().prop_map(Act::Gate),
        1 => Just(Act::Ttl),
        8 => Just(Act::Sync),
    ];
    proptest::collection::vec((0..CLONES, act), 1..80)
}

/// The number of an id that is made in that second.
pub(super) fn fresh(second: i64) -> u128 {
    u128::from(second.unsigned_abs()) + 1
}

/// One of `numbers`.
pub(super) fn pick(numbers: &[u128], n: u128) -> Option<u128> {
    let count = numbers.len() as u128;
    numbers.get(usize::try_from(n % count.max(1)).ok()?).copied()
}

/// Does what needs nothing but a tracker.
pub(super) fn apply(draft: &mut Draft, act: &Act, numbers: &[u128], second: i64) -> Result<(), Refusal> {
    let nothing = Refusal::NothingToClaim { filtered: false };
    let number = |n: u128| pick(numbers, n).ok_or_else(|| nothing.clone());
    let no_claim = || ClaimId::new(Uuid::nil());
    let edit =
        |draft: &mut Draft, n: u128, asked: Update| update::update(draft, id(number(n)?), &asked, no_claim);
    let word = format!("w{second:04}");
    match act.clone() {
        Act::Model(step) => {
            let step = match step {
                Step::Create(..) => Step::Create(1000 + fresh(second), None),
                Step::Delete(n) => Step::Delete(number(n)?),
                Step::Depend(n, on) => Step::Depend(number(n)?, number(on)?),
                Step::Undepend(n, on) => Step::Undepend(number(n)?, number(on)?),
                Step::Release(n) => Step::Release(number(n)?),
                Step::Reject(n) => Step::Reject(number(n)?),
                Step::Move(n, to) => Step::Move(number(n)?, to),
                Step::Require(n, gate) => Step::Require(number(n)?, gate),
                Step::Unrequire(n, gate) => Step::Unrequire(number(n)?, gate),
                Step::Report(n, gate, passed) => Step::Report(number(n)?, gate, passed),
                other => other,
            };
            decide(draft, &step, fresh(second))
        }
        Act::Title(n) => edit(draft, n, Update { title: Some(word), ..Update::default() }),
        Act::Describe(n, line) => {
            let mut lines: Vec<String> =
                draft.issue(id(number(n)?))?.description.lines().map(str::to_owned).collect();
            lines.resize(9, "line".to_owned());
            lines[line] = word;
            let description = Some(lines.join("\n") + "\n");
            edit(draft, n, Update { description, ..Update::default() })
        }
        Act::Priority(n, priority) => {
            edit(draft, n, Update { priority: Some(priority), ..Update::default() })
        }
        Act::Label(n, label, true) => {
            edit(draft, n, Update { add_labels: vec![label.to_owned()], ..Update::default() })
        }
        Act::Label(n, label, false) => {
            edit(draft, n, Update { remove_labels: vec![label.to_owned()], ..Update::default() })
        }
        Act::Context(n, true) => {
            edit(draft, n, Update { set_context: vec![("k".to_owned(), word)], ..Update::default() })
        }
        Act::Context(n, false) => {
            edit(draft, n, Update { remove_context: vec!["k".to_owned()], ..Update::default() })
        }
        Act::Comment(n) => comment(draft, id(number(n)?), Uuid::from_u128(fresh(second)), word),
        Act::Assign(n, who) => {
            edit(draft, n, Update { assignee: Some(Some(agent(who))), ..Update::default() })
        }
        Act::Gate(key) => {
            let key = gate(key);
            match draft.tracker().gates.get(&key).cloned() {
                Some(current) => redefine(draft, &key, GateDefinition { title: Some(word), ..current }),
                None => {
                    define(draft, &key, GateDefinition { title: Some(word), ..GateDefinition::default() })
                }
            }
        }
        Act::Ttl => settings::set(draft, SettingKey::ClaimTtl, &format!("{}s", 1000 + second)),
        Act::Claim { .. } | Act::Renew(_) | Act::Sync => Ok(()),
    }
}
