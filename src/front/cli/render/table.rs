//! Columns of plain text.

use std::borrow::Cow;

use comfy_table::{ColumnConstraint, Row, Table, Width, presets};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text::{HEADING, joined, paint};

/// The most columns of a terminal that a cell gets, but in the last column.
const WIDEST: usize = 28;
/// What a cell of more gets at least; a terminal with less room loses columns.
const NARROWEST: usize = 8;
/// Spaces between two columns.
const GAP: u16 = 2;
const GAP_COLUMNS: usize = GAP as usize;
/// Rows that are laid out at once.
const PORTION: usize = 1024;
/// Cells are cut anywhere: this is in no text that is clean.
const NO_DELIMITER: char = '\0';

/// Rows under `header`, each one line, without borders. On a terminal of `width` columns
/// long cells are cut, and columns that have no room are left out; elsewhere nothing is. Cells
/// must be clean.
pub(super) fn lines<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> Vec<String> {
    let header = header.map(str::to_owned).to_vec();
    lay_out(header, rows.into_iter().map(Vec::from).collect(), width).into_lines().collect()
}

/// The same as text whose header stands out; empty if there are no rows.
pub(super) fn titled<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> String {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return String::new();
    }
    let mut lines = lines(header, rows, width);
    if let Some(header) = lines.first_mut() {
        *header = paint(HEADING, header);
    }
    joined(&lines)
}

/// A table that is laid out.
pub(super) struct Laid {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The columns that have room, and how wide each is.
    columns: Vec<(usize, usize)>,
    /// Whether the last column is as wide as it is.
    is_open: bool,
}

/// Lays the rows out, as [`lines`] does.
pub(super) fn lay_out(header: Vec<String>, rows: Vec<Vec<String>>, width: Option<usize>) -> Laid {
    let mut contents: Vec<usize> = header.iter().map(|cell| columns(cell)).collect();
    for row in &rows {
        for (most, cell) in contents.iter_mut().zip(row) {
            *most = (*most).max(columns(cell));
        }
    }
    let columns = match width {
        Some(width) => fitted(&contents, width.max(1)),
        None => contents.into_iter().enumerate().collect(),
    };
    Laid { header, rows, columns, is_open: width.is_none() }
}

/// Which columns have room in `width`, and how wide each is.
fn fitted(contents: &[usize], width: usize) -> Vec<(usize, usize)> {
    let last = contents.len().saturating_sub(1);
    let mut shown: Vec<(usize, usize)> = contents.iter().copied().enumerate().collect();
    let gaps = |shown: &[(usize, usize)]| GAP_COLUMNS * shown.len().saturating_sub(1);
    let least = |content: usize| content.min(NARROWEST);
    let needed =
        |shown: &[(usize, usize)]| shown.iter().map(|(_, width)| least(*width)).sum::<usize>() + gaps(shown);
    // The first column says what a row is about, and the last most of it.
    while shown.len() > 1 && needed(&shown) > width {
        shown.remove(if shown.len() > 2 { shown.len() - 2 } else { 1 });
    }
    for (column, content) in &mut shown {
        *content = if *column == last { *content } else { (*content).min(WIDEST) };
    }
    let room = width.saturating_sub(gaps(&shown));
    let wanted =
        |most: usize| shown.iter().map(|(_, width)| (*width).min(most.max(least(*width)))).sum::<usize>();
    // What is widest gives way first.
    let most = (1..=width).rev().find(|most| wanted(*most) <= room).unwrap_or(1);
    if let [only] = shown.as_mut_slice() {
        only.1 = only.1.min(width);
    }
    shown.iter().map(|(column, width)| (*column, (*width).min(most.max(least(*width))))).collect()
}

impl Laid {
    /// Where a column begins, in columns of a terminal; none if it has no room.
    pub(super) fn start(&self, column: usize) -> Option<usize> {
        let place = self.columns.iter().position(|(shown, _)| *shown == column)?;
        Some(self.columns[..place].iter().map(|(_, width)| width + GAP_COLUMNS).sum())
    }

