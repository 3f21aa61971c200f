//! Gate definitions, and the gates that issues require.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::{self, Recorder, Side};
use super::value::{self, Choice};
use super::{ConflictPlace, Fate, Known, Merged, Sides, deletion, extra, fate};
use crate::model::gate::GateStatus;
use crate::model::settings::format_secs;
use crate::model::{Checker, GateDefinition, GateKey, GateState, Tracker};

/// Merges the gate registries.
pub(super) fn merge_definitions(sides: &Sides<'_>, merged: &mut Merged) {
    let all = [sides.base, sides.upstream, sides.local];
    let keys: BTreeSet<&GateKey> = all.into_iter().flat_map(|tracker| tracker.gates.keys()).collect();
    for key in keys {
        let [base, upstream, local] = all.map(|tracker| known(tracker, key));
        let definition = match fate(&base, &upstream, &local) {
            Fate::Gone => continue,
            Fate::As(definition) => definition.clone(),
            Fate::Kept { changed, deleter, .. } => {
                let mut kept = changed.clone();
                let stamp = conflict::project_stamps(sides)[usize::from(deleter == Side::Local)].clone();
                let known = all.map(|side| side.gates.get(key).map_or(&[][..], |gate| &gate.conflicts));
                let place = ConflictPlace::Gate(key.clone());
                deletion::record(place, known, stamp, deleter, &mut kept.conflicts, merged);
                kept
            }
            Fate::Both(upstream, local) => {
                let stamps = conflict::project_stamps(sides);
                definition(
                    key,
                    [base.readable(), Some(upstream), Some(local)],
                    upstream,
                    local,
                    stamps,
                    merged,
                )
            }
        };
        merged.tracker.gates.insert(key.clone(), definition);
    }
}

fn known<'a>(tracker: &'a Tracker, key: &GateKey) -> Known<'a, GateDefinition> {
    let path = || format!("gates/{key}.yaml");
    Known::new(tracker.gates.get(key), || {
        let path = path();
        tracker.damaged.iter().any(|damage| damage.path == path)
    })
}

fn definition(
    key: &GateKey,
    all: [Option<&GateDefinition>; 3],
    upstream: &GateDefinition,
    local: &GateDefinition,
    stamps: [crate::model::Stamp; 2],
    merged: &mut Merged,
) -> GateDefinition {
    let base = all[0];
    let known = all.map(|definition| definition.map_or(&[][..], |definition| &definition.conflicts));
    let mut recorder = Recorder::new(ConflictPlace::Gate(key.clone()), known, stamps);
    let mut result = upstream.clone();
    let titles = [base.map(|gate| &gate.title), Some(&upstream.title), Some(&local.title)];
    if recorder.takes_local("title", titles, Clone::clone) {
        result.title.clone_from(&local.title);
    }
    let descriptions = all.map(|gate| gate.map(|gate| gate.description.as_str()));
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if recorder.takes_local("description", descriptions, filled) {
        result.description.clone_from(&local.description);
    }
    let stages = all.map(|gate| gate.map(|gate| gate.stage));
    if recorder.takes_local("stage", stages.each_ref().map(Option::as_ref), |stage| Some(stage.to_string())) {
        result.stage = local.stage;
    }
    let autos = all.map(|gate| gate.map(|gate| gate.auto));
    if recorder.takes_local("auto", autos.each_ref().map(Option::as_ref), |auto| Some(auto.to_string())) {
        result.auto = local.auto;
    }
    result.checker = checker(all.map(|gate| gate.and_then(|gate| gate.checker.as_ref())), &mut recorder);
    let base_extra = base.map(|gate| &gate.extra);
    result.extra = extra::merge("extra.", base_extra, &upstream.extra, &local.extra, &mut recorder);
    result.conflicts = conflict::list(known[0], &upstream.conflicts, &local.conflicts);
    recorder.finish(&mut result.conflicts, merged);
    result
}

fn checker(all: [Option<&Checker>; 3], recorder: &mut Recorder) -> Option<Checker> {
    let commands = all.map(|checker| checker.map(|checker| checker.command.as_str()));
    let takes_local = recorder.takes_local("checker", commands, |command| Some(command.to_owned()));
    let [base, upstream, local] = all;
    let mut result = if takes_local { local } else { upstream }.cloned();
    if let (Some(result), Some(upstream), Some(local)) = (&mut result, upstream, local) {
        let timeouts = [base, Some(upstream), Some(local)].map(|of| of.map(|checker| checker.timeout_secs));
        let text = |secs: &Option<u64>| secs.map(format_secs);
        let takes_local =
            recorder.takes_local("checker.timeout", timeouts.each_ref().map(Option::as_ref), text);
        result.timeout_secs = if takes_local { local.timeout_secs } else { upstream.timeout_secs };
        let base = base.map(|checker| &checker.extra);
        result.extra = extra::merge("checker.extra.", base, &upstream.extra, &local.extra, recorder);
    }
    result
}

/// Merges the gates that an issue requires.
pub(super) fn merge_required(
    base: Option<&BTreeMap<GateKey, GateState>>,
    upstream: &BTreeMap<GateKey, GateState>,
    local: &BTreeMap<GateKey, GateState>,
    recorder: &mut Recorder,
) -> BTreeMap<GateKey, GateState> {
    value::map(base, upstream, local, |key, all| required(key, all, recorder))
}

fn required(
    key: &GateKey,
    [base, upstream, local]: [Option<&GateState>; 3],
    recorder: &mut Recorder,
) -> Option<GateState> {
    let field = || format!("gates.{key}");
    let word = |state: &GateState| Some(state.status.as_str().to_owned());
    match value::choose(Some(&base), &upstream, &local) {
        Choice::Upstream => return upstream.cloned(),
        Choice::Local => return local.cloned(),
        Choice::Clash => {}
    }
    let is_report = |state: &GateState| state.status != GateStatus::Pending && !same_report(base, state);
    match (upstream, local) {
        (Some(upstream), Some(local)) => {
            let side = reported(is_report(upstream), is_report(local), upstream.status, local.status);
            let (stands, aside) = match side {
                Side::Upstream => (upstream, local),
                Side::Local => (local, upstream),
            };
            if is_report(upstream) && is_report(local) && upstream.status != local.status {
                recorder.record(field(), word(stands), word(aside), side.other());
            }
            let mut result = stands.clone();
            let path = format!("gates.{key}.extra.");
            let base = base.map(|state| &state.extra);
            result.extra = extra::merge(&path, base, &upstream.extra, &local.extra, recorder);
            Some(result)
        }
        // No longer required on one side: only a report made meanwhile keeps it.
        (Some(upstream), None) if is_report(upstream) => {
            recorder.record(field(), word(upstream), None, Side::Local);
            Some(upstream.clone())
        }
        (None, Some(local)) if is_report(local) => {
            recorder.record(field(), word(local), None, Side::Upstream);
            Some(local.clone())
        }
        _ => None,
    }
}

fn same_report(base: Option<&GateState>, state: &GateState) -> bool {
    base.is_some_and(|base| base.status == state.status && base.by == state.by && base.at == state.at)
}

/// Whose report stands: the only one, else a failure, else upstream's.
fn reported(upstream: bool, local: bool, upstream_status: GateStatus, local_status: GateStatus) -> Side {
    let fails_alone = local_status == GateStatus::Failed && upstream_status != GateStatus::Failed;
    if local && (!upstream || fails_alone) { Side::Local } else { Side::Upstream }
}
