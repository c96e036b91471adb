//! The API over the in-memory store, whole: HTTP stack, writer, bank worker. Here: what tests share.
//!
//! The one place that knows how to ask; the tests are data.

mod bad_input;
mod bulk;
mod coverage;
mod document;
mod edges;
mod kept;
mod keys;
mod lists;
mod live;
mod sandbox;
mod story;
mod tables;
mod troubled;
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use ledger::Timestamp;
use payments::command::KeyCreate;
use payments::ids::KeyId;
use payments::{Actor, Command, Envelope, OPERATOR};
use processor::{Answer, Handle, Mode, Processor, Writer};
use rails::SandboxBank;
use serde_json::{Value, json};
use store::MemoryStore;
use tower::ServiceExt;
use unit::clock::{Clock, ManualClock};
use unit::health::Readiness;
use unit::metrics::Metrics;

use self::troubled::{Troubled, TroubledPresenter, Troubles};
use crate::{
    ApiPresenter, App, Bank, CollectionAccounts, Config, CursorKey, Deps, Figures, NewSecret, build,
};

const START_MICROS: i64 = 1_750_000_000_000_000;

/// A running API with one platform.
pub(super) struct World {
    parts: Parts,
    app: App,
    router: Router,
    keys: AtomicU64,
    restarts: AtomicU64,
    troubles: Troubles,
    pub(super) clock: Arc<ManualClock>,
    pub(super) operator: String,
    pub(super) platform: String,
    pub(super) token: String,
}

/// What outlives the API itself.
struct Parts {
    mode: store::Mode,
    folder: PathBuf,
    store: Troubled,
    writer: Handle,
    bank: Bank,
    accounts: CollectionAccounts,
    metrics: Arc<Metrics>,
    clock: Arc<ManualClock>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    /// A member of the body by its JSON Pointer, as text.
    #[track_caller]
    pub(super) fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no {pointer} in {:?}", self)).to_owned()
    }

    /// Status and code of a problem, which it must be; the status alone of anything else.
    #[track_caller]
    pub(super) fn outcome(&self) -> String {
        if self.status < 400 {
            return self.status.to_string();
        }
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{self:?}");
        assert!(self.headers.contains_key("x-request-id"), "{self:?}");
        assert_eq!(self.body["status"], self.status);
        let code = self.text("/code");
        assert!(crate::codes::find(&code).is_some(), "{code} is not in the table");
        let pointer = self.body.pointer("/errors/0/pointer").and_then(Value::as_str);
        let pointer = pointer.map_or_else(String::new, |pointer| format!(" {pointer}"));
        format!("{} {code}{pointer}", self.status)
    }

    /// The body of a success.
    #[track_caller]
    pub(super) fn done(self) -> Self {
        assert!(self.status < 300, "{self:#?}");
        self
    }
}

impl Parts {
    async fn app(&self) -> App {
        let bank = || (Arc::clone(&self.bank), self.folder.join("told"));
        let deps = Deps {
            writer: self.writer.clone(),
            reads: Arc::new(self.store.clone()),
            clock: self.clock.clone(),
            mode: self.mode,
            bank: self.mode.is_sandbox().then(bank),
            accounts: self.accounts.clone(),
            cursors: CursorKey::new([7; 32]),
            metrics: Arc::clone(&self.metrics),
            readiness: Readiness::new(),
        };
        let listener = unit::listener::bind("127.0.0.1:0").await.unwrap();
        build(Config::default(), deps, listener).unwrap()
    }
}

impl World {
    /// An API with a platform in GBP and EUR, whose provider charges 1 % of internal payments.
    pub(super) async fn new() -> Self {
        Self::of_mode(store::Mode::Test).await
    }

    /// The same with real money: no sandbox bank, no clock that moves.
    pub(super) async fn live() -> Self {
        Self::of_mode(store::Mode::Live).await
    }

    async fn of_mode(mode: store::Mode) -> Self {
        let mut world = Self::bare(mode).await;
        let fees = json!([{ "kind": "internal", "fixed": { "value": "0", "asset": "GBP" },
                            "parts_per_million": 10_000 }]);
        let body = json!({ "name": "Corner Market", "assets": ["GBP", "EUR"], "fees": fees });
        let made = world.post_as(&world.operator, "/v1/platforms", &body).await.done();
        world.platform = made.text("/id");
        let body = json!({ "name": "backend", "scopes": ["*"] });
        world.token = world.operator_post("/v1/keys", &body).await.done().text("/secret");
        world
    }

