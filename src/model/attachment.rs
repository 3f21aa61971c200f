//! Files that belong to an issue: links to what a repository has at a commit.

use std::fmt;
use std::str::FromStr;

use super::{Draft, EventKind, IssueId, Refusal, text};

/// Longest path, in bytes; as long as systems let paths be.
const MAX_PATH_BYTES: usize = 4096;
/// Digits of a commit's id that must be given at least.
const MIN_DIGITS: usize = 4;
/// Digits of a commit's id that people are shown.
const SHOWN: usize = 10;

/// A link to a file at a commit. It never changes: another version of the file is another link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attachment {
    path: String,
    commit: String,
}

impl Attachment {
    /// The file `path`, from the top of the repository, at a commit, by the whole of its id.
    pub fn new(path: impl Into<String>, commit: impl Into<String>) -> Result<Self, Refusal> {
        let (path, commit) = (path.into(), commit.into());
        let invalid = |reason: String| Err(Refusal::invalid("attachment", reason));
        if path.is_empty() || path.len() > MAX_PATH_BYTES || path.chars().any(text::is_invisible) {
            return invalid(format!("{path:?} is not a path of visible characters"));
        }
        let is_hex = commit.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if !is_hex || ![40, 64].contains(&commit.len()) {
            return invalid(format!("{commit:?} is not the whole id of a commit"));
        }
        Ok(Self { path, commit })
    }

    /// The file, from the top of the repository.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole id of the commit.
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The beginning of that id, for people.
    pub fn short_commit(&self) -> &str {
        &self.commit[..SHOWN]
    }

    /// Whether `named` means it: a path, which means it at every commit, or `path@digits`.
    fn is_named(&self, named: &str) -> bool {
        let with_commit = named.strip_prefix(&self.path).and_then(|rest| rest.strip_prefix('@'));
        named == self.path
            || with_commit.is_some_and(|digits| {
                digits.len() >= MIN_DIGITS && self.commit.starts_with(&digits.to_ascii_lowercase())
            })
    }
}

/// As it is stored: `docs/login.md@<commit>`.
impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.path, self.commit)
    }
}

impl FromStr for Attachment {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let parts = text.rsplit_once('@');
        let (path, commit) =
            parts.ok_or_else(|| Refusal::invalid("attachment", format!("{text:?} names no commit")))?;
        Self::new(path, commit)
    }
}

/// Attaches a file to issue `id`. Nothing changes if it is already.
pub fn attach(draft: &mut Draft, id: IssueId, attachment: &Attachment) -> Result<(), Refusal> {
    if !draft.issue(id)?.attachments.contains(attachment) {
        draft.edit(id)?.attachments.insert(attachment.clone());
        draft.record(Some(id), EventKind::AttachmentAdded { attachment: attachment.clone() });
    }
    Ok(())
}

/// Detaches what `named` means from issue `id`: a path at every commit, or `path@commit`.
pub fn detach(draft: &mut Draft, id: IssueId, named: &str) -> Result<(), Refusal> {
    let meant = draft.issue(id)?.attachments.iter().filter(|attachment| attachment.is_named(named));
    let meant: Vec<Attachment> = meant.cloned().collect();
    if meant.is_empty() {
        return Err(Refusal::NotAttached { issue: id, named: named.to_owned() });
    }
    for attachment in meant {
        draft.edit(id)?.attachments.remove(&attachment);
        draft.record(Some(id), EventKind::AttachmentRemoved { attachment });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, events, id, tracker};
    use super::*;

    fn attachment(path: &str, digit: &str) -> Attachment {
        Attachment::new(path, digit.repeat(40)).expect("it is one")
    }

    #[test]
    fn an_attachment_is_a_path_and_a_whole_commit() {
        let odd = attachment("a@b c.md", "7");
        assert_eq!(odd.to_string().parse(), Ok(odd));
        let commit = "7".repeat(40);
        for bad in ["", "a", "@", "a@", "a@7777", &format!("@{commit}"), &format!("a\n@{commit}"), "a@HEAD"] {
            assert!(bad.parse::<Attachment>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_path_alone_means_every_commit() {
        let mut draft = draft(tracker(1, &[]));
        let (old, new) = (attachment("a", "1"), attachment("a", "2"));
        for one in [&old, &new, &new, &attachment("b", "1")] {
            attach(&mut draft, id(1), one).unwrap();
        }
        assert_eq!(detach(&mut draft, id(1), "c").unwrap_err().code(), "not_attached");
        assert_eq!(detach(&mut draft, id(1), "a@111").unwrap_err().code(), "not_attached");
        detach(&mut draft, id(1), "a@1111").unwrap();
        assert!(!draft.issue(id(1)).unwrap().attachments.contains(&old));
        attach(&mut draft, id(1), &old).unwrap();
        detach(&mut draft, id(1), "a").unwrap();
        assert_eq!(draft.issue(id(1)).unwrap().attachments.len(), 1);
        assert_eq!(events(draft).iter().filter(|kind| **kind == "attachment_removed").count(), 3);
    }
}
