use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::App;
use crate::front::cli::args::Cli;
use crate::front::cli::error::Failure;
use crate::front::wire::ManObject;

/// Write man pages, one for every command
#[derive(Args)]
#[command(after_help = "Example:\n  jit man --dir ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder; made if it is not there
    // The global option -C has the name 'dir' already.
    #[arg(id = "folder", long = "dir", value_name = "DIR")]
    folder: PathBuf,
}

impl ManArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let file_failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Failure::File { path, source }
        };
        fs::create_dir_all(&self.folder).map_err(file_failed(&self.folder))?;
        let pages = pages();
        let mut paths = Vec::new();
        for (name, page) in &pages {
            let path = self.folder.join(format!("{name}.1"));
            fs::write(&path, page).map_err(file_failed(&path))?;
            paths.push(path.display().to_string());
        }
        if app.ui.is_json() {
            return Ok(app.ui.json(&ManObject { count: paths.len(), files: paths })?);
        }
        Ok(app.ui.result(&(paths.join("\n") + "\n"))?)
    }
}

/// The names of all pages, and what they say.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    let mut open = vec![command];
    while let Some(command) = open.pop() {
        let is_shown = |below: &&Command| !below.is_hide_set() && below.get_name() != "help";
        open.extend(command.get_subcommands().filter(is_shown).cloned());
        pages.extend(page(command));
    }
    pages.sort();
    pages
}

/// The page of one command.
fn page(command: Command) -> Option<(String, Vec<u8>)> {
    let man = Man::new(command);
    let mut text = Vec::new();
    man.render(&mut text).ok()?;
    let name = man.get_filename();
    Some((name.trim_end_matches(".1").to_owned(), text))
}
