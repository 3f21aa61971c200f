//! A dispatcher in a few lines: claims everything that is ready, and finishes it.
//!
//! `cargo run --example embed` in a repository with a tracker.

use jit::model::IdPrefix;
use jit::model::state::{StateRequest, Status};
use jit::model::update::Update;
use jit::ops::Target;
use jit::{CommandExecutor, Storage};

fn main() -> Result<(), jit::Error> {
    let executor = CommandExecutor::new(Storage::new("."));
    let done = Update { state: Some(StateRequest::Status(Status::Done)), ..Update::default() };
    for issue in executor.query_ready()? {
        match executor.claim_issue(&issue.id, "agent:embedded".to_string()) {
            Ok(_) => executor.update(&Target::Issues(vec![IdPrefix::of(issue.id)]), &done)?,
            // Somebody else was quicker: theirs is the work.
            Err(jit::Error::Refusal(jit::model::Refusal::AlreadyClaimed { .. })) => continue,
            Err(error) => return Err(error),
        };
    }
    Ok(())
}
