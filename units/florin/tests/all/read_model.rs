//! The read model can be thrown away at any time: it is made again from the truth.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use ledger::{PlatformId, Timestamp};
use payments::command::CustomerCreate;
use payments::ids::KeyId;
use payments::meta::Labels;
use payments::resources::CustomerKind;
use payments::{Actor, Command, Envelope};
use processor::{Answer, Mode, Processor, Request};
use store_sqlite::SqliteStore;
use unit_api::{ApiPresenter, CollectionAccounts};

use super::process::{Caller, Folder, Served, last_line, yes};

/// Customers of a journal that takes a while to read; more with SLOW_TESTS.
const CUSTOMERS: usize = 10_000;
const SLOW_CUSTOMERS: usize = 100_000;
/// Customers that are made in one commit.
const BATCH: usize = 1_000;
/// How long a start may take.
const START: Duration = Duration::from_secs(300);

const LISTS: [&str; 6] = [
    "/v1/customers?limit=100",
    "/v1/accounts?limit=100",
    "/v1/transactions?limit=100",
    "/v1/events?limit=100",
    "/v1/audit-records?limit=100",
    "/v1/trial-balance",
];

/// Goal: deleting `read.db` loses nothing. Method: what lists say before and after.
#[test]
fn deleting_the_read_model_loses_nothing() {
    let folder = Folder::new("read-model");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let caller = Caller::new(&server.url, &key);
    let (ada, ben) = (caller.account("Ada", Some("50.00")), caller.account("Ben", None));
    for number in 0..20 {
        let body = super::crash::payment((&ada, &ben), &format!("order-{number}"));
        caller.made("/v1/transactions", &format!("order-{number}"), &body);
    }
    let lists = |server: &Served| {
        let caller = Caller::new(&server.url, &key);
        LISTS.map(|path| caller.get(path).unwrap())
    };
    let before = lists(&server);
    assert!(server.terminate().success());
    for name in ["read.db", "read.db-wal", "read.db-shm"] {
        std::fs::remove_file(folder.data().join(name)).ok();
    }
    let server = Served::start(&folder);
    assert_eq!(lists(&server), before);
    assert!(server.terminate().success());
    assert_eq!(last_line(&yes(&folder, &["verify", "--json"]))["ok"], true);
}

/// Makes so many customers in the store of a folder that nobody serves.
fn fill(folder: &Folder, platform: PlatformId, customers: usize) {
    let mut store = SqliteStore::open(&folder.data(), store::Mode::Test).unwrap();
    let presenter = ApiPresenter::new(CollectionAccounts::default());
    let mut processor = Processor::new(store.truth().unwrap(), presenter, ()).unwrap();
    let create = CustomerCreate {
        kind: CustomerKind::Individual,
        name: "Ada Lovelace".to_owned(),
        email: None,
        role: None,
        labels: Labels::default(),
    };
    let envelope = Envelope {
        platform,
        actor: Actor::Operator(KeyId::from_bytes([0; 16])),
        address: String::new(),
        request_id: "fill".to_owned(),
        idempotency: None,
        command: Command::CustomerCreate(create),
    };
    let batch = vec![Request { envelope, mode: Mode::Apply }; BATCH];
    for _ in 0..customers / BATCH {
        let answers = processor.step(&batch, Timestamp::default());
        assert!(answers.iter().all(|answer| matches!(answer, Answer::Kept { .. })));
    }
}

/// What a server at this address answers to a probe, once it answers; and what it had logged by then.
fn probe(address: &str, folder: &Folder) -> (String, String) {
    let ends = Instant::now() + START;
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < ends, "{error}"),
        }
        thread::yield_now();
    };
    stream.set_read_timeout(Some(START)).unwrap();
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    (String::from_utf8_lossy(&answer).into_owned(), log)
}

/// Goal: a start that must make a large read model says so, is ready when it is there, and then reads
/// all of it. Method: a journal made in this process, no `read.db`, and a probe from the beginning.
#[test]
fn a_long_way_to_the_read_model_is_waited_for() {
    let slow = std::env::var_os("SLOW_TESTS").is_some();
    let customers = if slow { SLOW_CUSTOMERS } else { CUSTOMERS };
    let folder = Folder::new("long-way");
    let server = Served::start(&folder);
    let key = server.key.clone().unwrap();
    let operator = Caller::new(&server.url, &folder.operator_key());
    let (_, platforms) = operator.get("/v1/platforms").unwrap();
    let platform = platforms["data"][0]["id"].as_str().unwrap().parse().unwrap();
    assert!(server.terminate().success());
    fill(&folder, platform, customers);
    for name in ["read.db", "read.db-wal", "read.db-shm"] {
        std::fs::remove_file(folder.data().join(name)).ok();
    }
    std::fs::remove_file(folder.path().join("log")).unwrap();

    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (answered, server) = thread::scope(|scope| {
        let probing = scope.spawn(|| probe(&address, &folder));
        let server = Served::start_on(&folder, &address, &[]);
        (probing.join().unwrap(), server)
    });
    let (answer, log) = answered;
    assert_eq!(answer, "HTTP/1.1 200");
    for said in ["making the read model", "the read model is there"] {
        assert!(log.contains(said), "ready before it said `{said}`: {log}");
    }
    let caller = Caller::new(&server.url, &key);
    let (status, page) = caller.get("/v1/customers?limit=100").unwrap();
    assert_eq!((status, page["data"].as_array().map(Vec::len)), (200, Some(100)), "{page}");
    let (status, events) = caller.get("/v1/events?limit=1").unwrap();
    let seq = events["data"][0]["seq"].as_u64().unwrap();
    assert!(status == 200 && seq > u64::try_from(customers).unwrap(), "{events}");
    assert!(server.terminate().success());
}
