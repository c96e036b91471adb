//! The batch commands: a line of JSON in, a line of JSON out, whatever the line holds.
//!
//! No files and no clock here: callers hand in lines, the catalogue, what the clock says. Start at
//! [`parse`], [`Batch::compile`], [`Batch::evaluate`]; [`Batch::run`] is the one that asks stores.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use pql::catalogue::{Catalogue, DatasetId, RoleId, StoreKind};
use pql::eval::{self, Tables, World};
use pql::lex::Origin;
use pql::value::{Timestamp, json};
use pql::{
    Caller, Code, Compiled, CursorKey, Diagnostic, DiagnosticJson, Diagnostics, Params, Span,
};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{Fault, Form, Outcome, Running, Statement, Stores, run};

/// The rows that are counted at most.
const COUNT_MAX: u64 = 10_000;

/// A line of a batch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Anything; comes back with the answer.
    #[serde(default)]
    pub id: Json,
    /// The query.
    pub pql: String,
    /// The data set of a bare condition.
    #[serde(default)]
    pub dataset: Option<String>,
    /// The parameters.
    #[serde(default)]
    pub params: Option<serde_json::Map<String, Json>>,
    /// What NOW() is, else the clock.
    #[serde(default)]
    pub now: Option<String>,
    /// Whether the rows of all pages are counted.
    #[serde(default)]
    pub count: bool,
}

/// What holds for all lines of a batch.
#[derive(Debug)]
pub struct Batch {
    /// The data sets.
    pub catalogue: Arc<Catalogue>,
    /// Whose rights.
    pub role: RoleId,
    /// Whose rows.
    pub scope: Option<String>,
    /// What cursors are signed with.
    pub cursor_key: Option<CursorKey>,
}

impl Request {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// The answer to a line that is no request.
    pub fn read(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| {
            let message = format!("The line is no request: {error}.");
            refused(&Json::Null, "", &Diagnostic::new(Code::Param, Span::at(0), message).into())
        })
    }
}

/// The answer to a line of `florin query parse`.
pub fn parse(line: &str, origin: Origin) -> String {
    let request = match Request::read(line) {
        Ok(request) => request,
        Err(answer) => return answer,
    };
    let parsed = pql::parse(&request.pql, origin)
        .and_then(|(parsed, _)| Ok((parsed, pql::format(&request.pql)?)));
    match parsed {
        Ok((parsed, formatted)) => {
            let (id, tree) = (request.id, parsed.ast.tree());
            let tree = serde_json::to_string(&tree).unwrap_or_default();
            format!(
                "{{\"id\":{id},\"ok\":true,\"tree\":{tree},\"formatted\":{}}}",
                Json::from(formatted)
            )
        }
        Err(diagnostics) => refused(&request.id, &request.pql, &diagnostics),
    }
}

impl Batch {
    /// The answer to a line of `florin query compile`: opens no connection.
    pub fn compile(&self, line: &str, kind: Option<StoreKind>, clock: Timestamp) -> String {
        let compiled = |request: &Request| self.compiled(request, kind, clock);
        match Request::read(line) {
            Err(answer) => answer,
            Ok(request) => match compiled(&request) {
                Ok(compiled) => compiled.to_json(&request.id, &request.pql, &self.catalogue),
                Err(diagnostics) => refused(&request.id, &request.pql, &diagnostics),
            },
        }
    }

