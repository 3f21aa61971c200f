//! One winner, nothing lost: real processes that want the same thing at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::Child;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Ran, Sandbox};

const RACERS: usize = 8;

/// Lets racers loose, all at once; what each came back with.
fn race<T: Send>(racers: usize, racer: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let racer = &racer;
        let running: Vec<_> = (0..racers).map(|n| scope.spawn(move || racer(n))).collect();
        running.into_iter().map(|racer| racer.join().expect("no racer panics")).collect()
    })
}

fn agent(n: usize) -> String {
    format!("agent:racer-{n}")
}

/// New issues, in one commit; their ids.
fn create_many(sandbox: &Sandbox, count: usize) -> Vec<String> {
    let mut list = String::new();
    for n in 0..count {
        writeln!(list, "- title: issue {n}").expect("writing to a string succeeds");
    }
    let ran = sandbox.jit_with_input(list.as_bytes(), ["-q", "issue", "create", "--from", "-"]).ok();
    ran.stdout.lines().map(str::to_owned).collect()
}

/// Insists that one racer succeeded and the others were told of it; the agent that won.
fn sole_winner(rans: Vec<Ran>, agents: &[String]) -> String {
    let won: Vec<usize> = (0..rans.len()).filter(|n| rans[*n].code == 0).collect();
    assert_eq!(won.len(), 1, "one wins, but {rans:#?}");
    let winner = &agents[won[0]];
    for loser in rans.into_iter().filter(|ran| ran.code != 0) {
        loser.fails(5, &format!("claimed by {winner} "));
    }
    winner.clone()
}

/// Who claimed which issue according to the log, where no issue may be claimed twice.
fn claims(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let mut claims = BTreeMap::new();
    for event in sandbox.events().into_iter().filter(|event| event["type"] == "issue_claimed") {
        let before = claims.insert(text(&event["issue_id"]), text(&event["assignee"]));
        assert_eq!(before, None, "claimed twice: {event}");
    }
    claims
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

fn commits(sandbox: &Sandbox) -> usize {
    let count = sandbox.git(["rev-list", "--first-parent", "--count", "refs/jit/main"]).ok();
    count.stdout.trim().parse().expect("it is a number")
}

/// The messages of the tracker's own history.
fn log(sandbox: &Sandbox) -> String {
    sandbox.git(["log", "--first-parent", "--format=%B", "refs/jit/main"]).ok().stdout
}

/// Insists that the repository and the tracker are in order.
fn check_sound(sandbox: &Sandbox) {
    sandbox.jit(["validate"]).ok();
    let fsck = sandbox.git(["fsck", "--strict", "--no-dangling", "--no-progress"]).ok();
    assert_eq!((fsck.stdout.as_str(), fsck.stderr.as_str()), ("", ""));
    assert!(!sandbox.path("repo/.git/refs/jit/main.lock").exists(), "a lock was left");
}

/// Works on an issue after the other until none is left; the ids, in order.
fn work_until_nothing_is_left(sandbox: &Sandbox, agent: &str) -> Vec<String> {
    let mut handed_out = Vec::new();
    loop {
        let next = sandbox.jit(["claim-next", "--to", agent]);
        if next.code == 3 {
            return handed_out;
        }
        let id = next.ok().stdout.trim().to_owned();
        sandbox.jit(["done", &id, "--by", agent]).ok();
        handed_out.push(id);
    }
}

/// A mutation of another kind each time, which leaves `mark` in the log.
fn edit(sandbox: &Sandbox, id: &str, n: usize, mark: &str) -> Ran {
    match n % 4 {
        0 => sandbox.jit(["comment", id, mark]),
        1 => sandbox.jit(["update", id, "--context", &format!("{mark}=x")]),
        2 => sandbox.jit(["update", id, "--label", mark]),
        _ => sandbox.jit(["create", mark]),
    }
}

/// Scripts that repeat in the repository until this is dropped. They end with the sandbox,
/// too, whose marker file they watch.
struct Meanwhile<'s> {
    sandbox: &'s Sandbox,
    loops: Vec<Child>,
}

impl<'s> Meanwhile<'s> {
    fn repeat(sandbox: &'s Sandbox, scripts: &[&str]) -> Self {
        sandbox.write("go", "");
        sandbox.write("rounds", "");
        let start = |script: &&str| {
            let script =
                format!("while [ -e ../go ]; do {{ {script}; }} 2>/dev/null && echo; done >> ../rounds");
            sandbox.program("bash", &sandbox.repo()).args(["-c", &script]).spawn().expect("bash starts")
        };
        Self { sandbox, loops: scripts.iter().map(start).collect() }
    }

