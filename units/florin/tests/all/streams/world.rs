//! A whole Florin in this process on a folder of its own, with a clock that the test moves.
//!
//! The parts are those of `florin serve`, on SQLite and a real listener; only the time of day is
//! the test's. Start at [`World::start`]; [`World::prove`] ends it and asks for the proof.

use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use ledger::Timestamp;
use payments::command::KeyCreate;
use payments::ids::KeyId;
use payments::{Actor, Command, Envelope, OPERATOR};
use processor::{Answer, Handle, Mode, Processor, Request, Writer};
use rails::SandboxBank;
use serde_json::{Value, json};
use store::ReadRows;
use store_sqlite::{SqliteJournal, SqliteStore};
use testkit::generator::START;
use unit::clock::{Clock as _, ManualClock};
use unit::drain::Drain;
use unit::health::Readiness;
use unit::metrics::Metrics;
use unit_api::{ApiPresenter, App, CollectionAccounts, Config, CursorKey, Deps, NewSecret};

use crate::process::Folder;

/// A running Florin.
pub(super) struct World {
    folder: Folder,
    drain: Drain,
    serving: Option<JoinHandle<()>>,
    pub(super) clock: Arc<ManualClock>,
    /// The operator, for no platform yet.
    pub(super) operator: Caller,
}

impl World {
    pub(super) fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        let clock = Arc::new(ManualClock::new(START));
        let mut store = SqliteStore::open(&folder.data(), store::Mode::Test).unwrap();
        let accounts = CollectionAccounts::default();
        let presenter = ApiPresenter::new(accounts.clone());
        let processor = Processor::new(store.truth().unwrap(), presenter, ()).unwrap();
        let reading = Arc::clone(&clock);
        let now = move || Timestamp::from_micros(reading.now_micros());
        let (writer, handle) = Writer::start(processor, now).unwrap();
        let operator = operator_key(&handle);
        let bank = SandboxBank::open(&folder.path().join("bank")).unwrap();
        let readiness = Readiness::new();
        let deps = Deps {
            writer: handle,
            reads: store.reads(),
            clock: clock.clone(),
            mode: store::Mode::Test,
            bank: Some((Arc::new(Mutex::new(bank)), folder.path().join("told"))),
            accounts,
            cursors: CursorKey::new([7; 32]),
            metrics: Arc::new(Metrics::new()),
            readiness: readiness.clone(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let app = runtime.block_on(async {
            let listener = unit::listener::bind("127.0.0.1:0").await.unwrap();
            unit_api::build(Config::default(), deps, listener).unwrap()
        });
        let url = format!("http://{}", app.address().unwrap());
        let drain = Drain::new(readiness, Config::default().drain);
        let serving = serve(runtime, app, (drain.clone(), writer, store));
        let operator = Caller::new(&url, &operator);
        Self { folder, drain, serving: Some(serving), clock, operator }
    }

    /// The truth, to look at while it is written.
    pub(super) fn journal(&self) -> SqliteJournal {
        SqliteJournal::open_read_only(&self.folder.data()).unwrap()
    }

    /// Ends it, and has the product's own verification look at everything, the read model too.
    #[track_caller]
    pub(super) fn prove(mut self) {
        self.end();
        let store = SqliteStore::open(&self.folder.data(), store::Mode::Test).unwrap();
        let reads = store.reads();
        let reads: &dyn ReadRows = &*reads;
        let mut journal = store.journal().unwrap();
        let report = store::verify::verify(&mut journal, Some(reads), &mut |_| {}).unwrap();
        assert!(report.ok && report.differences.is_empty(), "{:#?}", report.differences);
    }

    fn end(&mut self) {
        self.drain.begin();
        if let Some(serving) = self.serving.take() {
            serving.join().unwrap();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.drain.hurry();
        if let Some(serving) = self.serving.take() {
            // A test that fails already says why.
            let _ = serving.join();
        }
    }
}

/// Serves until the end begins; then everything is taken down in order.
fn serve(
    runtime: tokio::runtime::Runtime,
    app: App,
    (drain, writer, store): (Drain, Writer, SqliteStore),
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        runtime.block_on(app.run(drain));
        drop(runtime);
        assert_eq!(writer.join(), processor::Ended::NobodyLeft);
        drop(store);
    })
}

