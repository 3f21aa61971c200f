//! Dependency graphs as JSON.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{IssueId, Tracker};

/// Issues and the dependencies between them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "graph")]
pub(crate) struct Graph {
    /// The issues, each once.
    pub(crate) nodes: Vec<Node>,
    /// The dependencies.
    pub(crate) edges: Vec<Edge>,
}

/// An issue of a graph.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "graph_node")]
pub(crate) struct Node {
    /// The UUID.
    pub(crate) id: String,
    /// The first eight digits of the id.
    pub(crate) short_id: String,
    /// One line; empty if the issue cannot be read.
    pub(crate) title: String,
    /// The state, or `missing` if an issue depends on it but the tracker does not have it, or
    /// `damaged` if its file cannot be read.
    pub(crate) state: &'static str,
    /// How urgent it is; null if the issue cannot be read.
    pub(crate) priority: Option<&'static str>,
}

/// A dependency.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "graph_edge")]
pub(crate) struct Edge {
    /// The id of the issue that waits.
    pub(crate) from: String,
    /// The id of the issue that it depends on.
    pub(crate) to: String,
}

impl Graph {
    /// The issues `ids` in their order, the dependencies between them in the same, and what they depend on that the
    /// tracker does not have.
    pub(crate) fn new(tracker: &Tracker, ids: impl IntoIterator<Item = IssueId>) -> Self {
        let mut order: Vec<IssueId> = Vec::new();
        let mut inside = BTreeSet::new();
        order.extend(ids.into_iter().filter(|id| inside.insert(*id)));
        let mut edges = Vec::new();
        let mut unknown = Vec::new();
        for issue in order.iter().filter_map(|id| tracker.issues.get(id)) {
            for on in &issue.dependencies {
                if !tracker.issues.contains_key(on) && inside.insert(*on) {
                    unknown.push(*on);
                }
                if inside.contains(on) {
                    edges.push(Edge { from: issue.id.to_string(), to: on.to_string() });
                }
            }
        }
        order.append(&mut unknown);
        let place: BTreeMap<String, usize> =
            order.iter().enumerate().map(|(index, id)| (id.to_string(), index)).collect();
        edges.sort_by_key(|edge| (place.get(&edge.from), place.get(&edge.to)));
        Self { nodes: order.into_iter().map(|id| Node::new(tracker, id)).collect(), edges }
    }

    /// All issues of `tracker`, most urgent first.
    pub(crate) fn all(tracker: &Tracker) -> Self {
        Self::new(tracker, tracker.ranked().into_iter().map(|issue| issue.id))
    }
}

impl Node {
    fn new(tracker: &Tracker, id: IssueId) -> Self {
        let issue = tracker.issues.get(&id);
        let is_damaged = || tracker.damage_of(id).is_some();
        let state = match issue {
            Some(issue) => tracker.status(issue).as_str(),
            None if is_damaged() => "damaged",
            None => "missing",
        };
        Self {
            id: id.to_string(),
            short_id: id.short(),
            title: issue.map(|issue| issue.title.clone()).unwrap_or_default(),
            state,
            priority: issue.map(|issue| issue.priority.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{id, issue, tracker};
    use crate::model::Damage;

    fn states(graph: &Graph) -> Vec<(&str, &str)> {
        graph.nodes.iter().map(|node| (node.short_id.as_str(), node.state)).collect()
    }

    #[test]
    fn what_the_tracker_lacks_is_a_node_too() {
        let mut tracker = tracker([issue(1, "a", &[2, 3, 4]), issue(2, "b", &[3])]);
        tracker.damaged.push(Damage {
            path: "x".into(),
            hides: crate::model::Hidden::Issue(id(4)),
            reason: "bad".into(),
        });
        let graph = Graph::all(&tracker);
        assert_eq!(
            states(&graph),
            [
                ("00000001", "backlog"),
                ("00000002", "backlog"),
                ("00000003", "missing"),
                ("00000004", "damaged")
            ]
        );
        assert_eq!(graph.edges.len(), 4);
    }

    #[test]
    fn a_part_has_only_its_own_edges() {
        let tracker = tracker([issue(1, "a", &[2]), issue(2, "b", &[3]), issue(3, "c", &[])]);
        let graph = Graph::new(&tracker, [id(2), id(3), id(2)]);
        assert_eq!(states(&graph), [("00000002", "backlog"), ("00000003", "ready")]);
        assert_eq!(graph.edges.len(), 1);
    }
}
