//! Fields: their types, what each type asks for, and what a store can keep.

use super::Checker;
use crate::catalogue::file::{FileField, Minor};
use crate::catalogue::{Field, Identifier, JsonPath, Storage, StoreKind};
use crate::datatype::{EnumId, PrefixId, Type};

/// The most digits behind a decimal's point.
const SCALE_MAX: u8 = 30;

/// The most digits of money's minor units.
const MINOR_DIGITS_MAX: u8 = 38;

impl Checker {
    pub(super) fn field(
        &mut self,
        kind: StoreKind,
        place: &str,
        name: &str,
        file: &FileField,
    ) -> Field {
        let ty = self.field_type(place, file);
        self.fits_store(kind, place, ty);
        self.fits_type(kind, place, ty, file);
        Field {
            name: name.into(),
            ty,
            nullable: file.nullable,
            storage: self.storage(place, name, ty, file),
            digits: file.digits,
            binary: file.binary,
            nfc: file.stored.is_some(),
        }
    }

    fn field_type(&mut self, place: &str, file: &FileField) -> Type {
        let written = file.ty.as_str();
        if written == "enum" {
            return self.enum_type(place, file);
        }
        if let Some(prefix) = written.strip_prefix("id:") {
            return self.id_type(place, prefix);
        }
        let parsed = match written {
            "whole" => Some(Type::Whole),
            "float" => Some(Type::Float),
            "bool" => Some(Type::Bool),
            "text" => Some(Type::Text),
            "date" => Some(Type::Date),
            "money" => Some(Type::Money),
            "array<text>" => Some(Type::TextArray),
            "map<text>" => Some(Type::TextMap),
            _ => sized_type(written),
        };
        parsed.unwrap_or_else(|| {
            let message = format!(
                "there is no type {written}: whole, decimal(p,s), float, bool, text, enum, id:prefix, \
                 timestamp(p), date, money, array<text> and map<text> are"
            );
            self.error(place, message);
            Type::Text
        })
    }

