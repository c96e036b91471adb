//! Folders, processes and requests of the tests; everything is gone when it is dropped.

use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// Says which seed it was, if the test fails while it is there.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// The seed that is asked for, or one by chance.
    pub(crate) fn asked_or_new() -> Self {
        let asked = std::env::var_os("FLORIN_SEED");
        let by_chance = || RandomState::new().build_hasher().finish();
        Self(asked.map_or_else(by_chance, |seed| seed.to_str().unwrap().parse().unwrap()))
    }
}

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "a seed that failed must be known")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was seed {0}: play it again with FLORIN_SEED={0}", self.0);
        }
    }
}

/// Whether the long tests are asked for.
pub(crate) fn is_slow() -> bool {
    std::env::var_os("SLOW_TESTS").is_some()
}

/// A folder of one test.
pub(crate) struct Folder {
    path: PathBuf,
    /// Settings of the program.
    settings: Vec<(&'static str, &'static str)>,
    disk: Option<SmallDisk>,
}

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = format!("florin-test-{}-{number}-{name}", std::process::id());
        let path = std::env::temp_dir().join(path);
        std::fs::create_dir_all(&path).unwrap();
        Self { path, settings: Vec::new(), disk: None }
    }

    /// A folder whose program has these settings.
    pub(crate) fn with(mut self, settings: &[(&'static str, &'static str)]) -> Self {
        self.settings.extend(settings);
        self
    }

    /// A folder whose data is on a disk of its own, so many mebibytes small.
    pub(crate) fn on_a_small_disk(name: &str, mebibytes: u32) -> Self {
        let mut folder = Self::new(name);
        folder.disk = Some(SmallDisk::mount(&folder.data(), mebibytes));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where this process sees what is in the data folder.
    pub(crate) fn data_seen(&self) -> PathBuf {
        self.disk.as_ref().map_or_else(|| self.data(), |disk| disk.seen(&self.data()))
    }

    /// The data folder in it, which need not exist.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn operator_key(&self) -> String {
        std::fs::read_to_string(self.data().join("operator-key")).unwrap().trim().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.disk = None;
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A file system in memory that is mounted where a process of its own and its guests see it, so that
/// the machine's mounts stay as they are; gone when dropped.
struct SmallDisk {
    holder: Child,
}

impl SmallDisk {
    fn mount(at: &Path, mebibytes: u32) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={mebibytes}m");
        let script = "mount -t tmpfs -o \"$1\" florin-test \"$2\" && echo mounted && exec cat";
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", script, "sh", &size])
            .arg(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a small disk needs the program unshare (util-linux)");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(
            said, "mounted\n",
            "a small disk cannot be made here: let `unshare --map-root-user --mount` mount a tmpfs \
             (run as root, or allow user namespaces)"
        );
        Self { holder }
    }

    /// The program `binary`, where it sees the disk.
    fn command(&self, binary: &str) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        command.args(["--preserve-credentials", "--user", "--mount", "--target", &holder, binary]);
        command
    }

    fn seen(&self, path: &Path) -> PathBuf {
        Path::new(&format!("/proc/{}/root", self.holder.id())).join(path.strip_prefix("/").unwrap())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// The program, with nothing of the environment that would change what it does.
pub(crate) fn florin(folder: &Folder) -> Command {
    let binary = env!("CARGO_BIN_EXE_florin");
    let mut command = match &folder.disk {
        Some(disk) => disk.command(binary),
        None => Command::new(binary),
    };
    command.current_dir(folder.path()).stdin(Stdio::null()).env("FLORIN_DATA", folder.data());
    for name in ["FLORIN_URL", "FLORIN_KEY", "FLORIN_PLATFORM", "FLORIN_LISTEN", "FLORIN_LOG"] {
        command.env_remove(name);
    }
    command.envs(folder.settings.iter().copied());
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

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
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
        read(self.send(path, key, body)?)
    }

    /// Status and body, and how many seconds later to come back, if it says so.
    pub(crate) fn post_or_later(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Option<((u16, Value), Option<u32>)> {
        let response = self.send(path, key, body)?;
        let later = response.headers().get("Retry-After").map(|it| it.to_str().unwrap().parse());
        Some((read(response)?, later.map(Result::unwrap)))
    }

    fn send(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Option<ureq::http::Response<ureq::Body>> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.key));
        request.header("Idempotency-Key", key).send_json(body).ok()
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
