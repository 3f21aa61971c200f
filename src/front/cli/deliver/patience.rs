//! When to try again.

use std::time::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait, unless the other side asks for more.
const LONGEST: Duration = Duration::from_secs(60);
/// The longest wait that the other side is granted.
const MOST_ASKED: Duration = Duration::from_secs(3600);

/// How often a delivery is tried, and how long is waited in between: twice as long each time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How often it is tried again; none is for ever.
    retries: Option<u32>,
    failures: u32,
}

impl Patience {
    pub(crate) fn new(retries: Option<u32>) -> Self {
        Self { retries, failures: 0 }
    }

    /// How often it was tried.
    pub(crate) fn attempts(&self) -> u32 {
        self.failures
    }

    /// How long to wait after a failure, at least as long as was `asked` for; none if it is to be
    /// given up.
    pub(crate) fn after_failure(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let wait = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let is_left = self.retries.is_none_or(|retries| self.failures <= retries);
        is_left.then(|| wait.max(asked.unwrap_or_default().min(MOST_ASKED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_for_ever() {
        let mut patience = Patience::new(None);
        let waits: Vec<u128> = (0..9).map(|_| patience.after_failure(None).unwrap().as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert!((0..1000).all(|_| patience.after_failure(None) == Some(LONGEST)));
    }

    #[test]
    fn what_the_other_side_asks_for_is_granted_within_reason() {
        let mut patience = Patience::new(Some(3));
        let mut after =
            |secs| patience.after_failure(Some(Duration::from_secs(secs))).map(|wait| wait.as_secs());
        assert_eq!(after(7), Some(7));
        assert_eq!(after(0), Some(1));
        assert_eq!(after(1_000_000), Some(3600));
        assert_eq!(after(1), None);
        assert_eq!(patience.attempts(), 4);
    }
}
