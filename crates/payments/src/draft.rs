//! What a decision builds up: changed resources and legs, finished into one [`Decision`].
//!
//! A draft reads its own changes back, so that a command that touches a resource twice changes it
//! once. Nothing leaves a draft before [`Draft::finish`], so a refusal changes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ledger::{
    AccountId, Chart, Direction, Layer, Leg, LegAfter, PlatformId, Timestamp, TransactionId,
};
use money::{Amount, Asset};
use sha2::{Digest, Sha256};

use crate::command::{Actor, OPERATOR};
use crate::decide::blocks::{Blocked, blocks};
use crate::meta::{Labels, Meta};
use crate::rejected::Rejected;
use crate::resources::{Account, Kind, Name, Platform, Resource};
use crate::states::AccountStatus;
use crate::view::{Found, Key, NameKind, Stop, Stored, View, get};

/// What a decision may know besides the command.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What was loaded of the platform.
    pub view: &'a dyn View,
    /// The platform the command is for.
    pub platform: PlatformId,
    /// Who asks.
    pub actor: Actor,
    /// The instant that is written as `created_at`, later than the platform's last.
    pub at: Timestamp,
    /// Whether the store is a test store.
    pub sandbox: bool,
}

/// What an applied command does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Every changed resource, in the order first touched.
    pub changes: Vec<Change>,
    /// The journal entry, if money moved.
    pub entry: Option<EntryDraft>,
    /// The resource that the answer shows.
    pub answer: Key,
    /// What blocks the steps of that resource.
    pub blocks: Vec<Blocked>,
    /// The ids this decision minted are numbered from 0 up to this.
    pub minted: u16,
}

/// One changed resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As it was; `None` if it is new.
    pub before: Option<Resource>,
    /// As it is.
    pub after: Resource,
}

/// A journal entry before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDraft {
    /// The transaction it belongs to.
    pub transaction: TransactionId,
    /// Which of the transaction's entries it is.
    pub transition_no: u32,
    /// When it happened in the real world.
    pub effective_at: Timestamp,
    /// Its legs with the counters after them.
    pub legs: Vec<LegAfter>,
}

impl Decision {
    /// The resource that the answer shows, as it is after.
    #[must_use]
    pub fn answered(&self) -> Option<&Resource> {
        self.changes.iter().map(|change| &change.after).find(|after| after.key() == self.answer)
    }
}

/// What a command is about, and so whether its platform must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A platform that exists, or something of it.
    Platform,
    /// An API key, of a platform that exists or of the operator.
    Key,
    /// The platform that the command makes.
    New,
    /// A platform that exists, and to which something happened elsewhere, suspended or not.
    Past,
}

/// A decision that is being made.
pub(crate) struct Draft<'a> {
    context: Context<'a>,
    business: Timestamp,
    changes: Vec<Change>,
    /// Where in `changes` each stands.
    places: BTreeMap<Key, usize>,
    legs: Vec<Leg>,
    entry: Option<(TransactionId, u32, Timestamp)>,
    minted: Vec<[u8; 16]>,
}

impl View for Draft<'_> {
    fn find(&self, key: &Key) -> Found<'_> {
        match self.changed(key) {
            Some(after) => Found::Present(after),
            None => self.context.view.find(key),
        }
    }
}

impl<'a> Draft<'a> {
    /// Starts a decision; a platform that is suspended or unknown ends it at once.
    pub(crate) fn new(context: Context<'a>, subject: Subject) -> Result<Self, Stop> {
        let mut draft = Self {
            context,
            business: context.at,
            changes: Vec::new(),
            places: BTreeMap::new(),
            legs: Vec::new(),
            entry: None,
            minted: Vec::new(),
        };
        let exists = match subject {
            Subject::Platform | Subject::Past => true,
            Subject::Key => context.platform != OPERATOR,
            Subject::New => false,
        };
        if exists {
            let platform = draft.see::<Platform>(context.platform)?;
            draft.business = platform.business_time(context.at);
            if platform.status != crate::states::PlatformStatus::Active
                && !context.actor.is_operator()
                && subject != Subject::Past
            {
                return Err(Rejected::PlatformSuspended.into());
            }
        }
        Ok(draft)
    }

