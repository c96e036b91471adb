//! Feeds the read model from the truth, on a thread of its own, off the commit path.
//!
//! One way for all: what is new and what is made again goes through [`Feeder::feed`], which takes the
//! commands after its position and the resources they changed as those are now. Its position stands
//! in the same transaction, so a read model is never half of a commit ahead of what it says.
//!
//! Nothing here is forced onto the medium. After a crash of the machine the file is not trusted and
//! made again; so it is when it is damaged, of another version, or of another truth.

mod history;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ledger::PlatformId;
use payments::Key;
use rusqlite::{Connection, TransactionBehavior, params};
use store::Fault;
use store::facts::key_of;

use rows::{Rows, Seen};

use crate::changes;
use crate::columns::While;
use crate::connection::{READ_ID, read_writer, truth_reader};
use crate::journal_rows::{Answers, CommandRow, audit_hash_at, commands_after, last_position};
use crate::key_uses;
use crate::limits::{CHECKED_BYTES_MAX, FEED_COMMANDS_MAX, FEED_RETRY_MS};
use crate::open::Shared;
use crate::resources::find;
use crate::signal::{Stuck, Wake};

const ACTION: &str = "feed the read model";
/// Counts the shapes of `read.sql`.
const VERSION: i32 = 3;

/// Feeds one read model.
pub(crate) struct Feeder {
    truth: Connection,
    read: Connection,
    shared: Arc<Shared>,
}

impl Feeder {
    /// Opens the read model, made anew if what is there cannot be trusted.
    pub(crate) fn open(path: &Path, truth: &Path, shared: Arc<Shared>) -> Result<Self, Fault> {
        let truth = truth_reader(truth).to("open the truth to read")?;
        let usable = read_writer(path).to(ACTION).and_then(|read| {
            let trusted = is_trusted(&read, &truth, path)?;
            Ok(trusted.then_some(read))
        });
        let read = match usable {
            Ok(Some(read)) => read,
            Ok(None) | Err(_) => make(path)?,
        };
        let sql = "UPDATE fed SET closed = 0, boot = ?1";
        read.execute(sql, [boot()]).to(ACTION)?;
        shared.signal.fed(position(&read)?);
        Ok(Self { truth, read, shared })
    }

    /// Runs until the store is closed.
    pub(crate) fn run(mut self) {
        let mut pause = None;
        while self.shared.signal.wait_work(pause) == Wake::Work {
            pause = match self.feed() {
                Ok(position) => {
                    self.shared.signal.fed(position);
                    None
                }
                Err(fault) => {
                    self.shared.signal.feed_failed(stuck(&fault));
                    Some(Duration::from_millis(FEED_RETRY_MS))
                }
            };
        }
        // If this fails, the file is only trusted less than it could be.
        let _ = self.close();
    }

    /// Takes the next commands in; returns the position then.
    pub(crate) fn feed(&mut self) -> Result<u64, Fault> {
        let from = position(&self.read)?;
        #[cfg(test)]
        self.shared.limit_pages(&self.read);
        // One snapshot for all that is read: a resource is never older than its command.
        let looking = self.shared.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        let truth = self.truth.unchecked_transaction().to(ACTION)?;
        let commands = commands_after(&truth, (from, FEED_COMMANDS_MAX), Answers::LeftOut)?;
        let Some((last, _)) = commands.last() else { return Ok(from) };
        let mut found = Vec::new();
        for ((platform, key), seen) in keys(&commands)? {
            if let Some(resource) = find(&truth, platform, &key)? {
                found.push((platform, resource, seen));
            }
        }
        drop(truth);
        drop(looking);

        let behavior = TransactionBehavior::Immediate;
        let read = self.read.transaction_with_behavior(behavior).to(ACTION)?;
        // In the order of keys: accounts stand before the transactions that name them.
        let mut rows = Rows::new(&read);
        for (platform, resource, seen) in &found {
            rows.put(*platform, resource, *seen)?;
        }
        history::append(&read, &commands, &rows.finish()?)?;
        let sql = "UPDATE fed SET position = ?1, audit_hash = ?2";
        read.execute(sql, params![last.position, last.audit.hash]).to(ACTION)?;
        let uses = self.shared.key_uses.unwritten();
        key_uses::write(&read, &uses)?;
        read.commit().to(ACTION)?;
        self.shared.key_uses.written(&uses);
        Ok(last.position)
    }

