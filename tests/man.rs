//! Man pages.

use std::fs;

use crate::support::Sandbox;

#[test]
fn every_command_has_a_page() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    let ran = sandbox.jit_in(&home, ["man", "--dir", "share/man1"]).ok();
    let written: Vec<String> = ran.stdout.lines().map(str::to_owned).collect();
    for page in ["jit", "jit-claim", "jit-issue-claim", "jit-graph-critical-path", "jit-man"] {
        let path = format!("share/man1/{page}.1");
        assert!(written.contains(&path), "{page}: {written:?}");
    }
    assert!(!written.iter().any(|path| path.contains("jit-dev") || path.contains("-help")), "{written:?}");
    for path in &written {
        let page = fs::read_to_string(home.join(path)).unwrap();
        assert!(page.contains(".TH") && page.contains(".SH NAME"), "{path}");
        let is_group = page.contains(".SH SUBCOMMANDS");
        assert!(is_group || page.contains("Example"), "{path} shows how it is used");
    }
    let json = sandbox.jit_in(&home, ["man", "--dir", "other", "--json"]).ok().json();
    assert_eq!(json["count"], written.len());
}

#[test]
fn a_page_is_written_again_and_a_place_that_is_none_is_named() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    for _ in 0..2 {
        sandbox.jit_in(&home, ["man", "--dir", "pages"]).ok();
    }
    sandbox.write("home/file", "in the way");
    let failed = sandbox.jit_in(&home, ["man", "--dir", "file/below"]);
    assert_ne!(failed.code, 0);
    assert!(failed.stderr.contains("file/below"), "{failed:?}");
    sandbox.jit_in(&home, ["man"]).exits(2);
}
