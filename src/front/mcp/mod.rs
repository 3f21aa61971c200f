//! A server of the Model Context Protocol on standard input and output: the door for agents
//! that speak it. A tool is one operation of the library; what it answers is what the
//! command prints with `--json`.
//!
//! This is the only place with an asynchronous runtime, and it lives only while the server
//! does. Operations are synchronous and run on threads of their own, several at a time.

pub(crate) mod install;
mod prompts;
mod resources;
mod schema;
mod server;
mod session;
mod tools;
mod transport;

use std::io;

use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;

use crate::ops::Context;
use server::Server;
use session::Session;
use transport::Stdio;

/// Operations that run at the same time; others wait for their turn.
const AT_ONCE: usize = 8;

/// Why a server could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// Threads could not be started.
    #[error("cannot start the server: {0}")]
    Start(#[from] io::Error),
    /// The client did not begin as the protocol demands.
    #[error("the client did not begin as the Model Context Protocol demands: {0}")]
    Handshake(String),
}

/// Serves one client, until it closes standard input. `context` says who acts where neither a
/// request nor, if it does not either, the client's name is to say it.
pub(crate) fn serve(context: Context) -> Result<(), ServeError> {
    let session = Session::new(context);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(AT_ONCE).build()?;
    let served = runtime.block_on(async {
        let running = match Server::new(session).serve(Stdio::start()?).await {
            Ok(running) => running,
            // It went away without a word, which is its right.
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(ServeError::Handshake(error.to_string())),
        };
        // However the service ends, there is nobody left to be told.
        running.waiting().await.ok();
        Ok(())
    });
    // Waits for operations that have begun: what they store, they store whole.
    drop(runtime);
    served
}
