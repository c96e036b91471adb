//! Every code that the API answers, with its status, meaning and remedy: one table for all.
//!
//! Codes are permanent: never renamed, never used twice. `docs/errors.md` and the page
//! `/reference/errors` are made from it. Start at [`find`].

use api::problem::Category;

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable name.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The kind of thing that went wrong.
    pub category: Category,
    /// Whether the very same request may succeed later.
    pub retry: Retry,
    /// What it means, in a few words.
    pub title: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Whether the very same request may succeed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It may.
    Later,
    /// It never will.
    Never,
}

const fn row(
    code: &'static str,
    (status, category): (u16, Category),
    retry: Retry,
    (title, remedy): (&'static str, &'static str),
) -> Code {
    Code { code, status, category, retry, title, remedy }
}

use Category::{
    Authentication, Capacity, Funds, Idempotency, Internal, NotFound, Permission, Request, Rule,
    State,
};
use Retry::{Later, Never};

/// Every code, by status, then as the checks stand.
pub const CODES: &[Code] = &[
    row(
        "request_malformed",
        (400, Request),
        Never,
        (
            "The request cannot be understood",
            "Check the request line, the headers and the framing of the body.",
        ),
    ),
    row(
        "platform_missing",
        (400, Request),
        Never,
        (
            "An operator key must name a platform",
            "Send the header Florin-Platform with the platform's id.",
        ),
    ),
    row(
        "platform_header_invalid",
        (400, Request),
        Never,
        (
            "The header Florin-Platform is not a platform's id",
            "Send an id such as plt_01h455vb4pex5vsknk084sn02q. A platform's own key needs no such header.",
        ),
    ),
    row(
        "idempotency_key_missing",
        (400, Request),
        Never,
        (
            "The request needs an idempotency key",
            "Send the header Idempotency-Key with a new value for each thing you want done, and the same value when you repeat one.",
        ),
    ),
    row(
        "idempotency_key_invalid",
        (400, Request),
        Never,
        (
            "The idempotency key has the wrong form",
            "Use 1 to 255 printable ASCII characters, bare or in double quotes.",
        ),
    ),
    row(
        "if_match_invalid",
        (400, Request),
        Never,
        (
            "The header If-Match is not a version",
            "Send the resource's version in double quotes, such as \"3\".",
        ),
    ),
    row(
        "parameter_unknown",
        (400, Request),
        Never,
        (
            "The route does not know the parameter",
            "Remove it, or check its spelling in the reference.",
        ),
    ),
    row(
        "parameter_invalid",
        (400, Request),
        Never,
        ("A parameter has the wrong form", "Correct the parameter that `errors` points at."),
    ),
    row(
        "cursor_invalid",
        (400, Request),
        Never,
        (
            "The cursor does not belong to this list",
            "Use `next_cursor` of the page before, unchanged, with the same filters.",
        ),
    ),
    row(
        "json_malformed",
        (400, Request),
        Never,
        ("The body is not JSON", "Correct the body at the place that `detail` names."),
    ),
    row(
        "json_too_deep",
        (400, Request),
        Never,
        ("The body is nested too deeply", "Nest at most 16 levels."),
    ),
    row(
        "field_unknown",
        (400, Request),
        Never,
        (
            "The body has a field that the route does not know",
            "Remove the field that `errors` points at, or check its spelling.",
        ),
    ),
    row(
        "field_missing",
        (400, Request),
        Never,
        ("The body lacks a field", "Add the field that `errors` points at."),
    ),
    row(
        "field_invalid",
        (400, Request),
        Never,
        (
            "A field has the wrong type or form",
            "Correct the field that `errors` points at. Amounts are text, never numbers.",
        ),
    ),
    row(
        "asset_unknown",
        (400, Request),
        Never,
        (
            "The asset is not known",
            "Use a currency code of ISO 4217, or a well-known coin or token.",
        ),
    ),
    row(
        "not_a_decimal",
        (400, Request),
        Never,
        (
            "The value is not a decimal",
            "Send digits, and at most one point with digits on both sides; no sign, exponent or leading zero.",
        ),
    ),
    row(
        "too_many_decimals",
        (400, Request),
        Never,
        (
            "The value has more decimals than its asset",
            "Round it yourself: the asset's number of decimals is in `detail`.",
        ),
    ),
    row(
        "credentials_missing",
        (401, Authentication),
        Never,
        ("The request has no credentials", "Send the header Authorization: Bearer fl_test_..."),
    ),
    row(
        "credentials_invalid",
        (401, Authentication),
        Never,
        (
            "The key is not known, or its secret is wrong",
            "Check that the whole key was sent, and that it was not revoked.",
        ),
    ),
    row(
        "key_expired",
        (401, Authentication),
        Never,
        ("The key has expired", "Use the key that replaces it, or make a new one."),
    ),
    row(
        "scope_missing",
        (403, Permission),
        Never,
        ("The key may not do that", "Use a key with the scope that `detail` names."),
    ),
    row(
        "operator_required",
        (403, Permission),
        Never,
        ("Only an operator may do that", "Ask the provider."),
    ),
    row(
        "route_unknown",
        (404, NotFound),
        Never,
        ("There is no such route", "Check the path in the reference."),
    ),
    row(
        "not_found",
        (404, NotFound),
        Never,
        (
            "There is no such resource",
            "Check the id, and that it belongs to the same platform as the key.",
        ),
    ),
    row(
        "method_not_allowed",
        (405, Request),
        Never,
        ("The route does not have this method", "Use one of the methods in the header Allow."),
    ),
    row(
        "request_timeout",
        (408, Request),
        Later,
        ("The request did not arrive in time", "Send it again. Nothing was applied."),
    ),
    row(
        "external_id_taken",
        (409, State),
        Never,
        (
            "The external id belongs to another resource",
            "Use the resource that `detail` names, or another external id.",
        ),
    ),
    row(
        "platform_suspended",
        (409, State),
        Later,
        ("The platform is suspended", "Ask the provider."),
    ),
    row(
        "transition_not_allowed",
        (409, State),
        Never,
        ("The resource cannot go to that status", "Use one of `available_transitions`."),
    ),
    row(
        "transition_blocked",
        (409, State),
        Later,
        (
            "Something blocks the step",
            "Do what `detail` and `requirements` name, then try again with a new key.",
        ),
    ),
    row(
        "unchangeable",
        (409, State),
        Never,
        ("The resource does not change any more", "Make a new one."),
    ),
    row("hold_expired", (409, State), Never, ("The hold ran out", "Make a new one.")),
    row(
        "account_not_open",
        (409, State),
        Later,
        ("The account is not open", "Use another account, or open it first."),
    ),
    row(
        "account_frozen_in",
        (409, State),
        Later,
        ("The account takes nothing in", "Wait until it is unfrozen, or pay another account."),
    ),
    row(
        "account_frozen_out",
        (409, State),
        Later,
        ("The account pays nothing out", "Wait until it is unfrozen, or pay from another account."),
    ),
    row(
        "bank_account_not_verified",
        (409, State),
        Later,
        ("The bank account is not verified", "Move it to `verified` first."),
    ),
    row(
        "not_refundable",
        (409, State),
        Later,
        (
            "The transaction has nothing to refund",
            "Refund it once it is settled. Payouts, fees and corrections are not refunded.",
        ),
    ),
    row(
        "not_a_sandbox",
        (409, State),
        Never,
        ("The sandbox exists only in test stores", "Use a test store."),
    ),
    row(
        "rail_unavailable",
        (409, State),
        Later,
        ("No rail carries that in this store", "Use a test store until a rail is connected."),
    ),
    row(
        "payout_decided",
        (409, State),
        Never,
        ("What became of the payout cannot be changed so", "Look at its status first."),
    ),
    row(
        "version_mismatch",
        (412, State),
        Later,
        (
            "The resource has changed meanwhile",
            "Read it again, and send its new version as If-Match.",
        ),
    ),
    row(
        "body_too_large",
        (413, Request),
        Never,
        ("The body is too large", "Send at most 262144 bytes."),
    ),
    row(
        "content_type_unsupported",
        (415, Request),
        Never,
        (
            "The content type of the body is not supported",
            "Send JSON as application/json; a PATCH also as application/merge-patch+json.",
        ),
    ),
    row(
        "value_invalid",
        (422, Request),
        Never,
        ("A value breaks a bound", "Correct the field that `errors` points at."),
    ),
    row(
        "asset_mismatch",
        (422, Request),
        Never,
        ("The assets differ", "Use accounts of the amount's asset."),
    ),
    row(
        "amount_overflow",
        (422, Request),
        Never,
        ("The amount is too large", "An amount has at most 36 digits of minor units."),
    ),
    row(
        "amount_below_zero",
        (422, Request),
        Never,
        ("The amount would be below zero", "Amounts have no sign."),
    ),
    row(
        "no_weights",
        (422, Request),
        Never,
        ("There is nothing to divide by", "Give at least one part above zero."),
    ),
    row(
        "amount_not_positive",
        (422, Request),
        Never,
        ("The amount must be above zero", "Send an amount above zero."),
    ),
    row(
        "split_unbalanced",
        (422, Request),
        Never,
        (
            "The parts do not make the whole",
            "Make the parts sum to the amount, or let one payee have the `remainder`.",
        ),
    ),
    row(
        "same_account",
        (422, Request),
        Never,
        ("An account cannot pay itself", "Use two different accounts."),
    ),
    row(
        "capability_missing",
        (422, Rule),
        Later,
        (
            "The customer may not do that",
            "Do what `requirements` name, or give the customer another role.",
        ),
    ),
    row(
        "role_not_usable",
        (422, Rule),
        Never,
        ("The role cannot be used here", "Use a published role for this kind of customer."),
    ),
    row(
        "fee_exceeds_amount",
        (422, Rule),
        Never,
        (
            "The fee is above what its bearer receives",
            "Send a larger amount, or let another bear the fee.",
        ),
    ),
    row(
        "limit_exceeded",
        (422, Rule),
        Later,
        ("A limit would be passed", "Wait until `resets_at`, or ask for less."),
    ),
    row(
        "refund_exceeds_captured",
        (422, Funds),
        Never,
        ("That is more than can be refunded", "Refund at most what is `available`."),
    ),
    row(
        "hold_exceeded",
        (422, Funds),
        Never,
        ("That is more than is held", "Post at most what is `available`."),
    ),
    row(
        "insufficient_funds",
        (422, Funds),
        Later,
        ("The account cannot cover the amount", "Pay in first, then try again with a new key."),
    ),
    row(
        "balance_overflow",
        (422, Funds),
        Never,
        ("The account cannot hold that much", "Use another account."),
    ),
    row(
        "bank_refused",
        (422, Rule),
        Never,
        ("The sandbox bank refuses", "Correct what `detail` names."),
    ),
    row(
        "idempotency_key_reused",
        (422, Idempotency),
        Never,
        (
            "The idempotency key was used for another request",
            "Use a new key for a new request; repeat an old one unchanged.",
        ),
    ),
    row(
        "version_required",
        (428, State),
        Never,
        (
            "The change must name the version it is of",
            "Send the header If-Match with the resource's version in double quotes.",
        ),
    ),
    row(
        "rate_limited",
        (429, Capacity),
        Later,
        ("Too many requests", "Slow down; come back after Retry-After."),
    ),
    row(
        "internal",
        (500, Internal),
        Never,
        ("Something failed on our side", "Nothing was applied. Tell us the X-Request-Id."),
    ),
    row(
        "overloaded",
        (503, Capacity),
        Later,
        (
            "Too much is going on",
            "Come back after Retry-After, with the same key. Nothing was applied.",
        ),
    ),
    row(
        "read_behind",
        (503, Capacity),
        Later,
        ("What you read is not up to date yet", "Come back after Retry-After."),
    ),
    row(
        "storage_full",
        (503, Capacity),
        Later,
        ("The disk is full", "Nothing was applied. Come back later, with the same key."),
    ),
    row(
        "outcome_unknown",
        (503, Internal),
        Later,
        (
            "The outcome is not known yet",
            "Send the same request again with the same key, or ask for /v1/idempotency-keys/{key}.",
        ),
    ),
    row(
        "not_ready",
        (503, Capacity),
        Later,
        ("Not ready for requests", "Wait until /readyz says so."),
    ),
];

/// The row of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|row| row.code == code)
}

/// `docs/errors.md`: every code with its meaning and remedy.
#[must_use]
pub fn errors_markdown() -> String {
    let mut text = String::from(
        "# Errors\n\nEvery error is a problem document (RFC 9457, `application/problem+json`) with a stable\n\
         `code`. This list is generated from the table that the API answers from.\n",
    );
    let mut status = 0;
    for row in CODES {
        if row.status != status {
            status = row.status;
            text.push_str(&format!("\n## {status}\n"));
        }
        let retry = match row.retry {
            Retry::Later => "yes",
            Retry::Never => "no",
        };
        text.push_str(&format!(
            "\n### {}\n\n{}. {}\n\nCategory `{}`; the very same request may succeed later: {retry}.\n",
            row.code,
            row.title,
            row.remedy,
            row.category.as_str(),
        ));
    }
    text
}
