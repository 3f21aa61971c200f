//! What killed programs left.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::{Found, is_repaired};
use crate::support::Sandbox;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Leaves a file that is so old.
fn leave(sandbox: &Sandbox, below: &str, age: Duration) -> PathBuf {
    let path = sandbox.path(below);
    fs::create_dir_all(path.parent().expect("it works")).expect("it works");
    fs::write(&path, "left").expect("it works");
    let file = fs::File::options().write(true).open(&path).expect("it works");
    file.set_modified(SystemTime::now() - age).expect("it works");
    path
}

/// The number of a process that is gone.
fn dead_process() -> u32 {
    let mut child = std::process::Command::new("true").spawn().expect("it works");
    child.wait().expect("it works");
    child.id()
}

#[test]
fn an_old_lock_on_the_tracker_is_removed_and_a_young_one_is_not() {
    let sandbox = Sandbox::with_tracker();
    let lock = leave(&sandbox, "repo/.git/refs/jit/main.lock", Duration::ZERO);
    assert!(!Found::of(&sandbox, &["--fix"]).has("left_lock") && lock.exists(), "it may be in use");
    leave(&sandbox, "repo/.git/refs/jit/main.lock", 2 * MINUTE);
    is_repaired(&sandbox, "left_lock");
    assert!(!lock.exists());
}

#[test]
fn locks_on_what_is_kept_of_a_remote_are_removed() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["remote", "add", "origin", "../nowhere.git"]).ok();
    let lock = leave(&sandbox, "repo/.git/refs/jit-remotes/origin/main.lock", 2 * MINUTE);
    is_repaired(&sandbox, "left_lock");
    assert!(!lock.exists());
}

#[test]
fn the_lock_of_maintenance_is_removed_after_a_day() {
    let sandbox = Sandbox::with_tracker();
    let lock = leave(&sandbox, "repo/.git/objects/maintenance.lock", HOUR);
    assert!(!Found::of(&sandbox, &["--fix"]).has("left_lock") && lock.exists(), "it takes its time");
    leave(&sandbox, "repo/.git/objects/maintenance.lock", 2 * DAY);
    is_repaired(&sandbox, "left_lock");
}

#[test]
fn the_lock_on_packed_references_is_left_to_a_person() {
    let sandbox = Sandbox::with_tracker();
    let lock = leave(&sandbox, "repo/.git/packed-refs.lock", 2 * MINUTE);
    let found = Found::of(&sandbox, &["--fix"]);
    found.check("packed_refs_lock", "warning", "packed-refs.lock");
    assert!(lock.exists() && found.healthy);
}

#[test]
fn what_killed_processes_were_writing_is_removed() {
    let sandbox = Sandbox::with_tracker();
    let dead = dead_process();
    let left = [
        leave(&sandbox, &format!("repo/.git/objects/tmp_obj_jit_{dead}_1"), 2 * HOUR),
        leave(&sandbox, &format!("repo/.git/jit/cache/table.{dead}.0"), 2 * HOUR),
        leave(&sandbox, "repo/.git/jit/clone.01234567-89ab-4cde-8f01-23456789abcd", 2 * HOUR),
    ];
    let alive = std::process::id();
    let kept = [
        leave(&sandbox, &format!("repo/.git/objects/tmp_obj_jit_{alive}_1"), 2 * HOUR),
        leave(&sandbox, &format!("repo/.git/objects/tmp_obj_jit_{dead}_2"), MINUTE),
        leave(&sandbox, &format!("repo/.git/jit/cache/delta.{alive}.7"), 2 * HOUR),
        leave(&sandbox, "repo/.git/objects/pack/tmp_pack_abc", 2 * DAY),
    ];
    let found = Found::of(&sandbox, &[]);
    found.check("temporaries", "info", "3 (12 B)");
    found.check("git_temporaries", "info", "1 (4 B)");
    is_repaired(&sandbox, "temporaries");
    assert!(left.iter().all(|path| !path.exists()) && kept.iter().all(|path| path.exists()));
}

#[test]
fn a_repository_that_was_never_finished_is_removed() {
    let sandbox = Sandbox::with_tracker();
    let staging = sandbox.path(&format!("repo/.jit-init-{}", dead_process()));
    fs::create_dir(&staging).unwrap();
    fs::write(staging.join("x"), "").unwrap();
    let date = fs::File::open(&staging).unwrap();
    date.set_modified(SystemTime::now() - 2 * HOUR).unwrap();
    is_repaired(&sandbox, "temporaries");
    assert!(!staging.exists());
}
