//! The figures a process shows about itself, in the OpenMetrics text format.
//!
//! No figure of a customer and no unbounded label: routes are patterns, kinds are fixed in the
//! source. Start at [`Metrics`].

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The media type of [`Metrics::render`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A stage of a command's way through the write path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// From the received request to the command.
    Parse,
    /// Waiting for the writer.
    Queue,
    /// Loading what the batch names.
    Load,
    /// Deciding the batch.
    Decide,
    /// Writing the batch's rows.
    Save,
    /// Committing the batch.
    Fsync,
    /// From the commit to the answer.
    Answer,
}

impl Stage {
    /// The value of the label `stage`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Queue => "queue",
            Self::Load => "load",
            Self::Decide => "decide",
            Self::Save => "save",
            Self::Fsync => "fsync",
            Self::Answer => "answer",
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It changed what it asked to change.
    Applied,
    /// The domain said no.
    Refused,
    /// It was known already and got its stored answer.
    Replayed,
    /// It failed on our side.
    Faulted,
}

impl Outcome {
    /// The value of the label `outcome`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::Replayed => "replayed",
            Self::Faulted => "faulted",
        }
    }
}

/// Every figure of one process. Shared, never copied; observing takes no lock that is held long.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_duration: Family<RouteLabels, Histogram, fn() -> Histogram>,
    commands: Family<CommandLabels, Counter>,
    stage_duration: Family<StageLabels, Histogram, fn() -> Histogram>,
    batch_size: Histogram,
    queue_depth: Gauge,
    read_model_lag: Gauge,
    panics: Counter,
}

/// One handled request, as [`Metrics::observe_request`] takes it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The pattern of the route, or a fixed word if there was none.
    pub route: Arc<str>,
    /// The method, from a fixed set.
    pub method: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// From the head of the request to the head of the answer.
    pub duration: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: Arc<str>,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: Arc<str>,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    kind: &'static str,
    outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabels {
    stage: Stage,
}

impl EncodeLabelValue for Stage {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.as_str().encode(encoder)
    }
}

impl EncodeLabelValue for Outcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.as_str().encode(encoder)
    }
}

impl Metrics {
    /// All figures at nought.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(seconds),
            commands: Family::default(),
            stage_duration: Family::new_with_constructor(seconds),
            batch_size: Histogram::new(BATCH_BUCKETS),
            queue_depth: Gauge::default(),
            read_model_lag: Gauge::default(),
            panics: Counter::default(),
        };
        metrics.register_http();
        metrics.register_processor();
        metrics
    }

    /// Counts a handled request and its duration.
    pub fn observe_request(&self, request: Request) {
        let Request { route, method, status, duration } = request;
        let labels = RouteLabels { route: Arc::clone(&route), method };
        self.request_duration.get_or_create(&labels).observe(duration.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { route, method, status }).inc();
    }

    /// Counts one command of a kind that is fixed in the source.
    pub fn count_command(&self, kind: &'static str, outcome: Outcome) {
        self.commands.get_or_create(&CommandLabels { kind, outcome }).inc();
    }

    /// Notes how long a stage took: of one command, or of one batch for those from load to fsync.
    pub fn observe_stage(&self, stage: Stage, duration: Duration) {
        self.stage_duration.get_or_create(&StageLabels { stage }).observe(duration.as_secs_f64());
    }

    /// Notes how many commands a batch held.
    #[expect(clippy::disallowed_types, reason = "histograms observe floats; no money is involved")]
    pub fn observe_batch(&self, commands: usize) {
        self.batch_size.observe(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
    }

    /// Shows how many commands wait for the writer.
    pub fn set_queue_depth(&self, commands: usize) {
        self.queue_depth.set(i64::try_from(commands).unwrap_or(i64::MAX));
    }

    /// Shows how many commit positions the read model is behind.
    pub fn set_read_model_lag(&self, positions: u64) {
        self.read_model_lag.set(i64::try_from(positions).unwrap_or(i64::MAX));
    }

    /// Counts a panic that became a 500.
    pub fn count_panic(&self) {
        self.panics.inc();
    }

    /// Every figure as text of the type [`MEDIA_TYPE`].
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// Names the figures of the HTTP stack.
    fn register_http(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "From the head of a request to the head of its answer",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register("http_panics", "Requests whose handler panicked", self.panics.clone());
    }

    /// Names the figures of the write path and of the read model.
    fn register_processor(&mut self) {
        let registry = &mut self.registry;
        registry.register("commands", "Commands by kind and outcome", self.commands.clone());
        registry.register_with_unit(
            "command_stage_duration",
            "Time in a stage of the write path",
            Unit::Seconds,
            self.stage_duration.clone(),
        );
        registry.register("processor_batch_size", "Commands in a batch", self.batch_size.clone());
        registry.register(
            "queue_depth",
            "Commands waiting for the writer",
            self.queue_depth.clone(),
        );
        registry.register(
            "read_model_lag",
            "Commit positions the read model is behind",
            self.read_model_lag.clone(),
        );
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Upper ends of the buckets for durations, in seconds: 10 microseconds to 30 seconds.
#[expect(clippy::disallowed_types, reason = "histograms observe floats; no money is involved")]
const SECONDS_BUCKETS: [f64; 18] = [
    0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// Upper ends of the buckets for the commands of a batch.
#[expect(clippy::disallowed_types, reason = "histograms observe floats; no money is involved")]
const BATCH_BUCKETS: [f64; 12] =
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0];

/// An empty histogram of durations.
fn seconds() -> Histogram {
    Histogram::new(SECONDS_BUCKETS)
}
