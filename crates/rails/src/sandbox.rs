//! The sandbox bank: takes payouts and credits, and lets them settle late, twice, never or back.
//!
//! Part of the product, never of a live store. No clock: a platform's payments stand still until
//! [`SandboxBank::advance`] tells the business time. No chance but the recorded seeds. Every change
//! is on disk before it is answered; the memory follows the file.
//!
//! Start at [`SandboxBank::open`]; every no is in [`Refused`]. Requests with a key: see `ask.rs`.

use std::path::Path;

use money::{Amount, Asset};

use crate::bank_file::BankFile;
use crate::behaviour::is_reason;
use crate::checks::{
    check_credit_behaviour, check_decision, check_key, check_payment, check_platform,
    is_same_payment,
};
use crate::details::account_number;
use crate::limits::{
    ACCOUNT_PROBES_MAX, ACCOUNTS_PER_PLATFORM_MAX, EVENTS_PAGE_MAX, EVENTS_PER_PAYMENT_MAX,
    PAYMENTS_MAX, PAYMENTS_PER_PLATFORM_MAX, PLANNED_PER_PLATFORM_MAX, PLATFORMS_MAX, TURNOVER_MAX,
    WAITING_PAGE_MAX,
};
use crate::record::Record;
use crate::state::{PaymentRef, State};
use crate::views::Known;
use crate::{
    Asked, BankDetails, BankError, Behaviour, ChosenBy, CreditRequest, Faults, Instruction,
    OpenFault, Outcome, Rail, RailEvent, RailFault, Refused, Submission,
};

/// A simulated bank with a file of its own.
#[derive(Debug)]
pub struct SandboxBank {
    pub(crate) state: State,
    pub(crate) file: BankFile,
}

impl SandboxBank {
    /// Opens the bank on the file at `path`, which is created if it is missing, and locks it.
    ///
    /// # Errors
    ///
    /// The first [`OpenFault`] that holds. A torn last line is none: see [`Self::torn_bytes`].
    pub fn open(path: &Path) -> Result<Self, OpenFault> {
        let mut state = State::default();
        let file = BankFile::open(path, |record| state.apply(record))?;
        Ok(Self { state, file })
    }

    /// Bytes of a torn last line, never answered to anybody, that opening dropped.
    pub const fn torn_bytes(&self) -> u64 {
        self.file.torn_bytes()
    }

    /// The number of the latest event; 0 before the first.
    pub fn last_number(&self) -> u64 {
        u64::try_from(self.state.delivered.len()).unwrap_or(u64::MAX)
    }

    /// Whether a write failed with an unknown outcome: the bank must be opened again.
    pub const fn is_stopped(&self) -> bool {
        self.file.is_stopped()
    }

    /// The platform's collection account for `asset`; opened when it is first asked for.
    ///
    /// # Errors
    ///
    /// [`Refused`] where an id or a limit forbids it, [`RailFault`] where the file failed.
    pub fn collection_account(
        &mut self,
        platform: &str,
        asset: Asset,
    ) -> Result<BankDetails, BankError> {
        check_platform(platform)?;
        if let Some(known) = self.state.platforms.get(platform) {
            if let Some(account) = known.accounts.get(&asset) {
                return Ok(account.clone());
            }
            if known.accounts.len() >= ACCOUNTS_PER_PLATFORM_MAX {
                return Err(Refused::AccountsFull.into());
            }
        }
        self.check_platform_fits(platform)?;
        let account = self.free_account(platform, asset).ok_or(Refused::AccountsFull)?;
        self.commit(Record::AccountOpened {
            platform: platform.to_owned(),
            asset,
            account: account.clone(),
        })?;
        Ok(account)
    }

    /// Money arrives for a collection account; returns the bank's id of the credit.
    ///
    /// Its events come with the platform's next [`Self::advance`].
    ///
    /// # Errors
    ///
    /// The first [`Refused`] that holds, or the [`RailFault`] that kept the file from being written.
    pub fn credit(&mut self, platform: &str, request: &CreditRequest) -> Result<String, BankError> {
        self.credit_with(platform, None, request)
    }

