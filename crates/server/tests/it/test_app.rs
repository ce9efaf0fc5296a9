//! A whole server without a port: router, store, blobs and keys in a folder of its own.
//! Must not know what is tested.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use domain::ids::{AgentId, TenantId};
use domain::time::Timestamp;
use serde_json::{Value, json};
use server::adapters::blobs::FileBlobs;
use server::adapters::clock::FakeClock;
use server::adapters::ids::{SeededIds, random};
use server::adapters::kms::FileKms;
use server::adapters::outbound::TargetPolicy;
use server::boards::Boards;
use server::engine::{Actor, Engine, token_hash};
use server::hub::Hub;
use server::relays::Relays;
use server::reviews::Reviews;
use server::rooms::Rooms;
use server::seed;
use server::state::{App, Limits, Parts};
use server::tenant::Settings;
use server::workers::router::QueueView;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use store::rows::{ApiKeyWrite, Commit, SignInRow};
use tower::ServiceExt;

pub const URL: &str = "http://bank.test";

/// A server for one test.
pub struct TestApp {
    pub app: App,
    pub clock: Arc<FakeClock>,
    pub router: Router,
    pub bank: Bank,
    pub folder: PathBuf,
}

/// A tenant with a key.
#[derive(Clone, Debug)]
pub struct Bank {
    pub tenant: TenantId,
    pub key: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub bytes: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// Status and the problem's code.
    pub fn problem(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.rooms.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        Self::built(limits, Relays::default()).await
    }

    pub async fn built(limits: Limits, relays: Relays) -> Self {
        let folder = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        let clock = Arc::new(FakeClock::at(Timestamp::parse("2026-11-23T09:00:00Z").unwrap()));
        let ids = Arc::new(SeededIds::new(7, clock.clone()));
        server::adapters::files::create_folders(&folder).unwrap();
        let kms = Arc::new(FileKms::open_or_create(&folder.join("keys/master.keys")).unwrap());
        let store = store::open(&format!("sqlite:{}", folder.join("t.db").display()), store::Options::default()).await.unwrap();
        let blobs = Arc::new(FileBlobs::open(&folder.join("blobs")).unwrap());
        let engine = Arc::new(Engine::new(store, kms, clock.clone(), ids, URL.to_owned()));
        let hub = Arc::new(Hub::default());
        let queue = Arc::new(QueueView::default());
        hub.follow(queue.clone());
        let reviews = Arc::new(Reviews::default());
        hub.follow(reviews.clone());
        engine.attach(hub.clone());
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let media = media::Config { udp: local, tcp: local, threads: 1, ..media::Config::default() };
        let rooms = Rooms::start(media, engine.clone(), hub.clone(), blobs.clone()).unwrap();
        let boards = Boards::start(engine.clone(), hub.clone(), blobs.clone());
        let app = App::new(Parts {
            engine,
            hub,
            blobs,
            rooms,
            queue,
            limits,
            targets: TargetPolicy::default(),
            relays,
            geoip: None,
            boards,
            reviews,
            witnesses: Arc::default(),
        });
        let router = server::http::router(app.clone());
        let bank = bank(&app, "Harbour Bank").await;
        Self { app, clock, router, bank, folder }
    }

    /// Another tenant on the same server.
    pub async fn other_bank(&self) -> Bank {
        bank(&self.app, "Other Bank").await
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        self.send_from(request, [192, 0, 2, 1].into()).await
    }

