//! How commits descend from each other, and what was given up on the way.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::{Error, Repo};
use crate::model::ClaimId;

impl Repo {
    /// The last commit that both have in their history; none if the histories are unrelated,
    /// or what they share is not in this clone.
    pub(crate) fn merge_base(&self, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>, Error> {
        if one == other {
            return Ok(Some(one));
        }
        let base = self.git.merge_base(one, other).map_err(Error::git)?;
        Ok(base.map(gix::Id::detach))
    }

    /// Those of `claims` that were released by commits that `tip` has in its history and
    /// `since` has not.
    pub(crate) fn released_claims(
        &self,
        tip: ObjectId,
        since: Option<ObjectId>,
        claims: &BTreeSet<ClaimId>,
    ) -> Result<BTreeSet<ClaimId>, Error> {
        let mut released = BTreeSet::new();
        if claims.is_empty() {
            return Ok(released);
        }
        self.walk_events(tip, since, |event| {
            if event.kind == "issue_released" {
                released.extend(event.claim().filter(|claim| claims.contains(claim)));
            }
            released.len() < claims.len()
        })?;
        Ok(released)
    }
}
