//! Webhooks and messages on their way out, against receivers that are down, gone or back.

use crate::floor::{claim, decide, live, on_duty, opened, opened_as, queued, tell};
use crate::test_app::{TestApp, report};
use axum::http::Method;
use domain::case::Input;
use domain::decision::{ReasonCode, Verdict};
use domain::time::{Span, Timestamp};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use server::adapters::messenger::DemoInbox;
use server::adapters::seal;
use server::adapters::webhook_client::{WebhookAnswer, WebhookCall, WebhookClient, WebhookError, WebhookSecret, sign, verify};
use server::engine::{Actor, place_of_delivery};
use server::workers::deliveries::{Deliveries, once};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use store::rows::{Channel, DeliveryState};

/// A bank's receiver: answers with one status and remembers what it was told.
struct Receiver {
    status: AtomicU16,
    calls: Mutex<Vec<WebhookCall>>,
}

impl WebhookClient for Receiver {
    fn deliver(&self, call: WebhookCall) -> BoxFuture<'_, Result<WebhookAnswer, WebhookError>> {
        self.calls.lock().unwrap().push(call);
        let status = self.status.load(Ordering::SeqCst);
        Box::pin(async move { Ok(WebhookAnswer { status, retry_after: None }) })
    }
}

impl Receiver {
    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn take(&self) -> Vec<WebhookCall> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

struct Post {
    receiver: Arc<Receiver>,
    inbox: Arc<DemoInbox>,
    arms: Arc<Deliveries>,
    secret: WebhookSecret,
}

impl Post {
    /// An endpoint of the bank, and the worker's arms.
    async fn of(app: &TestApp) -> Self {
        let (_, admin) = app.person(&app.bank, "admin").await;
        let made = app.signed(&admin, Method::POST, "/v1/admin/endpoints", Some(json!({ "url": "https://hook.example/x" }))).await.json();
        let receiver = Arc::new(Receiver { status: AtomicU16::new(204), calls: Mutex::default() });
        let inbox = Arc::new(DemoInbox::new(app.clock.clone()));
        let arms = Arc::new(Deliveries::new(receiver.clone(), inbox.clone()));
        Self { receiver, inbox, arms, secret: WebhookSecret::parse(made["secret"].as_str().unwrap()).unwrap() }
    }

    /// Sends until nothing is due.
    async fn drain(&self, app: &TestApp) {
        while once(&app.app.engine, &self.arms).await.unwrap() > 0 {}
    }
}

fn body(call: &WebhookCall) -> Value {
    serde_json::from_slice(&call.body).unwrap()
}

/// The events of each case, in the order of their coming.
fn by_case(calls: &[WebhookCall]) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for call in calls {
        let said = body(call);
        let case = said["data"]["reference"].as_str().unwrap().to_owned();
        all.entry(case).or_default().push(said["type"].as_str().unwrap().to_owned());
    }
    all
}

