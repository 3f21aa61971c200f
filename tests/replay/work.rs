//! Commands on a tracker, each watched.

use crate::support::{Ran, Sandbox, run};

/// A tracker at work, which watches that each mutation is one commit by who acted.
pub(super) struct Work {
    pub(super) sandbox: Sandbox,
    tip: String,
    pub(super) commits: usize,
}

impl Work {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::with_tracker();
        let tip = sandbox.git(["rev-parse", "refs/jit/main"]).ok().stdout.trim().to_owned();
        Self { sandbox, tip, commits: 1 }
    }

    /// Runs a command that ends so; whether it stored something.
    pub(super) fn run(&mut self, actor: &str, codes: &[i32], args: &[&str]) -> (Ran, bool) {
        let mut command = self.sandbox.jit_command(args);
        let ran = run(command.env("JIT_AGENT", actor));
        assert!(codes.contains(&ran.code), "{args:?}: {ran:?}");
        let head = self.sandbox.git(["log", "-1", "--format=%H%n%P%n%an", "refs/jit/main"]).ok().stdout;
        let head: Vec<&str> = head.lines().collect();
        if head[0] == self.tip {
            return (ran, false);
        }
        assert_eq!(head[1..], [self.tip.as_str(), actor], "one commit by who acted: {args:?}");
        head[0].clone_into(&mut self.tip);
        self.commits += 1;
        (ran, true)
    }

    /// Runs a command that changes the tracker; what it printed.
    pub(super) fn does(&mut self, actor: &str, args: &[&str]) -> String {
        let (ran, stored) = self.run(actor, &[0], args);
        assert!(stored, "{args:?} stored nothing");
        ran.stdout.trim().to_owned()
    }

    /// Runs a command that is refused and changes nothing.
    pub(super) fn is_refused(&mut self, args: &[&str]) {
        let (_, stored) = self.run("human:ada", &[4, 5, 6], args);
        assert!(!stored, "{args:?} stored something");
    }

    /// Creates an issue; its id.
    pub(super) fn creates(&mut self, title: &str, options: &[&str]) -> String {
        let title = format!("--title={title}");
        self.does("human:ada", &[&["-q", "create", &title], options].concat())
    }
}
