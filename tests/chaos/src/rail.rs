//! The sandbox bank and the worker before it: instructions go out, events come in, and the way between
//! them loses, repeats, delays and reorders what it carries.
//!
//! Not the unit's worker, which is a thread: its steps, driven one by one. What the worker knows is
//! lost with the process; the bank has its file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use payments::bank::BankDetails;
use payments::command::{Command, RailNotice};
use payments::resources::{Instruction, InstructionState, Serves};
use rails::{
    Behaviour, CreditFacts, CreditRequest, Faults, Outcome, Rail, RailEvent, RailEventKind,
    SandboxBank, Submission,
};
use testkit::chance::Chance;
use testkit::desk::Desk;
use testkit::operation::{Action, Instructed, Money, Operation, Quotes, Says, Step, Who};

use crate::faults::Kind;
use crate::medium::Folder;
use crate::weather::Sky;

/// Keys of the worker's commands begin here, far from those that the generator counts.
const KEYS: u32 = 1_000_000;
/// Events read at once.
const PAGE: usize = 8;

/// The bank, its file, and the worker.
pub(crate) struct Bank {
    bank: Option<SandboxBank>,
    path: PathBuf,
    _folder: Folder,
    sky: Sky,
    /// The last event that was read, and how far that is kept.
    told: u64,
    kept: u64,
    /// The numbers of the worker's keys, by name.
    names: BTreeMap<String, u32>,
    /// What the bank's keys stand for.
    instructed: BTreeMap<String, Instructed>,
    /// The credits that the bank took: their numbers, and what was quoted.
    credits: BTreeMap<String, (u32, Quotes, Money)>,
}

impl Bank {
    pub(crate) fn new(desk: &Desk, sky: Sky, chance: &mut Chance) -> Self {
        let folder = Folder::new();
        let path = folder.root().join("bank.ndjson");
        let mut bank = SandboxBank::open(&path).unwrap();
        let mut part = || u32::try_from(chance.below(60_000)).unwrap();
        let faults = Faults {
            seed: 7,
            late_ppm: part(),
            never_ppm: part(),
            twice_ppm: part(),
            out_of_order_ppm: part(),
            returned_ppm: part(),
            rejected_ppm: part(),
            no_answer_ppm: part(),
        };
        bank.set_faults(&desk.platform.to_string(), faults).unwrap();
        Self {
            bank: Some(bank),
            path,
            _folder: folder,
            sky,
            told: 0,
            kept: 0,
            names: BTreeMap::new(),
            instructed: BTreeMap::new(),
            credits: BTreeMap::new(),
        }
    }

    fn bank(&mut self) -> &mut SandboxBank {
        self.bank.as_mut().unwrap()
    }

    /// The process starts again: the worker knows what it kept, the bank what is in its file.
    pub(crate) fn restart(&mut self) {
        self.told = self.kept;
        self.bank = None;
        self.bank = Some(SandboxBank::open(&self.path).unwrap());
    }

    /// Nothing of what was read waits to be told.
    pub(crate) fn keep(&mut self) {
        self.kept = self.told;
    }

    /// Does something with the bank; the answer is lost with the bank, if that ends in its write.
    fn written<R>(&mut self, work: impl FnOnce(&mut SandboxBank) -> R) -> Option<R> {
        let path = self.path.clone();
        let length = || std::fs::metadata(&path).unwrap().len();
        let before = length();
        let done = work(self.bank());
        let after = length();
        if after == before || !self.sky.strikes(Kind::RailFileTorn) {
            return Some(done);
        }
        let torn = {
            let chance = &mut self.sky.now().chance;
            u64::try_from(chance.between(0, u128::from(after - before - 1))).unwrap()
        };
        self.bank = None;
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_len(before + torn).unwrap();
        drop(file);
        let bank = SandboxBank::open(&path).unwrap();
        assert_eq!(bank.torn_bytes(), torn, "the bank drops what was torn, and nothing else");
        self.bank = Some(bank);
        None
    }

