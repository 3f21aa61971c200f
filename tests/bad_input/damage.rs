//! Files and objects of the tracker that cannot be read: what is sound stays usable, what
//! is not is named, and nothing takes a damaged issue for a finished or absent one.

use super::{path_of, plant, refused, refused_as_json, tip, yaml};
use crate::support::Sandbox;

/// `waits` depends on `bad`; `free` has nothing to do with it.
struct Damaged {
    sandbox: Sandbox,
    bad: String,
    waits: String,
    free: String,
}

impl Damaged {
    /// Three issues, of which `break_it` is to spoil the one it is given.
    fn new(break_it: impl FnOnce(&Sandbox, &str)) -> Self {
        let sandbox = Sandbox::with_tracker();
        let bad = sandbox.create("Bad", ["--label", "l"]);
        let waits = create_apart(&sandbox, "Waits", &["--dep", &bad], &bad);
        let free = create_apart(&sandbox, "Free", &[], &bad);
        // What was deleted on the way made it, and it still has what is about to be lost.
        std::fs::remove_dir_all(sandbox.path("repo/.git/jit/cache")).ok();
        break_it(&sandbox, &bad);
        Self { sandbox, bad, waits, free }
    }

    /// Only the damaged issue is out of reach, and everybody is told.
    #[track_caller]
    fn assert_contained(&self, reason: &str) {
        self.assert_named(reason);
        self.assert_lists_warn();
        self.assert_it_blocks();
        self.assert_others_work();
    }

    #[track_caller]
    fn assert_named(&self, reason: &str) {
        let Self { sandbox, bad, .. } = self;
        let ran = sandbox.jit(["validate"]).exits(4);
        assert_eq!(ran.stdout.lines().count(), 1, "there is one problem: {}", ran.stdout);
        assert!(ran.stdout.contains(reason) && !ran.stdout.contains("hold a tracker"), "{}", ran.stdout);
        let problems = sandbox.jit(["validate", "--json"]).exits(4).json();
        assert_eq!((&problems["valid"], &problems["count"]), (&false.into(), &1.into()));
        let commands: [&[&str]; 5] = [
            &["show", bad],
            &["claim", bad, "agent:x"],
            &["done", bad],
            &["update", bad, "--title", "x"],
            &["issue", "delete", bad],
        ];
        for command in commands {
            // The file, or the directory that it is in.
            refused(sandbox, command, 4, "cannot be read: ");
        }
        let error = refused_as_json(sandbox, ["show", bad], 4);
        assert!(path_of(bad).starts_with(error["details"]["path"].as_str().expect("a path")), "{error}");
    }

    #[track_caller]
    fn assert_lists_warn(&self) {
        let commands: [&[&str]; 7] = [
            &["list"],
            &["ready"],
            &["blocked"],
            &["search", "Free"],
            &["graph", "show"],
            &["graph", "roots"],
            &["status"],
        ];
        for command in commands {
            let ran = self.sandbox.jit(command).ok();
            assert!(
                ran.stderr.starts_with("warning: 1 file of the tracker cannot be read"),
                "{command:?}: {ran:?}"
            );
        }
        assert_eq!(self.sandbox.json(["list"])["count"], 2);
        assert_eq!(self.sandbox.json(["status"])["damaged"], 1);
    }

    #[track_caller]
    fn assert_it_blocks(&self) {
        let Self { sandbox, bad, waits, .. } = self;
        let issue = sandbox.json(["show", waits]);
        assert_eq!((&issue["state"], &issue["blocked"]), (&"backlog".into(), &true.into()));
        assert_eq!(issue["blockers"][0]["type"], "damaged_dependency");
        assert_eq!(issue["blocked_by"], serde_json::json!([bad]));
        let blocked = sandbox.jit(["blocked"]).ok().stdout;
        assert!(blocked.contains(&bad[..8]), "{blocked}");
        for command in
            [&["claim", waits, "agent:x"][..], &["done", waits], &["update", waits, "--state", "ready"]]
        {
            refused(sandbox, command, 4, &format!("is blocked by {}", &bad[..8]));
        }
    }

    #[track_caller]
    fn assert_others_work(&self) {
        let Self { sandbox, free, waits, .. } = self;
        assert_eq!(sandbox.json(["show", free])["title"], "Free");
        let next = sandbox.jit(["-q", "claim-next", "agent:x"]).ok();
        assert_eq!(next.stdout.trim(), free, "the one that waits is not handed out");
        sandbox.jit(["done", free]).ok();
        sandbox.jit(["update", waits, "--title", "Still waits"]).ok();
        sandbox.create("New", []);
    }
}

/// Creates an issue whose file is in another directory than that of `other`.
fn create_apart(sandbox: &Sandbox, title: &str, options: &[&str], other: &str) -> String {
    loop {
        let id = sandbox.create(title, options.iter().copied());
        if id[..2] != other[..2] {
            return id;
        }
        sandbox.jit(["issue", "delete", &id]).ok();
    }
}