    /// Moves the platform's clock to `business_now_micros` (microseconds since the epoch) and
    /// releases what is due; returns how many events that made.
    ///
    /// A clock that does not move forward stays where it is; what arrived since is taken up then.
    ///
    /// # Errors
    ///
    /// The [`RailFault`] that kept the file from being written; nothing was released then.
    pub fn advance(
        &mut self,
        platform: &str,
        business_now_micros: i64,
    ) -> Result<usize, RailFault> {
        let Some(known) = self.state.platforms.get(platform) else {
            return Ok(0);
        };
        let now_micros = known
            .clock_micros
            .map_or(business_now_micros, |clock_micros| clock_micros.max(business_now_micros));
        if !known.is_moved_by(now_micros) {
            return Ok(0);
        }
        let before = self.state.delivered.len();
        self.commit(Record::Advanced { platform: platform.to_owned(), now_micros })?;
        Ok(self.state.delivered.len() - before)
    }

    /// Forces what becomes of a payment; `key` is an instruction's key or a bank id.
    ///
    /// Whatever was planned for it is forgotten; what is decided comes with the next advance, and
    /// until then another decision may replace it.
    ///
    /// # Errors
    ///
    /// The first [`Refused`] that holds, or the [`RailFault`] that kept the file from being written.
    pub fn decide(&mut self, platform: &str, key: &str, outcome: Outcome) -> Result<(), BankError> {
        self.decide_with(platform, None, (key, outcome))
    }

    pub(crate) fn decide_with(
        &mut self,
        platform: &str,
        asked: Option<Asked>,
        (key, outcome): (&str, Outcome),
    ) -> Result<(), BankError> {
        let reason_fits = match &outcome {
            Outcome::Settle => true,
            Outcome::Return { reason } | Outcome::Reject { reason } => is_reason(reason),
        };
        if !reason_fits {
            return Err(Refused::ReasonInvalid.into());
        }
        let unknown = || Refused::PaymentUnknown { key: key.to_owned() };
        let payment = self.state.payment_of(key).ok_or_else(unknown)?;
        let known = self.state.known(payment);
        if known.platform != platform {
            return Err(unknown().into());
        }
        check_decision(payment, known.standing, &outcome)?;
        self.check_plan_fits(platform)?;
        self.commit(Record::Decided { bank_id: known.bank_id, outcome, asked })?;
        Ok(())
    }

    /// What the bank knows of a payment; `key` is an instruction's key or a bank id.
    pub fn outcome(&self, key: &str) -> Option<Known> {
        self.state.payment_of(key).map(|payment| self.state.known(payment))
    }

    /// The platform's payments that have not settled, payouts first, oldest first, at most `limit`.
    pub fn waiting(&self, platform: &str, limit: usize) -> Vec<Known> {
        let known = self.state.platforms.get(platform);
        let waiting = known.into_iter().flat_map(|platform| &platform.waiting);
        let page = waiting.take(limit.min(WAITING_PAGE_MAX));
        page.map(|payment| self.state.known(*payment)).collect()
    }

    /// Replaces how often the platform's payments go wrong; the draws start again from the seed.
    ///
    /// # Errors
    ///
    /// The first [`Refused`] that holds, or the [`RailFault`] that kept the file from being written.
    pub fn set_faults(&mut self, platform: &str, faults: Faults) -> Result<(), BankError> {
        self.set_faults_with(platform, None, faults)
    }

    pub(crate) fn set_faults_with(
        &mut self,
        platform: &str,
        asked: Option<Asked>,
        faults: Faults,
    ) -> Result<(), BankError> {
        check_platform(platform)?;
        if !faults.is_within_whole() {
            return Err(Refused::FaultsAboveWhole { sum_ppm: faults.sum_ppm() }.into());
        }
        self.check_platform_fits(platform)?;
        self.commit(Record::FaultsSet { platform: platform.to_owned(), faults, asked })?;
        Ok(())
    }

    /// The platform's faults, if some were set since its last reset.
    pub fn faults(&self, platform: &str) -> Option<Faults> {
        self.state.platforms.get(platform)?.faults
    }

