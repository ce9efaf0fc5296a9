//! Who may ask what: every address, every role, and the neighbour's tenant.

use crate::test_app::{TestApp, as_bank, call, jpeg, report};
use axum::http::Method;
use serde_json::{Value, json};

/// Address, and what each role gets: nobody, agent, supervisor, auditor, admin.
fn matrix() -> Vec<(Method, &'static str, Option<Value>, [u16; 5])> {
    let rules = json!({ "rules": [], "invitation_minutes": 15, "jurisdiction": "default", "hours": { "zone": "UTC", "week": [[], [], [], [], [], [], []] } });
    let person = json!({ "name": "A B", "email": "ab@bank.test", "role": "agent" });
    let settings = json!({ "brand": "B", "color": "#0b6bcb", "privacy_url": "/privacy" });
    let read = [401, 403, 200, 200, 200];
    vec![
        (Method::GET, "/v1/admin/cases", None, read),
        (Method::GET, "/v1/admin/numbers", None, read),
        (Method::GET, "/v1/admin/agents", None, read),
        (Method::GET, "/v1/admin/policy", None, read),
        (Method::GET, "/v1/admin/endpoints", None, read),
        (Method::GET, "/v1/admin/deliveries", None, read),
        (Method::GET, "/v1/admin/keys", None, read),
        (Method::GET, "/v1/admin/log", None, read),
        (Method::POST, "/v1/admin/policy/simulate", Some(json!({ "body": rules })), read),
        (Method::POST, "/v1/admin/agents", Some(person), [401, 403, 403, 403, 201]),
        (Method::PUT, "/v1/admin/policy", Some(json!({ "from_version": 9, "body": rules })), [401, 403, 403, 403, 409]),
        (Method::POST, "/v1/admin/endpoints", Some(json!({ "url": "https://hook.example/x" })), [401, 403, 403, 403, 201]),
        (Method::POST, "/v1/admin/keys", Some(json!({ "name": "k" })), [401, 403, 403, 403, 201]),
        (Method::DELETE, "/v1/admin/keys/rk_test_nobody", None, [401, 403, 403, 403, 404]),
        (Method::POST, "/v1/admin/deliveries/dlv_00000000000000000000000000000001/replay", None, [401, 403, 403, 403, 404]),
        (
            Method::POST,
            "/v1/admin/cases/case_00000000000000000000000000000001/review",
            Some(json!({ "finding": "approve", "reasons": ["evidence_holds"] })),
            [401, 403, 404, 404, 403],
        ),
        (Method::POST, "/v1/admin/cases/case_00000000000000000000000000000001/review/take", None, [401, 403, 404, 404, 403]),
        (Method::GET, "/v1/admin/cases/case_00000000000000000000000000000001/review", None, [401, 403, 404, 404, 403]),
        (Method::POST, "/v1/admin/reviews/desk", Some(json!({ "ready": true })), [401, 403, 200, 200, 403]),
        (Method::GET, "/v1/admin/reviews", None, read),
        (Method::GET, "/v1/admin/reviews/numbers", None, read),
        (Method::GET, "/v1/admin/people/agt_00000000000000000000000000000001/log", None, [401, 403, 404, 404, 404]),
        (Method::GET, "/v1/admin/people/agt_00000000000000000000000000000001/log.csv", None, [401, 403, 404, 404, 404]),
        (Method::GET, "/v1/admin/cases/case_00000000000000000000000000000001/pack", None, [401, 403, 404, 404, 404]),
        (Method::POST, "/v1/admin/cases/case_00000000000000000000000000000001/pack", None, [401, 403, 404, 404, 404]),
        (Method::GET, "/v1/admin/cases/case_00000000000000000000000000000001/pack/file", None, [401, 403, 404, 404, 404]),
        (Method::GET, "/v1/admin/profiles", None, read),
        (Method::PUT, "/v1/admin/profiles/DE/lines/de.rooms", Some(json!({ "from_version": 9 })), [401, 403, 403, 403, 409]),
        (Method::DELETE, "/v1/admin/agents/agt_00000000000000000000000000000001/certificates/DE", None, [401, 403, 403, 403, 404]),
        (Method::GET, "/v1/admin/settings", None, read),
        (Method::PUT, "/v1/admin/settings", Some(json!({ "from_version": 9, "body": settings })), [401, 403, 403, 403, 409]),
        (Method::GET, "/v1/agent/relays", None, [401, 200, 200, 403, 200]),
        (Method::GET, "/v1/agent/canned", None, [401, 200, 200, 403, 200]),
        (Method::GET, "/v1/agent/reasons", None, [401, 200, 200, 403, 200]),
        (Method::GET, "/v1/me", None, [401, 200, 200, 200, 200]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_asks_for_its_role() {
    let app = TestApp::new().await;
    let mut cookies = vec![String::new()];
    for role in ["agent", "supervisor", "auditor", "admin"] {
        cookies.push(app.person(&app.bank, role).await.1);
    }
    for (method, path, body, want) in matrix() {
        for (cookie, want) in cookies.iter().zip(want) {
            let reply = app.signed(cookie, method.clone(), path, body.clone()).await;
            assert_eq!(reply.status.as_u16(), want, "{method} {path} with {cookie:?}: {:?}", reply.problem());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_things_do_not_exist() {
    let app = TestApp::new().await;
    let (case, _) = app.case(report("onb-1")).await;
    let other = app.other_bank().await;
    for (method, path, body) in [
        (Method::GET, format!("/v1/cases/{case}"), None),
        (Method::POST, format!("/v1/cases/{case}/links"), None),
        (
            Method::POST,
            format!("/v1/cases/{case}/reports"),
            Some(json!({ "check": { "attempt": 1, "outcome": "failed", "reasons": ["document_blur"] } })),
        ),
    ] {
        let reply = app.send(as_bank(&other, method, &path, body)).await;
        assert_eq!(reply.problem(), (404, "not_found".to_owned()), "{path}");
    }
    let (_, cookie) = app.person(&other, "admin").await;
    assert_eq!(app.signed(&cookie, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.status, 404);
    let found = app.signed(&cookie, Method::GET, "/v1/admin/cases?q=onb-1", None).await.json();
    assert_eq!(found["rows"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_missing_unknown_or_revoked_opens_nothing() {
    let app = TestApp::new().await;
    for value in ["", "Bearer rk_test_unknown", "Basic abc"] {
        let reply = app.send(call(Method::GET, "/v1/cases", None).header("authorization", value).body_of()).await;
        assert_eq!(reply.problem(), (401, "api_key_needed".to_owned()));
        assert!(reply.header("www-authenticate").starts_with("Bearer"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_counts_only_from_our_own_page_and_only_for_a_while() {
    let app = TestApp::new().await;
    let (_, cookie) = app.person(&app.bank, "admin").await;
    let post = |origin: Option<&str>, marked: bool| {
        let mut request = call(Method::POST, "/v1/admin/keys", Some(json!({ "name": "k" }))).header("cookie", &cookie);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if marked {
            request = request.header("recourse-page", "1");
        }
        request.body_of()
    };
    assert_eq!(app.send(post(None, false)).await.problem(), (403, "page_header_missing".to_owned()));
    assert_eq!(app.send(post(Some("https://evil.example"), true)).await.problem(), (403, "page_header_missing".to_owned()));
    assert_eq!(app.send(post(Some("http://bank.test"), true)).await.status, 201);
    app.clock.advance(domain::time::Span::minutes(61));
    assert_eq!(app.signed(&cookie, Method::GET, "/v1/me", None).await.problem(), (401, "sign_in_needed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_seen_by_its_tenant_only_and_every_view_is_logged() {
    let app = TestApp::new().await;
    let (case, _) = app.case(report("onb-1")).await;
    let request = call(Method::POST, &format!("/v1/cases/{case}/images?slot=document_front"), None)
        .header("authorization", &format!("Bearer {}", app.bank.key))
        .header("content-type", "image/jpeg")
        .body(jpeg());
    let image = app.send(request).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/evidence/{image}/original?case={case}");
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let before = app.entries(&case).await;
    let seen = app.signed(&auditor, Method::GET, &path, None).await;
    assert_eq!((seen.status.as_u16(), seen.bytes.as_ref()), (200, jpeg().as_slice()));
    assert!(seen.header("content-disposition").starts_with("attachment") && seen.header("content-security-policy").contains("sandbox"));
    app.signed(&auditor, Method::GET, &path, None).await;
    assert_eq!(app.entries(&case).await, before + 1, "twice in a minute is one entry");

    let (_, agent) = app.person(&app.bank, "agent").await;
    assert_eq!(app.signed(&agent, Method::GET, &path, None).await.status, 404, "not the agent's case");
    let other = app.other_bank().await;
    let (_, stranger) = app.person(&other, "admin").await;
    assert_eq!(app.signed(&stranger, Method::GET, &path, None).await.status, 404);
    let log = app.app.engine.store.audit_page(other.tenant, None, 10).await.unwrap();
    assert!(log.iter().any(|row| row.entry.kind == "evidence_refused"));
}
