//! The answers that a stream saw, and what the document and the table of codes say of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::world::Reply;

/// What was answered: the documented path, the status, and the code of a refusal.
#[derive(Debug, Default)]
pub(super) struct Answers(pub(super) BTreeSet<(String, u16, String)>);

impl Answers {
    pub(super) fn add(&mut self, path: &str, reply: &Reply) {
        let code = match reply.status {
            200..300 => String::new(),
            _ => reply.body()["code"].as_str().unwrap_or_default().to_owned(),
        };
        self.0.insert((template(path), reply.status, code));
    }

    /// The codes of the refusals.
    pub(super) fn codes(&self) -> BTreeSet<&str> {
        self.0.iter().map(|(_, _, code)| code.as_str()).filter(|code| !code.is_empty()).collect()
    }

    /// Everything is in the document, each code with its status in the table.
    #[track_caller]
    pub(super) fn are_documented(&self) {
        let document: Value = serde_json::from_str(&unit_api::openapi_json()).unwrap();
        for (path, status, code) in &self.0 {
            let responses = &document["paths"][path]["post"]["responses"];
            let known = responses.get(status.to_string()).is_some();
            assert!(known, "POST {path} answered {status} {code}, which the document has not");
            if !code.is_empty() {
                assert_eq!(wire(code), format!("{status} {code}"), "POST {path}");
            }
        }
    }
}

/// The status and the code of a refusal, by the table of codes.
#[track_caller]
pub(super) fn wire(code: &str) -> String {
    let row = unit_api::codes::find(code).unwrap_or_else(|| panic!("{code} is not in the table"));
    format!("{} {code}", row.status)
}

/// The path as the document has it.
fn template(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    if let ["", "v1", "sandbox", "payouts", _, "outcome"] = parts[..] {
        return "/v1/sandbox/payouts/{payout_id}/outcome".to_owned();
    }
    let ["", "v1", collection, id, "transitions"] = parts[..] else { return path.to_owned() };
    let name = match collection {
        "holds" => "hold_id",
        "accounts" => "account_id",
        "customers" => "customer_id",
        "transactions" => "transaction_id",
        other => panic!("{other} of {id} has no transitions in streams"),
    };
    format!("/v1/{collection}/{{{name}}}/transitions")
}
