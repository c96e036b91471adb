//! The write port: what the processor loads and saves, and what `verify` walks through.

use std::time::Duration;

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};

use crate::fault::{Fault, SaveFault};
use crate::rows::{Batch, Committed, Head, StoredCommand};

/// The store of truth. One writer; synchronous; a call answers when it is done.
pub trait Truth: Send {
    /// Whether this store is a test store.
    fn is_sandbox(&self) -> bool;

    /// The position of the last commit; 0 in an empty store.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn position(&mut self) -> Result<u64, Fault>;

    /// Where a platform's history ends; `None` if it has none.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault>;

    /// The latest `created_at` of all platforms; `None` in an empty store.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn latest(&mut self) -> Result<Option<Timestamp>, Fault>;

    /// The resources at `keys`, in that order; `None` where there is nothing.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault>;

    /// The command that was stored under a key of `scope`.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault>;

    /// What is due at `now` by each platform's business time, the longest due first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault>;

    /// Writes everything of `batch` in one transaction, durable when this returns.
    ///
    /// # Errors
    ///
    /// [`SaveFault::NotSaved`] when nothing was written; [`SaveFault::OutcomeUnknown`] when COMMIT
    /// failed in any way but a full disk.
    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault>;

    /// How long the last [`Self::save`] took to get onto the medium what it had written. A store that
    /// has no medium takes no time.
    fn commit_took(&self) -> Duration {
        Duration::ZERO
    }

    /// Waits, within bounds, while what is derived from the truth is too far behind for readers to
    /// wait for it. A store whose reads are never behind has nothing to wait for.
    fn pace(&mut self) {}
}

/// Something the writer must look at by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub platform: PlatformId,
    /// What.
    pub key: Key,
    /// Since when, in business time.
    pub due_at: Timestamp,
}

/// The truth as something to walk through: for `verify`, and to make the read model anew.
pub trait Journal: Send {
    /// One more walk through the same store, for a second thread; `None` where there can be one only.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn another(&self) -> Result<Option<Box<dyn Journal>>, Fault> {
        Ok(None)
    }

    /// The position of the last commit.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn last_position(&mut self) -> Result<u64, Fault>;

    /// The commands after `position` with their records, in order, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer, or a row cannot be read.
    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault>;

    /// The resources after `after` in an order of the store's own, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer, or a row cannot be read.
    fn resources_after(
        &mut self,
        after: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault>;

    /// The resource at `key`, of any kind that a caller can see; a walk where the store knows no
    /// quicker way.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer, or a row cannot be read.
    fn resource(&mut self, platform: PlatformId, key: &Key) -> Result<Option<Resource>, Fault> {
        let mut after = None;
        loop {
            let page = self.resources_after(after.as_ref(), 1_000)?;
            let Some((of, last)) = page.last() else { return Ok(None) };
            after = Some((*of, last.key()));
            let found = page.into_iter().find(|(of, it)| *of == platform && it.key() == *key);
            if let Some((_, found)) = found {
                return Ok(Some(found));
            }
        }
    }

    /// Every platform's head.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the store cannot answer.
    fn heads(&mut self) -> Result<Vec<Head>, Fault>;
}
