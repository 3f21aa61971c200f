//! How the work goes, as JSON.

use std::fmt::Write;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use super::fixed::Time;
use crate::model::refusal::rfc3339;
use crate::model::stats::{Measures, Period, Point, Spread};
use crate::ops::Statistics;

/// How long things took, in seconds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "spread")]
struct SpreadObject {
    /// Half of them took no longer.
    median: i64,
    /// 85 of 100 took no longer.
    p85: i64,
    /// The longest.
    longest: i64,
}

impl From<Spread> for SpreadObject {
    fn from(spread: Spread) -> Self {
        let [median, p85, longest] =
            [spread.median, spread.most, spread.longest].map(|time| time.num_seconds());
        Self { median, p85, longest }
    }
}

/// The numbers of a period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "measures")]
struct MeasuresObject {
    /// Issues created in it.
    created: usize,
    /// Issues done in it.
    finished: usize,
    /// Issues rejected in it.
    rejected: usize,
    /// Issues done in a week, on average.
    finished_per_week: Option<f64>,
    /// From the creation to the end of the issues done; null if there are none.
    lead_time: Option<SpreadObject>,
    /// From the first claim to the end of the issues done that were ever claimed; null if there
    /// are none.
    cycle_time: Option<SpreadObject>,
    /// Issues that can be claimed now.
    ready: usize,
    /// For how long they could be; null if there are none.
    ready_age: Option<SpreadObject>,
    /// The one that could be for longest.
    oldest_ready: Option<String>,
    /// Reports on gates.
    gate_reports: usize,
    /// Those that said that a gate failed.
    gate_failures: usize,
    /// The part of them, 0 to 1; null if there are no reports.
    gate_failure_rate: Option<f64>,
}

impl MeasuresObject {
    fn new(measures: &Measures, period: &Period) -> Self {
        Self {
            created: measures.created,
            finished: measures.finished,
            rejected: measures.rejected,
            finished_per_week: measures.per_week(period),
            lead_time: measures.lead.map(Into::into),
            cycle_time: measures.cycle.map(Into::into),
            ready: measures.ready,
            ready_age: measures.ready_age.map(Into::into),
            oldest_ready: measures.oldest_ready.map(|id| id.to_string()),
            gate_reports: measures.reports,
            gate_failures: measures.failed,
            gate_failure_rate: measures.failure_rate(),
        }
    }
}

/// The numbers of a label or an agent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "stats_group")]
struct GroupObject<'a> {
    /// The label or the agent; null for what has none.
    name: Option<&'a str>,
    /// Its numbers.
    measures: MeasuresObject,
}

/// How much work there was by the end of a step, and how much of it was done.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "burn_up_point")]
struct PointObject {
    /// The end of the step.
    #[schemars(with = "String")]
    at: Time,
    /// Issues created in the step.
    created: usize,
    /// Issues done in the step.
    finished: usize,
    /// All issues by then, without those rejected.
    scope: usize,
    /// Those of them that were done by then.
    done: usize,
}

impl From<&Point> for PointObject {
    fn from(point: &Point) -> Self {
        let Point { at, created, finished, scope, done } = *point;
        Self { at: Time(at), created, finished, scope, done }
    }
}

/// How the work went in a period.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "stats")]
pub(crate) struct StatsObject<'a> {
    /// The beginning of the period.
    #[schemars(with = "String")]
    from: Time,
    /// Its end.
    #[schemars(with = "String")]
    to: Time,
    /// The numbers of everything.
    total: MeasuresObject,
    /// Those of each label or agent, if asked for.
    groups: Vec<GroupObject<'a>>,
    /// How the work grew and was done, step by step.
    burn_up: Vec<PointObject>,
    /// The length of a step, in seconds.
    step: i64,
}

impl<'a> StatsObject<'a> {
    /// Describes what was counted.
    pub(crate) fn new(stats: &'a Statistics) -> Self {
        let period = &stats.period;
        let group = |(name, measures): (&'a Option<String>, &Measures)| GroupObject {
            name: name.as_deref(),
            measures: MeasuresObject::new(measures, period),
        };
        Self {
            from: Time(period.from),
            to: Time(period.to),
            total: MeasuresObject::new(&stats.total, period),
            groups: stats.groups.iter().map(group).collect(),
            burn_up: stats.burn_up.iter().map(Into::into).collect(),
            step: stats.step.num_seconds(),
        }
    }
}

/// The burn-up as a table that spreadsheets open.
pub(crate) fn burn_up_csv(points: &[Point]) -> String {
    let mut text = "at,created,finished,scope,done\n".to_owned();
    for Point { at, created, finished, scope, done } in points {
        writeln!(text, "{},{created},{finished},{scope},{done}", rfc3339(at)).expect("memory holds it");
    }
    text
}

/// The numbers of groups as a table that spreadsheets open; times are in seconds.
pub(crate) fn groups_csv(stats: &Statistics) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![
        [
            "name",
            "created",
            "finished",
            "rejected",
            "lead_median",
            "lead_p85",
            "cycle_median",
            "cycle_p85",
            "ready",
            "ready_age_median",
            "ready_age_longest",
            "gate_reports",
            "gate_failures",
        ]
        .map(str::to_owned),
    ];
    let secs = |time: Option<TimeDelta>| time.map(|time| time.num_seconds().to_string()).unwrap_or_default();
    for (name, measures) in &stats.groups {
        let Measures { lead, cycle, ready_age, .. } = measures;
        rows.push([
            name.clone().unwrap_or_default(),
            measures.created.to_string(),
            measures.finished.to_string(),
            measures.rejected.to_string(),
            secs(lead.map(|lead| lead.median)),
            secs(lead.map(|lead| lead.most)),
            secs(cycle.map(|cycle| cycle.median)),
            secs(cycle.map(|cycle| cycle.most)),
            measures.ready.to_string(),
            secs(ready_age.map(|age| age.median)),
            secs(ready_age.map(|age| age.longest)),
            measures.reports.to_string(),
            measures.failed.to_string(),
        ]);
    }
    for row in &rows {
        table.write_record(row).expect("memory holds it");
    }
    String::from_utf8(table.into_inner().expect("memory holds it")).expect("it was made of text")
}
