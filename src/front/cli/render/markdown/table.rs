//! Tables of a text.

use anstyle::Style;

use super::flow::{self, Piece};

/// A table while it is read.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<Vec<Piece>>>,
    /// Whether a row has more cells than there are columns, which only its source shows.
    pub(super) is_odd: bool,
}

impl Table {
    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn add_cell(&mut self, cell: Vec<Piece>) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// Its lines, if they fit into so many columns.
    pub(super) fn lines(&self, width: usize) -> Option<Vec<String>> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| flow::width(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let total = widths.iter().sum::<usize>() + 3 * columns.saturating_sub(1);
        if self.is_odd || total > width {
            return None;
        }
        let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let mut lines: Vec<String> = self.rows.iter().map(|row| line(row, &widths)).collect();
        lines.insert(1.min(lines.len()), rules.join("-|-"));
        Some(lines)
    }
}

fn line(row: &[Vec<Piece>], widths: &[usize]) -> String {
    let blank = |text: String| Piece { text, style: Style::new(), is_whole: true };
    let mut pieces = Vec::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        pieces.extend((column > 0).then(|| blank(" | ".to_owned())));
        pieces.extend(cell.iter().cloned().map(|piece| Piece { is_whole: true, ..piece }));
        if column + 1 < row.len() {
            pieces.push(blank(" ".repeat(width - flow::width(cell))));
        }
    }
    flow::lines(&pieces, usize::MAX).concat()
}
