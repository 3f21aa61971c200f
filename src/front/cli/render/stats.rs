//! How the work goes, in numbers and as a picture.

use chrono::TimeDelta;

use super::table;
use super::text::{HEADING, clean, joined, paint};
use crate::model::Timestamp;
use crate::model::stats::{Measures, Point, Spread};
use crate::ops::Statistics;

/// How many lines the picture has.
const HEIGHT: usize = 10;
/// The most columns of the picture, and the fewest.
const WIDTH: (usize, usize) = (72, 10);
/// What finished and unfinished issues are drawn with.
const DONE: char = '#';
const OPEN: char = '.';

/// The numbers of a period, of each group where they are told apart, and the burn-up. `by` is what
/// groups are.
pub(crate) fn stats(stats: &Statistics, by: Option<&str>, width: Option<usize>) -> String {
    let day = |at: Timestamp| at.format("%Y-%m-%d").to_string();
    let heading = format!("{} to {}", day(stats.period.from), day(stats.period.to));
    let mut lines = vec![paint(HEADING, &heading), String::new()];
    lines.extend(total(stats));
    if let Some(by) = by {
        lines.push(String::new());
        lines.extend(groups(stats, by, width));
    }
    lines.extend([String::new(), paint(HEADING, &format!("Burn-up ({DONE} done, {OPEN} not yet):"))]);
    lines.extend(chart(&stats.burn_up, width));
    joined(&lines)
}

fn total(stats: &Statistics) -> Vec<String> {
    let total = &stats.total;
    let field = |name: &str, value: String| format!("{name:<12}{value}");
    let rate = total.per_week(&stats.period).filter(|_| stats.period.length() >= TimeDelta::weeks(1));
    let rate = rate.map(|rate| format!(" ({rate:.1} a week)")).unwrap_or_default();
    let spread = |spread: Option<Spread>| match spread {
        None => "-".to_owned(),
        Some(spread) => {
            let [median, most, longest] = [spread.median, spread.most, spread.longest].map(duration);
            format!("{median} (median), {most} (85 of 100), {longest} (longest)")
        }
    };
    let ready = match (total.ready_age, total.oldest_ready) {
        (Some(age), Some(id)) => {
            let (median, longest) = (duration(age.median), duration(age.longest));
            format!("{}, for {median} (median), {longest} (longest: {})", total.ready, id.short())
        }
        _ => total.ready.to_string(),
    };
    vec![
        field("Created:", total.created.to_string()),
        field("Finished:", format!("{}{rate}", total.finished)),
        field("Rejected:", total.rejected.to_string()),
        field("Lead time:", spread(total.lead)),
        field("Cycle time:", spread(total.cycle)),
        field("Ready now:", ready),
        field("Gates:", gates(total)),
    ]
}

fn gates(measures: &Measures) -> String {
    match measures.failure_rate() {
        None => "-".to_owned(),
        Some(rate) => format!("{} of {} failed ({:.0} %)", measures.failed, measures.reports, rate * 100.0),
    }
}

fn groups(stats: &Statistics, by: &str, width: Option<usize>) -> Vec<String> {
    let median =
        |spread: Option<Spread>| spread.map_or_else(|| "-".to_owned(), |spread| duration(spread.median));
    let row = |(name, measures): (&Option<String>, &Measures)| {
        [
            name.as_ref().map_or_else(|| "-".to_owned(), |name| clean(name).into_owned()),
            measures.created.to_string(),
            measures.finished.to_string(),
            median(measures.lead),
            median(measures.cycle),
            measures.ready.to_string(),
            median(measures.ready_age),
            gates(measures),
        ]
    };
    let header = [by, "CREATED", "FINISHED", "LEAD", "CYCLE", "READY", "FOR", "GATES"];
    table::lines(header, stats.groups.iter().map(row), width)
}

