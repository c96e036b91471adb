//! From the tree to the typed query: names become ids of the catalogue, constants take their
//! types, sugar goes.
//!
//! Not the scope: that is added by `scope`. What the caller may not read does not exist here, in
//! messages neither. Errors are collected; a part that has one has no type. Start at [`resolve`].

mod aggregate;
mod bounds;
mod call;
mod clause;
mod compare;
mod condition;
mod group;
mod path;
mod pattern;
mod same;
mod suggest;
mod value;
mod width;

pub(crate) use bounds::{compared, is_time, terms};
pub(crate) use suggest::nearest;

use crate::ast::{self, Ast, Statement};
use crate::catalogue::{Catalogue, Dataset, DatasetId, Grant, Limits, RoleId, StoreKind};
use crate::constant::{Fit, Known, Placer, Target};
use crate::cursor::Opened;
use crate::typed::{
    Arity, ConditionId, ConditionKind, ConditionNode, Constant, From, Grouping, Run, Scan, ScanId,
    ScanKind, Shape, Slot, SlotId, Typed, ValueId, ValueKind, ValueNode,
};
use crate::value::{Timestamp, Value};
use crate::{Code, Diagnostic, Diagnostics, Params, Span};

/// What a query is resolved with.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// Who asks.
    pub role: RoleId,
    /// The data set of a bare condition.
    pub dataset: Option<DatasetId>,
    /// The store that will answer; it settles how wide numbers are.
    pub kind: StoreKind,
    /// The parameters.
    pub params: Params<'a>,
    /// The one reading of the clock.
    pub now: Timestamp,
}

/// A part that has an error; the error is told already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused;

pub(crate) type Resolved<T> = Result<T, Refused>;

/// A resolved value: of rows, or known already.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Node(ValueId),
    Known(Known),
}

/// A data set that names are looked up in: the query's own, or that of an EXISTS.
#[derive(Debug, Clone, Copy)]
struct Frame {
    scan: ScanId,
    dataset: DatasetId,
}

/// What a value may read where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Fields of a row.
    Rows,
    /// Group keys and aggregates.
    Groups,
}

pub(crate) struct Resolver<'a> {
    ast: &'a Ast,
    request: Request<'a>,
    placer: Placer<'a>,
    opened: Option<&'a Opened>,
    shape: Shape,
    constants: Vec<Constant>,
    frames: Vec<Frame>,
    reads: Reads,
    grouping: Grouping,
    keys_refused: bool,
    depth: u32,
    buckets: Vec<bounds::Buckets>,
    limits: Limits,
    errors: Vec<Diagnostic>,
}

/// The tree with its names looked up and its types checked.
///
/// # Errors
///
/// All that is wrong, in the order of the text.
pub(crate) fn resolve<'a>(
    ast: &'a Ast,
    request: Request<'a>,
    opened: Option<&'a Opened>,
) -> Result<Typed, Diagnostics> {
    let placer = Placer { catalogue: request.catalogue, params: request.params, text: ast.text() };
    let mut resolver = Resolver {
        ast,
        request,
        placer,
        opened,
        shape: Shape::default(),
        constants: Vec::new(),
        frames: Vec::new(),
        reads: Reads::Rows,
        grouping: Grouping::default(),
        keys_refused: false,
        depth: 0,
        buckets: Vec::new(),
        limits: Limits::default(),
        errors: Vec::new(),
    };
    let resolved = resolver.statement();
    if resolver.errors.is_empty() && resolved.is_ok() {
        return Ok(Typed { shape: resolver.shape, constants: resolver.constants });
    }
    resolver.errors.truncate(crate::limits::ERRORS_MAX);
    Err(resolver.errors.into())
}

impl<'a> Resolver<'a> {
    fn statement(&mut self) -> Resolved<()> {
        let statement = *self.ast.statement();
        let dataset = match statement {
            Statement::Query(query) => self.from(query.from)?,
            Statement::Condition(condition) => {
                let span = self.ast.condition_span(condition);
                self.bare_dataset(span)?
            }
        };
        let grant = self.grant(dataset).ok_or(Refused)?;
        self.limits = grant.limits();
        self.within_limits()?;
        self.reserve();
        let span = match statement {
            Statement::Query(query) => query.from.span,
            Statement::Condition(condition) => self.ast.condition_span(condition),
        };
        self.shape.scans.push(Scan { dataset, kind: ScanKind::Root, home: ScanId(0), span });
        self.frames.push(Frame { scan: ScanId(0), dataset });
        match statement {
            Statement::Query(query) => self.query(&query),
            Statement::Condition(condition) => self.bare(condition),
        }
    }

    fn reserve(&mut self) {
        let (values, conditions) = (self.ast.values_len(), self.ast.conditions_len());
        self.shape.values.reserve(values + values / 2 + 8);
        self.shape.conditions.reserve(conditions + conditions / 4 + 4);
        self.shape.slots.reserve(values + 4);
        self.constants.reserve(values + 4);
        self.shape.lists.reserve(values + conditions);
    }

