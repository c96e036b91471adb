//! How the sandbox bank behaves. Here: what all its tests share.
//!
//! The one place that knows the API; the tests are data. Times are seconds after [`START_MICROS`].

mod asks;
mod behaviours;
mod decisions;
mod faults;
mod file;
mod properties;
mod refusals;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use money::{Amount, Asset};

use crate::{
    Asked, BankDetails, Behaviour, CreditRequest, Instruction, Rail, RailEvent, RailEventKind,
    SandboxBank, Submission,
};

const PLATFORM: &str = "plt_shop";
const START_MICROS: i64 = 1_750_000_000_000_000;

/// A folder of its own for each test, gone afterwards.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static FOLDERS: AtomicU64 = AtomicU64::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-rails-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn bank(&self) -> SandboxBank {
        SandboxBank::open(&self.file("bank")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.path).unwrap();
    }
}

fn gbp(minor: u128) -> Amount {
    Amount::new(minor, Asset::known("GBP").unwrap()).unwrap()
}

fn uk(account_number: &str) -> BankDetails {
    BankDetails::Uk {
        holder: "Ann Payee".to_owned(),
        sort_code: "200000".to_owned(),
        account_number: account_number.to_owned(),
    }
}

fn payout(key: &str, behaviour: Option<Behaviour>) -> Instruction {
    Instruction {
        key: key.to_owned(),
        platform: PLATFORM.to_owned(),
        amount: gbp(1_050),
        reference: "invoice 7".to_owned(),
        beneficiary: uk("55779911"),
        behaviour,
    }
}

/// A request of the platform under `key`.
fn asked(key: &str) -> Asked {
    Asked {
        scope: PLATFORM.to_owned(),
        key: key.to_owned(),
        fingerprint: format!("fingerprint-of-{}", key.len()),
    }
}

/// A credit to the platform's sterling account, which is opened if need be.
fn credit(bank: &mut SandboxBank, platform: &str, behaviour: Option<Behaviour>) -> CreditRequest {
    let collection_account =
        bank.collection_account(platform, Asset::known("GBP").unwrap()).unwrap();
    CreditRequest {
        amount: gbp(2_000),
        reference: "order 9".to_owned(),
        payer: uk("11223344"),
        collection_account,
        behaviour,
    }
}

fn at(seconds: i64) -> i64 {
    START_MICROS + seconds * 1_000_000
}

fn all_events(bank: &mut SandboxBank) -> Vec<RailEvent> {
    bank.events(0, 10_000).unwrap()
}

/// One line an event: number, seconds since the start, what happened, id.
fn told(events: &[RailEvent]) -> String {
    let mut text = String::new();
    for event in events {
        let seconds = (event.at_micros - START_MICROS) / 1_000_000;
        let what = match &event.kind {
            RailEventKind::CreditNotified(credit) => format!("credit notified, {}", credit.amount),
            RailEventKind::CreditBooked(credit) => format!("credit booked, {}", credit.amount),
            RailEventKind::PayoutSettled { key, .. } => format!("{key} settled"),
            RailEventKind::PayoutBooked { key, .. } => format!("{key} booked"),
            RailEventKind::PayoutRejected { key, reason } => format!("{key} rejected, {reason}"),
            RailEventKind::PayoutReturned { key, reason, .. } => {
                format!("{key} returned, {reason}")
            }
        };
        writeln!(text, "{} +{seconds}s {what} ({})", event.number, event.id).unwrap();
    }
    text
}

fn answered(submission: &Submission) -> String {
    match submission {
        Submission::Accepted { bank_id } => format!("accepted {bank_id}"),
        Submission::Rejected { reason } => format!("rejected {reason}"),
        Submission::NoAnswer => "no answer".to_owned(),
    }
}

/// The bank that another process would find, were this one killed now.
fn found_after_a_crash(folder: &Folder) -> SandboxBank {
    let copy = folder.file("copy");
    std::fs::copy(folder.file("bank"), &copy).unwrap();
    SandboxBank::open(&copy).unwrap()
}

#[track_caller]
fn check_opens(path: &Path, expected: &expect_test::Expect) {
    let actual = match SandboxBank::open(path) {
        Ok(bank) => format!("opens, {} bytes torn", bank.torn_bytes()),
        Err(fault) => {
            let folder = path.parent().unwrap().display().to_string();
            format!("{}: {fault}", fault.code()).replace(&folder, "")
        }
    };
    expected.assert_eq(&actual);
}
