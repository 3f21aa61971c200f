//! What an agent needs to know of a project, in under 60 lines of Markdown.

use std::time::Duration;

use super::keys;
use crate::model::settings::SyncAuto;
use crate::model::text::is_invisible;
use crate::model::{GateKey, GateStage};
use crate::ops::Conventions;

/// Gates that are described; the registry has the rest.
const GATES: usize = 12;
/// Labels and types that are named.
const WORDS: usize = 12;
/// Characters of a title, a command or a word that are shown.
const CHARS: usize = 70;

const WORK: &str = "\
    jit ready                     # what can be claimed now, most urgent first
    jit claim-next                # take the most urgent, and print its id
    jit show ID                   # what is to be done: description, comments, context, gates
    jit comment ID 'TEXT'         # what others need to know
    jit done ID                   # finish it
    jit release ID 'WHY'          # give it up for others
";

/// The text.
pub(super) fn text(conventions: &Conventions) -> String {
    let ref_name = &conventions.ref_name;
    let mut lines = vec![
        "## Issues: jit".to_owned(),
        String::new(),
        format!("This project tracks its work with `jit`. Issues live in this git repository, in `{ref_name}`, not in files"),
        "of the working tree; every change is kept, and of any number of agents that claim an issue exactly one wins.".to_owned(),
        "Say who you are once, `export JIT_AGENT=agent:NAME`, or with each command, `--by agent:NAME`.".to_owned(),
        String::new(),
    ];
    lines.extend(WORK.lines().map(|line| format!("    {}", line.trim())));
    lines.push(String::new());
    lines.push(
        "- Work only on what you have claimed. If somebody else holds it (exit status 5), take another."
            .to_owned(),
    );
    lines.push(lease(conventions));
    lines.extend([
        "- What turns out to be done besides becomes an issue of its own, and what must wait for it says so:".to_owned(),
        "  `jit create 'TITLE' --desc 'TEXT' --label LABEL`, `jit dep add ID OTHER-ID`.".to_owned(),
        "- An ID is its first four digits or more. `--json` prints one document, `jit COMMAND --help` tells the rest.".to_owned(),
        "  A failure says what to run next.".to_owned(),
    ]);
    lines.extend(gates(conventions));
    lines.extend(words("Labels in use", &conventions.labels));
    lines.extend(words("Types in use", &conventions.types));
    lines.push(sharing(conventions));
    lines.join("\n") + "\n"
}

fn lease(conventions: &Conventions) -> String {
    match conventions.settings.claim_ttl_secs {
        None => "- A claim stands until you finish or release the issue: never leave one behind.".to_owned(),
        Some(secs) => {
            let ttl = humantime::format_duration(Duration::from_secs(secs));
            format!("- A claim ends after {ttl}: `jit renew ID` before that, or others may take the issue.")
        }
    }
}

fn gates(conventions: &Conventions) -> Vec<String> {
    let keys = keys(conventions);
    let unknown = if conventions.settings.strict_gates { "refused" } else { "passed by hand" };
    if keys.is_empty() {
        return vec![
            "- No gates yet: what must pass before an issue is done can be defined with `jit registry add`."
                .to_owned(),
        ];
    }
    let mut lines = vec![
        "- Gates must pass before an issue that requires them is done; with gates pending, `jit done` leaves it gated".to_owned(),
        format!("  (exit status 4), and the last to pass completes it. Gates that are not registered are {unknown}. There are:"),
    ];
    lines.extend(keys.iter().take(GATES).map(|key| format!("  - {}", gate(conventions, key))));
    if keys.len() > GATES {
        lines.push(format!("  - and {} more: `jit registry list`", keys.len() - GATES));
    }
    lines
}

