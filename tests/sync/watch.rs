//! A sync that goes on by itself.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{settle, sync};
use crate::support::Sandbox;
use crate::support::hub::Hub;

/// `jit sync --watch` in a clone, until it is dropped.
struct Watch(Child);

impl Watch {
    fn start(clone: &Sandbox) -> Self {
        let mut command = clone.jit_command(["sync", "--watch", "1"]);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    fn runs(&mut self) -> bool {
        self.0.try_wait().expect("it can be asked").is_none()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Waits until something holds.
#[track_caller]
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(15), "never: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn watching_brings_what_comes_and_takes_along_what_is_new_here() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let mut watch = Watch::start(&bob);
    let theirs = ada.create("Theirs", []);
    sync(&ada);
    eventually("it comes", || bob.jit(["show", &theirs]).code == 0);
    let mine = bob.create("Mine", []);
    eventually("it goes", || {
        sync(&ada);
        ada.jit(["show", &mine]).code == 0
    });
    assert!(watch.runs());
    drop(watch);
    settle(&hub, &[&ada, &bob]);
}

#[test]
fn watching_outlasts_a_remote_that_is_away_for_a_while() {
    let (hub, [ada, bob]) = Hub::with_tracker();
    let mut watch = Watch::start(&bob);
    std::fs::rename(hub.dir(), ada.path("away.git")).unwrap();
    let mine = bob.create("Mine", []);
    thread::sleep(Duration::from_millis(2_500));
    assert!(watch.runs(), "it waits for better days");
    std::fs::rename(ada.path("away.git"), hub.dir()).unwrap();
    eventually("it goes", || {
        sync(&ada);
        ada.jit(["show", &mine]).code == 0
    });
    drop(watch);
    settle(&hub, &[&ada, &bob]);
}
