//! The command line's grammar: global options and the tree of commands.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{BoolValueParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand};

use super::commands;
use super::ui::Color;

/// Track issues inside a git repository
///
/// Issues are YAML files on a branch of their own (refs/jit/main), every change is one
/// commit, and a claim is won by exactly one of any number of agents. Your branches, index
/// and working tree are never touched.
#[derive(Parser)]
#[command(name = "jit", version, max_term_width = 100, after_help = AFTER_HELP)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  jit init
  jit create 'Fix the login page' --priority high
  jit ready
  jit claim-next --to agent:worker-1
  jit done 3f2a9c1e
  jit undo
  jit ready --at HEAD~3

Exit status: 0 done, 1 internal, 2 usage, 3 not found, 4 refused by a rule, 5 held by
someone else, 6 exists already, 7 contended, 10 git or another program failed.";

/// Options that every command takes.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Global {
    /// Run as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Global options")]
    #[arg(value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
    /// Print one JSON document, also on failure
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// Print bare ids, and no notes
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// Who acts, as kind:name [default: $JIT_AGENT, else human:<git user>]
    #[arg(long, value_name = "AGENT", global = true, help_heading = "Global options")]
    pub(crate) by: Option<String>,
    /// Show the tracker as it was: HEAD~10, a commit's id, 2h, 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "REV|TIME", global = true, help_heading = "Global options")]
    #[arg(allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// Work without the remote: a claim is then provisional until the next sync
    #[arg(long, global = true, help_heading = "Global options", conflicts_with = "sync")]
    pub(crate) offline: bool,
    /// Publish the change at once
    #[arg(long, global = true, help_heading = "Global options")]
    #[arg(action = ArgAction::SetTrue, value_parser = BoolValueParser::new().map(SyncUse::of_flag))]
    pub(crate) sync: SyncUse,
    /// How long a remote may stay silent [default: 60]
    #[arg(long, value_name = "SECONDS", global = true, help_heading = "Global options")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) remote_timeout: Option<u64>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    #[arg(help_heading = "Global options")]
    pub(crate) color: Color,
    /// How to show points in time
    #[arg(long, value_enum, default_value_t, value_name = "HOW", global = true)]
    #[arg(help_heading = "Global options")]
    pub(crate) times: TimeStyle,
    /// Print long results at once, without the pager
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_pager: bool,
}

/// How to show points in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TimeStyle {
    // As an age on a terminal, exactly elsewhere
    #[default]
    Auto,
    // As an age
    Relative,
    // Exactly, in UTC
    Exact,
}

/// What `--sync` asks for. Commands that go on for ever take an option of that name which says
/// how often, and which stands in place of the global one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncUse {
    /// It was not given.
    No,
    /// It was given.
    Yes,
    /// So often, in seconds.
    Every(u64),
}

impl SyncUse {
    /// How often a command asks the remote that was not told how often, in seconds.
    const USUAL_SECS: u64 = 30;

    fn of_flag(given: bool) -> Self {
        if given { Self::Yes } else { Self::No }
    }

    /// Reads the value of an option that takes seconds; none is the usual.
    pub(crate) fn parse(seconds: &str) -> Result<Self, String> {
        match seconds.parse() {
            _ if seconds.is_empty() => Ok(Self::Yes),
            Ok(seconds @ 1..=86_400) => Ok(Self::Every(seconds)),
            _ => Err("it must be a number of seconds, 1 to 86400".to_owned()),
        }
    }

    /// How often the remote is to be asked, if at all.
    pub(crate) fn every(self) -> Option<Duration> {
        match self {
            Self::No => None,
            Self::Yes => Some(Duration::from_secs(Self::USUAL_SECS)),
            Self::Every(seconds) => Some(Duration::from_secs(seconds)),
        }
    }
}

