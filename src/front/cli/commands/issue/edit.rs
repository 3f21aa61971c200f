use clap::Args;

use crate::front::cli::commands::App;
use crate::front::cli::editor::{Writing, Written};
use crate::front::cli::error::Failure;
use crate::front::cli::{input, respond};
use crate::model::{IdPrefix, IssueId, Refusal};
use crate::ops::{Error, KeptDraft};

/// Edit an issue in your editor
///
/// It is the one that git would start: from GIT_EDITOR, git's core.editor, VISUAL or EDITOR, else
/// vi. What is above the second '---' are the fields, what is below it the description. Only what
/// you change is changed, whatever others do meanwhile. A text that cannot be stored is kept.
#[derive(Args)]
#[command(after_help = "Example:\n  jit issue edit 3f2a")]
pub(crate) struct EditArgs {
    /// The issue
    id: String,
    /// Go on with a text that could not be stored
    #[arg(long)]
    resume: bool,
    /// Throw such a text away, and start no editor
    #[arg(long, conflicts_with = "resume")]
    discard: bool,
}

impl EditArgs {
    pub(in crate::front::cli::commands) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let id = app.jit.form(&input::id(&self.id)?)?.0;
        if self.discard {
            let is_there = discard(&app.jit.take_draft(&id.to_string())?)?;
            if !is_there {
                app.ui.note("no text of this issue is kept");
            }
            return Ok(());
        }
        let Some(editor) = app.editors.choose(app.jit.configured_editor()?) else {
            return Err(no_editor(format!("'jit update {}' changes fields without one", id.short())));
        };
        let draft = app.jit.take_draft(&id.to_string())?;
        let before = self.begin(app, id, &draft)?;
        let again = format!("jit edit {} --resume", id.short());
        let writing = Writing { editor, draft: &draft, again };
        match writing.write(&app.jit, &before)? {
            Written::New(text) => store(app, id, &writing, &before, &text),
            Written::Same => store(app, id, &writing, &before, before.as_bytes()),
            Written::Nothing => {
                draft.discard()?;
                Err(Refusal::invalid("text", "it was emptied, so nothing was changed").into())
            }
        }
    }

    /// Puts the text into the draft; what it was made of.
    fn begin(&self, app: &App<'_>, id: IssueId, draft: &KeptDraft) -> Result<String, Failure> {
        let again = format!("jit edit {}", id.short());
        let kept = kept(draft, &again)?;
        let is_worth_keeping = kept.as_ref().is_some_and(|(before, text)| {
            !app.jit.is_same_form(before, &String::from_utf8_lossy(text)) && !text.trim_ascii().is_empty()
        });
        match kept {
            Some((before, _)) if self.resume => Ok(before),
            _ if is_worth_keeping => Err(Failure::DraftKept { path: draft.path().to_owned(), again }),
            _ => {
                let (_, form) = app.jit.form(&IdPrefix::of(id))?;
                let text = app.jit.form_text(&form, &notes(&format!("Issue {id}")));
                draft.begin(&text, &text)?;
                Ok(text)
            }
        }
    }
}

/// Throws a text away; whether there was one.
pub(super) fn discard(draft: &KeptDraft) -> Result<bool, Failure> {
    let is_there = draft.is_there();
    draft.discard()?;
    Ok(is_there)
}

/// What a text was made of that is kept, and the text. Where an editor left something that is no file
/// of text, it is told how `again` gets rid of it.
pub(super) fn kept(draft: &KeptDraft, again: &str) -> Result<Option<(String, Vec<u8>)>, Failure> {
    draft.kept().map_err(|error| Failure::FileRefused {
        path: draft.path().to_owned(),
        reason: format!("the text that is kept there cannot be read: {error}"),
        hint: Some(format!("'{again} --discard' throws it away")),
    })
}

/// What stands above the fields.
pub(super) fn notes(first: &str) -> Vec<String> {
    vec![
        format!("{first}. The description is below the second '---'."),
        "Save and leave the editor to store it; empty the file to change nothing.".to_owned(),
    ]
}

/// That nobody can be asked to write.
pub(super) fn no_editor(hint: String) -> Failure {
    let message = "there is no editor: set VISUAL, EDITOR or git's core.editor, or use a terminal".to_owned();
    Failure::Usage { message, hint: Some(hint) }
}

/// Stores what was made of `before`, or keeps it.
fn store(
    app: &mut App<'_>,
    id: IssueId,
    writing: &Writing<'_>,
    before: &str,
    text: &[u8],
) -> Result<(), Failure> {
    let prefix = IdPrefix::of(id);
    let forms = app.jit.parse_form(before.as_bytes()).and_then(|base| Ok((base, app.jit.parse_form(text)?)));
    let (base, edited) = forms.map_err(|error| writing.keep(error))?;
    match app.jit.edit(&prefix, &base, &edited) {
        Ok(outcome) => {
            writing.draft.discard()?;
            respond::issues_changed(app.ui, "Updated", &outcome)
        }
        Err(Error::Refusal(refusal @ Refusal::EditedMeanwhile { .. })) => {
            let [current, rebased] = app.jit.rebase_form(&prefix, &base, &edited)?;
            let mut notes = notes(&format!("Issue {id}"));
            notes.push(format!("It {}: what stands below is yours.", changed(&refusal)));
            let now = app.jit.form_text(&current, &notes);
            writing.draft.begin(&now, &app.jit.form_text(&rebased, &notes))?;
            Err(writing.keep(refusal))
        }
        // What is stored is not to be stored again, though the remote does not know.
        Err(error @ Error::Unpublished { .. }) => {
            writing.draft.discard()?;
            Err(error.into())
        }
        Err(error) => Err(writing.keep(error)),
    }
}

fn changed(refusal: &Refusal) -> String {
    match refusal {
        Refusal::EditedMeanwhile { fields, .. } => format!("was changed meanwhile, in {}", fields.join(", ")),
        other => other.to_string(),
    }
}
