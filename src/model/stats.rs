//! How the work goes, in numbers.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{IssueId, Timestamp};

/// A stretch of time; its end belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

impl Period {
    /// Whether `at` is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from < at && at <= self.to
    }

    /// How long it is.
    pub fn length(&self) -> TimeDelta {
        self.to - self.from
    }
}

/// What numbers are made of: one issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The issue.
    pub issue: IssueId,
    /// When it was created.
    pub created: Timestamp,
    /// When it was first claimed, if it was.
    pub started: Option<Timestamp>,
    /// When it was finished last, if it is, and whether it was done rather than rejected.
    pub ended: Option<(Timestamp, bool)>,
    /// Since when it can be claimed, if it can.
    pub ready_since: Option<Timestamp>,
}

/// A report on a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateReport {
    /// When.
    pub at: Timestamp,
    /// Whether the gate failed.
    pub failed: bool,
}

/// How long things took: none took longer than the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Half of them took no longer.
    pub median: TimeDelta,
    /// 85 of 100 took no longer.
    pub most: TimeDelta,
    /// The longest.
    pub longest: TimeDelta,
}

impl Spread {
    /// That of `times`; none if there are none.
    pub fn of(mut times: Vec<TimeDelta>) -> Option<Self> {
        times.sort_unstable();
        let longest = *times.last()?;
        // The smallest that so many of them do not exceed.
        let rank = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self { median: rank(50), most: rank(85), longest })
    }
}

/// The numbers of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// Issues created in it.
    pub created: usize,
    /// Issues done in it.
    pub finished: usize,
    /// Issues rejected in it.
    pub rejected: usize,
    /// From their creation to their end, those that were done.
    pub lead: Option<Spread>,
    /// From the first claim to the end, those that were done and ever claimed.
    pub cycle: Option<Spread>,
    /// Issues that can be claimed now.
    pub ready: usize,
    /// For how long they could be.
    pub ready_age: Option<Spread>,
    /// The one that could be for longest.
    pub oldest_ready: Option<IssueId>,
    /// Reports on gates.
    pub reports: usize,
    /// Those that said that a gate failed.
    pub failed: usize,
}

impl Measures {
    /// How many issues were done in a week, on average.
    pub fn per_week(&self, period: &Period) -> Option<f64> {
        let secs = u32::try_from(period.length().num_seconds()).ok().filter(|secs| *secs > 0)?;
        let finished = u32::try_from(self.finished).ok()?;
        Some(f64::from(finished) * f64::from(WEEK_SECS) / f64::from(secs))
    }

    /// The part of the reports that said that a gate failed, 0 to 1.
    pub fn failure_rate(&self) -> Option<f64> {
        let [failed, all] = [self.failed, self.reports].map(u32::try_from);
        let all = all.ok().filter(|all| *all > 0)?;
        Some(f64::from(failed.ok()?) / f64::from(all))
    }
}

const WEEK_SECS: u32 = 7 * 24 * 3600;

/// The numbers of `work` and `reports` in `period`.
pub fn measure<'w>(
    work: impl IntoIterator<Item = &'w Work>,
    reports: impl IntoIterator<Item = GateReport>,
    period: &Period,
) -> Measures {
    let mut measures = Measures::default();
    let (mut lead, mut cycle, mut ages) = (Vec::new(), Vec::new(), Vec::new());
    let mut oldest: Option<(Timestamp, IssueId)> = None;
    for one in work {
        measures.created += usize::from(period.contains(one.created));
        match one.ended.filter(|(at, _)| period.contains(*at)) {
            Some((at, true)) => {
                measures.finished += 1;
                lead.push(at - one.created);
                cycle.extend(one.started.filter(|started| *started <= at).map(|started| at - started));
            }
            Some((_, false)) => measures.rejected += 1,
            None => {}
        }
        if let Some(since) = one.ready_since {
            ages.push((period.to - since).max(TimeDelta::zero()));
            let this = (since, one.issue);
            oldest = Some(oldest.map_or(this, |oldest| oldest.min(this)));
        }
    }
    for report in reports.into_iter().filter(|report| period.contains(report.at)) {
        measures.reports += 1;
        measures.failed += usize::from(report.failed);
    }
    measures.ready = ages.len();
    measures.oldest_ready = oldest.map(|(_, id)| id);
    (measures.lead, measures.cycle, measures.ready_age) =
        (Spread::of(lead), Spread::of(cycle), Spread::of(ages));
    measures
}

/// How much there was, and how much of it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The end of the step that it is about.
    pub at: Timestamp,
    /// Issues created in the step.
    pub created: usize,
    /// Issues done in the step.
    pub finished: usize,
    /// All issues by then, without those rejected.
    pub scope: usize,
    /// Those of them that were done by then.
    pub done: usize,
}

/// The most steps of a period.
const MOST_STEPS: i64 = 100;

/// The step in which a period is looked at: an hour, a day, a week or, of long ones, 30 days or
/// more.
pub fn step(period: &Period) -> TimeDelta {
    let usual = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::weeks(1), TimeDelta::days(30)];
    let fits = |step: &TimeDelta| period.length().num_seconds() <= step.num_seconds() * MOST_STEPS;
    let long = || TimeDelta::seconds(period.length().num_seconds() / MOST_STEPS + 1);
    usual.into_iter().find(fits).unwrap_or_else(long)
}