    /// Removes the platform's planned events and its faults.
    ///
    /// What waited is dropped: its key is known for ever, but only [`Self::decide`] settles it.
    /// Accounts, the clock and the events that were released stay; numbers go on.
    ///
    /// # Errors
    ///
    /// The [`RailFault`] that kept the file from being written.
    pub fn reset(&mut self, platform: &str) -> Result<(), RailFault> {
        self.reset_with(platform, None)
    }

    pub(crate) fn reset_with(
        &mut self,
        platform: &str,
        asked: Option<Asked>,
    ) -> Result<(), RailFault> {
        let known = self.state.platforms.get(platform);
        if known.is_some_and(|known| !known.is_reset()) {
            return self.commit(Record::Reset { platform: platform.to_owned(), asked });
        }
        match asked {
            Some(asked) => self.commit(Record::NothingChanged { asked, refused: None }),
            None => Ok(()),
        }
    }

    pub(crate) fn credit_with(
        &mut self,
        platform: &str,
        asked: Option<Asked>,
        request: &CreditRequest,
    ) -> Result<String, BankError> {
        check_platform(platform)?;
        check_payment(request.amount, &request.reference, &request.payer)?;
        if let Some(behaviour) = &request.behaviour {
            check_credit_behaviour(behaviour)?;
        }
        let account = self.collection_account_named(platform, &request.collection_account);
        let request = CreditRequest {
            collection_account: account.ok_or(Refused::CollectionAccountUnknown)?,
            ..request.clone()
        };
        self.check_payment_fits(platform)?;
        self.check_turnover(platform, request.amount)?;
        let (behaviour, chosen_by) = self.choose(platform, request.behaviour.as_ref(), None);
        let behaviour =
            if behaviour.is_for_credits() { behaviour } else { Behaviour::SettleAtOnce };
        let bank_id = PaymentRef::Credit(self.state.credits.len()).bank_id();
        let platform = platform.to_owned();
        self.commit(Record::CreditTaken { platform, asked, request, behaviour, chosen_by })?;
        Ok(bank_id)
    }

    fn check_turnover(&self, platform: &str, amount: Amount) -> Result<(), Refused> {
        let known = self.state.platforms.get(platform);
        let total = known.map_or(amount.minor(), |known| known.turnover_with(amount));
        if total > TURNOVER_MAX { Err(Refused::TurnoverFull) } else { Ok(()) }
    }

    fn take_payout(&mut self, instruction: &Instruction) -> Result<Submission, BankError> {
        check_platform(&instruction.platform)?;
        check_key(&instruction.key)?;
        check_payment(instruction.amount, &instruction.reference, &instruction.beneficiary)?;
        if instruction.behaviour.as_ref().is_some_and(|behaviour| !behaviour.is_well_formed()) {
            return Err(Refused::ReasonInvalid.into());
        }
        self.check_payment_fits(&instruction.platform)?;
        let (behaviour, chosen_by) = self.choose(
            &instruction.platform,
            instruction.behaviour.as_ref(),
            Behaviour::of_beneficiary(&instruction.beneficiary),
        );
        let bank_id = PaymentRef::Payout(self.state.payouts.len()).bank_id();
        let answer = match &behaviour {
            Behaviour::Rejected { reason } => Submission::Rejected { reason: reason.clone() },
            Behaviour::NoAnswer => Submission::NoAnswer,
            Behaviour::SettleAtOnce
            | Behaviour::SettleLate { .. }
            | Behaviour::SettleNever
            | Behaviour::SettleTwice
            | Behaviour::OutOfOrder
            | Behaviour::Returned { .. } => Submission::Accepted { bank_id },
        };
        let instruction = instruction.clone();
        self.commit(Record::PayoutTaken { instruction, behaviour, chosen_by })?;
        Ok(answer)
    }

    /// The answer to a key that is known. A different instruction under it gets none: whichever
    /// answer it got could be taken for evidence about money that did not move.
    fn answer_again(&self, index: usize, instruction: &Instruction) -> Submission {
        let known = &self.state.payouts[index];
        if !is_same_payment(&known.instruction, instruction) {
            return Submission::NoAnswer;
        }
        match &known.behaviour {
            Behaviour::Rejected { reason } => Submission::Rejected { reason: reason.clone() },
            Behaviour::SettleAtOnce
            | Behaviour::SettleLate { .. }
            | Behaviour::SettleNever
            | Behaviour::SettleTwice
            | Behaviour::OutOfOrder
            | Behaviour::Returned { .. }
            | Behaviour::NoAnswer => {
                Submission::Accepted { bank_id: PaymentRef::Payout(index).bank_id() }
            }
        }
    }

