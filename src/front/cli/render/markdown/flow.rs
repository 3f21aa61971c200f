//! Styled text in lines of some width.

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

use crate::front::cli::render::text::paint;

/// A run of text in one style.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) style: Style,
    /// Whether lines end nowhere within it.
    pub(super) is_whole: bool,
}

/// A character, the piece that it is of, and whether a line may end instead of it.
type Cell = (char, usize, bool);

/// `pieces` in lines of so many columns. Lines end at blanks and beside wide characters, so that a
/// word that is too long stays in one piece; the terminal parts it, and it is copied as one.
pub(super) fn lines(pieces: &[Piece], width: usize) -> Vec<String> {
    let cells = pieces.iter().enumerate().flat_map(|(number, piece)| {
        piece.text.chars().map(move |c| (c, number, c == ' ' && !piece.is_whole))
    });
    let mut lines = Vec::new();
    let (mut line, mut gap, mut word) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        if cell.2 {
            place(&mut lines, &mut line, &mut gap, &mut word, width);
            gap.push(cell);
            continue;
        }
        if word.last().is_some_and(|last| is_wide(last) || is_wide(&cell)) {
            place(&mut lines, &mut line, &mut gap, &mut word, width);
        }
        word.push(cell);
    }
    place(&mut lines, &mut line, &mut gap, &mut word, width);
    lines.push(line);
    lines.iter().map(|line| painted(pieces, line)).collect()
}

/// Ends a word: it goes into the line, or into the next where there is no room.
fn place(
    lines: &mut Vec<Vec<Cell>>,
    line: &mut Vec<Cell>,
    gap: &mut Vec<Cell>,
    word: &mut Vec<Cell>,
    width: usize,
) {
    if word.is_empty() {
        return;
    }
    if !line.is_empty() && columns(line) + columns(gap) + columns(word) > width {
        lines.push(std::mem::take(line));
        gap.clear();
    }
    line.append(gap);
    line.append(word);
}

fn is_wide(cell: &Cell) -> bool {
    cell.0.width() == Some(2)
}

fn columns(cells: &[Cell]) -> usize {
    cells.iter().map(|(c, ..)| c.width().unwrap_or(0)).sum()
}

/// How many columns `pieces` take in one line.
pub(super) fn width(pieces: &[Piece]) -> usize {
    pieces.iter().flat_map(|piece| piece.text.chars()).map(|c| c.width().unwrap_or(0)).sum()
}

/// A line of text as it was written, in lines of so many columns that begin below each other.
#[cfg(feature = "board")]
pub(super) fn plain(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start();
    let indent = " ".repeat((line.len() - text.len()).min(width / 2));
    let piece = Piece { text: text.trim_end().to_owned(), style: Style::new(), is_whole: false };
    let parts = lines(&[piece], width - indent.len());
    parts.into_iter().map(|part| if part.is_empty() { part } else { format!("{indent}{part}") }).collect()
}

fn painted(pieces: &[Piece], line: &[Cell]) -> String {
    let mut text = String::new();
    for run in line.chunk_by(|one, next| one.1 == next.1) {
        let style = run.first().map_or(Style::new(), |cell| pieces[cell.1].style);
        let run: String = run.iter().map(|(c, ..)| c).collect();
        if style.is_plain() {
            text.push_str(&run);
        } else {
            text.push_str(&paint(style, &run));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, is_whole: bool) -> Piece {
        Piece { text: text.to_owned(), style: Style::new(), is_whole }
    }

    #[test]
    fn lines_end_at_blanks_only() {
        assert_eq!(lines(&[piece("  one two  three", false)], 9), ["  one two", "three"]);
        assert_eq!(
            lines(&[piece("see ", false), piece("rm -rf x", true), piece(", now", false)], 10),
            ["see", "rm -rf x,", "now"]
        );
        assert_eq!(
            lines(&[piece("a https://example.org/long b", false)], 8),
            ["a", "https://example.org/long", "b"]
        );
    }

    #[test]
    fn wide_characters_need_no_blanks() {
        assert_eq!(lines(&[piece("宽宽宽宽ab宽", false)], 6), ["宽宽宽", "宽ab宽"]);
    }

    #[cfg(feature = "board")]
    #[test]
    fn plain_lines_keep_their_indent() {
        assert_eq!(plain("    one two three", 12), ["    one two", "    three"]);
        assert_eq!(plain("", 12), [""]);
    }
}
