//! SQLite in memory: STRICT tables filled with a round's rows, and what comes back as values.

use datasets::sqlite::functions;
use pql::Compiled;
use pql::catalogue::{Catalogue, Field, JsonPath, Storage};
use pql::datatype::Type;
use pql::emit::{Bind, BindValue, Kept, Output};
use pql::eval::Tables;
use pql::value::{Date, Decimal, Float, Id, Money, Timestamp, Value, Wide};
use rusqlite::types::{Value as Lite, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use serde_json::{Value as Json, json};

use crate::store::Store;

/// SQLite with the rows of a round.
pub struct Sqlite<'a> {
    catalogue: &'a Catalogue,
    connection: Connection,
}

impl<'a> Sqlite<'a> {
    /// A database with tables for the data sets, and these rows.
    ///
    /// # Panics
    ///
    /// If SQLite does not take them: a bug of this test.
    pub fn new(catalogue: &'a Catalogue, tables: &Tables) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        functions::register(&connection).unwrap();
        for dataset in catalogue.datasets() {
            let columns: Vec<(String, &str)> = dataset.fields.iter().flat_map(columns).collect();
            let declared: Vec<String> =
                columns.iter().map(|(name, ty)| format!("{} {ty}", quoted(name))).collect();
            let (name, declared) = (quoted(&dataset.name), declared.join(", "));
            connection.execute_batch(&format!("CREATE TABLE {name} ({declared}) STRICT")).unwrap();
            let places = vec!["?"; columns.len()].join(", ");
            let mut insert =
                connection.prepare(&format!("INSERT INTO {name} VALUES ({places})")).unwrap();
            let id = catalogue.dataset_named(&dataset.name).unwrap();
            for row in tables.rows(id) {
                let cells = dataset.fields.iter().zip(row);
                let cells = cells.flat_map(|(field, value)| stored(field, value));
                insert.execute(params_from_iter(cells)).unwrap();
            }
        }
        Self { catalogue, connection }
    }

    fn value(&self, row: &Row<'_>, output: Output) -> Value {
        let cell = |offset: u32| row.get_ref((output.first + offset) as usize).unwrap();
        match output.kept {
            Kept::Masked => Value::text("[masked]"),
            Kept::Field => self.field(output.ty, cell(0)),
            Kept::Wide => wide(cell(0))
                .map_or(Value::Null, |wide| Value::Decimal(Decimal::new(wide, output.ty.scale()))),
            Kept::Money | Kept::WideMoney => match (wide(cell(0)), cell(1)) {
                (Some(minor), ValueRef::Text(asset)) => {
                    Value::Money(Money { minor, asset: text(asset).into() })
                }
                _ => Value::Null,
            },
        }
    }

    fn field(&self, ty: Type, cell: ValueRef<'_>) -> Value {
        match (ty, cell) {
            (_, ValueRef::Null) => Value::Null,
            (Type::Whole, ValueRef::Integer(whole)) => Value::Whole(whole),
            (Type::Decimal { scale, .. }, ValueRef::Integer(whole)) => {
                Value::Decimal(Decimal::new(whole.into(), scale))
            }
            (Type::Float, ValueRef::Real(real)) => {
                Float::new(real).map_or(Value::Null, Value::Float)
            }
            (Type::Bool, ValueRef::Integer(truth)) => Value::Bool(truth != 0),
            (Type::Text | Type::Enum(_), ValueRef::Text(bytes)) => Value::text(text(bytes)),
            (Type::Id(prefix), ValueRef::Blob(bytes)) => {
                let bits = u128::from_be_bytes(bytes.try_into().unwrap());
                Value::Id(Id::new(self.catalogue.id_prefix(prefix), bits))
            }
            (Type::Timestamp { .. }, ValueRef::Integer(micros)) => {
                Value::Timestamp(Timestamp::from_micros(micros).unwrap())
            }
            (Type::Date, ValueRef::Text(bytes)) => Value::Date(Date::parse(text(bytes)).unwrap()),
            (Type::TextArray | Type::TextMap, ValueRef::Text(bytes)) => {
                let json: Json = serde_json::from_str(text(bytes)).unwrap();
                pql::value::json::read(&json, ty, self.catalogue).unwrap()
            }
            (ty, cell) => panic!("a {ty} came back as {cell:?}"),
        }
    }
}

impl Store for Sqlite<'_> {
    fn run(&mut self, compiled: &Compiled) -> Result<Vec<Vec<Value>>, String> {
        let command = compiled.emission.command.text();
        let mut statement = self.connection.prepare(command).map_err(|error| error.to_string())?;
        let binds = params_from_iter(compiled.binds.iter().map(bound));
        let mut rows = statement.query(binds).map_err(|error| error.to_string())?;
        let mut values = Vec::new();
        let outputs = &compiled.emission.outputs;
        while let Some(row) = rows.next().map_err(|error| error.to_string())? {
            values.push(outputs.iter().map(|output| self.value(row, *output)).collect());
        }
        Ok(values)
    }
}

