//! Taking the whole terminal, and giving it back.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::{DefaultTerminal, Frame};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::work::News;

/// The terminal, taken. It is given back when this is dropped, and before a panic is told.
pub(super) struct Terminal(DefaultTerminal);

impl Terminal {
    pub(super) fn take() -> io::Result<Self> {
        ratatui::try_init().map(Self).inspect_err(|_| {
            // Half of it may have been done.
            ratatui::try_restore().unwrap_or_default();
        })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.0.draw(draw).map(drop)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        ratatui::try_restore().unwrap_or_default();
    }
}

/// From now on keys, new sizes and signals to end are news.
pub(super) fn listen(sender: &Sender<News>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let told = sender.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            told.send(News::Leave(signal)).unwrap_or_default();
        }
    });
    let told = sender.clone();
    thread::spawn(move || {
        loop {
            let news = match event::read() {
                Ok(Event::Key(key)) if key.kind == KeyEventKind::Press => News::Key(key),
                Ok(Event::Resize(..)) => News::Resized,
                Ok(_) => continue,
                // The terminal is gone.
                Err(_) => News::Leave(SIGHUP),
            };
            let is_last = matches!(news, News::Leave(_));
            if told.send(news).is_err() || is_last {
                break;
            }
        }
    });
    Ok(())
}
