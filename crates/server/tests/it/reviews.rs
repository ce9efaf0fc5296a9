//! Four eyes from outside: the desk, the draw, the file, the finding; and one person's log.

use crate::floor::{kinds, live, on_duty, queued, tell};
use crate::test_app::{Reply, TestApp, report};
use axum::http::Method;
use domain::case::Input;
use domain::decision::{Draft, ReasonCode, Verdict};
use domain::digest::{Digest, Salt};
use domain::evidence::{Evidence, Slot, Source};
use domain::ids::{AgentId, CaseId, EvidenceId, SessionId};
use domain::location::{Fix, Network};
use domain::pii::Pii;
use domain::procedure::Answer;
use domain::time::Span;
use serde_json::{Value, json};
use server::engine::Actor;
use server::reviews::Reviews;
use server::seed;
use server::workers::{deadlines, reviews};
use store::rows::{Commit, TenantWrite};

/// A case of a profile, its agent, and its session.
async fn face_to_face(app: &TestApp, reference: &str, jurisdiction: &str, agent: AgentId) -> (CaseId, SessionId) {
    let mut body = report(reference);
    body["jurisdiction"] = json!(jurisdiction);
    let customer = queued(app, body).await;
    let session = live(&app.app, customer.case, agent).await;
    (customer.case, session)
}

async fn decide(app: &TestApp, case: CaseId, agent: AgentId, verdict: Verdict, reason: ReasonCode) {
    let note = Pii::new("the note of the maker".to_owned());
    let draft =
        Draft { reasons: vec![reason], by: agent, note, note_commitment: Digest::of(b"n"), note_salt: domain::digest::Salt([0; 16]) };
    app.app.engine.decide(case, &Actor::Person(agent), verdict, draft).await.unwrap();
}

fn still(id: u128, step: &str, slot: Slot, session: SessionId, app: &TestApp) -> Input {
    let of = |n: &[u8]| Digest::of(n);
    let evidence = Evidence {
        id: EvidenceId(id),
        slot,
        source: Source::Live,
        step: Some(step.to_owned()),
        session: Some(session),
        at: app.app.engine.now(),
        width: 1280,
        height: 720,
        bytes: 9,
        sha256: of(b"a"),
        sealed: of(b"b"),
        shown_sealed: of(b"c"),
        stream_width: None,
        void: false,
        of: None,
    };
    Input::Still { evidence: Box::new(evidence) }
}

/// Verified under the profile that asks for a second look, by an agent of its own.
async fn under_review(app: &TestApp, reference: &str) -> (CaseId, AgentId) {
    let agent = on_duty(app, &["lang:ms"]).await.id;
    seed::declare_everything(&app.app, app.bank.tenant).await.unwrap();
    seed::certify_for_all(&app.app, agent).await.unwrap();
    let (case, session) = face_to_face(app, reference, "IN", agent).await;
    let engine = &app.app.engine;
    tell(engine, case, still(case.0 ^ 1, "document_front", Slot::DocumentFront, session, app)).await;
    tell(engine, case, still(case.0 ^ 2, "portrait_match", Slot::Portrait, session, app)).await;
    let procedure = engine.case(case).await.unwrap().procedure.unwrap();
    for question in procedure.step("questions", "t").unwrap().questions.clone() {
        let step = "questions".to_owned();
        tell(engine, case, Input::Answered { agent, step, question: question.key, answer: Answer::Match }).await;
    }
    for id in 1..=2 {
        tell(engine, case, Input::Challenge { agent, step: "liveness".to_owned(), seed: u64::from(id) }).await;
        tell(engine, case, Input::Judge { agent, id, passed: true }).await;
    }
    tell(engine, case, Input::AskLocation { agent }).await;
    let fix = Fix { lat: 19_076_000, lon: 72_877_000, accuracy_dm: 350, height: false, age_ms: 100 };
    tell(engine, case, Input::Located { fixes: Pii::new(vec![fix]), network: Network::NoDatabase, salt: Salt([3; 16]) }).await;
    for step in ["greet", "document_front", "portrait_match", "liveness", "questions", "location"] {
        tell(engine, case, Input::StepDone { agent, step: step.to_owned() }).await;
    }
    tell(engine, case, Input::RecordingHead { session, segments: 1, head: Digest::of(b"h") }).await;
    decide(app, case, agent, Verdict::Verified, ReasonCode::IdentityConfirmed).await;
    tell(engine, case, Input::RecordingSealed { session, segments: 1, head: Digest::of(b"h") }).await;
    assert_eq!(engine.case(case).await.unwrap().phase_name(), "under_review");
    (case, agent)
}

