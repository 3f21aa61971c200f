//! Dependency graphs as JSON.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::fixed::{Id, ShortId};
use crate::model::{Issue, IssueId, Tracker};
use crate::ops::Selection;

/// Issues and the dependencies between them.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
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
    #[serde(serialize_with = "issue_id")]
    #[schemars(with = "String")]
    pub(crate) id: IssueId,
    /// The first eight digits of the id.
    #[schemars(with = "String")]
    short_id: ShortId,
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
    #[serde(serialize_with = "issue_id")]
    #[schemars(with = "String")]
    pub(crate) from: IssueId,
    /// The id of the issue that it depends on.
    #[serde(serialize_with = "issue_id")]
    #[schemars(with = "String")]
    pub(crate) to: IssueId,
}

fn issue_id<S: Serializer>(id: &IssueId, serializer: S) -> Result<S::Ok, S::Error> {
    Id::from(*id).serialize(serializer)
}

impl Graph {
    /// The issues that were `found` in their order, the dependencies between them in the same,
    /// and what they depend on besides.
    pub(crate) fn read(found: &Selection<'_>) -> Self {
        let mut graph = Self::default();
        for portion in found.portions() {
            portion.issues().for_each(|issue| graph.add(&portion.tracker, issue));
        }
        graph.complete(|id| found.is_damaged(id));
        graph
    }

    /// The issues of `tracker`, most urgent first.
    #[cfg(test)]
    pub(crate) fn of(tracker: &Tracker) -> Self {
        let mut graph = Self::default();
        tracker.ranked().into_iter().for_each(|issue| graph.add(tracker, issue));
        graph.complete(|id| tracker.damage_of(id).is_some());
        graph
    }

    fn add(&mut self, tracker: &Tracker, issue: &Issue) {
        self.nodes.push(Node {
            id: issue.id,
            short_id: ShortId(issue.id.uuid()),
            title: issue.title.clone(),
            state: tracker.status(issue).as_str(),
            priority: Some(issue.priority.as_str()),
        });
        self.edges.extend(issue.dependencies.iter().map(|on| Edge { from: issue.id, to: *on }));
    }

    /// Adds what the issues depend on and is not among them, and sorts the edges.
    fn complete(&mut self, is_damaged: impl Fn(IssueId) -> bool) {
        let mut places: BTreeMap<IssueId, usize> =
            self.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
        for edge in &self.edges {
            let id = edge.to;
            places.entry(id).or_insert_with(|| {
                let state = if is_damaged(id) { "damaged" } else { "missing" };
                let short_id = ShortId(id.uuid());
                self.nodes.push(Node { id, short_id, title: String::new(), state, priority: None });
                self.nodes.len() - 1
            });
        }
        self.edges
            .sort_by_cached_key(|edge| (places.get(&edge.from).copied(), places.get(&edge.to).copied()));
    }

    /// The issues that nothing depends on, in order.
    pub(crate) fn tops(&self) -> Vec<IssueId> {
        let needed: BTreeSet<IssueId> = self.edges.iter().map(|edge| edge.to).collect();
        self.nodes.iter().map(|node| node.id).filter(|id| !needed.contains(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{id, issue, tracker};
    use crate::model::Damage;

    fn states(graph: &Graph) -> Vec<(String, &str)> {
        graph.nodes.iter().map(|node| (node.id.short(), node.state)).collect()
    }

    #[test]
    fn what_the_tracker_lacks_is_a_node_too() {
        let mut tracker = tracker([issue(1, "a", &[2, 3, 4]), issue(2, "b", &[3])]);
        tracker.damaged.push(Damage {
            path: "x".into(),
            hides: crate::model::Hidden::Issue(id(4)),
            reason: "bad".into(),
        });
        let graph = Graph::of(&tracker);
        assert_eq!(
            states(&graph),
            [
                ("00000001".to_owned(), "backlog"),
                ("00000002".to_owned(), "backlog"),
                ("00000003".to_owned(), "missing"),
                ("00000004".to_owned(), "damaged")
            ]
        );
        assert_eq!(graph.edges.len(), 4);
    }

    #[test]
    fn what_nothing_depends_on_is_on_top() {
        let graph = Graph::of(&tracker([issue(1, "a", &[3]), issue(2, "b", &[]), issue(3, "c", &[9])]));
        assert_eq!(graph.tops(), [id(1), id(2)]);
    }
}
