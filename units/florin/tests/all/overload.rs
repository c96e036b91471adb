//! More than it can do: the server says so, keeps what it answered, and is itself again at once.
//!
//! The load is an open loop: requests come when they are due, answered or not. Start at [`Crowd`].

use std::collections::VecDeque;
use std::io;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::interval;

use super::crash::{Answered, Kept, check_proven, payment};
use super::process::{Caller, Folder, Served, is_slow};

/// Files that this process and the server may have open.
const FILES: u64 = 10_000;
/// Connections that ask for nothing, and those that send a request byte by byte.
const IDLE: usize = 4_500;
const SLOW: usize = 500;
/// Connections of the load: more than the server handles at once.
const LOAD: usize = 2_000;
/// How capacity is measured: so many connections that ask again when they are answered, so long.
const CAPACITY_CONNECTIONS: usize = 256;
const CAPACITY: Duration = Duration::from_secs(2);
/// How long twice the capacity is asked for, in steps so long; longer with SLOW_TESTS.
const OPEN: Duration = Duration::from_secs(4);
const SLOW_OPEN: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(5);
/// When a single payment must be answered again.
const NORMAL: Duration = Duration::from_secs(5);
/// What the server may have had in memory at most, in KiB. A release build is held to less.
const MEMORY_KIB_MAX: u64 = 400 * 1024;
/// An answer longer than this is none of the server's.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What a load asks with.
struct Asks {
    address: String,
    key: String,
    accounts: (String, String),
}

/// An answer over a connection.
struct Reply {
    status: u16,
    later: bool,
    body: Value,
}

/// A connection that is kept.
struct Connection(TcpStream);

impl Connection {
    async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.0.writable().await?;
            match self.0.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {}
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Sends a request and receives its answer.
    async fn ask(&self, request: &str) -> io::Result<Reply> {
        self.send(request.as_bytes()).await?;
        let (mut received, mut buffer) = (Vec::new(), [0; 4_096]);
        loop {
            self.0.readable().await?;
            match self.0.try_read(&mut buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => received.extend_from_slice(&buffer[..read]),
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => continue,
                Err(why) => return Err(why),
            }
            assert!(received.len() <= ANSWER_BYTES_MAX, "an answer without an end");
            if let Some(reply) = whole(&received) {
                return Ok(reply);
            }
        }
    }
}

/// The answer, once it is there to its end.
fn whole(received: &[u8]) -> Option<Reply> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = str::from_utf8(&received[..end]).unwrap().to_ascii_lowercase();
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let length: usize = value("content-length: ").unwrap().parse().unwrap();
    let body = received[end + 4..].get(..length)?;
    let body = serde_json::from_slice(body).unwrap();
    Some(Reply {
        status: head[9..12].parse().unwrap(),
        later: value("retry-after: ").is_some(),
        body,
    })
}

impl Asks {
    fn request(&self, key: &str) -> String {
        let body = payment((&self.accounts.0, &self.accounts.1), key).to_string();
        format!(
            "POST /v1/transactions HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        )
    }
}

/// How many payments a second there are, where each connection asks again when it is answered.
async fn capacity(asks: &Arc<Asks>, answered: &mut Answered) -> usize {
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for connection in 0..CAPACITY_CONNECTIONS {
        let asks = Arc::clone(asks);
        tasks.spawn(async move {
            let mut answers = Vec::new();
            let opened = Connection::open(&asks.address).await.unwrap();
            while started.elapsed() < CAPACITY {
                let key = format!("capacity-{connection}-number-{}", answers.len());
                let reply = opened.ask(&asks.request(&key)).await.unwrap();
                assert_eq!(reply.status, 201, "{}", reply.body);
                answers.push((key, (reply.status, reply.body)));
            }
            answers
        });
    }
    let answers: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let seconds = usize::try_from(CAPACITY.as_secs()).unwrap();
    let capacity = answers.len() / seconds;
    answered.extend(answers);
    capacity.max(1)
}

/// What came of an open loop.
#[derive(Default)]
struct Came {
    answered: Answered,
    /// Keys that were refused.
    refused: Vec<String>,
    /// Requests that found all of the load's connections waiting for an answer.
    unsent: usize,
}

/// Asks so often a second, whatever is answered.
async fn open_loop(asks: &Arc<Asks>, per_second: usize) -> Came {
    let mut free = VecDeque::new();
    for _ in 0..LOAD {
        free.push_back(Connection::open(&asks.address).await.unwrap());
    }
    let (mut came, mut tasks) = (Came::default(), JoinSet::new());
    let (mut steps, started, mut sent) = (interval(STEP), Instant::now(), 0);
    let open = if is_slow() { SLOW_OPEN } else { OPEN };
    while started.elapsed() < open {
        steps.tick().await;
        let due = started.elapsed().as_millis() * u128::try_from(per_second).unwrap() / 1_000;
        while sent < usize::try_from(due).unwrap() {
            let key = format!("open-number-{sent}");
            sent += 1;
            let Some(connection) = free.pop_front() else {
                came.unsent += 1;
                continue;
            };
            let asks = Arc::clone(asks);
            tasks.spawn(async move {
                let reply = connection.ask(&asks.request(&key)).await;
                (connection, key, reply.unwrap())
            });
        }
        while let Some(done) = tasks.try_join_next() {
            free.push_back(came.take(done.unwrap()));
        }
    }
    while let Some(done) = tasks.join_next().await {
        came.take(done.unwrap());
    }
    came
}

impl Came {
    #[track_caller]
    fn take(&mut self, (connection, key, reply): (Connection, String, Reply)) -> Connection {
        match reply.status {
            201 => {
                self.answered.insert(key, (reply.status, reply.body));
            }
            status => {
                let said = (status, reply.body["code"].as_str(), reply.later);
                assert_eq!(said, (503, Some("overloaded"), true), "{key}: {}", reply.body);
                self.refused.push(key);
            }
        }
        connection
    }
}

/// Connections beside the load, that take a place and give nothing; open until it is dropped.
struct Crowd {
    _idle: Vec<Connection>,
    slow: Vec<Connection>,
}

impl Crowd {
    async fn come(address: &str, process: u32) -> Self {
        let mut all = Vec::new();
        for _ in 0..IDLE + SLOW {
            all.push(Connection::open(address).await.unwrap());
        }
        let until = Instant::now() + NORMAL;
        while open_files(process) < IDLE + SLOW {
            assert!(Instant::now() < until, "the server has {} files open", open_files(process));
        }
        Self { slow: all.split_off(IDLE), _idle: all }
    }

