//! A git-native issue tracker: issues are YAML files on a branch of their own
//! (`refs/jit/main`), every mutation is one commit, those commits are the event log, and a
//! claim is a compare-and-swap that exactly one of any number of rivals wins.
//!
//! The layers, each of which uses only those before it:
//!
//! - [`model`]: what a tracker is; pure rules.
//! - [`merge`]: how trackers that diverged become one; pure rules.
//! - [`store`]: a tracker inside a git repository.
//! - [`ops`]: the use-cases; this is the library API.
//! - [`front`]: the command line.
//!
//! # Embedding
//!
//! ```
//! # fn main() -> Result<(), jit::Error> {
//! # let dir = std::env::temp_dir().join(format!("jit-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&dir).expect("the temporary directory is writable");
//! # std::env::set_current_dir(&dir).expect("it was just made");
//! # let setup = jit::CommandExecutor::new(jit::Storage::new("."));
//! # setup.init()?;
//! # let new = jit::model::create::NewIssue { title: "First".into(), ..Default::default() };
//! # let issue_id = setup.create(&new, &[])?.ids[0].to_string();
//! # let outcome = dispatch(&issue_id);
//! # std::fs::remove_dir_all(&dir).expect("it is ours");
//! # outcome
//! # }
//! # fn dispatch(issue_id: &str) -> Result<(), jit::Error> {
//! use jit::{Storage, CommandExecutor};
//!
//! let storage = Storage::new(".");
//! let executor = CommandExecutor::new(storage);
//!
//! // Query ready issues
//! let ready = executor.query_ready()?;
//!
//! // Claim issue
//! executor.claim_issue(&issue_id, "agent:my-agent".to_string())?;
//! # assert_eq!(ready.len(), 1);
//! # assert!(executor.query_ready()?.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod front;
pub mod merge;
pub mod model;
pub mod ops;
mod process;
pub mod store;
pub mod sync;

pub use ops::{CommandExecutor, Context, Error};
pub use store::Storage;

// The example for programs in the README of the examples is compiled.
#[cfg(doctest)]
#[doc = include_str!("../examples/README.md")]
mod examples {}
