//! The whole way: from a text to what is sent to a store, with warnings.
//!
//! Not execution. Every stage is a function of its own; here they are called in their order, and
//! the emission is verified before anybody sees it. Start at [`compile`].

mod wire;

pub use wire::refused_json;

use crate::catalogue::{Catalogue, DatasetId, RoleId, StoreKind};
use crate::cursor::{self, CursorKey, Opened};
use crate::emit::{Bind, Emission};
use crate::lex::Origin;
use crate::resolve::{self, Request};
use crate::scope::Scoped;
use crate::typed::ColumnName;
use crate::value::json::Form;
use crate::value::{Timestamp, Value};
use crate::{
    Code, Diagnostic, Diagnostics, Params, Span, Warnings, ast, check, emit, lint, scope, verify,
};

/// Who asks, of which store, with which values.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The caller's role.
    pub role: RoleId,
    /// The caller's scope: compared with the scope field of every data set that has one.
    pub scope: Option<&'a str>,
    /// The data set of a bare condition.
    pub dataset: Option<DatasetId>,
    /// The store that will answer; none: the data set's own.
    pub kind: Option<StoreKind>,
    /// The parameters.
    pub params: Params<'a>,
    /// The one reading of the clock; a cursor carries its own.
    pub now: Timestamp,
    /// The key that cursors are signed with; without one, AFTER is refused.
    pub cursor_key: Option<&'a CursorKey>,
    /// Where the text comes from: comments are for files and consoles.
    pub origin: Origin,
}

/// A compiled query.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// What is sent, without any value.
    pub emission: Emission,
    /// What is bound, in the order of the placeholders.
    pub binds: Vec<Bind>,
    /// What is doubtful.
    pub warnings: Warnings,
    /// The store that it is for.
    pub kind: StoreKind,
    /// The query behind it.
    pub scoped: Scoped,
    now: Timestamp,
    binding: Option<[u8; 32]>,
}

/// Compiles a query.
///
/// ```
/// use pql::{Caller, Params, catalogue::Catalogue, lex::Origin, value::Timestamp};
///
/// let catalogue = Catalogue::read(r#"
///     version = 1
///     [stores.main]
///     kind = "sqlite"
///     url = "sqlite:shop.db"
///     [datasets.orders]
///     store = "main"
///     source = "orders"
///     key = ["id"]
///     scope = "shop"
///     [datasets.orders.fields]
///     id = { type = "whole" }
///     shop = { type = "text" }
///     status = { type = "text" }
///     [roles.reader.orders]
///     fields = ["id", "status"]
/// "#).unwrap();
/// let caller = Caller {
///     catalogue: &catalogue,
///     role: catalogue.role_named("reader").unwrap(),
///     scope: Some("shop-1"),
///     dataset: None,
///     kind: None,
///     params: Params::NONE,
///     now: Timestamp::parse("2026-01-01T00:00:00Z").unwrap(),
///     cursor_key: None,
///     origin: Origin::Api,
/// };
/// let compiled = pql::compile("SELECT id FROM orders WHERE status = 'new'", &caller).unwrap();
/// assert_eq!(
///     compiled.emission.command.text(),
///     r#"SELECT t0."id" AS c0 FROM "orders" AS t0 WHERE t0."shop" = ?1 AND t0."status" = ?2 ORDER BY t0."id" LIMIT ?3"#,
/// );
/// ```
///
/// # Errors
///
/// All that is wrong with the text, as far as one mistake does not hide another.
pub fn compile(text: &str, caller: &Caller<'_>) -> Result<Compiled, Diagnostics> {
    let (parsed, mut warnings) = crate::parse(text, caller.origin)?;
    let ast = &parsed.ast;
    let opened = open(ast, caller)?;
    let now = opened.as_ref().map_or(caller.now, |opened| opened.now);
    let kind = caller.kind.unwrap_or_else(|| own_kind(ast, caller));
    let request = Request {
        catalogue: caller.catalogue,
        role: caller.role,
        dataset: caller.dataset,
        kind,
        params: caller.params,
        now,
    };
    let typed = resolve::resolve(ast, request, opened.as_ref())?;
    let binding = caller.cursor_key.map(|_| {
        let role = &caller.catalogue.role(caller.role).name;
        cursor::binding(&typed, role, caller.scope)
    });
    if let (Some(opened), Some(binding)) = (&opened, binding)
        && opened.binding != binding
    {
        return Err(foreign_cursor(ast).into());
    }
    lint::lint(&typed, ast, caller.catalogue, &mut warnings);
    let scoped = scope::scope(typed, caller.catalogue, caller.scope)?;
    let plan = check::check(scoped, caller.catalogue, kind)?;
    let emission = emit::emit(&plan, caller.catalogue);
    verify::verify(&emission, &plan, caller.catalogue)?;
    let scoped = plan.into_scoped();
    let (shape, constants) = (scoped.shape(), scoped.constants());
    let binds = emission.placed.iter().map(|placed| placed.bind(shape, constants)).collect();
    Ok(Compiled { emission, binds, warnings, kind, scoped, now, binding })
}

