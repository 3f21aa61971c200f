//! Two things measured in turn, so that whatever else the machine does disturbs both.

use std::process::Command;
use std::time::Duration;

/// What is in a row.
pub const HEADER: &str = "row                                     at      ours ms (quartiles)      \
                          yardstick ms (quartiles)   ratio   reach   yardstick/itself";

/// Durations of one thing, in milliseconds, ascending.
pub struct Times(Vec<f64>);

impl Times {
    /// Of any order.
    pub fn new(mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        Self(times)
    }

    /// Half took no longer.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// By linear interpolation.
    fn at(&self, part: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let place = part * (self.0.len() - 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is an index")]
        let below = place.floor() as usize;
        let above = (below + 1).min(self.0.len() - 1);
        (self.0[above] - self.0[below]).mul_add(place.fract(), self.0[below])
    }

    fn show(&self) -> String {
        format!("{:.2} ({:.2}-{:.2})", self.median(), self.at(0.25), self.at(0.75))
    }
}

/// What two things took that were measured in turn.
pub struct Duel {
    ours: Times,
    yardstick: Times,
    /// The same measured again, which tells how far equal things seem to differ.
    again: Times,
}

impl Duel {
    /// Measures `rounds` times: the yardstick, ours, the yardstick again. Each gets the
    /// number of the round and answers how long it took.
    pub fn fight(
        rounds: usize,
        mut yardstick: impl FnMut(usize) -> Duration,
        mut ours: impl FnMut(usize) -> Duration,
    ) -> Self {
        let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
        let (mut one, mut two, mut again) = (Vec::new(), Vec::new(), Vec::new());
        // Once unmeasured, so that the first round has warm files too.
        yardstick(0);
        ours(0);
        for round in 1..=rounds {
            one.push(millis(yardstick(round)));
            two.push(millis(ours(round)));
            again.push(millis(yardstick(round)));
        }
        Self { ours: Times::new(two), yardstick: Times::new(one), again: Times::new(again) }
    }

    /// Prints the row. `reach` is the largest ratio that is wanted; `work` and `yardstick`
    /// say how many things each sample did, to be divided by.
    pub fn print(&self, name: &str, at: &str, reach: Option<f64>) {
        let both = Times::new(self.yardstick.0.iter().chain(&self.again.0).copied().collect());
        let ratio = self.ours.median() / both.median();
        let noise = self.again.median() / self.yardstick.median();
        let wanted = reach.map_or("-".to_owned(), |reach| format!("{reach:.1}"));
        let mark = if reach.is_some_and(|reach| ratio > reach) { "!" } else { " " };
        println!(
            "{name:<36} {at:>6} {:>24} {:>26} {ratio:>7.2}{mark} {wanted:>6} {noise:>10.2}",
            self.ours.show(),
            both.show(),
        );
    }
}

/// Writes to disk what is not there yet, so that nobody who waits for the disk waits for what
/// others wrote before.
pub fn settle() {
    assert!(Command::new("sync").status().is_ok_and(|status| status.success()), "sync works");
}

/// Says why a row has no figures.
pub fn skip(name: &str, at: &str, why: &str) {
    println!("{name:<36} {at:>6} not measured: {why}");
}

/// Prints a row that is not a comparison.
pub fn state(name: &str, at: &str, what: &str) {
    println!("{name:<36} {at:>6} {what}");
}

/// A number of issues or commits, short.
pub fn short(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}
