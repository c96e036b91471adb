//! Lints: what is probably not meant, though it means something.
//!
//! May depend on values, unlike commands. AND and OR without parentheses are told by the parser.

use crate::ast::Ast;
use crate::catalogue::Catalogue;
use crate::datatype::Type;
use crate::limits::WARNINGS_MAX;
use crate::resolve::{compared, is_time, terms};
use crate::typed::{
    Comparison, ConditionKind, ConditionNode, Constant, ScanId, Shape, Typed, ValueId, ValueKind,
};
use crate::value::Part;
use crate::{Code, Diagnostic, Warnings};

/// Adds what is doubtful about a query.
pub(crate) fn lint(typed: &Typed, ast: &Ast, catalogue: &Catalogue, warnings: &mut Warnings) {
    let shape = typed.shape();
    for node in &shape.conditions {
        let found = match node.kind {
            ConditionKind::Compare(Comparison::NotEqual, left, right) => {
                null_drop(shape, node, &[left, right])
            }
            ConditionKind::Not(of) => match shape.condition(of).kind {
                ConditionKind::In(value, _) => null_drop(shape, node, &[value]),
                ConditionKind::All(_)
                | ConditionKind::Any(_)
                | ConditionKind::Not(_)
                | ConditionKind::Is(..)
                | ConditionKind::Value(_)
                | ConditionKind::Compare(..)
                | ConditionKind::Distinct(..)
                | ConditionKind::IsNull(_)
                | ConditionKind::Like(..)
                | ConditionKind::Search(..)
                | ConditionKind::Exists(..)
                | ConditionKind::Element(..) => None,
            },
            ConditionKind::Like(_, slot, _) => match &typed.constant(slot) {
                Constant::Pattern(pattern) => like_literal(pattern.parts(), node, ast),
                Constant::One(_) | Constant::Many(_) => None,
            },
            ConditionKind::All(_)
            | ConditionKind::Any(_)
            | ConditionKind::Is(..)
            | ConditionKind::Value(_)
            | ConditionKind::Compare(..)
            | ConditionKind::Distinct(..)
            | ConditionKind::IsNull(_)
            | ConditionKind::In(..)
            | ConditionKind::Search(..)
            | ConditionKind::Exists(..)
            | ConditionKind::Element(..) => None,
        };
        warn(found, warnings);
    }
    asset_drop(shape, catalogue, warnings);
    warn(unbounded(shape, catalogue), warnings);
}

fn warn(found: Option<Diagnostic>, warnings: &mut Warnings) {
    if let Some(found) = found {
        let alike = warnings.iter().filter(|warning| warning.code == found.code).count();
        if alike < WARNINGS_MAX {
            warnings.push(found);
        }
    }
}

fn null_drop(shape: &Shape, node: &ConditionNode, values: &[ValueId]) -> Option<Diagnostic> {
    let nullable = |id: &&ValueId| {
        let node = shape.value(**id);
        node.nullable && !matches!(node.kind, ValueKind::Slot(_))
    };
    values.iter().find(nullable)?;
    let message = "Rows where the field is NULL are left out: NULL is neither equal nor unequal.";
    let hint = "Write IS DISTINCT FROM to keep them, or ask OR … IS NULL.";
    Some(Diagnostic::new(Code::NullDrop, node.span, message).hint(hint))
}

fn like_literal(parts: &[Part], node: &ConditionNode, ast: &Ast) -> Option<Diagnostic> {
    if parts.iter().any(|part| !matches!(part, Part::Literal(_))) {
        return None;
    }
    let _ = ast;
    let message = "The pattern has neither % nor _, so it matches this one text alone.";
    let hint = "Write = for one text, CONTAINS or STARTS WITH for a part.";
    Some(Diagnostic::new(Code::LikeLiteral, node.span, message).hint(hint))
}

/// Amounts compared by size where their asset is settled by nothing else.
fn asset_drop(shape: &Shape, catalogue: &Catalogue, warnings: &mut Warnings) {
    if catalogue.assets().len() < 2 {
        return;
    }
    let mut settled = false;
    if let Some(filter) = shape.filter() {
        terms(shape, filter, &mut |term| {
            if let Some((value, Comparison::Equal, _)) = compared(shape, term) {
                settled |= matches!(shape.value(value).kind, ValueKind::MoneyAsset(_));
            }
        });
    }
    if settled {
        return;
    }
    for node in &shape.conditions {
        let ConditionKind::Compare(comparison, left, _) = node.kind else {
            continue;
        };
        if shape.value(left).ty == Type::Money && comparison.is_order() {
            let message = "Rows of other assets are left out: amounts compare within one asset.";
            let hint = "Say so with AND amount.asset = '…', or compare amount.value.";
            warn(Some(Diagnostic::new(Code::AssetDrop, node.span, message).hint(hint)), warnings);
        }
    }
}

fn unbounded(shape: &Shape, catalogue: &Catalogue) -> Option<Diagnostic> {
    let scan = shape.scan(ScanId(0));
    let dataset = catalogue.dataset(scan.dataset);
    if !dataset.large {
        return None;
    }
    let mut bounded = false;
    if let Some(filter) = shape.filter() {
        terms(shape, filter, &mut |term| {
            let Some((value, comparison, _)) = compared(shape, term) else {
                if let ConditionKind::In(value, _) = term {
                    bounded |= is_key(shape, dataset, value);
                }
                return;
            };
            let time = is_time(shape.value(value).ty) && comparison != Comparison::NotEqual;
            let own = matches!(shape.value(value).kind, ValueKind::Field(ScanId(0), _));
            let key = comparison == Comparison::Equal && is_key(shape, dataset, value);
            bounded |= (time && own) || key;
        });
    }
    if bounded {
        return None;
    }
    let message = format!("{} is large, and nothing bounds the time that is read.", dataset.name);
    let hint = "Add a bound, such as AND created_at >= NOW() - 7d.";
    Some(Diagnostic::new(Code::Unbounded, scan.span, message).hint(hint))
}

fn is_key(shape: &Shape, dataset: &crate::catalogue::Dataset, value: ValueId) -> bool {
    match shape.value(value).kind {
        ValueKind::Field(ScanId(0), field) => dataset.key == [field],
        ValueKind::Field(..)
        | ValueKind::Slot(_)
        | ValueKind::Masked
        | ValueKind::Key(_)
        | ValueKind::Aggregate(_)
        | ValueKind::Element
        | ValueKind::MoneyValue(_)
        | ValueKind::MoneyAsset(_)
        | ValueKind::MapEntry(..)
        | ValueKind::Negate(_)
        | ValueKind::Arithmetic(..)
        | ValueKind::Call(..)
        | ValueKind::Bucket { .. } => false,
    }
}
