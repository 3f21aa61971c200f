use clap::Args;

use super::App;
use super::event_args::{PastArgs, WhatArgs};
use crate::front::cli::error::Failure;
use crate::front::cli::ui::{Ui, UiError};
use crate::front::cli::{input, render};
use crate::front::wire::{ChangedEventList, EventList};
use crate::model::{FieldChange, IssueId};
use crate::store::{CommitId, LoggedEvent};

/// Text of this size is shown while more is read.
const PORTION: usize = 16 << 10;

/// Show who did what, and when, newest first
///
/// Each line begins with the commit, which `undo` and `--at` take. Changes that plain git made are shown as
/// `changed_outside`.
#[derive(Args)]
#[command(after_help = "Examples:\n  jit log -n 20\n  jit log 3f2a\n  jit log -p 3f2a\n  \
    jit log --since 1day --actor agent:x --type issue_claimed\n  \
    jit log --filter 'assignee:me state:in_progress'")]
pub(crate) struct LogArgs {
    /// Only what happened to this issue, which may be deleted
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    past: PastArgs,
    /// Show also what each change did to the fields
    #[arg(short, long)]
    patch: bool,
}

impl LogArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let issue = self.id.as_deref().map(input::id).transpose()?;
        let limit = self.past.limit;
        let filter = self.past.narrow(self.what.filter(issue), app)?;
        match (app.ui.is_json(), self.patch) {
            (true, true) => {
                let mut events: Vec<(String, Vec<FieldChange>)> = Vec::new();
                app.jit.log_changes(&filter, limit, |event, changes| {
                    events.push((event.json, changes));
                    true
                })?;
                let events = events.iter().map(|(json, changes)| (json.as_str(), changes.as_slice()));
                Ok(app.ui.json(&ChangedEventList::new(events))?)
            }
            (true, false) => {
                let mut events = Vec::new();
                app.jit.log(&filter, limit, |event| {
                    events.push(event.json);
                    true
                })?;
                Ok(app.ui.json(&EventList::new(events.iter().map(String::as_str)))?)
            }
            (false, true) => {
                let mut text = Text::new(app.ui);
                app.jit.log_changes(&filter, limit, |event, changes| text.add(&event, Some(changes)))?;
                text.finish()
            }
            (false, false) => {
                let mut text = Text::new(app.ui);
                app.jit.log(&filter, limit, |event| text.add(&event, None))?;
                text.finish()
            }
        }
    }
}

/// What an event is about: what its commit did to an issue, or to everything else.
type About = (CommitId, Option<IssueId>);

/// Events as text, shown while more are read.
struct Text<'u> {
    ui: &'u mut Ui,
    lines: String,
    /// What the last event was about, and what became of that: told below the last of several.
    pending: Option<(About, Vec<FieldChange>)>,
    /// Whether anything was shown.
    shown: Result<bool, UiError>,
}

impl<'u> Text<'u> {
    fn new(ui: &'u mut Ui) -> Self {
        Self { ui, lines: String::new(), pending: None, shown: Ok(false) }
    }

    /// Adds an event; whether more are wanted.
    fn add(&mut self, event: &LoggedEvent, changes: Option<Vec<FieldChange>>) -> bool {
        let about = (event.commit, event.issue_id);
        if self.pending.as_ref().is_some_and(|(of, _)| *of != about) {
            self.add_changes();
        }
        self.lines += &render::event::logged(event, self.ui.times());
        self.lines.push('\n');
        self.pending = changes.map(|changes| (about, changes));
        if self.lines.len() >= PORTION {
            self.show();
        }
        self.shown.is_ok()
    }

    fn add_changes(&mut self) {
        let Some(((_, issue), changes)) = self.pending.take() else { return };
        self.lines += &render::change::below_event(&changes, issue.is_some());
    }

    fn show(&mut self) {
        let shown = self.ui.result(&std::mem::take(&mut self.lines));
        self.shown = shown.map(|()| true);
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.add_changes();
        if !self.lines.is_empty() {
            self.show();
        }
        if !self.shown? {
            self.ui.note("no events");
        }
        Ok(())
    }
}
