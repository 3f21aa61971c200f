//! A bare remote, clones of it, and what must hold after every step.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use tempfile::TempDir;

use super::acts::{Act, CLONES, Done, Step, Weather, perform};
use super::fixture::{SETTINGS, copy, git, populate, scattered};
use crate::model::settings::SettingKey;
use crate::model::testing::{at, gate};
use crate::model::validate::{Problem, validate};
use crate::model::{AgentId, Claim, GateDefinition, GateStage, Holds, IssueId, State, Timestamp, Tracker};
use crate::ops::{CommandExecutor, Context, EndedClaim, Error, RemoteUse, SyncRequest};
use crate::store::{CommitId, LoggedEvent, Scope, Snapshot, Storage};
use crate::sync::Network;

/// The project's allowance for clocks that differ, and by how much those of the clones do.
const SKEW: u64 = 5;
const CLOCKS: [i64; CLONES] = [0, 2, -2];

/// A remote and clones of it.
pub(super) struct World {
    dir: TempDir,
    /// Seconds since the tests' time began.
    clock: Arc<AtomicI64>,
    ids: Arc<AtomicU64>,
    /// Every tracker that the remote ever had, in order.
    pub(super) published: Vec<CommitId>,
    /// The claims that the remote had, after each step.
    pub(super) holds: Vec<Holds>,
    /// Every commit that a clone ever was at.
    pub(super) accepted: Vec<CommitId>,
}

/// What the remote has.
struct Remote {
    tip: Option<CommitId>,
    tracker: Tracker,
    holds: Holds,
}

impl World {
    /// A remote whose tracker all clones have, with some issues.
    pub(super) fn new() -> Self {
        static FIRST: OnceLock<World> = OnceLock::new();
        let first = FIRST.get_or_init(Self::make_first);
        let world = Self {
            clock: Arc::new(AtomicI64::new(first.clock.load(Ordering::Relaxed))),
            ids: Arc::new(AtomicU64::new(first.ids.load(Ordering::Relaxed))),
            published: first.published.clone(),
            ..Self::empty()
        };
        copy(first.dir.path(), world.dir.path());
        for clone in 0..CLONES {
            let config = world.clone(clone).join(".git/config");
            let text = fs::read_to_string(&config).expect("it was copied");
            let [from, to] = [first.hub(), world.hub()].map(|hub| hub.display().to_string());
            fs::write(&config, text.replace(&from, &to)).expect("it is ours");
        }
        world
    }

    fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
            clock: Arc::default(),
            ids: Arc::default(),
            published: Vec::new(),
            holds: vec![Holds::new()],
            accepted: Vec::new(),
        }
    }

    /// What every case begins with, which takes longer to make than to copy.
    fn make_first() -> Self {
        let world = Self::empty();
        git(world.dir.path(), &["init", "-q", "--template=", "--bare", "hub.git"]);
        for clone in 0..CLONES {
            let name = format!("clone-{clone}");
            git(world.dir.path(), &["init", "-q", "--template=", &name]);
            let url = world.hub().display().to_string();
            let remote = format!("[remote \"origin\"]\n\turl = {url}\n");
            let config = world.clone(clone).join(".git/config");
            let before = fs::read_to_string(&config).expect("git made it");
            fs::write(&config, before + SETTINGS + &remote).expect("it is ours");
            let jit = world.jit(clone, "human:ada", RemoteUse::Auto);
            jit.init().expect("the tracker is made or adopted");
            if clone == 0 {
                jit.config_set(SettingKey::ClaimSkew, &format!("{SKEW}s")).expect("it is a setting");
                for (key, stage) in [("design", GateStage::Pre), ("review", GateStage::Post)] {
                    let definition = GateDefinition { stage, ..GateDefinition::default() };
                    jit.gate_define(&gate(key), &definition).expect("it is new");
                }
                populate(&jit);
                jit.sync(&SyncRequest::default()).expect("the remote takes it");
            }
        }
        let published = world.remote().tip.into_iter().collect();
        Self { published, ..world }
    }

    /// The bare repository.
    pub(super) fn hub(&self) -> PathBuf {
        self.dir.path().join("hub.git")
    }

    fn clone(&self, clone: usize) -> PathBuf {
        self.dir.path().join(format!("clone-{clone}"))
    }

    /// What somebody can do in a clone.
    fn jit(&self, clone: usize, who: &str, remote_use: RemoteUse) -> CommandExecutor {
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        let context = Context::default()
            .acting_as(Some(AgentId::parse(who).expect("it is a kind and a name")))
            .with_clock(move || at(clock.load(Ordering::Relaxed) + CLOCKS[clone]))
            .with_ids(move || scattered(ids.fetch_add(1, Ordering::Relaxed)))
            .with_network(Network::default(), remote_use);
        CommandExecutor::with_context(Storage::new(self.clone(clone)), context)
    }

    /// Does one step, and looks whether all that must hold does.
    pub(super) fn step(&mut self, step: &Step) {
        let passed = if let Act::Wait(seconds) = step.act { seconds } else { 1 };
        self.clock.fetch_add(passed, Ordering::Relaxed);
        let before = self.remote();
        let jit = self.jit(step.clone, step.who, step.remote_use);
        let held = self.held_in(step.clone);
        self.make(step.weather);
        let fresh = self.ids.fetch_add(1, Ordering::Relaxed);
        let told = perform(&jit, &step.act, fresh);
        self.make(Weather::Fair);
        let after = self.remote();
        match &told {
            Ok(Done::Synced(lost)) => self.check_lost(step, &held, lost),
            Ok(done) => self.check_done(step, done, &after),
            Err(error) => assert!(is_expected(error, step.weather), "{step:?}: {error:?}"),
        }
        self.check_holds(step, &before, &after);
        assert_eq!(broken(&after.tracker), Vec::<Problem>::new(), "at the remote after {step:?}");
        let here = jit.tracker().expect("it can be read");
        assert_eq!(broken(&here), Vec::<Problem>::new(), "in the clone after {step:?}");
        self.note(step.clone, &after);
    }

    fn note(&mut self, clone: usize, remote: &Remote) {
        let repo = Storage::new(self.clone(clone)).open().expect("the clone is there");
        self.accepted.extend(repo.try_tip().expect("it can be read"));
        self.published.extend(remote.tip.filter(|tip| self.published.last() != Some(tip)));
        if self.holds.last() != Some(&remote.holds) {
            self.holds.push(remote.holds.clone());
        }
    }

    fn make(&self, weather: Weather) {
        let (hub, away, hook) =
            (self.hub(), self.dir.path().join("away.git"), self.hub().join("hooks/pre-receive"));
        match weather {
            Weather::Fair => {
                if away.exists() {
                    fs::rename(&away, &hub).expect("it is ours");
                }
                if hook.exists() {
                    fs::remove_file(&hook).expect("it is ours");
                }
            }
            Weather::Away => fs::rename(&hub, &away).expect("it is ours"),
            Weather::ReadOnly => {
                use std::os::unix::fs::PermissionsExt;
                fs::create_dir_all(hub.join("hooks")).expect("it is ours");
                fs::write(&hook, "#!/bin/sh\nexit 1\n").expect("it is ours");
                fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("it is ours");
            }
        }
    }

    fn remote(&self) -> Remote {
        let repo = Storage::new(self.hub()).open().expect("the remote is there");
        let snapshot = Snapshot::try_current(&repo).expect("it can be read");
        let tracker = snapshot.as_ref().map(|snapshot| snapshot.load(&Scope::All)).unwrap_or_default();
        let refs = fs::read_dir(self.hub().join("refs/jit/claims")).into_iter().flatten().flatten();
        let hold = |entry: fs::DirEntry| {
            let issue: IssueId = entry.file_name().to_str()?.parse().ok()?;
            let commit: CommitId = fs::read_to_string(entry.path()).ok()?.trim().parse().ok()?;
            Some((issue, repo.read_claim_record(issue, commit)))
        };
        Remote {
            tip: snapshot.map(|snapshot| snapshot.commit()),
            tracker,
            holds: refs.filter_map(hold).collect(),
        }
    }

    /// Whoever was told to hold an issue does so at the remote.
    fn check_done(&self, step: &Step, done: &Done, remote: &Remote) {
        let Done::Claimed(claimed) = done else { return };
        if step.remote_use == RemoteUse::Offline {
            return;
        }
        let jit = self.jit(step.clone, step.who, step.remote_use);
        let shown = jit.show(claimed).expect("it was just claimed");
        for issue in shown.issues() {
            let claim = issue.claim.as_ref().expect("it was just claimed");
            let hold = remote.holds.get(&issue.id);
            assert_eq!(hold.map(|hold| hold.id), Some(claim.id), "{step:?}: told to hold {}", issue.id);
        }
    }

    /// The claims that a clone's tracker shows as its own, but for work that waits for gates.
    fn held_in(&self, clone: usize) -> BTreeMap<IssueId, Claim> {
        let repo = Storage::new(self.clone(clone)).open().expect("the clone is there");
        let Some(clone) = repo.known_clone_id() else { return BTreeMap::new() };
        let tracker = Snapshot::current(&repo).expect("it can be read").load(&Scope::All);
        let in_work = tracker.issues.into_values().filter(|issue| issue.state != State::Gated);
        let claims = in_work.filter_map(|issue| Some((issue.id, issue.claim?)));
        claims.filter(|(_, claim)| claim.clone == Some(clone)).collect()
    }

    /// A sync after which a clone has not a claim that it `held` before says so, unless the
    /// holder has finished the issue elsewhere.
    fn check_lost(&self, step: &Step, held: &BTreeMap<IssueId, Claim>, lost: &[EndedClaim]) {
        let now = self.held_in(step.clone);
        let repo = Storage::new(self.clone(step.clone)).open().expect("the clone is there");
        let tip = repo.tip().expect("there is a tracker");
        for (id, claim) in held {
            if now.get(id).is_some_and(|now| now.id == claim.id) {
                continue;
            }
            let mut finished_by = None;
            let find = |event: LoggedEvent| {
                let is_it = event.kind == "issue_completed" && event.issue_id == Some(*id);
                finished_by = is_it.then_some(event.actor);
                !is_it
            };
            repo.walk_events(tip, None, find).expect("the log can be read");
            let is_told = lost.iter().any(|lost| lost.claim.id == claim.id);
            let is_own = finished_by.is_some_and(|by| by == claim.by.as_str());
            assert!(is_told || is_own, "{step:?}: {claim:?} on {id} was lost without a word");
        }
    }

    /// A hold goes to another only when it has expired or the log of the remote says that it was
    /// released, and ends only when the tracker of the remote says why; and what that tracker shows
    /// as claimed is held.
    fn check_holds(&self, step: &Step, before: &Remote, after: &Remote) {
        let now = at(self.clock.load(Ordering::Relaxed) + CLOCKS[step.clone]);
        let shown = |id: &IssueId| after.tracker.issues.get(id).and_then(|issue| issue.claim.as_ref());
        for (id, hold) in &before.holds {
            match after.holds.get(id) {
                Some(now_held) if now_held.id == hold.id => {}
                Some(other) => {
                    let is_free = is_over(hold, now) || self.is_released(hold, before, after);
                    assert!(is_free, "{step:?}: {id} went from {hold:?} to {other:?}");
                }
                None => {
                    let is_shown = shown(id).is_some_and(|claim| claim.id == hold.id);
                    assert!(!is_shown, "{step:?}: {hold:?} of {id} is gone, and nothing says why");
                }
            }
        }
        for id in after.tracker.issues.keys() {
            let Some(claim) = shown(id).filter(|claim| claim.clone.is_some() && !is_over(claim, now)) else {
                continue;
            };
            let hold = after.holds.get(id).map(|hold| hold.id);
            assert_eq!(hold, Some(claim.id), "{step:?}: the tracker says that {id} is claimed: {claim:?}");
        }
    }

    /// Whether the log of the remote tells since `before` that `hold` was released.
    fn is_released(&self, hold: &Claim, before: &Remote, after: &Remote) -> bool {
        let repo = Storage::new(self.hub()).open().expect("the remote is there");
        let Some(tip) = after.tip else { return false };
        let mut is_told = false;
        let find = |event: LoggedEvent| {
            is_told |= event.kind == "issue_released" && event.json.contains(&hold.id.to_string());
            !is_told
        };
        repo.walk_events(tip, before.tip, find).expect("the log can be read");
        is_told
    }

    /// Lets every clone sync until none has anything new: all have the same then.
    pub(super) fn settle(&mut self) {
        for round in 0..3 {
            for clone in 0..CLONES {
                self.clock.fetch_add(1, Ordering::Relaxed);
                let before = self.remote();
                let jit = self.jit(clone, "human:ada", RemoteUse::Auto);
                let synced = jit.sync(&SyncRequest::default()).expect("the remote is there");
                assert_eq!(synced.unpublished, 0);
                let is_quiet = synced.pulled.is_none() && synced.pushed.is_none();
                assert!(round < 2 || is_quiet, "clones go on for ever: {synced:?}");
                let after = self.remote();
                let step = Step {
                    clone,
                    who: "human:ada",
                    remote_use: RemoteUse::Auto,
                    weather: Weather::Fair,
                    act: Act::Sync(super::super::Direction::Both),
                };
                self.check_holds(&step, &before, &after);
                self.note(clone, &after);
            }
        }
        let tree = |dir: &Path| git(dir, &["rev-parse", "refs/jit/main^{tree}"]);
        let there = tree(&self.hub());
        for clone in 0..CLONES {
            assert_eq!(tree(&self.clone(clone)), there, "clone {clone} has something else");
        }
        let remote = self.remote();
        for id in remote.holds.keys() {
            let issue = remote.tracker.issues.get(id);
            assert!(issue.is_some_and(|issue| !issue.state.is_finished()), "{id} is finished and held");
        }
    }
}

/// Whether others may take over.
fn is_over(claim: &Claim, now: Timestamp) -> bool {
    // By the clock that is furthest ahead of this one.
    claim.is_expired(now + TimeDelta::seconds(4), SKEW)
}

/// Rules that are broken. Conflicts wait for people.
fn broken(tracker: &Tracker) -> Vec<Problem> {
    let mut problems = validate(tracker);
    problems.retain(|problem| problem.code() != "conflict");
    problems
}

/// Whether a command may fail like this.
fn is_expected(error: &Error, weather: Weather) -> bool {
    match error {
        Error::Refusal(_) | Error::NotIntegrated { .. } => true,
        Error::Remote(_) | Error::Contended { .. } | Error::Unpublished { .. } => weather != Weather::Fair,
        _ => false,
    }
}
