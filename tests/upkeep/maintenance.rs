//! git's own maintenance: what survives it, and that jit starts it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::hub::Hub;
use crate::support::{Ran, Sandbox, run};

/// How long the maintenance of these tests takes at least.
const SLOW: Duration = Duration::from_secs(4);

/// The git that the machine has.
fn real_git(sandbox: &Sandbox) -> PathBuf {
    let found = run(sandbox.program("sh", &sandbox.path("")).args(["-c", "command -v git"])).ok().stdout;
    PathBuf::from(found.trim())
}

/// A folder with a git that notes every maintenance in `started` and takes its time for it,
/// and every other use in `used`.
fn watched_git(sandbox: &Sandbox) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let dir = sandbox.path("bin");
    fs::create_dir_all(&dir).expect("it works");
    let (root, git) = (sandbox.path("").display().to_string(), real_git(sandbox).display().to_string());
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n*maintenance*) echo \"$*\" >>{root}started; {git} \"$@\"; sleep {}; echo >>{root}ended;;\n\
         *) echo \"$*\" >>{root}used; exec {git} \"$@\";;\nesac\n",
        SLOW.as_secs()
    );
    fs::write(dir.join("git"), script).expect("it works");
    fs::set_permissions(dir.join("git"), fs::Permissions::from_mode(0o755)).expect("it works");
    dir
}

fn jit_with(sandbox: &Sandbox, bin: &Path, args: &[&str]) -> Ran {
    let path = std::env::var("PATH").expect("it works");
    run(sandbox.jit_command(args).env("PATH", format!("{}:{path}", bin.display())))
}

fn lines(sandbox: &Sandbox, file: &str) -> usize {
    fs::read_to_string(sandbox.path(file)).unwrap_or_default().lines().count()
}

fn tip(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout.trim().to_owned()
}

/// Whether the commit is one of those that start maintenance: one in 64.
fn is_due(commit: &str) -> bool {
    u8::from_str_radix(&commit[38..], 16).expect("it works").is_multiple_of(64)
}

/// Changes an issue until one of the changes is due for maintenance, checking each time that
/// nothing is heard of it; how long that change took.
fn until_due(sandbox: &Sandbox, bin: &Path, id: &str) -> Duration {
    for number in 0..2000 {
        let started = lines(sandbox, "started");
        let begun = Instant::now();
        let ran = jit_with(sandbox, bin, &["comment", id, &format!("{number}")]).ok();
        let took = begun.elapsed();
        assert_eq!(ran.stderr, "");
        if is_due(&tip(sandbox)) {
            return took;
        }
        assert_eq!(lines(sandbox, "started"), started, "it is not due");
    }
    panic!("one in 64 is due");
}

fn wait_for(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn packs(sandbox: &Sandbox) -> usize {
    let dir = fs::read_dir(sandbox.path("repo/.git/objects/pack")).expect("it works");
    dir.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "pack")).count()
}

#[test]
fn maintenance_is_started_now_and_then_and_nobody_waits_for_it() {
    let sandbox = Sandbox::with_tracker();
    let bin = watched_git(&sandbox);
    let hook = sandbox.path("repo/.git/hooks/pre-auto-gc");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\necho >>{}hooked\n", sandbox.path("").display())).unwrap();
    run(sandbox.program("chmod", &sandbox.repo()).arg("755").arg(&hook)).ok();
    let id = sandbox.create("One", []);
    // Turned off by the home's gc.auto, then by the other setting.
    until_due(&sandbox, &bin, &id);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(lines(&sandbox, "started"), 0, "gc.auto is 0");
    sandbox.git(["config", "gc.auto", "6700"]).ok();
    sandbox.git(["config", "gc.autoPackLimit", "1"]).ok();
    for _ in 0..3 {
        sandbox.create("Packed", []);
        sandbox.git(["repack", "-d", "-q"]).ok();
    }
    assert!(packs(&sandbox) > 1);
    let took = until_due(&sandbox, &bin, &id);
    assert!(took < SLOW, "it waited: {took:?}");
    wait_for(|| lines(&sandbox, "started") == 1 && lines(&sandbox, "ended") == 1);
    assert_eq!(packs(&sandbox), 1, "what there was is joined");
    assert_eq!(lines(&sandbox, "used"), 0, "nothing else needs git");
    assert_eq!(lines(&sandbox, "hooked"), 0, "no hook is run");
    sandbox.jit(["validate"]).ok();
    sandbox.git(["fsck", "--strict"]).ok();
    assert!(fs::read_to_string(sandbox.path("started")).unwrap().contains("run --auto --quiet"));
}

