//! Who changed each field of an issue last.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::cut_off;
use super::{CommandExecutor, Error};
use crate::model::field::{self, Field, FieldText};
use crate::model::{ConflictPlace, IdPrefix, IssueId, Timestamp};
use crate::store::{CommitId, Lineage, Repo, Scope, Snapshot};

/// A field of an issue, and the commit that made it what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Blamed {
    /// The field.
    pub field: String,
    /// What it says.
    pub text: FieldText,
    /// The commit.
    pub commit: CommitId,
    /// Who made it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Where each field of an issue is from.
#[derive(Debug)]
pub struct Blame {
    /// The issue.
    pub issue: IssueId,
    /// Its fields, in the order in which they are stored.
    pub fields: Vec<Blamed>,
}

impl CommandExecutor {
    /// Tells of each field of an issue who changed it last.
    pub fn blame(&self, prefix: &IdPrefix) -> Result<Blame, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let id = snapshot.resolve(prefix)??;
        snapshot.load(&Scope::Exactly(vec![id])).issue(id)?;
        let mut search = Search { repo: &repo, id, lineage: Lineage::new(&repo)?, found: BTreeMap::new() };
        let fields = search.fields(snapshot.commit())?;
        search.run(snapshot.commit(), fields.iter().map(|(name, _)| name.clone()).collect())?;
        let blamed = |(field, text): Field| {
            let (commit, actor, at) = search.found.remove(&field)?;
            Some(Blamed { field, text, commit, actor, at })
        };
        Ok(Blame { issue: id, fields: fields.into_iter().filter_map(blamed).collect() })
    }
}

struct Search<'r> {
    repo: &'r Repo,
    id: IssueId,
    lineage: Lineage<'r>,
    found: BTreeMap<String, (CommitId, String, Timestamp)>,
}

impl Search<'_> {
    /// Follows each of `open`, the names of fields, to the commit that made it what it is at
    /// `tip`: it says so, and nothing that it builds on does.
    fn run(&mut self, tip: CommitId, open: BTreeSet<String>) -> Result<(), Error> {
        let mut todo = vec![(tip, open)];
        while let Some((commit, mut open)) = todo.pop() {
            let step = self.lineage.step(commit)?;
            let ((actor, at), parents) = (step.maker(), step.parents.ok_or_else(|| cut_off(self.id))?);
            if let Some(parent) = self.lineage.unchanged_in(&parents, commit, self.id)? {
                todo.push((parent, open));
                continue;
            }
            let now = self.fields(commit)?;
            for parent in parents {
                let before = self.fields(parent)?;
                let (same, differs): (BTreeSet<_>, BTreeSet<_>) =
                    open.into_iter().partition(|name| field::find(&before, name) == field::find(&now, name));
                open = differs;
                if !same.is_empty() {
                    todo.push((parent, same));
                }
            }
            self.found.extend(open.into_iter().map(|name| (name, (commit, actor.clone(), at))));
        }
        Ok(())
    }

    /// The fields of the issue as of a commit.
    fn fields(&self, commit: CommitId) -> Result<Vec<Field>, Error> {
        let tracker = Snapshot::at(self.repo, commit)?.load(&Scope::Exactly(vec![self.id]));
        Ok(field::of(&tracker, &ConflictPlace::Issue(self.id)))
    }
}
