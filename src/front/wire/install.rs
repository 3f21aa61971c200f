//! How clients of the Model Context Protocol are told of the server, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// How a client is told how to start the server.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "client_setup")]
pub(crate) struct ClientSetup {
    /// Its name on a command line.
    pub(crate) client: &'static str,
    /// What people call it.
    pub(crate) title: &'static str,
    /// The file that tells it.
    pub(crate) path: String,
    /// What the file must say, besides anything else.
    pub(crate) config: String,
    /// Whether the file was changed.
    pub(crate) changed: bool,
    /// The difference to what the file said before; null unless it was to be written.
    pub(crate) diff: Option<String>,
}

/// How all clients that are known are told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "client_setup_list")]
pub(crate) struct ClientSetupList {
    /// The clients.
    clients: Vec<ClientSetup>,
    /// How many.
    count: usize,
}

impl ClientSetupList {
    /// All of `clients`.
    #[cfg(feature = "mcp")]
    pub(crate) fn new(clients: Vec<ClientSetup>) -> Self {
        Self { count: clients.len(), clients }
    }
}
