//! The catalogue: which data sets there are, where they are kept, and what each role may read.
//!
//! Not a connection and no check against a live database: that is done by what executes. Nothing
//! is readable that a role does not name. Start at [`Catalogue::read`].

mod check;
mod file;
mod identifier;
mod kind;
mod limits;
mod names;

pub use check::CatalogueError;
pub use identifier::{Identifier, JsonPath, Quoting};
pub use kind::StoreKind;
pub use limits::Limits;

use crate::datatype::{EnumId, PrefixId, Type};
use names::Names;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The place in its list.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A store of the catalogue.
    StoreId;
    /// A data set of the catalogue.
    DatasetId;
    /// A field of a data set.
    FieldId;
    /// A relation of a data set.
    RelationId;
    /// A role of the catalogue.
    RoleId;
}

/// A catalogue that has been read and checked.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pub(crate) assets: Vec<Asset>,
    pub(crate) stores: Vec<Store>,
    pub(crate) datasets: Vec<Dataset>,
    pub(crate) roles: Vec<Role>,
    pub(crate) enums: Vec<Vec<Box<str>>>,
    pub(crate) prefixes: Vec<Box<str>>,
    pub(crate) dataset_names: Names,
}

/// What amounts are counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its code, upper case.
    pub code: Box<str>,
    /// Its decimals: 2 for GBP.
    pub decimals: u8,
}

/// A database.
#[derive(Debug, Clone)]
pub struct Store {
    /// What the catalogue calls it.
    pub name: Box<str>,
    /// Which database it is.
    pub kind: StoreKind,
    /// Where it is.
    pub url: Option<Box<str>>,
    /// A file that holds its URL.
    pub url_file: Option<Box<str>>,
    /// Whether a role that can write is refused, rather than warned of.
    pub require_read_only: bool,
}

/// A data set: a table or a collection.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What queries call it.
    pub name: Box<str>,
    /// Where it is kept.
    pub store: StoreId,
    /// The table or collection, with its schema before it if there is one.
    pub source: Vec<Identifier>,
    /// Its unique key, never NULL.
    pub key: Vec<FieldId>,
    /// The field that holds whose row it is; none for shared reference data.
    pub scope: Option<FieldId>,
    /// Rows of an answer without LIMIT.
    pub rows_default: u32,
    /// Rows of an answer at most.
    pub rows_max: u32,
    /// Whether a query without a bound on time deserves a warning.
    pub large: bool,
    /// Its own limits.
    pub limits: Limits,
    /// Its fields, in the order of the file.
    pub fields: Vec<Field>,
    /// Its relations, in the order of the file.
    pub relations: Vec<Relation>,
    pub(crate) field_names: Names,
    pub(crate) relation_names: Names,
}

/// A field of a data set.
#[derive(Debug, Clone)]
pub struct Field {
    /// What queries call it.
    pub name: Box<str>,
    /// What it holds.
    pub ty: Type,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Where its value is kept.
    pub storage: Storage,
    /// The width of money's minor units that the catalogue declares.
    pub digits: Option<u8>,
    /// Whether the column compares text by its bytes: a claim that is checked at start.
    pub binary: bool,
    /// Whether its text is stored in Unicode's form NFC.
    pub nfc: bool,
}

/// Where the value of a field is kept.
#[derive(Debug, Clone)]
pub enum Storage {
    /// In a column.
    Column(Identifier),
    /// Inside the JSON of a column.
    Json(Identifier, JsonPath),
    /// Money: its minor units and its asset.
    Money {
        /// The minor units.
        minor: Identifier,
        /// The code of the asset.
        asset: Identifier,
    },
    /// Money on SQLite beyond 18 digits: minor units are `high * 10^18 + low`, 0 <= low < 10^18.
    Limbs {
        /// The part above 10^18.
        high: Identifier,
        /// The rest.
        low: Identifier,
        /// The code of the asset.
        asset: Identifier,
    },
}

/// A relation of a data set to another one.
#[derive(Debug, Clone)]
pub struct Relation {
    /// What queries call it.
    pub name: Box<str>,
    /// The other data set.
    pub to: DatasetId,
    /// How many rows are on the other side.
    pub many: bool,
    /// Pairs of fields that are equal: here, there.
    pub on: Vec<(FieldId, FieldId)>,
}

