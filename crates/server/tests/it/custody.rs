//! Hold, erasure on request, the customer's copy, and passes, as people and systems ask for them.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::floor::{decide, live, on_duty, queued};
use crate::test_app::{Reply, TestApp, as_bank, call, jpeg, report};
use axum::http::Method;
use domain::decision::{ReasonCode, Verdict};
use domain::time::Span;
use serde_json::{Value, json};

async fn with_image(app: &TestApp) -> (String, String) {
    let (case, _) = app.case(report("onb-1")).await;
    let request = call(Method::POST, &format!("/v1/cases/{case}/images?slot=document_front"), None)
        .header("authorization", &format!("Bearer {}", app.bank.key))
        .header("content-type", "image/jpeg")
        .body(jpeg());
    let image = app.send(request).await.json()["id"].as_str().unwrap().to_owned();
    (case, image)
}

/// The link runs out unused.
async fn expired(app: &TestApp, case: &str) {
    app.clock.advance(Span::minutes(24 * 60));
    server::workers::deadlines::once(&app.app).await.unwrap();
    let row = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!(row.phase_name(), "expired");
}

async fn post(app: &TestApp, cookie: &str, path: &str, body: Value) -> Reply {
    app.signed(cookie, Method::POST, path, Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_set_with_a_reason_refuses_erasure_with_that_reason_and_only_an_admin_lifts_it() {
    let app = TestApp::new().await;
    let (case, _) = with_image(&app).await;
    let at = |what: &str| format!("/v1/admin/cases/{case}/{what}");
    // First, because people who do nothing for a day are signed out.
    expired(&app, &case).await;
    let (_, agent) = app.person(&app.bank, "agent").await;
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let (_, supervisor) = app.person(&app.bank, "supervisor").await;
    let (_, admin) = app.person(&app.bank, "admin").await;
    assert_eq!(post(&app, &agent, &at("hold"), json!({ "reason": "a court asked" })).await.status, 403);
    assert_eq!(post(&app, &auditor, &at("erase"), json!({ "cause": "customer_request" })).await.status, 403);
    assert_eq!(post(&app, &supervisor, &at("hold"), json!({ "reason": "x" })).await.problem().1, "reason_missing");
    let held = post(&app, &supervisor, &at("hold"), json!({ "reason": "a court asked" })).await;
    assert_eq!(held.status, 200, "{held:?}");
    assert_eq!(held.json()["hold"]["reason"], "a court asked");
    let refused = post(&app, &admin, &at("erase"), json!({ "cause": "customer_request" })).await;
    assert_eq!(refused.problem(), (409, "under_hold".to_owned()));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("Test supervisor") && detail.contains("a court asked"), "{detail}");
    assert_eq!(post(&app, &supervisor, &at("release"), json!({ "reason": "it is done" })).await.status, 403);
    assert_eq!(post(&app, &admin, &at("release"), json!({ "reason": "it is done" })).await.status, 200);
    let erased = post(&app, &admin, &at("erase"), json!({ "cause": "customer_request" })).await;
    assert_eq!(erased.status, 200, "nobody decided, so no rule keeps it: {erased:?}");
    let log = app.app.engine.store.audit_of_case(case.parse().unwrap(), 0, 100).await.unwrap();
    for kind in ["hold_set", "erasure_refused", "hold_lifted", "evidence_erased"] {
        assert_eq!(log.iter().filter(|row| row.entry.kind == kind).count(), 1, "{kind}");
    }
    assert!(!serde_json::to_string(&log.iter().map(|row| &row.entry.body).collect::<Vec<_>>()).unwrap().contains("court"));
    let file = app.signed(&admin, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.json();
    assert_eq!((file["row"]["name"].as_str(), file["row"]["reference"].as_str()), (Some(""), Some("")));
    assert_eq!(file["custody"]["erased"]["cause"], "customer_request");
    assert_eq!(file["custody"]["erased"]["by"], "Test admin");
    assert_eq!(file["custody"]["erased"]["images"], 1);
    assert_eq!(file["evidence"], json!([]));
    let found = app.signed(&admin, Method::GET, "/v1/admin/cases?q=aisyah", None).await.json();
    assert_eq!(found["rows"], json!([]), "the name finds nothing any more");
    let api = app.api(Method::GET, &format!("/v1/cases/{case}"), None).await;
    assert_eq!(api.status, 200, "what was decided can still be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_before_its_time_is_refused_with_the_line_that_keeps_the_case() {
    let app = TestApp::new().await;
    let customer = queued(&app, report("onb-1")).await;
    let sari = on_duty(&app, &[]).await;
    live(&app.app, customer.case, sari.id).await;
    decide(&app.app, customer.case, sari.id, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
    let case = customer.case;
    let (_, admin) = app.person(&app.bank, "admin").await;
    let refused = post(&app, &admin, &format!("/v1/admin/cases/{case}/erase"), json!({ "cause": "customer_request" })).await;
    assert_eq!(refused.problem(), (409, "retention_runs".to_owned()), "{refused:?}");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("Singapore") && detail.contains("5 years") && detail.contains("2031"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customers_copy_holds_their_data_and_images_in_one_archive_and_is_logged() {
    let app = TestApp::new().await;
    let (case, image) = with_image(&app).await;
    let path = format!("/v1/admin/cases/{case}/copy");
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    assert_eq!(app.signed(&auditor, Method::GET, &path, None).await.status, 403);
    let (_, admin) = app.person(&app.bank, "admin").await;
    let reply = app.signed(&admin, Method::GET, &path, None).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/zip"));
    let members = members(&reply.bytes);
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["data.json", &format!("images/{image}.jpg")]);
    assert_eq!(members[1].1, jpeg());
    let data: Value = serde_json::from_slice(&members[0].1).unwrap();
    assert_eq!(data["customer"]["name"], "Nur Aisyah binti Rahman");
    assert_eq!(data["customer"]["phone"], "+6591234567");
    assert_eq!(data["typed_in_the_form"]["birth_date"], "1982-09-08");
    let log = app.app.engine.store.audit_of_case(case.parse().unwrap(), 0, 100).await.unwrap();
    assert_eq!(log.iter().filter(|row| row.entry.kind == "subject_access_exported").count(), 1);
}

/// The members of an archive, by its directory.
fn members(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let number = |at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().unwrap()) as usize;
    let short = |at: usize| usize::from(u16::from_le_bytes(zip[at..at + 2].try_into().unwrap()));
    let (mut at, mut all) = (number(end + 16), Vec::new());
    for _ in 0..short(end + 10) {
        let (size, name, place) = (number(at + 24), short(at + 28), number(at + 42));
        let word = String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap();
        let bytes = place + 30 + name;
        all.push((word, zip[bytes..bytes + size].to_vec()));
        at += 46 + name;
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_opens_what_it_says_of_its_own_case_until_it_runs_out_and_every_use_is_logged() {
    let app = TestApp::new().await;
    let (case, image) = with_image(&app).await;
    let granted = app.api(Method::POST, &format!("/v1/cases/{case}/access"), Some(json!({ "scope": ["images"], "minutes": 10 }))).await;
    assert_eq!(granted.status, 201, "{granted:?}");
    let token = granted.json()["token"].as_str().unwrap().to_owned();
    let ask =
        async |path: &str| app.send(call(Method::GET, path, None).header("authorization", &format!("Bearer {token}")).body_of()).await;
    let at = format!("/v1/cases/{case}/evidence");
    let list = ask(&at).await.json();
    assert_eq!((list["images"][0]["id"].as_str(), list["recordings"].as_array().map(Vec::len)), (Some(image.as_str()), Some(0)));
    let original = format!("{at}/images/{image}/original");
    for _ in 0..2 {
        assert_eq!(ask(&original).await.bytes.as_ref(), jpeg().as_slice());
    }
    let log = app.app.engine.store.audit_of_case(case.parse().unwrap(), 0, 100).await.unwrap();
    let uses: Vec<_> = log.iter().filter(|row| row.entry.kind == "evidence_viewed").collect();
    assert_eq!(uses.len(), 2, "each use");
    assert_eq!(uses[0].entry.body["pass"], log.iter().find(|row| row.entry.kind == "pass_issued").unwrap().entry.body["pass"]);
    assert!(!serde_json::to_string(&uses[0].entry.body).unwrap().contains(&token));
    let recording = format!("{at}/recordings/ses_00000000000000000000000000000001/customer/0");
    assert_eq!(ask(&recording).await.problem(), (403, "pass_scope".to_owned()));
    let (other, _) = app.case(report("onb-2")).await;
    assert_eq!(ask(&format!("/v1/cases/{other}/evidence")).await.problem().0, 404, "of its own case only");
    assert_eq!(ask(&format!("/v1/cases/{case}")).await.problem().1, "api_key_needed", "and nothing but evidence");
    app.clock.advance(Span::minutes(10));
    assert_eq!(ask(&original).await.problem(), (401, "pass_needed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_is_asked_for_with_bounds_and_by_its_own_tenant() {
    let app = TestApp::new().await;
    let (case, _) = with_image(&app).await;
    let path = format!("/v1/cases/{case}/access");
    for body in
        [json!({ "scope": [], "minutes": 5 }), json!({ "scope": ["images"], "minutes": 61 }), json!({ "scope": ["keys"], "minutes": 5 })]
    {
        assert_eq!(app.api(Method::POST, &path, Some(body)).await.status, 422);
    }
    let other = app.other_bank().await;
    let reply = app.send(as_bank(&other, Method::POST, &path, Some(json!({ "scope": ["images"], "minutes": 5 })))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotent_answer_goes_with_its_case() {
    let app = TestApp::new().await;
    let send = async || {
        let request = call(Method::POST, "/v1/cases", Some(report("onb-1")))
            .header("authorization", &format!("Bearer {}", app.bank.key))
            .header("idempotency-key", "k1");
        app.send(request.body_of()).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), &first.bytes), (201, &second.bytes));
    let case: domain::ids::CaseId = first.json()["id"].as_str().unwrap().parse().unwrap();
    let row = app.app.engine.store.idempotency(app.bank.tenant, "k1".to_owned()).await.unwrap().unwrap();
    assert!(app.app.engine.kms.open_small(app.bank.tenant, b"idempotency/k1", &row.response).is_err(), "the tenant's keys do not open it");
    let keys = app.app.engine.store.keys();
    let key = keys.of_case(case).await.unwrap().remove(0);
    keys.destroy(key.id, app.app.engine.now()).await.unwrap();
    assert_eq!(send().await.problem(), (410, "evidence_erased".to_owned()));
}
