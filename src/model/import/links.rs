//! From links of other trackers to dependencies. What cannot be one is told: the issue has it in
//! its context all the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, Foreign, Incoming, Link, PINNED, Record, Report, Role, Standing, build};
use crate::model::{Draft, Issue, IssueId, Refusal, Tracker, graph, origin};

/// An edge that a link asks for: the first waits for the second.
struct Edge<'b> {
    from: IssueId,
    on: IssueId,
    foreign: &'b Foreign,
    link: &'b Link,
}

/// Gives the planned issues their dependencies, and their fingerprints, which depend on them.
pub(super) fn connect(
    draft: &Draft,
    batch: &Batch,
    planned: &mut [Option<Issue>],
    report: &mut Report,
) -> Result<(), Refusal> {
    let places: BTreeMap<IssueId, usize> =
        planned.iter().enumerate().filter_map(|(place, issue)| Some((issue.as_ref()?.id, place))).collect();
    let pinned: BTreeSet<IssueId> = batch.records.iter().filter_map(pinned).collect();
    let mut edges = Vec::new();
    for (record, issue) in batch.records.iter().zip(planned.iter()) {
        let foreign = match &record.issue {
            Incoming::Foreign(foreign) => foreign,
            Incoming::Own(issue) => {
                report.own(issue);
                continue;
            }
        };
        report.comments += foreign.comments.len();
        for link in &foreign.links {
            report.links.entry(link.kind.clone()).or_default().read += 1;
            let Some(issue) = issue else { continue };
            match edge(draft, issue.id, link, &places, planned) {
                Ok(Some((_, on))) if pinned.contains(&on) => {
                    let text =
                        format!("{} {} is kept aside: what is pinned holds nothing up", link.kind, link.to);
                    report.note(&foreign.id, text);
                }
                Ok(Some((from, on))) => edges.push(Edge { from, on, foreign, link }),
                Ok(None) => {}
                Err(why) => {
                    report.note(&foreign.id, format!("{} {} is kept aside: {why}", link.kind, link.to));
                }
            }
        }
    }
    // Where both cannot be, what is said to wait does, rather than the whole for its part.
    edges.sort_by_key(|edge| edge.link.role == Role::PartOf);
    without_circles(draft, planned, &places, &edges, report)?;
    for (record, issue) in batch.records.iter().zip(planned.iter_mut()) {
        let is_foreign = matches!(&record.issue, Incoming::Foreign(foreign) if !origin::is_own(&foreign.id));
        if let Some(issue) = issue.as_mut().filter(|_| is_foreign) {
            let hash = build::hash(issue);
            issue.context.insert(origin::HASH.to_owned(), hash);
        }
    }
    Ok(())
}

/// The issue of `record`, if it is one that is pinned.
fn pinned(record: &Record) -> Option<IssueId> {
    match &record.issue {
        Incoming::Foreign(foreign) if foreign.standing == Standing::Held(PINNED.to_owned()) => {
            record.id().ok()
        }
        Incoming::Foreign(_) | Incoming::Own(_) => None,
    }
}

/// The edge that `link` of issue `id` asks for, if any; or why it cannot be.
fn edge(
    draft: &Draft,
    id: IssueId,
    link: &Link,
    places: &BTreeMap<IssueId, usize>,
    planned: &[Option<Issue>],
) -> Result<Option<(IssueId, IssueId)>, &'static str> {
    if link.role == Role::Related {
        return Ok(None);
    }
    let other = origin::issue_id(&link.to).ok_or("that is no id")?;
    let is_here = places.contains_key(&other) || draft.issue(other).is_ok();
    let in_file = |id: &IssueId| places.get(id).and_then(|place| planned[*place].as_ref());
    match link.role {
        _ if other == id => Err("it is the same issue"),
        Role::WaitsFor if is_here => Ok(Some((id, other))),
        Role::WaitsFor => Err("there is no such issue"),
        Role::HoldsUp | Role::PartOf => match in_file(&other) {
            Some(whole) if link.role == Role::PartOf && whole.issue_type != "epic" => Ok(None),
            Some(_) => Ok(Some((other, id))),
            None => Err("there is no such issue in the file"),
        },
        Role::Related => Ok(None),
    }
}

/// Adds the edges, but for those that would close a circle: these are kept aside, the last of
/// `edges` first.
fn without_circles(
    draft: &Draft,
    planned: &mut [Option<Issue>],
    places: &BTreeMap<IssueId, usize>,
    edges: &[Edge<'_>],
    report: &mut Report,
) -> Result<(), Refusal> {
    let mut graph = skeleton(draft, planned);
    let is_new: Vec<bool> = edges.iter().map(|edge| add(&mut graph, edge)).collect();
    let tangled = graph::tangled(&graph);
    let is_risky = |edge: &Edge<'_>| tangled.contains(&edge.from) && tangled.contains(&edge.on);
    for (edge, _) in edges.iter().zip(is_new).filter(|(edge, is_new)| *is_new && is_risky(edge)) {
        graph.issues.get_mut(&edge.from).map(|issue| issue.dependencies.remove(&edge.on));
    }
    for edge in edges {
        if is_risky(edge)
            && let Some(path) = graph::path(&graph, edge.on, edge.from)
        {
            let path: Vec<String> =
                [edge.from].iter().chain(&path).map(|id| name(planned, places, *id)).collect();
            let text = format!(
                "{} {} is kept aside: it would close the circle {}",
                edge.link.kind,
                edge.link.to,
                path.join(" -> ")
            );
            report.note(&edge.foreign.id, text);
            continue;
        }
        add(&mut graph, edge);
        if let Some(Some(issue)) = places.get(&edge.from).map(|place| &mut planned[*place]) {
            issue.dependencies.insert(edge.on);
        }
        report.links.entry(edge.link.kind.clone()).or_default().mapped += 1;
    }
    // Those of jit's own issues are taken as they are or not at all.
    match graph::cycle(&graph) {
        Some(path) if path.iter().any(|id| places.contains_key(id)) => Err(Refusal::Cycle { path }),
        _ => Ok(()),
    }
}

fn add(graph: &mut Tracker, edge: &Edge<'_>) -> bool {
    graph.issues.get_mut(&edge.from).is_some_and(|issue| issue.dependencies.insert(edge.on))
}

/// What waits for what, once `planned` is stored, without any text.
fn skeleton(draft: &Draft, planned: &[Option<Issue>]) -> Tracker {
    let mut graph = Tracker::default();
    for issue in draft.tracker().issues.values().chain(planned.iter().flatten()) {
        let bare = Issue::new(issue.id, String::new(), draft.stamp().clone());
        let known = graph.issues.entry(issue.id).or_insert(bare);
        known.dependencies.extend(&issue.dependencies);
    }
    graph
}

fn name(planned: &[Option<Issue>], places: &BTreeMap<IssueId, usize>, id: IssueId) -> String {
    let issue = places.get(&id).and_then(|place| planned[*place].as_ref());
    issue.and_then(origin::original_id).map_or_else(|| id.short(), ToOwned::to_owned)
}
