//! The JSON Schemas of everything that `--json` prints.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::event::EventObject;
use super::{
    BlameObject, ChangedEventList, CheckReport, ClientSetup, ClientSetupList, ClosedObject, ConflictList,
    Deleted, DiffObject, DoctorObject, ErrorObject, EventList, ExportFileObject, ExportObject, FoundList,
    GateList, GateObject, GeneratedObject, Graph, HookObject, ImportObject, InitObject, IssueList,
    IssueObject, ManObject, PrimeObject, SettingList, SettingObject, ShownIssue, ShownIssueList,
    StartedObject, StatsObject, StatusObject, SyncObject, TemplateList, TemplateObject, UndoObject,
    ValidationObject, WatchObject,
};

/// One JSON Schema document. Its `$defs` hold a schema for every output, by name, and for
/// the parts that they refer to.
pub(crate) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.subschema_for::<IssueObject>();
    generator.subschema_for::<IssueList>();
    generator.subschema_for::<ShownIssue<'_>>();
    generator.subschema_for::<ShownIssueList<'_>>();
    generator.subschema_for::<StartedObject<'_>>();
    generator.subschema_for::<ClosedObject<'_>>();
    generator.subschema_for::<HookObject>();
    generator.subschema_for::<FoundList>();
    generator.subschema_for::<EventObject>();
    generator.subschema_for::<EventList>();
    generator.subschema_for::<ChangedEventList>();
    generator.subschema_for::<GateObject>();
    generator.subschema_for::<GateList>();
    generator.subschema_for::<TemplateObject>();
    generator.subschema_for::<TemplateList>();
    generator.subschema_for::<Graph>();
    generator.subschema_for::<StatsObject<'_>>();
    generator.subschema_for::<StatusObject>();
    generator.subschema_for::<ValidationObject>();
    generator.subschema_for::<SettingObject>();
    generator.subschema_for::<SettingList>();
    generator.subschema_for::<ConflictList>();
    generator.subschema_for::<BlameObject>();
    generator.subschema_for::<DiffObject>();
    generator.subschema_for::<Deleted>();
    generator.subschema_for::<DoctorObject>();
    generator.subschema_for::<InitObject>();
    generator.subschema_for::<GeneratedObject>();
    generator.subschema_for::<SyncObject>();
    generator.subschema_for::<UndoObject>();
    generator.subschema_for::<ExportObject>();
    generator.subschema_for::<ExportFileObject>();
    generator.subschema_for::<ImportObject>();
    generator.subschema_for::<WatchObject>();
    generator.subschema_for::<CheckReport>();
    generator.subschema_for::<ManObject>();
    generator.subschema_for::<PrimeObject>();
    generator.subschema_for::<ClientSetup>();
    generator.subschema_for::<ClientSetupList>();
    generator.subschema_for::<ErrorObject>();
    #[cfg(feature = "coordinator")]
    coordinator(&mut generator);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "jit",
        "description": "What jit prints with --json. Keys may be added; none is renamed or removed.",
        "$defs": generator.take_definitions(true),
    })
}

/// What the coordinator's commands print.
#[cfg(feature = "coordinator")]
fn coordinator(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<super::CoordinatorObject>();
    generator.subschema_for::<super::CoordinatorAgentList>();
    generator.subschema_for::<super::CoordinatorSummary>();
    generator.subschema_for::<super::CoordinatorConfig>();
    generator.subschema_for::<super::CoordinatorProcess>();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::wire::sample::{full_tracker, id, summary};
    use crate::model::validate::validate;
    use crate::model::{Refusal, conflict};

    /// Every key of `value` is described, and every required key is there, all the way down.
    fn check(value: &Value, schema: &Value, root: &Value) {
        let schema = resolve(schema, root);
        if let (Value::Object(map), Some(properties)) = (value, schema.get("properties")) {
            for (key, value) in map {
                check(value, properties.get(key).unwrap_or_else(|| panic!("no {key} in {schema}")), root);
            }
            for key in schema["required"].as_array().into_iter().flatten() {
                assert!(map.contains_key(key.as_str().unwrap()), "{key} is required");
            }
        }
        for value in value.as_array().into_iter().flatten() {
            check(value, &schema["items"], root);
        }
        if let Some(words) = schema.get("enum") {
            assert!(words.as_array().unwrap().contains(value), "{value} is none of {words}");
        }
    }

    /// Follows a reference, also where it may be null instead.
    fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
        let schema = schema.get("anyOf").map_or(schema, |any| &any[0]);
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    #[test]
    fn samples_are_as_the_schema_says() {
        let tracker = full_tracker();
        let json = |value: Result<Value, serde_json::Error>| value.unwrap();
        let refusal = Refusal::IssueNotFound { typed: "3f2a".into() };
        let samples = [
            ("issue", json(serde_json::to_value(IssueObject::new(&tracker, &tracker.issues[&id(1)])))),
            ("issue_list", json(serde_json::to_value(IssueList::new(&tracker, tracker.issues.values())))),
            ("gate_list", json(serde_json::to_value(GateList::new(&tracker.gates)))),
            ("graph", json(serde_json::to_value(Graph::of(&tracker)))),
            ("status", json(serde_json::to_value(StatusObject::new(&summary(&tracker))))),
            ("validation", json(serde_json::to_value(ValidationObject::new(&validate(&tracker))))),
            ("setting_list", json(serde_json::to_value(SettingList::new(&tracker.settings)))),
            ("conflict_list", json(serde_json::to_value(ConflictList::new(&conflict::all(&tracker))))),
            ("error", json(serde_json::to_value(ErrorObject::from(&refusal)))),
        ];
        let root = schema();
        for (name, sample) in &samples {
            check(sample, &root["$defs"][name], &root);
        }
    }

    #[test]
    fn every_output_has_a_schema_with_descriptions() {
        let schema = schema();
        let names = [
            "issue",
            "issue_list",
            "found_list",
            "found_issue",
            "match",
            "highlight",
            "event",
            "event_list",
            "gate",
            "gate_list",
            "graph",
            "status",
            "validation",
            "setting",
            "setting_list",
            "conflict",
            "conflict_list",
            "deleted",
            "doctor",
            "init",
            "generated",
            "sync",
            "export",
            "watch",
            "check_report",
            "man",
            "prime",
            "client_setup",
            "client_setup_list",
            "error",
        ];
        for name in names {
            let properties = schema["$defs"][name]["properties"].as_object().unwrap();
            for (key, property) in properties {
                assert!(property.get("description").is_some(), "{name}.{key}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = schema();
        let text = schema.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(schema.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
