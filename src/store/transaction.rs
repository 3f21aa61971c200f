//! Storing a change: files to blobs to trees to one commit, and one swap of the reference.
//! Never retries: whoever loses reads and decides again.

use gix::ObjectId;
use gix::actor::Signature;
use gix::objs::{Commit, Kind};
use uuid::Uuid;

use super::format::{
    MAX_BYTES, claim_record, event as event_format, gate as gate_format, issue as issue_format, settings,
    template as template_format,
};
use super::object::Batch;
use super::reference::{self, LogEntry, Prepared, Swap};
use super::tree::{Edit, Edits};
use super::{Error, Identity, Repo, RepoLock, Snapshot, layout};
use crate::model::{AgentId, Change, Claim, Durability, IssueId, Settings, Timestamp, event};

/// The committer where git knows no name or no address of the user.
const NO_NAME: &str = "jit";
const NO_EMAIL: &str = "jit@jit.invalid";

impl Repo {
    /// Stores `change` on top of `base`. `event_ids` gives each event an id of its own, so
    /// that two byte-identical changes are still two commits.
    pub(crate) fn store(
        &self,
        turn: &RepoLock,
        base: Option<&Snapshot<'_>>,
        change: &Change,
        event_ids: impl FnMut() -> Uuid,
    ) -> Result<Swap, Error> {
        let parent = base.map(|base| base.commit);
        self.store_on(turn, base, parent.into_iter().collect(), parent, change, event_ids)
    }

    /// Stores the merge of `local`, which the reference must still be at, into `upstream`:
    /// `change` is what differs from upstream's tree.
    pub(crate) fn store_merge(
        &self,
        turn: &RepoLock,
        upstream: &Snapshot<'_>,
        local: ObjectId,
        change: &Change,
        event_ids: impl FnMut() -> Uuid,
    ) -> Result<Swap, Error> {
        let parents = vec![upstream.commit, local];
        self.store_on(turn, Some(upstream), parents, Some(local), change, event_ids)
    }

    fn store_on(
        &self,
        turn: &RepoLock,
        base: Option<&Snapshot<'_>>,
        parents: Vec<ObjectId>,
        expected: Option<ObjectId>,
        change: &Change,
        event_ids: impl FnMut() -> Uuid,
    ) -> Result<Swap, Error> {
        let durability = self.durability(base.map(|base| &base.settings));
        let mut batch = Batch::new(self);
        let edits = stage_files(&mut batch, change)?;
        let tree = edits.apply(self, &mut batch, base.map(|base| base.tree))?;
        let tree = tree.expect("the settings file is never removed");
        let commit = self.commit_object(tree, parents, change, event_ids);
        let new = batch.add_object(&commit)?;
        let prepared = Prepared::write(self, turn, new)?;
        let _written = batch.write(durability, Some(prepared.unsynced()))?;
        let subject = event::subject(&change.events, &change.stamp.by);
        let entry = LogEntry { committer: &commit.committer, message: &subject };
        reference::compare_and_swap(self, expected, &prepared, durability, &entry)
    }

    /// Moves the reference from `expected` to `upstream`, a commit that a remote had.
    pub(crate) fn advance(
        &self,
        turn: &RepoLock,
        expected: Option<ObjectId>,
        upstream: &Snapshot<'_>,
        now: Timestamp,
        reason: &str,
    ) -> Result<Swap, Error> {
        let durability = self.durability(Some(&upstream.settings));
        let committer = committer(&self.identity(), now.timestamp());
        let entry = LogEntry { committer: &committer, message: reason };
        let prepared = Prepared::write(self, turn, upstream.commit)?;
        if durability == Durability::Full {
            prepared.unsynced().sync()?;
        }
        reference::compare_and_swap(self, expected, &prepared, durability, &entry)
    }

    /// Writes the record that `claim` holds `issue`, as a commit of its own on top of the
    /// `previous` record. It is nobody's until it is pushed.
    pub(crate) fn write_claim_record(
        &self,
        issue: IssueId,
        claim: &Claim,
        previous: Option<ObjectId>,
        now: Timestamp,
    ) -> Result<ObjectId, Error> {
        let mut batch = Batch::new(self);
        let file = batch.add(Kind::Blob, claim_record::to_yaml(issue, claim).into_bytes())?;
        let mut edits = Edits::default();
        edits.add(layout::CLAIM_FILE, Edit::Put(file));
        let tree = edits.apply(self, &mut batch, None)?.expect("it has a file");
        let identity = self.identity();
        let seconds = now.timestamp();
        let commit = batch.add_object(&Commit {
            tree,
            parents: previous.into_iter().collect(),
            author: author(&claim.by, &identity, seconds),
            committer: committer(&identity, seconds),
            encoding: None,
            message: format!("{}: held by {}\n", issue.short(), claim.by).into(),
            extra_headers: Vec::new(),
        })?;
        // The remote has it before it counts; a power cut here loses nothing.
        drop(batch.write(Durability::Fast, None)?);
        Ok(commit)
    }