/// A wide number; `None` for NULL.
fn wide(cell: ValueRef<'_>) -> Option<Wide> {
    match cell {
        ValueRef::Null => None,
        cell => Some(functions::wide(cell).unwrap()),
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The columns of a field, with their types.
fn columns(field: &Field) -> Vec<(String, &'static str)> {
    match &field.storage {
        Storage::Money { minor, asset } => {
            vec![(minor.name().to_owned(), "INTEGER"), (asset.name().to_owned(), "TEXT")]
        }
        Storage::Limbs { high, low, asset } => vec![
            (high.name().to_owned(), "INTEGER"),
            (low.name().to_owned(), "INTEGER"),
            (asset.name().to_owned(), "TEXT"),
        ],
        Storage::Json(column, _) => vec![(column.name().to_owned(), "TEXT")],
        Storage::Column(column) => {
            let ty = match field.ty {
                Type::Whole | Type::Decimal { .. } | Type::Bool | Type::Timestamp { .. } => {
                    "INTEGER"
                }
                Type::Float => "REAL",
                Type::Id(_) => "BLOB",
                Type::Text | Type::Enum(_) | Type::Date | Type::TextArray | Type::TextMap => "TEXT",
                Type::Money | Type::Duration => unreachable!("kept in another way"),
            };
            vec![(column.name().to_owned(), ty)]
        }
    }
}

/// A value of a field as its columns hold it.
fn stored(field: &Field, value: &Value) -> Vec<Lite> {
    match (&field.storage, value) {
        (Storage::Money { .. }, Value::Money(money)) => {
            vec![integer(money.minor), Lite::Text(money.asset.to_string())]
        }
        (Storage::Money { .. }, _) => vec![Lite::Null, Lite::Null],
        (Storage::Limbs { .. }, Value::Money(money)) => {
            let base = Wide::power_of_ten(18).unwrap();
            let (mut high, mut low) = money.minor.checked_div_rem(base).unwrap();
            if low.is_negative() {
                high = high.checked_sub(Wide::ONE).unwrap();
                low = low.checked_add(base).unwrap();
            }
            vec![integer(high), integer(low), Lite::Text(money.asset.to_string())]
        }
        (Storage::Limbs { .. }, _) => vec![Lite::Null, Lite::Null, Lite::Null],
        (Storage::Json(_, path), value) => vec![in_json(path, value)],
        (Storage::Column(_), value) => vec![cell(field.ty, value)],
    }
}

/// A document that holds the value at the path; a NULL is left out.
fn in_json(path: &JsonPath, value: &Value) -> Lite {
    let value = match value {
        Value::Null => return Lite::Text("{}".to_owned()),
        Value::Whole(whole) => json!(whole),
        Value::Bool(truth) => json!(truth),
        Value::Text(text) => json!(text),
        other => unreachable!("{other:?} is not kept in JSON here"),
    };
    let keys: Vec<&str> = path.keys().collect();
    let document = keys.iter().rev().fold(value, |inner, key| json!({ *key: inner }));
    Lite::Text(document.to_string())
}

fn integer(wide: Wide) -> Lite {
    i64::try_from(wide).map_or_else(|_| Lite::Text(wide.to_string()), Lite::Integer)
}

/// A value as one cell or one bind.
fn cell(ty: Type, value: &Value) -> Lite {
    match value {
        Value::Null => Lite::Null,
        Value::Bool(truth) => Lite::Integer((*truth).into()),
        Value::Whole(whole) => integer(scaled((*whole).into(), ty)),
        Value::Decimal(decimal) => integer(scaled(*decimal, ty)),
        Value::Float(float) => Lite::Real(float.get()),
        Value::Text(text) => Lite::Text(text.to_string()),
        Value::Id(id) => Lite::Blob(id.bits().to_be_bytes().to_vec()),
        Value::Timestamp(at) => Lite::Integer(at.micros()),
        Value::Date(date) => Lite::Text(date.to_string()),
        Value::Array(items) => Lite::Text(json!(items).to_string()),
        Value::Map(entries) => Lite::Text(json!(entries).to_string()),
        Value::Money(_) | Value::Duration(_) => unreachable!("lowered before"),
    }
}

fn scaled(number: Decimal, ty: Type) -> Wide {
    number.at_scale(ty.scale()).unwrap()
}

fn bound(bind: &Bind) -> Lite {
    let ty = bind.ty.ty();
    match &bind.value {
        BindValue::One(value) => cell(ty, value),
        BindValue::List(values) => {
            let items: Vec<Json> = values
                .iter()
                .map(|value| match cell(ty, value) {
                    Lite::Null => Json::Null,
                    Lite::Integer(whole) => json!(whole),
                    Lite::Real(real) => json!(real),
                    Lite::Text(text) => json!(text),
                    Lite::Blob(_) => unreachable!("no list of ids is bound as one"),
                })
                .collect();
            Lite::Text(json!(items).to_string())
        }
    }
}
