//! The hook that names issues in commits: putting it beside what is there, and taking it away.
//!
//! A hook of another tool stays as it is: a shell script gets a section of ours, between two marks;
//! what is no shell script gets another name, and ours runs it in the end.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::model::Refusal;
use crate::ops::{CommandExecutor, Error};
use crate::store::{self, Repo};

const HOOK: &str = "commit-msg";
/// What ends the name of a hook that ours runs.
const BEFORE: &str = ".before-jit";
const BEGIN: &str = "# >>> jit >>>\n";
const END: &str = "# <<< jit <<<\n";
const SECTION: &str = "\
# Names the issue that you work on in your commits; 'jit hooks uninstall' takes this away.
if command -v jit >/dev/null 2>&1; then jit hooks commit-msg \"$1\" || :; fi
";
const CHAIN: &str = "\
before=\"$(dirname \"$0\")/commit-msg.before-jit\"
if [ -x \"$before\" ]; then exec \"$before\" \"$@\"; fi
";
const SHEBANG: &str = "#!/bin/sh\n";
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// Where the hook is, and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookState {
    /// The file.
    pub path: PathBuf,
    /// Whether it has what names issues.
    pub is_installed: bool,
    /// Whether it does something besides, of another tool or of the user's own.
    pub has_others: bool,
}

/// The hook after it was installed or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookChange {
    /// How it is now.
    pub state: HookState,
    /// Whether anything was written.
    pub changed: bool,
}

impl CommandExecutor {
    /// Tells how the hook is.
    pub fn hook(&self) -> Result<HookState, Error> {
        Ok(Hook::find(&self.storage.open()?)?.state())
    }

    /// Installs the hook. What is there keeps working. Where git looks for hooks outside of the
    /// repository, other repositories may have the same: then only if that is meant, as `outside` says.
    pub fn install_hook(&self, outside: bool) -> Result<HookChange, Error> {
        self.check_present()?;
        let repo = self.storage.open()?;
        repo.tip()?;
        let hook = Hook::find(&repo)?;
        if !outside && !hook.state().is_installed && !repo.owns(&hook.path) {
            let reason = format!(
                "{} is outside of this repository, and a hook there is run for every repository whose \
                 hooks are there; '--global' installs it all the same",
                hook.path.display()
            );
            return Err(Refusal::invalid("core.hooksPath", reason).into());
        }
        let changed = hook.install()?;
        Ok(HookChange { state: hook.again()?.state(), changed })
    }

    /// Takes the hook away, and leaves what else is there as it was.
    pub fn uninstall_hook(&self) -> Result<HookChange, Error> {
        self.check_present()?;
        let hook = Hook::find(&self.storage.open()?)?;
        let changed = hook.uninstall()?;
        Ok(HookChange { state: hook.again()?.state(), changed })
    }
}

/// The file of the hook.
struct Hook {
    path: PathBuf,
    /// Whether it is run by a shell whatever it begins with, and whatever its permissions.
    is_script: bool,
    found: Found,
}

/// What is there.
enum Found {
    Nothing,
    Script(String),
    /// Something that nothing can be put into.
    Other,
}

impl Hook {
    fn find(repo: &Repo) -> Result<Self, Error> {
        let dir = repo.hooks_dir()?;
        // husky writes the scripts in there itself; each runs the one of its name beside the folder.
        let husky = dir.parent().filter(|parent| dir.ends_with("_") && parent.ends_with(".husky"));
        let is_script = husky.is_some();
        let dir = husky.unwrap_or(&dir);
        if dir.exists() && !dir.is_dir() {
            let reason = format!("{} is no folder, so git runs no hooks here", dir.display());
            return Err(Refusal::invalid("core.hooksPath", reason).into());
        }
        Self::at(dir.join(HOOK), is_script)
    }

