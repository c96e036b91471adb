//! PostgreSQL, Debian's `postgresql-15`: a new cluster that trusts everybody and syncs nothing.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::process::{self, Plan, Process, Rights};
use crate::program;

/// Where Debian puts the server's programs.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

pub(super) fn start(folder: &Path) -> Result<Process> {
    let data = process::data_folder(folder, "postgres")?;
    let mut initdb = process::prepare(process::program(PROGRAMS, "initdb"), Rights::Nobody)?;
    initdb.arg("--pgdata").arg(&data).current_dir(&data);
    initdb.args(["--username=florin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
    program::output(initdb.arg("--no-sync"))?;

    let port = process::free_port()?;
    let mut server = Command::new(process::program(PROGRAMS, "postgres"));
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
        "timezone=Asia/Kolkata",
    ] {
        server.args(["-c", setting]);
    }
    let mut probe = Command::new(process::program(PROGRAMS, "pg_isready"));
    probe.args(["--host=127.0.0.1", "--port", &port.to_string()]);
    let url = format!("postgres://florin@127.0.0.1:{port}/postgres");
    Process::start(
        folder,
        Plan { rights: Rights::Nobody, name: "postgres", url, server, signal: "INT", probe },
    )
}
