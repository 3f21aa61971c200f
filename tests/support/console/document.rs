//! A Markdown document: its fenced blocks, and the commands in them.

use std::ops::Range;

/// A fenced block.
#[derive(Debug)]
pub struct Fence {
    /// What follows the opening fence, such as `console`.
    pub language: String,
    /// The lines between the fences, by index.
    pub lines: Range<usize>,
}

/// A command and what it should do.
pub struct Step {
    /// The line that the command begins on, from 1.
    pub line: usize,
    pub command: String,
    /// The lines that say what it prints and how it ends, by index.
    pub lines: Range<usize>,
    /// What it should print.
    pub output: Vec<String>,
    /// How it should exit.
    pub status: i32,
}

/// The fenced blocks of a document.
pub fn fences(text: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for (index, line) in text.lines().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        open = match open {
            None => Some((info.trim().to_owned(), index + 1)),
            Some((language, first)) => {
                assert_eq!(info, "", "line {}: a block within a block", index + 1);
                fences.push(Fence { language, lines: first..index });
                None
            }
        };
    }
    assert!(open.is_none(), "the last block has no end");
    fences
}

/// The commands of all `console` blocks, in order.
pub fn steps(text: &str) -> Vec<Step> {
    let all: Vec<&str> = text.lines().collect();
    let mut steps = Vec::new();
    for fence in fences(text).iter().filter(|fence| fence.language == "console") {
        let mut at = fence.lines.start;
        while at < fence.lines.end {
            let step = step(&all, at, fence.lines.end);
            at = step.lines.end;
            steps.push(step);
        }
    }
    steps
}

/// The command that begins on line `first`.
fn step(all: &[&str], first: usize, end: usize) -> Step {
    let command = all[first].strip_prefix("$ ");
    let command = command.unwrap_or_else(|| panic!("line {}: a block begins with a command", first + 1));
    let mut command = command.to_owned();
    let mut at = first + 1;
    while at < end {
        let Some(more) = continuation(&command, all[at]) else { break };
        command = format!("{command}\n{more}");
        at += 1;
    }
    let next = (at..end).find(|index| all[*index].starts_with("$ ")).unwrap_or(end);
    let mut output: Vec<String> = all[at..next].iter().map(|line| (*line).to_owned()).collect();
    let status = output.last().and_then(|line| line.strip_prefix("? ")?.parse().ok());
    if status.is_some() {
        output.pop();
    }
    Step { line: first + 1, command, lines: at..next, output, status: status.unwrap_or(0) }
}

fn continuation<'a>(command: &str, line: &'a str) -> Option<&'a str> {
    match line.strip_prefix('>') {
        Some("") => Some(""),
        Some(more) if more.starts_with(' ') => Some(&more[1..]),
        _ => command.ends_with('\\').then_some(line),
    }
}
