//! Who is served, and in whose name.

use serde_json::{Map, Value};

use crate::front::wire::Told;
use crate::model::AgentId;
use crate::ops::{CommandExecutor, Context};
use crate::store::Storage;

/// The argument that names who acts; every tool that changes something takes it.
pub(super) const BY: &str = "by";

/// What all requests of a client share.
pub(super) struct Session {
    storage: Storage,
    context: Context,
}

impl Session {
    pub(super) fn new(context: Context) -> Self {
        Self { storage: Storage::new("."), context }
    }

    /// Who makes a request: the program of this name, until `cancelled` says that it wants no
    /// answer any more.
    pub(super) fn caller(
        &self,
        client: Option<&str>,
        cancelled: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Caller {
        let actor = self.context.actor().cloned().or_else(|| client.map(AgentId::program));
        let context = self.context.clone().acting_as(actor).with_cancel(cancelled);
        Caller { storage: self.storage.clone(), context }
    }
}

/// Who makes a request.
pub(super) struct Caller {
    storage: Storage,
    context: Context,
}

impl Caller {
    /// Whether it wants no answer any more.
    pub(super) fn is_gone(&self) -> bool {
        self.context.is_cancelled()
    }

    /// The operations: for `by` where the request names somebody, else for whom the server was
    /// started for, else for the program that is the client.
    pub(super) fn executor(&self, by: Option<AgentId>) -> CommandExecutor {
        let actor = by.or_else(|| self.context.actor().cloned());
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
