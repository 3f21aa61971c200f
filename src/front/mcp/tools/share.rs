//! Sharing the tracker with a remote.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Tool;
use super::answer::Answer;
use crate::front::wire::{SyncObject, Told};
use crate::ops::{CommandExecutor, Direction, RemoteUse, SyncRequest};

/// With whom, and which way.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sync {
    remote: Option<String>,
    #[schemars(extend("enum" = [Direction::Both, Direction::Pull, Direction::Push].map(Direction::as_str)))]
    direction: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

impl Sync {
    fn direction(&self) -> Result<Direction, Told> {
        let all = [Direction::Both, Direction::Pull, Direction::Push];
        let Some(named) = &self.direction else { return Ok(Direction::Both) };
        let found = all.into_iter().find(|direction| direction.as_str() == named);
        found.ok_or_else(|| Told::usage(format!("{named:?} is no direction: both, pull or push"), None))
    }
}

impl Tool for Sync {
    const NAME: &'static str = "sync";
    const ABOUT: &'static str = "Share the tracker with the git remote: fetch, merge, publish";
    type Answer = SyncObject;
    const DEPTH: usize = 2;

    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told> {
        if jit.context().remote_use() == RemoteUse::Offline {
            return Err(Told::usage("this server was started with --offline".to_owned(), None));
        }
        let request = SyncRequest {
            direction: self.direction()?,
            remote: self.remote,
            dry_run: self.dry_run,
            depth: None,
            accept_rewind: false,
            timeout: None,
        };
        let synced = jit.sync(&request)?;
        Answer::of(&SyncObject::from(&synced), synced.warnings)
    }
}
