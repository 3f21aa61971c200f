//! Text of every kind comes back byte for byte, from jit, from the log and from the stored
//! files as another reader sees them; what a field cannot hold is refused.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{path_of, skipped};
use crate::support::{Sandbox, run};

/// One or more of every kind of character. A title takes those of one visible line.
pub(super) const CLASSES: [(&str, bool); 36] = [
    ("plain words", true),
    ("Zoë Łódź ß İ ﬁ", true),
    ("名前 太郎", true),
    ("한국어 각", true),
    ("e\u{301} a\u{308}\u{323} \u{301}", true),
    ("שלום עולם", true),
    ("مرحبا بالعالم", true),
    ("٣４ Ⅷ ½", true),
    ("😀 👩\u{200d}👩\u{200d}👧\u{200d}👦 🇩🇪 👍🏽 ❤\u{fe0f}", true),
    ("private \u{e000}\u{f8ff}\u{f0000}\u{10fffd}", true),
    ("unassigned \u{378} \u{e0080}", true),
    ("non-characters \u{fffe}\u{ffff}\u{fdd0}\u{1fffe}\u{10ffff}", true),
    ("replacement \u{fffd}", true),
    ("blanks \u{a0}\u{2003}\u{3000}\u{1680}x", true),
    ("\u{a0}x\u{3000}", true),
    ("unseen \u{ad}\u{200b}\u{200e}\u{2060}\u{e0041}", true),
    ("reversed \u{202e}abc\u{202c} \u{2067}def\u{2069}", true),
    ("\u{feff}mark \u{feff}", true),
    ("line\u{2028}separator", false),
    ("paragraph\u{2029}separator", false),
    ("next\u{85}line", false),
    ("null \0 end", false),
    ("bell \u{7} escape \u{1b}[31m", false),
    ("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{8}\u{b}\u{c}\u{e}\u{f}\u{10}\u{1f}", false),
    ("delete \u{7f}", false),
    ("\u{80}\u{84}\u{86}\u{9b}31m\u{9f}", false),
    ("crlf\r\nlines\r\n", false),
    ("return\ralone", false),
    ("no newline\nat the end", false),
    ("one\nnewline\n", false),
    ("two\nnewlines\n\n", false),
    ("three\nnewlines\n\n\n", false),
    ("\n", false),
    ("\n\nbefore", false),
    ("  indented\n\tby tab\n trailing \n\t\n", false),
    ("---\n- a: |\n    b\n# c\n...\n", false),
];

/// What some reader of YAML takes for something else.
const LOOKALIKES: &str = "no¦on¦y¦N¦yes¦OFF¦true¦False¦1e3¦12e4567¦0x1F¦0o17¦0b1¦007¦1_000¦12:30:45¦190:20:30¦.5¦\
    .inf¦.nan¦+1¦-1¦null¦NULL¦~¦2026-01-01¦2026-01-01T00:00:00Z¦=¦<<¦: x¦x:¦x: y¦# x¦x #y¦- x¦- ¦? x¦{a¦[b¦]¦}¦a, b¦&a¦\
    *a¦!t¦!!str x¦|¦>¦|-¦%¦%TAG¦@¦`x`¦'¦\"¦''¦'x'¦\"x\"¦\\¦\\n¦---¦...¦\tx¦x\t¦x\ty¦ x¦x ¦  x  y  ¦x  y¦,";

/// Prints all YAML files of a tar archive, as `PyYAML` reads them, as one JSON object.
const READER: &str = r#"
import json, sys, tarfile, yaml
files = {}
with tarfile.open(sys.argv[1]) as archive:
    for member in archive:
        if member.name.endswith(".yaml"):
            files[member.name] = yaml.safe_load(archive.extractfile(member).read())
print(json.dumps(files))
"#;

/// All samples, and whether each may be a title.
fn samples() -> Vec<(String, bool)> {
    let classes = CLASSES.iter().map(|(text, is_title)| ((*text).to_owned(), *is_title));
    classes.chain(LOOKALIKES.split('¦').map(|text| (text.to_owned(), true))).collect()
}

/// The samples that can be an argument of a program.
fn arguments() -> Vec<String> {
    samples().into_iter().map(|(text, _)| text).filter(|text| !text.contains('\0')).collect()
}

/// A tracker with an issue for every sample, created from lists: see [`with_typed_samples`].
fn with_listed_samples() -> (Sandbox, BTreeMap<String, (String, bool)>) {
    let sandbox = Sandbox::with_tracker();
    let mut issues = BTreeMap::new();
    for part in samples().chunks(50) {
        let entry = |(text, is_title): &(String, bool)| {
            let title = if *is_title { text } else { "x" };
            json!({"title": title, "description": text, "context": {"sample": text}})
        };
        let list = Value::Array(part.iter().map(entry).collect()).to_string();
        let created = sandbox.jit_with_input(list.as_bytes(), ["-q", "create", "--from", "-"]).ok();
        issues.extend(created.stdout.lines().map(str::to_owned).zip(part.iter().cloned()));
    }
    (sandbox, issues)
}