    /// The lines. Rows are laid out a portion at a time: a table takes far more memory than
    /// its rows.
    pub(super) fn into_lines(self) -> impl Iterator<Item = String> {
        let Self { header, rows, columns, is_open } = self;
        let mut rows = rows.into_iter();
        let mut first = true;
        let portions = std::iter::from_fn(move || {
            let portion: Vec<Vec<String>> = rows.by_ref().take(PORTION).collect();
            if portion.is_empty() && !first {
                return None;
            }
            let table = table(&header, portion, &columns, is_open);
            let lines = table.lines().map(|line| line.trim_end().to_owned());
            let lines: Vec<String> = lines.skip(usize::from(!first)).collect();
            first = false;
            Some(lines)
        });
        portions.flatten()
    }
}

fn table(header: &[String], rows: Vec<Vec<String>>, columns: &[(usize, usize)], is_open: bool) -> Table {
    let is_whole = columns.len() == header.len();
    let shown = |mut cells: Vec<String>| {
        if is_whole {
            return one_line(cells);
        }
        one_line(columns.iter().map(|(column, _)| std::mem::take(&mut cells[*column])).collect())
    };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_delimiter(NO_DELIMITER).set_header(shown(header.to_vec()));
    table.add_rows(rows.into_iter().map(shown));
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    // Without a width the last column is as wide as it is in each portion: nothing stands after it.
    let fixed = columns.len() - usize::from(is_open);
    let width = |width: usize| Width::Fixed(u16::try_from(width + GAP_COLUMNS).unwrap_or(u16::MAX));
    let widths = columns[..fixed].iter().map(|(_, content)| ColumnConstraint::Absolute(width(*content)));
    table.set_constraints(widths);
    table
}

fn one_line(cells: Vec<String>) -> Row {
    let mut row = Row::from(cells);
    row.max_height(1);
    row
}

/// The columns of a terminal that `text` takes.
pub(super) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Where column `column` of a terminal begins in `line`.
pub(super) fn byte_at(line: &str, column: usize) -> Option<usize> {
    if line.as_bytes().get(..column).is_some_and(<[u8]>::is_ascii) {
        return Some(column);
    }
    line.char_indices().map(|(at, _)| at).find(|at| columns(&line[..*at]) == column)
}

/// `line` cut to `width` columns if given.
pub(super) fn cut(line: &str, width: Option<usize>) -> Cow<'_, str> {
    let Some(width) = width.filter(|width| columns(line) > *width) else { return Cow::Borrowed(line) };
    if width == 0 {
        return Cow::Borrowed("");
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += UnicodeWidthChar::width(*c).unwrap_or(0);
        used <= width
    };
    let kept: String = line.chars().take_while(fits).collect();
    Cow::Owned(kept + "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(left: &str, right: &str) -> [String; 2] {
        [left.to_owned(), right.to_owned()]
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let rows = [row("äö", "x"), row("名前", "y"), row("", "z")];
        assert_eq!(lines(["A", "B"], rows, None), ["A     B", "äö    x", "名前  y", "      z"]);
    }

    #[test]
    fn the_last_column_is_cut_to_fit_a_terminal() {
        let rows = || [row("ab", &"title ".repeat(10)), row("cd", "short")];
        let fitted = lines(["A", "B"], rows(), Some(20));
        assert_eq!(fitted, ["A   B", "ab  title title tit…", "cd  short"]);
        assert_eq!(lines(["A", "B"], rows(), None)[1].len(), 4 + 59);
    }

    #[test]
    fn a_long_table_is_aligned_all_the_way() {
        for width in [None, Some(30)] {
            let mut rows: Vec<_> = (0..3 * PORTION).map(|n| row(&n.to_string(), "title")).collect();
            rows.push(row("the widest of all", "name"));
            let lines = lines(["A", "B"], rows, width);
            assert_eq!(lines.len(), 3 * PORTION + 2);
            assert_eq!(lines[0], "A                  B");
            assert!(lines[1..=3 * PORTION].iter().all(|line| &line[17..] == "  title"), "{width:?}");
            assert_eq!(lines.last().unwrap(), "the widest of all  name");
        }
    }

    #[test]
    fn a_row_stays_one_line_on_any_terminal() {
        for width in [0, 1, 5, 40, usize::MAX] {
            let rows = [row(&"a".repeat(200), &"b c".repeat(200))];
            assert_eq!(lines(["A", "B"], rows, Some(width)).len(), 2, "{width}");
        }
        let rows = [row("longer than the widest table", &"y".repeat(70_000))];
        assert_eq!(lines(["A", "B"], rows, None).len(), 2);
    }
}
