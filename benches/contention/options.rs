//! What is asked of a run.

use std::path::PathBuf;

/// What to measure.
pub struct Options {
    /// The program to measure.
    pub jit: PathBuf,
    /// Numbers of clones, one after the other.
    pub clones: Vec<usize>,
    /// How often unrelated claims are measured.
    pub rounds: usize,
    /// How many issues are on the one list, whatever the number of clones.
    pub issues: Option<usize>,
    /// Whether to measure unrelated claims.
    pub unrelated: bool,
    /// Whether to measure the one list.
    pub queue: bool,
    /// Whether clones work as if they were on machines of their own.
    pub apart: bool,
}

const USAGE: &str =
    "options: [--clones 2,8,16] [--rounds N] [--issues N] [--only unrelated|queue] [--full] [--apart] [--jit PATH]
  --clones  numbers of clones [default: 2,8,16]
  --rounds  how often unrelated claims are measured, as the machine is not the same all the time [default: 3]
  --issues  issues on the one list [default: 6 a clone, 200 from 16 clones on]
  --only    one of the two parts
  --full    64 clones too
  --apart   each clone as if it were on a machine of its own
  --jit     another program to measure than the one of this build";

impl Options {
    /// Reads arguments; ends the program with a message if they make no sense.
    pub fn read(args: impl Iterator<Item = String>) -> Self {
        let mut options = Self {
            jit: PathBuf::from(env!("CARGO_BIN_EXE_jit")),
            clones: vec![2, 8, 16],
            rounds: 3,
            issues: None,
            unrelated: true,
            queue: true,
            apart: false,
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            let mut value = || args.next().unwrap_or_else(|| panic!("{arg} needs a value\n{USAGE}"));
            match arg.as_str() {
                // Given by cargo.
                "--bench" => {}
                "--clones" => options.clones = value().split(',').map(number).collect(),
                "--rounds" => options.rounds = number(&value()).max(1),
                "--issues" => options.issues = Some(number(&value())),
                "--only" => {
                    let part = value();
                    assert!(["unrelated", "queue"].contains(&part.as_str()), "no part {part}\n{USAGE}");
                    (options.unrelated, options.queue) = (part == "unrelated", part == "queue");
                }
                "--apart" => options.apart = true,
                "--full" => options.clones = vec![2, 8, 16, 64],
                "--jit" => {
                    options.jit = std::path::absolute(value()).expect("there is a current directory");
                }
                other => panic!("unknown option {other}\n{USAGE}"),
            }
        }
        options
    }

    /// How many issues are on the one list.
    pub fn issues_for(&self, clones: usize) -> usize {
        self.issues.unwrap_or(if clones < 16 { clones * 6 } else { 200 })
    }
}

fn number(text: &str) -> usize {
    text.parse().ok().filter(|number| *number > 0).unwrap_or_else(|| panic!("no number: {text}\n{USAGE}"))
}
