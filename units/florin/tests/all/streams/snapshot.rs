//! All that can be read of a platform's money, as lines: from the model, and over HTTP.
//!
//! What was read is also held against the invariants that need no model: debits equal credits per
//! asset, nobody has less than nothing. Money that came back to an account that takes nothing in is
//! in review as a transaction that no operation made: it is compared as a sum.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use testkit::ids::Ids;
use testkit::model::{Counters, Model, Name};
use testkit::operation::Money;
use testkit::request::decimal;
use testkit::stage::ASSETS;

use super::world::Caller;

/// Why a transaction that no operation made is in review.
const CAME_BACK: &str = "returned_to_closed_account";

/// Lines by what they are about.
pub(super) type Lines = BTreeMap<String, String>;

/// What the model says.
pub(super) fn expected(model: &Model, ids: &Ids) -> Lines {
    let mut lines = Lines::new();
    let mut books: BTreeMap<(&str, &str), Counters> = BTreeMap::new();
    for slot in 0..ids.accounts.len() {
        let (status, asset) = model.account(slot).unwrap();
        let counters = model.counters(Name::Of(slot));
        let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = counters;
        let posted = difference_of(credits_posted, debits_posted, asset);
        let available = signed(counters.available(), asset);
        let (into, out) = (plain(credits_pending, asset), plain(debits_pending, asset));
        let line = format!("{status}, {posted}, available {available}, in {into}, out {out}");
        lines.insert(format!("account {slot}"), line);
        add(books.entry(("liability:customer", asset)).or_default(), counters);
    }
    for (name, counters) in model.moved() {
        if let Name::Internal(chart, asset) = name {
            add(books.entry((chart, asset)).or_default(), counters);
            if chart == "liability:unallocated" && counters.credits_posted > counters.debits_posted
            {
                let minor = counters.credits_posted - counters.debits_posted;
                lines.insert(format!("in review {asset}"), plain(minor, asset));
            }
        }
    }
    for ((chart, asset), counters) in books {
        let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = counters;
        let all = [debits_posted, credits_posted, debits_pending, credits_pending];
        if all != [0; 4] {
            lines.insert(format!("{chart} {asset}"), all.map(|it| plain(it, asset)).join(" "));
        }
    }
    for slot in 0..ids.transactions.len() {
        let it = model.transaction(slot).unwrap();
        let money = |minor| plain(minor, it.amount().asset);
        let line = format!("{}, {} less {}", it.status, money(it.captured), money(it.refunded));
        lines.insert(format!("transaction {slot}"), line);
    }
    let holds = (0..ids.holds.len()).map(|slot| (slot, model.hold(slot).unwrap().status));
    lines.extend(holds.map(|(slot, status)| (format!("hold {slot}"), status.to_owned())));
    let refunds = (0..ids.refunds.len()).map(|slot| (slot, model.refunded(slot).unwrap().status));
    lines.extend(refunds.map(|(slot, status)| (format!("refund {slot}"), status.to_owned())));
    lines
}

/// What the API says.
#[track_caller]
pub(super) fn found(caller: &Caller, ids: &Ids) -> Lines {
    let mut lines = Lines::new();
    let accounts = caller.list("/v1/accounts");
    for account in accounts.iter().filter(|account| !account["customer"].is_null()) {
        let balance = |name: &str| text(account, &format!("/balance/{name}/value"));
        assert!(!balance("available").starts_with('-'), "nobody has less than nothing: {account}");
        let line = format!(
            "{}, {}, available {}, in {}, out {}",
            text(account, "/status"),
            balance("posted"),
            balance("available"),
            balance("pending_in"),
            balance("pending_out"),
        );
        lines.insert(name("account", &ids.accounts, account), line);
    }
    lines.extend(books(&caller.get("/v1/trial-balance")));
    let transactions = caller.list("/v1/transactions");
    lines.extend(in_review(&transactions));
    for it in transactions.iter().filter(|it| it["status_reason"] != CAME_BACK) {
        let money = |name: &str| text(it, &format!("/{name}/value"));
        let status = text(it, "/status");
        let line = format!("{status}, {} less {}", money("captured"), money("refunded"));
        lines.insert(name("transaction", &ids.transactions, it), line);
    }
    for (kind, path, list) in
        [("hold", "/v1/holds", &ids.holds), ("refund", "/v1/refunds", &ids.refunds)]
    {
        let all = caller.list(path);
        lines.extend(all.iter().map(|it| (name(kind, list, it), text(it, "/status").to_owned())));
    }
    lines
}

/// What waits to be assigned or sent back, by asset.
fn in_review(transactions: &[Value]) -> Lines {
    let mut sums: BTreeMap<&'static str, u128> = BTreeMap::new();
    for it in transactions.iter().filter(|it| it["status"] == "in_review") {
        let asset = text(it, "/amount/asset");
        let asset = ASSETS.iter().find(|(code, _)| *code == asset).unwrap().0;
        let digits = text(it, "/amount/value").replace('.', "");
        *sums.entry(asset).or_default() += digits.parse::<u128>().unwrap();
    }
    sums.into_iter().map(|(asset, sum)| (format!("in review {asset}"), plain(sum, asset))).collect()
}

/// The rows of the trial balance that are not nothing; debits must equal credits.
#[track_caller]
fn books(books: &Value) -> Lines {
    let totals = books["totals"].as_array().unwrap();
    assert!(totals.iter().all(|total| total["balanced"] == true), "{books}");
    let equal = |total: &Value| total["debits"] == total["credits"];
    assert!(totals.iter().all(equal), "{books}");
    let mut lines = Lines::new();
    for row in books["rows"].as_array().unwrap() {
        let all = ["debits", "credits", "debits_pending", "credits_pending"];
        let all = all.map(|name| text(row, &format!("/{name}/value")));
        if all.iter().any(|it| it.bytes().any(|byte| (b'1'..=b'9').contains(&byte))) {
            lines.insert(format!("{} {}", text(row, "/chart"), text(row, "/asset")), all.join(" "));
        }
    }
    lines
}

/// The lines in which they differ.
pub(super) fn difference(expected: &Lines, found: &Lines) -> String {
    let mut all = "the model and what is read differ".to_owned();
    let nothing = "nothing".to_owned();
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for name in names {
        let of = |lines: &Lines| lines.get(name).unwrap_or(&nothing).clone();
        let (must, is) = (of(expected), of(found));
        if must != is {
            write!(all, "\n{name}: must be {must}\n{name}: is      {is}").unwrap();
        }
    }
    all
}

/// What a row is called: by its slot, or by its id where no operation made it.
fn name(kind: &str, list: &[String], row: &Value) -> String {
    let id = text(row, "/id");
    let slot = list.iter().position(|known| known == id);
    slot.map_or_else(|| format!("{kind} {id}"), |slot| format!("{kind} {slot}"))
}

fn add(to: &mut Counters, more: Counters) {
    to.debits_pending += more.debits_pending;
    to.debits_posted += more.debits_posted;
    to.credits_pending += more.credits_pending;
    to.credits_posted += more.credits_posted;
}

fn plain(minor: u128, asset: &'static str) -> String {
    decimal(Money { minor, asset })
}

fn signed(minor: i128, asset: &'static str) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}", plain(minor.unsigned_abs(), asset))
}

fn difference_of(plus: u128, minus: u128, asset: &'static str) -> String {
    signed(i128::try_from(plus).unwrap() - i128::try_from(minus).unwrap(), asset)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {value}"))
}
