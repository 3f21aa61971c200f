//! Commits as people name them: counted back from the tracker's tip, or by id.

use std::fmt;

use gix::ObjectId;
use gix::bstr::BStr;

use super::history::Loader;
use super::{CommitId, Error, Repo, Snapshot, reference};
use crate::model::Timestamp;
use crate::model::refusal::rfc3339;

/// Digits of a commit's id that must be given at least, as with git.
const MIN_DIGITS: usize = 4;

/// A commit of a tracker, as named by a person: `HEAD`, `HEAD~3`, `HEAD^2`, the beginning of
/// its id, or a reference by its full name. `HEAD` is the newest commit of the tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    text: String,
    base: Base,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    /// The tracker's newest commit.
    Tip,
    /// The commit whose id begins so.
    Id(String),
    /// What a reference is at.
    Reference(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// So often to the first parent.
    Back(usize),
    /// To this parent, counted from one.
    Parent(usize),
}

impl Revision {
    /// The newest commit of the tracker.
    pub fn head() -> Self {
        Self { text: "HEAD".to_owned(), base: Base::Tip, steps: Vec::new() }
    }

    /// Reads a revision; none if it is not written like one.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(['~', '^']).unwrap_or(text.len());
        let (name, steps) = text.split_at(end);
        let is_id =
            name.len() >= MIN_DIGITS && name.len() <= 64 && name.chars().all(|c| c.is_ascii_hexdigit());
        let base = match name {
            "HEAD" | "@" => Base::Tip,
            _ if is_id => Base::Id(name.to_ascii_lowercase()),
            _ if name.starts_with("refs/") => Base::Reference(name.to_owned()),
            _ => return None,
        };
        Some(Self { text: text.to_owned(), base, steps: parse_steps(steps)? })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_steps(mut text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while let Some(kind) = text.chars().next() {
        text = text.strip_prefix(['~', '^'])?;
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let count = if digits == 0 { 1 } else { text[..digits].parse().ok()? };
        text = &text[digits..];
        steps.push(match (kind, count) {
            ('~', _) => Step::Back(count),
            (_, 0) => Step::Back(0),
            (_, _) => Step::Parent(count),
        });
    }
    Some(steps)
}

impl Repo {
    /// The commit that `revision` names. It must hold a tracker.
    pub(crate) fn find_revision(&self, revision: &Revision) -> Result<CommitId, Error> {
        let missing = |reason: String| Error::NoSuchMoment { moment: revision.to_string(), reason };
        let mut commit = match &revision.base {
            Base::Tip => self.tip()?,
            Base::Id(id) => {
                self.parse_commit(id).ok_or_else(|| missing(format!("there is no commit {id}")))?
            }
            Base::Reference(name) => {
                self.parse_commit(name).ok_or_else(|| missing(format!("there is no reference {name}")))?
            }
        };
        let mut loader = Loader::new(self)?;
        for step in &revision.steps {
            let (times, parent) = match step {
                Step::Back(times) => (*times, 1),
                Step::Parent(parent) => (1, *parent),
            };
            for done in 0..times {
                let parents = loader.read(commit).map_err(|error| missing(error.to_string()))?.parents;
                commit = match (parents.get(parent - 1), parents.is_empty()) {
                    (Some(parent), _) => *parent,
                    (None, true) => return Err(missing(self.nothing_before(commit, done))),
                    (None, false) => {
                        return Err(missing(format!("{} has no parent {parent}", short(commit))));
                    }
                };
            }
        }
        match Snapshot::at(self, commit) {
            Ok(_) => Ok(commit),
            Err(Error::NotATracker { .. }) => {
                Err(missing(format!("commit {} is none of a tracker", short(commit))))
            }
            Err(error) => Err(error),
        }
    }

    /// The newest commit made at or before `time`, along the first parents of the tip: in the
    /// order in which changes came to be shared.
    pub(crate) fn find_time(&self, time: Timestamp) -> Result<CommitId, Error> {
        let mut loader = Loader::new(self)?;
        let mut next = Some(self.tip()?);
        let mut first = None;
        while let Some(id) = next {
            let commit = loader.read(id)?;
            let made = commit.made();
            if made <= time {
                return Ok(id);
            }
            first = Some((id, made));
            next = commit.parents.first().copied();
        }
        let (id, made) = first.expect("the tip was read");
        let reason = if self.is_shallow() {
            format!("this clone is shallow, and its history begins with {} of {}", short(id), rfc3339(&made))
        } else {
            format!("the tracker did not exist yet; its first change was made at {}", rfc3339(&made))
        };
        Err(Error::NoSuchMoment { moment: rfc3339(&time), reason })
    }

    /// When a commit was made.
    pub(crate) fn time_of(&self, commit: CommitId) -> Result<Timestamp, Error> {
        Ok(Loader::new(self)?.read(commit)?.made())
    }

    fn nothing_before(&self, first: ObjectId, steps: usize) -> String {
        let limit = if self.is_shallow() { "this clone is shallow" } else { "the tracker did not exist yet" };
        let steps = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
        format!("{limit}: {} is its first commit, {steps} back", short(first))
    }

    fn parse_commit(&self, spec: &str) -> Option<ObjectId> {
        if *spec == *self.ref_name {
            return reference::read(self).ok()?;
        }
        let found = self.git.rev_parse_single(BStr::new(spec)).ok()?.detach();
        // What looks like an id may be the name of a branch.
        let is_meant = spec.starts_with("refs/") || found.to_string().starts_with(spec);
        is_meant.then_some(found)
    }
}

/// The beginning of an id, for people.
fn short(commit: CommitId) -> String {
    commit.to_hex_with_len(10).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_written_as_with_git() {
        let steps = |text: &str| Revision::parse(text).unwrap().steps;
        assert_eq!(Revision::parse("HEAD").unwrap().base, Base::Tip);
        assert_eq!(steps("HEAD~"), [Step::Back(1)]);
        assert_eq!(steps("@~10^2~"), [Step::Back(10), Step::Parent(2), Step::Back(1)]);
        assert_eq!(steps("HEAD^0"), [Step::Back(0)]);
        assert_eq!(Revision::parse("ABCDEF~2").unwrap().base, Base::Id("abcdef".to_owned()));
        assert_eq!(
            Revision::parse("refs/jit/main").unwrap().base,
            Base::Reference("refs/jit/main".to_owned())
        );
        for bad in [
            "",
            "abc",
            "main",
            "HEAD~x",
            "HEAD~-1",
            "HEAD@{1}",
            "HEAD:config.toml",
            "HEAD~1é",
            "HEAD~99999999999999999999",
        ] {
            assert_eq!(Revision::parse(bad), None, "{bad}");
        }
    }
}