    /// Sends a head without an end, a byte a connection at a time; never returns.
    async fn drip(&self) {
        let mut steps = interval(Duration::from_millis(500));
        let head = b"GET /v1/customers HTTP/1.1\r\nX-Slow: ";
        for byte in head.iter().chain(std::iter::repeat(&b'a')) {
            for connection in &self.slow {
                // The server may have had enough of it.
                let _ = connection.0.try_write(&[*byte]);
            }
            steps.tick().await;
        }
    }
}

/// Lets this process and those that it starts have so many files open.
fn allow_open_files() {
    let process = std::process::id().to_string();
    let limit = format!("--nofile={FILES}:");
    let said = Command::new("prlimit").args(["--pid", &process, &limit]).output();
    let said = said.expect("the test needs the program prlimit (util-linux)");
    assert!(
        said.status.success(),
        "the test needs {FILES} open files: raise the hard limit (`ulimit -Hn`): {}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// How many files a process has open, connections among them.
fn open_files(process: u32) -> usize {
    std::fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

/// The most memory that a process had so far, in KiB.
fn memory_kib_max(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// Goal: what is too much is refused with a time to come back, and costs neither an answered payment
/// nor memory nor the time after. Method: twice the measured capacity, and beside it thousands of
/// connections that take up places.
#[test]
fn too_much_is_refused_and_nothing_is_lost() {
    allow_open_files();
    let settings = [("FLORIN_CONNECTIONS_MAX", "8000"), ("FLORIN_RATE_PER_SECOND", "1000000")];
    let folder = Folder::new("overload").with(&settings);
    let server = Served::start_with(&folder, &["--log", "warn"]);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let accounts = (caller.account("Ada", Some("1000000.00")), caller.account("Ben", None));
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let asks = Arc::new(Asks { address, key: key.clone(), accounts });

    let runtime: Runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut answered = Answered::new();
    let (came, capacity) = runtime.block_on(async {
        let capacity = capacity(&asks, &mut answered).await;
        let crowd = Crowd::come(&asks.address, server.process()).await;
        tokio::select! {
            came = open_loop(&asks, 2 * capacity) => (came, capacity),
            () = crowd.drip() => unreachable!("it never ends"),
        }
    });
    drop(runtime);
    let ended = Instant::now();
    let caller = Caller::new(&server.url, &key);
    let payment = payment((&asks.accounts.0, &asks.accounts.1), "after-number-0");
    let after = loop {
        let answer = caller.post("/v1/transactions", "after-number-0", &payment).unwrap();
        assert!(ended.elapsed() < NORMAL, "not itself again: {answer:?}");
        if answer.0 == 201 {
            break answer;
        }
    };
    let memory = memory_kib_max(server.process());
    let figures = format!(
        "{capacity} a second at most, {} answered, {} refused, {} unsent, {memory} KiB",
        came.answered.len(),
        came.refused.len(),
        came.unsent
    );
    assert!(!came.refused.is_empty(), "it was never too much: {figures}");
    assert!(came.answered.len() > capacity, "nearly nothing was answered: {figures}");
    assert!(memory < MEMORY_KIB_MAX, "too much memory: {figures}");

    answered.extend(came.answered);
    answered.insert("after-number-0".to_owned(), after);
    let mut kept = Kept::default();
    kept.look(&folder.data());
    kept.check(&answered);
    assert_eq!(kept.payments(), answered.len(), "what was refused was done: {figures}");
    assert!(came.refused.iter().all(|key| !kept.answers.contains_key(key)), "{figures}");
    assert!(server.terminate().success());
    check_proven(&folder);
}
