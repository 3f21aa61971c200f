//! The values that arguments can have.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap_complete::engine::CompletionCandidate;

use crate::front::cli::render::column::Column;
use crate::front::cli::render::text::{clean, count};
use crate::model::order::SortKey;
use crate::model::settings::SettingKey;
use crate::model::{Priority, Status};
use crate::ops::{CommandExecutor, Context, Error, RemoteUse};
use crate::store::Storage;
use crate::sync::Network;

/// Values that are offered at once.
const MOST: usize = 200;
/// Characters of a title that are shown.
const LONG: usize = 72;
/// What filters can ask for.
const FILTER_KEYS: [(&str, &str); 8] = [
    ("state:", "the state"),
    ("label:", "a label"),
    ("priority:", "the priority"),
    ("assignee:", "who is to do it; none or me"),
    ("type:", "the type"),
    ("gate:", "a gate that it requires"),
    ("claim:", "held, expired or none"),
    ("has:conflict", "a conflict that nobody settled"),
];

/// A word, and what it means.
type Value = (String, String);

/// Where the values of an argument are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Agents,
    Columns,
    Filter,
    Gates,
    Issues,
    Labels,
    Priorities,
    Settings,
    SortKeys,
    States,
    Templates,
    Types,
}

/// The directory that jit is to run in, by its own arguments.
pub(super) fn dir(args: &[OsString]) -> PathBuf {
    let after = args.iter().skip_while(|arg| *arg != "-C").nth(1);
    after.map_or_else(|| PathBuf::from("."), PathBuf::from)
}

impl Source {
    /// That of the argument `name` of the command at `path`, if it names something that is known.
    pub(super) fn of(path: &[String], name: &str) -> Option<Self> {
        let is_below = |group: &str| path.get(1).is_some_and(|word| word == group);
        Some(match name {
            "AGENT" => Self::Agents,
            "COLUMNS" => Self::Columns,
            "FILTER" => Self::Filter,
            "GATE" => Self::Gates,
            "ID" | "ID|FROM..TO" => Self::Issues,
            "KEY" if is_below("config") => Self::Settings,
            "KEY" if is_below("registry") => Self::Gates,
            "KEYS" => Self::SortKeys,
            "LABEL" => Self::Labels,
            "NAME" if is_below("template") && path.get(2).is_some_and(|word| word != "add") => {
                Self::Templates
            }
            "NAME" if path.last().is_some_and(|word| word == "create") => Self::Templates,
            "PRIORITY" => Self::Priorities,
            "STATE" => Self::States,
            "VALUE" if is_below("query") => match path.get(2)?.as_str() {
                "assignee" => Self::Agents,
                "label" => Self::Labels,
                "priority" => Self::Priorities,
                "state" => Self::States,
                _ => return None,
            },
            _ => return None,
        })
    }

    /// What may be meant by what was typed so far.
    pub(super) fn candidates(self, dir: &Path, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        // Nobody waits for a remote, or for a bar, between two keys.
        let context = Context::default().with_network(Network::default(), RemoteUse::Offline);
        let jit = CommandExecutor::with_context(Storage::new(dir), context);
        let values = self.values(&jit, typed).unwrap_or_default();
        let fits = values.into_iter().filter(|(value, _)| value.starts_with(typed)).take(MOST);
        fits.enumerate()
            .map(|(place, (value, help))| {
                let help = (!help.is_empty()).then(|| short(&help).into());
                CompletionCandidate::new(value).help(help).display_order(Some(place))
            })
            .collect()
    }

