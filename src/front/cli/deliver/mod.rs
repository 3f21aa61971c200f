//! Handing events over to somebody: one after the other, each until it is taken.

mod command;
mod patience;
#[cfg(feature = "webhook")]
mod signature;
#[cfg(feature = "webhook")]
mod webhook;

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::stop::Stop;
use crate::store::LoggedEvent;

pub(crate) use command::Command;
pub(crate) use patience::Patience;
#[cfg(feature = "webhook")]
pub(crate) use signature::Secret;
#[cfg(feature = "webhook")]
pub(crate) use webhook::{Webhook, WebhookOptions};

/// What became of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The event was taken; what is to be shown of it.
    Taken(String),
    /// It was not.
    Failed {
        /// Why, for people.
        reason: String,
        /// How long to wait at least, if that was said.
        wait: Option<Duration>,
    },
    /// The process was asked to end first.
    Interrupted,
}

impl Attempt {
    fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), wait: None }
    }
}

/// Who takes events.
pub(crate) trait Receiver {
    /// Tries once to hand `event` over.
    fn deliver(&self, event: &LoggedEvent, stop: &Stop) -> Attempt;
}

/// An event that nobody took.
#[derive(Debug)]
pub(crate) struct NotDelivered {
    /// The event.
    pub(crate) event: LoggedEvent,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// Why the last attempt failed.
    pub(crate) reason: String,
    /// How many events were delivered before it.
    pub(crate) delivered: u64,
}

impl NotDelivered {
    /// The same for programs.
    pub(crate) fn details(&self) -> Value {
        json!({
            "event_id": self.event.id.to_string(),
            "attempts": self.attempts,
            "reason": self.reason,
            "delivered": self.delivered,
        })
    }
}

impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = if self.attempts == 1 { "once" } else { "times" };
        let count = if self.attempts == 1 { String::new() } else { format!("{} ", self.attempts) };
        let (kind, id) = (&self.event.kind, self.event.id);
        write!(f, "{kind} {id} was not delivered, tried {count}{times}: {}", self.reason)
    }
}
