//! The only place that prints.
//!
//! - Results go to standard output; talk, warnings and errors to standard error.
//! - `--json` prints exactly one document, also for a failure.
//! - A reader that went away ends the program quietly ([`UiError::Closed`]); any other
//!   failure to write a result is an error. Talk that cannot be written is dropped: it must
//!   not spoil a command that did its work.
//! - Colour never carries meaning alone, and is left out where it would not be seen.

use std::borrow::Cow;
use std::io::{self, BufWriter, Stderr, Stdout, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde::Serialize;
use serde_json::Serializer;

use super::json::{Compact, Indented};
use super::pager::{Paged, Pager};
use super::render::text::{clean, clean_block};
use super::render::times::Times;
use crate::front::wire::ErrorObject;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Bytes of a long result that are written at once.
const AT_ONCE: usize = 64 << 10;

/// A terminal that does not say how large it is.
const USUAL_SIZE: (usize, usize) = (80, 24);

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    // On terminals that take it
    #[default]
    Auto,
    // Always, also into files and pipes
    Always,
    // Never
    Never,
}

impl Color {
    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self {
            Self::Auto => AutoStream::choice(stream),
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

/// How to print.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UiOptions {
    /// When to use colour.
    pub(crate) color: Color,
    /// Whether results are JSON.
    pub(crate) json: bool,
    /// Whether notes are left out.
    pub(crate) quiet: bool,
    /// Whether standard output is a terminal.
    pub(crate) terminal: bool,
    /// The columns and rows of that terminal.
    pub(crate) size: Option<(usize, usize)>,
    /// How points in time are shown to people.
    pub(crate) times: Times,
}

/// Why a result could not be printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UiError {
    /// Nobody reads any more.
    #[error("nobody reads the output")]
    Closed,
    /// It could not be written.
    #[error("cannot write the output: {0}")]
    Write(#[source] io::Error),
    /// It is not JSON.
    #[error("cannot write the output as JSON: {0}")]
    Json(#[source] serde_json::Error),
}

impl From<io::Error> for UiError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Write(error) }
    }
}

impl From<serde_json::Error> for UiError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { io::Error::from(error).into() } else { Self::Json(error) }
    }
}

/// Where a stream ends.
pub(super) trait Sink: Write {
    /// Shows all that was written.
    fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

impl Sink for Stdout {}
impl Sink for Stderr {}

/// A stream, and whether it takes colour.
struct Stream {
    writer: Box<dyn Sink + Send>,
    color: ColorChoice,
}

impl Stream {
    /// Writes `text` as a whole, so that lines of several processes do not mix.
    fn write(&mut self, text: &str) -> io::Result<()> {
        let mut colored = AutoStream::new(Vec::with_capacity(text.len()), self.color);
        colored.write_all(text.as_bytes())?;
        self.write_raw(&colored.into_inner())
    }

    fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.writer.flush()
    }
}

/// Standard output and error.
pub(crate) struct Ui {
    out: Stream,
    err: Stream,
    options: UiOptions,
}

impl Ui {
    /// Prints to the process's standard output and error.
    pub(crate) fn new(options: UiOptions) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (out_color, err_color) = (options.color.choice(&out), options.color.choice(&err));
        Self {
            out: Stream { writer: Box::new(out), color: out_color },
            err: Stream { writer: Box::new(err), color: err_color },
            options,
        }
    }

    /// From now on shows results on a terminal that are longer than it is through a pager.
    pub(crate) fn page(&mut self, pager: Pager) {
        if self.options.terminal {
            self.out.writer = Box::new(Paged::new(self.size(), pager));
        }
    }

    /// Shows all results that are not shown yet, and waits until they are read.
    pub(crate) fn finish(&mut self) -> Result<(), UiError> {
        Ok(self.out.writer.finish()?)
    }

    /// Whether results are to be JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.options.json
    }

    /// Whether as little as possible is to be said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.options.quiet
    }

    /// The columns that results must fit; none where they are not shown on a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.options.terminal.then(|| self.size().0)
    }

    /// The columns and rows of the terminal.
    fn size(&self) -> (usize, usize) {
        self.options.size.unwrap_or(USUAL_SIZE)
    }

    /// How points in time are shown to people.
    pub(crate) fn times(&self) -> Times {
        self.options.times
    }

    /// Whether results may have colours, and other styles.
    pub(crate) fn takes_color(&self) -> bool {
        self.out.color != ColorChoice::Never
    }

    /// Prints a result for people, and a line break unless it ends with one.
    pub(crate) fn result(&mut self, text: &str) -> Result<(), UiError> {
        Ok(self.out.write(&ended(text))?)
    }

    /// Prints a result for programs, byte for byte.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), UiError> {
        Ok(self.out.write_raw(text.as_bytes())?)
    }

    /// Prints a long result for people, which comes in parts.
    pub(crate) fn results(&mut self, parts: impl IntoIterator<Item = String>) -> Result<(), UiError> {
        let mut text = String::new();
        for part in parts {
            text.push_str(&part);
            if text.len() > AT_ONCE {
                self.out.write(&text)?;
                text.clear();
            }
        }
        if text.is_empty() { Ok(()) } else { self.result(&text) }
    }

    /// Prints a result as one JSON document, indented on a terminal. A long one is not held in
    /// memory as a whole.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), UiError> {
        let mut out = BufWriter::with_capacity(AT_ONCE, &mut self.out.writer);
        if self.options.terminal {
            value.serialize(&mut Serializer::with_formatter(&mut out, Indented::default()))?;
        } else {
            value.serialize(&mut Serializer::with_formatter(&mut out, Compact))?;
        }
        out.write_all(b"\n")?;
        // So that what a full buffer could not write is not tried again when it is dropped.
        let written = out.flush();
        drop(out.into_parts());
        written?;
        Ok(self.out.writer.flush()?)
    }

    /// Waits, but no longer than somebody reads the results, nor longer than until a signal
    /// comes.
    pub(crate) fn wait(&self, time: Duration) -> Result<(), UiError> {
        let out = io::stdout();
        // A pipe that nobody reads is reported whether or not it is asked for.
        let mut watched = [PollFd::new(out.as_fd(), PollFlags::empty())];
        let time = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        match poll(&mut watched, time) {
            Ok(1..) => Err(UiError::Closed),
            _ => Ok(()),
        }
    }

    /// Says something that is not the result, unless asked to be quiet.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.options.quiet {
            self.say(&ended(&clean_block(text)));
        }
    }

    /// Warns.
    pub(crate) fn warn(&mut self, text: &str) {
        self.say_line(WARNING, "warning", text);
    }

    /// Reports a failure: as JSON in place of the result, else to people.
    pub(crate) fn error(&mut self, failure: &ErrorObject) -> Result<(), UiError> {
        if self.options.json {
            let told = self.json(failure);
            if told.is_ok() {
                return told;
            }
        }
        self.say_line(ERROR, "error", &failure.error.message);
        if let Some(hint) = &failure.error.hint {
            self.say_line(HINT, "hint", hint);
        }
        Ok(())
    }

    fn say_line(&mut self, style: Style, prefix: &str, text: &str) {
        self.say(&format!("{style}{prefix}:{style:#} {}\n", clean(text)));
    }

    fn say(&mut self, text: &str) {
        // Talk comes after the results that it is about, and not between the lines of a pager.
        self.finish().ok();
        // There is nobody left to tell that telling failed.
        self.err.write(text).ok();
    }
}