/// Removes the loose object that `name` names.
fn lose_object(sandbox: &Sandbox, name: &str) {
    std::fs::remove_file(object(sandbox, name)).expect("it is loose");
}

/// The file of the loose object that `name` names.
fn object(sandbox: &Sandbox, name: &str) -> std::path::PathBuf {
    let id = sandbox.git(["rev-parse", name]).ok().stdout.trim().to_owned();
    sandbox.path(&format!("repo/.git/objects/{}/{}", &id[..2], &id[2..]))
}

#[test]
fn a_file_that_is_no_issue_is_contained() {
    for content in ["", "title: [", &format!("a: {}", "[".repeat(200_000))] {
        Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), content)).assert_contained("line 1: ");
    }
    Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), b"\xff\xfe\0")).assert_contained("UTF-8");
}

#[test]
fn an_issue_with_a_bad_value_is_named_with_its_field() {
    let other = "ab12cd34-0000-4000-8000-000000000001";
    let edits = [
        ("title: Bad", "title: x\ntitle: y", "line 3: the key \"title\" is there twice"),
        ("id: ", "no: ", "id: it is missing"),
        ("title: Bad", "title:", "title: it is missing"),
        ("state: open", "state: lost", "state: \"lost\""),
        ("priority: normal", "priority: urgent", "priority: \"urgent\""),
        ("created: ", "made: ", "created: it is missing"),
        ("state: open", "state: open\nclaim: agent:x", "claim: it is not a map"),
        ("state: open", "state: open\nassignee: nobody", "assignee: \"nobody\" is not an agent"),
        ("state: open", "state: open\ndependencies: [nope]", "dependencies[0]: "),
        ("state: open", "state: open\nlabels: [&a x, *a]", "anchors"),
        ("03:04:05.678Z", "25:04:05", "created.at: "),
    ];
    for (from, to, reason) in edits {
        let content = |id: &str| yaml(id, "Bad", "").replace(from, to);
        Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), content(id))).assert_named(reason);
    }
    let content = yaml(other, "Bad", "");
    Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), &content)).assert_named("id: it is ab12cd34");
}

#[test]
fn a_merge_left_half_done_by_hand_is_contained() {
    let markers = "<<<<<<< ours\ntitle: a\n=======\ntitle: b\n>>>>>>> theirs\n";
    Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), markers)).assert_contained("line ");
}

#[test]
fn a_missing_blob_is_contained() {
    let damaged = Damaged::new(|sandbox, id| lose_object(sandbox, &format!("refs/jit/main:{}", path_of(id))));
    damaged.assert_contained("is missing");
}

#[test]
fn a_torn_blob_is_contained() {
    for content in ["", "garbage"] {
        let damaged = Damaged::new(|sandbox, id| {
            let path = object(sandbox, &format!("refs/jit/main:{}", path_of(id)));
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, content).unwrap();
        });
        damaged.assert_named("object ");
        damaged.assert_it_blocks();
    }
}

#[test]
fn a_missing_directory_of_issues_is_contained() {
    let damaged =
        Damaged::new(|sandbox, id| lose_object(sandbox, &format!("refs/jit/main:issues/{}", &id[..2])));
    damaged.assert_contained("is missing");
}

#[test]
fn a_missing_issues_directory_loses_no_issue_silently() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    lose_object(&sandbox, "refs/jit/main:issues");
    let ran = sandbox.jit(["validate"]).exits(4);
    assert!(ran.stdout.contains("issues") && ran.stdout.contains("is missing"), "{}", ran.stdout);
    assert!(sandbox.jit(["list"]).ok().stderr.starts_with("warning: "));
    for command in [&["show", &id][..], &["claim", &id, "agent:x"], &["create", "New"]] {
        refused(&sandbox, command, 4, "is missing");
    }
}

#[test]
fn a_damaged_gate_is_named_and_the_issues_stay_readable() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["registry", "add", "review", "--stage", "pre"]).ok();
    let id = sandbox.create("One", ["--gate", "review"]);
    plant(&sandbox, "gates/review.yaml", "stage: [");
    let ran = sandbox.jit(["validate"]).exits(4);
    assert!(ran.stdout.contains("gates/review.yaml: line 1"), "{}", ran.stdout);
    assert!(sandbox.jit(["list"]).ok().stderr.starts_with("warning: 1 file"));
    assert_eq!(sandbox.json(["show", &id])["gates_required"], serde_json::json!(["review"]));
}

#[test]
fn files_that_jit_did_not_put_there_are_named() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let strangers = ["issues/notes.txt", "issues/zz/notes.txt", "gates/a b.yaml"];
    for path in strangers {
        plant(&sandbox, path, "hello\n");
    }
    let ran = sandbox.jit(["validate"]).exits(4);
    for path in strangers {
        assert!(ran.stdout.contains(path), "{path}: {}", ran.stdout);
    }
    assert_eq!(sandbox.json(["list"])["count"], 1);
}

