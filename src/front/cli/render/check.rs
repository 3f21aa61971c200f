//! What a checker said, for people.

use super::text::{clean, clean_block};
use crate::ops::{CheckResult, Checked};

/// The result, and what the checker printed if it did not pass.
pub(crate) fn check(check: &Checked) -> String {
    let result = match check.result {
        CheckResult::Passed => return format!("{}: passed", check.key),
        CheckResult::Failed(Some(status)) => format!("failed with exit status {status}"),
        CheckResult::Failed(None) => "ended by a signal".to_owned(),
        CheckResult::TimedOut => "took too long and was stopped".to_owned(),
    };
    let mut text = format!("{}: {}", check.key, clean(&result));
    for line in check.output.lines() {
        text.push_str("\n  ");
        text.push_str(&clean_block(line));
    }
    text
}
