//! Settings that cost work, and a store that nobody tidies.

use super::Found;
use crate::support::Sandbox;

#[test]
fn settings_that_leave_no_time_are_named() {
    let sandbox = Sandbox::with_tracker();
    let clean = Found::of(&sandbox, &[]);
    assert!(!clean.has("gc_prunes_at_once") && !clean.has("log_expires_at_once"));
    sandbox.git(["config", "gc.pruneExpire", "now"]).ok();
    Found::of(&sandbox, &[]).check("gc_prunes_at_once", "problem", "gc.pruneExpire");
    sandbox.git(["config", "gc.pruneExpire", "2.weeks.ago"]).ok();
    for key in ["gc.reflogExpireUnreachable", "gc.reflogExpire", "gc.refs/jit/main.reflogExpire"] {
        sandbox.git(["config", key, "now"]).ok();
        let found = Found::of(&sandbox, &[]);
        found.check("log_expires_at_once", "warning", key);
        assert!(found.healthy);
        sandbox.git(["config", "--unset", key]).ok();
    }
}

#[test]
fn durability_that_is_less_than_full_is_mentioned() {
    let sandbox = Sandbox::with_tracker();
    Found::of(&sandbox, &[]).check("fast", "info", "power cut");
    sandbox.git(["config", "jit.durability", "full"]).ok();
    assert!(!Found::of(&sandbox, &[]).has("fast"));
    sandbox.git(["config", "jit.durability", "solid"]).ok();
    let found = Found::of(&sandbox, &[]);
    found.check("bad_durability", "warning", "solid");
    assert!(!found.has("fast"), "the project's counts");
    sandbox.jit(["config", "set", "durability", "fast"]).ok();
    Found::of(&sandbox, &[]).check("fast", "info", "power cut");
}

#[test]
fn a_store_that_nobody_tidies_is_mentioned() {
    let sandbox = Sandbox::with_tracker();
    Found::of(&sandbox, &[]).check("no_maintenance", "info", "gc.auto");
    sandbox.git(["config", "gc.auto", "6700"]).ok();
    assert!(!Found::of(&sandbox, &[]).has("no_maintenance"));
    sandbox.git(["config", "maintenance.auto", "false"]).ok();
    Found::of(&sandbox, &[]).check("no_maintenance", "info", "maintenance.auto");
    sandbox.write("repo/.git/gc.log", "\nwarning: There are too many unreachable loose objects\n");
    Found::of(&sandbox, &[]).check("gc_failed", "warning", "too many unreachable");
}

#[test]
fn a_store_of_many_packs_and_loose_objects_is_slow() {
    let sandbox = Sandbox::with_tracker();
    let pack = sandbox.path("repo/.git/objects/pack");
    std::fs::create_dir_all(&pack).unwrap();
    for number in 0..100 {
        std::fs::write(pack.join(format!("pack-{number:040x}.pack")), "").unwrap();
    }
    Found::of(&sandbox, &[]).check("many_packs", "warning", "100 packs");
    for fan_out in 0..20 {
        let dir = sandbox.path(&format!("repo/.git/objects/{fan_out:02x}"));
        std::fs::create_dir_all(&dir).unwrap();
        for number in 0..1000 {
            std::fs::write(dir.join(format!("{number:038x}")), "").unwrap();
        }
    }
    let found = Found::of(&sandbox, &[]);
    found.check("many_loose", "warning", "200");
    assert_eq!(found.get("many_loose")["remedy"], "git gc");
}
