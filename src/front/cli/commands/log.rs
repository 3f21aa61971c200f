use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::ui::UiError;
use crate::front::cli::{input, render};
use crate::front::wire::{self, EventList};
use crate::ops::EventFilter;

/// Text of this size is shown while more is read.
const PORTION: usize = 16 << 10;

/// Show who did what, and when, newest first
#[derive(Args)]
#[command(after_help = "Examples:\n  jit log -n 20\n  jit log 3f2a")]
pub(crate) struct LogArgs {
    /// Only what happened to this issue, which may be deleted
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Only the newest N events
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

impl LogArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let issue = self.id.as_deref().map(input::id).transpose()?;
        let filter = EventFilter { issue, ..EventFilter::default() };
        if app.ui.is_json() {
            let mut events = Vec::new();
            app.jit.log(&filter, self.limit, |event| {
                events.push(event.json);
                true
            })?;
            return Ok(app.ui.json(&EventList::new(events.iter().map(String::as_str)))?);
        }
        let (mut text, mut shown) = (String::new(), Ok::<bool, UiError>(false));
        app.jit.log(&filter, self.limit, |event| {
            text += &render::event::line(&wire::parse_event(&event.json));
            text.push('\n');
            if text.len() >= PORTION {
                shown = app.ui.result(&std::mem::take(&mut text)).map(|()| true);
            }
            shown.is_ok()
        })?;
        if !text.is_empty() {
            app.ui.result(&text)?;
        } else if !shown? {
            app.ui.note("no events");
        }
        Ok(())
    }
}
