//! What an unquoted scalar under an unknown key is.

use std::borrow::Cow;

use crate::model::ExtraValue;

/// Whether an unquoted scalar is no value.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The type of an unquoted scalar by the core schema of YAML 1.2, but for spellings that
/// YAML 1.1 takes for another number: those stay text, as do numbers too large to hold.
pub(super) fn resolve(text: Cow<'_, str>) -> ExtraValue {
    match &*text {
        "true" | "True" | "TRUE" => ExtraValue::Bool(true),
        "false" | "False" | "FALSE" => ExtraValue::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => ExtraValue::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => ExtraValue::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => ExtraValue::Float(f64::NAN),
        word if is_null(word) => ExtraValue::Null,
        word => integer(word).or_else(|| float(word)).unwrap_or_else(|| ExtraValue::Text(text.into_owned())),
    }
}

fn integer(word: &str) -> Option<ExtraValue> {
    if let Some(digits) = word.strip_prefix("0x") {
        let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        return is_hex.then(|| i128::from_str_radix(digits, 16).ok()).flatten().map(ExtraValue::Integer);
    }
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
    if has_leading_zero { None } else { word.parse().ok().map(ExtraValue::Integer) }
}

fn float(word: &str) -> Option<ExtraValue> {
    let is_decimal = word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if !is_decimal || !word.contains(['.', 'e', 'E']) {
        return None;
    }
    word.parse().ok().filter(|number: &f64| number.is_finite()).map(ExtraValue::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_scalars_are_typed_where_all_readers_agree() {
        let typed = [
            ("~", ExtraValue::Null),
            ("", ExtraValue::Null),
            ("true", ExtraValue::Bool(true)),
            ("-7", ExtraValue::Integer(-7)),
            ("+7", ExtraValue::Integer(7)),
            ("0x1F", ExtraValue::Integer(31)),
            ("170141183460469231731687303715884105727", ExtraValue::Integer(i128::MAX)),
            ("1.50", ExtraValue::Float(1.5)),
            ("1e3", ExtraValue::Float(1000.0)),
            ("-.inf", ExtraValue::Float(f64::NEG_INFINITY)),
        ];
        for (text, expected) in typed {
            assert_eq!(resolve(text.into()), expected, "{text}");
        }
    }

    #[test]
    fn what_readers_disagree_on_and_what_is_too_large_stays_text() {
        let texts = [
            "yes",
            "no",
            "on",
            "007",
            "0o17",
            "0b1",
            "1_000",
            "12:30",
            "2026-01-01",
            "1e999",
            "0x",
            "0x-1",
            "-",
            "+-1",
            "1.2.3",
            "e5",
            "inf",
            "170141183460469231731687303715884105728",
        ];
        for text in texts {
            assert_eq!(resolve(text.into()), ExtraValue::Text(text.to_owned()));
        }
    }
}
