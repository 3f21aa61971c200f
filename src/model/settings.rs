//! Project settings, shared by everyone through `config.toml` on the tracker's branch.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::query::Filter;
use super::saved::{FilterName, Names, SavedFilters};
use super::{AgentId, Conflict, Draft, EventKind, Extra, Refusal};

/// The storage format this version reads and writes.
pub const FORMAT: u64 = 1;

/// The project's settings, each with its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Refuse gate keys that are not in the registry, instead of warning.
    pub strict_gates: bool,
    /// Seconds that the clocks of two machines may differ: others take a claim over only that
    /// long after it ended.
    pub claim_skew_secs: u64,
    /// Seconds after which a claim expires unless renewed; never where absent.
    pub claim_ttl_secs: Option<u64>,
    /// Seconds a gate checker may take.
    pub gate_timeout_secs: u64,
    /// Whether a mutation waits for the disk.
    pub durability: Durability,
    /// Filters by name.
    pub filters: SavedFilters,
    /// Values a merge could not keep.
    pub conflicts: Vec<Conflict>,
    /// What is settled with the remote at once.
    pub sync_auto: SyncAuto,
    /// Keys of a newer version.
    pub extra: Extra,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strict_gates: false,
            claim_skew_secs: 30,
            claim_ttl_secs: None,
            gate_timeout_secs: 600,
            durability: Durability::Full,
            filters: SavedFilters::new(),
            conflicts: Vec::new(),
            sync_auto: SyncAuto::Claims,
            extra: Extra::new(),
        }
    }
}

/// Whether a mutation waits until the disk has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// Every accepted mutation survives a power cut.
    #[default]
    Full,
    /// A power cut may lose or damage recent mutations; for bulk loads and tests.
    Fast,
}

impl Durability {
    /// The word that is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Fast => "fast",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Fast].into_iter().find(|d| d.as_str() == text)
    }
}

/// Which changes go to the remote at once, rather than with the next sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SyncAuto {
    /// Claims, renewals and releases: those that others must know of to keep off.
    #[default]
    Claims,
    /// Every change.
    Mutation,
}

impl SyncAuto {
    /// The word that is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Mutation => "mutation",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Claims, Self::Mutation].into_iter().find(|auto| auto.as_str() == text)
    }
}

/// What the names of saved filters begin with.
const FILTER: &str = "filter.";

/// One setting, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingKey {
    /// `claim.skew`
    ClaimSkew,
    /// `claim.ttl`
    ClaimTtl,
    /// `durability`
    Durability,
    /// `filter.<name>`
    Filter(FilterName),
    /// `gate.timeout`
    GateTimeout,
    /// `strict_gates`
    StrictGates,
    /// `sync.auto`
    SyncAuto,
}

impl SettingKey {
    /// All settings that every project has, by name.
    pub const ALL: [Self; 6] = [
        Self::ClaimSkew,
        Self::ClaimTtl,
        Self::Durability,
        Self::GateTimeout,
        Self::StrictGates,
        Self::SyncAuto,
    ];

    /// The dotted name.
    pub fn name(self) -> Cow<'static, str> {
        match self {
            Self::Filter(name) => Cow::Owned(format!("{FILTER}{name}")),
            _ => Cow::Borrowed(self.as_str()),
        }
    }

    /// The dotted name, in which what projects choose is left open.
    const fn as_str(self) -> &'static str {
        match self {
            Self::ClaimSkew => "claim.skew",
            Self::ClaimTtl => "claim.ttl",
            Self::Durability => "durability",
            Self::Filter(_) => "filter.<name>",
            Self::GateTimeout => "gate.timeout",
            Self::StrictGates => "strict_gates",
            Self::SyncAuto => "sync.auto",
        }
    }

    /// What it does, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::ClaimSkew => "how far clocks may differ: how long after its end a claim may be taken over",
            Self::ClaimTtl => "how long a claim lasts unless renewed, such as 4h; 'none' for ever",
            Self::Durability => "'full' waits for the disk at every change, 'fast' does not",
            Self::Filter(_) => "a saved filter",
            Self::GateTimeout => "how long a gate checker may run, such as 10m",
            Self::StrictGates => "true refuses gates that are not in the registry",
            Self::SyncAuto => "what goes to the remote at once: 'claims', or every 'mutation'",
        }
    }

    /// Reads the dotted name.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if let Some(name) = text.strip_prefix(FILTER) {
            return FilterName::parse(name).map(Self::Filter);
        }
        Self::ALL
            .into_iter()
            .find(|key| key.name() == text)
            .ok_or_else(|| Refusal::SettingNotFound { key: text.to_owned() })
    }
}