/// The work as a picture: a column for each point, or for some of them, as high as there was work.
fn chart(points: &[Point], width: Option<usize>) -> Vec<String> {
    let highest = points.iter().map(|point| point.scope).max().unwrap_or_default();
    let margin = highest.to_string().len();
    let columns = width.unwrap_or(WIDTH.0).saturating_sub(margin + 3).clamp(WIDTH.1, WIDTH.0);
    let shown = sample(points, columns);
    if highest == 0 || shown.is_empty() {
        return vec!["  nothing yet".to_owned()];
    }
    let rows = HEIGHT.min(highest);
    // Something is drawn of everything there is.
    let cells = |number: usize| (number * rows).div_ceil(highest);
    let mut lines = Vec::new();
    for row in (1..=rows).rev() {
        let label = if row == rows { highest.to_string() } else { String::new() };
        let cell = |point: &&Point| {
            if cells(point.done) >= row {
                DONE
            } else if cells(point.scope) >= row {
                OPEN
            } else {
                ' '
            }
        };
        let line: String = shown.iter().map(cell).collect();
        lines.push(format!("{label:>margin$} |{line}").trim_end().to_owned());
    }
    lines.push(format!("{:>margin$} +{}", 0, "-".repeat(shown.len())));
    let [first, last] = [shown.first(), shown.last()]
        .map(|point| point.map(|point| point.at.format("%Y-%m-%d").to_string()).unwrap_or_default());
    let gap = shown.len().saturating_sub(first.len() + last.len());
    let dates = if gap > 1 { format!("{first}{}{last}", " ".repeat(gap)) } else { last };
    lines.push(format!("{:>margin$}  {dates}", ""));
    lines
}

/// So many of the points at most, each as wide as it can be, the last among them.
fn sample(points: &[Point], columns: usize) -> Vec<&Point> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    if points.len() <= columns {
        let times = (columns / points.len()).clamp(1, 2);
        return points.iter().flat_map(|point| std::iter::repeat_n(point, times)).collect();
    }
    (0..columns).map(|column| &points[last - (columns - 1 - column) * last / (columns - 1)]).collect()
}

/// A length of time in its two largest units.
fn duration(time: TimeDelta) -> String {
    let secs = time.num_seconds().max(0);
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let largest = units.iter().position(|(unit, _)| secs >= *unit).unwrap_or(units.len() - 1);
    let (unit, name) = units[largest];
    let whole = format!("{}{name}", secs / unit);
    match units.get(largest + 1) {
        Some((next, name)) if secs % unit >= *next => format!("{whole} {}{name}", secs % unit / next),
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(day: i64, scope: usize, done: usize) -> Point {
        let at = Timestamp::UNIX_EPOCH + TimeDelta::days(day);
        Point { at, created: 0, finished: 0, scope, done }
    }

    #[test]
    fn the_picture_grows_with_the_work() {
        let points: Vec<Point> = [(0, 0), (2, 0), (4, 1), (4, 4)]
            .into_iter()
            .zip(1..)
            .map(|((scope, done), day)| point(day, scope, done))
            .collect();
        let lines = chart(&points, Some(14));
        assert_eq!(
            lines,
            ["4 |    ..##", "  |    ..##", "  |  ....##", "  |  ..####", "0 +--------", "   1970-01-05"]
        );
        assert_eq!(chart(&[point(1, 0, 0)], None), ["  nothing yet"]);
        assert_eq!(chart(&[], None), ["  nothing yet"]);
    }

    #[test]
    fn however_much_there_is_the_picture_fits() {
        let points: Vec<Point> =
            (0..100_i64).map(|n| point(n, 10_000, usize::try_from(n).unwrap() * 100)).collect();
        for width in [1, 20, 40, 80, 300] {
            let lines = chart(&points, Some(width));
            assert_eq!(lines.len(), HEIGHT + 2);
            assert!(lines.iter().all(|line| line.len() <= width.max(WIDTH.1 + 8)), "{width}: {lines:?}");
        }
        let few = sample(&points, 10);
        assert_eq!((few[0].at, few[9].at), (points[0].at, points[99].at));
    }

    #[test]
    fn a_time_has_two_units() {
        let text = |secs: i64| duration(TimeDelta::seconds(secs));
        let cases = [(0, "0s"), (59, "59s"), (61, "1m 1s"), (3600, "1h"), (90_061, "1d 1h"), (-5, "0s")];
        for (secs, expected) in cases {
            assert_eq!(text(secs), expected);
        }
    }
}
