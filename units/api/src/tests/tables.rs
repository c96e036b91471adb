//! One of each refusal of the domain, for tests that walk through all of them.

use ledger::Timestamp;
use money::{Amount, AmountError, Asset};
use payments::Rejected;

/// Every refusal once, in the order that decisions check them.
pub(super) fn refusals() -> Vec<Rejected> {
    let gbp = Asset::known("GBP").unwrap();
    let money = |minor| Amount::new(minor, gbp).unwrap();
    let text = || "text".to_owned();
    let (kind, status, to, at) = ("account", "open", "closed", Timestamp::from_micros(0));
    // Those of arithmetic: text is read before the domain sees it.
    let amount_errors = [
        AmountError::TooLarge,
        AmountError::AssetMismatch { expected: gbp, found: Asset::known("EUR").unwrap() },
        AmountError::BelowZero,
        AmountError::NoWeights,
    ];
    let amounts =
        amount_errors.map(|source| Rejected::AmountInvalid { pointer: "/amount", source });
    let form = [
        Rejected::ValueInvalid { pointer: "/name", detail: text() },
        Rejected::AmountNotPositive,
        Rejected::SplitUnbalanced { parts: text(), whole: money(1) },
        Rejected::SameAccount { account: text() },
        Rejected::NotFound { kind, id: text() },
        Rejected::ExternalIdTaken { external_id: text(), holder: text() },
        Rejected::VersionMismatch { expected: 1, actual: 2 },
        Rejected::OperatorRequired { kind, to: text() },
    ];
    let state = [
        Rejected::PlatformSuspended,
        Rejected::TransitionNotAllowed { kind, from: status, to: text(), allowed: vec![to] },
        Rejected::TransitionBlocked { kind, to, detail: text(), requirements: vec![text()] },
        Rejected::Unchangeable { kind, status },
        Rejected::HoldExpired { hold: text() },
        Rejected::AccountNotOpen { account: text(), status },
        Rejected::AccountFrozenIn { account: text(), status },
        Rejected::AccountFrozenOut { account: text(), status },
        Rejected::BankAccountNotVerified { bank_account: text(), status },
        Rejected::AssetMismatch { account: text(), held: gbp, asset: gbp },
        Rejected::NotRefundable { transaction: text(), status },
        Rejected::NotASandbox,
        Rejected::RailUnavailable,
        Rejected::PayoutDecided { detail: text() },
        Rejected::BankRefused { detail: text() },
    ];
    let capability = "send_bank";
    let rules = [
        Rejected::CapabilityMissing {
            customer: text(),
            capability,
            detail: text(),
            requirements: vec![text()],
        },
        Rejected::RoleNotUsable { role: text(), detail: text() },
        Rejected::FeeExceedsAmount { fee: money(2), received: money(1) },
        Rejected::LimitExceeded {
            customer: text(),
            capability,
            window: "day",
            limit: money(1),
            used: money(1),
            needed: money(1),
            resets_at: at,
        },
        Rejected::RefundExceedsCaptured { available: money(1), needed: money(2) },
        Rejected::HoldExceeded { available: money(1), needed: money(2) },
        Rejected::InsufficientFunds {
            account: text(),
            asset: gbp,
            available: text(),
            needed: text(),
        },
        Rejected::BalanceOverflow { account: text() },
    ];
    form.into_iter().chain(amounts).chain(state).chain(rules).collect()
}
