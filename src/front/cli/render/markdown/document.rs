//! A document, from its source to lines.
//!
//! The cursor [`Page::at`] goes through the source once. Whatever lies between it and the next thing
//! the parser tells of is shown too, unless it is a mark that a style stands for: definitions
//! of references, for one, which the parser is silent about.

use std::ops::Range;

use anstyle::{Effects, Style};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::flow::{self, Piece};
use super::marks::{effect, fence, heading_mark, mark};
use super::table::Table;
use crate::front::cli::render::text::paint;

/// The lines of `source` in so many columns.
pub(super) fn lines(source: &str, width: usize) -> Vec<String> {
    let mut page = Page::new(source, width);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        page.event(event, range);
    }
    page.end_text(source.len());
    page.skipped(source.len());
    page.lines
}

/// What text stands in.
struct Container {
    /// What its first line begins with, while that is to come.
    first: Option<String>,
    /// What its other lines begin with.
    rest: String,
}

/// A line of text as it was written: how far to the right it begins, and what it is made of.
#[derive(Default)]
struct Line {
    indent: Option<usize>,
    pieces: Vec<Piece>,
}

/// A block of code, or of HTML.
struct Verbatim {
    text: String,
    /// What stands before and after it.
    fence: Option<(String, String)>,
    indent: &'static str,
    style: Style,
}

struct Page<'a> {
    source: &'a str,
    width: usize,
    lines: Vec<String>,
    containers: Vec<Container>,
    /// All before it was shown, or is a mark.
    at: usize,
    /// The text that is being read, if any, with the column in the source where its lines begin.
    text: Option<(Vec<Line>, usize)>,
    effects: Vec<Effects>,
    verbatim: Option<Verbatim>,
    table: Option<Table>,
}

