//! Conditions: comparisons and patterns on every kind, under NOT, AND, OR, IS, EXISTS and ANY.

use serde_json::{Value as Json, json};

use super::literal::quoted;
use super::{Place, Writer};
use crate::schema::Kind;
use crate::values;

/// EXISTS within EXISTS, at most.
const EXISTS_MOST: usize = 2;

impl Writer<'_> {
    /// A condition with at most `depth` levels of AND, OR, NOT and their like.
    pub(super) fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.test();
        }
        let inner = depth - 1;
        match self.chance.below(12) {
            0 | 1 => format!("({}) AND ({})", self.condition(inner), self.condition(inner)),
            2 | 3 => format!("({}) OR ({})", self.condition(inner), self.condition(inner)),
            4 => format!("NOT ({})", self.condition(inner)),
            5 => {
                let not = *self.chance.one(&["", "NOT "]);
                let truth = *self.chance.one(&["TRUE", "FALSE", "UNKNOWN"]);
                format!("({}) IS {not}{truth}", self.condition(inner))
            }
            6 if self.frames.len() <= EXISTS_MOST => self.exists(inner),
            _ => self.test(),
        }
    }

    fn exists(&mut self, depth: usize) -> String {
        let (name, there) = match self.chance.below(4) {
            0 => ("up.down", self.here()),
            _ => ("down", 1 - self.here()),
        };
        self.frames.push(there);
        let condition = if self.chance.percent(80) {
            format!(" ({})", self.condition(depth))
        } else {
            String::new()
        };
        self.frames.pop();
        format!("EXISTS {name}{condition}")
    }

    /// A comparison or a pattern.
    fn test(&mut self) -> String {
        match self.chance.below(10) {
            0 | 1 => {
                let comparison = self.comparison();
                format!("{} {comparison} {}", self.number(2), self.number(1))
            }
            2 => {
                let comparison = self.comparison();
                let constant = self.constant(&Kind::Whole);
                format!("{} {comparison} {constant}", self.number(1))
            }
            3 | 4 => self.text_test(),
            _ => {
                let place = self.any_field();
                self.field_test(&place)
            }
        }
    }

    fn text_test(&mut self) -> String {
        let text = self.text(1);
        match self.chance.below(6) {
            0 => {
                let comparison = self.comparison();
                format!("{text} {comparison} {}", self.text(1))
            }
            1..4 => {
                let not = *self.chance.one(&["", "NOT "]);
                let like = *self.chance.one(&["LIKE", "ILIKE"]);
                let pattern = self.pattern();
                let escape = if self.chance.percent(30) { " ESCAPE '!'" } else { "" };
                let pattern =
                    if escape.is_empty() { pattern } else { pattern.replace("!", "!!") + "!%" };
                let pattern = self.written(&Kind::Text, json!(pattern));
                format!("{text} {not}{like} {pattern}{escape}")
            }
            _ => {
                let search =
                    *self.chance.one(&["STARTS WITH", "ENDS WITH", "CONTAINS", "NOT CONTAINS"]);
                let part = self.constant(&Kind::Text);
                format!("{text} {search} {part}")
            }
        }
    }

    /// What can be asked of a field of its kind.
    fn field_test(&mut self, place: &Place) -> String {
        let Place { text, kind, nullable } = place;
        if *nullable && self.chance.percent(12) {
            let not = *self.chance.one(&["", "NOT "]);
            return format!("{text} IS {not}NULL");
        }
        match kind {
            Kind::Bool if self.chance.percent(50) => text.clone(),
            Kind::Array => self.any(text),
            Kind::Map => {
                let key = *self.chance.one(&values::KEYS);
                let key = quoted(key);
                let comparison = self.comparison();
                let constant = self.constant(&Kind::Text);
                format!("{text}[{key}] {comparison} {constant}")
            }
            Kind::Timestamp { .. } | Kind::Date if self.chance.percent(50) => {
                self.dated(text, kind)
            }
            _ => self.compared(text, kind),
        }
    }

    /// A period, or a comparison with the clock.
    fn dated(&mut self, text: &str, kind: &Kind) -> String {
        match kind {
            Kind::Timestamp { .. } if self.chance.percent(30) => {
                let shift = *self.chance.one(&["NOW()", "NOW() - 7d", "NOW() + 90m"]);
                let comparison = *self.chance.one(&["<", "<=", ">", ">="]);
                format!("{text} {comparison} {shift}")
            }
            Kind::Date if self.chance.percent(30) => {
                let zone = *self.chance.one(&["'UTC'", "'Asia/Tokyo'"]);
                format!("{text} {} TODAY({zone}) - 1d", self.comparison())
            }
            Kind::Date => {
                let period = *self.chance.one(&["DAY", "WEEK", "MONTH", "YEAR"]);
                format!("{text} ON {period} {}", self.constant(&Kind::Date))
            }
            _ => {
                let period = *self.chance.one(&["DAY", "WEEK", "MONTH", "YEAR"]);
                let date =
                    *self.chance.one(&["2026-03-29", "2026-10-25", "2025-12-31", "1970-01-01"]);
                let zone = self.zone();
                format!("{text} ON {period} @{date}{zone}")
            }
        }
    }

    fn compared(&mut self, text: &str, kind: &Kind) -> String {
        let equal_only = matches!(kind, Kind::Enum | Kind::Id { .. } | Kind::Bool);
        let constant = self.constant(kind);
        match self.chance.below(10) {
            0 if !matches!(kind, Kind::Bool) => {
                let not = *self.chance.one(&["", "NOT "]);
                format!("{text} IS {not}DISTINCT FROM {constant}")
            }
            1 | 2 if !matches!(kind, Kind::Bool) => {
                let not = *self.chance.one(&["", "NOT "]);
                format!("{text} {not}IN {}", self.list(kind))
            }
            3 | 4 if !equal_only => {
                let not = *self.chance.one(&["", "NOT "]);
                format!("{text} {not}BETWEEN {constant} AND {}", self.constant(kind))
            }
            5 => {
                let optional = if self.chance.percent(50) {
                    Json::Null
                } else {
                    values::by_chance(kind, self.chance)
                };
                let other = values::by_chance(kind, self.chance);
                let name = self.param_or(optional, other);
                let comparison = *self.chance.one(&["=", "<>"]);
                format!("{text} {comparison} {name}?")
            }
            _ if equal_only => {
                let comparison = *self.chance.one(&["=", "<>"]);
                format!("{text} {comparison} {constant}")
            }
            _ => {
                let comparison = self.comparison();
                if self.chance.percent(20) {
                    format!("{constant} {comparison} {text}")
                } else {
                    format!("{text} {comparison} {constant}")
                }
            }
        }
    }

    fn list(&mut self, kind: &Kind) -> String {
        let length = self.chance.below(4);
        if self.chance.percent(30) {
            let mut items = || (0..length).map(|_| values::by_chance(kind, self.chance)).collect();
            let (items, others) = (Json::Array(items()), Json::Array(items()));
            return self.param_or(items, others);
        }
        let items: Vec<String> = (0..length).map(|_| self.constant(kind)).collect();
        format!("({})", items.join(", "))
    }

    fn any(&mut self, text: &str) -> String {
        match self.chance.below(4) {
            0 => {
                let pattern = self.pattern();
                let pattern = self.written(&Kind::Text, json!(pattern));
                format!("ANY {text} LIKE {pattern}")
            }
            1 => format!("ANY {text} IN {}", self.list(&Kind::Text)),
            _ => {
                let comparison = self.comparison();
                let constant = self.constant(&Kind::Text);
                format!("ANY {text} {comparison} {constant}")
            }
        }
    }

    fn comparison(&mut self) -> &'static str {
        self.chance.one::<&str>(&["=", "<>", "<", "<=", ">", ">="])
    }
}
