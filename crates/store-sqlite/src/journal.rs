//! The truth as something to walk through, by a connection that only reads; while another writes, too.

use std::path::{Path, PathBuf};

use ledger::PlatformId;
use payments::{Key, Resource};
use rusqlite::Connection;
use store::{Committed, Fault, Head, Journal, Mode};

use crate::columns::While;
use crate::connection::truth_reader;
use crate::journal_rows::{Answers, HEAD_COLUMNS, commands_after, head, last_position};
use crate::open::{OpenError, TRUTH_FILE, check_truth, mode_of};
use crate::resources::{Cursor, after, find};

/// A walk through the truth of one store.
#[derive(Debug)]
pub struct SqliteJournal {
    pub(crate) connection: Connection,
    folder: PathBuf,
    mode: Mode,
    /// The last resource that was given out, and where the walk was then.
    last: Option<((PlatformId, Key), Cursor)>,
}

impl SqliteJournal {
    /// Opens the store in `folder` to read, whether or not another process writes it.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when there is no store that this program can read.
    pub fn open_read_only(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(TRUTH_FILE);
        let connection = truth_reader(&path).map_err(|why| OpenError::of(folder, why))?;
        check_truth(folder, &connection)?;
        let mode = mode_of(folder, &connection)?;
        let mode = mode.ok_or_else(|| OpenError::NotAStore { folder: folder.to_owned() })?;
        Ok(Self { connection, folder: folder.to_owned(), mode, last: None })
    }

    /// Whether the store is a test store or a live one.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }
}

impl Journal for SqliteJournal {
    fn another(&self) -> Result<Option<Box<dyn Journal>>, Fault> {
        let another = Self::open_read_only(&self.folder);
        let failed = |why| Fault::Failed { action: "read the journal", source: Box::new(why) };
        Ok(Some(Box::new(another.map_err(failed)?)))
    }

    fn last_position(&mut self) -> Result<u64, Fault> {
        last_position(&self.connection)
    }

    fn commands_after(&mut self, position: u64, limit: usize) -> Result<Vec<Committed>, Fault> {
        let found = commands_after(&self.connection, (position, limit), Answers::Read)?;
        Ok(found.into_iter().map(|(committed, _)| committed).collect())
    }

    fn resources_after(
        &mut self,
        from: Option<&(PlatformId, Key)>,
        limit: usize,
    ) -> Result<Vec<(PlatformId, Resource)>, Fault> {
        let cursor = match (from, &self.last) {
            (None, _) => Cursor::default(),
            (Some(from), Some((last, cursor))) if from == last => *cursor,
            (Some((platform, key)), _) => Cursor::at(&self.connection, *platform, key)?,
        };
        let (found, cursor) = after(&self.connection, cursor, limit)?;
        let full = found.len() == limit;
        let last = found.last().filter(|_| full);
        self.last = last.map(|(platform, it)| ((*platform, it.key()), cursor));
        Ok(found)
    }

    fn resource(&mut self, platform: PlatformId, key: &Key) -> Result<Option<Resource>, Fault> {
        find(&self.connection, platform, key)
    }

    fn heads(&mut self) -> Result<Vec<Head>, Fault> {
        const ACTION: &str = "read the heads";
        let sql = format!("SELECT {HEAD_COLUMNS} FROM heads ORDER BY platform_id");
        let mut statement = self.connection.prepare_cached(&sql).to(ACTION)?;
        let heads = statement.query_map([], head).to(ACTION)?;
        heads.collect::<Result<_, _>>().to(ACTION)
    }
}
