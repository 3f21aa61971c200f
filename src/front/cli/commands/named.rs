//! How commands answer about what the project has names for: gates and templates.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use crate::front::cli::error::Failure;
use crate::front::cli::respond;
use crate::front::cli::ui::Ui;
use crate::front::wire::Deleted;
use crate::ops::Outcome;

/// A kind of them.
pub(super) struct Named {
    /// What one is called.
    pub(super) word: &'static str,
    /// What is said where there is none.
    pub(super) none: &'static str,
}

impl Named {
    /// Lists `all`: for people as the `table` that is as wide as it is told.
    pub(super) fn list<K: Display, V>(
        &self,
        ui: &mut Ui,
        all: &BTreeMap<K, V>,
        json: &impl Serialize,
        table: impl FnOnce(Option<usize>) -> String,
    ) -> Result<(), Failure> {
        if ui.is_json() {
            return Ok(ui.json(json)?);
        }
        if ui.is_quiet() {
            return all.keys().try_for_each(|name| Ok(ui.result(&name.to_string())?));
        }
        if all.is_empty() {
            ui.note(self.none);
            return Ok(());
        }
        let width = ui.width();
        Ok(ui.result(&table(width))?)
    }

    /// Shows one.
    pub(super) fn show(&self, ui: &mut Ui, json: &impl Serialize, text: &str) -> Result<(), Failure> {
        if ui.is_json() { Ok(ui.json(json)?) } else { Ok(ui.result(text)?) }
    }

    /// Tells that `names` are gone.
    pub(super) fn removed<K: Display>(
        &self,
        ui: &mut Ui,
        outcome: &Outcome,
        names: &[K],
    ) -> Result<(), Failure> {
        respond::warnings(ui, outcome);
        if ui.is_json() {
            return Ok(ui.json(&Deleted::new(names))?);
        }
        names.iter().try_for_each(|name| self.told(ui, "Removed", name))
    }

    /// Tells what became of one.
    pub(super) fn told(&self, ui: &mut Ui, verb: &str, name: &impl Display) -> Result<(), Failure> {
        let line = if ui.is_quiet() { name.to_string() } else { format!("{verb} {}: {name}", self.word) };
        Ok(ui.result(&line)?)
    }
}
