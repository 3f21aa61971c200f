//! Failures as JSON.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::blocker::BlockerObject;
use super::hint::hint;
use super::time;
use crate::model::refusal::rfc3339;
use crate::model::{ConflictPlace, GateKey, IssueId, Refusal};

/// Why a command failed. The exit status of the command says of what kind the failure is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "error")]
pub(crate) struct ErrorObject {
    /// The failure.
    pub(crate) error: ErrorBody,
}

/// A failure.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "failure")]
pub(crate) struct ErrorBody {
    /// The stable name of the failure.
    pub(crate) code: String,
    /// One line for people.
    pub(crate) message: String,
    /// What the failure is about; its keys depend on the code.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub(crate) details: Value,
    /// What to run next.
    pub(crate) hint: Option<String>,
}

impl ErrorObject {
    /// A failure; `details` must be an object.
    pub(crate) fn new(
        code: impl Into<String>,
        message: impl Into<String>,
        details: Value,
        hint: Option<String>,
    ) -> Self {
        Self { error: ErrorBody { code: code.into(), message: message.into(), details, hint } }
    }
}

impl From<&Refusal> for ErrorObject {
    fn from(refusal: &Refusal) -> Self {
        Self::new(refusal.code(), refusal.to_string(), details(refusal), hint(refusal))
    }
}

/// The data of `refusal`, as an object.
pub(crate) fn details(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::InvalidId { typed, reason } | Refusal::InvalidAgent { typed, reason } => {
            json!({"typed": typed, "reason": reason})
        }
        Refusal::IssueNotFound { typed } | Refusal::EventNotFound { typed } => json!({"typed": typed}),
        Refusal::AmbiguousId { typed, candidates } => {
            json!({"typed": typed, "candidates": ids(candidates)})
        }
        Refusal::IssueDamaged { issue, path, reason } => {
            json!({"issue_id": id(issue), "path": path, "reason": reason})
        }
        Refusal::Invalid { field, reason } => json!({"field": field, "reason": reason}),
        Refusal::AlreadyClaimed { issue, holder, claim, since, expires, free_from } => json!({
            "issue_id": id(issue),
            "holder": holder.as_str(),
            "claim_id": claim.to_string(),
            "since": rfc3339(since),
            "expires": time(*expires),
            "free_from": time(*free_from),
        }),
        Refusal::HeldByAnother { issue, asked, holder, claim, since } => json!({
            "issue_id": id(issue),
            "asked": asked.as_str(),
            "holder": holder.as_str(),
            "claim_id": claim.to_string(),
            "since": rfc3339(since),
        }),
        Refusal::ReleaseUnpublished { issue, holder, claim } => json!({
            "issue_id": id(issue),
            "holder": holder.as_str(),
            "claim_id": claim.to_string(),
        }),
        Refusal::NotClaimed { issue } | Refusal::NotBlocked { issue } => json!({"issue_id": id(issue)}),
        Refusal::Blocked { issue, blockers } => {
            let blockers: Vec<BlockerObject> = blockers.iter().map(BlockerObject::new).collect();
            json!({"issue_id": id(issue), "blockers": blockers})
        }
        Refusal::Finished { issue, state, action } => {
            json!({"issue_id": id(issue), "state": state.as_str(), "action": action})
        }
        Refusal::BadTransition { issue, from, to } => {
            json!({"issue_id": id(issue), "from": from.as_str(), "to": to})
        }
        Refusal::Cycle { path } => json!({"path": ids(path)}),
        Refusal::NotADependency { issue, on } => json!({"issue_id": id(issue), "dependency": on}),
        Refusal::GatesPending { issue, gates } | Refusal::CheckFailed { issue, gates } => {
            json!({"issue_id": id(issue), "gates": keys(gates)})
        }
        Refusal::GateAlreadyRequired { issue, key } | Refusal::GateNotRequired { issue, key } => {
            json!({"issue_id": id(issue), "gate": key.as_str()})
        }
        Refusal::GateExists { key }
        | Refusal::GateNotFound { key }
        | Refusal::GateNotRegistered { key }
        | Refusal::NoChecker { key } => json!({"gate": key.as_str()}),
        Refusal::NotUndoable { commit, reasons } => json!({"what": commit, "reasons": reasons}),
        Refusal::NothingToUndo { by, found } => json!({"by": by.as_str(), "found": found}),
        Refusal::FilterNotFound { name } => json!({"name": name}),
        Refusal::FilterCycle { path } => {
            json!({"path": path.iter().map(ToString::to_string).collect::<Vec<_>>()})
        }
        Refusal::SettingNotFound { key } => json!({"setting": key}),
        Refusal::ClaimContended { issue } => json!({"issue_id": issue.to_string()}),
        Refusal::ConflictNotFound { place, named } => {
            json!({"place": place.as_ref().map(ConflictPlace::name), "typed": named})
        }
        Refusal::ConflictAmbiguous { typed, conflicts } => {
            let object = |(field, id): &(String, String)| json!({"field": field, "short_id": id});
            json!({"typed": typed, "conflicts": conflicts.iter().map(object).collect::<Vec<_>>()})
        }
        Refusal::TemplateExists { name } | Refusal::TemplateNotFound { name } => {
            json!({"template": name.as_str()})
        }
        Refusal::NotAttached { issue, named } => json!({"issue_id": id(issue), "attachment": named}),
        Refusal::EditedMeanwhile { issue, fields } => json!({"issue_id": id(issue), "fields": fields}),
        Refusal::NothingToClaim { filtered } => json!({"filtered": filtered}),
    }
}

fn id(issue: &IssueId) -> String {
    issue.to_string()
}

fn ids(issues: &[IssueId]) -> Vec<String> {
    issues.iter().map(id).collect()
}

fn keys(gates: &[GateKey]) -> Vec<&str> {
    gates.iter().map(GateKey::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample;
    use crate::model::{Blocker, ClaimId};

    fn json_of(refusal: &Refusal) -> Value {
        serde_json::to_value(ErrorObject::from(refusal)).unwrap()
    }

    #[test]
    fn a_refused_claim_names_the_holder() {
        let json = json_of(&Refusal::AlreadyClaimed {
            issue: sample::id(1),
            holder: sample::agent("copilot:worker-1"),
            claim: ClaimId::new(uuid::Uuid::nil()),
            since: sample::at(0),
            expires: None,
            free_from: None,
        });
        let keys: Vec<&String> = json["error"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "message", "details", "hint"]);
        assert_eq!(json["error"]["code"], "already_claimed");
        assert_eq!(
            json["error"]["details"],
            json!({"issue_id": sample::id(1).to_string(), "holder": "copilot:worker-1",
                "claim_id": "00000000-0000-0000-0000-000000000000",
                "since": "2025-01-02T03:04:05.000Z", "expires": null, "free_from": null})
        );
    }

    #[test]
    fn blockers_are_described_as_they_are_on_issues() {
        let blockers = vec![Blocker::MissingDependency { id: sample::id(2) }];
        let json = json_of(&Refusal::Blocked { issue: sample::id(1), blockers });
        assert_eq!(json["error"]["details"]["blockers"][0]["type"], "missing_dependency");
    }
}
