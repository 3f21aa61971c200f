//! What keys do to the board, without a terminal.

use super::*;
use crate::front::wire::sample::{gate, id};

pub(in crate::front::cli::board) fn card(number: u32, title: &str) -> Card {
    Card {
        id: id(number),
        title: title.to_owned(),
        priority: Priority::Normal,
        who: None,
        blockers: 0,
        gates: Vec::new(),
    }
}

pub(in crate::front::cli::board) fn columns(cards: &[(Status, &[u32])]) -> Loaded {
    let of = |status: Status| {
        let numbers = cards.iter().filter(|(of, _)| *of == status).flat_map(|(_, numbers)| *numbers);
        let cards: Vec<Card> = numbers.map(|n| card(*n, &format!("Issue {n}"))).collect();
        Column { status, count: cards.len(), cards }
    };
    Status::ALL.map(of).into()
}

fn board() -> Board {
    let mut board = Board::new(String::new(), "human:ada".to_owned());
    load(&mut board, Ok(columns(&[(Status::Ready, &[1, 2, 3]), (Status::Done, &[4])])));
    board
}

fn load(board: &mut Board, loaded: Result<Loaded, String>) {
    board.loaded(String::new(), loaded);
}

fn press(board: &mut Board, keys: &str) -> Option<Order> {
    let code = |c| match c {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        '\u{8}' => KeyCode::Backspace,
        c => KeyCode::Char(c),
    };
    keys.chars().map(|c| board.key(KeyEvent::new(code(c), KeyModifiers::NONE))).last().flatten()
}

#[test]
fn the_choice_moves_and_stays_in_the_columns() {
    let mut board = board();
    assert_eq!(board.chosen().map(|card| card.id), Some(id(1)));
    press(&mut board, "jjjj");
    assert_eq!(board.chosen().map(|card| card.id), Some(id(3)));
    press(&mut board, "kllllll");
    assert_eq!((board.column, board.chosen().map(|card| card.id)), (5, None));
    press(&mut board, "hjk");
    assert_eq!(board.chosen().map(|card| card.id), Some(id(4)));
    press(&mut board, "q");
    assert!(board.is_over);
}

#[test]
fn the_choice_follows_its_issue_to_another_column() {
    let mut board = board();
    press(&mut board, "j");
    load(&mut board, Ok(columns(&[(Status::Ready, &[1, 3]), (Status::InProgress, &[5, 2])])));
    assert_eq!((board.column, board.chosen().map(|card| card.id)), (2, Some(id(2))));
    load(&mut board, Ok(columns(&[(Status::Ready, &[1])])));
    assert_eq!((board.column, board.chosen().map(|card| card.id)), (2, None));
    load(&mut board, Err("gone".to_owned()));
    assert_eq!(board.word, Some(Word::Refused("gone".to_owned())));
}

#[test]
fn one_change_is_made_at_a_time_and_its_end_is_told() {
    let mut board = board();
    assert_eq!(press(&mut board, "c"), Some(Order::Act(id(1), Act::Claim)));
    assert_eq!(press(&mut board, "r"), None);
    assert!(matches!(board.word, Some(Word::Refused(_))));
    board.done(Err("held by another".to_owned()));
    assert_eq!(board.word, Some(Word::Refused("held by another".to_owned())));
    assert_eq!(press(&mut board, "jr"), Some(Order::Act(id(2), Act::Release)));
}

#[test]
fn lines_are_edited_and_given_up() {
    let mut board = board();
    assert_eq!(press(&mut board, "nhix\u{8}\n"), Some(Order::Act(id(1), Act::Comment("hi".to_owned()))));
    board.done(Ok(String::new()));
    assert_eq!(press(&mut board, "nno\u{1b}"), None);
    assert_eq!(press(&mut board, "n \n"), None);
    assert_eq!(press(&mut board, "/label:x\n"), Some(Order::Load));
    assert_eq!((board.filter(), board.wanted()), ("", "label:x"));
    board.loaded("label:x".to_owned(), Ok(columns(&[(Status::Ready, &[1])])));
    assert_eq!((board.filter(), board.wanted()), ("label:x", "label:x"));
    assert!(!board.is_over && board.prompt.is_none());
}

#[test]
fn menus_are_answered_by_number_or_by_choice() {
    let mut board = board();
    let done = Order::Act(id(1), Act::Move(StateRequest::Status(Status::Done)));
    assert_eq!(press(&mut board, "m4"), Some(done.clone()));
    board.done(Ok(String::new()));
    assert_eq!(press(&mut board, "mjjj\n"), Some(done));
    board.done(Ok(String::new()));
    assert_eq!(press(&mut board, "m9q"), None);
    assert_eq!(press(&mut board, "g"), None);
    assert_eq!(board.word, Some(Word::Refused("00000001 requires no gate".to_owned())));
    let mut gated = columns(&[(Status::Gated, &[1])]);
    gated[3].cards[0].gates = vec![(gate("review"), GateStatus::Pending)];
    load(&mut board, Ok(gated));
    assert_eq!(press(&mut board, "g2"), Some(Order::Act(id(1), Act::Report(gate("review"), false))));
}

#[test]
fn a_page_is_about_its_issue_until_it_is_left() {
    let mut board = board();
    assert_eq!(press(&mut board, "\n"), Some(Order::Page(Kind::Details, id(1))));
    let page = |lines: usize| Page { kind: Kind::Details, issue: id(1), lines: vec![String::new(); lines] };
    board.show(Ok(page(100)));
    press(&mut board, "jj ");
    board.show(Ok(page(90)));
    assert!(matches!(&board.screen, Screen::Page(page, 22) if page.lines.len() == 90));
    assert_eq!(board.again(), Some(Order::Page(Kind::Details, id(1))));
    assert_eq!(press(&mut board, "d"), Some(Order::Page(Kind::Graph, id(1))));
    press(&mut board, "q");
    assert!(matches!(board.screen, Screen::Columns) && !board.is_over);
    board.show(Err("it is gone".to_owned()));
    assert_eq!(board.word, Some(Word::Refused("it is gone".to_owned())));
    assert!(matches!(
        {
            press(&mut board, "?");
            &board.screen
        },
        Screen::Help
    ));
}

#[test]
fn a_filter_that_is_refused_leaves_the_last_one_in_force() {
    let mut board = board();
    press(&mut board, "/state:foo\n");
    load(&mut board, Ok(columns(&[(Status::Ready, &[1, 5])])));
    assert_eq!(board.wanted(), "state:foo", "what was under way answers another question");
    board.loaded("state:foo".to_owned(), Err("invalid state".to_owned()));
    assert_eq!((board.filter(), board.wanted()), ("", ""));
    assert_eq!(board.word, Some(Word::Refused("invalid state".to_owned())));
}

#[test]
fn no_key_is_about_what_took_the_place_of_the_chosen_issue() {
    let mut board = board();
    press(&mut board, "\n");
    board.show(Ok(Page { kind: Kind::Details, issue: id(1), lines: Vec::new() }));
    load(&mut board, Ok(columns(&[(Status::Ready, &[2, 3])])));
    board.show(Err("it was deleted".to_owned()));
    assert!(matches!(board.screen, Screen::Columns));
    assert_eq!(press(&mut board, "c"), None);
    assert_eq!(board.word, Some(Word::Refused(GONE.to_owned())));
    assert_eq!((press(&mut board, "m4"), board.chosen().map(|card| card.id)), (None, None));
    assert_eq!(press(&mut board, "jc"), Some(Order::Act(id(2), Act::Claim)));
}
