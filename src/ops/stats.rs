//! How the work goes, in numbers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::reading::Reading;
use super::{CommandExecutor, Error};
use crate::model::stats::{self, GateReport, Measures, Period, Point, Work};
use crate::model::{
    GateKey, GateStage, Issue, IssueId, Outline, Refusal, State, Status, Timestamp, gate, origin,
};
use crate::store::{EventFilter, Extent, LoggedEvent, Scope, Snapshot};

/// The period that is looked at unless another is said.
const USUAL: TimeDelta = TimeDelta::days(30);
/// The events that tell when what happened.
const TYPES: [&str; 8] = [
    "issue_created",
    "issue_completed",
    "issue_rejected",
    "issue_state_changed",
    "issue_claimed",
    "issue_released",
    "gate_passed",
    "gate_failed",
];

/// What is to be counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatsRequest {
    /// Since when; thirty days before the end where absent.
    pub since: Option<Timestamp>,
    /// Until when; now where absent.
    pub until: Option<Timestamp>,
    /// What the numbers are told apart by.
    pub by: Option<GroupBy>,
}

/// What numbers are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Labels: an issue counts for each of its labels.
    Label,
    /// Agents: an issue counts for who is to do it or did it, a report for who made it.
    Agent,
}

/// The numbers of a period.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The period.
    pub period: Period,
    /// Of everything.
    pub total: Measures,
    /// Of each group by its name, none for what belongs to no group; those that have any.
    pub groups: BTreeMap<Option<String>, Measures>,
    /// How the work grew and was done.
    pub burn_up: Vec<Point>,
    /// The steps of it.
    pub step: TimeDelta,
}

impl CommandExecutor {
    /// Counts what was done in a period, and how long it took. Deleted issues count as if they had
    /// never been there, and one that was opened again when it is finished again. What can be
    /// claimed is told as of now.
    pub fn stats(&self, request: &StatsRequest) -> Result<Statistics, Error> {
        let repo = self.storage.open()?;
        let snapshot = self.snapshot(&repo)?;
        let period = period(request, self.as_of(&snapshot))?;
        let reading = self.read(&snapshot, Extent::All);
        let mut past = Past::new(&reading, &snapshot, period);
        past.read_log(&snapshot)?;
        past.fill_gaps(&reading);
        let work = past.work(&reading);
        let reports = || past.reports.iter().map(|(report, _, _)| *report);
        let step = stats::step(&period);
        let groups = match request.by {
            Some(by) => past.groups(&reading, &work, by),
            None => BTreeMap::new(),
        };
        Ok(Statistics {
            period,
            total: stats::measure(work.values(), reports(), &period),
            groups,
            burn_up: stats::burn_up(work.values(), &period, step),
            step,
        })
    }
}

fn period(request: &StatsRequest, now: Timestamp) -> Result<Period, Refusal> {
    let to = request.until.map_or(now, |until| until.min(now));
    let from = request.since.or_else(|| to.checked_sub_signed(USUAL)).unwrap_or(to);
    if from >= to {
        return Err(Refusal::invalid("since", "it is not before the end of the period"));
    }
    Ok(Period { from, to })
}

/// What the log says of the issues that there are.
struct Past {
    period: Period,
    outlines: BTreeMap<IssueId, Outline>,
    gates: BTreeMap<GateKey, crate::model::GateDefinition>,
    ended: BTreeMap<IssueId, Timestamp>,
    started: BTreeMap<IssueId, Timestamp>,
    opened: BTreeMap<IssueId, Timestamp>,
    reports: Vec<(GateReport, Option<IssueId>, String)>,
    /// Issues that can be claimed of which it is not known since when.
    open: BTreeSet<IssueId>,
    /// The creation of the oldest issue that was finished in the period.
    oldest: Option<Timestamp>,
    /// Whether all of the log was read.
    is_whole: bool,
}

impl Past {
    fn new(reading: &Reading<'_, '_>, snapshot: &Snapshot<'_>, period: Period) -> Self {
        let outlines: BTreeMap<IssueId, Outline> =
            reading.outlines().map(|outline| (outline.id, outline)).collect();
        let is_ready = |outline: &&Outline| outline.status() == Status::Ready;
        let open = outlines.values().filter(is_ready).map(|outline| outline.id).collect();
        Self {
            period,
            open,
            outlines,
            gates: snapshot.load(&Scope::Registry).gates,
            ended: BTreeMap::new(),
            started: BTreeMap::new(),
            opened: BTreeMap::new(),
            reports: Vec::new(),
            oldest: None,
            is_whole: false,
        }
    }

    /// Reads the log, newest first, as far back as it matters.
    fn read_log(&mut self, snapshot: &Snapshot<'_>) -> Result<(), Error> {
        let filter = EventFilter { types: TYPES.map(str::to_owned).into(), ..EventFilter::default() };
        self.is_whole = true;
        snapshot.repo().find_events(snapshot.commit(), &filter, |event| {
            self.note(&event);
            let is_before = event.timestamp < self.period.from;
            let is_known = self.open.is_empty() && self.oldest.is_none_or(|oldest| event.timestamp < oldest);
            self.is_whole = !(is_before && is_known);
            self.is_whole
        })?;
        Ok(())
    }

