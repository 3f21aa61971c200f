//! The clients that are known, and how each wants to be told of a server.

use std::fmt;

/// A client of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// Anthropic's command line assistant.
    ClaudeCode,
    /// Anthropic's desktop application.
    ClaudeDesktop,
    /// The command line assistant of `OpenAI`.
    Codex,
    /// The Cursor editor.
    Cursor,
    /// Google's command line assistant.
    Gemini,
    /// Visual Studio Code.
    VsCode,
    /// The Windsurf editor.
    Windsurf,
}

/// Where a client looks.
pub(super) enum Place {
    /// Below the folder of the project.
    Project(&'static str),
    /// Below the person's home: it knows no files of projects.
    Home(&'static str),
}

/// How its file is written.
pub(super) enum Format {
    /// An object, with the servers in the object at `key`.
    Json {
        /// Where the servers are.
        key: &'static str,
        /// Whether each says that it is spoken to on standard input and output.
        names_transport: bool,
    },
    /// Tables below `mcp_servers`.
    Toml,
}

impl Client {
    /// All of them, by name.
    pub(crate) const ALL: [Self; 7] = [
        Self::ClaudeCode,
        Self::ClaudeDesktop,
        Self::Codex,
        Self::Cursor,
        Self::Gemini,
        Self::VsCode,
        Self::Windsurf,
    ];

    /// Its name on a command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::ClaudeDesktop => "claude-desktop",
            Self::Codex => "codex",
            Self::Cursor => "cursor",
            Self::Gemini => "gemini",
            Self::VsCode => "vscode",
            Self::Windsurf => "windsurf",
        }
    }

    /// The client of that name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.name() == name)
    }

    /// What people call it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
            Self::Codex => "Codex",
            Self::Cursor => "Cursor",
            Self::Gemini => "Gemini CLI",
            Self::VsCode => "VS Code",
            Self::Windsurf => "Windsurf",
        }
    }

    pub(super) const fn place(self) -> Place {
        match self {
            Self::ClaudeCode => Place::Project(".mcp.json"),
            Self::ClaudeDesktop if cfg!(target_os = "macos") => {
                Place::Home("Library/Application Support/Claude/claude_desktop_config.json")
            }
            Self::ClaudeDesktop => Place::Home(".config/Claude/claude_desktop_config.json"),
            Self::Codex => Place::Project(".codex/config.toml"),
            Self::Cursor => Place::Project(".cursor/mcp.json"),
            Self::Gemini => Place::Project(".gemini/settings.json"),
            Self::VsCode => Place::Project(".vscode/mcp.json"),
            Self::Windsurf => Place::Home(".codeium/windsurf/mcp_config.json"),
        }
    }

    pub(super) const fn format(self) -> Format {
        match self {
            Self::Codex => Format::Toml,
            Self::VsCode => Format::Json { key: "servers", names_transport: true },
            Self::ClaudeCode => Format::Json { key: "mcpServers", names_transport: true },
            Self::ClaudeDesktop | Self::Cursor | Self::Gemini | Self::Windsurf => {
                Format::Json { key: "mcpServers", names_transport: false }
            }
        }
    }

    /// What it puts the folder of the project for, where it does not start servers there.
    pub(super) const fn folder_variable(self) -> Option<&'static str> {
        match self {
            Self::Cursor | Self::VsCode => Some("${workspaceFolder}"),
            _ => None,
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
