//! `export`: the stored files, byte for byte, in a folder that is never left.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Sandbox, run_with_input};

/// A tracker with a gate and two issues; their ids.
fn sample() -> (Sandbox, [String; 2]) {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["gate", "define", "review", "--title", "Review"]).ok();
    let ids = ["One", "Two"].map(|title| sandbox.create(title, ["--label", title, "-d", "a\n\tb\n"]));
    (sandbox, ids)
}

/// Everything below a folder that is no folder, by path: its bytes, or where it leads to.
fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![PathBuf::new()];
    while let Some(below) = todo.pop() {
        for entry in fs::read_dir(dir.join(&below)).expect("it is a folder") {
            let path = below.join(entry.expect("it can be listed").file_name());
            let full = dir.join(&path);
            if full.is_symlink() {
                let target = fs::read_link(full).expect("it is a link").into_os_string().into_encoded_bytes();
                found.insert(path.display().to_string(), target);
            } else if full.is_dir() {
                todo.push(path);
            } else {
                found.insert(path.display().to_string(), fs::read(full).expect("it can be read"));
            }
        }
    }
    found
}

/// All files of the tracker, as plain git has them.
fn stored(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    let names = sandbox.git(["ls-tree", "-r", "--name-only", "-z", "refs/jit/main"]).ok().stdout;
    let names = names.split('\0').filter(|name| !name.is_empty());
    let read = |name: &str| sandbox.git(["show", &format!("refs/jit/main:{name}")]).ok().stdout.into_bytes();
    names.map(|name| (name.to_owned(), read(name))).collect()
}

/// Commits a file to the tracker as another program might.
fn plant(sandbox: &Sandbox, mode: &str, path: &str, content: &str) {
    let head = "commit refs/jit/main\ncommitter Eve <eve@example.com> 0 +0000\ndata 0\n\n";
    let file = format!("M {mode} inline {path}\ndata {}\n{content}\n", content.len());
    let stream = format!("{head}from refs/jit/main^0\n{file}");
    let mut import = sandbox.program("git", &sandbox.repo());
    run_with_input(import.args(["fast-import", "--quiet"]), stream.as_bytes()).ok();
}

fn path_of(id: &str) -> String {
    format!("issues/{}/{id}.yaml", &id[..2])
}

#[test]
fn the_files_are_those_that_are_stored() {
    let (sandbox, _) = sample();
    let out = sandbox.path("deep/er/out");
    let told = sandbox.json(["export", "--dir", "../deep/er/out"]);
    let dir = out.canonicalize().unwrap();
    let expected = json!({"dir": dir, "issues": 2, "gates": 1, "files": 4, "removed": 0, "skipped": []});
    assert_eq!(told, expected);
    assert_eq!(contents(&out), stored(&sandbox));
    assert_eq!(sandbox.git(["status", "--porcelain"]).ok().stdout, "");
    let said = sandbox.jit(["export", "--dir", "../other"]).ok();
    let other = sandbox.path("other").canonicalize().unwrap();
    assert_eq!(said.stdout, format!("Exported 2 issues and 1 gate: {}\n", other.display()));
    let quiet = sandbox.jit(["-q", "export", "--dir", "../quiet"]).ok();
    assert_eq!((quiet.stdout, quiet.stderr), (String::new(), String::new()));
}

