//! What is measured, and how it is printed.

use std::time::Duration;

use super::scene::Calls;

/// How long each of many things took.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Of everybody's, in any order.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// Takes in those of others.
    pub fn add(&mut self, others: Self) {
        self.0.extend(others.0);
        self.0.sort_unstable();
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Half took no longer.
    pub fn median(&self) -> Duration {
        self.at(50)
    }

    /// 95 of 100 took no longer.
    pub fn p95(&self) -> Duration {
        self.at(95)
    }

    /// By the nearest rank.
    fn at(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0[rank.max(1) - 1]
    }
}

/// What one measurement told, or several like it.
pub struct Figures {
    /// How many clones took part.
    pub clones: usize,
    /// How long each claim took that was won.
    pub claims: Times,
    /// How long the claims took; in (b) with the work between them.
    pub elapsed: Duration,
    /// What was asked of the remote for the claims; in (b) until nothing was left to claim.
    pub claiming: Calls,
    /// What was asked of the remote from the first claim until everything was published.
    pub all: Calls,
    /// As many times a fetch and a push by git alone.
    pub floor: Duration,
    /// Commands that gave up for contention and were repeated.
    pub contended: usize,
}

impl Figures {
    /// What is in a row.
    pub const HEADER: &str = "clones issues claims/s  median ms  p95 ms  pushes/claim  fetches/claim  \
                              pushes/done  fetches/done  lost/done  repeated  x floor";

    /// Takes in what another measurement of the same told.
    pub fn add(&mut self, other: Self) {
        self.claims.add(other.claims);
        self.elapsed += other.elapsed;
        self.claiming.add(other.claiming);
        self.all.add(other.all);
        self.floor += other.floor;
        self.contended += other.contended;
    }

    /// The figures in columns.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    pub fn row(&self) -> String {
        let count = self.claims.count() as f64;
        let each = |calls: usize| calls as f64 / count;
        format!(
            "{:>6} {:>6} {:>8.1} {:>10.0} {:>7.0} {:>13.2} {:>14.2} {:>12.2} {:>13.2} {:>10.2} {:>9} {:>8.1}",
            self.clones,
            self.claims.count(),
            count / self.elapsed.as_secs_f64(),
            self.claims.median().as_secs_f64() * 1e3,
            self.claims.p95().as_secs_f64() * 1e3,
            each(self.claiming.pushes),
            each(self.claiming.fetches),
            each(self.all.pushes),
            each(self.all.fetches),
            each(self.all.lost),
            self.contended,
            self.elapsed.as_secs_f64() / self.floor.as_secs_f64(),
        )
    }
}
