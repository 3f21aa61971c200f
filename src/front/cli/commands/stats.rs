use clap::Args;

use super::App;
use crate::front::cli::error::Failure;
use crate::front::cli::{input, render};
use crate::front::wire::{StatsObject, burn_up_csv, groups_csv};
use crate::ops::{GroupBy, StatsRequest};

/// Count what was done, and how long it took
///
/// Issues created, finished and rejected; the time from creation and from the first claim to the
/// end; how long ready issues have waited; how many reports on gates were failures; and how the
/// work grew and was done.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  jit stats\n  jit stats --since 2026-01-01 --by label\n  jit stats --csv > burn-up.csv"
)]
pub(crate) struct StatsArgs {
    /// Count from then on [default: 30 days before the end]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: Option<String>,
    /// Count until then [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<String>,
    /// Tell the numbers of each apart
    // Nobody acts who would have to be named by the global option.
    #[arg(id = "by", long, value_name = "label|agent", value_parser = GROUPS, hide_possible_values = true)]
    by: Option<String>,
    /// Print the burn-up as CSV; with --by, the numbers of each label or agent
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

const GROUPS: [&str; 2] = ["label", "agent"];

impl StatsArgs {
    pub(super) fn run(self, app: &mut App<'_>) -> Result<(), Failure> {
        let now = app.jit.context().now();
        let since = self.since.map(|text| input::time("since", &text, now)).transpose()?;
        let until = self.until.map(|text| input::time("until", &text, now)).transpose()?;
        let by = self.by.map(|by| if by == GROUPS[0] { GroupBy::Label } else { GroupBy::Agent });
        let request = StatsRequest { since, until, by };
        let stats = app.jit.stats(&request)?;
        if app.ui.is_json() {
            return Ok(app.ui.json(&StatsObject::new(&stats))?);
        }
        if self.csv {
            let table = if by.is_some() { groups_csv(&stats) } else { burn_up_csv(&stats.burn_up) };
            return Ok(app.ui.data(&table)?);
        }
        let heading = by.map(|by| match by {
            GroupBy::Label => "LABEL",
            GroupBy::Agent => "AGENT",
        });
        Ok(app.ui.result(&render::stats::stats(&stats, heading, app.ui.width()))?)
    }
}
