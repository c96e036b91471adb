//! When API keys were last used: noted in memory, written into the read model by the feeder.
//!
//! No request waits for the medium, and nothing here is in the truth: a read model that is made anew
//! has none of it. Invariant: what was noted is in memory until the transaction that wrote it is over.
//!
//! Start at [`KeyUses::note`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::Timestamp;
use payments::ids::KeyId;
use rusqlite::{Connection, OptionalExtension, params};
use store::Fault;

use crate::columns::While;
use crate::limits::KEY_USES_MAX;

const ACTION: &str = "keep the last use of keys";

/// What was noted since the store was opened.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(Mutex<HashMap<KeyId, Use>>);

#[derive(Debug, Clone, Copy)]
struct Use {
    minute: Timestamp,
    written: bool,
}

impl KeyUses {
    fn lock(&self) -> MutexGuard<'_, HashMap<KeyId, Use>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a use. Where memory is full of uses that are not written yet, a new key is passed over.
    pub(crate) fn note(&self, id: KeyId, minute: Timestamp) {
        let mut uses = self.lock();
        if uses.get(&id).is_some_and(|known| known.minute >= minute) {
            return;
        }
        if uses.len() >= KEY_USES_MAX && !uses.contains_key(&id) {
            uses.retain(|_, known| !known.written);
            if uses.len() >= KEY_USES_MAX {
                return;
            }
        }
        uses.insert(id, Use { minute, written: false });
    }

    /// The last use that is in memory.
    pub(crate) fn noted(&self, id: KeyId) -> Option<Timestamp> {
        self.lock().get(&id).map(|known| known.minute)
    }

    /// What is not written yet.
    pub(crate) fn unwritten(&self) -> Vec<(KeyId, Timestamp)> {
        let uses = self.lock();
        let unwritten = uses.iter().filter(|(_, known)| !known.written);
        unwritten.map(|(id, known)| (*id, known.minute)).collect()
    }

    /// `uses` are written; what was noted since is not.
    pub(crate) fn written(&self, uses: &[(KeyId, Timestamp)]) {
        let mut known = self.lock();
        for (id, minute) in uses {
            if let Some(known) = known.get_mut(id).filter(|known| known.minute == *minute) {
                known.written = true;
            }
        }
    }
}

/// Writes uses into the read model, within a transaction of the caller's.
pub(crate) fn write(read: &Connection, uses: &[(KeyId, Timestamp)]) -> Result<(), Fault> {
    let sql = "INSERT INTO key_uses (key_id, used_at) VALUES (?1, ?2) \
               ON CONFLICT (key_id) DO UPDATE SET used_at = max(used_at, excluded.used_at)";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    for (id, minute) in uses {
        statement.execute(params![id.as_bytes(), minute.micros()]).to(ACTION)?;
    }
    Ok(())
}

/// The last use that is in the read model.
pub(crate) fn written(read: &Connection, id: KeyId) -> Result<Option<Timestamp>, Fault> {
    let sql = "SELECT used_at FROM key_uses WHERE key_id = ?1";
    let mut statement = read.prepare_cached(sql).to(ACTION)?;
    let used_at = statement.query_row([id.as_bytes()], |row| row.get(0)).optional().to(ACTION)?;
    Ok(used_at.map(Timestamp::from_micros))
}
