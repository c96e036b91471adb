//! MongoDB's protocol: Maven's `mongo-java-server`, started by `xtask/servers/MongoDb.java`. No MongoDB itself can be had.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::process::{self, Plan, Process, Rights};

pub(super) fn start(root: &Path, folder: &Path) -> Result<Process> {
    let port = process::free_port()?;
    let mut server = Command::new("java");
    server.args(["-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"]);
    server.arg(root.join("target/tools/mongodb/*"));
    server.arg(root.join("xtask/servers/MongoDb.java")).arg(port.to_string());
    let mut probe = Command::new("python3");
    let connect =
        "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)";
    probe.args(["-c", connect, &port.to_string()]);
    let url = format!("mongodb://127.0.0.1:{port}/florin");
    Process::start(
        folder,
        Plan { rights: Rights::Ours, name: "mongodb", url, server, signal: "KILL", probe },
    )
}
