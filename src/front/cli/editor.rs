//! Letting a person write a text in the editor of their choice.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGQUIT};
use signal_hook::flag;

use super::error::Failure;
use crate::ops::{CommandExecutor, KeptDraft};
use crate::process::Program;

/// What is started where nobody chose.
const USUAL: &str = "vi";

/// What the environment says of editors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Editors {
    /// `GIT_EDITOR`, which comes before git's configuration.
    pub(crate) git: Option<OsString>,
    /// `VISUAL`, for terminals that can do more than a teletype.
    pub(crate) visual: Option<OsString>,
    /// `EDITOR`.
    pub(crate) plain: Option<OsString>,
    /// Whether there is no terminal that could show a page.
    pub(crate) is_dumb: bool,
    /// Whether a person is at the terminal.
    pub(crate) is_attended: bool,
}

impl Editors {
    /// The editor that git would start, given what it is configured to; none where nobody chose
    /// one and nobody is there to use it.
    pub(crate) fn choose(&self, configured: Option<String>) -> Option<OsString> {
        let visual = self.visual.as_ref().filter(|_| !self.is_dumb);
        let chosen = self.git.clone().or(configured.map(OsString::from));
        let chosen = chosen.or_else(|| visual.cloned()).or_else(|| self.plain.clone());
        chosen.or_else(|| (self.is_attended && !self.is_dumb).then(|| USUAL.into()))
    }
}

/// Somebody writing one text.
pub(crate) struct Writing<'a> {
    /// The editor.
    pub(crate) editor: OsString,
    /// The text.
    pub(crate) draft: &'a KeptDraft,
    /// The command that goes on with it.
    pub(crate) again: String,
}

impl Writing<'_> {
    /// Lets the person write. What they wrote; none if it says the same as before, or nothing.
    pub(crate) fn write(&self, jit: &CommandExecutor, before: &str) -> Result<Written, Failure> {
        let failed =
            |reason: String| Failure::Editor { editor: self.editor.to_string_lossy().into_owned(), reason };
        let started = start(&self.editor, self.draft.path());
        let ended = started.map_err(|error| failed(format!("could not be started: {error}")))?;
        let bytes = self.draft.text()?;
        let text = String::from_utf8_lossy(&bytes);
        let written = if text.trim().is_empty() {
            Written::Nothing
        } else if jit.is_same_form(before, &text) {
            Written::Same
        } else {
            Written::New(bytes)
        };
        match (why_not(ended), written) {
            (None, written) => Ok(written),
            (Some(reason), Written::New(_)) => Err(self.keep(failed(reason))),
            (Some(reason), Written::Same | Written::Nothing) => {
                self.draft.discard()?;
                Err(failed(reason))
            }
        }
    }

    /// The failure that says that the text is kept.
    pub(crate) fn keep(&self, failure: impl Into<Failure>) -> Failure {
        let path = PathBuf::from(self.draft.path());
        Failure::Kept { failure: Box::new(failure.into()), path, again: self.again.clone() }
    }
}

/// What a person wrote.
pub(crate) enum Written {
    /// Another text.
    New(Vec<u8>),
    /// What was there already.
    Same,
    /// Nothing at all.
    Nothing,
}

/// Runs the editor as git does: what was configured may have arguments of its own.
fn start(editor: &OsStr, path: &Path) -> io::Result<ExitStatus> {
    let unfit = |what| io::Error::new(io::ErrorKind::InvalidInput, format!("{what} is not UTF-8 text"));
    let editor = editor.to_str().ok_or_else(|| unfit("its name"))?;
    let path = path.to_str().ok_or_else(|| unfit("the name of the file"))?;
    let script = format!("{editor} \"$@\"");
    let program = Program {
        name: OsStr::new("sh"),
        args: &["-c", &script, editor, path],
        dir: Path::new("."),
        environment: &[],
        interactive: true,
        show_errors: false,
    };
    // Keys that interrupt are for the editor, which shares the terminal.
    let is_over = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGQUIT] {
        flag::register_conditional_default(signal, Arc::clone(&is_over))?;
    }
    let ended = program.run_for_person();
    is_over.store(true, Ordering::Relaxed);
    ended
}

/// Why what was written is not to be taken; none if it is.
fn why_not(ended: ExitStatus) -> Option<String> {
    match (ended.code(), ended.signal()) {
        (Some(0), _) => None,
        (Some(127), _) => Some("was not found".to_owned()),
        (Some(status), _) => Some(format!("ended with status {status}, so nothing was changed")),
        (None, signal) => {
            Some(format!("was ended by signal {}, so nothing was changed", signal.unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn editors(is_dumb: bool, is_attended: bool) -> Editors {
        let some = |name: &str| Some(OsString::from(name));
        Editors { git: some("git"), visual: some("visual"), plain: some("plain"), is_dumb, is_attended }
    }

    #[test]
    fn the_editor_is_the_one_that_git_would_start() {
        let mut editors = editors(false, true);
        let chosen = |editors: &Editors, configured: Option<&str>| {
            editors.choose(configured.map(str::to_owned)).map(|editor| editor.into_string().unwrap())
        };
        assert_eq!(chosen(&editors, Some("core")).as_deref(), Some("git"));
        editors.git = None;
        assert_eq!(chosen(&editors, Some("core")).as_deref(), Some("core"));
        assert_eq!(chosen(&editors, None).as_deref(), Some("visual"));
        editors.is_dumb = true;
        assert_eq!(chosen(&editors, None).as_deref(), Some("plain"));
        editors.plain = None;
        assert_eq!(chosen(&editors, None), None);
        editors.is_dumb = false;
        editors.visual = None;
        assert_eq!(chosen(&editors, None).as_deref(), Some("vi"));
        editors.is_attended = false;
        assert_eq!(chosen(&editors, None), None);
    }
}
