//! A disk that cannot be written, or is full: reading goes on, writing fails with one clear
//! line, nothing is half-written, and a mutation that was made is never called a failure.

use std::fs;

use super::{skipped, tip};
use crate::support::{Ran, Sandbox, run};

/// Runs a shell script as root of a mount namespace of its own, where it may mount what it
/// likes; none where the system does not allow that.
pub fn in_own_mounts(sandbox: &Sandbox, script: &str) -> Option<Ran> {
    for namespace in [&["--mount"][..], &["--map-root-user", "--mount"]] {
        let unshare = |script: &str| {
            let mut command = sandbox.program("unshare", &sandbox.path(""));
            run(command.args(namespace).args(["bash", "-euc", script]))
        };
        if has_program(sandbox, "unshare") && unshare("mount -t tmpfs none home").code == 0 {
            return Some(unshare(script));
        }
    }
    skipped("no file system can be mounted here")
}

fn has_program(sandbox: &Sandbox, name: &str) -> bool {
    run(sandbox.program("sh", &sandbox.path("")).args(["-c", &format!("command -v {name}")])).code == 0
}

/// Runs commands of jit one after the other, each followed by its status and what it says.
fn each(commands: &[String]) -> String {
    let run = |command: &String| {
        format!(
            "status=0; jit {command} > out 2> err || status=$?; echo \"$status $(cat err)\"; cat out >> outs\n"
        )
    };
    commands.iter().map(run).collect()
}

#[test]
fn a_read_only_repository_is_read_and_not_written() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let before = tip(&sandbox);
    let reads = ["list", "show ID", "status", "validate", "events tail", "graph show", "config list", "init"];
    let writes =
        ["create Two", "claim ID agent:x", "done ID", "issue delete ID", "registry add x", "update ID -t x"];
    let commands: Vec<String> = reads
        .iter()
        .chain(&writes)
        .map(|command| format!("-C repo {}", command.replace("ID", &id)))
        .collect();
    let script = format!(
        "mount --bind repo repo; mount -o remount,bind,ro repo; ! touch repo/x 2> err\n{}",
        each(&commands)
    );
    let Some(ran) = in_own_mounts(&sandbox, &script) else { return };
    let statuses: Vec<&str> = ran.ok().stdout.leak().lines().collect();
    for (command, status) in reads.iter().zip(&statuses) {
        assert!(status.starts_with("0 "), "{command}: {status}");
    }
    for (command, status) in writes.iter().zip(&statuses[reads.len()..]) {
        assert!(
            status.starts_with("10 error: cannot ") && status.contains("Read-only file"),
            "{command}: {status}"
        );
    }
    assert_eq!(statuses.len(), commands.len(), "every failure is one line: {statuses:?}");
    assert_eq!(tip(&sandbox), before);
}

#[test]
fn a_read_only_place_without_a_tracker_gets_none() {
    let sandbox = Sandbox::with_repo();
    fs::create_dir(sandbox.path("empty")).unwrap();
    let commands = ["-C repo init", "-C empty init", "-C repo list", "-C empty list"].map(str::to_owned);
    let mounts = "for d in repo empty; do mount --bind $d $d; mount -o remount,bind,ro $d; done\n";
    let Some(ran) = in_own_mounts(&sandbox, &format!("{mounts}{}", each(&commands))) else { return };
    let ran = ran.ok();
    let statuses: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with("hint: ")).collect();
    for (status, code) in statuses.iter().zip(["10", "10", "3", "3"]) {
        assert!(status.starts_with(&format!("{code} error: ")), "{statuses:?}");
    }
    assert!(!sandbox.path("empty/.git").exists());
}

/// What `full.sh` prints of one attempt at a mutation.
#[derive(Debug)]
struct Attempt<'a> {
    pages: u32,
    status: i32,
    has_moved: bool,
    is_valid: bool,
    leftovers: u32,
    error: &'a str,
}

impl<'a> Attempt<'a> {
    fn parse(line: &'a str) -> Self {
        let mut words = line.splitn(6, ' ');
        let mut word = || words.next().expect("six words");
        Self {
            pages: word().parse().expect("a count"),
            status: word().parse().expect("a status"),
            has_moved: word() == "moved",
            is_valid: word() == "0",
            leftovers: word().parse().expect("a count"),
            error: word(),
        }
    }
}

/// On a file system of its own: a mutation with 0, 1, 2, … free pages. References are
/// packed and the log is gone, so that every file that is written needs a page.
const FULL: &str = r#"
mount -t tmpfs -o size=1500k none disk
cd disk
git init -q
jit init -q
git config jit.durability full
jit -q create first > /dev/null
for pages in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -f fill
  git pack-refs --all
  rm -f .git/logs/refs/jit/main
  before=$(git rev-parse refs/jit/main)
  dd if=/dev/zero of=fill bs=4096 2> /dev/null || true
  truncate -s -$((pages * 4096)) fill
  status=0
  error=$(jit create "with $pages pages" 2>&1 > /dev/null) || status=$?
  moved=$([ "$before" = "$(git rev-parse refs/jit/main)" ] && echo stayed || echo moved)
  valid=0
  jit validate > /dev/null 2>&1 || valid=$?
  left=$(find .git -name 'tmp_obj*' -o -name '*.lock' -o -name next | wc -l)
  echo "$pages $status $moved $valid $left $error"
