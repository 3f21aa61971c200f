//! What operations may cost, counted rather than timed: it does not depend on the machine, nor on
//! how many issues there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::model::create::{BatchEntry, NewIssue};
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::model::{AgentId, Claim, ClaimId, Extra, IdPrefix, IssueId};
use crate::ops::{CommandExecutor, Context, Target};
use crate::store::work::{Step, counted};
use crate::store::{CommitId, Repo, Storage};

type Steps = BTreeMap<Step, usize>;

/// A tracker with `count` issues, all of which but the first depend on that one.
struct Project {
    jit: CommandExecutor,
    ids: Vec<IssueId>,
    dir: tempfile::TempDir,
}

fn entry(key: String, dependencies: Vec<String>) -> BatchEntry {
    let issue = NewIssue { title: format!("Issue {key}"), ..NewIssue::default() };
    BatchEntry { key: Some(key), issue, dependencies }
}

impl Project {
    fn new(count: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let jit = CommandExecutor::new(Storage::new(dir.path()));
        jit.init().unwrap();
        // What was configured a moment ago is read again by every operation.
        std::thread::sleep(std::time::Duration::from_millis(50));
        let on = |n| if n == 0 { vec![] } else { vec!["k0".to_owned()] };
        let entries = (0..count).map(|n| entry(format!("k{n}"), on(n))).collect();
        let ids = jit.create_batch("list", entries).unwrap().ids;
        Self { jit, ids, dir }
    }

    fn prefix(&self, n: usize) -> IdPrefix {
        IdPrefix::of(self.ids[n])
    }

    fn create(&self) -> Steps {
        let new = NewIssue { title: "New".to_owned(), ..NewIssue::default() };
        let (outcome, steps) = counted(|| self.jit.create(&new, &[]));
        outcome.unwrap();
        steps
    }

    fn claim(&self, n: usize) -> Steps {
        let (outcome, steps) = counted(|| self.jit.claim(&self.prefix(n), None, None));
        outcome.unwrap();
        steps
    }

    fn finish(&self, n: usize) -> Steps {
        let done = StateRequest::Status(Status::Done);
        let update = Update { state: Some(done), ..Update::default() };
        let target = Target::Issues(vec![self.prefix(n)]);
        let (outcome, steps) = counted(|| self.jit.update(&target, &update));
        assert!(outcome.unwrap().changed);
        steps
    }
}

/// The most of each that a mutation of one issue with up to one dependency may take.
const MUTATION: [(Step, usize); 8] = [
    // The first operation of a program opens the repository.
    (Step::Open, 0),
    // The tip.
    (Step::ReadCommit, 1),
    // The root, the directory of issues and one of its 256, to find the issue, to read it and its dependency,
    // and to put it back.
    (Step::ReadTree, 12),
    // The settings, the issue and what it depends on.
    (Step::ReadBlob, 3),
    // The issue, three trees, the commit.
    (Step::Write, 5),
    // Those, the new value of the reference, and its directory.
    (Step::Sync, 7),
    // All of those side by side, and the directory.
    (Step::Wait, 2),
    (Step::Lock, 1),
];

#[track_caller]
fn assert_cheap(what: &str, steps: &Steps) {
    for (step, most) in MUTATION {
        let taken = steps.get(&step).copied().unwrap_or_default();
        assert!(taken <= most, "{what}: {taken} x {step:?}, and {most} are enough; in all {steps:?}");
    }
    assert_eq!(steps.get(&Step::Write), Some(&5), "{what}: {steps:?}");
}

#[test]
fn a_mutation_costs_the_same_with_thirty_issues_and_three_thousand() {
    for count in [30, 3000] {
        let project = Project::new(count);
        // The first is what all others wait for.
        let kinds = [
            ("create", project.create()),
            ("claim", project.claim(0)),
            ("finish what all others depend on", project.finish(0)),
            ("claim a dependent", project.claim(7)),
            ("finish a dependent", project.finish(7)),
        ];
        for (what, steps) in kinds {
            assert_cheap(&format!("{what} of {count}"), &steps);
        }
    }
}

