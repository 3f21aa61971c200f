//! Editing an issue as one text.

use crate::merge::text;
use crate::model::create::NewIssue;
use crate::model::form::{self, Form};
use crate::model::{Draft, IdPrefix, IssueId, Refusal, update};
use crate::ops::mutate::{Outcome, Reach, resolve};
use crate::ops::{CommandExecutor, Error};
use crate::store::format::FormatError;
use crate::store::format::form as form_format;
use crate::store::{KeptDraft, Scope, Snapshot};

impl CommandExecutor {
    /// An issue as people edit it.
    pub fn form(&self, issue: &IdPrefix) -> Result<(IssueId, Form), Error> {
        let repo = self.storage.open()?;
        let snapshot = Snapshot::current(&repo)?;
        let id = resolve(&snapshot, std::slice::from_ref(issue))?[0];
        let tracker = snapshot.load(&Scope::Exactly(vec![id]));
        Ok((id, Form::of(tracker.issue(id)?)))
    }

    /// The text of a form for people to edit, with `notes` for them.
    pub fn form_text(&self, form: &Form, notes: &[String]) -> String {
        form_format::to_text(form, notes)
    }

    /// Whether two texts of forms say the same.
    pub fn is_same_form(&self, one: &str, other: &str) -> bool {
        form_format::is_same(one, other)
    }

    /// Reads the text of a form.
    pub fn parse_form(&self, text: &[u8]) -> Result<Form, Error> {
        form_format::from_text(text).map_err(|error| {
            let (field, reason) = match error {
                FormatError::Invalid { field, reason } => (field, reason),
                other => ("text".to_owned(), other.to_string()),
            };
            Refusal::invalid(field, reason).into()
        })
    }

    /// Changes an issue as somebody did who made `edited` of `base`: whatever is not edited stays
    /// as it is now. Refused where others have changed the same otherwise since.
    pub fn edit(&self, issue: &IdPrefix, base: &Form, edited: &Form) -> Result<Outcome, Error> {
        let on = edited.dependencies.difference(&base.dependencies).map(|typed| IdPrefix::parse_any(typed));
        let on = on.collect::<Result<Vec<_>, _>>()?;
        let reach = if on.is_empty() { Reach::Named } else { Reach::Closure };
        let prefixes = [std::slice::from_ref(issue), &on].concat();
        let mut outcome =
            self.mutate(None, &prefixes, reach, |draft, ids| apply(draft, ids[0], base, edited))?;
        outcome.ids.truncate(1);
        Ok(outcome)
    }

    /// The issue as it is now, and with what somebody did to it who made `edited` of `base`: what
    /// others have changed as well is as edited.
    pub fn rebase_form(&self, issue: &IdPrefix, base: &Form, edited: &Form) -> Result<[Form; 2], Error> {
        let (_, current) = self.form(issue)?;
        let (rebased, _) = form::rebase(base, &current, edited, text::merge);
        Ok([current, rebased])
    }

    /// Creates the issue that `form` describes.
    pub fn create_from(&self, form: Form) -> Result<Outcome, Error> {
        let (new, on): (NewIssue, _) = form.into_new()?;
        self.create(&new, &on)
    }

    /// Takes the draft of that name, which need not be there yet.
    pub fn take_draft(&self, name: &str) -> Result<KeptDraft, Error> {
        Ok(self.storage.open()?.take_draft(name)?)
    }

    /// The names of drafts that begin with `start`, the one written last at the end.
    pub fn draft_names(&self, start: &str) -> Result<Vec<String>, Error> {
        Ok(self.storage.open()?.draft_names(start))
    }

    /// The editor that git is configured to start here, if it is.
    pub fn configured_editor(&self) -> Result<Option<String>, Error> {
        Ok(self.storage.open()?.editor())
    }
}

fn apply(draft: &mut Draft, id: IssueId, base: &Form, edited: &Form) -> Result<(), Refusal> {
    let current = Form::of(draft.issue(id)?);
    let (wanted, fields) = form::rebase(base, &current, edited, text::merge);
    if !fields.is_empty() {
        return Err(Refusal::EditedMeanwhile { issue: id, fields });
    }
    let change = form::update(draft.issue(id)?, &wanted)?;
    update::update(draft, id, &change, || unreachable!("no state is asked for"))
}