    fn from(&mut self, name: ast::Name) -> Resolved<DatasetId> {
        let written = self.ast.name(name);
        let found = self.catalogue().dataset_named(&written);
        if let Some(id) = found.filter(|id| self.grant(*id).is_some()) {
            return Ok(id);
        }
        let catalogue = self.catalogue();
        let ids = (0u32..).map(DatasetId).zip(catalogue.datasets());
        let permitted = ids.filter(|(id, _)| self.grant(*id).is_some());
        let names: Vec<&str> = permitted.map(|(_, dataset)| &*dataset.name).collect();
        let error = self.unknown(name.span, &written, "data set", &names);
        self.fail(error)
    }

    fn bare_dataset(&mut self, span: Span) -> Resolved<DatasetId> {
        let message = match self.request.dataset {
            Some(id) if self.grant(id).is_some() => return Ok(id),
            Some(_) => "The data set is unknown here, or not permitted.",
            None => "A condition alone does not say which data set it is about.",
        };
        let error = Diagnostic::new(Code::Name, span, message)
            .hint("Write SELECT … FROM … WHERE before it, or name the data set beside the query.");
        self.fail(error)
    }

    /// The limits of the role and the data set, where they are below those of the language.
    fn within_limits(&mut self) -> Resolved<()> {
        let terms = self.ast.conditions_len();
        let most = self.limits.terms;
        if terms <= most as usize {
            return Ok(());
        }
        let message = format!("The query has {terms} terms; here {most} are allowed (terms).");
        let end = u32::try_from(self.ast.text().len()).unwrap_or(u32::MAX);
        self.fail(Diagnostic::new(Code::Limit, Span::new(0, end), message))
    }

    fn catalogue(&self) -> &'a Catalogue {
        self.request.catalogue
    }

    fn dataset(&self, id: DatasetId) -> &'a Dataset {
        self.request.catalogue.dataset(id)
    }

    /// What the caller may read of a data set.
    fn grant(&self, dataset: DatasetId) -> Option<&'a Grant> {
        self.request.catalogue.role(self.request.role).grant(dataset)
    }

    fn frame(&self) -> Frame {
        self.frames.last().copied().unwrap_or(Frame { scan: ScanId(0), dataset: DatasetId(0) })
    }

    /// Tells an error.
    fn fail<T>(&mut self, error: Diagnostic) -> Resolved<T> {
        self.errors.push(error);
        Err(Refused)
    }

    fn refuse<T>(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Resolved<T> {
        self.fail(Diagnostic::new(code, span, message))
    }

    fn push(&mut self, node: ValueNode) -> ValueId {
        let id = ValueId(count(self.shape.values.len()));
        self.shape.values.push(node);
        id
    }

    fn push_condition(&mut self, kind: ConditionKind, span: Span) -> ConditionId {
        let id = ConditionId(count(self.shape.conditions.len()));
        self.shape.conditions.push(ConditionNode { kind, span });
        id
    }

    fn run(&mut self, ids: impl Iterator<Item = u32>) -> Run {
        let start = self.shape.lists.len();
        self.shape.lists.extend(ids);
        Run { start: count(start), length: count(self.shape.lists.len() - start) }
    }

    fn not(&mut self, condition: ConditionId, span: Span) -> ConditionId {
        self.push_condition(ConditionKind::Not(condition), span)
    }

    /// A place for a value.
    fn slot(&mut self, slot: Slot, constant: Constant) -> SlotId {
        let id = SlotId(count(self.shape.slots.len()));
        self.shape.slots.push(slot);
        self.constants.push(constant);
        id
    }

    /// A constant, placed as a value of a type.
    fn placed(&mut self, known: Known, target: Target, fit: Fit) -> Resolved<SlotId> {
        let from = known.from;
        let nullable = known.param().is_some_and(|param| param.optional);
        let nullable = nullable || from == From::Derived;
        match self.placer.place(known, target, fit) {
            Ok(value) => {
                let slot = Slot { ty: target.ty, arity: Arity::One, nullable, from };
                Ok(self.slot(slot, Constant::One(value)))
            }
            Err(error) => self.fail(*error),
        }
    }

    /// A constant, placed as a value node of a type.
    fn placed_node(&mut self, known: Known, target: Target, fit: Fit) -> Resolved<ValueId> {
        let span = known.span;
        let slot = self.placed(known, target, fit)?;
        Ok(self.slot_node(slot, target, span))
    }

    fn slot_node(&mut self, slot: SlotId, target: Target, span: Span) -> ValueId {
        let nullable = self.shape.slot(slot).nullable;
        let digits = width::digits(target.ty, target.digits);
        let kind = ValueKind::Slot(slot);
        self.push(ValueNode { kind, ty: target.ty, nullable, digits, span })
    }

    /// A condition whose truth is known: a bind of its own.
    fn truth(&mut self, truth: Option<bool>, span: Span) -> ConditionId {
        let value = truth.map_or(Value::Null, Value::Bool);
        let ty = crate::datatype::Type::Bool;
        let slot = Slot { ty, arity: Arity::One, nullable: true, from: From::Derived };
        let slot = self.slot(slot, Constant::One(value));
        let node = self.slot_node(slot, Target::of(ty), span);
        self.push_condition(ConditionKind::Value(node), span)
    }
}

/// A text of 64 KiB has fewer nodes than a `u32` counts.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
