//! What a refspec reaches: `+refs/heads/*:refs/remotes/origin/*` and the like.

/// A refspec that brings or sends references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefSpec {
    /// Whether it also moves references backwards.
    pub(super) forced: bool,
    source: String,
    target: String,
}

impl RefSpec {
    /// Reads one; none for those that only leave references out.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.starts_with('^') {
            return None;
        }
        let (forced, text) = text.strip_prefix('+').map_or((false, text), |text| (true, text));
        let (source, target) = text.split_once(':').unwrap_or((text, ""));
        Some(Self { forced, source: source.to_owned(), target: target.to_owned() })
    }

    /// Whether a fetch may write the reference `name` here.
    pub(super) fn fetches_into(&self, name: &str) -> bool {
        covers(&self.target, name)
    }

    /// Whether a push may write the reference `name` there.
    pub(super) fn pushes_to(&self, name: &str) -> bool {
        covers(if self.target.is_empty() { &self.source } else { &self.target }, name)
    }
}

/// Whether one of `specs` leaves the reference `name` of the other side out.
pub(super) fn leaves_out(specs: &[String], name: &str) -> bool {
    specs.iter().filter_map(|spec| spec.strip_prefix('^')).any(|pattern| covers(pattern, name))
}

fn covers(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

/// Whether `name` is hidden by values of git's `hideRefs` settings, of which the last that
/// fits counts.
pub(super) fn is_hidden(hidden: &[String], name: &str) -> bool {
    let fits = |entry: &&String| {
        let prefix = entry.trim_start_matches('!').trim_start_matches('^').trim_end_matches('/');
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    hidden.iter().rev().find(fits).is_some_and(|entry| !entry.starts_with('!'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "refs/jit/main";

    #[test]
    fn a_mirror_fetch_reaches_the_tracker_and_a_usual_one_does_not() {
        let reaches = |text: &str| RefSpec::parse(text).is_some_and(|spec| spec.fetches_into(MAIN));
        for text in [
            "+refs/*:refs/*",
            "refs/jit/*:refs/jit/*",
            "+refs/jit/main:refs/jit/main",
            "refs/x:refs/jit/main",
        ] {
            assert!(reaches(text), "{text}");
        }
        let usual = "+refs/heads/*:refs/remotes/origin/*";
        for text in
            [usual, "refs/jit/*", "refs/jit/*:refs/mine/*", "^refs/jit/*", "+refs/*:refs/remotes/o/*", ""]
        {
            assert!(!reaches(text), "{text}");
        }
    }

    #[test]
    fn a_push_reaches_what_it_names_on_the_other_side() {
        let reaches = |text: &str| RefSpec::parse(text).is_some_and(|spec| spec.pushes_to(MAIN));
        for text in ["+refs/*", "refs/jit/*", "refs/*:refs/*", "HEAD:refs/jit/main"] {
            assert!(reaches(text), "{text}");
        }
        for text in [":", "refs/heads/*", "refs/jit/main:refs/backup/main"] {
            assert!(!reaches(text), "{text}");
        }
    }

    #[test]
    fn what_is_left_out_is_named_by_the_other_side() {
        assert!(leaves_out(&["+refs/*:refs/*".into(), "^refs/jit/*".into()], MAIN));
        assert!(!leaves_out(&["^refs/heads/*".into()], MAIN));
    }

    #[test]
    fn the_last_word_on_hiding_counts() {
        let hidden =
            |entries: &[&str]| is_hidden(&entries.iter().map(ToString::to_string).collect::<Vec<_>>(), MAIN);
        assert!(
            hidden(&["refs/jit"]) && hidden(&["refs/jit/"]) && hidden(&["^refs/jit"]) && hidden(&["refs"])
        );
        assert!(!hidden(&["refs/ji"]) && !hidden(&["refs", "!refs/jit"]) && !hidden(&[]));
        assert!(hidden(&["!refs/jit", "refs/jit/main"]));
    }
}
