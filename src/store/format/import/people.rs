//! Names of those who act, between other trackers and this one.

use crate::model::AgentId;

/// The agent that `name` means: itself where it is one, a program where it looks like the path
/// of one, else a person.
pub(super) fn agent(name: &str) -> AgentId {
    let name = name.trim();
    AgentId::parse(name).unwrap_or_else(|_| match AgentId::parse(&format!("agent:{name}")) {
        Ok(agent) if name.contains('/') => agent,
        _ => AgentId::human(name),
    })
}

/// The name of `agent` in trackers that know no kinds.
pub(in crate::store::format) fn name(agent: &AgentId) -> &str {
    agent.as_str().split_once(':').map_or(agent.as_str(), |(_, name)| name)
}

/// Whether the name can be told from the agent that it became.
pub(super) fn is_kept(given: &str) -> bool {
    name(&agent(given)) == given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_kind_become_agents() {
        for (name, expected) in [
            ("human:ada", "human:ada"),
            ("crew/worker-1", "agent:crew/worker-1"),
            ("deacon/", "agent:deacon/"),
            ("Ada Lovelace", "human:ada-lovelace"),
            ("ada@example.com", "human:ada@example.com"),
            ("", "human:unknown"),
        ] {
            assert_eq!(agent(name).as_str(), expected);
        }
    }

    #[test]
    fn a_name_that_is_told_from_its_agent_needs_not_be_kept() {
        assert!(["ada", "crew/worker-1"].into_iter().all(is_kept));
        assert!(!["Ada", "human:ada"].into_iter().any(is_kept));
    }
}
