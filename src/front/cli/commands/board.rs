use clap::Args;
use signal_hook::low_level::emulate_default_handler;

use super::App;
use crate::front::cli::board::{self, Options};
use crate::front::cli::error::Failure;
use crate::front::cli::ui::UiError;

/// Work with issues on a board that fills the terminal
///
/// Issues stand in columns by state and are followed live. The keys are shown at the bottom, and
/// all of them with '?'. What cannot be done is told in the last line but one. 'q' leaves.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit board\n  jit board label:auth 'priority:high|critical'\n\n\
    It needs a terminal of 40 columns and 10 lines. Where there is none, 'jit list' and 'jit status'\n\
    show the same.")]
pub(crate) struct BoardArgs {
    /// Only issues that match; '/' changes it
    #[arg(value_name = "FILTER")]
    terms: Vec<String>,
}

impl BoardArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if app.ui.is_json() || !app.owns_terminal {
            return Err(Failure::Usage {
                message: "the board needs a terminal, for both input and output".to_owned(),
                hint: Some(
                    "'jit list' prints issues, 'jit status' counts them, 'jit watch' follows".to_owned(),
                ),
            });
        }
        app.filter(&self.terms)?;
        let filter = self.terms.join(" ");
        // So that what is wrong with the repository is told as usual.
        let actor = app.jit.actor_name()?;
        let options = Options { filter, actor, color: app.ui.takes_color() };
        if let Some(signal) = board::run(&app.jit, options).map_err(UiError::from)? {
            // The terminal was given back, and all else is as if the signal had ended the process.
            emulate_default_handler(signal).map_err(UiError::from)?;
        }
        Ok(())
    }
}