/// A tracker with an issue for every sample, which is its description and comment and,
/// where it can be, its title and the value of its context; by id.
fn with_typed_samples() -> (Sandbox, BTreeMap<String, (String, bool)>) {
    let sandbox = Sandbox::with_tracker();
    let mut issues = BTreeMap::new();
    for (text, is_title) in samples() {
        let title = format!("--title={}", if is_title { &text } else { "x" });
        let context = format!("--context=sample={}", text.replace('\0', "0"));
        let created = sandbox.jit_with_input(text.as_bytes(), ["-q", "create", &title, &context, "-d", "-"]);
        let id = created.ok().stdout.trim().to_owned();
        if !text.trim().is_empty() {
            sandbox.jit_with_input(text.as_bytes(), ["comment", &id, "-"]).ok();
        }
        issues.insert(id, (text, is_title));
    }
    (sandbox, issues)
}

/// The stored YAML files as `PyYAML` reads them; none where that is not installed.
fn as_pyyaml_reads(sandbox: &Sandbox) -> Option<Value> {
    let installed = run(sandbox.program("python3", &sandbox.path("")).args(["-c", "import yaml"])).code == 0;
    assert!(installed || std::env::var_os("CI").is_none(), "python3 with PyYAML is needed");
    if !installed {
        return skipped("python3 with PyYAML is not installed");
    }
    sandbox.git(["archive", "--format=tar", "--output=../tracker.tar", "refs/jit/main"]).ok();
    let mut python = sandbox.program("python3", &sandbox.path(""));
    Some(run(python.args(["-c", READER, "tracker.tar"])).ok().json())
}

/// Insists on the texts of an issue, in the JSON of jit or in its file.
#[track_caller]
fn assert_texts(issue: &Value, text: &str, is_title: bool) {
    assert_eq!(issue["title"], if is_title { text } else { "x" });
    assert_eq!(issue["description"], text);
    assert_eq!(issue["context"]["sample"], text.replace('\0', "0"));
    if !text.trim().is_empty() {
        assert_eq!(issue["comments"][0]["body"], text);
    }
}

/// Whether a terminal shows `c` and does nothing else.
fn is_harmless(c: char) -> bool {
    matches!(c, '\n')
        || !(c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

#[test]
fn every_kind_of_text_comes_back_byte_for_byte_from_jit_and_from_the_stored_files() {
    let (sandbox, issues) = with_typed_samples();
    let list = sandbox.json(["list"]);
    assert_eq!(list["count"], issues.len());
    for issue in list["issues"].as_array().unwrap() {
        let (text, is_title) = &issues[issue["id"].as_str().unwrap()];
        assert_texts(issue, text, *is_title);
    }
    sandbox.jit(["validate"]).ok();
    let Some(files) = as_pyyaml_reads(&sandbox) else { return };
    for (id, (text, is_title)) in &issues {
        let file = &files[path_of(id)];
        if text.is_empty() {
            continue;
        }
        assert_eq!(file["id"], id.as_str());
        assert_texts(file, text, *is_title);
    }
}

#[test]
fn the_log_has_every_text_on_one_line_that_comes_back() {
    let (sandbox, issues) = with_listed_samples();
    let events = sandbox.events();
    assert_eq!(sandbox.json(["events", "query"])["events"], Value::Array(events.clone()));
    let tail = sandbox.jit(["events", "tail", "-n", "100000"]).ok().stdout;
    let lines: Vec<Value> =
        tail.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, events);
    assert!(tail.chars().all(is_harmless));
    for event in events.iter().filter(|event| event["type"] == "issue_created") {
        let (text, _) = &issues[event["issue_id"].as_str().unwrap()];
        assert_eq!(event["issue"]["description"], text.as_str());
    }
}

#[test]
fn nothing_that_people_are_shown_acts_on_their_terminal() {
    let (sandbox, issues) = with_listed_samples();
    let ids: Vec<&str> = issues.keys().map(String::as_str).collect();
    let commands: [&[&str]; 8] = [
        &["list"],
        &["graph", "show"],
        &["graph", "export"],
        &["graph", "export", "--format", "mermaid"],
        &["events", "query"],
        &["status"],
        &["list", "--json"],
        &[&["show"], &ids[..]].concat(),
    ];
    for command in commands {
        let shown = sandbox.jit(command).ok().stdout;
        let harmful = shown.chars().find(|c| !is_harmless(*c));
        assert_eq!(harmful, None, "{command:?}");
    }
}

#[test]
fn a_refusal_repeats_what_was_typed_harmlessly_and_on_one_line() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    for text in arguments() {
        let option = format!("--assignee=human {text}");
        for args in [&["show", "--", &text][..], &["create", "x", &option], &["dep", "add", "--", &id, &text]]
        {
            let ran = sandbox.jit(args);
            // Some are the beginning of an id that no issue has.
            let code = if ran.code == 3 { 3 } else { 2 };
            let ran = ran.fails(code, "");
            let harmful = ran.stderr.chars().find(|c| !is_harmless(*c));
            assert_eq!(harmful, None, "{args:?}");
        }
    }
}

