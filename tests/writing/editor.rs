//! `jit edit`, and `jit create` without a title.

use std::fs;

use super::{drafts, editor, jit_with};
use crate::support::terminal::run_on_terminal;
use crate::support::{Sandbox, run};

fn issue() -> (Sandbox, String) {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("one", ["--desc", "first\nsecond\nthird", "--label", "a", "--context", "k=v"]);
    (sandbox, id)
}

#[test]
fn what_is_written_in_the_editor_is_stored_and_nothing_else() {
    let (sandbox, id) = issue();
    let other = sandbox.create("other", []);
    let script = format!(
        "sed -i -e 's/^title:.*/title: Fix: the #1 thing/' -e 's/^  - a$/  - b/' \
         -e 's/^dependencies:.*/dependencies: [{}]/' -e 's/^second$/2nd/' \"$1\"",
        &other[..8]
    );
    let ran = jit_with(&sandbox, &script, &["edit", &id[..6]]).ok();
    assert_eq!(ran.stdout, format!("Updated issue: {id}\n"));
    let shown = sandbox.json(["show", &id]);
    assert_eq!(
        (&shown["title"], &shown["description"]),
        (&"Fix: the #1 thing".into(), &"first\n2nd\nthird".into())
    );
    assert_eq!((&shown["labels"][0], &shown["dependencies"][0]), (&"b".into(), &other.as_str().into()));
    assert_eq!((&shown["context"]["k"], &shown["priority"]), (&"v".into(), &"normal".into()));
    let kinds: Vec<String> = sandbox.events()[3..].iter().map(|event| event["type"].to_string()).collect();
    assert_eq!(kinds, ["\"issue_updated\"", "\"label_added\"", "\"label_removed\"", "\"dependency_added\""]);
    assert!(drafts(&sandbox).is_empty());
}

#[test]
fn a_text_that_is_not_changed_changes_nothing() {
    let (sandbox, id) = issue();
    let before = sandbox.events().len();
    for script in [":", "touch \"$1\"", "cat \"$1\" > \"$1.new\"; mv \"$1.new\" \"$1\""] {
        let ran = jit_with(&sandbox, script, &["edit", &id]).ok();
        assert_eq!(ran.stdout, format!("Unchanged issue: {id}\n"));
    }
    jit_with(&sandbox, ": > \"$1\"", &["edit", &id]).fails(4, "it was emptied, so nothing was changed");
    jit_with(&sandbox, "rm \"$1\"", &["edit", &id]).fails(4, "it was emptied, so nothing was changed");
    assert_eq!(sandbox.events().len(), before);
    assert!(drafts(&sandbox).is_empty());
}

#[test]
fn an_editor_that_fails_changes_nothing_and_loses_nothing() {
    let (sandbox, id) = issue();
    jit_with(&sandbox, "exit 3", &["edit", &id]).fails(10, "ended with status 3, so nothing was changed");
    // The shell has a word to say as well.
    let killed = jit_with(&sandbox, "kill -9 $$", &["edit", &id]).exits(10);
    assert!(killed.stderr.contains("ended with status 137, so nothing was changed"), "{killed:?}");
    let missing = run(sandbox.jit_command(["edit", &id]).env("EDITOR", "/no/such/editor")).exits(10);
    assert!(missing.stderr.contains("the editor \"/no/such/editor\" was not found"), "{missing:?}");
    assert!(drafts(&sandbox).is_empty());
    let ran = jit_with(&sandbox, "sed -i s/second/2nd/ \"$1\"; exit 1", &["edit", &id]);
    let ran = ran.fails(10, "ended with status 1, so nothing was changed; what was written is kept in ");
    assert!(
        ran.stderr.contains(&format!("'jit edit {} --resume' goes on with it", &id[..8])),
        "{}",
        ran.stderr
    );
    assert_eq!(sandbox.json(["show", &id])["description"], "first\nsecond\nthird");
    assert_eq!(drafts(&sandbox), [format!("{id}.from"), format!("{id}.md")]);
    // What is kept is neither written over nor stored unasked.
    jit_with(&sandbox, ":", &["edit", &id]).fails(6, "a text that was not stored is kept in ");
    jit_with(&sandbox, "grep -q 2nd \"$1\"", &["edit", &id, "--resume"]).ok();
    assert_eq!(sandbox.json(["show", &id])["description"], "first\n2nd\nthird");
    assert!(drafts(&sandbox).is_empty());
}

