//! Agents in clones of their own race for a list of issues, on a good day and on bad ones.
//! Who won is judged by what the remote has in the end.
//!
//! `JIT_RACE_CLONES` and `JIT_RACE_ISSUES` make the race longer: 16 and 200 for the record.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{settle, sync};
use crate::support::hub::Hub;
use crate::support::proxy::Fault;
use crate::support::{Ran, Sandbox, run_with_input};

/// Nothing takes longer than this, or it never ends.
const PATIENCE: Duration = Duration::from_secs(600);

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn new(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Who was told to have won which issue.
type Told = Mutex<Vec<(String, String)>>;

/// A race: a remote, clones with an agent in each, and issues that all of them have.
struct Race {
    hub: Hub,
    clones: Vec<Sandbox>,
    ids: BTreeSet<String>,
    told: Told,
    /// An agent met what must not happen; the others need not go on.
    failed: AtomicBool,
}

/// An agent at work.
struct Worker<'r> {
    race: &'r Race,
    clone: &'r Sandbox,
    agent: String,
    dice: Dice,
    /// One of so many commands is killed.
    kill_one_in: Option<u64>,
    deadline: Instant,
}

impl Race {
    /// Clones of `url`, or of the hub's path.
    fn new(hub: Hub, url: &str, (clones, issues): (usize, usize)) -> Self {
        let clones: Vec<_> = (0..clones).map(|n| hub.clone_as(&format!("clone-{n}"), url)).collect();
        clones[0].jit(["init"]).ok();
        let mut list = String::new();
        (0..issues).for_each(|n| writeln!(list, "- title: issue {n}").expect("writing to a string succeeds"));
        let mut create = clones[0].jit_command(["-q", "issue", "create", "--from", "-"]);
        let ids =
            run_with_input(&mut create, list.as_bytes()).ok().stdout.lines().map(str::to_owned).collect();
        for clone in &clones {
            clone.jit(["sync"]).ok();
        }
        Self { hub, clones, ids, told: Mutex::new(Vec::new()), failed: AtomicBool::new(false) }
    }

    /// Lets every agent work in its clone until `work` returns.
    fn run(&self, kill_one_in: Option<u64>, work: impl Fn(&mut Worker<'_>) + Sync) {
        let deadline = Instant::now() + PATIENCE;
        thread::scope(|scope| {
            for (n, clone) in self.clones.iter().enumerate() {
                let (agent, dice) = (format!("agent:{n}"), Dice::new(n));
                let mut worker = Worker { race: self, clone, agent, dice, kill_one_in, deadline };
                let work = &work;
                scope.spawn(move || work(&mut worker));
            }
        });
    }

    /// How many issues are done, according to the files of the remote.
    fn done(&self) -> usize {
        let grep = ["grep", "-h", "^state: done$", "refs/jit/main", "--", "issues"];
        self.hub.try_git(grep).stdout.lines().count()
    }

    /// Insists that each issue was won once and done once, by whom the remote says so. A
    /// claim whose record was cut short may have gone straight to its end.
    fn check(&self, cut_short: bool) {
        settle(&self.hub, &self.clones.iter().collect::<Vec<_>>());
        assert_eq!(self.done(), self.ids.len(), "all are done");
        let events = self.hub.events();
        let who = |kind: &str, key: &str| {
            let mut who: BTreeMap<String, String> = BTreeMap::new();
            for event in events.iter().filter(|event| event["type"] == kind) {
                let before = who.insert(text(&event["issue_id"]), text(&event[key]));
                let of_it = || events.iter().filter(|other| other["issue_id"] == event["issue_id"]);
                assert_eq!(before, None, "{kind} twice: {:#?}", of_it().collect::<Vec<_>>());
            }
            who
        };
        let (claimed, completed) = (who("issue_claimed", "assignee"), who("issue_completed", "actor"));
        assert_eq!(completed.keys().cloned().collect::<BTreeSet<_>>(), self.ids);
        for (id, agent) in &completed {
            let claimer = claimed.get(id).or(cut_short.then_some(agent));
            assert_eq!(claimer, Some(agent), "who claimed {id} did it");
        }
        let lost = events.iter().filter(|event| event["type"] == "claim_lost").count();
        assert_eq!(lost, 0, "nobody was told to have won and lost it again");
        for (id, agent) in self.told.lock().expect("no panic under it").iter() {
            assert_eq!(&completed[id], agent, "told to have won {id}");
        }
        assert_eq!(self.hub.holds(), BTreeMap::new(), "nothing is held any more");
        self.clones[0].jit(["validate"]).ok();
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.race.failed.store(true, Ordering::SeqCst);
        }
    }
}

impl Worker<'_> {
    /// Runs a command of jit as this agent; it may be killed at any moment, if so agreed.
    fn jit(&mut self, args: &[&str]) -> Ran {
        assert!(Instant::now() < self.deadline, "{} got no further", self.agent);
        assert!(!self.race.failed.load(Ordering::SeqCst), "{} stops: another failed", self.agent);
        let mut command = self.clone.jit_command(args);
        command.env("JIT_AGENT", &self.agent);
        let doomed = self.kill_one_in.is_some_and(|end| self.dice.below(end) == 0);
        if !doomed {
            return crate::support::run(&mut command);
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        thread::sleep(Duration::from_millis(self.dice.below(250)));
        child.kill().ok();
        child.wait().expect("it ends");
        // Nobody knows what it said.
        Ran { stdout: String::new(), stderr: "killed".to_owned(), code: -1 }
    }

    /// Claims the next issue: it, or the status of the failure.
    fn claim_next(&mut self) -> Result<String, Ran> {
        let agent = self.agent.clone();
        let ran = self.jit(&["claim-next", &agent]);
        if ran.code != 0 {
            return Err(ran);
        }
        let id = ran.stdout.trim().to_owned();
        self.race.told.lock().expect("no panic under it").push((id.clone(), agent));
        Ok(id)
    }

    /// What is in this agent's hands, as its own clone knows.
    fn in_hand(&self) -> Vec<String> {
        let filter = [format!("assignee:{}", self.agent), "state:in_progress".to_owned()];
        let listed = self.clone.jit(["-q", "list"].into_iter().chain(filter.iter().map(String::as_str)));
        listed.ok().stdout.lines().map(str::to_owned).collect()
    }
}

