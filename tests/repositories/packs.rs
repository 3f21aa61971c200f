//! Many objects at once become one pack that git itself would have written.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::git;
use super::kinds::init_with;
use crate::support::Sandbox;

/// Writes a list of issues, each of which depends on the one before; its name.
fn list(sandbox: &Sandbox, count: usize) -> &'static str {
    let mut text = String::new();
    for n in 0..count {
        let description = "word ".repeat(n % 50);
        let on = n.checked_sub(1).map(|before| format!("k{before}")).unwrap_or_default();
        writeln!(
            text,
            "- {{key: k{n}, title: Issue {n}, description: \"{description}\", dependencies: [{on}]}}"
        )
        .expect("a string takes any text");
    }
    sandbox.write("repo/list.yaml", text);
    "list.yaml"
}

/// The names of the files in `objects/pack`.
fn pack_files(sandbox: &Sandbox) -> Vec<String> {
    let dir = std::fs::read_dir(sandbox.path("repo/.git/objects/pack")).expect("git makes it");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("it is readable").file_name();
    let mut names: Vec<String> = dir.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The contents of a file.
fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it is readable")
}

/// Insists that there is one pack, that git takes it, and that nothing is left beside it.
fn check_one_pack(sandbox: &Sandbox) {
    let files = pack_files(sandbox);
    let [index, pack] = files.as_slice() else { panic!("one pack and its index: {files:?}") };
    assert_eq!(index.strip_suffix(".idx"), pack.strip_suffix(".pack"));
    let dir = sandbox.path("repo/.git/objects/pack");
    // git makes the same index of the pack.
    let theirs = sandbox.path("theirs.idx");
    let [pack_path, their_path] = [&dir.join(pack), &theirs].map(|path| path.display().to_string());
    git(sandbox, ["index-pack", "--verify", "--strict", &pack_path]);
    let named = git(sandbox, ["index-pack", "-o", &their_path, &pack_path]);
    assert!(pack.contains(named.trim()), "{pack} is not named as {named}");
    assert_eq!(bytes(&theirs), bytes(&dir.join(index)));
    let fsck = sandbox.git(["fsck", "--strict", "--full", "--no-dangling", "--no-progress"]).ok();
    assert_eq!(fsck.stdout, "", "nothing is missing");
}

fn loose(sandbox: &Sandbox) -> usize {
    let counted = git(sandbox, ["count-objects"]);
    counted.split(' ').next().and_then(|count| count.parse().ok()).expect("it begins with the number")
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_long_list_becomes_one_pack_and_a_short_one_loose_objects() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["create", "--from", list(&sandbox, 20)]).ok();
    assert_eq!(pack_files(&sandbox), Vec::<String>::new());
    let before = loose(&sandbox);
    sandbox.git(["config", "jit.durability", "full"]).ok();
    sandbox.jit(["create", "--from", list(&sandbox, 400)]).ok();
    assert_eq!(loose(&sandbox), before, "nothing but the pack was written");
    check_one_pack(&sandbox);
    for name in pack_files(&sandbox) {
        assert_eq!(mode(&sandbox.path("repo/.git/objects/pack").join(name)), 0o444);
    }
    assert_eq!(sandbox.json(["list"])["count"], 420);
    sandbox.jit(["validate"]).ok();
}

#[test]
fn changing_and_deleting_many_issues_is_one_pack_too() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["create", "--from", list(&sandbox, 400)]).ok();
    sandbox.git(["gc", "-q"]).ok();
    let [before, after] = ["bulk", "gone"].map(|label| {
        let filter = "state:open|done|rejected";
        sandbox.jit(["update", "--filter", filter, "--label", label]).ok();
        let packs = pack_files(&sandbox).iter().filter(|name| name.contains(".pack")).count();
        (packs, loose(&sandbox))
    });
    assert_eq!((before, after), ((2, 0), (3, 0)));
    assert_eq!(sandbox.json(["list", "label:bulk label:gone"])["count"], 400);
    let ids = sandbox.jit(["-q", "list"]).ok().stdout;
    let delete: Vec<&str> = ["delete"].into_iter().chain(ids.lines()).collect();
    sandbox.jit(delete).ok();
    assert_eq!(sandbox.json(["list"])["count"], 0);
    sandbox.git(["fsck", "--strict", "--full"]).ok();
}

