//! Setting things up: people, keys, policy, endpoints; and signing in.

use crate::test_app::{Bank, TestApp, as_bank, report};
use axum::http::Method;
use serde_json::{Value, json};
use server::adapters::passwords::TotpSecret;

async fn admin(app: &TestApp) -> String {
    app.person(&app.bank, "admin").await.1
}

fn cookie_of(reply: &crate::test_app::Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_signs_in_by_a_link_once_sets_a_password_and_uses_it() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let body = json!({ "name": "Siti Rahma", "email": "Siti@Bank.test", "role": "agent", "skills": ["lang:id"] });
    let made = app.signed(&cookie, Method::POST, "/v1/admin/agents", Some(body.clone())).await.json();
    let url = made["sign_in_url"].as_str().unwrap();
    let token = url.split("signin=").nth(1).unwrap();
    assert_eq!(app.signed(&cookie, Method::POST, "/v1/admin/agents", Some(body)).await.problem(), (409, "email_in_use".to_owned()));

    let entered = app.page("/v1/sign-in/link", json!({ "token": token })).await;
    assert_eq!(entered.json()["name"], "Siti Rahma");
    let set = entered.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    assert_eq!(app.page("/v1/sign-in/link", json!({ "token": token })).await.problem(), (401, "sign_in_failed".to_owned()), "once");

    let siti = cookie_of(&entered);
    let short = app.signed(&siti, Method::POST, "/v1/me/password", Some(json!({ "password": "short" }))).await;
    assert_eq!(short.json()["errors"][0]["code"], "too_short");
    let set = app.signed(&siti, Method::POST, "/v1/me/password", Some(json!({ "password": "a long enough one" }))).await;
    assert_eq!(set.status, 204);
    assert_eq!(app.signed(&siti, Method::GET, "/v1/me", None).await.status, 401, "earlier sign-ins end");
    let by_password = app.page("/v1/sign-in", json!({ "email": "siti@bank.test", "password": "a long enough one" })).await;
    assert_eq!(by_password.status, 200);
    let again = cookie_of(&by_password);
    assert_eq!(app.signed(&again, Method::POST, "/v1/sign-out", None).await.status, 204);
    assert_eq!(app.signed(&again, Method::GET, "/v1/me", None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_a_password_alone_is_not_enough_and_a_code_counts_once() {
    let app = TestApp::new().await;
    let (person, cookie) = app.person(&app.bank, "supervisor").await;
    let email = app.app.engine.store.person(person).await.unwrap().unwrap().email;
    let password = json!({ "password": "a long enough one" });
    let cookie = cookie_of(&app.signed(&cookie, Method::POST, "/v1/me/password", Some(password)).await);
    let offer = app.signed(&cookie, Method::POST, "/v1/me/totp", None).await.json();
    let secret = TotpSecret::parse(offer["secret"].as_str().unwrap()).unwrap();
    let code = |app: &TestApp| {
        let now = app.app.engine.now();
        (0..1_000_000u32).map(|n| format!("{n:06}")).find(|c| secret.check(c, now).is_some()).unwrap()
    };
    let confirm = json!({ "pending": offer["pending"], "code": code(&app) });
    assert_eq!(app.signed(&cookie, Method::POST, "/v1/me/totp/confirm", Some(confirm)).await.status, 204);
    app.clock.advance(domain::time::Span::minutes(5));
    let sign_in = |code: Option<String>| json!({ "email": email, "password": "a long enough one", "code": code });
    assert_eq!(app.page("/v1/sign-in", sign_in(None)).await.problem(), (401, "code_needed".to_owned()));
    let now = code(&app);
    assert_eq!(app.page("/v1/sign-in", sign_in(Some(now.clone()))).await.status, 200);
    assert_eq!(app.page("/v1/sign-in", sign_in(Some(now))).await.problem(), (401, "sign_in_failed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_passwords_is_stopped_for_known_and_unknown_accounts_alike() {
    let app = TestApp::new().await;
    for email in ["nobody@bank.test", "nobody-else@bank.test"] {
        let mut codes = Vec::new();
        for n in 0..12u8 {
            let request =
                crate::test_app::call(Method::POST, "/v1/sign-in", Some(json!({ "email": email, "password": "wrong wrong wrong" })));
            // From many addresses: the account has a budget of its own.
            codes.push(app.send_from(request.header("recourse-page", "1").body_of(), [198, 51, 100, n].into()).await.status.as_u16());
        }
        assert_eq!(codes.iter().filter(|c| **c == 401).count(), 10, "{codes:?}");
        assert_eq!(codes.last(), Some(&429));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_floor_of_agents_behind_one_address_signs_in_and_guessing_from_there_still_ends() {
    let app = TestApp::new().await;
    let hash = server::adapters::passwords::hash_password("a long enough one").unwrap();
    let people = (0..30u8).map(|n| store::rows::PersonWrite {
        id: domain::ids::AgentId(app.app.engine.ids.id()),
        tenant: app.bank.tenant,
        email: format!("agent{n}@bank.test"),
        name: "Agent".to_owned(),
        role: "agent".to_owned(),
        skills: "[]".to_owned(),
        password_hash: Some(hash.clone()),
        totp_secret: None,
        active: true,
        created_at: app.app.engine.now(),
    });
    let rows = store::rows::Commit { people: people.collect(), ..Default::default() };
    app.app.engine.administer(app.bank.tenant, &server::engine::Actor::System, "agent_created", json!({}), rows).await.unwrap();
    let status =
        async |email: String, password: &str| app.page("/v1/sign-in", json!({ "email": email, "password": password })).await.status;
    for n in 0..30 {
        assert_eq!(status(format!("agent{n}@bank.test"), "a long enough one").await, 200, "agent {n}");
    }
    let mut tries = 0;
    while status(format!("agent{}@bank.test", tries % 30), "another long one").await == 401 {
        tries += 1;
        assert!(tries < 60, "never limited");
    }
    assert!(tries >= 30, "each may mistype once: {tries}");
    assert_eq!(status("agent0@bank.test".to_owned(), "a long enough one").await, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_and_is_revoked() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let made = app.signed(&cookie, Method::POST, "/v1/admin/keys", Some(json!({ "name": "core banking" }))).await.json();
    let key = made["key"].as_str().unwrap().to_owned();
    let prefix = made["prefix"].as_str().unwrap().to_owned();
    assert!(key.starts_with("rk_test_") && key.starts_with(&prefix));
    let bank = Bank { tenant: app.bank.tenant, key };
    assert_eq!(app.send(as_bank(&bank, Method::GET, "/v1/cases", None)).await.status, 200);
    let listed = app.signed(&cookie, Method::GET, "/v1/admin/keys", None).await.json();
    assert!(listed.as_array().unwrap().iter().all(|k| k["key"].is_null()));
    assert_eq!(app.signed(&cookie, Method::DELETE, &format!("/v1/admin/keys/{prefix}"), None).await.status, 204);
    assert_eq!(app.send(as_bank(&bank, Method::GET, "/v1/cases", None)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_saved_on_top_of_the_version_it_was_read_from() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let view = app.signed(&cookie, Method::GET, "/v1/admin/policy", None).await.json();
    let save = async |from: u64, body: Value| {
        app.signed(&cookie, Method::PUT, "/v1/admin/policy", Some(json!({ "from_version": from, "body": body }))).await
    };
    let mut body = view["body"].clone();
    body["invitation_minutes"] = json!(45);
    let saved = save(1, body.clone()).await;
    assert_eq!((saved.json()["version"].as_u64(), saved.json()["by"].as_str()), (Some(2), Some("Test admin")));
    assert_eq!(save(1, body.clone()).await.problem(), (409, "policy_version".to_owned()));
    body["invitation_minutes"] = json!(0);
    body["rules"][0]["then"] = json!("automatic");
    body["rules"][1]["confidence_below"] = json!(1.2);
    let bad = save(2, body).await.json();
    let pointers: Vec<&str> = bad["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/body/rules/1/confidence_below", "/body/rules/0/then", "/body/invitation_minutes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_tells_what_other_rules_would_have_done() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    app.case(report("onb-1")).await;
    let rules = json!({ "rules": [{ "name": "Choice for all", "then": "opt_in" }], "invitation_minutes": 15, "jurisdiction": "default",
        "hours": { "zone": "UTC", "week": [[[0, 1440]], [[0, 1440]], [[0, 1440]], [[0, 1440]], [[0, 1440]], [[0, 1440]], [[0, 1440]]] } });
    let said = app.signed(&cookie, Method::POST, "/v1/admin/policy/simulate", Some(json!({ "body": rules }))).await.json();
    assert_eq!((said["reports"].as_u64(), said["was_automatic"].as_u64(), said["opt_in"].as_u64()), (Some(1), Some(1), Some(1)));
    assert_eq!(said["per_rule"][0], json!({ "name": "Choice for all", "count": 1 }));
    assert_eq!(said["changed"][0]["reference"], "onb-1");
    let still = app.signed(&cookie, Method::GET, "/v1/admin/policy", None).await.json();
    assert_eq!(still["version"], 1, "trying out changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_goes_to_the_open_internet_only_and_its_secret_is_shown_once() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let add = async |url: &str| app.signed(&cookie, Method::POST, "/v1/admin/endpoints", Some(json!({ "url": url }))).await;
    for (url, code) in [
        ("http://hook.example/x", "target_not_https"),
        ("https://127.0.0.1/x", "target_not_public"),
        ("https://[::1]/x", "target_not_public"),
        ("https://169.254.169.254/", "target_not_public"),
        ("https://u:p@hook.example/", "target_has_credentials"),
        ("not a url", "target_not_a_url"),
    ] {
        assert_eq!(add(url).await.json()["errors"][0]["code"], code, "{url}");
    }
    let made = add("https://hook.example/x").await.json();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let listed = app.signed(&cookie, Method::GET, "/v1/admin/endpoints", None).await.json();
    assert_eq!((listed[0]["url"].as_str(), listed[0]["secret"].clone()), (Some("https://hook.example/x"), Value::Null));
    app.case(report("onb-1")).await;
    let sent = app.signed(&cookie, Method::GET, "/v1/admin/deliveries", None).await.json();
    assert_eq!(sent[0]["to"], "hook.example");
    let path = format!("/v1/admin/endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(app.signed(&cookie, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(app.signed(&cookie, Method::GET, "/v1/admin/endpoints", None).await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_found_by_name_and_reference_and_the_file_shows_its_timeline() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let (case, _) = app.case(report("onb-77")).await;
    let mut other = report("zzz-1");
    other["customer"]["name"] = json!("Somchai Jaidee");
    app.case(other).await;
    for q in ["aisyah", "AISYAH%20nur", "onb-", case.as_str()] {
        let found = app.signed(&cookie, Method::GET, &format!("/v1/admin/cases?q={q}"), None).await.json();
        let ids: Vec<&str> = found["rows"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [case.as_str()], "{q}");
    }
    let file = app.signed(&cookie, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.json();
    let kinds: Vec<&str> = file["timeline"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[..2], ["case_reported", "invitation_issued"]);
    assert!(file["timeline"][0]["actor"].as_str().unwrap().starts_with("api:rk_test_"));
    assert_eq!(file["recovery"]["url"], Value::Null);
}

/// Every page of a search, four rows at a time: references in order, and how many pages there were.
async fn searched(app: &TestApp, cookie: &str, query: &str) -> (Vec<String>, usize) {
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = app.signed(cookie, Method::GET, &format!("/v1/admin/cases?{query}&limit=4{cursor}"), None).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        found.extend(page["rows"].as_array().unwrap().iter().map(|row| row["reference"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { return (found, pages) };
        cursor = format!("&cursor={next}");
        assert!(pages < 20, "no end: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_over_pages_by_reference_and_name_together_and_keeps_its_filters() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let mut all = Vec::new();
    for n in 0..24u8 {
        // By reference, by name, by both, by neither; two of each minute.
        let by_reference = n % 4 == 0 || n % 4 == 2;
        let reference = if by_reference { format!("nur-{n:02}") } else { format!("onb-{n:02}") };
        let mut body = report(&reference);
        let named = n % 4 == 1 || n % 4 == 2;
        body["customer"]["name"] = json!(if named { "Nur Aisyah" } else { "Somchai Jaidee" });
        let glare = n % 3 != 0;
        body["check"]["reasons"] = json!([if glare { "document_glare" } else { "document_blur" }]);
        app.case(body).await;
        all.push((reference, named || by_reference, glare));
        if n % 2 == 1 {
            app.clock.advance(domain::time::Span::minutes(1));
        }
    }
    all.reverse();
    let wanted = |keep: &dyn Fn(&(String, bool, bool)) -> bool| all.iter().filter(|c| keep(c)).map(|c| c.0.clone()).collect::<Vec<_>>();
    let (found, pages) = searched(&app, &cookie, "q=nur").await;
    assert_eq!(sorted(&found), sorted(&wanted(&|c| c.1)), "each once");
    assert!(pages > 2, "{pages}");
    let by_minute = |list: &[String]| list.iter().map(|r| r[4..].parse::<u8>().unwrap() / 2).collect::<Vec<_>>();
    assert!(by_minute(&found).is_sorted_by(|a, b| a >= b), "newest first over all pages: {found:?}");

    let (found, pages) = searched(&app, &cookie, "q=nur&reason=document_glare").await;
    assert_eq!((sorted(&found), pages > 2), (sorted(&wanted(&|c| c.1 && c.2)), true));
    // The first minute of eight to the tenth: cases 16 to 21.
    let span = "from=2026-11-23T09:08:00Z&to=2026-11-23T09:11:00Z";
    let (found, _) = searched(&app, &cookie, &format!("q=nur&reason=document_glare&{span}")).await;
    let within = |c: &(String, bool, bool)| (16..22).contains(&c.0[4..].parse::<u8>().unwrap());
    assert_eq!(sorted(&found), sorted(&wanted(&|c| c.1 && c.2 && within(c))));
    assert_eq!(searched(&app, &cookie, "q=nur&phase=verified").await.0, Vec::<String>::new());
    let (found, _) = searched(&app, &cookie, span).await;
    assert_eq!(sorted(&found), sorted(&wanted(&within)));
}

fn sorted(list: &[String]) -> Vec<String> {
    let mut list = list.to_vec();
    list.sort();
    list
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_found_by_its_id_must_fit_the_filters_too() {
    let app = TestApp::new().await;
    let cookie = admin(&app).await;
    let (case, _) = app.case(report("onb-1")).await;
    let rows =
        async |rest: &str| app.signed(&cookie, Method::GET, &format!("/v1/admin/cases?q={case}{rest}"), None).await.json()["rows"].clone();
    for fits in ["", "&phase=invited", "&reason=document_glare", "&from=2026-11-23T09:00:00Z"] {
        assert_eq!(rows(fits).await.as_array().unwrap().len(), 1, "{fits}");
    }
    for not in ["&phase=verified", "&reason=face_mismatch", "&from=2026-11-24T00:00:00Z", "&to=2026-11-23T09:00:00Z"] {
        assert_eq!(rows(not).await, json!([]), "{not}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_their_own_admin_role_and_a_deactivated_person_is_out_at_once() {
    let app = TestApp::new().await;
    let (id, cookie) = app.person(&app.bank, "admin").await;
    let (agent, agents) = app.person(&app.bank, "agent").await;
    let body = |email: &str, role: &str, active: bool| json!({ "name": "Same", "email": email, "role": role, "active": active });
    let own = app.signed(&cookie, Method::PUT, &format!("/v1/admin/agents/{id}"), Some(body("me@bank.test", "agent", true))).await;
    assert_eq!(own.problem(), (409, "own_account".to_owned()));
    let off = app.signed(&cookie, Method::PUT, &format!("/v1/admin/agents/{agent}"), Some(body("a@bank.test", "agent", false))).await;
    assert_eq!(off.json()["agent"]["active"], false);
    assert_eq!(app.signed(&agents, Method::GET, "/v1/me", None).await.status, 401);
}
