//! The marketplace that payments are measured in: buyers with money, sellers, fees and limits.
//!
//! Made by ordinary commands in a store of its own, before anything is measured.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context as _, Result, anyhow, bail};
use ledger::{AccountId, PlatformId, Timestamp};
use money::{Amount, Asset, PartsPerMillion};
use payments::bank::BankDetails;
use payments::command::{
    AccountCreate, CreditStep, CustomerCreate, KeyCreate, Part, PartSize, Pay, PlatformCreate,
    RailNotice, RoleCreate, RoleTerms, Transition,
};
use payments::ids::{CustomerId, KeyId, RoleId};
use payments::meta::Labels;
use payments::resources::{
    Bearer, Capability, CustomerKind, FeeRule, Limit, LimitWindow, TransactionKind,
};
use payments::{Actor, Command, Envelope, Idempotency, Key, OPERATOR};
use processor::{Answer, Mode, Processor, Request};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Mode as StoreMode, Truth};
use store_sqlite::{SqliteStore, SqliteTruth};
use unit::clock::{Clock as _, SystemClock};
use unit_api::{ApiPresenter, CollectionAccounts, NewSecret};

/// Customers of each side.
const SIDE: usize = 1_000;
/// Commands of one commit while the marketplace is made.
const BATCH: usize = 500;

/// A marketplace, and the names of all who take part.
pub(crate) struct Market {
    /// The platform.
    pub(crate) platform: PlatformId,
    /// Its key, as callers send it.
    pub(crate) token: String,
    key: KeyId,
    buyers: Vec<AccountId>,
    sellers: Vec<AccountId>,
    own: AccountId,
}

/// Which accounts payments are between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Any buyer pays any seller.
    All,
    /// One buyer pays any seller.
    Hot,
}

/// A writer without HTTP.
pub(crate) type Writer = Processor<SqliteTruth, ApiPresenter, ()>;

/// Opens a store with a writer of its own, without HTTP.
///
/// # Errors
///
/// When it cannot be opened.
pub(crate) fn open(folder: &Path) -> Result<(SqliteStore, Writer)> {
    let mut store = SqliteStore::open(folder, StoreMode::Test)?;
    let truth = store.truth().context("a store has a writer")?;
    let presenter = ApiPresenter::new(CollectionAccounts::default());
    Ok((store, Processor::new(truth, presenter, ())?))
}

/// The server's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(SystemClock.now_micros())
}

impl Market {
    /// Makes a marketplace in a new store in `folder`.
    ///
    /// # Errors
    ///
    /// When the store cannot be made, or refuses a command.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let (_store, mut writer) = open(folder)?;
        let mut maker = Maker { writer: &mut writer, platform: OPERATOR };
        let platform = maker.one(Command::PlatformCreate(PlatformCreate {
            name: "Market".to_owned(),
            assets: vec![pounds()?],
            fees: vec![fee()?],
            labels: Labels::default(),
        }))?;
        maker.platform = id(&platform)?;
        let own = platform["accounts"][0]["account"].as_str().context("an account of its own")?;
        let own = own.parse().map_err(|_| anyhow!("{own} is no account"))?;
        let role: RoleId = maker.role()?;
        let (key, token) = maker.key()?;
        let customers = maker.customers(role)?;
        let accounts = maker.accounts(&customers)?;
        let (buyers, sellers) = accounts.split_at(SIDE);
        maker.fund(buyers)?;
        let (platform, buyers) = (maker.platform, buyers.iter().map(|it| it.0).collect());
        let sellers = sellers.iter().map(|it| it.0).collect();
        Ok(Self { platform, token, key, buyers, sellers, own })
    }

    /// Who pays whom in the `number`th payment.
    fn parties(&self, spread: Spread, number: u64) -> (AccountId, AccountId) {
        // The same pseudo-random walk in every run.
        let draw = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let at = |bits: u64| usize::try_from(bits % SIDE as u64).unwrap_or_default();
        let buyer = if spread == Spread::Hot { 0 } else { at(draw >> 40) };
        (self.buyers[buyer], self.sellers[at(draw >> 20)])
    }

    /// The body of the `number`th payment.
    pub(crate) fn body(&self, spread: Spread, number: u64) -> String {
        let (buyer, seller) = self.parties(spread, number);
        let own = self.own;
        format!(
            r#"{{"kind":"internal","from_account":"{buyer}","amount":{{"value":"10.00","asset":"GBP"}},"reference":"Order {number}","split":[{{"account":"{own}","share_ppm":50000}},{{"account":"{seller}","remainder":true}}]}}"#
        )
    }

    /// The `number`th payment as a command, without HTTP.
    pub(crate) fn command(&self, spread: Spread, number: u64) -> Result<Request> {
        let (buyer, seller) = self.parties(spread, number);
        let share = PartSize::Share(ppm(50_000)?);
        let pay = Pay {
            payer: buyer,
            amount: Amount::parse("10.00", pounds()?)?,
            parts: vec![
                Part { account: self.own, size: share },
                Part { account: seller, size: PartSize::Remainder },
            ],
            bearer: Bearer::Payees,
            reference: format!("Order {number}"),
            description: None,
            effective_at: None,
            hold_until: None,
            labels: Labels::default(),
        };
        let key = format!("writer-{number}");
        let fingerprint = Sha256::digest(&key).into();
        let envelope = Envelope {
            platform: self.platform,
            actor: Actor::Platform(self.key),
            address: "127.0.0.1".to_owned(),
            request_id: format!("req_{number:026}"),
            idempotency: Some(Idempotency { scope: self.platform, key, fingerprint }),
            command: Command::Pay(pay),
        };
        Ok(Request { envelope, mode: Mode::Apply })
    }
}

