//! Which agents there are, what they take, and the rules by which issues are handed out: as
//! they are written in JSON or TOML.
//!
//! Every value is checked where it is read, so that a mistake is told with its line.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::query::Filter;
use crate::model::{AgentId, Priority, label};

/// What `.jit/coordinator.json` or `.jit/coordinator.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The agents.
    #[serde(deserialize_with = "agents")]
    pub(crate) agent_pool: Vec<Agent>,
    /// How issues are handed out.
    #[serde(default)]
    pub(crate) dispatch_rules: Rules,
    /// Seconds between two looks at the remote.
    #[serde(default = "default_poll")]
    pub(crate) poll_interval_secs: NonZeroU64,
    /// Whether claims are settled with the remote, where the tracker is shared with one.
    #[serde(default = "on", deserialize_with = "switch")]
    pub(crate) sync: bool,
}

/// What the file of `jit-dispatch` says: the same in words of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispatchConfig {
    /// The repositories; more may be named on the command line.
    #[serde(default)]
    pub(crate) repos: Vec<PathBuf>,
    #[serde(deserialize_with = "agents")]
    agents: Vec<Agent>,
    #[serde(default, alias = "dispatch_rules")]
    rules: Rules,
    #[serde(default = "default_poll")]
    poll_interval_secs: NonZeroU64,
    #[serde(default = "on", deserialize_with = "switch")]
    sync: bool,
}

impl From<DispatchConfig> for Config {
    fn from(config: DispatchConfig) -> Self {
        let DispatchConfig { agents, rules, poll_interval_secs, sync, .. } = config;
        Self { agent_pool: agents, dispatch_rules: rules, poll_interval_secs, sync }
    }
}

/// An agent: a command, and which issues it takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agent {
    /// Who claims the issues, as `kind:name`.
    #[serde(deserialize_with = "agent_id")]
    pub(crate) id: AgentId,
    /// A word for people.
    #[serde(default, rename = "agent_type", alias = "type")]
    pub(crate) kind: String,
    /// What works on an issue.
    pub(crate) command: Command,
    /// Arguments; the command is then a program, and no shell is asked.
    #[serde(default)]
    pub(crate) args: Option<Vec<String>>,
    /// How many issues it works on at the same time.
    #[serde(default = "one")]
    pub(crate) max_concurrent: NonZeroU32,
    /// It takes issues that have one of these labels; any where empty.
    #[serde(default, deserialize_with = "labels")]
    pub(crate) labels: Vec<String>,
    /// It takes issues that this admits.
    #[serde(default, deserialize_with = "filter")]
    pub(crate) filter: Filter,
}

/// A command as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// For `sh -c`.
    Shell(String),
    /// A program and its arguments.
    Program(Vec<String>),
}

/// How issues are handed out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    /// The priorities that are handed out, the first ones first.
    #[serde(deserialize_with = "priorities")]
    pub(crate) priority_order: Vec<Priority>,
    /// How long an agent may print nothing.
    #[serde(rename = "stall_timeout_minutes", deserialize_with = "minutes")]
    pub(crate) stall: Duration,
    /// How long an agent may work on an issue in all.
    #[serde(rename = "max_runtime_minutes", deserialize_with = "optional_minutes")]
    pub(crate) max_runtime: Option<Duration>,
    /// How long a claim lasts unless renewed.
    #[serde(rename = "lease_minutes", deserialize_with = "minutes")]
    pub(crate) lease: Duration,
    /// How often an issue is tried before it is left to people.
    pub(crate) max_attempts: NonZeroU32,
    /// Seconds until an issue is tried again, doubled each time.
    pub(crate) retry_delay_secs: u64,
    /// Seconds that an agent has to end after it was asked to.
    pub(crate) stop_grace_secs: u64,
    /// The label of issues that were tried too often.
    #[serde(deserialize_with = "one_label")]
    pub(crate) give_up_label: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            priority_order: Priority::ALL.to_vec(),
            stall: Duration::from_secs(30 * 60),
            max_runtime: None,
            lease: Duration::from_secs(10 * 60),
            max_attempts: NonZeroU32::new(3).expect("it is not 0"),
            retry_delay_secs: 30,
            stop_grace_secs: 10,
            give_up_label: "gave-up".to_owned(),
        }
    }
}

