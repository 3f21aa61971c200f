//! Messages as lines on standard input and output.
//!
//! Both streams are blocking, so a thread reads and a thread writes. What is not a message is
//! answered with an error and does no further harm.

use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc as blocking;

use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// The longest line that is taken, in bytes. A text of an issue may have 4 MiB, and JSON may
/// need several bytes for one.
const MOST_BYTES: usize = 16 << 20;
/// Lines that are read ahead.
const AHEAD: usize = 16;
/// The longest id of a request that is answered, if the request is too long, in bytes.
const MOST_ID_BYTES: usize = 256;

/// A line that was read.
enum Line {
    Whole(Vec<u8>),
    /// It was too long; the id of the request, if it has one.
    TooLong(Option<RequestId>),
}

/// A line to write, and whom to tell how that went.
type Outgoing = (Vec<u8>, oneshot::Sender<io::Result<()>>);

/// Standard input and output.
pub(super) struct Stdio {
    incoming: mpsc::Receiver<Line>,
    outgoing: Option<blocking::Sender<Outgoing>>,
}

impl Stdio {
    /// Starts to read and write.
    pub(super) fn start() -> io::Result<Self> {
        let (lines, incoming) = mpsc::channel(AHEAD);
        let (outgoing, written) = blocking::channel();
        let spawn = |name: &str| std::thread::Builder::new().name(name.to_owned());
        spawn("jit-mcp-read").spawn(move || read_lines(&mut io::stdin().lock(), &lines))?;
        spawn("jit-mcp-write").spawn(move || write_lines(&mut io::stdout().lock(), &written))?;
        Ok(Self { incoming, outgoing: Some(outgoing) })
    }

    fn write(&self, message: &ServerJsonRpcMessage) -> io::Result<oneshot::Receiver<io::Result<()>>> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let (told, how) = oneshot::channel();
        let outgoing = self.outgoing.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        outgoing.send((line, told)).map_err(|_| io::ErrorKind::NotConnected)?;
        Ok(how)
    }

    /// Answers what is no message; nobody waits for that to be written.
    fn refuse(&self, error: ErrorData, id: Option<RequestId>) {
        self.write(&ServerJsonRpcMessage::error(error, id)).ok();
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let sent = self.write(&message);
        async move { sent?.await.map_err(|_| io::Error::from(io::ErrorKind::NotConnected))? }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            match self.incoming.recv().await? {
                Line::TooLong(id) => self.refuse(too_long(), id),
                Line::Whole(line) => match read(&line) {
                    Ok(Some(message)) => return Some(message),
                    Ok(None) => {}
                    Err(Unreadable { error, id }) => self.refuse(*error, id),
                },
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outgoing = None;
        Ok(())
    }
}

/// A line that is no message.
struct Unreadable {
    error: Box<ErrorData>,
    id: Option<RequestId>,
}

/// The parts of a line that are understood where the whole is not.
#[derive(Deserialize)]
struct Head {
    id: Option<RequestId>,
    method: Option<String>,
}

/// The message of a line; none if it is one that may be ignored.
fn read(line: &[u8]) -> Result<Option<ClientJsonRpcMessage>, Unreadable> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let error = match serde_json::from_slice(line) {
        Ok(message) => return Ok(Some(message)),
        Err(error) => error,
    };
    let Ok(value) = serde_json::from_slice::<Value>(line) else {
        let message = format!("the line is not JSON: {error}");
        let error = ErrorData::new(ErrorCode::PARSE_ERROR, message, None);
        return Err(Unreadable { error: Box::new(error), id: None });
    };
    let refused = |what: &str, id| {
        let error = ErrorData::invalid_request(format!("the line is {what}"), None);
        Err(Unreadable { error: Box::new(error), id })
    };
    if value.is_array() {
        return refused("a batch, which the protocol no longer has: write each message on a line", None);
    }
    match Head::deserialize(&value) {
        Ok(Head { id: None, method: Some(_) }) => Ok(None),
        Ok(Head { id, method: Some(method) }) => {
            refused(&format!("no request {method:?} as the protocol has it"), id)
        }
        Ok(Head { id, method: None }) => refused("no message: it has no method", id),
        Err(_) => refused("no message of the protocol", None),
    }
}

