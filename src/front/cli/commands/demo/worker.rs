//! One of the agents of the demonstration.

use std::time::Duration;

use crate::front::cli::error::Failure;
use crate::model::state::{StateRequest, Status};
use crate::model::update::Update;
use crate::model::{AgentId, GateResult, IdPrefix, Refusal, State};
use crate::ops::{ClaimNext, CommandExecutor, Context, Error, SyncRequest, Target};
use crate::store::Storage;

/// How long the work on an issue takes.
const WORK: Duration = Duration::from_millis(40);
/// How long a worker without work waits before it asks again.
const IDLE: Duration = Duration::from_millis(250);

/// One worker: claims, works, passes the gates, finishes, until nothing is left.
#[expect(clippy::print_stdout, reason = "a worker's report is read by the demonstration, not a person")]
pub(super) fn work(agent: &AgentId) -> Result<(), Failure> {
    let acting = |agent: &AgentId| {
        CommandExecutor::with_context(Storage::new("."), Context::default().acting_as(Some(agent.clone())))
    };
    let worker = acting(agent);
    let gatekeeper = acting(&AgentId::parse("ci:demo")?);
    let done = Update { state: Some(StateRequest::Status(Status::Done)), ..Update::default() };
    let mut finished = Vec::new();
    loop {
        let claimed = match worker.claim_next(&ClaimNext::default()) {
            Ok(claimed) => claimed,
            Err(Error::Refusal(Refusal::NothingToClaim { .. })) => {
                let is_shared = share(&worker)?;
                if is_shared && worker.tracker()?.issues.values().all(|issue| issue.state == State::Done) {
                    break;
                }
                std::thread::sleep(IDLE);
                continue;
            }
            Err(error) if error.may_pass() => continue,
            Err(error) => return Err(error.into()),
        };
        std::thread::sleep(WORK);
        let id = IdPrefix::of(claimed.ids[0]);
        worker.update(&Target::Issues(vec![id.clone()]), &done)?;
        for issue in claimed.issues() {
            let gates: Vec<_> = issue.gates.keys().cloned().collect();
            gatekeeper.gate_report(&id, &gates, &GateResult::Passed)?;
            finished.push(issue.title.clone());
        }
    }
    println!("{agent} finished {}: {}", finished.len(), finished.join(", "));
    Ok(())
}

/// Publishes what is not published yet, since others may wait for it; whether that worked.
fn share(worker: &CommandExecutor) -> Result<bool, Error> {
    match worker.sync(&SyncRequest::default()) {
        Ok(_) => Ok(true),
        Err(error) if error.may_pass() => Ok(false),
        Err(error) => Err(error),
    }
}