    /// The server's time, written as `created_at`.
    pub(crate) const fn at(&self) -> Timestamp {
        self.context.at
    }

    /// The platform's business time.
    pub(crate) const fn business(&self) -> Timestamp {
        self.business
    }

    /// The platform.
    pub(crate) const fn platform(&self) -> PlatformId {
        self.context.platform
    }

    /// Whether an operator, a rail or the writer asks.
    pub(crate) const fn by_operator(&self) -> bool {
        self.context.actor.is_operator()
    }

    /// Whether this is a test store.
    pub(crate) const fn is_sandbox(&self) -> bool {
        self.context.sandbox
    }

    /// Whether something could carry money out: the sandbox bank alone, for now.
    pub(crate) const fn has_rail(&self) -> Result<(), Rejected> {
        if self.context.sandbox { Ok(()) } else { Err(Rejected::RailUnavailable) }
    }

    /// The bytes of a new id, in journal order.
    pub(crate) fn mint(&mut self) -> [u8; 16] {
        let counter = u16::try_from(self.minted.len()).unwrap_or(u16::MAX);
        let id = mint_at(self.context.platform, self.context.at, counter);
        self.minted.push(id);
        id
    }

    /// A new resource's meta.
    pub(crate) fn meta(&self, labels: Labels) -> Meta {
        Meta::new(labels, self.context.at)
    }

    /// What this draft made of a resource, if it changed it.
    fn changed(&self, key: &Key) -> Option<&Resource> {
        let place = self.places.get(key)?;
        self.changes.get(*place).map(|change| &change.after)
    }

    fn look(&self, key: &Key) -> Result<Option<&Resource>, Stop> {
        match self.changed(key) {
            Some(after) => Ok(Some(after)),
            None => get(self.context.view, key),
        }
    }

    /// Any resource, as it is now.
    pub(crate) fn find_key(&self, key: &Key) -> Result<Option<Resource>, Stop> {
        Ok(self.look(key)?.cloned())
    }

    /// A resource that may be absent, as it is now.
    pub(crate) fn find<T: Stored>(&self, id: T::Id) -> Result<Option<T>, Stop> {
        Ok(self.look(&T::key(id))?.and_then(T::from_resource).cloned())
    }

    /// A resource that must be there, as it is now.
    pub(crate) fn fetch<T: Stored>(&self, id: T::Id) -> Result<T, Stop> {
        let found = self.find(id)?;
        found.ok_or_else(|| not_found(T::KIND, &id.to_string()).into())
    }

    /// The same, borrowed from what was loaded unless this draft has changed it.
    pub(crate) fn see<T: Stored + 'a>(&self, id: T::Id) -> Result<Cow<'a, T>, Stop> {
        let key = T::key(id);
        let found = match self.changed(&key) {
            Some(after) => T::from_resource(after).cloned().map(Cow::Owned),
            None => get(self.context.view, &key)?.and_then(T::from_resource).map(Cow::Borrowed),
        };
        found.ok_or_else(|| not_found(T::KIND, &id.to_string()).into())
    }

    /// What a text stands for.
    pub(crate) fn name(&self, kind: NameKind, text: &str) -> Result<Option<[u8; 16]>, Stop> {
        let found = self.look(&Key::Name(kind, text.to_owned()))?;
        Ok(found.and_then(|found| match found {
            Resource::Name(name) => Some(name.target),
            Resource::Platform(_)
            | Resource::ApiKey(_)
            | Resource::Role(_)
            | Resource::Customer(_)
            | Resource::Person(_)
            | Resource::Account(_)
            | Resource::BankAccount(_)
            | Resource::Transaction(_)
            | Resource::Hold(_)
            | Resource::Refund(_)
            | Resource::Instruction(_)
            | Resource::Window(_) => None,
        }))
    }

    /// Lets a text stand for an id.
    pub(crate) fn set_name(
        &mut self,
        kind: NameKind,
        text: &str,
        target: [u8; 16],
    ) -> Result<(), Stop> {
        self.put_resource(Resource::Name(Name { kind, text: text.to_owned(), target }))
    }

