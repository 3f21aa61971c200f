//! From any failure of an operation to what people and programs are told.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::error::{ErrorObject, details};
use super::exit::Exit;
use super::hint::{adopt_hint, hint};
use crate::model::create::BatchError;
use crate::model::import::ImportError;
use crate::model::{IssueId, Refusal};
use crate::ops;
use crate::store;
use crate::sync;

/// What is told of a failure.
pub(crate) struct Told {
    /// How a command ends that failed so.
    pub(crate) exit: Exit,
    object: Box<ErrorObject>,
}

impl Told {
    /// A failure; `details` must be an object.
    pub(crate) fn new(exit: Exit, code: &str, message: String, details: Value, hint: Option<String>) -> Self {
        Self { exit, object: Box::new(ErrorObject::new(code, message, details, hint)) }
    }

    /// A failure that jit does not expect.
    pub(crate) fn internal(code: &str, message: String) -> Self {
        Self::new(Exit::Internal, code, message, json!({}), None)
    }

    /// A request that makes no sense.
    pub(crate) fn usage(message: String, hint: Option<String>) -> Self {
        Self::new(Exit::Usage, "usage", message, json!({}), hint)
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: &Path, source: &io::Error) -> Self {
        let exit = if source.kind() == io::ErrorKind::NotFound { Exit::NotFound } else { Exit::External };
        let message = format!("{}: {source}", path.display());
        Self::new(exit, "file", message, json!({"path": path}), None)
    }

    /// A file that was left alone; the reason follows its name.
    pub(crate) fn file_refused(path: &Path, reason: &str, hint: Option<String>) -> Self {
        let message = format!("{} {reason}", path.display());
        Self::new(Exit::Refused, "file_refused", message, json!({"path": path}), hint)
    }

    /// An event that nobody took.
    pub(crate) fn not_delivered(message: String, details: Value) -> Self {
        let hint = "nothing is lost: with --cursor the next watch begins with this event; \
                    --skip-failed goes on without it";
        Self::new(Exit::External, "not_delivered", message, details, Some(hint.to_owned()))
    }

    /// A text of the issue is there that was not stored.
    pub(crate) fn draft_kept(path: &Path, again: &str) -> Self {
        let message = format!("a text that was not stored is kept in {}", path.display());
        let hint = format!("'{again} --resume' goes on with it; '{again} --discard' throws it away");
        Self::new(Exit::Exists, "draft_kept", message, json!({"path": path}), Some(hint))
    }

    /// An editor that did not do its work.
    pub(crate) fn editor(editor: &str, reason: &str) -> Self {
        let details = json!({"editor": editor, "reason": reason});
        Self::new(Exit::External, "editor_failed", format!("the editor {editor:?} {reason}"), details, None)
    }

    /// The same, of something whose text is kept in the file `path` and which `again` goes on
    /// with.
    pub(crate) fn keeping(mut self, path: &Path, again: &str) -> Self {
        let body = &mut self.object.error;
        body.message.extend(["; what was written is kept in ", &path.display().to_string()]);
        body.details["kept"] = json!(path);
        let again = format!("'{again}' goes on with it");
        body.hint = Some(match body.hint.take() {
            Some(hint) => format!("{hint}; {again}"),
            None => again,
        });
        self
    }

    /// The failure as it is printed with `--json`.
    pub(crate) fn into_object(self) -> ErrorObject {
        *self.object
    }

    /// A rule that said no.
    pub(crate) fn of_refusal(refusal: Refusal) -> Self {
        Self::of_ops(&refusal.into())
    }

