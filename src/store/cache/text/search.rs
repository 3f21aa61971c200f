//! Answering a search: by the index, and by the texts of what it does not know.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::lookup::{Damaged, Found, Index};
use super::{Opened, View, found, made};
use crate::model::search::{Clause, Corpus, SearchQuery, Tested, score};
use crate::model::{Issue, IssueId};

/// Issues that are read at once to look at their texts.
const PORTION: usize = 512;

impl View<'_, '_> {
    /// The issues that have all that `query` asks for, and how well each answers: the best first,
    /// of equally good ones as in lists.
    pub(crate) fn search(&self, query: &SearchQuery) -> Vec<(IssueId, f64)> {
        let answer = found(self).and_then(|opened| self.search_in(&opened, query).ok());
        let mut answer = answer
            .unwrap_or_else(|| self.search_in(&made(self), query).expect("an index in memory is whole"));
        answer.sort_by_cached_key(|(id, score)| (Reverse(Score(*score)), self.rank(*id)));
        answer
    }

    fn search_in(&self, opened: &Opened, query: &SearchQuery) -> Result<Vec<(IssueId, f64)>, Damaged> {
        let Opened { index, changed } = opened;
        let changed_issues = self.load(changed.iter().copied()).issues;
        let read: Vec<(&Issue, Vec<Tested>, u64)> = changed_issues
            .values()
            .map(|issue| {
                let (tested, length) = query.test(issue);
                (issue, tested, length)
            })
            .collect();
        let is_known = |place: u32| !changed.contains(&index.ids[place as usize]);
        let mut words = words(index, query)?;
        if !changed.is_empty() {
            words.iter_mut().flatten().for_each(|found| found.retain(|(place, _)| is_known(*place)));
        }
        let search = Search { corpus: corpus(opened, &read), counts: counts(&words, &read), query };
        let mut answer = Vec::new();
        let mut candidates = candidates(&words);
        exclude(index, query, &mut candidates)?;
        for places in candidates.chunks(PORTION) {
            answer.extend(self.scored(&search, index, &words, places));
        }
        let found = read
            .iter()
            .filter(|(issue, tested, _)| tested.iter().all(Tested::is_found) && !query.excludes(issue));
        answer.extend(found.map(|(issue, tested, length)| {
            (issue.id, search.score(*length, tested.iter().map(Tested::weight)))
        }));
        Ok(answer)
    }

    /// How well the issues at `places` answer, which have all words. Whether they stand in a row
    /// where they must, their texts say.
    fn scored(
        &self,
        search: &Search<'_>,
        index: &Index,
        words: &[Vec<Found>],
        places: &[u32],
    ) -> Vec<(IssueId, f64)> {
        let clauses = search.query.clauses();
        let id = |place: u32| index.ids[place as usize];
        let must_be_read = clauses.iter().chain(search.query.excluded()).any(|clause| clause.words.len() > 1);
        let read = if must_be_read {
            self.load(places.iter().map(|place| id(*place))).issues
        } else {
            BTreeMap::new()
        };
        let scored = |place: &u32| {
            let tested = if must_be_read {
                let issue = read.get(&id(*place)).filter(|issue| !search.query.excludes(issue))?;
                Some(search.query.test(issue).0)
            } else {
                None
            };
            let weight = |(number, clause): (usize, &Clause)| match &tested {
                Some(tested) if clause.words.len() > 1 => {
                    Some(&tested[number]).filter(|tested| tested.is_found()).map(Tested::weight)
                }
                _ => {
                    let found = &words[number][0];
                    let at = found.binary_search_by_key(place, |(place, _)| *place).ok()?;
                    Some(Clause::weight_of(found[at].1))
                }
            };
            let weights: Vec<f64> = clauses.iter().enumerate().map(weight).collect::<Option<_>>()?;
            Some((id(*place), search.score(index.lengths[*place as usize], weights)))
        };
        places.iter().filter_map(scored).collect()
    }
}

/// What answers are measured by.
struct Search<'q> {
    corpus: Corpus,
    /// How many issues have each word of each clause.
    counts: Vec<Vec<u64>>,
    query: &'q SearchQuery,
}

impl Search<'_> {
    fn score(&self, length: u64, weights: impl IntoIterator<Item = f64>) -> f64 {
        score(self.corpus, length, self.counts.iter().map(Vec::as_slice).zip(weights))
    }
}

/// Where each word of each clause is.
fn words(index: &Index, query: &SearchQuery) -> Result<Vec<Vec<Found>>, Damaged> {
    let clause = |clause: &Clause| -> Result<Vec<Found>, Damaged> {
        let words = clause.words.iter().enumerate();
        words.map(|(place, word)| index.find(word, clause.is_open_at(place))).collect()
    };
    query.clauses().iter().map(clause).collect()
}

/// Leaves out of `places` what has a word that must not be found; words that must not stand in a
/// row are a matter of the texts.
fn exclude(index: &Index, query: &SearchQuery, places: &mut Vec<u32>) -> Result<(), Damaged> {
    for clause in query.excluded().iter().filter(|clause| clause.words.len() == 1) {
        let found = index.find(&clause.words[0], clause.is_open)?;
        places.retain(|place| found.binary_search_by_key(place, |(place, _)| *place).is_err());
    }
    Ok(())
}

/// All issues there are: those that the index knows, and those that were read.
fn corpus(opened: &Opened, read: &[(&Issue, Vec<Tested>, u64)]) -> Corpus {
    let Opened { index, changed } = opened;
    let mut corpus = Corpus { issues: index.len() as u64, length: index.lengths.iter().sum() };
    if !changed.is_empty() {
        for (id, length) in index.ids.iter().zip(&index.lengths) {
            if changed.contains(id) {
                corpus.issues -= 1;
                corpus.length -= length;
            }
        }
    }
    corpus.issues += read.len() as u64;
    corpus.length += read.iter().map(|(_, _, length)| length).sum::<u64>();
    corpus
}

/// How many issues have each word.
fn counts(words: &[Vec<Found>], read: &[(&Issue, Vec<Tested>, u64)]) -> Vec<Vec<u64>> {
    let count = |clause: usize, word: usize| {
        let changed = read.iter().filter(|(_, tested, _)| tested[clause].has[word]).count();
        (words[clause][word].len() + changed) as u64
    };
    let counts = |clause: usize| (0..words[clause].len()).map(|word| count(clause, word)).collect();
    (0..words.len()).map(counts).collect()
}

/// The places of the issues that have all words.
fn candidates(words: &[Vec<Found>]) -> Vec<u32> {
    let mut all: Vec<&Found> = words.iter().flatten().collect();
    all.sort_by_key(|found| found.len());
    let Some((fewest, others)) = all.split_first() else { return Vec::new() };
    let has = |found: &Found, place: u32| found.binary_search_by_key(&place, |(place, _)| *place).is_ok();
    let places = fewest.iter().map(|(place, _)| *place);
    places.filter(|place| others.iter().all(|found| has(found, *place))).collect()
}

/// A score that can be compared: none is not a number.
#[derive(PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