/// Whom the catalogue lets read what.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub name: Box<str>,
    /// By data set; none: the data set does not exist for this role.
    pub(crate) grants: Vec<Option<Grant>>,
}

/// What a role may read of a data set.
#[derive(Debug, Clone)]
pub struct Grant {
    /// By field.
    pub(crate) access: Vec<Access>,
    /// The limits of the data set and of the role, the smaller of each.
    pub(crate) limits: Limits,
}

/// What a role may do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it does not exist.
    None,
    /// Select it, and be shown `[masked]`.
    Masked,
    /// Read it, anywhere in a query.
    Read,
}

impl Catalogue {
    /// Reads and checks a catalogue.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, or the first thing if it is no TOML of this form.
    pub fn read(text: &str) -> Result<Self, Vec<CatalogueError>> {
        check::read(text)
    }

    /// The assets, in the order of the file.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// The decimals of an asset; none if the catalogue does not list it.
    pub fn asset_decimals(&self, code: &str) -> Option<u8> {
        self.assets.iter().find(|asset| &*asset.code == code).map(|asset| asset.decimals)
    }

    /// The least and the most decimals of any asset; zeros if there is none.
    pub fn asset_decimals_range(&self) -> (u8, u8) {
        let decimals = || self.assets.iter().map(|asset| asset.decimals);
        (decimals().min().unwrap_or(0), decimals().max().unwrap_or(0))
    }

    /// The stores.
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// A store.
    pub fn store(&self, id: StoreId) -> &Store {
        &self.stores[id.index()]
    }

    /// The data sets, in the order of the file.
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }

    /// A data set.
    pub fn dataset(&self, id: DatasetId) -> &Dataset {
        &self.datasets[id.index()]
    }

    /// The data set of a name, in any case.
    pub fn dataset_named(&self, name: &str) -> Option<DatasetId> {
        self.dataset_names.find(name).map(DatasetId)
    }

    /// A field.
    pub fn field(&self, dataset: DatasetId, field: FieldId) -> &Field {
        &self.dataset(dataset).fields[field.index()]
    }

    /// The roles.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// A role.
    pub fn role(&self, id: RoleId) -> &Role {
        &self.roles[id.index()]
    }

    /// The role of a name.
    pub fn role_named(&self, name: &str) -> Option<RoleId> {
        let place = self.roles.iter().position(|role| &*role.name == name)?;
        u32::try_from(place).ok().map(RoleId)
    }

    /// The values of an enum.
    pub fn enum_values(&self, id: EnumId) -> &[Box<str>] {
        &self.enums[id.0 as usize]
    }

    /// The prefix of an id, without its underscore.
    pub fn id_prefix(&self, id: PrefixId) -> &str {
        &self.prefixes[id.0 as usize]
    }

    /// The name of a type as catalogue.toml writes it.
    pub fn type_name(&self, ty: Type) -> String {
        match ty {
            Type::Id(prefix) => format!("id:{}", self.id_prefix(prefix)),
            Type::Whole
            | Type::Decimal { .. }
            | Type::Float
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => ty.to_string(),
        }
    }
}

impl Dataset {
    /// The field of a name, in any case.
    pub fn field_named(&self, name: &str) -> Option<FieldId> {
        self.field_names.find(name).map(FieldId)
    }

    /// A field.
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.index()]
    }

    /// The relation of a name, in any case.
    pub fn relation_named(&self, name: &str) -> Option<RelationId> {
        self.relation_names.find(name).map(RelationId)
    }

    /// A relation.
    pub fn relation(&self, id: RelationId) -> &Relation {
        &self.relations[id.index()]
    }

    /// The fields with their ids, in the order of the file.
    pub fn field_ids(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0u32..).map(FieldId).zip(&self.fields)
    }
}

impl Role {
    /// What it may read of a data set; none: nothing.
    pub fn grant(&self, dataset: DatasetId) -> Option<&Grant> {
        self.grants.get(dataset.index()).and_then(Option::as_ref)
    }
}

impl Grant {
    /// What it may do with a field.
    pub fn access(&self, field: FieldId) -> Access {
        self.access.get(field.index()).copied().unwrap_or(Access::None)
    }

    /// The limits that hold.
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}