    /// The same, with more to tell a program.
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.object.error.details[key] = value;
        self
    }

    /// The failure of an operation.
    pub(crate) fn of_ops(error: &ops::Error) -> Self {
        let (exit, details, hint) = match error {
            ops::Error::Refusal(refusal) => Self::parts_of_refusal(refusal),
            ops::Error::Store(error) => of_store(error),
            ops::Error::Batch(error) => of_batch(error),
            ops::Error::Import(error) => of_import(error),
            ops::Error::Remote(error) => of_remote(error),
            ops::Error::NoRemote => {
                (Exit::NotFound, json!({}), Some("'git remote add origin URL' adds one".to_owned()))
            }
            ops::Error::Contended { remote, rounds } => (
                Exit::Contended,
                json!({"remote": remote, "rounds": rounds}),
                Some("nothing is lost; 'jit sync' tries again".to_owned()),
            ),
            ops::Error::NotIntegrated { remote } => (
                Exit::Contended,
                json!({"remote": remote}),
                Some(format!("'jit sync {remote}' merges them and publishes")),
            ),
            ops::Error::RemoteTracker { remote, source } => {
                let (exit, mut details, _) = of_store(source);
                details["remote"] = json!(remote);
                let hint = "a newer jit may have written it; else find out who pushed it";
                (exit, details, Some(hint.to_owned()))
            }
            ops::Error::RemoteRewound { remote, was, now } => (
                Exit::Refused,
                json!({"remote": remote, "was": was.to_string(), "now": now.map(|id| id.to_string())}),
                Some(match now {
                    Some(_) => format!(
                        "find out who moved it; 'jit sync {remote} --accept-rewind' follows, and keeps what \
                         was not published yet"
                    ),
                    None => format!(
                        "find out who deleted it; 'jit sync {remote} --accept-rewind' publishes what is here again"
                    ),
                }),
            ),
            ops::Error::TrackerElsewhere { remote, reference, here } => (
                Exit::Refused,
                json!({"remote": remote, "ref": reference, "here": here}),
                Some(adopt_hint(reference)),
            ),
            ops::Error::Unpublished { remote, ids, source } => {
                let inner = Self::of_ops(source);
                (
                    inner.exit,
                    json!({"remote": remote, "cause": inner.object.error.code, "issue_ids": issues(ids)}),
                    if source.may_pass() {
                        Some("'jit sync' tells it".to_owned())
                    } else {
                        inner.object.error.hint
                    },
                )
            }
            ops::Error::Cancelled => (Exit::Internal, json!({}), None),
            ops::Error::ReadOnlyPast => (Exit::Usage, json!({}), Some("leave out '--at'".to_owned())),
            ops::Error::Checker { gate, .. } => (Exit::External, json!({"gate": gate.as_str()}), None),
            ops::Error::TrackerExists { ref_name } => {
                (Exit::Exists, json!({"ref": ref_name}), Some("name a folder that has none".to_owned()))
            }
            ops::Error::ExportExists { dir } => (
                Exit::Exists,
                json!({"path": dir}),
                Some("'--force' writes over an earlier export, and leaves all other files alone".to_owned()),
            ),
            ops::Error::ExportUnsafe { path, .. } => (
                Exit::Refused,
                json!({"path": path}),
                Some("nothing was written; move it away, or choose another folder".to_owned()),
            ),
        };
        Self::new(exit, error.code(), error.to_string(), details, hint)
    }

    fn parts_of_refusal(refusal: &Refusal) -> (Exit, Value, Option<String>) {
        (Exit::of_refusal(refusal), details(refusal), hint(refusal))
    }
}

impl From<ops::Error> for Told {
    fn from(error: ops::Error) -> Self {
        Self::of_ops(&error)
    }
}

impl From<Refusal> for Told {
    fn from(refusal: Refusal) -> Self {
        Self::of_refusal(refusal)
    }
}

fn of_store(error: &store::Error) -> (Exit, Value, Option<String>) {
    use store::Error as E;
    let hint = |text: &str| Some(text.to_owned());
    match error {
        E::NotARepository { dir } => {
            (Exit::NotFound, json!({"dir": dir}), hint("'jit init' makes a repository and a tracker here"))
        }
        E::NoTracker { name, remote } => (
            Exit::NotFound,
            json!({"ref": name, "remote": remote}),
            Some(match remote {
                Some(remote) => format!(
                    "'jit sync {remote} --pull' gets the one that {remote} has; 'jit init' makes one if it has none"
                ),
                None => "'jit init' makes one".to_owned(),
            }),
        ),
        E::AmbiguousRemote { names } => (
            Exit::Usage,
            json!({"remotes": names}),
            hint("name one: 'jit sync REMOTE', or for good: git config jit.remote REMOTE"),
        ),
        E::NoSuchRemote { name, known } => (
            Exit::NotFound,
            json!({"remote": name, "remotes": known}),
            hint("'git remote add NAME URL' adds one"),
        ),
        E::BadRemote { name, .. } => (Exit::Usage, json!({"remote": name}), None),
        E::BadGitDir { path } => {
            (Exit::NotFound, json!({"path": path}), hint("unset GIT_DIR, or set it to a git directory"))
        }
        E::BrokenRepository { path } => {
            (Exit::External, json!({"path": path}), hint("'git status' there tells what is wrong"))
        }
        E::Damaged { path, .. } => {
            (Exit::Refused, json!({"path": path}), hint("'jit validate' names all that is damaged"))
        }
        E::Untrusted { path } => (
            Exit::External,
            json!({"path": path}),
            Some(format!("if you trust it: git config --global --add safe.directory '{}'", path.display())),
        ),
        E::BadRefName { name } => (
            Exit::Refused,
            json!({"ref": name}),
            hint("'git config --unset jit.ref' restores the default, refs/jit/main"),
        ),
        E::CheckedOut { name } => (
            Exit::Refused,
            json!({"ref": name}),
            hint("check out another branch there, or choose another name with 'git config jit.ref'"),
        ),
        E::NotATracker { name, .. } => (
            Exit::Refused,
            json!({"ref": name}),
            Some(format!(
                "the file logs/{name} in the git directory has its former ids; \
                 'echo <id> > \"$(git rev-parse --git-path {name})\"' puts one back"
            )),
        ),
        E::Settings { name, .. } => (
            Exit::Refused,
            json!({"ref": name}),
            Some(format!("'git show {name}:config.toml' shows the file; a newer jit may have written it")),
        ),
        E::TooLarge { path, .. } => (
            Exit::Refused,
            json!({"path": path}),
            hint("put long texts into files of your repository and name them in the issue"),
        ),
        E::NoSuchMoment { moment, .. } => (
            Exit::NotFound,
            json!({"moment": moment}),
            hint("'jit log' shows the history; HEAD~3 is three commits before the newest"),
        ),
        E::Contended { .. } => (Exit::Contended, json!({}), hint("try again")),
        E::CursorInUse { path } => (
            Exit::Held,
            json!({"path": path}),
            hint("it may be at work still; another name is another cursor"),
        ),
        E::DraftInUse { path } => (Exit::Held, json!({"path": path}), hint("leave the other editor first")),
        E::BadCursor { path } => (
            Exit::Refused,
            json!({"path": path}),
            hint("name another; or remove it, and begin with --from-start or with what happens from now on"),
        ),
        E::Io { path, .. } => (Exit::External, json!({"path": path}), None),
        E::Unsupported { .. } | E::Git { .. } => (Exit::External, json!({}), None),
    }
}