    /// Writes what is noted only, and says on the medium that nothing is missing.
    fn close(&mut self) -> Result<(), Fault> {
        let read = self.read.transaction().to(ACTION)?;
        key_uses::write(&read, &self.shared.key_uses.unwritten())?;
        read.commit().to(ACTION)?;
        self.read.pragma_update(None, "synchronous", "full").to(ACTION)?;
        self.checkpoint()?;
        self.read.execute("UPDATE fed SET closed = 1", []).to(ACTION)?;
        self.checkpoint()
    }

    fn checkpoint(&self) -> Result<(), Fault> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.read.query_row(sql, [], |_| Ok(())).to(ACTION)
    }
}

/// What `commands` changed, in the order of keys.
fn keys(commands: &[CommandRow]) -> Result<BTreeMap<(PlatformId, Key), Seen>, Fault> {
    let mut keys = BTreeMap::new();
    for (committed, changed) in commands {
        for key in changes::named(committed) {
            keys.entry(key).or_insert(Seen::Perhaps);
        }
        let audit = &committed.audit;
        for made in audit.touched.iter().filter(|touched| touched.from.is_none()) {
            keys.insert((audit.platform, key_of(made.kind, made.id)), Seen::Never);
        }
        if let Some(changed) = changed {
            for key in changes::read(changed)? {
                keys.entry(key).or_insert(Seen::Perhaps);
            }
        }
    }
    Ok(keys)
}

/// Why the read model does not move, for whoever waits for it.
fn stuck(fault: &Fault) -> Stuck {
    match fault {
        Fault::Full => Stuck::Full,
        Fault::Failed { .. } | Fault::Corrupt { .. } | Fault::Behind { .. } => {
            let why = std::error::Error::source(fault).map(ToString::to_string);
            Stuck::Failed(format!("{fault}: {}", why.unwrap_or_default()))
        }
    }
}

fn position(read: &Connection) -> Result<u64, Fault> {
    read.query_row("SELECT position FROM fed", [], |row| row.get(0)).to(ACTION)
}

/// Whether the file holds a read model of this version, of this truth, with nothing missing.
fn is_trusted(read: &Connection, truth: &Connection, path: &Path) -> Result<bool, Fault> {
    let number = |name| read.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).to(ACTION);
    if (number("application_id")?, number("user_version")?) != (READ_ID, VERSION) {
        return Ok(false);
    }
    let sql = "SELECT position, audit_hash, boot, closed FROM fed";
    let (position, audit_hash, written_in, closed): (u64, [u8; 32], String, bool) = read
        .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .to(ACTION)?;
    if !closed && (written_in.is_empty() || written_in != boot()) {
        return Ok(false);
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_BYTES_MAX) {
        let verdict: String =
            read.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).to(ACTION)?;
        if verdict != "ok" {
            return Ok(false);
        }
    }
    Ok(audit_hash == audit_hash_at(truth, position)?.unwrap_or_default()
        && position <= last_position(truth)?)
}

/// Makes an empty read model in the place of whatever is there.
fn make(path: &Path) -> Result<Connection, Fault> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::Failed { action: ACTION, source: Box::new(why) });
            }
            Ok(()) | Err(_) => {}
        }
    }
    let read = read_writer(path).to(ACTION)?;
    read.execute_batch(include_str!("read.sql")).to(ACTION)?;
    let sql = "INSERT INTO fed (one, position, audit_hash, boot, closed) VALUES (1, 0, ?1, ?2, 0)";
    read.execute(sql, params![[0_u8; 32], boot()]).to(ACTION)?;
    read.pragma_update(None, "application_id", READ_ID).to(ACTION)?;
    read.pragma_update(None, "user_version", VERSION).to(ACTION)?;
    Ok(read)
}

/// Which start of the machine this is; empty where the system does not say.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}
