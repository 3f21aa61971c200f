//! Lines of a form of one's own: `{short_id} {title}`.

use super::column::{Column, Row};

/// Text with names of columns in it.
#[derive(Clone, Debug)]
pub(crate) struct LineFormat(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(char),
    Column(Column),
}

/// Why something is no template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadLineFormat {
    /// There is no such column.
    Unknown(String),
    /// A brace has no partner.
    Brace(char),
}

impl LineFormat {
    /// Reads a template. `{{` and `}}` stand for braces, `\n`, `\t` and `\\` for what they do
    /// everywhere.
    pub(crate) fn parse(text: &str) -> Result<Self, BadLineFormat> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let escaped = ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape));
            let (piece, len) = match (c, escaped) {
                (_, Some((escape, c))) => (Piece::Text(*c), escape.len()),
                ('{', None) => {
                    let end = rest.find('}').ok_or(BadLineFormat::Brace('{'))?;
                    let name = rest[1..end].trim();
                    let column =
                        Column::parse(name).ok_or_else(|| BadLineFormat::Unknown(name.to_owned()))?;
                    (Piece::Column(column), end + 1)
                }
                ('}', None) => return Err(BadLineFormat::Brace('}')),
                (c, None) => (Piece::Text(c), c.len_utf8()),
            };
            pieces.push(piece);
            rest = &rest[len..];
        }
        Ok(Self(pieces))
    }

    /// The text for an issue, and a line break.
    pub(super) fn fill(&self, row: Row<'_>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(c) => text.push(*c),
                Piece::Column(column) => text.push_str(&column.text(row)),
            }
        }
        text.push('\n');
        text
    }
}

const ESCAPES: [(&str, char); 5] = [("{{", '{'), ("}}", '}'), ("\\n", '\n'), ("\\t", '\t'), ("\\\\", '\\')];

#[cfg(test)]
mod tests {
    use super::super::times::Times;
    use super::*;
    use crate::front::wire::sample::{full_tracker, id};

    fn filled(template: &str) -> String {
        let tracker = full_tracker();
        let row = Row { tracker: &tracker, issue: &tracker.issues[&id(1)], times: Times::EXACT };
        LineFormat::parse(template).unwrap().fill(row)
    }

    #[test]
    fn names_are_filled_in_and_the_rest_stays() {
        assert_eq!(filled("{short_id}: { state }"), "00000001: in_progress\n");
        assert_eq!(filled("{{{priority}}}\\t{labels}\\n\\\\ü"), "{high}\tauth, wip\n\\ü\n");
        assert_eq!(filled(""), "\n");
        assert_eq!(filled("{title}"), "Login \\u{1b}[31m\n", "what a terminal would obey is shown");
    }

    #[test]
    fn mistakes_are_told_apart() {
        let bad = |text: &str| LineFormat::parse(text).unwrap_err();
        assert_eq!(bad("{owner}"), BadLineFormat::Unknown("owner".to_owned()));
        assert_eq!(bad("{}"), BadLineFormat::Unknown(String::new()));
        assert_eq!(bad("{id"), BadLineFormat::Brace('{'));
        assert_eq!(bad("id}"), BadLineFormat::Brace('}'));
    }
}