    fn choose(
        &self,
        platform: &str,
        asked: Option<&Behaviour>,
        magic: Option<Behaviour>,
    ) -> (Behaviour, ChosenBy) {
        if let Some(behaviour) = asked {
            return (behaviour.clone(), ChosenBy::Payment);
        }
        if let Some(behaviour) = magic {
            return (behaviour, ChosenBy::MagicNumber);
        }
        let known = self.state.platforms.get(platform);
        match known.and_then(|known| known.faults.map(|faults| (faults, known.draws))) {
            Some((faults, draws)) => (faults.draw(draws), ChosenBy::Faults),
            None => (Behaviour::default(), ChosenBy::Default),
        }
    }

    /// The account `details` name, as the bank itself writes it.
    fn collection_account_named(
        &self,
        platform: &str,
        details: &BankDetails,
    ) -> Option<BankDetails> {
        let accounts = &self.state.platforms.get(platform)?.accounts;
        accounts.values().find(|account| account.is_same_account(details)).cloned()
    }

    /// The first account, of those that platform and asset lead to, that nobody has.
    fn free_account(&self, platform: &str, asset: Asset) -> Option<BankDetails> {
        (0..ACCOUNT_PROBES_MAX).find_map(|probe| {
            let number = account_number(platform, asset, probe);
            if self.state.account_numbers.contains(&number) {
                return None;
            }
            let (sort_code, account_number) = number;
            let holder = format!("Client money {platform}");
            Some(BankDetails::Uk { holder, sort_code, account_number })
        })
    }

    fn check_platform_fits(&self, platform: &str) -> Result<(), Refused> {
        let platforms = &self.state.platforms;
        if !platforms.contains_key(platform) && platforms.len() >= PLATFORMS_MAX {
            return Err(Refused::PlatformsFull);
        }
        Ok(())
    }

    fn check_payment_fits(&self, platform: &str) -> Result<(), Refused> {
        self.check_platform_fits(platform)?;
        let payments = self.state.payouts.len() + self.state.credits.len();
        let of_platform = self.state.platforms.get(platform).map_or(0, |known| known.payments);
        if of_platform >= PAYMENTS_PER_PLATFORM_MAX || payments >= PAYMENTS_MAX {
            return Err(Refused::PaymentsFull);
        }
        self.check_plan_fits(platform)
    }

    fn check_plan_fits(&self, platform: &str) -> Result<(), Refused> {
        let planned = self.state.platforms.get(platform).map_or(0, |known| known.planned_len());
        if planned > PLANNED_PER_PLATFORM_MAX - EVENTS_PER_PAYMENT_MAX {
            return Err(Refused::PlannedFull);
        }
        Ok(())
    }

    /// Writes `record`, then remembers it.
    pub(crate) fn commit(&mut self, record: Record) -> Result<(), RailFault> {
        self.file.append(&record)?;
        self.state.apply(record).map_err(|_| {
            self.file.stop();
            RailFault::Stopped
        })
    }
}

impl Rail for SandboxBank {
    fn submit(&mut self, instruction: &Instruction) -> Submission {
        if let Some(index) = self.state.payout_keys.get(&instruction.key) {
            return self.answer_again(*index, instruction);
        }
        match self.take_payout(instruction) {
            Ok(answer) => answer,
            Err(error) if error.is_retryable() => Submission::NoAnswer,
            Err(BankError::Refused(refused)) => {
                Submission::Rejected { reason: refused.code().to_owned() }
            }
            Err(BankError::Fault(_)) => Submission::NoAnswer,
        }
    }

    fn events(&mut self, after: u64, limit: usize) -> Result<Vec<RailEvent>, RailFault> {
        let page = (after.saturating_add(1)..=u64::MAX).take(limit.min(EVENTS_PAGE_MAX));
        Ok(page.map_while(|number| self.state.event(number)).collect())
    }
}
