//! Names of things: issue and claim ids, and the prefixes people type.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use uuid::Uuid;

use super::{Refusal, origin};

/// Fewest hexadecimal digits that may stand for an issue.
pub const MIN_PREFIX: usize = 4;

/// The id of an issue: a version 4 UUID, chosen when the issue is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssueId(Uuid);

impl IssueId {
    /// Wraps a UUID.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }

    /// The first eight hexadecimal digits, for people to read.
    pub fn short(self) -> String {
        let mut digits = self.digits();
        digits.truncate(8);
        digits
    }

    /// All 32 hexadecimal digits in lower case, without hyphens.
    pub fn digits(self) -> String {
        self.0.simple().to_string()
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for IssueId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

/// The id of one hold of an issue. Every claim has a fresh one, so that two claims by
/// the same agent are still two claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimId(Uuid);

impl ClaimId {
    /// Wraps a UUID.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for ClaimId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

/// What names an issue: at least [`MIN_PREFIX`] leading hexadecimal digits of its id, in which
/// case and hyphens do not matter, or the id that it had in another tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPrefix {
    /// What was typed where it cannot be a prefix, else the digits.
    text: String,
    is_digits: bool,
    /// The issue that was imported with what was typed as its original id, if there is one.
    imported: Option<IssueId>,
    /// Whether the original id counts only where the digits name nothing: people type what jit
    /// shows them far more often.
    digits_first: bool,
}

/// The digits that jit shows of an id.
const SHOWN: usize = 8;

impl IdPrefix {
    /// Reads a prefix as typed.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let text = digits(typed)?;
        Ok(Self { text, is_digits: true, imported: None, digits_first: false })
    }

    /// Reads a prefix as typed, or an id of another tracker.
    pub fn parse_any(typed: &str) -> Result<Self, Refusal> {
        let imported = origin::issue_id(typed.trim());
        match (Self::parse(typed), imported) {
            (Ok(prefix), imported) => {
                let is_shown = prefix.text.len() >= SHOWN && !typed.trim().contains('-');
                let imported = imported.filter(|_| !prefix.is_whole());
                Ok(Self { imported, digits_first: is_shown, ..prefix })
            }
            (Err(_), Some(imported)) => Ok(Self {
                text: typed.trim().to_owned(),
                is_digits: false,
                imported: Some(imported),
                digits_first: false,
            }),
            (Err(refusal), None) => Err(refusal),
        }
    }

    /// The whole id.
    pub fn of(id: IssueId) -> Self {
        Self { text: id.digits(), is_digits: true, imported: None, digits_first: false }
    }

    /// The digits, in lower case and without hyphens; what was typed where it has others.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The ways to read it, each as the only one.
    pub fn readings(&self) -> impl Iterator<Item = Self> {
        let digits = self.is_digits.then(|| Self { imported: None, ..self.clone() });
        digits.into_iter().chain(self.imported.map(Self::of))
    }

    /// Whether it is a whole id.
    pub fn is_whole(&self) -> bool {
        self.is_digits && self.text.len() == 32
    }

    /// The lowest and the highest ids that can be meant, a pair for each way to read it. The
    /// ids of one pair have their first two digits in common.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<IssueId>> {
        let filled = |with: &str| {
            let digits = self.text.clone() + &with.repeat(32 - self.text.len());
            IssueId(Uuid::try_parse(&digits).expect("32 hexadecimal digits are an id"))
        };
        let digits = self.is_digits.then(|| filled("0")..=filled("f"));
        let imported = self.imported.filter(|_| !self.digits_first).map(|id| id..=id);
        digits.into_iter().chain(imported)
    }

    /// The one id that is meant, where `within` tells the ids of a range that there are.
    pub fn resolve_within<I: Iterator<Item = IssueId>>(
        &self,
        within: impl Fn(RangeInclusive<IssueId>) -> I,
    ) -> Result<IssueId, Refusal> {
        let mut found: Vec<IssueId> = self.ranges().flat_map(&within).collect();
        if found.is_empty() {
            found.extend(self.otherwise().into_iter().flat_map(|id| within(id..=id)));
        }
        self.resolve(found)
    }

    /// The id that is meant where nothing is found in [`Self::ranges`].
    pub fn otherwise(&self) -> Option<IssueId> {
        self.imported.filter(|_| self.digits_first)
    }

    /// Whether `id` may be meant.
    pub fn matches(&self, id: IssueId) -> bool {
        (self.is_digits && id.digits().starts_with(&self.text)) || self.imported == Some(id)
    }

