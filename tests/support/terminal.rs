//! A pseudo-terminal: what programs print where they find one.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Command;

use nix::pty::{Winsize, openpty};

/// Runs a command whose three streams are one terminal that does not say how large it is; its
/// exit status, and all that the terminal was told.
pub fn run_on_terminal(command: &mut Command) -> (i32, String) {
    run_on_terminal_of((0, 0), command)
}

/// The same on a terminal of some columns and rows.
pub fn run_on_terminal_of((columns, rows): (u16, u16), command: &mut Command) -> (i32, String) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(Some(&size), None).expect("there are pseudo-terminals");
    let stream = || OwnedFd::from(File::from(pty.slave.try_clone().expect("a handle more")));
    let mut child = command.stdin(stream()).stdout(stream()).stderr(stream()).spawn().expect("it starts");
    // The command keeps its ends; with ours, the terminal would never end.
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    drop(pty.slave);
    let mut master = File::from(pty.master);
    let mut told = Vec::new();
    let mut buffer = [0; 4096];
    // It ends with an error where all others are gone.
    while let Ok(read @ 1..) = master.read(&mut buffer) {
        told.extend_from_slice(&buffer[..read]);
    }
    let status = child.wait().expect("it ends");
    (status.code().unwrap_or(-1), String::from_utf8_lossy(&told).into_owned())
}
