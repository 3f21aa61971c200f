//! What to run after a refusal.

use crate::model::undo::CANCELLED_OUT;
use crate::model::{Blocker, IssueId, Refusal, State};

/// The commands that help after `refusal`, in one line.
pub(crate) fn hint(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::InvalidId { .. } => {
            Some("an id is at least its first 4 hexadecimal digits; 'jit issue list' shows them".to_owned())
        }
        Refusal::IssueNotFound { .. } => Some("'jit issue list' shows what there is".to_owned()),
        Refusal::AmbiguousId { .. } => Some("type more digits of the one you mean".to_owned()),
        Refusal::IssueDamaged { .. } => {
            Some("'jit validate' names every file that cannot be read".to_owned())
        }
        Refusal::InvalidAgent { .. } => Some("write it like copilot:worker-1 or human:ada".to_owned()),
        Refusal::AlreadyClaimed { issue, .. } => {
            Some(format!("'jit claim-next' claims another; 'jit show {}' tells more", issue.short()))
        }
        Refusal::HeldByAnother { issue, holder, .. } => {
            Some(format!("'jit release {}' once more would take it from {holder}", issue.short()))
        }
        Refusal::ReleaseUnpublished { issue, .. } => Some(format!(
            "'jit sync' publishes the release; 'jit claim {}' does that first and then claims it",
            issue.short()
        )),
        Refusal::NotClaimed { issue } => Some(format!("'jit issue claim {}' claims it", issue.short())),
        Refusal::Blocked { issue, blockers } => blocked(*issue, blockers),
        Refusal::NotBlocked { issue } => Some(format!("'jit dep add {} <id>' makes it wait", issue.short())),
        Refusal::Finished { issue, .. } => Some(reopen(*issue)),
        Refusal::BadTransition { issue, from, .. } => Some(bad_transition(*issue, *from)),
        Refusal::Cycle { path } => cycle(path),
        Refusal::NotADependency { issue, .. } => {
            Some(format!("'jit issue show {}' lists its dependencies", issue.short()))
        }
        Refusal::ClaimContended { .. } => Some("try again".to_owned()),
        Refusal::NothingToClaim { .. } => Some("'jit query blocked' shows what waits for what".to_owned()),
        Refusal::ConflictNotFound { .. } => Some("'jit conflict list' shows what there is".to_owned()),
        Refusal::ConflictAmbiguous { conflicts, .. } => {
            let (_, id) = conflicts.first()?;
            Some(format!(
                "'jit conflict resolve {id} --take local' settles one of them, '--all' all of one issue"
            ))
        }
        Refusal::NotUndoable { reasons, .. } if reasons.iter().any(|reason| reason == CANCELLED_OUT) => Some(
            "your newest change is an undo itself; 'jit undo HEAD~2' goes further back: HEAD is the newest \
                 change of the tracker, HEAD~1 the one before"
                .to_owned(),
        ),
        Refusal::NotUndoable { .. } => Some("'jit log -p' shows what each change did".to_owned()),
        Refusal::NothingToUndo { .. } => {
            Some("'jit undo EVENT' undoes any change; 'jit log --json' shows the ids of events".to_owned())
        }
        Refusal::EventNotFound { .. } => Some("'jit log --json' shows the ids of events".to_owned()),
        Refusal::FilterNotFound { name } => Some(format!(
            "'jit config list' shows the saved filters; quoted, as '\"@{name}\"', it is text to be found"
        )),
        Refusal::FilterCycle { path } => {
            let name = path.first()?;
            Some(format!("'jit config set filter.{name} FILTER' makes it stand for something else"))
        }
        Refusal::TemplateExists { name } => {
            Some(format!("'jit template show {name}' shows it; '--replace' replaces it"))
        }
        Refusal::TemplateNotFound { name } => {
            Some(format!("'jit template list' shows what there is; 'jit template add {name}' makes one"))
        }
        Refusal::NotAttached { issue, .. } => {
            Some(format!("'jit issue show {}' lists what is attached", issue.short()))
        }
        Refusal::EditedMeanwhile { issue, .. } => Some(format!("'jit diff {}' shows how", issue.short())),
        Refusal::SettingNotFound { .. } => Some("'jit config list' shows the settings".to_owned()),
        Refusal::Invalid { .. } => None,
        Refusal::GatesPending { issue, gates } => {
            let (s, gate) = (issue.short(), gates.first()?);
            Some(format!("'jit gate pass {s} {gate}' passes it by hand; 'jit gate check {s}' runs checkers"))
        }
        Refusal::CheckFailed { issue, .. } => {
            Some(format!("mend what the checker found, then run 'jit gate check {}' again", issue.short()))
        }
        Refusal::GateExists { key } => Some(format!("'jit registry show {key}' shows it")),
        Refusal::GateNotFound { key } => {
            Some(format!("'jit registry list' shows the gates; 'jit registry add {key}' defines one"))
        }
        Refusal::GateNotRegistered { key } => Some(format!(
            "'jit registry add {key}' defines it; 'jit config set strict_gates false' allows any gate"
        )),
        Refusal::GateAlreadyRequired { issue, .. } => {
            Some(format!("'jit issue show {}' shows how it stands", issue.short()))
        }
        Refusal::GateNotRequired { issue, key } => {
            Some(format!("'jit gate add {} {key}' requires it", issue.short()))
        }
        Refusal::NoChecker { key } => Some(format!("'jit gate pass <id> {key}' passes it by hand")),
    }
}

