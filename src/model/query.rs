//! The filter language: `state:ready label:auth priority:high|critical assignee:none -label:wip text @saved`.

use std::str::FromStr;

use super::fold::{composed, folded};
use super::saved::{FilterName, Names};
use super::state::{StateRequest, Status};
use super::{AgentId, GateKey, Issue, Outline, Priority, Refusal, Tracker};

/// Saved filters that one filter may stand for: beyond it names multiply without end in sight.
const MOST_SAVED: usize = 256;

/// Which issues are meant: all terms must hold. The empty filter admits every issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    State(Vec<StateRequest>),
    Label(Vec<String>),
    Priority(Vec<Priority>),
    Assignee(Vec<Option<AgentId>>),
    Type(Vec<String>),
    Gate(Vec<GateKey>),
    Claim(Vec<Hold>),
    Conflict,
    Text(String),
    /// All of another filter.
    All(Filter),
}

/// How an issue is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// By nobody.
    None,
    /// By somebody whose claim stands.
    Held,
    /// By somebody whose claim others may take over.
    Expired,
}

impl Hold {
    fn of(tracker: &Tracker, issue: &Issue) -> Self {
        match &issue.claim {
            None => Self::None,
            Some(claim) if tracker.is_expired(claim) => Self::Expired,
            Some(_) => Self::Held,
        }
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "none" => Ok(Self::None),
            "held" => Ok(Self::Held),
            "expired" => Ok(Self::Expired),
            _ => {
                let reason = format!("{text:?} is not a claim: write expired, held or none");
                Err(Refusal::invalid("filter", reason))
            }
        }
    }
}

impl Filter {
    /// Reads a filter. Terms are separated by white space; `"` quotes white space.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::parse_with(text, Names::default())
    }

    /// The same, where `names` tells what `@name` and `me` stand for.
    pub fn parse_with(text: &str, names: Names<'_>) -> Result<Self, Refusal> {
        Reader { names, open: Vec::new(), saved: 0 }.filter(text)
    }

    /// Whether every issue is admitted.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Adds the terms of `other`: both must hold.
    pub fn and(&mut self, other: Self) {
        self.terms.extend(other.terms);
    }

    /// Issues in one of these states.
    pub fn state(states: Vec<StateRequest>) -> Self {
        Self::of(Test::State(states))
    }

    /// One term, as `key:value` in a filter, where the value may hold white space.
    pub fn key_value(key: &str, value: &str) -> Result<Self, Refusal> {
        Self::key_value_with(key, value, Names::default())
    }

    /// The same, where `names` tells who `me` is.
    pub fn key_value_with(key: &str, value: &str, names: Names<'_>) -> Result<Self, Refusal> {
        Ok(Self::of(Test::parse(key, value, names)?))
    }

    /// Issues that contain this text, whatever its case.
    pub fn text(text: &str) -> Self {
        Self::of(Test::Text(folded(text)))
    }

    fn of(test: Test) -> Self {
        Self { terms: vec![Term { negated: false, test }] }
    }

    /// Splits it in two: what an outline tells, and what takes the whole issue. Both must
    /// admit an issue.
    pub fn split(self) -> (Self, Self) {
        let (outlined, rest) = self.terms.into_iter().partition(|term| term.test.is_outlined());
        (Self { terms: outlined }, Self { terms: rest })
    }

    /// Whether an issue of which only the outline is known may be meant: terms that take more
    /// are left out. With `as_ready` it counts as ready, like in [`Self::admits_as_ready`].
    pub fn may_admit(&self, outline: &Outline, as_ready: bool) -> bool {
        let status = if as_ready { Status::Ready } else { outline.status() };
        self.holds_for(outline, status) != Some(false)
    }

    /// Whether all terms hold for an issue in this status, if an outline tells.
    fn holds_for(&self, outline: &Outline, status: Status) -> Option<bool> {
        let mut is_known = true;
        for term in &self.terms {
            match term.test.holds_for(outline, status) {
                Some(holds) if holds == term.negated => return Some(false),
                Some(_) => {}
                None => is_known = false,
            }
        }
        is_known.then_some(true)
    }

    /// Whether `issue` is meant.
    pub fn admits(&self, tracker: &Tracker, issue: &Issue) -> bool {
        self.terms.iter().all(|term| term.holds(tracker, issue))
    }

    /// Like [`Self::admits`] for an issue that counts as ready, whatever is stored: one
    /// whose claim has expired is still in progress.
    pub fn admits_as_ready(&self, tracker: &Tracker, issue: &Issue) -> bool {
        self.terms.iter().all(|term| match &term.test {
            Test::State(states) => states.iter().any(|state| state.matches(Status::Ready)) != term.negated,
            Test::All(filter) => filter.admits_as_ready(tracker, issue) != term.negated,
            _ => term.holds(tracker, issue),
        })
    }
}

