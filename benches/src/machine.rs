//! What else the machine did: processor time of others, time stolen by its host, bytes written.
//!
//! Source: proc(5), `/proc/stat`, `/proc/self/stat`, `/proc/self/io`.

use std::fs::read_to_string;

use serde_json::{Value, json};

/// Counters of the machine and of some processes, at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    all: u64,
    idle: u64,
    steal: u64,
    own: u64,
    written: u64,
}

impl Machine {
    /// Reads the counters; `processes` are ours besides this one.
    pub(crate) fn read(processes: &[u32]) -> Self {
        let stat = read_to_string("/proc/stat").unwrap_or_default();
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> =
            line.split_whitespace().skip(1).take(8).filter_map(|it| it.parse().ok()).collect();
        let tick = |at: usize| ticks.get(at).copied().unwrap_or_default();
        let mut own = 0;
        let mut written = 0;
        for process in processes.iter().copied().chain([std::process::id()]) {
            own += used(process);
            written += bytes_written(process);
        }
        Self { all: ticks.iter().sum(), idle: tick(3) + tick(4), steal: tick(7), own, written }
    }

    /// What happened since, in hundredths of all processor time, and bytes.
    pub(crate) fn since(&self, now: &Self) -> Value {
        let all = (now.all - self.all).max(1);
        let hundredths = |ticks: u64| ticks * 100 / all;
        let steal = now.steal.saturating_sub(self.steal);
        let own = now.own.saturating_sub(self.own);
        let idle = now.idle.saturating_sub(self.idle);
        let others = all.saturating_sub(idle).saturating_sub(steal).saturating_sub(own);
        json!({
            "cpu_own_percent": hundredths(own),
            "cpu_others_percent": hundredths(others),
            "cpu_steal_percent": hundredths(steal),
            "bytes_written": now.written.saturating_sub(self.written),
        })
    }
}

/// Processor time of a process and its ended children, in ticks.
fn used(process: u32) -> u64 {
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    rest.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum()
}

fn bytes_written(process: u32) -> u64 {
    let io = read_to_string(format!("/proc/{process}/io")).unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// How long this thread has run, in nanoseconds.
pub(crate) fn thread_nanos() -> u64 {
    let stat = read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|it| it.parse().ok()).unwrap_or_default()
}
