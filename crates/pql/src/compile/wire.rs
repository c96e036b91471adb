//! The line that the command `florin query compile` answers with.
//!
//! Source: the machine formats of PQL, object `Compiled`.

use std::fmt::Write as _;

use super::Compiled;
use crate::catalogue::{Catalogue, StoreKind};
use crate::typed::From;
use crate::{DiagnosticJson, Diagnostics, Severity};

impl Compiled {
    /// The answer as one line of JSON, without a line end; `id` is JSON already.
    pub fn to_json(&self, id: &serde_json::Value, text: &str, catalogue: &Catalogue) -> String {
        let mut out = String::with_capacity(1_024);
        let _ = write!(out, "{{\"id\":{id},\"ok\":true,\"command\":");
        string(self.emission.command.text(), &mut out);
        out.push_str(",\"binds\":[");
        for (place, bind) in self.binds.iter().enumerate() {
            separate(place, &mut out);
            out.push_str("{\"type\":");
            string(&bind.ty.name(catalogue), &mut out);
            out.push_str(",\"value\":");
            bind.write(catalogue, &mut out);
            out.push_str(",\"from\":");
            from(bind.from, text, &mut out);
            out.push('}');
        }
        out.push_str("],\"columns\":");
        self.columns_json(catalogue, &mut out);
        out.push_str(",\"warnings\":[");
        for (place, warning) in self.warnings.iter().enumerate() {
            separate(place, &mut out);
            debug_assert_eq!(warning.severity(), Severity::Warning);
            let json = DiagnosticJson::of(warning, text);
            out.push_str(&serde_json::to_string(&json).unwrap_or_default());
        }
        out.push_str("]}");
        out
    }

    /// The columns of the answer: their names and types.
    pub fn columns_json(&self, catalogue: &Catalogue, out: &mut String) {
        let shape = self.scoped.shape();
        out.push('[');
        for (place, name) in self.column_names(catalogue).enumerate() {
            separate(place, out);
            let ty = shape.value(shape.columns()[place].value).ty;
            out.push_str("{\"name\":");
            string(name, out);
            out.push_str(",\"type\":");
            string(&catalogue.type_name(ty), out);
            out.push('}');
        }
        out.push(']');
    }

    /// The placeholder of a bind in the text of the command, for tools that show both.
    pub fn placeholder(&self, place: usize) -> String {
        match self.kind {
            StoreKind::Sqlite => format!("?{}", place + 1),
            StoreKind::Postgres => format!("${}", place + 1),
            StoreKind::Mariadb => "?".to_owned(),
            StoreKind::Clickhouse => format!("{{p{place}}}"),
            StoreKind::Mongodb => format!("{{\"$bind\":{place}}}"),
        }
    }
}

/// The answer to a query that was refused, as one line of JSON, without a line end.
pub fn refused_json(id: &serde_json::Value, text: &str, refused: &Diagnostics) -> String {
    let list = serde_json::to_string(&refused.to_json(text)).unwrap_or_default();
    format!("{{\"id\":{id},\"ok\":false,\"diagnostics\":{list}}}")
}

fn from(from: From, text: &str, out: &mut String) {
    match from {
        From::Literal(span) => {
            let _ = write!(out, "{{\"span\":[{},{}]}}", span.start, span.end);
        }
        From::Parameter(span) => {
            let name = span.of(text).trim_start_matches(':').trim_end_matches('?');
            out.push_str("{\"param\":");
            string(name, out);
            out.push('}');
        }
        From::Scope => out.push_str("\"scope\""),
        From::Now => out.push_str("\"now\""),
        From::Limit => out.push_str("\"limit\""),
        From::Cursor => out.push_str("\"cursor\""),
        From::Derived => out.push_str("\"derived\""),
    }
}

fn string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn separate(place: usize, out: &mut String) {
    if place > 0 {
        out.push(',');
    }
}
