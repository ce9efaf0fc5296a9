//! Jurisdiction profiles from outside: who is rung, what is refused by name, and that nobody makes them weaker.

use crate::floor::{kinds, live, on_duty, presence, queued, ring, tell};
use crate::test_app::{TestApp, report};
use axum::http::Method;
use domain::agent::{self, AwayReason};
use domain::case::Input;
use domain::decision::{Draft, ReasonCode, Verdict};
use domain::digest::{Digest, Salt};
use domain::ids::AgentId;
use domain::jurisdiction::{ProfileCode, Trained};
use domain::pii::Pii;
use domain::time::Span;
use serde_json::{Value, json};
use server::engine::{Actor, EngineError};
use server::seed;
use server::workers::router;

fn german(reference: &str) -> Value {
    let mut body = report(reference);
    body["jurisdiction"] = json!("DE");
    body
}

async fn certify(app: &TestApp, agent: AgentId, days_ago: i64) {
    let now = app.app.engine.now();
    let trained = Trained { at: now - Span::minutes(days_ago * 24 * 60), until: now + Span::minutes(900 * 24 * 60) };
    let input = agent::Input::Certify { profile: ProfileCode::parse("DE").unwrap(), trained: Some(trained) };
    app.app.engine.on_agent(agent, &Actor::System, input).await.unwrap();
}

