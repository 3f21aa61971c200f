//! Columns of plain text.

use comfy_table::{ColumnConstraint, Row, Table, Width, presets};

/// The most columns of a terminal that a cell gets, but in the last column.
const WIDEST: u16 = 28;
/// The fewest columns of a terminal that the last cell gets, however narrow it is.
const NARROWEST: usize = 12;
/// Spaces between two columns.
const GAP: u16 = 2;
/// Cells are cut anywhere: this is in no text that is clean.
const NO_DELIMITER: char = '\0';

/// Rows under `header`, each one line, without borders. On a terminal of `width` columns
/// long cells are cut; elsewhere they never are. Cells must be clean.
pub(super) fn lines<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_delimiter(NO_DELIMITER).set_header(one_line(header));
    table.add_rows(rows.into_iter().map(one_line));
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    if let Some(width) = width {
        table.set_constraints(limits(&table.column_max_content_widths(), width));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn one_line<const N: usize, T: ToString>(cells: [T; N]) -> Row {
    let mut row = Row::from(cells);
    row.max_height(1);
    row
}

/// The last column gets what the others leave.
fn limits(contents: &[u16], width: usize) -> Vec<ColumnConstraint> {
    let Some((_, others)) = contents.split_last() else { return Vec::new() };
    let others: Vec<u16> = others.iter().map(|content| (*content).min(WIDEST) + GAP).collect();
    let used: usize = others.iter().copied().map(usize::from).sum();
    let last = width.saturating_sub(used).max(NARROWEST) + usize::from(GAP);
    let last = u16::try_from(last).unwrap_or(u16::MAX);
    let limit = |width| ColumnConstraint::UpperBoundary(Width::Fixed(width));
    others.into_iter().chain([last]).map(limit).collect()
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
    fn a_row_stays_one_line_on_any_terminal() {
        for width in [0, 1, 5, 40, usize::MAX] {
            let rows = [row(&"a".repeat(200), &"b c".repeat(200))];
            assert_eq!(lines(["A", "B"], rows, Some(width)).len(), 2, "{width}");
        }
        let rows = [row("longer than the widest table", &"y".repeat(70_000))];
        assert_eq!(lines(["A", "B"], rows, None).len(), 2);
    }
}
