//! The cache is never the truth: whatever becomes of it or of the tracker behind its back,
//! answers are those that the objects give.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Sandbox, run_with_input};

/// Everything that readers are told.
fn answers(sandbox: &Sandbox) -> Vec<String> {
    [
        &["list", "--json"][..],
        &["query", "ready", "--json"],
        &["query", "ready", "--json", "--limit", "2"],
        &["query", "blocked", "--json"],
        &["list", "--json", "label:x word"],
        &["list", "--json", "--filter", "-priority:high claim:held|none"],
        &["search", "word", "--json"],
        &["search", "\"many 1\" wo", "--json", "--limit", "3"],
        &["search", "ne", "--json", "--filter", "state:open"],
        &["status", "--json"],
        &["graph", "roots", "--json"],
        &["graph", "export", "--format", "json"],
        &["conflict", "list", "--json"],
    ]
    .iter()
    .map(|args| sandbox.jit(*args).ok().stdout)
    .collect()
}

fn cache(sandbox: &Sandbox) -> PathBuf {
    sandbox.repo().join(".git/jit/cache")
}

/// Insists that readers are told the same without the cache, which is kept as it is.
fn check(sandbox: &Sandbox) -> Vec<String> {
    let with = answers(sandbox);
    let (dir, aside) = (cache(sandbox), sandbox.path("aside"));
    fs::rename(&dir, &aside).expect("there is a cache");
    let without = answers(sandbox);
    assert_eq!(with, without);
    fs::remove_dir_all(&dir).expect("there is a cache again");
    fs::rename(&aside, &dir).expect("it can be put back");
    with
}

fn create_many(sandbox: &Sandbox, count: usize) -> Vec<String> {
    let one = |n: usize| format!("- title: many {n}\n  description: word {n}\n");
    let list = (0..count).map(one).collect::<Vec<_>>().concat();
    let mut create = sandbox.jit_command(["-q", "issue", "create", "--from", "-"]);
    run_with_input(&mut create, list.as_bytes()).ok().stdout.lines().map(str::to_owned).collect()
}

/// A tracker with a bit of everything.
fn furnished() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "design", "--stage", "pre"]).ok();
    sandbox.jit(["registry", "add", "tests"]).ok();
    let mut ids = vec![sandbox.create("one", ["--desc", "a word", "--label", "x"])];
    ids.push(sandbox.create("two", ["--depends-on", ids[0].as_str(), "--priority", "high"]));
    ids.push(sandbox.create("three", ["--gate", "design"]));
    ids.push(sandbox.create("four", ["--gate", "tests"]));
    sandbox.jit(["issue", "claim", &ids[3], "agent:one"]).ok();
    (sandbox, ids)
}

#[derive(Clone, Debug)]
enum Step {
    Create(Option<usize>),
    Edit(usize, u8),
    Claim(usize),
    Done(usize),
    Release(usize),
    Delete(usize),
    Gate(usize, bool),
    Stage(bool),
    /// Plain git sets the tracker back by so many commits.
    Back(usize),
    Gc,
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..12_usize;
    prop_oneof![
        4 => proptest::option::of(n.clone()).prop_map(Step::Create),
        3 => (n.clone(), any::<u8>()).prop_map(|(n, what)| Step::Edit(n, what)),
        2 => n.clone().prop_map(Step::Claim),
        2 => n.clone().prop_map(Step::Done),
        1 => n.clone().prop_map(Step::Release),
        1 => n.clone().prop_map(Step::Delete),
        1 => (n, any::<bool>()).prop_map(|(n, passed)| Step::Gate(n, passed)),
        1 => any::<bool>().prop_map(Step::Stage),
        1 => (1..4_usize).prop_map(Step::Back),
        1 => Just(Step::Gc),
        6 => Just(Step::Look),
    ]
}

