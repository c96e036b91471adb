//! What a store can do exactly: everything else is refused by name, never approximated.
//!
//! A [`Plan`] is a scoped query that its store can answer; only a plan can be emitted. Start at
//! [`check`]; the table behind it is [`capabilities`].

mod table;

pub use table::{Capability, Row, Support, capabilities};

use crate::catalogue::{Catalogue, Field, Storage, StoreKind};
use crate::datatype::Type;
use crate::scope::Scoped;
use crate::typed::{AggregateKind, ConditionKind, Shape, ValueKind};
use crate::{Code, Diagnostic, Diagnostics, Span};

/// A scoped query that a store can answer exactly.
///
/// There is no way to make one but [`check`]:
///
/// ```compile_fail
/// fn unchecked(scoped: pql::scope::Scoped) -> pql::check::Plan {
///     pql::check::Plan { scoped, kind: pql::catalogue::StoreKind::Sqlite }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Plan {
    scoped: Scoped,
    kind: StoreKind,
}

impl Plan {
    /// The query.
    pub const fn scoped(&self) -> &Scoped {
        &self.scoped
    }

    /// The query, where it is needed no longer.
    pub(crate) fn into_scoped(self) -> Scoped {
        self.scoped
    }

    /// The store that it is for.
    pub const fn kind(&self) -> StoreKind {
        self.kind
    }
}

/// Checks that a store can answer a query exactly.
///
/// # Errors
///
/// What the store cannot do, each with its name in the table of capabilities.
pub fn check(scoped: Scoped, catalogue: &Catalogue, kind: StoreKind) -> Result<Plan, Diagnostics> {
    let mut refused = Vec::new();
    let shape = scoped.shape();
    for node in &shape.values {
        if let ValueKind::Field(scan, field) = node.kind {
            let field = catalogue.field(shape.scan(scan).dataset, field);
            if let Some(message) = unkept(field, kind) {
                refused.push(refusal(node.span, message.to_owned()));
            }
        }
        for capability in asked_by_value(shape, node.kind, node.ty) {
            refused.extend(unsupported(capability, kind, node.span));
        }
    }
    for node in &shape.conditions {
        for capability in asked_by_condition(shape, node.kind) {
            refused.extend(unsupported(capability, kind, node.span));
        }
    }
    for aggregate in shape.grouping().into_iter().flat_map(|grouping| &grouping.aggregates) {
        let asked = match aggregate.kind {
            AggregateKind::CountDistinct(_) => Some(Capability::CountDistinct),
            AggregateKind::Average(_) => Some(Capability::Average),
            AggregateKind::Rows
            | AggregateKind::Count(_)
            | AggregateKind::Sum(_)
            | AggregateKind::Min(_)
            | AggregateKind::Max(_) => None,
        };
        let filter = aggregate.filter.map(|_| Capability::Filter);
        for capability in asked.into_iter().chain(filter) {
            refused.extend(unsupported(capability, kind, Span::at(0)));
        }
    }
    if refused.is_empty() { Ok(Plan { scoped, kind }) } else { Err(refused.into()) }
}

fn refusal(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::Capability, span, message)
}

fn unsupported(capability: Capability, kind: StoreKind, span: Span) -> Option<Diagnostic> {
    match capability.support(kind) {
        Support::Exact => None,
        Support::Refused(reason) => {
            let name = capability.name();
            Some(refusal(
                span,
                format!("{} cannot do this exactly ({name}): {reason}.", kind.title()),
            ))
        }
    }
}

/// Why a store cannot keep a field at all: the catalogue was written for another one.
fn unkept(field: &Field, kind: StoreKind) -> Option<&'static str> {
    match (kind, field.ty) {
        (StoreKind::Sqlite, Type::Decimal { precision, .. }) if precision > 18 => {
            Some("SQLite keeps decimals of at most 18 digits.")
        }
        (StoreKind::Mongodb, Type::Decimal { precision, .. }) if precision > 34 => {
            Some("MongoDB keeps decimals of at most 34 digits.")
        }
        (StoreKind::Mongodb, Type::Timestamp { precision }) if precision > 3 => {
            Some("MongoDB keeps timestamps of at most 3 digits of a second.")
        }
        _ if matches!(field.storage, Storage::Limbs { .. }) && kind != StoreKind::Sqlite => {
            Some("Minor units in two columns are for SQLite.")
        }
        _ => None,
    }
}

fn asked_by_value(shape: &Shape, kind: ValueKind, ty: Type) -> Vec<Capability> {
    let mut asked = Vec::new();
    match kind {
        ValueKind::Bucket { .. } => asked.push(Capability::Buckets),
        ValueKind::Arithmetic(..) | ValueKind::Negate(_) => asked.push(Capability::Arithmetic),
        ValueKind::MoneyValue(_) => asked.push(Capability::MoneyValue),
        ValueKind::Call(function, _) => asked.push(Capability::of_function(function)),
        ValueKind::Field(scan, _) => {
            let one = matches!(shape.scan(scan).kind, crate::typed::ScanKind::One(..));
            if one {
                asked.push(Capability::Paths);
            }
        }
        ValueKind::Slot(_)
        | ValueKind::Masked
        | ValueKind::Key(_)
        | ValueKind::Aggregate(_)
        | ValueKind::Element
        | ValueKind::MoneyAsset(_)
        | ValueKind::MapEntry(..) => {}
    }
    if ty.scale() > 38 {
        asked.push(Capability::ScaleOver38);
    }
    asked
}

fn asked_by_condition(shape: &Shape, kind: ConditionKind) -> Vec<Capability> {
    match kind {
        ConditionKind::Exists(..) => vec![Capability::Exists],
        ConditionKind::Like(_, _, case) => vec![match case {
            crate::value::Case::Sensitive => Capability::Like,
            crate::value::Case::AsciiInsensitive => Capability::Ilike,
        }],
        ConditionKind::Compare(_, left, right) | ConditionKind::Distinct(left, right) => {
            let slot = |id| matches!(shape.value(id).kind, ValueKind::Slot(_));
            if slot(left) || slot(right) { Vec::new() } else { vec![Capability::FieldToField] }
        }
        ConditionKind::Search(_, _, part) => {
            let known = matches!(shape.value(part).kind, ValueKind::Slot(_));
            if known { Vec::new() } else { vec![Capability::SearchForField] }
        }
        ConditionKind::All(_)
        | ConditionKind::Any(_)
        | ConditionKind::Not(_)
        | ConditionKind::Is(..)
        | ConditionKind::Value(_)
        | ConditionKind::IsNull(_)
        | ConditionKind::In(..)
        | ConditionKind::Element(..) => Vec::new(),
    }
}
