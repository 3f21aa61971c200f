//! Exit codes. They are documented and stable: scripts and agents depend on them.

use std::process::ExitCode;

use crate::model::Refusal;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done as asked.
    Done = 0,
    /// A failure that jit does not expect: a defect, or a disk that is full.
    Internal = 1,
    /// The command line was not understood.
    Usage = 2,
    /// What was named does not exist, or there is nothing to claim.
    NotFound = 3,
    /// A rule said no.
    Refused = 4,
    /// Somebody else holds the issue.
    Held = 5,
    /// It exists already.
    Exists = 6,
    /// Others kept changing the tracker; the same command may succeed now.
    Contended = 7,
    /// Git, a remote or another program failed.
    External = 10,
}

impl Exit {
    /// How a command that `refusal` ended exits.
    pub(crate) const fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::IssueNotFound { .. }
            | Refusal::GateNotFound { .. }
            | Refusal::GateNotRequired { .. }
            | Refusal::SettingNotFound { .. }
            | Refusal::EventNotFound { .. }
            | Refusal::NothingToUndo { .. }
            | Refusal::NotADependency { .. }
            | Refusal::NotAttached { .. }
            | Refusal::TemplateNotFound { .. }
            | Refusal::ConflictNotFound { .. }
            | Refusal::NothingToClaim { .. } => Self::NotFound,
            Refusal::InvalidId { .. }
            | Refusal::AmbiguousId { .. }
            | Refusal::ConflictAmbiguous { .. }
            | Refusal::FilterNotFound { .. }
            | Refusal::FilterCycle { .. }
            | Refusal::InvalidAgent { .. } => Self::Usage,
            Refusal::AlreadyClaimed { .. }
            | Refusal::HeldByAnother { .. }
            | Refusal::ReleaseUnpublished { .. } => Self::Held,
            Refusal::ClaimContended { .. } => Self::Contended,
            Refusal::GateExists { .. }
            | Refusal::GateAlreadyRequired { .. }
            | Refusal::TemplateExists { .. } => Self::Exists,
            Refusal::IssueDamaged { .. }
            | Refusal::Invalid { .. }
            | Refusal::NotClaimed { .. }
            | Refusal::Blocked { .. }
            | Refusal::NotBlocked { .. }
            | Refusal::Finished { .. }
            | Refusal::BadTransition { .. }
            | Refusal::GatesPending { .. }
            | Refusal::Cycle { .. }
            | Refusal::GateNotRegistered { .. }
            | Refusal::NoChecker { .. }
            | Refusal::NotUndoable { .. }
            | Refusal::CheckFailed { .. }
            | Refusal::EditedMeanwhile { .. } => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_documented() {
        let all = [
            (Exit::Done, 0),
            (Exit::Internal, 1),
            (Exit::Usage, 2),
            (Exit::NotFound, 3),
            (Exit::Refused, 4),
            (Exit::Held, 5),
            (Exit::Exists, 6),
            (Exit::Contended, 7),
            (Exit::External, 10),
        ];
        for (exit, code) in all {
            assert_eq!(exit as u8, code);
        }
    }

    #[test]
    fn having_nothing_to_claim_is_not_being_refused() {
        assert_eq!(Exit::of_refusal(&Refusal::NothingToClaim { filtered: true }), Exit::NotFound);
        assert_eq!(Exit::of_refusal(&Refusal::invalid("title", "it is empty")), Exit::Refused);
    }
}
