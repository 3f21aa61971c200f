//! What a sync says while it runs: to a person at a terminal, and to nobody else.

use std::process::Command;

use crate::support::Sandbox;
use crate::support::hub::Hub;
use crate::support::run;
use crate::support::terminal::run_on_terminal;

/// What git says of its progress at a push.
const PROGRESS: &str = "Writing objects: 100%";

fn sync(clone: &Sandbox, options: &[&str]) -> Command {
    clone.create("One more", []);
    clone.jit_command(["sync"].iter().chain(options))
}

#[test]
fn progress_is_shown_on_a_terminal_and_nowhere_else() {
    let (_hub, [ada]) = Hub::with_tracker();
    let (code, shown) = run_on_terminal(&mut sync(&ada, &[]));
    assert!(code == 0 && shown.contains(PROGRESS) && shown.contains("pushed 1 commit"), "{shown}");
    for options in [&["--quiet"][..], &["--json"]] {
        let (code, shown) = run_on_terminal(&mut sync(&ada, options));
        assert!(code == 0 && !shown.contains("objects"), "{options:?}: {shown}");
    }
    let piped = run(&mut sync(&ada, &[])).ok();
    assert_eq!(piped.stderr, "");
    assert!(piped.stdout.contains("pushed 1 commit"), "{piped:?}");
}

#[test]
fn what_the_remote_says_does_nothing_to_the_terminal() {
    let (hub, [ada]) = Hub::with_tracker();
    hub.hook("pre-receive", "#!/bin/sh\nprintf 'h\\303\\244llo \\033[2J\\302\\233J\\a\\n' >&2\n");
    let (code, shown) = run_on_terminal(&mut sync(&ada, &[]));
    assert!(code == 0 && shown.contains("remote: h\u{e4}llo ?[2J?J?"), "{shown:?}");
}

#[test]
fn colour_is_left_out_for_whoever_does_not_want_it() {
    let (_hub, [ada]) = Hub::with_tracker();
    ada.create("One", []);
    ada.git(["config", "color.ui", "always"]).ok();
    let list = || {
        let mut command = ada.jit_command(["list"]);
        command.env("TERM", "xterm");
        command
    };
    let (_, colourful) = run_on_terminal(&mut list());
    assert!(colourful.contains("\u{1b}["), "{colourful:?}");
    let (_, plain) = run_on_terminal(list().env("NO_COLOR", "1"));
    assert!(plain.contains("One") && !plain.contains('\u{1b}'), "{plain:?}");
    let (_, plain) = run_on_terminal(sync(&ada, &[]).env("TERM", "xterm").env("NO_COLOR", "1"));
    assert!(plain.contains(PROGRESS) && !plain.contains('\u{1b}'), "{plain:?}");
}
