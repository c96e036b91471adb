//! What a key must be allowed: `resource:read` or `resource:write`, by the route.
//!
//! Start at [`needed`].

use axum::http::Method;

/// The resources that scopes name.
pub(crate) const RESOURCES: &[&str] = &[
    "platforms",
    "keys",
    "roles",
    "customers",
    "accounts",
    "bank_accounts",
    "transactions",
    "holds",
    "refunds",
    "events",
    "audit_records",
    "idempotency_keys",
    "trial_balance",
    "operator",
    "sandbox",
];

/// The scope that a route needs; `path` is its pattern.
pub(crate) fn needed(method: &Method, path: &str) -> String {
    let segment = path.strip_prefix("/v1/").unwrap_or(path).split('/').next().unwrap_or_default();
    let resource = match segment {
        "persons" => "customers".to_owned(),
        other => other.replace('-', "_"),
    };
    let verb = if method.is_safe() { "read" } else { "write" };
    format!("{resource}:{verb}")
}

/// Whether `scopes` include `needed`.
pub(crate) fn grants(scopes: &[String], needed: &str) -> bool {
    scopes.iter().any(|scope| scope == "*" || scope == needed)
}

/// Whether a text is a scope.
pub(crate) fn is_scope(text: &str) -> bool {
    text == "*"
        || text.split_once(':').is_some_and(|(resource, verb)| {
            RESOURCES.contains(&resource) && matches!(verb, "read" | "write")
        })
}
