//! The stores of a catalogue: opened when a query first asks one, checked before it answers.
//!
//! Which crate opens which kind of store is the caller's business. Start at [`Stores`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use pql::catalogue::{Catalogue, DatasetId, Store, StoreId, StoreKind};
use tokio::sync::Mutex;

use crate::{Executor, Fault, Finding, Severity};

/// Makes the executor for a store.
pub type Open = dyn Fn(&Store) -> Result<Arc<dyn Executor>, Fault> + Send + Sync;

/// What is told about a store when it is opened.
pub type Tell = dyn Fn(&Finding) + Send + Sync;

/// The stores of a catalogue.
pub struct Stores {
    open: Box<Open>,
    tell: Box<Tell>,
    instead: Option<(StoreId, StoreKind)>,
    opened: Mutex<BTreeMap<usize, Opened>>,
}

#[derive(Clone)]
struct Opened {
    executor: Arc<dyn Executor>,
    findings: Arc<Vec<Finding>>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Stores").field("instead", &self.instead).finish_non_exhaustive()
    }
}

impl Stores {
    /// The stores of a catalogue; `instead` is asked in place of the data sets' own.
    pub fn new(open: Box<Open>, tell: Box<Tell>, instead: Option<(StoreId, StoreKind)>) -> Self {
        Self { open, tell, instead, opened: Mutex::new(BTreeMap::new()) }
    }

    /// The kind that every query is compiled for, if the data sets' own stores are not asked.
    pub fn kind(&self) -> Option<StoreKind> {
        self.instead.map(|(_, kind)| kind)
    }

    /// The executor that answers a query over `datasets`.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, or one of the data sets is not what the catalogue says.
    pub async fn executor(
        &self,
        catalogue: &Catalogue,
        datasets: &[DatasetId],
    ) -> Result<Arc<dyn Executor>, Fault> {
        let own = datasets.first().map(|id| catalogue.dataset(*id).store);
        let asked = self.instead.map(|(store, _)| store).or(own);
        let asked = asked.ok_or_else(|| Fault::Unreachable { detail: "no data set".to_owned() })?;
        let opened = self.opened(catalogue, asked).await?;
        let names = || datasets.iter().map(|id| &catalogue.dataset(*id).name);
        let concerns = |finding: &&Finding| {
            finding.severity == Severity::Error
                && finding.dataset.as_ref().is_none_or(|name| names().any(|read| read == name))
        };
        match opened.findings.iter().find(concerns) {
            Some(finding) => Err(Fault::Mismatch { finding: finding.to_string() }),
            None => Ok(opened.executor),
        }
    }

    async fn opened(&self, catalogue: &Catalogue, store: StoreId) -> Result<Opened, Fault> {
        let mut all = self.opened.lock().await;
        if let Some(opened) = all.get(&store.index()) {
            return Ok(opened.clone());
        }
        let executor = (self.open)(catalogue.store(store))?;
        let instead = self.instead.is_some();
        let of_store =
            catalogue.datasets().iter().filter(|dataset| instead || dataset.store == store);
        let datasets: Vec<DatasetId> =
            of_store.filter_map(|dataset| catalogue.dataset_named(&dataset.name)).collect();
        let findings = executor.check(catalogue, store, datasets).await?;
        findings.iter().for_each(|finding| (self.tell)(finding));
        let opened = Opened { executor, findings: Arc::new(findings) };
        all.insert(store.index(), opened.clone());
        Ok(opened)
    }
}
