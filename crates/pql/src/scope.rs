//! The caller's scope: a predicate at every scan, those of EXISTS and of paths too.
//!
//! Not what the caller may name: that is settled in `resolve`. Only what went through here can be
//! planned; the fields are private, so that nothing else makes a [`Scoped`].

use crate::catalogue::{Catalogue, FieldId};
use crate::constant::{Fit, Known, Placer, Target};
use crate::typed::{Arity, Constant, From, Shape, Slot, SlotId, Typed};
use crate::value::Value;
use crate::{Code, Diagnostic, Diagnostics, Params, Span};

/// A typed query whose every scan carries the caller's scope.
///
/// There is no way to make one but [`scope`]:
///
/// ```compile_fail
/// fn without_scope(typed: pql::typed::Typed) -> pql::scope::Scoped {
///     pql::scope::Scoped { typed, scopes: Vec::new() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Scoped {
    typed: Typed,
    scopes: Vec<Scope>,
}

/// What keeps a scan within the caller's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This field equals this slot.
    Field(FieldId, SlotId),
    /// Shared reference data: everybody's.
    Shared,
}

impl Scoped {
    /// The shape of the query; the slots of its scope are the last ones.
    pub const fn shape(&self) -> &Shape {
        self.typed.shape()
    }

    /// The query.
    pub const fn typed(&self) -> &Typed {
        &self.typed
    }

    /// The values of the slots.
    pub fn constants(&self) -> &[Constant] {
        self.typed.constants()
    }

    /// The scope of each scan, in their order.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }
}

/// Adds the scope predicate at every scan.
///
/// # Errors
///
/// A scoped data set is read and no scope was given, or it is none of the field's type.
pub fn scope(
    mut typed: Typed,
    catalogue: &Catalogue,
    given: Option<&str>,
) -> Result<Scoped, Diagnostics> {
    let placer = Placer { catalogue, params: Params::NONE, text: "" };
    let mut scopes = Vec::with_capacity(typed.shape.scans.len());
    for scan in 0..typed.shape.scans.len() {
        let scan = typed.shape.scans[scan];
        let dataset = catalogue.dataset(scan.dataset);
        let Some(id) = dataset.scope else {
            scopes.push(Scope::Shared);
            continue;
        };
        let Some(text) = given else {
            let message = "This data set is scoped, and no scope was given.";
            return Err(Diagnostic::new(Code::Scope, scan.span, message).into());
        };
        let field = dataset.field(id);
        let target = Target { nfc: field.nfc, ..Target::of(field.ty) };
        let value = scope_value(text, placer, target, scan.span)?;
        let slot = Slot { ty: field.ty, arity: Arity::One, nullable: false, from: From::Scope };
        let place = u32::try_from(typed.shape.slots.len()).unwrap_or(u32::MAX);
        typed.shape.slots.push(slot);
        typed.constants.push(Constant::One(value));
        scopes.push(Scope::Field(id, SlotId(place)));
    }
    Ok(Scoped { typed, scopes })
}

fn scope_value(
    text: &str,
    placer: Placer<'_>,
    target: Target,
    span: Span,
) -> Result<Value, Diagnostics> {
    let value = match (target.ty, text.parse::<i64>()) {
        (crate::datatype::Type::Whole, Ok(whole)) => Value::Whole(whole),
        _ => Value::text(text),
    };
    let message = || {
        let message = "The scope that was given is none of this data set.";
        Diagnostics::from(Diagnostic::new(Code::Scope, span, message))
    };
    if text.contains('\0') {
        return Err(message());
    }
    let known = Known::value(value, From::Scope, span);
    placer.place(known, target, Fit::Exact).map_err(|_| message())
}
