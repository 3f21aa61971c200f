//! Columns of plain text.

use comfy_table::{ColumnConstraint, Row, Table, Width, presets};
use unicode_width::UnicodeWidthStr;

/// The most columns of a terminal that a cell gets, but in the last column.
const WIDEST: usize = 28;
/// The fewest columns of a terminal that the last cell gets, however narrow it is.
const NARROWEST: usize = 12;
/// Spaces between two columns.
const GAP: u16 = 2;
const GAP_COLUMNS: usize = GAP as usize;
/// Rows that are laid out at once.
const PORTION: usize = 1024;
/// Cells are cut anywhere: this is in no text that is clean.
const NO_DELIMITER: char = '\0';

/// Rows under `header`, each one line, without borders. On a terminal of `width` columns
/// long cells are cut; elsewhere they never are. Cells must be clean.
pub(super) fn lines<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> Vec<String> {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    lines_of(header, rows, width).collect()
}

/// The same, of rows that are laid out a portion at a time: a table takes far more memory than
/// its rows.
pub(super) fn lines_of<const N: usize>(
    header: [&str; N],
    rows: Vec<[String; N]>,
    width: Option<usize>,
) -> impl Iterator<Item = String> {
    let constraints = constraints(header, &rows, width);
    let mut rows = rows.into_iter();
    let mut first = true;
    let portions = std::iter::from_fn(move || {
        let portion: Vec<[String; N]> = rows.by_ref().take(PORTION).collect();
        if portion.is_empty() && !first {
            return None;
        }
        let mut table = table(header, portion);
        table.set_constraints(constraints.iter().copied());
        let lines = table.lines().map(|line| line.trim_end().to_owned());
        let lines: Vec<String> = lines.skip(usize::from(!first)).collect();
        first = false;
        Some(lines)
    });
    portions.flatten()
}

fn table<const N: usize>(header: [&str; N], rows: Vec<[String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_delimiter(NO_DELIMITER).set_header(one_line(header));
    table.add_rows(rows.into_iter().map(one_line));
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table
}

fn one_line<const N: usize, T: ToString>(cells: [T; N]) -> Row {
    let mut row = Row::from(cells);
    row.max_height(1);
    row
}

/// How wide each column is, the same in all portions.
fn constraints<const N: usize>(
    header: [&str; N],
    rows: &[[String; N]],
    width: Option<usize>,
) -> Vec<ColumnConstraint> {
    let mut contents = header.map(columns);
    for row in rows {
        for (most, cell) in contents.iter_mut().zip(row) {
            *most = (*most).max(columns(cell));
        }
    }
    let Some((last, others)) = contents.split_last() else { return Vec::new() };
    let most = if width.is_some() { WIDEST } else { usize::MAX };
    let others: Vec<usize> = others.iter().map(|content| (*content).min(most) + GAP_COLUMNS).collect();
    let mut widths = others.clone();
    if let Some(width) = width {
        // The last column gets what the others leave.
        let left = width.saturating_sub(others.iter().sum()).max(NARROWEST);
        widths.push((*last).min(left) + GAP_COLUMNS);
    }
    // Without one the last column is as wide as it is in each portion: nothing stands after it.
    let fixed = |width| ColumnConstraint::Absolute(Width::Fixed(u16::try_from(width).unwrap_or(u16::MAX)));
    widths.into_iter().map(fixed).collect()
}

/// The columns of a terminal that `text` takes.
fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
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
