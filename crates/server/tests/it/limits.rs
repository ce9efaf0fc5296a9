//! What the server does at its edges: proxies before it, a disk that fills, a queue that is closed.

use crate::floor::{claim, queued, tell};
use crate::test_app::{TestApp, as_bank, call, jpeg, report};
use axum::http::Method;
use domain::case::Input;
use domain::time::Span;
use serde_json::{Value, json};
use server::state::Limits;

fn look_from(token: &str, forwarded: &str) -> axum::http::Request<axum::body::Body> {
    call(Method::POST, "/v1/customer/look", Some(json!({ "token": token })))
        .header("recourse-page", "1")
        .header("x-forwarded-for", forwarded)
        .body_of()
}

/// How many wrong tokens an address may try; the address is told by a proxy.
async fn tries(app: &TestApp, proxy: [u8; 4], forwarded: &str) -> usize {
    for n in 0..100 {
        let reply = app.send_from(look_from("nonsense", forwarded), proxy.into()).await;
        if reply.status == 429 {
            return n;
        }
    }
    panic!("never limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_behind_our_proxy_are_told_apart_and_nobody_invents_an_address() {
    let limits = Limits { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Limits::default() };
    let app = TestApp::with(limits).await;
    let budget = tries(&app, [10, 0, 0, 1], "198.51.100.1").await;
    assert!(budget > 5, "{budget}");
    assert_eq!(tries(&app, [10, 0, 0, 2], "198.51.100.1").await, 0, "the same caller by another proxy");
    assert!(tries(&app, [10, 0, 0, 1], "198.51.100.2").await > 5, "another caller by the same proxy");
    assert_eq!(tries(&app, [10, 0, 0, 1], "203.0.113.5, 198.51.100.2").await, 0, "what stands left of it counts for nothing");
    assert!(tries(&app, [203, 0, 113, 9], "198.51.100.3").await > 5);
    assert_eq!(tries(&app, [203, 0, 113, 9], "198.51.100.4").await, 0, "only our proxies are believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_keeps_the_address_of_the_customer_and_not_of_the_proxy() {
    let limits = Limits { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Limits::default() };
    let app = TestApp::with(limits).await;
    let (case, token) = app.case(report("onb-1")).await;
    let link = app.page("/v1/customer/look", json!({ "token": token })).await.json();
    let consent = json!({ "sha256": link["consent"]["sha256"], "locale": link["consent"]["locale"] });
    let body = json!({ "token": token, "consent": consent, "mode": "video" });
    let request =
        call(Method::POST, "/v1/customer/claim", Some(body)).header("recourse-page", "1").header("x-forwarded-for", "198.51.100.77");
    assert_eq!(app.send_from(request.body_of(), [10, 0, 0, 1].into()).await.status, 200);
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!(held.consents[0].address.reveal(), "198.51.100.77");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_nearly_full_disk_no_new_work_is_taken_and_nothing_is_written() {
    // More than there can be: every disk is too full for it.
    let app = TestApp::with(Limits { least_free: 1.1, ..Limits::default() }).await;
    let before = app.app.engine.store.gauges().await.unwrap().unsequenced_entries;
    let refused = app.send(as_bank(&app.bank, Method::POST, "/v1/cases", Some(report("onb-1")))).await;
    assert_eq!(refused.problem(), (503, "storage_low".to_owned()));
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(app.app.engine.store.gauges().await.unwrap().unsequenced_entries, before);
    assert_eq!(app.api(Method::GET, "/v1/cases", None).await.json()["cases"], json!([]));
    let ready = app.send(call(Method::GET, "/readyz", None).body_of()).await;
    assert_eq!((ready.status.as_u16(), ready.json()["storage"].as_str()), (503, Some("low")), "others should get the work");
}

/// The bank's queue opens at noon, UTC; the tests begin at nine.
async fn open_at_noon(app: &TestApp) {
    let (_, admin) = app.person(&app.bank, "admin").await;
    let mut body = app.signed(&admin, Method::GET, "/v1/admin/policy", None).await.json()["body"].clone();
    let day = json!([[720, 1080]]);
    body["hours"] = json!({ "zone": "UTC", "week": [day, day, day, day, day, day, day] });
    let saved = app.signed(&admin, Method::PUT, "/v1/admin/policy", Some(json!({ "from_version": 1, "body": body }))).await;
    assert_eq!(saved.status, 200, "{saved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_closed_hours_nobody_queues_and_the_way_on_is_a_call_back_at_the_opening() {
    let app = TestApp::new().await;
    open_at_noon(&app).await;
    let (case, token) = app.case(report("onb-1")).await;
    let link = app.page("/v1/customer/look", json!({ "token": token })).await.json();
    assert_eq!((link["state"].as_str(), link["opens_at"].as_str()), (Some("closed_hours"), Some("2026-11-23T12:00:00.000000Z")));
    let consent = json!({ "sha256": link["consent"]["sha256"], "locale": link["consent"]["locale"] });
    let claim = json!({ "token": token, "consent": consent, "mode": "video" });
    assert_eq!(app.page("/v1/customer/claim", claim).await.problem(), (409, "closed_hours".to_owned()));
    let booked = app.page("/v1/customer/call-back", json!({ "token": token })).await.json();
    assert_eq!(booked["at"], "2026-11-23T12:00:00.000000Z");

    app.clock.advance(Span::minutes(180));
    server::workers::deadlines::once(&app.app).await.unwrap();
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!((held.phase_name(), held.invitations), ("invited", 2), "a new link went out");
    let old: Value = app.page("/v1/customer/look", json!({ "token": token })).await.json();
    assert_eq!(old["state"], "replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_waits_when_the_queue_closes_keeps_the_place() {
    let app = TestApp::new().await;
    let waiting = queued(&app, report("onb-1")).await;
    open_at_noon(&app).await;
    tell(&app.app.engine, waiting.case, Input::CustomerGone).await;
    tell(&app.app.engine, waiting.case, claim(waiting.case.0, 77)).await;
    assert_eq!(app.app.engine.case(waiting.case).await.unwrap().phase_name(), "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_without_a_camera_sends_pictures_while_waiting() {
    let app = TestApp::new().await;
    let (case, token) = app.case(report("onb-1")).await;
    let link = app.page("/v1/customer/look", json!({ "token": token })).await.json();
    let consent = json!({ "sha256": link["consent"]["sha256"], "locale": link["consent"]["locale"] });
    let claimed = app.page("/v1/customer/claim", json!({ "token": token, "consent": consent, "mode": "photos" })).await.json();
    let digest = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(domain::digest::Digest::of(&jpeg()).0)
    };
    let send = || {
        call(Method::POST, "/v1/customer/photographs?slot=document_front", None)
            .header("authorization", &format!("Bearer {}", claimed["client_secret"].as_str().unwrap()))
            .header("recourse-link", &token)
            .header("content-type", "image/jpeg")
            .header("content-digest", &format!("sha-256=:{digest}:"))
            .body(jpeg())
    };
    let kept = app.send(send()).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    app.send(send()).await;
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!((held.phase_name(), held.evidence.len(), held.chat.len()), ("waiting", 1, 1), "once, and said in the chat");
    assert_eq!(held.chat[0].image, Some(held.evidence[0].id));
}
