//! How many digits an expression has at most, before any row is read: what is too wide is refused
//! with the number, instead of failing later.

use super::{Refused, Resolved, Resolver};
use crate::catalogue::{Field, Storage, StoreKind};
use crate::datatype::{Type, WHOLE_DIGITS};
use crate::{Code, Diagnostic, Span};

/// Digits of money's minor units in one INTEGER of SQLite.
const MINOR_DIGITS_SQLITE: u8 = 18;

/// Digits of money's minor units elsewhere, if the catalogue says nothing.
const MINOR_DIGITS: u8 = 36;

/// The digits of a type that is not money; money's own are given.
pub(super) const fn digits(ty: Type, money: u8) -> u8 {
    match ty {
        Type::Whole => WHOLE_DIGITS,
        Type::Decimal { precision, .. } => precision,
        Type::Money => money,
        Type::Float
        | Type::Bool
        | Type::Text
        | Type::Enum(_)
        | Type::Id(_)
        | Type::Timestamp { .. }
        | Type::Date
        | Type::Duration
        | Type::TextArray
        | Type::TextMap => 0,
    }
}

/// The digits of a field.
pub(super) fn field_digits(field: &Field, kind: StoreKind) -> u8 {
    let money = match field.storage {
        Storage::Money { .. } if kind == StoreKind::Sqlite => MINOR_DIGITS_SQLITE,
        Storage::Money { .. } | Storage::Limbs { .. } | Storage::Column(_) | Storage::Json(..) => {
            field.digits.unwrap_or(MINOR_DIGITS)
        }
    };
    digits(field.ty, money)
}

impl Resolver<'_> {
    /// The width, if the store computes it exactly.
    pub(super) fn checked_width(&mut self, digits: u32, span: Span) -> Resolved<u8> {
        let most = self.request.kind.digits_max();
        match u8::try_from(digits).ok().filter(|digits| *digits <= most) {
            Some(digits) => Ok(digits),
            None => {
                let store = self.request.kind.title();
                let message =
                    format!("This may have {digits} digits; {store} computes {most} exactly.");
                let error = Diagnostic::new(Code::Width, span, message).hint(
                    "Use fields with fewer digits, or fewer products and sums in one another.",
                );
                self.errors.push(error);
                Err(Refused)
            }
        }
    }
}
