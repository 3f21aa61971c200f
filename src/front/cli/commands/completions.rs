use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::App;
use crate::front::cli::args::Cli;
use crate::front::cli::error::Failure;

/// Print a completion script for a shell
#[derive(Args)]
#[command(after_help = "Example:\n  jit completions bash > ~/.local/share/bash-completion/completions/jit")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "jit", &mut script);
        let script = String::from_utf8_lossy(&script);
        if app.ui.is_json() {
            let shell = self.shell.to_string();
            return Ok(app.ui.json(&serde_json::json!({"shell": shell, "script": script}))?);
        }
        Ok(app.ui.data(&script)?)
    }
}
