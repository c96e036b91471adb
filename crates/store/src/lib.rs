//! The ports that every store has, and the in-memory store that the others are tested against.
//!
//! Two ports: [`Truth`], which the processor alone writes through, and [`Reads`], which lists,
//! histories and balances are read through, at a commit position no older than the reader asks.
//! No decisions here: those are in `payments`.
//!
//! Start at [`Truth::save`]; every row it takes is in [`rows`].

pub mod check;
pub mod codec;
pub mod export;
pub mod facts;
mod fault;
mod hex;
pub mod memory;
mod mode;
pub mod read_rows;
mod reads;
pub mod rows;
mod truth;
pub mod verify;

pub use fault::{Fault, SaveFault};
pub use memory::MemoryStore;
pub use mode::Mode;
pub use read_rows::{ReadCursor, ReadPart, ReadRow, ReadRows};
pub use reads::{
    AccountLeg, AsOf, AuditQuery, EventQuery, EventRow, Filter, ListQuery, Page, Reads,
    TrialBalance, TrialBalanceRow, minute_of, page_of,
};
pub use rows::{Batch, Committed, Head, StoredCommand};
pub use truth::{Due, Journal, Truth};
pub use verify::verify;
