//! Data sets made by chance: fields of every type, often nullable, with relations among them.
//!
//! Each seed gives one; as a catalogue file it differs from store to store only where it must.

use std::fmt::Write;

use pql::catalogue::StoreKind;
use testkit::chance::Chance;

/// The type of a field, with what the catalogue says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Decimal { precision: u8, scale: u8 },
    Float,
    Bool,
    Text,
    Enum,
    Id { prefix: &'static str },
    Timestamp { precision: u8 },
    Date,
    Money { digits: u8 },
    Array,
    Map,
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// Whether it is kept inside JSON.
    pub(crate) in_json: bool,
}

/// A data set. Its first field is its key, its second one its owner.
#[derive(Debug, Clone)]
pub(crate) struct Dataset {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Field>,
    pub(crate) is_scoped: bool,
    pub(crate) relations: Vec<Relation>,
}

/// A relation: `here = there`, by the names of fields.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) name: &'static str,
    pub(crate) to: usize,
    pub(crate) many: bool,
    pub(crate) here: String,
    pub(crate) there: String,
}

/// Data sets that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    pub(crate) datasets: Vec<Dataset>,
}

/// The codes of the assets, and their decimals.
pub(crate) const ASSETS: [(&str, u8); 4] = [("BHD", 3), ("GBP", 2), ("JPY", 0), ("USD", 2)];
/// The values of every enum.
pub(crate) const ENUM: [&str; 4] = ["new", "it's", "Settled", "a\\b"];
/// Digits of money in one integer of SQLite.
pub(crate) const MONEY_DIGITS: u8 = 18;
/// Digits of money in two.
const LIMB_DIGITS: u8 = 30;
/// Names of fields: some are words of the language, some need quotes, some differ from their case.
const NAMES: [&str; 14] = [
    "a",
    "b",
    "c",
    "Amount",
    "day",
    "count",
    "select",
    "two words",
    "quo\"te",
    "é",
    "x1",
    "_y",
    "TZ",
    "z",
];
pub(crate) const OWNER: &str = "owner";
pub(crate) const KEY: &str = "id";
const PARENT: &str = "parent_id";

impl Schema {
    pub(crate) fn by_chance(chance: &mut Chance) -> Self {
        let key_kinds = [Kind::Whole, Kind::Text, Kind::Id { prefix: "key" }];
        let keys = [chance.one(&key_kinds).clone(), chance.one(&key_kinds).clone()];
        let mut datasets = Vec::new();
        for (place, name) in ["t", "u"].into_iter().enumerate() {
            let mut fields = vec![field(KEY, keys[place].clone()), field(OWNER, Kind::Text)];
            let parent = Field { nullable: true, ..field(PARENT, keys[1 - place].clone()) };
            fields.push(parent);
            let first = chance.below(NAMES.len());
            for offset in 0..5 + chance.below(6) {
                fields.push(field_by_chance(NAMES[(first + offset) % NAMES.len()], chance));
            }
            let relations = vec![
                relation("up", 1 - place, PARENT, KEY),
                Relation { many: true, ..relation("down", 1 - place, KEY, PARENT) },
            ];
            datasets.push(Dataset { name, fields, is_scoped: chance.percent(80), relations });
        }
        Self { datasets }
    }

    /// The catalogue file for a kind of store; the role `reader` may read everything.
    pub(crate) fn catalogue(&self, kind: StoreKind) -> String {
        let mut text = String::from("version = 1\n[assets]\n");
        for (code, decimals) in ASSETS {
            line(&mut text, format_args!("{code} = {decimals}"));
        }
        line(&mut text, format_args!("[stores.main]\nkind = \"{}\"\nurl = \"\"", kind.name()));
        for dataset in &self.datasets {
            let name = dataset.name;
            let scope = if dataset.is_scoped { OWNER } else { "none" };
            line(
                &mut text,
                format_args!("[datasets.{name}]\nstore = \"main\"\nsource = \"{name}\""),
            );
            line(&mut text, format_args!("key = [\"{KEY}\"]\nscope = \"{scope}\""));
            line(&mut text, format_args!("rows_default = 100000\nrows_max = 100000"));
            line(&mut text, format_args!("[datasets.{name}.fields]"));
            for field in &dataset.fields {
                line(
                    &mut text,
                    format_args!("{} = {{ {} }}", quoted(&field.name), field.declared()),
                );
            }
            line(&mut text, format_args!("[datasets.{name}.relations]"));
            for Relation { name, to, many, here, there } in &dataset.relations {
                let to = self.datasets[*to].name;
                line(
                    &mut text,
                    format_args!(
                        "{name} = {{ to = \"{to}\", many = {many}, on = {{ {here} = \"{there}\" }} }}"
                    ),
                );
            }
        }
        for dataset in &self.datasets {
            line(&mut text, format_args!("[roles.reader.{}]\nfields = [\"*\"]", dataset.name));
        }
        text.replace("fields = [\"*\"]", "fields = \"*\"")
    }
}