#[test]
fn a_filter_says_which_issues() {
    let (sandbox, [one, two]) = sample();
    sandbox.jit(["export", "--dir", "../out", "label:One"]).ok();
    assert_eq!(
        contents(&sandbox.path("out")).keys().collect::<Vec<_>>(),
        ["config.toml", "gates/review.yaml", &path_of(&one)]
    );
    let told = sandbox.json(["export", "--dir", "../out", "--force", "--filter", "-label:One"]);
    assert_eq!((&told["issues"], &told["removed"]), (&json!(1), &json!(1)));
    assert_eq!(
        contents(&sandbox.path("out")).keys().collect::<Vec<_>>(),
        ["config.toml", "gates/review.yaml", &path_of(&two)]
    );
    sandbox.jit(["export", "--dir", "../new", "colour:red"]).fails(4, "invalid filter");
    assert!(!sandbox.path("new").exists());
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_left_as_it_is() {
    let (sandbox, _) = sample();
    fs::create_dir(sandbox.path("out")).unwrap();
    sandbox.jit(["export", "--dir", "../out"]).ok();
    let before = contents(&sandbox.path("out"));
    sandbox.create("Three", []);
    sandbox.jit(["export", "--dir", "../out"]).fails(6, "is not empty");
    assert_eq!(contents(&sandbox.path("out")), before);
    assert_eq!(
        sandbox.jit(["export", "--dir", "../out", "--json"]).exits(6).json()["error"]["code"],
        "export_exists"
    );
    sandbox.jit(["export"]).fails(2, "--dir");
}

#[test]
fn force_renews_what_is_ours_and_touches_nothing_else() {
    let (sandbox, [one, two]) = sample();
    let out = sandbox.path("out");
    sandbox.jit(["gate", "define", "old"]).ok();
    sandbox.jit(["export", "--dir", "../out"]).ok();
    let foreign = [
        "README.md",
        "gates/deploy.yaml",
        "gates/notes.txt",
        "issues/index.html",
        &format!("issues/{}/notes.md", &one[..2]),
        // The name of an issue, where no issue is.
        &format!("issues/{one}.yaml"),
        "elsewhere/config.toml",
    ];
    fs::create_dir(out.join("elsewhere")).unwrap();
    for path in foreign {
        fs::write(out.join(path), "kind: foreign\n").unwrap();
    }
    fs::write(out.join(".jit-export-4194305"), "half").unwrap();
    fs::write(out.join(path_of(&two)), "truncat").unwrap();
    sandbox.jit(["delete", &one]).ok();
    sandbox.jit(["registry", "remove", "old"]).ok();
    let told = sandbox.json(["export", "--dir", "../out", "--force"]);
    assert_eq!((&told["issues"], &told["gates"], &told["removed"]), (&json!(1), &json!(1), &json!(2)));
    let mut expected = stored(&sandbox);
    expected.extend(foreign.map(|path| (path.to_owned(), b"kind: foreign\n".to_vec())));
    assert_eq!(contents(&out), expected);
}

#[test]
fn a_folder_of_issues_that_is_empty_then_goes_too() {
    let (sandbox, [one, _]) = sample();
    sandbox.jit(["export", "--dir", "../out", "label:One"]).ok();
    sandbox.jit(["export", "--dir", "../out", "--force", "label:none"]).ok();
    assert!(!sandbox.path("out/issues").join(&one[..2]).exists());
}

#[test]
fn files_of_others_that_are_in_the_way_are_never_written_over() {
    let (sandbox, [one, _]) = sample();
    let in_the_way: [(&str, &str); 3] = [
        ("config.toml", "name = \"my site\"\n"),
        ("config.toml", "format = 7\n"),
        ("gates/review.yaml", "kind: Deployment\n"),
    ];
    for (path, text) in in_the_way {
        let out = tempfile::tempdir_in(sandbox.path("")).unwrap();
        fs::create_dir(out.path().join("gates")).unwrap();
        fs::write(out.path().join(path), text).unwrap();
        let before = contents(out.path());
        let dir = out.path().to_str().unwrap();
        sandbox
            .jit(["export", "--dir", dir, "--force"])
            .fails(4, &format!("{path} is not a file of a tracker"));
        assert_eq!(contents(out.path()), before, "a refusal writes nothing");
    }
    let out = sandbox.path("folder-in-the-way");
    fs::create_dir_all(out.join(path_of(&one))).unwrap();
    sandbox.jit(["export", "--dir", "../folder-in-the-way", "--force"]).fails(4, "is not a plain file");
}

#[test]
fn links_are_never_followed() {
    let (sandbox, [one, _]) = sample();
    let outside = sandbox.path("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "format = 1\n").unwrap();
    let shard = format!("issues/{}", &one[..2]);
    let issue = path_of(&one);
    let links: [(&str, PathBuf); 6] = [
        ("issues", outside.clone()),
        ("gates", outside.clone()),
        (&shard, outside.clone()),
        ("config.toml", outside.join("file")),
        ("gates/review.yaml", outside.join("file")),
        (&issue, outside.join("nowhere")),
    ];
    for (path, target) in links {
        let out = tempfile::tempdir_in(sandbox.path("")).unwrap();
        let link = out.path().join(path);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&target, &link).unwrap();
        let before = (contents(out.path()), contents(&outside));
        let ran =
            sandbox.jit(["export", "--dir", out.path().to_str().unwrap(), "--force", "--json"]).exits(4);
        assert_eq!(ran.json()["error"]["code"], "export_unsafe", "{path}");
        assert_eq!((contents(out.path()), contents(&outside)), before, "{path}");
    }
}

#[test]
fn links_that_are_in_nobodys_way_stay_and_what_they_lead_to_as_well() {
    let (sandbox, [one, _]) = sample();
    let outside = sandbox.path("outside");
    fs::create_dir(&outside).unwrap();
    sandbox.jit(["export", "--dir", "../copy"]).ok();
    // A folder of issues elsewhere, which is not this export's to tidy up.
    fs::rename(sandbox.path("copy/issues"), outside.join("issues")).unwrap();
    fs::create_dir(sandbox.path("out")).unwrap();
    symlink(outside.join("issues"), sandbox.path("out/issues")).unwrap();
    let before = contents(&outside);
    sandbox.jit(["export", "--dir", "../out", "--force", "label:none"]).ok();
    assert_eq!(contents(&outside), before);
    assert!(before.contains_key(&path_of(&one)) && sandbox.path("out/issues").is_symlink());
    // The folder itself may be reached through a link: that is the user's word.
    symlink(sandbox.path("real"), sandbox.path("link")).unwrap();
    fs::create_dir(sandbox.path("real")).unwrap();
    sandbox.jit(["export", "--dir", "../link"]).ok();
    assert_eq!(contents(&sandbox.path("real")), stored(&sandbox));
}

#[test]
fn the_git_directory_is_not_exported_into() {
    let (sandbox, _) = sample();
    sandbox.git(["worktree", "add", "-q", "../linked"]).ok();
    let before = contents(&sandbox.path("repo/.git"));
    for dir in [".git/refs/out", ".git", "README/../.git/refs/tags", "../linked/../repo/.git/out"] {
        for place in ["repo", "linked"] {
            let dir = if place == "linked" { format!("../repo/{dir}") } else { dir.to_owned() };
            let ran = sandbox.jit_in(&sandbox.path(place), ["export", "--dir", &dir, "--force"]);
            assert!(matches!(ran.code, 4 | 10), "{dir}: {ran:?}");
        }
    }
    assert_eq!(contents(&sandbox.path("repo/.git")), before);
    sandbox.jit(["export", "--dir", ".git/refs/tags"]).fails(4, "is inside the git directory");
}

#[test]
fn what_is_odd_or_damaged_is_left_out_and_named() {
    let (sandbox, [one, two]) = sample();
    let odd = [
        "README.md",
        "issues/README.md",
        "issues/zz/escape.yaml",
        "issues/00/3f2a9c1e-7d0b-4c52-9a44-0c7f5f1f2b11.yaml",
        "gates/-dash.yaml",
        "gates/sub/x.yaml",
        "hooks/post-checkout",
    ];
    sandbox.jit(["export", "--dir", "../out"]).ok();
    let good = contents(&sandbox.path("out"));
    for path in odd {
        plant(&sandbox, "100644", path, "id: x\n");
    }
    plant(&sandbox, "120000", "gates/link.yaml", "/etc/passwd");
    plant(&sandbox, "100644", &path_of(&one), "title: [");
    let told = sandbox.json(["export", "--dir", "../new"]);
    let mut left_out: Vec<&str> =
        told["skipped"].as_array().unwrap().iter().map(|skipped| skipped["path"].as_str().unwrap()).collect();
    left_out.sort_unstable();
    let damaged = path_of(&one);
    let mut expected = vec!["gates/link.yaml", "gates/sub", "hooks", &damaged];
    expected.extend(odd.iter().filter(|path| !path.contains("sub/") && !path.contains("hooks/")));
    expected.sort_unstable();
    assert_eq!(left_out, expected);
    assert_eq!(
        contents(&sandbox.path("new")).keys().collect::<Vec<_>>(),
        ["config.toml", "gates/review.yaml", &path_of(&two)]
    );
    let ran = sandbox.jit(["export", "--dir", "../out", "--force"]).ok();
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("warning: ")).count(), expected.len());
    assert!(ran.stderr.contains(&format!("warning: {damaged} was left out: ")), "{}", ran.stderr);
    assert_eq!(contents(&sandbox.path("out")), good, "the last copy that could be read stays");
}

