//! Requests that have a key: each is done once, and its answer stands, whatever restarts between.
//!
//! The key stands in the same line of the file as the change, so there is never one without the
//! other; what was refused for good has a line of its own. Not kept: a refusal that may turn out
//! otherwise later, and a fault.
//!
//! Start at [`SandboxBank::ask`].

use serde::{Deserialize, Serialize};

use crate::checks::check_asked;
use crate::limits::REQUESTS_MAX;
use crate::record::Record;
use crate::state::{Kept, PaymentRef};
use crate::{BankError, CreditRequest, Faults, Known, Outcome, RailFault, Refused, SandboxBank};

/// Names a request for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose keys these are.
    pub scope: String,
    /// Names one request among those of its scope.
    pub key: String,
    /// The same request has the same; another one under the same key is refused.
    pub fingerprint: String,
}

/// What a caller may ask of the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// As [`SandboxBank::credit`].
    Credit(Box<CreditRequest>),
    /// As [`SandboxBank::decide`].
    Decide {
        /// An instruction's key or a bank id.
        payment: String,
        /// What becomes of it.
        outcome: Outcome,
    },
    /// As [`SandboxBank::set_faults`].
    SetFaults(Faults),
    /// As [`SandboxBank::reset`].
    Reset,
}

/// What a [`Request`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Money arrived.
    Credited {
        /// The bank's id of the credit.
        bank_id: String,
        /// The credit, its collection account as the bank writes it.
        request: Box<CreditRequest>,
    },
    /// A payment was decided: as it stood right after, before the next advance.
    Decided(Box<Known>),
    /// The faults were replaced by these.
    FaultsSet(Faults),
    /// Nothing is planned, and no faults are set.
    Reset,
}

/// The answer to a [`Request`] with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What it came to, the same every time.
    pub outcome: Result<Done, Refused>,
    /// Whether it was given before.
    pub again: bool,
}

impl SandboxBank {
    /// The answer that `asked` had already; under another fingerprint, [`Refused::KeyReused`].
    fn answered(&self, asked: &Asked) -> Option<Answered> {
        let given = self.state.requests.get(&(asked.scope.clone(), asked.key.clone()))?;
        if given.fingerprint != asked.fingerprint {
            return Some(Answered { outcome: Err(Refused::KeyReused), again: false });
        }
        let outcome = match &given.kept {
            Kept::Credited(index) => {
                let bank_id = PaymentRef::Credit(*index).bank_id();
                let request = Box::new(self.state.credits[*index].request.clone());
                Ok(Done::Credited { bank_id, request })
            }
            Kept::Decided(known) => Ok(Done::Decided(known.clone())),
            Kept::FaultsSet(faults) => Ok(Done::FaultsSet(*faults)),
            Kept::Reset => Ok(Done::Reset),
            Kept::Refused(refused) => Err(refused.clone()),
        };
        Some(Answered { outcome, again: true })
    }

    /// Does what `request` asks for, unless `asked` had its answer already.
    ///
    /// # Errors
    ///
    /// The [`RailFault`] that kept the file from being written: ask again, with the same key.
    pub fn ask(
        &mut self,
        platform: &str,
        asked: &Asked,
        request: &Request,
    ) -> Result<Answered, RailFault> {
        let refused = |refused| Ok(Answered { outcome: Err(refused), again: false });
        if let Err(invalid) = check_asked(asked) {
            return refused(invalid);
        }
        if let Some(answered) = self.answered(asked) {
            return Ok(answered);
        }
        if self.state.requests.len() >= REQUESTS_MAX {
            return refused(Refused::RequestsFull);
        }
        match self.perform(platform, asked.clone(), request) {
            Ok(()) => {}
            Err(BankError::Fault(fault)) => return Err(fault),
            Err(BankError::Refused(why)) if why.is_retryable() => return refused(why),
            Err(BankError::Refused(why)) => {
                let asked = asked.clone();
                self.commit(Record::NothingChanged { asked, refused: Some(why) })?;
            }
        }
        // What was written is answered from, so that the first answer is that of every later one.
        let answered = self.answered(asked).ok_or(RailFault::Stopped)?;
        Ok(Answered { again: false, ..answered })
    }

    fn perform(
        &mut self,
        platform: &str,
        asked: Asked,
        request: &Request,
    ) -> Result<(), BankError> {
        match request {
            Request::Credit(credit) => self.credit_with(platform, Some(asked), credit).map(drop),
            Request::Decide { payment, outcome } => {
                self.decide_with(platform, Some(asked), (payment, outcome.clone()))
            }
            Request::SetFaults(faults) => self.set_faults_with(platform, Some(asked), *faults),
            Request::Reset => Ok(self.reset_with(platform, Some(asked))?),
        }
    }
}