#[test]
fn a_long_list_reads_no_more_than_a_short_one_and_writes_each_object_once() {
    let chain = |count: usize| -> Vec<BatchEntry> {
        let on = |n: usize| {
            [1, 2, 17].into_iter().filter_map(move |back| n.checked_sub(back)).map(|n| format!("k{n}"))
        };
        (0..count).map(|n| entry(format!("k{n}"), on(n).collect())).collect()
    };
    let project = Project::new(10);
    let [short, long] = [100, 10_000].map(|count| {
        let (outcome, mut steps) = counted(|| project.jit.create_batch("list", chain(count)));
        assert_eq!(outcome.unwrap().ids.len(), count);
        let written = steps.remove(&Step::Write).unwrap();
        // At most all directories, the directory of them, the root and the commit.
        assert!(written > count && written <= count + 256 + 3, "{written}");
        steps
    });
    assert_eq!(long[&Step::Sync], 4, "a pack, its index, the reference and its directory");
    assert_eq!(long[&Step::ReadBlob], short[&Step::ReadBlob]);
    assert!(long[&Step::ReadTree] <= 256 + 4, "{long:?}");
}

#[test]
fn changing_many_issues_reads_each_once_and_no_directory_for_each() {
    // Few enough to be read on this thread, which is where steps are counted.
    let project = Project::new(200);
    let prefixes: Vec<IdPrefix> = project.ids.iter().copied().map(IdPrefix::of).collect();
    let directories: BTreeSet<String> = project.ids.iter().map(|id| id.digits()[..2].to_owned()).collect();
    let update = Update { add_labels: vec!["all".to_owned()], ..Update::default() };
    let (outcome, steps) = counted(|| project.jit.update(&Target::Issues(prefixes), &update));
    assert_eq!(outcome.unwrap().ids.len(), 200);
    assert_eq!(steps[&Step::ReadBlob], 201, "the issues and the settings");
    // To find them, and the directory of them each time; to read them; and to put them back.
    assert!(steps[&Step::ReadTree] <= 4 * directories.len() + 6, "{steps:?}");
}

/// Gives `project` a remote that has on record that all its issues are held.
fn hold_all(project: &Project, repo: &Repo) -> PathBuf {
    let config = repo.git_dir().join("config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}[remote \"origin\"]\n\turl = ../hub.git\n")).unwrap();
    let records = repo.git_dir().join(Repo::tracking_claims_prefix("origin"));
    fs::create_dir_all(&records).unwrap();
    let main = repo.git_dir().join(Repo::tracking_main_ref("origin"));
    fs::write(main, format!("{}\n", repo.tip().unwrap())).unwrap();
    for id in &project.ids {
        fs::write(records.join(id.to_string()), format!("{}\n", record(repo, *id))).unwrap();
    }
    records
}

/// A new record that somebody holds the issue.
fn record(repo: &Repo, id: IssueId) -> CommitId {
    let claim = Claim {
        id: ClaimId::new(Context::default().new_id()),
        by: AgentId::parse("agent:one").unwrap(),
        at: chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        expires: None,
        clone: None,
        extra: Extra::new(),
    };
    repo.write_claim_record(id, &claim, None, claim.at).unwrap()
}

#[test]
fn a_list_reads_what_the_records_of_claims_say_once() {
    let project = Project::new(40);
    let repo = Storage::new(project.dir.path()).open().unwrap();
    let records = hold_all(&project, &repo);
    let ready = || {
        let (ready, steps) = counted(|| project.jit.query_ready().unwrap().len());
        let count = |step| steps.get(&step).copied().unwrap_or_default();
        (ready, count(Step::ReadRecord), count(Step::ListRecords))
    };
    let leave_alone = || {
        let dir = fs::File::open(&records).unwrap();
        let changed = dir.metadata().unwrap().modified().unwrap();
        dir.set_modified(changed - std::time::Duration::from_secs(60)).unwrap();
    };
    assert_eq!(ready(), (0, 40, 1));
    assert_eq!(ready(), (0, 0, 1), "what changed a moment ago may have changed again");
    leave_alone();
    assert_eq!(ready(), (0, 0, 1), "it looks otherwise");
    assert_eq!(ready(), (0, 0, 0));
    // The first is the only one that depends on nothing.
    fs::remove_file(records.join(project.ids[0].to_string())).unwrap();
    assert_eq!(ready(), (1, 0, 1));
    fs::write(records.join(project.ids[0].to_string()), format!("{}\n", record(&repo, project.ids[0])))
        .unwrap();
    assert_eq!(ready(), (0, 1, 1), "only what is new is read");
    leave_alone();
    assert_eq!(ready(), (0, 0, 1));
    // A torn file is made anew.
    let kept = repo.git_dir().join("jit/cache/holds-origin");
    fs::write(&kept, &fs::read(&kept).unwrap()[1..]).unwrap();
    assert_eq!(ready(), (0, 40, 1));
    assert_eq!(ready(), (0, 0, 0));
}
