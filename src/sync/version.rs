//! Which git there is.

use std::fmt;
use std::time::Duration;

use super::{Error, git};
use crate::store::Repo;

/// How long git may take to tell its version.
const LIMIT: Duration = Duration::from_secs(10);

/// A version of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl GitVersion {
    /// The oldest that jit works with, for `fetch --porcelain`.
    pub const MINIMUM: Self = Self { major: 2, minor: 41 };

    /// Asks the git that `repo` is worked on with; none if its answer is not a version.
    pub(crate) fn ask(repo: &Repo) -> Result<Option<Self>, Error> {
        Ok(Self::parse(&git::version_text(repo, LIMIT)?))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().strip_prefix("git version ")?.split('.');
        let mut next = || numbers.next()?.parse().ok();
        Some(Self { major: next()?, minor: next()? })
    }
}

impl fmt::Display for GitVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_whatever_follows_them() {
        let version = |major, minor| Some(GitVersion { major, minor });
        for (text, expected) in [
            ("git version 2.47.3\n", version(2, 47)),
            ("git version 2.39.5 (Apple Git-154)\n", version(2, 39)),
            ("git version 3.0.rc1\n", version(3, 0)),
            ("git version unknown\n", None),
            ("", None),
        ] {
            assert_eq!(GitVersion::parse(text), expected, "{text}");
        }
        assert!(GitVersion { major: 3, minor: 0 } > GitVersion::MINIMUM);
    }
}
