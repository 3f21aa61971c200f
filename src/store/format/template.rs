//! `templates/<name>.yaml`: what new issues of a kind begin with.

use std::collections::BTreeMap;

use super::fields::{Fields, one_of};
use super::yaml::{Map, Tree};
use super::{FormatError, conflict};
use crate::model::template::Template;
use crate::model::{GateKey, Priority};

const KEYS: [&str; 8] =
    ["title", "description", "type", "priority", "labels", "gates", "context", "conflicts"];

/// The document of a template.
pub fn to_yaml(template: &Template) -> String {
    let mut map = Map::default();
    map.put_filled("title", template.title.as_str());
    map.put_filled("description", template.description.as_str());
    map.put_some("type", template.issue_type.as_deref());
    map.put("priority", template.priority.as_str());
    map.put_filled("labels", Tree::List(template.labels.iter().map(|word| word.as_str().into()).collect()));
    map.put_filled("gates", Tree::List(template.gates.iter().map(|key| key.as_str().into()).collect()));
    let context = template.context.iter().map(|(key, value)| (key.as_str(), value.as_str().into()));
    map.put_filled("context", Tree::Map(context.collect()));
    map.put_filled("conflicts", conflict::trees(&template.conflicts));
    map.put_extra(&template.extra, &KEYS);
    map.render()
}

/// Reads the document of a template.
pub fn from_yaml(bytes: &[u8]) -> Result<Template, FormatError> {
    let mut fields = Fields::of_document(bytes)?;
    Ok(Template {
        title: fields.text("title")?.unwrap_or_default().into(),
        description: fields.text("description")?.unwrap_or_default().into(),
        issue_type: fields.text("type")?.map(Into::into),
        priority: fields.parse("priority", one_of(&Priority::ALL, Priority::as_str))?.unwrap_or_default(),
        labels: fields.texts("labels")?,
        gates: fields.parse_all("gates", GateKey::parse)?,
        context: fields.map("context")?.map_or(Ok(BTreeMap::new()), Fields::into_texts)?,
        conflicts: conflict::take(&mut fields)?,
        extra: fields.rest(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_template_is_its_priority() {
        assert_eq!(to_yaml(&Template::default()), "priority: normal\n");
        assert_eq!(from_yaml(b"{}\n"), Ok(Template::default()));
    }

    #[test]
    fn keys_have_a_fixed_order_and_unknown_ones_survive() {
        let yaml = "title: \"Bug: \"\ndescription: |\n  # Steps\n\n  1.\ntype: bug\npriority: high\nlabels:\n  - bug\n\
                    gates:\n  - review\ncontext:\n  team: web\nconflicts:\n  - id: 3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11\n    \
                    field: title\n    by: human:unknown\n    at: \"2026-01-02T03:04:05.678Z\"\nowner: ada\n";
        let template = from_yaml(yaml.as_bytes()).unwrap();
        assert_eq!(template.title, "Bug: ");
        assert_eq!(to_yaml(&template), yaml);
    }

    #[test]
    fn a_value_that_is_not_understood_is_an_error() {
        for (yaml, field) in
            [("priority: soon", "priority"), ("gates: [a/b]", "gates[0]"), ("labels: x", "labels")]
        {
            let error = from_yaml(yaml.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
    }
}
