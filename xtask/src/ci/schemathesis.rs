//! Schemathesis against a served product: thousands of requests made from the OpenAPI document,
//! single ones and chains of them; every answer must be one that the document describes.
//!
//! Start at [`run`].

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::server::{self, Server};
use crate::program;

/// The same requests at every run, as far as the time allows. What an earlier run found is not
/// replayed first: it runs in an empty folder.
const SEED: &str = "20";

/// For all phases of a run together; fuzzing and chains repeat until it is spent.
const SECONDS_MAX: &str = "150";
const SECONDS_MAX_KEYS: &str = "20";

/// What ends keys: tried last, for a chain of requests soon ends the very key it runs with.
const ENDS_KEYS: [&str; 2] = ["rotateKey", "transitionKey"];

/// No fault of ours, and nothing undocumented: status, content type, body.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Serves the product on a fresh folder and runs all phases against it.
///
/// # Errors
///
/// When an answer breaks a check, or the server ended before it was asked to.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut server = Server::start(root, "schemathesis")?;
    let folder = server::fresh_folder(root, "schemathesis-cache")?;
    let outcome = program::run(as_operator(root, &server).current_dir(&folder))
        .and_then(|()| program::run(on_keys(root, &server).current_dir(&folder)));
    let is_running = server.is_running();
    let log = server.log.display();
    if !is_running {
        bail!("the server ended while it was tested; see {log}");
    }
    outcome.map_err(|error| error.context(format!("the server's log is {log}")))
}

/// Everything but what ends keys, as an operator who acts for the sandbox platform.
fn as_operator(root: &Path, server: &Server) -> Command {
    let mut command = command(root, &server.url, &server.operator_key, SECONDS_MAX);
    command.args(["--header", &format!("Florin-Platform: {}", server.platform)]);
    for operation in ENDS_KEYS {
        command.args(["--exclude-operation-id", operation]);
    }
    command
}

/// What ends keys, as the platform.
fn on_keys(root: &Path, server: &Server) -> Command {
    let mut command = command(root, &server.url, &server.key, SECONDS_MAX_KEYS);
    for operation in ENDS_KEYS {
        command.args(["--include-operation-id", operation]);
    }
    command
}

fn command(root: &Path, url: &str, key: &str, seconds_max: &str) -> Command {
    let mut command = Command::new(program::tool(root, "schemathesis"));
    command.arg("run").arg(root.join("openapi/florin.json")).args(["--url", url]);
    command.args(["--header", &format!("Authorization: Bearer {key}")]);
    command.args(["--phases", "examples,coverage,fuzzing,stateful"]);
    command.args(["--checks", CHECKS, "--seed", SEED, "--max-time", seconds_max]);
    command.args(["--request-timeout", "10", "--generation-database", "none", "--no-color"]);
    command
}
