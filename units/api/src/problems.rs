//! The one place that turns refusals and faults into problems.
//!
//! Statuses come from the table in `codes`; a refusal's category must agree with it, which a test
//! proves for every code of the domain. Start at [`of_rejected`].

use api::problem::{Category, Problem};
use payments::Rejected;
use processor::{Answer, Failure as Unanswered};
use rails::{BankError, RailFault};
use store::Fault;

use crate::codes::{Retry, find};
use crate::failure::Failure;
use crate::render::time;

/// The problem of a code in the table.
pub(crate) fn problem(code: &'static str) -> Problem {
    let Some(row) = find(code) else {
        tracing::error!(code, "a code is not in the table");
        return unit::problems::internal();
    };
    let problem = Problem::new(row.status, row.code, row.category, row.title);
    match row.retry {
        Retry::Later => problem.retryable(),
        Retry::Never => problem,
    }
}

/// The problem of a code that the edge itself answers: such an answer is not kept.
fn unkept(code: &'static str) -> Problem {
    let problem = problem(code);
    debug_assert_ne!(problem.status, 422, "{code} is for the domain to answer");
    problem
}

/// The problem of a code, with one field that is wrong.
pub(crate) fn at(
    code: &'static str,
    pointer: impl Into<String>,
    detail: impl Into<String>,
) -> Failure {
    let (pointer, detail) = (pointer.into(), detail.into());
    let problem = unkept(code).detail(format!("{pointer}: {detail}"));
    problem.field(pointer, code, detail).into()
}

/// The problem of a code, with what happened this time.
pub(crate) fn because(code: &'static str, detail: impl Into<String>) -> Failure {
    unkept(code).detail(detail).into()
}

/// The same of a field that stands further down in the body.
pub(crate) fn under(place: &str, failure: Failure) -> Failure {
    let mut problem = *failure.problem;
    for field in &mut problem.errors {
        field.pointer.insert_str(0, place);
    }
    if let Some(field) = problem.errors.first() {
        problem.detail = Some(format!("{}: {}", field.pointer, field.detail));
    }
    Failure { problem: Box::new(problem), after: failure.after }
}

/// What is wrong with one transaction of many, as what is wrong with all: it names the item.
pub(crate) fn of_item(place: usize, mut problem: Problem) -> Problem {
    let item = format!("/items/{place}");
    for field in &mut problem.errors {
        field.pointer.insert_str(0, "/transaction");
        field.pointer.insert_str(0, &item);
    }
    let detail = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
    if problem.errors.is_empty() {
        let code = problem.code.clone();
        return problem.detail(format!("{item}: {detail}")).field(item, code, detail);
    }
    problem.detail(format!("{item}: {detail}"))
}

/// What an answer that is none of the kept ones is to who asked.
pub(crate) fn of_answer(answer: &Answer) -> Failure {
    match answer {
        Answer::Refused(rejected) => of_rejected(rejected).into(),
        Answer::KeyReused => problem("idempotency_key_reused").into(),
        Answer::Failed(failure) => of_unanswered(*failure),
        Answer::Kept { .. } | Answer::Dry(_) => problem("internal").into(),
    }
}

/// What a refusal of the domain is on the wire.
pub fn of_rejected(rejected: &Rejected) -> Problem {
    let mut answer = problem(rejected.code()).detail(rejected.to_string());
    if let Some(pointer) = rejected.pointer() {
        let whole = rejected.to_string();
        let detail = whole.strip_prefix(&format!("{pointer}: ")).unwrap_or(&whole).to_owned();
        answer = answer.field(pointer, rejected.code(), detail);
    }
    for (name, value) in figures(rejected) {
        answer = answer.figure(name, value);
    }
    for requirement in rejected.requirements() {
        answer = answer.requirement(requirement);
    }
    for transition in rejected.available_transitions() {
        answer = answer.available_transition(*transition);
    }
    answer
}