    /// Somebody pays into the platform's account at the bank.
    pub(crate) fn credit(&mut self, desk: &Desk, action: &Action) {
        let Action::Credit { quotes, amount: money, .. } = action else { return };
        let Command::RailNotice(RailNotice::Credit { amount, reference, payer, .. }) =
            desk.ids.command(action, 0)
        else {
            return;
        };
        let platform = desk.platform.to_string();
        let asset = amount.asset();
        let account = self.written(|bank| bank.collection_account(&platform, asset));
        let Some(Ok(collection_account)) = account else { return };
        let payer = to_rail(&payer);
        let request =
            CreditRequest { amount, reference, payer, collection_account, behaviour: None };
        // What the bank does not take never happened: nothing, or more than it can count.
        if let Some(Ok(id)) = self.written(|bank| bank.credit(&platform, &request)) {
            self.count(&id);
            let number = KEYS + u32::try_from(self.credits.len()).unwrap();
            self.credits.insert(id, (number, *quotes, *money));
        }
    }

    fn count(&mut self, key: &str) {
        let Some(known) = self.bank().outcome(key) else { return };
        let kind = match known.behaviour {
            Behaviour::SettleAtOnce => return,
            Behaviour::SettleLate { .. } => Kind::BankLate,
            Behaviour::SettleNever => Kind::BankNever,
            Behaviour::SettleTwice => Kind::BankTwice,
            Behaviour::OutOfOrder => Kind::BankOutOfOrder,
            Behaviour::Returned { .. } => Kind::BankReturned,
            Behaviour::Rejected { .. } => Kind::BankRejected,
            Behaviour::NoAnswer => Kind::BankNoAnswer,
        };
        self.sky.now().count(kind);
    }

    fn named(&mut self, name: &str, action: Action) -> Operation {
        let next = KEYS + u32::try_from(self.names.len()).unwrap();
        let key = *self.names.entry(name.to_owned()).or_insert(next);
        Operation { who: Who::Rail, key: Some(key), action }
    }

    /// Takes an instruction to the bank; what there is to tell the writer of it.
    pub(crate) fn submit(&mut self, desk: &Desk, instruction: &Instruction) -> Option<Operation> {
        let key = instruction.rail_key();
        let of = instructed(desk, instruction);
        self.instructed.insert(key.clone(), of);
        let sent = rails::Instruction {
            key: key.clone(),
            platform: desk.platform.to_string(),
            amount: instruction.amount,
            reference: instruction.reference.clone(),
            beneficiary: to_rail(&instruction.beneficiary),
            behaviour: None,
        };
        let answer = self.reach(&sent);
        let (word, says) = match answer {
            Submission::Accepted { .. } => ("accepted", Says::Accepted),
            Submission::Rejected { .. } => ("rejected", Says::Rejected),
            Submission::NoAnswer if instruction.state == InstructionState::Unknown => return None,
            Submission::NoAnswer => ("no_answer", Says::NoAnswer),
        };
        Some(self.named(&format!("rail:{key}:{word}"), Action::RailSays { of, says }))
    }

    fn reach(&mut self, sent: &rails::Instruction) -> Submission {
        if self.sky.strikes(Kind::RailUnreached) {
            return Submission::NoAnswer;
        }
        let is_new = self.bank().outcome(&sent.key).is_none();
        let answer = self.written(|bank| bank.submit(sent)).unwrap_or(Submission::NoAnswer);
        if is_new {
            self.count(&sent.key);
        }
        if self.sky.strikes(Kind::RailSentTwice) {
            let again = self.written(|bank| bank.submit(sent)).unwrap_or(Submission::NoAnswer);
            let stands = [&answer, &again].contains(&&Submission::NoAnswer) || answer == again;
            assert!(stands, "the bank said {answer:?}, then {again:?} to {sent:?}");
        }
        if self.sky.strikes(Kind::RailAnswerLost) { Submission::NoAnswer } else { answer }
    }