fn too_long() -> ErrorData {
    ErrorData::invalid_request(format!("the line has more than {MOST_BYTES} bytes"), None)
}

/// Reads lines until the end, or until nobody wants them any more.
fn read_lines(input: &mut impl BufRead, lines: &mpsc::Sender<Line>) {
    while let Ok(Some(line)) = read_line(input, MOST_BYTES) {
        if lines.blocking_send(line).is_err() {
            return;
        }
    }
}

/// The next line, of at most `most` bytes; none at the end. What follows the last line break is
/// half a message.
fn read_line(input: &mut impl BufRead, most: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    input.by_ref().take(most as u64).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(Line::Whole(line)));
    }
    if line.len() < most {
        return Ok(None);
    }
    // What is left of it is read but not kept, but for the id.
    let mut rest = RestOfLine { input, is_over: false };
    let whole = io::BufReader::new(line.as_slice().chain(&mut rest));
    let head = serde_json::from_reader::<_, Head>(whole).ok();
    io::copy(&mut rest, &mut io::sink())?;
    let is_short = |id: &RequestId| id.to_string().len() <= MOST_ID_BYTES;
    Ok(Some(Line::TooLong(head.and_then(|head| head.id).filter(is_short))))
}

/// The bytes up to the next line break, which is taken too.
struct RestOfLine<'a, R> {
    input: &'a mut R,
    is_over: bool,
}

impl<R: BufRead> Read for RestOfLine<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_over || buffer.is_empty() {
            return Ok(0);
        }
        let there = self.input.fill_buf()?;
        let end = there.iter().position(|byte| *byte == b'\n');
        let count = end.unwrap_or(there.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.is_over = there.is_empty() || end == Some(count);
        self.input.consume(count + usize::from(end == Some(count)));
        Ok(count)
    }
}

/// Writes lines until there are no more.
fn write_lines(output: &mut impl Write, lines: &blocking::Receiver<Outgoing>) {
    for (line, told) in lines {
        let written = output.write_all(&line).and_then(|()| output.flush());
        // Whoever sent it may have gone.
        told.send(written).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<Line> {
        let mut input = io::BufReader::with_capacity(7, text);
        std::iter::from_fn(|| read_line(&mut input, 64).unwrap()).collect()
    }

    #[test]
    fn half_a_line_at_the_end_is_no_line() {
        let read = lines(b"one\n\ntwo\nthr");
        let texts: Vec<&[u8]> = read
            .iter()
            .map(|line| match line {
                Line::Whole(text) => text.as_slice(),
                Line::TooLong(_) => panic!("all are short"),
            })
            .collect();
        assert_eq!(texts, [b"one".as_slice(), b"", b"two"]);
    }

    #[test]
    fn a_line_that_is_too_long_has_an_id_before_and_after_what_makes_it_long() {
        let long = "x".repeat(10_000);
        let text = format!(
            "{{\"id\":7,\"method\":\"m\",\"p\":\"{long}\"}}\n{{\"p\":\"{long}\",\"id\":\"eight\"}}\n{long}\nnext\n"
        );
        let mut input = text.as_bytes();
        let mut ids = Vec::new();
        while let Some(Line::TooLong(id)) = read_line(&mut input, 64).unwrap() {
            ids.push(id.map(|id| id.to_string()));
        }
        assert_eq!(ids, [Some("7".to_owned()), Some("eight".to_owned()), None]);
        assert_eq!(input, b"", "the line after them was whole");
    }

    #[test]
    fn what_is_no_message_is_told_apart() {
        let code = |line: &str| read(line.as_bytes()).err().map(|unreadable| unreadable.error.code);
        assert_eq!(code("{"), Some(ErrorCode::PARSE_ERROR));
        assert_eq!(code("\u{feff}"), Some(ErrorCode::PARSE_ERROR));
        assert_eq!(code("[]"), Some(ErrorCode::INVALID_REQUEST));
        assert_eq!(code("17"), Some(ErrorCode::INVALID_REQUEST));
        assert_eq!(code(" "), None);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#), None);
    }
}
