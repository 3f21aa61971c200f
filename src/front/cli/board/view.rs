//! Drawing the board. Colours and styles never say anything that words and marks do not.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthChar;

use super::state::{Ask, Board, Card, Column, Kind, Prompt, Screen, Word};
use crate::front::cli::render::markdown::Prose;
use crate::front::cli::render::text::clean;
use crate::model::{Priority, Status};

/// Columns and lines of the smallest terminal that the board fits on.
const LEAST: (u16, u16) = (40, 10);
/// Columns that a column of the board has at least.
const COLUMN_WIDTH: u16 = 26;
/// Lines that something told takes at most.
const MOST_TOLD: u16 = 4;
/// Lines of a card.
const CARD_HEIGHT: u16 = 2;

/// What the keys do.
const HELP: [(&str, &str); 13] = [
    ("arrows, h j k l", "choose an issue; in a page, scroll"),
    ("PgUp PgDn Home End", "go far"),
    ("Enter", "all about the issue, with its history"),
    ("d", "what it depends on, and what depends on it"),
    ("c", "claim it"),
    ("r", "release it"),
    ("m", "move it to another state"),
    ("n", "note something: a comment"),
    ("g", "pass or fail one of its gates"),
    ("/", "filter, such as label:auth priority:high"),
    ("?", "this help"),
    ("Esc", "back"),
    ("q", "back; from the board, leave"),
];

/// Draws all of it, and notes how much room a page has.
pub(super) fn draw(frame: &mut Frame<'_>, board: &mut Board, color: bool) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!(
            "jit board needs a terminal of {} columns and {} lines; this one has {} and {}. Make it larger, or press q.",
            LEAST.0, LEAST.1, area.width, area.height
        );
        return frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
    }
    let told = told(board, area.width);
    let lines = u16::try_from(told.0.len()).unwrap_or(u16::MAX).clamp(1, MOST_TOLD);
    let [head, body, word, keys] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(1),
        Constraint::Length(lines),
        Constraint::Length(1),
    ])
    .areas(area);
    board.room = (usize::from(body.width), usize::from(body.height));
    draw_head(frame, board, color, head);
    match &mut board.screen {
        Screen::Columns => draw_columns(frame, board, color, body),
        Screen::Page(page, at) => {
            let lines = wrapped(&page.lines, body.width);
            *at = (*at).min(lines.len().saturating_sub(usize::from(body.height)));
            let shown = lines.into_iter().skip(*at).take(usize::from(body.height)).map(Line::from);
            frame.render_widget(Paragraph::new(shown.collect::<Vec<_>>()), body);
        }
        Screen::Help => draw_help(frame, body),
    }
    draw_word(frame, board, told, color, word);
    frame.render_widget(Line::styled(hints(board), Modifier::DIM), keys);
    if let Some(Prompt::Menu(title, answers, at)) = &board.prompt {
        draw_menu(
            frame,
            title,
            &answers.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(),
            *at,
            body,
        );
    }
}

fn draw_head(frame: &mut Frame<'_>, board: &Board, color: bool, area: Rect) {
    let filter =
        if board.filter().is_empty() { "all issues".to_owned() } else { clean(board.filter()).into_owned() };
    let title = Line::styled(format!("jit board  {filter}  ({})", clean(&board.actor)), Modifier::BOLD);
    let mut tabs = Vec::new();
    for (number, column) in board.columns.iter().enumerate() {
        let name = format!("{} {}", column.status.heading(), column.count);
        let is_chosen = number == board.column;
        let text = if is_chosen { format!("[{name}]") } else { format!(" {name} ") };
        let weight = if is_chosen { Modifier::BOLD } else { Modifier::empty() };
        tabs.push(Span::styled(text, style(column.status, color).add_modifier(weight)));
    }
    frame.render_widget(Paragraph::new(vec![title, Line::from(tabs)]), area);
}

