//! What queries mean: held against SQL that people wrote and SQLite answers, and line by line where
//! SQL has nothing alike.

mod meaning;
mod sqlite;

use crate::catalogue::{Catalogue, DatasetId, StoreKind};
use crate::eval::{Answer, Tables, World, answer};
use crate::lex::Origin;
use crate::value::Timestamp;
use crate::{Params, Request, rows};

/// Data sets of the tests; `scoped` is `t` once more, with the owner as its scope.
const CATALOGUE: &str = r#"
version = 1
[assets]
GBP = 2
JPY = 0
[stores.main]
kind = "sqlite"
url = "sqlite::memory:"
[datasets.t]
store = "main"
source = "t"
key = ["id"]
scope = "none"
[datasets.t.fields]
id = { type = "whole" }
parent_id = { type = "whole", nullable = true }
a = { type = "whole", nullable = true }
b = { type = "whole", nullable = true }
price = { type = "decimal(9,2)", nullable = true }
s = { type = "text", nullable = true }
r = { type = "text", nullable = true }
flag = { type = "bool", nullable = true }
at = { type = "timestamp(3)", nullable = true }
day = { type = "date", nullable = true }
amount = { type = "money", nullable = true, minor = "amount_minor", asset = "amount_asset" }
tags = { type = "array<text>", nullable = true }
notes = { type = "map<text>", nullable = true }
[datasets.t.relations]
parent = { to = "t", many = false, on = { parent_id = "id" } }
children = { to = "t", many = true, on = { id = "parent_id" } }
mine = { to = "scoped", many = false, on = { id = "id" } }
all_mine = { to = "scoped", many = true, on = { id = "id" } }
[datasets.scoped]
store = "main"
source = "scoped"
key = ["id"]
scope = "owner"
[datasets.scoped.fields]
id = { type = "whole" }
owner = { type = "text" }
[roles.reader.t]
fields = "*"
mask = ["r"]
[roles.reader.scoped]
fields = "*"
[roles.open.t]
fields = "*"
[roles.open.scoped]
fields = "*"
"#;

struct Stage {
    catalogue: Catalogue,
    tables: Tables,
}

impl Stage {
    /// The data sets with these rows, as data files.
    fn new(t: &str, scoped: &str) -> Self {
        let catalogue = Catalogue::read(CATALOGUE).unwrap();
        let mut tables = Tables::empty(&catalogue);
        for (place, file) in [t, scoped].into_iter().enumerate() {
            let dataset = DatasetId(place as u32);
            tables.extend(dataset, rows::read_ndjson(file, dataset, &catalogue).unwrap());
        }
        Self { catalogue, tables }
    }

    /// The answer to a query, or the first message of its refusal.
    fn ask(&self, pql: &str, params: &serde_json::Value) -> Result<Answer, String> {
        let role = if pql.contains("r FROM") { "reader" } else { "open" };
        let request = Request {
            catalogue: &self.catalogue,
            role: self.catalogue.role_named(role).unwrap(),
            dataset: Some(DatasetId(0)),
            kind: StoreKind::Sqlite,
            params: Params::new(params.as_object()),
            now: Timestamp::parse("2026-03-29T01:30:00Z").unwrap(),
        };
        let world = World { catalogue: &self.catalogue, tables: &self.tables, scope: Some("me") };
        let parsed = crate::parse(pql, Origin::Api);
        let answered = parsed.and_then(|(parsed, _)| answer(&parsed.ast, request, world));
        answered.map_err(|diagnostics| diagnostics.list()[0].message.clone().into_owned())
    }
}
