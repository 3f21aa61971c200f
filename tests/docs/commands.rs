//! The reference of commands describes every command there is, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::read;
use super::text::{sections, set};
use crate::support::{Sandbox, run};

/// A command that does something.
struct Command {
    /// Such as `jit issue claim`.
    name: String,
    /// What the list of commands says of it.
    about: String,
    /// What `--help` says.
    help: String,
}

impl Command {
    /// The words in a bracket of what is said of it, such as `[alias: ls]`.
    fn bracket(&self, what: &str) -> Option<String> {
        let (_, rest) = self.about.split_once(&format!("[{what}: "))?;
        Some(rest.split(']').next()?.to_owned())
    }

    /// The command that this one is another name of.
    fn stands_for(&self) -> Option<String> {
        let other = self.bracket("short for").or_else(|| self.bracket("same as"))?;
        Some(format!("jit {other}"))
    }

    /// Its other names.
    fn aliases(&self) -> Vec<String> {
        let group = self.name.rsplit_once(' ').expect("it is below jit").0;
        let aliases = self.bracket("alias").or_else(|| self.bracket("aliases")).unwrap_or_default();
        aliases
            .split(", ")
            .filter(|alias| !alias.is_empty())
            .map(|alias| format!("{group} {alias}"))
            .collect()
    }
}

fn help(sandbox: &Sandbox, command: &str) -> String {
    let words = command.split(' ').skip(1).chain(["--help"]);
    run(sandbox.program("jit", &sandbox.path("home")).args(words)).ok().stdout
}

/// The commands in a help text, below whatever headings: names, and what is said of each.
fn listed(help: &str) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    let below = help.lines().skip_while(|line| !line.starts_with("Usage: ")).skip(1);
    for line in below.take_while(|line| *line != "Options:").filter_map(|line| line.strip_prefix("  ")) {
        if line.starts_with(char::is_alphanumeric) {
            commands.extend(line.split_once(' ').map(|(name, about)| (name, about.to_owned())));
        } else if let Some((_, about)) = commands.last_mut() {
            // What is said goes on, far to the right.
            about.extend([" ", line.trim()]);
        }
    }
    commands.retain(|(name, _)| *name != "help");
    commands
}

fn commands(sandbox: &Sandbox) -> Vec<Command> {
    let mut found = Vec::new();
    let mut open = vec![("jit".to_owned(), String::new())];
    while let Some((name, about)) = open.pop() {
        let help = help(sandbox, &name);
        let below = listed(&help);
        open.extend(below.iter().map(|(word, about)| (format!("{name} {word}"), about.clone())));
        if below.is_empty() {
            found.push(Command { name, about, help });
        }
    }
    found
}

/// The long options that a help text describes, aliases included.
fn options_of_help(help: &str) -> BTreeSet<String> {
    let mut options =
        set(help.lines().map(str::trim).filter(|line| line.starts_with('-')).flat_map(|line| {
            let words = line.split([' ', ',']);
            words
                .take_while(|word| word.is_empty() || word.starts_with('-'))
                .filter(|word| word.starts_with("--"))
        }));
    let words: Vec<&str> = help.split_whitespace().collect();
    for aliases in words.join(" ").split("[alias").skip(1) {
        let aliases = aliases.split(']').next().unwrap_or_default();
        options.extend(set(aliases.split([' ', ',']).filter(|word| word.starts_with("--"))));
    }
    options
}

/// The long options that the list in a section describes.
fn options_of_section(section: &str) -> BTreeSet<String> {
    let items = section.lines().filter_map(|line| line.strip_prefix("- ")?.split("`: ").next());
    set(items.flat_map(|item| item.split(['`', ' ', ',']).filter(|word| word.starts_with("--"))))
}

/// What is wrong with how `command` is described.
fn complaints(
    command: &Command,
    sections: &BTreeMap<String, String>,
    global: &BTreeSet<String>,
) -> Vec<String> {
    let original = command.stands_for().filter(|other| sections.contains_key(other));
    let Some(section) = sections.get(original.as_ref().unwrap_or(&command.name)) else {
        return vec![format!("{} is not described", command.name)];
    };
    let mut names = command.aliases();
    names.extend(original.is_some().then(|| command.name.clone()));
    names.retain(|name| !section.contains(&format!("`{name}`")));
    let mut complaints: Vec<String> = names.iter().map(|name| format!("{name} is not named")).collect();
    let expected: BTreeSet<String> = options_of_help(&command.help).difference(global).cloned().collect();
    // Some of its own have the name of a global one.
    let found: BTreeSet<String> = options_of_section(section).difference(global).cloned().collect();
    if found != expected {
        complaints.push(format!("{} has the options {expected:?}, not {found:?}", command.name));
    }
    let usage = command.help.lines().find_map(|line| line.strip_prefix("Usage: ")).expect("it has one");
    if original.is_none() && !section.contains(&format!("`{usage}`")) {
        complaints.push(format!("{} is used as {usage}", command.name));
    }
    complaints
}

#[test]
fn every_command_is_described_with_all_its_names_and_options() {
    let sandbox = Sandbox::new();
    let document = read("docs/reference/commands.md");
    let described = sections(&document, "### ");
    let commands = commands(&sandbox);
    let global = options_of_help(&help(&sandbox, "jit status"));
    let mut wrong: Vec<String> =
        commands.iter().flat_map(|command| complaints(command, &described, &global)).collect();
    let known = set(commands.into_iter().map(|command| command.name));
    wrong.extend(
        described.keys().filter(|name| !known.contains(*name)).map(|name| format!("there is no {name}")),
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let mut expected = global;
    expected.insert("--version".to_owned());
    assert_eq!(options_of_section(&sections(&document, "## ")["Global options"]), expected);
}
