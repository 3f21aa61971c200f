//! Telling the usual clients how to start the server.

mod client;
mod json;
mod toml_file;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

pub(crate) use client::Client;
use client::{Format, Place};

use crate::front::edit::{Edit, EditError, Original};
use crate::model::AgentId;

/// What a client is to be told.
pub(crate) struct Request<'a> {
    /// The client.
    pub(crate) client: Client,
    /// What it is to call the server.
    pub(crate) name: &'a str,
    /// In whose name it is to act; its own if none.
    pub(crate) agent: Option<&'a AgentId>,
    /// The folder of the project.
    pub(crate) project: &'a Path,
    /// The person's home.
    pub(crate) home: &'a Path,
    /// The program that runs.
    pub(crate) program: &'a Path,
}

impl Request<'_> {
    /// The file to be changed.
    pub(crate) fn path(&self) -> PathBuf {
        match self.client.place() {
            Place::Project(below) => self.project.join(below),
            Place::Home(below) => self.home.join(below),
        }
    }

    /// The file that says nothing but what is to be added.
    pub(crate) fn config(&self) -> String {
        match self.client.format() {
            Format::Json { key, .. } => json::document(key, self.name, &self.entry()),
            Format::Toml => toml_file::document(self.name, &self.entry()),
        }
    }

    /// The file with what is to be added, and all else as it is.
    pub(crate) fn edit(&self) -> Result<Edit, EditError> {
        let original = Original::read(self.path())?;
        let added = match self.client.format() {
            Format::Json { key, .. } => json::add(original.text(), key, self.name, &self.entry()),
            Format::Toml => toml_file::add(original.text(), self.name, &self.entry()),
        };
        let by_hand = || format!("'jit mcp install --client {}' prints what to add by hand", self.client);
        match added {
            Ok(new) => Ok(original.to(new)),
            Err(reason) => Err(original.refused(reason, Some(by_hand()))),
        }
    }

    /// How the server is started. Files of a project are for everybody who has it, so they
    /// name no folder of this machine; a person's own files are read anywhere.
    fn entry(&self) -> Map<String, Value> {
        let (program, folder) = match self.client.place() {
            Place::Project(_) => ("jit".to_owned(), self.client.folder_variable().map(str::to_owned)),
            Place::Home(_) => (self.program.display().to_string(), Some(self.project.display().to_string())),
        };
        let folder = folder.map(|folder| vec!["-C".to_owned(), folder]).unwrap_or_default();
        let mut entry = Map::new();
        if let Format::Json { names_transport: true, .. } = self.client.format() {
            entry.insert("type".to_owned(), json!("stdio"));
        }
        entry.insert("command".to_owned(), json!(program));
        entry.insert("args".to_owned(), json!([folder, vec!["mcp".to_owned()]].concat()));
        if let Some(agent) = self.agent {
            entry.insert("env".to_owned(), json!({"JIT_AGENT": agent.as_str()}));
        }
        entry
    }
}
