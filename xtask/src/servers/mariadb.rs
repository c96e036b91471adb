//! MariaDB, Debian's `mariadb-server`: a new data folder with the user `florin` and the database `florin`.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::process::{self, Plan, Process, Rights};
use crate::program;

/// Where Debian puts the server.
const SERVERS: &str = "/usr/sbin";

/// Run at the start. By number, for no name is looked up.
const INIT: &str = "CREATE DATABASE florin CHARACTER SET utf8mb4;\n\
    CREATE USER florin@'127.0.0.1';\n\
    GRANT ALL PRIVILEGES ON *.* TO florin@'127.0.0.1' WITH GRANT OPTION;\n";

pub(super) fn start(folder: &Path) -> Result<Process> {
    let data = process::data_folder(folder, "mariadb")?;
    let mut install = process::prepare("mariadb-install-db", Rights::Nobody)?;
    install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    program::output(install.current_dir(&data).arg(argument("--datadir", &data)))?;

    let init = folder.join("mariadb.init");
    std::fs::write(&init, INIT)?;
    let port = process::free_port()?;
    let mut server = Command::new(process::program(SERVERS, "mariadbd"));
    server.arg("--no-defaults").arg(argument("--datadir", &data));
    server.arg(argument("--init-file", &init)).arg(format!("--port={port}"));
    server.args(["--bind-address=127.0.0.1", "--socket=server.sock", "--skip-name-resolve"]);
    server.args(["--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"]);
    server.args(["--max-connections=200", "--default-time-zone=+05:30"]);
    let mut probe = Command::new("mariadb-admin");
    probe.args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=florin", "ping"]);
    probe.arg(format!("--port={port}"));
    let url = format!("mysql://florin@127.0.0.1:{port}/florin");
    Process::start(
        folder,
        Plan { rights: Rights::Nobody, name: "mariadb", url, server, signal: "TERM", probe },
    )
}

fn argument(name: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(name);
    argument.push("=");
    argument.push(path);
    argument
}
