//! The same for MongoDB's documents: read as JSON, every key and every text is one that an emitter
//! may write, and the first condition of the first stage is the scope.

use serde_json::Value as Json;

use crate::catalogue::{Catalogue, Field, Identifier, Storage};
use crate::check::Plan;
use crate::emit::Emission;
use crate::scope::Scope;
use crate::typed::From;

type Checked = Result<(), &'static str>;

pub(super) fn check(emission: &Emission, plan: &Plan, catalogue: &Catalogue) -> Checked {
    let text = emission.command.text();
    let document: Json = serde_json::from_str(text).map_err(|_| "the command is no JSON")?;
    let scoped = plan.scoped();
    let [scan] = scoped.shape().scans() else {
        return Err("more than one collection is read");
    };
    let dataset = catalogue.dataset(scan.dataset);
    let source: Vec<&str> = dataset.source.iter().map(Identifier::name).collect();
    if document["aggregate"] != source.join(".") {
        return Err("another collection is read");
    }
    let mut walk = Walk { fields: &dataset.fields, binds: 0, ordered: true };
    let pipeline = document["pipeline"].as_array().ok_or("there is no pipeline")?;
    for stage in pipeline {
        walk.value(stage)?;
    }
    if walk.binds != emission.placed.len() {
        return Err("the placeholders are not as many as the binds");
    }
    let first = &pipeline.first().ok_or("there is no stage")?["$match"]["$and"][0];
    scope(first, emission, plan, &dataset.fields)
}

fn scope(first: &Json, emission: &Emission, plan: &Plan, fields: &[Field]) -> Checked {
    let Some(Scope::Field(id, slot)) = plan.scoped().scopes().first() else {
        return Ok(());
    };
    let field = &fields[id.index()];
    let Storage::Column(column) = &field.storage else {
        return Err("a scope is no column");
    };
    let place = first[column.name()]["$eq"]["$bind"].as_u64().and_then(|n| usize::try_from(n).ok());
    let placed = place.and_then(|place| emission.placed.get(place));
    let placed = placed.ok_or("the collection does not carry the scope")?;
    let right = placed.slot == *slot
        && plan.scoped().shape().slot(placed.slot).from == From::Scope
        && first.as_object().is_some_and(|object| object.len() == 1);
    if right { Ok(()) } else { Err("the collection does not carry the scope") }
}

struct Walk<'a> {
    fields: &'a [Field],
    binds: usize,
    ordered: bool,
}

impl Walk<'_> {
    fn value(&mut self, value: &Json) -> Checked {
        match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter().try_for_each(|item| self.value(item)),
            Json::Object(entries) => {
                if entries.contains_key("$bind") {
                    self.binds += 1;
                    self.ordered &= entries.len() == 1;
                    return if self.ordered { Ok(()) } else { Err("a bind has company") };
                }
                for (key, value) in entries {
                    self.key(key)?;
                    self.value(value)?;
                }
                Ok(())
            }
        }
    }

    fn key(&self, key: &str) -> Checked {
        const KEYS: [&str; 7] = ["_id", "input", "cond", "in", "regex", "newRoot", "g"];
        let operator = key.strip_prefix('$').is_some_and(|rest| {
            !matches!(
                rest,
                "lookup" | "graphLookup" | "unionWith" | "out" | "merge" | "where" | "function"
            ) && rest.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        if operator || KEYS.contains(&key) || is_ours(key) || self.is_field(key) {
            Ok(())
        } else {
            Err("a key is none of the catalogue's")
        }
    }

    fn text(&self, text: &str) -> Checked {
        const TEXTS: [&str; 12] = [
            "[masked]", "array", "string", "int", "long", "double", "bool", "simple", "1",
            "$$this", "$$this.k", "$$this.v",
        ];
        let path = text.strip_prefix('$').is_some_and(|path| {
            let key = path.strip_prefix("_id.").unwrap_or(path);
            is_ours(key) || key == "g" || self.is_field(path)
        });
        if TEXTS.contains(&text) || path { Ok(()) } else { Err("a text stands in the command") }
    }

    fn is_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| match &field.storage {
            Storage::Column(column) => column.name() == name,
            Storage::Json(column, path) => {
                let rest = name.strip_prefix(column.name()).and_then(|rest| rest.strip_prefix('.'));
                rest.is_some_and(|rest| path.keys().eq(rest.split('.')))
            }
            Storage::Money { minor, asset } => minor.name() == name || asset.name() == name,
            Storage::Limbs { high, low, asset } => {
                [high, low, asset].iter().any(|column| column.name() == name)
            }
        })
    }
}

/// A name of the emitter's own: a letter, a number, perhaps an `a`.
fn is_ours(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(['c', 'k', 'x', 'n', 's']) else {
        return false;
    };
    let digits = rest.strip_suffix('a').unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
