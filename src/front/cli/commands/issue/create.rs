use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::edit::{discard, kept, no_editor, notes};
use super::kind::KindOptions;
use crate::front::cli::commands::App;
use crate::front::cli::editor::{Writing, Written};
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::create::NewIssue;
use crate::model::form::Form;
use crate::model::template::TemplateName;
use crate::model::{AgentId, IssueId, Refusal};
use crate::ops::Error;

/// What the names of drafts of new issues begin with.
const DRAFT: &str = "new-";

/// Create an issue, or many from a list
///
/// Without a title, your editor is started on the fields of the issue, as 'jit edit' does.
///
/// With --from, a YAML or JSON list of objects with the keys key, title, description, type,
/// priority, labels, gates, context, assignee and dependencies (keys of other entries, or
/// ids) becomes one commit: all of them or none.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit issue create --title 'Fix the login page' --priority high --label auth\n  jit create 'Write the manual' --gate review --dep 3f2a\n  jit issue create --from plan.yaml\n  jit create 'Login fails' --template bug"
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
    #[command(flatten)]
    kind: KindOptions,
    /// Who is to do it, as kind:name
    #[arg(short, long, value_name = "AGENT", conflicts_with = "from")]
    assignee: Option<String>,
    /// An issue that must be finished first; can be repeated
    #[arg(long = "dep", visible_alias = "depends-on", value_name = "ID", conflicts_with = "from")]
    dependencies: Vec<String>,
    /// Begin with a template, which the other options change or add to
    #[arg(long, value_name = "NAME", conflicts_with_all = ["from", "resume"])]
    template: Option<String>,
    /// Create all issues of a list; '-' reads it from standard input
    #[arg(long, value_name = "FILE", conflicts_with = "kind")]
    from: Option<PathBuf>,
    /// Go on in the editor with a text that could not be stored
    #[arg(long, conflicts_with_all = ["from", "words", "title"])]
    resume: bool,
    /// Throw all texts away that could not be stored, and create nothing
    #[arg(long, conflicts_with_all = ["from", "words", "title", "resume"])]
    discard: bool,
}

impl CreateArgs {
    pub(in crate::front::cli::commands) fn run(mut self, app: &mut App<'_>) -> Result<(), Failure> {
        if self.discard {
            return discard_all(app);
        }
        if let Some(path) = &self.from {
            let text = input::file(path)?;
            let origin = path.display().to_string();
            let entries = app.jit.parse_batch(&origin, &text)?;
            let outcome = app.jit.create_batch(&origin, entries)?;
            return respond::list_changed(app.ui, "Created", &outcome);
        }
        if let Some(editor) = self.editor(app)? {
            return self.write(app, editor);
        }
        let dependencies = input::ids(&self.dependencies)?;
        let title = self.title(app)?;
        let new = NewIssue { title, ..self.new_issue(app)? };
        let outcome = app.jit.create(&new, &dependencies)?;
        respond::issues_changed(app.ui, "Created", &outcome)
    }

    /// The editor to write the issue in, where no title is given and somebody can be asked. A
    /// program that reads JSON is not.
    fn editor(&self, app: &App<'_>) -> Result<Option<OsString>, Failure> {
        let is_given = self.title.is_some() || !self.words.is_empty();
        if is_given || (app.ui.is_json() && !self.resume) {
            return Ok(None);
        }
        match app.editors.choose(app.jit.configured_editor()?) {
            None if self.resume => Err(no_editor("'jit create TITLE' needs none".to_owned())),
            editor => Ok(editor),
        }
    }

    /// Has the issue written in the editor, and creates it.
    fn write(&mut self, app: &mut App<'_>, editor: OsString) -> Result<(), Failure> {
        let last = app.jit.draft_names(DRAFT)?.pop();
        let name = match (&last, self.resume) {
            (Some(name), true) => name.clone(),
            (None, true) => return Err(Failure::usage("no text of an issue that was to be created is kept")),
            (_, false) => format!("{DRAFT}{}", IssueId::new(app.jit.context().new_id()).short()),
        };
        if last.is_some() && !self.resume {
            app.ui.note(
                "an issue that could not be created is kept: 'jit create --resume' goes on with it, \
                 '--discard' throws it away",
            );
        }
        let draft = app.jit.take_draft(&name)?;
        let before = if let Some((before, _)) = kept(&draft, "jit create")?.filter(|_| self.resume) {
            before
        } else {
            let form = Form::of_new(self.new_issue(app)?, self.dependencies.drain(..).collect());
            let text = app.jit.form_text(&form, &notes("A new issue"));
            draft.begin(&text, &text)?;
            text
        };
        let writing = Writing { editor, draft: &draft, again: "jit create --resume".to_owned() };
        let Written::New(text) = writing.write(&app.jit, &before)? else {
            draft.discard()?;
            return Err(Refusal::invalid("text", "nothing was written, so no issue was created").into());
        };
        let created = app.jit.parse_form(&text).and_then(|form| app.jit.create_from(form));
        match created {
            Ok(outcome) => {
                draft.discard()?;
                respond::issues_changed(app.ui, "Created", &outcome)
            }
            Err(error @ Error::Unpublished { .. }) => {
                draft.discard()?;
                Err(error.into())
            }
            Err(error) => Err(writing.keep(error)),
        }
    }

    /// What the options say, on top of the template.
    fn new_issue(&mut self, app: &App<'_>) -> Result<NewIssue, Failure> {
        let template = self.template.as_deref().map(TemplateName::parse).transpose()?;
        let template = template.map(|name| app.jit.template(&name)).transpose()?;
        let mut new = template.unwrap_or_default().to_new();
        if let Some(description) = self.description.take() {
            new.description = input::text_or_stdin(&description)?;
        }
        self.kind.apply(&mut new)?;
        new.assignee = self.assignee.as_deref().map(AgentId::parse).transpose()?;
        Ok(new)
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

/// Throws away all texts of issues that were to be created.
fn discard_all(app: &mut App<'_>) -> Result<(), Failure> {
    let names = app.jit.draft_names(DRAFT)?;
    for name in &names {
        discard(&app.jit.take_draft(name)?)?;
    }
    if names.is_empty() {
        app.ui.note("no text of an issue that was to be created is kept");
    }
    Ok(())
}