    /// How many rounds succeeded so far, of all scripts together.
    fn rounds(&self) -> u64 {
        std::fs::metadata(self.sandbox.path("rounds")).expect("it was written at the start").len()
    }
}

impl Drop for Meanwhile<'_> {
    fn drop(&mut self) {
        std::fs::remove_file(self.sandbox.path("go")).expect("it was written at the start");
        for child in &mut self.loops {
            child.wait().expect("a loop ends");
        }
    }
}

/// Lets four processes make `rounds` changes each, and more until git did its part as many
/// times; the marks of those that succeeded, and of the others. Those may only have been
/// told that the tracker is busy.
fn mutate_beside(meanwhile: Meanwhile<'_>, rounds: usize, git_rounds: u64) -> (Vec<String>, Vec<String>) {
    let sandbox = meanwhile.sandbox;
    let id = sandbox.create("the one", []);
    let told = race(4, |racer| {
        let goes_on = |n: &usize| *n < rounds || meanwhile.rounds() < git_rounds;
        let one = |n| {
            let mark = format!("mark-{racer}-{n}.");
            let ran = edit(sandbox, &id, n, &mark);
            assert!(ran.code == 0 || ran.code == 7, "{ran:?}");
            (ran.code == 0, mark)
        };
        (0..rounds * 20).take_while(goes_on).map(one).collect::<Vec<_>>()
    });
    assert!(meanwhile.rounds() >= git_rounds, "git was at it all the time");
    drop(meanwhile);
    let (done, refused): (Vec<_>, Vec<_>) = told.into_iter().flatten().partition(|(done, _)| *done);
    let marks = |told: Vec<(bool, String)>| told.into_iter().map(|(_, mark)| mark).collect();
    (marks(done), marks(refused))
}

/// Insists that everything that was reported as done is in the history, and nothing else.
fn check_logged(sandbox: &Sandbox, (done, refused): &(Vec<String>, Vec<String>)) {
    let log = log(sandbox);
    let lost: Vec<_> = done.iter().filter(|mark| !log.contains(mark.as_str())).collect();
    assert_eq!(lost, Vec::<&String>::new(), "reported as done and not in the history");
    let kept: Vec<_> = refused.iter().filter(|mark| log.contains(mark.as_str())).collect();
    assert_eq!(kept, Vec::<&String>::new(), "reported as refused and in the history");
}

#[test]
fn of_eight_rivals_for_an_issue_exactly_one_wins_a_hundred_times_over() {
    let sandbox = Sandbox::with_tracker();
    // Two processes each act under one name, which alone holds nothing.
    let agents: Vec<String> = (0..RACERS).map(|n| agent(n / 2)).collect();
    let mut winners = BTreeMap::new();
    for id in create_many(&sandbox, 100) {
        let rans = race(RACERS, |n| sandbox.jit(["claim", &id, &agents[n]]));
        winners.insert(id, sole_winner(rans, &agents));
    }
    assert_eq!(winners.len(), 100);
    assert_eq!(claims(&sandbox), winners);
    assert_eq!(commits(&sandbox), 1 + 1 + 100, "nobody else stored anything");
    check_sound(&sandbox);
}

#[test]
fn claim_next_hands_out_two_hundred_issues_to_eight_workers_once_each() {
    let sandbox = Sandbox::with_tracker();
    let ids: BTreeSet<String> = create_many(&sandbox, 200).into_iter().collect();
    let handed_out = race(RACERS, |n| work_until_nothing_is_left(&sandbox, &agent(n)));
    let by_whom: BTreeMap<String, String> = handed_out
        .iter()
        .enumerate()
        .flat_map(|(n, ids)| ids.iter().map(move |id| (id.clone(), agent(n))))
        .collect();
    assert_eq!(handed_out.iter().map(Vec::len).sum::<usize>(), 200, "none was handed out twice");
    assert_eq!(by_whom.keys().cloned().collect::<BTreeSet<_>>(), ids);
    assert_eq!(claims(&sandbox), by_whom);
    let listed = sandbox.json(["list"]);
    for issue in listed["issues"].as_array().expect("a list") {
        let id = text(&issue["id"]);
        assert_eq!((&issue["state"], &issue["assignee"]), (&"done".into(), &by_whom[&id].as_str().into()));
    }
    assert_eq!(listed["count"], 200);
    check_sound(&sandbox);
}

