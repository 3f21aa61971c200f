//! Permissions of new files in a repository that several users share, as git itself sets
//! them according to `core.sharedRepository`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gix::bstr::ByteSlice;

const GROUP: u32 = 0o660;
const EVERYBODY: u32 = 0o664;
const SET_GROUP_ID: u32 = 0o2000;

/// What `core.sharedRepository` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// The process's umask decides.
    Umask,
    /// At least these permissions.
    AtLeast(u32),
    /// Exactly these permissions.
    Exactly(u32),
}

impl Sharing {
    /// Reads the setting of a repository.
    pub(super) fn of(git: &gix::Repository) -> Self {
        let value = git.config_snapshot().string("core.sharedRepository");
        value.map_or(Self::Umask, |value| Self::parse(&value.to_str_lossy()))
    }

    fn parse(value: &str) -> Self {
        match value.to_ascii_lowercase().as_str() {
            "group" | "true" | "yes" | "on" | "1" => Self::AtLeast(GROUP),
            "all" | "world" | "everybody" | "2" => Self::AtLeast(EVERYBODY),
            octal => match u32::from_str_radix(octal, 8) {
                Ok(mode) if mode & 0o600 == 0o600 => Self::Exactly(mode & 0o666),
                _ => Self::Umask,
            },
        }
    }

    /// The mode that a file or directory of mode `mode` is to have.
    fn adjust(self, mode: u32, is_dir: bool) -> u32 {
        let (kept, mut wanted) = match self {
            Self::Umask => return mode,
            Self::AtLeast(wanted) => (mode, wanted),
            Self::Exactly(wanted) => (mode & !0o777, wanted),
        };
        if mode & 0o200 == 0 {
            wanted &= !0o222;
        }
        if mode & 0o100 != 0 {
            wanted |= (wanted & 0o444) >> 2;
        }
        let group_id = if is_dir { SET_GROUP_ID } else { 0 };
        kept | wanted | group_id
    }

    /// Whether a file or directory that is there has not the permissions it is to have.
    pub(super) fn lacks(self, path: &Path) -> bool {
        let Ok(meta) = fs::metadata(path) else { return false };
        let mode = meta.permissions().mode();
        self.adjust(mode, meta.is_dir()) != mode
    }

    /// Gives a file or directory that was just made the permissions it is to have.
    pub(super) fn apply(self, path: &Path) {
        if self == Self::Umask {
            return;
        }
        let Ok(meta) = fs::metadata(path) else { return };
        let mode = meta.permissions().mode();
        let adjusted = self.adjust(mode, meta.is_dir());
        if adjusted != mode {
            // Somebody else's directory has its permissions already.
            fs::set_permissions(path, fs::Permissions::from_mode(adjusted)).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_those_that_git_sets() {
        for (value, file, object, dir) in [
            ("umask", 0o644, 0o444, 0o755),
            ("group", 0o664, 0o444, 0o2775),
            ("all", 0o664, 0o444, 0o2775),
            ("0660", 0o660, 0o440, 0o2770),
            ("0640", 0o640, 0o440, 0o2750),
        ] {
            let sharing = Sharing::parse(value);
            assert_eq!(sharing.adjust(0o644, false) & 0o7777, file, "{value}");
            assert_eq!(sharing.adjust(0o444, false) & 0o7777, object, "{value}");
            assert_eq!(sharing.adjust(0o755, true) & 0o7777, dir, "{value}");
        }
    }
}