/// Does it, or is refused: both are fine.
fn take(sandbox: &Sandbox, step: &Step) {
    let list = sandbox.json(["list"]);
    let id = |n: usize| {
        let issues = list["issues"].as_array().filter(|issues| !issues.is_empty())?;
        issues[n % issues.len()]["id"].as_str().map(str::to_owned)
    };
    let on = |n: usize, args: &dyn Fn(&str) -> Vec<String>| {
        if let Some(id) = id(n) {
            sandbox.jit(args(&id));
        }
    };
    let words = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    match *step {
        Step::Create(needs) => {
            let mut args = words("issue create new --label x --gate design".to_owned());
            if let Some(id) = needs.and_then(id) {
                args.extend(["--depends-on".to_owned(), id]);
            }
            sandbox.jit(args).ok();
        }
        Step::Edit(n, what) => on(n, &|id| match what % 4 {
            0 => words(format!("issue update {id} --priority critical")),
            1 => words(format!("issue update {id} --desc word")),
            2 => words(format!("issue update {id} --remove-label x")),
            _ => words(format!("gate add {id} tests")),
        }),
        Step::Claim(n) => on(n, &|id| words(format!("issue claim {id} agent:one --ttl 1h"))),
        Step::Done(n) => on(n, &|id| words(format!("issue update {id} --state done"))),
        Step::Release(n) => on(n, &|id| words(format!("issue release {id}"))),
        Step::Delete(n) => on(n, &|id| words(format!("issue delete {id}"))),
        Step::Gate(n, true) => on(n, &|id| words(format!("gate pass {id} design"))),
        Step::Gate(n, false) => on(n, &|id| words(format!("gate fail {id} design"))),
        Step::Stage(pre) => {
            let stage = if pre { "pre" } else { "post" };
            sandbox.jit(["registry", "remove", "design"]);
            sandbox.jit(["registry", "add", "design", "--stage", stage]).ok();
        }
        Step::Back(by) => {
            // It may not have so many commits.
            super::support::run(&mut {
                let mut git = sandbox.program("git", &sandbox.repo());
                git.args(["update-ref", "refs/jit/main", &format!("refs/jit/main~{by}")]);
                git
            });
        }
        Step::Gc => drop(sandbox.git(["gc", "-q", "--prune=now"]).ok()),
        Step::Look => drop(answers(sandbox)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4) })]

    #[test]
    fn answers_are_the_same_with_and_without(steps in proptest::collection::vec(step(), 12..24)) {
        let sandbox = Sandbox::with_tracker();
        for step in &steps {
            take(&sandbox, step);
        }
        check(&sandbox);
    }
}

#[test]
fn what_is_cached_is_enough_for_every_list() {
    let (sandbox, _) = furnished();
    let before = answers(&sandbox);
    let trees = sandbox.git(["ls-tree", "-r", "refs/jit/main", "issues"]).ok().stdout;
    for line in trees.lines() {
        let oid = line.split_whitespace().nth(2).expect("an object id");
        let path = format!(".git/objects/{}/{}", &oid[..2], &oid[2..]);
        fs::remove_file(sandbox.repo().join(path)).expect("it is loose");
    }
    assert_eq!(answers(&sandbox), before, "not one issue is read from its object");
    fs::remove_dir_all(cache(&sandbox)).expect("there is a cache");
    let status = sandbox.json(["status"]);
    assert_eq!((&status["total"], &status["damaged"]), (&Value::from(0), &Value::from(4)));
    assert!(!cache(&sandbox).join("table").exists(), "what may be there tomorrow is not written down");
}

#[test]
fn a_change_costs_a_small_file_and_many_become_part_of_the_table() {
    let (sandbox, ids) = furnished();
    create_many(&sandbox, 400);
    check(&sandbox);
    let files = || ["table", "delta"].map(|name| fs::read(cache(&sandbox).join(name)).unwrap_or_default());
    let [table, _] = files();
    sandbox.jit(["issue", "comment", &ids[0], "more"]).ok();
    check(&sandbox);
    let [same, delta] = files();
    assert!(same == table, "the table stays as it is");
    assert!(delta.len() * 20 < table.len(), "{} against {}", delta.len(), table.len());
    // Beyond so many the table is written anew.
    sandbox.jit(["issue", "update", "--filter", "many", "--label", "x"]).ok();
    check(&sandbox);
    let [new, _] = files();
    assert!(new != table, "it has what was changed");
}

/// What can happen to a file.
fn damaged(bytes: &[u8]) -> Vec<Vec<u8>> {
    let len = bytes.len();
    let mut variants = vec![Vec::new(), b"not a cache".to_vec(), [bytes, b"x"].concat()];
    variants.extend([1, len / 3, len / 2, len - 5, len - 1].map(|len| bytes[..len].to_vec()));
    variants.extend((0..12).map(|n| {
        let mut flipped = bytes.to_vec();
        flipped[n * (len - 1) / 11] ^= 0x41;
        flipped
    }));
    let mut zeroed = bytes.to_vec();
    zeroed[len / 4..len / 2].fill(0);
    variants.push(zeroed);
    // As an older or newer version would have written it.
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    if let Some(at) = bytes.windows(version.len()).position(|part| part == version) {
        let mut other = bytes.to_vec();
        other[at] = b'9';
        variants.push(other);
    }
    variants
}

