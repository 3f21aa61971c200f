//! What may become of issues when a change is taken back: the rules of claims and states hold as
//! for any other change.

use std::collections::{BTreeMap, BTreeSet};

use super::template::{Template, TemplateName};
use super::{
    AgentId, Claim, Draft, EventKind, GateDefinition, GateKey, GateStage, Issue, IssueId, Refusal, Settings,
    State, gate, graph, transition,
};

/// What taking a change back leads to.
#[derive(Clone, Debug, Default)]
pub struct Reverted {
    /// Issues to write.
    pub issues: Vec<Issue>,
    /// Issues to remove.
    pub removed_issues: Vec<IssueId>,
    /// Gate definitions to write (`Some`) and to remove (`None`).
    pub gates: Vec<(GateKey, Option<GateDefinition>)>,
    /// Templates to write (`Some`) and to remove (`None`).
    pub templates: Vec<(TemplateName, Option<Template>)>,
    /// Settings to write.
    pub settings: Option<Settings>,
}

/// Under which circumstances changes are taken back.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Whether claims are settled with a remote.
    pub is_shared: bool,
    /// Whether something was released for it already, which may have been all.
    pub is_begun: bool,
}

/// What taking changes back did so far.
#[derive(Debug, Default)]
pub struct Undone {
    commits: Vec<String>,
    issues: BTreeMap<IssueId, UndoneIssue>,
    /// Whether gate definitions, templates or settings are among it.
    has_project: bool,
}

#[derive(Debug)]
struct UndoneIssue {
    /// As it was at first.
    was: Option<Issue>,
    /// The commits taken back that it was changed for.
    commits: Vec<String>,
}

/// Puts `reverted`, which takes back the change of commit `commit`, into `draft`, and notes it in
/// `undone`.
pub fn apply(
    draft: &mut Draft,
    commit: &str,
    reverted: Reverted,
    terms: Terms,
    undone: &mut Undone,
) -> Result<(), Refusal> {
    let mut touched = Vec::new();
    let mut over = Vec::new();
    for mut issue in reverted.issues {
        let was = draft.tracker().issues.get(&issue.id).cloned();
        over.extend(settle_claim(draft, commit, was.as_ref(), &mut issue, terms.is_shared)?);
        if !is_same(was.as_ref(), Some(&issue)) {
            touched.push((issue.id, was));
            issue.updated = draft.stamp().clone();
            draft.insert(issue);
        }
    }
    check_dependents(draft, commit, &reverted.removed_issues)?;
    for id in reverted.removed_issues {
        let was = draft.issue(id)?.clone();
        remove(draft, &was)?;
        touched.push((id, Some(was)));
    }
    let (gates, templates) = (reverted.gates, reverted.templates);
    let has_project = !gates.is_empty() || !templates.is_empty() || reverted.settings.is_some();
    let is_nothing = touched.is_empty() && !has_project;
    if is_nothing && !terms.is_begun {
        if over.is_empty() {
            over.push("everything is as it was before it already".to_owned());
        }
        return Err(refused(commit, over));
    }
    for over in over {
        draft.warn(over);
    }
    if is_nothing {
        return Ok(());
    }
    put_project(draft, gates, reverted.settings);
    put_templates(draft, templates);
    undone.has_project |= has_project;
    undone.commits.push(commit.to_owned());
    for (id, was) in touched {
        check(draft, commit, id, was.as_ref())?;
        let noted = undone.issues.entry(id).or_insert(UndoneIssue { was, commits: Vec::new() });
        noted.commits.push(commit.to_owned());
    }
    Ok(())
}

/// Why changes are not undone of which one undid the other.
pub const CANCELLED_OUT: &str = "what was changed and what was undone come to nothing";

/// Records what was `undone`, in place of what single changes would record.
pub fn record(draft: &mut Draft, undone: &Undone) -> Result<(), Refusal> {
    let Some(last) = undone.commits.last() else { return Ok(()) };
    let mut is_recorded = false;
    for (id, UndoneIssue { was, commits }) in &undone.issues {
        let issue = draft.tracker().issues.get(id);
        if !is_same(was.as_ref(), issue) {
            let issue = issue.cloned().map(Box::new);
            if let Some(released) = released(was.as_ref(), issue.as_deref()) {
                draft.record(Some(*id), released);
            }
            draft.record(Some(*id), EventKind::ChangeUndone { undone: commits.clone(), issue });
            is_recorded = true;
        }
    }
    if is_recorded {
        return Ok(());
    }
    if !undone.has_project {
        return Err(refused(last, vec![CANCELLED_OUT.to_owned()]));
    }
    draft.record(None, EventKind::ChangeUndone { undone: undone.commits.clone(), issue: None });
    Ok(())
}

