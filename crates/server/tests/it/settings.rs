//! What a bank sets by itself: seen by its customers at once, refused when it is wrong, kept in the log.

use crate::test_app::{Reply, TestApp, call, report};
use axum::http::Method;
use serde_json::{Value, json};

const PATH: &str = "/v1/admin/settings";

/// An admin at work.
struct Editor<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl<'a> Editor<'a> {
    async fn of(app: &'a TestApp) -> Self {
        Self { app, cookie: app.person(&app.bank, "admin").await.1 }
    }

    async fn read(&self) -> Value {
        self.app.signed(&self.cookie, Method::GET, PATH, None).await.json()
    }

    async fn save(&self, from: u64, body: &Value) -> Reply {
        self.app.signed(&self.cookie, Method::PUT, PATH, Some(json!({ "from_version": from, "body": body }))).await
    }

    /// The newest settings with one field changed.
    async fn set(&self, pointer: &str, value: Value) -> Reply {
        let view = self.read().await;
        let mut body = view["body"].clone();
        match body.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => body[pointer.trim_start_matches('/')] = value,
        }
        self.save(view["version"].as_u64().unwrap(), &body).await
    }
}

async fn framers(app: &TestApp) -> String {
    let reply = app.send(call(Method::GET, "/v", None).body_of()).await;
    let policy = reply.header("content-security-policy").to_owned();
    policy.split("; ").find_map(|d| d.strip_prefix("frame-ancestors ")).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_lets_its_own_page_frame_ours_and_browsers_are_told_at_once() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    assert_eq!(framers(&app).await, "'self'");
    let saved = admin.set("/frame_ancestors", json!(["https://www.bank.example", "https://*.bank.example:8443"])).await;
    assert_eq!((saved.status.as_u16(), saved.json()["version"].as_u64()), (200, Some(2)));
    assert_eq!(framers(&app).await, "'self' https://*.bank.example:8443 https://www.bank.example");
    for other in ["/agent", "/admin", "/bank"] {
        let page = app.send(call(Method::GET, other, None).body_of()).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("require-trusted-types-for 'script'"), "{other}: {policy}");
    }
    assert_eq!(admin.set("/frame_ancestors", json!([])).await.status, 200);
    assert_eq!(framers(&app).await, "'self'", "and taken back at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bank_cannot_crowd_the_header_out_for_the_others() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    let long = |n: usize| format!("https://{}.{}.bank{n:02}.example", "a".repeat(60), "b".repeat(60));
    let many: Vec<String> = (0..20).map(long).collect();
    assert_eq!(admin.set("/frame_ancestors", json!(many)).await.problem(), (409, "limit_reached_framers".to_owned()));
    assert_eq!(admin.set("/frame_ancestors", json!(many[..15])).await.status, 200);
    let other = app.other_bank().await;
    let cookie = app.person(&other, "admin").await.1;
    let next = Editor { app: &app, cookie };
    assert_eq!(
        next.set("/frame_ancestors", json!([long(97), long(98), long(99)])).await.problem(),
        (409, "limit_reached_framers".to_owned())
    );
    assert_eq!(next.set("/frame_ancestors", json!(["https://small.example"])).await.status, 200);
    assert!(framers(&app).await.contains("https://small.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_value_is_refused_by_its_path_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    for (pointer, value, at, code) in [
        ("/brand", json!(""), "/body/brand", "length"),
        ("/brand", json!("x".repeat(61)), "/body/brand", "length"),
        ("/brand", json!("a\u{202e}b"), "/body/brand", "control_character"),
        ("/brand", json!(7), "/body/brand", "wrong_type"),
        ("/color", json!("blue"), "/body/color", "not_a_color"),
        ("/color", json!("#7a7a7a"), "/body/color", "contrast"),
        ("/privacy_url", json!("http://bank.example"), "/body/privacy_url", "not_an_address"),
        ("/return_url", json!("javascript:alert(1)"), "/body/return_url", "not_an_address"),
        ("/frame_ancestors", json!(["https://bank.example/path"]), "/body/frame_ancestors/0", "not_an_origin"),
        ("/frame_ancestors", json!(["https://*"]), "/body/frame_ancestors/0", "not_an_origin"),
        ("/frame_ancestors", json!(["https://a.example", "https://a.example"]), "/body/frame_ancestors/1", "repeated"),
        ("/frame_ancestors", json!(vec!["https://a.example"; 21]), "/body/frame_ancestors", "too_many"),
        ("/consent", json!({ "en": "We record." }), "/body/consent/en", "length"),
        ("/consent", json!({ "en": "By tapping you agree to be recorded." }), "/body/consent/en", "brand_missing"),
        ("/consent", json!({ "xx": "By tapping you agree that {brand} records." }), "/body/consent/xx", "unknown_locale"),
        ("/canned", json!([{ "key": "Hi!", "texts": { "en": "Hi" } }]), "/body/canned/0/key", "not_a_key"),
        ("/canned", json!([{ "key": "hi", "texts": { "en": "{phone}" } }]), "/body/canned/0/texts/en", "unknown_blank"),
        ("/canned", json!([{ "key": "hi", "texts": {} }]), "/body/canned/0/texts", "length"),
        ("/canned", json!(vec![json!({ "key": "hi", "texts": { "en": "Hi" } }); 51]), "/body/canned", "too_many"),
        ("/questions", json!([{ "key": "purpose", "texts": { "en": "Why?" } }]), "/body/questions/0/key", "reserved"),
        ("/questions", json!([{ "key": "branch", "texts": { "en": "Where, {name}?" } }]), "/body/questions/0/texts/en", "unknown_blank"),
        ("/questions", json!([{ "key": "branch", "texts": { "en": "?".repeat(201) } }]), "/body/questions/0/texts/en", "length"),
        ("/logo", json!("x"), "/body/logo", "unknown_field"),
    ] {
        let reply = admin.set(pointer, value.clone()).await;
        assert_eq!(reply.problem(), (422, "invalid_fields".to_owned()), "{pointer} {value}");
        let errors = reply.json()["errors"].clone();
        let said: Vec<(&str, &str)> =
            errors.as_array().unwrap().iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect();
        assert!(said.contains(&(at, code)), "{pointer} {value}: {said:?}");
    }
    assert_eq!(admin.read().await["version"], 1);
    let log = app.app.engine.store.audit_page(app.bank.tenant, None, 50).await.unwrap();
    assert!(!log.iter().any(|row| row.entry.kind == "settings_changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_admins_who_edit_at_once_the_second_is_told() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    let mut body = admin.read().await["body"].clone();
    body["color"] = json!("#0B5D66");
    let saved = admin.save(1, &body).await.json();
    assert_eq!((saved["version"].as_u64(), saved["body"]["color"].as_str()), (Some(2), Some("#0b5d66")));
    body["brand"] = json!("Late Bank");
    assert_eq!(admin.save(1, &body).await.problem(), (409, "settings_version".to_owned()));
    assert_eq!(admin.read().await["body"]["brand"], "Harbour Bank");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_an_entry_of_the_log_that_names_what_changed_and_by_whom() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    admin.set("/send_first_link", json!(true)).await;
    admin.set("/brand", json!("Harbour")).await;
    let log = app.app.engine.store.audit_page(app.bank.tenant, None, 50).await.unwrap();
    let edits: Vec<_> = log.iter().filter(|row| row.entry.kind == "settings_changed").map(|row| &row.entry).collect();
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().all(|e| e.actor.starts_with("agent:agt_") && e.body["sha256"].as_str().is_some_and(|s| s.len() == 64)));
    assert_eq!((&edits[0].body["changed"], &edits[0].body["version"]), (&json!(["brand"]), &json!(3)));
    assert_eq!((&edits[1].body["changed"], &edits[1].body["consent_version"]), (&json!(["send_first_link"]), &json!(1)));
    assert_eq!(edits[0].body["consent_version"], 2, "the name stands in the consent text");
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_see_the_new_words_and_agree_to_them_and_not_to_the_old_ones() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    let (case, token) = app.case(report("onb-1")).await;
    let look = async || app.page("/v1/customer/look", json!({ "token": token })).await.json();
    let before = look().await;
    let own = "Dengan mengetik, anda membenarkan {brand} merakam panggilan ini.";
    admin.set("/consent", json!({ "ms": own })).await;
    admin.set("/color", json!("#102030")).await;
    let after = look().await;
    assert_eq!(after["consent"]["text"], own.replace("{brand}", "Harbour Bank"));
    assert_eq!((after["consent"]["version"].as_u64(), after["brand"]["color"].as_str()), (Some(2), Some("#102030")));
    let claim = |link: &Value| {
        let consent = json!({ "sha256": link["consent"]["sha256"], "locale": link["consent"]["locale"] });
        json!({ "token": token, "consent": consent, "mode": "video" })
    };
    assert_eq!(app.page("/v1/customer/claim", claim(&before)).await.problem(), (409, "consent_outdated".to_owned()));
    assert_eq!(app.page("/v1/customer/claim", claim(&after)).await.status, 200);
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!((held.consents[0].version, held.consents[0].text.contains("Harbour Bank")), (2, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_find_the_banks_own_replies_and_one_of_the_same_name_replaces_ours() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    let own = json!([{ "key": "hello", "texts": { "en": "Good day {name}" } }, { "key": "branch", "texts": { "th": "สาขา" } }]);
    assert_eq!(admin.set("/canned", own).await.status, 200);
    let (_, agent) = app.person(&app.bank, "agent").await;
    let replies = app.signed(&agent, Method::GET, "/v1/agent/canned", None).await.json();
    let of = |key: &str| replies.as_array().unwrap().iter().filter(|r| r["key"] == key).cloned().collect::<Vec<_>>();
    assert_eq!(of("hello"), [json!({ "key": "hello", "texts": { "en": "Good day {name}" } })]);
    assert_eq!((of("branch").len(), of("glare").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_banks_own_questions_are_kept_and_named_in_the_log_without_their_words() {
    let app = TestApp::new().await;
    let admin = Editor::of(&app).await;
    let own = json!([{ "key": "branch", "texts": { "en": "Which is your branch?", "th": "สาขาไหน" } }]);
    assert_eq!(admin.set("/questions", own.clone()).await.status, 200);
    assert_eq!(admin.read().await["body"]["questions"], own);
    let log = app.app.engine.store.audit_page(app.bank.tenant, None, 50).await.unwrap();
    let entry = log.iter().find(|row| row.entry.kind == "settings_changed").unwrap();
    assert_eq!(entry.entry.body["changed"], json!(["questions"]));
    assert!(!entry.entry.body.to_string().contains("branch"));
}
