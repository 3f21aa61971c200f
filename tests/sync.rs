//! Several clones and a remote: one winner, nothing lost, nothing of the user's touched.
//! Real processes, real transports.

mod network;

use crate::support::Sandbox;

/// Every way to a remote.
const ROUTES: [&str; 5] = ["path", "file", "ssh", "git", "http"];
