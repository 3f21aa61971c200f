//! What differs from run to run: ids and times, and which id of a document stands for which
//! real one.

use std::collections::BTreeMap;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Char(char),
    Id(Id),
    /// A time, by its length, which tells the spellings apart.
    Time(String),
}

/// An id as it is written somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Id {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The first digits, fewer than eight: only in commands.
    Prefix,
    /// Eight digits.
    Short,
    /// A UUID without hyphens.
    Digits,
    /// A UUID.
    Uuid,
    /// A UUID below the folder of its first two digits.
    Path,
    /// A git object.
    Object,
}

impl Id {
    /// The digits by which ids of all kinds are told apart.
    fn key(&self) -> &str {
        let digits = if self.kind == Kind::Path { &self.text[3..] } else { &self.text };
        &digits[..digits.len().min(8)]
    }
}

/// Which id stands for which.
#[derive(Clone, Default)]
pub struct Bindings {
    real_of: BTreeMap<String, String>,
    written_of: BTreeMap<String, String>,
    /// The long forms met so far, of both, by kind and key.
    long: BTreeMap<(Kind, String), String>,
}

impl Bindings {
    /// Lets `written` stand for `real`, unless either is taken by another.
    pub fn unify(&mut self, written: &Id, real: &Id) -> bool {
        let known = self.real_of.get(written.key()).map(String::as_str);
        let taken = self.written_of.get(real.key()).map(String::as_str);
        let fits = known.is_none_or(|key| key == real.key()) && taken.is_none_or(|key| key == written.key());
        if written.kind != real.kind || !fits {
            return false;
        }
        self.real_of.insert(written.key().to_owned(), real.key().to_owned());
        self.written_of.insert(real.key().to_owned(), written.key().to_owned());
        for id in [written, real] {
            self.remember(id);
        }
        true
    }

    fn remember(&mut self, id: &Id) {
        let key = id.key().to_owned();
        self.long.insert((id.kind, key.clone()), id.text.clone());
        if id.kind == Kind::Path {
            self.long.insert((Kind::Uuid, key), id.text[3..].to_owned());
        } else if id.kind == Kind::Uuid {
            let path = format!("{}/{}", &id.text[..2], id.text);
            self.long.insert((Kind::Path, key), path);
        }
    }

    /// A command with real ids where it has those of the document.
    pub fn to_real(&self, command: &str) -> String {
        translated(tokens_of(command, 4), &|id| self.longest(id.kind, self.known(id)?))
    }

    /// Real output with the ids of the document where they are known.
    pub fn to_written(&self, output: &str) -> String {
        translated(tokens(output), &|id| self.longest(id.kind, self.written_of.get(id.key())?))
    }

    /// The real id that an id in a command means.
    fn known(&self, id: &Id) -> Option<&String> {
        let mut known = self.real_of.iter().filter(|(written, _)| written.starts_with(id.key()));
        let (_, real) = known.next()?;
        known.next().is_none().then_some(real)
    }

    fn longest(&self, kind: Kind, key: &str) -> Option<String> {
        match kind {
            Kind::Prefix | Kind::Short => Some(key.to_owned()),
            _ => self.long.get(&(kind, key.to_owned())).cloned(),
        }
    }
}

fn translated(tokens: Vec<Token>, other: &dyn Fn(&Id) -> Option<String>) -> String {
    let mut out = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => out.push(c),
            Token::Time(time) => out.push_str(&time),
            Token::Id(id) => out.push_str(&other(&id).unwrap_or(id.text)),
        }
    }
    out
}

/// The pieces of a line.
pub fn tokens(line: &str) -> Vec<Token> {
    tokens_of(line, 8)
}

/// The pieces of `text`, where so many digits or more are an id.
fn tokens_of(text: &str, fewest: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut inside_word = false;
    while let Some(c) = rest.chars().next() {
        let special = if inside_word { None } else { time(rest).or_else(|| id(rest, fewest)) };
        let (token, length) = special.unwrap_or((Token::Char(c), c.len_utf8()));
        tokens.push(token);
        inside_word = rest[..length].ends_with(|c: char| c.is_ascii_alphanumeric());
        rest = &rest[length..];
    }
    tokens
}

fn id(text: &str, fewest: usize) -> Option<(Token, usize)> {
    let found = |kind, length: usize| {
        let ends = !text[length..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let id = Id { kind, text: text[..length].to_owned() };
        ends.then_some((Token::Id(id), length))
    };
    if has_shape(text, "hh/hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") && text[3..].starts_with(&text[..2]) {
        return found(Kind::Path, 39);
    }
    if has_shape(text, "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh") {
        return found(Kind::Uuid, 36);
    }
    let digits = text.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
    match digits {
        4..=7 if digits >= fewest => found(Kind::Prefix, digits),
        8 => found(Kind::Short, digits),
        32 => found(Kind::Digits, digits),
        40 => found(Kind::Object, digits),
        _ => None,
    }
}

fn time(text: &str) -> Option<(Token, usize)> {
    let shapes = ["dddd-dd-ddTdd:dd:dd.dddZ", "dddd-dd-dd dd:dd:dd UTC"];
    let length = shapes.iter().find(|shape| has_shape(text, shape))?.len();
    Some((Token::Time(text[..length].to_owned()), length))
}

/// Whether `text` begins like `shape`, where `h` is a hexadecimal digit and `d` a decimal one.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'h' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        b'd' => byte.is_ascii_digit(),
        form => byte == form,
    };
    text.len() >= shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}
