//! Documents with the worst text that can be stored, in every place that takes text.

use std::collections::BTreeMap;

use chrono::DateTime;
use jit::model::gate::GateStatus;
use jit::model::saved::FilterName;
use jit::model::settings::{Durability, SyncAuto};
use jit::model::{
    AgentId, Attachment, Checker, Claim, ClaimId, Comment, Conflict, Extra, ExtraValue, GateDefinition,
    GateKey, GateStage, GateState, Issue, IssueId, Priority, Settings, Stamp, State, Timestamp,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

/// Texts, between bars, that some reader takes for something else if they are not quoted.
const LOOKALIKES: &str = "\
    ¦ ¦~¦null¦NULL¦true¦False¦y¦N¦yes¦No¦on¦OFF¦0¦-1¦+5¦007¦0o17¦0x1F¦0b1¦1_000¦1e3¦12e4567¦.5¦1.¦\
    -1.5e+3¦.inf¦-.INF¦.nan¦nan¦Infinity¦12:30:45¦190:20:30¦2026-01-01¦2026-01-01T00:00:00Z¦\
    2001-12-14 21:59:43.10 -5¦=¦<<¦-¦- x¦?¦? x¦:¦: x¦x:¦a: b¦#¦# x¦a #b¦a#b¦&a¦*a¦!a¦!!str x¦|¦|-¦>¦\
    >+¦%TAG¦@x¦`x`¦'¦\"¦''¦\"\"¦'x'¦\"x\"¦[¦]¦{¦}¦[a]¦{a: b}¦a, b¦,¦---¦--- x¦...¦---\nx¦\\¦\\n¦a\\¦\
    \\x41¦\t¦\ta¦a\t¦a\tb¦ a¦a ¦a  b¦\n¦\n\n¦ \n¦\n ¦\t\n¦a\n¦\na¦a\nb¦a\n\nb\n\n¦\n\n a\n¦ a\nb¦\
    a\n b\n¦\ta\nb\n¦a\n\tb¦a\n \nb¦a\n   \n\nb\n¦a\n\t\nb¦a\n ¦a\n  \n¦a \nb ¦a\r\nb\r\n¦a\rb¦\r¦\
    \r\n¦a\u{85}b¦a\u{2028}b\n¦a\u{2029}b¦\u{feff}a¦a\u{feff}¦\u{fffe}¦\u{ffff}¦\u{1fffe}¦\u{fdd0}¦\0¦\
    \u{1}\n\u{2}¦\u{7f}¦\u{9b}31m¦\u{1b}[31m¦\u{a0}¦a\u{a0}¦\u{a0}\na¦\u{3000}a\nb¦\u{202e}abc¦\
    \u{200b}¦\u{ad}¦\u{e000}¦\u{10ffff}¦é¦名前¦😀¦e\u{301}¦key: |\n  text\n¦- a\n- b\n¦# a\n# b\n¦\
    ---\na: b\n...\n¦%YAML 1.2\n---\n¦\"a\nb\"¦{a\n}";

const FRAGMENTS: &str = "\
    a¦ ¦  ¦\t¦\n¦\n\n¦\n ¦\n\t¦ \n¦\r\n¦\r¦: ¦:¦ #¦#¦- ¦? ¦\"¦'¦\\¦{¦}¦[¦]¦,¦&¦*¦!¦|¦>¦%¦@¦`¦---¦...¦\
    word¦é¦名¦😀¦\0¦\u{1b}¦\u{7f}¦\u{85}¦\u{a0}¦\u{2028}¦\u{2029}¦\u{202e}¦\u{feff}¦\u{fffe}¦\u{1ffff}";

/// Any text, most of it close to something that YAML treats specially.
pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => one_of(LOOKALIKES),
        4 => vec(fragment(), 1..10).prop_map(|parts| parts.concat()),
        1 => vec(line(), 1..6).prop_map(|lines| lines.join("\n")),
        1 => vec(any::<char>(), 0..20).prop_map(String::from_iter),
    ]
}

fn one_of(texts: &'static str) -> impl Strategy<Value = String> {
    select(texts.split('¦').collect::<Vec<_>>()).prop_map(str::to_owned)
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => one_of(FRAGMENTS),
        1 => any::<char>().prop_map(String::from),
        1 => one_of(LOOKALIKES),
    ]
}

fn line() -> impl Strategy<Value = String> {
    "[ \t]{0,3}[a-z:#{}\"'\\-]{0,8}[ \t]{0,2}"
}

fn agent() -> impl Strategy<Value = AgentId> {
    let name = "[a-zA-Z][a-z0-9_.-]{0,5}:[!-;=?-~é名😀\u{200b}]{1,8}";
    prop_oneof![Just("copilot:worker-1".to_owned()), name]
        .prop_map(|text| AgentId::parse(&text).expect("it is valid"))
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn time() -> impl Strategy<Value = Timestamp> {
    let years_0_to_9999 = -62_167_219_200_000..253_402_300_800_000_i64;
    years_0_to_9999.prop_map(|millis| DateTime::from_timestamp_millis(millis).expect("it is in range"))
}

fn stamp() -> impl Strategy<Value = Stamp> {
    (agent(), time()).prop_map(|(by, at)| Stamp { by, at })
}

/// Values under unknown keys: what both YAML and TOML can say.
fn unknown_leaf() -> impl Strategy<Value = ExtraValue> {
    prop_oneof![
        any::<bool>().prop_map(ExtraValue::Bool),
        any::<i64>().prop_map(|number| ExtraValue::Integer(number.into())),
        proptest::num::f64::NORMAL.prop_map(ExtraValue::Float),
        text().prop_map(ExtraValue::Text),
    ]
}

fn unknown_keys(leaf: impl Strategy<Value = ExtraValue> + 'static) -> impl Strategy<Value = Extra> {
    let value = leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(ExtraValue::List),
            btree_map(text(), inner, 0..3).prop_map(|map| ExtraValue::Map(map.into_iter().collect())),
        ]
    });
    let key = prop_oneof![text(), "[a-z]{200}"].prop_map(|key| format!("x{key}"));
    prop_oneof![3 => Just(Extra::new()), 1 => btree_map(key, value, 1..3)]
}

