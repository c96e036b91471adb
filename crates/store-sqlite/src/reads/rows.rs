//! Rows of the read model in the order they stand in: every column as it is, for `verify`.

use ledger::{AccountId, EntryId, PlatformId, TransactionId};
use payments::resources::Kind;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use store::read_rows::{Cell, CommandRow, EachRow, EventOfResource, LegRow, ResourceRow};
use store::{Fault, ReadCursor, ReadPart, ReadRow};

use super::{ACTION, table};
use crate::columns::{While, rows_max};

/// The rows of a part after a cursor. Their key comes first in what is selected.
pub(super) fn after(
    connection: &Connection,
    (part, after): (ReadPart, Option<&ReadCursor>),
    limit: usize,
    each: &mut EachRow<'_>,
) -> Result<Option<ReadCursor>, Fault> {
    let (key, rest) = columns(part);
    let mut values: Vec<Value> = after.iter().flat_map(|after| &after.0).map(value).collect();
    let from = if values.is_empty() {
        String::new()
    } else {
        format!("WHERE ({key}) > ({})", vec!["?"; values.len()].join(", "))
    };
    let sql = format!("SELECT {key}, {rest} {from} ORDER BY {key} LIMIT ?");
    values.push(Value::Integer(rows_max(limit)));
    let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
    let mut rows = statement.query(params_from_iter(values)).to(ACTION)?;
    let mut count = 0;
    while let Some(row) = rows.next().to(ACTION)? {
        read(part, Columns(row), each)?;
        count += 1;
        if count == limit {
            let key = (0..key.split(", ").count()).map(|at| cell(row.get_ref(at).to(ACTION)?));
            return Ok(Some(ReadCursor(key.collect::<Result<_, Fault>>()?)));
        }
    }
    Ok(None)
}

/// The key of a part's rows, and what else is read of them from where.
fn columns(part: ReadPart) -> (&'static str, String) {
    let from = |columns: &str| columns.to_owned();
    match part {
        ReadPart::Legs => (
            "l.account, l.version",
            from(
                "a.platform_id, a.id, l.seq, l.entry_id, l.transaction_id, l.created_at, \
                 l.effective_at, l.direction, l.layer, l.amount_hi, l.amount_lo, \
                 l.debits_pending_hi, l.debits_pending_lo, l.debits_posted_hi, l.debits_posted_lo, \
                 l.credits_pending_hi, l.credits_pending_lo, l.credits_posted_hi, \
                 l.credits_posted_lo FROM main.legs l LEFT JOIN main.accounts a \
                 ON a.number = l.account",
            ),
        ),
        ReadPart::Commands => {
            ("platform_id, seq", from("created_at, position, events FROM main.history"))
        }
        ReadPart::Requests => ("platform_id, request_id, seq", from("1 FROM main.requests")),
        ReadPart::EventsOfResources => {
            ("platform_id, kind, resource_id, seq, place", from("1 FROM main.events_of_resources"))
        }
        ReadPart::EventsOfTypes => {
            ("platform_id, type, seq, place", from("1 FROM main.events_of_types"))
        }
        ReadPart::Instructions => ("rowid", from("platform_id, id, body FROM main.instructions")),
        ReadPart::Resources(kind) => (
            "rowid",
            format!(
                "platform_id, id, version, status, subtype, external_id, created_at, updated_at, \
                   body FROM main.{}",
                table(kind)
            ),
        ),
    }
}

fn read(part: ReadPart, row: Columns<'_>, each: &mut EachRow<'_>) -> Result<(), Fault> {
    match part {
        ReadPart::Legs => return leg(row, each),
        ReadPart::Resources(kind) => return resource(kind, row, each),
        ReadPart::Commands => each(&ReadRow::Command(CommandRow {
            platform: row.platform(0)?,
            seq: row.count(1)?,
            created_at: row.number(2)?,
            position: row.count(3)?,
            events: row.count(4)?,
        })),
        ReadPart::Requests => {
            each(&ReadRow::Request(row.platform(0)?, row.count(2)?, row.text(1)?));
        }
        ReadPart::EventsOfResources => each(&ReadRow::EventOfResource(EventOfResource {
            platform: row.platform(0)?,
            kind: row.text(1)?,
            resource: row.id(2)?,
            seq: row.count(3)?,
            place: row.count(4)?,
        })),
        ReadPart::EventsOfTypes => {
            let at = (row.count(2)?, row.count(3)?);
            each(&ReadRow::EventOfType(row.platform(0)?, at, row.text(1)?));
        }
        ReadPart::Instructions => {
            each(&ReadRow::Instruction(row.platform(1)?, row.id(2)?, row.bytes(3)?));
        }
    }
    Ok(())
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Number(number) => Value::Integer(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Bytes(bytes) => Value::Blob(bytes.clone()),
    }
}

fn cell(value: ValueRef<'_>) -> Result<Cell, Fault> {
    match value {
        ValueRef::Integer(number) => Ok(Cell::Number(number)),
        ValueRef::Text(text) => Ok(Cell::Text(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes.to_vec())),
        ValueRef::Null | ValueRef::Real(_) => Err(Fault::Corrupt {
            table: "read model",
            detail: "a key is neither a number nor a text nor bytes".to_owned(),
        }),
    }
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
    each(&ReadRow::Leg(LegRow {
        version: row.count(1)?,
        platform: row.platform(2)?,
        account: AccountId::from_bytes(row.id(3)?),
        seq: row.count(4)?,
        entry: EntryId::from_bytes(row.id(5)?),
        transaction: TransactionId::from_bytes(row.id(6)?),
        created_at: row.number(7)?,
        effective_at: row.number(8)?,
        direction: row.text(9)?,
        layer: row.text(10)?,
        amount: row.minor(11)?,
        debits_pending: row.minor(13)?,
        debits_posted: row.minor(15)?,
        credits_pending: row.minor(17)?,
        credits_posted: row.minor(19)?,
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
