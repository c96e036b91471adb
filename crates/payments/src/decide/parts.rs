//! Splits: which payee receives how much, so that the parts always sum to the whole.

use money::Amount;

use crate::command::{Part, PartSize};
use crate::limits::SPLIT_PAYEES_MAX;
use crate::rejected::Rejected;
use crate::resources::Share;

use super::checks::unfit;

const WHOLE: u128 = 1_000_000;

/// The form of a split: 1 to [`SPLIT_PAYEES_MAX`] payees, each once, at most one remainder.
pub(super) fn check(parts: &[Part]) -> Result<(), Rejected> {
    if parts.is_empty() || parts.len() > SPLIT_PAYEES_MAX {
        let detail = format!("1 to {SPLIT_PAYEES_MAX} payees");
        return Err(Rejected::invalid("/split", detail));
    }
    let mut seen = std::collections::BTreeSet::new();
    if !parts.iter().all(|part| seen.insert(part.account)) {
        return Err(Rejected::invalid("/split", "each payee once".to_owned()));
    }
    if parts.iter().filter(|part| part.size == PartSize::Remainder).count() > 1 {
        return Err(Rejected::invalid("/split", "at most one remainder".to_owned()));
    }
    Ok(())
}

/// A part is something, where it says how much; the remainder, and what is rounded, may be nothing.
pub(super) fn positive(parts: &[Part]) -> Result<(), Rejected> {
    let is_nothing = |part: &Part| match part.size {
        PartSize::Fixed(amount) => amount.is_zero(),
        PartSize::Share(share) => share.get() == 0,
        PartSize::Remainder => false,
    };
    if parts.iter().any(is_nothing) { Err(Rejected::AmountNotPositive) } else { Ok(()) }
}

/// The shares of `whole`: fixed parts as said, millionths by largest remainder, the remainder what is left.
pub(super) fn resolve(parts: &[Part], whole: Amount) -> Result<Vec<Share>, Rejected> {
    let proportional = proportional(parts, whole)?;
    let mut left = whole.minor();
    let mut total: u128 = 0;
    let mut shares = Vec::with_capacity(parts.len());
    for (part, by_share) in parts.iter().zip(&proportional) {
        let gross = match part.size {
            PartSize::Fixed(amount) => {
                whole.checked_sub(amount).map_err(|_| unbalanced(amount.decimal(), whole))?;
                amount.minor()
            }
            PartSize::Share(_) => *by_share,
            PartSize::Remainder => 0,
        };
        total = total.saturating_add(gross);
        left = left.checked_sub(gross).ok_or_else(|| too_much(total, whole))?;
        shares.push(Share { account: part.account, gross, fee: 0, returned: 0, fee_returned: 0 });
    }
    match parts.iter().position(|part| part.size == PartSize::Remainder) {
        Some(at) => shares.iter_mut().skip(at).take(1).for_each(|share| share.gross = left),
        None if left > 0 => return Err(too_much(total, whole)),
        None => {}
    }
    Ok(shares)
}

/// What each part by millionths receives, in minor units; zero for the others.
fn proportional(parts: &[Part], whole: Amount) -> Result<Vec<u128>, Rejected> {
    let mut weights: Vec<u128> = parts.iter().map(|part| weight(part.size)).collect();
    let sum = weights.iter().fold(0, |sum: u128, weight| sum.saturating_add(*weight));
    let rest =
        WHOLE.checked_sub(sum).ok_or_else(|| unbalanced(format!("{sum} millionths"), whole))?;
    weights.push(rest);
    let amounts = whole.allocate(&weights).map_err(unfit)?;
    Ok(amounts.iter().map(Amount::minor).collect())
}

fn weight(size: PartSize) -> u128 {
    match size {
        PartSize::Share(share) => u128::from(share.get()),
        PartSize::Fixed(_) | PartSize::Remainder => 0,
    }
}

fn too_much(total: u128, whole: Amount) -> Rejected {
    let parts = Amount::new(total, whole.asset());
    unbalanced(parts.map_or_else(|_| "too much".to_owned(), |parts| parts.decimal()), whole)
}

const fn unbalanced(parts: String, whole: Amount) -> Rejected {
    Rejected::SplitUnbalanced { parts, whole }
}