    fn at(path: PathBuf, is_script: bool) -> Result<Self, Error> {
        let found = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
            Err(source) => return Err(io_error("read", &path)(source)),
            Ok(meta) if !meta.is_file() => Found::Other,
            Ok(meta) => {
                let runs = is_script || meta.permissions().mode() & 0o111 != 0;
                match String::from_utf8(fs::read(&path).map_err(io_error("read", &path))?) {
                    Ok(text) if text.contains(BEGIN) || (runs && is_shell(&text)) => Found::Script(text),
                    _ => Found::Other,
                }
            }
        };
        Ok(Self { path, is_script, found })
    }

    fn again(&self) -> Result<Self, Error> {
        Self::at(self.path.clone(), self.is_script)
    }

    fn before(&self) -> PathBuf {
        self.path.with_file_name(format!("{HOOK}{BEFORE}"))
    }

    fn state(&self) -> HookState {
        let (is_installed, has_others) = match &self.found {
            Found::Nothing => (false, false),
            Found::Other => (false, true),
            Found::Script(text) => {
                let rest = without_section(text);
                let has_others = rest.as_ref().unwrap_or(text).trim() != SHEBANG.trim();
                (rest.is_some(), has_others || self.before().symlink_metadata().is_ok())
            }
        };
        HookState { path: self.path.clone(), is_installed, has_others }
    }

    fn install(&self) -> Result<bool, Error> {
        match &self.found {
            Found::Nothing => {
                let dir = self.path.parent().expect("it is in the folder of hooks");
                fs::create_dir_all(dir).map_err(io_error("create", dir))?;
                self.write(&with_section(SHEBANG, ""), 0o755).map(|()| true)
            }
            Found::Script(text) => {
                let chained = text.contains(CHAIN);
                let rest = without_section(text).unwrap_or_else(|| text.clone());
                let new = with_section(&rest, if chained { CHAIN } else { "" });
                if new == *text {
                    return Ok(false);
                }
                let mode =
                    fs::metadata(&self.path).map_err(io_error("read", &self.path))?.permissions().mode();
                self.write(&new, mode).map(|()| true)
            }
            Found::Other => {
                let before = self.before();
                if before.symlink_metadata().is_ok() {
                    let reason = format!("{} is in the way; look what it is", before.display());
                    return Err(Refusal::invalid("hook", reason).into());
                }
                fs::rename(&self.path, &before).map_err(io_error("move", &self.path))?;
                let written = self.write(&with_section(SHEBANG, CHAIN), 0o755);
                if written.is_err() {
                    // What was there goes on working.
                    fs::rename(&before, &self.path).map_err(io_error("move", &before))?;
                }
                written.map(|()| true)
            }
        }
    }

    fn uninstall(&self) -> Result<bool, Error> {
        let Found::Script(text) = &self.found else { return Ok(false) };
        let Some(rest) = without_section(text) else { return Ok(false) };
        let before = self.before();
        if rest.trim() != SHEBANG.trim() && !rest.trim().is_empty() {
            let mode = fs::metadata(&self.path).map_err(io_error("read", &self.path))?.permissions().mode();
            self.write(&rest, mode)?;
        } else if before.symlink_metadata().is_ok() {
            fs::rename(&before, &self.path).map_err(io_error("move", &before))?;
        } else {
            fs::remove_file(&self.path).map_err(io_error("remove", &self.path))?;
        }
        Ok(true)
    }

    /// Writes the file in one step.
    fn write(&self, text: &str, mode: u32) -> Result<(), Error> {
        let temporary = self.path.with_file_name(format!("{HOOK}.jit-{}", std::process::id()));
        let written = fs::write(&temporary, text)
            .and_then(|()| fs::set_permissions(&temporary, fs::Permissions::from_mode(mode)))
            .and_then(|()| fs::rename(&temporary, &self.path));
        written.map_err(|source| {
            // Nothing else uses a file of this name.
            fs::remove_file(&temporary).unwrap_or_default();
            io_error("write", &self.path)(source)
        })
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| store::Error::Io { action, path, source }.into()
}

/// Whether a shell runs a script that begins so.
fn is_shell(text: &str) -> bool {
    let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
        // git has a shell run what names nothing to run it.
        return !text.contains('\0');
    };
    let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let program = words.find(|word| *word != "env" && !word.starts_with('-'));
    program.is_some_and(|program| SHELLS.contains(&program))
}

/// `script` with our section where nothing that it does keeps it from being reached: at the top.
fn with_section(script: &str, more: &str) -> String {
    let start =
        if script.starts_with("#!") { script.find('\n').map_or(script.len(), |end| end + 1) } else { 0 };
    let (head, rest) = script.split_at(start);
    let newline = if head.is_empty() || head.ends_with('\n') { "" } else { "\n" };
    format!("{head}{newline}{BEGIN}{SECTION}{more}{END}{rest}")
}

/// `script` without our section; none if it has none.
fn without_section(script: &str) -> Option<String> {
    let (head, rest) = script.split_once(BEGIN)?;
    let (_, rest) = rest.split_once(END)?;
    Some(format!("{head}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_comes_and_goes_and_the_rest_stays_byte_for_byte() {
        for script in [SHEBANG, "#!/usr/bin/env bash\nset -e\nexit 1\n", "npx commitlint --edit $1\n", ""] {
            let with = with_section(script, CHAIN);
            assert_eq!(without_section(&with).as_deref(), Some(script));
            assert_eq!(with.matches(BEGIN).count(), 1);
        }
        assert_eq!(without_section("#!/bin/sh\n"), None);
        assert!(with_section("#!/bin/sh\nexit 0\n", "").find("jit hooks").unwrap() < 120);
    }

    #[test]
    fn shells_are_told_from_other_programs() {
        for shell in ["#!/bin/sh\n", "#! /usr/bin/env -S bash -e\n", "#!/usr/bin/env zsh\n", "npm test\n"] {
            assert!(is_shell(shell), "{shell}");
        }
        for other in ["#!/usr/bin/python3\n", "#!/usr/bin/env node\n", "\u{7f}ELF\0", "#!\n"] {
            assert!(!is_shell(other), "{other}");
        }
    }
}
