//! From any failure to what a person and a program are told, and the exit code.

use std::io;
use std::path::PathBuf;

use serde_json::Value;

use super::deliver::NotDelivered;
use super::ui::{Ui, UiError};
#[cfg(feature = "coordinator")]
use crate::front::coordinator;
use crate::front::edit::EditError;
#[cfg(feature = "mcp")]
use crate::front::mcp::ServeError;
use crate::front::wire::{Exit, Told};
use crate::model::Refusal;
use crate::ops;
use crate::store;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An operation failed.
    Ops(ops::Error),
    /// A rule said no, with more to tell a program than the rule itself.
    Detailed {
        /// The rule.
        refusal: Box<Refusal>,
        /// The key of what there is to tell.
        key: &'static str,
        /// What there is to tell.
        value: Value,
    },
    /// The command line makes no sense.
    Usage { message: String, hint: Option<String> },
    /// A file named on the command line could not be read or written.
    File { path: PathBuf, source: io::Error },
    /// A file is not what was expected, so it was left alone.
    FileRefused { path: PathBuf, reason: String, hint: Option<String> },
    /// The output could not be written.
    Ui(UiError),
    /// The server of the Model Context Protocol could not do its work.
    #[cfg(feature = "mcp")]
    Mcp(ServeError),
    /// An event could not be delivered.
    NotDelivered(Box<NotDelivered>),
    /// The demonstration did not go as it should.
    Demo(String),
    /// The coordinator itself failed.
    #[cfg(feature = "coordinator")]
    Coordinator(coordinator::Error),
    /// A text of the issue that was not stored is there.
    DraftKept { path: PathBuf, again: String },
    /// The editor did not do its work.
    Editor { editor: String, reason: String },
    /// What somebody wrote could not be stored, and is kept in a file.
    Kept { failure: Box<Failure>, path: PathBuf, again: String },
    /// All was done and printed, and the exit code tells the rest.
    Told(Exit),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// clap's error without the parts that repeat the help.
    pub(crate) fn from_clap(error: &clap::Error) -> Self {
        let text = error.to_string();
        let mut message = Vec::new();
        let mut tips = Vec::new();
        for line in text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:")) {
            match line.strip_prefix("tip: ") {
                Some(tip) => tips.push(tip),
                None if line.is_empty() || line.starts_with("For more information") => {}
                None => message.push(line.trim_start_matches("error: ")),
            }
        }
        let usage = text.lines().find_map(|line| line.trim().strip_prefix("Usage:"));
        let hint = tips.first().map(|tip| (*tip).to_owned());
        let hint = hint.or_else(|| Some(format!("usage: {}; '--help' tells more", usage?.trim())));
        Self::Usage { message: message.join(" "), hint }
    }

    /// Tells the person or program, and the exit code.
    pub(crate) fn report(self, ui: &mut Ui) -> Exit {
        let told = match self.told() {
            Ok(told) => told,
            Err(exit) => return exit,
        };
        // If telling fails there is nobody left to tell; the exit code still does.
        let exit = told.exit;
        ui.error(&told.into_object()).ok();
        exit
    }

    /// What is told of it; the exit code alone where nothing is.
    fn told(self) -> Result<Told, Exit> {
        Ok(match self {
            Self::Ui(UiError::Closed) => return Err(Exit::Done),
            Self::Told(exit) => return Err(exit),
            Self::DraftKept { path, again } => Told::draft_kept(&path, &again),
            Self::Editor { editor, reason } => Told::editor(&editor, &reason),
            Self::Kept { failure, path, again } => failure.told()?.keeping(&path, &again),
            Self::Ops(error) => Told::of_ops(&error),
            Self::Detailed { refusal, key, value } => Told::of_refusal(*refusal).with(key, value),
            Self::Usage { message, hint } => Told::usage(message, hint),
            Self::File { path, source } => Told::file(&path, &source),
            Self::FileRefused { path, reason, hint } => Told::file_refused(&path, &reason, hint),
            Self::Ui(error) => Told::internal("output", error.to_string()),
            Self::NotDelivered(failed) => Told::not_delivered(failed.to_string(), failed.details()),
            Self::Demo(message) => Told::internal("demo", message),
            #[cfg(feature = "coordinator")]
            Self::Coordinator(error) => error.told(),
            #[cfg(feature = "mcp")]
            Self::Mcp(error) => Told::internal("mcp", error.to_string()),
        })
    }
}

impl From<ops::Error> for Failure {
    fn from(error: ops::Error) -> Self {
        Self::Ops(error)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Ops(error.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Ops(refusal.into())
    }
}

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        match error {
            EditError::File { path, source } => Self::File { path, source },
            EditError::Refused { path, reason, hint } => Self::FileRefused { path, reason, hint },
        }
    }
}

impl From<UiError> for Failure {
    fn from(error: UiError) -> Self {
        Self::Ui(error)
    }
}