/// How to use the tracker that a remote keeps in `reference`, or not to.
pub(crate) fn adopt_hint(reference: &str) -> String {
    let adopt = match reference {
        "refs/jit/main" => "git config --unset jit.ref".to_owned(),
        other => format!("git config jit.ref {other}"),
    };
    format!("'{adopt}' and then 'jit init' adopts it; 'jit --offline init' makes another")
}

/// The one command that helps with what blocks first: what must be finished, else the
/// dependency that nobody can finish, else the gate.
fn blocked(issue: IssueId, blockers: &[Blocker]) -> Option<String> {
    let s = issue.short();
    Some(match blockers.first()? {
        Blocker::Dependency { .. } => format!("'jit graph show {s}' shows what must be finished first"),
        Blocker::MissingDependency { id } => {
            format!("'jit dep rm {s} {}' drops a dependency that is not there", id.short())
        }
        Blocker::DamagedDependency { .. } => "'jit validate' names every file that cannot be read".to_owned(),
        Blocker::Gate { key, .. } => format!("'jit gate pass {s} {key}' passes it by hand"),
    })
}

fn bad_transition(issue: IssueId, from: State) -> String {
    match from {
        State::Done | State::Rejected => reopen(issue),
        State::Gated => format!("'jit issue release {}' opens it for others", issue.short()),
        State::Open | State::InProgress => {
            format!("'jit issue update {} --state done' finishes it", issue.short())
        }
    }
}

fn reopen(issue: IssueId) -> String {
    format!("'jit issue update {} --state open' reopens it", issue.short())
}

/// The second issue on the path is the one that was to be depended on.
fn cycle(path: &[IssueId]) -> Option<String> {
    match path {
        [issue, on, ..] if issue != on => {
            Some(format!("'jit graph show {}' shows what that one depends on", on.short()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AgentId, ClaimId, GateKey, Timestamp};

    fn id(digit: &str) -> IssueId {
        digit.repeat(32).parse().unwrap()
    }

    #[test]
    fn a_refused_claim_says_how_to_take_the_issue() {
        let refusal = Refusal::AlreadyClaimed {
            issue: id("a"),
            holder: AgentId::parse("copilot:worker-1").unwrap(),
            claim: ClaimId::new(uuid::Uuid::nil()),
            since: Timestamp::UNIX_EPOCH,
            expires: None,
            free_from: None,
        };
        let hint = hint(&refusal).unwrap();
        assert!(hint.contains("'jit show aaaaaaaa'"), "{hint}");
    }

    #[test]
    fn pending_gates_name_the_first_to_pass() {
        let gates = vec![GateKey::parse("review").unwrap()];
        let hint = hint(&Refusal::GatesPending { issue: id("b"), gates }).unwrap();
        assert!(hint.starts_with("'jit gate pass bbbbbbbb review'"), "{hint}");
    }

    #[test]
    fn an_issue_that_waits_for_itself_needs_no_hint() {
        assert_eq!(hint(&Refusal::Cycle { path: vec![id("a"), id("a")] }), None);
        let longer = hint(&Refusal::Cycle { path: vec![id("a"), id("b"), id("a")] }).unwrap();
        assert!(longer.contains("'jit graph show bbbbbbbb'"), "{longer}");
    }
}
