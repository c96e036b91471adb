//! What the OpenAPI document must be, so that linters, testers and code generators can use it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::openapi::document;
use crate::{codes, errors_markdown, of_rejected, openapi_json, status_of};

/// Every operation with its path and method.
pub(super) fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    found
}

/// Goal: every operation says what it does, by a name of its own, in a known group.
#[test]
fn operations_are_described_and_named_once() {
    let document = document();
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(name.chars().all(|c| c.is_ascii_alphabetic()), "{name}");
        assert!(names.insert(name), "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path}");
        assert!(operation["description"].is_string(), "{method} {path}");
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(tags.contains(tag), "{method} {path}: {tag}");
        for status in ["400", "401", "403", "404", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{method} {path} lacks {status}");
        }
    }
    assert!(names.len() > 60, "{}", names.len());
}

/// Goal: nothing is referred to that is not there, and no schema is there for nobody.
#[test]
fn references_lead_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for group in ["schemas", "parameters", "responses"] {
        for name in document["components"][group].as_object().unwrap().keys() {
            assert!(!name.contains('.'), "{name}");
            let reference = format!("#/components/{group}/{name}");
            assert!(found.contains(&reference), "{reference} is not used");
        }
    }
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        found.insert(reference.to_owned());
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Goal: what is "one of" several objects is never two of them at once. Method: one of each pair
/// requires a member that the other, being closed, cannot have, or that the other has with other
/// values.
#[test]
fn alternatives_exclude_each_other() {
    let document = document();
    let mut alternatives = Vec::new();
    collect_alternatives(&document, &document, &mut alternatives);
    assert!(alternatives.len() >= 2, "{}", alternatives.len());
    for objects in &alternatives {
        for (at, one) in objects.iter().enumerate() {
            for other in objects.iter().skip(at + 1) {
                let is_told = excludes(&document, one, other) || excludes(&document, other, one);
                assert!(is_told, "{one}\nand\n{other}");
            }
        }
    }
}

/// Whether nothing that `one` describes can be what `other` describes.
fn excludes(document: &Value, one: &Value, other: &Value) -> bool {
    let values = |schema: &Value, member: &str| {
        whole(document, &schema["properties"][member])["enum"].as_array().cloned()
    };
    let mut required = one["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.any(|member| match (values(one, member), values(other, member)) {
        (Some(ours), Some(theirs)) => ours.iter().all(|value| !theirs.contains(value)),
        (None, _) | (_, None) => {
            other["additionalProperties"] == false && other["properties"][member].is_null()
        }
    })
}

/// What a reference leads to; what is none, itself.
fn whole<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str();
    reference.map_or(schema, |reference| document.pointer(&reference[1..]).unwrap())
}

fn collect_alternatives(document: &Value, value: &Value, found: &mut Vec<Vec<Value>>) {
    if let Some(alternatives) = value.get("oneOf").and_then(Value::as_array) {
        let all = alternatives.iter().map(|schema| whole(document, schema).clone());
        found.push(all.filter(|schema| schema["type"] == "object").collect());
    }
    match value {
        Value::Array(items) => {
            items.iter().for_each(|item| collect_alternatives(document, item, found));
        }
        Value::Object(members) => {
            members.values().for_each(|member| collect_alternatives(document, member, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Goal: the document that is served is the completed one, whole, and the same each time.
#[test]
fn nothing_is_lost_on_the_way() {
    let served: Value = serde_json::from_str(&openapi_json()).unwrap();
    assert_eq!(served["info"], document()["info"]);
    assert_eq!(served["paths"], document()["paths"]);
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        assert_eq!(&served["components"]["schemas"][name], schema, "{name}");
    }
    assert_eq!(served, document());
    assert_eq!(openapi_json(), openapi_json());
}

/// Goal: codes are unique, in order of status, and explained.
#[test]
fn codes_are_unique_and_explained() {
    let mut seen = BTreeSet::new();
    let mut status = 0;
    for row in codes::CODES {
        assert!(seen.insert(row.code), "{}", row.code);
        assert!(row.status >= status, "{} stands in the wrong place", row.code);
        status = row.status;
        assert!(row.remedy.ends_with('.') || row.remedy.ends_with("..."), "{}", row.code);
        assert!(errors_markdown().contains(&format!("\n### {}\n", row.code)));
    }
}

/// Goal: what the domain refuses has codes of its own: no 422 is made elsewhere, and no 400 by the
/// domain. Method: the codes of one of each refusal against the table's.
#[test]
fn the_domain_alone_refuses() {
    let of_domain: BTreeSet<_> = super::tables::refusals().iter().map(|it| it.code()).collect();
    for row in codes::CODES {
        let refuses = row.status == 422 && row.code != "idempotency_key_reused";
        let expected = refuses || row.status != 400 && of_domain.contains(row.code);
        assert_eq!(of_domain.contains(row.code), expected, "{}", row.code);
    }
}

/// Goal: the table and the domain agree on every refusal. Method: one of each, in their order.
#[test]
fn the_table_agrees_with_the_domain() {
    for rejected in super::tables::refusals() {
        let problem = of_rejected(&rejected);
        assert_eq!(problem.code, rejected.code());
        assert_eq!(problem.status, status_of(rejected.category()), "{}", problem.code);
        assert_eq!(problem.retryable, rejected.is_retryable(), "{}", problem.code);
        let kept = matches!(problem.status, 409 | 422);
        assert_eq!(kept, rejected.is_kept(), "{}", problem.code);
    }
}
