//! What a log says of who held what.

use std::collections::{BTreeMap, BTreeSet};

/// What the events of a log add up to.
#[derive(Default)]
pub(super) struct Holds {
    held: BTreeMap<String, String>,
    /// Everybody who ever held an issue.
    pub(super) agents: BTreeSet<String>,
    /// How many claims were won.
    pub(super) claims: usize,
    /// How often each issue was finished.
    pub(super) completed: BTreeMap<String, usize>,
}

impl Holds {
    /// Goes through events, causes before effects; fails at an issue that two hold.
    pub(super) fn replay(lines: &[&str]) -> Result<Self, String> {
        let mut holds = Self::default();
        for line in lines {
            let event: serde_json::Value =
                serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            match event["type"].as_str() {
                Some("issue_claimed") => {
                    let (issue, agent) = (text("issue_id"), text("assignee"));
                    if let Some(other) = holds.held.insert(issue.clone(), agent.clone()) {
                        return Err(format!("{issue} was claimed by {agent} while {other} held it"));
                    }
                    holds.agents.insert(agent);
                    holds.claims += 1;
                }
                Some("issue_completed") => {
                    holds.held.remove(&text("issue_id"));
                    *holds.completed.entry(text("issue_id")).or_default() += 1;
                }
                Some("issue_released") => {
                    holds.held.remove(&text("issue_id"));
                }
                _ => {}
            }
        }
        Ok(holds)
    }

    /// Whether each of so many issues was finished once, and none is held any more.
    pub(super) fn all_done(&self, issues: usize) -> bool {
        self.held.is_empty()
            && self.completed.len() == issues
            && self.completed.values().all(|times| *times == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, agent: &str) -> String {
        format!(r#"{{"type":"{kind}","issue_id":"1","assignee":"{agent}"}}"#)
    }

    #[test]
    fn a_second_claim_of_a_held_issue_is_found() {
        let (first, second) = (event("issue_claimed", "agent:a"), event("issue_claimed", "agent:b"));
        assert!(Holds::replay(&[&first, &second]).is_err());
        let end = event("issue_released", "");
        let holds = Holds::replay(&[&first, &end, &second]).unwrap_or_default();
        assert_eq!((holds.claims, holds.agents.len(), holds.all_done(1)), (2, 2, false));
    }

    #[test]
    fn an_issue_that_is_done_twice_or_not_at_all_is_found() {
        let done = event("issue_completed", "");
        let of = |lines: &[&str]| Holds::replay(lines).unwrap_or_default().all_done(1);
        assert_eq!([of(&[]), of(&[&done]), of(&[&done, &done])], [false, true, false]);
    }
}