/// Every command, by name. The short forms share the arguments of what they stand for.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = "Name who is to do an issue, without claiming it for them [short for: issue assign]")]
    Assign(commands::issue::assign::AssignArgs),
    Blame(commands::blame::BlameArgs),
    #[command(about = "List the issues that something blocks, and what [short for: query blocked]")]
    Blocked(commands::query::blocked::BlockedArgs),
    #[cfg(feature = "board")]
    Board(commands::board::BoardArgs),
    #[command(about = "Claim an issue [short for: issue claim]")]
    Claim(commands::issue::claim::ClaimArgs),
    #[command(about = "Claim the most urgent issue that is ready [short for: issue claim-next]")]
    #[command(visible_alias = "next")]
    ClaimNext(commands::issue::claim_next::ClaimNextArgs),
    CloseMerged(commands::close_merged::CloseMergedArgs),
    #[command(about = "Remark on an issue [short for: issue comment]")]
    Comment(commands::issue::comment::CommentArgs),
    Completions(commands::completions::CompletionsArgs),
    /// Manage the project's settings, saved filters among them
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    Conflict(commands::conflict::ConflictArgs),
    /// Hand ready issues to agents that are programs
    #[cfg(feature = "coordinator")]
    #[command(subcommand)]
    Coordinator(commands::coordinator::CoordinatorCommand),
    #[command(about = "Create an issue [short for: issue create]", aliases = ["add", "new"])]
    Create(commands::issue::create::CreateArgs),
    #[command(about = "Delete issues and the dependencies on them [short for: issue delete]")]
    Delete(commands::issue::delete::DeleteArgs),
    Demo(commands::demo::DemoArgs),
    /// Manage what issues depend on
    #[command(subcommand)]
    Dep(commands::dep::DepCommand),
    /// Help with measuring and with work on jit itself
    #[command(subcommand, hide = true)]
    Dev(commands::dev::DevCommand),
    Diff(commands::diff::DiffArgs),
    Doctor(commands::doctor::DoctorArgs),
    #[command(about = "Finish issues [short for: issue update --state done]", aliases = ["close", "finish"])]
    Done(commands::issue::done::DoneArgs),
    #[command(about = "Edit an issue in your editor [short for: issue edit]")]
    Edit(commands::issue::edit::EditArgs),
    /// Read the event log
    #[command(subcommand)]
    Events(commands::events::EventsCommand),
    Export(commands::export::ExportArgs),
    /// Manage the gates of issues
    #[command(subcommand)]
    Gate(commands::gate::GateCommand),
    /// Look at the dependency graph
    #[command(subcommand)]
    Graph(commands::graph::GraphCommand),
    #[command(subcommand)]
    Hooks(commands::hooks::HooksCommand),
    Import(commands::import::ImportArgs),
    Init(commands::init::InitArgs),
    /// Manage issues, and the files attached to them
    #[command(subcommand)]
    Issue(Box<commands::issue::IssueCommand>),
    #[command(about = "List issues [short for: issue list]")]
    #[command(visible_alias = "ls")]
    List(commands::issue::list::ListArgs),
    Log(commands::log::LogArgs),
    Man(commands::man::ManArgs),
    #[cfg(feature = "mcp")]
    Mcp(commands::mcp::McpArgs),
    Prime(commands::prime::PrimeArgs),
    /// Find issues
    #[command(subcommand)]
    Query(commands::query::QueryCommand),
    #[command(about = "List the issues that can be claimed now [short for: query ready]")]
    Ready(commands::query::ready::ReadyArgs),
    /// Manage the gates that the project knows
    #[command(subcommand)]
    Registry(commands::registry::RegistryCommand),
    #[command(about = "Reject an issue [short for: issue reject]")]
    Reject(commands::issue::reject::RejectArgs),
    #[command(about = "Give an issue up [short for: issue release]")]
    Release(commands::issue::release::ReleaseArgs),
    #[command(about = "Extend the claim on an issue [short for: issue renew]")]
    Renew(commands::issue::renew::RenewArgs),
    Schema(commands::schema::SchemaArgs),
    #[command(about = "Search the text of issues [short for: issue search]")]
    Search(commands::issue::search::SearchArgs),
    #[command(about = "Show issues [short for: issue show]")]
    Show(commands::issue::show::ShowArgs),
    Start(commands::start::StartArgs),
    Stats(commands::stats::StatsArgs),
    Status(commands::status::StatusArgs),
    Sync(commands::sync::SyncArgs),
    /// Manage what new issues of a kind begin with
    #[command(subcommand)]
    Template(commands::template::TemplateCommand),
    #[command(about = "Name nobody to do an issue [short for: issue unassign]")]
    Unassign(commands::issue::assign::UnassignArgs),
    Undo(commands::undo::UndoArgs),
    #[command(about = "Change issues [short for: issue update]")]
    Update(Box<commands::issue::update::UpdateArgs>),
    Validate(commands::validate::ValidateArgs),
    Watch(commands::watch::WatchArgs),
}
