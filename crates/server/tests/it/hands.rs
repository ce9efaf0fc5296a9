//! The agent's hands on the customer's device, over real sockets: obeyed, refused, silent, and lied to.

use crate::links::face_to_face;
use crate::sockets::{Page, served, wait_for};
use crate::test_app::TestApp;
use domain::case::Case;
use domain::time::Span;
use serde_json::{Value, json};
use std::net::SocketAddr;

struct Both {
    case: String,
    customer: Page,
    agent: Page,
}

async fn both(app: &TestApp, at: SocketAddr) -> Both {
    let (case, token, secret, cookie) = face_to_face(app).await;
    let mut customer = Page::open(at, "/v1/customer/socket", "", "http://bank.test").await.unwrap();
    customer.say(json!({ "type": "hello", "token": token, "client_secret": secret })).await;
    customer.until("case").await;
    let mut agent = Page::open(at, "/v1/agent/socket", &cookie, "http://bank.test").await.unwrap();
    agent.say(json!({ "type": "hello", "page": "p1" })).await;
    agent.until("case").await;
    Both { case, customer, agent }
}

impl Both {
    async fn ask(&mut self, id: u32, command: Value) {
        self.agent.say(json!({ "type": "command", "case": self.case, "id": id, "command": command })).await;
    }

    async fn now(&self, app: &TestApp) -> Case {
        app.app.engine.case(self.case.parse().unwrap()).await.unwrap()
    }

    async fn log(&self, app: &TestApp) -> Vec<(String, Value)> {
        let entries = app.app.engine.store.audit_of_case(self.case.parse().unwrap(), 0, 1000).await.unwrap();
        entries
            .into_iter()
            .map(|e| (e.entry.kind, e.entry.body))
            .filter(|(kind, _)| kind.starts_with("command") || kind.starts_with("control"))
            .collect()
    }