#[test]
fn files_beside_the_trackers_own_survive_mutations() {
    let sandbox = Sandbox::with_tracker();
    plant(&sandbox, "README.md", "hello\n");
    plant(&sandbox, "newer/things.yaml", "a: b\n");
    sandbox.create("One", []);
    assert_eq!(sandbox.git(["show", "refs/jit/main:README.md"]).ok().stdout, "hello\n");
    assert_eq!(sandbox.git(["show", "refs/jit/main:newer/things.yaml"]).ok().stdout, "a: b\n");
    sandbox.jit(["validate"]).ok();
}

#[test]
fn a_dependency_that_does_not_exist_blocks_visibly() {
    let sandbox = Sandbox::with_tracker();
    let (id, lost) = ("ab12cd34-0000-4000-8000-000000000001", "ab12cd34-0000-4000-8000-000000000002");
    plant(&sandbox, &path_of(id), yaml(id, "One", &format!("dependencies: [{lost}]\n")));
    refused(&sandbox, ["claim", id, "agent:x"], 4, "is blocked by ab12cd34");
    assert_eq!(sandbox.json(["show", id])["blockers"][0]["type"], "missing_dependency");
    assert_eq!(sandbox.json(["blocked"])["count"], 1);
    let ran = sandbox.jit(["validate"]).exits(4);
    assert!(ran.stdout.contains(&format!("depends on {lost}, which does not exist")), "{}", ran.stdout);
    sandbox.jit(["dep", "rm", id, lost]).ok();
    sandbox.jit(["claim", id, "agent:x"]).ok();
}

#[test]
fn a_circle_that_somebody_planted_is_found_and_nothing_hangs() {
    let sandbox = Sandbox::with_tracker();
    let (one, two) = ("ab12cd34-0000-4000-8000-000000000001", "ab12cd34-0000-4000-8000-000000000002");
    plant(&sandbox, &path_of(one), yaml(one, "One", &format!("dependencies: [{two}]\n")));
    plant(&sandbox, &path_of(two), yaml(two, "Two", &format!("dependencies: [{one}]\n")));
    let ran = sandbox.jit(["validate"]).exits(4);
    assert!(ran.stdout.contains("ab12cd34 -> ab12cd34 -> ab12cd34"), "{}", ran.stdout);
    for command in [&["graph", "show"][..], &["graph", "show", one], &["graph", "downstream", one], &["list"]]
    {
        sandbox.jit(command).ok();
    }
    refused(&sandbox, ["claim", one, "agent:x"], 4, "is blocked by");
    sandbox.jit(["dep", "rm", one, two]).ok();
    sandbox.jit(["validate"]).ok();
}

#[test]
fn another_format_is_refused_before_anything_is_written() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    for (config, message) in [
        ("format = 2\n", "format 2 is not known to this version"),
        ("format = \"1\"\n", "format \"1\" is not known"),
        ("format = 1.0\n", "is not known"),
        ("strict_gates = true\n", "format (none) is not known"),
        ("", "format (none) is not known"),
        ("format = 1\ndurability = \"slow\"\n", "durability"),
        ("format = 1\n[claim]\nttl = 5\n", "claim.ttl"),
        ("format = [\n", "line 1"),
        ("format = 1\nformat = 1\n", "line 2"),
    ] {
        plant(&sandbox, "config.toml", config);
        let objects = sandbox.git(["count-objects"]).ok().stdout;
        let commands: [&[&str]; 9] = [
            &["list"],
            &["show", &id],
            &["validate"],
            &["status"],
            &["init"],
            &["create", "Two"],
            &["claim", &id, "agent:x"],
            &["config", "set", "strict_gates", "true"],
            &["config", "list"],
        ];
        for command in commands {
            refused(&sandbox, command, 4, message);
        }
        assert_eq!(sandbox.git(["count-objects"]).ok().stdout, objects, "{config:?}");
    }
}

#[test]
fn a_tracker_that_was_mended_with_plain_git_works_again() {
    let damaged = Damaged::new(|sandbox, id| plant(sandbox, &path_of(id), "title: ["));
    let Damaged { sandbox, waits, .. } = &damaged;
    let broken = tip(sandbox);
    sandbox.git(["update-ref", "refs/jit/main", "refs/jit/main~1", &broken]).ok();
    sandbox.jit(["validate"]).ok();
    assert_eq!(sandbox.json(["show", waits])["blockers"][0]["type"], "dependency");
}

#[test]
fn no_change_of_a_file_that_cannot_be_read_is_undone() {
    let damaged = Damaged::new(|sandbox, id| {
        sandbox.jit(["update", id, "--title", "Worse"]).ok();
        plant(sandbox, &path_of(id), "title: [");
    });
    let Damaged { sandbox, bad, .. } = &damaged;
    let title = sandbox.events().pop().expect("there is one")["id"].as_str().expect("text").to_owned();
    refused(sandbox, ["undo", &title], 4, "cannot be read: ");
    let created = sandbox.events().into_iter().find(|event| event["issue_id"] == bad.as_str());
    let created = created.expect("there is one")["id"].as_str().expect("text").to_owned();
    refused(sandbox, ["undo", &created], 4, "cannot be read: ");
}
