//! The model's customers, accounts, corrections and clock.

use std::sync::Arc;

use super::books::{Does, Name, Side, legs};
use super::{
    Account, BankAccount, CLOCK_MOST, Customer, Decided, Made, Model, Transaction, Used,
    arithmetic, operators_only,
};
use crate::operation::{Against, Direction, Holder, Money, Slot, Who};
use crate::stage::{ROLES, RoleState};

impl Model {
    pub(super) fn create_customer(&mut self, role: Slot) -> Decided {
        let role = ROLES.get(role).ok_or("not_found")?;
        if role.state == RoleState::Draft {
            return Err("role_not_usable");
        }
        self.customers.push(Customer { role, status: "active" });
        Ok(Made::Customer)
    }

    pub(super) fn create_account(&mut self, customer: Slot, asset: &'static str) -> Decided {
        let found = self.customers.get(customer).ok_or("not_found")?;
        if ["suspended", "closed"].contains(&found.status) {
            return Err("unchangeable");
        }
        self.accounts.push(Account { customer, asset, status: "open" });
        Ok(Made::Account)
    }

    pub(super) fn create_bank_account(&mut self, customer: Slot, holder: Holder) -> Decided {
        self.customers.get(customer).ok_or("not_found")?;
        let status = if holder == Holder::Same { "verified" } else { "unverified" };
        self.bank_accounts.push(BankAccount { customer, status });
        Ok(Made::BankAccount)
    }

    pub(super) fn charge(&mut self, who: Who, account: Slot, amount: Money) -> Decided {
        self.adjust(who, account, (Direction::Takes, amount), Against::Fees)
    }

    pub(super) fn adjust(
        &mut self,
        who: Who,
        account: Slot,
        (direction, amount): (Direction, Money),
        against: Against,
    ) -> Decided {
        positive(amount)?;
        self.exists(account)?;
        operators_only(who)?;
        let (ours, theirs) = match direction {
            Direction::Takes => {
                self.pays_out(account)?;
                (Side::Debit, Side::Credit)
            }
            Direction::Gives => {
                self.takes_in(account)?;
                (Side::Credit, Side::Debit)
            }
        };
        self.in_asset(account, amount)?;
        let chart = match against {
            Against::Fees => "income:fees",
            Against::Loss => "expense:loss",
            Against::Equity => "equity:operator",
        };
        let moves = [
            (Name::Of(account), ours, amount.minor),
            (Name::Internal(chart, amount.asset), theirs, amount.minor),
        ];
        self.write(&legs(&moves, Does::Post))?;
        self.add(Transaction::new(amount, None, self.business()));
        Ok(Made::Transaction)
    }

    pub(super) fn move_account(&mut self, who: Who, account: Slot, to: &'static str) -> Decided {
        let status = self.accounts.get(account).ok_or("not_found")?.status;
        let frozen = ["frozen_in", "frozen_out", "frozen"];
        let may = match status {
            "open" => frozen.contains(&to) || to == "closing",
            "closing" => to == "open" || to == "closed",
            "closed" => false,
            frozen_now => to == "open" || (frozen.contains(&to) && to != frozen_now),
        };
        if !may {
            return Err("transition_not_allowed");
        }
        if frozen.contains(&status) {
            operators_only(who)?;
        }
        if to == "closing" && self.own_account(self.accounts[account].asset) == Some(account) {
            return Err("transition_blocked");
        }
        // The platform's own accounts take its fees.
        if to == "closing" && account < crate::stage::PLATFORM_ASSETS.len() {
            return Err("transition_blocked");
        }
        if to == "closed" && !self.books.of(Name::Of(account)).is_settled() {
            return Err("transition_blocked");
        }
        self.accounts[account].status = to;
        Ok(Made::Nothing)
    }

    pub(super) fn move_customer(&mut self, who: Who, customer: Slot, to: &'static str) -> Decided {
        let status = self.customers.get(customer).ok_or("not_found")?.status;
        let open = ["active", "restricted", "suspended"];
        if status == "closed" || status == to || !(open.contains(&to) || to == "closed") {
            return Err("transition_not_allowed");
        }
        if to != "closed" {
            operators_only(who)?;
        }
        let has_open =
            |account: &Account| account.customer == customer && account.status != "closed";
        if to == "closed" && self.accounts.iter().any(has_open) {
            return Err("transition_blocked");
        }
        self.customers[customer].status = to;
        Ok(Made::Nothing)
    }

