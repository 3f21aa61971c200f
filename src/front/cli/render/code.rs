//! Where the tracker meets the code.

use super::text::{HEADING, clean, indented, joined, paint};
use super::times::Times;
use crate::front::wire::REPLAYED;
use crate::model::link::Meant;
use crate::ops::{Closed, ClosedIssue, Fate, HookState, LinkedBranch, LinkedCommit, Links, Started};

/// Digits of a commit's id that are shown.
const DIGITS: usize = 8;

/// The commits and branches that are about an issue, to follow it.
pub(crate) fn links(links: &Links, times: Times) -> String {
    let commits: Vec<String> = links.commits.iter().map(|one| commit(one, times)).collect();
    let branch =
        |branch: &LinkedBranch| format!("{}  {}", branch.tip.to_hex_with_len(DIGITS), clean(&branch.name));
    let branches: Vec<String> = links.branches.iter().map(branch).collect();
    let mut lines = Vec::new();
    for (heading, section) in [("Commits:", commits), ("Branches:", branches)] {
        if !section.is_empty() {
            lines.extend([String::new(), paint(HEADING, heading)]);
            lines.extend(indented(section.iter().map(String::as_str)));
        }
    }
    joined(&lines)
}

fn commit(commit: &LinkedCommit, times: Times) -> String {
    let closes = if commit.closes { "  (closes it)" } else { "" };
    let id = commit.id.to_hex_with_len(DIGITS);
    format!(
        "{id}  {}  {}  {}{closes}",
        times.aligned(commit.at),
        clean(&commit.author),
        clean(&commit.subject)
    )
}

/// Where the work on an issue goes on.
pub(crate) fn started(started: &Started) -> String {
    let new = if started.is_new { " (new)" } else { "" };
    let mut lines = vec![format!("Branch: {}{new}", clean(&started.branch))];
    lines.extend(
        started.worktree.as_ref().map(|dir| format!("Worktree: {}", clean(&dir.display().to_string()))),
    );
    joined(&lines)
}

/// What became of the issues that were closed; not of those that a rule kept from it.
pub(crate) fn closed(closed: &Closed, dry_run: bool, quiet: bool) -> String {
    let line = |one: &ClosedIssue| {
        let verb = match (&one.fate, dry_run) {
            (Fate::Refused(_), _) => return None,
            (Fate::Done, false) => "Completed issue",
            (Fate::Gated, false) => "Gated issue",
            (Fate::Done, true) => "Would complete issue",
            (Fate::Gated, true) => "Would gate issue",
        };
        let (id, by) = (one.issue, one.commit.to_hex_with_len(DIGITS));
        Some(if quiet { id.to_string() } else { format!("{verb}: {id} (commit {by})") })
    };
    joined(&closed.issues.iter().filter_map(line).collect::<Vec<_>>())
}

/// What is said of issues that a rule kept from being closed.
pub(crate) fn refused(closed: &Closed) -> Vec<String> {
    let line = |one: &ClosedIssue| match &one.fate {
        Fate::Refused(refusal) => {
            let (id, by) = (one.issue.short(), one.commit.to_hex_with_len(DIGITS));
            Some(format!("{id} is not closed by commit {by}: {refusal}"))
        }
        Fate::Done | Fate::Gated => None,
    };
    closed.issues.iter().filter_map(line).collect()
}

/// How the hook is, and what a commit would name.
pub(crate) fn hook(state: &HookState, meant: &Meant) -> String {
    let word = match (state.is_installed, state.has_others) {
        (true, false) => "installed",
        (true, true) => "installed, beside another hook",
        (false, true) => "not installed; another hook is there",
        (false, false) => "not installed",
    };
    let commits = match meant {
        Meant::Issue(id) => format!("name {id}"),
        Meant::Nothing => "name no issue: you hold none".to_owned(),
        Meant::Replayed => format!("name no issue: {REPLAYED}"),
        Meant::Unclear(why) => format!("name no issue: {}", clean(why)),
    };
    let path = state.path.display().to_string();
    joined(&[format!("Hook:    {word}"), format!("File:    {}", clean(&path)), format!("Commits: {commits}")])
}