struct Maker<'w> {
    writer: &'w mut Writer,
    platform: PlatformId,
}

impl Maker<'_> {
    fn all(&mut self, commands: Vec<(Actor, Command)>) -> Result<Vec<Value>> {
        let requests: Vec<Request> = commands
            .into_iter()
            .map(|(actor, command)| Request {
                envelope: Envelope {
                    platform: self.platform,
                    actor,
                    address: String::new(),
                    request_id: String::new(),
                    idempotency: None,
                    command,
                },
                mode: Mode::Apply,
            })
            .collect();
        let mut answers = Vec::new();
        for batch in requests.chunks(BATCH) {
            for answer in self.writer.step(batch, now()) {
                let Answer::Kept { presented, .. } = answer else { bail!("refused: {answer:?}") };
                let body = String::from_utf8_lossy(&presented.body).into_owned();
                if presented.status >= 300 {
                    bail!("refused: {body}");
                }
                answers.push(serde_json::from_str(&body)?);
            }
        }
        Ok(answers)
    }

    fn one(&mut self, command: Command) -> Result<Value> {
        self.all(vec![(operator(), command)])?.pop().context("a command has an answer")
    }

    fn role(&mut self) -> Result<RoleId> {
        let maximum = Amount::parse("100000000000.00", pounds()?)?;
        let windows = [LimitWindow::Day, LimitWindow::Month, LimitWindow::Year];
        let capability = Capability::SendInternal;
        let limits = windows.map(|window| Limit { capability, window, maximum }).to_vec();
        let terms = RoleTerms {
            kinds: vec![CustomerKind::Individual],
            capabilities: vec![
                Capability::HoldFunds,
                Capability::ReceiveBank,
                Capability::SendInternal,
            ],
            fees: vec![fee()?],
            limits,
            review_required: false,
        };
        let create = RoleCreate { name: "Limited".to_owned(), terms, labels: Labels::default() };
        let role: RoleId = id(&self.one(Command::RoleCreate(create))?)?;
        self.one(Command::Transition(Transition {
            target: Key::Role(role),
            to: "published".to_owned(),
            expected: None,
            reason_code: None,
            note: None,
            account: None,
            amount: None,
        }))?;
        Ok(role)
    }

    fn key(&mut self) -> Result<(KeyId, String)> {
        let secret = NewSecret::mint()?;
        let key = id(&self.one(Command::KeyCreate(KeyCreate {
            name: "bench".to_owned(),
            secret_hash: secret.hash(),
            scopes: vec!["*".to_owned()],
            expires_at: None,
        }))?)?;
        Ok((key, secret.token(StoreMode::Test, key)))
    }

    fn customers(&mut self, role: RoleId) -> Result<Vec<CustomerId>> {
        let create = |number: usize| {
            Command::CustomerCreate(CustomerCreate {
                kind: CustomerKind::Individual,
                name: format!("Customer {number}"),
                email: None,
                role: Some(role),
                labels: Labels::default(),
            })
        };
        let commands = (0..2 * SIDE).map(|number| (operator(), create(number))).collect();
        self.all(commands)?.iter().map(id).collect()
    }

    /// An account of each, with the reference that pays into it.
    fn accounts(&mut self, customers: &[CustomerId]) -> Result<Vec<(AccountId, String)>> {
        let asset = pounds()?;
        let create = |customer: &CustomerId| {
            Command::AccountCreate(AccountCreate {
                customer: *customer,
                asset,
                name: "Account".to_owned(),
                labels: Labels::default(),
            })
        };
        let commands = customers.iter().map(|it| (operator(), create(it))).collect();
        let made = self.all(commands)?;
        let account = |made: &Value| {
            let reference = made["reference"].as_str().unwrap_or_default().to_owned();
            Ok((id(made)?, reference))
        };
        made.iter().map(account).collect()
    }

    fn fund(&mut self, accounts: &[(AccountId, String)]) -> Result<()> {
        let amount = Amount::parse("10000000000.00", pounds()?)?;
        let payer = BankDetails::uk("Payer".to_owned(), "040004", "12345678");
        let payer = payer.map_err(|_| anyhow!("these are bank details"))?;
        let mut commands = Vec::new();
        for (number, (_, reference)) in accounts.iter().enumerate() {
            for step in [CreditStep::Notified, CreditStep::Booked] {
                let notice = RailNotice::Credit {
                    bank_id: format!("fund-{number}"),
                    amount,
                    reference: reference.clone(),
                    payer: payer.clone(),
                    step,
                };
                commands.push((Actor::Rail, Command::RailNotice(notice)));
            }
        }
        self.all(commands)?;
        Ok(())
    }
}

const fn operator() -> Actor {
    Actor::Operator(KeyId::from_bytes([1; 16]))
}

fn pounds() -> Result<Asset> {
    Asset::known("GBP").context("pounds are known")
}

fn ppm(share: u32) -> Result<PartsPerMillion> {
    PartsPerMillion::new(share).context("a share is at most a million")
}

/// 0.10 and one percent.
fn fee() -> Result<FeeRule> {
    Ok(FeeRule {
        kind: TransactionKind::Internal,
        fixed: Amount::parse("0.10", pounds()?)?,
        share: ppm(10_000)?,
        minimum: 0,
        maximum: None,
    })
}

fn id<T: FromStr>(made: &Value) -> Result<T> {
    let text = made["id"].as_str().context("an answer has an id")?;
    text.parse().map_err(|_| anyhow!("{text} is no such id"))
}
