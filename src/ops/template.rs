//! Templates of issues.

use std::collections::BTreeMap;

use super::mutate::{Outcome, Reach};
use super::{CommandExecutor, Error};
use crate::model::Refusal;
use crate::model::template::{self, Template, TemplateName};
use crate::store::Scope;

impl CommandExecutor {
    /// All templates.
    pub fn templates(&self) -> Result<BTreeMap<TemplateName, Template>, Error> {
        let repo = self.storage.open()?;
        Ok(self.snapshot(&repo)?.load(&Scope::Registry).templates)
    }

    /// One template.
    pub fn template(&self, name: &TemplateName) -> Result<Template, Error> {
        let template = self.templates()?.remove(name);
        Ok(template.ok_or_else(|| Refusal::TemplateNotFound { name: name.clone() })?)
    }

    /// Adds a template; with `replace`, in place of one of that name.
    pub fn template_put(
        &self,
        name: &TemplateName,
        template: &Template,
        replace: bool,
    ) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| template::put(draft, name, template.clone(), replace))
    }

    /// Removes templates: all of them or none.
    pub fn template_remove(&self, names: &[TemplateName]) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| {
            names.iter().try_for_each(|name| template::remove(draft, name))
        })
    }
}
