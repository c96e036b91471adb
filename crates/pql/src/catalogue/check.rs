//! From the file to the catalogue: every name is found, every type fits its store, nothing is
//! ambiguous. All mistakes are told, each with the place in the file.

mod fields;
mod relations;
mod roles;

use crate::catalogue::file::{File, FileDataset, FileStore, Ordered};
use crate::catalogue::names::Names;
use crate::catalogue::{
    Asset, Catalogue, Dataset, FieldId, Identifier, Limits, Store, StoreId, StoreKind,
};
use crate::datatype::Type;

/// Rows of an answer without LIMIT, if the catalogue says nothing.
const ROWS_DEFAULT: u32 = 100;

/// Rows of an answer at most, if the catalogue says nothing.
const ROWS_MAX: u32 = 10_000;

/// The most decimals of an asset.
const ASSET_DECIMALS_MAX: u8 = 24;

/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 128;

/// What is wrong with a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct CatalogueError {
    /// Where: `datasets.t.fields.a`, or `line 3` where the file cannot be read.
    pub place: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// What is wrong so far, and the tables that fields fill.
#[derive(Default)]
struct Checker {
    errors: Vec<CatalogueError>,
    enums: Vec<Vec<Box<str>>>,
    prefixes: Vec<Box<str>>,
}

pub(crate) fn read(text: &str) -> Result<Catalogue, Vec<CatalogueError>> {
    let file: File = toml::from_str(text).map_err(|error| vec![unreadable(text, &error)])?;
    let mut checker = Checker::default();
    let catalogue = checker.catalogue(&file);
    if checker.errors.is_empty() { Ok(catalogue) } else { Err(checker.errors) }
}

fn unreadable(text: &str, error: &toml::de::Error) -> CatalogueError {
    let start = error.span().map_or(0, |span| span.start);
    let place = crate::Place::of(text, u32::try_from(start).unwrap_or(u32::MAX));
    CatalogueError { place: format!("line {}", place.line), message: error.message().to_owned() }
}

impl Checker {
    fn error(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.errors.push(CatalogueError { place: place.into(), message: message.into() });
    }

    fn catalogue(&mut self, file: &File) -> Catalogue {
        if file.version != 1 {
            self.error("version", format!("is {}, this program knows 1", file.version));
        }
        let assets = self.assets(&file.assets);
        let stores: Vec<Store> =
            file.stores.0.iter().map(|(name, store)| self.store(name, store)).collect();
        self.names("stores", file.stores.0.iter().map(|(name, _)| &**name));
        let dataset_names = self.names("datasets", file.datasets.0.iter().map(|(name, _)| &**name));
        let mut catalogue = Catalogue {
            assets,
            stores,
            datasets: Vec::new(),
            roles: Vec::new(),
            enums: Vec::new(),
            prefixes: Vec::new(),
            dataset_names,
        };
        for (name, dataset) in &file.datasets.0 {
            let dataset = self.dataset(&catalogue, name, dataset);
            catalogue.datasets.push(dataset);
        }
        for (index, (name, dataset)) in file.datasets.0.iter().enumerate() {
            let relations = self.relations(&mut catalogue, index, name, dataset);
            catalogue.datasets[index].relations = relations;
        }
        self.names("roles", file.roles.0.iter().map(|(name, _)| &**name));
        for (name, grants) in &file.roles.0 {
            let role = self.role(&catalogue, name, grants);
            catalogue.roles.push(role);
        }
        catalogue.enums = std::mem::take(&mut self.enums);
        catalogue.prefixes = std::mem::take(&mut self.prefixes);
        catalogue
    }

