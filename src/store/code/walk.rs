//! The history of the user's code, newest first, as far back as somebody wants to know.

use std::collections::{BTreeSet, BinaryHeap};

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::commit::ref_iter::Token;
use gix::objs::{CommitRefIter, Kind};

use crate::model::Timestamp;
use crate::store::history::shallow_commits;
use crate::store::{CommitId, Error, Repo, object};

/// A commit of the user's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeCommit {
    /// Its id.
    pub(crate) id: CommitId,
    /// When it was made, in whole seconds.
    pub(crate) at: Timestamp,
    /// The name of who wrote it.
    pub(crate) author: String,
    /// Its message.
    pub(crate) message: String,
}

/// How far the history was walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walked {
    /// As far as was asked.
    Whole,
    /// Older commits that were asked for too are not in this clone.
    Cut,
    /// There are older ones than the most that were asked for.
    Stopped,
}

struct Read {
    commit: CodeCommit,
    parents: Vec<ObjectId>,
}

impl Repo {
    /// Calls `visit` with the commits in the history of `tips` that were made since, newest first
    /// as their times say, each once, and `most` of them.
    pub(crate) fn walk_code(
        &self,
        tips: impl IntoIterator<Item = ObjectId>,
        since: Timestamp,
        most: usize,
        mut visit: impl FnMut(CodeCommit),
    ) -> Result<Walked, Error> {
        let shallow = shallow_commits(self)?;
        let mut walked = Walked::Whole;
        let mut seen = BTreeSet::new();
        let mut open = BinaryHeap::new();
        let mut read = Vec::new();
        let mut todo: Vec<ObjectId> = tips.into_iter().collect();
        let mut visited = 0;
        loop {
            for id in todo.drain(..).filter(|id| seen.insert(*id)) {
                match self.read_code(id) {
                    Some(commit) if commit.commit.at >= since => {
                        open.push((commit.commit.at, read.len()));
                        read.push(Some(commit));
                    }
                    Some(_) => {}
                    // A branch at something that is no commit, or a clone that lacks it.
                    None => walked = Walked::Cut,
                }
            }
            let Some((_, place)) = open.pop() else { return Ok(walked) };
            if visited == most {
                return Ok(Walked::Stopped);
            }
            visited += 1;
            let Read { commit, parents } = read[place].take().expect("each place is pushed once");
            if shallow.contains(&commit.id) {
                walked = Walked::Cut;
            } else {
                todo = parents;
            }
            visit(commit);
        }
    }

    fn read_code(&self, id: ObjectId) -> Option<Read> {
        let data = object::read(self, id, Kind::Commit).ok()?;
        let (mut parents, mut author, mut message) = (Vec::new(), String::new(), String::new());
        let mut seconds = 0;
        for token in CommitRefIter::from_bytes(&data, self.git.object_hash()) {
            match token.ok()? {
                Token::Parent { id } => parents.push(id),
                Token::Author { signature } => author = signature.name.to_str_lossy().into_owned(),
                Token::Committer { signature } => seconds = signature.seconds(),
                Token::Message(text) => message = text.to_str_lossy().into_owned(),
                Token::Tree { .. } | Token::Encoding(_) | Token::ExtraHeader(_) => {}
            }
        }
        let at = Timestamp::from_timestamp(seconds, 0).unwrap_or_default();
        Some(Read { commit: CodeCommit { id, at, author, message }, parents })
    }
}
