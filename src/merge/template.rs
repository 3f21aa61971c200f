//! Templates of issues, by the rules of what they are templates of.

use std::collections::BTreeSet;

use super::conflict::{self, Recorder, Side};
use super::{ConflictPlace, Fate, Known, Merged, Sides, deletion, extra, fate, issue, value};
use crate::model::template::{Template, TemplateName};
use crate::model::{Priority, Stamp, Tracker};

/// Merges the templates.
pub(super) fn merge(sides: &Sides<'_>, merged: &mut Merged) {
    let all = [sides.base, sides.upstream, sides.local];
    let names: BTreeSet<&TemplateName> =
        all.into_iter().flat_map(|tracker| tracker.templates.keys()).collect();
    for name in names {
        let [base, upstream, local] = all.map(|tracker| known(tracker, name));
        let template = match fate(&base, &upstream, &local) {
            Fate::Gone => continue,
            Fate::As(template) => template.clone(),
            Fate::Kept { changed, deleter, .. } => {
                let mut kept = changed.clone();
                let stamp = conflict::project_stamps(sides)[usize::from(deleter == Side::Local)].clone();
                let known =
                    all.map(|side| side.templates.get(name).map_or(&[][..], |known| &known.conflicts));
                let place = ConflictPlace::Template(name.clone());
                deletion::record(place, known, stamp, deleter, &mut kept.conflicts, merged);
                kept
            }
            Fate::Both(upstream, local) => {
                let stamps = conflict::project_stamps(sides);
                both(name, base.readable(), [upstream, local], stamps, merged)
            }
        };
        merged.tracker.templates.insert(name.clone(), template);
    }
}

fn known<'a>(tracker: &'a Tracker, name: &TemplateName) -> Known<'a, Template> {
    Known::new(tracker.templates.get(name), || {
        let path = format!("templates/{name}.yaml");
        tracker.damaged.iter().any(|damage| damage.path == path)
    })
}

fn both(
    name: &TemplateName,
    base: Option<&Template>,
    [upstream, local]: [&Template; 2],
    stamps: [Stamp; 2],
    merged: &mut Merged,
) -> Template {
    let all = [base, Some(upstream), Some(local)];
    let known = all.map(|template| template.map_or(&[][..], |template| &template.conflicts));
    let mut recorder = Recorder::new(ConflictPlace::Template(name.clone()), known, stamps);
    let mut result = upstream.clone();
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let titles = all.map(|template| template.map(|template| template.title.as_str()));
    if recorder.takes_local("title", titles, filled) {
        result.title.clone_from(&local.title);
    }
    let texts = [&upstream.description, &local.description];
    result.description =
        issue::merge_text("description", base.map(|base| base.description.as_str()), texts, &mut recorder);
    let types = all.map(|template| template.map(|template| &template.issue_type));
    if recorder.takes_local("type", types, Clone::clone) {
        result.issue_type.clone_from(&local.issue_type);
    }
    let priorities = all.map(|template| template.map(|template| &template.priority));
    if recorder.takes_local("priority", priorities, |priority: &Priority| Some(priority.to_string())) {
        result.priority = local.priority;
    }
    result.labels = value::set(base.map(|base| &base.labels), &upstream.labels, &local.labels);
    result.gates = value::set(base.map(|base| &base.gates), &upstream.gates, &local.gates);
    let contexts = base.map(|base| &base.context);
    result.context = issue::context(contexts, &upstream.context, &local.context, &mut recorder);
    let base_extra = base.map(|base| &base.extra);
    result.extra = extra::merge("extra.", base_extra, &upstream.extra, &local.extra, &mut recorder);
    result.conflicts = conflict::list(known[0], &upstream.conflicts, &local.conflicts);
    recorder.finish(&mut result.conflicts, merged);
    result
}