fn ended(text: &str) -> Cow<'_, str> {
    if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A writer whose bytes can be looked at afterwards.
    #[derive(Clone, Default)]
    struct Pipe(Arc<Mutex<Vec<u8>>>);

    impl Pipe {
        fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
        }
    }

    impl Sink for Pipe {}

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A writer that fails.
    struct Broken(io::ErrorKind);

    impl Sink for Broken {}

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn ui(options: UiOptions) -> (Ui, Pipe, Pipe) {
        let (out, err) = (Pipe::default(), Pipe::default());
        let stream = |pipe: &Pipe| Stream {
            writer: Box::new(pipe.clone()),
            color: options.color.choice(&Vec::<u8>::new()),
        };
        (Ui { out: stream(&out), err: stream(&err), options }, out, err)
    }

    fn broken(kind: io::ErrorKind) -> Ui {
        let stream = || Stream { writer: Box::new(Broken(kind)), color: ColorChoice::Never };
        Ui { out: stream(), err: stream(), options: UiOptions::default() }
    }

    #[test]
    fn json_is_compact_in_a_pipe_and_indented_on_a_terminal() {
        let value = serde_json::json!({"title": "a\u{9b}\u{7f}\u{1b}"});
        let (mut piped, out, _) = ui(UiOptions::default());
        piped.json(&value).unwrap();
        assert_eq!(out.text(), "{\"title\":\"a\\u009b\\u007f\\u001b\"}\n");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out.text()).unwrap(), value);
        let (mut shown, out, _) = ui(UiOptions { terminal: true, ..UiOptions::default() });
        shown.json(&value).unwrap();
        assert!(out.text().starts_with("{\n  \"title\""), "{}", out.text());
    }

    #[test]
    fn talk_goes_to_standard_error_and_is_clean() {
        let (mut ui, out, err) = ui(UiOptions::default());
        ui.note("two\nlines");
        ui.warn("odd \u{1b}[2J");
        let hint = Some("try again".to_owned());
        ui.error(&ErrorObject::new("internal", "it\nbroke", serde_json::json!({}), hint)).unwrap();
        assert_eq!(out.text(), "");
        assert_eq!(err.text(), "two\nlines\nwarning: odd \\u{1b}[2J\nerror: it\\nbroke\nhint: try again\n");
    }

    #[test]
    fn quiet_leaves_out_notes_but_not_warnings() {
        let (mut ui, _, err) = ui(UiOptions { quiet: true, ..UiOptions::default() });
        ui.note("note");
        ui.warn("warning");
        assert_eq!(err.text(), "warning: warning\n");
    }

    #[test]
    fn colour_is_printed_only_where_wanted() {
        for (color, expected) in [(Color::Never, "x\n"), (Color::Always, "\u{1b}[1mx\u{1b}[0m\n")] {
            let (mut ui, out, _) = ui(UiOptions { color, ..UiOptions::default() });
            let bold = Style::new().bold();
            ui.result(&format!("{bold}x{bold:#}")).unwrap();
            assert_eq!(out.text(), expected);
        }
    }

    #[test]
    fn a_failure_is_the_document_in_json_mode() {
        let (mut ui, out, err) = ui(UiOptions { json: true, ..UiOptions::default() });
        ui.error(&ErrorObject::new("internal", "broke", serde_json::json!({}), None)).unwrap();
        assert_eq!(
            out.text(),
            "{\"error\":{\"code\":\"internal\",\"message\":\"broke\",\"details\":{},\"hint\":null}}\n"
        );
        assert_eq!(err.text(), "");
    }

    #[test]
    fn a_reader_that_went_away_is_told_from_a_full_disk() {
        let closed = broken(io::ErrorKind::BrokenPipe).result("x");
        assert!(matches!(closed, Err(UiError::Closed)));
        let mut full = broken(io::ErrorKind::StorageFull);
        assert!(matches!(full.json(&1), Err(UiError::Write(_))));
        full.warn("talk that cannot be written is dropped");
    }
}