/// Works until nothing is left, where nothing fails but for others being in the way.
fn on_a_good_day(worker: &mut Worker<'_>) {
    loop {
        match worker.claim_next() {
            Ok(id) => {
                let ran = worker.jit(&["done", &id]);
                assert_eq!(ran.code, 0, "{ran:?}");
            }
            Err(ran) if ran.code == 3 => break,
            Err(ran) => assert_eq!(ran.code, 7, "{ran:?}"),
        }
    }
    let ran = worker.jit(&["sync"]);
    assert!([0, 7].contains(&ran.code), "{ran:?}");
}

/// Works until the remote says that everything is done, whatever fails.
fn on_a_bad_day(worker: &mut Worker<'_>) {
    while worker.race.done() < worker.race.ids.len() {
        for id in worker.in_hand() {
            // What it knew may be old: given up by a command that was killed, and taken since.
            let ran = worker.jit(&["done", &id]);
            assert!([-1, 0, 5, 7, 10].contains(&ran.code), "{ran:?}");
        }
        match worker.claim_next() {
            Ok(_) => continue,
            Err(ran) => assert!([-1, 3, 5, 7, 10].contains(&ran.code), "{ran:?}"),
        }
        let ran = worker.jit(&["sync"]);
        assert!([-1, 0, 7, 10].contains(&ran.code), "{ran:?}");
    }
}

fn size() -> (usize, usize) {
    (number("JIT_RACE_CLONES", 8), number("JIT_RACE_ISSUES", 60))
}

/// The bad days are shorter, unless asked for more.
fn small_size() -> (usize, usize) {
    (number("JIT_RACE_CLONES", 4), number("JIT_RACE_ISSUES", 10))
}

#[test]
fn every_issue_is_won_once_and_done_once() {
    let hub = Hub::new();
    let url = hub.path();
    let race = Race::new(hub, &url, size());
    race.run(None, on_a_good_day);
    race.check(false);
    assert_eq!(race.told.lock().unwrap().len(), race.ids.len(), "nobody was told twice");
}

#[test]
fn processes_killed_at_any_moment_leave_nothing_undone_or_done_twice() {
    let hub = Hub::new();
    let url = hub.path();
    let race = Race::new(hub, &url, small_size());
    race.run(Some(3), on_a_bad_day);
    race.check(true);
}

#[test]
fn pushes_that_are_refused_at_random_are_made_good() {
    let hub = Hub::new();
    let url = hub.path();
    let race = Race::new(hub, &url, small_size());
    race.hub.hook("pre-receive", "#!/bin/sh\n[ $(( $(od -An -N1 -tu1 /dev/urandom) % 4 )) != 0 ]\n");
    race.run(None, on_a_bad_day);
    fs::remove_file(race.hub.dir().join("hooks/pre-receive")).unwrap();
    race.check(false);
}

#[test]
fn a_remote_that_is_read_only_for_a_while_is_waited_for() {
    let hub = Hub::new();
    let url = hub.path();
    let race = Race::new(hub, &url, small_size());
    let closed = race.hub.admin().path("closed");
    race.hub.hook("pre-receive", &format!("#!/bin/sh\n[ ! -e '{}' ]\n", closed.display()));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2 {
                thread::sleep(Duration::from_millis(800));
                fs::write(&closed, "").unwrap();
                thread::sleep(Duration::from_millis(1_500));
                fs::remove_file(&closed).unwrap();
            }
        });
        race.run(None, on_a_bad_day);
    });
    race.check(false);
}

#[test]
fn connections_that_are_cut_at_random_decide_nothing() {
    let hub = Hub::new();
    let behind = hub.behind_proxy();
    let race = Race::new(hub, &behind.url, small_size());
    behind.proxy.set(Fault::CutSome { below: 4_000 });
    race.run(None, on_a_bad_day);
    behind.proxy.set(Fault::None);
    race.check(false);
}

#[test]
fn agents_that_edit_one_issue_in_every_clone_lose_no_edit() {
    let hub = Hub::new();
    let url = hub.path();
    let race = Race::new(hub, &url, (3, 1));
    let id = race.ids.first().unwrap();
    race.run(None, |worker| {
        for n in 0..5 {
            let mark = format!("{}-{n}", worker.agent.replace(':', "-"));
            assert_eq!(worker.jit(&["comment", id, &mark]).code, 0);
            assert_eq!(worker.jit(&["update", id, "--label", &mark]).code, 0);
            let ran = worker.jit(&["sync"]);
            assert!([0, 7].contains(&ran.code), "{ran:?}");
        }
    });
    settle(&race.hub, &race.clones.iter().collect::<Vec<_>>());
    let one = super::issue(&race.clones[0], id);
    assert_eq!(one["comments"].as_array().unwrap().len(), 15);
    assert_eq!(one["labels"].as_array().unwrap().len(), 15);
    assert_eq!(sync(&race.clones[0])["conflicts"], serde_json::json!([]));
}
