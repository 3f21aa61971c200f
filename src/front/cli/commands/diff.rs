use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render};
use crate::front::wire::DiffObject;
use crate::ops::{Moment, Revision};

/// Show what the last change of an issue did, or what differs between two moments
#[derive(Args)]
#[command(after_help = "Examples:\n  jit diff 3f2a\n  jit diff HEAD~3..\n  jit diff HEAD~3..HEAD~1 3f2a")]
pub(crate) struct DiffArgs {
    /// An issue, which may be deleted; or two moments, such as HEAD~10.. or 2026-05-01..HEAD~2
    #[arg(value_name = "ID|FROM..TO")]
    what: String,
    /// With two moments: only this issue
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl DiffArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let compared = match self.what.split_once("..") {
            Some((from, to)) => {
                let issue = self.id.as_deref().map(input::id).transpose()?;
                app.jit.diff(&moment(app, from)?, &moment(app, to)?, issue.as_ref())?
            }
            None if self.id.is_some() => {
                let message = format!("{:?} is not of the form FROM..TO, such as HEAD~10..", self.what);
                return Err(Failure::usage(message));
            }
            None => app.jit.last_change(&input::id(&self.what)?)?,
        };
        if app.ui.is_json() {
            return Ok(app.ui.json(&DiffObject::new(&compared))?);
        }
        let text = render::change::compared(&compared, app.ui.times());
        if compared.changes.is_empty() {
            app.ui.note("no difference");
        }
        if text.is_empty() { Ok(()) } else { Ok(app.ui.result(&text)?) }
    }
}

/// One end of a range: the newest commit where nothing is said.
fn moment(app: &App<'_>, text: &str) -> Result<Moment, Failure> {
    if text.is_empty() {
        return Ok(Moment::Revision(Revision::head()));
    }
    input::moment(text, app.jit.context().now()).ok_or_else(|| Failure::Usage {
        message: format!("{text:?} is neither a time nor a revision"),
        hint: Some("write a range like HEAD~10.., 2026-05-01..HEAD or 2days..1day".to_owned()),
    })
}