/// The figures that a refusal shows.
fn figures(rejected: &Rejected) -> Vec<(&'static str, String)> {
    if let Rejected::InsufficientFunds { available, needed, .. } = rejected {
        return vec![("available", available.clone()), ("needed", needed.clone())];
    }
    if let Rejected::LimitExceeded { limit, used, needed, resets_at, .. } = rejected {
        let resets_at = time(*resets_at).0;
        let money = [("limit", limit), ("used", used), ("needed", needed)];
        let money = money.map(|(name, amount)| (name, amount.decimal()));
        return money.into_iter().chain([("resets_at", resets_at)]).collect();
    }
    if let Rejected::RefundExceedsCaptured { available, needed }
    | Rejected::HoldExceeded { available, needed }
    | Rejected::FeeExceedsAmount { received: available, fee: needed } = rejected
    {
        return vec![("available", available.decimal()), ("needed", needed.decimal())];
    }
    Vec::new()
}

/// The status that a category of refusals has; the table must agree.
#[must_use]
pub const fn status_of(category: payments::Category) -> u16 {
    use payments::Category::{Balance, Forbidden, Invalid, Limit, NotFound, Rule, State, Version};
    match category {
        Invalid | Rule | Limit | Balance => 422,
        NotFound => 404,
        Version => 412,
        State => 409,
        Forbidden => 403,
    }
}

/// What a fault of a store is to who reads.
pub(crate) fn of_fault(fault: &Fault) -> Failure {
    match fault {
        Fault::Behind { at, needed } => {
            tracing::warn!(at, needed, "the read model is behind");
            problem("read_behind").into()
        }
        Fault::Full => problem("storage_full").into(),
        Fault::Failed { .. } | Fault::Corrupt { .. } => {
            tracing::error!(error = fault as &dyn std::error::Error, "a read failed");
            problem("internal").into()
        }
    }
}

/// What a command that has no answer is to who sent it.
pub(crate) fn of_unanswered(failure: Unanswered) -> Failure {
    match failure {
        Unanswered::Internal => problem("internal").into(),
        Unanswered::StorageFull => problem("storage_full").into(),
        Unanswered::OutcomeUnknown => problem("outcome_unknown")
            .detail("send the same request again, with the same idempotency key")
            .into(),
        Unanswered::Stopping => problem("overloaded").detail("the process is ending").into(),
    }
}

/// What the sandbox bank's no is to the domain, which keeps it as its own.
///
/// # Errors
///
/// What is not kept: the key of another request, and a fault.
pub(crate) fn of_bank(error: &BankError) -> Result<Rejected, Failure> {
    use rails::Refused;
    match error {
        BankError::Refused(Refused::PaymentUnknown { key }) => {
            Ok(Rejected::NotFound { kind: "payout", id: key.clone() })
        }
        BankError::Refused(Refused::AlreadyDecided { .. }) => {
            Ok(Rejected::PayoutDecided { detail: error.to_string() })
        }
        BankError::Refused(Refused::KeyReused) => Err(problem("idempotency_key_reused").into()),
        BankError::Refused(Refused::AmountZero) => Ok(Rejected::AmountNotPositive),
        BankError::Refused(_) => Ok(Rejected::BankRefused { detail: error.to_string() }),
        BankError::Fault(fault) => Err(of_bank_fault(fault)),
    }
}

/// What a fault of the sandbox bank is on the wire.
pub(crate) fn of_bank_fault(fault: &RailFault) -> Failure {
    tracing::error!(error = fault as &dyn std::error::Error, "the sandbox bank failed");
    if fault.is_retryable() { problem("storage_full").into() } else { problem("internal").into() }
}

/// Not there, or another platform's.
pub(crate) fn not_found(what: &str, id: &str) -> Failure {
    Problem::new(404, "not_found", Category::NotFound, "There is no such resource")
        .detail(format!("no such {what}: {id}"))
        .into()
}