    /// The answer to a line of `florin query eval`: by the reference evaluator, from rows in memory.
    pub fn evaluate(&self, line: &str, tables: &Tables, clock: Timestamp) -> String {
        let request = match Request::read(line) {
            Ok(request) => request,
            Err(answer) => return answer,
        };
        // The evaluator can do what the most capable store can.
        let compiled = match self.compiled(&request, Some(StoreKind::Postgres), clock) {
            Ok(compiled) => compiled,
            Err(diagnostics) => return refused(&request.id, &request.pql, &diagnostics),
        };
        let world = World { catalogue: &self.catalogue, tables, scope: self.scope.as_deref() };
        let answer = eval::evaluate(compiled.scoped.shape(), compiled.scoped.constants(), world);
        let shape = compiled.scoped.shape();
        let mut out = self.head(&request, &compiled);
        for (place, row) in answer.rows.iter().enumerate() {
            out.push_str(if place == 0 { "[" } else { ",[" });
            for (place, (value, column)) in row.iter().zip(shape.columns()).enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                json::write(
                    value,
                    eval::column_form(shape, column.value),
                    &self.catalogue,
                    &mut out,
                );
            }
            out.push(']');
        }
        let count = u64::try_from(answer.count).unwrap_or(u64::MAX);
        let outcome = Outcome {
            rows: u64::try_from(answer.rows.len()).unwrap_or(u64::MAX),
            more: answer.more,
            last: answer.last.unwrap_or_default(),
        };
        let end = End { outcome, count: request.count.then_some(count), as_of: compiled.now() };
        self.tail(&request, &compiled, &end, &mut out);
        out
    }

    /// Answers a line of `florin query run`, from a store; the rows are written as they come. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// Those of `out` itself.
    pub async fn run(
        &self,
        line: &str,
        stores: &Stores,
        clock: Timestamp,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let request = match Request::read(line) {
            Ok(request) => request,
            Err(answer) => return writeln!(out, "{answer}"),
        };
        let compiled = match self.compiled(&request, stores.kind(), clock) {
            Ok(compiled) => compiled,
            Err(diagnostics) => {
                return writeln!(out, "{}", refused(&request.id, &request.pql, &diagnostics));
            }
        };
        let counted = if request.count {
            self.counted(&request, &compiled, stores, clock).await.map(Some)
        } else {
            Ok(None)
        };
        let running = self.start(&compiled, stores, Form::Arrays).await;
        let (count, mut running) = match counted.and_then(|count| Ok((count, running?))) {
            Ok(both) => both,
            Err(fault) => return writeln!(out, "{}", failed(&request.id, &fault)),
        };
        // Until the first batch is there nothing is written: most faults come before it.
        let mut batch = running.batch().await;
        let mut begun = false;
        while let Some(rows) = batch {
            if !begun {
                out.write_all(self.head(&request, &compiled).as_bytes())?;
                begun = true;
            }
            out.write_all(rows.as_bytes())?;
            batch = running.batch().await;
        }
        let mut end = String::new();
        match running.outcome().await {
            Ok(outcome) => {
                if !begun {
                    end = self.head(&request, &compiled);
                }
                self.tail(&request, &compiled, &End { outcome, count, as_of: clock }, &mut end);
            }
            Err(fault) if begun => end = format!("],{}}}", fault_members(&fault)),
            Err(fault) => end = failed(&request.id, &fault),
        }
        writeln!(out, "{end}")
    }

    /// Starts a compiled query on its store.
    ///
    /// # Errors
    ///
    /// If the store cannot be opened, or is not what the catalogue says.
    pub async fn start(
        &self,
        compiled: &Compiled,
        stores: &Stores,
        form: Form,
    ) -> Result<Running, Fault> {
        let executor = stores.executor(&self.catalogue, &self.datasets(compiled)).await?;
        Ok(run(executor, Arc::new(self.statement(compiled)), form))
    }

    /// Compiles a request.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn compiled(
        &self,
        request: &Request,
        kind: Option<StoreKind>,
        clock: Timestamp,
    ) -> Result<Compiled, Diagnostics> {
        let refuse =
            |code, message: String| Diagnostics::from(Diagnostic::new(code, Span::at(0), message));
        let dataset = match &request.dataset {
            None => None,
            Some(name) => {
                let found = self.catalogue.dataset_named(name);
                let found = found.filter(|id| self.catalogue.role(self.role).grant(*id).is_some());
                Some(found.ok_or_else(|| {
                    refuse(Code::Name, format!("There is no data set {name} here."))
                })?)
            }
        };
        let now = request.now.as_deref().map_or(Ok(clock), |text| {
            Timestamp::parse(text)
                .map_err(|error| refuse(Code::Param, format!("\"now\": {error}.")))
        });
        let caller = Caller {
            catalogue: &self.catalogue,
            role: self.role,
            scope: self.scope.as_deref(),
            dataset,
            kind,
            params: Params::new(request.params.as_ref()),
            now: now?,
            cursor_key: self.cursor_key.as_ref(),
            origin: Origin::File,
        };
        pql::compile(&request.pql, &caller)
    }

    fn statement(&self, compiled: &Compiled) -> Statement {
        let root = self.datasets(compiled).first().copied();
        let grant = root.and_then(|root| self.catalogue.role(self.role).grant(root));
        let deadline = grant.map_or(0, |grant| grant.limits().deadline_ms);
        Statement::new(compiled, &self.catalogue, Duration::from_millis(deadline.into()))
    }

    /// Every data set that is read, the query's own first.
    fn datasets(&self, compiled: &Compiled) -> Vec<DatasetId> {
        compiled.scoped.shape().scans().iter().map(|scan| scan.dataset).collect()
    }

    /// How many rows all pages have, up to one more than are counted.
    async fn counted(
        &self,
        request: &Request,
        compiled: &Compiled,
        stores: &Stores,
        clock: Timestamp,
    ) -> Result<u64, Fault> {
        let all = first_page(&request.pql).and_then(|text| {
            let request = Request {
                pql: text,
                id: Json::Null,
                dataset: request.dataset.clone(),
                params: request.params.clone(),
                now: request.now.clone(),
                count: false,
            };
            self.compiled(&request, stores.kind(), clock).ok()
        });
        let compiled = all.as_ref().unwrap_or(compiled);
        let executor = stores.executor(&self.catalogue, &self.datasets(compiled)).await?;
        let statement = self.statement(compiled).counting(COUNT_MAX);
        let (_, outcome) = run(executor, Arc::new(statement), Form::Nothing).whole().await?;
        Ok(outcome.rows.saturating_add(u64::from(outcome.more)))
    }

    /// The beginning of an answer, up to its rows.
    fn head(&self, request: &Request, compiled: &Compiled) -> String {
        let mut out = format!("{{\"id\":{},\"columns\":", request.id);
        compiled.columns_json(&self.catalogue, &mut out);
        out.push_str(",\"rows\":[");
        out
    }

    /// The end of an answer, behind its rows: only now is it known whether it is one.
    fn tail(&self, request: &Request, compiled: &Compiled, end: &End, out: &mut String) {
        let key = self.cursor_key.as_ref().filter(|_| end.outcome.more);
        let cursor = key.and_then(|key| compiled.cursor(key, &end.outcome.last, &self.catalogue));
        let mut as_of = String::new();
        // Writing to a String does not fail.
        let _ = end.as_of.write(6, &mut as_of);
        let warnings =
            compiled.warnings.iter().map(|warning| DiagnosticJson::of(warning, &request.pql));
        let warnings = serde_json::to_string(&warnings.collect::<Vec<_>>()).unwrap_or_default();
        let more = end.outcome.more;
        out.push_str(&format!(
            "],\"ok\":true,\"more\":{more},\"cursor\":{},\"as_of\":\"{as_of}\"",
            Json::from(cursor)
        ));
        if let Some(count) = end.count {
            let (value, capped) = (count.min(COUNT_MAX), count > COUNT_MAX);
            out.push_str(&format!(",\"count\":{{\"value\":{value},\"capped\":{capped}}}"));
        }
        out.push_str(&format!(",\"warnings\":{warnings}}}"));
    }
}

/// What an answer ends with.
struct End {
    outcome: Outcome,
    count: Option<u64>,
    as_of: Timestamp,
}

/// The query without its AFTER: all pages. `None` if it has none.
fn first_page(text: &str) -> Option<String> {
    let (parsed, _) = pql::parse(text, Origin::File).ok()?;
    let pql::ast::Statement::Query(query) = parsed.ast.statement() else { return None };
    let after = parsed.ast.value_span(query.after?).start;
    let before = text.get(..usize::try_from(after).ok()?)?.to_ascii_uppercase();
    text.get(..before.rfind("AFTER")?).map(str::to_owned)
}

fn refused(id: &Json, text: &str, diagnostics: &Diagnostics) -> String {
    pql::refused_json(id, text, diagnostics)
}

/// The answer when the store is at fault.
fn failed(id: &Json, fault: &Fault) -> String {
    format!("{{\"id\":{id},{}}}", fault_members(fault))
}

fn fault_members(fault: &Fault) -> String {
    let message = Json::from(fault.to_string());
    format!("\"ok\":false,\"fault\":{{\"code\":\"{}\",\"message\":{message}}}", fault.code())
}