/// The first operator key: nobody can ask for it over HTTP.
fn operator_key(writer: &Handle) -> String {
    let secret = NewSecret::mint().unwrap();
    let command = Command::KeyCreate(KeyCreate {
        name: "first".to_owned(),
        secret_hash: secret.hash(),
        scopes: vec!["*".to_owned()],
        expires_at: None,
    });
    let envelope = Envelope {
        platform: OPERATOR,
        actor: Actor::Operator(KeyId::from_bytes([0; 16])),
        address: String::new(),
        request_id: "first".to_owned(),
        idempotency: None,
        command,
    };
    let (reply, answer) = mpsc::channel();
    let request = Request { envelope, mode: Mode::Apply };
    writer.submit(request, move |answer| reply.send(answer).unwrap()).unwrap();
    let Answer::Kept { presented, .. } = answer.recv().unwrap() else { panic!("no first key") };
    let body: Value = serde_json::from_slice(&presented.body).unwrap();
    secret.token(store::Mode::Test, body["id"].as_str().unwrap().parse().unwrap())
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Whether it says that it was given before.
    pub(super) replayed: bool,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The status, and the code of a refusal.
    pub(super) fn outcome(&self) -> String {
        if self.status < 300 {
            return self.status.to_string();
        }
        format!("{} {}", self.status, self.body()["code"].as_str().unwrap_or("without a code"))
    }

    /// The body of a success.
    #[track_caller]
    pub(super) fn done(&self) -> Value {
        assert!(self.status < 300, "{self:?}");
        self.body()
    }
}

/// A caller with its key, on connections of its own that are kept alive.
#[derive(Clone)]
pub(super) struct Caller {
    agent: ureq::Agent,
    url: String,
    key: String,
    platform: Option<String>,
}

impl Caller {
    fn new(url: &str, key: &str) -> Self {
        let (url, key) = (url.to_owned(), key.to_owned());
        Self { agent: agent(), url, key, platform: None }
    }

    /// The same caller with connections of its own.
    pub(super) fn apart(&self) -> Self {
        Self { agent: agent(), ..self.clone() }
    }

    /// The operator, for a platform.
    pub(super) fn of(&self, platform: &str) -> Self {
        Self { platform: Some(platform.to_owned()), ..self.clone() }
    }

    /// The platform's own caller, with a new key.
    pub(super) fn platform_caller(&self, key: &str) -> Self {
        let body = json!({ "name": "backend", "scopes": ["*"] });
        let key = self.post("/v1/keys", key, &body).done();
        let key = key["secret"].as_str().unwrap().to_owned();
        Self { key, platform: None, ..self.clone() }
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        let request = self.agent.get(format!("{}{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.key));
        let request = match &self.platform {
            Some(platform) => request.header("Florin-Platform", platform),
            None => request,
        };
        read(request.call().unwrap()).done()
    }

    pub(super) fn post(&self, path: &str, key: &str, body: &Value) -> Reply {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("Authorization", format!("Bearer {}", self.key));
        let request = match &self.platform {
            Some(platform) => request.header("Florin-Platform", platform),
            None => request,
        };
        read(request.header("Idempotency-Key", key).send_json(body).unwrap())
    }

    /// Every row of a list, oldest first.
    #[track_caller]
    pub(super) fn list(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut next) = (Vec::new(), format!("{path}?limit=100"));
        loop {
            let page = self.get(&next);
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{path}?limit=100&cursor={cursor}");
        }
        rows.reverse();
        rows
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Reply {
    let replayed = response.headers().get("idempotent-replayed").is_some();
    let text = response.body_mut().read_to_string().unwrap();
    Reply { status: response.status().as_u16(), replayed, text }
}