done
rm -f fill
jit create after > /dev/null
git fsck --no-dangling 1>&2
jit validate > /dev/null
"#;

#[test]
fn a_full_disk_leaves_the_tracker_as_it_was_and_works_again_with_space() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("disk")).unwrap();
    let Some(ran) = in_own_mounts(&sandbox, FULL) else { return };
    let ran = ran.ok();
    let attempts: Vec<Attempt<'_>> = ran.stdout.lines().map(Attempt::parse).collect();
    assert_eq!(attempts.len(), 13, "{ran:?}");
    for attempt in &attempts {
        assert_eq!(attempt.status == 0, attempt.has_moved, "made and said agree: {attempt:?}");
        assert!(attempt.is_valid && attempt.leftovers == 0, "{attempt:?}");
        if attempt.status != 0 {
            assert_eq!(attempt.status, 10, "{attempt:?}");
            assert!(
                attempt.error.starts_with("error: cannot write ") && attempt.error.contains("No space"),
                "{attempt:?}"
            );
        }
    }
    let first = attempts.iter().find(|attempt| attempt.status == 0).expect("it works with enough space");
    assert!(first.pages > 3, "the disk was full: {first:?}");
}

/// `jit init` in an empty folder with 0, 4, 8, … free pages, then with enough of them.
const FULL_INIT: &str = r"
for pages in 0 4 8 12 14 16 18 24; do
  mount -t tmpfs -o size=400k none disk
  mkdir disk/project
  dd if=/dev/zero of=disk/fill bs=4096 2> /dev/null || true
  truncate -s -$((pages * 4096)) disk/fill
  status=0
  error=$(jit -C disk/project init 2>&1) || status=$?
  rm disk/fill
  jit -q -C disk/project init
  jit -C disk/project validate > /dev/null
  echo $status $(ls -A disk/project) $(find disk/project -name 'tmp_obj*' -o -name '*.lock') ${error%%:*}
  umount disk
done
";

#[test]
fn a_full_disk_stops_an_init_that_then_works_with_space() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("disk")).unwrap();
    let Some(ran) = in_own_mounts(&sandbox, FULL_INIT) else { return };
    let ran = ran.ok();
    let attempts: Vec<&str> = ran.stdout.lines().collect();
    let (last, full) = attempts.split_last().unwrap();
    assert!(full.iter().all(|attempt| *attempt == "10 .git error"), "nothing else is left: {attempts:?}");
    assert!(last.starts_with("0 .git "), "{attempts:?}");
}

#[test]
fn a_log_that_cannot_be_written_does_not_make_a_success_a_failure() {
    let sandbox = Sandbox::with_tracker();
    let log = sandbox.path("repo/.git/logs/refs/jit/main");
    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    let before = tip(&sandbox);
    let ran = sandbox.jit(["create", "One"]);
    assert_eq!(ran.code == 0, tip(&sandbox) != before, "{ran:?}");
}

#[test]
fn folders_that_cannot_be_made_are_named() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    fs::remove_dir_all(sandbox.path("repo/.git/jit")).unwrap();
    fs::write(sandbox.path("repo/.git/jit"), "in the way").unwrap();
    super::refused(&sandbox, ["create", "Two"], 10, ".git/jit");
    sandbox.jit(["list"]).ok();
    fs::remove_file(sandbox.path("repo/.git/jit")).unwrap();
    sandbox.create("Two", []);
}

/// Runs jit as the user nobody in a repository of everybody's; none where it cannot.
fn as_nobody(sandbox: &Sandbox, args: &[&str]) -> Option<Ran> {
    let jit = sandbox.path("jit-of-nobody");
    if !jit.exists() {
        fs::copy(env!("CARGO_BIN_EXE_jit"), &jit).ok()?;
        run(sandbox.program("chmod", &sandbox.path("")).args(["go+rX", "."])).ok();
    }
    let mut command = sandbox.program("setpriv", &sandbox.repo());
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&jit).args(args);
    if command.output().is_ok_and(|output| output.status.code() != Some(127)) && is_root(sandbox) {
        return Some(run(&mut command));
    }
    skipped("only root can become somebody else")
}

fn is_root(sandbox: &Sandbox) -> bool {
    run(sandbox.program("id", &sandbox.path("")).arg("-u")).stdout.trim() == "0"
}

#[test]
fn the_repository_of_another_user_is_not_trusted_unless_git_was_told_to() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let before = tip(&sandbox);
    for args in [&["list"][..], &["create", "Two"]] {
        let Some(ran) = as_nobody(&sandbox, args) else { return };
        ran.fails(10, "belongs to another user");
    }
    sandbox.git(["config", "--global", "safe.directory", "*"]).ok();
    let shown = as_nobody(&sandbox, &["show", &id]).expect("it worked before").ok();
    assert!(shown.stdout.starts_with("One\n"), "{}", shown.stdout);
    for args in [&["create", "Two"][..], &["claim", &id, "agent:x"]] {
        as_nobody(&sandbox, args).expect("it worked before").fails(10, "Permission denied");
    }
    assert_eq!(tip(&sandbox), before);
}
