//! The board: issues in columns by state, on the whole terminal, followed live and worked on from
//! the keyboard.
//!
//! Guarantees:
//!
//! - [`state`] is pure: keys and news in, orders out. [`view`] draws it. [`work`] carries orders out
//!   on a thread of its own, by the same operations as the commands, so that a remote that takes
//!   its time keeps nobody from looking around.
//! - The terminal is as it was before, however the board ends: by a key, a signal or a panic.
//! - While nothing happens, a look at the tracker's reference a few times a second is all that is
//!   done.

mod state;
mod terminal;
mod view;
mod work;

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use state::{Board, Order};
use terminal::Terminal;
use work::{Job, News};

use crate::ops::{CommandExecutor, EventFilter, Follower};

/// How often it is looked whether the tracker changed. Looking costs a few small files.
const POLL: Duration = Duration::from_millis(250);
/// How often everything is read again although nothing changed here: a claim may have run out, or
/// a sync have told of others.
const AGAIN: Duration = Duration::from_secs(30);

/// What the board is to show at first, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// The filter.
    pub(crate) filter: String,
    /// Who acts, as people know them.
    pub(crate) actor: String,
    /// Whether colours are wanted.
    pub(crate) color: bool,
}

/// Shows the board until somebody leaves it, or a signal ends it: which one.
pub(crate) fn run(jit: &CommandExecutor, options: Options) -> io::Result<Option<i32>> {
    let mut terminal = Terminal::take()?;
    let (sender, news) = channel();
    terminal::listen(&sender)?;
    let jobs = work::start(jit.in_background(), sender.clone());
    let follower = jit.position().and_then(|position| jit.follow(&EventFilter::default(), position)).ok();
    let color = options.color;
    let mut session = Session {
        board: Board::new(options.filter, options.actor),
        jobs,
        follower,
        is_loading: false,
        is_stale: true,
        loaded: Instant::now(),
        signal: None,
    };
    while !session.board.is_over {
        session.load();
        terminal.draw(|frame| view::draw(frame, &mut session.board, color))?;
        session.wait(&news);
    }
    Ok(session.signal)
}

struct Session<'a> {
    board: Board,
    jobs: Sender<Job>,
    follower: Option<Follower<'a>>,
    /// Whether a load is under way.
    is_loading: bool,
    /// Whether there is something that what is shown does not show yet.
    is_stale: bool,
    loaded: Instant,
    /// What ended the board, if no key did.
    signal: Option<i32>,
}

impl Session<'_> {
    /// Asks for what is new, unless that is under way.
    fn load(&mut self) {
        if !self.is_stale || self.is_loading {
            return;
        }
        (self.is_loading, self.is_stale, self.loaded) = (true, false, Instant::now());
        self.ask(Job::Load(self.board.wanted().to_owned()));
        if let Some(order) = self.board.again() {
            self.obey(order);
        }
    }

    /// Waits for news, takes all there is, and looks at the tracker.
    fn wait(&mut self, news: &Receiver<News>) {
        match news.recv_timeout(POLL) {
            Ok(first) => {
                self.take(first);
                while let Ok(next) = news.try_recv() {
                    self.take(next);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.board.is_over = true,
        }
        self.is_stale |= self.has_changed() || self.loaded.elapsed() >= AGAIN;
    }

    /// Whether the tracker has moved since it was looked at last.
    fn has_changed(&mut self) -> bool {
        let Some(follower) = &mut self.follower else { return false };
        let mut has_changed = false;
        while let Ok(Some(_)) = follower.peek() {
            follower.accept();
            has_changed = true;
        }
        has_changed
    }

    fn take(&mut self, news: News) {
        match news {
            News::Key(key) => {
                if let Some(order) = self.board.key(key) {
                    self.obey(order);
                }
            }
            News::Resized => {}
            News::Leave(signal) => {
                self.board.is_over = true;
                self.signal = Some(signal);
            }
            News::Loaded(filter, loaded) => {
                self.is_loading = false;
                // What changed since the last good filter is still to be shown.
                self.is_stale |= loaded.is_err() && filter != self.board.filter();
                self.board.loaded(filter, loaded);
            }
            News::Page(page) => self.board.show(page),
            News::Done(told) => {
                self.board.done(told);
                self.is_stale = true;
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Load => self.is_stale = true,
            Order::Page(kind, issue) => self.ask(Job::Page(kind, issue, self.board.width())),
            Order::Act(issue, act) => self.ask(Job::Act(issue, act)),
        }
    }

    fn ask(&mut self, job: Job) {
        // A worker that is gone has panicked, and there is nobody left to work.
        self.board.is_over |= self.jobs.send(job).is_err();
    }
}
