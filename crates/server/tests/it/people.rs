//! More people and handing on, over real sockets and the real store: who may, who may not, and who is rung next.

use crate::floor::{kinds, live, on_duty, queued, ring};
use crate::sockets::{Page, console, served, wait_for};
use crate::test_app::{TestApp, report};
use domain::agent::State;
use domain::case::{Input, Target};
use domain::digest::Salt;
use domain::ids::AgentId;
use domain::pii::Pii;
use domain::seats::SupervisorMode;
use domain::time::Span;
use serde_json::{Value, json};
use server::engine::Actor;
use server::workers::router;

/// A signed-in person of a role with their console open.
async fn at_console(app: &TestApp, at: std::net::SocketAddr, role: &str) -> (AgentId, Page) {
    let (id, cookie) = app.person(&app.bank, role).await;
    (id, console(app, at, &cookie).await)
}

fn supervise(case: domain::ids::CaseId, mode: &str) -> Value {
    json!({ "type": "supervise", "case": case.to_string(), "mode": mode })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_the_floor_and_takes_a_live_case_over_and_an_agent_may_not() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, sari.id).await;

    let (_, mut other) = at_console(&app, at, "agent").await;
    other.say(supervise(customer.case, "watch")).await;
    assert_eq!(other.until("problem").await["code"], "not_yours");

    let (siti, mut boss) = at_console(&app, at, "supervisor").await;
    let floor = loop {
        let floor = boss.until("floor").await;
        if floor["view"]["live"].as_array().is_some_and(|l| !l.is_empty()) {
            break floor;
        }
    };
    assert_eq!(floor["view"]["live"][0]["case"], customer.case.to_string());
    boss.say(json!({ "type": "take_over", "case": customer.case.to_string() })).await;
    assert_eq!(boss.until("problem").await["code"], "not_yours", "who takes over has watched before");
    boss.say(supervise(customer.case, "join")).await;
    assert_eq!(boss.until("observed").await["view"]["table"]["people"][0]["mode"], "join");
    boss.say(json!({ "type": "take_over", "case": customer.case.to_string() })).await;
    wait_for("taken over", async || app.app.engine.case(customer.case).await.unwrap().agent() == Some(siti)).await;
    assert!(matches!(app.app.engine.agent(siti).await.unwrap().state, State::OnCall { .. }));
    assert!(matches!(app.app.engine.agent(sari.id).await.unwrap().state, State::WrapUp { undecided: false, .. }));
    let log = kinds(&app.app.engine, customer.case).await;
    assert!(["supervisor_came", "taken_over"].iter().all(|kind| log.iter().any(|k| k == kind)), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_of_another_bank_finds_no_such_case() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, sari.id).await;
    let other = app.other_bank().await;
    let (_, cookie) = app.person(&other, "supervisor").await;
    let mut page = console(&app, at, &cookie).await;
    page.say(supervise(customer.case, "watch")).await;
    assert_eq!(page.until("problem").await["code"], "not_found");
}

