//! Pages: with cursors, the pages of a query one after the other are its rows, each once.

use pql::{Caller, CursorKey, Params, eval};
use serde_json::Value as Json;

use crate::query::Query;
use crate::rounds::{Round, compared};

/// Pages that are turned at most.
const PAGES_MOST: usize = 8;
/// The parameter that holds the cursor.
const CURSOR: &str = "next_page";

/// Turns the pages of a query; what is wrong with them, if something is.
pub(crate) fn broken(query: &Query, caller: &Caller<'_>, round: &mut Round<'_>) -> Option<String> {
    let key = CursorKey::new([7; 32]);
    let caller = Caller { cursor_key: Some(&key), ..*caller };
    let whole = Query { pql: query.unlimited.clone(), ..query.clone() };
    let all = pql::compile(&whole.pql, &caller).ok()?;
    if all.scoped.shape().grouping().is_some() {
        return None;
    }
    let (shape, constants) = (all.scoped.shape(), all.scoped.constants());
    let all = eval::evaluate(shape, constants, round.world).rows;
    let mut page = Query { pql: format!("{} LIMIT 3", query.unlimited), ..query.clone() };
    let mut rows = Vec::new();
    for _ in 0..PAGES_MOST {
        let caller = Caller { params: Params::new(Some(&page.params)), ..caller };
        let compiled = match pql::compile(&page.pql, &caller) {
            Ok(compiled) => compiled,
            Err(diagnostics) => return Some(format!("{}\n{diagnostics}", page.pql)),
        };
        let (shape, constants) = (compiled.scoped.shape(), compiled.scoped.constants());
        let expected = eval::evaluate(shape, constants, round.world);
        if let Some(difference) = compared(&page, &compiled, &expected, round) {
            return Some(difference);
        }
        rows.extend(expected.rows);
        let last = expected.last.filter(|_| expected.more);
        let Some(last) = last else {
            return (rows != all)
                .then(|| format!("{}: the pages are {rows:?}, not {all:?}", page.pql));
        };
        let Some(cursor) = compiled.cursor(&key, &last, caller.catalogue) else {
            return Some(format!("{}: there is no cursor for {last:?}", page.pql));
        };
        page.pql = format!("{} LIMIT 3 AFTER :{CURSOR}", query.unlimited);
        page.params.insert(CURSOR.to_owned(), Json::from(cursor));
    }
    let so_far = &all[..rows.len().min(all.len())];
    (rows != so_far).then(|| format!("{}: the pages are {rows:?}, not {all:?}", page.pql))
}
