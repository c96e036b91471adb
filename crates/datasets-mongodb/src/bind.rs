//! PQL's values as BSON, put where the command says `{"$bind": n}`.

use datasets::{Bind, Bound};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, DateTime, Decimal128, Document};
use pql::datatype::Type;
use pql::value::Value;

/// What stands for a value.
const BIND: &str = "$bind";

/// The document with every `{"$bind": n}` replaced.
pub(super) fn bound(document: Document, binds: &[Bind]) -> Document {
    document.into_iter().map(|(name, value)| (name, replaced(value, binds))).collect()
}

fn replaced(bson: Bson, binds: &[Bind]) -> Bson {
    if let Bson::Array(items) = bson {
        return Bson::Array(items.into_iter().map(|item| replaced(item, binds)).collect());
    }
    let Bson::Document(document) = bson else { return bson };
    match place(&document).and_then(|place| binds.get(place)) {
        Some(bind) => parameter(bind),
        None => Bson::Document(bound(document, binds)),
    }
}

fn place(document: &Document) -> Option<usize> {
    if document.len() != 1 {
        return None;
    }
    let place = document.get(BIND)?;
    place
        .as_i64()
        .or_else(|| place.as_i32().map(i64::from))
        .and_then(|place| usize::try_from(place).ok())
}

fn parameter(bind: &Bind) -> Bson {
    match &bind.value {
        Bound::One(value) => bson(value, bind.ty),
        Bound::Many(values) => {
            Bson::Array(values.iter().map(|value| bson(value, bind.ty)).collect())
        }
    }
}

fn bson(value: &Value, ty: Type) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Whole(whole) if ty == Type::Whole => Bson::Int64(*whole),
        Value::Whole(whole) => decimal(&whole.to_string()),
        Value::Decimal(number) => decimal(&number.to_string()),
        Value::Float(float) => Bson::Double(float.get()),
        Value::Text(text) => Bson::String(text.to_string()),
        // The minor units; an asset is a bind of its own.
        Value::Money(money) => decimal(&money.minor.to_string()),
        Value::Id(id) => {
            let bytes = id.bits().to_be_bytes().to_vec();
            Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes })
        }
        // Fields keep milliseconds; the compiler has cut the bind to them.
        Value::Timestamp(at) => {
            Bson::DateTime(DateTime::from_millis(at.micros().div_euclid(1_000)))
        }
        Value::Date(date) => Bson::String(date.to_string()),
        Value::Duration(duration) => Bson::Int64(duration.micros().div_euclid(1_000)),
        Value::Array(items) => {
            Bson::Array(items.iter().map(|item| Bson::String(item.to_string())).collect())
        }
        Value::Map(entries) => {
            let entry =
                |(key, value): (&str, &str)| (key.to_owned(), Bson::String(value.to_owned()));
            Bson::Document(
                entries.iter().map(|(key, value)| (&**key, &**value)).map(entry).collect(),
            )
        }
    }
}

/// At most 34 digits: the compiler refuses more on this store.
fn decimal(text: &str) -> Bson {
    text.parse::<Decimal128>().map_or(Bson::Null, Bson::Decimal128)
}
