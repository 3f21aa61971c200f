//! An issue as people edit it: its fields as YAML between two lines `---`, and below them the
//! description as it is.

use std::borrow::Cow;

use super::fields::Fields;
use super::yaml::{Map, Tree};
use super::{FormatError, batch, decode};
use crate::model::create::NewIssue;
use crate::model::form::Form;
use crate::model::{AgentId, GateKey};

/// The line before and after the fields.
const FENCE: &str = "---";

/// The text of a form. `notes` are for people, and are not read back.
pub fn to_text(form: &Form, notes: &[String]) -> String {
    let mut text = format!("{FENCE}\n");
    for line in notes.iter().flat_map(|note| note.lines()) {
        text.extend(["# ", line, "\n"]);
    }
    for line in fields(form).render().lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(FENCE);
    text.push_str("\n\n");
    text.push_str(&form.issue.description);
    text
}

fn fields(form: &Form) -> Map<'_> {
    let NewIssue { title, issue_type, priority, labels, gates, context, assignee, .. } = &form.issue;
    let mut map = Map::default();
    map.put("title", or_blank(Some(title).filter(|title| !title.is_empty()).map(String::as_str)));
    map.put("type", or_blank(issue_type.as_deref()));
    map.put("priority", priority.as_str());
    map.put("assignee", or_blank(assignee.as_ref().map(AgentId::as_str)));
    map.put("labels", Tree::List(labels.iter().map(|label| label.as_str().into()).collect()));
    map.put("gates", Tree::List(gates.iter().map(|key: &GateKey| key.as_str().into()).collect()));
    map.put("dependencies", Tree::List(form.dependencies.iter().map(|id| id.as_str().into()).collect()));
    map.put(
        "context",
        Tree::Map(context.iter().map(|(key, value)| (key.as_str(), value.as_str().into())).collect()),
    );
    map
}

/// Nothing at all where there is no value, for people to write behind.
fn or_blank(value: Option<&str>) -> Tree<'_> {
    value.map_or_else(|| Tree::Atom(String::new()), Tree::from)
}

/// Reads the text of a form.
pub fn from_text(bytes: &[u8]) -> Result<Form, FormatError> {
    let text = without_carriage_returns(decode(bytes)?);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (above, below) = split(text)?;
    let above = with_plain_title(above);
    let mut fields = Fields::of_document(above.as_bytes())?;
    let (issue, dependencies) = batch::take_issue(&mut fields)?;
    if let Some(unknown) = fields.rest().into_keys().next() {
        let reason = "there is no such field; there are title, type, priority, assignee, labels, gates, \
                      dependencies and context, and the description is below the second '---'";
        return Err(FormatError::invalid(unknown, reason));
    }
    if !issue.description.is_empty() {
        return Err(FormatError::invalid("description", "it goes below the second '---'"));
    }
    let description = below.strip_prefix('\n').unwrap_or(below);
    let description = if description.trim().is_empty() { "" } else { description };
    Ok(Form::of_new(
        NewIssue { description: description.to_owned(), ..issue },
        dependencies.into_iter().collect(),
    ))
}

