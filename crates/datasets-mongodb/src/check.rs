//! MongoDB's collections against a catalogue: every document's types, keys, rights.
//!
//! Collections have no schema, so documents are looked at: one that does not fit is enough.

use datasets::{Expected, Finding, Part, expected, key_columns};
use futures_util::TryStreamExt as _;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::Result;
use pql::catalogue::{Catalogue, Dataset, DatasetId, StoreId};
use pql::datatype::Type;

/// What may be done with a role that can write.
const WRITES: [&str; 3] = ["insert", "update", "remove"];

pub(super) async fn check(
    database: &Database,
    catalogue: &Catalogue,
    (store, datasets): (StoreId, &[DatasetId]),
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if let Some(why) = can_write(database).await {
        findings.push(Finding::can_write(catalogue.store(store), why));
    }
    let collections = database.list_collection_names().await?;
    for dataset in datasets.iter().map(|id| catalogue.dataset(*id)) {
        let name = dataset.source.last().map_or("", |name| name.name());
        if !collections.iter().any(|collection| collection == name) {
            findings.push(Finding::error(dataset, format!("there is no collection {name}")));
            continue;
        }
        findings.extend(check_collection(database, catalogue, dataset, name).await?);
    }
    Ok(findings)
}

/// Why the role can write, if it can or if the server does not say.
async fn can_write(database: &Database) -> Option<&'static str> {
    let status = database.run_command(doc! { "connectionStatus": 1, "showPrivileges": true }).await;
    let Ok(status) = status else { return Some("the server does not say what it may") };
    let info = status.get_document("authInfo").ok()?;
    let is_empty = |name: &str| info.get_array(name).is_ok_and(Vec::is_empty);
    if is_empty("authenticatedUsers") {
        return Some("nobody is logged in");
    }
    let privileges = info.get_array("authenticatedUserPrivileges").ok()?;
    let actions = privileges
        .iter()
        .filter_map(|privilege| privilege.as_document()?.get_array("actions").ok());
    let writes = |action: &Bson| action.as_str().is_some_and(|action| WRITES.contains(&action));
    actions.flatten().any(writes).then_some("its roles")
}

async fn check_collection(
    database: &Database,
    catalogue: &Catalogue,
    dataset: &Dataset,
    name: &str,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let collection = database.collection::<Document>(name);
    for wanted in expected(dataset) {
        if collection.find_one(misfit(&wanted)).await?.is_some() {
            let (field, column) = (&wanted.field.name, wanted.column.name());
            let ty = catalogue.type_name(wanted.field.ty);
            let null = if wanted.field.nullable { "" } else { ", and never null" };
            let text = format!(
                "field {field} is {ty}{null}, but a document of {name} has something else in {column}"
            );
            findings.push(Finding::error(dataset, text));
        }
    }
    let key = key_columns(dataset);
    let indexes: Vec<_> = collection.list_indexes().await?.try_collect().await?;
    let covers = indexes.iter().any(|index| {
        let is_unique = index.options.as_ref().is_some_and(|options| options.unique == Some(true));
        let is_whole = index
            .options
            .as_ref()
            .is_none_or(|options| options.partial_filter_expression.is_none());
        is_unique && is_whole && index.keys.keys().all(|column| key.contains(&column.as_str()))
    });
    if !covers && !key.contains(&"_id") {
        findings.push(Finding::error(dataset, format!("no unique index of {name} covers the key")));
    }
    Ok(findings)
}

/// A filter for documents that do not fit.
fn misfit(wanted: &Expected<'_>) -> Document {
    let column = wanted.column.name();
    let types = types(wanted.part, wanted.field.ty);
    let wrong = doc! { column: { "$not": { "$type": types } } };
    if wanted.field.nullable || wanted.part == Part::Json {
        doc! { "$and": [wrong, { column: { "$ne": null } }] }
    } else {
        wrong
    }
}

/// BSON's numbers of the types that a part of a field may have.
fn types(part: Part, ty: Type) -> Vec<i32> {
    const DOUBLE: i32 = 1;
    const STRING: i32 = 2;
    const DOCUMENT: i32 = 3;
    const ARRAY: i32 = 4;
    const BINARY: i32 = 5;
    const BOOLEAN: i32 = 8;
    const DATE: i32 = 9;
    const INT: i32 = 16;
    const LONG: i32 = 18;
    const DECIMAL: i32 = 19;
    match (part, ty) {
        (Part::Asset, _) => vec![STRING],
        (Part::Json, _) => vec![DOCUMENT],
        (Part::Minor | Part::Limb, _) => vec![INT, LONG, DECIMAL],
        (Part::Value, Type::Whole | Type::Duration) => vec![INT, LONG],
        (Part::Value, Type::Decimal { .. } | Type::Money) => vec![DECIMAL],
        (Part::Value, Type::Float) => vec![DOUBLE],
        (Part::Value, Type::Bool) => vec![BOOLEAN],
        (Part::Value, Type::Text | Type::Enum(_) | Type::Date) => vec![STRING],
        (Part::Value, Type::Id(_)) => vec![BINARY],
        (Part::Value, Type::Timestamp { .. }) => vec![DATE],
        (Part::Value, Type::TextArray) => vec![ARRAY],
        (Part::Value, Type::TextMap) => vec![DOCUMENT],
    }
}
