//! Counting what a customer uses of a capability, against the limits of its role.

use ledger::Timestamp;
use money::Amount;

use crate::draft::Draft;
use crate::ids::CustomerId;
use crate::rejected::Rejected;
use crate::resources::{Capability, Resource, Window};
use crate::view::{Key, Stop};

use super::checks::{Party, minor};

/// Counts `amount` now.
pub(super) fn count(
    draft: &mut Draft<'_>,
    party: &Party<'_>,
    capability: Capability,
    amount: Amount,
) -> Result<(), Stop> {
    let window = find(draft, party.customer.id, capability, amount)?;
    within(draft, party, &window, amount)?;
    add(draft, window, amount)
}

/// Counts `amount` now, whatever the limits say: an operator has looked at it.
pub(super) fn count_unlimited(
    draft: &mut Draft<'_>,
    party: &Party<'_>,
    capability: Capability,
    amount: Amount,
) -> Result<(), Stop> {
    let window = find(draft, party.customer.id, capability, amount)?;
    add(draft, window, amount)
}

fn add(draft: &mut Draft<'_>, mut window: Window, amount: Amount) -> Result<(), Stop> {
    window.add(draft.business(), amount.minor());
    draft.put_resource(Resource::Window(window))
}

/// Gives back `amount` of what was counted at `counted_at`, in the same bucket.
pub(super) fn give_back(
    draft: &mut Draft<'_>,
    customer: CustomerId,
    capability: Capability,
    (amount, counted_at): (Amount, Timestamp),
) -> Result<(), Stop> {
    let mut window = find(draft, customer, capability, amount)?;
    window.give_back(counted_at, amount.minor());
    draft.put_resource(Resource::Window(window))
}

fn find(
    draft: &Draft<'_>,
    customer: CustomerId,
    capability: Capability,
    amount: Amount,
) -> Result<Window, Stop> {
    let found = draft.find_key(&Key::Window(customer, capability, amount.asset()))?;
    if let Some(Resource::Window(window)) = found {
        return Ok(window);
    }
    Ok(Window::new(customer, capability, amount.asset()))
}

fn within(
    draft: &Draft<'_>,
    party: &Party<'_>,
    window: &Window,
    amount: Amount,
) -> Result<(), Rejected> {
    let limits = party.role.limits.iter().filter(|limit| {
        limit.capability == window.capability && limit.maximum.asset() == amount.asset()
    });
    for limit in limits {
        let used = window.used(limit.window, draft.business());
        if used.saturating_add(amount.minor()) <= limit.maximum.minor() {
            continue;
        }
        return Err(Rejected::LimitExceeded {
            customer: party.customer.id.to_string(),
            capability: window.capability.code(),
            window: limit.window.code(),
            limit: limit.maximum,
            used: minor(amount.asset(), used.min(money::AMOUNT_MAX))?,
            needed: amount,
            resets_at: window.resets_at(limit.window, draft.business()),
        });
    }
    Ok(())
}
