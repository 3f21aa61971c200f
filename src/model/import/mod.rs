//! Taking issues in from elsewhere.
//!
//! Whatever the format, a reader hands over one [`Batch`], and [`import`] makes one change of
//! it. The same batch a second time changes nothing; one in which some issues are different
//! changes those, and leaves what was done to the others here as it is.

mod batch;
mod build;
mod error;
mod events;
mod foreign;
mod links;
mod plan;
mod report;
mod update;

pub use batch::{Batch, Incoming, Record};
pub use error::ImportError;
pub use foreign::{Foreign, ForeignComment, Link, PINNED, Role, Standing};
pub use report::{FieldUse, Kept, Note, Report, Tally};

use std::collections::BTreeSet;

use super::{Draft, IssueId, Refusal};

/// Takes `batch` in, which must have been checked. The draft must have the whole tracker. Of what is
/// not there, those that were `deleted` stay away.
pub fn import(draft: &mut Draft, batch: &Batch, deleted: &BTreeSet<IssueId>) -> Result<Report, Refusal> {
    let mut report = Report::new(batch);
    let mut planned = plan::plan(draft, batch, deleted, &mut report)?;
    links::connect(draft, batch, &mut planned, &mut report)?;
    let mut changed = Vec::new();
    for (record, planned) in batch.records.iter().zip(planned) {
        let Some(planned) = planned else { continue };
        match update::store(draft, &record.issue, planned) {
            update::Stored::Created(id) => {
                report.created += 1;
                changed.push((id, None));
            }
            update::Stored::Updated(before) => {
                report.updated += 1;
                changed.push((before.id, Some(before)));
            }
            update::Stored::Unchanged => report.unchanged += 1,
        }
    }
    if !changed.is_empty() {
        events::record(draft, batch, &changed)?;
    }
    Ok(report)
}