#[test]
fn two_never_tidy_up_at_once() {
    let sandbox = Sandbox::with_tracker();
    let bin = watched_git(&sandbox);
    let id = sandbox.create("One", []);
    for _ in 0..2 {
        sandbox.create("Packed", []);
        sandbox.git(["repack", "-d", "-q"]).ok();
    }
    sandbox.git(["config", "gc.auto", "6700"]).ok();
    sandbox.git(["config", "gc.autoPackLimit", "1"]).ok();
    // As git does while it is at work.
    let lock = sandbox.path("repo/.git/objects/maintenance.lock");
    fs::write(&lock, "").unwrap();
    until_due(&sandbox, &bin, &id);
    wait_for(|| lines(&sandbox, "ended") == 1);
    assert_eq!(packs(&sandbox), 2, "another one was at work");
    fs::remove_file(&lock).unwrap();
    until_due(&sandbox, &bin, &id);
    wait_for(|| lines(&sandbox, "ended") == 2);
    assert_eq!(packs(&sandbox), 1);
}

#[test]
fn a_git_that_is_not_there_is_not_missed() {
    let sandbox = Sandbox::with_tracker();
    sandbox.git(["config", "gc.auto", "6700"]).ok();
    let id = sandbox.create("One", []);
    for number in 0..2000 {
        let mut jit = sandbox.jit_command(["comment", &id, &format!("{number}")]);
        let ran = run(jit.env("PATH", "/nonexistent")).ok();
        assert_eq!(ran.stderr, "");
        if is_due(&tip(&sandbox)) {
            return;
        }
    }
    panic!("one in 64 is due");
}

#[test]
fn the_tracker_survives_everything_that_git_tidies_up() {
    let (_hub, [ada, bob]) = Hub::with_tracker();
    let id = ada.create("Kept", ["--desc", "text"]);
    ada.jit(["claim", &id, "agent:x"]).ok();
    ada.jit(["sync"]).ok();
    bob.jit(["sync"]).ok();
    let refs = |sandbox: &Sandbox| sandbox.git(["for-each-ref", "refs/jit", "refs/jit-remotes"]).ok().stdout;
    let cleanings: [&[&str]; 8] = [
        &["gc", "-q", "--prune=now", "--aggressive"],
        &["repack", "-a", "-d", "-q"],
        &["repack", "-A", "-d", "-q", "--write-midx", "--write-bitmap-index"],
        &["pack-refs", "--all", "--prune"],
        &["reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all"],
        &["prune", "--expire=now"],
        &["prune-packed", "-q"],
        &["maintenance", "run", "--task=gc", "--task=commit-graph", "--task=incremental-repack", "--quiet"],
    ];
    for sandbox in [&ada, &bob] {
        for cleaning in cleanings {
            let (before, shown) = (refs(sandbox), sandbox.json(["show", &id]));
            sandbox.git(cleaning).ok();
            assert_eq!(refs(sandbox), before, "{cleaning:?}");
            assert_eq!(sandbox.json(["show", &id]), shown, "{cleaning:?}");
            sandbox.jit(["comment", &id, "afterwards"]).ok();
            sandbox.jit(["validate"]).ok();
        }
        sandbox.jit(["sync"]).ok();
        sandbox.git(["fsck", "--strict", "--no-dangling"]).ok();
    }
    ada.jit(["sync"]).ok();
    assert_eq!(ada.json(["show", &id])["comments"].as_array().unwrap().len(), 2 * cleanings.len());
}
