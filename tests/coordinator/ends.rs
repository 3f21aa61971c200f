//! Claims that are lost, and repositories that go away.

use serde_json::json;

use super::{Background, agent, configure, is_alive, log, state, wait_until};
use crate::support::Sandbox;
use crate::support::hub::Hub;
use crate::support::proxy::Fault;

/// An agent that tells its process and works for long.
const LONG: &str = "echo $$; sleep 600";

fn begun(sandbox: &Sandbox, id: &str) -> i32 {
    let pid = || log(sandbox, id).lines().last().and_then(|line| line.parse().ok());
    wait_until("it has begun", || pid().is_some());
    pid().expect("it has begun")
}

#[test]
fn an_issue_that_somebody_releases_has_its_agent_stopped() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(&sandbox, &[agent("agent:a", 1, LONG)], &json!({"retry_delay_secs": 3600}));
    let running = Background::coordinator(&sandbox);
    let pid = begun(&sandbox, &id);
    sandbox.jit(["release", &id, "not now"]).ok();
    wait_until("it is stopped", || !is_alive(pid));
    wait_until("it is told", || running.said().contains("agent:a lost"));
    assert_eq!(state(&sandbox, &id), "ready", "it is not taken again at once");
    drop(running);
}

#[test]
fn a_claim_lost_to_another_clone_stops_the_agent() {
    let (_hub, [here, there]) = Hub::with_tracker();
    let id = here.create("One", []);
    here.jit(["sync"]).ok();
    there.jit(["sync"]).ok();
    configure(&here, &[agent("agent:a", 1, LONG)], &json!({"retry_delay_secs": 3600}));
    let running = Background::coordinator(&here);
    let pid = begun(&here, &id);
    there.jit(["sync"]).ok();
    there.jit(["release", &id, "mine"]).ok();
    there.jit(["claim", &id, "agent:b"]).ok();
    wait_until("it is stopped", || !is_alive(pid));
    wait_until("it is told", || running.said().contains("agent:a lost"));
    there.jit(["done", &id, "--by", "agent:b"]).ok();
    wait_until("it is known here", || state(&here, &id) == "done");
    drop(running);
}

#[test]
fn a_claim_that_another_clone_got_just_before_is_not_worked_on() {
    let (_hub, [here, there]) = Hub::with_tracker();
    let [taken, free] = ["Taken", "Free"].map(|title| here.create(title, []));
    here.jit(["sync"]).ok();
    there.jit(["sync"]).ok();
    // Only the remote knows yet.
    there.jit(["claim", &taken, "agent:b"]).ok();
    configure(&here, &[agent("agent:a", 2, "true")], &json!({}));
    let summary = here.jit(["coordinator", "once", "--json"]).ok().json();
    let worked: Vec<_> =
        summary["results"].as_array().unwrap().iter().map(|result| &result["issue_id"]).collect();
    assert_eq!(worked, [&json!(free)]);
    assert_eq!(log(&here, &taken), "");
}

#[test]
fn a_claim_is_renewed_while_its_agent_works() {
    let (_hub, [here]) = Hub::with_tracker();
    let id = here.create("One", []);
    configure(&here, &[agent("agent:a", 1, LONG)], &json!({"lease_minutes": 0.3, "stop_grace_secs": 1}));
    let running = Background::coordinator(&here);
    let pid = begun(&here, &id);
    let renewals = || here.events().iter().filter(|event| event["type"] == "claim_renewed").count();
    wait_until("it was renewed for longer than it lasts", || renewals() >= 4);
    assert!(is_alive(pid));
    drop(running);
}

#[test]
fn an_agent_ends_when_nobody_renews_its_lease() {
    let sandbox = Sandbox::with_tracker();
    let id = sandbox.create("One", []);
    configure(&sandbox, &[agent("agent:a", 1, LONG)], &json!({"lease_minutes": 0.1, "stop_grace_secs": 1}));
    let running = Background::coordinator(&sandbox);
    let pid = begun(&sandbox, &id);
    running.kill();
    wait_until("its supervisor has ended it", || !is_alive(pid));
    // The next one finds out, gives it back, and does it.
    configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
    let running = Background::coordinator(&sandbox);
    wait_until("it is done", || state(&sandbox, &id) == "done");
    assert!(running.said().contains("its lease ran out while no coordinator ran"), "{}", running.said());
    drop(running);
}

