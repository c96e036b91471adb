//! Resources by chance: one of every kind, new or changed, as sound as the constraints ask.

use ledger::{AccountId, Chart, Counters, Direction, PlatformId, Standing, TransactionId};
use money::Amount;
use payments::audit::Touched;
use payments::bank::BankDetails;
use payments::command::FeeReturn;
use payments::ids::{
    BankAccountId, CustomerId, EventId, HoldId, KeyId, PersonId, RefundId, RoleId,
};
use payments::meta::{Labels, Meta};
use payments::resources::{
    Account, ApiKey, BankAccount, Bearer, Capability, Customer, CustomerKind, EarlierAttempt, Fee,
    Hold, Instruction, InstructionState, Name, NameCheck, Outcome, Person, Platform, RailSide,
    Refund, RefundLeg, Reserved, Role, Serves, Share, Transaction, TransactionKind, Window,
};
use payments::states::{
    AccountStatus, BankAccountStatus, CustomerStatus, HoldStatus, KeyStatus, Machine, PersonStatus,
    PlatformStatus, RefundStatus, RoleStatus, TransactionStatus,
};
use payments::{Key, Kind, NameKind, Resource, mint_at};

use super::world::Draft;

impl Draft {
    /// Makes or changes one resource by chance; says so in `touched`, unless chance forgets it.
    pub(super) fn act(&mut self, platform: PlatformId, touched: &mut Vec<Touched>) {
        if self.after.chance.one_in(2) {
            if let Some(resource) = self.change(platform) {
                self.put(platform, resource, touched);
            }
            return;
        }
        let made = match self.after.chance.below(18) {
            0 => Some(self.platform_resource(platform)),
            1 => Some(self.api_key()),
            2 => Some(self.role()),
            3 => Some(self.customer()),
            4 => self.person(platform),
            5 | 6 => self.account(platform),
            7 => self.bank_account(platform),
            8 | 9 => self.transaction(platform),
            10 => self.hold(platform),
            11 => self.refund(platform),
            12 => self.instruction(platform),
            13 => self.window(platform),
            14..17 => self.account(platform),
            _ => Some(self.name()),
        };
        if let Some(resource) = made {
            self.put(platform, resource, touched);
        }
    }

    fn put(&mut self, platform: PlatformId, resource: Resource, touched: &mut Vec<Touched>) {
        let key = (platform, resource.key());
        let before = self.after.resources.insert(key, resource.clone());
        self.batch.resources.retain(|(of, it)| (*of, it.key()) != (platform, resource.key()));
        self.batch.resources.push((platform, resource.clone()));
        let Some(visible) = resource.visible() else { return };
        if self.after.chance.one_in(8) {
            return;
        }
        let from = before.as_ref().and_then(Resource::visible).map(|it| it.status.to_owned());
        touched.push(Touched {
            event: EventId::from_bytes(self.mint(platform)),
            kind: visible.kind,
            id: visible.id,
            version: visible.meta.version,
            from,
            to: visible.status.to_owned(),
        });
    }

    pub(super) fn mint(&mut self, platform: PlatformId) -> [u8; 16] {
        self.minted += 1;
        mint_at(platform, self.after.now, self.minted)
    }

    /// Some id that is new: ids of resources are not told apart by their platform here.
    fn id(&mut self) -> [u8; 16] {
        let tail = PlatformId::from_bytes(self.after.chance.bytes());
        self.mint(tail)
    }

    fn meta(&mut self) -> Meta {
        let tags = (0..self.after.chance.below(3)).map(|_| self.after.chance.word()).collect();
        let labels = Labels { external_id: None, tags, ..Labels::default() };
        Meta::new(labels, self.after.now)
    }

    fn some_customer(&mut self, platform: PlatformId) -> Option<CustomerId> {
        self.after.some(
            platform,
            |it| {
                if let Resource::Customer(it) = it { Some(it.id) } else { None }
            },
        )
    }

    fn some_account(&mut self, platform: PlatformId) -> Option<AccountId> {
        self.after.some(platform, |it| {
            if let Resource::Account(it) = it { Some(it.ledger.id) } else { None }
        })
    }

    fn some_transaction(&mut self, platform: PlatformId) -> Option<Transaction> {
        self.after.some(platform, |it| {
            if let Resource::Transaction(it) = it { Some(it.clone()) } else { None }
        })
    }

    fn amount(&mut self) -> Option<Amount> {
        let asset = self.after.asset()?;
        Amount::new(self.after.chance.minor(), asset).ok()
    }

    fn platform_resource(&mut self, id: PlatformId) -> Resource {
        Resource::Platform(Platform {
            id,
            meta: self.meta(),
            name: self.after.chance.word(),
            status: PlatformStatus::Active,
            customer: CustomerId::from_bytes(self.id()),
            default_role: RoleId::from_bytes(self.id()),
            accounts: Vec::new(),
            clock_offset_micros: 0,
        })
    }

