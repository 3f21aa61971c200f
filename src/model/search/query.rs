//! What a search asks for.

use super::rank::Frequency;
use super::texts::{Text, texts};
use super::words::for_each_word;
use crate::model::fold::is_accent;
use crate::model::{Issue, Refusal};

/// Words in a row; most often one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The words, in lower case; at least one.
    pub words: Vec<String>,
    /// Whether the last of them may be the beginning of a longer one.
    pub is_open: bool,
}

/// How a word is the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Exact,
    Longer,
}

/// What is to be found: all clauses; and what must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    clauses: Vec<Clause>,
    excluded: Vec<Clause>,
}

/// What of a clause, and of each of its words, is in an issue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tested {
    /// How often the whole clause is there, and how often with a longer word at its end.
    pub frequency: [Frequency; 2],
    /// Whether each word is there.
    pub has: Vec<bool>,
}

impl Tested {
    /// Whether the clause is there.
    pub fn is_found(&self) -> bool {
        self.frequency.iter().any(|frequency| !frequency.is_zero())
    }

    /// How much of the clause is there. A word that only begins as asked counts half.
    pub fn weight(&self) -> f64 {
        weight(self.frequency)
    }
}

/// How much of a clause there is, from how often it and how often a longer one is there.
#[expect(clippy::cast_precision_loss, reason = "no issue has 2^52 words")]
fn weight([exact, longer]: [Frequency; 2]) -> f64 {
    exact.weight() as f64 + longer.weight() as f64 / 2.0
}

impl Clause {
    /// How much of a clause of one word there is.
    pub fn weight_of(frequency: [Frequency; 2]) -> f64 {
        weight(frequency)
    }

    /// Whether the word at `place` may be longer than it is said.
    pub fn is_open_at(&self, place: usize) -> bool {
        self.is_open && place + 1 == self.words.len()
    }

    /// How `word` is the one at `place`, if it is.
    fn fit(&self, place: usize, word: &str) -> Option<Fit> {
        let wanted = self.words[place].as_str();
        match word.strip_prefix(wanted)? {
            "" => Some(Fit::Exact),
            _ => self.is_open_at(place).then_some(Fit::Longer),
        }
    }

    /// How it is at the beginning of `words`, if it is.
    fn begins(&self, words: &[String]) -> Option<Fit> {
        let words = words.get(..self.words.len())?;
        let fits = words.iter().enumerate().map(|(place, word)| self.fit(place, word));
        fits.collect::<Option<Vec<Fit>>>()?.pop()
    }
}

impl SearchQuery {
    /// Reads a search: words that must all be found, in quotes those that must stand in a row. One
    /// with `*` at its end may be the beginning of one, and so may the last, unless it is quoted or white
    /// space follows it. What has `-` before it must not be found.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut query = Self { clauses: Vec::new(), excluded: Vec::new() };
        let mut is_quoted = false;
        let mut is_excluded = false;
        let mut parts = text.split('"').peekable();
        while let Some(part) = parts.next() {
            if is_quoted && parts.peek().is_none() {
                let reason = format!("{text:?} has a quote without its partner");
                return Err(Refusal::invalid("search", reason));
            }
            if is_quoted {
                query.add(clause(part), is_excluded);
            } else {
                let is_last = parts.peek().is_none();
                query.add_words(part, is_last);
            }
            is_excluded =
                !is_quoted && part.split_whitespace().next_back() == Some("-") && part.ends_with('-');
            is_quoted = !is_quoted;
        }
        match (query.clauses.is_empty(), query.excluded.is_empty()) {
            (false, _) => Ok(query),
            (true, true) => Err(Refusal::invalid("search", format!("{text:?} has no word in it"))),
            (true, false) => {
                let reason = format!("{text:?} only says what must not be found; in quotes '-' is none");
                Err(Refusal::invalid("search", reason))
            }
        }
    }

    /// Adds the words of a part without quotes, of which the last may be the beginning of one if it
    /// `is_last` of all.
    fn add_words(&mut self, part: &str, is_last: bool) {
        let mut words = part.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let (wanted, is_excluded) = word.strip_prefix('-').map_or((word, false), |rest| (rest, true));
            let is_end = is_last && words.peek().is_none() && !is_excluded;
            let is_typed = |c: char| c.is_alphanumeric() || is_accent(c);
            let is_open = wanted.ends_with('*') || (is_end && part.ends_with(is_typed));
            self.add(clause(wanted).map(|clause| Clause { is_open, ..clause }), is_excluded);
        }
    }

    fn add(&mut self, clause: Option<Clause>, is_excluded: bool) {
        if is_excluded { self.excluded.extend(clause) } else { self.clauses.extend(clause) }
    }

    /// What must not be found.
    pub fn excluded(&self) -> &[Clause] {
        &self.excluded
    }

    /// Whether `issue` has something that must not be found.
    pub fn excludes(&self, issue: &Issue) -> bool {
        !self.excluded.is_empty()
            && texts(issue).any(|(_, text)| {
                let words = words_of(text);
                let begins = |at| self.excluded.iter().any(|clause| clause.begins(&words[at..]).is_some());
                (0..words.len()).any(begins)
            })
    }

    /// What must be found.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// What of each clause is in an issue, and how long its texts are, in words as they count.
    pub fn test(&self, issue: &Issue) -> (Vec<Tested>, u64) {
        let has = |clause: &Clause| vec![false; clause.words.len()];
        let mut tested: Vec<Tested> =
            self.clauses.iter().map(|clause| Tested { has: has(clause), ..Tested::default() }).collect();
        let mut length = Frequency::default();
        for (kind, text) in texts(issue) {
            let words = words_of(text);
            let count = |frequency: &mut Frequency, times: usize| {
                let times = u32::try_from(times).unwrap_or(u32::MAX);
                let field = if kind == Text::Title { &mut frequency.title } else { &mut frequency.body };
                *field = field.saturating_add(times);
            };
            count(&mut length, words.len());
            for (clause, tested) in self.clauses.iter().zip(&mut tested) {
                for at in 0..words.len() {
                    for (place, has) in tested.has.iter_mut().enumerate() {
                        *has |= clause.fit(place, &words[at]).is_some();
                    }
                    if let Some(fit) = clause.begins(&words[at..]) {
                        count(&mut tested.frequency[fit as usize], 1);
                    }
                }
            }
        }
        (tested, length.weight())
    }

    /// Where in `text` something is that was asked for, in bytes, first to last, apart from each
    /// other.
    pub fn places(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let (mut words, mut ranges) = (Vec::new(), Vec::new());
        for_each_word(text, |range, word| {
            words.push(word.to_owned());
            ranges.push(range);
        });
        let mut places: Vec<std::ops::Range<usize>> = Vec::new();
        for at in 0..words.len() {
            let longest = self.clauses.iter().filter(|clause| clause.begins(&words[at..]).is_some());
            let Some(count) = longest.map(|clause| clause.words.len()).max() else { continue };
            let place = ranges[at].start..ranges[at + count - 1].end;
            match places.last_mut() {
                Some(last) if last.end >= place.start => last.end = last.end.max(place.end),
                _ => places.push(place),
            }
        }
        places
    }
}

