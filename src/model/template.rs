//! What new issues of a kind begin with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::create::NewIssue;
use super::{Conflict, Draft, EventKind, Extra, GateKey, Priority, Refusal, text};

/// Names a template, by the same rules as a [`GateKey`]. It is also a file name in the tracker's
/// tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateName(String);

impl TemplateName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text::check_key("template", text)?;
        Ok(Self(text.to_owned()))
    }

    /// The name as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TemplateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for TemplateName {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

/// What new issues of a kind begin with. Those who create one change what they like of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// What the title begins with; may be empty.
    pub title: String,
    /// What the description begins with; may be empty.
    pub description: String,
    /// The type; [`super::issue::DEFAULT_TYPE`] where absent.
    pub issue_type: Option<String>,
    /// How urgent.
    pub priority: Priority,
    /// Words that group issues.
    pub labels: BTreeSet<String>,
    /// Gates that the issue must pass.
    pub gates: BTreeSet<GateKey>,
    /// Notes by key.
    pub context: BTreeMap<String, String>,
    /// Values a merge could not keep.
    pub conflicts: Vec<Conflict>,
    /// Keys of a newer version.
    pub extra: Extra,
}

impl Template {
    /// What issues are to begin with that are like `new`.
    pub fn of_new(new: NewIssue) -> Self {
        Self {
            title: new.title,
            description: new.description,
            issue_type: new.issue_type,
            priority: new.priority,
            labels: new.labels,
            gates: new.gates,
            context: new.context,
            ..Self::default()
        }
    }

    /// The issue that somebody begins with.
    pub fn to_new(&self) -> NewIssue {
        NewIssue {
            title: self.title.clone(),
            description: self.description.clone(),
            issue_type: self.issue_type.clone(),
            priority: self.priority,
            labels: self.labels.clone(),
            gates: self.gates.clone(),
            context: self.context.clone(),
            ..NewIssue::default()
        }
    }
}

/// Adds a template; with `replace`, in place of one of that name.
pub fn put(draft: &mut Draft, name: &TemplateName, template: Template, replace: bool) -> Result<(), Refusal> {
    match draft.tracker().templates.get(name) {
        Some(_) if !replace => return Err(Refusal::TemplateExists { name: name.clone() }),
        Some(current) if *current == template => return Ok(()),
        _ => {}
    }
    // Each is a file, and there are systems to which both names are one.
    let is_alike = |other: &&TemplateName| *other != name && other.0.eq_ignore_ascii_case(&name.0);
    if let Some(other) = draft.tracker().templates.keys().find(is_alike) {
        let reason = format!("{name} differs only in case from {other}, which is there");
        return Err(Refusal::invalid("template", reason));
    }
    check(&template)?;
    draft.put_template(name.clone(), template.clone());
    draft.record(None, EventKind::TemplateDefined { name: name.clone(), template: Box::new(template) });
    Ok(())
}

/// Removes a template.
pub fn remove(draft: &mut Draft, name: &TemplateName) -> Result<(), Refusal> {
    if !draft.tracker().templates.contains_key(name) {
        return Err(Refusal::TemplateNotFound { name: name.clone() });
    }
    draft.remove_template(name);
    draft.record(None, EventKind::TemplateUndefined { name: name.clone() });
    Ok(())
}

fn check(template: &Template) -> Result<(), Refusal> {
    if !template.title.is_empty() {
        text::check_title(&template.title)?;
    }
    let issue_type = template.issue_type.as_deref();
    text::check_all(&template.description, issue_type, &template.labels, &template.context)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, events, tracker};
    use super::*;

    #[test]
    fn a_template_is_replaced_only_where_that_is_meant() {
        let name = TemplateName::parse("bug").unwrap();
        let bug = Template { title: "Bug: ".to_owned(), ..Template::default() };
        let other = Template { priority: Priority::High, ..bug.clone() };
        let mut draft = draft(tracker(0, &[]));
        assert_eq!(remove(&mut draft, &name).unwrap_err().code(), "template_not_found");
        put(&mut draft, &name, bug.clone(), false).unwrap();
        assert_eq!(put(&mut draft, &name, other.clone(), false).unwrap_err().code(), "template_exists");
        put(&mut draft, &name, bug, true).unwrap();
        put(&mut draft, &name, other.clone(), true).unwrap();
        assert_eq!(draft.tracker().templates[&name], other);
        remove(&mut draft, &name).unwrap();
        assert_eq!(events(draft), ["template_defined", "template_defined", "template_undefined"]);
    }

    #[test]
    fn what_no_issue_could_have_no_template_has() {
        let name = TemplateName::parse("bug").unwrap();
        let mut draft = draft(tracker(0, &[]));
        for bad in [
            Template { title: "a\nb".to_owned(), ..Template::default() },
            Template { labels: ["a b".to_owned()].into(), ..Template::default() },
            Template { issue_type: Some(String::new()), ..Template::default() },
        ] {
            assert!(put(&mut draft, &name, bad, false).is_err());
        }
        assert!(["", "../x", "-x", "a b"].iter().all(|bad| TemplateName::parse(bad).is_err()));
    }
}
