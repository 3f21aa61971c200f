//! Markdown as a terminal shows it.

use termimad::{CompoundStyle, MadSkin, crossterm::style::Attribute};

use super::text::clean_block;

/// Columns below which nothing is laid out any more.
const LEAST: usize = 20;
/// Columns beyond which lines are hard to read.
const MOST: usize = 100;
/// Bytes beyond which a text is shown as it was written.
const MAX_BYTES: usize = 256 << 10;

/// How texts that people wrote are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prose {
    /// As they were written.
    Raw,
    /// As Markdown, in so many columns.
    Markdown(usize),
}

impl Prose {
    /// The same, in fewer columns.
    pub(crate) fn narrower(self, columns: usize) -> Self {
        match self {
            Self::Raw => Self::Raw,
            Self::Markdown(width) => Self::Markdown(width.saturating_sub(columns)),
        }
    }

    /// The lines of `text`, without anything that a terminal would obey but styles.
    pub(crate) fn lines(self, text: &str) -> Vec<String> {
        let clean = clean_block(text);
        let clean = clean.trim_end();
        match self {
            Self::Markdown(width) if clean.len() <= MAX_BYTES => {
                let shown = skin().text(clean, Some(width.clamp(LEAST, MOST))).to_string();
                shown.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
            }
            Self::Raw | Self::Markdown(_) => clean.lines().map(str::to_owned).collect(),
        }
    }
}

/// Bold, italics and underlines only: colours are for states.
fn skin() -> MadSkin {
    let mut skin = MadSkin::no_style();
    let with = |attribute| CompoundStyle::with_attr(attribute);
    skin.bold = with(Attribute::Bold);
    skin.italic = with(Attribute::Italic);
    skin.strikeout = with(Attribute::CrossedOut);
    skin.inline_code = with(Attribute::Dim);
    skin.code_block.compound_style = with(Attribute::Dim);
    for header in &mut skin.headers {
        header.compound_style = with(Attribute::Bold);
        header.align = termimad::Alignment::Left;
    }
    skin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, width: usize) -> Vec<String> {
        let strip = |line: &String| anstream::adapter::strip_str(line).to_string();
        Prose::Markdown(width).lines(text).iter().map(strip).collect()
    }

    #[test]
    fn marks_become_what_they_mean() {
        assert_eq!(plain("# Plan\n\n- one\n- *two*\n", 40), ["Plan", "", "- one", "- two"]);
        assert!(plain(&"word ".repeat(20), 30).iter().all(|line| line.len() <= 30));
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(plain("a \u{1b}]0;x\u{7} b", 60), ["a \\u{1b}]0;x\\u{7} b"]);
    }

    #[test]
    fn nothing_is_too_narrow_or_too_odd() {
        let odd = "| a | b |\n|---|\n| 1 |\n```\nopen\n> > # - * _x\n1) \u{1f600}é\n****\n[](\n|||\n";
        for width in [0, 1, 3, 19, 20, 21, 80, 1000] {
            plain(odd, width);
            plain("", width);
            plain(&"x".repeat(300), width);
        }
    }

    #[test]
    fn what_is_raw_is_as_it_was_written() {
        assert_eq!(Prose::Raw.lines("# a\n\n**b**\n"), ["# a", "", "**b**"]);
        assert_eq!(Prose::Raw.narrower(4), Prose::Raw);
    }
}
