//! Issues that were searched for, as JSON.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::issue::{Count, IssueObject};
use crate::model::search::{Excerpt, SearchQuery, Text, excerpts};
use crate::model::{Issue, Tracker};
use crate::ops::Selection;

/// An issue that was searched for: what an issue has, and what was found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "found_issue")]
struct FoundObject<'a> {
    #[serde(flatten)]
    issue: IssueObject<'a>,
    /// How well it answers, compared with others of the same answer: more is better.
    score: f64,
    /// The texts in which something was found, the title first; of many the first four.
    matches: Vec<MatchObject>,
}

impl<'a> FoundObject<'a> {
    fn new(tracker: &Tracker, issue: &'a Issue, query: &SearchQuery, score: f64) -> Self {
        let matches = excerpts(query, issue).into_iter().map(MatchObject::new).collect();
        Self { issue: IssueObject::new(tracker, issue), score, matches }
    }
}

/// A part of a text, and where in it something was found. Places are counted in Unicode
/// characters.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "match")]
struct MatchObject {
    /// What the text is.
    #[schemars(extend("enum" = ["title", "description", "comment", "context", "label"]))]
    field: &'static str,
    /// The id of the comment, or the key of the context.
    name: Option<String>,
    /// The part, on one line: white space is a space each.
    excerpt: String,
    /// Where in the text the part begins.
    start: usize,
    /// Whether the text goes on after it.
    cut: bool,
    /// Where in the part something was found.
    highlights: Vec<Highlight>,
}

/// A piece of a text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "highlight")]
struct Highlight {
    /// Its first character.
    start: usize,
    /// The character after its last.
    end: usize,
}

impl MatchObject {
    fn new(excerpt: Excerpt<'_>) -> Self {
        let (field, name) = match excerpt.text {
            Text::Title => ("title", None),
            Text::Description => ("description", None),
            Text::Comment(id) => ("comment", Some(id.to_string())),
            Text::Context(key) => ("context", Some(key.to_owned())),
            Text::Label => ("label", None),
        };
        let highlight = |Range { start, end }: Range<usize>| Highlight { start, end };
        Self {
            field,
            name,
            excerpt: excerpt.part,
            start: excerpt.start,
            cut: excerpt.is_cut,
            highlights: excerpt.places.into_iter().map(highlight).collect(),
        }
    }
}

/// Issues that were searched for, the best answers first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "found_list")]
pub(crate) struct FoundList<'a> {
    /// The issues.
    #[schemars(with = "Vec<FoundObject<'static>>")]
    issues: Described<'a>,
    /// How many.
    #[schemars(with = "usize")]
    count: Count,
}

/// Issues, each of which is read and described when it is written.
struct Described<'a> {
    query: &'a SearchQuery,
    found: &'a Selection<'a>,
    most: usize,
    written: Rc<Cell<usize>>,
}

impl<'a> FoundList<'a> {
    /// Describes what was found for `query`.
    pub(crate) fn read(query: &'a SearchQuery, found: &'a Selection<'a>) -> Self {
        Self::first(query, found, usize::MAX)
    }

    /// Describes the first `most` of it.
    pub(crate) fn first(query: &'a SearchQuery, found: &'a Selection<'a>, most: usize) -> Self {
        let written = Rc::new(Cell::new(0));
        Self { count: Count(Rc::clone(&written)), issues: Described { query, found, most, written } }
    }
}

impl Serialize for Described<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for portion in self.found.portions() {
            let left = self.most - self.written.get();
            for issue in portion.issues().take(left) {
                let score = self.found.score(issue.id);
                list.serialize_element(&FoundObject::new(&portion.tracker, issue, self.query, score))?;
                self.written.set(self.written.get() + 1);
            }
        }
        list.end()
    }
}