/// What tells that the claim which an issue had is over, unless it was finished.
fn released(was: Option<&Issue>, issue: Option<&Issue>) -> Option<EventKind> {
    let (was, issue) = (was?, issue?);
    let claim = was.claim.as_ref().filter(|_| !issue.state.is_finished())?;
    if issue.claim.as_ref().is_some_and(|now| now.id == claim.id) {
        return None;
    }
    let (assignee, claim, reason) = (Some(claim.by.clone()), Some(claim.id), Some("undone".to_owned()));
    Some(EventKind::IssueReleased { assignee, claim, reason, from: was.state })
}

/// Whether an issue is the same, whoever changed it last.
fn is_same(one: Option<&Issue>, other: Option<&Issue>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => *one == Issue { updated: one.updated.clone(), ..other.clone() },
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn refused(commit: &str, reasons: Vec<String>) -> Refusal {
    Refusal::NotUndoable { commit: commit.chars().take(10).collect(), reasons }
}

/// Lets nobody end the claim of another, and one come back that nobody else can have had since.
/// What is to be told of one that does not come back.
fn settle_claim(
    draft: &Draft,
    commit: &str,
    was: Option<&Issue>,
    issue: &mut Issue,
    is_shared: bool,
) -> Result<Option<String>, Refusal> {
    let id = issue.id;
    let by = draft.stamp().by.clone();
    let had = was.and_then(|was| was.claim.clone());
    if had == issue.claim {
        return check_record(draft, was, issue).map(|()| None);
    }
    let claim_id = |claim: Option<&Claim>| claim.map(|claim| claim.id);
    let is_renewal = claim_id(had.as_ref()) == claim_id(issue.claim.as_ref());
    if let Some(had) = had {
        if had.by != by {
            return Err(Refusal::already_claimed(id, &had));
        }
        if is_renewal && is_shared {
            let reason = "a renewal is on record at the remote; 'jit renew' or 'jit release' change it";
            return Err(refused(commit, vec![reason.to_owned()]));
        }
    }
    let Some(claim) = issue.claim.clone().filter(|_| !is_renewal) else { return Ok(None) };
    match draft.tracker().holds.get(&id) {
        Some(hold) if hold.id != claim.id || hold.by != by => Err(Refusal::already_claimed(id, hold)),
        Some(_) => Ok(None),
        None if !is_shared && claim.by == by => Ok(None),
        None => Ok(Some(drop_claim(issue, was, &claim, &by))),
    }
}

/// Refuses to move an issue that only the remote's record shows as held.
fn check_record(draft: &Draft, was: Option<&Issue>, issue: &Issue) -> Result<(), Refusal> {
    let moves = was.is_none_or(|was| was.state != issue.state);
    match draft.tracker().holds.get(&issue.id) {
        Some(hold) if moves && issue.claim.as_ref().is_none_or(|claim| claim.id != hold.id) => {
            Err(Refusal::already_claimed(issue.id, hold))
        }
        _ => Ok(()),
    }
}

/// Leaves the issue to whoever claims it next; what is to be told of it.
fn drop_claim(issue: &mut Issue, was: Option<&Issue>, claim: &Claim, by: &AgentId) -> String {
    issue.claim = None;
    if issue.state == State::InProgress {
        issue.state = State::Open;
    }
    issue.assignee = was.filter(|was| was.claim.is_none()).and_then(|was| was.assignee.clone());
    let short = issue.id.short();
    let whose = if claim.by == *by { "your claim".to_owned() } else { format!("the claim of {}", claim.by) };
    format!("{whose} on {short} is over and does not come back; 'jit claim {short}' makes a new one")
}

fn remove(draft: &mut Draft, issue: &Issue) -> Result<(), Refusal> {
    let id = issue.id;
    // Nothing of it was changed since it was made, so a claim that it has came with it, as an
    // import brings it. Only one that the remote has on record is somebody's.
    if let Some(hold) = draft.tracker().holds.get(&id).filter(|_| !issue.state.is_finished()) {
        return Err(Refusal::already_claimed(id, hold));
    }
    draft.remove(id);
    Ok(())
}

/// Insists that nothing that stays depends on what is to be removed.
fn check_dependents(draft: &Draft, commit: &str, removed: &[IssueId]) -> Result<(), Refusal> {
    if removed.is_empty() {
        return Ok(());
    }
    let removed: BTreeSet<IssueId> = removed.iter().copied().collect();
    let stays = draft.tracker().issues.values().filter(|issue| !removed.contains(&issue.id));
    let on = |issue: &Issue| issue.dependencies.intersection(&removed).next().copied();
    let reasons: Vec<String> = stays
        .filter_map(|issue| Some(format!("{} depends on {}", issue.id.short(), on(issue)?.short())))
        .collect();
    if reasons.is_empty() { Ok(()) } else { Err(refused(commit, reasons)) }
}

/// Insists that an issue, which was as `was` says, is now as some other change could have left it.
/// Rules that were broken before are none of this change's business.
fn check(draft: &mut Draft, commit: &str, id: IssueId, was: Option<&Issue>) -> Result<(), Refusal> {
    let Some(issue) = draft.tracker().issues.get(&id).cloned() else { return Ok(()) };
    let is_new = |on: &&IssueId| was.is_none_or(|was| !was.dependencies.contains(on));
    for on in issue.dependencies.iter().filter(is_new) {
        check_dependency(draft, commit, id, *on)?;
    }
    let is_new = |key: &&GateKey| was.is_none_or(|was| !was.gates.contains_key(*key));
    issue.gates.keys().filter(is_new).try_for_each(|key| gate::check_registered(draft.tracker(), key))?;
    let differs = |part: fn(&Issue, &Issue) -> bool| was.is_none_or(|was| part(was, &issue));
    let moved = differs(|was, issue| was.state != issue.state);
    let waits = matches!(issue.state, State::Done | State::Gated);
    if waits && (moved || differs(|was, issue| was.dependencies != issue.dependencies)) {
        let blockers = draft.tracker().unfinished_dependencies(&issue);
        if !blockers.is_empty() {
            return Err(Refusal::Blocked { issue: id, blockers });
        }
    }
    let gates: Vec<GateKey> =
        gate::pending(draft.tracker(), &issue, GateStage::Post).map(|(key, _)| key.clone()).collect();
    let is_unfit = issue.state == State::Done && !gates.is_empty();
    if is_unfit && (moved || differs(|was, issue| was.gates != issue.gates)) {
        return Err(Refusal::GatesPending { issue: id, gates });
    }
    transition::complete_if_gates_passed(draft, id)
}

fn check_dependency(draft: &mut Draft, commit: &str, id: IssueId, on: IssueId) -> Result<(), Refusal> {
    if let Err(refusal) = draft.issue(on) {
        return Err(match refusal {
            Refusal::IssueNotFound { .. } => {
                let (short, on) = (id.short(), on.short());
                refused(commit, vec![format!("{on}, which {short} depended on, was deleted since")])
            }
            other => other,
        });
    }
    if draft.may_lead_to(on, id)
        && let Some(mut path) = graph::path(draft.tracker(), on, id)
    {
        path.insert(0, id);
        return Err(Refusal::Cycle { path });
    }
    Ok(())
}

fn put_templates(draft: &mut Draft, templates: Vec<(TemplateName, Option<Template>)>) {
    for (name, template) in templates {
        if let Some(template) = template {
            draft.put_template(name.clone(), template.clone());
            draft.record(None, EventKind::TemplateDefined { name, template: Box::new(template) });
        } else {
            draft.remove_template(&name);
            draft.record(None, EventKind::TemplateUndefined { name });
        }
    }
}

fn put_project(draft: &mut Draft, gates: Vec<(GateKey, Option<GateDefinition>)>, changed: Option<Settings>) {
    for (key, definition) in gates {
        if let Some(definition) = definition {
            draft.put_gate(key.clone(), definition.clone());
            draft.record(None, EventKind::GateDefined { key, definition: Box::new(definition) });
        } else {
            draft.remove_gate(&key);
            draft.record(None, EventKind::GateUndefined { key });
        }
    }
    let Some(changed) = changed else { return };
    for key in Settings::keys_of([&draft.tracker().settings, &changed]) {
        if draft.tracker().settings.get(key) != changed.get(key) {
            let (key, value) = (key.name().into_owned(), changed.get(key));
            draft.record(None, EventKind::ConfigChanged { key, value });
        }
    }
    draft.put_settings(changed);
}
