//! Rows of the read model in the order they stand in: every column as it is, for `verify`.

use ledger::{AccountId, EntryId, PlatformId, TransactionId};
use payments::ids::{AuditId, EventId};
use payments::resources::Kind;
use rusqlite::{Connection, Row, params};
use store::read_rows::{AuditRow, EachRow, EntryRow, EventColumns, LegRow, ResourceRow};
use store::{Fault, ReadCursor, ReadPart, ReadRow};

use super::{ACTION, table};
use crate::columns::{While, rows_max};
use crate::limits::LEGS_PLACES;

const LEGS: &str = "SELECT number, platform_id, account_id, version, seq, entry_id, \
     transaction_id, created_at, effective_at, direction, layer, asset, asset_scale, asset_kind, \
     amount_hi, amount_lo, debits_pending_hi, debits_pending_lo, debits_posted_hi, \
     debits_posted_lo, credits_pending_hi, credits_pending_lo, credits_posted_hi, \
     credits_posted_lo FROM main.legs WHERE number > ?1 ORDER BY number LIMIT ?2";
const ENTRIES: &str = "SELECT position, platform_id, seq, id, transaction_id, transition_no, \
     created_at, effective_at FROM main.entries WHERE position > ?1 ORDER BY position LIMIT ?2";
const EVENTS: &str = "SELECT number, position, platform_id, seq, place, id, created_at, request_id, \
     type, kind, resource_id, version, from_status, to_status \
     FROM main.events WHERE number > ?1 ORDER BY number LIMIT ?2";
const AUDIT_RECORDS: &str = "SELECT position, platform_id, seq, id, created_at, actor, address, \
     request_id, command, outcome \
     FROM main.audit_records WHERE position > ?1 ORDER BY position LIMIT ?2";
const INSTRUCTIONS: &str = "SELECT rowid, platform_id, id, body \
     FROM main.instructions WHERE rowid > ?1 ORDER BY rowid LIMIT ?2";
const KEYS: &str = "SELECT scope, key, position FROM main.command_keys \
     WHERE (scope, key) > (?1, ?2) ORDER BY scope, key LIMIT ?3";

/// The rows of a part after a cursor.
pub(super) fn after(
    connection: &Connection,
    (part, after): (ReadPart, Option<&ReadCursor>),
    limit: usize,
    each: &mut EachRow<'_>,
) -> Result<Option<ReadCursor>, Fault> {
    let number = match after {
        Some(ReadCursor::Number(number)) => *number,
        Some(ReadCursor::Key(..)) | None => i64::MIN,
    };
    let numbered = |sql: &str, read: &mut dyn FnMut(Columns<'_>) -> Result<(), Fault>| {
        let mut statement = connection.prepare_cached(sql).to(ACTION)?;
        let mut rows = statement.query(params![number, rows_max(limit)]).to(ACTION)?;
        let (mut last, mut count) = (number, 0);
        while let Some(row) = rows.next().to(ACTION)? {
            (last, count) = (row.get(0).to(ACTION)?, count + 1);
            read(Columns(row))?;
        }
        Ok((count == limit).then_some(ReadCursor::Number(last)))
    };
    match part {
        ReadPart::Legs => numbered(LEGS, &mut |row| leg(row, each)),
        ReadPart::Entries => numbered(ENTRIES, &mut |row| entry(row, each)),
        ReadPart::Events => numbered(EVENTS, &mut |row| event(row, each)),
        ReadPart::AuditRecords => numbered(AUDIT_RECORDS, &mut |row| audit(row, each)),
        ReadPart::Instructions => numbered(INSTRUCTIONS, &mut |row| {
            each(&ReadRow::Instruction(row.platform(1)?, row.id(2)?, row.bytes(3)?));
            Ok(())
        }),
        ReadPart::Resources(kind) => {
            let sql = format!(
                "SELECT rowid, platform_id, id, version, status, subtype, external_id, created_at, \
                   updated_at, body FROM main.{} WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
                table(kind)
            );
            numbered(&sql, &mut |row| resource(kind, row, each))
        }
        ReadPart::Keys => keys(connection, after, limit, each),
    }
}

fn keys(
    connection: &Connection,
    after: Option<&ReadCursor>,
    limit: usize,
    each: &mut EachRow<'_>,
) -> Result<Option<ReadCursor>, Fault> {
    let (scope, key) = match after {
        Some(ReadCursor::Key(scope, key)) => (*scope.as_bytes(), key.as_str()),
        Some(ReadCursor::Number(_)) | None => ([0; 16], ""),
    };
    let mut statement = connection.prepare_cached(KEYS).to(ACTION)?;
    let mut rows = statement.query(params![scope, key, rows_max(limit)]).to(ACTION)?;
    let (mut last, mut count) = (None, 0);
    while let Some(row) = rows.next().to(ACTION)? {
        let row = Columns(row);
        let (scope, key) = (row.platform(0)?, row.text(1)?);
        each(&ReadRow::Key(scope, key, row.count(2)?));
        count += 1;
        if count == limit {
            last = Some(ReadCursor::Key(scope, key.to_owned()));
        }
    }
    Ok(last)
}