    /// The places of names of one kind, refused where two differ by case.
    fn names<'a>(&mut self, place: &str, names: impl Iterator<Item = &'a str> + Clone) -> Names {
        for name in names.clone() {
            let is_plain = !name.is_empty() && !name.chars().any(char::is_control);
            if !is_plain || name.len() > NAME_BYTES_MAX {
                let message = "a name has 1 to 128 bytes and no control characters";
                self.error(format!("{place}.{}", name.escape_debug()), message);
            }
        }
        let (names, alike) = Names::new(names);
        if let Some((one, other)) = alike {
            let message = format!("{one} and {other} are the same name: case is not told apart");
            self.error(place, message);
        }
        names
    }

    fn assets(&mut self, file: &Ordered<u8>) -> Vec<Asset> {
        let mut assets = Vec::new();
        for (code, decimals) in &file.0 {
            let place = format!("assets.{code}");
            let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
            let is_next = |byte: u8| is_letter(byte) || byte.is_ascii_digit();
            let bytes = code.as_bytes();
            if !bytes.first().is_some_and(|byte| is_letter(*byte))
                || !bytes.iter().all(|b| is_next(*b))
            {
                self.error(&place, "a code is upper-case letters, digits and underscores");
            }
            if is_word(code) {
                self.error(&place, "is a word of the language, so money in it could not be read");
            }
            if *decimals > ASSET_DECIMALS_MAX {
                let message = format!("has {decimals} decimals, at most {ASSET_DECIMALS_MAX}");
                self.error(&place, message);
            }
            assets.push(Asset { code: code.as_str().into(), decimals: *decimals });
        }
        assets
    }

    fn store(&mut self, name: &str, file: &FileStore) -> Store {
        let place = format!("stores.{name}");
        let kind = StoreKind::named(&file.kind).unwrap_or_else(|| {
            let message = "kind is one of sqlite, postgres, mariadb, clickhouse, mongodb";
            self.error(&place, message);
            StoreKind::Sqlite
        });
        if file.url.is_some() && file.url_file.is_some() {
            self.error(&place, "has url and url_file; write one of them");
        }
        Store {
            name: name.into(),
            kind,
            url: file.url.as_deref().map(Box::from),
            url_file: file.url_file.as_deref().map(Box::from),
            require_read_only: file.require_read_only,
        }
    }

    fn dataset(&mut self, catalogue: &Catalogue, name: &str, file: &FileDataset) -> Dataset {
        let place = format!("datasets.{name}");
        let store = catalogue.stores.iter().position(|store| *store.name == *file.store);
        let store = store.unwrap_or_else(|| {
            self.error(&place, format!("store {} is not in [stores]", file.store));
            0
        });
        let kind = catalogue.stores.get(store).map_or(StoreKind::Sqlite, |store| store.kind);
        let fields_place = format!("{place}.fields");
        let field_names =
            self.names(&fields_place, file.fields.0.iter().map(|(field, _)| &**field));
        let fields: Vec<_> = file
            .fields
            .0
            .iter()
            .map(|(field, written)| {
                self.not_a_dataset(catalogue, &fields_place, field);
                self.field(kind, &format!("{fields_place}.{field}"), field, written)
            })
            .collect();
        if fields.is_empty() {
            self.error(&fields_place, "a data set has at least one field");
        }
        let (rows_default, rows_max) = self.rows(&place, file);
        let mut dataset = Dataset {
            name: name.into(),
            store: StoreId(u32::try_from(store).unwrap_or(0)),
            source: self.source(&place, &file.source),
            key: Vec::new(),
            scope: None,
            rows_default,
            rows_max,
            large: file.large,
            limits: Limits::declared(&file.limits),
            fields,
            relations: Vec::new(),
            field_names,
            relation_names: Names::default(),
        };
        dataset.key = self.key(&place, &dataset, &file.key);
        dataset.scope = self.scope(&place, &dataset, &file.scope);
        dataset
    }

    fn not_a_dataset(&mut self, catalogue: &Catalogue, place: &str, name: &str) {
        if catalogue.dataset_named(name).is_some() {
            let message = "is also the name of a data set, by which outer fields are written";
            self.error(format!("{place}.{name}"), message);
        }
    }

    fn rows(&mut self, place: &str, file: &FileDataset) -> (u32, u32) {
        let rows_max = file.rows_max.unwrap_or(ROWS_MAX);
        let rows_default = file.rows_default.unwrap_or(ROWS_DEFAULT.min(rows_max));
        if rows_default == 0 || rows_default > rows_max {
            let message = "rows_default is at least 1 and at most rows_max";
            self.error(place, message);
        }
        (rows_default, rows_max)
    }

    fn source(&mut self, place: &str, source: &str) -> Vec<Identifier> {
        let parts: Vec<Identifier> = source.split('.').filter_map(Identifier::new).collect();
        if parts.len() != source.split('.').count() || parts.len() > 2 {
            let message = "source is a table, or schema.table, without quotes and backslashes";
            self.error(format!("{place}.source"), message);
        }
        parts
    }

    fn key(&mut self, place: &str, dataset: &Dataset, names: &[String]) -> Vec<FieldId> {
        let place = format!("{place}.key");
        if names.is_empty() {
            self.error(&place, "a data set has a key: the fields that tell its rows apart");
        }
        let mut key = Vec::new();
        for name in names {
            let Some(id) = dataset.field_named(name) else {
                self.error(&place, format!("{name} is no field"));
                continue;
            };
            let field = dataset.field(id);
            if field.nullable || !is_comparable(field.ty) || field.ty == Type::Float {
                let message = format!("{name} cannot be a key: it may be NULL, or has no equality");
                self.error(&place, message);
            }
            if key.contains(&id) {
                self.error(&place, format!("{name} stands twice"));
            }
            key.push(id);
        }
        key
    }

    fn scope(&mut self, place: &str, dataset: &Dataset, scope: &str) -> Option<FieldId> {
        if scope == "none" {
            return None;
        }
        let place = format!("{place}.scope");
        let Some(id) = dataset.field_named(scope) else {
            let message = format!("{scope} is no field; shared reference data says \"none\"");
            self.error(&place, message);
            return None;
        };
        let ty = dataset.field(id).ty;
        if !matches!(ty, Type::Whole | Type::Text | Type::Id(_) | Type::Enum(_)) {
            self.error(&place, "a scope is a whole number, a text, an enum or an id");
        }
        Some(id)
    }
}

