//! The tools: what a client is told of each, and what it does. One file a group.

mod answer;
mod change;
mod claim;
mod create;
mod dep;
mod gate;
mod query;
mod share;

use rmcp::model::{Tool as Described, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::schema;
use super::session::{BY, Caller, take_by};
use crate::front::wire::Told;
use crate::ops::CommandExecutor;
use answer::Answer;

/// The arguments of a tool, and what it does with them: one operation.
trait Tool: DeserializeOwned + JsonSchema {
    /// What it is called.
    const NAME: &'static str;
    /// What it does, in few words.
    const ABOUT: &'static str;
    /// Whether it changes nothing.
    const READS: bool = false;
    /// What it answers.
    type Answer: JsonSchema;
    /// How many objects deep an agent is told what the answer is made of.
    const DEPTH: usize = 1;

    /// Does it.
    fn run(self, jit: &CommandExecutor) -> Result<Answer, Told>;
}

/// A tool, whatever its arguments are.
pub(super) struct Entry {
    name: &'static str,
    about: &'static str,
    reads: bool,
    input: fn() -> Map<String, Value>,
    output: fn() -> Map<String, Value>,
    run: fn(Map<String, Value>, &CommandExecutor) -> Result<Answer, Told>,
}

/// All tools, in the order in which agents need them.
static TOOLS: [Entry; 24] = [
    Entry::of::<query::Ready>(),
    Entry::of::<claim::ClaimNext>(),
    Entry::of::<claim::Claim>(),
    Entry::of::<query::Show>(),
    Entry::of::<change::Done>(),
    Entry::of::<claim::Release>(),
    Entry::of::<claim::Renew>(),
    Entry::of::<change::Comment>(),
    Entry::of::<create::Create>(),
    Entry::of::<create::CreateMany>(),
    Entry::of::<change::Update>(),
    Entry::of::<change::Reject>(),
    Entry::of::<change::Undo>(),
    Entry::of::<dep::DepAdd>(),
    Entry::of::<dep::DepRemove>(),
    Entry::of::<gate::GatePass>(),
    Entry::of::<gate::GateFail>(),
    Entry::of::<gate::GateCheck>(),
    Entry::of::<query::List>(),
    Entry::of::<query::Search>(),
    Entry::of::<query::Blocked>(),
    Entry::of::<query::Status>(),
    Entry::of::<query::Events>(),
    Entry::of::<share::Sync>(),
];

/// The tool of this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    TOOLS.iter().find(|tool| tool.name == name)
}

/// What a client is told of all tools.
pub(super) fn all() -> Vec<Described> {
    TOOLS.iter().map(Entry::described).collect()
}

impl Entry {
    const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            about: T::ABOUT,
            reads: T::READS,
            input: schema::input::<T>,
            output: || schema::output::<T::Answer>(T::DEPTH),
            run: |arguments, jit| {
                let tool = T::deserialize(Value::Object(arguments)).map_err(|error| {
                    Told::usage(format!("in the arguments of {}: {error}", T::NAME), None)
                })?;
                tool.run(jit)
            },
        }
    }

    fn described(&self) -> Described {
        let mut input = (self.input)();
        if !self.reads {
            let properties = input.entry("properties").or_insert_with(|| json!({}));
            properties[BY] = json!({"type": "string"});
        }
        let hints = ToolAnnotations::new();
        let hints = if self.reads { hints.read_only(true) } else { hints.destructive(false) };
        Described::new(self.name, self.about, input)
            .with_raw_output_schema((self.output)().into())
            .with_annotations(hints)
    }

    /// Does what is asked, for `caller` unless somebody else is to act. The answer is an
    /// object either way; of a failure it is what the command prints with `--json`.
    pub(super) fn call(&self, caller: &Caller, mut arguments: Map<String, Value>) -> Result<Value, Value> {
        let by = if self.reads { Ok(None) } else { take_by(&mut arguments) };
        let jit = caller.executor(by.as_ref().ok().cloned().flatten());
        let answered = by.and_then(|_| (self.run)(arguments, &jit));
        let mut told = jit.take_warnings();
        match answered {
            Ok(answer) => {
                told.extend(answer.warnings);
                Ok(with_warnings(answer.value, &told))
            }
            Err(failure) => {
                let failure = serde_json::to_value(failure.into_object()).unwrap_or_default();
                Err(with_warnings(failure, &told))
            }
        }
    }
}

fn with_warnings(mut value: Value, warnings: &[String]) -> Value {
    if !warnings.is_empty() {
        value[schema::WARNINGS] = json!(warnings);
    }
    value
}
