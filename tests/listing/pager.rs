//! Results that are longer than the terminal.

use std::process::Command;

use crate::support::Sandbox;
use crate::support::terminal::run_on_terminal_of;

/// A tracker with 30 issues.
fn sample() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    let issues: Vec<String> = (0..30).map(|n| format!("- title: Issue {n:02}\n")).collect();
    sandbox.write("repo/plan.yaml", issues.concat());
    sandbox.jit(["create", "--from", "plan.yaml"]).ok();
    sandbox
}

fn shown(command: &mut Command) -> String {
    let (code, shown) = run_on_terminal_of((80, 10), command.env("NO_COLOR", "1"));
    assert_eq!(code, 0, "{shown}");
    shown.replace("\r\n", "\n")
}

#[test]
fn a_long_result_goes_to_the_pager_that_git_would_use() {
    let sandbox = sample();
    let seen = |command: &mut Command| {
        let shown = shown(command);
        assert!(!shown.contains("Issue 29"), "the pager has it: {shown}");
        let path = sandbox.repo().join("seen");
        let seen = std::fs::read_to_string(&path).expect("the pager wrote it");
        std::fs::remove_file(path).unwrap();
        seen
    };
    let list = || {
        let mut list = sandbox.jit_command(["list"]);
        list.env_remove("GIT_PAGER");
        list
    };
    let whole = sandbox.jit(["list"]).ok().stdout;
    assert_eq!(seen(list().env("PAGER", "cat > seen")), whole);
    sandbox.git(["config", "core.pager", "sed s/Issue/core/ > seen"]).ok();
    assert_eq!(seen(list().env("PAGER", "false")), whole.replace("Issue", "core"));
    let git_pager = "sed s/Issue/$0/ > seen";
    assert_eq!(seen(list().env("GIT_PAGER", git_pager).env("PAGER", "false")), whole.replace("Issue", "sh"));
    assert_eq!(seen(list().env("GIT_PAGER", "echo $LESS > seen")), "FRX\n");
    assert_eq!(seen(list().env("LESS", "R").env("GIT_PAGER", "echo $LESS > seen")), "R\n");
    assert!(seen(sandbox.jit_command(["log"]).env("GIT_PAGER", "cat > seen")).contains("issue_created"));
}

#[test]
fn what_fits_or_is_not_for_a_terminal_is_not_paged() {
    let sandbox = sample();
    let pager = "echo paged > seen";
    let shown = shown(sandbox.jit_command(["list", "-n", "5"]).env("GIT_PAGER", pager));
    assert!(shown.contains("Issue 04"), "{shown}");
    let unpaged = super::pager::shown(sandbox.jit_command(["list", "--no-pager"]).env("GIT_PAGER", pager));
    assert!(unpaged.contains("Issue 29"), "{unpaged}");
    for none in ["cat", ""] {
        let unpaged = super::pager::shown(sandbox.jit_command(["list"]).env("GIT_PAGER", none));
        assert!(unpaged.contains("Issue 29"), "{none:?}: {unpaged}");
    }
    for program in ["--json", "--quiet"] {
        super::pager::shown(sandbox.jit_command(["list", program]).env("GIT_PAGER", pager));
    }
    sandbox.jit_command(["list"]).env("GIT_PAGER", pager).output().unwrap();
    assert!(!sandbox.repo().join("seen").exists());
}

#[test]
fn leaving_the_pager_early_is_no_error() {
    let sandbox = sample();
    let shown = shown(sandbox.jit_command(["list"]).env("GIT_PAGER", "head -n 3"));
    assert!(shown.contains("Issue 01"), "{shown}");
    assert!(!shown.contains("error") && !shown.contains("Issue 29"), "{shown}");
    super::pager::shown(sandbox.jit_command(["list"]).env("GIT_PAGER", "true"));
    super::pager::shown(sandbox.jit_command(["list"]).env("GIT_PAGER", "exit 3"));
}

#[test]
fn a_pager_that_is_not_there_takes_nothing_away() {
    let sandbox = sample();
    for form in [&["list"][..], &["log"]] {
        let shown = shown(sandbox.jit_command(form).env("GIT_PAGER", "no-such-pager --at-all"));
        assert!(shown.contains("Issue 00") && shown.contains("Issue 29"), "{shown}");
    }
}

#[test]
fn warnings_come_after_what_was_read() {
    let sandbox = sample();
    let blob = sandbox.git(["hash-object", "-w", "README"]).ok().stdout;
    let tree = sandbox.git(["ls-tree", "-r", "refs/jit/main", "--name-only"]).ok().stdout;
    let path = tree.lines().find(|path| path.starts_with("issues/")).unwrap();
    let script = format!(
        "export GIT_INDEX_FILE=index; git read-tree refs/jit/main
         git update-index --cacheinfo 100644,{},{path}
         git update-ref refs/jit/main $(git commit-tree $(git write-tree) -p refs/jit/main -m broken)",
        blob.trim()
    );
    let broken = sandbox.program("sh", &sandbox.repo()).args(["-c", &script]).status().unwrap();
    assert!(broken.success());
    let shown = shown(sandbox.jit_command(["list"]).env("GIT_PAGER", "cat; echo THE END"));
    let (read, after) = shown.split_once("THE END").unwrap();
    assert!(!read.contains("warning"), "{shown}");
    assert!(after.contains("warning"), "{shown}");
}