/// Every decision of the bank is looked at again.
async fn sample_all(app: &TestApp) {
    let row = app.app.engine.store.tenant(app.bank.tenant).await.unwrap().unwrap();
    let mut settings: Value = serde_json::from_str(&row.settings).unwrap();
    settings["sample_percent"] = json!(100);
    let write = TenantWrite { settings: settings.to_string(), ..row };
    let rows = Commit { tenants: vec![write], ..Commit::default() };
    app.app.engine.administer(app.bank.tenant, &Actor::System, "settings_changed", json!({}), rows).await.unwrap();
}

async fn desk(app: &TestApp, cookie: &str, ready: bool) -> Value {
    let reply = app.signed(cookie, Method::POST, "/v1/admin/reviews/desk", Some(json!({ "ready": ready }))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

async fn take(app: &TestApp, cookie: &str, case: CaseId) -> Reply {
    app.signed(cookie, Method::POST, &format!("/v1/admin/cases/{case}/review/take"), None).await
}

async fn give(app: &TestApp, cookie: &str, case: CaseId, body: Value) -> Reply {
    app.signed(cookie, Method::POST, &format!("/v1/admin/cases/{case}/review"), Some(body)).await
}

fn approve() -> Value {
    json!({ "finding": "approve", "reasons": ["evidence_holds"], "note": "seen" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checker_is_drawn_looks_and_approves_and_nobody_else_may() {
    let app = TestApp::new().await;
    let (case, _) = under_review(&app, "onb-1").await;
    let (_, one) = app.person(&app.bank, "supervisor").await;
    let (_, two) = app.person(&app.bank, "auditor").await;
    let (_, agent) = app.person(&app.bank, "agent").await;
    assert_eq!(desk(&app, &one, true).await["count"], 1);
    desk(&app, &two, true).await;
    reviews::once(&app.app).await;
    let (drawn, other) = if desk(&app, &one, true).await["mine"].is_object() { (&one, &two) } else { (&two, &one) };
    let card = desk(&app, drawn, true).await["mine"].clone();
    assert_eq!((card["case"].as_str(), card["kind"].as_str()), (Some(case.to_string().as_str()), Some("required")));
    assert_eq!(desk(&app, other, true).await["mine"], Value::Null);

    app.clock.advance(Span::seconds(20));
    assert_eq!(give(&app, drawn, case, approve()).await.problem(), (409, "stale".to_owned()), "not before looking");
    assert_eq!(take(&app, other, case).await.problem(), (403, "not_yours".to_owned()));
    assert_eq!(take(&app, &agent, case).await.problem(), (403, "forbidden".to_owned()));
    let file = take(&app, drawn, case).await.json();
    assert_eq!((file["file"]["decision"]["verdict"].as_str(), file["card"]["age"].as_u64()), (Some("verified"), Some(20)));
    assert!(file["again"].as_array().unwrap().contains(&json!("document_front")));
    assert_eq!(give(&app, other, case, approve()).await.problem(), (403, "not_yours".to_owned()));
    let wrong = json!({ "finding": "approve", "reasons": ["poor_light"] });
    assert_eq!(give(&app, drawn, case, wrong).await.problem(), (422, "reason_unknown".to_owned()));
    app.clock.advance(Span::seconds(25));
    let done = give(&app, drawn, case, approve()).await.json();
    assert_eq!((done["agreed"].as_bool(), done["phase"].as_str()), (Some(true), Some("verified")), "{done}");
    assert_eq!(give(&app, drawn, case, approve()).await.problem(), (409, "conflict".to_owned()), "once");

    let numbers = app.signed(&one, Method::GET, "/v1/admin/reviews/numbers", None).await.json();
    assert_eq!(
        (numbers["required"]["looks"].as_u64(), numbers["within_target"].as_u64(), numbers["median_wait"].as_u64()),
        (Some(1), Some(1), Some(45))
    );
    let shown = app.signed(&one, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.json();
    assert_eq!((shown["review"]["finding"].as_str(), shown["review"]["note"].as_str()), (Some("approve"), Some("seen")));
    let log = kinds(&app.app.engine, case).await;
    for kind in ["review_asked", "review_assigned", "review_taken", "reviewed", "case_closed"] {
        assert!(log.iter().any(|k| k == kind), "{kind} in {log:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maker_who_may_check_others_is_not_drawn_for_their_own_and_refused_when_they_ask() {
    let app = TestApp::new().await;
    let (case, maker) = under_review(&app, "onb-1").await;
    let cookie = app.cookie_of(maker).await;
    let mut row = app.app.engine.store.person(maker).await.unwrap().unwrap();
    row.skills = json!(["lang:ms", "can:review"]).to_string();
    let rows = Commit { people: vec![row], ..Commit::default() };
    app.app.engine.administer(app.bank.tenant, &Actor::System, "agent_changed", json!({}), rows).await.unwrap();
    for _ in 0..20 {
        desk(&app, &cookie, true).await;
        reviews::once(&app.app).await;
        assert_eq!(desk(&app, &cookie, true).await["mine"], Value::Null);
    }
    assert_eq!(take(&app, &cookie, case).await.problem(), (403, "same_person".to_owned()));
    assert_eq!(give(&app, &cookie, case, approve()).await.problem(), (403, "same_person".to_owned()));
    assert_eq!(app.app.engine.case(case).await.unwrap().phase_name(), "under_review");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_look_tells_nothing_of_the_decision_and_changes_nothing() {
    let app = TestApp::new().await;
    sample_all(&app).await;
    let agent = on_duty(&app, &["lang:ms"]).await.id;
    let (case, _) = face_to_face(&app, "onb-1", "SG", agent).await;
    decide(&app, case, agent, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
    assert_eq!(app.app.engine.case(case).await.unwrap().phase_name(), "rejected", "the customer does not wait");
    let (_, checker) = app.person(&app.bank, "auditor").await;
    desk(&app, &checker, true).await;
    reviews::once(&app.app).await;
    assert_eq!(desk(&app, &checker, true).await["mine"]["kind"], "sample");
    let file = take(&app, &checker, case).await;
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let own = file.json()["findings"].to_string();
    let rest = text.replace(&own, "");
    for told in ["rejected", "face_does_not_match", "the note of the maker", "case_closed", "\"decided\""] {
        assert!(!rest.contains(told), "{told} is told");
    }
    let path = format!("/v1/admin/cases/{case}");
    assert_eq!(app.signed(&checker, Method::GET, &path, None).await.problem(), (409, "review_blind".to_owned()));
    let rows = app.signed(&checker, Method::GET, "/v1/admin/cases", None).await.json();
    assert_eq!(rows["rows"][0]["phase"], "under_review");
    assert_eq!((&rows["rows"][0]["agent"], &rows["rows"][0]["recovered_in"]), (&Value::Null, &Value::Null));
    for path in ["log".to_owned(), "deliveries".to_owned(), format!("people/{agent}/log"), format!("people/{agent}/log.csv")] {
        let said = app.signed(&checker, Method::GET, &format!("/v1/admin/{path}"), None).await;
        let said = String::from_utf8(said.bytes.to_vec()).unwrap();
        for told in ["rejected", "face_does_not_match", "case_closed", "\"decided\"", ",decided,"] {
            assert!(!said.contains(told), "{told} is told by {path}");
        }
    }
    let (_, other) = app.person(&app.bank, "auditor").await;
    let seen = app.signed(&other, Method::GET, "/v1/admin/log", None).await.json();
    assert!(seen["entries"].as_array().unwrap().iter().any(|e| e["kind"] == "decided"), "who looks at nothing reads everything");

    let done = give(&app, &checker, case, approve()).await.json();
    assert_eq!((done["agreed"].as_bool(), done["verdict"].as_str()), (Some(false), Some("rejected")));
    assert_eq!(app.app.engine.case(case).await.unwrap().phase_name(), "rejected");
    assert_eq!(app.signed(&checker, Method::GET, &path, None).await.json()["review"]["agreed"], false);
    let numbers = app.signed(&checker, Method::GET, "/v1/admin/reviews/numbers", None).await.json();
    assert_eq!(numbers["samples"], json!({ "looks": 1, "agreed": 0 }));
    assert_eq!(numbers["makers"][0]["id"], agent.to_string());
    assert_eq!(numbers["pairs"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_says_the_same_day_of_erasure_as_the_rule_of_keeping() {
    let app = TestApp::new().await;
    let agent = on_duty(&app, &["lang:ms"]).await.id;
    let (case, _) = face_to_face(&app, "onb-1", "SG", agent).await;
    decide(&app, case, agent, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
    let (_, admin) = app.person(&app.bank, "admin").await;
    let file = app.signed(&admin, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.json();
    let lines = file["lines"].as_array().unwrap();
    let kept: Vec<&Value> = lines.iter().flat_map(|l| l["by"].as_array().unwrap()).filter(|by| by["is"] == "kept_until").collect();
    assert!(!kept.is_empty() && kept.iter().all(|by| by["of"] == file["custody"]["due_at"]), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_sees_the_sessions_that_run_with_agent_and_step_until_they_end() {
    let app = TestApp::new().await;
    let agent = on_duty(&app, &["lang:ms"]).await.id;
    let (case, _) = face_to_face(&app, "onb-1", "SG", agent).await;
    let (_, supervisor) = app.person(&app.bank, "supervisor").await;
    let rows = app.signed(&supervisor, Method::GET, "/v1/admin/numbers", None).await.json()["sessions"].clone();
    let row = &rows[0];
    assert_eq!((row["id"].as_str(), row["state"].as_str()), (Some(case.to_string().as_str()), Some("live")), "{rows}");
    assert_eq!((row["step"].as_str(), row["agent"].as_str().is_some_and(|name| !name.is_empty())), (Some("greet"), true), "{rows}");
    decide(&app, case, agent, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
    let after = app.signed(&supervisor, Method::GET, "/v1/admin/numbers", None).await.json();
    assert!(after["sessions"].as_array().is_none_or(Vec::is_empty));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recapture_sends_the_customer_a_link_and_opens_what_was_named() {
    let app = TestApp::new().await;
    let (case, _) = under_review(&app, "onb-1").await;
    let (_, checker) = app.person(&app.bank, "supervisor").await;
    desk(&app, &checker, true).await;
    reviews::once(&app.app).await;
    take(&app, &checker, case).await;
    let unnamed = json!({ "finding": "recapture", "reasons": ["document_unclear"] });
    assert_eq!(give(&app, &checker, case, unnamed).await.problem(), (422, "out_of_range".to_owned()));
    let again = json!({ "finding": "recapture", "reasons": ["document_unclear"], "again": ["document_front"] });
    assert_eq!(give(&app, &checker, case, again).await.json()["phase"], "invited");
    let messages = app.app.engine.store.deliveries_of(case, 50).await.unwrap();
    assert!(messages.iter().any(|d| d.row.event == "link"), "the link leaves by message");
    assert!(app.app.engine.case(case).await.unwrap().locked_by().contains(&"step:document_front".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lets_one_pass_gets_no_other_before_they_say_that_they_are_back() {
    let app = TestApp::new().await;
    let (case, _) = under_review(&app, "onb-1").await;
    let (_, checker) = app.person(&app.bank, "supervisor").await;
    desk(&app, &checker, true).await;
    reviews::once(&app.app).await;
    app.clock.advance(Span::seconds(91));
    deadlines::once(&app.app).await.unwrap();
    assert!(kinds(&app.app.engine, case).await.contains(&"review_lapsed".to_owned()));
    let view = desk(&app, &checker, true).await;
    assert_eq!((view["ready"].as_bool(), view["mine"].clone()), (Some(false), Value::Null));
    reviews::once(&app.app).await;
    assert_eq!(desk(&app, &checker, true).await["mine"], Value::Null, "a page left open alone says the same for ever");
    desk(&app, &checker, false).await;
    assert_eq!(desk(&app, &checker, true).await["ready"], true);
    reviews::once(&app.app).await;
    assert!(desk(&app, &checker, true).await["mine"].is_object(), "nobody else is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checker_of_another_team_is_preferred_and_another_bank_sees_nothing() {
    let app = TestApp::new().await;
    let (case, maker) = under_review(&app, "onb-1").await;
    let (north, own) = app.person(&app.bank, "supervisor").await;
    let (south, apart) = app.person(&app.bank, "supervisor").await;
    for (person, team) in [(maker, "team:north"), (north, "team:north"), (south, "team:south")] {
        let mut row = app.app.engine.store.person(person).await.unwrap().unwrap();
        row.skills = json!(["lang:ms", team]).to_string();
        let rows = Commit { people: vec![row], ..Commit::default() };
        app.app.engine.administer(app.bank.tenant, &Actor::System, "agent_changed", json!({}), rows).await.unwrap();
    }
    let other = app.other_bank().await;
    let (_, stranger) = app.person(&other, "supervisor").await;
    for cookie in [&own, &apart, &stranger] {
        desk(&app, cookie, true).await;
    }
    reviews::once(&app.app).await;
    assert!(desk(&app, &apart, true).await["mine"].is_object());
    assert_eq!(desk(&app, &stranger, true).await["count"], 0);
    assert_eq!(take(&app, &stranger, case).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_found_again_after_a_restart() {
    let app = TestApp::new().await;
    sample_all(&app).await;
    let (required, _) = under_review(&app, "onb-1").await;
    let agent = on_duty(&app, &["lang:ms"]).await.id;
    let (sampled, _) = face_to_face(&app, "onb-2", "SG", agent).await;
    decide(&app, sampled, agent, Verdict::Rejected, ReasonCode::FaceDoesNotMatch).await;
    let fresh = Reviews::default();
    fresh.load_all(&app.app).await.unwrap();
    let waiting: Vec<CaseId> = fresh.waiting(app.bank.tenant).iter().map(|(case, _)| case.id).collect();
    assert_eq!(waiting, [required, sampled], "those for which a customer waits first");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_log_tells_what_they_did_by_group_and_reading_it_is_logged() {
    let app = TestApp::new().await;
    let (case, maker) = under_review(&app, "onb-1").await;
    let (auditor, cookie) = app.person(&app.bank, "auditor").await;
    let read = async |query: &str| app.signed(&cookie, Method::GET, &format!("/v1/admin/people/{maker}/log{query}"), None).await.json();
    let all = read("").await;
    let groups: Vec<&str> = all["entries"].as_array().unwrap().iter().map(|e| e["group"].as_str().unwrap()).collect();
    for group in ["presence", "contact", "work", "decision", "review"] {
        assert!(groups.contains(&group), "{group} in {groups:?}");
    }
    let decisions = read("?group=decision").await;
    assert_eq!(decisions["entries"][0]["entry"]["kind"], "decided");
    assert_eq!(decisions["entries"][0]["case"], case.to_string());
    let first = read("?limit=2").await;
    let second = read(&format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_ne!(first["entries"][1]["entry"]["id"], second["entries"][0]["entry"]["id"]);
    assert_eq!(read("?group=nonsense").await["errors"][0]["code"], "unknown_value");

    let csv = app.signed(&cookie, Method::GET, &format!("/v1/admin/people/{maker}/log.csv?group=decision"), None).await;
    let text = String::from_utf8(csv.bytes.to_vec()).unwrap();
    assert!(text.contains("decided") && csv.header("content-disposition").contains(&maker.to_string()), "{text}");
    let own = app.app.engine.store.audit_of_person(app.bank.tenant, auditor, Vec::new(), None, 99).await.unwrap();
    let seen: Vec<&str> = own.iter().map(|row| row.entry.kind.as_str()).collect();
    assert!(seen.contains(&"person_log_viewed") && seen.contains(&"person_log_exported"), "{seen:?}");
    let other = app.other_bank().await;
    let (_, stranger) = app.person(&other, "admin").await;
    assert_eq!(app.signed(&stranger, Method::GET, &format!("/v1/admin/people/{maker}/log"), None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_and_good_sign_ins_sign_outs_and_presence_are_in_a_persons_log() {
    let app = TestApp::new().await;
    let (person, cookie) = app.person(&app.bank, "supervisor").await;
    let email = app.app.engine.store.person(person).await.unwrap().unwrap().email;
    let password = json!({ "password": "a long enough one" });
    let set = app.signed(&cookie, Method::POST, "/v1/me/password", Some(password)).await;
    let cookie = set.header("set-cookie").split(';').next().unwrap().to_owned();
    let by = async |password: &str| app.page("/v1/sign-in", json!({ "email": email, "password": password })).await.status.as_u16();
    assert_eq!((by("not the right one").await, by("a long enough one").await), (401, 200));
    assert_eq!(app.signed(&cookie, Method::POST, "/v1/sign-out", None).await.status, 204);
    crate::floor::presence(&app.app.engine, person, domain::agent::Input::Came).await;
    let rows = app.app.engine.store.audit_of_person(app.bank.tenant, person, Vec::new(), None, 99).await.unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row.entry.kind.as_str()).collect();
    for kind in ["password_set", "sign_in_refused", "signed_in", "signed_out", "presence_changed"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}