#[test]
fn eight_hundred_edits_of_one_issue_are_all_kept() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("popular", []);
    race(RACERS, |racer| {
        for n in 0..100 {
            // No creation, which is the fourth kind of edit.
            edit(&sandbox, &id, n % 3, &format!("{racer}-{n}")).ok();
        }
    });
    let issue = sandbox.json(["show", &id]);
    let comments = issue["comments"].as_array().unwrap().iter().map(|comment| text(&comment["body"]));
    let context = issue["context"].as_object().unwrap().keys().cloned();
    let labels = issue["labels"].as_array().unwrap().iter().map(text);
    let marks = |kind: usize| -> BTreeSet<String> {
        let rounds = move |racer| (kind..100).step_by(3).map(move |n| format!("{racer}-{n}"));
        (0..RACERS).flat_map(rounds).collect()
    };
    assert_eq!(comments.clone().count(), 34 * RACERS, "no comment is there twice");
    assert_eq!(comments.collect::<BTreeSet<_>>(), marks(0));
    assert_eq!(context.collect::<BTreeSet<_>>(), marks(1));
    assert_eq!(labels.collect::<BTreeSet<_>>(), marks(2));
    assert_eq!(commits(&sandbox), 2 + 800);
    check_sound(&sandbox);
}

#[test]
fn issues_created_by_eight_processes_at_once_are_all_there() {
    let sandbox = Sandbox::with_tracker();
    let created = race(RACERS, |racer| {
        let one = |n| (sandbox.create(&format!("{racer}-{n}"), []), format!("{racer}-{n}"));
        (0..25).map(one).collect::<Vec<_>>()
    });
    let created: BTreeMap<String, String> = created.into_iter().flatten().collect();
    let listed = sandbox.json(["list"]);
    let issues = listed["issues"].as_array().unwrap().iter();
    let listed: BTreeMap<_, _> = issues.map(|issue| (text(&issue["id"]), text(&issue["title"]))).collect();
    assert_eq!(created.len(), 25 * RACERS);
    assert_eq!(listed, created);
    check_sound(&sandbox);
}

#[test]
fn a_tracker_that_eight_processes_make_at_once_is_made_once() {
    let sandbox = Sandbox::with_repo();
    let made = race(RACERS, |_| sandbox.json(["init"])["tracker_created"].clone());
    let winners = made.iter().filter(|made| **made == true).count();
    assert_eq!((winners, commits(&sandbox)), (1, 1), "{made:?}");
    check_sound(&sandbox);
}

#[test]
fn a_repository_that_eight_processes_make_at_once_is_made_once() {
    let sandbox = Sandbox::new();
    for folder in ["one", "two", "three", "four", "five"] {
        let repo = sandbox.path(folder);
        std::fs::create_dir(&repo).unwrap();
        let made = race(RACERS, |_| sandbox.jit_in(&repo, ["init", "--json"]).ok().json());
        for what in ["repository_created", "tracker_created"] {
            let winners = made.iter().filter(|made| made[what] == true).count();
            assert_eq!(winners, 1, "{what}: {made:?}");
        }
        let commits = sandbox.git_in(&repo, ["rev-list", "refs/jit/main"]).ok().stdout;
        assert_eq!(commits.lines().count(), 1);
        sandbox.git_in(&repo, ["fsck", "--strict", "--no-dangling"]).ok();
    }
}

#[test]
fn an_expired_claim_is_taken_over_by_exactly_one_of_eight_rivals() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["config", "set", "claim.skew", "0s"]).ok();
    let ids = create_many(&sandbox, 20);
    let mut claims: BTreeMap<String, Value> = BTreeMap::new();
    for id in &ids {
        let claimed = sandbox.json(["claim", id, "agent:sleepy", "--ttl", "1s"]);
        claims.insert(id.clone(), claimed["claim"]["id"].clone());
    }
    thread::sleep(Duration::from_millis(1_100));
    let agents: Vec<String> = (0..RACERS).map(agent).collect();
    for id in &ids {
        let rans = race(RACERS, |n| sandbox.jit(["claim", id, &agents[n]]));
        sole_winner(rans, &agents);
    }
    let taken = sandbox.events().into_iter().filter(|event| event["took_over"].is_string());
    let taken: Vec<(String, Value)> =
        taken.map(|event| (text(&event["issue_id"]), event["took_over"].clone())).collect();
    assert_eq!(taken.len(), ids.len());
    assert_eq!(taken.into_iter().collect::<BTreeMap<_, _>>(), claims);
}

#[test]
fn plain_git_that_packs_and_moves_other_references_loses_nothing() {
    let sandbox = Sandbox::with_tracker();
    let interference = [
        "git pack-refs --all",
        "git repack -adq && git pack-refs --all --prune",
        "git update-ref refs/heads/side HEAD && git update-ref -d refs/heads/side",
        // Where it is the only one, git removes the directory of the tracker's reference.
        "git update-ref refs/jit/side HEAD && git update-ref -d refs/jit/side",
    ];
    let told = mutate_beside(Meanwhile::repeat(&sandbox, &interference), 40, 50);
    assert_eq!(told.1, Vec::<String>::new(), "git holds no lock for long");
    check_logged(&sandbox, &told);
    assert_eq!(commits(&sandbox), 2 + told.0.len());
    check_sound(&sandbox);
}

