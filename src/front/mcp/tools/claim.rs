//! Taking issues and giving them up.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{IssueObject, Told, input};
use crate::ops::{self, CommandExecutor};

/// Which issue, for how long.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim {
    id: String,
    /// How long, such as 2h
    ttl: Option<String>,
}

/// Which issues will do, for how long.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimNext {
    /// As of list
    filter: Option<String>,
    ttl: Option<String>,
}

/// Which issue, for how long.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Renew {
    id: String,
    ttl: Option<String>,
}

/// Which issue, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    id: String,
    reason: Option<String>,
}

impl Tool for Claim {
    const NAME: &'static str = "claim";
    const ABOUT: &'static str = "Claim an issue, to work on it";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let ttl = input::secs("ttl", self.ttl.as_deref())?;
        Answer::issue(jit.claim(&input::id(&self.id)?, None, ttl)?)
    }
}

impl Tool for ClaimNext {
    const NAME: &'static str = "claim_next";
    const ABOUT: &'static str = "Claim the most urgent issue that is ready";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let request = ops::ClaimNext {
            agent: None,
            filter: jit.filter(self.filter.as_deref())?,
            ttl_secs: input::secs("ttl", self.ttl.as_deref())?,
        };
        Answer::issue(jit.claim_next(&request)?)
    }
}

impl Tool for Renew {
    const NAME: &'static str = "renew";
    const ABOUT: &'static str = "Extend your claim before it expires";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        let ttl = input::secs("ttl", self.ttl.as_deref())?;
        Answer::issue(jit.renew(&input::id(&self.id)?, None, ttl)?)
    }
}

impl Tool for Release {
    const NAME: &'static str = "release";
    const ABOUT: &'static str = "Give an issue up for others to claim";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.release(&input::id(&self.id)?, self.reason.as_deref())?)
    }
}