impl fmt::Display for SettingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

/// A duration for people, such as `4h` or `1h 30m`.
pub fn format_secs(secs: u64) -> String {
    humantime::format_duration(std::time::Duration::from_secs(secs)).to_string()
}

/// Reads a duration such as `90s`, `10m`, `4h` or `1h 30m`, in whole seconds, at least one.
pub fn parse_secs(field: &str, text: &str) -> Result<u64, Refusal> {
    let example = "write it like 90s, 10m, 4h or 2days";
    match humantime::parse_duration(text) {
        Ok(duration) if duration.as_secs() > 0 => Ok(duration.as_secs()),
        Ok(_) => Err(Refusal::invalid(field, format!("{text:?} is shorter than a second; {example}"))),
        Err(_) => Err(Refusal::invalid(field, format!("{text:?} is not a duration; {example}"))),
    }
}

/// Reads a duration that may be none at all: `0`, `0s` and `none` are zero seconds.
pub fn parse_secs_or_zero(field: &str, text: &str) -> Result<u64, Refusal> {
    match text {
        "0" | "none" => Ok(0),
        _ if humantime::parse_duration(text).is_ok_and(|duration| duration.is_zero()) => Ok(0),
        _ => parse_secs(field, text),
    }
}

impl Settings {
    /// All settings: those that every project has, and the saved filters.
    pub fn keys(&self) -> impl Iterator<Item = SettingKey> {
        SettingKey::ALL.into_iter().chain(self.filters.keys().copied().map(SettingKey::Filter))
    }

    /// All settings that any of `all` has.
    pub fn keys_of<'s>(all: impl IntoIterator<Item = &'s Self>) -> BTreeSet<SettingKey> {
        all.into_iter().flat_map(Self::keys).collect()
    }

    /// The setting of a name, if there is one.
    pub fn find(&self, name: &str) -> Result<SettingKey, Refusal> {
        match SettingKey::parse(name)? {
            SettingKey::Filter(filter) if !self.filters.contains_key(&filter) => {
                Err(Refusal::SettingNotFound { key: name.to_owned() })
            }
            key => Ok(key),
        }
    }

    /// The value of a setting as text; of a filter that is not there, none.
    pub fn get(&self, key: SettingKey) -> String {
        match key {
            SettingKey::ClaimSkew => format_secs(self.claim_skew_secs),
            SettingKey::ClaimTtl => self.claim_ttl_secs.map_or("none".to_owned(), format_secs),
            SettingKey::Durability => self.durability.as_str().to_owned(),
            SettingKey::Filter(name) => self.filters.get(&name).cloned().unwrap_or_default(),
            SettingKey::GateTimeout => format_secs(self.gate_timeout_secs),
            SettingKey::StrictGates => self.strict_gates.to_string(),
            SettingKey::SyncAuto => self.sync_auto.as_str().to_owned(),
        }
    }

    /// Reads a setting from text such as [`Self::get`] gives.
    pub(crate) fn put(&mut self, key: SettingKey, value: &str) -> Result<(), Refusal> {
        let invalid = |wanted: &str| Refusal::invalid(key.name(), format!("{value:?} is not {wanted}"));
        match key {
            SettingKey::ClaimSkew => self.claim_skew_secs = parse_secs_or_zero(&key.name(), value)?,
            SettingKey::ClaimTtl if value == "none" => self.claim_ttl_secs = None,
            SettingKey::ClaimTtl => self.claim_ttl_secs = Some(parse_secs(&key.name(), value)?),
            SettingKey::Durability => {
                self.durability = Durability::parse(value).ok_or_else(|| invalid("'full' or 'fast'"))?;
            }
            SettingKey::Filter(name) if value.is_empty() => drop(self.filters.remove(&name)),
            SettingKey::Filter(name) => drop(self.filters.insert(name, value.to_owned())),
            SettingKey::GateTimeout => self.gate_timeout_secs = parse_secs(&key.name(), value)?,
            SettingKey::StrictGates => {
                self.strict_gates = value.parse().map_err(|_| invalid("'true' or 'false'"))?;
            }
            SettingKey::SyncAuto => {
                self.sync_auto = SyncAuto::parse(value).ok_or_else(|| invalid("'claims' or 'mutation'"))?;
            }
        }
        Ok(())
    }
}

/// Changes one setting. A filter without a text is removed.
pub fn set(draft: &mut Draft, key: SettingKey, value: &str) -> Result<(), Refusal> {
    let mut settings = draft.tracker().settings.clone();
    settings.put(key, value)?;
    if settings == draft.tracker().settings {
        return Ok(());
    }
    if let SettingKey::Filter(name) = key {
        check_filters(&settings, name)?;
    }
    let value = settings.get(key);
    draft.put_settings(settings);
    draft.record(None, EventKind::ConfigChanged { key: key.name().into_owned(), value });
    Ok(())
}