fn resource(kind: Kind, row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    each(&ReadRow::Resource(ResourceRow {
        kind,
        platform: row.platform(1)?,
        id: row.id(2)?,
        version: row.count(3)?,
        status: row.text(4)?,
        subtype: row.maybe_text(5)?,
        external_id: row.maybe_text(6)?,
        created_at: row.number(7)?,
        updated_at: row.number(8)?,
        body: row.bytes(9)?,
    }));
    Ok(())
}

fn leg(row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    let number = row.count(0)?;
    each(&ReadRow::Leg(LegRow {
        position: number / LEGS_PLACES,
        place: number % LEGS_PLACES,
        platform: row.platform(1)?,
        account: AccountId::from_bytes(row.id(2)?),
        version: row.count(3)?,
        seq: row.count(4)?,
        entry: EntryId::from_bytes(row.id(5)?),
        transaction: TransactionId::from_bytes(row.id(6)?),
        created_at: row.number(7)?,
        effective_at: row.number(8)?,
        direction: row.text(9)?,
        layer: row.text(10)?,
        asset: row.text(11)?,
        asset_scale: row.count(12)?,
        asset_kind: row.text(13)?,
        amount: row.minor(14)?,
        debits_pending: row.minor(16)?,
        debits_posted: row.minor(18)?,
        credits_pending: row.minor(20)?,
        credits_posted: row.minor(22)?,
    }));
    Ok(())
}

fn entry(row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    each(&ReadRow::Entry(EntryRow {
        position: row.count(0)?,
        platform: row.platform(1)?,
        seq: row.count(2)?,
        id: EntryId::from_bytes(row.id(3)?),
        transaction: TransactionId::from_bytes(row.id(4)?),
        transition_no: row.count(5)?,
        created_at: row.number(6)?,
        effective_at: row.number(7)?,
    }));
    Ok(())
}

fn event(row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    each(&ReadRow::Event(EventColumns {
        position: row.count(1)?,
        platform: row.platform(2)?,
        seq: row.count(3)?,
        place: row.count(4)?,
        id: EventId::from_bytes(row.id(5)?),
        created_at: row.number(6)?,
        request_id: row.text(7)?,
        event_type: row.text(8)?,
        kind: row.text(9)?,
        resource: row.id(10)?,
        version: row.count(11)?,
        from: row.maybe_text(12)?,
        to: row.text(13)?,
    }));
    Ok(())
}

fn audit(row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    each(&ReadRow::Audit(AuditRow {
        position: row.count(0)?,
        platform: row.platform(1)?,
        seq: row.count(2)?,
        id: AuditId::from_bytes(row.id(3)?),
        created_at: row.number(4)?,
        actor: row.text(5)?,
        address: row.text(6)?,
        request_id: row.text(7)?,
        command: row.text(8)?,
        outcome: row.text(9)?,
    }));
    Ok(())
}

/// The columns of a row, each as it is. What cannot be what it should be becomes something that
/// nothing agrees with.
#[derive(Clone, Copy)]
struct Columns<'row>(&'row Row<'row>);

impl<'row> Columns<'row> {
    fn number(self, at: usize) -> Result<i64, Fault> {
        self.0.get(at).to(ACTION)
    }

    fn count(self, at: usize) -> Result<u64, Fault> {
        Ok(self.number(at)?.cast_unsigned())
    }

    fn bytes(self, at: usize) -> Result<&'row [u8], Fault> {
        Ok(self.0.get_ref(at).to(ACTION)?.as_blob().unwrap_or_default())
    }

    fn id(self, at: usize) -> Result<[u8; 16], Fault> {
        Ok(self.bytes(at)?.try_into().unwrap_or([0xff; 16]))
    }

    fn platform(self, at: usize) -> Result<PlatformId, Fault> {
        self.id(at).map(PlatformId::from_bytes)
    }

    fn text(self, at: usize) -> Result<&'row str, Fault> {
        Ok(self.0.get_ref(at).to(ACTION)?.as_str().unwrap_or("\u{fffd}"))
    }

    fn maybe_text(self, at: usize) -> Result<Option<&'row str>, Fault> {
        Ok(self.0.get_ref(at).to(ACTION)?.as_str_or_null().unwrap_or(Some("\u{fffd}")))
    }

    fn minor(self, at: usize) -> Result<u128, Fault> {
        let (hi, lo) = (self.number(at)?, self.number(at + 1)?);
        let base = crate::columns::BASE;
        let halves = u128::try_from(hi).ok().zip(u128::try_from(lo).ok());
        Ok(halves.filter(|(_, lo)| *lo < base).map_or(u128::MAX, |(hi, lo)| hi * base + lo))
    }
}
