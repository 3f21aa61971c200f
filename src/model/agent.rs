//! Who acts: a person, an agent, a CI system.

use std::fmt;
use std::str::FromStr;

use super::Refusal;

const MAX_CHARS: usize = 120;

/// Someone who acts on issues, written `kind:name` (`human:ada`, `copilot:worker-1`,
/// `ci:github-actions`).
///
/// The kind starts with a letter and holds letters, digits, `_`, `-` and `.`. The name is
/// anything visible without white space, `<` and `>`, because it also becomes the author
/// of a git commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentId(String);

impl AgentId {
    /// Reads `kind:name`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid =
            |reason: &str| Refusal::InvalidAgent { typed: text.to_owned(), reason: reason.to_owned() };
        let Some((kind, name)) = text.split_once(':') else {
            return Err(invalid("it has no colon"));
        };
        if !kind.starts_with(|c: char| c.is_ascii_alphabetic())
            || !kind.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        {
            return Err(invalid(
                "the kind must be letters, digits, '_', '-' or '.', and start with a letter",
            ));
        }
        if name.is_empty() {
            return Err(invalid("the name after the colon is empty"));
        }
        if name.chars().any(|c| c.is_whitespace() || super::text::is_invisible(c) || "<>".contains(c)) {
            return Err(invalid("the name has white space, '<', '>' or an invisible character"));
        }
        if text.chars().count() > MAX_CHARS {
            return Err(invalid("it is longer than 120 characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The agent of a text that [`Self::parse`] has read before, when it was first stored.
    pub(crate) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The person of this name: `human:` and the name in lower case, with everything that
    /// an agent name cannot hold turned into single hyphens.
    pub fn human(name: &str) -> Self {
        Self::named("human", name)
    }

    /// The program of this name: `agent:` and the name, written as for people.
    pub fn program(name: &str) -> Self {
        Self::named("agent", name)
    }

    fn named(kind: &str, name: &str) -> Self {
        let mut slug = String::new();
        for c in name.trim().chars().flat_map(char::to_lowercase).take(80) {
            if c.is_alphanumeric() || "._@+".contains(c) {
                slug.push(c);
            } else if !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_matches('-');
        Self(format!("{kind}:{}", if slug.is_empty() { "unknown" } else { slug }))
    }

    /// Whether this is a person rather than a program.
    pub fn is_human(&self) -> bool {
        self.0.starts_with("human:")
    }

    /// The text as stored, `kind:name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AgentId {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_name_are_required() {
        for good in ["copilot:worker-1", "ci:github-actions", "human:Zoë", "agent:a:b"] {
            assert_eq!(AgentId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "worker", ":x", "agent:", "1a:x", "agent: x", "agent:a b", "agent:<x>", "a/b:c"] {
            assert!(AgentId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_human_name_becomes_a_valid_agent() {
        assert_eq!(AgentId::human("Ada Lovelace").as_str(), "human:ada-lovelace");
        assert_eq!(AgentId::human(" <>\n ").as_str(), "human:unknown");
        for name in ["Zoë O'Neil", "名前 太郎", "\u{202e}x", "a\u{ad}b"] {
            let human = AgentId::human(name);
            assert_eq!(AgentId::parse(human.as_str()).unwrap(), human);
        }
    }
}
