//! ClickHouse: the engine of PyPI's `chdb` behind `xtask/servers/clickhouse.py`, which speaks its HTTP interface.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::process::{self, Plan, Process, Rights};
use crate::program;

pub(super) fn start(root: &Path, folder: &Path) -> Result<Process> {
    let data = process::data_folder(folder, "clickhouse")?;
    let port = process::free_port()?;
    let mut server = Command::new(program::tool(root, "python3"));
    server.arg(root.join("xtask/servers/clickhouse.py")).arg(&data).arg(port.to_string());
    let mut probe = Command::new("python3");
    let url = format!("http://127.0.0.1:{port}/?database=default");
    let ping = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)";
    probe.args(["-c", ping, &format!("http://127.0.0.1:{port}/ping")]);
    Process::start(
        folder,
        Plan { rights: Rights::Ours, name: "clickhouse", url, server, signal: "KILL", probe },
    )
}
