//! What callers send, as the domain has it: ids, amounts, instants, labels, bank details.
//!
//! Form only: whether a thing exists is decided by the domain. Every mistake names its field.

use std::collections::BTreeMap;
use std::str::FromStr;

use api::amount::Unreadable;
use api::transaction::FeeBearer;
use ledger::{IdError, Timestamp};
use money::{Amount, AmountError, Asset, PartsPerMillion};
use payments::bank::BankDetails;
use payments::meta::{Labels, LabelsPatch};
use payments::resources::{
    Bearer, Capability, CustomerKind, LimitWindow, PersonRole, TransactionKind,
};

use crate::failure::Failure;
use crate::problems::{at, not_found};

/// An instant of RFC 3339.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let parsed: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_micros(parsed.as_microsecond()))
}

/// An instant in a body.
pub(crate) fn time(pointer: &str, time: &api::id::Timestamp) -> Result<Timestamp, Failure> {
    let form = "must be an instant of RFC 3339, such as 2026-01-31T09:30:00Z";
    instant(&time.0).ok_or_else(|| at("field_invalid", pointer, form))
}

/// An instant in a body that may be absent.
pub(crate) fn time_if(
    pointer: &str,
    said: Option<&api::id::Timestamp>,
) -> Result<Option<Timestamp>, Failure> {
    said.map(|said| time(pointer, said)).transpose()
}

/// An id in a body.
pub(crate) fn id<T: FromStr<Err = IdError>>(pointer: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|why: IdError| at("field_invalid", pointer, why.to_string()))
}

/// An id in a path: one that is malformed names nothing.
pub(crate) fn path_id<T: FromStr<Err = IdError>>(what: &str, text: &str) -> Result<T, Failure> {
    let shown: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    text.parse().map_err(|_| not_found(what, &shown))
}

/// An amount in a body.
pub(crate) fn amount(pointer: &str, amount: &api::amount::Amount) -> Result<Amount, Failure> {
    amount.read().map_err(|why| match why {
        Unreadable::AssetUnknown => {
            let shown: String = amount.asset.chars().take(16).collect();
            at("asset_unknown", format!("{pointer}/asset"), format!("{shown} is not known"))
        }
        Unreadable::Value(why) => {
            // The domain's sums may be too large too; one code has one status.
            let code = match why {
                AmountError::NotADecimal | AmountError::TooManyDecimals { .. } => why.code(),
                AmountError::TooLarge
                | AmountError::AssetMismatch { .. }
                | AmountError::BelowZero
                | AmountError::NoWeights => "field_invalid",
            };
            at(code, format!("{pointer}/value"), why.to_string())
        }
    })
}

/// An amount in a body that may be absent.
pub(crate) fn amount_if(
    pointer: &str,
    said: Option<&api::amount::Amount>,
) -> Result<Option<Amount>, Failure> {
    said.map(|said| amount(pointer, said)).transpose()
}

/// The code of an asset in a body.
pub(crate) fn asset(pointer: &str, code: &str) -> Result<Asset, Failure> {
    let shown: String = code.chars().take(16).collect();
    Asset::known(code).ok_or_else(|| at("asset_unknown", pointer, format!("{shown} is not known")))
}

/// Millionths in a body.
pub(crate) fn millionths(pointer: &str, parts: u32) -> Result<PartsPerMillion, Failure> {
    PartsPerMillion::new(parts).map_err(|why| at("field_invalid", pointer, why.to_string()))
}

/// The labels of a new resource.
pub(crate) fn labels(
    external_id: Option<String>,
    tags: Option<std::collections::BTreeSet<String>>,
    annotations: Option<BTreeMap<String, String>>,
) -> Labels {
    Labels {
        external_id,
        tags: tags.unwrap_or_default(),
        annotations: annotations.unwrap_or_default(),
    }
}

/// The change of a resource's labels.
pub(crate) fn labels_patch(
    tags: Option<Option<std::collections::BTreeSet<String>>>,
    annotations: Option<Option<BTreeMap<String, Option<String>>>>,
) -> LabelsPatch {
    LabelsPatch { tags, annotations }
}

/// Bank details in a body.
pub(crate) fn bank(pointer: &str, said: api::bank::BankDetails) -> Result<BankDetails, Failure> {
    let api::bank::BankDetails { holder, sort_code, account_number, iban } = said;
    let details = match (sort_code, account_number, iban) {
        (Some(sort_code), Some(account_number), None) => {
            BankDetails::uk(holder, &sort_code, &account_number)
        }
        (None, None, Some(iban)) => BankDetails::iban(holder, &iban),
        _ => {
            let form = "must have sort_code and account_number, or iban";
            return Err(at("field_invalid", pointer, form));
        }
    };
    details.map_err(|rejected| {
        let text = rejected.to_string();
        let place = rejected.pointer().unwrap_or_default();
        let detail = text.strip_prefix(&format!("{place}: ")).unwrap_or(&text);
        at("field_invalid", place.replacen("/bank", pointer, 1), detail)
    })
}

/// Who bears the fee.
pub(crate) const fn bearer(said: Option<FeeBearer>, otherwise: Bearer) -> Bearer {
    match said {
        Some(FeeBearer::Payer) => Bearer::Payer,
        Some(FeeBearer::Payees) => Bearer::Payees,
        Some(FeeBearer::Platform) => Bearer::Platform,
        None => otherwise,
    }
}

/// A kind of customer.
pub(crate) const fn customer_kind(kind: api::customer::CustomerKind) -> CustomerKind {
    match kind {
        api::customer::CustomerKind::Individual => CustomerKind::Individual,
        api::customer::CustomerKind::SoleTrader => CustomerKind::SoleTrader,
        api::customer::CustomerKind::Organisation => CustomerKind::Organisation,
        api::customer::CustomerKind::IncorporatedBusiness => CustomerKind::IncorporatedBusiness,
    }
}

/// What a person is to a business.
pub(crate) const fn person_role(role: api::person::PersonRole) -> PersonRole {
    match role {
        api::person::PersonRole::Director => PersonRole::Director,
        api::person::PersonRole::Owner => PersonRole::Owner,
    }
}

/// A capability.
pub(crate) const fn capability(capability: api::role::Capability) -> Capability {
    match capability {
        api::role::Capability::HoldFunds => Capability::HoldFunds,
        api::role::Capability::ReceiveBank => Capability::ReceiveBank,
        api::role::Capability::SendInternal => Capability::SendInternal,
        api::role::Capability::SendBank => Capability::SendBank,
    }
}

/// A window of a limit.
pub(crate) const fn window(window: api::role::LimitWindow) -> LimitWindow {
    match window {
        api::role::LimitWindow::Day => LimitWindow::Day,
        api::role::LimitWindow::Month => LimitWindow::Month,
        api::role::LimitWindow::Year => LimitWindow::Year,
    }
}

/// A kind of transaction.
pub(crate) const fn transaction_kind(kind: api::transaction::TransactionKind) -> TransactionKind {
    match kind {
        api::transaction::TransactionKind::InboundBank => TransactionKind::InboundBank,
        api::transaction::TransactionKind::Internal => TransactionKind::Internal,
        api::transaction::TransactionKind::OutboundBank => TransactionKind::OutboundBank,
        api::transaction::TransactionKind::Fee => TransactionKind::Fee,
        api::transaction::TransactionKind::Adjustment => TransactionKind::Adjustment,
    }
}
