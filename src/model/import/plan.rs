//! What each record is to become.

use std::collections::BTreeSet;

use super::{Batch, Foreign, Incoming, Report, Standing, build};
use crate::model::{Draft, EventKind, GateDefinition, GateKey, GateStage, Issue, IssueId, Refusal, origin};

/// What each record is to become, without its links. None of what is left out.
pub(super) fn plan(
    draft: &mut Draft,
    batch: &Batch,
    deleted: &BTreeSet<IssueId>,
    report: &mut Report,
) -> Result<Vec<Option<Issue>>, Refusal> {
    let mut planned = Vec::with_capacity(batch.records.len());
    for record in &batch.records {
        let id = record.id()?;
        // What cannot be read is not overwritten.
        if draft.tracker().damage_of(id).is_some() {
            draft.issue(id)?;
        }
        let Incoming::Foreign(foreign) = &record.issue else {
            planned.push(build::own(&record.issue));
            continue;
        };
        check_same_origin(draft, batch, foreign, id)?;
        if foreign.standing == Standing::Deleted && draft.issue(id).is_err() {
            report.skip(foreign, "it is deleted there");
            planned.push(None);
            continue;
        }
        if deleted.contains(&id) && draft.issue(id).is_err() {
            report.skip(foreign, "it was deleted here");
            planned.push(None);
            continue;
        }
        report.adapted(foreign);
        if let Some(key) = build::hold_key(&batch.from, &foreign.standing) {
            define_hold(draft, &batch.from, &key, &foreign.standing);
        }
        planned.push(Some(build::foreign(foreign, id, &batch.from, draft.stamp())));
    }
    Ok(planned)
}

/// Two trackers may use the same ids: one must not be taken for the other.
fn check_same_origin(draft: &Draft, batch: &Batch, foreign: &Foreign, id: IssueId) -> Result<(), Refusal> {
    let Ok(known) = draft.issue(id) else { return Ok(()) };
    match known.context.get(origin::FROM) {
        None if origin::is_own(&foreign.id) => Ok(()),
        Some(from) if *from == batch.from => Ok(()),
        from => Err(Refusal::invalid(
            "id",
            format!(
                "{} was imported from {} before, and this is {}; '--prefix' keeps their ids apart",
                foreign.id,
                from.map_or("elsewhere", String::as_str),
                batch.from
            ),
        )),
    }
}

/// Defines the gate that keeps issues from being started that are not to be, unless the
/// registry has one of that name.
fn define_hold(draft: &mut Draft, from: &str, key: &GateKey, standing: &Standing) {
    if draft.tracker().gates.contains_key(key) {
        return;
    }
    let Standing::Held(word) = standing else { return };
    let definition = GateDefinition {
        title: Some(format!("{word} in {from}")),
        description: "Passing it says that the issue may be started.".to_owned(),
        stage: GateStage::Pre,
        ..GateDefinition::default()
    };
    draft.put_gate(key.clone(), definition.clone());
    draft.record(None, EventKind::GateDefined { key: key.clone(), definition: Box::new(definition) });
}
