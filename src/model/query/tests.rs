use super::super::saved::SavedFilters;
use super::super::testing::{agent, at, draft, id, put, request, tracker};
use super::super::{State, Tracker, claim};
use super::*;

fn sample() -> Tracker {
    let mut tracker = tracker(3, &[(1, 2)]);
    put(&mut tracker, 3, State::Done);
    let issue = tracker.issues.get_mut(&id(2)).unwrap();
    issue.title = "Login: -fix the Page".to_owned();
    issue.labels.insert("auth".to_owned());
    issue.priority = Priority::High;
    issue.assignee = Some(agent("one"));
    tracker
}

fn admitted(filter: &str) -> Vec<u128> {
    let tracker = sample();
    let filter = Filter::parse(filter).unwrap();
    (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect()
}

#[test]
fn terms_are_joined_by_and_and_values_by_or() {
    assert_eq!(admitted(""), [1, 2, 3]);
    assert_eq!(admitted("state:ready"), [2]);
    assert_eq!(admitted("state:ready|backlog"), [1, 2]);
    assert_eq!(admitted("state:open"), [1, 2]);
    assert_eq!(admitted("state:open priority:high|critical"), [2]);
    assert_eq!(admitted("assignee:none"), [1, 3]);
    assert_eq!(admitted("assignee:agent:one label:auth type:task"), [2]);
    assert_eq!(admitted("-label:auth -state:done"), [1]);
}

#[test]
fn words_that_would_join_terms_are_refused() {
    for bad in ["label:a or label:b", "a AND b", "not label:a", "x || y", "state:ready not @mine"] {
        let refusal = Filter::parse(bad).unwrap_err().to_string();
        assert!(refusal.contains("all terms must hold; label:a|b is either value"), "{bad}: {refusal}");
    }
    for good in ["or", "or else", "either or", "not found", "a \"or\" b"] {
        assert!(Filter::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn what_looks_the_same_is_admitted() {
    let mut tracker = sample();
    let issue = tracker.issues.get_mut(&id(2)).unwrap();
    issue.title = "Cafe\u{301}".to_owned();
    issue.labels.insert("e\u{301}".to_owned());
    for filter in ["caf\u{e9}", "CAFE\u{301}", "label:\u{e9}", "label:e\u{301}"] {
        let filter = Filter::parse(filter).unwrap();
        assert!(filter.admits(&tracker, &tracker.issues[&id(2)]), "{filter:?}");
        assert!(!filter.admits(&tracker, &tracker.issues[&id(1)]), "{filter:?}");
    }
}

#[test]
fn a_claim_is_held_until_others_may_take_it_over() {
    let mut tracker = tracker(3, &[]);
    for (n, ttl) in [(1, Some(60)), (2, None)] {
        let mut draft = draft(tracker);
        claim::claim(&mut draft, id(n), request("one", ttl)).unwrap();
        tracker = draft.finish().tracker;
    }
    tracker.as_of = at(2000);
    let admitted = |filter: &str| -> Vec<u128> {
        let filter = Filter::parse(filter).unwrap();
        (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect()
    };
    assert_eq!(admitted("claim:expired"), [1]);
    assert_eq!(admitted("claim:held"), [2]);
    assert_eq!(admitted("claim:none|expired"), [1, 3]);
    assert_eq!(admitted("-claim:none"), [1, 2]);
}

#[test]
fn plain_and_quoted_words_search_text_whatever_the_case() {
    assert_eq!(admitted("PAGE"), [2]);
    assert_eq!(admitted("\"the page\""), [2]);
    assert_eq!(admitted("\"login: -fix\""), [2]);
    assert_eq!(admitted("\"-fix\""), [2]);
    assert_eq!(admitted("-page"), [1, 3]);
}

fn saved(filters: &[(&str, &str)]) -> SavedFilters {
    let named = |(name, text): &(&str, &str)| (FilterName::parse(name).unwrap(), (*text).to_owned());
    filters.iter().map(named).collect()
}

fn admitted_with(filter: &str, filters: &[(&str, &str)]) -> Result<Vec<u128>, Refusal> {
    let (tracker, saved, me) = (sample(), saved(filters), agent("one"));
    let filter = Filter::parse_with(filter, Names { saved: Some(&saved), me: Some(&me) })?;
    let (outlined, rest) = filter.clone().split();
    let admitted: Vec<u128> = (1..=3).filter(|n| filter.admits(&tracker, &tracker.issues[&id(*n)])).collect();
    let in_two_steps = (1..=3).filter(|n| {
        let issue = &tracker.issues[&id(*n)];
        outlined.may_admit(&tracker.outline(issue), false) && rest.admits(&tracker, issue)
    });
    assert_eq!(in_two_steps.collect::<Vec<_>>(), admitted);
    Ok(admitted)
}

#[test]
fn saved_filters_stand_for_what_they_say() {
    let filters = [("mine", "assignee:me state:open"), ("late", "-@mine priority:normal"), ("all", "")];
    let admitted = |filter: &str| admitted_with(filter, &filters).unwrap();
    assert_eq!(admitted("@mine"), [2]);
    assert_eq!(admitted("-@mine"), [1, 3]);
    assert_eq!(admitted("@late state:open"), [1]);
    assert_eq!(admitted("-@late"), [2]);
    assert_eq!(admitted("@all"), [1, 2, 3]);
    assert_eq!(admitted("-@all"), [0u128; 0]);
    assert_eq!(admitted("\"@mine\""), [0u128; 0], "quoted it is text");
    assert_eq!(admitted("assignee:me|none"), [1, 2, 3]);
}

#[test]
fn names_that_stand_for_nothing_or_for_themselves_are_refused() {
    let filters = [("a", "@b"), ("b", "label:x @c"), ("c", "-@b"), ("d", "@gone")];
    let refusal = |filter: &str| admitted_with(filter, &filters).unwrap_err();
    assert_eq!(refusal("@d").to_string(), "no saved filter @gone");
    assert_eq!(refusal("@").to_string(), "no saved filter @");
    assert_eq!(refusal("@a").to_string(), "saved filter @b refers to itself: @b -> @c -> @b");
    assert_eq!(refusal("@a").code(), "filter_cycle");
}

#[test]
fn names_that_multiply_are_refused_before_they_fill_the_memory() {
    let names: Vec<String> = ('a'..='z').map(String::from).collect();
    let doubled: Vec<String> =
        names.iter().skip(1).map(|next| format!("@{next} @{next}")).chain(["label:x".to_owned()]).collect();
    let filters = names.iter().map(String::as_str).zip(doubled.iter().map(String::as_str));
    let refusal = admitted_with("@a", &filters.collect::<Vec<_>>()).unwrap_err();
    assert!(refusal.to_string().contains("more than 256 saved filters"), "{refusal}");
}

#[test]
fn mistakes_are_named() {
    for bad in [
        "color:red",
        "has:claim",
        "has:conflict|x",
        "state:",
        "state:ready|",
        "priority:urgent",
        "assignee:me",
        "\"open",
        "gate:a/b",
        "claim:me",
    ] {
        assert!(Filter::parse(bad).is_err(), "{bad}");
    }
}
