//! Taking over what a remote has, again and again, beside other work: however long the remote
//! takes to answer, the work goes on.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use crate::ops::{CommandExecutor, Direction, Error, SyncRequest};

/// The longest wait between two attempts at a remote that does not answer, unless more was
/// asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Asks a remote in the background, until it is dropped.
pub(crate) struct Puller(Receiver<Result<String, Error>>);

impl Puller {
    /// Asks the remote now, and then every so often; less often while it does not answer.
    pub(crate) fn start(jit: CommandExecutor, every: Duration) -> Self {
        let (sender, receiver) = channel();
        std::thread::spawn(move || pull(&jit, every, &sender));
        Self(receiver)
    }

    /// What people should hear of, since it was asked last. What cannot pass by itself is an
    /// error, and ends it.
    pub(crate) fn told(&self) -> Result<Vec<String>, Error> {
        let mut words = Vec::new();
        loop {
            match self.0.try_recv() {
                Ok(word) => words.push(word?),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return Ok(words),
            }
        }
    }
}

/// What is asked of a remote: what it has, and nothing is published.
pub(crate) fn request() -> SyncRequest {
    SyncRequest { direction: Direction::Pull, ..SyncRequest::default() }
}

/// Ends when nobody listens any more.
fn pull(jit: &CommandExecutor, every: Duration, told: &Sender<Result<String, Error>>) {
    let mut failures = 0;
    loop {
        let words = match jit.sync(&request()) {
            Ok(synced) => {
                let answers = (failures > 0).then(|| format!("{} answers again", synced.remote));
                failures = 0;
                answers.into_iter().chain(synced.warnings).map(Ok).collect()
            }
            Err(error) if error.may_pass() => {
                failures += 1;
                // Said once, not every time.
                let is_first = failures == 1;
                is_first.then(|| Ok(format!("{error}; trying again"))).into_iter().collect()
            }
            Err(error) => vec![Err(error)],
        };
        let is_over = words.iter().any(Result::is_err);
        if words.into_iter().any(|word| told.send(word).is_err()) || is_over {
            return;
        }
        let longer = every.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT);
        std::thread::sleep(longer.max(every));
    }
}
