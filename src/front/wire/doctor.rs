//! What an examination found, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::time;
use crate::ops::{Diagnosis, Facts, Finding, Level, TrackerFacts};
use crate::store::{DerivedFile, DerivedState};

const LEVELS: [Level; 4] = [Level::Ok, Level::Info, Level::Warning, Level::Problem];
const STATES: [DerivedState; 4] =
    [DerivedState::Absent, DerivedState::Current, DerivedState::Behind, DerivedState::Broken];

/// What was found out about a tracker and its repository.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "doctor")]
pub(crate) struct DoctorObject {
    /// Whether no problem is left.
    healthy: bool,
    /// Everything that was looked at.
    findings: Vec<FindingObject>,
    /// How many.
    count: usize,
    /// Sizes and counts; null where the repository cannot be used at all.
    facts: Option<FactsObject>,
}

impl DoctorObject {
    /// Describes what was found.
    pub(crate) fn new(diagnosis: &Diagnosis) -> Self {
        Self {
            healthy: diagnosis.is_healthy(),
            findings: diagnosis.findings.iter().map(FindingObject::new).collect(),
            count: diagnosis.findings.len(),
            facts: diagnosis.facts.as_ref().map(FactsObject::new),
        }
    }
}

/// Something that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "finding")]
struct FindingObject {
    /// How bad it is: a problem loses work or stops it, a warning may some day.
    #[schemars(extend("enum" = LEVELS.map(Level::as_str)))]
    level: &'static str,
    /// The stable name of what was found.
    code: &'static str,
    /// One line for people.
    message: String,
    /// What to do about it; null if nothing.
    remedy: Option<String>,
    /// Whether `--fix` repairs it.
    fixable: bool,
    /// Whether it was repaired now.
    fixed: bool,
}

impl FindingObject {
    fn new(finding: &Finding) -> Self {
        Self {
            level: finding.level.as_str(),
            code: finding.code,
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
            fixable: finding.fixable,
            fixed: finding.fixed,
        }
    }
}

/// A repository in numbers. Sizes are in bytes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "doctor_facts")]
struct FactsObject {
    /// The version of git, such as `2.47`; null if it cannot be run.
    git: Option<String>,
    /// The git directory.
    git_dir: String,
    /// Whether there is no working tree.
    bare: bool,
    /// Whether the history is cut off somewhere.
    shallow: bool,
    /// The remote that a partial clone left objects at.
    promisor: Option<String>,
    /// The reference that holds the tracker.
    reference: String,
    /// The tracker; null if there is none that can be read.
    tracker: Option<TrackerFactsObject>,
    /// Objects that are files of their own.
    loose_objects: u64,
    /// Their size.
    loose_bytes: u64,
    /// Packs.
    packs: u64,
    /// The objects in packs.
    packed_objects: u64,
    /// The size of packs and their indices.
    pack_bytes: u64,
    /// The files of derived data.
    derived: Vec<DerivedObject>,
    /// The remote that the tracker is or would be shared with.
    remote: Option<String>,
    /// When it was last asked.
    last_fetch: Option<String>,
    /// How many commits it does not have yet, as far as is known here. 1000 stands for any
    /// larger number; null where the tracker is not shared with it.
    unpublished: Option<usize>,
    /// What tells this clone from others; null if it never needed that.
    clone_id: Option<String>,
    /// Whether changes survive a power cut: `full` or `fast`.
    durability: &'static str,
}

impl FactsObject {
    fn new(facts: &Facts) -> Self {
        Self {
            git: facts.git.map(|version| version.to_string()),
            git_dir: facts.git_dir.display().to_string(),
            bare: facts.bare,
            shallow: facts.shallow,
            promisor: facts.promisor.clone(),
            reference: facts.reference.clone(),
            tracker: facts.tracker.as_ref().map(TrackerFactsObject::new),
            loose_objects: facts.loose_objects,
            loose_bytes: facts.loose_bytes,
            packs: facts.packs,
            packed_objects: facts.packed_objects,
            pack_bytes: facts.pack_bytes,
            derived: facts.derived.iter().map(DerivedObject::new).collect(),
            remote: facts.remote.clone(),
            last_fetch: time(facts.last_fetch),
            unpublished: facts.unpublished,
            clone_id: facts.clone_id.map(|id| id.to_string()),
            durability: facts.durability.as_str(),
        }
    }
}

/// A tracker in numbers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "tracker_facts")]
struct TrackerFactsObject {
    /// The commit it is at.
    tip: String,
    /// How many commits are in its history. 10000 stands for any larger number.
    commits: usize,
    /// How many issues.
    issues: usize,
    /// How many gate definitions.
    gates: usize,
    /// How many issues somebody holds.
    claimed: usize,
    /// How many values merges could not keep and nobody has settled yet.
    conflicts: usize,
    /// How many files cannot be read.
    damaged: usize,
    /// The size of all its files in bytes.
    bytes: u64,
    /// Whether that is an estimate, from a thousand files.
    bytes_estimated: bool,
}

impl TrackerFactsObject {
    fn new(facts: &TrackerFacts) -> Self {
        Self {
            tip: facts.tip.to_string(),
            commits: facts.commits,
            issues: facts.issues,
            gates: facts.gates,
            claimed: facts.claimed,
            conflicts: facts.conflicts,
            damaged: facts.damaged,
            bytes: facts.bytes,
            bytes_estimated: facts.bytes_estimated,
        }
    }
}

/// A file of derived data, which may be removed at any time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "derived_file")]
struct DerivedObject {
    /// What it is.
    name: &'static str,
    /// Where it is.
    path: String,
    /// Its size in bytes.
    bytes: u64,
    /// How it stands to the tracker; one that is behind or broken is renewed when needed.
    #[schemars(extend("enum" = STATES.map(DerivedState::as_str)))]
    state: &'static str,
}

impl DerivedObject {
    fn new(file: &DerivedFile) -> Self {
        Self {
            name: file.name,
            path: file.path.display().to_string(),
            bytes: file.bytes,
            state: file.state.as_str(),
        }
    }
}