/// As many columns as fit, the chosen one among them.
fn draw_columns(frame: &mut Frame<'_>, board: &Board, color: bool, area: Rect) {
    let fitting = usize::from(area.width / COLUMN_WIDTH).clamp(1, board.columns.len().max(1));
    let first = (board.column + 1).saturating_sub(fitting);
    let widths = vec![Constraint::Fill(1); fitting];
    let areas = Layout::horizontal(widths).spacing(1).split(area);
    for (area, (number, column)) in areas.iter().zip(board.columns.iter().enumerate().skip(first)) {
        let chosen = (number == board.column && board.chosen().is_some()).then_some(board.rows[number]);
        draw_column(frame, column, board.rows[number], chosen, color, *area);
    }
}

fn draw_column(
    frame: &mut Frame<'_>,
    column: &Column,
    row: usize,
    chosen: Option<usize>,
    color: bool,
    area: Rect,
) {
    let fitting = usize::from(area.height.saturating_sub(1) / CARD_HEIGHT).max(1);
    let first = (row + 1).saturating_sub(fitting);
    let hidden = column.count.saturating_sub(first + fitting);
    let more = match (first, hidden) {
        (0, 0) => String::new(),
        (above, below) => format!("  {above} above, {below} below"),
    };
    let heading = format!("{}{more}", column.status.heading());
    let mut lines =
        vec![Line::styled(heading, style(column.status, color).add_modifier(Modifier::UNDERLINED))];
    for (number, card) in column.cards.iter().enumerate().skip(first).take(fitting) {
        lines.extend(card_lines(card, chosen == Some(number)));
    }
    if column.cards.is_empty() {
        lines.push(Line::styled("  nothing here", Modifier::DIM));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn card_lines(card: &Card, is_chosen: bool) -> [Line<'static>; 2] {
    let (mark, weight) = if is_chosen { ("> ", Modifier::REVERSED) } else { ("  ", Modifier::empty()) };
    let title = Line::from(vec![Span::raw(mark), Span::styled(card.title.clone(), weight)]);
    let mut facts = vec![card.id.short()];
    facts.extend((card.priority != Priority::Normal).then(|| card.priority.to_string()));
    facts.extend(card.who.clone());
    facts.extend((card.blockers > 0).then(|| format!("blocked by {}", card.blockers)));
    let pending = card.gates.iter().filter(|(_, status)| status.as_str() != "passed").count();
    facts.extend((pending > 0).then(|| format!("gates {}/{}", card.gates.len() - pending, card.gates.len())));
    [title, Line::styled(format!("  {}", facts.join(" ")), Modifier::DIM)]
}

fn draw_help(frame: &mut Frame<'_>, area: Rect) {
    let line = |(key, what): (&str, &str)| {
        Line::from(vec![Span::styled(format!("  {key:<20}"), Modifier::BOLD), Span::raw(what.to_owned())])
    };
    let lines: Vec<Line<'_>> = HELP.into_iter().map(line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn draw_menu(frame: &mut Frame<'_>, title: &str, answers: &[&str], at: usize, area: Rect) {
    let height = u16::try_from(answers.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let widest = answers.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(title.len());
    let width = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(8).min(area.width);
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let room = usize::from(height.saturating_sub(2)).max(1);
    let first = (at + 1).saturating_sub(room);
    let line = |(number, text): (usize, &&str)| {
        let mark = if number == at { ">" } else { " " };
        let weight = if number == at { Modifier::REVERSED } else { Modifier::empty() };
        Line::from(vec![
            Span::raw(format!("{mark} {} ", number + 1)),
            Span::styled((*text).to_owned(), weight),
        ])
    };
    let lines: Vec<Line<'_>> = answers.iter().enumerate().skip(first).take(room).map(line).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(title.to_owned())), place);
}

/// What is asked or told.
fn draw_word(
    frame: &mut Frame<'_>,
    board: &Board,
    (told, tone): (Vec<String>, Color),
    color: bool,
    area: Rect,
) {
    if let Some(Prompt::Line(ask, line)) = &board.prompt {
        let name = match ask {
            Ask::Filter => "filter: ",
            Ask::Comment => "comment: ",
        };
        let room = usize::from(area.width).saturating_sub(name.len() + 1);
        let line = clean(line);
        let shown = last_of(&line, room);
        let end = name.len() + width_of(&shown);
        frame.render_widget(Line::raw(format!("{name}{shown}")), area);
        let x = area.x + u16::try_from(end).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        return frame.set_cursor_position(Position { x, y: area.y });
    }
    let tone = if color { Style::new().fg(tone) } else { Style::new() };
    let lines: Vec<Line<'_>> = told.into_iter().map(|line| Line::styled(line, tone)).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// The lines of what the person is told, and their colour; none while a line is being typed.
fn told(board: &Board, width: u16) -> (Vec<String>, Color) {
    let (text, tone) = match (&board.prompt, &board.word) {
        (Some(Prompt::Line(..)), _) | (_, None) => return (Vec::new(), Color::Reset),
        (_, Some(Word::Busy(text))) => ((*text).to_owned(), Color::Yellow),
        (_, Some(Word::Said(text))) => (text.clone(), Color::Green),
        (_, Some(Word::Refused(text))) => (format!("refused: {text}"), Color::Red),
    };
    (Prose::Plain(usize::from(width)).lines(&clean(&text)), tone)
}

fn hints(board: &Board) -> &'static str {
    match (&board.prompt, &board.screen) {
        (Some(Prompt::Line(..)), _) => "Enter:accept Esc:give up",
        (Some(Prompt::Menu(..)), _) => "Enter or a number:choose Esc:give up",
        (None, Screen::Columns) => {
            "Enter:show d:deps c:claim r:release m:move n:note g:gate /:filter ?:help q:quit"
        }
        (None, Screen::Page(page, _)) if page.kind == Kind::Graph => {
            "Enter:show c:claim r:release m:move n:note g:gate q:back"
        }
        (None, Screen::Page(..)) => "d:deps c:claim r:release m:move n:note g:gate q:back",
        (None, Screen::Help) => "q:back",
    }
}

fn style(status: Status, color: bool) -> Style {
    if !color {
        return Style::new();
    }
    match status {
        Status::Ready => Style::new().fg(Color::Green),
        Status::InProgress => Style::new().fg(Color::Yellow),
        Status::Gated => Style::new().fg(Color::Magenta),
        Status::Backlog | Status::Done | Status::Rejected => Style::new(),
    }
}

fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The end of a text, as far as there is room.
fn last_of(text: &str, room: usize) -> String {
    let mut left = room;
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let end: Vec<char> = text.chars().rev().take_while(fits).collect();
    end.into_iter().rev().collect()
}

/// Lines that are too long, in parts.
fn wrapped(lines: &[String], width: u16) -> Vec<String> {
    let most = usize::from(width).max(2);
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let (mut part, mut used) = (String::new(), 0);
        for c in line.chars() {
            let width = c.width().unwrap_or(0);
            if used + width > most {
                all.push(std::mem::take(&mut part));
                used = 0;
            }
            part.push(c);
            used += width;
        }
        all.push(part);
    }
    all
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::state::tests::{card, columns};
    use super::super::state::{Act, Page};
    use super::*;
    use crate::front::wire::sample::id;

    fn board() -> Board {
        let mut board = Board::new("label:x".to_owned(), "human:ada".to_owned());
        let mut loaded =
            columns(&[(Status::Backlog, &[7]), (Status::Ready, &[1, 2, 3]), (Status::Done, &[4])]);
        loaded[1].cards[0] = Card {
            who: Some("agent:one".to_owned()),
            priority: Priority::High,
            blockers: 2,
            ..card(1, "A title that is much longer than any column of the board has room for")
        };
        board.loaded("label:x".to_owned(), Ok(loaded));
        board
    }

    fn drawn(board: &mut Board, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, board, false)).unwrap();
        let buffer = terminal.backend().buffer();
        let cells: Vec<&str> = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        let lines = cells.chunks(usize::from(width).max(1)).map(|line| line.concat().trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn eighty_columns_have_room_for_three_states_and_all_keys() {
        let text = drawn(&mut board(), 80, 24);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "jit board  label:x  (human:ada)");
        assert_eq!(lines[1], " Backlog 1 [Ready 3] In Progress 0  Gated 0  Done 1  Rejected 0");
        assert!(
            lines[2].starts_with("Backlog") && lines[2].contains("Ready") && lines[2].contains("In Progress")
        );
        assert!(lines[3].contains("  Issue 7") && lines[3].contains("> A title that is much"), "{text}");
        assert!(lines[4].contains("00000001 high agent:one"), "{text}");
        assert!(text.contains("nothing here") && lines[23].ends_with("q:quit"), "{text}");
    }

    #[test]
    fn nothing_is_too_small_to_be_told_or_to_be_drawn() {
        for (width, height) in [(0, 0), (1, 1), (20, 5), (20, 50), (39, 10), (40, 9)] {
            let text = drawn(&mut board(), width, height);
            assert!(width < 20 || text.replace('\n', " ").contains("jit board needs"), "{text}");
        }
        for (width, height) in [(40, 10), (41, 11), (79, 24), (80, 24), (300, 90)] {
            let mut board = board();
            for column in 0..Status::ALL.len() {
                board.column = column;
                assert!(drawn(&mut board, width, height).contains(Status::ALL[column].heading()));
            }
        }
    }

    #[test]
    fn what_is_asked_and_told_is_shown() {
        let mut board = board();
        board.word = Some(Word::Refused("held by \u{1b}another".to_owned()));
        assert!(drawn(&mut board, 80, 24).contains("refused: held by \\u{1b}another"));
        board.word =
            Some(Word::Refused("a reason that is longer than the terminal is wide; what to do".to_owned()));
        assert!(drawn(&mut board, 40, 10).contains("terminal is wide; what to do"));
        board.prompt = Some(Prompt::Line(Ask::Comment, "x".repeat(200) + "end"));
        assert!(drawn(&mut board, 80, 24).contains("comment: xxx"));
        let answers: Vec<(String, Act)> = (0..40).map(|n| (format!("answer {n}"), Act::Claim)).collect();
        board.prompt = Some(Prompt::Menu("Move to", answers, 39));
        let text = drawn(&mut board, 40, 10);
        assert!(text.contains("Move to") && text.contains("> 40 answer 39"), "{text}");
    }

    #[test]
    fn a_page_scrolls_to_its_end_and_no_further() {
        let mut board = board();
        let mut lines: Vec<String> = (0..30).map(|n| format!("line {n}")).collect();
        lines.push("宽".repeat(60));
        board.show(Ok(Page { kind: Kind::Details, issue: id(1), lines }));
        assert!(drawn(&mut board, 80, 24).contains("line 0"));
        if let Screen::Page(_, at) = &mut board.screen {
            *at = 1000;
        }
        let text = drawn(&mut board, 80, 24);
        assert!(!text.contains("line 5\n") && text.contains("line 29"), "{text}");
        board.screen = Screen::Help;
        assert!(drawn(&mut board, 80, 24).contains("claim it"));
    }

    #[test]
    fn a_choice_far_down_is_in_sight() {
        let mut board = board();
        let numbers: Vec<u32> = (1..100).collect();
        board.loaded("label:x".to_owned(), Ok(columns(&[(Status::Ready, &numbers)])));
        board.rows[1] = 98;
        let text = drawn(&mut board, 80, 24);
        assert!(text.contains("> Issue 99") && text.contains("above, 0 below"), "{text}");
    }
}
