//! Black-box tests: the real binary in real repositories.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    unreachable_pub,
    reason = "tests drive programs, share helpers and say what they skip"
)]

mod bad_input;
#[cfg(feature = "board")]
mod board;
mod cache;
mod code;
mod completion;
mod conflicts;
mod contract;
mod coordinator;
mod crash;
mod docs;
mod examples;
mod export;
mod follow;
mod format;
mod generate;
mod history;
mod import;
mod layering;
mod leases;
mod listing;
mod log;
mod man;
mod mcp;
mod merge;
mod prime;
mod race;
mod replay;
mod repositories;
mod search;
mod seeds;
mod stats;
mod support;
mod sync;
mod upkeep;
#[cfg(feature = "webhook")]
mod watch;
mod writing;
