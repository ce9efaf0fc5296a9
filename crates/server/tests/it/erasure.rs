//! Erasure: after it an old copy of the main database and today's keys open nothing, no file holds a
//! trace, and the history still proves itself.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::{Yard, log_key, new_report};
use domain::case::{Input, Message};
use domain::digest::Salt;
use domain::ids::{AgentId, CaseId, MessageId, SessionId};
use domain::pii::Pii;
use domain::refusal::Code;
use domain::retention::{Cause, Custody};
use domain::session::Seat;
use domain::time::{Span, Timestamp};
use server::adapters::blobs::Blobs;
use server::adapters::clock::FakeClock;
use server::adapters::ids::random;
use server::adapters::seal;
use server::engine::{Actor, EngineError, NewReport, place_of_delivery};
use server::erasure;
use server::export::cli::ExportArgs;
use server::images::{Version, place};
use server::verify::verify;
use server::workers::sequencer::once as sequence;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::rows::{CaseWrite, Channel, Commit, KeyRow};

/// What names the customer, in every place that holds something of theirs.
const CANARIES: [&str; 7] = [
    "Kanarienvogel-7f3a",
    "kanarie-onb-7f3a",
    "+6580007f3a",
    "chat-kanarie-7f3a",
    "note-kanarie-7f3a",
    "photograph-and-recording-kanarie-7f3a",
    "passport-kanarie-7f3a",
];

struct Ground {
    path: PathBuf,
    clock: Arc<FakeClock>,
    yard: Yard,
    case: CaseId,
    session: SessionId,
    /// Another customer, who stays.
    other: CaseId,
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn start() -> Timestamp {
    Timestamp::parse("2026-11-23T09:00:00Z").unwrap()
}

impl Ground {
    /// A verified case full of canaries, and one of somebody else, four years younger.
    async fn lay() -> Self {
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        let clock = Arc::new(FakeClock::at(start()));
        let mut yard = Yard::lay_at(&path, 0, clock.clone()).await;
        yard.filling = CANARIES[5].bytes().chain(std::iter::repeat_n(b'.', 800)).collect();
        yard.during = spoken(yard.agents[0]);
        let (case, session) = yard.verified_as(named()).await;
        yard.during.clear();
        clock.advance(Span::minutes(4 * 365 * 24 * 60));
        let (other, _) = yard.verified_as(new_report("onb-2")).await;
        let ground = Self { path, clock, yard, case, session, other };
        ground.sequenced().await;
        ground
    }

    async fn sequenced(&self) {
        let log = log_key(&self.path);
        while sequence(&self.yard.engine, &log).await.unwrap() > 0 {}
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        self.yard.blobs.clone()
    }

    /// To the day on which the first case is due.
    fn five_years_on(&self) {
        self.clock.set(start());
        self.clock.advance(Span::minutes((5 * 365 + 3) * 24 * 60));
    }

    async fn round(&self) -> erasure::Round {
        erasure::once(&self.yard.engine, &self.blobs()).await.unwrap()
    }

