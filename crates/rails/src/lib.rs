//! The outside world of money: one trait, [`Rail`], and the sandbox bank behind it.
//!
//! Not the worker: nothing here feeds commands to the processor, reads a clock or opens a socket.
//! Time comes in through [`SandboxBank::advance`], chance through a recorded seed. No locking
//! either: who shares a bank between threads wraps it.
//!
//! Invariants, each with a property test of the same name:
//! - `replays_to_the_same_state`: a bank opened on its file is the bank that wrote it.
//! - `settles_once`: an instruction settles under one event id, however often it is sent.
//! - `answers_stand`: a key that was accepted or rejected once gets that answer for ever.
//! - `asked_twice_done_once`: a request with a key is done once, and its answer stands.
//! - `numbers_have_no_gaps`: events are numbered 1, 2, 3 over all platforms, and stay readable.
//!
//! Start at [`Rail`], then [`SandboxBank`]; how instructions act is in [`Behaviour`].

mod ask;
mod bank_file;
mod behaviour;
mod checks;
mod details;
mod fault;
mod limits;
mod plan;
mod rail;
mod record;
mod refused;
mod sandbox;
mod state;
mod views;

pub use ask::{Answered, Asked, Done, Request};
pub use behaviour::{
    Behaviour, ChosenBy, Faults, LATE_SECONDS, MAGIC_LATE, MAGIC_NO_ANSWER, MAGIC_RETURNED,
    REASON_REJECTED, REASON_RETURNED, RETURN_SECONDS,
};
pub use details::BankDetails;
pub use fault::{OpenFault, RailFault};
pub use limits::*;
pub use rail::{CreditFacts, Instruction, Rail, RailEvent, RailEventKind, Submission};
pub use record::{CreditRequest, Outcome};
pub use refused::{BankError, Refused};
pub use sandbox::SandboxBank;
pub use state::{Flow, Standing};
pub use views::Known;

#[cfg(test)]
mod tests;
