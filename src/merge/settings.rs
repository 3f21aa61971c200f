//! The project's settings, one by one.

use super::conflict::{self, Recorder};
use super::{ConflictPlace, Merged, Sides, extra};
use crate::model::Settings;

/// Merges the settings.
pub(super) fn merge(sides: &Sides<'_>, merged: &mut Merged) {
    let [base, upstream, local] = [sides.base, sides.upstream, sides.local].map(|side| &side.settings);
    merged.tracker.settings = if upstream == local || base == local {
        upstream.clone()
    } else if base == upstream {
        local.clone()
    } else {
        both(sides, merged)
    };
}

fn both(sides: &Sides<'_>, merged: &mut Merged) -> Settings {
    let [base, upstream, local] = [sides.base, sides.upstream, sides.local].map(|side| &side.settings);
    let stamps = conflict::project_stamps(sides);
    let known = [base, upstream, local].map(|settings| settings.conflicts.as_slice());
    let mut recorder = Recorder::new(ConflictPlace::Settings, known, stamps);
    let mut result = upstream.clone();
    for key in Settings::keys_of([base, upstream, local]) {
        let name = key.name();
        let values = [base, upstream, local].map(|settings| settings.get(key));
        let known = [Some(&values[0]), Some(&values[1]), Some(&values[2])];
        // A filter without a text is one that is not there.
        let text = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
        if recorder.takes_local(&name, known, text) {
            // What is not understood as it is shown cannot be taken; upstream's stands then.
            if result.put(key, &values[2]).is_err() {
                recorder.record(
                    &*name,
                    Some(values[1].clone()),
                    Some(values[2].clone()),
                    conflict::Side::Local,
                );
            }
        }
    }
    result.extra = extra::merge("extra.", Some(&base.extra), &upstream.extra, &local.extra, &mut recorder);
    result.conflicts = conflict::list(&base.conflicts, &upstream.conflicts, &local.conflicts);
    recorder.finish(&mut result.conflicts, merged);
    result
}