/// Whether two values of a type can be told apart everywhere by `=`.
const fn is_comparable(ty: Type) -> bool {
    match ty {
        Type::Whole
        | Type::Decimal { .. }
        | Type::Float
        | Type::Text
        | Type::Enum(_)
        | Type::Id(_)
        | Type::Timestamp { .. }
        | Type::Date => true,
        Type::Bool | Type::Money | Type::Duration | Type::TextArray | Type::TextMap => false,
    }
}

/// Whether a code is a word of the language, reserved or contextual.
fn is_word(code: &str) -> bool {
    const WORDS: [&str; 53] = [
        "SELECT", "FROM", "WHERE", "GROUP", "BY", "HAVING", "ORDER", "LIMIT", "AS", "AND", "OR",
        "NOT", "IS", "NULL", "IN", "BETWEEN", "LIKE", "ILIKE", "EXISTS", "DISTINCT", "DIV", "MOD",
        "TRUE", "FALSE", "UNKNOWN", "EXPLAIN", "AFTER", "ASC", "DESC", "NULLS", "FIRST", "LAST",
        "STARTS", "ENDS", "WITH", "CONTAINS", "ESCAPE", "ON", "DAY", "WEEK", "MONTH", "YEAR", "TZ",
        "ANY", "FILTER", "HOUR", "COUNT", "SUM", "MIN", "MAX", "AVG", "NOW", "TODAY",
    ];
    let is_function =
        |name: &str| crate::ast::Function::ALL.iter().any(|function| function.name() == name);
    WORDS.contains(&code) || is_function(code)
}
