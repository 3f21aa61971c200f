//! Adding and removing dependencies, and issues that others depend on.

use super::{Draft, EventKind, IdPrefix, IssueId, Refusal, graph};

/// Makes issue `id` depend on `on`. Nothing changes if it does already; refused if `on`
/// depends on `id`.
pub fn add(draft: &mut Draft, id: IssueId, on: IssueId) -> Result<(), Refusal> {
    let issue = draft.issue(id)?;
    if issue.dependencies.contains(&on) {
        return Ok(());
    }
    if issue.state.is_finished() {
        return Err(Refusal::Finished { issue: id, state: issue.state, action: "add a dependency" });
    }
    draft.issue(on)?;
    if draft.may_lead_to(on, id)
        && let Some(mut path) = graph::path(draft.tracker(), on, id)
    {
        path.insert(0, id);
        return Err(Refusal::Cycle { path });
    }
    draft.add_dependency(id, on)?;
    draft.record(Some(id), EventKind::DependencyAdded { on });
    Ok(())
}

/// Makes issue `id` not depend on `on` any more. `on` need not exist: so a dangling edge
/// can be removed.
pub fn remove(draft: &mut Draft, id: IssueId, on: IssueId) -> Result<(), Refusal> {
    if !draft.issue(id)?.dependencies.contains(&on) {
        return Err(Refusal::NotADependency { issue: id, on: on.to_string() });
    }
    draft.edit(id)?.dependencies.remove(&on);
    draft.record(Some(id), EventKind::DependencyRemoved { on });
    super::transition::complete_if_gates_passed(draft, id)
}

/// Like [`remove`], with the other named by a prefix among what the issue depends on.
pub fn remove_named(draft: &mut Draft, id: IssueId, on: &IdPrefix) -> Result<(), Refusal> {
    match on.resolve(draft.issue(id)?.dependencies.iter().copied()) {
        Err(Refusal::IssueNotFound { typed }) => Err(Refusal::NotADependency { issue: id, on: typed }),
        resolved => remove(draft, id, resolved?),
    }
}

/// Removes issue `id` and every edge to it. Needs the whole tracker.
pub fn delete(draft: &mut Draft, id: IssueId) -> Result<(), Refusal> {
    let title = draft.issue(id)?.title.clone();
    let issues = draft.tracker().issues.values();
    let dependents: Vec<IssueId> =
        issues.filter(|issue| issue.dependencies.contains(&id)).map(|issue| issue.id).collect();
    draft.remove(id);
    draft.record(Some(id), EventKind::IssueDeleted { title });
    for dependent in dependents {
        remove(draft, dependent, id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{draft, events, id, put, tracker};
    use super::super::{State, Status};
    use super::*;

    #[test]
    fn cycles_of_any_length_are_refused_with_their_path() {
        for length in [1_u128, 2, 50] {
            let chain: Vec<(u128, u128)> = (1..length).map(|n| (n, n + 1)).collect();
            let mut draft = draft(tracker(length, &chain));
            let Err(Refusal::Cycle { path }) = add(&mut draft, id(length), id(1)) else { panic!("{length}") };
            assert_eq!((path[0], path[path.len() - 1]), (id(length), id(length)));
            assert_eq!(path.len() as u128, length + 1);
            assert!(events(draft).is_empty());
        }
    }

    #[test]
    fn adding_twice_changes_nothing_and_removing_twice_is_refused() {
        let mut draft = draft(tracker(2, &[(1, 2)]));
        add(&mut draft, id(1), id(2)).unwrap();
        remove(&mut draft, id(1), id(2)).unwrap();
        assert_eq!(remove(&mut draft, id(1), id(2)).unwrap_err().code(), "not_a_dependency");
        assert_eq!(events(draft), ["dependency_removed"]);
    }

    #[test]
    fn deleting_removes_the_edges_to_it_and_unblocks() {
        let mut draft = draft(tracker(3, &[(1, 3), (2, 3)]));
        delete(&mut draft, id(3)).unwrap();
        let tracker = draft.tracker();
        assert!(tracker.issues.values().all(|issue| tracker.status(issue) == Status::Ready));
        assert_eq!(events(draft), ["issue_deleted", "dependency_removed", "dependency_removed"]);
    }

    #[test]
    fn a_finished_issue_takes_no_new_dependency() {
        let mut tracker = tracker(2, &[]);
        put(&mut tracker, 1, State::Done);
        assert_eq!(add(&mut draft(tracker), id(1), id(2)).unwrap_err().code(), "finished");
    }
}
