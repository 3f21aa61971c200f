//! What the board shows and what keys do: pure, no terminal and no tracker.

use std::mem;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::gate::GateStatus;
use crate::model::state::{StateRequest, Status};
use crate::model::{GateKey, IssueId, Priority};

/// Said where the issue that was chosen is not shown any more.
const GONE: &str = "the issue that was chosen is not on the board any more; choose another";

/// The columns, in the order work moves.
pub(super) type Loaded = Vec<Column>;

/// The issues of one state.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) status: Status,
    /// How many there are; not all need be among the cards.
    pub(super) count: usize,
    pub(super) cards: Vec<Card>,
}

/// An issue on the board. Its texts are safe to show.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) id: IssueId,
    pub(super) title: String,
    pub(super) priority: Priority,
    pub(super) who: Option<String>,
    /// How many things hold it up.
    pub(super) blockers: usize,
    pub(super) gates: Vec<(GateKey, GateStatus)>,
}

/// What a page tells of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Everything, with its history.
    Details,
    /// What it depends on, and what depends on it.
    Graph,
}

/// What there is to know of an issue.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) kind: Kind,
    pub(super) issue: IssueId,
    pub(super) lines: Vec<String>,
}

/// What is in front.
#[derive(Clone, Debug, Default)]
pub(super) enum Screen {
    /// The columns.
    #[default]
    Columns,
    /// A page, from this line on.
    Page(Page, usize),
    /// The keys.
    Help,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Prompt {
    /// A line of text.
    Line(Ask, String),
    /// One of some answers; the number is the one that is marked.
    Menu(&'static str, Vec<(String, Act)>, usize),
}

/// What a line of text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Filter,
    Comment,
}

/// A change of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Claim,
    Release,
    Comment(String),
    Move(StateRequest),
    /// Whether a gate passed.
    Report(GateKey, bool),
}

impl Act {
    fn progress(&self) -> &'static str {
        match self {
            Self::Claim => "claiming …",
            Self::Release => "releasing …",
            Self::Comment(_) => "remarking …",
            Self::Move(_) => "moving …",
            Self::Report(..) => "reporting …",
        }
    }
}

/// What is to be done for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Read the columns again.
    Load,
    /// Read a page.
    Page(Kind, IssueId),
    /// Change an issue.
    Act(IssueId, Act),
}

/// What the person is told in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It is under way.
    Busy(&'static str),
    /// It was done.
    Said(String),
    /// It was refused.
    Refused(String),
}

/// The board.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) columns: Loaded,
    /// The column that is chosen, and in each the issue.
    pub(super) column: usize,
    pub(super) rows: [usize; Status::ALL.len()],
    pub(super) screen: Screen,
    pub(super) prompt: Option<Prompt>,
    pub(super) word: Option<Word>,
    pub(super) actor: String,
    pub(super) is_over: bool,
    /// Whether what was chosen is not on the board any more, and nothing else was chosen since:
    /// keys must not be about what happens to be in its place.
    is_gone: bool,
    /// What the columns were read with.
    filter: String,
    /// What they are to be read with from now on.
    asked: Option<String>,
    /// Whether an issue is being changed: one at a time.
    is_busy: bool,
    /// The columns of text and the lines of a page that the terminal has room for.
    pub(super) room: (usize, usize),
}

impl Board {
    pub(super) fn new(filter: String, actor: String) -> Self {
        let column = |status| Column { status, count: 0, cards: Vec::new() };
        Self {
            columns: Status::ALL.map(column).into(),
            // What can be begun is what most people want to see.
            column: Status::ALL.iter().position(|status| *status == Status::Ready).unwrap_or(0),
            rows: [0; Status::ALL.len()],
            screen: Screen::Columns,
            prompt: None,
            word: Some(Word::Busy("reading …")),
            actor,
            is_over: false,
            is_gone: false,
            asked: None,
            filter,
            is_busy: false,
            room: (80, 20),
        }
    }

    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    /// The filter that the columns are to be read with.
    pub(super) fn wanted(&self) -> &str {
        self.asked.as_ref().unwrap_or(&self.filter)
    }

    /// Columns of text that a page may have.
    pub(super) fn width(&self) -> usize {
        self.room.0
    }

    /// The issue that is chosen.
    pub(super) fn chosen(&self) -> Option<&Card> {
        if self.is_gone {
            return None;
        }
        self.columns.get(self.column)?.cards.get(self.rows[self.column])
    }

    /// The issue that keys are about: the one on the page, or the one that is chosen.
    fn meant(&self) -> Option<IssueId> {
        match &self.screen {
            Screen::Page(page, _) => Some(page.issue),
            Screen::Columns | Screen::Help => self.chosen().map(|card| card.id),
        }
    }

    /// The same; that it is gone is told.
    fn meant_or_told(&mut self) -> Option<IssueId> {
        let meant = self.meant();
        if meant.is_none() && self.is_gone {
            self.word = Some(Word::Refused(GONE.to_owned()));
        }
        meant
    }

