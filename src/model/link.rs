//! How the code says which issue it is about: trailers of commits, and names of branches.

use super::fold::without_accents;
use super::{IdPrefix, Issue, IssueId};

/// The trailer that names the issue a commit is about.
pub const ABOUT: &str = "Jit-Issue";
/// The trailer that finishes an issue once the commit is merged.
pub const CLOSES: &str = "Closes-Jit";

/// So many issues of one line are looked at.
const MOST: usize = 100;
/// So many digits make a part of a branch's name an id.
const MIN_DIGITS: usize = 8;
/// How long the words of a title may be in the name of a branch.
const MAX_WORDS: usize = 40;

/// An issue that a commit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The issue, as typed.
    pub issue: IdPrefix,
    /// Whether the commit finishes it.
    pub closes: bool,
}

/// The issues that a commit message names, each line of it that reads like one of the trailers:
/// hosts that squash commits leave trailers in the middle of the text.
pub fn named(message: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in message.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let closes = key.eq_ignore_ascii_case(CLOSES);
        if !closes && !key.eq_ignore_ascii_case(ABOUT) {
            continue;
        }
        let words = value.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let issues = words.take(MOST).filter_map(|word| IdPrefix::parse_any(word).ok());
        found.extend(issues.map(|issue| Named { issue, closes }));
    }
    found
}

/// The ids in the name of a branch, such as `3f2a9c1e-create-user-model` or `ada/fix-3f2a9c1e`.
pub fn in_branch(name: &str) -> Vec<IdPrefix> {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| part.len() >= MIN_DIGITS).filter_map(|part| IdPrefix::parse(part).ok()).collect()
}

