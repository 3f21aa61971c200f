//! The order of a list, where it is not the usual one.

use std::cmp::Ordering;

use super::{AgentId, Issue, Timestamp, Tracker};

/// What issues can be put in order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The id.
    Id,
    /// The title, whatever the case.
    Title,
    /// What kind of work it is.
    Type,
    /// The derived state, in the order in which work moves.
    State,
    /// The most urgent first.
    Priority,
    /// Who is to do it; nobody last.
    Assignee,
    /// When it was created.
    CreatedAt,
    /// When it was changed last.
    UpdatedAt,
}

impl SortKey {
    /// All keys and their names, which are those that JSON has.
    pub const ALL: [(&'static str, Self); 8] = [
        ("id", Self::Id),
        ("title", Self::Title),
        ("type", Self::Type),
        ("state", Self::State),
        ("priority", Self::Priority),
        ("assignee", Self::Assignee),
        ("created_at", Self::CreatedAt),
        ("updated_at", Self::UpdatedAt),
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, key)| key)
    }

    fn value(self, tracker: &Tracker, issue: &Issue) -> Value {
        let name = |agent: &AgentId| Value::Text(agent.as_str().to_owned());
        match self {
            Self::Id => Value::Text(issue.id.to_string()),
            Self::Title => Value::Text(issue.title.to_lowercase()),
            Self::Type => Value::Text(issue.issue_type.to_lowercase()),
            Self::State => Value::Rank(tracker.status(issue) as u8),
            Self::Priority => Value::Rank(issue.priority as u8),
            Self::Assignee => issue.assignee.as_ref().map_or(Value::Missing, name),
            Self::CreatedAt => Value::Time(issue.created.at),
            Self::UpdatedAt => Value::Time(issue.updated.at),
        }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Rank(u8),
    Time(Timestamp),
    Text(String),
    Missing,
}

/// What issues are compared by: the value of each key, and whether it is turned round.
#[derive(Debug, PartialEq, Eq)]
pub struct Place(Vec<(Value, bool)>);

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        let order = pairs.map(|((one, turned), (other, _))| match (one, other) {
            // What is missing comes last, whichever way the rest is turned.
            (Value::Missing, _) | (_, Value::Missing) => one.cmp(other),
            _ if *turned => other.cmp(one),
            _ => one.cmp(other),
        });
        order.fold(Ordering::Equal, Ordering::then)
    }
}

/// The order of a list: by one key after the other, then the usual one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    keys: Vec<(SortKey, bool)>,
}

impl Order {
    /// Reads keys such as `state` or, turned round, `-updated_at`. The error is the name that
    /// is no key.
    pub fn parse<'k>(keys: impl IntoIterator<Item = &'k str>) -> Result<Self, &'k str> {
        let key = |text: &'k str| {
            let name = text.strip_prefix('-').unwrap_or(text);
            SortKey::parse(name).map(|key| (key, name.len() < text.len())).ok_or(name)
        };
        Ok(Self { keys: keys.into_iter().map(key).collect::<Result<_, _>>()? })
    }

    /// Whether it is the usual order: most urgent first, then oldest.
    pub fn is_usual(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where `issue` comes among others of `tracker`, which must have its direct dependencies if
    /// states are compared.
    pub fn place(&self, tracker: &Tracker, issue: &Issue) -> Place {
        let value = |(key, turned): &(SortKey, bool)| (key.value(tracker, issue), *turned);
        Place(self.keys.iter().map(value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agent, at, id, put, tracker};
    use super::super::{Priority, State};
    use super::*;

    fn sorted(keys: &str) -> Vec<u128> {
        let mut tracker = tracker(4, &[(1, 2)]);
        put(&mut tracker, 3, State::Done);
        for (n, title, updated) in [(1, "b", 40), (2, "A", 30), (3, "c", 20), (4, "a", 10)] {
            let issue = tracker.issues.get_mut(&id(n)).unwrap();
            (issue.title, issue.updated.at) = (title.to_owned(), at(updated));
        }
        tracker.issues.get_mut(&id(4)).unwrap().priority = Priority::Critical;
        tracker.issues.get_mut(&id(2)).unwrap().assignee = Some(agent("one"));
        tracker.issues.get_mut(&id(3)).unwrap().assignee = Some(agent("two"));
        let order = Order::parse(keys.split(',')).unwrap();
        let mut numbers = [1, 2, 3, 4];
        numbers.sort_by_key(|n| order.place(&tracker, &tracker.issues[&id(*n)]));
        numbers.to_vec()
    }

    #[test]
    fn keys_decide_one_after_the_other() {
        assert_eq!(sorted("title,updated_at"), [4, 2, 1, 3]);
        assert_eq!(sorted("title,-updated_at"), [2, 4, 1, 3]);
        assert_eq!(sorted("state,priority"), [1, 4, 2, 3]);
        assert_eq!(sorted("priority"), [4, 1, 2, 3]);
        assert_eq!(sorted("-priority,-id"), [3, 2, 1, 4]);
    }

    #[test]
    fn what_is_missing_comes_last_either_way() {
        assert_eq!(sorted("assignee"), [2, 3, 1, 4]);
        assert_eq!(sorted("-assignee"), [3, 2, 1, 4]);
    }

    #[test]
    fn a_name_that_is_no_key_is_told() {
        assert_eq!(Order::parse(["state", "-colour"]), Err("colour"));
        assert!(Order::parse([]).unwrap().is_usual());
    }
}
