//! The form of lists: order, columns, templates, width, times and the pager.

mod options;
mod pager;
mod saved;

use crate::support::Sandbox;

/// A tracker with three issues, the third of which waits for the first; with their ids.
fn sample() -> (Sandbox, [String; 3]) {
    let sandbox = Sandbox::with_tracker();
    let first = sandbox.create("beta", ["--label", "l", "--desc", "One\nTwo"]);
    let second = sandbox.create("Alpha", ["--priority", "low", "--assignee", "human:grace"]);
    let third = sandbox.create("gamma", ["--dep", &first]);
    (sandbox, [first, second, third])
}