#[test]
fn labels_agents_types_and_context_keys_hold_a_text_or_refuse_it() {
    let sandbox = Sandbox::with_tracker();
    let mut accepted = 0;
    for text in arguments() {
        let fields = [
            (format!("--label={text}"), "/labels/0"),
            (format!("--assignee=human:{text}"), "/assignee"),
            (format!("--type={text}"), "/type"),
        ];
        for (option, pointer) in fields {
            let ran = sandbox.jit(["create", "x", &option, "--json"]);
            if ran.code == 0 {
                accepted += 1;
                let held = ran.json().pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
                assert!(option.ends_with(&held), "{option:?} became {held:?}");
            } else {
                assert!(matches!(ran.code, 2 | 4) && ran.json()["error"]["message"].is_string(), "{ran:?}");
            }
        }
    }
    assert_eq!(sandbox.events().len(), 1 + accepted, "a refusal changes nothing");
    let Some(files) = as_pyyaml_reads(&sandbox) else { return };
    for issue in sandbox.json(["list"])["issues"].as_array().unwrap() {
        let file = &files[path_of(issue["id"].as_str().unwrap())];
        assert_eq!((&file["labels"][0], &file["assignee"]), (&issue["labels"][0], &issue["assignee"]));
        assert_eq!(file["type"], issue["type"]);
    }
}

#[test]
fn context_keys_of_every_kind_come_back() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    let keys: Vec<String> =
        samples().into_iter().filter(|(_, is_title)| *is_title).map(|(text, _)| text).collect();
    let keys: Vec<&String> =
        keys.iter().filter(|key| !key.contains(['=', '\t', '\u{feff}', '\u{202e}'])).collect();
    let options = keys.iter().map(|key| format!("--context={key}={key}="));
    sandbox.jit(["update".to_owned(), id.clone()].into_iter().chain(options)).ok();
    let expected: BTreeMap<&str, String> = keys.iter().map(|key| (key.as_str(), format!("{key}="))).collect();
    assert_eq!(sandbox.json(["show", &id])["context"], json!(expected));
    if let Some(files) = as_pyyaml_reads(&sandbox) {
        assert_eq!(files[path_of(&id)]["context"], json!(expected));
    }
}

#[test]
fn gates_and_their_texts_come_back() {
    let sandbox = Sandbox::with_tracker();
    let keys = ["no", "on", "1e3", "0x1F", "1_000", "null", "2026-01-01", "e5", "007", "A.b-c_d"];
    let id = sandbox.create("One", keys.iter().flat_map(|key| ["--gate", key]));
    let samples = samples();
    let mut defined = Vec::new();
    for (n, (text, is_title)) in samples.iter().enumerate().filter(|(_, (text, _))| !text.contains('\0')) {
        let (title, desc) =
            (format!("--title={}", if *is_title { text } else { "x" }), format!("--desc={text}"));
        sandbox.jit(["registry", "add", &format!("g{n}"), &title, &desc]).ok();
        defined.push((format!("g{n}"), title, text));
    }
    let registry = sandbox.json(["registry", "list"]);
    let gates: BTreeMap<&str, &Value> = registry["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| (gate["key"].as_str().unwrap(), gate))
        .collect();
    for (key, title, text) in &defined {
        let gate = gates[key.as_str()];
        assert_eq!(
            (gate["title"].as_str(), &gate["description"]),
            (Some(&title[8..]), &text.as_str().into())
        );
    }
    let listed = sandbox.json(["show", &id]);
    let Some(files) = as_pyyaml_reads(&sandbox) else { return };
    let required: Vec<&String> = files[path_of(&id)]["gates"].as_object().unwrap().keys().collect();
    assert_eq!(listed["gates_required"], json!(required));
    for (key, gate) in gates {
        let file = &files[format!("gates/{key}.yaml")];
        assert_eq!((&file["title"], &file["description"]), (&gate["title"], &gate["description"]));
    }
}

#[test]
fn reasons_of_every_kind_stand_in_the_log() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", ["--gate", "g"]);
    let mut expected = Vec::new();
    for (text, _) in CLASSES.iter().filter(|(text, _)| !text.contains('\0')) {
        let reason = format!("--reason={text}");
        sandbox.jit(["claim", &id, "agent:x"]).ok();
        sandbox.jit(["release", &id, &reason]).ok();
        sandbox.jit(["gate", "fail", &id, "g", &reason]).ok();
        expected.extend([*text, *text]);
    }
    sandbox.jit(["reject", &id, "--reason=\u{2028}\n\u{1b}\u{feff}"]).ok();
    expected.push("\u{2028}\n\u{1b}\u{feff}");
    let kinds = ["issue_released", "gate_failed", "issue_rejected"];
    let events = sandbox.events();
    let told = events.iter().filter(|event| kinds.contains(&event["type"].as_str().unwrap_or_default()));
    let reasons: Vec<&Value> = told.map(|event| &event["reason"]).collect();
    assert_eq!(json!(reasons), json!(expected));
}
