//! Puts a query together from fixed pieces of text, each with the value it binds.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use store::Fault;

use super::ACTION;
use crate::columns::{self, While, rows_max};

/// A query in the making: conditions, and their values in the order of their question marks.
pub(super) struct Query {
    sql: String,
    joint: &'static str,
    values: Vec<Value>,
}

impl Query {
    /// Starts with everything before the conditions.
    pub(super) fn new(select: impl Into<String>) -> Self {
        Self { sql: select.into(), joint: " WHERE ", values: Vec::new() }
    }

    /// Adds a condition that binds `values`.
    pub(super) fn with<const N: usize>(mut self, condition: &str, values: [Value; N]) -> Self {
        self.sql.push_str(self.joint);
        self.sql.push_str(condition);
        self.joint = " AND ";
        self.values.extend(values);
        self
    }

    /// Adds a condition if there is a value for it.
    pub(super) fn maybe(self, condition: &str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.with(condition, [value]),
            None => self,
        }
    }

    /// Runs it with what comes after the conditions, and takes at most `limit` rows.
    pub(super) fn run<T>(
        self,
        connection: &Connection,
        (order, limit): (&str, usize),
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let Self { mut sql, mut values, .. } = self;
        sql.push(' ');
        sql.push_str(order);
        sql.push_str(" LIMIT ?");
        values.push(Value::Integer(rows_max(limit)));
        let mut statement = connection.prepare_cached(&sql).to(ACTION)?;
        let mut rows = statement.query(params_from_iter(values)).to(ACTION)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().to(ACTION)? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

/// A value of 16 bytes.
pub(super) fn id(bytes: &[u8; 16]) -> Value {
    Value::Blob(bytes.to_vec())
}

/// A value of an unsigned number.
pub(super) fn number(number: u64) -> Value {
    Value::Integer(columns::number(number))
}

/// A value of a text.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
