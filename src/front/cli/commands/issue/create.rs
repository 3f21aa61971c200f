use std::path::PathBuf;

use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::create::NewIssue;
use crate::model::{AgentId, Priority};

/// Create an issue, or many from a list
///
/// With --from, a YAML or JSON list of objects with the keys key, title, description, type,
/// priority, labels, gates, context, assignee and dependencies (keys of other entries, or
/// ids) becomes one commit: all of them or none.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue create --title 'Fix the login page' --priority high --label auth\n  jit create 'Write the manual' --gate review --dep 3f2a\n  jit issue create --from plan.yaml"
)]
pub(crate) struct CreateArgs {
    /// The title
    #[arg(value_name = "TITLE", conflicts_with = "from")]
    words: Vec<String>,
    /// The title
    #[arg(short, long, allow_hyphen_values = true, conflicts_with = "from")]
    title: Option<String>,
    /// The description; '-' reads it from standard input
    #[arg(short, long = "desc", visible_alias = "description", value_name = "TEXT")]
    #[arg(allow_hyphen_values = true, conflicts_with = "from")]
    description: Option<String>,
    /// What kind of issue it is [default: task]
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "from")]
    issue_type: Option<String>,
    /// How urgent: critical, high, normal or low
    #[arg(short, long, default_value = "normal", conflicts_with = "from")]
    priority: String,
    /// A label; can be repeated
    #[arg(short, long, conflicts_with = "from")]
    label: Vec<String>,
    /// A gate it must pass; can be repeated
    #[arg(short, long, conflicts_with = "from")]
    gate: Vec<String>,
    /// A note for agents, as key=value; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true, conflicts_with = "from")]
    context: Vec<String>,
    /// Who is to do it, as kind:name
    #[arg(short, long, value_name = "AGENT", conflicts_with = "from")]
    assignee: Option<String>,
    /// An issue that must be finished first; can be repeated
    #[arg(long = "dep", visible_alias = "depends-on", value_name = "ID", conflicts_with = "from")]
    dependencies: Vec<String>,
    /// Create all issues of a list; '-' reads it from standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl CreateArgs {
    pub(in crate::front::cli::commands) fn run(mut self, app: &mut App<'_>) -> Result<(), Failure> {
        if let Some(path) = &self.from {
            let text = input::file(path)?;
            let origin = path.display().to_string();
            let entries = app.jit.parse_batch(&origin, &text)?;
            let outcome = app.jit.create_batch(&origin, entries)?;
            return respond::list_changed(app.ui, "Created", &outcome);
        }
        let dependencies = input::ids(&self.dependencies)?;
        let new = self.new_issue(app)?;
        let outcome = app.jit.create(&new, &dependencies)?;
        respond::issues_changed(app.ui, "Created", &outcome)
    }

    fn new_issue(&mut self, app: &mut App<'_>) -> Result<NewIssue, Failure> {
        Ok(NewIssue {
            title: self.title(app)?,
            description: input::text_or_stdin(&self.description.take().unwrap_or_default())?,
            issue_type: self.issue_type.take(),
            priority: self.priority.parse::<Priority>()?,
            labels: self.label.drain(..).collect(),
            gates: input::gate_keys(&self.gate)?.into_iter().collect(),
            context: self.context.iter().map(|text| input::pair(text)).collect::<Result<_, _>>()?,
            assignee: self.assignee.as_deref().map(AgentId::parse).transpose()?,
            ..NewIssue::default()
        })
    }

    /// The title from either place. Beside --title, a lone ellipsis is what examples leave
    /// out and people paste: it is taken for nothing.
    fn title(&mut self, app: &mut App<'_>) -> Result<String, Failure> {
        let words = std::mem::take(&mut self.words);
        match (self.title.take(), words.as_slice()) {
            (Some(title), []) => Ok(title),
            (Some(title), [dots]) if dots == "..." => {
                app.ui.note("taking '...' for options left out");
                Ok(title)
            }
            (None, [title]) => Ok(title.clone()),
            (None, []) => Err(Failure::usage("an issue needs a title: jit issue create --title TEXT")),
            (Some(_), [extra, ..]) | (None, [_, extra, ..]) => Err(Failure::usage(format!(
                "unexpected argument {extra:?}: the title is one argument, quoted if it has spaces"
            ))),
        }
    }
}