    pub(super) fn advance(&mut self, seconds: i64) -> Decided {
        let (ahead_most, once_most) = CLOCK_MOST;
        let offset = self.offset + seconds.clamp(0, once_most) * 1_000_000;
        if seconds < 1 || seconds > once_most || offset > ahead_most * 1_000_000 {
            return Err("value_invalid");
        }
        self.offset = offset;
        Ok(Made::Nothing)
    }

    pub(super) fn exists(&self, account: Slot) -> Result<(), &'static str> {
        self.accounts.get(account).map(|_| ()).ok_or("not_found")
    }

    pub(super) fn pays_out(&self, account: Slot) -> Result<(), &'static str> {
        match self.accounts[account].status {
            "open" | "frozen_in" | "closing" => Ok(()),
            "frozen_out" | "frozen" => Err("account_frozen_out"),
            _ => Err("account_not_open"),
        }
    }

    pub(super) fn takes_in(&self, account: Slot) -> Result<(), &'static str> {
        match self.accounts[account].status {
            "open" | "frozen_out" => Ok(()),
            "frozen_in" | "frozen" => Err("account_frozen_in"),
            _ => Err("account_not_open"),
        }
    }

    pub(super) fn in_asset(&self, account: Slot, amount: Money) -> Result<(), &'static str> {
        let held = self.accounts[account].asset;
        if held == amount.asset { Ok(()) } else { Err("asset_mismatch") }
    }

    pub(super) fn capable(&self, account: Slot, capability: &str) -> Result<(), &'static str> {
        let customer = &self.customers[self.accounts[account].customer];
        let sends = capability.starts_with("send_");
        let able = match customer.status {
            "active" => true,
            "restricted" => !sends,
            _ => false,
        };
        let granted = customer.role.capabilities.contains(&capability);
        if able && granted { Ok(()) } else { Err("capability_missing") }
    }

    /// Counts a use against the limits, by a scan of everything that was ever used.
    pub(super) fn count(
        &mut self,
        account: Slot,
        capability: &'static str,
        amount: Money,
    ) -> Result<(), &'static str> {
        let (customer, at) = (self.accounts[account].customer, self.business());
        let limits = self.customers[customer].role.limits.iter();
        let ours = limits
            .filter(|limit| (limit.capability, limit.maximum.asset) == (capability, amount.asset));
        for limit in ours {
            let oldest =
                arithmetic::bucket(limit.window, at) - arithmetic::buckets_before(limit.window);
            let counts = |used: &&Used| {
                (used.customer, used.capability, used.asset) == (customer, capability, amount.asset)
                    && arithmetic::bucket(limit.window, used.at) >= oldest
            };
            let used: i128 = self.used.iter().filter(counts).map(|used| used.minor).sum();
            if used + signed(amount.minor) > signed(limit.maximum.minor) {
                return Err("limit_exceeded");
            }
        }
        self.count_unlimited(account, capability, amount);
        Ok(())
    }

    /// Counts a use whatever the limits say.
    pub(super) fn count_unlimited(
        &mut self,
        account: Slot,
        capability: &'static str,
        amount: Money,
    ) {
        let (customer, at) = (self.accounts[account].customer, self.business());
        let (asset, minor) = (amount.asset, signed(amount.minor));
        Arc::make_mut(&mut self.used).push(Used { customer, capability, asset, at, minor });
    }

    /// Gives back what was counted at a time.
    pub(super) fn give_back(
        &mut self,
        account: Slot,
        capability: &'static str,
        (amount, at): (Money, i64),
    ) {
        let customer = self.accounts[account].customer;
        let (asset, minor) = (amount.asset, -signed(amount.minor));
        Arc::make_mut(&mut self.used).push(Used { customer, capability, asset, at, minor });
    }

    /// The provider's fee, by the role of the account's customer.
    pub(super) fn fee(&self, account: Slot, kind: &str, amount: Money) -> u128 {
        let role = self.customers[self.accounts[account].customer].role;
        let rule = role.fees.iter().find(|rule| (rule.kind, rule.asset) == (kind, amount.asset));
        rule.map_or(0, |rule| {
            let share = arithmetic::scaled(amount.minor, u128::from(rule.share), 1_000_000);
            let plain = (rule.fixed + share).max(rule.minimum);
            rule.maximum.map_or(plain, |maximum| plain.min(maximum))
        })
    }
}

pub(super) fn signed(minor: u128) -> i128 {
    i128::try_from(minor).unwrap()
}

pub(super) fn positive(amount: Money) -> Result<(), &'static str> {
    if amount.minor == 0 { Err("amount_not_positive") } else { Ok(()) }
}
