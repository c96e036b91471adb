//! The in-memory store as a read model to walk through: its rows are made from what was saved.

use super::MemoryStore;
use crate::fault::Fault;
use crate::read_rows::{Cell, EachRow, ReadCursor, ReadPart, ReadRow, ReadRows};

impl ReadRows for MemoryStore {
    fn rows_after(
        &self,
        at: u64,
        (part, after): (ReadPart, Option<&ReadCursor>),
        limit: usize,
        each: &mut EachRow<'_>,
    ) -> Result<Option<ReadCursor>, Fault> {
        let state = self.lock();
        state.reached(at)?;
        let mut of_part = |row: &ReadRow<'_>| {
            if row.part() == part {
                each(row);
            }
        };
        if matches!(part, ReadPart::Resources(_) | ReadPart::Instructions) {
            for ((platform, _), resource) in &state.resources {
                ReadRow::of_resource(*platform, resource, &mut of_part)?;
            }
            return Ok(None);
        }
        let from = match after.map(|after| after.0.as_slice()) {
            Some([Cell::Number(number)]) => usize::try_from(*number).unwrap_or(usize::MAX),
            Some(_) | None => 0,
        };
        for committed in state.commands.iter().skip(from).take(limit) {
            ReadRow::of_command(committed, &mut of_part);
        }
        let next = from.saturating_add(limit);
        let more = next < state.commands.len();
        Ok(more.then(|| ReadCursor(vec![Cell::Number(i64::try_from(next).unwrap_or(i64::MAX))])))
    }
}
