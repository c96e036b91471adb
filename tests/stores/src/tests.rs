//! Each test on each store: what a store is not asked, its table row says.

mod checks;
mod ends;
mod values;

use std::sync::Arc;

use datasets::{Executor, Fault, Form, Outcome, Statement, run};
use pql::catalogue::StoreKind;

use crate::place::Place;

/// Runs `test` on the store of `kind`, if there is one.
fn on<F: Future<Output = ()>>(kind: StoreKind, name: &str, test: impl FnOnce(Place) -> F) {
    let Some(place) = Place::find(kind, name) else { return };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test(place));
}

async fn answer(
    executor: &Arc<dyn Executor>,
    statement: &Statement,
    form: Form,
) -> Result<(String, Outcome), Fault> {
    run(Arc::clone(executor), Arc::new(statement.clone()), form).whole().await
}
