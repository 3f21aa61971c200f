//! The dependency graph: as a tree for people, and in the languages of two drawing programs.
//!
//! Every issue is drawn with its dependencies once. Nothing here recurses, and a tree that
//! gets too deep goes on below at the left margin, so a chain of any length can be read and
//! its output grows with the graph alone.

use std::collections::{BTreeMap, VecDeque};

use super::text::{FAINT, clean, joined, paint, state};
use crate::front::wire::{Edge, Graph, Node};
use crate::model::IssueId;

/// Levels of a tree that are drawn under each other.
const MAX_DEPTH: usize = 24;

/// What each of `roots` depends on, as trees, in time that grows with the graph alone. They
/// come in parts.
pub(crate) fn trees(graph: &Graph, roots: &[IssueId]) -> impl Iterator<Item = String> {
    let mut painter = Painter::new(graph);
    roots.iter().map(move |root| {
        painter.draw_all(*root);
        let text = joined(&painter.lines);
        painter.lines.clear();
        text
    })
}

struct Painter<'a> {
    nodes: BTreeMap<IssueId, &'a Node>,
    below: BTreeMap<IssueId, Vec<IssueId>>,
    drawn: BTreeMap<IssueId, Drawn>,
    /// Issues whose own tree is still to come.
    postponed: VecDeque<IssueId>,
    lines: Vec<String>,
}

/// Where an issue is drawn with its dependencies.
#[derive(Clone, Copy)]
enum Drawn {
    Above,
    Below,
}

/// An issue at its place in the tree.
struct Place {
    id: IssueId,
    depth: usize,
    /// What is left of the issue on its own line.
    branch: String,
    /// What is left of its dependencies.
    indent: String,
}

impl<'a> Painter<'a> {
    fn new(graph: &'a Graph) -> Self {
        let mut below: BTreeMap<IssueId, Vec<IssueId>> = BTreeMap::new();
        for edge in &graph.edges {
            below.entry(edge.from).or_default().push(edge.to);
        }
        Self {
            nodes: graph.nodes.iter().map(|node| (node.id, node)).collect(),
            below,
            drawn: BTreeMap::new(),
            postponed: VecDeque::new(),
            lines: Vec::new(),
        }
    }

    /// Draws an issue of the graph, and below it what did not fit under it.
    fn draw_all(&mut self, root: IssueId) {
        if self.nodes.contains_key(&root) {
            self.draw(root);
        }
        while let Some(id) = self.postponed.pop_front() {
            self.lines.push(String::new());
            self.drawn.remove(&id);
            self.draw(id);
        }
    }

    fn draw(&mut self, root: IssueId) {
        let mut stack = vec![Place { id: root, depth: 0, branch: String::new(), indent: String::new() }];
        while let Some(place) = stack.pop() {
            if self.draw_line(&place) {
                stack.extend(self.places_below(&place));
            }
        }
    }

    /// Draws one issue; whether its dependencies follow.
    fn draw_line(&mut self, place: &Place) -> bool {
        let fits = place.depth < MAX_DEPTH || !self.below.contains_key(&place.id);
        let seen = self.drawn.get(&place.id).copied();
        if seen.is_none() && !fits {
            self.postponed.push_back(place.id);
        }
        let (drawn, remark) = match seen {
            Some(Drawn::Above) => (Drawn::Above, " (see above)"),
            None if fits => (Drawn::Above, ""),
            Some(Drawn::Below) | None => (Drawn::Below, " (see below)"),
        };
        self.drawn.insert(place.id, drawn);
        let label = self.nodes.get(&place.id).map(|node| label(node)).unwrap_or_default();
        self.lines.push(format!("{}{label}{}", place.branch, paint(FAINT, remark)));
        remark.is_empty()
    }

    /// The dependencies of an issue, last first as a stack wants them.
    fn places_below(&self, place: &Place) -> Vec<Place> {
        let ids = self.below.get(&place.id).map(Vec::as_slice).unwrap_or_default();
        let place = |(n, id): (usize, &IssueId)| {
            let (branch, indent) = if n == 0 { ("└── ", "    ") } else { ("├── ", "│   ") };
            Place {
                id: *id,
                depth: place.depth + 1,
                branch: format!("{}{branch}", place.indent),
                indent: format!("{}{indent}", place.indent),
            }
        };
        ids.iter().rev().enumerate().map(place).collect()
    }
}

fn label(node: &Node) -> String {
    format!("{} [{}] {}", node.id.short(), state(node.state), clean(&node.title)).trim_end().to_owned()
}

