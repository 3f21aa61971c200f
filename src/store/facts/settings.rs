//! git's settings, as text.

use gix::bstr::ByteSlice;

use crate::store::{Repo, layout};

impl Repo {
    /// A setting of git's; of several the last, which counts.
    pub(crate) fn git_setting(&self, key: &str) -> Option<String> {
        Some(self.git.config_snapshot().string(key)?.to_str_lossy().into_owned())
    }

    /// All values of a setting of git's, in order.
    pub(crate) fn git_settings(&self, key: &str) -> Vec<String> {
        let values = self.git.config_snapshot().plumbing().strings(key).unwrap_or_default();
        values.iter().map(|value| value.to_str_lossy().into_owned()).collect()
    }

    /// A setting of git's that says yes or no.
    pub(crate) fn git_flag(&self, key: &str) -> Option<bool> {
        self.git.config_snapshot().boolean(key)
    }

    /// What `jit.remote` names.
    pub(crate) fn configured_remote(&self) -> Option<String> {
        self.git_setting(layout::REMOTE_CONFIG_KEY)
    }

    /// What `jit.durability` says, whether or not it means anything.
    pub(crate) fn configured_durability(&self) -> Option<String> {
        self.git_setting(layout::DURABILITY_CONFIG_KEY)
    }

    /// Whether `jit.ref` names another reference than the usual one, where there is a
    /// tracker as well: the usual one's name.
    pub(crate) fn other_tracker(&self) -> Option<&'static str> {
        let is_other = self.ref_name != layout::MAIN_REF;
        let other = is_other.then(|| self.git.try_find_reference(layout::MAIN_REF).ok())??;
        other.map(|_| layout::MAIN_REF)
    }
}