#[test]
fn a_pack_of_a_repository_with_sha256_is_read_by_git() {
    let Some(sandbox) = init_with(&["--object-format=sha256"]) else { return };
    sandbox.jit(["init"]).ok();
    sandbox.jit(["create", "--from", list(&sandbox, 300)]).ok();
    check_one_pack(&sandbox);
    assert_eq!(sandbox.json(["list"])["count"], 300);
}

#[test]
fn a_shared_repository_gets_a_shared_pack() {
    let sandbox = Sandbox::with_repo();
    sandbox.git(["config", "core.sharedRepository", "0640"]).ok();
    sandbox.jit(["init"]).ok();
    sandbox.jit(["create", "--from", list(&sandbox, 300)]).ok();
    for name in pack_files(&sandbox) {
        assert_eq!(mode(&sandbox.path("repo/.git/objects/pack").join(name)), 0o440);
    }
}

#[test]
fn what_a_killed_bulk_write_left_is_cleared_and_other_packs_stay_kept() {
    let sandbox = Sandbox::with_tracker();
    let dir = "repo/.git/objects/pack";
    sandbox.write(&format!("{dir}/pack-1.keep"), "jit bulk write\n");
    sandbox.write(&format!("{dir}/pack-2.keep"), "mine\n");
    sandbox.write(&format!("{dir}/tmp_pack_jit_1_0"), "PACK");
    sandbox.jit(["create", "--from", list(&sandbox, 300)]).ok();
    sandbox.git(["prune", "--expire=now"]).ok();
    let left: Vec<String> = pack_files(&sandbox);
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.iter().any(|name| name == "pack-2.keep"), "{left:?}");
}

/// Kills a bulk write after `delay`; whether it died of it.
fn kill_bulk_write(sandbox: &Sandbox, delay: Duration) -> bool {
    let mut command: Command = sandbox.jit_command(["create", "--from", "list.yaml"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    thread::sleep(delay);
    child.kill().expect("it was not waited for yet");
    !child.wait().expect("it ends").success()
}

#[test]
fn killed_at_any_instant_a_bulk_write_is_done_or_not() {
    let sandbox = Sandbox::with_tracker();
    let list = list(&sandbox, 600);
    let started = Instant::now();
    sandbox.jit(["create", "--from", list]).ok();
    let mut span = started.elapsed();
    let (mut killed, mut issues) = (0, 600);
    for round in 0..16_u32 {
        let died = kill_bulk_write(&sandbox, span.mul_f64((f64::from(round) * 0.618_034).fract()));
        killed += u32::from(died);
        // How busy the machine is changes: what ends early was given too long, and the reverse.
        span = span.mul_f64(if died { 1.2 } else { 0.8 });
        let now = sandbox.jit(["-q", "list"]).ok().stdout.lines().count();
        assert!(now == issues + 600 || (died && now == issues), "{now} issues after {issues}");
        issues = now;
        // As git's gc does beside it: what is not reachable is dropped from packs at once.
        sandbox.git(["repack", "-a", "-d", "-q"]).ok();
    }
    assert!(killed > 2, "{killed} were killed");
    sandbox.git(["fsck", "--strict", "--full", "--no-dangling"]).ok();
    sandbox.jit(["create", "--from", list]).ok();
    sandbox.git(["prune", "--expire=now"]).ok();
    let left: Vec<String> = pack_files(&sandbox);
    let is_left = |name: &&String| {
        let suffix = Path::new(name.as_str()).extension().and_then(|suffix| suffix.to_str());
        !matches!(suffix, Some("pack" | "idx" | "rev" | "bitmap" | "mtimes"))
    };
    assert_eq!(left.iter().filter(is_left).collect::<Vec<_>>(), Vec::<&String>::new());
}
