use clap::Args;
use clap::builder::PossibleValuesParser;

use super::App;
use crate::front::cli::completion;
use crate::front::cli::error::Failure;

/// Print a completion script for a shell
///
/// It completes commands and options, and from the tracker ids (with titles), labels, gates, agents
/// and filters.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit completions bash > ~/.local/share/bash-completion/completions/jit\n  \
    jit completions zsh > ~/_jit\n  jit completions fish > ~/jit.fish"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_parser = PossibleValuesParser::new(["bash", "elvish", "fish", "powershell", "zsh"]))]
    shell: String,
}

impl CompletionsArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let script = completion::script(&self.shell).unwrap_or_default();
        if app.ui.is_json() {
            return Ok(app.ui.json(&serde_json::json!({"shell": self.shell, "script": script}))?);
        }
        Ok(app.ui.data(&script)?)
    }
}
