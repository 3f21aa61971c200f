//! Documents whose `console` blocks are executed.
//!
//! A line that begins with `$ ` is a command for bash. It goes on after a line that ends with
//! `\`, and with the lines below it that begin with `> `. The lines up to the next command
//! are what it prints, standard output and standard error as they come. All commands of a
//! document share one shell, which begins in an empty folder; `~/examples` are the examples of jit. In
//! what is expected,
//!
//! - `...` on a line of its own stands for any lines, also none;
//! - `[..]` inside a line stands for any text;
//! - a time stands for any time that is spelled alike;
//! - an id (a UUID, eight hexadecimal digits, the forty of an object) stands for one real id
//!   throughout the document, and means that one where a command has it again, or its first
//!   four digits or more;
//! - `? 4` on the last line is the exit status, unless it is 0.
//!
//! `JIT_DOCS=overwrite cargo test docs` writes what is printed into the documents. Read the
//! difference before you commit it.

mod document;
mod ids;
mod matching;
mod session;

pub use document::fences;
pub use session::run_document;
