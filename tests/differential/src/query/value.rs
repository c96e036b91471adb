//! Values: arithmetic on numbers, functions of texts, parts of amounts and maps.

use super::Writer;
use super::literal::quoted;
use crate::schema::Kind;
use crate::values::{KEYS, TEXTS};

impl Writer<'_> {
    /// A value of any kind.
    pub(super) fn value(&mut self, depth: usize) -> String {
        match self.chance.below(10) {
            0..5 => self.number(depth),
            5..8 => self.text(depth),
            8 => match self.field(|kind| matches!(kind, Kind::Money { .. })) {
                None => self.number(depth),
                Some(money) if self.chance.percent(40) => {
                    let other = self.constant(&money.kind);
                    format!("{} + {other}", money.text)
                }
                Some(money) => format!("{} * {}", money.text, self.chance.below(4)),
            },
            _ => self.chosen(),
        }
    }

    /// COALESCE or NULLIF over a field of any kind.
    fn chosen(&mut self) -> String {
        let field = self.scalar_field();
        if field.kind == Kind::Bool {
            return field.text;
        }
        let other = self.constant(&field.kind);
        let name = *self.chance.one(&["COALESCE", "NULLIF"]);
        format!("{name}({}, {other})", field.text)
    }

    /// A whole number or a decimal.
    pub(super) fn number(&mut self, depth: usize) -> String {
        let is_number = |kind: &Kind| matches!(kind, Kind::Whole | Kind::Decimal { .. });
        let Some(field) = self.field(is_number) else { return "1".to_owned() };
        if depth == 0 || self.chance.percent(25) {
            return field.text;
        }
        let depth = depth - 1;
        match self.chance.below(12) {
            0 => format!("-{}", field.text),
            1 | 2 => {
                let operator = *self.chance.one(&["+", "-", "*", "/"]);
                format!("{} {operator} {}", field.text, self.number(depth))
            }
            3 | 4 => {
                let operator = *self.chance.one(&["+", "-", "*", "/"]);
                let kind = *self.chance.one(&[0, 1, 2]);
                let constant = match kind {
                    0 => self.chance.below(5).to_string(),
                    1 => format!("{}.{}", self.chance.below(3), self.chance.below(100)),
                    _ => self.param("2.5".into()),
                };
                format!("({} {operator} {constant})", self.number(depth))
            }
            5 => match self.field(|kind| *kind == Kind::Whole) {
                None => field.text,
                Some(whole) => {
                    let operator = *self.chance.one(&["DIV", "MOD"]);
                    format!("{} {operator} {}", whole.text, self.chance.below(5))
                }
            },
            6 => format!("ABS({})", self.number(depth)),
            7 => {
                let places = self.chance.below(5) as i64 - 2;
                format!("ROUND({}, {places})", self.number(depth))
            }
            8 => {
                let name = *self.chance.one(&["FLOOR", "CEIL"]);
                format!("{name}({})", self.number(depth))
            }
            9 => format!("LENGTH({})", self.text(depth)),
            10 => {
                let name = *self.chance.one(&["COALESCE", "NULLIF"]);
                format!("{name}({}, {})", self.number(depth), self.chance.below(4))
            }
            _ => match self.field(|kind| matches!(kind, Kind::Money { .. })) {
                None => field.text,
                Some(money) => format!("{}.value", money.text),
            },
        }
    }

    /// A text.
    pub(super) fn text(&mut self, depth: usize) -> String {
        let Some(field) = self.field(|kind| *kind == Kind::Text) else { return quoted("a") };
        if depth == 0 || self.chance.percent(30) {
            return field.text;
        }
        let depth = depth - 1;
        match self.chance.below(6) {
            0 => format!("LOWER({})", self.text(depth)),
            1 => format!("UPPER({})", self.text(depth)),
            2 => {
                let constant = self.constant(&Kind::Text);
                format!("CONCAT({}, {constant}, {})", field.text, self.text(depth))
            }
            3 => {
                let constant = self.constant(&Kind::Text);
                format!("COALESCE({}, {constant})", self.text(depth))
            }
            4 => match self.field(|kind| *kind == Kind::Map) {
                None => field.text,
                Some(map) => {
                    let key = *self.chance.one(&KEYS);
                    let key =
                        if self.chance.percent(40) { self.param(key.into()) } else { quoted(key) };
                    format!("{}[{key}]", map.text)
                }
            },
            _ => match self.field(|kind| matches!(kind, Kind::Money { .. })) {
                None => field.text,
                Some(money) => format!("{}.asset", money.text),
            },
        }
    }

    /// A pattern of LIKE, often made of a text that rows hold.
    pub(super) fn pattern(&mut self) -> String {
        let text = *self.chance.one(&TEXTS);
        let many = self.chance.below(4);
        let mut pattern: String =
            text.chars().map(|letter| if self.chance.percent(20) { '_' } else { letter }).collect();
        if many & 1 == 1 {
            pattern.insert(0, '%');
        }
        if many & 2 == 2 {
            pattern.push('%');
        }
        pattern
    }
}
