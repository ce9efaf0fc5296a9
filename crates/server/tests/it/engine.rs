//! The write path under races, crashes and curious readers of the disk.

use crate::floor::{claim, decide, kinds, live, on_duty, opened, opened_as, queued, ring, session, tell};
use crate::test_app::{TestApp, report};
use domain::agent::State;
use domain::case::{Input, Message, Phase};
use domain::decision::{ReasonCode, Verdict};
use domain::digest::{Digest, Salt};
use domain::ids::{CaseId, MessageId};
use domain::pii::Pii;
use domain::refusal::Code;
use domain::session::Seat;
use domain::time::Span;
use serde_json::json;
use server::adapters::clock::Clock;
use server::engine::{Actor, Engine, EngineError};
use server::hub::Hub;
use server::rooms::Rooms;
use server::state::{App, Parts};
use server::workers::router::{self, QueueView};
use std::path::Path;
use std::sync::Arc;
use store::rows::{CaseRow, CaseWrite, Commit};
use tokio::task::JoinSet;

fn refused<T: std::fmt::Debug>(result: Result<T, EngineError>) -> Code {
    match result {
        Err(EngineError::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_browsers_that_claim_at_once_one_holds_the_case_and_the_rest_are_refused() {
    let app = TestApp::new().await;
    let case = opened(&app, "onb-1").await;
    let mut taps = JoinSet::new();
    for client in 1..=6 {
        let engine = app.app.engine.clone();
        taps.spawn(async move { (client, engine.tell_case(case, &Actor::Customer, claim(client, client)).await) });
    }
    let mut won = Vec::new();
    for (client, result) in taps.join_all().await {
        match result {
            Ok(()) => won.push(client),
            lost => assert_eq!(refused(lost), Code::InvitationBound),
        }
    }
    let held = app.app.engine.case(case).await.unwrap();
    assert_eq!(won, [held.binding.unwrap().client.0]);
    assert_eq!((held.consents.len(), held.phase), (1, Phase::Waiting { ticket: ticket_of(won[0], app.app.engine.now()) }));
}

fn ticket_of(id: u128, queued_at: domain::time::Timestamp) -> domain::case::Ticket {
    let id = domain::ids::TicketId(id);
    domain::case::Ticket { id, queued_at, boost: 0, cooling: Vec::new(), state: domain::case::TicketState::Queued, rings: 0, wants: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_given_in_two_tabs_at_once_is_one_session() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let customer = queued(&app, report("onb-1")).await;
    let sari = on_duty(&app, &[]).await;
    engine.reserve(customer.case, sari.id, Span::seconds(20), None).await.unwrap();
    let (_, reservation) = ring(engine, sari.id).await.unwrap();
    let (a, b) = tokio::join!(engine.accept(sari.id, reservation), engine.accept(sari.id, reservation));
    let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
    assert_eq!(won.unwrap(), customer.case);
    // Which of the two guards it meets depends on how far the other one was.
    assert!(matches!(refused(lost), Code::Stale | Code::WrongPhase));
    let started = kinds(engine, customer.case).await.iter().filter(|k| *k == "session_started").count();
    assert_eq!(started, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rings_for_one_customer_bind_one_agent_and_leave_the_other_free() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let customer = queued(&app, report("onb-1")).await;
    let (sari, ben) = (on_duty(&app, &[]).await, on_duty(&app, &[]).await);
    let ring_for = Span::seconds(20);
    let (a, b) =
        tokio::join!(engine.reserve(customer.case, sari.id, ring_for, None), engine.reserve(customer.case, ben.id, ring_for, None));
    let (rung, free) = if a.is_ok() { (sari.id, ben.id) } else { (ben.id, sari.id) };
    assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1);
    assert_eq!(ring(engine, rung).await.map(|(case, _)| case), Some(customer.case));
    assert!(matches!(engine.agent(free).await.unwrap().state, State::Available { .. }), "both move in one commit, or neither");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_lost_a_race_is_tried_again_and_nothing_is_lost() {
    let app = TestApp::new().await;
    let case = queued(&app, report("onb-1")).await.case;
    let before = app.app.engine.case(case).await.unwrap().version;
    let mut writers = JoinSet::new();
    for n in 0..6u128 {
        let engine = app.app.engine.clone();
        writers.spawn(async move { engine.tell_case(case, &Actor::Customer, chat(n, "hello")).await });
    }
    for result in writers.join_all().await {
        result.unwrap();
    }
    let after = app.app.engine.case(case).await.unwrap();
    assert_eq!((after.version, after.chat.len()), (before + 6, 6));
    let log = app.app.engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
    let versions: Vec<u64> = log.iter().filter(|row| row.entry.kind == "chat_sent").map(|row| row.entry.case_version).collect();
    assert_eq!(versions, (before + 1..=before + 6).collect::<Vec<_>>(), "one entry for each version");
}

fn chat(n: u128, text: &str) -> Input {
    let message = Message {
        id: MessageId(n + 1),
        nonce: format!("n{n}"),
        from: Seat::Customer,
        name: "Nur".to_owned(),
        at: domain::time::Timestamp(1),
        text: Pii::new(text.to_owned()),
        image: None,
    };
    Input::Chat { message: Box::new(message), salt: Salt([7; 16]) }
}

/// The program as it is after a power cut: the same store and evidence, nothing else.
fn started_again(app: &TestApp) -> App {
    with_clock(app, app.app.engine.clock.clone())
}

/// The same, by another clock.
pub fn with_clock(app: &TestApp, clock: Arc<dyn Clock>) -> App {
    let old = &app.app.engine;
    let engine = Arc::new(Engine::new(old.store.clone(), old.kms.clone(), clock, old.ids.clone(), old.public_url.clone()));
    let hub = Arc::new(Hub::default());
    let queue = Arc::new(QueueView::default());
    hub.follow(queue.clone());
    engine.attach(hub.clone());
    let local = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let media = media::Config { udp: local, tcp: local, threads: 1, ..media::Config::default() };
    let rooms = Rooms::start(media, engine.clone(), hub.clone(), app.app.blobs.clone()).unwrap();
    let (limits, targets) = (app.app.limits.clone(), app.app.targets.clone());
    let boards = server::boards::Boards::start(engine.clone(), hub.clone(), app.app.blobs.clone());
    let relays = server::relays::Relays::default();
    App::new(Parts {
        engine,
        hub,
        blobs: app.app.blobs.clone(),
        rooms,
        queue,
        limits,
        targets,
        relays,
        geoip: None,
        boards,
        reviews: app.app.reviews.clone(),
        witnesses: Arc::default(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_before_a_crash_is_carried_on_though_nobody_was_told() {
    let app = TestApp::new().await;
    let old = &app.app.engine;
    let (sari, ben) = (on_duty(&app, &["lang:ms"]).await, on_duty(&app, &["lang:ms"]).await);
    let (calling, waiting) = (queued(&app, report("onb-1")).await, opened(&app, "onb-2").await);
    let held = live(&app.app, calling.case, sari.id).await;
    // The crash: a commit whose orders reach neither sockets, queue nor media.
    let deaf = Engine::new(old.store.clone(), old.kms.clone(), old.clock.clone(), old.ids.clone(), old.public_url.clone());
    tell(&deaf, waiting, claim(5, 5)).await;

    let again = started_again(&app);
    again.queue.load(&again).await.unwrap();
    again.rooms.recover().await.unwrap();
    let case = again.engine.case(calling.case).await.unwrap();
    assert_eq!((case.phase_name(), session(&case)), ("interrupted", held), "the session waits for its browsers");
    let _page = again.hub.join_customer(waiting, true).unwrap();
    let _desk = again.hub.join_agent(ben.id);
    router::once(&again).await;
    assert_eq!(ring(&again.engine, ben.id).await.map(|(case, _)| case), Some(waiting), "the ticket that nobody heard of is served");

    assert_eq!(again.rooms.live(), 0, "no room before a browser is there");
    let refused = again.rooms.offer(&case, Seat::Customer, media::PeerId(1), "v=0".to_owned()).await;
    assert!(refused.is_err(), "this is no offer");
    assert_eq!(again.rooms.live(), 1, "but the room it asked for is derived from the case");
    tell(&again.engine, calling.case, Input::MediaUp { seat: Seat::Customer }).await;
    tell(&again.engine, calling.case, Input::MediaUp { seat: Seat::Agent }).await;
    let case = again.engine.case(calling.case).await.unwrap();
    assert_eq!((case.phase_name(), session(&case)), ("live", held));
    let log = kinds(&again.engine, calling.case).await;
    assert!(log.contains(&"session_interrupted".to_owned()) && log.contains(&"session_resumed".to_owned()), "{log:?}");
    again.rooms.stop();
}

/// `row` moved on by a version, with somebody else's sealed state and key.
fn forged(row: &CaseRow, state: Vec<u8>, key: Vec<u8>) -> CaseWrite {
    CaseWrite {
        id: row.id,
        tenant: row.tenant,
        expected_version: row.version,
        version: row.version + 1,
        reference: row.reference.clone(),
        phase: row.phase.clone(),
        jurisdiction: row.jurisdiction.clone(),
        locale: row.locale.clone(),
        reasons: row.reasons.clone(),
        agent: row.agent,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deadline_at: row.deadline_at,
        queued_at: row.queued_at,
        recovered_seconds: row.recovered_seconds,
        name_tokens: row.name_tokens.clone(),
        state_hash: Digest::of(&state).0,
        state,
        key,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_opens_only_in_its_own_place_with_its_own_key() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let other = row(&app, opened(&app, "onb-9").await).await;
    let not_its_key: fn(&EngineError) -> bool = |e| matches!(e, EngineError::KeyGone { destroyed: false, .. });
    let not_its_place: fn(&EngineError) -> bool = |e| matches!(e, EngineError::Corrupt { what: "state", .. });
    for (name, take, refused) in [
        ("another case's state and key", (true, true), not_its_key),
        ("another case's key", (false, true), not_its_key),
        ("another case's state", (true, false), not_its_place),
        ("its own older state", (false, false), not_its_place),
    ] {
        let own = row(&app, opened(&app, name).await).await;
        let state = if take.0 { &other.state } else { &own.state };
        let key = if take.1 { &other.key } else { &own.key };
        let rows = Commit { cases: vec![forged(&own, state.clone(), key.clone())], ..Commit::default() };
        engine.store.commit(rows).await.unwrap();
        let read = engine.case(own.id).await.map(|case| case.id);
        assert!(read.as_ref().is_err_and(refused), "{name}: {read:?}");
    }
    assert!(engine.case(other.id).await.is_ok());
}

async fn row(app: &TestApp, case: CaseId) -> CaseRow {
    app.app.engine.store.case(case).await.unwrap().unwrap()
}

/// Everything personal that passes through a whole case.
const PERSONAL: [&str; 11] = [
    "Quirina Zabrowska",
    "Quirina",
    "zabrowska",
    "+6598761234",
    "quirina@mail.example",
    "1977-03-21",
    "K7788123X",
    "17 Canary Wharf Crescent",
    "my mother is in hospital",
    "looked tired and unsure",
    "page torn in two",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_lies_readable_on_the_disk() {
    let app = TestApp::new().await;
    let engine = &app.app.engine;
    let mut body = report("canary-reference");
    body["customer"] = json!({ "name": PERSONAL[0], "locale": "ms", "phone": PERSONAL[3], "email": PERSONAL[4] });
    body["claimed"] = json!({ "name": PERSONAL[0], "birth_date": PERSONAL[5], "document_number": PERSONAL[6], "address": PERSONAL[7] });
    body["jurisdiction"] = json!("default");
    let customer = queued(&app, body).await;
    let sari = on_duty(&app, &[]).await;
    let session = live(&app.app, customer.case, sari.id).await;
    tell(engine, customer.case, chat(1, PERSONAL[8])).await;
    tell(engine, customer.case, Input::Notes { agent: sari.id, text: Pii::new(PERSONAL[9].to_owned()), salt: Salt([1; 16]) }).await;
    tell(engine, customer.case, Input::RecordingHead { session, segments: 3, head: Digest::of(b"head") }).await;
    tell(engine, customer.case, Input::StepDone { agent: sari.id, step: "greet".to_owned() }).await;
    for step in ["document_front", "portrait_match"] {
        let reason = Pii::new(PERSONAL[10].to_owned());
        tell(engine, customer.case, Input::Waive { agent: sari.id, step: step.to_owned(), reason, salt: Salt([2; 16]) }).await;
    }
    decide(&app.app, customer.case, sari.id, Verdict::Verified, ReasonCode::IdentityConfirmed).await;
    tell(engine, customer.case, Input::Rate { stars: 5, comment: Pii::new(PERSONAL[8].to_owned()) }).await;
    // A link by text message: number, text and token are in the outbox.
    let second = opened_as(
        &app,
        json!({ "reference": "canary-2", "customer": { "name": PERSONAL[0], "locale": "ms", "phone": PERSONAL[3] },
        "check": { "attempt": 2, "outcome": "failed", "reasons": ["document_glare"] } }),
    )
    .await;
    let link = engine.with_link(second, &Actor::Customer, |link, life| Input::NewLink { link, life }).await.unwrap();
    let token = link.token.unwrap();

    let case = engine.case(customer.case).await.unwrap();
    assert_eq!((case.phase_name(), case.customer.name.reveal().as_str()), ("verified", PERSONAL[0]), "it was all there");
    let disk = everything_below(&app.folder);
    assert!(found(&disk, "canary-reference"), "the search sees what is readable");
    let readable: Vec<&str> = PERSONAL.into_iter().chain([token.as_str()]).filter(|text| found(&disk, text)).collect();
    assert_eq!(readable, Vec::<&str>::new());
}

/// Whether the text lies there, in any case of its letters.
fn found(disk: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    disk.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text))
}

fn everything_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { everything_below(&path) } else { std::fs::read(&path).unwrap() });
    }
    all
}