    fn values(self, jit: &CommandExecutor, typed: &str) -> Result<Vec<Value>, Error> {
        let known = |(name, help): (&str, &str)| (name.to_owned(), help.to_owned());
        let counted = |(name, issues): (String, usize)| (name, count(issues, "issue"));
        Ok(match self {
            Self::Agents => jit.vocabulary()?.agents.into_iter().map(counted).collect(),
            Self::Columns => Column::names().map(|name| known((name, ""))).collect(),
            Self::Filter => filter(jit, typed)?,
            Self::Gates => {
                let gates = jit.gates()?.into_iter();
                gates.map(|(key, gate)| (key.to_string(), gate.title.unwrap_or_default())).collect()
            }
            Self::Issues => issues(jit, typed)?,
            Self::Labels => jit.vocabulary()?.labels.into_iter().map(counted).collect(),
            Self::Priorities => Priority::ALL.iter().map(|one| known((one.as_str(), ""))).collect(),
            Self::Settings => {
                let settings = jit.settings()?;
                settings
                    .keys()
                    .map(|key: SettingKey| (key.name().into_owned(), key.about().to_owned()))
                    .collect()
            }
            Self::SortKeys => {
                let turned = typed.starts_with('-');
                let name = |name: &str| if turned { format!("-{name}") } else { name.to_owned() };
                SortKey::ALL.iter().map(|(key, _)| (name(key), String::new())).collect()
            }
            Self::States => Status::ALL.iter().map(|one| known((one.as_str(), ""))).collect(),
            Self::Templates => {
                let templates = jit.templates()?.into_iter();
                templates.map(|(name, template)| (name.to_string(), template.title)).collect()
            }
            Self::Types => jit.vocabulary()?.types.into_iter().map(counted).collect(),
        })
    }
}

/// Issues by their short ids, or by whole ones where more was typed.
fn issues(jit: &CommandExecutor, typed: &str) -> Result<Vec<Value>, Error> {
    let listing = jit.issues_beginning(typed, MOST)?;
    let value = |issue: &crate::model::Issue| {
        let (short, whole) = (issue.id.short(), issue.id.to_string());
        (if short.starts_with(typed) { short } else { whole }, issue.title.clone())
    };
    Ok(listing.issues().map(value).collect())
}

/// The last term of a filter, after whatever stands before it.
fn filter(jit: &CommandExecutor, typed: &str) -> Result<Vec<Value>, Error> {
    let term_at = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let term_at = term_at + usize::from(typed[term_at..].starts_with('-'));
    let term = &typed[term_at..];
    let Some((key, values)) = term.split_once(':') else {
        let saved = jit.settings().map(|settings| settings.filters).unwrap_or_default();
        let saved = saved.into_iter().map(|(name, text)| (format!("@{name}"), text));
        let keys = FILTER_KEYS.iter().map(|(key, help)| ((*key).to_owned(), (*help).to_owned()));
        return Ok(keys
            .chain(saved)
            .map(|(word, help)| (format!("{}{word}", &typed[..term_at]), help))
            .collect());
    };
    let value = values.rsplit('|').next().unwrap_or_default();
    let before = &typed[..typed.len() - value.len()];
    let source = match key {
        "state" | "status" => Source::States,
        "label" => Source::Labels,
        "priority" => Source::Priorities,
        "assignee" => Source::Agents,
        "type" => Source::Types,
        "gate" => Source::Gates,
        _ => return Ok(Vec::new()),
    };
    let found = source.values(jit, value)?.into_iter();
    Ok(found.map(|(value, help)| (format!("{before}{value}"), help)).collect())
}

/// A help that shells show beside a word.
fn short(help: &str) -> String {
    let help = clean(help.lines().next().unwrap_or_default()).into_owned();
    match help.char_indices().nth(LONG) {
        Some((at, _)) => help[..at].to_owned() + "…",
        None => help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_the_one_that_jit_would_go_to() {
        let dir_of = |line: &str| dir(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(dir_of("jit -- jit show 3f"), Path::new("."));
        assert_eq!(dir_of("jit -- jit -C ../api show 3f"), Path::new("../api"));
        assert_eq!(dir_of("jit -- jit -C"), Path::new("."));
    }

    #[test]
    fn helps_are_short_and_harmless() {
        assert_eq!(short("a\u{1b}[2J\nb"), "a\\u{1b}[2J");
        assert_eq!(short(&"ä".repeat(100)).chars().count(), LONG + 1);
    }
}