async fn interpreter(at: std::net::SocketAddr, token: &str, secret: Option<&str>) -> Page {
    let mut page = Page::open(at, "/v1/interpreter/socket", "", "http://bank.test").await.unwrap();
    page.say(json!({ "type": "hello", "token": token, "client_secret": secret })).await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interpreters_link_seats_one_browser_after_the_notice_and_names_nobody() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let (agent, mut desk) = at_console(&app, at, "agent").await;
    desk.say(json!({ "type": "available" })).await;
    wait_for("available", async || matches!(app.app.engine.agent(agent).await.unwrap().state, State::Available { .. })).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, agent).await;
    desk.say(json!({ "type": "invite_interpreter", "case": customer.case.to_string(), "language": "ta" })).await;
    let link = desk.until("interpreter_link").await;
    let token = link["url"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();

    let mut page = interpreter(at, &token, None).await;
    let shown = page.until("session").await;
    assert!(!shown.to_string().contains("Aisyah"), "nothing of the customer: {shown}");
    page.say(json!({ "type": "join", "name": "Ravi", "notice_sha256": "00" })).await;
    assert_eq!(page.until("problem").await["code"], "consent_outdated");
    page.say(json!({ "type": "offer", "peer": "0".repeat(32), "sdp": "v=0" })).await;
    assert_eq!(page.until("problem").await["code"], "claim_first", "no sound before the notice");
    page.say(json!({ "type": "join", "name": "Ravi", "notice_sha256": shown["view"]["notice_sha256"] })).await;
    let secret = page.until("seated").await["client_secret"].as_str().unwrap().to_owned();

    let mut second = interpreter(at, &token, None).await;
    assert_eq!(second.last_words().await["code"], "link_not_valid");
    let mut again = interpreter(at, &token, Some(&secret)).await;
    assert_eq!(again.until("session").await["view"]["seated"], true);
    for odd in ["", "x", &"0".repeat(75), &"é".repeat(40), &format!("{}{}", &token[..32], "A".repeat(43))] {
        assert_eq!(interpreter(at, odd, None).await.last_words().await["code"], "link_not_valid", "{odd}");
    }
    desk.say(json!({ "type": "remove_interpreter", "case": customer.case.to_string() })).await;
    assert_eq!(again.last_words().await["type"], "ended");
    let log = kinds(&app.app.engine, customer.case).await;
    assert!(["interpreter_invited", "interpreter_came", "interpreter_left"].iter().all(|kind| log.iter().any(|k| k == kind)), "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_handed_to_a_person_rings_that_person_and_after_a_while_anybody() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, sari.id).await;
    let first = on_duty(&app, &["lang:ms"]).await;
    app.clock.advance(Span::seconds(5));
    let named = on_duty(&app, &["lang:ms"]).await;
    let to = |to| Input::Transfer { agent: sari.id, to, reason: Pii::new("knows the case".to_owned()), salt: Salt([1; 16]) };
    app.app.engine.tell_case(customer.case, &Actor::Person(sari.id), to(Target::Agent(named.id))).await.unwrap();
    assert!(matches!(app.app.engine.agent(sari.id).await.unwrap().state, State::WrapUp { .. }));
    router::once(&app.app).await;
    assert_eq!(ring(&app.app.engine, first.id).await, None, "idle longest, and not the one who was named");
    assert_eq!(ring(&app.app.engine, named.id).await.map(|(case, _)| case), Some(customer.case));

    let alone = queued(&app, report("onb-2")).await;
    live(&app.app, alone.case, first.id).await;
    let input = Input::Transfer { agent: first.id, to: Target::Senior, reason: Pii::new("odd document".to_owned()), salt: Salt([1; 16]) };
    app.app.engine.tell_case(alone.case, &Actor::Person(first.id), input).await.unwrap();
    let anybody = on_duty(&app, &["lang:ms"]).await;
    router::once(&app.app).await;
    assert_eq!(ring(&app.app.engine, anybody.id).await, None, "no senior, and not yet long enough");
    app.clock.advance(Span::seconds(121));
    router::once(&app.app).await;
    assert_eq!(ring(&app.app.engine, anybody.id).await.map(|(case, _)| case), Some(alone.case), "nobody waits for ever");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_whose_page_is_gone_watches_no_longer() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let customer = queued(&app, report("onb-1")).await;
    live(&app.app, customer.case, sari.id).await;
    let (_, mut boss) = at_console(&app, at, "supervisor").await;
    assert_eq!(boss.until("observed").await, json!({ "type": "observed" }), "nothing is watched yet");
    boss.say(supervise(customer.case, "whisper")).await;
    boss.until("observed").await;
    let mode = async || {
        let case = app.app.engine.case(customer.case).await.unwrap();
        server::views::session(&case).unwrap().supervisor.as_ref().map(|s| s.mode)
    };
    assert_eq!(mode().await, Some(SupervisorMode::Whisper));
    drop(boss);
    wait_for("the seat is empty", async || mode().await.is_none()).await;
}