#[test]
fn a_repository_that_is_moved_or_deleted_ends_it_with_one_line() {
    for delete in [false, true] {
        let sandbox = Sandbox::with_tracker();
        let id = sandbox.create("One", []);
        configure(&sandbox, &[agent("agent:a", 1, LONG)], &json!({}));
        let running = Background::coordinator(&sandbox);
        let pid = begun(&sandbox, &id);
        std::fs::rename(sandbox.repo(), sandbox.path("elsewhere")).unwrap();
        if delete {
            std::fs::remove_dir_all(sandbox.path("elsewhere")).unwrap();
        }
        let (code, said) = running.wait();
        assert_eq!(code, 10, "{said}");
        let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(errors.len(), 1, "{said}");
        assert!(errors[0].contains("is gone: it was moved or deleted"), "{said}");
        assert!(!said.contains("panicked") && !said.contains("warning"), "{said}");
        wait_until("the agent has ended", || !is_alive(pid));
        if !delete {
            // It is all there, and the next one goes on.
            std::fs::rename(sandbox.path("elsewhere"), sandbox.repo()).unwrap();
            configure(&sandbox, &[agent("agent:a", 1, "true")], &json!({}));
            let running = Background::coordinator(&sandbox);
            wait_until("it is done", || state(&sandbox, &id) == "done");
            drop(running);
        }
    }
}

#[test]
fn a_remote_that_cannot_be_reached_is_waited_for() {
    let (hub, [here]) = Hub::with_tracker();
    let id = here.create("One", []);
    here.jit(["sync"]).ok();
    configure(&here, &[agent("agent:a", 1, "true")], &json!({}));
    let away = hub.dir().with_extension("away");
    std::fs::rename(hub.dir(), &away).unwrap();
    let running = Background::coordinator(&here);
    wait_until("it has said so", || running.said().contains("trying again"));
    assert_eq!(state(&here, &id), "ready");
    std::fs::rename(&away, hub.dir()).unwrap();
    wait_until("it is done", || state(&here, &id) == "done");
    drop(running);
}

#[test]
fn without_sync_it_works_offline() {
    let (hub, [here]) = Hub::with_tracker();
    let id = here.create("One", []);
    here.jit(["sync"]).ok();
    configure(&here, &[agent("agent:a", 1, "true")], &json!({}));
    let path = here.repo().join(".jit/coordinator.json");
    let mut config: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    config["sync"] = json!(false);
    std::fs::write(&path, config.to_string()).unwrap();
    std::fs::rename(hub.dir(), hub.dir().with_extension("away")).unwrap();
    here.jit(["coordinator", "once"]).ok();
    assert_eq!(state(&here, &id), "done");
}

#[test]
fn who_stops_at_once_does_not_wait_for_a_remote_that_hangs() {
    let (hub, [seed]) = Hub::with_tracker();
    let ids = ["One", "Two", "Three"].map(|title| seed.create(title, []));
    seed.jit(["sync"]).ok();
    let behind = hub.behind_proxy();
    let here = hub.clone_as("here", &behind.url);
    here.jit(["sync"]).ok();
    configure(&here, &[agent("agent:a", 3, LONG)], &json!({"stop_grace_secs": 1}));
    // A quarter of an hour, which nobody must wait for.
    let patient = here.jit_command(["coordinator", "start", "--remote-timeout", "900"]);
    let running = Background::start(patient, &here.repo());
    running.wait_for_start(&here);
    let agents = ids.each_ref().map(|id| begun(&here, id));
    behind.proxy.set(Fault::Hang { after: 0 });
    let before = behind.proxy.connections();
    wait_until("it asks the remote", || behind.proxy.connections() > before);
    here.jit(["coordinator", "stop", "--now"]).ok();
    let (status, said) = running.wait();
    assert_eq!(status, 0, "{said}");
    assert!(agents.into_iter().all(|pid| !is_alive(pid)));
    assert_eq!(said.matches("given back").count(), 4, "once asked for, three times done: {said}");
    behind.proxy.set(Fault::None);
    here.jit(["sync"]).ok();
    assert!(hub.holds().is_empty());
    for id in &ids {
        assert_eq!(state(&here, id), "ready");
    }
}
