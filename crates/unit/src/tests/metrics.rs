//! The figures as text: names, labels, and the form that scrapers read.

use std::sync::Arc;
use std::time::Duration;

use crate::metrics::{Metrics, Outcome, Request, Stage};

#[track_caller]
fn check(metrics: &Metrics, line: &str) {
    let text = metrics.render();
    assert!(text.lines().any(|candidate| candidate == line), "no `{line}` in\n{text}");
}

/// Goal: each figure has the name and labels that dashboards ask for.
#[test]
fn names_every_figure() {
    let metrics = Metrics::new();
    metrics.observe_request(Request {
        route: Arc::from("/v1/payments/{id}"),
        method: "GET",
        status: 200,
        duration: Duration::from_millis(3),
    });
    metrics.count_command("pay", Outcome::Applied);
    metrics.count_command("pay", Outcome::Applied);
    metrics.count_command("pay", Outcome::Refused);
    metrics.observe_stage(Stage::Fsync, Duration::from_micros(30));
    metrics.observe_batch(5);
    metrics.set_queue_depth(7);
    metrics.set_read_model_lag(9);
    metrics.count_panic();

    check(
        &metrics,
        r#"http_requests_total{route="/v1/payments/{id}",method="GET",status="200"} 1"#,
    );
    let labels = r#"{le="0.005",route="/v1/payments/{id}",method="GET"}"#;
    check(&metrics, &format!("http_request_duration_seconds_bucket{labels} 1"));
    check(&metrics, r#"commands_total{kind="pay",outcome="applied"} 2"#);
    check(&metrics, r#"commands_total{kind="pay",outcome="refused"} 1"#);
    check(&metrics, r#"command_stage_duration_seconds_sum{stage="fsync"} 0.00003"#);
    check(&metrics, "processor_batch_size_sum 5.0");
    check(&metrics, "queue_depth 7");
    check(&metrics, "read_model_lag 9");
    check(&metrics, "http_panics_total 1");
    check(&metrics, "# EOF");
}

/// Goal: figures that were never set are there as well, so that alerts on them work.
#[test]
fn shows_figures_at_nought() {
    let metrics = Metrics::new();
    check(&metrics, "queue_depth 0");
    check(&metrics, "processor_batch_size_count 0");
}

/// Goal: label values of stages and outcomes are told apart.
#[test]
fn labels_are_unique() {
    use Stage::{Answer, Decide, Fsync, Load, Parse, Queue, Save};
    let stages = [Parse, Queue, Load, Decide, Save, Fsync, Answer].map(Stage::as_str);
    let unique: std::collections::BTreeSet<_> = stages.iter().collect();
    assert_eq!(unique.len(), stages.len());
    let outcomes = [Outcome::Applied, Outcome::Refused, Outcome::Replayed, Outcome::Faulted];
    let unique: std::collections::BTreeSet<_> = outcomes.map(Outcome::as_str).into();
    assert_eq!(unique.len(), outcomes.len());
}
