//! Markdown as a terminal shows it.
//!
//! It is read as `CommonMark` with tables and strikethrough. Only the marks of emphasis, inline code
//! and headings give way to styles; all other text is shown as it was written, which
//! [`document`] sees to by one cursor that never skips anything unseen.

mod document;
mod flow;
mod marks;
mod table;

use super::text::clean_block;

/// Columns below which nothing is laid out any more.
const LEAST: usize = 8;
/// Columns beyond which lines are hard to read.
const MOST: usize = 100;
/// Bytes beyond which a text is shown as it was written.
const MAX_BYTES: usize = 256 << 10;

/// How texts that people wrote are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prose {
    /// As they were written.
    Raw,
    /// As they were written, in so many columns: for what shows no styles.
    #[cfg(feature = "board")]
    Plain(usize),
    /// As Markdown, in so many columns.
    Markdown(usize),
}

impl Prose {
    /// The same, in fewer columns.
    pub(crate) fn narrower(self, columns: usize) -> Self {
        match self {
            Self::Raw => Self::Raw,
            #[cfg(feature = "board")]
            Self::Plain(width) => Self::Plain(width.saturating_sub(columns)),
            Self::Markdown(width) => Self::Markdown(width.saturating_sub(columns)),
        }
    }

    /// The lines of `text`, without anything that a terminal would obey but styles.
    pub(crate) fn lines(self, text: &str) -> Vec<String> {
        let clean = clean_block(text);
        let clean = clean.trim_end();
        match self {
            Self::Markdown(width) if clean.len() <= MAX_BYTES => document::lines(clean, columns(width)),
            #[cfg(feature = "board")]
            Self::Plain(width) => clean.lines().flat_map(|line| flow::plain(line, columns(width))).collect(),
            Self::Raw | Self::Markdown(_) => clean.lines().map(str::to_owned).collect(),
        }
    }
}

fn columns(width: usize) -> usize {
    width.clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests;
