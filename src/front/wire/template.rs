//! Templates as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Priority;
use crate::model::template::{Template, TemplateName};

/// What new issues of a kind begin with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "template")]
pub(crate) struct TemplateObject {
    /// Names the template.
    name: String,
    /// What the title begins with; may be empty.
    title: String,
    /// What the description begins with; may be empty.
    description: String,
    /// The type; `task` if null.
    #[serde(rename = "type")]
    issue_type: Option<String>,
    /// How urgent.
    #[schemars(extend("enum" = Priority::ALL.map(Priority::as_str)))]
    priority: &'static str,
    /// Words that group issues.
    labels: Vec<String>,
    /// Keys of the gates that an issue must pass.
    gates: Vec<String>,
    /// Notes by key.
    context: BTreeMap<String, String>,
}

impl TemplateObject {
    /// Describes the template `name`.
    pub(crate) fn new(name: &TemplateName, template: &Template) -> Self {
        Self {
            name: name.to_string(),
            title: template.title.clone(),
            description: template.description.clone(),
            issue_type: template.issue_type.clone(),
            priority: template.priority.as_str(),
            labels: template.labels.iter().cloned().collect(),
            gates: template.gates.iter().map(ToString::to_string).collect(),
            context: template.context.clone(),
        }
    }
}

/// Templates, by name.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "template_list")]
pub(crate) struct TemplateList {
    /// The templates.
    templates: Vec<TemplateObject>,
    /// How many.
    count: usize,
}

impl TemplateList {
    /// Describes `templates`.
    pub(crate) fn new(templates: &BTreeMap<TemplateName, Template>) -> Self {
        let templates: Vec<TemplateObject> =
            templates.iter().map(|(name, template)| TemplateObject::new(name, template)).collect();
        Self { count: templates.len(), templates }
    }
}
