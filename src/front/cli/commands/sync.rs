use std::time::Duration;

use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::render;
use crate::front::wire::SyncObject;
use crate::ops::{Direction, RemoteUse, SyncRequest, Synced};

/// How often a watch asks the remote, in seconds.
const WATCH_SECS: &str = "30";

/// Share the tracker with a remote
///
/// Fetches what others did, merges it with what was done here, and publishes the result.
/// Where both changed the same value, the remote's stands and the other is kept as a
/// conflict to be settled at leisure: a sync never stops half-way. Your branches and files
/// are not touched.
///
/// The remote is the one named, else the one that 'git config jit.remote' names, else the
/// only one, else origin.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit sync\n  jit sync --pull --depth 1\n  jit sync upstream --dry-run\n  jit sync --watch 60"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct SyncArgs {
    /// The remote
    #[arg(value_name = "REMOTE")]
    name: Option<String>,
    /// The remote
    #[arg(long, value_name = "REMOTE", conflicts_with = "name")]
    remote: Option<String>,
    /// Fetch and merge, publish nothing
    #[arg(long, conflicts_with = "push")]
    pull: bool,
    /// Publish only; fails if the remote has anything new
    #[arg(long)]
    push: bool,
    /// Tell what would come and go, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Bring only so many commits of history, if this clone has no tracker yet
    #[arg(long, value_name = "COMMITS", value_parser = clap::value_parser!(u32).range(1..))]
    depth: Option<u32>,
    /// Follow the remote although its tracker went backwards or is gone
    #[arg(long)]
    accept_rewind: bool,
    /// The same as --remote-timeout
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,
    /// Go on for ever, once in so many seconds [default: 30]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = WATCH_SECS)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "dry_run")]
    watch: Option<u64>,
}

impl SyncArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        if app.jit.context().remote_use() == RemoteUse::Offline {
            return Err(Failure::usage("a sync talks to the remote: it cannot be --offline"));
        }
        let direction = match (self.pull, self.push) {
            (true, _) => Direction::Pull,
            (_, true) => Direction::Push,
            _ => Direction::Both,
        };
        let request = SyncRequest {
            remote: self.name.or(self.remote),
            direction,
            dry_run: self.dry_run,
            depth: self.depth,
            accept_rewind: self.accept_rewind,
            timeout: self.timeout.map(Duration::from_secs),
        };
        match self.watch {
            None => answer(app, &app.jit.sync(&request)?),
            Some(seconds) => watch(app, &request, Duration::from_secs(seconds)),
        }
    }
}

fn answer(app: &mut App<'_>, synced: &Synced) -> Result<(), Failure> {
    for warning in &synced.warnings {
        app.ui.warn(warning);
    }
    if app.ui.is_json() {
        return Ok(app.ui.json(&SyncObject::from(synced))?);
    }
    if app.ui.is_quiet() {
        return Ok(());
    }
    Ok(app.ui.result(&render::sync::synced(synced))?)
}

/// Syncs again and again. Only what can pass by itself is waited out.
fn watch(app: &mut App<'_>, request: &SyncRequest, every: Duration) -> Result<(), Failure> {
    loop {
        match app.jit.sync(request) {
            Ok(synced) if is_quiet(&synced) => {}
            Ok(synced) => answer(app, &synced)?,
            Err(error) if error.may_pass() => app.ui.warn(&format!("{error}; trying again")),
            Err(error) => return Err(error.into()),
        }
        std::thread::sleep(every);
    }
}

/// Whether nothing happened.
fn is_quiet(synced: &Synced) -> bool {
    synced.pulled.is_none()
        && synced.pushed.is_none()
        && synced.claims_lost.is_empty()
        && synced.claims_given_back.is_empty()
}