/// The fields, with the line before them so that lines count from the first, and what is below.
fn split(text: &str) -> Result<(&str, &str), FormatError> {
    let syntax = |line: usize, message: &str| FormatError::Syntax { line, message: message.to_owned() };
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        return Err(syntax(1, "the first line is not '---'"));
    }
    let mut end = first.len();
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok((&text[..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    Err(syntax(text.lines().count(), "no line '---' ends the fields"))
}

/// Some editors write lines in the way of another system.
fn without_carriage_returns(text: &str) -> Cow<'_, str> {
    let breaks = text.matches('\n').count();
    let is_foreign = breaks > 0 && text.matches("\r\n").count() == breaks;
    if is_foreign { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// What people write behind `title:` is the title, also where YAML would make something else of
/// a colon or a `#` in it.
fn with_plain_title(fields: &str) -> Cow<'_, str> {
    const KEY: &str = "title:";
    let Some(at) = fields.find("\ntitle:").map(|at| at + 1) else { return Cow::Borrowed(fields) };
    let (before, rest) = fields.split_at(at);
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let title = line[KEY.len()..].trim();
    let is_yaml = title.is_empty() || title.starts_with(['"', '\'', '|', '>']);
    if is_yaml || !line[KEY.len()..].starts_with([' ', '\t']) || after.starts_with([' ', '\t']) {
        return Cow::Borrowed(fields);
    }
    let quoted = serde_json::Value::from(title);
    Cow::Owned(format!("{before}{KEY} {quoted}\n{after}"))
}

/// Whether two texts of forms differ in anything but notes.
pub fn is_same(one: &str, other: &str) -> bool {
    let said = |text: &str| {
        let mut is_above = 0;
        let lines = text.lines().filter(|line| {
            is_above += usize::from(line.trim_end() == FENCE);
            is_above >= 2 || !line.starts_with('#')
        });
        lines.map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };
    one == other || said(one) == said(other)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Priority;

    fn full() -> Form {
        let new = NewIssue {
            title: "Fix: the #1 thing".to_owned(),
            description: "# Steps\n\n---\n1. go\n".to_owned(),
            issue_type: Some("bug".to_owned()),
            priority: Priority::High,
            labels: ["a".to_owned(), "ns:b".to_owned()].into(),
            gates: [GateKey::parse("review").expect("a key")].into(),
            context: [("k".to_owned(), "---\ntwo lines\n".to_owned())].into(),
            assignee: Some(AgentId::human("ada")),
            ..NewIssue::default()
        };
        Form::of_new(new, ["77b1c0de".to_owned()].into())
    }

    #[test]
    fn a_form_comes_back_as_it_was() {
        for form in [full(), Form::default_of_tests()] {
            let text = to_text(&form, &["a note\nof two lines".to_owned()]);
            assert_eq!(from_text(text.as_bytes()), Ok(form.clone()), "{text}");
            assert_eq!(from_text(text.replace('\n', "\r\n").as_bytes()), Ok(form), "{text}");
        }
    }

    impl Form {
        fn default_of_tests() -> Self {
            let new = NewIssue {
                title: "x".to_owned(),
                issue_type: Some("task".to_owned()),
                ..NewIssue::default()
            };
            Self::of_new(new, BTreeSet::new())
        }
    }

    #[test]
    fn a_new_form_is_to_be_filled() {
        let text = to_text(&Form::default(), &["note".to_owned()]);
        let expected = "---\n# note\ntitle:\ntype:\npriority: normal\nassignee:\nlabels: []\ngates: []\n\
                        dependencies: []\ncontext: {}\n---\n\n";
        assert_eq!(text, expected);
        let filled = text.replace("title:", "title: Fix: it #2 \\ \"now\"") + "Text";
        let form = from_text(filled.as_bytes()).unwrap();
        assert_eq!((&*form.issue.title, &*form.issue.description), ("Fix: it #2 \\ \"now\"", "Text\n"));
        assert_eq!(from_text(text.as_bytes()).unwrap_err().to_string(), "title: it is missing");
    }

    #[test]
    fn what_is_no_form_is_refused_with_its_line() {
        for (text, message) in [
            ("", "line 1: the first line is not '---'"),
            ("title: x\n", "line 1: the first line is not '---'"),
            ("---\ntitle: x\nlabels: []\n", "line 3: no line '---' ends the fields"),
            ("---\ntitle: x\nlabels: [\n---\n", "line "),
            ("---\ntitle: x\nlabels: a\n---\n", "labels: it is not a list"),
            ("---\ntitle: x\npriority: soon\n---\n", "priority: \"soon\" is none of"),
            ("---\ntitle: x\nstate: done\n---\n", "state: there is no such field"),
            ("---\ntitle: x\ndescription: y\n---\n", "description: it goes below"),
            ("---\nnothing\n---\n", "line 1: the document is not a map"),
        ] {
            let error = from_text(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text:?}: {error}");
        }
        assert_eq!(from_text(b"---\n\xff\n---\n"), Err(FormatError::NotUtf8));
    }

    #[test]
    fn titles_are_read_as_yaml_where_they_are_written_as_such() {
        let title = |line: &str| from_text(format!("---\n{line}\n---\n").as_bytes()).unwrap().issue.title;
        assert_eq!(title("title: \"a: b\""), "a: b");
        assert_eq!(title("title: 'it''s'"), "it's");
        assert_eq!(title("title: >-\n  two\n  lines"), "two lines");
        assert_eq!(title("title: [WIP] it"), "[WIP] it");
        assert_eq!(title("title: null"), "null");
    }

    #[test]
    fn notes_are_no_difference() {
        let (one, other) = ("---\n# a\nx: 1\n---\n# b\n", "---\nx: 1\n---\n# b");
        assert!(is_same(one, other) && !is_same(one, "---\nx: 1\n---\n# c\n"));
    }
}