impl Field {
    /// The name as a query writes it.
    pub(crate) fn written(&self) -> String {
        let is_plain = self.name.bytes().all(|byte| byte.is_ascii_lowercase() && byte != b'y');
        let is_word = self.name == "select";
        if is_plain && !is_word {
            self.name.clone()
        } else {
            format!("\"{}\"", self.name.replace('"', "\"\""))
        }
    }

    /// The column of a plain field.
    pub(crate) fn column(&self) -> String {
        format!("f_{}", self.name.replace('"', "-"))
    }

    fn declared(&self) -> String {
        let values: Vec<String> = ENUM.iter().map(|value| quoted(value)).collect();
        let ty = match &self.kind {
            Kind::Whole => "whole".to_owned(),
            Kind::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            Kind::Float => "float".to_owned(),
            Kind::Bool => "bool".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::Enum => "enum".to_owned(),
            Kind::Id { prefix } => format!("id:{prefix}"),
            Kind::Timestamp { precision } => format!("timestamp({precision})"),
            Kind::Date => "date".to_owned(),
            Kind::Money { .. } => "money".to_owned(),
            Kind::Array => "array<text>".to_owned(),
            Kind::Map => "map<text>".to_owned(),
        };
        let mut declared = format!("type = \"{ty}\", nullable = {}", self.nullable);
        if self.kind == Kind::Enum {
            declared += &format!(", values = [{}]", values.join(", "));
        }
        if let Kind::Money { digits } = self.kind {
            let column = self.column();
            let part = |name: &str| quoted(&format!("{column}_{name}"));
            let minor = match digits {
                ..=MONEY_DIGITS => part("minor"),
                _ => format!("[{}, {}]", part("high"), part("low")),
            };
            declared += &format!(", minor = {minor}, asset = {}, digits = {digits}", part("asset"));
        } else if self.in_json {
            declared += &format!(", column = {}, path = \"$.in.it\"", quoted(&self.column()));
        } else {
            declared += &format!(", column = {}", quoted(&self.column()));
        }
        declared
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").unwrap();
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn field(name: &str, kind: Kind) -> Field {
    Field { name: name.to_owned(), kind, nullable: false, in_json: false }
}

fn relation(name: &'static str, to: usize, here: &str, there: &str) -> Relation {
    Relation { name, to, many: false, here: here.to_owned(), there: there.to_owned() }
}

fn field_by_chance(name: &str, chance: &mut Chance) -> Field {
    let kind = match chance.below(20) {
        0..4 => Kind::Whole,
        4 | 5 => {
            let precision = 1 + chance.below(18);
            let scale = chance.below(precision + 1).min(6);
            Kind::Decimal { precision: precision as u8, scale: scale as u8 }
        }
        6 => Kind::Float,
        7 => Kind::Bool,
        8..12 => Kind::Text,
        12 => Kind::Enum,
        13 => Kind::Id { prefix: "txn" },
        14 | 15 => Kind::Timestamp { precision: *chance.one(&[0, 3]) },
        16 => Kind::Date,
        17 => Kind::Money { digits: *chance.one(&[MONEY_DIGITS, MONEY_DIGITS, LIMB_DIGITS]) },
        18 => Kind::Array,
        _ => Kind::Map,
    };
    let in_json = matches!(kind, Kind::Whole | Kind::Text | Kind::Bool) && chance.percent(15);
    let nullable = in_json || chance.percent(60);
    Field { nullable, in_json, ..field(name, kind) }
}