    /// Tells the bank the platform's time, and reads what it has to tell.
    pub(crate) fn events(&mut self, desk: &Desk, business: i64) -> Vec<Operation> {
        let platform = desk.platform.to_string();
        if let Some(advanced) = self.written(|bank| bank.advance(&platform, business)) {
            advanced.unwrap();
        }
        if self.sky.strikes(Kind::RailLate) {
            return Vec::new();
        }
        if self.told > 0 && self.sky.strikes(Kind::RailToldAgain) {
            let chance = &mut self.sky.now().chance;
            self.told -= u64::try_from(chance.between(1, u128::from(self.told.min(5)))).unwrap();
        }
        let told = self.told;
        let mut events = self.bank().events(told, PAGE).unwrap();
        self.told = events.last().map_or(self.told, |last| last.number);
        if events.len() > 1 && self.sky.strikes(Kind::RailOutOfOrder) {
            let chance = &mut self.sky.now().chance;
            for place in 1..events.len() {
                events.swap(place, chance.below(place + 1));
            }
        }
        events.iter().filter_map(|event| self.told(event)).collect()
    }

    fn told(&mut self, event: &RailEvent) -> Option<Operation> {
        let action = match &event.kind {
            RailEventKind::CreditNotified(facts) => self.credited(facts, Step::Notified)?,
            RailEventKind::CreditBooked(facts) => self.credited(facts, Step::Booked)?,
            RailEventKind::PayoutSettled { key, .. } => self.said(key, Says::Settled),
            RailEventKind::PayoutBooked { key, .. } => self.said(key, Says::Booked),
            RailEventKind::PayoutRejected { key, .. } => self.said(key, Says::Failed),
            RailEventKind::PayoutReturned { key, .. } => self.said(key, Says::Returned),
        };
        Some(self.named(&format!("rail:{}", event.id), action))
    }

    fn said(&self, key: &str, says: Says) -> Action {
        let of = self.instructed.get(key);
        let of = *of.unwrap_or_else(|| panic!("the bank tells of {key}, which nobody sent"));
        Action::RailSays { of, says }
    }

    fn credited(&self, facts: &CreditFacts, step: Step) -> Option<Action> {
        let (number, quotes, amount) = *self.credits.get(&facts.bank_id)?;
        Some(Action::Credit { number, quotes, amount, step })
    }

    /// The bank behaves from now on, and settles what it would never have.
    pub(crate) fn settle_all(&mut self, desk: &Desk) {
        let platform = desk.platform.to_string();
        self.bank().set_faults(&platform, Faults::default()).unwrap();
        for known in self.bank().waiting(&platform, usize::MAX) {
            let key = known.key.unwrap_or(known.bank_id);
            self.bank().decide(&platform, &key, Outcome::Settle).unwrap();
        }
    }
}

/// What an instruction is for, by its slot.
pub(crate) fn instructed(desk: &Desk, instruction: &Instruction) -> Instructed {
    let slot = |list: &[String], id: String| list.iter().position(|known| *known == id).unwrap();
    match instruction.serves {
        Serves::Payout(id) | Serves::Return(id) => {
            let slot = slot(&desk.ids.transactions, id.to_string());
            Instructed::Transaction(slot, instruction.attempt().number)
        }
        Serves::Refund(id) => Instructed::Refund(slot(&desk.ids.refunds, id.to_string())),
    }
}

fn to_rail(details: &BankDetails) -> rails::BankDetails {
    match details.clone() {
        BankDetails::Uk { holder, sort_code, account_number } => {
            rails::BankDetails::Uk { holder, sort_code, account_number }
        }
        BankDetails::Iban { holder, iban } => rails::BankDetails::Iban { holder, iban },
    }
}
