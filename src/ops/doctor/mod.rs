//! Looking a tracker and its repository over, and repairing what can be repaired safely.
//!
//! The store tells what is the case; what is good and bad is judged here, a file a topic.
//! Nothing is written unless a repair is asked for.

mod attachments;
mod derived;
mod finding;
mod left;
mod objects;
mod remote;
mod repository;
mod settings;
mod specs;
mod tracker;

use std::path::PathBuf;
use std::time::SystemTime;

pub use finding::{Finding, Level};
use finding::{Findings, Remedy};

use super::{CommandExecutor, Error};
use crate::model::{Durability, Timestamp};
use crate::store::{self, DerivedFile, Repo};
use crate::sync::GitVersion;

pub use tracker::TrackerFacts;

/// So many commits of the history are counted at most.
pub const MOST_COMMITS: usize = 10_000;

/// What was found.
#[derive(Debug)]
pub struct Diagnosis {
    /// Everything that was looked at, by topic.
    pub findings: Vec<Finding>,
    /// Sizes and counts; none where the repository cannot be used at all.
    pub facts: Option<Facts>,
}

impl Diagnosis {
    /// Whether no problem is left.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Problem || finding.fixed)
    }
}

/// A repository in numbers. Sizes are in bytes.
#[derive(Debug, Default)]
pub struct Facts {
    /// The version of git.
    pub git: Option<GitVersion>,
    /// The git directory.
    pub git_dir: PathBuf,
    /// Whether there is no working tree.
    pub bare: bool,
    /// Whether the history is cut off somewhere.
    pub shallow: bool,
    /// The remote that objects were left out for.
    pub promisor: Option<String>,
    /// The reference that holds the tracker.
    pub reference: String,
    /// The tracker; none if there is none that can be read.
    pub tracker: Option<TrackerFacts>,
    /// Objects that are files of their own.
    pub loose_objects: u64,
    /// Their size.
    pub loose_bytes: u64,
    /// Packs.
    pub packs: u64,
    /// The objects in packs.
    pub packed_objects: u64,
    /// The size of packs and their indices.
    pub pack_bytes: u64,
    /// The files of derived data.
    pub derived: Vec<DerivedFile>,
    /// The remote that the tracker is or would be shared with.
    pub remote: Option<String>,
    /// When it was last asked, if known.
    pub last_fetch: Option<Timestamp>,
    /// How many commits it lacks, at most [`super::MOST_UNPUBLISHED`]; none if not shared.
    pub unpublished: Option<usize>,
    /// What tells this clone from others, if it ever needed that.
    pub clone_id: Option<uuid::Uuid>,
    /// How changes are stored here.
    pub durability: Durability,
}

/// What the parts of an examination work with.
struct Examination<'a> {
    repo: &'a Repo,
    /// The machine's time, by which files are dated.
    now: SystemTime,
    facts: Facts,
    findings: Findings,
}

impl CommandExecutor {
    /// Looks at everything that may trouble a tracker; with `fix` repairs what is safe to
    /// repair. It fails only where there is no repository.
    pub fn doctor(&self, fix: bool) -> Result<Diagnosis, Error> {
        let repo = match self.storage.open() {
            Ok(repo) => repo,
            Err(error) if is_absent(&error) => return Err(error.into()),
            Err(error) => {
                let mut findings = Findings::new(fix);
                findings.failed(&error, "this jit does not touch such a repository");
                return Ok(Diagnosis { findings: findings.all, facts: None });
            }
        };
        let facts = Facts {
            git_dir: repo.git_dir().to_owned(),
            bare: repo.is_bare(),
            shallow: repo.is_shallow(),
            promisor: repo.promisor(),
            reference: repo.ref_name().to_owned(),
            ..Facts::default()
        };
        let now = self.context.now().into();
        let mut examination = Examination { repo: &repo, now, facts, findings: Findings::new(fix) };
        examination.repository();
        examination.derived();
        examination.tracker();
        examination.objects();
        examination.settings();
        examination.remote();
        examination.left();
        Ok(Diagnosis { findings: examination.findings.all, facts: Some(examination.facts) })
    }
}

/// Whether there is nothing to look at.
fn is_absent(error: &store::Error) -> bool {
    use store::Error as E;
    matches!(error, E::NotARepository { .. } | E::BadGitDir { .. } | E::BrokenRepository { .. })
}