#[test]
fn gc_beside_writers_loses_nothing() {
    let sandbox = Sandbox::with_tracker();
    let meanwhile = Meanwhile::repeat(&sandbox, &["git gc --quiet", "git reflog expire --all"]);
    let told = mutate_beside(meanwhile, 40, 10);
    check_logged(&sandbox, &told);
    assert_eq!(commits(&sandbox), 2 + told.0.len());
    check_sound(&sandbox);
}

#[test]
fn what_is_read_while_git_repacks_is_whole() {
    let sandbox = Sandbox::with_tracker();
    create_many(&sandbox, 20);
    let meanwhile = Meanwhile::repeat(&sandbox, &["git repack -adq"]);
    race(3, |racer| {
        for n in 0..60 {
            sandbox.create(&format!("{racer}-{n}"), []);
            let listed = sandbox.jit(["list", &format!("{racer}-"), "--json"]).ok();
            assert_eq!((&listed.json()["count"], listed.stderr.as_str()), (&(n + 1).into(), ""));
        }
    });
    drop(meanwhile);
    assert_eq!(sandbox.json(["list"])["count"], 20 + 180);
    check_sound(&sandbox);
}

#[test]
fn the_log_of_the_reference_stays_whole_while_plain_git_rewrites_it() {
    let sandbox = Sandbox::with_tracker();
    let meanwhile = Meanwhile::repeat(&sandbox, &["git reflog expire --all", "git reflog expire --all"]);
    mutate_beside(meanwhile, 60, 30);
    let logged = sandbox.git(["reflog", "--format=%H", "refs/jit/main"]).ok().stdout;
    let history = sandbox.git(["rev-list", "--first-parent", "refs/jit/main"]).ok().stdout;
    let lost: Vec<&str> = history.lines().filter(|commit| !logged.contains(commit)).collect();
    assert_eq!(lost, Vec::<&str>::new());
    assert_eq!(logged, history, "in the same order");
}

#[test]
fn plain_git_that_moves_the_tracker_itself_loses_nothing_and_nothing_of_it_is_lost() {
    let sandbox = Sandbox::with_tracker();
    // Git packs between its own moves, never beside them: under its lock it trusts a
    // packed-refs it read before, if size, inode and second are the same, so that two of
    // its commands can undo what came between without any help of ours.
    let writer = "git pack-refs --all --prune; sleep 0.01; old=$(git rev-parse refs/jit/main) && \
         new=$(git commit-tree $old^{tree} -p $old -m \"plain $RANDOM$RANDOM\") && \
         git update-ref refs/jit/main $new $old && echo $new >> ../plain";
    let told = mutate_beside(Meanwhile::repeat(&sandbox, &[writer]), 40, 10);
    check_logged(&sandbox, &told);
    let plain = std::fs::read_to_string(sandbox.path("plain")).unwrap();
    let history = sandbox.git(["rev-list", "--first-parent", "refs/jit/main"]).ok().stdout;
    let lost: Vec<&str> = plain.lines().filter(|commit| !history.contains(commit)).collect();
    assert_eq!(lost, Vec::<&str>::new());
    assert_eq!(commits(&sandbox), 2 + told.0.len() + plain.lines().count());
    check_sound(&sandbox);
}

#[test]
fn linked_worktrees_race_on_one_tracker() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["worktree", "add", "-q", "-b", "side", "../side"]).ok();
    let places = [sandbox.repo(), sandbox.path("side")];
    let agents: Vec<String> = (0..RACERS).map(agent).collect();
    let mut winners = BTreeMap::new();
    for id in create_many(&sandbox, 30) {
        let rans = race(RACERS, |n| sandbox.jit_in(&places[n % 2], ["claim", &id, &agents[n]]));
        winners.insert(id, sole_winner(rans, &agents));
    }
    let titles = race(RACERS, |n| {
        let title = format!("from-{n}");
        (0..10).for_each(|_| drop(sandbox.jit_in(&places[n % 2], ["create", &title]).ok()));
        title
    });
    assert_eq!(claims(&sandbox), winners);
    let [here, there] = places.each_ref().map(|place| sandbox.jit_in(place, ["list", "--json"]).ok().stdout);
    assert_eq!(here, there);
    for title in titles {
        assert_eq!(here.matches(&title).count(), 10, "{title}");
    }
    assert_eq!(commits(&sandbox), 2 + 30 + 10 * RACERS);
    check_sound(&sandbox);
}
