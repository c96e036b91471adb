//! The provider's fee: how much it is, who bears it, and the legs that take it.

use ledger::{AccountId, Chart, Direction};
use money::{AMOUNT_MAX, Amount, Rounding};

use crate::draft::Draft;
use crate::rejected::Rejected;
use crate::resources::{Bearer, Fee, Platform, Role, Share, TransactionKind};
use crate::view::Stop;

use super::checks::{minor, unfit};

/// One side of an entry before it is said in which layer.
pub(super) type Side = (AccountId, Direction, Amount);

/// The fee of a transaction by the plan of `role`; zero where the plan says nothing.
pub(super) fn fee(
    role: &Role,
    kind: TransactionKind,
    amount: Amount,
    bearer: Bearer,
) -> Result<Fee, Rejected> {
    let nothing = Fee { minor: 0, bearer, returned: 0, returned_for: 0 };
    let Some(rule) = role.fee_rule(kind, amount.asset()) else { return Ok(nothing) };
    let share = amount.scaled(rule.share.ratio(), Rounding::HalfEven).map_err(unfit)?;
    // Two amounts fit a u128 together; what the plan says may be more than an amount.
    let plain = rule.fixed.minor().saturating_add(share.minor());
    let clamped = plain.max(rule.minimum).min(rule.maximum.unwrap_or(AMOUNT_MAX)).min(AMOUNT_MAX);
    let whole = minor(amount.asset(), clamped)?;
    if bearer == Bearer::Payees && clamped > amount.minor() {
        return Err(Rejected::FeeExceedsAmount { fee: whole, received: amount });
    }
    Ok(Fee { minor: clamped, ..nothing })
}

/// Lays a fee that the payees bear on them, pro rata.
pub(super) fn lay_on(shares: &mut [Share], fee: Amount) -> Result<(), Rejected> {
    if fee.is_zero() {
        return Ok(());
    }
    let weights: Vec<u128> = shares.iter().map(|share| share.gross).collect();
    let parts = fee.allocate(&weights).map_err(unfit)?;
    for (share, part) in shares.iter_mut().zip(parts) {
        share.fee = part.minor();
    }
    Ok(())
}

/// The platform's own account, where it bears the fee.
pub(super) fn platform_account(draft: &Draft<'_>, fee: Amount) -> Result<AccountId, Stop> {
    let platform: Platform = draft.fetch(draft.platform())?;
    platform.account(fee.asset()).ok_or_else(|| {
        let detail = format!("the platform has no account in {}", fee.asset());
        Rejected::invalid("/fee_bearer", detail).into()
    })
}

/// The sides that a fee adds besides what payer and payees bear themselves.
pub(super) fn sides(draft: &mut Draft<'_>, fee: Fee, amount: Amount) -> Result<Vec<Side>, Stop> {
    let charged = minor(amount.asset(), fee.minor)?;
    if charged.is_zero() {
        return Ok(Vec::new());
    }
    let income = draft.internal(Chart::Fees, amount.asset())?;
    let mut sides = vec![(income, Direction::Credit, charged)];
    if fee.bearer == Bearer::Platform {
        sides.insert(0, (platform_account(draft, charged)?, Direction::Debit, charged));
    }
    Ok(sides)
}
