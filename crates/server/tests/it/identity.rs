//! Codes on their way to the customer and nowhere else; the tenant's own questions; outlines for the map.

use crate::floor::{OnDuty, live, on_duty, queued, tell};
use crate::test_app::{TestApp, report};
use axum::http::Method;
use domain::case::Input;
use domain::code::Channel;
use domain::ids::CaseId;
use domain::location::{Fix, Network};
use domain::pii::Pii;
use domain::procedure::OwnQuestion;
use domain::reading::Field;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use server::adapters::messenger::DemoInbox;
use server::adapters::webhook_client::{WebhookAnswer, WebhookCall, WebhookClient, WebhookError};
use server::engine::{Actor, EngineError};
use server::tenant::Settings;
use server::views;
use server::workers::deliveries::{Deliveries, once};
use std::sync::Arc;
use store::rows::{Commit, TenantWrite};

/// No webhook is expected here.
struct Nobody;

impl WebhookClient for Nobody {
    fn deliver(&self, _: WebhookCall) -> BoxFuture<'_, Result<WebhookAnswer, WebhookError>> {
        Box::pin(async { Ok(WebhookAnswer { status: 204, retry_after: None }) })
    }
}

fn name_mismatch(jurisdiction: &str) -> Value {
    let mut body = report("onb-1");
    body["check"]["reasons"] = json!(["name_mismatch"]);
    body["jurisdiction"] = json!(jurisdiction);
    body
}

async fn in_session(app: &TestApp, jurisdiction: &str) -> (CaseId, OnDuty) {
    let agent = on_duty(app, &["lang:ms"]).await;
    let case = queued(app, name_mismatch(jurisdiction)).await.case;
    live(&app.app, case, agent.id).await;
    (case, agent)
}

/// The digits of the newest message.
async fn arrived(app: &TestApp, inbox: &Arc<DemoInbox>) -> (String, String) {
    let arms = Arc::new(Deliveries::new(Arc::new(Nobody), inbox.clone()));
    while once(&app.app.engine, &arms).await.unwrap() > 0 {}
    let text = inbox.messages()[0].text.reveal().clone();
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|d| d.len() == 6).unwrap().to_owned();
    (code, text)
}

#[tokio::test]
async fn a_code_reaches_the_phone_on_file_and_is_in_no_log_no_state_and_no_view() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let (case, agent) = in_session(&app, "default").await;
    let inbox = Arc::new(DemoInbox::new(app.clock.clone()));
    engine.send_code(case, agent.id, Channel::Sms).await.unwrap();
    let (code, text) = arrived(&app, &inbox).await;
    assert_eq!(inbox.messages()[0].to.reveal(), "+6591234567");
    assert!(text.contains("Harbour Bank") && text.ends_with(&format!("@bank.test #{code}")), "{text}");

    let held = engine.case(case).await.unwrap();
    let seen = serde_json::to_string(&views::agent_case(&held, &views::Told::default(), engine.now())).unwrap();
    let state = serde_json::to_string(&held).unwrap();
    let log = engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
    let log: String = log.into_iter().map(|row| format!("{} {}", row.entry.kind, row.entry.body)).collect();
    assert!(log.contains("code_sent"), "{log}");
    for (what, text) in [("view", &seen), ("state", &state), ("log", &log)] {
        assert!(!text.contains(&code), "the code is in the {what}");
    }
    assert!(seen.contains("+65••••67") && seen.contains("\"sends_left\":2"), "{seen}");

    let wrong = if code == "000000" { "000001" } else { "000000" };
    tell(engine, case, Input::TryCode { typed: Pii::new(wrong.to_owned()) }).await;
    tell(engine, case, Input::TryCode { typed: Pii::new(code) }).await;
    tell(engine, case, Input::StepDone { agent: agent.id, step: "one_time_code".to_owned() }).await;
}

#[tokio::test]
async fn a_code_that_comes_last_is_not_sent_early_and_the_view_says_what_it_waits_for() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let (case, agent) = in_session(&app, "DE").await;
    let held = engine.case(case).await.unwrap();
    let seen = serde_json::to_value(views::agent_case(&held, &views::Told::default(), engine.now())).unwrap();
    assert_eq!(seen["identity"]["code_last"], true);
    let waits = seen["identity"]["code_after"].as_array().unwrap();
    assert!(waits.contains(&json!("step:declaration")) && !waits.contains(&json!("step:one_time_code")), "{waits:?}");
    let keys: Vec<&str> = seen["steps"].as_array().unwrap().iter().filter_map(|s| s["key"].as_str()).collect();
    assert_eq!(keys[keys.len() - 2..], ["one_time_code", "decision"], "the agent is led to it last");
    let EngineError::Refused(refusal) = engine.send_code(case, agent.id, Channel::Sms).await.unwrap_err() else { panic!("refused") };
    assert_eq!(refusal.code, domain::refusal::Code::CodeComesLast);
    let words = views::profiles::unmet(&refusal).unwrap();
    assert!(words.contains("At the end, after every check") && words.contains("(de.tan)"), "{words}");
    let log = engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
    assert!(log.iter().all(|row| row.entry.kind != "code_sent"), "no phone rang");
}