    fn card(&self, id: IssueId) -> Option<&Card> {
        self.columns.iter().flat_map(|column| &column.cards).find(|card| card.id == id)
    }

    /// What must be read again besides the columns.
    pub(super) fn again(&self) -> Option<Order> {
        match &self.screen {
            Screen::Page(page, _) => Some(Order::Page(page.kind, page.issue)),
            Screen::Columns | Screen::Help => None,
        }
    }

    /// Takes new columns, which were read with `filter`; one that is refused is given up. The
    /// choice stays on its issue, wherever that is now.
    pub(super) fn loaded(&mut self, filter: String, loaded: Result<Loaded, String>) {
        if self.asked.as_ref() == Some(&filter) {
            self.asked = None;
        }
        let columns = match loaded {
            Ok(columns) => columns,
            Err(reason) => return self.word = Some(Word::Refused(reason)),
        };
        let is_same = filter == self.filter;
        self.filter = filter;
        let chosen = self.chosen().map(|card| card.id);
        self.columns = columns;
        let place = self.columns.iter().enumerate().find_map(|(number, column)| {
            let row = column.cards.iter().position(|card| Some(card.id) == chosen)?;
            Some((number, row))
        });
        if let Some((column, row)) = place {
            self.column = column;
            self.rows[column] = row;
        } else if chosen.is_some() && is_same {
            self.is_gone = true;
            self.word.get_or_insert_with(|| Word::Said(GONE.to_owned()));
        }
        for (row, column) in self.rows.iter_mut().zip(&self.columns) {
            *row = (*row).min(column.cards.len().saturating_sub(1));
        }
        if self.word == Some(Word::Busy("reading …")) {
            self.word = None;
        }
    }

    /// Shows a page, at the line where it is if it is there already.
    pub(super) fn show(&mut self, page: Result<Page, String>) {
        match (page, &mut self.screen) {
            (Ok(page), Screen::Page(shown, _)) if shown.kind == page.kind && shown.issue == page.issue => {
                *shown = page;
            }
            (Ok(page), _) => self.screen = Screen::Page(page, 0),
            (Err(reason), _) => {
                self.word = Some(Word::Refused(reason));
                self.screen = Screen::Columns;
            }
        }
    }

    /// Tells what became of a change.
    pub(super) fn done(&mut self, told: Result<String, String>) {
        self.is_busy = false;
        self.word = Some(told.map_or_else(Word::Refused, Word::Said));
    }

