//! The OpenAPI document: routes and wire types, completed with what all operations have alike.
//!
//! Completed as JSON, where a change is a line; the routes and types themselves are declared beside
//! their code. Start at [`openapi_json`].

mod parameters;
mod responses;
mod schemas;

use api::problem::{FieldError, Problem};
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema, ToSchema};

use crate::routes;

/// The methods that a path may have in the document.
const METHODS: [&str; 3] = ["get", "patch", "post"];

/// The whole document as JSON for people, with a line feed at its end: what is committed and served.
#[must_use]
pub fn openapi_json() -> String {
    let mut text = openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The whole document, OpenAPI 3.1.
///
/// # Panics
///
/// If the completed document is none: a mistake in this folder, which its tests would show.
#[must_use]
pub fn openapi() -> OpenApi {
    let read: Result<OpenApi, _> = serde_json::from_value(document());
    let Ok(openapi) = read else { panic!("the completed document is no OpenAPI document") };
    openapi
}

/// The document as it is declared beside the code.
fn declared() -> OpenApi {
    let (_, document) = routes::all().split_for_parts();
    document
}

/// The whole document.
pub(crate) fn document() -> Value {
    let mut document = serde_json::to_value(declared()).unwrap_or_default();
    describe(&mut document);
    document["components"]["securitySchemes"] = json!({ "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A platform's key or an operator's, such as `fl_test_…`. An operator's key \
                        names its platform by the header `Florin-Platform`.",
    }});
    document["security"] = json!([{ "bearer": [] }]);
    document["components"]["schemas"]["Problem"] = schema::<Problem>();
    document["components"]["schemas"]["FieldError"] = schema::<FieldError>();
    document["components"]["parameters"] = parameters::shared();
    document["components"]["responses"] = responses::shared();
    schemas::complete(&mut document);
    for (path, method, operation) in operations_mut(&mut document) {
        parameters::complete((&path, method), operation);
        responses::complete((&path, method), operation);
    }
    document
}

fn schema<T: ToSchema + PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

fn describe(document: &mut Value) {
    document["info"] = json!({
        "title": "Florin",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Payments for marketplaces and other platforms: customers, accounts over a \
            double-entry ledger, money in from banks, across with splits and fees, and out again.\n\n\
            Amounts are decimal strings with their asset. Every POST carries an `Idempotency-Key`; \
            every PATCH carries the resource's version as `If-Match`. Every error is a problem \
            document with a stable `code`, explained under `/reference/errors`.",
        "contact": { "name": "Your provider" },
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    let tags = TAGS.map(|(name, description)| json!({ "name": name, "description": description }));
    document["tags"] = Value::Array(tags.to_vec());
}

/// The groups of operations.
const TAGS: [(&str, &str); 16] = [
    ("Accounts", "What customers hold: one asset each, with their history."),
    ("Audit", "Who asked for what, and what came of it."),
    ("Bank accounts", "Where customers are paid out to."),
    ("Books", "The double-entry books as a whole."),
    ("Customers", "Buyers, sellers, and the platform itself."),
    ("Events", "What happened to resources, in order."),
    ("Holds", "Money reserved until it is posted, voided or expired."),
    ("Idempotency", "What was answered under a key."),
    ("Keys", "API keys and their scopes."),
    ("Operator", "What the provider must look at."),
    ("Persons", "Directors and owners of business customers."),
    ("Platforms", "The provider's customers, to whom everything else belongs."),
    ("Refunds", "Money of a transaction going back."),
    ("Roles", "What a kind of customer may do, what it costs and where it ends."),
    ("Sandbox", "A bank that does as it is told, and a clock that can be moved. Test stores only."),
    ("Transactions", "Payments between accounts, from banks and to banks, fees and corrections."),
];

/// Every operation with its path and method.
fn operations_mut(document: &mut Value) -> Vec<(String, &'static str, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let operations = item.as_object_mut().into_iter().flatten();
            operations.filter_map(move |(method, operation)| {
                let method = METHODS.into_iter().find(|known| known == method)?;
                Some((path.clone(), method, operation))
            })
        })
        .collect()
}
