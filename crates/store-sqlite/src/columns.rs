//! How values of the domain stand in columns: amounts, ids, names of kinds; and what errors mean.
//!
//! An amount is two integers of base 10^18, so that constraints and sums can be written in SQL; an
//! id is a blob of 16 bytes; an instant is its microseconds.

use money::{Asset, Kind as AssetKind};
use payments::{Kind, NameKind};
use rusqlite::{Error, ErrorCode};
use store::Fault;

pub(crate) const BASE: u128 = 1_000_000_000_000_000_000;

/// The higher half of a count of minor units. Above the largest amount it is one that every CHECK
/// refuses.
pub(crate) fn hi(minor: u128) -> i64 {
    i64::try_from(minor / BASE).unwrap_or(i64::MAX)
}

/// The lower half of a count of minor units.
pub(crate) fn lo(minor: u128) -> i64 {
    i64::try_from(minor % BASE).unwrap_or(i64::MAX)
}

/// The count of minor units of its two halves.
pub(crate) fn minor(hi: i64, lo: i64) -> u128 {
    u128::from(hi.unsigned_abs()) * BASE + u128::from(lo.unsigned_abs())
}

/// A count of rows as SQLite takes it; more than it can count is all.
pub(crate) fn rows_max(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A number as SQLite takes it; more than it can count is after everything.
pub(crate) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The word for a kind of asset. Never renamed.
pub(crate) const fn asset_kind(asset: Asset) -> &'static str {
    store::read_rows::kind_of_asset(asset.kind())
}

/// The asset that three columns say.
pub(crate) fn asset(code: &str, scale: u8, kind: &str) -> Result<Asset, Fault> {
    let corrupt = |detail| Fault::Corrupt { table: "accounts", detail };
    let kinds = [AssetKind::Fiat, AssetKind::Crypto, AssetKind::Points];
    let assets = kinds.into_iter().map(|kind| Asset::new(code, scale, kind));
    for asset in assets {
        let asset = asset.map_err(|why| corrupt(why.to_string()))?;
        if asset_kind(asset) == kind {
            return Ok(asset);
        }
    }
    Err(corrupt(format!("{kind} is no kind of asset")))
}

/// The word for a kind of name. Never renamed.
pub(crate) const fn name_kind(kind: NameKind) -> &'static str {
    match kind {
        NameKind::ExternalId(Kind::Platform) => "external_id:platform",
        NameKind::ExternalId(Kind::ApiKey) => "external_id:key",
        NameKind::ExternalId(Kind::Role) => "external_id:role",
        NameKind::ExternalId(Kind::Customer) => "external_id:customer",
        NameKind::ExternalId(Kind::Person) => "external_id:person",
        NameKind::ExternalId(Kind::Account) => "external_id:account",
        NameKind::ExternalId(Kind::BankAccount) => "external_id:bank_account",
        NameKind::ExternalId(Kind::Transaction) => "external_id:transaction",
        NameKind::ExternalId(Kind::Hold) => "external_id:hold",
        NameKind::ExternalId(Kind::Refund) => "external_id:refund",
        NameKind::AccountReference => "account_reference",
        NameKind::PaymentReference => "payment_reference",
        NameKind::BankCredit => "bank_credit",
        NameKind::RoleName => "role_name",
    }
}

/// The kind of name of a word.
pub(crate) fn parse_name_kind(code: &str) -> Result<NameKind, Fault> {
    let external = Kind::ALL.iter().map(|kind| NameKind::ExternalId(*kind));
    let others = [
        NameKind::AccountReference,
        NameKind::PaymentReference,
        NameKind::BankCredit,
        NameKind::RoleName,
    ];
    external.chain(others).find(|kind| name_kind(*kind) == code).ok_or_else(|| Fault::Corrupt {
        table: "names",
        detail: format!("{code} is no kind of name"),
    })
}

/// The kind of resource of a word.
pub(crate) fn parse_kind(table: &'static str, code: &str) -> Result<Kind, Fault> {
    let detail = || format!("{code} is no kind of resource");
    Kind::parse(code).ok_or_else(|| Fault::Corrupt { table, detail: detail() })
}

/// Says what was being done when the database failed.
pub(crate) trait While<T> {
    /// The same, with an error as a [`Fault`] of `action`.
    fn to(self, action: &'static str) -> Result<T, Fault>;
}

impl<T> While<T> for Result<T, Error> {
    fn to(self, action: &'static str) -> Result<T, Fault> {
        self.map_err(|error| {
            if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
                return Fault::Full;
            }
            Fault::Failed { action, source: Box::new(error) }
        })
    }
}