#[tokio::test]
async fn each_code_is_another_one() {
    let app = TestApp::new().await;
    let (case, agent) = in_session(&app, "default").await;
    let inbox = Arc::new(DemoInbox::new(app.clock.clone()));
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..3 {
        app.app.engine.send_code(case, agent.id, Channel::Sms).await.unwrap();
        codes.insert(arrived(&app, &inbox).await.0);
    }
    assert_eq!(codes.len(), 3);
    assert!(app.app.engine.send_code(case, agent.id, Channel::Sms).await.is_err(), "three are all there is");
    assert!(app.app.engine.send_code(case, agent.id, Channel::Email).await.is_err(), "no mailbox is on file");
}

#[tokio::test]
async fn what_was_read_and_where_the_customer_is_stand_in_the_view_and_not_in_the_log() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let (case, agent) = in_session(&app, "IN").await;
    let salt = domain::digest::Salt([1; 16]);
    let text = Pii::new("NUR AISYAH RAHMAN".to_owned());
    tell(engine, case, Input::ReadField { agent: agent.id, field: Field::Name, text, salt }).await;
    tell(engine, case, Input::AskLocation { agent: agent.id }).await;
    let fix = Fix { lat: 19_076_120, lon: 72_877_320, accuracy_dm: 350, height: false, age_ms: 10 };
    let network = Network::Country { code: "SG".to_owned() };
    tell(engine, case, Input::Located { fixes: Pii::new(vec![fix]), network, salt }).await;

    let held = engine.case(case).await.unwrap();
    let view = views::agent_case(&held, &views::Told::default(), engine.now()).identity;
    let name = &view.readings[0];
    assert_eq!((name.outcome.as_deref(), name.claimed.as_deref()), (Some("particle"), Some("Nur Aisyah binti Rahman")));
    let found = view.location.found.unwrap();
    assert_eq!((found.country.unwrap().name.as_str(), found.distance_km, found.claimed_by.as_str()), ("India", Some(0), "jurisdiction"));
    assert_eq!(found.network_country.unwrap().name, "Singapore");
    let log = engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
    let log: String = log.into_iter().map(|row| row.entry.body.to_string()).collect();
    assert!(log.contains("\"country\":\"IN\"") && !log.contains("19076120") && !log.contains("NUR AISYAH"), "{log}");
}

#[tokio::test]
async fn a_tenants_own_questions_are_asked_in_the_words_of_the_day() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let row = engine.store.tenant(app.bank.tenant).await.unwrap().unwrap();
    let text = [("en", "Which branch?"), ("ms", "Cawangan mana?")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let settings =
        Settings { questions: vec![OwnQuestion { key: "branch".to_owned(), text }], ..serde_json::from_str(&row.settings).unwrap() };
    let row = TenantWrite { settings: serde_json::to_string(&settings).unwrap(), ..row };
    let rows = Commit { tenants: vec![row], ..Commit::default() };
    engine.administer(app.bank.tenant, &Actor::System, "settings_changed", json!({}), rows).await.unwrap();
    let (case, _) = in_session(&app, "default").await;
    let held = engine.case(case).await.unwrap();
    let steps = views::steps(&held);
    let asked = steps.iter().flat_map(|s| &s.questions).find(|q| q.key == "branch").unwrap();
    assert_eq!((asked.text.as_deref(), asked.spoken.as_deref()), (Some("Which branch?"), Some("Cawangan mana?")));
    let kinds = crate::floor::kinds(engine, case).await;
    assert!(kinds.contains(&"questions_drawn".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn the_maps_outlines_are_given_to_staff_only() {
    let app = TestApp::new().await;
    let (_, cookie) = app.person(&app.bank, "agent").await;
    let given = app.signed(&cookie, Method::GET, "/v1/agent/outlines", None).await;
    assert_eq!(given.status, 200);
    assert!(given.header("cache-control").contains("private"));
    assert!(String::from_utf8_lossy(&given.bytes).contains("Singapore"));
    assert_eq!(app.signed("", Method::GET, "/v1/agent/outlines", None).await.status, 401);
}