impl FromStr for Filter {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

/// Reads a filter, and what its names stand for.
struct Reader<'a> {
    names: Names<'a>,
    /// The saved filters that are being read, the outermost first.
    open: Vec<FilterName>,
    /// How many were read.
    saved: usize,
}

impl Reader<'_> {
    fn filter(&mut self, text: &str) -> Result<Filter, Refusal> {
        let mut filter = Filter::default();
        let words = words(text)?;
        let plain = words.iter().map(|word| if word.quoted { "" } else { word.text.as_str() });
        check_operators(&plain.collect::<Vec<_>>())?;
        for word in words {
            match self.term(&word)? {
                Term { negated: false, test: Test::All(saved) } => filter.and(saved),
                term => filter.terms.push(term),
            }
        }
        Ok(filter)
    }

    fn term(&mut self, word: &Word) -> Result<Term, Refusal> {
        let (negated, text) = match word.text.strip_prefix('-') {
            Some(rest) if !word.quoted => (true, rest),
            _ => (false, word.text.as_str()),
        };
        let test = match (text.strip_prefix('@'), text.split_once(':')) {
            (Some(name), _) if !word.quoted => Test::All(self.saved(name)?),
            (_, Some((key, values))) if !word.quoted => Test::parse(key, values, self.names)?,
            _ => Test::Text(folded(text)),
        };
        Ok(Term { negated, test })
    }

    /// What a saved filter stands for.
    fn saved(&mut self, name: &str) -> Result<Filter, Refusal> {
        let unknown = || Refusal::FilterNotFound { name: name.to_owned() };
        let name = FilterName::parse(name).map_err(|_| unknown())?;
        if let Some(place) = self.open.iter().position(|open| *open == name) {
            return Err(Refusal::FilterCycle { path: [&self.open[place..], &[name]].concat() });
        }
        self.saved += 1;
        if self.saved > MOST_SAVED {
            let reason = format!("it stands for more than {MOST_SAVED} saved filters");
            return Err(Refusal::invalid("filter", reason));
        }
        let text = self.names.saved.and_then(|saved| saved.get(&name)).ok_or_else(unknown)?;
        self.open.push(name);
        let filter = self.filter(text)?;
        self.open.pop();
        Ok(filter)
    }
}

impl Term {
    fn holds(&self, tracker: &Tracker, issue: &Issue) -> bool {
        self.test.holds(tracker, issue) != self.negated
    }
}

impl Test {
    fn parse(key: &str, values: &str, names: Names<'_>) -> Result<Self, Refusal> {
        if values.split('|').any(str::is_empty) {
            return Err(Refusal::invalid("filter", format!("{key}: has an empty value")));
        }
        let values = values.split('|');
        Ok(match key {
            "state" | "status" => Self::State(values.map(str::parse).collect::<Result<_, _>>()?),
            "label" => Self::Label(values.map(|label| composed(label).into_owned()).collect()),
            "priority" => Self::Priority(values.map(str::parse).collect::<Result<_, _>>()?),
            "assignee" => {
                Self::Assignee(values.map(|value| assignee(value, names)).collect::<Result<_, _>>()?)
            }
            "type" => Self::Type(values.map(|one| composed(one).into_owned()).collect()),
            "gate" => Self::Gate(values.map(str::parse).collect::<Result<_, _>>()?),
            "claim" => Self::Claim(values.map(Hold::parse).collect::<Result<_, _>>()?),
            "has" => Self::parse_has(&values.collect::<Vec<_>>())?,
            _ => {
                let reason = format!(
                    "no key {key:?}; there are state, label, priority, assignee, type, gate, claim and has, \
                     and plain words search text"
                );
                return Err(Refusal::invalid("filter", reason));
            }
        })
    }

    fn parse_has(values: &[&str]) -> Result<Self, Refusal> {
        match values.iter().find(|value| **value != "conflict") {
            None => Ok(Self::Conflict),
            Some(other) => {
                let reason = format!("an issue may have a conflict (has:conflict), not {other:?}");
                Err(Refusal::invalid("filter", reason))
            }
        }
    }

    /// Whether an outline tells if it holds.
    fn is_outlined(&self) -> bool {
        match self {
            Self::State(_) | Self::Priority(_) | Self::Conflict => true,
            Self::All(filter) => filter.terms.iter().all(|term| term.test.is_outlined()),
            _ => false,
        }
    }