/// Checks what was saved under `name`, and all that stands for it.
fn check_filters(settings: &Settings, name: FilterName) -> Result<(), Refusal> {
    let me = AgentId::known("human:me");
    let names = Names { saved: Some(&settings.filters), me: Some(&me) };
    let Some(text) = settings.filters.get(&name) else {
        let uses = |text: &String| {
            Filter::parse_with(text, names).is_err_and(
                |refusal| matches!(refusal, Refusal::FilterNotFound { name: gone } if gone == name.as_str()),
            )
        };
        return match settings.filters.iter().find(|(_, text)| uses(text)) {
            Some((other, _)) => {
                let reason = format!("@{other} stands for it; change that one first");
                Err(Refusal::invalid(SettingKey::Filter(name).name(), reason))
            }
            None => Ok(()),
        };
    };
    // Through itself, so that a circle begins with what was changed.
    Filter::parse_with(&format!("@{name}"), names).map(drop).map_err(|refusal| match refusal {
        Refusal::Invalid { reason, .. } => {
            Refusal::invalid(SettingKey::Filter(name).name(), format!("{text:?}: {reason}"))
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Tracker;
    use super::super::testing::draft;
    use super::*;

    #[test]
    fn every_setting_is_set_from_the_text_it_is_shown_as() {
        for key in SettingKey::ALL {
            let default = Settings::default().get(key);
            let other = match key {
                SettingKey::ClaimSkew | SettingKey::ClaimTtl | SettingKey::GateTimeout => "4h",
                SettingKey::Durability => "fast",
                SettingKey::StrictGates => "true",
                SettingKey::SyncAuto => "mutation",
                SettingKey::Filter(_) => unreachable!("no project has one by itself"),
            };
            let mut draft = draft(Tracker::default());
            set(&mut draft, key, other).unwrap();
            assert_eq!(draft.tracker().settings.get(key), other);
            set(&mut draft, key, &default).unwrap();
            assert_eq!(draft.tracker().settings, Settings::default());
        }
    }

    #[test]
    fn bad_values_and_names_are_refused() {
        for (key, value) in [
            ("claim.skew", "-1s"),
            ("claim.skew", "500ms"),
            ("claim.ttl", "soon"),
            ("claim.ttl", "0s"),
            ("strict_gates", "yes"),
            ("durability", ""),
            ("sync.auto", "never"),
        ] {
            let key = SettingKey::parse(key).unwrap();
            assert_eq!(set(&mut draft(Tracker::default()), key, value).unwrap_err().code(), "invalid_value");
        }
        assert_eq!(SettingKey::parse("nope").unwrap_err().code(), "setting_not_found");
    }

    #[test]
    fn filters_are_checked_when_they_are_saved() {
        let mut draft = draft(Tracker::default());
        let mut save = |name: &str, filter: &str| {
            let saved = set(&mut draft, SettingKey::parse(&format!("filter.{name}")).unwrap(), filter);
            saved.map_err(|refusal| refusal.code())
        };
        assert_eq!(save("mine", "assignee:me"), Ok(()));
        assert_eq!(save("todo", "@mine state:ready"), Ok(()));
        assert_eq!(save("mine", "@todo"), Err("filter_cycle"));
        assert_eq!(save("self", "-@self"), Err("filter_cycle"));
        assert_eq!(save("other", "@nobody"), Err("filter_not_found"));
        assert_eq!(save("other", "colour:red"), Err("invalid_value"));
        assert_eq!(save("mine", ""), Err("invalid_value"), "@todo stands for it");
        assert_eq!(save("todo", ""), Ok(()));
        assert_eq!(save("mine", ""), Ok(()));
        assert_eq!(draft.tracker().settings, Settings::default());
        for bad in ["filter.", "filter.Mine", "filter.1", "filter.a.b", &format!("filter.{}", "x".repeat(33))]
        {
            assert_eq!(SettingKey::parse(bad).unwrap_err().code(), "invalid_value", "{bad}");
        }
    }

    #[test]
    fn clocks_may_be_said_to_agree() {
        for zero in ["0", "0s", "0h", "none"] {
            let mut draft = draft(Tracker::default());
            set(&mut draft, SettingKey::ClaimSkew, zero).unwrap();
            assert_eq!(draft.tracker().settings.get(SettingKey::ClaimSkew), "0s", "{zero}");
        }
    }
}
