use clap::Args;

use crate::front::cli::error::Failure;
use crate::front::cli::input;
use crate::model::create::NewIssue;

/// What an issue, or issues of a kind, are like.
#[derive(Args)]
#[group(id = "kind")]
pub(crate) struct KindOptions {
    /// What kind of issue it is [default: task]
    #[arg(long = "type", value_name = "TYPE")]
    issue_type: Option<String>,
    /// How urgent: critical, high, normal or low [default: normal]
    #[arg(short, long)]
    priority: Option<String>,
    /// A label; can be repeated
    #[arg(short, long)]
    label: Vec<String>,
    /// A gate it must pass; can be repeated
    #[arg(short, long)]
    gate: Vec<String>,
    /// A note for agents, as key=value; can be repeated
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    context: Vec<String>,
}

impl KindOptions {
    /// Changes `new` as the options say, and adds to it.
    pub(in crate::front::cli::commands) fn apply(&self, new: &mut NewIssue) -> Result<(), Failure> {
        if let Some(issue_type) = &self.issue_type {
            new.issue_type = Some(issue_type.clone());
        }
        if let Some(priority) = &self.priority {
            new.priority = priority.parse()?;
        }
        new.labels.extend(self.label.iter().cloned());
        new.gates.extend(input::gate_keys(&self.gate)?);
        for text in &self.context {
            new.context.extend([input::pair(text)?]);
        }
        Ok(())
    }
}