/// A case from the failed check to the verdict "rejected".
async fn rejected(app: &TestApp, reference: &str) {
    let customer = queued(app, report(reference)).await;
    let sari = on_duty(app, &[]).await;
    live(&app.app, customer.case, sari.id).await;
    decide(&app.app, customer.case, sari.id, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
}

const WHOLE: [&str; 7] =
    ["case.created", "case.invited", "case.claimed", "case.waiting", "session.started", "session.ended", "case.rejected"];

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_case_come_once_in_order_signed_and_with_growing_versions() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    tokio::join!(rejected(&app, "onb-1"), rejected(&app, "onb-2"));
    post.drain(&app).await;
    let calls = post.receiver.take();
    let events = by_case(&calls);
    assert_eq!(events.keys().collect::<Vec<_>>(), ["onb-1", "onb-2"]);
    for (case, events) in events {
        assert_eq!(events, WHOLE, "{case}");
    }
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for call in &calls {
        let seconds = call.at.as_millis() / 1000;
        let signature = sign(&call.secrets, &call.id, seconds, &call.body);
        assert!(verify(&post.secret, (&call.id, seconds, &signature), &call.body, app.app.engine.now()));
        let said = body(call);
        let (case, version) = (said["data"]["case"].to_string(), said["data"]["version"].as_u64().unwrap());
        assert!(version >= last.insert(case, version).unwrap_or_default(), "{said}");
    }
    assert!(!String::from_utf8_lossy(&calls[0].body).contains("Aisyah"), "no personal data leaves by webhook");
    post.drain(&app).await;
    assert_eq!(post.receiver.take().len(), 0, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_a_day_loses_nothing_and_costs_the_receiver_few_calls() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    post.receiver.answers(503);
    rejected(&app, "onb-1").await;
    let up_again = app.app.engine.now() + Span::minutes(24 * 60);
    while app.app.engine.now() < up_again {
        post.drain(&app).await;
        app.clock.advance(Span::minutes(1));
    }
    rejected(&app, "onb-2").await;
    let tries = post.receiver.take();
    assert!(by_case(&tries).values().all(|events| events.iter().all(|e| e == "case.created")), "nothing overtakes what failed");
    assert!((100..=400).contains(&tries.len()), "about one probe in five minutes, not {}", tries.len());

    post.receiver.answers(200);
    let back = app.app.engine.now();
    while pending(&app).await > 0 {
        app.clock.advance(Span::seconds(10));
        post.drain(&app).await;
        assert!(app.app.engine.now() < back + Span::minutes(30), "{} are still waiting", pending(&app).await);
    }
    let events = by_case(&post.receiver.take());
    assert_eq!(events["onb-1"], WHOLE);
    assert_eq!(events["onb-2"], WHOLE);
}

async fn pending(app: &TestApp) -> usize {
    let filter = store::rows::DeliveryFilter { state: Some(DeliveryState::Pending), channel: Some(Channel::Webhook), endpoint: None };
    app.app.engine.store.deliveries(app.bank.tenant, filter, 1_000).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_says_gone_is_switched_off_and_asked_no_more() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    post.receiver.answers(410);
    opened(&app, "onb-1").await;
    post.drain(&app).await;
    let asked = post.receiver.take().len();
    assert!((1..=2).contains(&asked), "at most what was on its way already: {asked}");
    let endpoint = app.app.engine.store.endpoints(app.bank.tenant).await.unwrap().remove(0);
    assert_eq!((endpoint.state.as_str(), endpoint.disabled_at), ("disabled", Some(app.app.engine.now())));
    rejected(&app, "onb-2").await;
    app.clock.advance(Span::minutes(60));
    post.drain(&app).await;
    assert_eq!(post.receiver.take().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_died_in_mid_flight_is_replaced_and_the_receiver_can_tell_the_repeat() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    opened(&app, "onb-1").await;
    let store = &app.app.engine.store;
    let now = app.app.engine.now();
    let taken = store.claim_deliveries(now, now + Span::seconds(60), 10).await.unwrap();
    assert_eq!(taken.len(), 1, "the case's first event, and nothing that could overtake it");
    post.drain(&app).await;
    assert_eq!(post.receiver.take().len(), 0, "somebody has it");
    app.clock.advance(Span::seconds(61));
    post.drain(&app).await;
    let ids: Vec<String> = post.receiver.take().into_iter().map(|call| call.id).collect();
    assert_eq!(ids[0], taken[0].row.id.to_string(), "the same id");
    assert_eq!(ids.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_by_message_is_sealed_until_it_is_sent_and_opens_the_case() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    let case = opened(&app, "onb-1").await;
    let link = app.app.engine.with_link(case, &Actor::Customer, |link, life| Input::NewLink { link, life }).await.unwrap();
    let token = link.token.unwrap();
    let rows = app.app.engine.store.deliveries_of(case, 100).await.unwrap();
    let row = &rows.iter().find(|d| d.row.channel == Channel::Sms).expect("a text message").row;
    let readable = String::from_utf8_lossy(&row.payload);
    assert!(!readable.contains(&token) && !readable.contains("6591234567"), "{readable}");
    let engine = &app.app.engine;
    let key = engine.key_of(case).await.unwrap();
    assert!(seal::open(&key.0, &place_of_delivery(row.id), &row.payload).is_ok());
    let other = place_of_delivery(domain::ids::DeliveryId(row.id.0 + 1));
    assert!(seal::open(&key.0, &other, &row.payload).is_err(), "sealed for its own row");
    let small = engine.kms.open_small(row.tenant, place_of_delivery(row.id).as_bytes(), &row.payload);
    assert!(small.is_err(), "the tenant's keys alone do not open it: it goes with its case");

    post.drain(&app).await;
    let sent = post.inbox.messages();
    assert_eq!((sent.len(), sent[0].channel, sent[0].to.reveal().as_str()), (1, "sms", "+6591234567"));
    assert!(sent[0].text.reveal().contains(&format!("http://bank.test/v#{token}")), "the newest link");
    let state = app.page("/v1/customer/look", json!({ "token": token })).await.json()["state"].clone();
    assert_eq!(state, "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_is_to_be_called_back_gets_a_link_at_that_time_and_not_before() {
    let app = TestApp::new().await;
    let post = Post::of(&app).await;
    let case = opened_as(&app, report("onb-1")).await;
    let due: Timestamp = app.app.engine.now() + Span::minutes(120);
    tell(&app.app.engine, case, Input::CallBack { at: due }).await;
    app.clock.advance(Span::minutes(119));
    server::workers::deadlines::once(&app.app).await.unwrap();
    post.drain(&app).await;
    assert!(post.inbox.messages().is_empty());
    app.clock.advance(Span::minutes(2));
    server::workers::deadlines::once(&app.app).await.unwrap();
    post.drain(&app).await;
    assert_eq!(post.inbox.messages().len(), 1);
    assert_eq!(app.app.engine.case(case).await.unwrap().phase_name(), "invited");
    tell(&app.app.engine, case, claim(1, 1)).await;
    assert_eq!(app.app.engine.case(case).await.unwrap().phase_name(), "waiting");
}
