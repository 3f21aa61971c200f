//! What an examination found.

use anstyle::{AnsiColor, Style};

use super::text::{FAINT, clean, joined, paint};
use crate::ops::{Finding, Level};

/// A line for each of `findings`, and one for what to do about it.
pub(crate) fn findings<'f>(findings: impl Iterator<Item = &'f Finding> + Clone) -> String {
    let width = findings.clone().map(|finding| finding.code.len()).max().unwrap_or_default();
    let lines = findings.flat_map(|finding| {
        let (word, style) = word(finding);
        let level = paint(style, &format!("{word:<7}"));
        let line = format!("{level}  {:<width$}  {}", finding.code, clean(&finding.message));
        let indent = " ".repeat(7 + 2 + width + 2);
        let remedy = finding.remedy.iter();
        let remedies = remedy.map(|text| format!("{indent}{}", paint(FAINT, &format!("-> {}", clean(text)))));
        std::iter::once(line).chain(remedies.collect::<Vec<_>>())
    });
    joined(&lines.collect::<Vec<_>>())
}

fn word(finding: &Finding) -> (&'static str, Style) {
    if finding.fixed {
        return ("fixed", AnsiColor::Green.on_default());
    }
    let style = match finding.level {
        Level::Ok => AnsiColor::Green.on_default(),
        Level::Info => Style::new(),
        Level::Warning => AnsiColor::Yellow.on_default(),
        Level::Problem => AnsiColor::Red.on_default().bold(),
    };
    (finding.level.as_str(), style)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(level: Level, code: &'static str, remedy: Option<&str>, fixed: bool) -> Finding {
        let message = format!("what \u{1b} {code} means");
        Finding { level, code, message, remedy: remedy.map(str::to_owned), fixable: fixed, fixed }
    }

    #[test]
    fn columns_are_aligned_and_remedies_stand_below() {
        let all = [
            finding(Level::Ok, "git", None, false),
            finding(Level::Problem, "hidden_refs", Some("git config x"), false),
            finding(Level::Warning, "no_log", None, true),
        ];
        let text = anstream::adapter::strip_str(&findings(all.iter())).to_string();
        let expected = "\
ok       git          what \\u{1b} git means
problem  hidden_refs  what \\u{1b} hidden_refs means
                      -> git config x
fixed    no_log       what \\u{1b} no_log means
";
        assert_eq!(text, expected);
    }
}