impl Agent {
    /// The program and its arguments.
    pub(crate) fn command_line(&self) -> Vec<String> {
        match (&self.command, &self.args) {
            (Command::Shell(program), Some(args)) => [std::slice::from_ref(program), args].concat(),
            (Command::Shell(line), None) => ["sh", "-c", line].map(str::to_owned).to_vec(),
            (Command::Program(words), args) => {
                [words.as_slice(), args.as_deref().unwrap_or_default()].concat()
            }
        }
    }

    /// Whether a shell runs the command, which tells by its status that there is none.
    pub(crate) fn is_run_by_shell(&self) -> bool {
        matches!((&self.command, &self.args), (Command::Shell(_), None))
    }

    /// The issues it takes, by all that is said of it and of issues that were given up.
    pub(crate) fn takes(&self, rules: &Rules) -> Filter {
        let parts = [
            (!self.labels.is_empty()).then(|| Filter::key_value("label", &self.labels.join("|"))),
            Some(Filter::parse(&format!("-label:{}", rules.give_up_label))),
        ];
        let mut filter = self.filter.clone();
        parts.into_iter().flatten().flatten().for_each(|part| filter.and(part));
        filter
    }
}

fn default_poll() -> NonZeroU64 {
    NonZeroU64::new(10).expect("it is not 0")
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn on() -> bool {
    true
}

fn agents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Agent>, D::Error> {
    let agents = Vec::<Agent>::deserialize(deserializer)?;
    if agents.is_empty() {
        return Err(D::Error::custom("there must be an agent at least"));
    }
    for (index, agent) in agents.iter().enumerate() {
        if agents[..index].iter().any(|other| other.id == agent.id) {
            return Err(D::Error::custom(format!("two agents are called {}", agent.id)));
        }
    }
    Ok(agents)
}

fn agent_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AgentId, D::Error> {
    AgentId::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Filter, D::Error> {
    Filter::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let labels = Vec::<String>::deserialize(deserializer)?;
    labels.iter().try_for_each(|word| label::check(word)).map_err(D::Error::custom)?;
    Ok(labels)
}

fn one_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let word = String::deserialize(deserializer)?;
    label::check(&word).map_err(D::Error::custom)?;
    // A filter names it, in which quotes mean something else.
    if word.contains('"') {
        Err(D::Error::custom("a label with '\"' cannot be filtered by"))
    } else {
        Ok(word)
    }
}

fn priorities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Priority>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    let priorities: Vec<Priority> =
        words.iter().map(|word| word.parse()).collect::<Result<_, _>>().map_err(D::Error::custom)?;
    match priorities.iter().enumerate().find(|(index, one)| priorities[..*index].contains(one)) {
        Some((_, twice)) => Err(D::Error::custom(format!("{twice} is there twice"))),
        None if priorities.is_empty() => Err(D::Error::custom("there must be a priority at least")),
        None => Ok(priorities),
    }
}

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let minutes = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(minutes * 60.0)
        .ok()
        .filter(|duration| (MIN_TIME..=MAX_TIME).contains(duration))
        .ok_or_else(|| D::Error::custom(format!("{minutes} minutes is not between a second and a year")))
}

const MIN_TIME: Duration = Duration::from_secs(1);
const MAX_TIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

fn optional_minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    #[derive(Deserialize)]
    struct Minutes(#[serde(deserialize_with = "minutes")] Duration);
    Ok(Option::<Minutes>::deserialize(deserializer)?.map(|minutes| minutes.0))
}

/// `true`, `false`, `"on"` or `"off"`.
fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Switch;
    impl Visitor<'_> for Switch {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, \"on\" or \"off\"")
        }

        fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<bool, E> {
            match value {
                "on" => Ok(true),
                "off" => Ok(false),
                other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
            }
        }
    }
    deserializer.deserialize_any(Switch)
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Command;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command: one text for the shell, or a list of words")
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Command, E> {
                match value.trim() {
                    "" => Err(E::custom("the command is empty")),
                    _ => Ok(Command::Shell(value.to_owned())),
                }
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Command, A::Error> {
                let mut words = Vec::<String>::new();
                while let Some(word) = seq.next_element()? {
                    words.push(word);
                }
                match words.first().map(String::as_str) {
                    None | Some("") => Err(A::Error::custom("the command is empty")),
                    Some(_) => Ok(Command::Program(words)),
                }
            }
        }
        deserializer.deserialize_any(Written)
    }
}
