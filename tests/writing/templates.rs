//! Templates of issues.

use serde_json::json;

use super::jit_with;
use crate::support::Sandbox;
use crate::support::hub::Hub;

fn with_template() -> Sandbox {
    let sandbox = Sandbox::with_tracker();
    let options = ["--type", "bug", "--title", "Bug: ", "--desc", "# Steps\n\n1. ", "--label", "bug"];
    let more = ["--gate", "review", "--context", "team=web", "--priority", "high"];
    sandbox.jit(["template", "add", "bug"].iter().chain(&options).chain(&more)).ok();
    sandbox
}

#[test]
fn a_template_is_added_shown_replaced_and_removed() {
    let sandbox = with_template();
    let expected = json!({"name": "bug", "title": "Bug: ", "description": "# Steps\n\n1. ", "type": "bug",
        "priority": "high", "labels": ["bug"], "gates": ["review"], "context": {"team": "web"}});
    assert_eq!(sandbox.json(["template", "show", "bug"]), expected);
    assert_eq!(sandbox.json(["template", "list"]), json!({"templates": [expected], "count": 1}));
    let file = sandbox.git(["show", "refs/jit/main:templates/bug.yaml"]).ok().stdout;
    assert!(file.starts_with("title: \"Bug: \"\ndescription: |-\n  # Steps\n"), "{file}");
    sandbox.jit(["template", "add", "bug"]).fails(6, "template bug exists already");
    sandbox.jit(["template", "add", "BUG"]).fails(4, "BUG differs only in case from bug");
    let ran = sandbox.jit(["template", "add", "bug", "--replace", "--type", "defect"]).ok();
    assert_eq!(ran.stdout, "Added template: bug\n");
    assert_eq!(sandbox.json(["template", "show", "bug"])["type"], "defect");
    assert_eq!(sandbox.json(["template", "show", "bug", "--at", "HEAD~1"])["type"], "bug");
    let told = sandbox.jit(["log", "-p", "-n", "1"]).ok().stdout;
    assert!(told.contains("template bug") && told.contains("type: bug -> defect"), "{told}");
    assert_eq!(sandbox.jit(["template", "remove", "bug"]).ok().stdout, "Removed template: bug\n");
    sandbox.jit(["template", "show", "bug"]).fails(3, "there is no template bug");
    sandbox.jit(["template", "remove", "bug"]).fails(3, "there is no template bug");
    sandbox.jit(["template", "add", "../x"]).fails(4, "must be 1 to 64 letters");
    sandbox.jit(["template", "add", "x", "--label", "a b"]).fails(4, "invalid label");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn an_issue_begins_with_its_template_and_options_come_on_top() {
    let sandbox = with_template();
    let id = sandbox.create("It breaks", ["--template", "bug", "--label", "web", "--priority", "low"]);
    let shown = sandbox.json(["show", &id]);
    assert_eq!((&shown["title"], &shown["type"]), (&"It breaks".into(), &"bug".into()));
    assert_eq!((&shown["priority"], &shown["labels"]), (&"low".into(), &json!(["bug", "web"])));
    assert_eq!(
        (&shown["description"], &shown["context"]),
        (&"# Steps\n\n1. ".into(), &json!({"team": "web"}))
    );
    assert_eq!(shown["gates_required"], json!(["review"]));
    sandbox.jit(["create", "x", "--template", "none"]).fails(3, "there is no template none");
    let script = "grep -q '^# Steps$' \"$1\"; sed -i 's/^title:.*/title: Bug: again/' \"$1\"";
    let ran = jit_with(&sandbox, script, &["create", "--template", "bug", "-q"]).ok();
    let shown = sandbox.json(["show", ran.stdout.trim()]);
    assert_eq!((&shown["title"], &shown["priority"]), (&"Bug: again".into(), &"high".into()));
    jit_with(&sandbox, ":", &["create", "--template", "bug"]).fails(4, "nothing was written");
}

#[test]
fn templates_that_two_clones_changed_are_merged_field_by_field() {
    let (_hub, [a, b]) = Hub::with_tracker();
    let (a, b) = (&a, &b);
    let put = |clone: &Sandbox, options: &[&str]| {
        let args = ["template", "add", "bug", "--replace"];
        clone.jit(args.iter().chain(options)).ok();
    };
    put(a, &["--title", "Bug: ", "--label", "x"]);
    a.jit(["template", "add", "old"]).ok();
    a.jit(["sync"]).ok();
    b.jit(["sync"]).ok();
    put(a, &["--title", "BUG: ", "--label", "x", "--label", "a"]);
    put(b, &["--title", "Defect: ", "--label", "b", "--type", "bug"]);
    a.jit(["template", "remove", "old"]).ok();
    b.jit(["template", "add", "new"]).ok();
    a.jit(["sync"]).ok();
    b.jit(["sync"]).ok();
    a.jit(["sync"]).ok();
    let merged = b.json(["template", "list"]);
    assert_eq!(a.json(["template", "list"]), merged);
    let names: Vec<&str> = merged["templates"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(names, ["bug", "new"]);
    let bug = &merged["templates"][0];
    assert_eq!(
        (&bug["title"], &bug["type"], &bug["labels"]),
        (&"BUG: ".into(), &"bug".into(), &json!(["a", "b"]))
    );
    let conflicts = a.json(["conflict", "list"]);
    assert_eq!((&conflicts["count"], &conflicts["conflicts"][0]["template"]), (&1.into(), &"bug".into()));
    a.jit(["validate"]).exits(4);
    a.jit(["conflict", "resolve", "template:bug", "title", "--take", "local"]).ok();
    assert_eq!(a.json(["template", "show", "bug"])["title"], "Defect: ");
    a.jit(["validate"]).ok();
}

#[test]
fn a_damaged_template_harms_nothing_else() {
    let sandbox = with_template();
    let blob = crate::support::run_with_input(
        sandbox.program("git", &sandbox.repo()).args(["hash-object", "-w", "--stdin"]),
        b"priority: [\n",
    );
    let index = sandbox.path("index");
    let git = |args: &[&str]| {
        crate::support::run(sandbox.program("git", &sandbox.repo()).args(args).env("GIT_INDEX_FILE", &index))
            .ok()
            .stdout
    };
    git(&["read-tree", "refs/jit/main"]);
    let entry = format!("100644,{},templates/bug.yaml", blob.stdout.trim());
    git(&["update-index", "--add", "--cacheinfo", &entry]);
    let tree = git(&["write-tree"]);
    let commit = git(&["commit-tree", "-p", "refs/jit/main", "-m", "harm", tree.trim()]);
    git(&["update-ref", "refs/jit/main", commit.trim()]);
    let told = sandbox.jit(["validate"]).exits(4);
    assert!(told.stdout.contains("templates/bug.yaml"), "{told:?}");
    sandbox.create("still works", []);
    sandbox.jit(["create", "x", "--template", "bug"]).exits(3);
}