    async fn bare(mode: store::Mode) -> Self {
        static FOLDERS: AtomicU64 = AtomicU64::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("florin-unit-api-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let troubles = Troubles::none();
        let store = Troubled(MemoryStore::new(mode), troubles.clone());
        let accounts = CollectionAccounts::default();
        let presenter = TroubledPresenter(ApiPresenter::new(accounts.clone()), troubles.clone());
        let metrics = Arc::new(Metrics::new());
        let figures = Figures::new(Arc::clone(&metrics));
        let processor = Processor::new(store.clone(), presenter, figures).unwrap();
        let clock = Arc::new(ManualClock::new(START_MICROS));
        let reading = Arc::clone(&clock);
        let now = move || Timestamp::from_micros(reading.now_micros());
        let (_, writer) = Writer::start(processor, now).unwrap();
        let operator = operator_key(&writer, mode).await;
        let bank = Arc::new(Mutex::new(SandboxBank::open(&folder.join("bank-0")).unwrap()));
        let of_parts = clock.clone();
        let parts = Parts { mode, folder, store, writer, bank, accounts, metrics, clock: of_parts };
        let app = parts.app().await;
        let (router, keys, restarts) = (app.router(), AtomicU64::new(0), AtomicU64::new(0));
        let (platform, token) = (String::new(), String::new());
        Self { parts, app, router, keys, restarts, troubles, clock, operator, platform, token }
    }

    /// Ends the API and its bank worker, and starts them again on what they left.
    pub(super) async fn restart(&mut self) {
        self.app.end_worker();
        self.app = self.parts.app().await;
        self.router = self.app.router();
    }

    /// Lets another process take the bank over, which knows of it what is on disk.
    pub(super) fn restart_bank(&self) {
        let mut bank = self.parts.bank.lock().unwrap();
        let restarts = self.restarts.fetch_add(1, Ordering::Relaxed);
        let file = |restarts: u64| self.parts.folder.join(format!("bank-{restarts}"));
        std::fs::copy(file(restarts), file(restarts + 1)).unwrap();
        *bank = SandboxBank::open(&file(restarts + 1)).unwrap();
    }

    /// Asks the bank as another process would, past the API.
    pub(super) fn with_bank<T>(&self, ask: impl FnOnce(&mut SandboxBank) -> T) -> T {
        ask(&mut self.parts.bank.lock().unwrap())
    }

    /// A new idempotency key.
    pub(super) fn key(&self) -> String {
        format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A request of the platform's key, with headers and a body of text.
    pub(super) async fn ask(
        &self,
        (method, path): (&str, &str),
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", bearer);
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A look at the customers with another key, from an address; how it came out.
    pub(super) async fn look(&self, token: &str, from: [u8; 4]) -> Reply {
        let from = ConnectInfo(SocketAddr::from((from, 50_000)));
        let request = Request::get("/v1/customers?limit=1").extension(from);
        let request = request.header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.ask(("GET", path), &[], "").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, &self.key(), body).await
    }

    pub(super) async fn post_with(&self, path: &str, key: &str, body: &Value) -> Reply {
        let headers = [("idempotency-key", key), ("content-type", "application/json")];
        self.ask(("POST", path), &headers, &body.to_string()).await
    }

    pub(super) async fn patch(&self, path: &str, version: u64, body: &Value) -> Reply {
        let version = format!("\"{version}\"");
        let headers =
            [("if-match", version.as_str()), ("content-type", "application/merge-patch+json")];
        self.ask(("PATCH", path), &headers, &body.to_string()).await
    }

    /// A POST of another key, with no platform named.
    pub(super) async fn post_as(&self, token: &str, path: &str, body: &Value) -> Reply {
        let (bearer, key) = (format!("Bearer {token}"), self.key());
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", &key),
            ("content-type", "application/json"),
        ];
        self.ask(("POST", path), &headers, &body.to_string()).await
    }

    /// A POST of the operator, for the platform.
    pub(super) async fn operator_post(&self, path: &str, body: &Value) -> Reply {
        let (bearer, key) = (format!("Bearer {}", self.operator), self.key());
        let headers = [
            ("authorization", bearer.as_str()),
            ("florin-platform", &self.platform),
            ("idempotency-key", &key),
            ("content-type", "application/json"),
        ];
        self.ask(("POST", path), &headers, &body.to_string()).await
    }

    pub(super) async fn operator_get(&self, path: &str) -> Reply {
        let bearer = format!("Bearer {}", self.operator);
        let headers =
            [("authorization", bearer.as_str()), ("florin-platform", self.platform.as_str())];
        self.ask(("GET", path), &headers, "").await
    }

    /// An individual with an account in GBP: both ids.
    pub(super) async fn customer(&self, name: &str) -> (String, String) {
        let body = json!({ "kind": "individual", "name": name });
        let customer = self.post("/v1/customers", &body).await.done().text("/id");
        let body = json!({ "customer": customer, "asset": "GBP" });
        let account = self.post("/v1/accounts", &body).await.done().text("/id");
        (customer, account)
    }

    /// Lets money arrive on an account.
    pub(super) async fn credit(&self, account: &str, value: &str) {
        let amount = json!({ "value": value, "asset": "GBP" });
        let body = json!({ "amount": amount, "account": account });
        self.post("/v1/sandbox/credits", &body).await.done();
    }

    /// What may be spent of an account.
    pub(super) async fn available(&self, account: &str) -> String {
        let path = format!("/v1/accounts/{account}/balance");
        self.get(&path).await.done().text("/balance/available/value")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.app.end_worker();
        std::fs::remove_dir_all(&self.parts.folder).unwrap();
    }
}

/// The first operator key: nobody can ask for it over HTTP.
async fn operator_key(writer: &Handle, mode: store::Mode) -> String {
    let secret = NewSecret::mint().unwrap();
    let command = KeyCreate {
        name: "first".to_owned(),
        secret_hash: secret.hash(),
        scopes: vec!["*".to_owned()],
        expires_at: None,
    };
    let envelope = Envelope {
        platform: OPERATOR,
        actor: Actor::Operator(KeyId::from_bytes([0; 16])),
        address: String::new(),
        request_id: "first".to_owned(),
        idempotency: None,
        command: Command::KeyCreate(command),
    };
    let (reply, answer) = tokio::sync::oneshot::channel();
    let request = processor::Request { envelope, mode: Mode::Apply };
    writer.submit(request, |answer| drop(reply.send(answer))).unwrap();
    let Answer::Kept { presented, .. } = answer.await.unwrap() else { panic!("no first key") };
    assert_eq!(presented.status, StatusCode::CREATED);
    let body: Value = serde_json::from_slice(&presented.body).unwrap();
    let id: KeyId = body["id"].as_str().unwrap().parse().unwrap();
    secret.token(mode, id)
}
