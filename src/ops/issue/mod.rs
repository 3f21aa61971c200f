//! Operations on issues.

pub(super) mod batch;
mod claim;
pub(super) mod claim_next;
mod claimable;
mod comment;
mod create;
mod delete;
mod reject;
mod release;
mod renew;
mod shared_claim;
mod stale;
pub(super) mod update;