impl<'a> Page<'a> {
    fn new(source: &'a str, width: usize) -> Self {
        Self {
            source,
            width,
            lines: Vec::new(),
            containers: Vec::new(),
            at: 0,
            text: None,
            effects: Vec::new(),
            verbatim: None,
            table: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) | Event::Html(text) if self.verbatim.is_some() => {
                self.verbatim.iter_mut().for_each(|block| block.text.push_str(&text));
            }
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Code(text) => self.code(&text, range),
            Event::SoftBreak | Event::HardBreak => self.line_break(range),
            Event::Rule => {
                self.begin_block(range.start);
                self.push(self.source[range.clone()].trim());
                self.at = range.end;
            }
            _ => {
                self.begin_text(range.start);
                self.show(range.start);
                self.written(range.end);
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } => {
                self.begin_text(range.start);
                self.show(range.start);
                self.at = self.at.max(range.start + mark(&self.source[range], tag.to_end()));
                self.effects.push(effect(tag.to_end()));
            }
            Tag::Item => {
                self.end_text(range.start);
                self.skipped(range.start);
                self.begin_item(range);
            }
            Tag::BlockQuote(_) => {
                self.end_text(range.start);
                self.skipped(range.start);
                self.contain("> ".to_owned(), "> ".to_owned());
            }
            Tag::Heading { .. } => {
                self.begin_block(range.start);
                self.effects.push(Effects::BOLD);
                self.at = range.start + heading_mark(&self.source[range]);
                self.text = Some((vec![Line { indent: Some(0), ..Line::default() }], 0));
            }
            Tag::CodeBlock(kind) => {
                self.begin_block(range.start);
                let fence = matches!(kind, CodeBlockKind::Fenced(_)).then(|| fence(&self.source[range]));
                let indent = if fence.is_some() { "" } else { "    " };
                let style = Style::new().dimmed();
                self.verbatim = Some(Verbatim { text: String::new(), fence, indent, style });
            }
            Tag::HtmlBlock => {
                self.begin_block(range.start);
                let style = Style::new();
                self.verbatim = Some(Verbatim { text: String::new(), fence: None, indent: "", style });
            }
            Tag::Table(_) => {
                self.begin_block(range.start);
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(Table::begin_row),
            Tag::TableCell => {
                self.at = range.start;
                self.begin_text(range.start);
            }
            _ => self.begin_block(range.start),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.show(range.end - mark(&self.source[range.clone()], tag));
                self.effects.pop();
                self.at = self.at.max(range.end);
            }
            TagEnd::Item | TagEnd::BlockQuote(_) => {
                self.end_text(range.end);
                self.skipped(range.end);
                if self.containers.last().is_some_and(|container| container.first.is_some()) {
                    self.push("");
                }
                self.containers.pop();
            }
            TagEnd::Heading(_) => self.end_heading(range),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => self.end_verbatim(range.end),
            TagEnd::TableCell => self.end_cell(range.end),
            TagEnd::TableHead | TagEnd::TableRow => {
                let is_more = |c: char| c != '|' && !c.is_whitespace();
                let is_odd = self.source.get(self.at..range.end).is_some_and(|rest| rest.contains(is_more));
                self.table.iter_mut().for_each(|table| table.is_odd |= is_odd);
            }
            TagEnd::Table => self.end_table(range),
            TagEnd::Paragraph => self.end_text(range.end),
            _ => {}
        }
    }

    fn contain(&mut self, first: String, rest: String) {
        self.containers.push(Container { first: Some(first), rest });
    }

    /// The marker stays the one that was written: people refer to its number.
    fn begin_item(&mut self, range: Range<usize>) {
        let item = &self.source[range.clone()];
        let text = item.trim_start();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let marker = text.get(..=digits).unwrap_or(text);
        self.at = range.start + (item.len() - text.len()) + marker.len();
        self.contain(format!("{marker} "), " ".repeat(marker.len() + 1));
    }

    /// Before a block: ends what is before it.
    fn begin_block(&mut self, start: usize) {
        self.end_text(start);
        self.skipped(start);
        self.blank_line(start);
        self.at = self.at.max(start);
    }

    /// Before text, which in lists need not be in a paragraph.
    fn begin_text(&mut self, start: usize) {
        if self.text.is_some() {
            return;
        }
        if self.table.is_none() {
            self.blank_line(start);
        }
        let gap = self.source.get(self.at..start).unwrap_or_default();
        let base = self.column(self.at + gap.len() - gap.trim_start().len());
        self.text = Some((vec![Line::default()], if self.containers.is_empty() { 0 } else { base }));
    }

    fn column(&self, at: usize) -> usize {
        at - self.source[..at].rfind('\n').map_or(0, |line| line + 1)
    }

    /// Shows what is between the cursor and `end`, but for what indents and containers put before
    /// a line.
    fn show(&mut self, end: usize) {
        let Some(gap) = self.source.get(self.at..end) else { return };
        let is_first = self.line().is_some_and(|line| line.pieces.is_empty());
        let before = |c| c == ' ' || c == '\n' || c == '>' && is_in_quote(&self.containers);
        let shown = if is_first { gap.trim_start_matches(before) } else { gap };
        self.at = end - shown.len();
        self.written(end);
    }

    /// Shows the source up to `end`.
    fn written(&mut self, end: usize) {
        let Some(text) = self.source.get(self.at..end) else { return };
        let column = self.column(self.at);
        if let Some((lines, base)) = &mut self.text
            && let Some(line) = lines.last_mut()
        {
            line.indent.get_or_insert(column.saturating_sub(*base));
        }
        self.at = end;
        self.add(text.replace('\n', " "), false);
    }

    fn line(&mut self) -> Option<&mut Line> {
        self.text.as_mut()?.0.last_mut()
    }

    fn add(&mut self, text: String, is_code: bool) {
        if text.is_empty() {
            return;
        }
        let effects = self.effects.iter().fold(Effects::new(), |all, one| all | *one);
        let effects = if is_code { effects | Effects::DIMMED } else { effects };
        if let Some(line) = self.line() {
            line.pieces.push(Piece { text, style: Style::new().effects(effects), is_whole: is_code });
        }
    }

    fn code(&mut self, text: &str, range: Range<usize>) {
        self.begin_text(range.start);
        self.show(range.start);
        self.at = range.end;
        self.add(text.to_owned(), true);
    }

    fn line_break(&mut self, range: Range<usize>) {
        self.begin_text(range.start);
        self.show(range.start);
        // People end lines of a shell so.
        if self.source[range.clone()].starts_with('\\') {
            self.add("\\".to_owned(), false);
        }
        self.at = range.end;
        self.text.iter_mut().for_each(|(lines, _)| lines.push(Line::default()));
    }

    /// Ends text that is being read, which goes on no further than to `end`.
    fn end_text(&mut self, end: usize) {
        if self.text.is_none() {
            return;
        }
        let rest = self.source.get(self.at..end).unwrap_or_default();
        self.show(self.at + rest.trim_end_matches([' ', '\n', '>']).len());
        for line in self.text.take().map(|(lines, _)| lines).unwrap_or_default() {
            let room = self.room();
            let indent = " ".repeat(line.indent.unwrap_or(0).min(room / 2));
            for part in flow::lines(&line.pieces, room - indent.len()) {
                self.push(&format!("{indent}{part}"));
            }
        }
    }

    fn end_heading(&mut self, range: Range<usize>) {
        let heading = self.source[range.clone()].trim_end();
        let is_closed = heading_mark(heading) > 0;
        let last = heading.lines().last().unwrap_or_default();
        let shown = if is_closed { self.at } else { range.start + heading.len() - last.len() };
        self.end_text(shown);
        self.effects.pop();
        if !is_closed {
            self.push(last.trim_start_matches([' ', '>']));
        }
        self.at = range.end;
    }

    fn end_verbatim(&mut self, end: usize) {
        let Some(block) = self.verbatim.take() else { return };
        let (before, after) = block.fence.unzip();
        let Verbatim { indent, style, .. } = block;
        let inner = block.text.lines().map(|line| format!("{indent}{line}"));
        let lines = before.into_iter().chain(inner).chain(after.filter(|line| !line.is_empty()));
        for line in lines {
            let line = if line.is_empty() || style.is_plain() { line } else { paint(style, &line) };
            self.push(&line);
        }
        self.at = end;
    }

    fn end_cell(&mut self, end: usize) {
        let rest = self.source.get(self.at..end).unwrap_or_default();
        self.show(self.at + rest.trim_end_matches([' ', '|']).len());
        self.at = self.at.max(end);
        let lines = self.text.take().map(|(lines, _)| lines).unwrap_or_default();
        let cell = lines.into_iter().flat_map(|line| line.pieces).collect();
        if let Some(table) = &mut self.table {
            table.add_cell(cell);
        }
    }

    fn end_table(&mut self, range: Range<usize>) {
        let Some(table) = self.table.take() else { return };
        match table.lines(self.room()) {
            Some(lines) => lines.iter().for_each(|line| self.push(line)),
            None => self.source[range.clone()].trim_end().lines().for_each(|line| {
                self.push(line.trim_start_matches([' ', '>']));
            }),
        }
        self.at = range.end;
    }

    /// Shows what the parser said nothing of, line by line.
    fn skipped(&mut self, end: usize) {
        let Some(text) = self.source.get(self.at..end) else { return };
        let mut at = self.at;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end().trim_start_matches([' ', '>']);
            if !shown.is_empty() {
                self.blank_line(at);
                self.push(shown);
            }
            at += line.len();
        }
        self.at = end;
    }

    /// A blank line where the source has any before the line that `at` is in.
    fn blank_line(&mut self, at: usize) {
        let before = self.source[..at].rfind('\n').map_or("-", |end| &self.source[..end]);
        let last = before.rsplit('\n').next().unwrap_or(before);
        let is_blank = |line: &str| line.chars().all(|c| c == ' ' || c == '>');
        if !is_blank(last) || self.lines.last().is_none_or(|line| is_blank(line)) {
            return;
        }
        let begun = self.containers.iter().take_while(|container| container.first.is_none());
        let prefix: String = begun.map(|container| container.rest.as_str()).collect();
        self.lines.push(prefix.trim_end().to_owned());
    }

    /// Columns that there are within the containers.
    fn room(&self) -> usize {
        let taken: usize = self.containers.iter().map(|container| container.rest.len()).sum();
        self.width.saturating_sub(taken).max(super::LEAST)
    }

    fn push(&mut self, line: &str) {
        let mut whole = String::new();
        for container in &mut self.containers {
            whole.push_str(&container.first.take().unwrap_or_else(|| container.rest.clone()));
        }
        whole.push_str(line);
        self.lines.push(whole.trim_end().to_owned());
    }
}

fn is_in_quote(containers: &[Container]) -> bool {
    containers.iter().any(|container| container.rest.starts_with('>'))
}