    fn api_key(&mut self) -> Resource {
        Resource::ApiKey(ApiKey {
            id: KeyId::from_bytes(self.id()),
            meta: self.meta(),
            name: self.after.chance.word(),
            secret_hash: self.after.chance.bytes(),
            scopes: vec![self.after.chance.word()],
            expires_at: self.after.chance.one_in(2).then_some(self.after.now),
            replaced_by: None,
            status: KeyStatus::Active,
        })
    }

    fn role(&mut self) -> Resource {
        Resource::Role(Role {
            id: RoleId::from_bytes(self.id()),
            meta: self.meta(),
            name: self.after.chance.word(),
            revision: 1,
            kinds: vec![CustomerKind::Individual],
            capabilities: vec![Capability::HoldFunds],
            fees: Vec::new(),
            limits: Vec::new(),
            review_required: self.after.chance.one_in(2),
            status: RoleStatus::Draft,
        })
    }

    fn customer(&mut self) -> Resource {
        Resource::Customer(Customer {
            id: CustomerId::from_bytes(self.id()),
            meta: self.meta(),
            kind: self.after.chance.pick_or(CustomerKind::ALL, CustomerKind::Individual),
            name: self.after.chance.word(),
            email: self.after.chance.maybe_word(),
            role: RoleId::from_bytes(self.id()),
            status: CustomerStatus::Draft,
            persons: Vec::new(),
            accounts_open: 0,
            is_platform: self.after.chance.one_in(5),
        })
    }

    fn person(&mut self, platform: PlatformId) -> Option<Resource> {
        Some(Resource::Person(Person {
            id: PersonId::from_bytes(self.id()),
            meta: self.meta(),
            customer: self.some_customer(platform)?,
            name: self.after.chance.word(),
            roles: Vec::new(),
            status: PersonStatus::Unverified,
        }))
    }

    fn account(&mut self, platform: PlatformId) -> Option<Resource> {
        let ledger = ledger::Account {
            id: AccountId::from_bytes(self.id()),
            asset: self.after.asset()?,
            chart: self.after.chance.pick_or(Chart::all(), Chart::Customer),
            standing: Standing::Open,
            credit_limit: if self.after.chance.one_in(4) { self.after.chance.minor() } else { 0 },
            counters: Counters::default(),
            version: 0,
        };
        Some(Resource::Account(Account {
            ledger,
            meta: self.meta(),
            customer: self.some_customer(platform),
            name: self.after.chance.word(),
            status: AccountStatus::Open,
            reference: self.after.chance.word(),
        }))
    }

    fn details(&mut self) -> BankDetails {
        BankDetails::Uk {
            holder: self.after.chance.word(),
            sort_code: "010203".to_owned(),
            account_number: "12345678".to_owned(),
        }
    }

    fn bank_account(&mut self, platform: PlatformId) -> Option<Resource> {
        Some(Resource::BankAccount(BankAccount {
            id: BankAccountId::from_bytes(self.id()),
            meta: self.meta(),
            customer: self.some_customer(platform)?,
            details: self.details(),
            name_check: NameCheck::CloseMatch,
            status: BankAccountStatus::Unverified,
        }))
    }

    fn shares(&mut self, platform: PlatformId) -> Vec<Share> {
        let accounts = (0..self.after.chance.below(3)).filter_map(|_| self.some_account(platform));
        accounts
            .map(|account| Share { account, gross: 5, fee: 1, returned: 0, fee_returned: 0 })
            .collect()
    }

    /// A transaction, and, if it has an external id, that name.
    fn transaction(&mut self, platform: PlatformId) -> Option<Resource> {
        let id = TransactionId::from_bytes(self.id());
        let mut meta = self.meta();
        if self.after.chance.one_in(2) {
            let text = format!("order {} {}", self.after.position, self.minted);
            let kind = NameKind::ExternalId(Kind::Transaction);
            let name = Name { kind, text: text.clone(), target: *id.as_bytes() };
            self.put(platform, Resource::Name(name), &mut Vec::new());
            meta.external_id = Some(text);
        }
        let amount = self.amount()?;
        let captured = amount.minor();
        let rail = RailSide {
            details: self.details(),
            bank_account: None,
            bank_id: self.after.chance.maybe_word(),
            outcome: Outcome::Unknown,
            booked: false,
        };
        let transaction = Transaction {
            id,
            meta,
            kind: self.after.chance.pick_or(TransactionKind::ALL, TransactionKind::Internal),
            status: self.after.chance.pick_or(TransactionStatus::ALL, TransactionStatus::Created),
            amount,
            payer: self.some_account(platform),
            shares: self.shares(platform),
            fee: Fee { minor: 3, bearer: Bearer::Payees, returned: 0, returned_for: 0 },
            captured,
            refunded: if self.after.chance.one_in(2) { captured } else { 0 },
            reference: self.after.chance.word(),
            description: self.after.chance.maybe_word(),
            rail: self.after.chance.one_in(2).then_some(rail),
            hold: None,
            transition_no: 0,
            effective_at: self.after.now,
            value_date: 20_000,
            counted_at: self.after.now,
        };
        Some(Resource::Transaction(transaction))
    }

