//! The loop: look, deliver, note, wait.

use std::time::{Duration, Instant};

use super::super::events::{ANEW, POLL};
use crate::front::cli::deliver::{Attempt, NotDelivered, Patience, Receiver};
use crate::front::cli::error::Failure;
use crate::front::cli::pull::Puller;
use crate::front::cli::stop::Stop;
use crate::front::cli::ui::{Ui, UiError};
use crate::front::wire::WatchObject;
use crate::ops::{Cursor, Follower, Position};
use crate::store::LoggedEvent;

/// How often it is looked, while a delivery waits to be tried again, whether to end.
const SLICE: Duration = Duration::from_secs(1);

/// A watch that runs.
pub(super) struct Watch<'a> {
    ui: &'a mut Ui,
    follower: Follower<'a>,
    receiver: Box<dyn Receiver>,
    cursor: Option<Cursor>,
    /// What the cursor holds.
    saved: Option<Position>,
    stop: Stop,
    retries: Option<u32>,
    skips: bool,
    delivered: u64,
    skipped: u64,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        ui: &'a mut Ui,
        follower: Follower<'a>,
        receiver: Box<dyn Receiver>,
        cursor: Option<Cursor>,
        stop: Stop,
    ) -> Self {
        Self {
            ui,
            follower,
            receiver,
            cursor,
            saved: None,
            stop,
            retries: None,
            skips: false,
            delivered: 0,
            skipped: 0,
        }
    }

    /// The same, trying each delivery again so often, and then passing over it or not.
    pub(super) fn with_patience(mut self, retries: Option<u32>, skips: bool) -> Self {
        (self.retries, self.skips) = (retries, skips);
        self
    }

    /// Delivers what comes, until it is told to end; or `once` what has come.
    pub(super) fn run(mut self, puller: Option<&Puller>, once: bool) -> Result<(), Failure> {
        // What happens from now on must not be lost, though nothing is delivered yet.
        self.save()?;
        while !self.stop.is_asked() {
            self.deliver_all()?;
            if once {
                break;
            }
            let told = puller.map(Puller::told).transpose()?;
            told.iter().flatten().for_each(|word| self.ui.warn(word));
            self.ui.wait(POLL)?;
        }
        self.tell()
    }

    /// Delivers all that is there.
    fn deliver_all(&mut self) -> Result<(), Failure> {
        while let Some(event) = self.follower.peek()?.cloned() {
            if self.follower.take_anew() {
                self.ui.warn(ANEW);
            }
            match self.deliver(&event) {
                Ok(true) => self.delivered += 1,
                Ok(false) => return Ok(()),
                Err(Failure::NotDelivered(failed)) if self.skips => {
                    self.ui.warn(&format!("{failed}; passed over"));
                    self.skipped += 1;
                }
                Err(failure) => return Err(failure),
            }
            self.follower.accept();
            self.save()?;
        }
        // What the filter leaves out need not be looked at again.
        self.save()
    }

    /// Delivers one event; false if the process was asked to end first.
    fn deliver(&mut self, event: &LoggedEvent) -> Result<bool, Failure> {
        let mut patience = Patience::new(self.retries);
        while !self.stop.is_asked() {
            let (reason, asked) = match self.receiver.deliver(event, &self.stop) {
                Attempt::Taken(output) => return self.show(&output).map(|()| true),
                Attempt::Interrupted => return Ok(false),
                Attempt::Failed { reason, wait } => (reason, wait),
            };
            let Some(wait) = patience.after_failure(asked) else {
                return Err(Failure::NotDelivered(Box::new(NotDelivered {
                    event: event.clone(),
                    attempts: patience.attempts(),
                    reason,
                    delivered: self.delivered,
                })));
            };
            let (kind, id) = (&event.kind, event.id);
            self.ui.warn(&format!("{kind} {id}: {reason}; trying again in {wait:?}"));
            self.pause(wait)?;
        }
        Ok(false)
    }

    /// Shows what a command printed. It is the result, unless that is to be JSON.
    fn show(&mut self, output: &str) -> Result<(), Failure> {
        match output {
            "" => Ok(()),
            _ if self.ui.is_json() => {
                self.ui.note(output);
                Ok(())
            }
            _ => Ok(self.ui.data(output)?),
        }
    }

    fn pause(&self, time: Duration) -> Result<(), UiError> {
        let end = Instant::now() + time;
        while !self.stop.is_asked() && Instant::now() < end {
            self.ui.wait(end.saturating_duration_since(Instant::now()).min(SLICE))?;
        }
        Ok(())
    }

    /// Notes how far it is.
    fn save(&mut self) -> Result<(), Failure> {
        let position = self.follower.position();
        if let Some(cursor) = &self.cursor
            && self.saved.as_ref() != Some(position)
        {
            cursor.write(position).map_err(crate::ops::Error::from)?;
            self.saved = Some(position.clone());
        }
        Ok(())
    }

    /// Tells what was done.
    fn tell(self) -> Result<(), Failure> {
        if self.ui.is_json() {
            let cursor = self.cursor.map(|cursor| cursor.path().display().to_string());
            let (delivered, skipped) = (self.delivered, self.skipped);
            return Ok(self.ui.json(&WatchObject { delivered, skipped, cursor })?);
        }
        let events = if self.delivered == 1 { "event" } else { "events" };
        self.ui.note(&format!("delivered {} {events}", self.delivered));
        Ok(())
    }
}
