use clap::{Args, Subcommand, ValueEnum};

use super::App;
use super::named::Named;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render, respond};
use crate::front::wire::{GateList, GateObject};
use crate::model::{Checker, Extra, GateDefinition, GateKey, GateStage};
use crate::ops::Outcome;

const GATES: Named = Named { word: "gate", none: "no gates; 'jit registry add' defines one" };

/// Manage the gates that the project knows
#[derive(Subcommand)]
pub(crate) enum RegistryCommand {
    /// Put a gate into the registry
    #[command(after_help = "Examples:\n  jit registry add review --title 'Code Review'\n  \
        jit registry add unit-tests --auto --checker 'cargo test' --timeout 20m")]
    Add(AddArgs),
    /// List the gates of the registry
    #[command(visible_alias = "ls", after_help = "Example:\n  jit registry list")]
    List(ListArgs),
    /// Take gates out of the registry
    ///
    /// Issues that require one keep it, as a manual gate.
    #[command(visible_alias = "rm", after_help = "Example:\n  jit registry remove review")]
    Remove(KeysArgs),
    /// Show a gate of the registry
    #[command(after_help = "Example:\n  jit registry show review")]
    Show(KeyArgs),
    /// Change a gate of the registry
    #[command(after_help = "Example:\n  jit registry update review --stage pre")]
    Update(UpdateArgs),
}

/// When a gate holds an issue up.
#[derive(Clone, Copy, ValueEnum)]
enum StageArg {
    /// Before it can start
    Pre,
    /// Before it is done
    Post,
}

impl From<StageArg> for GateStage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Pre => Self::Pre,
            StageArg::Post => Self::Post,
        }
    }
}

/// What a gate is.
#[derive(Args)]
struct Fields {
    /// What people call it
    #[arg(long, allow_hyphen_values = true)]
    title: Option<String>,
    /// What it checks
    #[arg(long = "desc", visible_alias = "description", value_name = "TEXT", allow_hyphen_values = true)]
    description: Option<String>,
    /// When it holds an issue up [default: post]
    #[arg(long, value_enum)]
    stage: Option<StageArg>,
    /// The shell command that 'gate check' runs; exit status 0 passes
    #[arg(long, value_name = "COMMAND", allow_hyphen_values = true)]
    checker: Option<String>,
    /// How long the checker may run [default: the project's gate.timeout]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    timeout: Option<String>,
}

impl Fields {
    fn apply(&self, definition: &mut GateDefinition, timeout_secs: Option<u64>) {
        if let Some(title) = &self.title {
            definition.title = Some(title.clone());
        }
        if let Some(description) = &self.description {
            definition.description.clone_from(description);
        }
        if let Some(stage) = self.stage {
            definition.stage = stage.into();
        }
        if let Some(command) = &self.checker {
            let checker = definition.checker.get_or_insert_with(|| Checker {
                command: String::new(),
                timeout_secs: None,
                extra: Extra::new(),
            });
            checker.command.clone_from(command);
        }
        if let (Some(checker), Some(_)) = (&mut definition.checker, timeout_secs) {
            checker.timeout_secs = timeout_secs;
        }
    }

    fn timeout_secs(&self) -> Result<Option<u64>, Failure> {
        Ok(input::secs("timeout", self.timeout.as_deref())?)
    }
}

/// A new gate.
#[derive(Args)]
pub(crate) struct AddArgs {
    /// Its key: letters, digits, '.', '_' and '-'
    key: String,
    #[command(flatten)]
    fields: Fields,
    /// A machine is to pass it, rather than a person
    #[arg(long)]
    auto: bool,
}

/// Every gate.
#[derive(Args)]
pub(crate) struct ListArgs {}

/// One gate.
#[derive(Args)]
pub(crate) struct KeyArgs {
    /// Its key
    key: String,
}

/// Some gates.
#[derive(Args)]
pub(crate) struct KeysArgs {
    /// Their keys
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
}

/// What to change of a gate.
#[derive(Args)]
pub(crate) struct UpdateArgs {
    /// Its key
    key: String,
    #[command(flatten)]
    fields: Fields,
    /// Whether a machine is to pass it
    #[arg(long, value_name = "BOOL")]
    auto: Option<bool>,
    /// Remove the checker
    #[arg(long, conflicts_with_all = ["checker", "timeout"])]
    no_checker: bool,
}

impl RegistryCommand {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        match self {
            Self::Add(args) => args.run(app),
            Self::List(args) => args.run(app),
            Self::Remove(args) => args.run(app),
            Self::Show(args) => args.run(app),
            Self::Update(args) => args.run(app),
        }
    }
}

impl AddArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let key = GateKey::parse(&self.key)?;
        let mut definition = GateDefinition { auto: self.auto, ..GateDefinition::default() };
        if self.fields.timeout.is_some() && self.fields.checker.is_none() {
            return Err(Failure::usage("--timeout needs --checker"));
        }
        self.fields.apply(&mut definition, self.fields.timeout_secs()?);
        let outcome = app.jit.gate_define(&key, &definition)?;
        changed(app, "Added", &key, &outcome)
    }
}

impl ListArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let gates = app.jit.gates()?;
        GATES.list(app.ui, &gates, &GateList::new(&gates), |width| render::gate::list(&gates, width))
    }
}

impl KeyArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let key = GateKey::parse(&self.key)?;
        let definition = app.jit.gate(&key)?;
        let text = render::gate::show(&key, &definition);
        GATES.show(app.ui, &GateObject::new(&key, &definition), &text)
    }
}

impl KeysArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let keys = input::gate_keys(&self.keys)?;
        let outcome = app.jit.gate_undefine(&keys)?;
        GATES.removed(app.ui, &outcome, &keys)
    }
}

impl UpdateArgs {
    fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let key = GateKey::parse(&self.key)?;
        let timeout_secs = self.fields.timeout_secs()?;
        let outcome = app.jit.gate_redefine(&key, |definition| {
            self.fields.apply(definition, timeout_secs);
            definition.auto = self.auto.unwrap_or(definition.auto);
            if self.no_checker {
                definition.checker = None;
            }
        })?;
        if !outcome.changed {
            app.ui.note("nothing to change");
        }
        changed(app, "Updated", &key, &outcome)
    }
}

fn changed(app: &mut App<'_>, verb: &str, key: &GateKey, outcome: &Outcome) -> Result<(), Failure> {
    respond::warnings(app.ui, outcome);
    match outcome.tracker.gates.get(key) {
        Some(definition) if app.ui.is_json() => Ok(app.ui.json(&GateObject::new(key, definition))?),
        _ => GATES.told(app.ui, verb, key),
    }
}