    /// What a key does.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Order> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            self.is_over = true;
            return None;
        }
        if !self.is_busy {
            self.word = None;
        }
        match self.prompt.take() {
            Some(Prompt::Line(ask, line)) => self.line_key(ask, line, key),
            Some(Prompt::Menu(title, answers, at)) => self.menu_key(title, answers, at, key.code),
            None => self.screen_key(key.code),
        }
    }

    fn line_key(&mut self, ask: Ask, mut line: String, key: KeyEvent) -> Option<Order> {
        match key.code {
            KeyCode::Esc => return None,
            KeyCode::Enter => return self.answered(ask, line),
            KeyCode::Backspace => drop(line.pop()),
            KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => line.clear(),
            KeyCode::Char(c) if !key.modifiers.contains(KeyModifiers::CONTROL) => line.push(c),
            _ => {}
        }
        self.prompt = Some(Prompt::Line(ask, line));
        None
    }

    fn answered(&mut self, ask: Ask, line: String) -> Option<Order> {
        match ask {
            Ask::Filter => {
                self.asked = Some(line);
                self.screen = Screen::Columns;
                Some(Order::Load)
            }
            Ask::Comment if line.trim().is_empty() => None,
            Ask::Comment => self.act(Act::Comment(line)),
        }
    }

    fn menu_key(
        &mut self,
        title: &'static str,
        mut answers: Vec<(String, Act)>,
        at: usize,
        key: KeyCode,
    ) -> Option<Order> {
        let last = answers.len().saturating_sub(1);
        let at = match key {
            KeyCode::Esc | KeyCode::Char('q') => return None,
            KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => (at + 1).min(last),
            KeyCode::Enter => return self.act(answers.swap_remove(at).1),
            KeyCode::Char(digit @ '1'..='9') => {
                let number = digit as usize - '1' as usize;
                if number <= last {
                    return self.act(answers.swap_remove(number).1);
                }
                at
            }
            _ => at,
        };
        self.prompt = Some(Prompt::Menu(title, answers, at));
        None
    }

    fn screen_key(&mut self, key: KeyCode) -> Option<Order> {
        match key {
            KeyCode::Char('c') => self.act(Act::Claim),
            KeyCode::Char('r') => self.act(Act::Release),
            KeyCode::Char('m') => self.ask_state(),
            KeyCode::Char('g') => self.ask_gate(),
            KeyCode::Char('n') => {
                self.meant_or_told()?;
                self.prompt = Some(Prompt::Line(Ask::Comment, String::new()));
                None
            }
            KeyCode::Char('/') => {
                self.prompt = Some(Prompt::Line(Ask::Filter, self.filter.clone()));
                None
            }
            KeyCode::Enter => self.meant_or_told().map(|id| Order::Page(Kind::Details, id)),
            KeyCode::Char('d') => self.meant_or_told().map(|id| Order::Page(Kind::Graph, id)),
            KeyCode::Char('?') => {
                self.screen = Screen::Help;
                None
            }
            _ => {
                self.move_key(key);
                None
            }
        }
    }

    fn move_key(&mut self, key: KeyCode) {
        let is_back = matches!(key, KeyCode::Esc | KeyCode::Char('q'));
        let page = self.room.1.max(1);
        match &mut self.screen {
            Screen::Columns if is_back => self.is_over = key == KeyCode::Char('q'),
            Screen::Page(..) | Screen::Help if is_back => self.screen = Screen::Columns,
            Screen::Help => {}
            Screen::Page(shown, at) => {
                let last = shown.lines.len();
                *at = match key {
                    KeyCode::Up | KeyCode::Char('k') => at.saturating_sub(1),
                    KeyCode::Down | KeyCode::Char('j') => (*at + 1).min(last),
                    KeyCode::PageUp => at.saturating_sub(page),
                    KeyCode::PageDown | KeyCode::Char(' ') => (*at + page).min(last),
                    KeyCode::Home => 0,
                    KeyCode::End => last,
                    _ => *at,
                };
            }
            Screen::Columns => self.choose_key(key, page / 2),
        }
    }

    fn choose_key(&mut self, key: KeyCode, page: usize) {
        if self.is_gone {
            // The first such key only shows what would be chosen.
            self.is_gone = !is_choice(key);
            return;
        }
        let last = self.columns.get(self.column).map_or(0, |column| column.cards.len().saturating_sub(1));
        let row = self.rows[self.column];
        match key {
            KeyCode::Left | KeyCode::Char('h') | KeyCode::BackTab => {
                self.column = self.column.saturating_sub(1);
                return;
            }
            KeyCode::Right | KeyCode::Char('l') | KeyCode::Tab => {
                self.column = (self.column + 1).min(self.columns.len().saturating_sub(1));
                return;
            }
            _ => {}
        }
        self.rows[self.column] = match key {
            KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => (row + 1).min(last),
            KeyCode::PageUp => row.saturating_sub(page.max(1)),
            KeyCode::PageDown | KeyCode::Char(' ') => (row + page.max(1)).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => row,
        };
    }

    fn act(&mut self, act: Act) -> Option<Order> {
        let id = self.meant_or_told()?;
        if mem::replace(&mut self.is_busy, true) {
            self.word = Some(Word::Refused("wait until the last change is done".to_owned()));
            return None;
        }
        self.word = Some(Word::Busy(act.progress()));
        Some(Order::Act(id, act))
    }

    fn ask_state(&mut self) -> Option<Order> {
        self.meant_or_told()?;
        let to = |word: &str, to| (word.to_owned(), Act::Move(to));
        let answers = vec![
            to("open", StateRequest::Open),
            to("in progress", StateRequest::Status(Status::InProgress)),
            to("gated", StateRequest::Status(Status::Gated)),
            to("done", StateRequest::Status(Status::Done)),
            to("rejected", StateRequest::Status(Status::Rejected)),
        ];
        self.prompt = Some(Prompt::Menu("Move to", answers, 0));
        None
    }

    fn ask_gate(&mut self) -> Option<Order> {
        let id = self.meant_or_told()?;
        let gates = self.card(id).map(|card| card.gates.clone()).unwrap_or_default();
        if gates.is_empty() {
            self.word = Some(Word::Refused(format!("{} requires no gate", id.short())));
            return None;
        }
        let answers = gates.into_iter().flat_map(|(key, status)| {
            let pass = (format!("pass {key} ({})", status.as_str()), Act::Report(key.clone(), true));
            [pass, (format!("fail {key}"), Act::Report(key, false))]
        });
        self.prompt = Some(Prompt::Menu("Gates", answers.collect(), 0));
        None
    }
}

/// Whether a key chooses another issue.
fn is_choice(key: KeyCode) -> bool {
    use KeyCode::{BackTab, Char, Down, End, Home, Left, PageDown, PageUp, Right, Tab, Up};
    matches!(
        key,
        BackTab
            | Down
            | End
            | Home
            | Left
            | PageDown
            | PageUp
            | Right
            | Tab
            | Up
            | Char('h' | 'j' | 'k' | 'l' | ' ')
    )
}

#[cfg(test)]
pub(super) mod tests;
