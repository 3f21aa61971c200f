//! Names and paths of format 1: the only place that spells them.

use crate::model::template::TemplateName;
use crate::model::{GateKey, IssueId};

/// The reference that holds the tracker, unless `git config jit.ref` says otherwise.
pub(super) const MAIN_REF: &str = "refs/jit/main";
/// Where it is kept with hosts that only take branches.
pub(super) const BRANCH_REF: &str = "refs/heads/jit/main";
/// The git config key that names another reference.
pub(super) const REF_CONFIG_KEY: &str = "jit.ref";
/// The git config key that overrides the project's `durability` on this machine.
pub(super) const DURABILITY_CONFIG_KEY: &str = "jit.durability";
/// The git config key that names the remote to share the tracker with.
pub(super) const REMOTE_CONFIG_KEY: &str = "jit.remote";
/// Where it is kept what each remote last had. Neither under `refs/jit/`, where a mirror
/// fetch would overwrite it, nor under `refs/remotes/`, where `fetch.prune` deletes.
pub(super) const TRACKING: &str = "refs/jit-remotes";
/// The file in the tree of a claim record.
pub(super) const CLAIM_FILE: &str = "claim.yaml";
/// Under the common git directory: locks and derived data.
pub(super) const PRIVATE_DIR: &str = "jit";

/// The settings file.
pub(super) const SETTINGS: &str = "config.toml";
/// The directory of issues.
pub(super) const ISSUES: &str = "issues";
/// The directory of gate definitions.
pub(super) const GATES: &str = "gates";
/// The directory of templates.
pub(super) const TEMPLATES: &str = "templates";
const SUFFIX: &str = ".yaml";

/// The directory under [`ISSUES`] that holds an issue: its first two digits.
pub(super) fn shard(id: IssueId) -> String {
    id.digits()[..2].to_owned()
}

/// The file name of an issue.
pub(super) fn issue_file(id: IssueId) -> String {
    format!("{id}{SUFFIX}")
}

/// The path of an issue, as `git show` takes it.
pub(super) fn issue_path(id: IssueId) -> String {
    format!("{ISSUES}/{}/{}", shard(id), issue_file(id))
}

/// The issue that a file in `shard` holds, if its name is that of an issue.
pub(super) fn issue_of_file(shard_name: &str, file: &str) -> Option<IssueId> {
    let id: IssueId = file.strip_suffix(SUFFIX)?.parse().ok()?;
    (issue_file(id) == file && shard(id) == shard_name).then_some(id)
}

/// The file name of a gate definition.
pub(super) fn gate_file(key: &GateKey) -> String {
    format!("{key}{SUFFIX}")
}

/// The gate that a file holds, if its name is that of one.
pub(super) fn gate_of_file(file: &str) -> Option<GateKey> {
    GateKey::parse(file.strip_suffix(SUFFIX)?).ok()
}

/// The file name of a template.
pub(super) fn template_file(name: &TemplateName) -> String {
    format!("{name}{SUFFIX}")
}

/// The template that a file holds, if its name is that of one.
pub(super) fn template_of_file(file: &str) -> Option<TemplateName> {
    TemplateName::parse(file.strip_suffix(SUFFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_ids_agree() {
        let id: IssueId = "3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11".parse().unwrap();
        assert_eq!(issue_path(id), "issues/3f/3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11.yaml");
        assert_eq!(issue_of_file("3f", &issue_file(id)), Some(id));
        assert_eq!(issue_of_file("3e", &issue_file(id)), None);
        assert_eq!(issue_of_file("3f", "3F2A9C1E-7D0B-4C52-9A44-0C7F5F1F2B11.yaml"), None);
        assert_eq!(issue_of_file("3f", "README.md"), None);
        assert_eq!(gate_of_file("../x.yaml"), None);
    }
}
