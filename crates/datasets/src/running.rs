//! One query on its way: a task with a deadline, and its answer in batches.
//!
//! Start at [`run`].

use std::sync::Arc;

use pql::value::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time;

use crate::{Encoder, Executor, Fault, Form, Outcome, Sink, Statement};

/// Batches that wait for a slow reader.
const BATCHES_WAITING: usize = 2;

/// A query that runs. Dropping it ends the statement in the store.
#[derive(Debug)]
pub struct Running {
    batches: mpsc::Receiver<String>,
    task: JoinHandle<Result<Outcome, Fault>>,
}

/// Runs `statement` on `executor`; must be called inside a tokio runtime.
pub fn run(executor: Arc<dyn Executor>, statement: Arc<Statement>, form: Form) -> Running {
    let (sender, batches) = mpsc::channel(BATCHES_WAITING);
    let task = tokio::spawn(async move {
        let deadline = statement.deadline;
        let encoder = Encoder::new(form, Arc::clone(&statement));
        let sink = Sink::new(&statement, encoder, sender);
        let executed = time::timeout(deadline, executor.execute(statement, sink)).await;
        executed.unwrap_or(Err(Fault::Deadline { deadline }))
    });
    Running { batches, task }
}

impl Running {
    /// The next part of the answer; `None` at its end.
    pub async fn batch(&mut self) -> Option<String> {
        self.batches.recv().await
    }

    /// How it ended; to be asked after the last batch.
    ///
    /// # Errors
    ///
    /// What the store did instead.
    pub async fn outcome(mut self) -> Result<Outcome, Fault> {
        let ended = (&mut self.task).await;
        ended.unwrap_or_else(|error| Err(Fault::Unreachable { detail: error.to_string() }))
    }

    /// The whole answer, for callers that know that it is small.
    ///
    /// # Errors
    ///
    /// What the store did instead.
    pub async fn whole(mut self) -> Result<(String, Outcome), Fault> {
        let mut text = String::new();
        while let Some(batch) = self.batch().await {
            text.push_str(&batch);
        }
        let outcome = self.outcome().await?;
        Ok((text, outcome))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Outcome {
    /// The keys of the last row if there are more rows: where the next page begins.
    pub fn next_page(&self) -> Option<&[Value]> {
        (self.more && !self.last.is_empty()).then_some(&*self.last)
    }
}
