//! The commands in groups, as `jit --help` lists them: by what somebody wants to do.

use clap::Command;

/// Groups, and the commands of each, in the order in which they are listed.
const GROUPS: [(&str, &[&str]); 8] = [
    ("Begin", &["init", "demo", "import", "export"]),
    (
        "Write issues",
        &["create", "edit", "update", "comment", "dep", "assign", "unassign", "delete", "template", "issue"],
    ),
    ("Find issues", &["ready", "blocked", "list", "search", "show", "query", "graph", "status", "board"]),
    ("Work", &["claim", "claim-next", "start", "done", "release", "renew", "reject", "gate"]),
    ("Look back and take back", &["log", "diff", "blame", "undo", "stats", "events"]),
    ("Share, and tie to the code", &["sync", "conflict", "hooks", "close-merged", "watch"]),
    ("Let agents work", &["prime", "mcp", "coordinator"]),
    (
        "Set up and keep sound",
        &["config", "registry", "validate", "doctor", "schema", "completions", "man", "help"],
    ),
];

/// The grammar `command`, whose own help lists the commands in groups. That of those below it
/// stays as it is.
pub(super) fn grouped(command: Command) -> Command {
    let list = list(command.clone());
    let usage = format!("{} [OPTIONS] <COMMAND>", command.get_name());
    // What the list has is left out where clap would list it.
    let command = command.mut_subcommands(|below| below.hide(true));
    command.override_usage(usage).help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}\n\n{{all-args}}{{after-help}}"
    ))
}

/// The groups with their commands, wrapped and aligned as clap does it.
fn list(mut command: Command) -> String {
    command.build();
    let names = GROUPS.iter().flat_map(|(_, names)| *names);
    for (place, name) in names.enumerate() {
        if command.find_subcommand(name).is_some() {
            command = command.mut_subcommand(name, |below| below.display_order(place));
        }
    }
    let styles = command.get_styles().clone();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut list = command.help_template("{subcommands}").render_help().ansi().to_string();
    for (heading, names) in GROUPS {
        let lines = names.iter().map(|name| format!("  {literal}{name}{literal:#}"));
        let first = lines.filter_map(|line| list.find(&line)).min();
        if let Some(first) = first {
            let gap = if first == 0 { "" } else { "\n" };
            list.insert_str(first, &format!("{gap}{header}{heading}:{header:#}\n"));
        }
    }
    list.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::front::cli::args::Cli;

    #[test]
    fn every_command_is_in_one_group() {
        let mut command = Cli::command();
        command.build();
        let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
        let mut shown: Vec<&str> = shown.map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let of_features = ["board", "coordinator", "mcp"];
        grouped.retain(|name| !of_features.contains(name) || shown.contains(name));
        shown.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(shown, grouped);
    }

    #[test]
    fn each_command_is_listed_below_the_heading_of_its_group_however_narrow_the_terminal() {
        for width in [100, 60, 20, 1] {
            is_in_groups(&grouped(Cli::command().term_width(width)).render_long_help().to_string());
        }
    }

    fn is_in_groups(help: &str) {
        let mut heading = "";
        let mut found = 0;
        for line in help.lines().take_while(|line| *line != "Options:") {
            if let Some((of, _)) = GROUPS.iter().find(|(of, _)| line == format!("{of}:")) {
                heading = of;
            } else if let Some(name) = line.strip_prefix("  ").and_then(|rest| rest.split(' ').next())
                && let Some((of, _)) = GROUPS.iter().find(|(_, names)| names.contains(&name))
            {
                assert_eq!(heading, *of, "{line}");
                found += 1;
            }
        }
        assert!(found > 40, "{help}");
    }
}
