//! Who is served, and in whose name.

use serde_json::{Map, Value};

use crate::front::wire::Told;
use crate::model::AgentId;
use crate::ops::{CommandExecutor, Context};
use crate::store::Storage;

/// The argument that names who acts; every tool that changes something takes it.
pub(super) const BY: &str = "by";

/// What all requests of a client share.
#[derive(Clone)]
pub(super) struct Session {
    storage: Storage,
    context: Context,
}

impl Session {
    pub(super) fn new(context: Context) -> Self {
        Self { storage: Storage::new("."), context }
    }

    /// The operations, for whoever asks: `by` where a request names somebody, else whom the
    /// server was started for, else the program that is the client.
    pub(super) fn executor(&self, by: Option<AgentId>, client: Option<&str>) -> CommandExecutor {
        let actor = by.or_else(|| self.context.actor().cloned()).or_else(|| client.map(AgentId::program));
        CommandExecutor::with_context(self.storage.clone(), self.context.clone().acting_as(actor))
    }
}

/// Takes the agent out of the arguments of a request.
pub(super) fn take_by(arguments: &mut Map<String, Value>) -> Result<Option<AgentId>, Told> {
    match arguments.remove(BY) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(by)) => AgentId::parse(&by).map(Some).map_err(Told::of_refusal),
        Some(_) => Err(Told::usage(format!("{BY} is not a string"), None)),
    }
}
