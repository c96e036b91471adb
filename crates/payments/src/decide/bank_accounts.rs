//! Adding a customer's bank account, with the payee-name check.

use crate::bank::BankDetails;
use crate::command::BankAccountCreate;
use crate::draft::{Decision, Draft};
use crate::ids::BankAccountId;
use crate::resources::{BankAccount, Customer, Kind, NameCheck};
use crate::states::BankAccountStatus;
use crate::view::{Key, Stop};

/// Decides [`BankAccountCreate`]: verified at once if the holder's name is the customer's.
pub(super) fn create(mut draft: Draft<'_>, command: &BankAccountCreate) -> Result<Decision, Stop> {
    command.labels.check()?;
    let customer: Customer = draft.fetch(command.customer)?;
    let id = BankAccountId::from_bytes(draft.mint());
    draft.claim(Kind::BankAccount, &command.labels, *id.as_bytes())?;
    let name_check = check_name(&command.details, &customer.name);
    let status = match name_check {
        NameCheck::Match => BankAccountStatus::Verified,
        NameCheck::CloseMatch | NameCheck::NoMatch | NameCheck::Unavailable => {
            BankAccountStatus::Unverified
        }
    };
    draft.put(BankAccount {
        id,
        meta: draft.meta(command.labels.clone()),
        customer: customer.id,
        details: command.details.clone(),
        name_check,
        status,
    })?;
    draft.finish(Key::BankAccount(id))
}

/// Compares the holder's name with the customer's. British banks answer such questions; others do not.
fn check_name(details: &BankDetails, customer: &str) -> NameCheck {
    let BankDetails::Uk { holder, .. } = details else { return NameCheck::Unavailable };
    let (holder, customer) = (words(holder), words(customer));
    if holder.is_empty() || customer.is_empty() {
        return NameCheck::Unavailable;
    }
    if holder == customer {
        return NameCheck::Match;
    }
    let shared = holder.iter().any(|word| word.len() > 2 && customer.contains(word));
    if shared { NameCheck::CloseMatch } else { NameCheck::NoMatch }
}

/// The words of a name without case, punctuation and company endings.
fn words(name: &str) -> Vec<String> {
    const ENDINGS: [&str; 5] = ["ltd", "limited", "plc", "llp", "inc"];
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !ENDINGS.contains(&word.as_str()))
        .collect()
}
