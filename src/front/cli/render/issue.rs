//! One issue, with all there is to know of it.

use super::markdown::Prose;
use super::text::{FAINT, HEADING, clean, clean_block, indented, joined, paint, state};
use super::times::Times;
use super::{conflict, gate};
use crate::model::{Attachment, Claim, Comment, ConflictPlace, Issue, IssueId, Stamp, Tracker};

/// How an issue is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Its texts.
    pub(crate) prose: Prose,
    /// When what was done.
    pub(crate) times: Times,
}

/// All of `issue`. What depends on it is shown where the caller knows it.
pub(crate) fn show(tracker: &Tracker, issue: &Issue, dependents: Option<&[&Issue]>, style: Style) -> String {
    let Style { prose, times } = style;
    let dependencies = issue.dependencies.iter().map(|on| dependency(tracker, *on));
    let dependents = dependents.unwrap_or_default().iter();
    let mut lines = vec![paint(HEADING, &clean(&issue.title)), String::new()];
    lines.extend(fields(tracker, issue, times));
    lines.extend(conflict::of_issue(tracker, &ConflictPlace::Issue(issue.id), &issue.conflicts, times));
    lines.extend(section("Gates", gate::required(tracker, issue, times)));
    lines.extend(section("Depends on", dependencies.collect()));
    lines.extend(section("Needed by", dependents.map(|other| reference(other)).collect()));
    lines.extend(section("Context", issue.context.iter().flat_map(context).collect()));
    lines.extend(section("Attachments", issue.attachments.iter().map(attachment).collect()));
    lines.extend(section("Comments", issue.comments.iter().flat_map(|one| comment(one, style)).collect()));
    lines.extend(section("Description", prose.narrower(2).lines(&issue.description)));
    joined(&lines)
}

fn fields(tracker: &Tracker, issue: &Issue, times: Times) -> Vec<String> {
    let field = |name: &str, value: &str| format!("{name:<10}{value}");
    let mut lines = vec![
        field("Id:", &issue.id.to_string()),
        field("State:", &state(tracker.status(issue).as_str())),
        field("Type:", &clean(&issue.issue_type)),
        field("Priority:", issue.priority.as_str()),
    ];
    lines.extend(issue.assignee.as_ref().map(|assignee| field("Assignee:", &clean(assignee.as_str()))));
    lines.extend(issue.claim.as_ref().map(|claim| field("Claim:", &held(tracker, issue.id, claim, times))));
    if !issue.labels.is_empty() {
        let labels: Vec<&str> = issue.labels.iter().map(String::as_str).collect();
        lines.push(field("Labels:", &clean(&labels.join(", "))));
    }
    let blockers = tracker.current_blockers(issue);
    lines.extend(blockers.iter().map(|by| field("Blocked:", &format!("by {}", clean(&by.to_string())))));
    lines.push(field("Created:", &stamp(&issue.created, times)));
    lines.push(field("Updated:", &stamp(&issue.updated, times)));
    lines
}

fn held(tracker: &Tracker, id: IssueId, claim: &Claim, times: Times) -> String {
    let span = times.span(claim.at, claim.expires, tracker.is_expired(claim));
    let settled = if tracker.provisional.contains(&id) {
        ", provisional until the next sync"
    } else if tracker.given_up.contains(&id) {
        ", released here, which the remote learns with the next sync"
    } else {
        ""
    };
    format!("by {}{span}{settled}", clean(claim.by.as_str()))
}

fn stamp(stamp: &Stamp, times: Times) -> String {
    format!("{} by {}", times.show(stamp.at), clean(stamp.by.as_str()))
}

/// Indented lines under a heading, if there are any.
fn section(heading: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return lines;
    }
    let mut section = vec![String::new(), paint(HEADING, &format!("{heading}:"))];
    section.extend(indented(lines.iter().map(String::as_str)));
    section
}

fn block(text: &str) -> Vec<String> {
    clean_block(text).trim_end().lines().map(str::to_owned).collect()
}

fn dependency(tracker: &Tracker, on: IssueId) -> String {
    match tracker.issues.get(&on) {
        Some(issue) => reference(issue),
        None if tracker.damage_of(on).is_some() => {
            format!("{on}  {}", state("damaged"))
        }
        None => format!("{on}  {}", state("missing")),
    }
}

/// Shows the stored state: what the other issue depends on may not have been read, and then
/// nobody knows whether it is ready.
fn reference(issue: &Issue) -> String {
    format!("{}  {}  {}", issue.id.short(), state(issue.state.as_str()), clean(&issue.title))
}

fn context((key, value): (&String, &String)) -> Vec<String> {
    match block(value).as_slice() {
        [] => vec![format!("{}:", clean(key))],
        [line] => vec![format!("{}: {line}", clean(key))],
        lines => under(format!("{}:", clean(key)), lines),
    }
}

fn attachment(file: &Attachment) -> String {
    format!("{} at {}", clean(file.path()), file.short_commit())
}

fn comment(comment: &Comment, style: Style) -> Vec<String> {
    let head = format!("{}, {}:", clean(comment.by.as_str()), style.times.show(comment.at));
    under(paint(FAINT, &head), &style.prose.narrower(4).lines(&comment.body))
}

fn under(head: String, lines: &[String]) -> Vec<String> {
    let mut block = vec![head];
    block.extend(indented(lines.iter().map(String::as_str)));
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, id, issue};

    const RAW: Style = Style { prose: Prose::Raw, times: Times::EXACT };

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn all_of_an_issue_is_shown_and_clean() {
        let tracker = full_tracker();
        let dependent = issue(4, "Release", &[1]);
        let shown = plain(&show(&tracker, &tracker.issues[&id(1)], Some(&[&dependent]), RAW));
        let expected = "\
Login \\u{1b}[31m

Id:       00000001-0000-4000-8000-000000000000
State:    in_progress
Type:     task
Priority: high
Assignee: copilot:worker-1
Claim:    by copilot:worker-1 since 2025-01-02 03:04:15 UTC until 2025-01-02 04:04:15 UTC
Labels:   auth, wip
Blocked:  by 00000002 Model (open)
Blocked:  by 00000003 (missing)
Created:  2025-01-02 03:04:06 UTC by human:ada
Updated:  2025-01-02 03:04:06 UTC by human:ada

Conflicts:
  title (conflict 00000000)
    upstream: Login
    local:    (empty)
    local was written by human:bob, 2025-01-02 03:04:45 UTC
    changed since: '--take upstream' keeps what stands now
    settle: jit conflict resolve 00000001 title --take local  (or upstream, or another value)

Gates:
  review  pre   pending
  tests   post  passed by ci:github, 2025-01-02 03:04:25 UTC

Depends on:
  00000002  open  Model
  00000003-0000-4000-8000-000000000000  missing

Needed by:
  00000004  open  Release

Context:
  agent_notes: Remember

Attachments:
  docs/login.md at 7777777777

Comments:
  human:ada, 2025-01-02 03:04:35 UTC:
    Looks
    good

Description:
  One
      two
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_issue_with_only_a_title_has_no_sections() {
        let tracker = full_tracker();
        let shown = plain(&show(&tracker, &tracker.issues[&id(2)], None, RAW));
        assert!(shown.ends_with("Updated:  2025-01-02 03:04:07 UTC by human:ada\n"), "{shown}");
        assert_eq!(shown.lines().count(), 8);
    }
}
