use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::env;
use crate::front::cli::error::Failure;
use crate::front::mcp;
use crate::front::mcp::install::{Client, Request};
use crate::front::wire::{ClientSetup, ClientSetupList};
use crate::model::AgentId;

/// Serve agents that speak the Model Context Protocol [without a command: serve]
#[derive(Args)]
pub(crate) struct McpArgs {
    #[command(subcommand)]
    command: Option<McpCommand>,
}

#[derive(Subcommand)]
enum McpCommand {
    /// Tell a client how to start the server
    ///
    /// Prints what to add to the client's configuration, or with --write adds it, after showing
    /// the difference. What is there stays as it is; a file that is not understood is left
    /// alone.
    #[command(after_help = "Examples:\n  jit mcp install\n  jit mcp install --client claude-code --write")]
    Install(InstallArgs),
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

/// Which client, and what to tell it.
#[derive(Args)]
struct InstallArgs {
    /// The client [default: all, one after the other]
    #[arg(long, value_parser = PossibleValuesParser::new(Client::ALL.map(Client::name)))]
    client: Option<String>,
    /// Add it to the client's configuration
    #[arg(long, requires = "client")]
    write: bool,
    /// What the client is to call the server
    #[arg(long, default_value = "jit")]
    name: String,
    /// In whose name it is to act, as kind:name [default: the client's own]
    #[arg(long)]
    agent: Option<String>,
}

impl McpArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self.command.unwrap_or(McpCommand::Serve(ServeArgs::default())) {
            McpCommand::Install(args) => args.run(app),
            McpCommand::Serve(ServeArgs {}) => mcp::serve(app.jit.context().clone()).map_err(Failure::Mcp),
        }
    }
}

impl InstallArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if self.name.is_empty() || self.name.chars().any(|c| !c.is_ascii_alphanumeric() && !"-_".contains(c))
        {
            return Err(Failure::usage(format!("{:?}: a name is letters, digits, '-' and '_'", self.name)));
        }
        let agent = self.agent.as_deref().map(AgentId::parse).transpose()?;
        let (project, home) = (app.jit.places()?.work_dir, env::home_dir()?);
        let program = env::current_program()?;
        let request = |client| Request {
            client,
            name: &self.name,
            agent: agent.as_ref(),
            project: &project,
            home: &home,
            program: &program,
        };
        let Some(client) = self.client.as_deref().and_then(Client::of) else {
            return print_all(app, &Client::ALL.map(request));
        };
        let request = request(client);
        if self.write { write(app, &request) } else { print(app, &request) }
    }
}

/// Prints what to tell each client.
fn print_all(app: &mut App<'_>, requests: &[Request<'_>]) -> Result<(), Failure> {
    if app.ui.is_json() {
        return Ok(app.ui.json(&ClientSetupList::new(requests.iter().map(planned).collect()))?);
    }
    let text = |request: &Request<'_>| {
        format!("{}: {}\n\n{}", request.client.title(), request.path().display(), request.config())
    };
    let texts: Vec<String> = requests.iter().map(text).collect();
    Ok(app.ui.result(&texts.join("\n"))?)
}

/// Prints what to tell one.
fn print(app: &mut App<'_>, request: &Request<'_>) -> Result<(), Failure> {
    if app.ui.is_json() {
        return Ok(app.ui.json(&planned(request))?);
    }
    app.ui.note(&format!("for {}: {}", request.client.title(), request.path().display()));
    Ok(app.ui.data(&request.config())?)
}

/// Tells one.
fn write(app: &mut App<'_>, request: &Request<'_>) -> Result<(), Failure> {
    let edit = request.edit()?;
    let diff = edit.diff();
    if !app.ui.is_json() && !app.ui.is_quiet() && !diff.is_empty() {
        app.ui.result(&diff)?;
    }
    edit.write()?;
    let changed = edit.is_change();
    if app.ui.is_json() {
        return Ok(app.ui.json(&ClientSetup { diff: Some(diff), changed, ..planned(request) })?);
    }
    let verb = if changed { "Updated" } else { "Unchanged" };
    Ok(app.ui.result(&format!("{verb} file: {}", edit.path().display()))?)
}

fn planned(request: &Request<'_>) -> ClientSetup {
    ClientSetup {
        client: request.client.name(),
        title: request.client.title(),
        path: request.path().display().to_string(),
        config: request.config(),
        changed: false,
        diff: None,
    }
}
