//! The write path's own figures, put among those of the process.

use std::sync::Arc;
use std::time::Duration;

use processor::{Observer, Stage};
use unit::metrics::{self, Metrics, Outcome};

/// Shows what the processor does in [`Metrics`].
#[derive(Debug, Clone)]
pub struct Figures(Arc<Metrics>);

impl Figures {
    /// Figures among those of `metrics`.
    #[must_use]
    pub const fn new(metrics: Arc<Metrics>) -> Self {
        Self(metrics)
    }
}

impl Observer for Figures {
    fn stage(&self, stage: Stage, took: Duration) {
        let stage = match stage {
            Stage::Queue => metrics::Stage::Queue,
            Stage::Load => metrics::Stage::Load,
            Stage::Decide => metrics::Stage::Decide,
            Stage::Save => metrics::Stage::Save,
            Stage::Fsync => metrics::Stage::Fsync,
            Stage::Answer => metrics::Stage::Answer,
        };
        self.0.observe_stage(stage, took);
    }

    fn batch(&self, commands: usize) {
        self.0.observe_batch(commands);
    }

    fn command(&self, command: &'static str, outcome: &str) {
        let outcome = match outcome {
            "applied" | "dry_run" => Outcome::Applied,
            "replayed" => Outcome::Replayed,
            "failed" => Outcome::Faulted,
            _ => Outcome::Refused,
        };
        self.0.count_command(command, outcome);
    }
}