/// The graph in the language of Graphviz, in lines.
pub(crate) fn dot(graph: &Graph) -> impl Iterator<Item = String> {
    let node = |Node { id, title, state, .. }: &Node| {
        let title = clean(title).replace('\\', "\\\\").replace('"', "\\\"");
        format!("  \"{id}\" [label=\"{} [{state}]\\n{title}\"];\n", id.short())
    };
    let edge = |edge: &Edge| format!("  \"{}\" -> \"{}\";\n", edge.from, edge.to);
    ["digraph jit {\n  rankdir=LR;\n  node [shape=box];\n".to_owned()]
        .into_iter()
        .chain(graph.nodes.iter().map(node))
        .chain(graph.edges.iter().map(edge))
        .chain(["}\n".to_owned()])
}

/// The graph in the language of Mermaid, in lines.
pub(crate) fn mermaid(graph: &Graph) -> impl Iterator<Item = String> {
    let node = |Node { id, title, state, .. }: &Node| {
        let title = mermaid_escape(&clean(title));
        format!("  {}[\"{} [{state}]<br/>{title}\"]\n", mermaid_name(*id), id.short())
    };
    let edge = |edge: &Edge| format!("  {} --> {}\n", mermaid_name(edge.from), mermaid_name(edge.to));
    ["graph LR\n".to_owned()]
        .into_iter()
        .chain(graph.nodes.iter().map(node))
        .chain(graph.edges.iter().map(edge))
}

/// Some names are words of the language; none that begins like this.
fn mermaid_name(id: IssueId) -> String {
    format!("issue_{}", id.digits())
}

/// Everything but letters, digits, spaces and harmless punctuation as an entity: quotes would
/// end the label, `%%` begins a comment, and the rest may be read as HTML or Markdown.
fn mermaid_escape(text: &str) -> String {
    let is_plain = |c: char| !c.is_ascii_punctuation() || ",.:-/()".contains(c);
    let escape = |c: char| if is_plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{id, issue, tracker};
    use crate::model::{Issue, Tracker};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn tree_of(tracker: &Tracker, root: u32) -> String {
        plain(&trees(&Graph::of(tracker), &[id(root)]).collect::<String>())
    }

    #[test]
    fn an_issue_that_two_wait_for_is_drawn_once_in_full() {
        let tracker = tracker([
            issue(1, "Epic", &[2, 3]),
            issue(2, "Left", &[4]),
            issue(3, "Right", &[4, 9]),
            issue(4, "Base", &[]),
        ]);
        let expected = "\
00000001 [backlog] Epic
├── 00000002 [backlog] Left
│   └── 00000004 [ready] Base
└── 00000003 [backlog] Right
    ├── 00000004 [ready] Base (see above)
    └── 00000009 [missing]
";
        assert_eq!(tree_of(&tracker, 1), expected);
    }

    #[test]
    fn a_circle_ends() {
        let tracker = tracker([issue(1, "A", &[2]), issue(2, "B", &[1])]);
        let expected = "\
00000001 [backlog] A
└── 00000002 [backlog] B
    └── 00000001 [backlog] A (see above)
";
        assert_eq!(tree_of(&tracker, 1), expected);
    }

    #[test]
    fn a_chain_of_10_000_is_drawn_whole_and_stays_narrow() {
        let chain = (1..10_000).map(|n| issue(n, "Link", &[n + 1])).chain([issue(10_000, "End", &[])]);
        let text = tree_of(&tracker(chain), 1);
        let drawn = text.lines().filter(|line| line.contains("] Link") && !line.contains("(see")).count();
        assert_eq!(drawn, 9_999);
        assert!(text.ends_with("] End\n"));
        assert!(text.lines().all(|line| line.chars().count() < 140));
    }

    #[test]
    fn trees_share_what_is_drawn() {
        let tracker = tracker([issue(1, "A", &[3]), issue(2, "B", &[3]), issue(3, "C", &[])]);
        let text = plain(&trees(&Graph::of(&tracker), &[id(1), id(2)]).collect::<String>());
        assert_eq!(text.matches("C (see above)").count(), 1);
        assert_eq!(text.lines().count(), 4);
    }

    fn hostile() -> Issue {
        issue(1, "a \"b\" \\ <i>c</i> %% `d` # \u{1b}", &[2])
    }

    #[test]
    fn dot_escapes_quotes_and_backslashes() {
        let text: String = dot(&Graph::of(&tracker([hostile(), issue(2, "x", &[])]))).collect();
        let label = r#"[label="00000001 [backlog]\na \"b\" \\ <i>c</i> %% `d` # \\u{1b}"];"#;
        assert!(text.contains(label), "{text}");
        assert!(text.contains(&format!("  \"{}\" -> \"{}\";\n", id(1), id(2))), "{text}");
    }

    #[test]
    fn mermaid_escapes_all_that_it_could_read_as_its_own() {
        let text: String = mermaid(&Graph::of(&tracker([hostile(), issue(2, "x", &[])]))).collect();
        let title = "a #34;b#34; #92; #60;i#62;c#60;/i#62; #37;#37; #96;d#96; #35; #92;u#123;1b#125;";
        assert!(text.contains(title), "{text}");
        assert!(text.contains("  issue_00000001"), "{text}");
    }
}
