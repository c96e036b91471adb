//! Schemas: what is always answered is marked as required, so that clients need not ask.
//!
//! What callers send keeps what it was declared with: only schemas that no request body leads to
//! are changed.

use std::collections::BTreeSet;

use serde_json::Value;

/// Members that answers may leave out.
const OPTIONAL: [&str; 5] = ["capabilities", "last_used_at", "legs", "pay_to", "secret"];

/// Marks members of answers as required.
pub(super) fn complete(document: &mut Value) {
    let sent = sent(document);
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    for (name, schema) in schemas {
        without_unique_items(schema);
        if sent.contains(name) || matches!(name.as_str(), "Problem" | "FieldError" | "BulkResult") {
            continue;
        }
        let Some(members) = schema["properties"].as_object() else { continue };
        let always = members.keys().filter(|member| !OPTIONAL.contains(&member.as_str()));
        schema["required"] = always.cloned().map(Value::String).collect();
    }
}

/// A set that is sent with the same word twice is the same set: that is no mistake.
fn without_unique_items(schema: &mut Value) {
    let members = schema.get_mut("properties").and_then(Value::as_object_mut);
    for member in members.into_iter().flat_map(serde_json::Map::values_mut) {
        if let Some(member) = member.as_object_mut() {
            member.remove("uniqueItems");
        }
    }
}

/// The names of all schemas that request bodies lead to.
fn sent(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    for item in document["paths"].as_object().into_iter().flatten().map(|(_, item)| item) {
        for operation in item.as_object().into_iter().flatten().map(|(_, operation)| operation) {
            names(&operation["requestBody"], &mut open);
        }
    }
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            names(&document["components"]["schemas"][&name], &mut open);
        }
    }
    found
}

/// The names of the schemas that `value` refers to.
fn names(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            out.extend(text.strip_prefix("#/components/schemas/").map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, out)),
        Value::Object(members) => members.values().for_each(|member| names(member, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
