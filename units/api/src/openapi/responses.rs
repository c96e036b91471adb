//! Answers of operations: the headers of good ones, and every problem that may come instead.

use serde_json::{Map, Value, json};

/// The problems that may be answered, by status.
const PROBLEMS: [(&str, &str, &str); 14] = [
    ("400", "Malformed", "The request cannot be understood."),
    ("401", "NotAuthenticated", "The credentials are missing, wrong or expired."),
    ("403", "NotAllowed", "The key may not do that."),
    ("404", "NotFound", "There is no such resource, or it is another platform's."),
    ("408", "TooSlow", "The request did not arrive in time. Nothing was applied."),
    ("409", "Conflict", "The state of a resource does not allow it."),
    ("412", "VersionMismatch", "The resource has changed meanwhile."),
    ("413", "TooLarge", "The body is too large."),
    ("415", "ContentTypeUnsupported", "The content type of the body is not supported."),
    ("422", "Refused", "The domain refuses, or the idempotency key was used for another request."),
    ("428", "VersionRequired", "The change must name the version it is of."),
    ("429", "RateLimited", "Too many requests."),
    ("500", "Failed", "Something failed on the server's side. Nothing was applied."),
    ("503", "NotNow", "Come back after `Retry-After`, with the same idempotency key."),
];

/// The route of many transactions.
const BULK: &str = "/v1/transactions/bulk";

/// The problems as shared responses.
pub(super) fn shared() -> Value {
    let mut responses = Map::new();
    for (status, name, description) in PROBLEMS {
        let mut response = json!({
            "description": description,
            "headers": { "X-Request-Id": header("RequestId") },
            "content": { "application/problem+json": { "schema": reference("schemas", "Problem") } },
        });
        if matches!(status, "429" | "503") {
            response["headers"]["Retry-After"] = header("RetryAfter");
        }
        responses.insert(name.to_owned(), response);
    }
    Value::Object(responses)
}

/// A header of answers, by its name here.
fn header(name: &str) -> Value {
    let text =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    match name {
        "RequestId" => {
            text("The request's own id, or one made for it: find its audit record by it.")
        }
        "ETag" => text("The version of the resource, in double quotes."),
        "Location" => text("Where the new resource is read."),
        "PreferenceApplied" => text("`return=minimal` where that was asked for and done."),
        "IdempotentReplayed" => {
            text("`true` where an earlier request with the same key got this answer first.")
        }
        _ => json!({
            "description": "When to come back, in seconds.",
            "schema": { "type": "integer", "minimum": 1 },
        }),
    }
}

/// Adds an operation's answers.
pub(super) fn complete((path, method): (&str, &str), operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut() {
        complete_success((path, method, status), response);
    }
    for (status, name, _) in PROBLEMS {
        if applies(status, (path, method)) {
            responses.insert(status.to_owned(), reference("responses", name));
        }
    }
    if method == "patch" {
        let content = &mut operation["requestBody"]["content"];
        let merge_patch = content["application/json"].clone();
        content["application/merge-patch+json"] = merge_patch;
    }
}

fn complete_success((path, method, status): (&str, &str, &str), response: &mut Value) {
    response["description"] = match (method, status) {
        ("get", _) => "What was asked for.",
        (_, _) if path == BULK => "Each was taken up: what came of it.",
        (_, "201") => "It is done: the new resource.",
        (_, _) => "It is done: the resource as it is now.",
    }
    .into();
    let versioned = !path.starts_with("/v1/sandbox")
        && path != BULK
        && (method != "get" || (path.ends_with('}') && is_resource(path)));
    let mut headers = Map::new();
    headers.insert("X-Request-Id".to_owned(), header("RequestId"));
    if versioned {
        headers.insert("ETag".to_owned(), header("ETag"));
    }
    if status == "201" && !path.starts_with("/v1/sandbox") {
        headers.insert("Location".to_owned(), header("Location"));
    }
    if method == "post" {
        headers.insert("Idempotent-Replayed".to_owned(), header("IdempotentReplayed"));
    }
    if method == "post" && matches!(path, "/v1/transactions" | BULK) {
        headers.insert("Preference-Applied".to_owned(), header("PreferenceApplied"));
    }
    response["headers"] = Value::Object(headers);
}

fn is_resource(path: &str) -> bool {
    !["/v1/events", "/v1/audit-records", "/v1/idempotency-keys"]
        .iter()
        .any(|other| path.starts_with(other))
}

/// Whether an operation may answer with `status`.
fn applies(status: &str, (path, method): (&str, &str)) -> bool {
    match status {
        "412" => method == "patch" || path.ends_with("/transitions"),
        "428" => method == "patch",
        "413" | "415" | "422" => method != "get",
        "409" => method != "get" || path.starts_with("/v1/sandbox"),
        _ => true,
    }
}

fn reference(group: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{group}/{name}") })
}
