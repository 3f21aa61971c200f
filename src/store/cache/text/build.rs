//! Making an index.

use std::collections::HashMap;

use super::super::view::View;
use super::format::{self, BLOCK, Block, Head, Part};
use crate::model::search::{Frequency, Text, for_each_word, texts};
use crate::model::{Damage, Issue, IssueId};

/// The words of all issues seen so far.
#[derive(Default)]
struct Draft {
    ids: Vec<u8>,
    lengths: Vec<u8>,
    issues: u32,
    words: HashMap<Box<str>, Postings>,
    /// The words of one issue, one after the other, and where each ends and whether the title has it.
    letters: String,
    seen: Vec<(usize, usize, bool)>,
}

/// Where a word is.
#[derive(Default)]
struct Postings {
    bytes: Vec<u8>,
    last: u32,
}

/// The bytes of the index of all issues of `view`.
pub(super) fn build(view: &View<'_, '_>) -> Vec<u8> {
    let mut draft = Draft::default();
    let task = view.snapshot.repo().progress.begin("indexing issues", None);
    view.for_each_issue(|issue| {
        draft.add(issue);
        task.advance(1);
    });
    let unread = view.damaged.iter().filter_map(Damage::issue);
    let tree = view.snapshot.issues_tree();
    draft.finish(tree.as_ref().map_or(&[], |tree| tree.as_slice()), unread)
}

impl Draft {
    fn add(&mut self, issue: &Issue) {
        self.letters.clear();
        self.seen.clear();
        let mut length = Frequency::default();
        for (kind, text) in texts(issue) {
            let is_title = kind == Text::Title;
            for_each_word(text, |_, word| {
                let start = self.letters.len();
                self.letters.push_str(word);
                self.seen.push((start, self.letters.len(), is_title));
                count(&mut length, is_title);
            });
        }
        let letters = &self.letters;
        let word = |(start, end, _): &(usize, usize, bool)| &letters[*start..*end];
        self.seen.sort_unstable_by(|one, other| word(one).cmp(word(other)));
        for same in self.seen.chunk_by(|one, other| word(one) == word(other)) {
            let mut frequency = Frequency::default();
            for (_, _, is_title) in same {
                count(&mut frequency, *is_title);
            }
            let word = word(&same[0]);
            if let Some(postings) = self.words.get_mut(word) {
                postings.push(self.issues, frequency);
            } else {
                self.words.entry(word.into()).or_default().push(self.issues, frequency);
            }
        }
        self.ids.extend(issue.id.uuid().as_bytes());
        self.lengths.extend(length.weight().to_le_bytes());
        self.issues += 1;
    }

    fn finish(self, tree: &[u8], unread: impl Iterator<Item = IssueId>) -> Vec<u8> {
        let mut words: Vec<(Box<str>, Postings)> = self.words.into_iter().collect();
        words.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut bytes = Vec::new();
        let mut parts = Vec::with_capacity(words.len());
        for (word, postings) in &mut words {
            let postings = std::mem::take(&mut postings.bytes);
            parts.push((&**word, Part::of(&postings, bytes.len())));
            bytes.extend(postings);
        }
        let mut blocks = Vec::new();
        for block in parts.chunks(BLOCK) {
            let block: Block<'_> = block.to_vec();
            let encoded = encoded(&block);
            blocks.push((block[0].0, Part::of(&encoded, bytes.len())));
            bytes.extend(encoded);
        }
        let head = encoded(&Head {
            tree,
            unread: unread.map(|id| id.uuid().into_bytes()).collect(),
            ids: &self.ids,
            lengths: &self.lengths,
            blocks,
        });
        let trailer = format::trailer(&head);
        bytes.extend(head);
        bytes.extend(trailer);
        bytes
    }
}

impl Postings {
    fn push(&mut self, at: u32, frequency: Frequency) {
        format::push_posting(&mut self.bytes, at - self.last, frequency);
        self.last = at;
    }
}

fn count(frequency: &mut Frequency, is_title: bool) {
    let field = if is_title { &mut frequency.title } else { &mut frequency.body };
    *field = field.saturating_add(1);
}

fn encoded(value: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("a vector takes any number of bytes")
}