/// The words of `text` as one clause; none if there are none.
fn clause(text: &str) -> Option<Clause> {
    let words = words_of(text);
    (!words.is_empty()).then_some(Clause { words, is_open: false })
}

fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |_, word| words.push(word.to_owned()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{id, tracker};

    fn clauses(text: &str) -> Vec<String> {
        let query = SearchQuery::parse(text).unwrap();
        let shown = |clause: &Clause| clause.words.join(" ") + if clause.is_open { "*" } else { "" };
        query.clauses.iter().map(shown).collect()
    }

    #[test]
    fn words_must_all_be_found_and_quoted_ones_in_a_row() {
        assert_eq!(clauses("Rate limit"), ["rate", "limit*"]);
        assert_eq!(clauses("\"rate limit\" login"), ["rate limit", "login*"]);
        assert_eq!(clauses("login \"Rate, limit\""), ["login", "rate limit"]);
        assert_eq!(clauses("user_id "), ["user id"]);
        assert_eq!(clauses("user_i"), ["user i*"]);
        assert_eq!(clauses("a\"b\"c"), ["a", "b", "c*"]);
    }

    #[test]
    fn words_may_be_excluded_and_beginnings_asked_for() {
        assert_eq!(clauses("qu* fox"), ["qu*", "fox*"]);
        assert_eq!(clauses("quick -brown -\"lazy dog\""), ["quick"]);
        assert_eq!(clauses("cafe\u{301}"), ["caf\u{e9}*"]);
        let excluded = |text: &str| SearchQuery::parse(text).unwrap().excluded;
        let words =
            |text: &str| excluded(text).into_iter().map(|clause| clause.words.join(" ")).collect::<Vec<_>>();
        assert_eq!(words("quick -brown -\"lazy dog\" rate-limit"), ["brown", "lazy dog"]);
        assert!(excluded("a -b* c")[0].is_open && !excluded("a -b")[0].is_open);
        let refused = SearchQuery::parse("-brown").unwrap_err().to_string();
        assert!(refused.contains("only says what must not be found"), "{refused}");
    }

    #[test]
    fn a_search_for_nothing_is_refused() {
        for bad in ["", " ", "\"\"", "--", "…", "\"open", "a \"b"] {
            assert_eq!(SearchQuery::parse(bad).unwrap_err().code(), "invalid_value", "{bad}");
        }
    }

    #[test]
    fn an_issue_is_tested_in_all_its_texts() {
        let mut tracker = tracker(1, &[]);
        let issue = tracker.issues.get_mut(&id(1)).unwrap();
        issue.title = "Limit the rate".to_owned();
        issue.description = "A rate-limit, or rate limits".to_owned();
        issue.labels.insert("rate".to_owned());
        let query = SearchQuery::parse("rate \"rate limit\" lim").unwrap();
        let (tested, length) = query.test(issue);
        let body = |body| Frequency { title: 0, body };
        assert_eq!(tested[0].frequency, [Frequency { title: 1, body: 3 }, body(0)]);
        assert_eq!((tested[1].frequency, &tested[1].has), ([body(1), body(0)], &vec![true, true]));
        assert_eq!(tested[2].frequency, [body(0), Frequency { title: 1, body: 2 }]);
        assert_eq!(length, 3 * 4 + 6 + 1);
        assert!(tested[0].weight() > tested[2].weight());
    }

    #[test]
    fn places_are_where_it_was_found() {
        let places = |query: &str, text: &str| {
            let query = SearchQuery::parse(query).unwrap();
            query.places(text).into_iter().map(|place| text[place].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            places("\"rate limit\" log", "Rate  Limit for Logins, no rate"),
            ["Rate  Limit", "Logins"]
        );
        assert_eq!(places("\"a b\" \"b c\"", "a b c d"), ["a b c"]);
        assert_eq!(places("ä", "Ära ä"), ["Ära", "ä"]);
        assert_eq!(places("x", "y"), [""; 0]);
    }
}