impl Compiled {
    /// The cursor behind a row, from the values of the order's keys; `None` where there are no
    /// pages: without a key, or for groups.
    pub fn cursor(
        &self,
        key: &CursorKey,
        values: &[Value],
        catalogue: &Catalogue,
    ) -> Option<String> {
        let shape = self.scoped.shape();
        let binding = self.binding.filter(|_| shape.grouping().is_none())?;
        let types = shape.order().iter().map(|key| Form::Declared(shape.value(key.value).ty));
        let values: Vec<(Value, Form)> = values.iter().cloned().zip(types).collect();
        (values.len() == shape.order().len())
            .then(|| cursor::seal(key, (self.now, binding), &values, catalogue))
    }

    /// The query's one reading of the clock.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The names of the selected columns.
    pub fn column_names<'a>(&'a self, catalogue: &'a Catalogue) -> impl Iterator<Item = &'a str> {
        self.scoped.shape().columns().iter().map(|column| match &column.name {
            ColumnName::Field(dataset, field) => &*catalogue.field(*dataset, *field).name,
            ColumnName::Text(text) => text,
        })
    }
}

/// The kind of the store that keeps the data set of a query.
fn own_kind(ast: &ast::Ast, caller: &Caller<'_>) -> StoreKind {
    let catalogue = caller.catalogue;
    let dataset = match ast.statement() {
        ast::Statement::Query(query) => catalogue.dataset_named(&ast.name(query.from)),
        ast::Statement::Condition(_) => caller.dataset,
    };
    let store = dataset.map(|id| catalogue.store(catalogue.dataset(id).store).kind);
    store.unwrap_or(StoreKind::Sqlite)
}

/// The cursor of a query, if it has one.
fn open(ast: &ast::Ast, caller: &Caller<'_>) -> Result<Option<Opened>, Diagnostics> {
    let ast::Statement::Query(query) = ast.statement() else {
        return Ok(None);
    };
    // Groups have no pages; that is said where they are resolved.
    let Some(after) = query.after.filter(|_| query.group.is_empty()) else {
        return Ok(None);
    };
    let span = ast.value_span(after);
    let refuse =
        |message: &'static str| Diagnostics::from(Diagnostic::new(Code::Cursor, span, message));
    let text = match *ast.value(after) {
        ast::Value::Literal(ast::Literal::Text(text)) => ast.text_of(text).into_owned(),
        ast::Value::Param(param) => {
            let json = caller.params.get(ast.param_name(param));
            let text = json.and_then(serde_json::Value::as_str);
            text.ok_or_else(|| refuse("The cursor is absent or no text."))?.to_owned()
        }
        ast::Value::Literal(_)
        | ast::Value::Path(_)
        | ast::Value::Entry { .. }
        | ast::Value::Call(_)
        | ast::Value::Negated(_)
        | ast::Value::Chain { .. } => return Err(refuse("A cursor is a text or a parameter.")),
    };
    let Some(key) = caller.cursor_key else {
        return Err(refuse("There are no cursors here."));
    };
    let opened = cursor::open(key, &text);
    opened.map(Some).ok_or_else(|| refuse("This is no cursor that was given out here."))
}

fn foreign_cursor(ast: &ast::Ast) -> Diagnostic {
    let span = match ast.statement() {
        ast::Statement::Query(query) => query.after.map(|after| ast.value_span(after)),
        ast::Statement::Condition(_) => None,
    };
    let message = "The cursor belongs to another query, or to other parameters or another scope.";
    Diagnostic::new(Code::Cursor, span.unwrap_or(Span::at(0)), message)
        .hint("A cursor continues the very query that gave it; begin again without AFTER.")
}