/// How the work grew and was done, in steps counted back from the end of `period`.
pub fn burn_up<'w>(work: impl IntoIterator<Item = &'w Work>, period: &Period, step: TimeDelta) -> Vec<Point> {
    let ends = ends(period, step);
    // The first step that ends at or after `at`; none if that is after the period.
    let place = |at: Timestamp| Some(ends.partition_point(|end| *end < at)).filter(|at| *at < ends.len());
    let mut changes: BTreeMap<usize, [usize; 5]> = BTreeMap::new();
    let mut count = |place: Option<usize>, what: usize| {
        if let Some(place) = place {
            changes.entry(place).or_default()[what] += 1;
        }
    };
    for one in work {
        count(place(one.created), 0);
        if period.contains(one.created) {
            count(place(one.created), 3);
        }
        if let Some((at, done)) = one.ended {
            count(place(at), if done { 1 } else { 2 });
            if done && period.contains(at) {
                count(place(at), 4);
            }
        }
    }
    let (mut scope, mut done) = (0_usize, 0);
    let point = |(place, at): (usize, &Timestamp)| {
        let [created, finished, rejected, new, newly_done] = changes.get(&place).copied().unwrap_or_default();
        // An issue counts from its creation to its rejection, which cannot come before it.
        scope = (scope + created).saturating_sub(rejected);
        done += finished;
        Point { at: *at, created: new, finished: newly_done, scope, done }
    };
    ends.iter().enumerate().map(point).collect()
}

fn ends(period: &Period, step: TimeDelta) -> Vec<Timestamp> {
    let mut ends = Vec::new();
    let mut end = period.to;
    while end > period.from {
        ends.push(end);
        let Some(before) = end.checked_sub_signed(step) else { break };
        end = before;
    }
    ends.reverse();
    ends
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, id};
    use super::*;

    const HOUR: i64 = 3600;

    fn work(n: u128, created: i64, started: Option<i64>, ended: Option<(i64, bool)>) -> Work {
        let ended = ended.map(|(hour, done)| (at(hour * HOUR), done));
        let started = started.map(|hour| at(hour * HOUR));
        Work { issue: id(n), created: at(created * HOUR), started, ended, ready_since: None }
    }

    fn period(from: i64, to: i64) -> Period {
        Period { from: at(from * HOUR), to: at(to * HOUR) }
    }

    #[test]
    fn only_what_happened_in_the_period_counts() {
        let mut waiting = work(4, 1, None, None);
        waiting.ready_since = Some(at(5 * HOUR));
        let all = [
            work(1, 0, Some(2), Some((10, true))),
            work(2, 6, None, Some((12, true))),
            work(3, 7, Some(8), Some((9, false))),
            waiting,
            work(5, 0, Some(1), Some((2, true))),
            work(6, 30, None, None),
        ];
        let report = |hour: i64, failed: bool| GateReport { at: at(hour * HOUR), failed };
        let reports =
            [report(6, true), report(7, false), report(8, false), report(9, false), report(1, true)];
        let measures = measure(&all, reports, &period(5, 20));
        assert_eq!((measures.created, measures.finished, measures.rejected), (2, 2, 1));
        let hours =
            |spread: Option<Spread>| spread.map(|s| [s.median, s.most, s.longest].map(|t| t.num_hours()));
        assert_eq!(hours(measures.lead), Some([6, 10, 10]));
        assert_eq!(hours(measures.cycle), Some([8, 8, 8]));
        assert_eq!((measures.ready, hours(measures.ready_age)), (1, Some([15, 15, 15])));
        assert_eq!(measures.oldest_ready, Some(id(4)));
        assert_eq!((measures.reports, measures.failed, measures.failure_rate()), (4, 1, Some(0.25)));
        let a_day = Period { from: at(0), to: at(24 * HOUR) };
        assert_eq!(measures.per_week(&a_day), Some(14.0));
        assert_eq!(measures.per_week(&Period { from: at(0), to: at(0) }), None);
    }

    #[test]
    fn nothing_makes_no_numbers() {
        let none: [Work; 0] = [];
        let measures = measure(&none, [], &period(0, 1));
        assert_eq!(measures, Measures::default());
        assert_eq!((measures.failure_rate(), Spread::of(Vec::new())), (None, None));
    }

    #[test]
    fn a_spread_is_made_of_times_that_there_were() {
        let spread = |count: i64| Spread::of((1..=count).map(TimeDelta::hours).collect()).unwrap();
        let hours = |spread: Spread| [spread.median, spread.most, spread.longest].map(|t| t.num_hours());
        assert_eq!(hours(spread(1)), [1, 1, 1]);
        assert_eq!(hours(spread(2)), [1, 2, 2]);
        assert_eq!(hours(spread(100)), [50, 85, 100]);
    }

    #[test]
    fn the_burn_up_begins_with_what_was_there() {
        let all = [
            work(1, 0, None, Some((1, true))),
            work(2, 0, None, Some((12, true))),
            work(3, 11, None, Some((13, false))),
            work(4, 12, None, None),
            work(5, 99, None, None),
        ];
        let points = burn_up(&all, &period(10, 13), TimeDelta::hours(1));
        let numbers = |point: &Point| [point.created, point.finished, point.scope, point.done];
        assert_eq!(
            points.iter().map(numbers).collect::<Vec<_>>(),
            [[1, 0, 3, 1], [1, 1, 4, 2], [0, 0, 3, 2]]
        );
        assert_eq!(points.last().map(|point| point.at), Some(at(13 * HOUR)));
    }

    #[test]
    fn steps_are_few_however_long_the_period_is() {
        for (days, expected) in [(1, 1), (4, 1), (5, 24), (100, 24), (101, 168), (900, 720), (9000, 2160)] {
            let period = Period { from: at(0), to: at(days * 24 * HOUR) };
            let step = step(&period);
            assert_eq!(step.num_hours(), expected, "{days} days");
            let none: [Work; 0] = [];
            assert!(burn_up(&none, &period, step).len() <= 100);
        }
    }
}
