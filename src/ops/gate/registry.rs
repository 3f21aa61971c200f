//! The gate registry.

use std::collections::BTreeMap;

use crate::model::{GateDefinition, GateKey, Refusal, gate};
use crate::ops::mutate::{Outcome, Reach};
use crate::ops::{CommandExecutor, Error};
use crate::store::Scope;

impl CommandExecutor {
    /// All gates of the registry.
    pub fn gates(&self) -> Result<BTreeMap<GateKey, GateDefinition>, Error> {
        let repo = self.storage.open()?;
        Ok(self.snapshot(&repo)?.load(&Scope::Registry).gates)
    }

    /// One gate of the registry.
    pub fn gate(&self, key: &GateKey) -> Result<GateDefinition, Error> {
        let definition = self.gates()?.remove(key);
        Ok(definition.ok_or_else(|| Refusal::GateNotFound { key: key.clone() })?)
    }

    /// Puts a gate into the registry.
    pub fn gate_define(&self, key: &GateKey, definition: &GateDefinition) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| gate::define(draft, key, definition.clone()))
    }

    /// Changes a gate's entry in the registry with `edit`.
    pub fn gate_redefine(&self, key: &GateKey, edit: impl Fn(&mut GateDefinition)) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| {
            let current = draft.tracker().gates.get(key);
            let mut definition =
                current.cloned().ok_or_else(|| Refusal::GateNotFound { key: key.clone() })?;
            edit(&mut definition);
            gate::redefine(draft, key, definition)
        })
    }

    /// Takes gates out of the registry: all of them or none.
    pub fn gate_undefine(&self, keys: &[GateKey]) -> Result<Outcome, Error> {
        self.mutate(None, &[], Reach::Named, |draft, _| {
            keys.iter().try_for_each(|key| gate::undefine(draft, key))
        })
    }
}
