//! The link in the customer's hands: looked at freely, claimed once, moved only with proof.

use crate::test_app::{TestApp, call, encoded, jpeg, report};
use axum::http::Method;
use base64::Engine as _;
use domain::agent::State;
use domain::time::Span;
use serde_json::{Value, json};
use server::engine::Actor;

async fn look(app: &TestApp, token: &str) -> Value {
    app.page("/v1/customer/look", json!({ "token": token })).await.json()
}

fn claim(token: &str, link: &Value) -> Value {
    let consent = json!({ "sha256": link["consent"]["sha256"], "locale": link["consent"]["locale"] });
    json!({ "token": token, "consent": consent, "mode": "video" })
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing_however_often_a_scanner_looks() {
    let app = TestApp::new().await;
    let (case, token) = app.case(report("onb-1")).await;
    let before = app.entries(&case).await;
    for _ in 0..5 {
        assert_eq!(look(&app, &token).await["state"], "ready");
    }
    assert_eq!(app.entries(&case).await, before);
    assert_eq!(look(&app, "nonsense").await["state"], "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_browsers_that_claim_at_once_one_is_bound() {
    let app = TestApp::new().await;
    let (case, token) = app.case(report("onb-1")).await;
    let body = claim(&token, &look(&app, &token).await);
    let (a, b) = tokio::join!(app.page("/v1/customer/claim", body.clone()), app.page("/v1/customer/claim", body.clone()));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{a:?} {b:?}");
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    assert_eq!(won.json()["phase"], "waiting");
    assert_eq!(lost.problem().1, "invitation_bound");
    assert_eq!(look(&app, &token).await["state"], "open_elsewhere");
    let mine = app.page("/v1/customer/look", json!({ "token": token, "client_secret": won.json()["client_secret"] })).await;
    assert_eq!(mine.json()["state"], "yours");
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!((held.consents.len(), held.binding.unwrap().devices), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_device_moves_the_link_with_the_birth_date_and_locks_without() {
    let app = TestApp::new().await;
    let (_, token) = app.case(report("onb-1")).await;
    let link = look(&app, &token).await;
    let first = app.page("/v1/customer/claim", claim(&token, &link)).await.json();
    let with = |date: &str| {
        let mut body = claim(&token, &link);
        body["birth_date"] = json!(date);
        body
    };
    let wrong = app.page("/v1/customer/claim", with("1999-01-01")).await;
    assert_eq!(wrong.problem(), (403, "challenge_failed".to_owned()));
    assert!(wrong.json()["detail"].as_str().unwrap().contains('4'));
    let right = app.page("/v1/customer/claim", with("1982-09-08")).await;
    assert_eq!(right.status, 200);
    assert_ne!(right.json()["client_secret"], first["client_secret"]);
    for n in (0..5).rev() {
        let code = app.page("/v1/customer/claim", with("1999-01-01")).await.problem();
        let want = if n == 0 { (423, "challenge_locked") } else { (403, "challenge_failed") };
        assert_eq!(code, (want.0, want.1.to_owned()));
    }
    assert_eq!(app.page("/v1/customer/claim", with("1982-09-08")).await.problem(), (423, "challenge_locked".to_owned()));
    assert_eq!(look(&app, &token).await["state"], "locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_with_the_same_secret_claims_again_without_a_second_device() {
    let app = TestApp::new().await;
    let (case, token) = app.case(report("onb-1")).await;
    let mut body = claim(&token, &look(&app, &token).await);
    let first = app.page("/v1/customer/claim", body.clone()).await.json();
    body["client_secret"] = first["client_secret"].clone();
    let again = app.page("/v1/customer/claim", body).await;
    assert_eq!((again.status.as_u16(), again.json()["client_secret"].clone()), (200, first["client_secret"].clone()));
    assert_eq!(app.app.engine.case(case.parse().unwrap()).await.unwrap().binding.unwrap().devices, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_link_leads_to_a_new_one_and_the_old_says_so() {
    let app = TestApp::new().await;
    let mut body = report("onb-1");
    body["customer"].as_object_mut().unwrap().remove("phone");
    let (_, token) = app.case(body).await;
    app.clock.advance(Span::minutes(16));
    assert_eq!(look(&app, &token).await["state"], "expired");
    let late = claim(&token, &look(&app, &token).await);
    assert_eq!(app.page("/v1/customer/claim", late).await.problem(), (410, "invitation_expired".to_owned()));
    let fresh = app.page("/v1/customer/new-link", json!({ "token": token })).await.json();
    let url = fresh["url"].as_str().expect("nothing can be sent, so it is given");
    assert_eq!(look(&app, &token).await["state"], "replaced");
    assert_eq!(look(&app, url.split('#').nth(1).unwrap()).await["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_link_for_somebody_else_goes_to_the_phone_on_file() {
    let app = TestApp::new().await;
    let (_, token) = app.case(report("onb-1")).await;
    app.clock.advance(Span::minutes(16));
    let answer = app.page("/v1/customer/new-link", json!({ "token": token })).await.json();
    assert_eq!((answer["url"].clone(), answer["sent_to"].as_str()), (Value::Null, Some("+65••••67")));
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_to_another_text_is_no_consent() {
    let app = TestApp::new().await;
    let (case, token) = app.case(report("onb-1")).await;
    let mut body = claim(&token, &look(&app, &token).await);
    body["consent"]["sha256"] = json!("0".repeat(64));
    assert_eq!(app.page("/v1/customer/claim", body).await.problem(), (409, "consent_outdated".to_owned()));
    assert!(app.app.engine.case(case.parse().unwrap()).await.unwrap().consents.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_links_runs_out_of_budget() {
    let app = TestApp::new().await;
    let mut last = 200;
    for n in 0..40 {
        let reply = app.page("/v1/customer/look", json!({ "token": format!("{n:043}") })).await;
        last = reply.status.as_u16();
        if last == 429 {
            assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0);
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_is_booked_and_a_far_one_refused() {
    let app = TestApp::new().await;
    let (_, token) = app.case(report("onb-1")).await;
    let far = app.page("/v1/customer/call-back", json!({ "token": token, "at": "2027-11-23T09:00:00Z" })).await;
    assert_eq!(far.problem(), (422, "out_of_range".to_owned()));
    let booked = app.page("/v1/customer/call-back", json!({ "token": token, "at": "2026-11-24T09:00:00Z" })).await;
    assert_eq!(booked.json()["at"], "2026-11-24T09:00:00.000000Z");
}

/// A customer face to face with an agent: case, link, the browser's secret, the agent's cookie.
pub async fn face_to_face(app: &TestApp) -> (String, String, String, String) {
    let (case, token) = app.case(report("onb-1")).await;
    let body = claim(&token, &look(app, &token).await);
    let secret = app.page("/v1/customer/claim", body).await.json()["client_secret"].as_str().unwrap().to_owned();
    let (agent, cookie) = app.person(&app.bank, "agent").await;
    let engine = &app.app.engine;
    for input in [domain::agent::Input::Came, domain::agent::Input::Available] {
        engine.on_agent(agent, &Actor::Person(agent), input).await.unwrap();
    }
    let id = case.parse().unwrap();
    engine.reserve(id, agent, Span::seconds(20), None).await.unwrap();
    let State::Reserved { reservation, .. } = engine.agent(agent).await.unwrap().state else { panic!("not rung") };
    engine.accept(agent, reservation).await.unwrap();
    (case, token, secret, cookie)
}

pub fn photograph(token: &str, secret: &str, query: &str, bytes: &[u8], digest_of: &[u8]) -> axum::http::Request<axum::body::Body> {
    let digest = base64::engine::general_purpose::STANDARD.encode(domain::digest::Digest::of(digest_of).0);
    call(Method::POST, &format!("/v1/customer/photographs?slot=document_front{query}"), None)
        .header("authorization", &format!("Bearer {secret}"))
        .header("recourse-link", token)
        .header("content-type", "image/jpeg")
        .header("content-digest", &format!("sha-256=:{digest}:"))
        .body(bytes.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_is_kept_once_for_its_step_and_only_from_the_browser_that_holds_the_link() {
    let app = TestApp::new().await;
    let (case, token, secret, cookie) = face_to_face(&app).await;
    let (one, two) = (jpeg(), encoded(320, 240, image::ImageFormat::Png));
    let step = "&step=document_front&command=3";
    assert_eq!(app.send(photograph(&token, &secret, step, &one, &two)).await.problem(), (400, "digest_mismatch".to_owned()));
    assert_eq!(app.send(photograph(&token, "wrong", step, &one, &one)).await.problem(), (401, "client_unknown".to_owned()));
    assert!(!app.app.blobs.list("evidence").unwrap().iter().any(|name| name.contains("/evd_")));
    let kept = app.send(photograph(&token, &secret, step, &one, &one)).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    let again = app.send(photograph(&token, &secret, step, &one, &one)).await;
    assert_eq!(again.json()["id"], kept.json()["id"], "a repeat is one photograph");
    let unknown = app.send(photograph(&token, &secret, "&step=no_such_step&command=4", &two, &two)).await;
    assert_eq!(unknown.problem(), (422, "unknown_step".to_owned()));
    let images = app.app.blobs.list("evidence").unwrap().iter().filter(|name| name.contains("/evd_")).count();
    assert_eq!(images, 2, "what the case refused is gone again");
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!((held.evidence.len(), held.chat.len()), (1, 0));
    let path = format!("/v1/evidence/{}/shown?case={case}", kept.json()["id"].as_str().unwrap());
    assert_eq!(app.signed(&cookie, Method::GET, &path, None).await.status, 200, "the agent who has the case sees it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_nobody_asked_for_is_said_in_the_chat_and_read_back_by_its_owner() {
    let app = TestApp::new().await;
    let (case, token, secret, _) = face_to_face(&app).await;
    let kept = app.send(photograph(&token, &secret, "", &jpeg(), &jpeg())).await.json();
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!(held.chat.last().unwrap().image.unwrap().to_string(), kept["id"].as_str().unwrap());
    let read = |secret: &str, id: &str| {
        let request = call(Method::GET, &format!("/v1/customer/evidence/{id}"), None).header("authorization", &format!("Bearer {secret}"));
        request.header("recourse-link", &token).body_of()
    };
    let id = kept["id"].as_str().unwrap();
    let seen = app.send(read(&secret, id)).await;
    assert_eq!((seen.status.as_u16(), seen.header("content-type")), (200, "image/jpeg"));
    assert_eq!(app.send(read("wrong", id)).await.status, 401);
    assert_eq!(app.send(read(&secret, "evd_00000000000000000000000000000009")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_there_are_no_photographs() {
    let app = TestApp::new().await;
    let (_, token) = app.case(report("onb-1")).await;
    let body = claim(&token, &look(&app, &token).await);
    let secret = app.page("/v1/customer/claim", body).await.json()["client_secret"].as_str().unwrap().to_owned();
    let early = app.send(photograph(&token, &secret, "&command=1", &jpeg(), &jpeg())).await;
    assert_eq!(early.problem(), (409, "session_not_live".to_owned()));
}
