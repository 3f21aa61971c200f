//! Full-text search: what words are, what a search asks for, and how well an issue answers it.
//!
//! All words must be found, and the better an issue answers the earlier it comes. How well is
//! told by BM25 over all texts of an issue, in which what the title says counts more.

mod excerpt;
mod query;
mod rank;
mod texts;
mod words;

pub use excerpt::{Excerpt, excerpts};
pub use query::{Clause, SearchQuery, Tested};
pub use rank::{Corpus, Frequency, score};
pub use texts::{Text, texts};
pub use words::for_each_word;
