//! What is asked of a run.

use std::path::PathBuf;

/// What to measure.
pub struct Options {
    /// The program to measure.
    pub jit: PathBuf,
    /// Numbers of issues, ascending.
    pub sizes: Vec<usize>,
    /// Commits in the long history.
    pub events: usize,
    /// How often each thing is measured that takes milliseconds.
    pub rounds: usize,
    /// How often each thing is measured that takes seconds.
    pub slow_rounds: usize,
    /// How many seconds processes mutate side by side.
    pub seconds: u64,
    /// Where generated trackers are kept for the next run, if anywhere.
    pub trackers: Option<PathBuf>,
    only: Option<String>,
}

const USAGE: &str = "options: [--quick | --full] [--only NAME] [--jit PATH] [--trackers DIR]
  --quick  1,000 and 10,000 issues, a history of 10,000 commits, few rounds: a few minutes
  --full   a history of 1,000,000 commits, more rounds
  --only   only rows whose name has this in it
  --jit    another program to measure than the one of this build
  --trackers  where to keep generated trackers for the next run
  Otherwise: 1,000, 10,000 and 100,000 issues, a history of 100,000 commits.";

impl Options {
    /// Reads arguments; ends the program with a message if they make no sense.
    pub fn read(mut args: impl Iterator<Item = String>) -> Self {
        let mut options = Self {
            jit: PathBuf::from(env!("CARGO_BIN_EXE_jit")),
            sizes: vec![1_000, 10_000, 100_000],
            events: 100_000,
            rounds: 25,
            slow_rounds: 5,
            seconds: 10,
            trackers: None,
            only: None,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value\n{USAGE}"));
            match arg.as_str() {
                // Given by cargo.
                "--bench" => {}
                "--quick" => {
                    options.sizes = vec![1_000, 10_000];
                    options.events = 10_000;
                    (options.rounds, options.slow_rounds, options.seconds) = (9, 3, 3);
                }
                "--full" => {
                    options.events = 1_000_000;
                    (options.rounds, options.slow_rounds) = (51, 7);
                }
                "--only" => options.only = Some(value()),
                "--trackers" => {
                    options.trackers =
                        Some(std::path::absolute(value()).expect("there is a current directory"));
                }
                "--jit" => {
                    options.jit = std::path::absolute(value()).expect("there is a current directory");
                }
                other => panic!("unknown option {other}\n{USAGE}"),
            }
        }
        options
    }

    /// Whether a row is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// Whether any of some rows is asked for.
    pub fn wants_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.wants(name))
    }

    /// The largest number of issues.
    pub fn largest(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }
}
