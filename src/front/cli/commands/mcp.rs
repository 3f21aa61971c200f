use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::mcp;

/// Serve agents that speak the Model Context Protocol [without a command: serve]
#[derive(Args)]
pub(crate) struct McpArgs {
    #[command(subcommand)]
    command: Option<McpCommand>,
}

#[derive(Subcommand)]
enum McpCommand {
    /// Serve one client on standard input and output, until it closes them
    ///
    /// Clients start this by themselves, once 'jit mcp install' has told them to. Who acts is
    /// whom a request names, else --by or JIT_AGENT, else the client by the name it gives.
    #[command(after_help = "Example:\n  jit mcp serve --by agent:ada")]
    Serve(ServeArgs),
}

/// Nothing to say.
#[derive(Args, Default)]
struct ServeArgs {}

impl McpArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self.command.unwrap_or(McpCommand::Serve(ServeArgs::default())) {
            McpCommand::Serve(ServeArgs {}) => mcp::serve(app.jit.context().clone()).map_err(Failure::Mcp),
        }
    }
}
