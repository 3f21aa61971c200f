//! What the repositories of a case are made of.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Duration;

use uuid::Uuid;

use crate::model::IdPrefix;
use crate::model::create::NewIssue;
use crate::model::testing::gate;
use crate::ops::CommandExecutor;
use crate::process::{Limit, Program};

/// Settings of every repository: nothing of the machine's own matters.
pub(super) const SETTINGS: &str =
    "[user]\n\tname = Ada\n\temail = ada@example.com\n[jit]\n\tdurability = fast\n[gc]\n\tauto = 0\n";

/// Makes a few issues: free, with gates, and one that waits for another.
pub(super) fn populate(jit: &CommandExecutor) {
    let mut first = None;
    for gates in [&[][..], &[], &["review"], &["design"]] {
        let gates = gates.iter().map(|key| gate(key)).collect();
        let new = NewIssue { title: "Some work".to_owned(), gates, ..NewIssue::default() };
        let made = jit.create(&new, &[]).expect("it is sound");
        first.get_or_insert(IdPrefix::of(made.ids[0]));
    }
    let new = NewIssue { title: "Later".to_owned(), ..NewIssue::default() };
    jit.create(&new, first.as_slice()).expect("it is sound");
}

/// Copies all that is in a folder.
pub(super) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is there").flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it is there").is_dir() {
            fs::create_dir(&target).expect("it is ours");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("it is ours");
        }
    }
}

/// Ids whose digits differ from the first on, the same in each run.
pub(super) fn scattered(n: u64) -> Uuid {
    let mut mixed = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Uuid::from_u64_pair(mixed ^ (mixed >> 31), n)
}

/// Runs git, which must succeed; what it printed.
pub(super) fn git(dir: &Path, args: &[&str]) -> String {
    let program = Program {
        name: OsStr::new("git"),
        args,
        dir,
        environment: &[("LC_ALL", Some("C".to_owned())), ("GIT_DIR", None)],
        interactive: false,
        show_errors: false,
    };
    let running = program.start(16 << 20).expect("git is installed");
    let finished = running.finish(Limit::Total(Duration::from_secs(60))).expect("it runs");
    assert!(finished.status.is_some_and(|status| status.success()), "git {args:?}: {}", finished.stderr);
    finished.stdout.trim_end().to_owned()
}
