//! Lists: one table of what each can be filtered by, one way to page them.
//!
//! The same table makes the parameters in the OpenAPI document. Start at [`page`].

use ledger::PlatformId;
use payments::{Blocked, Kind, Resource};
use serde::Serialize;
use store::{Filter, ListQuery};

use crate::failure::Failure;
use crate::params::Params;
use crate::problems::at;
use crate::render::{self, Viewer, Wire};
use crate::requests::Get;
use crate::service::Service;

/// A list of resources.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List {
    /// Its path.
    pub(crate) path: &'static str,
    /// Which resources.
    pub(crate) kind: Kind,
    /// What it can be filtered by.
    pub(crate) filters: &'static [&'static str],
}

const LABELS: [&str; 5] = ["status", "external_id", "tag", "created_from", "created_before"];

/// The lists of resources, with their filters.
pub(crate) const PLATFORMS: List =
    List { path: "/v1/platforms", kind: Kind::Platform, filters: &LABELS };
pub(crate) const KEYS: List = List {
    path: "/v1/keys",
    kind: Kind::ApiKey,
    filters: &["status", "tag", "created_from", "created_before"],
};
pub(crate) const ROLES: List = List { path: "/v1/roles", kind: Kind::Role, filters: &LABELS };
pub(crate) const CUSTOMERS: List = List {
    path: "/v1/customers",
    kind: Kind::Customer,
    filters: &["status", "external_id", "tag", "created_from", "created_before", "kind"],
};
pub(crate) const PERSONS: List =
    List { path: "/v1/customers/{customer_id}/persons", kind: Kind::Person, filters: &LABELS };
pub(crate) const ACCOUNTS: List = List {
    path: "/v1/accounts",
    kind: Kind::Account,
    filters: &[
        "status",
        "external_id",
        "tag",
        "created_from",
        "created_before",
        "customer",
        "chart",
    ],
};
pub(crate) const BANK_ACCOUNTS: List = List {
    path: "/v1/bank-accounts",
    kind: Kind::BankAccount,
    filters: &["status", "external_id", "tag", "created_from", "created_before", "customer"],
};
pub(crate) const TRANSACTIONS: List = List {
    path: "/v1/transactions",
    kind: Kind::Transaction,
    filters: &[
        "status",
        "external_id",
        "tag",
        "created_from",
        "created_before",
        "customer",
        "account",
        "kind",
    ],
};
pub(crate) const HOLDS: List = List {
    path: "/v1/holds",
    kind: Kind::Hold,
    filters: &[
        "status",
        "external_id",
        "tag",
        "created_from",
        "created_before",
        "customer",
        "account",
        "transaction",
    ],
};
pub(crate) const REFUNDS: List = List {
    path: "/v1/refunds",
    kind: Kind::Refund,
    filters: &[
        "status",
        "external_id",
        "tag",
        "created_from",
        "created_before",
        "customer",
        "account",
        "transaction",
    ],
};

/// Every list.
pub(crate) const ALL: &[List] = &[
    PLATFORMS,
    KEYS,
    ROLES,
    CUSTOMERS,
    PERSONS,
    ACCOUNTS,
    BANK_ACCOUNTS,
    TRANSACTIONS,
    HOLDS,
    REFUNDS,
];

/// A page as it is answered.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    /// What is on it.
    pub(crate) data: Vec<T>,
    /// Where the next one starts.
    pub(crate) next_cursor: Option<String>,
}

/// One page of a list of a platform's resources, or of all platforms'.
pub(crate) async fn page(
    service: &Service,
    list: &List,
    (platform, mut get): (Option<PlatformId>, Get),
    narrow: impl FnOnce(&mut Filter),
) -> Result<Page<Wire>, Failure> {
    let limit = get.params.limit()?;
    let cursor = get.params.text("cursor");
    let scope = platform.map_or_else(|| "all".to_owned(), |platform| platform.to_string());
    let bound = format!("{}\n{scope}\n{}", list.path, get.params.remaining());
    let mut filter = filter(list, &mut get.params)?;
    get.params.finish()?;
    narrow(&mut filter);
    let bound = match filter.customer {
        Some(customer) => format!("{bound}\n{customer}"),
        None => bound,
    };
    let before = match cursor {
        None => None,
        Some(cursor) => Some(id_place(&service.cursors.open(&bound, &cursor)?)?),
    };
    let query = ListQuery { platform, kind: list.kind, filter, before, limit };
    let found = service.list(query).await?;
    let viewer: Viewer = get.caller.viewer();
    let show = |(resource, blocks): &(Resource, Vec<Blocked>)| {
        render::resource(resource, viewer).map(|wire| wire.with_blocks(blocks))
    };
    Ok(Page {
        data: found.items.iter().filter_map(show).collect(),
        next_cursor: found.next.map(|place| service.cursors.seal(&bound, &place)),
    })
}

/// A cursor's place in a list that is ordered by id.
fn id_place(place: &[u8]) -> Result<[u8; 16], Failure> {
    place.try_into().map_err(|_| crate::problems::problem("cursor_invalid").into())
}

/// A word that must be one of those that can be found: a typing error is not an empty list.
fn one_of(params: &mut Params, name: &str, words: &[&str]) -> Result<Option<String>, Failure> {
    match params.words(name)? {
        Some(word) if !words.contains(&word.as_str()) => {
            let detail = format!("must be one of {}", words.join(", "));
            Err(at("parameter_invalid", format!("?{name}"), detail))
        }
        word => Ok(word),
    }
}

fn filter(list: &List, params: &mut Params) -> Result<Filter, Failure> {
    let mut filter = Filter::default();
    for name in list.filters {
        match *name {
            "status" => filter.status = one_of(params, name, &list.kind.statuses())?,
            "external_id" => filter.external_id = params.words(name)?,
            "tag" => filter.tag = params.words(name)?,
            "kind" | "chart" => filter.subtype = one_of(params, name, &list.kind.subtypes())?,
            "created_from" => filter.created_from = params.instant(name)?,
            "created_before" => filter.created_before = params.instant(name)?,
            "customer" => filter.customer = params.parsed(name, "a customer's id")?,
            "account" => filter.account = params.parsed(name, "an account's id")?,
            "transaction" => filter.transaction = params.parsed(name, "a transaction's id")?,
            other => return Err(at("internal", format!("?{other}"), "a filter without a meaning")),
        }
    }
    Ok(filter)
}
