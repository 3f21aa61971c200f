//! What issues depend on.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{IssueObject, Told, input};
use crate::model::IdPrefix;
use crate::ops::CommandExecutor;

/// Which issue, and on what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DepAdd {
    id: String,
    on: Vec<String>,
}

/// Which issue, and on what.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DepRemove {
    id: String,
    on: Vec<String>,
}

fn some(on: &[String]) -> Result<Vec<IdPrefix>, Told> {
    if on.is_empty() {
        return Err(Told::usage("name at least one issue that it depends on".to_owned(), None));
    }
    Ok(input::ids(on)?)
}

impl Tool for DepAdd {
    const NAME: &'static str = "dep_add";
    const ABOUT: &'static str = "Make an issue wait for others";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.dep_add(&input::id(&self.id)?, &some(&self.on)?)?)
    }
}

impl Tool for DepRemove {
    const NAME: &'static str = "dep_remove";
    const ABOUT: &'static str = "Make an issue not wait for others";
    type Answer = IssueObject<'static>;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        Answer::issue(jit.dep_remove(&input::id(&self.id)?, &some(&self.on)?)?)
    }
}
