use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{render, respond};
use crate::front::wire::UndoObject;
use crate::ops::UndoRequest;

/// Take changes back by a new one, so that later edits stand
///
/// Without an event: the newest change that you made. To undo an undo redoes. It is refused
/// where something else was made of what is to be undone, and where a rule does not allow it.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit undo\n  jit undo -n 3\n  jit undo HEAD~1")]
pub(crate) struct UndoArgs {
    /// The change: the id of one of its events or of its commit, or the beginning of either; or HEAD~2
    #[arg(value_name = "EVENT", conflicts_with = "count")]
    event: Option<String>,
    /// Take back the newest N changes that you made, in one commit
    #[arg(short = 'n', value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
}

impl UndoArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let request = match self.event {
            Some(event) => UndoRequest::Event(event),
            None => UndoRequest::Newest(self.count.into()),
        };
        let outcome = app.jit.undo(&request)?;
        respond::warnings(app.ui, &outcome);
        if app.ui.is_json() {
            return Ok(app.ui.json(&UndoObject::new(&outcome))?);
        }
        if app.ui.is_quiet() {
            return Ok(app.ui.data(&render::list::ids(&outcome.ids))?);
        }
        Ok(app.ui.result(&render::change::undone(&outcome.value, app.ui.times()))?)
    }
}