    /// Claims an external id, if one was given.
    pub(crate) fn claim(
        &mut self,
        kind: Kind,
        labels: &Labels,
        target: [u8; 16],
    ) -> Result<(), Stop> {
        let Some(external_id) = &labels.external_id else { return Ok(()) };
        if let Some(holder) = self.name(NameKind::ExternalId(kind), external_id)? {
            let holder = id_text(kind, holder);
            return Err(
                Rejected::ExternalIdTaken { external_id: external_id.clone(), holder }.into()
            );
        }
        self.set_name(NameKind::ExternalId(kind), external_id, target)
    }

    /// Keeps a changed or new resource.
    pub(crate) fn put<T: Stored>(&mut self, resource: T) -> Result<(), Stop> {
        self.put_resource(resource.into_resource())
    }

    /// Keeps a changed or new resource of any kind.
    pub(crate) fn put_resource(&mut self, after: Resource) -> Result<(), Stop> {
        let key = after.key();
        if let Some(place) = self.places.get(&key) {
            if let Some(change) = self.changes.get_mut(*place) {
                change.after = after;
            }
            return Ok(());
        }
        // Nothing can stand under an id that is minted now, so nothing is looked up.
        let is_new = key.id().is_some_and(|id| self.minted.contains(id));
        let before = if is_new { None } else { get(self.context.view, &key)?.cloned() };
        self.places.insert(key, self.changes.len());
        self.changes.push(Change { before, after });
        Ok(())
    }

    /// The platform's internal account of a chart and asset, made on first use.
    pub(crate) fn internal(&mut self, chart: Chart, asset: Asset) -> Result<AccountId, Stop> {
        let id = internal_account(self.context.platform, chart, asset);
        if self.look(&Key::Account(id))?.is_none() {
            let ledger = ledger::Account {
                id,
                asset,
                chart,
                standing: ledger::Standing::Open,
                credit_limit: 0,
                counters: ledger::Counters::default(),
                version: 0,
            };
            let meta = self.meta(Labels::default());
            let name = format!("{} {asset}", chart.code());
            let status = AccountStatus::Open;
            self.put(Account {
                ledger,
                meta,
                customer: None,
                name,
                status,
                reference: String::new(),
            })?;
        }
        Ok(id)
    }

    /// Adds a leg; zero amounts are left out.
    pub(crate) fn leg(
        &mut self,
        account: AccountId,
        direction: Direction,
        layer: Layer,
        amount: Amount,
    ) {
        if !amount.is_zero() {
            self.legs.push(Leg { account, direction, layer, amount });
        }
    }

    /// Adds legs made elsewhere.
    pub(crate) fn legs(&mut self, legs: Vec<Leg>) {
        self.legs.extend(legs);
    }

    /// Whether anything moves.
    pub(crate) const fn has_legs(&self) -> bool {
        !self.legs.is_empty()
    }

    /// Says which transaction the legs belong to.
    pub(crate) const fn entry_of(
        &mut self,
        id: TransactionId,
        transition_no: u32,
        effective_at: Timestamp,
    ) {
        self.entry = Some((id, transition_no, effective_at));
    }

    /// Applies the legs and ends the decision; the answer shows the resource at `answer`.
    pub(crate) fn finish(mut self, answer: Key) -> Result<Decision, Stop> {
        let blocks = match self.look(&answer)? {
            Some(answered) => blocks(&self, answered)?,
            None => Vec::new(),
        };
        let entry = self.apply_legs()?;
        let minted = u16::try_from(self.minted.len()).unwrap_or(u16::MAX);
        Ok(Decision { changes: self.changes, entry, answer, blocks, minted })
    }

