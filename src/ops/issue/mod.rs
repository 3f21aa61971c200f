//! Operations on issues.

mod attach;
pub(super) mod batch;
mod claim;
pub(super) mod claim_next;
mod claimable;
mod comment;
mod create;
mod delete;
mod edit;
mod reject;
mod release;
mod renew;
mod shared_claim;
mod stale;
pub(super) mod update;
