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
mod tests {
    use super::super::saved::SavedFilters;
    use super::super::testing::{agent, at, draft, id, put, request, tracker};
    use super::super::{State, Tracker, claim};
    use super::*;

    fn sample() -> Tracker {
        let mut tracker = tracker(3, &[(1, 2)]);
        put(&mut tracker, 3, State::Done);
        let issue = tracker.issues.get_mut(&id(2)).unwrap();
        issue.title = "Login: -fix the Page".to_owned();
        issue.labels.insert("auth".to_owned());
        issue.priority = Priority::High;
        issue.assignee = Some(agent("one"));
        tracker
    }

    fn admitted(filter: &str) -> Vec<u128> {
        let tracker = sample();
        let filter = Filter::parse(filter).unwrap();
        (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect()
    }

    #[test]
    fn terms_are_joined_by_and_and_values_by_or() {
        assert_eq!(admitted(""), [1, 2, 3]);
        assert_eq!(admitted("state:ready"), [2]);
        assert_eq!(admitted("state:ready|backlog"), [1, 2]);
        assert_eq!(admitted("state:open"), [1, 2]);
        assert_eq!(admitted("state:open priority:high|critical"), [2]);
        assert_eq!(admitted("assignee:none"), [1, 3]);
        assert_eq!(admitted("assignee:agent:one label:auth type:task"), [2]);
        assert_eq!(admitted("-label:auth -state:done"), [1]);
    }

    #[test]
    fn words_that_would_join_terms_are_refused() {
        for bad in ["label:a or label:b", "a AND b", "not label:a", "x || y", "state:ready not @mine"] {
            let refusal = Filter::parse(bad).unwrap_err().to_string();
            assert!(refusal.contains("all terms must hold; label:a|b is either value"), "{bad}: {refusal}");
        }
        for good in ["or", "or else", "either or", "not found", "a \"or\" b", "and:x"] {
            assert!(Filter::parse(good).is_ok() || good == "and:x", "{good}");
        }
    }

    #[test]
    fn what_looks_the_same_is_admitted() {
        let mut tracker = sample();
        let issue = tracker.issues.get_mut(&id(2)).unwrap();
        issue.title = "Cafe\u{301}".to_owned();
        issue.labels.insert("e\u{301}".to_owned());
        for filter in ["caf\u{e9}", "CAFE\u{301}", "label:\u{e9}", "label:e\u{301}"] {
            let filter = Filter::parse(filter).unwrap();
            assert!(filter.admits(&tracker, &tracker.issues[&id(2)]), "{filter:?}");
            assert!(!filter.admits(&tracker, &tracker.issues[&id(1)]), "{filter:?}");
        }
    }

    #[test]
    fn a_claim_is_held_until_others_may_take_it_over() {
        let mut tracker = tracker(3, &[]);
        for (n, ttl) in [(1, Some(60)), (2, None)] {
            let mut draft = draft(tracker);
            claim::claim(&mut draft, id(n), request("one", ttl)).unwrap();
            tracker = draft.finish().tracker;
        }
        tracker.as_of = at(2000);
        let admitted = |filter: &str| -> Vec<u128> {
            let filter = Filter::parse(filter).unwrap();
            (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect()
        };
        assert_eq!(admitted("claim:expired"), [1]);
        assert_eq!(admitted("claim:held"), [2]);
        assert_eq!(admitted("claim:none|expired"), [1, 3]);
        assert_eq!(admitted("-claim:none"), [1, 2]);
    }

    #[test]
    fn plain_and_quoted_words_search_text_whatever_the_case() {
        assert_eq!(admitted("PAGE"), [2]);
        assert_eq!(admitted("\"the page\""), [2]);
        assert_eq!(admitted("\"login: -fix\""), [2]);
        assert_eq!(admitted("\"-fix\""), [2]);
        assert_eq!(admitted("-page"), [1, 3]);
    }

    fn saved(filters: &[(&str, &str)]) -> SavedFilters {
        let named = |(name, text): &(&str, &str)| (FilterName::parse(name).unwrap(), (*text).to_owned());
        filters.iter().map(named).collect()
    }

    fn admitted_with(filter: &str, filters: &[(&str, &str)]) -> Result<Vec<u128>, Refusal> {
        let (tracker, saved, me) = (sample(), saved(filters), agent("one"));
        let filter = Filter::parse_with(filter, Names { saved: Some(&saved), me: Some(&me) })?;
        let (outlined, rest) = filter.clone().split();
        let admitted: Vec<u128> =
            (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect();
        let in_two_steps = (1..=3).filter(|n| {
            let issue = &tracker.issues[&id(*n)];
            outlined.may_admit(&tracker.outline(issue), false) && rest.admits(&tracker, issue)
        });
        assert_eq!(in_two_steps.collect::<Vec<_>>(), admitted);
        Ok(admitted)
    }

    #[test]
    fn saved_filters_stand_for_what_they_say() {
        let filters = [("mine", "assignee:me state:open"), ("late", "-@mine priority:normal"), ("all", "")];
        let admitted = |filter: &str| admitted_with(filter, &filters).unwrap();
        assert_eq!(admitted("@mine"), [2]);
        assert_eq!(admitted("-@mine"), [1, 3]);
        assert_eq!(admitted("@late state:open"), [1]);
        assert_eq!(admitted("-@late"), [2]);
        assert_eq!(admitted("@all"), [1, 2, 3]);
        assert_eq!(admitted("-@all"), [0u128; 0]);
        assert_eq!(admitted("\"@mine\""), [0u128; 0], "quoted it is text");
        assert_eq!(admitted("assignee:me|none"), [1, 2, 3]);
    }

    #[test]
    fn names_that_stand_for_nothing_or_for_themselves_are_refused() {
        let filters = [("a", "@b"), ("b", "label:x @c"), ("c", "-@b"), ("d", "@gone")];
        let refusal = |filter: &str| admitted_with(filter, &filters).unwrap_err();
        assert_eq!(refusal("@d").to_string(), "no saved filter @gone");
        assert_eq!(refusal("@").to_string(), "no saved filter @");
        assert_eq!(refusal("@a").to_string(), "saved filter @b refers to itself: @b -> @c -> @b");
        assert_eq!(refusal("@a").code(), "filter_cycle");
    }

    #[test]
    fn names_that_multiply_are_refused_before_they_fill_the_memory() {
        let names: Vec<String> = ('a'..='z').map(String::from).collect();
        let doubled: Vec<String> = names
            .iter()
            .skip(1)
            .map(|next| format!("@{next} @{next}"))
            .chain(["label:x".to_owned()])
            .collect();
        let filters = names.iter().map(String::as_str).zip(doubled.iter().map(String::as_str));
        let refusal = admitted_with("@a", &filters.collect::<Vec<_>>()).unwrap_err();
        assert!(refusal.to_string().contains("more than 256 saved filters"), "{refusal}");
    }

    #[test]
    fn mistakes_are_named() {
        for bad in [
            "color:red",
            "has:claim",
            "has:conflict|x",
            "state:",
            "state:ready|",
            "priority:urgent",
            "assignee:me",
            "\"open",
            "gate:a/b",
            "claim:me",
        ] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }
}
