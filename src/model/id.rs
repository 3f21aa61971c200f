//! Names of things: issue and claim ids, and the prefixes people type.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use uuid::Uuid;

use super::Refusal;

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

/// What a person typed to name an issue: at least [`MIN_PREFIX`] leading hexadecimal
/// digits of its id. Case and hyphens do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPrefix(String);

impl IdPrefix {
    /// Reads a prefix as typed.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let invalid = |reason: String| Refusal::InvalidId { typed: typed.to_owned(), reason };
        let digits: String =
            typed.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
        if let Some(bad) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(invalid(format!("{bad:?} is not a hexadecimal digit")));
        }
        match digits.len() {
            len if len < MIN_PREFIX => Err(invalid(format!("it needs at least {MIN_PREFIX} digits"))),
            len if len > 32 => Err(invalid("it has more than 32 digits".to_owned())),
            _ => Ok(Self(digits)),
        }
    }

    /// The whole id.
    pub fn of(id: IssueId) -> Self {
        Self(id.digits())
    }

    /// The digits, lower case and without hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a whole id.
    pub fn is_whole(&self) -> bool {
        self.0.len() == 32
    }

    /// The lowest and the highest id that can begin with this prefix.
    pub fn range(&self) -> RangeInclusive<IssueId> {
        let filled = |with: &str| {
            let digits = self.0.clone() + &with.repeat(32 - self.0.len());
            IssueId(Uuid::try_parse(&digits).expect("32 hexadecimal digits are an id"))
        };
        filled("0")..=filled("f")
    }

    /// Whether `id` begins with this prefix.
    pub fn matches(&self, id: IssueId) -> bool {
        id.digits().starts_with(&self.0)
    }

    /// The one id among `candidates` that this prefix names.
    pub fn resolve(&self, candidates: impl IntoIterator<Item = IssueId>) -> Result<IssueId, Refusal> {
        let mut found: Vec<IssueId> = candidates.into_iter().filter(|id| self.matches(*id)).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => Err(Refusal::IssueNotFound { typed: self.to_string() }),
            [id] => Ok(*id),
            _ => Err(Refusal::AmbiguousId { typed: self.0.clone(), candidates: found }),
        }
    }
}

/// As people write it: a whole id with its hyphens.
impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.parse::<IssueId>() {
            Ok(whole) => whole.fmt(f),
            Err(_) => f.write_str(&self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_in_range_are_those_that_match() {
        let low = id("3f2a9c1e-0000-0000-0000-000000000000");
        let high = id("3f2a9c1e-ffff-ffff-ffff-ffffffffffff");
        assert_eq!(IdPrefix::parse("3F2a-9c1e").unwrap().range(), low..=high);
        assert_eq!(IdPrefix::of(low).range(), low..=low);
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
    fn an_ambiguous_prefix_lists_its_candidates() {
        let one = id("3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11");
        let two = id("3f2a9c1f-7d0b-4c52-9a44-0c7f5f1f2b11");
        let refusal = IdPrefix::parse("3f2a").unwrap().resolve([two, one]).unwrap_err();
        assert_eq!(refusal, Refusal::AmbiguousId { typed: "3f2a".into(), candidates: vec![one, two] });
    }
}