fn issues(ids: &[IssueId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn of_remote(error: &sync::Error) -> (Exit, Value, Option<String>) {
    use sync::Error as E;
    let offline =
        "what is stored here stays; '--offline' works without the remote, 'jit sync' tells it later";
    match error {
        E::Unreachable { remote, reason } => (
            Exit::External,
            json!({"remote": remote, "reason": reason}),
            Some(format!("'git ls-remote {remote}' shows what git says; {offline}")),
        ),
        E::TimedOut { remote, limit } => (
            Exit::External,
            json!({"remote": remote, "seconds": limit.as_secs()}),
            Some(format!("{offline}; '--remote-timeout SECONDS' waits longer")),
        ),
        E::GivenUp { remote } => (Exit::External, json!({"remote": remote}), Some(offline.to_owned())),
        E::Refused { remote, reference, reason } => (
            Exit::External,
            json!({"remote": remote, "ref": reference, "reason": reason}),
            (!reference.starts_with("refs/heads/")).then(|| {
                "where the host takes only branches: git config jit.ref refs/heads/jit/main, in every clone"
                    .to_owned()
            }),
        ),
        E::ReadOnly { remote, reason } => (
            Exit::External,
            json!({"remote": remote, "reason": reason}),
            Some(format!(
                "what is stored here stays; 'git remote set-url --push {remote} URL' names where to push instead"
            )),
        ),
        E::OldGit { reason } => (Exit::External, json!({"reason": reason}), None),
        E::NoGit { .. } => (Exit::External, json!({}), Some("install git 2.41 or newer".to_owned())),
        E::Local { command, reason } => (Exit::External, json!({"command": command, "reason": reason}), None),
    }
}

fn of_import(error: &ImportError) -> (Exit, Value, Option<String>) {
    let nothing = "nothing was imported".to_owned();
    match error {
        ImportError::Unreadable { source_name, .. } => {
            (Exit::External, json!({"file": source_name}), Some(nothing))
        }
        ImportError::Syntax { source_name, place, .. } => {
            (Exit::Refused, json!({"file": source_name, "place": place}), Some(nothing))
        }
        ImportError::TooLarge { source_name, .. } => (
            Exit::Refused,
            json!({"file": source_name}),
            Some("nothing was imported; split it, and import one part after the other".to_owned()),
        ),
        ImportError::Refused { source_name, place, refusal } => {
            let (_, mut details, _) = Told::parts_of_refusal(refusal);
            details["file"] = json!(source_name);
            details["place"] = json!(place);
            (Exit::Refused, details, Some(nothing))
        }
        ImportError::DuplicateId { source_name, id, first, second } => (
            Exit::Refused,
            json!({"file": source_name, "id": id, "places": [first, second]}),
            Some("nothing was imported; leave one of the two out".to_owned()),
        ),
    }
}

fn of_batch(error: &BatchError) -> (Exit, Value, Option<String>) {
    match error {
        BatchError::Syntax { origin, .. } => (
            Exit::Refused,
            json!({"file": origin}),
            Some("each entry has a title, and may have: key description type priority labels gates context assignee dependencies".to_owned()),
        ),
        BatchError::Entry { entry, refusal } => {
            let (exit, mut details, hint) = Told::parts_of_refusal(refusal);
            details["entry"] = json!(entry);
            (exit, details, hint)
        }
        BatchError::DuplicateKey { key, first, second } => {
            (Exit::Refused, json!({"key": key, "entries": [first, second]}), None)
        }
        BatchError::Cycle { path } => (Exit::Refused, json!({"path": path}), None),
        BatchError::UnknownDependency { entry, on } => {
            (Exit::NotFound, json!({"entry": entry, "dependency": on}), None)
        }
    }
}
