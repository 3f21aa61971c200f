//! Where imported issues came from.
//!
//! The id of an imported issue follows from the id that it had: so it is found by that without
//! a list of ids, importing it twice makes one issue, and two clones that import the same make
//! the same. What came from where is noted in the issue's context.

use uuid::Uuid;

use super::{AgentId, Issue, IssueId, text};

/// The context key for the kind of tracker that an issue is from.
pub const FROM: &str = "import.from";
/// The context key for the id that it had there.
pub const ID: &str = "import.id";
/// The context key for a fingerprint of what was imported, which tells whether it has changed
/// there since.
pub const HASH: &str = "import.hash";

/// What all ids of imported issues are made in.
const NAMESPACE: Uuid = Uuid::from_u128(0x6a69_7400_0000_5000_8000_6f72_6967_696e);

/// Whether `original` is an id that jit itself gave, which came back.
pub fn is_own(original: &str) -> bool {
    original.parse::<IssueId>().is_ok_and(|id| id.to_string() == original)
}

/// The id that an issue gets when it is imported with the id `original`; none if that is none.
pub fn issue_id(original: &str) -> Option<IssueId> {
    if is_own(original) {
        return original.parse().ok();
    }
    let is_name = text::check_name("id", original).is_ok() && !original.contains(char::is_whitespace);
    is_name.then(|| IssueId::new(Uuid::new_v5(&NAMESPACE, original.as_bytes())))
}

/// Who made an issue where that is not known.
pub fn unknown() -> AgentId {
    AgentId::human("unknown")
}

/// An id that belongs to `issue` and follows from `name`: of a comment, of a claim.
pub fn part_id(issue: IssueId, name: &str) -> Uuid {
    Uuid::new_v5(&issue.uuid(), name.as_bytes())
}

/// A fingerprint of `document`.
pub fn fingerprint(document: &str) -> String {
    Uuid::new_v5(&NAMESPACE, document.as_bytes()).simple().to_string()
}

/// The id that `issue` had in the tracker that it was imported from.
pub fn original_id(issue: &Issue) -> Option<&str> {
    issue.context.get(ID).map(String::as_str).filter(|id| issue_id(id) == Some(issue.id))
}

/// The id that another tracker knows `issue` by: the one that it had, else its own.
pub fn exported_id(issue: &Issue) -> String {
    original_id(issue).map_or_else(|| issue.id.to_string(), ToOwned::to_owned)
}