    async fn close(&self) {
        self.sequenced().await;
        self.yard.engine.store.close().await.unwrap();
    }
}

/// A report that holds a canary wherever a person can be named.
fn named() -> NewReport {
    let mut new = new_report(CANARIES[1]);
    new.customer.name = Pii::new(format!("{} binti Test", CANARIES[0]));
    new.customer.phone = Some(Pii::new(CANARIES[2].to_owned()));
    new.claimed.document_number = Some(Pii::new(CANARIES[6].to_owned()));
    new.report.vendor_reference = Some(CANARIES[1].to_owned());
    new
}

/// What is said and written while they talk.
fn spoken(agent: AgentId) -> Vec<Input> {
    let message = Message {
        id: MessageId(7),
        nonce: "n".to_owned(),
        from: Seat::Customer,
        name: CANARIES[0].to_owned(),
        at: start(),
        text: Pii::new(CANARIES[3].to_owned()),
        image: None,
    };
    let notes = Input::Notes { agent, text: Pii::new(CANARIES[4].to_owned()), salt: Salt([3; 16]) };
    vec![Input::Chat { message: Box::new(message), salt: Salt([4; 16]) }, notes]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

/// The files below a folder that hold any of these bytes, with what they hold.
fn holding(folder: &Path, needles: &[&[u8]]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for file in files(folder) {
        let bytes = fs::read(&file).unwrap();
        for needle in needles {
            if bytes.windows(needle.len()).any(|window| window == *needle) {
                found.push((file.clone(), String::from_utf8_lossy(needle).into_owned()));
            }
        }
    }
    found
}

fn copy(from: &Path, to: &Path, leave_out: &[&str]) {
    for file in files(from) {
        let name = file.strip_prefix(from).unwrap();
        if leave_out.iter().any(|out| name.to_string_lossy().starts_with(out)) {
            continue;
        }
        let target = to.join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
}

/// Everything in a folder that any key of its database of keys opens for a case: state, messages, files.
async fn opened(yard: &Yard, case: CaseId) -> Vec<String> {
    let engine = &yard.engine;
    let row = engine.store.case(case).await.unwrap().unwrap();
    let mut keys = Vec::new();
    for of in [case, yard_other(yard, case).await] {
        for key in engine.store.keys().of_case(of).await.unwrap() {
            keys.extend(key.wrapped.map(|wrapped| engine.kms.unwrap_key(row.tenant, &wrapped).unwrap()));
        }
    }
    let mut sealed = vec![("state".to_owned(), format!("case/{case}/state/{}", row.version), row.state.clone())];
    for delivery in engine.store.deliveries_of(case, 1_000).await.unwrap() {
        if delivery.row.channel != Channel::Webhook {
            sealed.push(("message".to_owned(), place_of_delivery(delivery.row.id), delivery.row.payload));
        }
    }
    for name in yard.blobs.list(&format!("evidence/{case}")).unwrap() {
        sealed.push((name.clone(), name.clone(), yard.blobs.get(&name).unwrap()));
    }
    let mut open = Vec::new();
    for (what, at, bytes) in sealed {
        let record = name_of_record(&what);
        let tries = keys.iter().any(|key| match record {
            // A part of a recording is records of a length and sealed bytes.
            Some(session) => seal::open(key, &server::recorder::place(session, 0), first_record(&bytes)).is_ok(),
            None => seal::open(key, &at, &bytes).is_ok(),
        });
        if tries || engine.kms.open_small(row.tenant, at.as_bytes(), &bytes).is_ok() {
            open.push(what);
        }
    }
    open
}

fn name_of_record(name: &str) -> Option<SessionId> {
    name.rsplit_once("/rec-")?.1.split_once('.')?.0.parse().ok()
}

fn first_record(part: &[u8]) -> &[u8] {
    let length = u32::from_be_bytes(*part.first_chunk().unwrap()) as usize;
    &part[4..4 + length]
}

async fn yard_other(yard: &Yard, case: CaseId) -> CaseId {
    let rows = yard.engine.store.cases_in_phases(vec!["verified".to_owned()], None, 10).await.unwrap();
    rows.iter().map(|row| row.id).find(|id| *id != case).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_database_with_todays_keys_opens_nothing_and_no_file_holds_a_trace_while_the_proof_still_holds() {
    let ground = Ground::lay().await;
    let engine = &ground.yard.engine;
    let write = |text: &str| Input::Custody(Custody::Hold { by: AgentId(1), reason: Pii::new(text.to_owned()), salt: Salt([1; 16]) });
    engine.tell_case(ground.case, &Actor::System, write(CANARIES[4])).await.unwrap();
    let lift = Custody::Lift { by: AgentId(1), reason: Pii::new(CANARIES[3].to_owned()), salt: Salt([2; 16]) };
    engine.tell_case(ground.case, &Actor::System, Input::Custody(lift)).await.unwrap();
    let needles: Vec<&[u8]> = CANARIES.iter().map(|canary| canary.as_bytes()).collect();
    let personal: Vec<&[u8]> = needles.iter().filter(|n| **n != CANARIES[1].as_bytes()).copied().collect();
    assert_eq!(holding(&ground.path, &personal), [], "nothing of a person is ever readable on disk");
    let key = engine.store.keys().of_case(ground.case).await.unwrap().remove(0);
    let wrapped = key.wrapped.unwrap();
    assert!(!holding(&ground.path, &[&wrapped]).is_empty(), "the search finds what is there");

    // What a thief has: everything but the keys, from before, with the journal as it lay.
    let old = ground.path.with_extension("old");
    copy(&ground.path, &old, &["keys", "recourse.db.lock"]);
    // The control: with the keys of that day it all opens.
    let control = ground.path.with_extension("control");
    copy(&ground.path, &control, &["recourse.db.lock", "keys.db.lock"]);
    let before = Yard::open(&control, ground.clock.clone()).await;
    let open = opened(&before, ground.case).await;
    // Two images in two versions, the recording, the message with the link, the state.
    assert!(open.contains(&"state".to_owned()) && open.contains(&"message".to_owned()) && open.len() == 7, "{open:?}");
    before.engine.store.close().await.unwrap();

    ground.five_years_on();
    let round = ground.round().await;
    assert_eq!((round.erased, round.finished), (1, 1), "the one whose time is over");
    assert_eq!(ground.round().await, erasure::Round::default(), "once");
    let left = engine.case(ground.case).await.unwrap();
    assert_eq!((left.customer.name.reveal().as_str(), left.reference.as_str(), left.phase_name()), ("", "", "verified"));
    assert!(left.kept.erased.is_some_and(|e| e.cause == Cause::RetentionOver && e.by.is_none()));
    assert_eq!(holding(&ground.path, &needles), [], "also in journals, while the server runs");
    assert_eq!(holding(&ground.path, &[&wrapped]), [], "the key is in no file");
    ground.close().await;
    assert_eq!(holding(&ground.path, &needles), []);
    assert_eq!(holding(&ground.path, &[&wrapped]), []);
    assert_eq!(fs::read_dir(ground.path.join(format!("blobs/evidence/{}", ground.case))).unwrap().count(), 0);
    let report = verify(&ground.path).await.unwrap();
    assert_eq!((report.cases, report.erased, report.recordings), (2, 1, 1), "{report}");
    assert!(report.warnings.is_empty(), "{report}");

    // The old database, all old files, and every key there is today.
    copy(&ground.path, &old, &["recourse.db", "blobs", "keys.db.lock"]);
    let thief = Yard::open(&old, ground.clock.clone()).await;
    assert!(matches!(thief.engine.case(ground.case).await, Err(EngineError::KeyGone { destroyed: true, .. })));
    assert_eq!(opened(&thief, ground.case).await, Vec::<String>::new());
    assert!(thief.engine.case(ground.other).await.is_ok(), "the other customer's case is as it was");
    let images = ground.yard.images.iter().filter(|(case, _)| *case == ground.other).count();
    assert_eq!(images, 2);
    thief.engine.store.close().await.unwrap();
    let said = verify(&old).await.unwrap_err().to_string();
    assert!(said.contains(&ground.case.to_string()) && said.contains("old copy of the database"), "{said}");
    for folder in [old, control] {
        fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_after_the_fact_leaves_an_erasure_that_the_next_start_finishes() {
    let ground = Ground::lay().await;
    let engine = &ground.yard.engine;
    ground.five_years_on();
    engine.erase(ground.case, &Actor::System, Cause::RetentionOver, None).await.unwrap();
    ground.close().await;
    let report = verify(&ground.path).await.unwrap();
    assert!(report.warnings.iter().any(|w| w.contains("not finished: 1 old keys and")), "{report}");
    let again = Yard::open(&ground.path, ground.clock.clone()).await;
    let blobs: Arc<dyn Blobs> = again.blobs.clone();
    // The crash may also come between the key and the files.
    again.engine.destroy_old_keys(ground.case).await.unwrap();
    let round = erasure::once(&again.engine, &blobs).await.unwrap();
    assert_eq!((round.erased, round.finished), (0, 1));
    erasure::finish(&again.engine, &blobs, ground.case).await.unwrap();
    again.engine.store.close().await.unwrap();
    let report = verify(&ground.path).await.unwrap();
    assert!(report.warnings.is_empty() && report.erased == 1, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_gone_without_an_entry_is_a_fault_that_names_its_case() {
    let ground = Ground::lay().await;
    let keys = ground.yard.engine.store.keys();
    let key = keys.of_case(ground.case).await.unwrap().remove(0);
    keys.destroy(key.id, start()).await.unwrap();
    ground.close().await;
    let said = verify(&ground.path).await.unwrap_err().to_string();
    assert!(said.contains(&format!("case {}", ground.case)) && said.contains("destroyed"), "{said}");
    fs::remove_file(ground.path.join("keys.db")).unwrap();
    let said = verify(&ground.path).await.unwrap_err().to_string();
    assert!(said.contains("keys.db is missing"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_not_erased_before_its_time_under_hold_or_twice_and_an_erased_case_takes_nothing_new() {
    let ground = Ground::lay().await;
    let engine = &ground.yard.engine;
    let code = |made: Result<domain::case::Case, EngineError>| match made {
        Err(EngineError::Refused(refusal)) => Some(refusal.code),
        Ok(_) | Err(_) => None,
    };
    for cause in [Cause::RetentionOver, Cause::CustomerRequest, Cause::CollectedInError] {
        assert_eq!(code(engine.erase(ground.case, &Actor::System, cause, None).await), Some(Code::RetentionRuns));
    }
    let hold = Custody::Hold { by: AgentId(1), reason: Pii::new("a court asked".to_owned()), salt: Salt([1; 16]) };
    engine.tell_case(ground.case, &Actor::System, Input::Custody(hold)).await.unwrap();
    ground.five_years_on();
    assert_eq!(ground.round().await.erased, 0, "held");
    assert_eq!(code(engine.erase(ground.case, &Actor::System, Cause::RetentionOver, None).await), Some(Code::UnderHold));
    let lift = Custody::Lift { by: AgentId(1), reason: Pii::new("the court is done".to_owned()), salt: Salt([2; 16]) };
    engine.tell_case(ground.case, &Actor::System, Input::Custody(lift)).await.unwrap();
    assert_eq!(ground.round().await.erased, 1);
    let version = engine.case(ground.case).await.unwrap().version;
    engine.erase(ground.case, &Actor::System, Cause::CustomerRequest, None).await.unwrap();
    assert_eq!(engine.case(ground.case).await.unwrap().version, version, "a repeat changes nothing");
    let late = Input::RecordingFailed { session: ground.session, why: "late" };
    let refused = engine.on_case(ground.case, &Actor::System, late).await;
    assert_eq!(code(refused), Some(Code::Erased));
    ground.close().await;
    assert_eq!(verify(&ground.path).await.unwrap().erased, 1);
    let out = ground.path.join("gone.zip");
    let args = ExportArgs { case: ground.case, out: Some(out.clone()), age: Vec::new(), data: Some(ground.path.clone()) };
    let refused = server::export::cli::run(&server::config::Config::default(), &args).await.err().unwrap();
    assert!(format!("{refused:#}").contains("evidence_erased") && !out.exists(), "{refused:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_a_case_is_forgotten_after_a_day_and_a_key_of_a_case_never() {
    let ground = Ground::lay().await;
    let engine = &ground.yard.engine;
    ground.round().await;
    // What a crash leaves between a key and its case.
    let stray = KeyRow {
        id: [7; 16],
        tenant: ground.yard.tenant,
        case: CaseId(99),
        wrapped: Some(vec![1; 61]),
        created_at: engine.now(),
        bound: false,
        destroyed_at: None,
    };
    engine.store.keys().put(stray).await.unwrap();
    assert_eq!(engine.sweep_keys().await.unwrap(), 0, "its case may be on its way");
    ground.clock.advance(Span::minutes(24 * 60));
    assert_eq!(engine.sweep_keys().await.unwrap(), 1);
    assert!(engine.store.keys().get([7; 16]).await.unwrap().is_none());
    // An old main database put back by mistake knows neither case: their keys stay all the same.
    let keys = engine.store.keys().of_case(ground.case).await.unwrap();
    engine.store.keys().forget(keys[0].id).await.unwrap();
    assert!(engine.case(ground.case).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_takes_keys_out_of_the_rows_of_cases_and_leaves_no_byte_of_them_there() {
    let ground = Ground::lay().await;
    let engine = &ground.yard.engine;
    let row = engine.store.case(ground.case).await.unwrap().unwrap();
    let loaded = engine.loaded(ground.case).await.unwrap();
    let wrapped = engine.store.keys().of_case(ground.case).await.unwrap().remove(0).wrapped.unwrap();
    // The row as the version before wrote it: the key itself stands in it.
    let plain = seal::open(&loaded.key.0, &format!("case/{}/state/{}", row.id, row.version), &row.state).unwrap();
    let state = seal::seal(&loaded.key.0, &format!("case/{}/state/{}", row.id, row.version + 1), &plain).unwrap();
    let before = CaseWrite {
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
        state,
        state_hash: row.state_hash,
        key: wrapped.clone(),
    };
    engine.store.commit(Commit { cases: vec![before], ..Commit::default() }).await.unwrap();
    engine.store.close().await.unwrap();
    let main = ground.path.join("recourse.db");
    assert!(fs::read(&main).unwrap().windows(wrapped.len()).any(|w| w == wrapped), "the key stands in the main database");
    for name in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = fs::remove_file(ground.path.join(name));
    }
    forget_the_mark(&ground.path);
    let again = Yard::open(&ground.path, ground.clock.clone()).await;
    assert_eq!(again.engine.move_keys().await.unwrap(), 1);
    assert_eq!(again.engine.move_keys().await.unwrap(), 0, "once");
    assert_eq!(again.engine.case(ground.case).await.unwrap().customer.name.reveal(), &format!("{} binti Test", CANARIES[0]));
    let due = again.engine.store.retention(ground.case).await.unwrap().unwrap().due_at;
    assert_eq!(due, Some(start().plus_years(5)));
    for name in ["recourse.db", "recourse.db-wal"] {
        let bytes = fs::read(ground.path.join(name)).unwrap_or_default();
        assert!(!bytes.windows(wrapped.len()).any(|w| w == wrapped), "{name} still holds the key");
    }
    again.engine.store.close().await.unwrap();
}

/// As if this folder had never been moved.
fn forget_the_mark(path: &Path) {
    let mut pages = crate::pages::Pages::open(&path.join("recourse.db"));
    assert!(pages.replace("keys/moved", "keys/undid") > 0);
    pages.write();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_an_erased_case_opens_with_no_key_even_where_its_file_came_back() {
    let ground = Ground::lay().await;
    let (case, image) = ground.yard.images[0];
    assert_eq!(case, ground.case);
    let name = place(case, image, Version::Original);
    let file = ground.path.join("blobs").join(&name);
    let sealed = fs::read(&file).unwrap();
    ground.five_years_on();
    ground.round().await;
    assert!(!file.exists());
    let key = ground.yard.engine.key_of(case).await.unwrap();
    assert!(seal::open(&key.0, &name, &sealed).is_err(), "what is left is sealed with another key");
}