    fn note(&mut self, event: &LoggedEvent) {
        let at = event.timestamp;
        if let "gate_passed" | "gate_failed" = event.kind.as_str()
            && self.period.contains(at)
        {
            let report = GateReport { at, failed: event.kind == "gate_failed" };
            self.reports.push((report, event.issue_id, event.actor.clone()));
        }
        let Some(outline) = event.issue_id.and_then(|id| self.outlines.get(&id)).copied() else { return };
        let id = outline.id;
        match event.kind.as_str() {
            "issue_completed" | "issue_rejected" if outline.state.is_finished() => {
                // The last end is read first.
                let ended = *self.ended.entry(id).or_insert(at);
                if self.period.contains(ended) {
                    let created = outline.created_at;
                    self.oldest = Some(self.oldest.map_or(created, |oldest| oldest.min(created)));
                }
            }
            // The earliest is read last.
            "issue_claimed" => drop(self.started.insert(id, at)),
            "issue_created" | "issue_released" => self.note_open(id, at),
            "issue_state_changed" if event.moved_to("open") => self.note_open(id, at),
            "gate_passed" if self.open.contains(&id) && self.is_pre(event) => self.note_open(id, at),
            _ => {}
        }
    }

    fn note_open(&mut self, id: IssueId, at: Timestamp) {
        if self.open.remove(&id) {
            self.opened.insert(id, at);
        }
    }

    fn is_pre(&self, event: &LoggedEvent) -> bool {
        let key = event.gate().and_then(|key| GateKey::parse(&key).ok());
        key.is_some_and(|key| gate::stage_in(&self.gates, &key) == GateStage::Pre)
    }

    /// Where the log does not say when an issue was finished, it was before the period; unless it
    /// was imported, or with so many others that they are told as one: then when it was changed
    /// last.
    fn fill_gaps(&mut self, reading: &Reading<'_, '_>) {
        let finished = self.outlines.values().filter(|outline| outline.state.is_finished());
        let unknown: Vec<IssueId> =
            finished.map(|outline| outline.id).filter(|id| !self.ended.contains_key(id)).collect();
        let tracker = reading.exactly(unknown);
        for issue in tracker.issues.values() {
            let is_imported = issue.context.contains_key(origin::FROM);
            let is_told = self.is_whole || issue.created.at > self.period.from;
            let last = issue.updated.at;
            let ended = if is_imported || is_told { last } else { last.min(self.period.from) };
            self.ended.insert(issue.id, ended);
        }
    }

    /// What the numbers are made of.
    fn work(&self, reading: &Reading<'_, '_>) -> BTreeMap<IssueId, Work> {
        let is_ready = |outline: &&Outline| outline.status() == Status::Ready;
        let ready = reading.exactly(self.outlines.values().filter(is_ready).map(|outline| outline.id));
        let since = |issue: &Issue| {
            let opened = self.opened.get(&issue.id).copied().unwrap_or(issue.created.at);
            let freed = issue.dependencies.iter().filter_map(|on| self.ended.get(on).copied());
            freed.fold(opened, Timestamp::max)
        };
        let work = |outline: &Outline| Work {
            issue: outline.id,
            created: outline.created_at,
            started: self.started.get(&outline.id).copied(),
            ended: self.ended.get(&outline.id).map(|at| (*at, outline.state == State::Done)),
            // What became ready later says nothing of the period.
            ready_since: ready.issues.get(&outline.id).map(since).filter(|since| *since <= self.period.to),
        };
        self.outlines.values().map(|outline| (outline.id, work(outline))).collect()
    }

    /// The numbers of each group.
    fn groups(
        &self,
        reading: &Reading<'_, '_>,
        work: &BTreeMap<IssueId, Work>,
        by: GroupBy,
    ) -> BTreeMap<Option<String>, Measures> {
        let matters = |work: &&Work| {
            work.ready_since.is_some()
                || self.period.contains(work.created)
                || work.ended.is_some_and(|(at, _)| self.period.contains(at))
        };
        let counted: BTreeSet<IssueId> = work.values().filter(matters).map(|work| work.issue).collect();
        let reported = self.reports.iter().filter_map(|(_, issue, _)| *issue);
        let tracker = reading.exactly(counted.iter().copied().chain(reported).collect::<BTreeSet<_>>());
        let names = |id: &IssueId| -> Vec<Option<String>> {
            let Some(issue) = tracker.issues.get(id) else { return vec![None] };
            let names: Vec<Option<String>> = match by {
                GroupBy::Label => issue.labels.iter().cloned().map(Some).collect(),
                GroupBy::Agent => issue.assignee.iter().map(|agent| Some(agent.to_string())).collect(),
            };
            if names.is_empty() { vec![None] } else { names }
        };
        let mut groups: BTreeMap<Option<String>, (Vec<&Work>, Vec<GateReport>)> = BTreeMap::new();
        for id in &counted {
            for name in names(id) {
                groups.entry(name).or_default().0.extend(work.get(id));
            }
        }
        for (report, issue, actor) in &self.reports {
            let of = match (by, issue) {
                (GroupBy::Agent, _) => vec![Some(actor.clone())],
                (GroupBy::Label, Some(id)) => names(id),
                (GroupBy::Label, None) => vec![None],
            };
            for name in of {
                groups.entry(name).or_default().1.push(*report);
            }
        }
        let groups = groups.into_iter();
        groups.map(|(name, (work, reports))| (name, stats::measure(work, reports, &self.period))).collect()
    }
}
