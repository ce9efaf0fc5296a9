//! What the bank sends: good reports open one case, bad ones leave nothing behind.

use crate::test_app::{TestApp, as_bank, call, encoded, jpeg, report};
use axum::http::Method;
use serde_json::{Value, json};

async fn count(app: &TestApp) -> usize {
    app.api(Method::GET, "/v1/cases", None).await.json()["cases"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_opens_a_case_and_its_link_is_in_that_answer_only() {
    let app = TestApp::new().await;
    let reply = app.api(Method::POST, "/v1/cases", Some(report("onb-1"))).await;
    assert_eq!(reply.status, 201);
    let case = reply.json();
    assert_eq!((case["phase"].as_str(), case["recovery"]["mode"].as_str()), (Some("invited"), Some("automatic")));
    assert!(case["recovery"]["because"].as_str().unwrap().contains("policy version 1"));
    let url = case["recovery"]["url"].as_str().unwrap();
    assert!(url.starts_with("http://bank.test/v#") && url.len() > 60, "{url}");
    let again = app.api(Method::GET, &format!("/v1/cases/{}", case["id"].as_str().unwrap()), None).await;
    assert_eq!(again.json()["recovery"]["url"], Value::Null);
    assert_eq!(again.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_a_422_that_names_it_and_nothing_is_written() {
    let app = TestApp::new().await;
    for (pointer, value, code) in [
        ("/check/scores/document", json!(1.5), "out_of_range"),
        ("/jurisdiction", json!("XX"), "unknown_jurisdiction"),
        ("/claimed/birth_date", json!("2031-01-01"), "in_the_future"),
        ("/check/attempt", json!("two"), "wrong_type"),
        ("/check/reasons/0", json!("bad_mood"), "unknown_value"),
        ("/customer/name", json!("x".repeat(300)), "length"),
        ("/customer/phone", json!("12345"), "not_a_phone"),
    ] {
        let mut body = report("onb-1");
        *body.pointer_mut(pointer).unwrap() = value;
        let reply = app.api(Method::POST, "/v1/cases", Some(body)).await;
        assert_eq!(reply.problem(), (422, "invalid_fields".to_owned()), "{pointer}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let error = &reply.json()["errors"][0];
        assert_eq!((error["pointer"].as_str(), error["code"].as_str()), (Some(pointer), Some(code)), "{error}");
    }
    let mut unknown = report("onb-1");
    unknown["customer"]["nickname"] = json!("N");
    let reply = app.api(Method::POST, "/v1/cases", Some(unknown)).await;
    assert_eq!(reply.json()["errors"][0]["pointer"], "/customer/nickname");
    assert_eq!(reply.json()["errors"][0]["code"], "unknown_field");
    assert_eq!(count(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_not_json_or_too_large_are_refused_by_stable_codes() {
    let app = TestApp::new().await;
    let bearer = format!("Bearer {}", app.bank.key);
    let send = async |kind: &str, body: String| {
        let request = call(Method::POST, "/v1/cases", None).header("authorization", &bearer).header("content-type", kind).body(body);
        app.send(request).await.problem()
    };
    assert_eq!(send("application/json", "{\"reference\": ".to_owned()).await, (400, "malformed_json".to_owned()));
    assert_eq!(send("text/plain", report("a").to_string()).await, (415, "unsupported_media_type".to_owned()));
    let mut huge = report("a");
    huge["customer"]["name"] = json!("n".repeat(2_000_000));
    assert_eq!(send("application/json", huge.to_string()).await, (413, "body_too_large".to_owned()));
    assert_eq!(count(&app).await, 0);
    assert_eq!(app.api(Method::PATCH, "/v1/cases", None).await.problem(), (405, "method_not_allowed".to_owned()));
    assert_eq!(app.api(Method::GET, "/v1/nothing", None).await.problem(), (404, "not_found".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_give_the_same_answer_and_another_body_is_refused() {
    let app = TestApp::new().await;
    let send = async |body: Value| {
        let request = call(Method::POST, "/v1/cases", Some(body))
            .header("authorization", &format!("Bearer {}", app.bank.key))
            .header("idempotency-key", "k-1")
            .body_of();
        app.send(request).await
    };
    let first = send(report("onb-1")).await;
    let second = send(report("onb-1")).await;
    assert_eq!((first.status, second.status), (201.try_into().unwrap(), 201.try_into().unwrap()));
    assert_eq!(first.json(), second.json(), "the link too");
    assert_eq!(send(report("onb-2")).await.problem(), (422, "idempotency_key_reused".to_owned()));
    assert_eq!(count(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sent_twice_at_once_opens_one_case() {
    let app = TestApp::new().await;
    let request = || {
        call(Method::POST, "/v1/cases", Some(report("onb-1")))
            .header("authorization", &format!("Bearer {}", app.bank.key))
            .header("idempotency-key", "k-1")
            .body_of()
    };
    let (a, b) = tokio::join!(app.send(request()), app.send(request()));
    for reply in [&a, &b] {
        assert!(reply.status == 201 || reply.problem() == (409, "idempotency_in_flight".to_owned()), "{reply:?}");
    }
    assert!(a.status == 201 || b.status == 201);
    assert_eq!(count(&app).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_belongs_to_one_open_case() {
    let app = TestApp::new().await;
    let (case, _) = app.case(report("onb-1")).await;
    let reply = app.api(Method::POST, "/v1/cases", Some(report("onb-1"))).await;
    assert_eq!(reply.problem(), (409, "reference_in_use".to_owned()));
    assert!(reply.json()["detail"].as_str().unwrap().contains(&case));
    let check = json!({ "check": { "attempt": 3, "outcome": "failed", "reasons": ["document_blur"] } });
    let added = app.api(Method::POST, &format!("/v1/cases/{case}/reports"), Some(check)).await;
    assert_eq!((added.status.as_u16(), added.json()["reports"].as_array().unwrap().len()), (200, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_kept_twice_sealed_and_bombs_leave_nothing() {
    let app = TestApp::new().await;
    let (case, _) = app.case(report("onb-1")).await;
    let upload = async |kind: &str, bytes: Vec<u8>| {
        let path = format!("/v1/cases/{case}/images?slot=document_front");
        let request =
            call(Method::POST, &path, None).header("authorization", &format!("Bearer {}", app.bank.key)).header("content-type", kind);
        app.send(request.body(bytes)).await
    };
    let bomb = encoded(8_000, 8_000, image::ImageFormat::Png);
    assert!(bomb.len() < 1_000_000, "it is small on the wire");
    assert_eq!(upload("image/png", bomb).await.problem(), (422, "image_too_many_pixels".to_owned()));
    assert_eq!(
        upload("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()).await.problem(),
        (415, "image_is_svg".to_owned())
    );
    assert_eq!(upload("image/jpeg", vec![0xff; 11 * 1024 * 1024]).await.problem(), (413, "body_too_large".to_owned()));
    assert_eq!(upload("text/html", jpeg()).await.problem(), (415, "unsupported_media_type".to_owned()));
    assert!(app.app.blobs.list("evidence").unwrap().is_empty(), "nothing half-written");

    let kept = upload("image/jpeg", jpeg()).await;
    assert_eq!((kept.status.as_u16(), kept.json()["width"].as_u64()), (201, Some(640)));
    let stored = app.app.blobs.list("evidence").unwrap();
    assert_eq!(stored.len(), 2);
    let original = app.app.blobs.get(stored.iter().find(|n| n.ends_with(".original")).unwrap()).unwrap();
    assert!(!original.windows(3).any(|w| w == b"\xff\xd8\xff"), "sealed");
    assert_eq!(upload("image/jpeg", jpeg()).await.json()["id"], kept.json()["id"], "the same bytes are one image");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_on_by_a_cursor_that_only_its_tenant_can_use() {
    let app = TestApp::new().await;
    for n in 0..3 {
        app.case(report(&format!("onb-{n}"))).await;
        app.clock.advance(domain::time::Span::seconds(1));
    }
    let first = app.api(Method::GET, "/v1/cases?limit=2", None).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.api(Method::GET, &format!("/v1/cases?limit=2&cursor={cursor}"), None).await.json();
    let references =
        |page: &Value| page["cases"].as_array().unwrap().iter().map(|c| c["reference"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!((references(&first), references(&rest)), (vec!["onb-2".to_owned(), "onb-1".to_owned()], vec!["onb-0".to_owned()]));
    let other = app.other_bank().await;
    let stolen = app.send(as_bank(&other, Method::GET, &format!("/v1/cases?cursor={cursor}"), None)).await;
    assert_eq!(stolen.json()["errors"][0]["code"], "bad_cursor");
}
