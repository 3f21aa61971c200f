//! What could not be read, as the cache keeps it.

use uuid::Uuid;

use crate::model::{Damage, Hidden, IssueId};

/// Path, what it hides, reason.
pub(super) type Packed<'a> = (&'a str, PackedHidden<'a>, &'a str);

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) enum PackedHidden<'a> {
    Nothing,
    Issue([u8; 16]),
    BeginningWith(&'a str),
}

pub(super) fn pack(damage: &Damage) -> Packed<'_> {
    let hides = match &damage.hides {
        Hidden::Nothing => PackedHidden::Nothing,
        Hidden::Issue(id) => PackedHidden::Issue(id.uuid().into_bytes()),
        Hidden::BeginningWith(digits) => PackedHidden::BeginningWith(digits),
    };
    (&damage.path, hides, &damage.reason)
}

pub(super) fn unpack((path, hides, reason): Packed<'_>) -> Damage {
    let hides = match hides {
        PackedHidden::Nothing => Hidden::Nothing,
        PackedHidden::Issue(id) => Hidden::Issue(IssueId::new(Uuid::from_bytes(id))),
        PackedHidden::BeginningWith(digits) => Hidden::BeginningWith(digits.to_owned()),
    };
    Damage { path: path.to_owned(), hides, reason: reason.to_owned() }
}