/// The name of the branch for an issue: so many digits of its id, and the words of its title as
/// far as every host takes them.
pub fn branch_name(issue: &Issue, digits: usize) -> String {
    let mut name: String = issue.id.digits().chars().take(digits).collect();
    let start = name.len();
    let title = without_accents(&issue.title);
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if name.len() - start + word.len() >= MAX_WORDS {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

/// Which issue a commit made now is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This one.
    Issue(IssueId),
    /// None.
    Nothing,
    /// None: it brings work along that was done before, as in a rebase or a merge.
    Replayed,
    /// It cannot be told, and why.
    Unclear(String),
}

/// Chooses among the issues that somebody holds, `held`, of which `worked` are in progress. The
/// branch may be named after an issue: then it is that one or none.
pub fn meant(held: &[IssueId], worked: &[IssueId], branch: Option<(&str, IssueId)>) -> Meant {
    if held.is_empty() {
        return Meant::Nothing;
    }
    match (branch, worked) {
        (Some((_, id)), _) if held.contains(&id) => Meant::Issue(id),
        (Some((name, id)), _) => {
            let short = id.short();
            Meant::Unclear(format!("branch {name} is about {short}, which you do not hold"))
        }
        (None, [only]) => Meant::Issue(*only),
        (None, []) if held.len() == 1 => Meant::Issue(held[0]),
        (None, _) => {
            let ids: Vec<String> = held.iter().map(|id| id.short()).collect();
            Meant::Unclear(format!("you hold {}, and the branch is named after none", ids.join(", ")))
        }
    }
}

/// Whether a commit message says anything, comments of git left out.
pub fn says_anything(message: &str, comment: &str) -> bool {
    let scissors = format!("{comment} ------------------------ >8 ");
    let lines = message.lines().take_while(|line| !line.starts_with(&scissors));
    lines.filter(|line| !line.starts_with(comment)).any(|line| !line.trim().is_empty())
}

/// Whether a commit message ends with comments as git writes them for who edits it: a line of which
/// begins with the mark and a blank.
pub fn ends_in_comments(message: &str, comment: &str) -> bool {
    let scissors = format!("{comment} ------------------------ >8 ");
    let mut lines = message.lines();
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_comment =
        last.strip_prefix(comment).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    is_comment || lines.any(|line| line.starts_with(&scissors))
}

/// A mark of comments of which a message has none.
pub fn no_comment(message: &str) -> Option<char> {
    ";@!$%^&|:#".chars().find(|mark| !message.lines().any(|line| line.starts_with(*mark)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{id, tracker};
    use super::*;

    fn texts(named: &[Named]) -> Vec<(&str, bool)> {
        named.iter().map(|named| (named.issue.as_str(), named.closes)).collect()
    }

    #[test]
    fn trailers_are_found_wherever_they_stand() {
        let message = "Add it (#12)\n\n* first\n\nJit-Issue: 3f2a9c1e\n\n* second\n\ncloses-jit: 77b1, gh-12\n\
                       Signed-off-by: x\n# Jit-Issue: aaaa1111\nabout Jit-Issue: bbbb1111\nJit-Issues: cccc1111\n";
        assert_eq!(texts(&named(message)), [("3f2a9c1e", false), ("77b1", true), ("gh-12", true)]);
        for nothing in ["", "Jit-Issue", "Jit-Issue:", "Jit-Issue: \u{7}", ": 3f2a9c1e"] {
            assert_eq!(named(nothing), [], "{nothing:?}");
        }
        assert_eq!(named(&format!("Jit-Issue:{}", " 3f2a9c1e".repeat(5000))).len(), MOST);
    }

    #[test]
    fn branches_have_the_ids_of_issues_in_their_names() {
        let ids = |name: &str| in_branch(name).iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids("3f2a9c1e-create-user-model"), ["3f2a9c1e"]);
        assert_eq!(ids("ada/fix_3F2A9C1E7D0B"), ["3f2a9c1e7d0b"]);
        assert_eq!(ids("3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11"), ["3f2a9c1e", "0c7f5f1f2b11"]);
        for none in ["main", "feed-dead-beef", "fix-12", "v3f2a9c1e", "", &"a".repeat(64)] {
            assert!(ids(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_branch_is_named_with_what_every_host_takes() {
        let mut issue = tracker(1, &[]).issues.remove(&id(1)).unwrap();
        for (title, expected) in [
            ("Create user model", "00000001-create-user-model"),
            ("  ~^: [x] // Fix..it.lock! ", "00000001-x-fix-it-lock"),
            ("名前 …", "00000001"),
            ("Größe über Łódź", "00000001-grosse-uber-lodz"),
            (
                "one two three four five six seven eight nine ten",
                "00000001-one-two-three-four-five-six-seven-eight",
            ),
        ] {
            issue.title = title.to_owned();
            assert_eq!(branch_name(&issue, 8), expected);
        }
        assert_eq!(branch_name(&issue, 12)[..12], id(1).digits()[..12]);
    }

    #[test]
    fn a_commit_is_about_what_is_held_and_the_branch_decides() {
        let (a, b) = (id(1), id(2));
        assert_eq!(meant(&[], &[], Some(("x", a))), Meant::Nothing);
        assert_eq!(meant(&[a], &[a], None), Meant::Issue(a));
        assert_eq!(meant(&[a, b], &[a, b], Some(("x", b))), Meant::Issue(b));
        assert_eq!(meant(&[a, b], &[b], None), Meant::Issue(b), "the other waits for gates");
        assert_eq!(meant(&[a], &[], None), Meant::Issue(a));
        assert!(matches!(meant(&[a, b], &[a, b], None), Meant::Unclear(_)));
        assert!(matches!(meant(&[a], &[a], Some(("x", b))), Meant::Unclear(_)));
    }

    #[test]
    fn a_message_of_comments_alone_says_nothing() {
        assert!(!says_anything("\n# On branch main\n", "#"));
        assert!(says_anything("fix\n# On branch main\n", "#"));
        assert!(says_anything("# fix\n", ";"));
        assert!(!says_anything("# ------------------------ >8 ----\ndiff --git\n", "#"));
    }
}