async fn rung(app: &TestApp, agent: AgentId) -> bool {
    router::once(&app.app).await;
    ring(&app.app.engine, agent).await.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_certificate_that_holds_gets_no_contact_of_a_profile_that_asks_for_one() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let waiting = queued(&app, german("onb-de")).await;
    assert!(!rung(&app, sari.id).await, "never trained");
    certify(&app, sari.id, 366).await;
    assert!(!rung(&app, sari.id).await, "trained more than a year ago");
    app.clock.advance(Span::minutes(60));
    assert!(!rung(&app, sari.id).await, "waiting long makes nobody trained");
    queued(&app, report("onb-sg")).await;
    assert!(rung(&app, sari.id).await, "a profile that asks for none rings her all the same");
    presence(&app.app.engine, sari.id, agent::Input::Gone).await;

    let ben = on_duty(&app, &["lang:ms"]).await;
    certify(&app, ben.id, 1).await;
    assert!(rung(&app, ben.id).await);
    let (case, reservation) = ring(&app.app.engine, ben.id).await.unwrap();
    assert_eq!(case, waiting.case);
    app.app.engine.accept(ben.id, reservation).await.unwrap();
    let held = app.app.engine.case(case).await.unwrap();
    assert_eq!((held.conduct.at_random.len(), held.conduct.trained.len()), (1, 1), "drawn and trained, in the case itself");
    let kinds = kinds(&app.app.engine, case).await;
    for kind in ["agent_drawn", "training_shown", "profile_applied", "features_drawn"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind}: {kinds:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_runs_out_while_on_duty_ends_the_contacts_of_its_profile() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    certify(&app, sari.id, 364).await;
    app.clock.advance(Span::minutes(2 * 24 * 60));
    queued(&app, german("onb-de")).await;
    presence(&app.app.engine, sari.id, agent::Input::Away(AwayReason::Break)).await;
    presence(&app.app.engine, sari.id, agent::Input::Available).await;
    assert!(!rung(&app, sari.id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_refused_by_the_names_of_the_lines_that_are_missing() {
    let app = TestApp::new().await;
    let sari = on_duty(&app, &["lang:ms"]).await;
    let case = queued(&app, german("onb-de")).await.case;
    let session = live(&app.app, case, sari.id).await;
    tell(&app.app.engine, case, Input::RecordingHead { session, segments: 3, head: Digest::of(b"h") }).await;
    let draft = Draft {
        reasons: vec![ReasonCode::IdentityConfirmed],
        by: sari.id,
        note: Pii::default(),
        note_commitment: Digest::of(b""),
        note_salt: Salt([0; 16]),
    };
    let decide = |link, _| Input::Decide { verdict: Verdict::Verified, draft: Box::new(draft), link };
    let refused = app.app.engine.with_link(case, &Actor::Person(sari.id), decide).await.err().unwrap();
    let EngineError::Refused(refusal) = refused else { panic!("{refused}") };
    let named: Vec<&str> = refusal.lines.iter().map(|l| l.id.as_str()).collect();
    for line in ["de.photographs", "de.security_features", "de.mrz", "de.tan", "de.assignment", "de.training", "de.rooms", "de.encryption"]
    {
        assert!(named.contains(&line), "{line}: {named:?}");
    }
    assert!(!named.contains(&"de.recording") && !named.contains(&"de.consent"), "{named:?}");
    let words = server::views::profiles::unmet(&refusal).unwrap();
    assert!(words.contains("Agents work in separate rooms") && words.contains("(de.rooms)"), "{words}");
    seed::declare_everything(&app.app, app.bank.tenant).await.unwrap();
    app.app.engine.refresh_rules(case).await.unwrap();
    let held = app.app.engine.case(case).await.unwrap();
    assert!(held.lines_missing(app.app.engine.now()).iter().all(|l| l.id != "de.rooms"), "declared meanwhile");
}

async fn line(app: &TestApp, cookie: &str, code: &str, id: &str) -> Value {
    let all = app.signed(cookie, Method::GET, "/v1/admin/profiles", None).await.json();
    let profile = all["profiles"].as_array().unwrap().iter().find(|p| p["code"] == code).cloned().unwrap();
    let mut line = profile["lines"].as_array().unwrap().iter().find(|l| l["id"] == id).cloned().unwrap();
    line["policy"] = all["version"].clone();
    line
}

#[tokio::test]
async fn a_line_is_made_stricter_with_a_reason_and_never_weaker() {
    let app = TestApp::new().await;
    let (_, admin) = app.person(&app.bank, "admin").await;
    let put = |code: &str, line: &str, body: Value| {
        let path = format!("/v1/admin/profiles/{code}/lines/{line}");
        let (app, admin) = (&app, admin.clone());
        async move { app.signed(&admin, Method::PUT, &path, Some(body)).await }
    };
    let raise = |version: u64, values: Value, reason: &str| json!({ "from_version": version, "raise": { "mandatory": true, "values": values, "reason": reason } });
    let weaker = put("DE", "de.training", raise(1, json!({ "days": 400 }), "we are slow")).await;
    assert_eq!(weaker.problem(), (422, "invalid_fields".to_owned()));
    let fault = weaker.json()["errors"][0].clone();
    assert_eq!((fault["code"].as_str(), fault["pointer"].as_str()), (Some("weaker"), Some("/raise")));
    assert!(
        fault["detail"].as_str().unwrap().contains("The agent was trained") && fault["detail"].as_str().unwrap().contains("[de.training]")
    );
    assert_eq!(put("DE", "de.training", raise(1, json!({ "days": 180 }), "")).await.problem().0, 422);
    assert_eq!(
        put("DE", "de.training", raise(9, json!({ "days": 180 }), "our own rule")).await.problem(),
        (409, "policy_version".to_owned())
    );
    assert_eq!(put("DE", "de.nothing", raise(1, json!({}), "our own rule")).await.problem().0, 404);
    assert_eq!(put("ZZ", "de.training", raise(1, json!({}), "our own rule")).await.problem().0, 404);

    let done = put("DE", "de.training", raise(1, json!({ "days": 180 }), "our own rule")).await;
    assert_eq!(done.status, 200, "{done:?}");
    let after = line(&app, &admin, "DE", "de.training").await;
    assert_eq!((&after["values"][0]["base"], &after["values"][0]["is"], &after["policy"]), (&json!(365), &json!(180), &json!(2)));
    assert_eq!(after["raised"]["by"], "Test admin");
    let advice = put("SG", "sg.mrz", raise(2, json!({}), "our own rule")).await;
    assert_eq!(advice.status, 200, "{advice:?}");
    // An edit of the trigger policy leaves the profiles alone.
    let policy = app.signed(&admin, Method::GET, "/v1/admin/policy", None).await.json();
    let body = json!({ "from_version": 3, "body": policy["body"] });
    assert_eq!(app.signed(&admin, Method::PUT, "/v1/admin/policy", Some(body)).await.status, 200);
    assert_eq!(line(&app, &admin, "SG", "sg.mrz").await["raised"]["mandatory"], true);
    let log = app.signed(&admin, Method::GET, "/v1/admin/log", None).await.json().to_string();
    assert!(log.contains("profile_changed") && log.contains("de.training") && !log.contains("our own rule"), "{log}");

    let (case, _) = app.case(report("onb-1")).await;
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert!(held.profile().line("sg.mrz").unwrap().mandatory, "a new case is under the stricter line");
    let back = put("SG", "sg.mrz", json!({ "from_version": 4, "raise": null })).await;
    assert_eq!(back.status, 200, "back to the profile's own is no weakening of the profile");
    assert!(line(&app, &admin, "SG", "sg.mrz").await.get("raised").is_none());
}

#[tokio::test]
async fn only_what_no_case_can_prove_is_declared_and_only_by_an_admin() {
    let app = TestApp::new().await;
    let (_, admin) = app.person(&app.bank, "admin").await;
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let body = |statement: &str| Some(json!({ "from_version": 1, "declare": statement }));
    let rooms = "/v1/admin/profiles/DE/lines/de.rooms";
    assert_eq!(app.signed(&auditor, Method::PUT, rooms, body("as in our manual")).await.problem().0, 403);
    let proven = app.signed(&admin, Method::PUT, "/v1/admin/profiles/DE/lines/de.tan", body("we send letters")).await;
    assert_eq!(proven.json()["errors"][0]["code"], "not_declarable");
    assert_eq!(app.signed(&admin, Method::PUT, rooms, body("x")).await.json()["errors"][0]["code"], "statement_missing");
    assert_eq!(app.signed(&admin, Method::PUT, rooms, body("as in our manual")).await.status, 200);
    assert_eq!(line(&app, &auditor, "DE", "de.rooms").await["declared"]["statement"], "as in our manual");
}

#[tokio::test]
async fn a_certificate_is_entered_shown_logged_and_taken_away() {
    let app = TestApp::new().await;
    let (agent, _) = app.person(&app.bank, "agent").await;
    let (_, admin) = app.person(&app.bank, "admin").await;
    let path = format!("/v1/admin/agents/{agent}/certificates/DE");
    let put = |trained: &str, until: &str| app.signed(&admin, Method::PUT, &path, Some(json!({ "trained_on": trained, "until": until })));
    for (trained, until) in
        [("2026-11-24", "2027-11-01"), ("2026-11-01", "2026-10-01"), ("soon", "2027-01-01"), ("2026-02-30", "2027-01-01")]
    {
        assert_eq!(put(trained, until).await.problem().0, 422, "{trained} {until}");
    }
    let done = put("2026-11-01", "2027-12-01").await;
    let held = done.json()["agent"]["certificates"][0].clone();
    assert_eq!((&held["profile"], &held["state"], &held["until"]), (&json!("DE"), &json!("holds"), &json!("2027-11-01")), "{done:?}");
    let old = put("2025-12-01", "2027-12-01").await.json()["agent"]["certificates"][0]["state"].clone();
    assert_eq!(old, "ends_soon", "the profile's year ends within a month");
    let unknown = format!("/v1/admin/agents/{agent}/certificates/ZZ");
    let body = Some(json!({ "trained_on": "2026-11-01", "until": "2027-12-01" }));
    assert_eq!(app.signed(&admin, Method::PUT, &unknown, body.clone()).await.problem().0, 404);
    let other = app.other_bank().await;
    let (_, stranger) = app.person(&other, "admin").await;
    assert_eq!(app.signed(&stranger, Method::PUT, &path, body).await.problem().0, 404, "another tenant's agent");
    assert_eq!(app.signed(&admin, Method::DELETE, &path, None).await.json()["agent"]["certificates"], json!([]));
    let log = app.signed(&admin, Method::GET, "/v1/admin/log", None).await.json().to_string();
    assert_eq!(log.matches("\"certified\"").count(), 3, "{log}");
    let own = app.signed(&admin, Method::GET, &format!("/v1/admin/people/{agent}/log?group=training"), None).await;
    let entries = own.json()["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 3, "the agent's own log has each: {own:?}");
    assert!(entries.iter().all(|e| e["group"] == "training" && e["entry"]["kind"] == "certified"), "{own:?}");
}

#[tokio::test]
async fn the_profiles_are_shown_with_their_sources_to_whoever_reads() {
    let app = TestApp::new().await;
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let tan = line(&app, &auditor, "DE", "de.tan").await;
    assert_eq!(
        (tan["certainty"].as_str(), tan["citation"].as_str()),
        (Some("read"), Some("BaFin Circular 3/2017 (GW), paragraph not verified"))
    );
    let (_, agent) = app.person(&app.bank, "agent").await;
    assert_eq!(app.signed(&agent, Method::GET, "/v1/admin/profiles", None).await.status, 403);
}
