//! Telling somebody how far a long piece of work is.
//!
//! Whoever does the work says so to a [`Progress`] and knows nothing of who listens; nobody
//! does unless asked to. It costs next to nothing then, so no work is too short to be told.

use std::fmt;
use std::sync::Arc;

/// Listens to long work. It is told from whichever threads do the work.
pub trait Watcher: Send + Sync {
    /// Work begins: what it is, for people and in the form "reading issues", and how many
    /// steps it has, if that is known. It ends when the value returned is dropped, whether
    /// or not all steps were taken.
    fn begin(&self, what: &'static str, steps: Option<u64>) -> Box<dyn Watched>;
}

/// One piece of work that is being watched.
pub trait Watched: Send + Sync {
    /// So many more steps were taken.
    fn advance(&self, steps: u64);
}

/// Where long work is told; nobody by default.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn Watcher>>);

impl Progress {
    /// Tells `watcher`.
    pub fn told_to(watcher: impl Watcher + 'static) -> Self {
        Self(Some(Arc::new(watcher)))
    }

    /// Begins a piece of work of so many steps, if that is known. See [`Watcher::begin`].
    pub fn begin(&self, what: &'static str, steps: Option<u64>) -> Task {
        Task(self.0.as_ref().map(|watcher| watcher.begin(what, steps)))
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}

/// A piece of work under way. Dropped, it has ended.
pub struct Task(Option<Box<dyn Watched>>);

impl Task {
    /// So many more steps were taken. Threads may share the task.
    pub fn advance(&self, steps: u64) {
        if let Some(watched) = &self.0 {
            watched.advance(steps);
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.0.is_some()).finish()
    }
}
