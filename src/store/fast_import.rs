//! A history as `git fast-import` reads it: the same files and messages as the store
//! writes, without reading anything back. For histories that are made at once.

use std::io::{self, Write};

use gix::actor::Signature;
use uuid::Uuid;

use super::format::{gate as gate_format, issue as issue_format, settings, template as template_format};
use super::{Identity, layout, transaction};
use crate::model::Change;

/// Writes changes as a stream, each on top of the one before.
pub(crate) struct FastImport<'a> {
    out: &'a mut dyn Write,
    ref_name: String,
}

impl<'a> FastImport<'a> {
    /// Starts a history that `ref_name`, which does not exist, will hold.
    pub(crate) fn begin(out: &'a mut dyn Write, ref_name: &str) -> io::Result<Self> {
        // Without its end, git drops the stream as a whole.
        out.write_all(b"feature done\n")?;
        Ok(Self { out, ref_name: ref_name.to_owned() })
    }

    /// Adds a commit. Nobody in particular commits, so that equal histories are equal
    /// objects on every machine.
    pub(crate) fn commit(&mut self, change: &Change, event_ids: impl FnMut() -> Uuid) -> io::Result<()> {
        let nobody = Identity::default();
        let seconds = change.stamp.at.timestamp();
        writeln!(self.out, "commit {}", self.ref_name)?;
        self.signature("author", &transaction::author(&change.stamp.by, &nobody, seconds))?;
        self.signature("committer", &transaction::committer(&nobody, seconds))?;
        self.data(&transaction::message(change, event_ids))?;
        for issue in &change.issues {
            self.file(&layout::issue_path(issue.id), Some(issue_format::to_yaml(issue)))?;
        }
        for id in &change.removed_issues {
            self.file(&layout::issue_path(*id), None)?;
        }
        for (key, definition) in &change.gates {
            let path = format!("{}/{}", layout::GATES, layout::gate_file(key));
            self.file(&path, definition.as_ref().map(gate_format::to_yaml))?;
        }
        for (name, template) in &change.templates {
            let path = format!("{}/{}", layout::TEMPLATES, layout::template_file(name));
            self.file(&path, template.as_ref().map(template_format::to_yaml))?;
        }
        match &change.settings {
            Some(changed) => self.file(layout::SETTINGS, Some(settings::to_toml(changed))),
            None => Ok(()),
        }
    }

    /// Ends the history. Only now does git take it.
    pub(crate) fn end(self) -> io::Result<()> {
        self.out.write_all(b"done\n")?;
        self.out.flush()
    }

    fn signature(&mut self, role: &str, who: &Signature) -> io::Result<()> {
        write!(self.out, "{role} ")?;
        who.write_to(self.out)?;
        self.out.write_all(b"\n")
    }

    fn data(&mut self, content: &str) -> io::Result<()> {
        writeln!(self.out, "data {}", content.len())?;
        self.out.write_all(content.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Writes a file, or removes it. Paths of the layout need no quotes.
    fn file(&mut self, path: &str, content: Option<String>) -> io::Result<()> {
        let Some(content) = content else { return writeln!(self.out, "D {path}") };
        writeln!(self.out, "M 100644 inline {path}")?;
        self.data(&content)
    }
}