    fn apply_legs(&mut self) -> Result<Option<EntryDraft>, Stop> {
        let Some((transaction, transition_no, effective_at)) = self.entry else {
            assert!(self.legs.is_empty(), "legs without a transaction");
            return Ok(None);
        };
        if self.legs.is_empty() {
            return Ok(None);
        }
        let mut accounts = BTreeMap::new();
        for leg in &self.legs {
            if let std::collections::btree_map::Entry::Vacant(free) = accounts.entry(leg.account) {
                free.insert(self.fetch::<Account>(leg.account)?);
            }
        }
        let ledgers = accounts.iter().map(|(id, account)| (*id, account.ledger.clone())).collect();
        let applied =
            ledger::apply(&ledgers, &self.legs).map_err(|why| refusal(&why, &accounts))?;
        for after in applied.accounts {
            if let Some(mut account) = accounts.remove(&after.id) {
                account.ledger = after;
                self.put(account)?;
            }
        }
        Ok(Some(EntryDraft { transaction, transition_no, effective_at, legs: applied.legs }))
    }
}

/// The id that a platform's internal account has.
#[must_use]
pub(crate) fn internal_account(platform: PlatformId, chart: Chart, asset: Asset) -> AccountId {
    AccountId::from_bytes(ledger::ids::derived(
        platform,
        &format!("{}:{}", chart.code(), asset.code()),
    ))
}

/// The bytes of the `counter`th id that a command decided at `at` mints.
#[must_use]
pub fn mint_at(platform: PlatformId, at: Timestamp, counter: u16) -> [u8; 16] {
    let digest = Sha256::digest(platform.as_bytes());
    let mut tail = [0; 6];
    for (to, from) in tail.iter_mut().zip(digest) {
        *to = from;
    }
    ledger::ids::mint(at, counter, tail)
}

/// An id of any kind as text.
#[must_use]
pub fn id_text(kind: Kind, id: [u8; 16]) -> String {
    use crate::ids::{BankAccountId, CustomerId, HoldId, KeyId, PersonId, RefundId, RoleId};
    match kind {
        Kind::Platform => PlatformId::from_bytes(id).to_string(),
        Kind::ApiKey => KeyId::from_bytes(id).to_string(),
        Kind::Role => RoleId::from_bytes(id).to_string(),
        Kind::Customer => CustomerId::from_bytes(id).to_string(),
        Kind::Person => PersonId::from_bytes(id).to_string(),
        Kind::Account => AccountId::from_bytes(id).to_string(),
        Kind::BankAccount => BankAccountId::from_bytes(id).to_string(),
        Kind::Transaction => TransactionId::from_bytes(id).to_string(),
        Kind::Hold => HoldId::from_bytes(id).to_string(),
        Kind::Refund => RefundId::from_bytes(id).to_string(),
    }
}

/// The refusal for something that is not there.
pub(crate) fn not_found(kind: Kind, id: &str) -> Rejected {
    Rejected::NotFound { kind: kind.code(), id: id.to_owned() }
}

/// What a refusal of the ledger means here.
fn refusal(why: &ledger::Rejected, accounts: &BTreeMap<AccountId, Account>) -> Rejected {
    let status = |id: &AccountId| {
        accounts.get(id).map_or("open", |account| {
            use crate::states::Machine;
            account.status.code()
        })
    };
    match why {
        ledger::Rejected::AccountClosed { account } => {
            Rejected::AccountNotOpen { account: account.to_string(), status: status(account) }
        }
        ledger::Rejected::AccountFrozenIn { account } => {
            Rejected::AccountFrozenIn { account: account.to_string(), status: status(account) }
        }
        ledger::Rejected::AccountFrozenOut { account } => {
            Rejected::AccountFrozenOut { account: account.to_string(), status: status(account) }
        }
        ledger::Rejected::BalanceOverflow { account, .. } => {
            Rejected::BalanceOverflow { account: account.to_string() }
        }
        ledger::Rejected::InsufficientFunds { account, available, needed } => {
            Rejected::InsufficientFunds {
                account: account.to_string(),
                asset: available.asset(),
                available: available.decimal(),
                needed: needed.decimal(),
            }
        }
        ledger::Rejected::NoLegs
        | ledger::Rejected::TooManyLegs { .. }
        | ledger::Rejected::AmountZero { .. }
        | ledger::Rejected::AssetMismatch { .. }
        | ledger::Rejected::Unbalanced { .. }
        | ledger::Rejected::HoldExceeded { .. } => panic!("a decision made a wrong entry: {why}"),
    }
}
