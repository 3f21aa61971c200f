//! Object stores as they become when nobody tidies up.

use std::fmt::Write as _;

use crate::support::{Sandbox, run_with_input};

/// Adds so many packs of one object each.
fn add_packs(sandbox: &Sandbox, packs: std::ops::Range<usize>) {
    let mut stream = String::new();
    for number in packs {
        let text = format!("pack {number}");
        write!(stream, "blob\ndata {}\n{text}\ncheckpoint\n", text.len()).expect("it works");
    }
    let mut git = sandbox.program("git", &sandbox.repo());
    git.args(["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"]);
    run_with_input(&mut git, stream.as_bytes()).ok();
}

/// Writes so many loose objects.
fn add_loose(sandbox: &Sandbox, objects: usize) {
    let mut names = String::new();
    for number in 0..objects {
        let name = format!("loose-{number}\n");
        sandbox.write(&format!("repo/{}", name.trim()), &name);
        names.push_str(&name);
    }
    let mut git = sandbox.program("git", &sandbox.repo());
    run_with_input(git.args(["hash-object", "-w", "--stdin-paths"]), names.as_bytes()).ok();
}

/// Reads, changes and checks a tracker.
fn works(sandbox: &Sandbox, ids: &[String]) {
    let listed = sandbox.jit(["-q", "list"]).ok().stdout;
    assert!(ids.iter().all(|id| listed.lines().any(|line| line == id)), "{listed}");
    for id in ids {
        assert_eq!(sandbox.json(["show", id])["id"], id.as_str());
    }
    let new = sandbox.create("New", ["--dep", &ids[0]]);
    sandbox.jit(["done", &ids[0]]).ok();
    assert_eq!(sandbox.jit(["-q", "claim-next", "agent:x"]).ok().stdout.trim().len(), 36);
    sandbox.jit(["delete", &new]).ok();
    sandbox.jit(["validate"]).ok();
    let count = sandbox.json(["events", "query"])["count"].clone();
    assert_eq!(count.as_u64().and_then(|n| usize::try_from(n).ok()), Some(sandbox.events().len()));
}

#[test]
fn a_tracker_in_thousands_of_packs_is_read_and_changed() {
    let sandbox = Sandbox::with_tracker();
    let mut ids = Vec::new();
    for packs in [0..600, 600..1300] {
        ids.push(sandbox.create("One", ["--label", "kept"]));
        sandbox.git(["repack", "-d", "-q"]).ok();
        add_packs(&sandbox, packs);
        ids.push(sandbox.create("Two", []));
        works(&sandbox, &ids);
        ids.remove(0);
    }
    let facts = sandbox.json(["doctor"])["facts"].clone();
    assert_eq!(facts["packs"], 1302);
}

#[test]
fn packs_and_loose_objects_are_counted_as_git_counts_them() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    sandbox.git(["repack", "-a", "-d", "-q"]).ok();
    add_packs(&sandbox, 0..3);
    sandbox.create("Two", []);
    add_loose(&sandbox, 500);
    let facts = sandbox.json(["doctor"])["facts"].clone();
    let counted = sandbox.git(["count-objects", "-v"]).ok().stdout;
    let git = |key: &str| {
        let line = counted.lines().find_map(|line| line.strip_prefix(&format!("{key}: ")));
        line.and_then(|number| number.parse::<u64>().ok()).expect("git tells it")
    };
    assert_eq!(facts["loose_objects"], git("count"));
    assert_eq!(facts["packed_objects"], git("in-pack"));
    assert_eq!(facts["packs"], git("packs"));
    // git leaves reverse indices out.
    let (bytes, packs) = (facts["pack_bytes"].as_u64().unwrap() / 1024, git("size-pack"));
    assert!((packs..packs + 5).contains(&bytes), "{bytes} kB are not {packs} kB");
    assert!(facts["loose_bytes"].as_u64().unwrap() > 500);
}
