//! The three-way rule, for one value, for sets and for maps.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::Side;

/// Which of two values stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Upstream's; local's is the same or was not touched.
    Upstream,
    /// Local's; upstream's was not touched.
    Local,
    /// Both changed, differently.
    Clash,
}

/// The rule for one value. Without a base, any difference is a clash.
pub(super) fn choose<T: PartialEq + ?Sized>(base: Option<&T>, upstream: &T, local: &T) -> Choice {
    if upstream == local || base == Some(local) {
        Choice::Upstream
    } else if base == Some(upstream) {
        Choice::Local
    } else {
        Choice::Clash
    }
}

/// The rule for sets: additions and removals of both sides.
pub(super) fn set<T: Ord + Clone>(
    base: Option<&BTreeSet<T>>,
    upstream: &BTreeSet<T>,
    local: &BTreeSet<T>,
) -> BTreeSet<T> {
    let is_old = |item: &T| base.is_some_and(|base| base.contains(item));
    let stays = |item: &&T| (upstream.contains(*item) && local.contains(*item)) || !is_old(item);
    upstream.union(local).filter(stays).cloned().collect()
}

/// The rule for lists of things with an id that never change: as for sets, upstream's order
/// first.
pub(super) fn list<T: Clone, K: Ord>(
    base: &[T],
    upstream: &[T],
    local: &[T],
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let keys = |items: &[T]| -> BTreeSet<K> { items.iter().map(&key).collect() };
    let (old, up, here) = (keys(base), keys(upstream), keys(local));
    let from_upstream = upstream.iter().filter(|item| here.contains(&key(item)) || !old.contains(&key(item)));
    let from_local = local.iter().filter(|item| !up.contains(&key(item)) && !old.contains(&key(item)));
    from_upstream.chain(from_local).cloned().collect()
}

/// The rule for maps: `rule` decides each key from what base, upstream and local have.
pub(super) fn map<K: Ord + Clone, V: Clone>(
    base: Option<&BTreeMap<K, V>>,
    upstream: &BTreeMap<K, V>,
    local: &BTreeMap<K, V>,
    mut rule: impl FnMut(&K, [Option<&V>; 3]) -> Option<V>,
) -> BTreeMap<K, V> {
    let keys: BTreeSet<&K> = upstream.keys().chain(local.keys()).collect();
    let decide = |key: &K| {
        let values = [base.and_then(|base| base.get(key)), upstream.get(key), local.get(key)];
        Some((key.clone(), rule(key, values)?))
    };
    keys.into_iter().filter_map(decide).collect()
}

/// The rule for a key of a map whose values are texts: an edit beats a removal, and of two
/// edits upstream's stands. The second value is the side whose value, or removal, was put
/// aside.
pub(super) fn edit<V: PartialEq + ?Sized>(
    [base, upstream, local]: [Option<&V>; 3],
) -> (Option<&V>, Option<Side>) {
    match choose(Some(&base), &upstream, &local) {
        Choice::Upstream => (upstream, None),
        Choice::Local => (local, None),
        Choice::Clash if upstream.is_none() => (local, Some(Side::Upstream)),
        Choice::Clash => (upstream, Some(Side::Local)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_takes_the_additions_and_removals_of_both() {
        let set_of = |text: &str| text.chars().collect::<BTreeSet<char>>();
        let merge = |base: &str, upstream: &str, local: &str| {
            set(Some(&set_of(base)), &set_of(upstream), &set_of(local)).into_iter().collect::<String>()
        };
        assert_eq!(merge("abc", "bcx", "abxy"), "bxy");
        assert_eq!(merge("", "a", "b"), "ab");
        assert_eq!(set(None, &set_of("a"), &set_of("b")), set_of("ab"));
    }

    #[test]
    fn a_list_keeps_upstreams_order_and_removals_of_both() {
        let merge = |base: &str, upstream: &str, local: &str| {
            let list_of = |text: &str| text.chars().collect::<Vec<char>>();
            list(&list_of(base), &list_of(upstream), &list_of(local), |c| *c).into_iter().collect::<String>()
        };
        assert_eq!(merge("abc", "cxb", "bya"), "xby");
    }

    #[test]
    fn an_edit_beats_a_removal_from_either_side() {
        assert_eq!(edit([Some("a"), None, Some("b")]), (Some("b"), Some(Side::Upstream)));
        assert_eq!(edit([Some("a"), Some("b"), None]), (Some("b"), Some(Side::Local)));
        assert_eq!(edit([Some("a"), Some("a"), None]), (None, None));
        assert_eq!(edit([None, Some("b"), Some("c")]), (Some("b"), Some(Side::Local)));
    }
}