    /// Whether it holds for an issue in this status, if an outline tells.
    fn holds_for(&self, outline: &Outline, status: Status) -> Option<bool> {
        match self {
            Self::State(states) => Some(states.iter().any(|state| state.matches(status))),
            Self::Priority(priorities) => Some(priorities.contains(&outline.priority)),
            Self::Conflict => Some(outline.has_conflicts),
            Self::All(filter) => filter.holds_for(outline, status),
            _ => None,
        }
    }

    fn holds(&self, tracker: &Tracker, issue: &Issue) -> bool {
        match self {
            Self::State(_) | Self::Priority(_) | Self::Conflict => {
                let outline = tracker.outline(issue);
                self.holds_for(&outline, outline.status()).unwrap_or_default()
            }
            Self::Label(labels) => labels.iter().any(|label| has_label(issue, label)),
            Self::Assignee(assignees) => assignees.contains(&issue.assignee),
            Self::Type(types) => types.iter().any(|one| *one == composed(&issue.issue_type)),
            Self::Gate(keys) => keys.iter().any(|key| issue.gates.contains_key(key)),
            Self::Claim(holds) => holds.contains(&Hold::of(tracker, issue)),
            Self::All(filter) => filter.admits(tracker, issue),
            Self::Text(needle) => texts(issue).any(|text| folded(text).contains(needle)),
        }
    }
}

/// Whether an issue has a label, which is composed; what looks the same is the same.
fn has_label(issue: &Issue, label: &str) -> bool {
    issue.labels.contains(label)
        || (!label.is_ascii() && issue.labels.iter().any(|own| composed(own) == label))
}

fn texts(issue: &Issue) -> impl Iterator<Item = &str> {
    let comments = issue.comments.iter().map(|comment| comment.body.as_str());
    let context = issue.context.values().map(String::as_str);
    let labels = issue.labels.iter().map(String::as_str);
    [issue.title.as_str(), issue.description.as_str()]
        .into_iter()
        .chain(comments)
        .chain(context)
        .chain(labels)
}

/// An assignee as typed in a filter; `none` is nobody.
pub fn parse_assignee(text: &str) -> Result<Option<AgentId>, Refusal> {
    assignee(text, Names::default())
}

fn assignee(text: &str, names: Names<'_>) -> Result<Option<AgentId>, Refusal> {
    match (text, names.me) {
        ("none", _) => Ok(None),
        ("me", Some(me)) => Ok(Some(me.clone())),
        _ => AgentId::parse(text).map(Some),
    }
}

/// Refuses a word among `words` that looks as if it joined the terms around it, which no word does.
pub fn check_operators(words: &[&str]) -> Result<(), Refusal> {
    let last = words.len().saturating_sub(1);
    let joins = |(place, word): (usize, &&str)| {
        let lower = word.to_ascii_lowercase();
        let is_between = place > 0 && place < last;
        match lower.as_str() {
            "or" | "and" | "||" | "&&" | "|" => is_between,
            "not" => words.get(place + 1).is_some_and(|next| next.contains(':') || next.starts_with('@')),
            _ => false,
        }
    };
    let Some((_, word)) = words.iter().enumerate().find(|(place, word)| joins((*place, word))) else {
        return Ok(());
    };
    let reason = format!(
        "{word:?} joins nothing: all terms must hold; label:a|b is either value, -label:a is not, \
         and '\"{word}\"' in quotes is a word to be found"
    );
    Err(Refusal::invalid("filter", reason))
}

struct Word {
    text: String,
    /// Whether it began with a quote, so that `"a:b"` and `"-x"` are plain text.
    quoted: bool,
}

fn words(text: &str) -> Result<Vec<Word>, Refusal> {
    let mut words: Vec<Word> = Vec::new();
    let mut in_word = false;
    let mut in_quotes = false;
    for c in text.chars() {
        if c.is_whitespace() && !in_quotes {
            in_word = false;
            continue;
        }
        if !in_word {
            words.push(Word { text: String::new(), quoted: c == '"' });
            in_word = true;
        }
        if c == '"' {
            in_quotes = !in_quotes;
        } else if let Some(word) = words.last_mut() {
            word.text.push(c);
        }
    }
    if in_quotes {
        return Err(Refusal::invalid("filter", format!("{text:?} has a quote without its partner")));
    }
    words.retain(|word| word.quoted || !word.text.is_empty());
    Ok(words)
}

#[cfg(test)]
mod tests;
