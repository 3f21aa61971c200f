//! What a sync did, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::conflict::ConflictObject;
use crate::ops::{Change, ChangedIssue, Direction, End, EndedClaim, Moved, Synced};

/// What a sync did, or with `--dry-run` would do.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "sync")]
pub(crate) struct SyncObject {
    /// The remote.
    remote: String,
    /// Where it is.
    url: String,
    /// Which way it went.
    #[schemars(extend("enum" = [Direction::Both, Direction::Pull, Direction::Push].map(Direction::as_str)))]
    direction: &'static str,
    /// Whether nothing was changed.
    dry_run: bool,
    /// Whether this clone had no tracker and has the remote's now.
    adopted: bool,
    /// How the tracker here moved; null if it did not.
    pulled: Option<MoveObject>,
    /// How the remote's tracker moved; null if it did not.
    pushed: Option<MoveObject>,
    /// The commit of the last merge; null if none was needed.
    merged: Option<String>,
    /// The issues that came and went.
    issues: Vec<SyncedIssueObject>,
    /// Claims that did not stand, or that somebody else ended.
    claims_lost: Vec<LostClaimObject>,
    /// Claims of unfinished issues that ended at the remote: released, or cut short by a crash.
    claims_given_back: Vec<LostClaimObject>,
    /// Values that could not be kept, and are put aside.
    conflicts: Vec<ConflictObject>,
    /// Dependencies that would have closed a circle, or whose issue is gone.
    dropped_dependencies: Vec<DroppedObject>,
    /// Commits that the remote does not have yet.
    unpublished: usize,
    /// How often the remote was asked.
    rounds: usize,
}

/// A move of a tracker.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "sync_move")]
struct MoveObject {
    /// The commit before; null if there was none.
    from: Option<String>,
    /// The commit after.
    to: String,
    /// How many commits that added.
    commits: usize,
}

impl MoveObject {
    fn new(moved: &Moved) -> Self {
        let from = moved.from.map(|id| id.to_string());
        Self { from, to: moved.to.to_string(), commits: moved.commits }
    }
}

/// An issue that a sync brought or took along.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "synced_issue")]
struct SyncedIssueObject {
    /// The UUID.
    id: String,
    /// The first eight digits of the id.
    short_id: String,
    /// Its title.
    title: String,
    /// How it changed here; null if it did not.
    #[schemars(extend("enum" = ["created", "updated", "deleted", null]))]
    came: Option<&'static str>,
    /// How it changed on the remote; null if it did not.
    #[schemars(extend("enum" = ["created", "updated", "deleted", null]))]
    went: Option<&'static str>,
}

impl SyncedIssueObject {
    fn new(issue: &ChangedIssue) -> Self {
        Self {
            id: issue.id.to_string(),
            short_id: issue.id.short(),
            title: issue.title.clone(),
            came: issue.came.map(Change::as_str),
            went: issue.went.map(Change::as_str),
        }
    }
}

/// A claim that did not stand: another clone was first or has ended it, or it was given back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "lost_claim")]
struct LostClaimObject {
    /// The issue.
    issue_id: String,
    /// The claim that is void.
    claim: String,
    /// Who had it.
    holder: String,
    /// Who holds the issue instead; null if nobody does.
    winner: Option<String>,
    /// What became of the issue: claimed by somebody else, finished, or released.
    #[schemars(extend("enum" = End::ALL.map(End::as_str)))]
    ended: &'static str,
    /// Who did that; null where the log does not say.
    ended_by: Option<String>,
}

impl From<&EndedClaim> for LostClaimObject {
    fn from(lost: &EndedClaim) -> Self {
        let by = lost.by.as_ref().map(ToString::to_string);
        Self {
            issue_id: lost.issue.to_string(),
            claim: lost.claim.id.to_string(),
            holder: lost.claim.by.to_string(),
            winner: by.clone().filter(|_| lost.end == End::Claimed),
            ended: lost.end.as_str(),
            ended_by: by,
        }
    }
}

/// A dependency that a merge could not keep.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "dropped_dependency")]
struct DroppedObject {
    /// The issue that depended.
    issue_id: String,
    /// What it depended on.
    on: String,
}

impl From<&Synced> for SyncObject {
    fn from(synced: &Synced) -> Self {
        Self {
            remote: synced.remote.clone(),
            url: synced.url.clone(),
            direction: synced.direction.as_str(),
            dry_run: synced.dry_run,
            adopted: synced.adopted,
            pulled: synced.pulled.as_ref().map(MoveObject::new),
            pushed: synced.pushed.as_ref().map(MoveObject::new),
            merged: synced.merged.map(|id| id.to_string()),
            issues: synced.issues.iter().map(SyncedIssueObject::new).collect(),
            claims_lost: synced.claims_lost.iter().map(LostClaimObject::from).collect(),
            claims_given_back: synced.claims_given_back.iter().map(LostClaimObject::from).collect(),
            conflicts: synced
                .conflicts
                .iter()
                .map(|recorded| ConflictObject::new(&recorded.place, &recorded.conflict))
                .collect(),
            dropped_dependencies: synced
                .dropped_dependencies
                .iter()
                .map(|(issue, on)| DroppedObject { issue_id: issue.to_string(), on: on.to_string() })
                .collect(),
            unpublished: synced.unpublished,
            rounds: synced.rounds,
        }
    }
}
