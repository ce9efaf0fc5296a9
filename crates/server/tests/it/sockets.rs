//! Pages on their sockets, over a real connection: who gets in, and who must go.

use crate::floor::{OnDuty, live, queued, ring};
use crate::test_app::{TestApp, call, report};
use axum::http::Method;
use domain::agent::State;
use domain::ids::AgentId;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than anything here may take; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves the test's server on a port, sockets included.
pub async fn served(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = server::http::router_with(app.app.clone(), server::socket::routes(app.app.clone()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A page's end of a WebSocket (RFC 6455), small messages only.
pub struct Page(TcpStream);

impl Page {
    /// Opens a socket; the status line when it is refused.
    pub async fn open(at: SocketAddr, path: &str, cookie: &str, origin: &str) -> Result<Self, String> {
        let mut stream = TcpStream::connect(at).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        if head.starts_with("HTTP/1.1 101") { Ok(Self(stream)) } else { Err(head.lines().next().unwrap_or_default().to_owned()) }
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    /// The same with the text as it is.
    pub async fn say_text(&mut self, text: &str) {
        let length = text.len();
        let mut frame = vec![0x81];
        if length < 126 {
            frame.push(0x80 | u8::try_from(length).unwrap());
        } else if let Ok(short) = u16::try_from(length) {
            frame.push(0x80 | 126);
            frame.extend(short.to_be_bytes());
        } else {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
        // A mask of zeros leaves the text as it is.
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next message; nothing when the server closed.
    pub async fn hear(&mut self) -> Option<Value> {
        let heard = tokio::time::timeout(PATIENCE, self.frame()).await.expect("the server says nothing");
        heard.ok().flatten()
    }

    async fn frame(&mut self) -> std::io::Result<Option<Value>> {
        loop {
            let kind = self.0.read_u8().await? & 0x0f;
            let length = match self.0.read_u8().await? & 0x7f {
                126 => u64::from(self.0.read_u16().await?),
                127 => self.0.read_u64().await?,
                short => u64::from(short),
            };
            let mut body = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut body).await?;
            match kind {
                1 => return Ok(serde_json::from_slice(&body).ok()),
                8 => return Ok(None),
                _ => {}
            }
        }
    }

    /// Hears until a message of this type.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let heard = self.hear().await.unwrap_or_else(|| panic!("closed before {kind}"));
            if heard["type"] == kind {
                return heard;
            }
        }
    }

    /// Hears until the server closes; the last message before.
    pub async fn last_words(&mut self) -> Value {
        let mut last = Value::Null;
        while let Some(heard) = self.hear().await {
            last = heard;
        }
        last
    }
}

pub async fn console(app: &TestApp, at: SocketAddr, cookie: &str) -> Page {
    let mut page = Page::open(at, "/v1/agent/socket", cookie, "http://bank.test").await.unwrap();
    page.say(json!({ "type": "hello", "page": "p1" })).await;
    page.until("desk").await;
    app.app.queue.load(&app.app).await.unwrap();
    page
}

pub async fn wait_for(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < patience, "never: {what}");
        tokio::task::yield_now().await;
    }
}

async fn deactivate(app: &TestApp, id: AgentId) {
    let (_, admin) = app.person(&app.bank, "admin").await;
    let body = json!({ "name": "Test agent", "email": "agent-gone@bank.test", "role": "agent", "skills": [], "active": false });
    let saved = app.signed(&admin, Method::PUT, &format!("/v1/admin/agents/{id}"), Some(body)).await;
    assert_eq!(saved.status, 200, "{saved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_is_deactivated_loses_the_page_and_the_customer_goes_back_to_the_queue() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let (agent, cookie) = app.person(&app.bank, "agent").await;
    let mut page = console(&app, at, &cookie).await;
    page.say(json!({ "type": "available" })).await;
    wait_for("available", async || matches!(app.app.engine.agent(agent).await.unwrap().state, State::Available { .. })).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, agent).await;

    deactivate(&app, agent).await;
    let before = tokio::time::Instant::now();
    assert_eq!(page.last_words().await["code"], "sign_in_needed");
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    wait_for("back in the queue", async || app.app.engine.case(customer.case).await.unwrap().phase_name() == "waiting").await;
    wait_for("no agent any more", async || !app.app.hub.agent_connected(agent)).await;
    let refused = Page::open(at, "/v1/agent/socket", &cookie, "http://bank.test").await;
    assert!(refused.is_err_and(|status| status.contains("401")));

    let next = crate::floor::on_duty(&app, &["lang:ms"]).await;
    server::workers::router::once(&app.app).await;
    assert_eq!(rung(&app, &next).await, Some(customer.case), "another agent is rung");
}

async fn rung(app: &TestApp, agent: &OnDuty) -> Option<domain::ids::CaseId> {
    ring(&app.app.engine, agent.id).await.map(|(case, _)| case)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_every_page_of_that_sign_in() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let (_, cookie) = app.person(&app.bank, "supervisor").await;
    let mut desk = console(&app, at, &cookie).await;
    let mut overview = Page::open(at, "/v1/admin/socket", &cookie, "http://bank.test").await.unwrap();
    overview.until("numbers").await;
    let out = app.send(call(Method::POST, "/v1/sign-out", None).header("recourse-page", "1").header("cookie", &cookie).body_of()).await;
    assert_eq!(out.status, 204);
    desk.last_words().await;
    overview.last_words().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_opens_for_its_role_and_from_our_own_pages_only() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut cookies = vec![("nobody", String::new())];
    for role in ["agent", "supervisor", "auditor", "admin"] {
        cookies.push((role, app.person(&app.bank, role).await.1));
    }
    let status = async |path: &str, cookie: &str, origin: &str| match Page::open(at, path, cookie, origin).await {
        Ok(_) => 101,
        Err(line) => line.split(' ').nth(1).unwrap_or_default().parse().unwrap_or(0),
    };
    for ((role, cookie), (desk, overview)) in cookies.iter().zip([(401, 401), (101, 403), (101, 101), (403, 101), (101, 101)]) {
        assert_eq!(status("/v1/agent/socket", cookie, "http://bank.test").await, desk, "desk for {role}");
        assert_eq!(status("/v1/admin/socket", cookie, "http://bank.test").await, overview, "overview for {role}");
        assert_eq!(status("/v1/admin/socket", cookie, "https://evil.example").await / 100, 4, "{role} from a foreign page");
    }
    assert_eq!(status("/v1/customer/socket", "", "https://evil.example").await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_page_of_an_agent_takes_over_and_the_first_is_told() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let (_, cookie) = app.person(&app.bank, "agent").await;
    let mut first = console(&app, at, &cookie).await;
    let mut second = console(&app, at, &cookie).await;
    assert_eq!(first.last_words().await["type"], "replaced");
    second.say(json!({ "type": "ping" })).await;
    second.until("pong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_answered_without_repeating_it_and_too_much_of_it_ends_the_page() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let (_, cookie) = app.person(&app.bank, "agent").await;
    let mut page = console(&app, at, &cookie).await;
    page.say(json!({ "type": "no_such_message", "secret": "K7788123X" })).await;
    let problem = page.until("problem").await;
    assert_eq!((problem["code"].as_str(), problem["of"].as_str()), (Some("malformed"), Some("no_such_message")));
    assert!(!problem.to_string().contains("K7788123X"));
    for _ in 0..80 {
        page.say(json!({ "type": "ping" })).await;
    }
    page.last_words().await;
}
