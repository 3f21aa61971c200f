//! What a sync did.

use similar::TextDiff;

use super::text::{FAINT, clean, clean_block, count, joined, paint};
use crate::merge::RecordedConflict;
use crate::model::ConflictPlace;
use crate::model::conflict::DELETED;
use crate::ops::{ChangedIssue, EndedClaim, Synced};

/// How many issues are named before the rest is only counted.
const MAX_NAMED: usize = 20;

/// What came, what went, what was put aside.
pub(crate) fn synced(synced: &Synced) -> String {
    let mut lines = Vec::new();
    let remote = clean(&synced.remote);
    let would = if synced.dry_run { "would have " } else { "" };
    if synced.adopted {
        lines.push(format!("{would}adopted the tracker of {remote}"));
    } else if synced.pulled.as_ref().is_some_and(|pulled| pulled.commits == 0) {
        lines.push(format!("{would}gone back with {remote}"));
    } else if let Some(pulled) = &synced.pulled {
        lines.push(format!("{would}pulled {} from {remote}", count(pulled.commits, "commit")));
    }
    if let Some(pushed) = &synced.pushed {
        lines.push(format!("{would}pushed {} to {remote}", count(pushed.commits, "commit")));
    }
    lines.extend(issues(&synced.issues));
    lines.extend(synced.claims_lost.iter().map(lost));
    for ended in &synced.claims_given_back {
        let (holder, issue) = (clean(ended.claim.by.as_str()), ended.issue.short());
        lines.push(format!("gave back the claim of {holder} on {issue}"));
    }
    for (issue, on) in &synced.dropped_dependencies {
        lines.push(format!("{} no longer depends on {}: put aside", issue.short(), on.short()));
    }
    lines.extend(synced.conflicts.iter().flat_map(conflict));
    if !synced.conflicts.is_empty() {
        lines.push("'jit conflict list' shows what is to be settled".to_owned());
    }
    if lines.is_empty() {
        lines.push(format!("up to date with {remote}"));
    }
    if synced.unpublished > 0 && synced.pushed.is_none() {
        let commits = count(synced.unpublished, "commit");
        lines.push(format!("{commits} not published yet ('jit sync' publishes)"));
    }
    joined(&lines)
}

fn issues(issues: &[ChangedIssue]) -> Vec<String> {
    let line = |issue: &ChangedIssue| {
        let sign = match (issue.came, issue.went) {
            (Some(_), Some(_)) => "<>",
            (Some(_), None) => "< ",
            (None, _) => " >",
        };
        let change = issue.came.or(issue.went).map_or("", crate::ops::Change::as_str);
        format!("  {sign} {}  {change:<7}  {}", issue.id.short(), clean(&issue.title))
    };
    let mut lines: Vec<String> = issues.iter().take(MAX_NAMED).map(line).collect();
    if issues.len() > MAX_NAMED {
        lines.push(format!("  and {} more", issues.len() - MAX_NAMED));
    }
    lines
}

fn lost(lost: &EndedClaim) -> String {
    let (holder, why) = (lost.claim.by.as_str(), lost.reason());
    format!("{} is not {}'s: {}", lost.issue.short(), clean(holder), clean(&why))
}

fn conflict(recorded: &RecordedConflict) -> Vec<String> {
    let place = match &recorded.place {
        ConflictPlace::Issue(id) => id.short(),
        ConflictPlace::Gate(key) => format!("gate {key}"),
        ConflictPlace::Template(name) => format!("template {name}"),
        ConflictPlace::Settings => "settings".to_owned(),
    };
    let conflict = &recorded.conflict;
    if conflict.field == DELETED {
        let by = clean(conflict.by.as_str());
        return vec![format!("{place} stays: {by} deleted it, and it was changed elsewhere")];
    }
    let head = format!(
        "{place} {}: two values; the remote's stands (+), the other is kept (-)",
        clean(&conflict.field)
    );
    let text = |value: &Option<String>| {
        let mut text = clean_block(value.as_deref().unwrap_or_default()).into_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    };
    let (local, upstream) = (text(&conflict.local), text(&conflict.upstream));
    let diff = TextDiff::from_lines(&local, &upstream);
    let mut lines = vec![head];
    for change in diff.iter_all_changes() {
        let line = format!("    {}{}", change.tag(), change.value().trim_end_matches('\n'));
        lines.push(if change.tag() == similar::ChangeTag::Equal { paint(FAINT, &line) } else { line });
    }
    lines
}
