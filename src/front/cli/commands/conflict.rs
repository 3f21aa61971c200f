use clap::{Args, Subcommand};

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::ConflictList;
use crate::model::conflict::{Located, Which};
use crate::model::settle::Take;

/// Settle values that merges could not keep [without a command: list them]
#[derive(Args)]
pub(crate) struct ConflictArgs {
    #[command(subcommand)]
    command: Option<ConflictCommand>,
}

#[derive(Subcommand)]
enum ConflictCommand {
    /// List the conflicts that nobody settled
    ///
    /// Those of issues that match, the most urgent first. Without a filter also those of gates
    /// and of the settings.
    #[command(visible_alias = "ls")]
    #[command(after_help = "Examples:\n  jit conflict list\n  jit conflict list label:auth")]
    List(ListArgs),
    /// Settle a conflict: say which value is to stand
    ///
    /// 'upstream' keeps what stands now, 'local' takes the value that was put aside, anything
    /// else is a new value. A taken value keeps to the same rules as 'jit issue update'. To
    /// enter the words 'upstream' or 'local' themselves, change the issue and take upstream.
    #[command(
        after_help = "Examples:\n  jit conflict resolve 3f2a title --take local\n  jit conflict resolve 3f2a title --take 'Create the user model'\n  jit conflict resolve 3f2a --all --take upstream"
    )]
    Resolve(ResolveArgs),
    /// Show both values of a conflict, and the command that settles it
    #[command(after_help = "Examples:\n  jit conflict show 3f2a")]
    Show(ShowArgs),
}

/// Which issues.
#[derive(Args, Default)]
struct ListArgs {
    /// Only conflicts of issues that match
    #[arg(value_name = "FILTER")]
    terms: Vec<String>,
    /// Only conflicts of issues that match; can be repeated
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Vec<String>,
}

/// What the conflicts are about.
#[derive(Args)]
struct ShowArgs {
    /// An issue, a conflict by its own id, the key of a gate, or 'config'
    id: String,
}

/// Which conflict, and what is to stand.
#[derive(Args)]
struct ResolveArgs {
    /// An issue, a conflict by its own id, the key of a gate, or 'config'
    id: String,
    /// The field, or the id of the conflict; may be left out if there is only one
    #[arg(value_name = "FIELD", conflicts_with = "all")]
    field: Option<String>,
    /// What is to stand: upstream, local, or a new value; '-' reads one from standard input
    #[arg(long, value_name = "upstream|local|VALUE", allow_hyphen_values = true)]
    take: String,
    /// Settle all conflicts of this issue, gate or config, in one commit
    #[arg(long)]
    all: bool,
}

impl ConflictArgs {
    /// Whether nothing is to be settled.
    pub(super) fn only_reads(&self) -> bool {
        !matches!(self.command, Some(ConflictCommand::Resolve(_)))
    }

    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self.command {
            None => ListArgs::default().run(app),
            Some(ConflictCommand::List(args)) => args.run(app),
            Some(ConflictCommand::Resolve(args)) => args.run(app),
            Some(ConflictCommand::Show(args)) => args.run(app),
        }
    }
}

impl ListArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let filter = app.filter(self.terms.iter().chain(&self.filter))?;
        let listed = app.jit.conflicts(&filter)?;
        respond::damage(app.ui, &listed.tracker);
        if !app.ui.is_json() && listed.found.is_empty() {
            app.ui.note("no conflicts");
            return Ok(());
        }
        let text = |found: &[Located], width| render::conflict::list(found, width);
        answer(app, &listed.found, text)
    }
}

impl ShowArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let shown = app.jit.conflicts_of(&self.id)?;
        let times = app.ui.times();
        answer(app, &shown.found, |found, _| render::conflict::show(&shown.tracker, found, times))
    }
}

impl ResolveArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let take = match self.take.as_str() {
            "upstream" => Take::Upstream,
            "local" => Take::Local,
            _ if self.all => {
                return Err(Failure::usage("--all takes upstream or local, not one value for all"));
            }
            text => Take::Value(input::text_or_stdin(text)?),
        };
        let which = match self.field {
            Some(field) => Which::Named(field),
            None if self.all => Which::All,
            None => Which::Only,
        };
        let outcome = app.jit.resolve_conflict(&self.id, &which, &take)?;
        respond::warnings(app.ui, &outcome);
        answer(app, &outcome.value, |found, _| render::conflict::settled(found))
    }
}

/// Answers with conflicts, in each of the three forms.
fn answer(
    app: &mut App<'_>,
    found: &[Located],
    text: impl Fn(&[Located], Option<usize>) -> String,
) -> Result<(), Failure> {
    if app.ui.is_json() {
        return Ok(app.ui.json(&ConflictList::new(found))?);
    }
    if app.ui.is_quiet() {
        return Ok(app.ui.data(&render::conflict::ids(found))?);
    }
    let text = text(found, app.ui.width());
    Ok(app.ui.result(&text)?)
}