    async fn device(&mut self, change: Value) {
        let mut said = json!({ "type": "device", "camera": "on", "microphone": true, "visible": true });
        said.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.customer.say(said).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_read_back_by_the_device_reaches_the_agent_and_the_log() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    both.ask(7, json!({ "do": "zoom", "factor": 2.0 })).await;
    let heard = both.customer.until("command").await;
    assert_eq!((heard["id"].as_u64(), heard["command"]["factor"].as_f64()), (Some(7), Some(2.0)));
    let effect = json!({ "zoom": 1.9, "width": 1920, "height": 1080, "camera": true, "microphone": true, "lens": "Nur's phone" });
    both.customer.say(json!({ "type": "command_done", "id": 7, "ok": true, "effect": effect })).await;
    let done = both.agent.until("command_done").await;
    assert!(done["ok"] == true && (done["effect"]["zoom"].as_f64().unwrap() - 1.9).abs() < 1e-4, "{done}");
    let log = both.log(&app).await;
    assert_eq!(log[0].1["detail"], "2.00");
    assert_eq!((log[1].0.as_str(), log[1].1["effect"].as_str().unwrap()), ("command_done", "1920x1080 zoom=1.90"));
    assert!(!format!("{log:?}").contains("Nur"), "no name a browser chose");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_a_stranger_and_a_late_answer_change_nothing_and_a_silent_device_is_told_of() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    both.ask(1, json!({ "do": "torch", "on": true })).await;
    both.customer.until("command").await;
    for (id, why) in [(99, "lie"), (1, "failed"), (1, "twice")] {
        both.customer.say(json!({ "type": "command_done", "id": id, "ok": false, "why": why })).await;
    }
    assert_eq!(both.agent.until("command_done").await["why"], "failed");
    both.ask(2, json!({ "do": "flip" })).await;
    both.customer.until("command").await;
    both.ask(3, json!({ "do": "flip" })).await;
    assert_eq!(both.agent.until("problem").await["code"], "command_under_way");
    app.clock.advance(Span::seconds(8));
    server::workers::deadlines::once(&app.app).await.unwrap();
    let silent = both.agent.until("command_done").await;
    assert_eq!((silent["id"].as_u64(), silent["why"].as_str()), (Some(2), Some("no_answer")));
    both.customer.say(json!({ "type": "command_done", "id": 2, "ok": true })).await;
    both.customer.say(json!({ "type": "ping" })).await;
    both.customer.until("pong").await;
    let kinds: Vec<String> = both.log(&app).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["command_sent", "command_done", "command_sent", "command_timed_out"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refuses_control_is_asked_nothing_and_the_agent_sees_it() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    both.device(json!({ "controls_allowed": false })).await;
    wait_for("the refusal", async || both.now(&app).await.controls_refused).await;
    while both.agent.until("case").await["view"]["customer"]["controls_allowed"] != false {}
    both.ask(1, json!({ "do": "torch", "on": true })).await;
    assert_eq!(both.agent.until("problem").await["code"], "control_refused");
    both.ask(2, json!({ "do": "photograph", "slot": "document_front", "step": "document_front" })).await;
    assert_eq!(both.customer.until("command").await["command"]["do"], "photograph", "it is asked for, and taken by hand");
    let kinds: Vec<String> = both.log(&app).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["control_changed", "command_sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_that_waits_for_the_customer_has_its_time() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    both.ask(1, json!({ "do": "photograph", "slot": "document_front", "review": true })).await;
    both.customer.until("command").await;
    both.customer.say(json!({ "type": "command_held", "id": 1, "held_for": "review" })).await;
    assert_eq!(both.agent.until("command_held").await["held_for"], "review");
    app.clock.advance(Span::seconds(60));
    server::workers::deadlines::once(&app.app).await.unwrap();
    both.customer.say(json!({ "type": "command_done", "id": 1, "ok": true, "evidence": "evd_00000000000000000000000000000009" })).await;
    let done = both.agent.until("command_done").await;
    assert_eq!((done["ok"].as_bool(), done["evidence"].as_str()), (Some(true), None), "a photograph nobody received is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn meters_are_passed_on_while_a_frame_is_drawn_bounded_and_never_kept() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    let reading = json!({ "found": true, "light": 1e30, "glare": 0.5, "blur": 0.2, "size": 0.9, "margin": -3e9, "tilt": 4.0, "hint": "glare", "good_ms": 0 });
    both.customer.say(json!({ "type": "meters", "reading": reading })).await;
    both.ask(1, json!({ "do": "guide", "slot": "document_front", "auto": true, "step": "document_front" })).await;
    let guide = both.customer.until("command").await;
    assert_eq!(guide["command"]["frame"], "id3", "a passport's page");
    let before = both.now(&app).await.version;
    for _ in 0..5 {
        both.customer.say(json!({ "type": "meters", "reading": reading })).await;
    }
    let heard = both.agent.until("meters").await;
    assert_eq!((heard["reading"]["light"].as_f64(), heard["reading"]["margin"].as_f64()), (Some(255.0), Some(-10.0)));
    both.customer.say(json!({ "type": "ping" })).await;
    both.customer.until("pong").await;
    assert_eq!(both.now(&app).await.version, before, "a reading changes nothing");
    both.agent.say(json!({ "type": "ping" })).await;
    let next = loop {
        let said = both.agent.hear().await.unwrap();
        if said["type"] == "meters" || said["type"] == "pong" {
            break said["type"].clone();
        }
    };
    assert_eq!(next, "pong", "of five at once one is passed on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_no_camera_could_obey_is_refused() {
    let app = TestApp::new().await;
    let at = served(&app).await;
    let mut both = both(&app, at).await;
    for command in [
        json!({ "do": "zoom", "factor": 1e9 }),
        json!({ "do": "focus", "to": { "mode": "point", "x": 2.0, "y": 0.5 } }),
        json!({ "do": "lens", "id": "" }),
    ] {
        both.ask(1, command).await;
        assert_eq!(both.agent.until("problem").await["code"], "out_of_range");
    }
}
