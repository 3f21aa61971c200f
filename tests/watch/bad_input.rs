//! What people get wrong.

use std::fs;

use super::Watching;
use crate::follow::eventually;
use crate::support::Sandbox;

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let sandbox = Sandbox::with_tracker();
    sandbox.jit(["watch"]).fails(2, "--exec COMMAND, or --webhook URL");
    sandbox.jit(["watch", "--exec", "true", "--webhook", "http://x/"]).exits(2);
    sandbox.jit(["watch", "--exec", "true", "--secret-file", "x"]).exits(2);
    sandbox.jit(["watch", "--exec", "true", "--once"]).fails(2, "name a --cursor");
    for name in ["", "a b", ".x", "ü"] {
        sandbox
            .jit(["watch", "--exec", "true", "--once", "--cursor", name])
            .fails(2, "not a name for a cursor");
    }
    for url in ["example.com", "ftp://example.com/", "http://", "http://u:p@example.com/"] {
        sandbox.jit(["watch", "--webhook", url, "--once", "--from-start"]).fails(2, "URL");
    }
    sandbox.jit(["watch", "--exec", "true", "--timeout", "soon"]).fails(4, "timeout");
    sandbox.jit(["watch", "--exec", "true", "--sync", "--offline"]).exits(2);
    sandbox.jit(["watch", "--exec", "true", "--issue", "abcdef"]).fails(3, "abcdef");
    sandbox.write("empty", "\n");
    let secret = |file| ["watch", "--webhook", "http://x/", "--once", "--from-start", "--secret-file", file];
    sandbox.jit(secret("../empty")).fails(2, "the secret is empty");
    sandbox.jit(secret("../nowhere")).fails(3, "nowhere");
}

#[test]
fn there_must_be_a_tracker() {
    let sandbox = Sandbox::with_repo();
    sandbox.jit(["watch", "--exec", "true", "--cursor", "c"]).fails(3, "no tracker");
}

#[test]
fn a_cursor_has_one_user_and_must_be_one() {
    let sandbox = Sandbox::with_tracker();
    let file = sandbox.path("repo/.git/jit/cursors/c");
    let watching = Watching::start(&sandbox, ["--exec", "true", "--cursor", "c"]);
    eventually("it began", || file.exists());
    let once = ["watch", "--exec", "true", "--once", "--cursor", "c"];
    sandbox.jit(once).fails(5, "another process uses the cursor");
    watching.kill();
    sandbox.jit(once).ok();
    for content in ["", "{", "{}", "{\"format\":2,\"heads\":[]}", "{\"format\":1,\"heads\":[\"x\"]}"] {
        fs::write(&file, content).unwrap();
        sandbox.jit(once).fails(4, "does not hold a cursor");
    }
}
