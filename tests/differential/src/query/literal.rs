//! Constants as they are written: literals, and parameters where a literal cannot hold them.

use serde_json::Value as Json;

use super::Writer;
use crate::schema::Kind;
use crate::values;

impl Writer<'_> {
    /// A constant of a kind: a literal or a parameter.
    pub(super) fn constant(&mut self, kind: &Kind) -> String {
        let value = values::by_chance(kind, self.chance);
        if self.chance.percent(30) {
            let other = values::by_chance(kind, self.chance);
            return self.param_or(value, other);
        }
        self.written(kind, value)
    }

    /// A literal, or a parameter if it has none.
    pub(super) fn written(&mut self, kind: &Kind, value: Json) -> String {
        let text = value.as_str().unwrap_or_default();
        match kind {
            Kind::Whole | Kind::Decimal { .. } => text.to_owned(),
            Kind::Bool => value.to_string().to_uppercase(),
            Kind::Text if text.contains('\u{202e}') => self.param(value),
            Kind::Text | Kind::Enum | Kind::Id { .. } => quoted(text),
            Kind::Timestamp { .. } | Kind::Date => format!("@{text}"),
            Kind::Money { .. } => {
                let member = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
                format!("{} {}", member("value"), member("asset"))
            }
            Kind::Float => {
                let digits = value.to_string();
                if digits.contains('e') { digits } else { format!("{digits}e0") }
            }
            Kind::Array | Kind::Map => self.param(value),
        }
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