    /// The one id among `candidates` that is meant.
    pub fn resolve(&self, candidates: impl IntoIterator<Item = IssueId>) -> Result<IssueId, Refusal> {
        let mut found: Vec<IssueId> = candidates.into_iter().filter(|id| self.matches(*id)).collect();
        found.sort_unstable();
        found.dedup();
        if found.len() > 1 {
            found.retain(|id| self.otherwise() != Some(*id));
        }
        match found.as_slice() {
            [] if self.is_digits => Err(Refusal::IssueNotFound { typed: self.to_string() }),
            [] => Err(digits(&self.text).expect_err("what is no prefix has something wrong")),
            [id] => Ok(*id),
            _ => Err(Refusal::AmbiguousId { typed: self.text.clone(), candidates: found }),
        }
    }
}

/// The digits of an id as typed, in lower case.
fn digits(typed: &str) -> Result<String, Refusal> {
    let invalid = |reason: String| Refusal::InvalidId { typed: typed.to_owned(), reason };
    let digits: String = typed.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    if let Some(bad) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(invalid(format!("{bad:?} is not a hexadecimal digit")));
    }
    match digits.len() {
        len if len < MIN_PREFIX => Err(invalid(format!("it needs at least {MIN_PREFIX} digits"))),
        len if len > 32 => Err(invalid("it has more than 32 digits".to_owned())),
        _ => Ok(digits),
    }
}

/// As people write it: a whole id with its hyphens.
impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.parse::<IssueId>() {
            Ok(whole) if self.is_digits => whole.fmt(f),
            _ => f.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_ids_in_range_are_those_that_match() {
        let low = id("3f2a9c1e-0000-0000-0000-000000000000");
        let high = id("3f2a9c1e-ffff-ffff-ffff-ffffffffffff");
        let ranges = |prefix: IdPrefix| prefix.ranges().collect::<Vec<_>>();
        assert_eq!(ranges(IdPrefix::parse("3F2a-9c1e").unwrap()), [low..=high]);
        assert_eq!(ranges(IdPrefix::of(low)), [low..=low]);
    }

    fn id(text: &str) -> IssueId {
        text.parse().unwrap()
    }

    #[test]
    fn a_prefix_ignores_case_and_hyphens() {
        let known = id("3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11");
        for typed in ["3f2a", "3F2A9C1E-7D0B", "3f2a9c1e7d0b4c529a440c7f5f1f2b11", " 3f2a "] {
            assert_eq!(IdPrefix::parse(typed).unwrap().resolve([known]).unwrap(), known);
        }
    }

    #[test]
    fn a_prefix_that_is_too_short_long_or_not_hex_is_refused() {
        for typed in ["", "3f2", "3f2g", &"a".repeat(33), "3f2a/../x"] {
            assert!(matches!(IdPrefix::parse(typed), Err(Refusal::InvalidId { .. })), "{typed}");
        }
    }

    #[test]
    fn an_id_of_another_tracker_names_what_was_imported_with_it() {
        let known: BTreeSet<IssueId> =
            ["bd-a1b2", "bd-a1b2.1", "#12", "deadbeef"].map(|id| origin::issue_id(id).unwrap()).into();
        let own = id("bda1b299-7d0b-4c52-9a44-0c7f5f1f2b11");
        let other = id("deadbeef-7d0b-4c52-9a44-0c7f5f1f2b11");
        let find = |typed: &str, known: &BTreeSet<IssueId>| {
            IdPrefix::parse_any(typed)?
                .resolve_within(|range| known.range(range).copied().collect::<Vec<_>>().into_iter())
        };
        for typed in ["bd-a1b2", " bd-a1b2.1 ", "#12", "deadbeef"] {
            assert_eq!(find(typed, &known).ok(), origin::issue_id(typed.trim()), "{typed}");
        }
        let both = known.iter().copied().chain([own, other]).collect();
        assert_eq!(find("deadbeef", &both), Ok(other));
        assert!(matches!(find("bd-a1b2", &both), Err(Refusal::AmbiguousId { .. })));
        assert!(matches!(find("BD-A1B2", &known), Err(Refusal::IssueNotFound { .. })));
        for typed in ["nope", "#13", "", "3f2", "a b"] {
            assert!(matches!(find(typed, &known), Err(Refusal::InvalidId { .. })), "{typed}");
        }
    }

    #[test]
    fn an_ambiguous_prefix_lists_its_candidates() {
        let one = id("3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11");
        let two = id("3f2a9c1f-7d0b-4c52-9a44-0c7f5f1f2b11");
        let refusal = IdPrefix::parse("3f2a").unwrap().resolve([two, one]).unwrap_err();
        assert_eq!(refusal, Refusal::AmbiguousId { typed: "3f2a".into(), candidates: vec![one, two] });
    }
}