#[test]
fn a_torn_or_foreign_file_is_made_anew_without_a_word() {
    let (sandbox, ids) = furnished();
    answers(&sandbox);
    sandbox.jit(["issue", "comment", &ids[0], "more"]).ok();
    for name in ["table", "delta", "text"] {
        let list = if name == "text" { ["search", "one more", "--json"] } else { ["list", "--json", "word"] };
        let expected = sandbox.jit(list).ok();
        let path = cache(&sandbox).join(name);
        let good = fs::read(&path).expect("it was written");
        for (n, bad) in damaged(&good).into_iter().enumerate() {
            fs::write(&path, bad).expect("it can be written");
            let ran = sandbox.jit(list).ok();
            assert_eq!((&ran.stdout, &ran.stderr), (&expected.stdout, &expected.stderr), "{name} {n}");
            fs::write(&path, &good).expect("it can be written");
        }
        check(&sandbox);
    }
}

/// What else can be where a file should be.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Pipe,
    Folder,
    FullFolder,
    Link,
    LinkToNothing,
    Unreadable,
    Huge,
}

impl Odd {
    const ALL: [Self; 7] = [
        Self::Pipe,
        Self::Folder,
        Self::FullFolder,
        Self::Link,
        Self::LinkToNothing,
        Self::Unreadable,
        Self::Huge,
    ];

    /// Puts it at `path`; `other` is where a link leads.
    fn put(self, path: &Path, other: &Path) {
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path).expect("it is ours");
        } else if path.symlink_metadata().is_ok() {
            fs::remove_file(path).expect("it is ours");
        }
        match self {
            Self::Pipe => {
                let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
                assert!(made.success());
            }
            Self::Folder => fs::create_dir(path).expect("it is not there"),
            Self::FullFolder => fs::create_dir_all(path.join("inner")).expect("it is not there"),
            Self::Link | Self::LinkToNothing => {
                std::os::unix::fs::symlink(other, path).expect("it is not there");
            }
            Self::Unreadable => {
                fs::write(path, "secret").expect("it is not there");
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o000);
                fs::set_permissions(path, mode).expect("it is ours");
            }
            Self::Huge => {
                let file = fs::File::create(path).expect("it is not there");
                file.set_len(1 << 40).expect("it has holes");
            }
        }
        if let Self::Link = self {
            fs::write(other, "somebody else's").expect("it can be written");
        } else if other.exists() {
            fs::remove_file(other).expect("it is ours");
        }
    }

    /// Insists that nothing was written where a link leads.
    #[track_caller]
    fn check(self, other: &Path) {
        match self {
            Self::Link => assert_eq!(fs::read(other).expect("it is there"), b"somebody else's"),
            _ => assert!(!other.exists()),
        }
    }
}

#[test]
fn whatever_is_in_place_of_a_file_of_the_cache_is_not_followed_and_in_nobodys_way() {
    let (sandbox, ids) = furnished();
    let other = sandbox.path("other");
    for name in ["table", "delta", "text"] {
        let list = if name == "text" { ["search", "one more", "--json"] } else { ["list", "--json", "word"] };
        for odd in Odd::ALL {
            answers(&sandbox);
            sandbox.jit(["issue", "comment", &ids[0], "more"]).ok();
            let aside = sandbox.path("aside");
            fs::rename(cache(&sandbox), &aside).expect("there is a cache");
            let expected = sandbox.jit(list).ok();
            fs::remove_dir_all(cache(&sandbox)).expect("it was made");
            fs::rename(&aside, cache(&sandbox)).expect("it can be put back");
            odd.put(&cache(&sandbox).join(name), &other);
            for _ in 0..2 {
                let ran = sandbox.jit(list).ok();
                assert_eq!(
                    (&ran.stdout, &ran.stderr),
                    (&expected.stdout, &expected.stderr),
                    "{name} {odd:?}"
                );
            }
            sandbox.jit(["doctor"]);
            odd.check(&other);
            if !matches!(odd, Odd::FullFolder) {
                let meta = cache(&sandbox).join(name).symlink_metadata().expect("it was made anew");
                assert!(meta.is_file() && meta.len() < 1 << 20, "{name} {odd:?}");
            }
            fs::remove_dir_all(cache(&sandbox)).expect("it is ours");
        }
    }
}

#[test]
fn a_link_in_place_of_the_folder_is_not_followed() {
    let (sandbox, _) = furnished();
    let expected = answers(&sandbox);
    let (private, other) = (sandbox.repo().join(".git/jit"), sandbox.path("other"));
    fs::create_dir(&other).expect("it is not there");
    fs::remove_dir_all(private.join("cache")).expect("it is there");
    std::os::unix::fs::symlink(&other, private.join("cache")).expect("it is not there");
    assert_eq!(answers(&sandbox), expected);
    assert_eq!(fs::read_dir(&other).expect("it is a folder").count(), 0);
}

