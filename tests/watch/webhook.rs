//! `watch --webhook`.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::receiver::{Answer, Receiver};
use super::{Watching, id, logged};
use crate::follow::eventually;
use crate::support::{Ran, Sandbox, run};

fn watch(sandbox: &Sandbox, url: &str, options: &[&str]) -> Ran {
    let fixed = ["watch", "--webhook", url, "--once", "--from-start"];
    sandbox.jit(fixed.iter().chain(options))
}

fn signature(secret: &[u8], body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("keys may have any length");
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold("sha256=".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[test]
fn events_are_posted_in_order_and_signed() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("Grüße", []);
    sandbox.write("key", "s3cret\n");
    let receiver = Receiver::willing();
    watch(&sandbox, &receiver.url(), &["--secret-file", "../key"]).ok();
    assert_eq!(receiver.ids(), logged(&sandbox));
    for arrived in receiver.arrived() {
        assert_eq!(arrived.header("X-Jit-Signature-256"), Some(signature(b"s3cret", &arrived.body).as_str()));
        assert_eq!(arrived.header("X-Jit-Delivery"), Some(id(&arrived.body).as_str()));
        assert_eq!(arrived.header("Content-Type"), Some("application/json"));
        assert!(arrived.header("User-Agent").is_some_and(|agent| agent.starts_with("jit/")));
    }
    assert_eq!(receiver.arrived()[1].header("X-Jit-Event"), Some("issue_created"));
}

#[test]
fn the_secret_may_be_in_the_environment_or_there_is_none() {
    let sandbox = Sandbox::with_tracker();
    let receiver = Receiver::willing();
    let options = ["watch", "--webhook", &receiver.url(), "--once", "--from-start"];
    run(sandbox.jit_command(options).env("JIT_WEBHOOK_SECRET", "from env")).ok();
    sandbox.jit(options).ok();
    let arrived = receiver.arrived();
    let signed = signature(b"from env", &arrived[0].body);
    assert_eq!(arrived[0].header("X-Jit-Signature-256"), Some(signed.as_str()));
    assert_eq!(arrived[1].header("X-Jit-Signature-256"), None);
}

#[test]
fn a_server_that_is_busy_is_asked_again_when_it_says() {
    let sandbox = Sandbox::with_tracker();
    sandbox.create("One", []);
    let receiver = Receiver::new(|n| match n {
        0 => Answer::Status(503, vec![("Retry-After", "2".to_owned())]),
        1 => Answer::Status(429, Vec::new()),
        _ => Answer::Status(200, Vec::new()),
    });
    let started = Instant::now();
    let ran = watch(&sandbox, &receiver.url(), &[]).ok();
    assert!(started.elapsed() >= Duration::from_secs(3), "two as asked, and one of its own");
    assert!(
        ran.stderr.contains("answers 503 Service Unavailable: noted; trying again in 2s"),
        "{}",
        ran.stderr
    );
    let ids = logged(&sandbox);
    assert_eq!(receiver.ids(), [&ids[0], &ids[0], &ids[0], &ids[1]].map(String::as_str));
}

#[test]
fn a_redirect_is_not_followed() {
    let sandbox = Sandbox::with_tracker();
    let other = Receiver::willing();
    let to = other.url();
    for status in [301, 302, 307, 308] {
        let to = to.clone();
        let receiver = Receiver::new(move |_| Answer::Status(status, vec![("Location", to.clone())]));
        let ran = watch(&sandbox, &receiver.url(), &["--retries", "0"]).exits(10);
        let expected =
            format!("answers {status}, and redirects are not followed: it is now at {}", other.url());
        assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
    }
    assert!(other.arrived().is_empty());
}

#[test]
fn a_server_that_hangs_or_is_not_there_is_given_up() {
    let sandbox = Sandbox::with_tracker();
    let receiver = Receiver::new(|_| Answer::After(Duration::from_secs(4)));
    let ran = watch(&sandbox, &receiver.url(), &["--retries", "0", "--timeout", "1s"]).exits(10);
    assert!(ran.stderr.contains("127.0.0.1 did not answer in time"), "{}", ran.stderr);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    watch(&sandbox, &url, &["--retries", "0", "--timeout", "1s"]).exits(10);
    drop(silent);
    let failed = watch(&sandbox, &url, &["--retries", "0", "--json"]).exits(10).json();
    assert_eq!(failed["error"]["code"], "not_delivered");
    watch(&sandbox, "http://nowhere.invalid/", &["--retries", "0"]).exits(10);
}

#[test]
fn a_server_that_is_away_is_waited_for() {
    let sandbox = Sandbox::with_tracker();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{port}/");
    let watching =
        Watching::start(&sandbox, ["--webhook", &url, "--cursor", "c", "--event-type", "comment_added"]);
    eventually("it began", || sandbox.path("repo/.git/jit/cursors/c").exists());
    let issue = sandbox.create("One", []);
    for text in ["a", "b", "c"] {
        sandbox.jit(["comment", &issue, text]).ok();
    }
    std::thread::sleep(Duration::from_secs(2));
    let receiver = Receiver::at(&port.to_string(), |_| Answer::Status(200, Vec::new()));
    eventually("all arrive", || receiver.arrived().len() == 3);
    assert_eq!(receiver.ids(), logged(&sandbox)[2..]);
    let (status, said) = watching.end();
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("trying again in 500ms"), "{said}");
}
