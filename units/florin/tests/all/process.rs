//! Folders, processes and requests of the tests; everything is gone when it is dropped.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// A folder of one test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = format!("florin-test-{}-{number}-{name}", std::process::id());
        let path = std::env::temp_dir().join(path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The data folder in it, which need not exist.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub(crate) fn operator_key(&self) -> String {
        std::fs::read_to_string(self.data().join("operator-key")).unwrap().trim().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, with nothing of the environment that would change what it does.
pub(crate) fn florin(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_florin"));
    command.current_dir(folder.path()).stdin(Stdio::null()).env("FLORIN_DATA", folder.data());
    for name in ["FLORIN_URL", "FLORIN_KEY", "FLORIN_PLATFORM", "FLORIN_LISTEN", "FLORIN_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Folder, arguments: &[&str]) -> Output {
    florin(folder).args(arguments).output().unwrap()
}

/// Runs the program, which must end well; returns what it printed.
pub(crate) fn yes(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "florin {arguments:?} ended with {}: {said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// The last line that a command printed, which is JSON.
pub(crate) fn last_line(printed: &str) -> Value {
    serde_json::from_str(printed.trim_end().lines().last().unwrap()).unwrap()
}

/// A running server; killed when dropped.
pub(crate) struct Served {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    pub(crate) printed: String,
    pub(crate) url: String,
    /// The sandbox key, if this was the first start.
    pub(crate) key: Option<String>,
}

impl Served {
    pub(crate) fn start(folder: &Folder) -> Self {
        Self::start_with(folder, &[])
    }

    pub(crate) fn start_with(folder: &Folder, arguments: &[&str]) -> Self {
        Self::start_on(folder, "127.0.0.1:0", arguments)
    }

    pub(crate) fn start_on(folder: &Folder, listen: &str, arguments: &[&str]) -> Self {
        let log = File::options().create(true).append(true).open(folder.path().join("log"));
        let mut child = florin(folder)
            .args(["serve", "--listen", listen])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(log.unwrap())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains("Try it:") {
            let read = stdout.read_line(&mut printed).unwrap();
            let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(read > 0, "the server ended early: {printed}\n{}", log());
        }
        while !printed.ends_with("\n\n") || printed.ends_with("Try it:\n\n") {
            assert!(stdout.read_line(&mut printed).unwrap() > 0, "the server ended early");
        }
        let word = |start: &str| {
            let mut words = printed.split_whitespace();
            words.find(|word| word.starts_with(start)).map(str::to_owned)
        };
        let (url, key) = (word("http://").unwrap(), word("fl_"));
        Self { child, _stdout: stdout, printed, url, key }
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }

    /// Sends SIGTERM.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A caller of the API.
#[derive(Clone)]
pub(crate) struct Caller {
    agent: ureq::Agent,
    url: String,
    key: String,
}

impl Caller {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
        Self { agent: config.into(), url: url.to_owned(), key: key.to_owned() }
    }

    /// Status and body; `None` if there was no whole answer.
    pub(crate) fn get(&self, path: &str) -> Option<(u16, Value)> {
        let request = self.agent.get(format!("{}{path}", self.url));
        read(request.header("Authorization", format!("Bearer {}", self.key)).call().ok()?)
    }

    /// Status and body; `None` if there was no whole answer.
    pub(crate) fn post(&self, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.key));
        read(request.header("Idempotency-Key", key).send_json(body).ok()?)
    }

    /// The body of a success.
    pub(crate) fn made(&self, path: &str, key: &str, body: &Value) -> Value {
        let (status, body) = self.post(path, key, body).unwrap();
        assert!((200..300).contains(&status), "POST {path}: {status} {body}");
        body
    }

    /// A customer's new account, with money in it.
    pub(crate) fn account(&self, name: &str, money: Option<&str>) -> String {
        let customer = json!({ "kind": "individual", "name": name });
        let customer = self.made("/v1/customers", &format!("customer-{name}"), &customer);
        let account = json!({ "customer": customer["id"], "asset": "GBP" });
        let account = self.made("/v1/accounts", &format!("account-{name}"), &account);
        let id = account["id"].as_str().unwrap().to_owned();
        if let Some(value) = money {
            let amount = json!({ "value": value, "asset": "GBP" });
            let credit = json!({ "amount": amount, "account": id });
            self.made("/v1/sandbox/credits", &format!("credit-{name}"), &credit);
            while self.available(&id) != value {}
        }
        id
    }

    pub(crate) fn available(&self, account: &str) -> String {
        let (_, account) = self.get(&format!("/v1/accounts/{account}")).unwrap();
        account["balance"]["available"]["value"].as_str().unwrap().to_owned()
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Option<(u16, Value)> {
    let text = response.body_mut().read_to_string().ok()?;
    Some((response.status().as_u16(), serde_json::from_str(&text).ok()?))
}