#[test]
fn a_pipe_in_place_of_a_lock_or_a_note_holds_nobody_up() {
    let (sandbox, ids) = furnished();
    let (private, other) = (sandbox.repo().join(".git/jit"), sandbox.path("other"));
    for odd in Odd::ALL {
        odd.put(&private.join("clone"), &other);
        sandbox.jit(["issue", "comment", &ids[0], "more"]).ok();
        odd.check(&other);
    }
    for odd in [Odd::Pipe, Odd::Link, Odd::LinkToNothing, Odd::Unreadable, Odd::Huge, Odd::Folder] {
        odd.put(&private.join("next"), &other);
        let ran = sandbox.jit(["issue", "comment", &ids[0], "more"]);
        if !matches!(odd, Odd::Folder) {
            ran.ok();
        }
        odd.check(&other);
    }
    fs::remove_dir(private.join("next")).expect("it is a folder");
    for odd in [Odd::Pipe, Odd::Folder, Odd::Link, Odd::LinkToNothing] {
        odd.put(&private.join("lock"), &other);
        let ran = sandbox.jit(["issue", "comment", &ids[0], "more"]);
        assert_eq!((ran.code, ran.stderr.contains(".git/jit/lock")), (10, true), "{odd:?}: {}", ran.stderr);
        odd.check(&other);
    }
}

#[test]
fn where_it_cannot_be_written_everything_works_without() {
    let (sandbox, _) = furnished();
    let expected = answers(&sandbox);
    let private = sandbox.repo().join(".git/jit");
    fs::remove_dir_all(&private).expect("it is there");
    fs::write(&private, "in the way").expect("it can be written");
    assert_eq!(answers(&sandbox), expected);
    assert_eq!(fs::read(&private).expect("it is still there"), b"in the way");
}

#[test]
fn a_tracker_that_was_fetched_over_or_set_back_is_shown_as_it_is() {
    let (sandbox, ids) = furnished();
    let old = answers(&sandbox);
    let tip = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    sandbox.jit(["issue", "delete", &ids[2]]).ok();
    create_many(&sandbox, 3);
    let new = check(&sandbox);
    assert_ne!(old, new);
    let newer = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout;
    sandbox.git(["update-ref", "refs/jit/main", tip.trim()]).ok();
    assert_eq!(check(&sandbox), old);
    sandbox.git(["update-ref", "refs/jit/main", newer.trim()]).ok();
    assert_eq!(check(&sandbox), new);
    // The trees that the cache was made from go as well.
    sandbox.git(["update-ref", "refs/jit/main", tip.trim()]).ok();
    sandbox.git(["reflog", "expire", "--expire=now", "--all"]).ok();
    sandbox.git(["gc", "-q", "--prune=now"]).ok();
    assert_eq!(check(&sandbox), old);
}

#[test]
fn what_a_killed_process_left_is_cleared_away_with_the_next_table() {
    let (sandbox, _) = furnished();
    let mut killed = std::process::Command::new("true").spawn().expect("it starts");
    killed.wait().expect("it ends");
    answers(&sandbox);
    let left = cache(&sandbox).join(format!("table.{}.0", killed.id()));
    fs::write(&left, "half a table").expect("it can be written");
    check(&sandbox);
    assert!(left.exists(), "only a new table looks for it");
    fs::remove_file(cache(&sandbox).join("table")).expect("there is one");
    answers(&sandbox);
    assert!(!left.exists());
}

#[test]
fn linked_worktrees_share_one() {
    let (sandbox, ids) = furnished();
    let other = sandbox.path("other");
    sandbox.git(["worktree", "add", "-q", other.to_str().expect("it is text")]).ok();
    let list = ["list", "--json"];
    let expected = sandbox.jit(list).ok().stdout;
    assert_eq!(sandbox.jit_in(&other, list).ok().stdout, expected);
    sandbox.jit_in(&other, ["issue", "comment", &ids[0], "from there"]).ok();
    assert_eq!(sandbox.jit_in(&other, list).ok().stdout, sandbox.jit(list).ok().stdout);
    assert!(!Path::new(&sandbox.repo().join(".git/worktrees/other/jit")).exists());
}

#[test]
fn readers_beside_writers_see_one_state_or_the_next() {
    let (sandbox, _) = furnished();
    create_many(&sandbox, 250);
    let total = || sandbox.json(["status"])["total"].as_u64().expect("a number");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..15).for_each(|_| drop(create_many(&sandbox, 10))));
        }
        for _ in 0..2 {
            scope.spawn(|| {
                let mut least = 254;
                for _ in 0..25 {
                    let found = total();
                    assert!(found >= least && (found - 254).is_multiple_of(10), "{found} after {least}");
                    least = found;
                }
            });
        }
    });
    assert_eq!(total(), 554);
    check(&sandbox);
}
