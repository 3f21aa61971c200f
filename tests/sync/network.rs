//! What the tests of this folder stand on does what it says, seen with plain git.

use std::time::{Duration, Instant};

use super::ROUTES;
use crate::support::http::HttpServer;
use crate::support::hub::Hub;
use crate::support::proxy::Fault;

#[test]
fn plain_git_fetches_and_pushes_on_every_way() {
    let hub = Hub::new();
    for name in ROUTES {
        let route = hub.route(name);
        let clone = hub.clone_as(&format!("by-{name}"), &route.url);
        clone.git(["commit", "-q", "--allow-empty", "-m", name]).ok();
        clone.git(["push", "-q", "origin", "HEAD:refs/any/where", "HEAD:main"]).ok();
        assert_eq!(hub.git(["log", "-1", "--format=%s %an", "refs/any/where"]), format!("{name} by-{name}"));
        clone.git(["push", "-q", "origin", ":refs/any/where"]).ok();
        assert_eq!(hub.git(["for-each-ref", "refs/any"]), "");
    }
    assert_eq!(hub.git(["rev-list", "--count", "main"]), "6");
}

#[test]
fn the_bad_network_is_as_bad_as_asked_for() {
    let hub = Hub::new();
    let behind = hub.behind_proxy();
    let clone = hub.clone_as("ada", &behind.url);
    let list = || clone.git(["ls-remote", "-q", "origin"]);
    list().ok();
    behind.proxy.set(Fault::Cut { after: 100 });
    list().exits(128);
    behind.proxy.set(Fault::CutSome { below: 40 });
    let told: Vec<i32> = (0..6).map(|_| list().code).collect();
    assert_eq!(told.iter().filter(|code| **code != 0).count(), 2, "{told:?}");
    behind.proxy.set(Fault::Delay(Duration::from_millis(300)));
    let before = Instant::now();
    list().ok();
    assert!(before.elapsed() > Duration::from_millis(300));
    behind.proxy.set(Fault::Hang { after: 100 });
    let mut hanging = clone.program("git", &clone.repo());
    let mut hanging = hanging.args(["ls-remote", "-q", "origin"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(hanging.try_wait().unwrap().is_none(), "it waits for ever");
    hanging.kill().unwrap();
    hanging.wait().unwrap();
    behind.proxy.set(Fault::None);
    list().ok();
    assert_eq!(behind.proxy.connections(), 12);
}

#[test]
fn the_locked_web_server_asks_for_a_password() {
    let hub = Hub::new();
    let [clone] = hub.clones();
    let locked = HttpServer::locked();
    let url = format!("http://{}/hub.git", locked.address());
    let ran = clone.git(["ls-remote", &url]).exits(128);
    assert!(ran.stderr.contains("could not read Username"), "{ran:?}");
}
