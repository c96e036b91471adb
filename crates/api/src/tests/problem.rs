//! What a [`Problem`] looks like on the wire: nothing empty is sent, and it reads back the same.

use super::{Category, Problem};

/// A problem with every member.
fn full() -> Problem {
    Problem::new(422, "insufficient_funds", Category::Funds, "The account cannot cover the amount")
        .retryable()
        .detail("10.00 GBP are available, 12.50 GBP are needed")
        .instance("/v1/accounts/acc_1")
        .field("/amount", "too_large", "more than is available")
        .requirement("identity_document")
        .available_transition("cancelled")
        .figure("available", "10.00")
        .figure("needed", "12.50")
}

/// Goal: an empty member is absent. Method: the smallest problem, whole.
#[test]
fn sends_nothing_empty() {
    let problem = Problem::new(404, "route_unknown", Category::NotFound, "No such route");
    let json = String::from_utf8(problem.to_json()).unwrap();
    let expected = concat!(
        r##"{"type":"/reference/errors#route_unknown","title":"No such route","status":404,"##,
        r##""code":"route_unknown","category":"not_found","retryable":false}"##,
    );
    assert_eq!(json, expected);
}

/// Goal: clients can read what servers send. Method: there and back, with and without members.
#[test]
fn reads_back_what_it_wrote() {
    let small = Problem::new(500, "internal", Category::Internal, "Something failed");
    for problem in [full(), small] {
        let read: Problem = serde_json::from_slice(&problem.to_json()).unwrap();
        assert_eq!(read, problem);
    }
}

/// Goal: the figures a refusal shows are plain strings by name.
#[test]
fn shows_figures_by_name() {
    let value = serde_json::to_value(full()).unwrap();
    assert_eq!(value["figures"]["available"], "10.00");
    assert_eq!(value["figures"]["needed"], "12.50");
    assert_eq!(value["errors"][0]["pointer"], "/amount");
}

/// Goal: categories are told apart on the wire. Method: every name once.
#[test]
fn category_names_are_unique() {
    let all = [
        Category::Request,
        Category::Authentication,
        Category::Permission,
        Category::NotFound,
        Category::State,
        Category::Idempotency,
        Category::Rule,
        Category::Funds,
        Category::Capacity,
        Category::Internal,
    ];
    let names: std::collections::BTreeSet<_> = all.iter().map(|one| one.as_str()).collect();
    assert_eq!(names.len(), all.len());
}
