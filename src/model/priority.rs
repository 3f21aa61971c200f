//! Priority and its order.

use std::fmt;
use std::str::FromStr;

use super::Refusal;

/// How urgent an issue is. The derived order is most urgent first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Before everything else.
    Critical,
    /// Soon.
    High,
    /// The default.
    #[default]
    Normal,
    /// When there is time.
    Low,
}

impl Priority {
    /// All priorities, most urgent first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

    /// The word that is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Priority {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|p| p.as_str() == text.to_lowercase()).ok_or_else(|| {
            Refusal::invalid("priority", format!("{text:?} is none of critical, high, normal, low"))
        })
    }
}
