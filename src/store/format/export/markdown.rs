//! A document to read, or to publish.

use std::fmt::Write;

use crate::model::refusal::rfc3339;
use crate::model::{Issue, State, Tracker, origin};

/// A heading, then a section for each issue.
pub(super) fn parts<'t>(
    tracker: &'t Tracker,
    issues: Vec<&'t Issue>,
) -> Box<dyn Iterator<Item = String> + 't> {
    let title = std::iter::once("# Issues\n".to_owned());
    Box::new(title.chain(issues.into_iter().map(|issue| section(tracker, issue))))
}

fn section(tracker: &Tracker, issue: &Issue) -> String {
    let mut text = format!("\n## {}\n\n", plain(&issue.title));
    let mut item = |name: &str, value: String| {
        if !value.is_empty() {
            writeln!(text, "- {name}: {value}").expect("a string takes any text");
        }
    };
    item("Id", origin::exported_id(issue));
    item("State", tracker.status(issue).to_string());
    item("Type", plain(&issue.issue_type));
    item("Priority", issue.priority.to_string());
    item("Labels", issue.labels.iter().map(|label| plain(label)).collect::<Vec<_>>().join(", "));
    item("Assignee", issue.assignee.as_ref().map(|agent| plain(agent.as_str())).unwrap_or_default());
    let on = issue.dependencies.iter().map(|id| match tracker.issues.get(id) {
        Some(on) => format!("{} ({})", plain(&on.title), origin::exported_id(on)),
        None => id.to_string(),
    });
    item("Depends on", on.collect::<Vec<_>>().join(", "));
    item("Created", format!("{} by {}", rfc3339(&issue.created.at), plain(issue.created.by.as_str())));
    let verb = if matches!(issue.state, State::Done | State::Rejected) { "Finished" } else { "Updated" };
    item(verb, rfc3339(&issue.updated.at));
    block(&mut text, &issue.description);
    for comment in &issue.comments {
        let (by, at) = (plain(comment.by.as_str()), rfc3339(&comment.at));
        writeln!(text, "\n**{by}**, {at}:").expect("a string takes any text");
        block(&mut text, &quoted(&comment.body));
    }
    text
}

fn block(text: &mut String, body: &str) {
    if !body.trim().is_empty() {
        writeln!(text, "\n{}", body.trim_end()).expect("a string takes any text");
    }
}

fn quoted(body: &str) -> String {
    body.trim_end().lines().flat_map(|line| ["> ", line, "\n"]).collect()
}

/// Text that means nothing in Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
