//! Templates of issues.

use std::collections::BTreeMap;

use super::table;
use super::text::{HEADING, clean, clean_block, indented, joined, paint};
use crate::model::GateKey;
use crate::model::issue::DEFAULT_TYPE;
use crate::model::template::{Template, TemplateName};

/// All templates as a table, cut to `width` columns if given; empty if there is none.
pub(crate) fn list(templates: &BTreeMap<TemplateName, Template>, width: Option<usize>) -> String {
    let rows = templates.iter().map(|(name, template)| {
        [
            name.to_string(),
            clean(template.issue_type.as_deref().unwrap_or(DEFAULT_TYPE)).into_owned(),
            template.priority.to_string(),
            clean(&template.title).into_owned(),
        ]
    });
    table::titled(["NAME", "TYPE", "PRIORITY", "TITLE"], rows, width)
}

/// All of a template.
pub(crate) fn show(name: &TemplateName, template: &Template) -> String {
    let mut lines = vec![paint(HEADING, name.as_str()), String::new()];
    let mut field = |label: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{label:<10}{value}"));
        }
    };
    let words = |words: Vec<&str>| clean(&words.join(", ")).into_owned();
    field("Title:", clean(&template.title).into_owned());
    field("Type:", clean(template.issue_type.as_deref().unwrap_or(DEFAULT_TYPE)).into_owned());
    field("Priority:", template.priority.to_string());
    field("Labels:", words(template.labels.iter().map(String::as_str).collect()));
    field("Gates:", words(template.gates.iter().map(GateKey::as_str).collect()));
    for (key, value) in &template.context {
        field("Context:", format!("{}: {}", clean(key), clean(value)));
    }
    if !template.description.is_empty() {
        lines.extend([String::new(), paint(HEADING, "Description:")]);
        lines.extend(indented(clean_block(&template.description).trim_end().lines()));
    }
    joined(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_shown_and_clean() {
        let template = Template {
            title: "Bug \u{1b}: ".to_owned(),
            description: "# Steps\n1.\n".to_owned(),
            labels: ["a".to_owned(), "b".to_owned()].into(),
            ..Template::default()
        };
        let name = TemplateName::parse("bug").unwrap();
        let plain = |text: &str| anstream::adapter::strip_str(text).to_string();
        let expected = "bug\n\nTitle:    Bug \\u{1b}: \nType:     task\nPriority: normal\nLabels:   a, b\n\n\
                        Description:\n  # Steps\n  1.\n";
        assert_eq!(plain(&show(&name, &template)), expected);
        let listed = plain(&list(&BTreeMap::from([(name, template)]), None));
        assert!(listed.starts_with("NAME  TYPE  PRIORITY  TITLE\nbug   task  normal    Bug"), "{listed}");
    }
}
