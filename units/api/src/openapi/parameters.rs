//! Parameters of operations: paths, filters, cursors and the headers that are the same everywhere.

use serde_json::{Value, json};

use crate::limits::{PAGE_DEFAULT, PAGE_MAX, SEQ_MAX};
use crate::lists::{self, List};

/// The parameters that many operations share.
pub(super) fn shared() -> Value {
    json!({
        "IdempotencyKey": header(("Idempotency-Key", "required"),
            "A new value for each thing you want done; the same value when you repeat a request.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]([ -~]*[!#-~])?$",
                "example": "order-1815-payment" })),
        "DryRunIdempotencyKey": header(("Idempotency-Key", "optional"),
            "As everywhere; only a dry run needs none.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-~]([ -~]*[!#-~])?$",
                "example": "order-1815-payment" })),
        "IfMatch": header(("If-Match", "required"),
            "The version of the resource that you saw, in double quotes.",
            json!({ "type": "string", "pattern": "^\"[0-9]{1,18}\"$", "example": "\"3\"" })),
        "IfMatchOptional": header(("If-Match", "optional"),
            "The version of the resource that you saw, in double quotes: the step is refused if it has changed.",
            json!({ "type": "string", "pattern": "^\"[0-9]{1,18}\"$", "example": "\"3\"" })),
        "Prefer": header(("Prefer", "optional"),
            "`return=minimal`: the answer, and what is kept of it for who repeats the request, is as short as will do.",
            json!({ "type": "string", "enum": ["return=minimal", "return=representation"] })),
        "FlorinPlatform": header(("Florin-Platform", "optional"),
            "With an operator's key: the platform it speaks for. A platform's key needs none.",
            json!({ "$ref": "#/components/schemas/PlatformId" })),
        "Limit": query("limit", "How many rows a page has.",
            json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT })),
        "Cursor": query("cursor", "`next_cursor` of the page before, with the same filters.",
            json!({ "type": "string", "minLength": 1, "maxLength": 64 })),
    })
}

/// Adds an operation's parameters.
pub(super) fn complete((path, method): (&str, &str), operation: &mut Value) {
    let mut parameters: Vec<Value> = path_names(path).map(path_parameter).collect();
    if !path.starts_with("/v1/platforms") {
        parameters.push(reference("FlorinPlatform"));
    }
    match method {
        "post" => {
            let dry = matches!(path, "/v1/transactions" | "/v1/holds" | "/v1/refunds");
            if dry {
                parameters.push(query(
                    "dry_run",
                    "Makes all checks and answers as if it were done; writes nothing.",
                    json!({ "type": "boolean", "default": false }),
                ));
            }
            parameters.push(reference(if dry { "DryRunIdempotencyKey" } else { "IdempotencyKey" }));
            if matches!(path, "/v1/transactions" | "/v1/transactions/bulk") {
                parameters.push(reference("Prefer"));
            }
            if path.ends_with("/transitions") {
                parameters.push(reference("IfMatchOptional"));
            }
        }
        "patch" => parameters.push(reference("IfMatch")),
        _ => parameters.extend(queries(path)),
    }
    operation["parameters"] = Value::Array(parameters);
}

fn queries(path: &str) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let paged = ["/v1/events", "/v1/audit-records", "/v1/accounts/{account_id}/entries"];
    if let Some(list) = lists::ALL.iter().find(|list| list.path == path) {
        found.extend(list.filters.iter().map(|name| of_list(list, name)));
    }
    match path {
        "/v1/events" => {
            found.push(query("after", "Oldest first, after the event with this id; `start` begins with the first. Cannot be combined with other filters.",
                json!({ "type": "string", "pattern": "^(start|evt_[0-7][0-9a-hjkmnp-tv-z]{25})$" })));
            found.push(filter("resource"));
            found.push(query(
                "type",
                "Only events of this type, such as `transaction.settled`.",
                json!({ "type": "string", "maxLength": 64 }),
            ));
        }
        "/v1/audit-records" => {
            found.push(filter("resource"));
            found.push(query(
                "request_id",
                "Only records of the request with this `X-Request-Id`.",
                json!({ "type": "string", "maxLength": 128 }),
            ));
        }
        "/v1/accounts/{account_id}/balance" => {
            found.push(instant("as_of", "What it held at that instant."));
            found.push(query("as_of_seq", "What it held after the platform's command of this number. Cannot be combined with `as_of`.",
                json!({ "type": "integer", "minimum": 0, "maximum": SEQ_MAX })));
        }
        "/v1/trial-balance" => {
            found.push(instant("as_of", "The books as they were at that instant."))
        }
        _ => {}
    }
    if paged.contains(&path) || lists::ALL.iter().any(|list| list.path == path) {
        found.push(reference("Limit"));
        found.push(reference("Cursor"));
    }
    found
}

fn of_list(list: &List, name: &str) -> Value {
    let one_of = |words: Vec<&'static str>| json!({ "type": "string", "enum": words });
    match name {
        "status" => query(name, "Only those with this status.", one_of(list.kind.statuses())),
        "kind" => query(name, "Only those of this kind.", one_of(list.kind.subtypes())),
        "chart" => query(
            name,
            "Those at this place in the chart of accounts, instead of customers' accounts.",
            one_of(list.kind.subtypes()),
        ),
        _ => filter(name),
    }
}

fn filter(name: &str) -> Value {
    let id = |schema: &str| json!({ "$ref": format!("#/components/schemas/{schema}") });
    let text = |length: u32| json!({ "type": "string", "minLength": 1, "maxLength": length });
    match name {
        "external_id" => query(name, "Only the one with this external id.", text(128)),
        "tag" => query(name, "Only those with this tag.", text(64)),
        "created_from" => instant(name, "Only those made at this instant or later."),
        "created_before" => instant(name, "Only those made before this instant."),
        "customer" => query(name, "Only those of this customer.", id("CustomerId")),
        "account" => query(name, "Only those that pay from or into this account.", id("AccountId")),
        "transaction" => query(name, "Only those of this transaction.", id("TransactionId")),
        _ => query(
            name,
            "Only those about the resource with this id.",
            json!({ "type": "string", "pattern": "^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$" }),
        ),
    }
}

fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    let id = |schema: &str| json!({ "$ref": format!("#/components/schemas/{schema}") });
    let (description, schema) = match name {
        "platform_id" => ("The platform.", id("PlatformId")),
        "key_id" => ("The key.", id("KeyId")),
        "role_id" => ("The revision of the role.", id("RoleId")),
        "customer_id" => ("The customer.", id("CustomerId")),
        "person_id" => ("The business person.", id("PersonId")),
        "account_id" => ("The account.", id("AccountId")),
        "bank_account_id" => ("The bank account.", id("BankAccountId")),
        "transaction_id" => ("The transaction.", id("TransactionId")),
        "hold_id" => ("The hold.", id("HoldId")),
        "refund_id" => ("The refund.", id("RefundId")),
        "event_id" => ("The event.", id("EventId")),
        "audit_record_id" => ("The audit record.", id("AuditRecordId")),
        "payout_id" => (
            "The id of the transaction or refund that the payout serves.",
            json!({ "type": "string", "pattern": "^(txn|rfd)_[0-7][0-9a-hjkmnp-tv-z]{25}$" }),
        ),
        _ => (
            "The idempotency key.",
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[0-9A-Za-z._:-]+$" }),
        ),
    };
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

fn instant(name: &str, description: &str) -> Value {
    query(name, description, json!({ "$ref": "#/components/schemas/Timestamp" }))
}

fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn header((name, need): (&str, &str), description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "required": need == "required", "description": description, "schema": schema })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}