#[test]
fn garbage_is_refused_with_its_line_and_kept() {
    let (sandbox, id) = issue();
    for (script, message) in [
        ("echo garbage > \"$1\"", "line 1: the first line is not '---'"),
        ("printf '\\377\\376' > \"$1\"", "it is not UTF-8"),
        ("head -c 100000 /dev/zero > \"$1\"", "line 1: the first line is not '---'"),
        ("sed -i 's/^priority:.*/priority: soon/' \"$1\"", "invalid priority: \"soon\" is none of"),
        ("sed -i 's/^title:.*/title:/' \"$1\"", "invalid title: it is missing"),
        ("sed -i 's/^labels:.*/state: done/' \"$1\"", "state"),
        ("sed -i 's/^dependencies:.*/dependencies: [ffffffff]/' \"$1\"", "no issue"),
        ("sed -i 's/^assignee:.*/assignee: nobody/' \"$1\"", "invalid assignee"),
    ] {
        let ran = jit_with(&sandbox, script, &["edit", &id]);
        assert!([3, 4].contains(&ran.code), "{script}: {ran:?}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains("is kept in"), "{script}: {ran:?}");
        let json = jit_with(&sandbox, ":", &["edit", &id, "--json"]).exits(6).json();
        assert_eq!(json["error"]["code"], "draft_kept");
        let path = json["error"]["details"]["path"].as_str().expect("a path").to_owned();
        assert!(fs::metadata(path).expect("it is there").len() > 0);
        jit_with(&sandbox, "echo started >> \"$HOME/started\"", &["edit", &id, "--discard"]).ok();
        assert!(!sandbox.path("home/started").exists(), "no editor is needed to throw a text away");
    }
    let ran = jit_with(&sandbox, "echo garbage > \"$1\"", &["edit", &id, "--json"]).exits(4);
    assert!(ran.json()["error"]["details"]["kept"].as_str().is_some_and(|path| path.contains("/drafts/")));
    assert_eq!(sandbox.json(["show", &id])["title"], "one");
}

#[test]
fn what_others_do_meanwhile_stands() {
    let (sandbox, id) = issue();
    let script = format!(
        "jit update {id} --priority high --label z --desc 'FIRST\nsecond\nthird' -q\n\
         sed -i -e 's/^title:.*/title: mine/' -e 's/^third$/3rd/' \"$1\""
    );
    jit_with(&sandbox, &script, &["edit", &id]).ok();
    let shown = sandbox.json(["show", &id]);
    assert_eq!((&shown["title"], &shown["priority"]), (&"mine".into(), &"high".into()));
    assert_eq!(shown["labels"], serde_json::json!(["a", "z"]));
    assert_eq!(shown["description"], "FIRST\nsecond\n3rd");
}

#[test]
fn what_others_change_too_is_shown_and_settled_by_resuming() {
    let (sandbox, id) = issue();
    let script = format!(
        "jit update {id} --title theirs --priority low > /dev/null\nsed -i 's/^title:.*/title: mine/' \"$1\""
    );
    let ran = jit_with(&sandbox, &script, &["edit", &id]);
    ran.fails(4, &format!("{} was changed meanwhile, in title; what was written is kept", &id[..8]));
    let shown = sandbox.json(["show", &id]);
    assert_eq!((&shown["title"], &shown["priority"]), (&"theirs".into(), &"low".into()));
    let script = "grep -q '^title: mine$' \"$1\"; grep -q '^priority: low$' \"$1\"; grep -q 'changed meanwhile' \"$1\"";
    jit_with(&sandbox, script, &["edit", &id, "--resume"]).ok();
    let shown = sandbox.json(["show", &id]);
    assert_eq!((&shown["title"], &shown["priority"]), (&"mine".into(), &"low".into()));
}

#[test]
fn an_issue_that_goes_away_meanwhile_loses_no_text() {
    let (sandbox, id) = issue();
    let script = format!("jit delete {id} > /dev/null; sed -i s/second/2nd/ \"$1\"");
    let ran = jit_with(&sandbox, &script, &["edit", &id]).fails(3, "what was written is kept in ");
    let path = ran.stderr.split("is kept in ").nth(1).expect("it is named").lines().next().expect("a line");
    assert!(fs::read_to_string(path).expect("it is there").contains("2nd"));
}

#[test]
fn one_issue_is_edited_once_at_a_time_and_a_kill_loses_nothing() {
    let (sandbox, id) = issue();
    let inner = format!("jit edit {id} --resume 2>\"$HOME/told\" || echo $? >> \"$HOME/told\"");
    jit_with(&sandbox, &inner, &["edit", &id]).ok();
    let told = fs::read_to_string(sandbox.path("home/told")).expect("it was written");
    assert!(told.contains("is being edited") && told.ends_with("5\n"), "{told}");
    let script = "sed -i s/second/2nd/ \"$1\"; kill -9 $PPID; sleep 0.1";
    let ran = jit_with(&sandbox, &format!("exec 2>&-; {script}"), &["edit", &id]);
    assert_ne!(ran.code, 0);
    jit_with(&sandbox, ":", &["edit", &id]).fails(6, "is kept in");
    jit_with(&sandbox, ":", &["edit", &id, "--resume"]).ok();
    assert_eq!(sandbox.json(["show", &id])["description"], "first\n2nd\nthird");
    sandbox.jit(["doctor"]).ok();
}

#[test]
fn an_issue_without_a_title_is_written_in_the_editor() {
    let sandbox = Sandbox::with_tracker();
    let script =
        "sed -i -e 's/^title:.*/title: Write: it/' \"$1\"; printf '# Why\\n\\n- because\\n' >> \"$1\"";
    let ran = jit_with(&sandbox, script, &["create", "--label", "x", "-q", "--priority", "high"]).ok();
    let shown = sandbox.json(["show", ran.stdout.trim()]);
    assert_eq!((&shown["title"], &shown["description"]), (&"Write: it".into(), &"# Why\n\n- because".into()));
    assert_eq!((&shown["labels"][0], &shown["priority"]), (&"x".into(), &"high".into()));
    for script in [":", ": > \"$1\""] {
        jit_with(&sandbox, script, &["issue", "create"])
            .fails(4, "nothing was written, so no issue was created");
    }
    jit_with(&sandbox, "echo x > \"$1\"; exit 9", &["create"]).fails(10, "what was written is kept in");
    assert_eq!(sandbox.json(["list"])["count"], 1);
}

#[test]
fn an_issue_that_could_not_be_created_is_kept_until_it_is() {
    let sandbox = Sandbox::with_tracker();
    let script = "sed -i -e 's/^title:.*/title: new/' -e 's/^priority:.*/priority: soon/' \"$1\"";
    let ran = jit_with(&sandbox, script, &["create"]).fails(4, "invalid priority");
    assert!(ran.stderr.contains("'jit create --resume' goes on with it"), "{}", ran.stderr);
    let ran = jit_with(&sandbox, ":", &["create"]).exits(4);
    assert!(ran.stderr.contains("an issue that could not be created is kept"), "{}", ran.stderr);
    let ran = jit_with(&sandbox, "sed -i s/soon/low/ \"$1\"", &["create", "--resume"]).ok();
    assert!(ran.stdout.starts_with("Created issue: "), "{}", ran.stdout);
    assert_eq!(sandbox.json(["list"])["issues"][0]["priority"], "low");
    assert!(drafts(&sandbox).is_empty());
    jit_with(&sandbox, ":", &["create", "--resume"])
        .fails(2, "no text of an issue that was to be created is kept");
}

#[test]
fn without_an_editor_or_a_terminal_nothing_is_asked() {
    let (sandbox, id) = issue();
    sandbox.jit(["create"]).fails(2, "an issue needs a title");
    sandbox.jit(["edit", &id]).fails(2, "there is no editor");
    let ran = jit_with(&sandbox, "exit 1", &["create", "--json"]).exits(2);
    assert_eq!(ran.json()["error"]["code"], "usage");
    sandbox.git(["config", "core.editor", &editor(&sandbox, "sed -i s/second/2nd/ \"$1\"")]).ok();
    sandbox.jit(["edit", &id]).ok();
    assert_eq!(sandbox.json(["show", &id])["description"], "first\n2nd\nthird");
}

#[test]
fn on_a_terminal_the_editor_has_it_to_itself() {
    let (sandbox, id) = issue();
    let editor = editor(&sandbox, "test -t 0; test -t 1; test -t 2; sed -i s/second/2nd/ \"$1\"");
    let mut command = sandbox.jit_command(["edit", &id]);
    command.env("TERM", "xterm").env("VISUAL", format!("{editor} ")).env("EDITOR", "false");
    let (code, told) = run_on_terminal(&mut command);
    assert_eq!((code, told.trim()), (0, format!("Updated issue: {id}").as_str()));
}

#[test]
fn texts_are_thrown_away_without_an_editor_whatever_they_are() {
    let (sandbox, id) = issue();
    jit_with(&sandbox, "rm \"$1\"; mkdir -p \"$1/x\"", &["edit", &id]);
    let broken = jit_with(&sandbox, ":", &["edit", &id]);
    assert!(broken.code != 0 && broken.stderr.contains("--discard' throws it away"), "{broken:?}");
    assert!(broken.stderr.contains("/drafts/"), "{broken:?}");
    sandbox.jit(["edit", &id, "--discard"]).ok();
    let nothing = sandbox.jit(["edit", &id, "--discard"]).ok();
    assert_eq!(nothing.stderr, "no text of this issue is kept\n");
    jit_with(&sandbox, "sed -i 's/^title:.*/title: new/' \"$1\"", &["edit", &id]).ok();
    assert_eq!(sandbox.json(["show", &id])["title"], "new");

    let garbage = jit_with(&sandbox, "echo garbage > \"$1\"", &["create"]);
    assert!(garbage.code != 0 && garbage.stderr.contains("is kept in"), "{garbage:?}");
    sandbox.jit(["create", "--discard"]).ok();
    let again = jit_with(&sandbox, "sed -i 's/^title:.*/title: made/' \"$1\"", &["create"]).ok();
    assert!(!again.stderr.contains("is kept"), "{again:?}");
    let nothing = sandbox.jit(["create", "--discard"]).ok();
    assert_eq!(nothing.stderr, "no text of an issue that was to be created is kept\n");
}
