//! What every store does for us: be checked against a catalogue, and run a statement.
//!
//! A new database is one emitter in `pql` and one implementation of [`Executor`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};

use crate::{Fault, Finding, Outcome, Sink, Statement};

/// Work on a store. Dropping it ends the statement in the store.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// A live store.
pub trait Executor: Send + Sync {
    /// Which database it is: which emitter its commands come from.
    fn kind(&self) -> StoreKind;

    /// Holds these data sets of the catalogue against what is really there, in `store`.
    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>>;

    /// Runs a statement and hands its rows to `sink`, in batches.
    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome>;
}