fn extra() -> impl Strategy<Value = Extra> {
    unknown_keys(prop_oneof![1 => Just(ExtraValue::Null), 4 => unknown_leaf()])
}

fn claim() -> impl Strategy<Value = Claim> {
    (uuid(), agent(), time(), option::of(time()), option::of(uuid()), extra()).prop_map(
        |(id, by, at, expires, clone, extra)| Claim { id: ClaimId::new(id), by, at, expires, clone, extra },
    )
}

fn gates() -> impl Strategy<Value = BTreeMap<GateKey, GateState>> {
    let key =
        "[a-zA-Z0-9][a-z0-9._-]{0,3}[a-z0-9]".prop_map(|key| GateKey::parse(&key).expect("it is valid"));
    let status = select(vec![GateStatus::Pending, GateStatus::Passed, GateStatus::Failed]);
    let state = (status, option::of(agent()), option::of(time()), extra())
        .prop_map(|(status, by, at, extra)| GateState { status, by, at, extra });
    btree_map(key, state, 0..2)
}

fn comment() -> impl Strategy<Value = Comment> {
    (uuid(), stamp(), text(), extra()).prop_map(|(id, stamp, body, extra)| Comment {
        id,
        by: stamp.by,
        at: stamp.at,
        body,
        extra,
    })
}

fn conflicts(extra: impl Strategy<Value = Extra>) -> impl Strategy<Value = Vec<Conflict>> {
    let values = (option::of(text()), option::of(text()));
    let conflict =
        (uuid(), text(), values, stamp(), extra).prop_map(|(id, field, (upstream, local), stamp, extra)| {
            Conflict { id, field, upstream, local, by: stamp.by, at: stamp.at, extra }
        });
    vec(conflict, 0..2)
}

/// Any issue that can be stored.
pub(super) fn issue() -> impl Strategy<Value = Issue> {
    let texts = (text(), text(), text(), btree_set(text(), 0..3), btree_map(text(), text(), 0..3));
    let words = (select(&State::ALL[..]), select(&Priority::ALL[..]));
    let people = (option::of(agent()), option::of(claim()), stamp(), stamp());
    let ids = (uuid(), btree_set(uuid(), 0..3));
    let files = ("[a-z@ é#:]{1,12}", "[0-9a-f]{40}")
        .prop_map(|(path, commit)| Attachment::new(path, commit).expect("it is one"));
    let parts = (gates(), vec(comment(), 0..2), conflicts(extra()), extra(), btree_set(files, 0..3));
    (texts, words, people, ids, parts).prop_map(|(texts, words, people, ids, parts)| Issue {
        id: IssueId::new(ids.0),
        title: texts.0,
        description: texts.1,
        issue_type: texts.2,
        state: words.0,
        priority: words.1,
        labels: texts.3,
        assignee: people.0,
        claim: people.1,
        dependencies: ids.1.into_iter().map(IssueId::new).collect(),
        gates: parts.0,
        context: texts.4,
        attachments: parts.4,
        comments: parts.1,
        conflicts: parts.2,
        created: people.2,
        updated: people.3,
        extra: parts.3,
    })
}

/// Any entry of the gate registry that can be stored.
pub(super) fn gate() -> impl Strategy<Value = GateDefinition> {
    let checker = (text(), option::of(any::<u64>()), extra())
        .prop_map(|(command, timeout_secs, extra)| Checker { command, timeout_secs, extra });
    let stage = select(vec![GateStage::Pre, GateStage::Post]);
    (option::of(text()), text(), stage, any::<bool>(), option::of(checker), conflicts(extra()), extra())
        .prop_map(|(title, description, stage, auto, checker, conflicts, extra)| GateDefinition {
            title,
            description,
            stage,
            auto,
            checker,
            conflicts,
            extra,
        })
}

/// Any settings that can be stored.
pub(super) fn settings() -> impl Strategy<Value = Settings> {
    let secs = 1..100_000_000_000_u64;
    let words = (
        select(vec![Durability::Full, Durability::Fast]),
        select(vec![SyncAuto::Claims, SyncAuto::Mutation]),
    );
    let times = (0..100_000_000_000_u64, option::of(secs.clone()), secs);
    let conflicts = conflicts(unknown_keys(unknown_leaf()));
    let name = "[a-z][a-z0-9_-]{0,31}".prop_map(|name| FilterName::parse(&name).expect("it is one"));
    let filters = btree_map(name, any::<String>(), 0..3);
    (any::<bool>(), times, words, filters, conflicts, unknown_keys(unknown_leaf())).prop_map(
        |(strict_gates, times, (durability, sync_auto), filters, conflicts, extra)| Settings {
            filters,
            strict_gates,
            claim_skew_secs: times.0,
            claim_ttl_secs: times.1,
            gate_timeout_secs: times.2,
            durability,
            sync_auto,
            conflicts,
            extra,
        },
    )
}