    /// How changes are stored here, where the project says what `settings` say.
    pub(crate) fn durability(&self, settings: Option<&Settings>) -> Durability {
        let shared = settings.map_or(Durability::Full, |settings| settings.durability);
        self.durability_override().unwrap_or(shared)
    }

    fn commit_object(
        &self,
        tree: ObjectId,
        parents: Vec<ObjectId>,
        change: &Change,
        event_ids: impl FnMut() -> Uuid,
    ) -> Commit {
        let identity = self.identity();
        let seconds = change.stamp.at.timestamp();
        Commit {
            tree,
            parents: parents.into(),
            author: author(&change.stamp.by, &identity, seconds),
            committer: committer(&identity, seconds),
            encoding: None,
            message: message(change, event_ids).into(),
            extra_headers: Vec::new(),
        }
    }
}

/// The message of the commit: a line for people, and the events.
pub(super) fn message(change: &Change, mut event_ids: impl FnMut() -> Uuid) -> String {
    let mut message = event::subject(&change.events, &change.stamp.by);
    message.push_str("\n\n");
    for event in &change.events {
        message.push_str(event_format::TRAILER);
        message.push_str(": ");
        message.push_str(&event_format::to_json(event_ids(), &change.stamp, event));
        message.push('\n');
    }
    message
}

fn stage_files(batch: &mut Batch<'_>, change: &Change) -> Result<Edits, Error> {
    let mut edits = Edits::default();
    for issue in &change.issues {
        put(batch, &mut edits, &layout::issue_path(issue.id), issue_format::to_yaml(issue))?;
    }
    for id in &change.removed_issues {
        edits.add(&layout::issue_path(*id), Edit::Remove);
    }
    for (key, definition) in &change.gates {
        let path = format!("{}/{}", layout::GATES, layout::gate_file(key));
        match definition {
            Some(definition) => put(batch, &mut edits, &path, gate_format::to_yaml(definition))?,
            None => edits.add(&path, Edit::Remove),
        }
    }
    for (name, template) in &change.templates {
        let path = format!("{}/{}", layout::TEMPLATES, layout::template_file(name));
        match template {
            Some(template) => put(batch, &mut edits, &path, template_format::to_yaml(template))?,
            None => edits.add(&path, Edit::Remove),
        }
    }
    if let Some(changed) = &change.settings {
        put(batch, &mut edits, layout::SETTINGS, settings::to_toml(changed))?;
    }
    Ok(edits)
}

/// Stages a document, unless it is one that could be written but never read again.
fn put(batch: &mut Batch<'_>, edits: &mut Edits, path: &str, document: String) -> Result<(), Error> {
    let bytes = document.len();
    if bytes > MAX_BYTES {
        return Err(Error::TooLarge { path: path.to_owned(), bytes });
    }
    let blob = batch.add(Kind::Blob, document.into_bytes())?;
    edits.add(path, Edit::Put(blob));
    Ok(())
}

/// The acting agent. Its address is the user's where it is the user.
pub(super) fn author(agent: &AgentId, identity: &Identity, seconds: i64) -> Signature {
    let is_user = identity.name.as_ref().is_some_and(|name| AgentId::human(name) == *agent);
    let email = identity.email.as_deref().filter(|_| is_user).unwrap_or(NO_EMAIL);
    signature(agent.as_str(), email, seconds)
}

pub(super) fn committer(identity: &Identity, seconds: i64) -> Signature {
    signature(
        identity.name.as_deref().unwrap_or(NO_NAME),
        identity.email.as_deref().unwrap_or(NO_EMAIL),
        seconds,
    )
}

/// A signature without the characters that would end a part of it early, as git does it.
fn signature(name: &str, email: &str, seconds: i64) -> Signature {
    let clean = |text: &str, default: &str| {
        let text: String = text.chars().filter(|c| !c.is_control() && !"<>".contains(*c)).collect();
        let text = text.trim().to_owned();
        if text.is_empty() { default.to_owned() } else { text }
    };
    Signature {
        name: clean(name, NO_NAME).into(),
        email: clean(email, NO_EMAIL).into(),
        time: gix::date::Time::new(seconds, 0),
    }
}