    fn hold(&mut self, platform: PlatformId) -> Option<Resource> {
        let transaction = self.some_transaction(platform)?;
        let account = self.some_account(platform)?;
        let reserved = Reserved { account, direction: Direction::Debit, minor: 5 };
        let lasts = i64::try_from(self.after.chance.below(20_000_000)).unwrap_or(0);
        Some(Resource::Hold(Hold {
            id: HoldId::from_bytes(self.id()),
            meta: self.meta(),
            transaction: transaction.id,
            amount: transaction.amount,
            posted: 0,
            expires_at: self.after.now.checked_add_micros(lasts)?,
            reserved: vec![reserved],
            status: HoldStatus::Active,
        }))
    }

    fn refund(&mut self, platform: PlatformId) -> Option<Resource> {
        let transaction = self.some_transaction(platform)?;
        let legs = self.some_account(platform).map(|account| RefundLeg { account, minor: 1 });
        Some(Resource::Refund(Refund {
            id: RefundId::from_bytes(self.id()),
            meta: self.meta(),
            transaction: transaction.id,
            amount: transaction.amount,
            legs: legs.into_iter().collect(),
            fee_returned: self.after.chance.minor(),
            fees: FeeReturn::Kept,
            reason: self.after.chance.maybe_word(),
            rail: None,
            status: RefundStatus::Submitted,
        }))
    }

    fn instruction(&mut self, platform: PlatformId) -> Option<Resource> {
        let transaction = self.some_transaction(platform)?;
        const STATES: &[InstructionState] = &[
            InstructionState::Written,
            InstructionState::Unknown,
            InstructionState::Accepted,
            InstructionState::Done,
        ];
        let attempts = 0..self.after.chance.below(3);
        let earlier =
            attempts.map(|at| EarlierAttempt { booked: at == 0, returned: true }).collect();
        Some(Resource::Instruction(Instruction {
            id: *transaction.id.as_bytes(),
            serves: Serves::Payout(transaction.id),
            amount: transaction.amount,
            reference: self.after.chance.word(),
            beneficiary: self.details(),
            behaviour: None,
            state: self.after.chance.pick_or(STATES, InstructionState::Written),
            bank_id: self.after.chance.maybe_word(),
            booked: false,
            returned: false,
            earlier,
        }))
    }

    fn window(&mut self, platform: PlatformId) -> Option<Resource> {
        let (customer, asset) = (self.some_customer(platform)?, self.after.asset()?);
        let capability = self.after.chance.pick_or(Capability::ALL, Capability::HoldFunds);
        let key = (platform, Key::Window(customer, capability, asset));
        let mut window = match self.after.resources.get(&key) {
            Some(Resource::Window(window)) => window.clone(),
            Some(_) | None => Window::new(customer, capability, asset),
        };
        window.add(self.after.now, self.after.chance.minor() / 1_000_000);
        Some(Resource::Window(window))
    }

    fn name(&mut self) -> Resource {
        const KINDS: &[NameKind] = &[
            NameKind::ExternalId(Kind::Customer),
            NameKind::AccountReference,
            NameKind::PaymentReference,
            NameKind::BankCredit,
            NameKind::RoleName,
        ];
        let kind = self.after.chance.pick_or(KINDS, NameKind::RoleName);
        Resource::Name(Name { kind, text: self.after.chance.word(), target: self.id() })
    }

    /// Changes some resource of the platform, in ways that the constraints allow.
    fn change(&mut self, platform: PlatformId) -> Option<Resource> {
        let mut resource = self.after.some(platform, |it| it.visible().map(|_| it.clone()))?;
        match &mut resource {
            Resource::Platform(it) => it.status = PlatformStatus::Suspended,
            Resource::ApiKey(it) => it.status = KeyStatus::Revoked,
            Resource::Role(it) => it.status = RoleStatus::Published,
            Resource::Customer(it) => {
                it.status = self.after.chance.pick_or(CustomerStatus::ALL, it.status);
            }
            Resource::Person(it) => it.status = PersonStatus::Verified,
            Resource::Account(it) => {
                it.status = self.after.chance.pick_or(AccountStatus::ALL, it.status);
            }
            Resource::BankAccount(it) => it.status = BankAccountStatus::Verified,
            Resource::Transaction(it) => {
                it.status = self.after.chance.pick_or(TransactionStatus::ALL, it.status);
                it.shares = self.shares(platform);
            }
            Resource::Hold(it) if it.status == HoldStatus::Active => {
                it.status = HoldStatus::Posted;
                it.posted = it.amount.minor();
            }
            Resource::Refund(it) => it.status = RefundStatus::Settled,
            Resource::Hold(_)
            | Resource::Instruction(_)
            | Resource::Window(_)
            | Resource::Name(_) => {}
        }
        let tags = (0..self.after.chance.below(3)).map(|_| self.after.chance.word()).collect();
        let now = self.after.now;
        if let Some(meta) = resource.meta_mut() {
            meta.tags = tags;
            meta.touch(now);
        }
        Some(resource)
    }
}