    fn enum_type(&mut self, place: &str, file: &FileField) -> Type {
        let mut values: Vec<Box<str>> = Vec::new();
        for value in file.values.iter().flatten() {
            if values.iter().any(|other| **other == **value) || value.contains('\0') {
                self.error(
                    place,
                    format!("the value {} stands twice, or holds NUL", value.escape_debug()),
                );
            }
            values.push(value.as_str().into());
        }
        if values.is_empty() {
            self.error(place, "an enum lists its values");
        }
        let known = self.enums.iter().position(|other| *other == values);
        let id = known.unwrap_or(self.enums.len());
        if known.is_none() {
            self.enums.push(values);
        }
        Type::Enum(EnumId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    fn id_type(&mut self, place: &str, prefix: &str) -> Type {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let is_prefix = prefix.bytes().all(is_letter) && prefix.len() <= 63;
        if !is_prefix || prefix.is_empty() || prefix.starts_with('_') || prefix.ends_with('_') {
            self.error(place, "the prefix of an id is 1 to 63 lower-case letters");
        }
        let known = self.prefixes.iter().position(|other| **other == *prefix);
        let id = known.unwrap_or(self.prefixes.len());
        if known.is_none() {
            self.prefixes.push(prefix.into());
        }
        Type::Id(PrefixId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    fn fits_store(&mut self, kind: StoreKind, place: &str, ty: Type) {
        let message = match (kind, ty) {
            (StoreKind::Sqlite, Type::Decimal { precision, .. }) if precision > 18 => {
                "SQLite keeps decimals of at most 18 digits"
            }
            (StoreKind::Mongodb, Type::Decimal { precision, .. }) if precision > 34 => {
                "MongoDB keeps decimals of at most 34 digits"
            }
            (StoreKind::Mongodb, Type::Timestamp { precision }) if precision > 3 => {
                "MongoDB keeps timestamps of at most 3 digits"
            }
            _ => return,
        };
        self.error(place, message);
    }

    /// Refuses keys that mean nothing for the type.
    fn fits_type(&mut self, kind: StoreKind, place: &str, ty: Type, file: &FileField) {
        let is_money = ty == Type::Money;
        let is_text = matches!(ty, Type::Text | Type::Enum(_));
        let mut refuse = |wrong: bool, message: &str| {
            if wrong {
                self.error(place, message);
            }
        };
        let is_enum = matches!(ty, Type::Enum(_));
        refuse(file.values.is_some() && !is_enum, "values belong to an enum");
        refuse(file.minor.is_some() && !is_money, "minor belongs to money");
        refuse(file.asset.is_some() && !is_money, "asset belongs to money");
        refuse(file.digits.is_some() && !is_money, "digits belong to money");
        refuse(file.binary && !is_text, "binary is a claim about a text column");
        refuse(file.stored.is_some() && ty != Type::Text, "stored belongs to text");
        let is_nfc = file.stored.as_deref().is_none_or(|stored| stored == "nfc");
        refuse(!is_nfc, "stored is \"nfc\" or left out");
        let digits_fit = file.digits.is_none_or(|digits| (1..=MINOR_DIGITS_MAX).contains(&digits));
        refuse(!digits_fit, "digits are 1 to 38");
        let two = matches!(file.minor, Some(Minor::Two(_)));
        refuse(two && kind != StoreKind::Sqlite, "two columns for minor units are for SQLite");
        let one_on_sqlite = is_money && !two && kind == StoreKind::Sqlite;
        let beyond = file.digits.is_some_and(|digits| digits > 18);
        refuse(
            one_on_sqlite && beyond,
            "SQLite keeps 18 digits in one column; name two: minor = [\"hi\", \"lo\"]",
        );
        refuse(
            kind == StoreKind::Mongodb && file.digits.is_some_and(|d| d > 34),
            "MongoDB keeps 34 digits",
        );
        let has_path = file.path.is_some();
        let is_part = matches!(ty, Type::Money | Type::TextArray | Type::TextMap);
        refuse(has_path && is_part, "a path leads to one plain value");
        refuse(has_path && !file.nullable, "a value inside JSON may be absent: nullable = true");
        refuse(has_path && file.column.is_none(), "a path needs the column that holds the JSON");
        refuse(is_money && file.column.is_some(), "money has minor and asset, no column");
    }

    fn storage(&mut self, place: &str, name: &str, ty: Type, file: &FileField) -> Storage {
        if ty == Type::Money {
            return self.money_storage(place, file);
        }
        let column = self.identifier(place, file.column.as_deref().unwrap_or(name));
        let Some(path) = &file.path else {
            return Storage::Column(column);
        };
        match JsonPath::new(path) {
            Some(path) => Storage::Json(column, path),
            None => {
                self.error(place, "a path is $.key.key, of letters, digits and underscores");
                Storage::Column(column)
            }
        }
    }

    fn money_storage(&mut self, place: &str, file: &FileField) -> Storage {
        let (Some(minor), Some(asset)) = (&file.minor, &file.asset) else {
            self.error(place, "money names two columns: minor and asset");
            return Storage::Column(self.identifier(place, "_"));
        };
        let asset = self.identifier(place, asset);
        match minor {
            Minor::One(minor) => Storage::Money { minor: self.identifier(place, minor), asset },
            Minor::Two([high, low]) => Storage::Limbs {
                high: self.identifier(place, high),
                low: self.identifier(place, low),
                asset,
            },
        }
    }

    fn identifier(&mut self, place: &str, name: &str) -> Identifier {
        Identifier::new(name).unwrap_or_else(|| {
            let message =
                "the name of a column has no quotes, backticks, backslashes and control characters";
            self.error(place, message);
            Identifier::placeholder()
        })
    }
}

/// `decimal(p,s)` and `timestamp(p)`.
fn sized_type(written: &str) -> Option<Type> {
    let inner = written.strip_suffix(')')?;
    let number = |text: &str| -> Option<u8> {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    if let Some(sizes) = inner.strip_prefix("decimal(") {
        let (precision, scale) = sizes.split_once(',')?;
        let (precision, scale) = (number(precision)?, number(scale)?);
        let fits = (1..=38).contains(&precision) && scale <= precision && scale <= SCALE_MAX;
        return fits.then_some(Type::Decimal { precision, scale });
    }
    let precision = number(inner.strip_prefix("timestamp(")?)?;
    (precision <= 6).then_some(Type::Timestamp { precision })
}
