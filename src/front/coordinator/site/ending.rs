//! Ending work: finishing an issue, or giving it back.

use super::{ATTEMPTS, Answer, Site, Standing};
use crate::front::coordinator::machine::{Ending, Input, Key, Note};
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::model::{AgentId, Claim, IdPrefix, Refusal, State};
use crate::ops::{Error, Target};

/// The context key that says why the last attempt failed.
const REASON: &str = "coordinator.reason";

impl Site {
    pub(super) fn finish(&self, key: Key, agent: &AgentId, claim: &str) {
        let standing = self.standing(key, |held| held.id.to_string() == claim);
        self.end(key, standing, || self.mark_done(key, agent));
    }

    /// Tells how `key` ended: `ours` ends it if it is still ours.
    fn end(&self, key: Key, standing: Result<Standing, Error>, ours: impl FnOnce() -> Input) {
        let answer = match standing {
            Ok(Standing::Ours) => ours(),
            Ok(Standing::Gated) => Input::Ended { key, ending: Ending::Gated },
            Ok(Standing::Finished(State::Done)) => Input::Ended { key, ending: Ending::Done },
            Ok(Standing::Finished(_) | Standing::Lost) => Input::Ended { key, ending: Ending::Lost },
            Ok(Standing::Unknown) => Input::NotEnded { key, reason: "the issue cannot be read".to_owned() },
            Err(error) => Input::NotEnded { key, reason: error.to_string() },
        };
        self.input(answer);
    }

    fn mark_done(&self, key: Key, agent: &AgentId) -> Input {
        let done = Update { state: Some(StateRequest::Status(Status::Done)), ..Update::default() };
        let jit = self.acting(Some(agent));
        match jit.update(&Target::Issues(vec![IdPrefix::of(key.issue)]), &done) {
            Ok(outcome) => {
                self.warn(&outcome);
                let ending = if outcome.value.is_empty() { Ending::Done } else { Ending::Gated };
                Input::Ended { key, ending }
            }
            Err(error @ Error::Unpublished { .. }) => {
                self.unpublished(&error);
                let is_gated = matches!(self.standing(key, |_| true), Ok(Standing::Gated));
                Input::Ended { key, ending: if is_gated { Ending::Gated } else { Ending::Done } }
            }
            Err(Error::Refusal(Refusal::AlreadyClaimed { .. } | Refusal::HeldByAnother { .. })) => {
                Input::Ended { key, ending: Ending::Lost }
            }
            Err(Error::Refusal(refusal)) => Input::Unfinishable { key, reason: refusal.to_string() },
            Err(error) => Input::NotEnded { key, reason: error.to_string() },
        }
    }

    pub(super) fn release(
        &self,
        key: Key,
        agent: &AgentId,
        claim: Option<&str>,
        reason: &str,
        note: Note,
        label: String,
    ) {
        let clone = self.acting(None).places().ok().and_then(|places| places.clone_id);
        // Without a claim's id it was killed while it claimed: what its agent holds from here is
        // what came of that.
        let is_ours = |held: &Claim| match claim {
            Some(claim) => held.id.to_string() == claim,
            None => held.by == *agent && (held.clone.is_none() || held.clone == clone),
        };
        self.end(key, self.standing(key, is_ours), || self.give_back(key, agent, reason, note, label));
    }

    fn give_back(&self, key: Key, agent: &AgentId, reason: &str, note: Note, label: String) -> Input {
        let jit = self.acting(Some(agent));
        let target = Target::Issues(vec![IdPrefix::of(key.issue)]);
        let reasoned = |attempts: Option<u32>| {
            let attempts = attempts.map(|attempts| (ATTEMPTS.to_owned(), attempts.to_string()));
            attempts.into_iter().chain([(REASON.to_owned(), reason.to_owned())]).collect()
        };
        let update = match note {
            Note::Nothing => Update::default(),
            Note::Attempts(attempts) => Update { set_context: reasoned(Some(attempts)), ..Update::default() },
            // Whoever takes the label off wants it to be tried from the start.
            Note::GiveUp => Update {
                set_context: reasoned(None),
                remove_context: self.counted(key).then(|| ATTEMPTS.to_owned()).into_iter().collect(),
                add_labels: vec![label],
                ..Update::default()
            },
        };
        if !update.is_empty() {
            match jit.update(&target, &update) {
                Ok(_) => {}
                Err(Error::Refusal(refusal)) => self.send(Answer::Warning(refusal.to_string())),
                Err(error) => return Input::NotEnded { key, reason: error.to_string() },
            }
        }
        match jit.release(&IdPrefix::of(key.issue), Some(reason)) {
            Ok(outcome) => {
                self.warn(&outcome);
                Input::Ended { key, ending: Ending::Released }
            }
            Err(error @ Error::Unpublished { .. }) => {
                self.unpublished(&error);
                Input::Ended { key, ending: Ending::Released }
            }
            Err(Error::Refusal(_)) => Input::Ended { key, ending: Ending::Lost },
            Err(error) => Input::NotEnded { key, reason: error.to_string() },
        }
    }

    /// Whether failed attempts are counted on an issue.
    fn counted(&self, key: Key) -> bool {
        let listing = self.acting(None).show(&[IdPrefix::of(key.issue)]);
        listing.is_ok_and(|listing| listing.issues().any(|issue| issue.context.contains_key(ATTEMPTS)))
    }
}