    pub async fn send_from(&self, mut request: Request<Body>, from: IpAddr) -> Reply {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(from, 4711)));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 * 1024 * 1024).await.unwrap();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    /// A call by the bank's system.
    pub async fn api(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.send(as_bank(&self.bank, method, path, body)).await
    }

    /// A call by the customer's page.
    pub async fn page(&self, path: &str, body: Value) -> Reply {
        self.send(call(Method::POST, path, Some(body)).header("recourse-page", "1").body_of()).await
    }

    /// A call by somebody who is signed in.
    pub async fn signed(&self, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.send(call(method, path, body).header("recourse-page", "1").header(header::COOKIE.as_str(), cookie).body_of()).await
    }

    /// Somebody of the bank with a role; their cookie.
    pub async fn person(&self, bank: &Bank, role: &str) -> (AgentId, String) {
        let email = format!("{role}-{:08x}@bank.test", u32::from_be_bytes(random()));
        let id = seed::person(&self.app, bank.tenant, &format!("Test {role}"), &email, role, &["lang:en"]).await.unwrap();
        let cookie = self.cookie_of(id).await;
        (id, cookie)
    }

    /// A fresh sign-in of somebody.
    pub async fn cookie_of(&self, id: AgentId) -> String {
        let secret = format!("secret-{:032x}", u128::from_be_bytes(random()));
        let now = self.app.engine.now();
        let row = SignInRow {
            hash: token_hash(&secret).0,
            person: id,
            created_at: now,
            last_seen: now,
            expires_at: now + domain::time::Span::minutes(720),
            revoked: false,
        };
        self.app.engine.store.put_sign_in(row).await.unwrap();
        format!("recourse_sign_in={secret}")
    }

    /// Opens a case and gives its id and the token of its link.
    pub async fn case(&self, report: Value) -> (String, String) {
        let reply = self.api(Method::POST, "/v1/cases", Some(report)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let case = reply.json();
        let url = case["recovery"]["url"].as_str().unwrap_or_default();
        let token = url.split('#').nth(1).unwrap_or_default().to_owned();
        (case["id"].as_str().unwrap().to_owned(), token)
    }

    /// How many entries the log has for a case.
    pub async fn entries(&self, case: &str) -> usize {
        self.app.engine.store.audit_of_case(case.parse().unwrap(), 0, 1000).await.unwrap().len()
    }
}

/// A good report.
pub fn report(reference: &str) -> Value {
    json!({
        "reference": reference,
        "customer": { "name": "Nur Aisyah binti Rahman", "locale": "ms", "phone": "+6591234567" },
        "check": { "attempt": 2, "outcome": "failed", "reasons": ["document_glare"], "scores": { "document": 0.31 } },
        "claimed": { "birth_date": "1982-09-08", "document_type": "passport" },
        "jurisdiction": "SG"
    })
}

async fn bank(app: &App, name: &str) -> Bank {
    let settings = Settings { brand: name.to_owned(), ..Settings::default() };
    let tenant = seed::tenant(app, name, &settings, "UTC", "default").await.unwrap();
    let key = format!("rk_test_{:032x}", u128::from_be_bytes(random()));
    let row = ApiKeyWrite {
        hash: token_hash(&key).0,
        prefix: key.chars().take(14).collect(),
        tenant,
        name: "test".to_owned(),
        created_at: app.engine.now(),
        revoked_at: None,
    };
    let rows = Commit { api_keys: vec![row], ..Commit::default() };
    app.engine.administer(tenant, &Actor::System, "api_key_created", json!({}), rows).await.unwrap();
    Bank { tenant, key }
}

/// A request in the making.
pub struct Call(axum::http::request::Builder, Body);

pub fn call(method: Method, path: &str, body: Option<Value>) -> Call {
    let builder = Request::builder().method(method).uri(path).header(header::HOST, "bank.test");
    match body {
        Some(value) => Call(builder.header(header::CONTENT_TYPE, "application/json"), Body::from(value.to_string())),
        None => Call(builder, Body::empty()),
    }
}

impl Call {
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value), self.1)
    }

    pub fn body(self, bytes: impl Into<Body>) -> Request<Body> {
        self.0.body(bytes.into()).unwrap()
    }

    pub fn body_of(self) -> Request<Body> {
        self.0.body(self.1).unwrap()
    }
}

pub fn as_bank(bank: &Bank, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    call(method, path, body).header("authorization", &format!("Bearer {}", bank.key)).body_of()
}

/// A small photograph.
pub fn jpeg() -> Vec<u8> {
    encoded(640, 480, image::ImageFormat::Jpeg)
}

pub fn encoded(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_luma8(width, height).write_to(&mut out, format).unwrap();
    out.into_inner()
}