#[test]
fn a_clone_without_history_and_without_write_access_will_do() {
    let (sandbox, _) = sample();
    let url = format!("file://{}", sandbox.repo().display());
    sandbox.git_in(&sandbox.path(""), ["clone", "-q", "--depth", "1", &url, "clone"]).ok();
    let clone = sandbox.path("clone");
    sandbox.git_in(&clone, ["fetch", "-q", "--depth", "1", "origin", "refs/jit/main:refs/jit/main"]).ok();
    assert_eq!(sandbox.git_in(&clone, ["rev-list", "--count", "refs/jit/main"]).ok().stdout, "1\n");
    let mut folders = vec![clone.join(".git")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(entries.filter(|path| path.is_dir()));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let before = contents(&clone.join(".git"));
    sandbox.jit_in(&clone, ["export", "--dir", "../out"]).ok();
    assert_eq!(contents(&sandbox.path("out")), stored(&sandbox));
    assert_eq!(contents(&clone.join(".git")), before, "nothing is written to the repository");
    restore(&clone.join(".git"));
}

/// Makes folders writable again, so that the sandbox can be removed.
fn restore(dir: &Path) {
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).expect("it is ours");
    for path in
        fs::read_dir(dir).expect("it is a folder").map(|entry| entry.expect("it can be listed").path())
    {
        if path.is_dir() {
            restore(&path);
        }
    }
}