fn gate(conventions: &Conventions, key: &GateKey) -> String {
    let issues = match conventions.required.get(key) {
        None => "no issue requires it".to_owned(),
        Some(1) => "1 issue requires it".to_owned(),
        Some(count) => format!("{count} issues require it"),
    };
    let Some(definition) = conventions.gates.get(key) else {
        return format!("`{key}`, not registered: `jit gate pass ID {key}`; {issues}");
    };
    let title = definition.title.as_deref().map(|title| format!(" ({})", short(title))).unwrap_or_default();
    let when = if definition.stage == GateStage::Pre { ", before the issue can start" } else { "" };
    let how = match &definition.checker {
        Some(checker) => format!("`jit gate check ID {key}` runs {}", code(&short(&checker.command))),
        None if definition.auto => format!("a machine reports it: `jit gate pass ID {key}`"),
        None => format!("a person passes it: `jit gate pass ID {key}`"),
    };
    format!("`{key}`{title}{when}: {how}; {issues}")
}

fn words(what: &str, words: &[(String, usize)]) -> Option<String> {
    let named: Vec<String> =
        words.iter().take(WORDS).map(|(word, count)| format!("{} ({count})", code(&short(word)))).collect();
    let rest = if words.len() > WORDS { ", …" } else { "" };
    (!named.is_empty()).then(|| format!("- {what}: {}{rest}", named.join(", ")))
}

fn sharing(conventions: &Conventions) -> String {
    match (&conventions.shared_with, &conventions.first_remote) {
        (Some(remote), _) if conventions.settings.sync_auto == SyncAuto::Mutation => {
            format!(
                "- The tracker is shared with `{remote}`: every change is published at once. `jit sync` brings what others did."
            )
        }
        (Some(remote), _) => format!(
            "- The tracker is shared with `{remote}`: claims are settled there at once, and all else goes with `jit sync`. \
             Run it before\n  you begin and after you finish."
        ),
        (None, Some(remote)) => {
            format!("- The tracker is in this clone alone; `jit sync {remote}` would share it.")
        }
        (None, None) => {
            "- The tracker is in this clone alone: there is no remote to share it with.".to_owned()
        }
    }
}

/// One line that is not too long and shows nothing odd.
fn short(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !is_invisible(*c)).collect();
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// As code in Markdown, whatever is in it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Checker, Extra, GateDefinition, Settings};

    fn conventions() -> Conventions {
        Conventions {
            ref_name: "refs/jit/main".to_owned(),
            settings: Settings::default(),
            gates: BTreeMap::new(),
            required: BTreeMap::new(),
            labels: Vec::new(),
            types: Vec::new(),
            shared_with: None,
            first_remote: None,
        }
    }

    #[test]
    fn however_much_there_is_the_text_stays_short() {
        let checker = Checker { command: "x\n".repeat(500), timeout_secs: None, extra: Extra::new() };
        let definition = GateDefinition {
            title: Some("A `title` \u{1b}[31m".repeat(30)),
            checker: Some(checker),
            ..GateDefinition::default()
        };
        let key = |n: usize| GateKey::parse(&format!("gate-{n}")).unwrap();
        let many = |word: &str| (0..100).map(|n| (format!("{word}{n}"), n)).collect::<Vec<_>>();
        let big = Conventions {
            gates: (0..50).map(|n| (key(n), definition.clone())).collect(),
            required: (40..90).map(|n| (key(n), n)).collect(),
            labels: many("label"),
            types: many("type"),
            shared_with: Some("origin".to_owned()),
            ..conventions()
        };
        let text = text(&big);
        assert!(text.lines().count() < 60, "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 400), "{text}");
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("and 78 more"), "{text}");
    }

    #[test]
    fn what_the_project_decided_is_said() {
        let mut project = conventions();
        assert!(text(&project).contains("No gates yet"));
        assert!(text(&project).contains("A claim stands until you finish"));
        assert!(text(&project).contains("there is no remote"));
        project.settings.claim_ttl_secs = Some(4 * 3600);
        project.shared_with = Some("hub".to_owned());
        assert!(text(&project).contains("A claim ends after 4h"));
        assert!(text(&project).contains("shared with `hub`: claims are settled"));
        project.settings.sync_auto = SyncAuto::Mutation;
        assert!(text(&project).contains("every change is published at once"));
    }
}
