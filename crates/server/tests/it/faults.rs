//! What goes wrong with disks, clocks and machines, and what is promised then.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::Folder;
use domain::agent;
use domain::audit::{Checkpoint, Frontier, VerifierKey};
use domain::ids::{AgentId, TenantId};
use domain::time::Timestamp;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use server::adapters::clock::{Clock, FakeClock, SystemClock};
use server::adapters::ids::{SystemIds, random};
use server::adapters::kms::FileKms;
use server::engine::{Actor, Engine};
use server::verify::verify;
use server::workers::sequencer::{self, LogKey, SequencerError, once};
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::rows::MAX_LIST;
use store::{Options, Store};

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

struct Ground(PathBuf);

impl Ground {
    fn make() -> Self {
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_the_database_is_named_or_harmless_and_never_a_panic() {
    let folder = block_on(Folder::rich());
    let sound = block_on(verify(&folder.path)).unwrap();
    let path = folder.path.join("recourse.db");
    let before = fs::read(&path).unwrap();
    // Half of the file is the empty room that every small table has at the end of its page.
    let written: Vec<usize> = (0..before.len()).filter(|at| before[*at] != 0).collect();
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) });
    let found = AtomicI64::new(0);
    runner
        .run(&(any::<prop::sample::Index>(), 0u8..8, 0u8..5), |(at, bit, where_to)| {
            let mut bytes = before.clone();
            let at = if where_to == 0 { at.index(bytes.len()) } else { written[at.index(written.len())] };
            bytes[at] ^= 1 << bit;
            fs::write(&path, &bytes).unwrap();
            match block_on(verify(&folder.path)) {
                // Free pages and the rows of tables that prove nothing.
                Ok(report) => prop_assert_eq!(&report, &sound),
                Err(fault) => {
                    prop_assert!(fault.to_string().len() > 10);
                    found.fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        })
        .unwrap();
    let found = found.load(Ordering::Relaxed);
    assert!(found > 60, "much of the file is evidence: {found}");
}

/// An engine on a store, with a log key of its own.
fn engine(store: Arc<dyn Store>, keys: &Path, clock: Arc<dyn Clock>) -> Engine {
    let kms = Arc::new(FileKms::open_or_create(&keys.join("master.keys")).unwrap());
    let ids = Arc::new(SystemIds::new(clock.clone()));
    Engine::new(store, kms, clock, ids, "http://bank.test".to_owned())
}

const ORIGIN: &str = "recourse/test";

fn log_key() -> LogKey {
    LogKey::new(ORIGIN, SigningKey::from_bytes(&[5; 32]))
}

/// Every entry has one place; every size that was signed has the one root that the entries give.
async fn one_history(store: &dyn Store) -> (u64, usize) {
    let key = VerifierKey::new(ORIGIN, SigningKey::from_bytes(&[5; 32]).verifying_key()).unwrap();
    let mut leaves = Vec::new();
    loop {
        let page = store.audit_range(leaves.len() as u64, MAX_LIST).await.unwrap();
        if page.is_empty() {
            break;
        }
        for row in page {
            assert_eq!(row.idx, Some(leaves.len() as u64));
            leaves.push(row.entry.leaf_hash());
        }
    }
    let (mut frontier, mut count, mut after) = (Frontier::default(), 0, None);
    let mut rest = leaves.iter();
    while let Some(row) = store.checkpoints(after, 1).await.unwrap().pop() {
        let signed = Checkpoint::verify(row.note.as_bytes(), &key).unwrap();
        assert_eq!(signed.after(), Some(after.unwrap_or(0)), "each follows the one before");
        while frontier.size() < row.size {
            frontier.append(*rest.next().unwrap());
        }
        assert_eq!((signed.size, signed.root, row.root), (row.size, frontier.root(), frontier.root()));
        (after, count) = (Some(row.size), count + 1);
    }
    assert_eq!(frontier.size(), leaves.len() as u64);
    (frontier.size(), count)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sequencers_on_one_store_sign_one_history() {
    let ground = Ground::make();
    let store = store::open(&format!("sqlite:{}", ground.0.join("s.db").display()), Options::default()).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let writer = engine(store.clone(), &ground.0, clock.clone());
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let racer = engine(store.clone(), &ground.0, clock.clone());
        racers.spawn(async move {
            let key = log_key();
            while racer.store.log_state().await.unwrap().size < 600 {
                match once(&racer, &key).await {
                    Ok(_) => {}
                    Err(SequencerError::Engine(server::engine::EngineError::Store(store::StoreError::Conflict))) => {}
                    Err(error) => panic!("{error}"),
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for n in 0..600 {
        writer.log(TenantId(1), None, &Actor::System, "raced", json!({ "n": n })).await.unwrap();
    }
    while let Some(done) = racers.join_next().await {
        done.unwrap();
    }
    let (size, checkpoints) = one_history(store.as_ref()).await;
    assert!(size == 600 && checkpoints > 1, "{size} {checkpoints}");
    store.close().await.unwrap();
}

const CHILD: &str = "RECOURSE_IT_SEQUENCE_UNTIL_KILLED";

/// Not a test of itself: the process that the next tests stop, let go on and kill. Alone it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn sequences_until_killed() {
    let Ok(said) = std::env::var(CHILD) else { return };
    let (url, keys) = said.split_once('|').unwrap();
    let store = store::open(url, Options::default()).await.unwrap();
    let engine = engine(store, Path::new(keys), Arc::new(SystemClock::new()));
    let key = log_key();
    writeln!(std::io::stdout(), "it sequences now").unwrap();
    loop {
        match once(&engine, &key).await {
            Ok(_) | Err(SequencerError::Engine(_)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

fn sequencer_process(url: &str, keys: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::sequences_until_killed", "--nocapture"])
        .env(CHILD, format!("{url}|{}", keys.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map(Result::unwrap).any(|line| line.contains("it sequences now")), "it runs");
    child
}

fn signal(child: &Child, how: &str) {
    assert!(Command::new("kill").args([how, &child.id().to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_sequencer_of_another_process_never_signs_a_second_root() {
    let Ok(server) = std::env::var("RECOURSE_TEST_POSTGRES") else {
        assert!(std::env::var("RECOURSE_REQUIRE_POSTGRES").is_err(), "RECOURSE_REQUIRE_POSTGRES is set, RECOURSE_TEST_POSTGRES is not");
        eprintln!("skipped: RECOURSE_TEST_POSTGRES is not set");
        return;
    };
    let ground = Ground::make();
    let database = store::tamper::PostgresPlace::make(&server).await.unwrap();
    let store = store::open(database.url(), Options::default()).await.unwrap();
    let writer = engine(store.clone(), &ground.0, Arc::new(SystemClock::new()));
    writer.log(TenantId(1), None, &Actor::System, "raced", json!({})).await.unwrap();
    let mut children = [sequencer_process(database.url(), &ground.0), sequencer_process(database.url(), &ground.0)];
    let mut written = 1;
    for round in 0..12 {
        // One is stopped in the middle of whatever it does, and goes on when the other has signed past it.
        let (paused, running) = (&children[round % 2], &children[1 - round % 2]);
        signal(paused, "-STOP");
        for n in 0..40 {
            writer.log(TenantId(1), None, &Actor::System, "raced", json!({ "n": n })).await.unwrap();
            written += 1;
        }
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        for waited in 0.. {
            tick.tick().await;
            if store.log_state().await.unwrap().size == written {
                break;
            }
            // It may have been stopped while it held the row: then nobody signs until it goes on.
            if waited == 300 {
                signal(paused, "-CONT");
            }
            assert!(waited < 2_000, "{} still runs", running.id());
        }
        signal(paused, "-CONT");
    }
    for child in &mut children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (size, checkpoints) = one_history(store.as_ref()).await;
    assert!(size == written && checkpoints >= 12, "{size} {checkpoints}");
    store.close().await.unwrap();
    database.leave().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_process_keeps_the_folder_and_goes_on_where_it_was() {
    let ground = Ground::make();
    let url = format!("sqlite:{}", ground.0.join("s.db").display());
    let store = store::open(&url, Options::default()).await.unwrap();
    let writer = engine(store.clone(), &ground.0, Arc::new(SystemClock::new()));
    for n in 0..1_200 {
        writer.log(TenantId(1), None, &Actor::System, "raced", json!({ "n": n })).await.unwrap();
    }
    store.close().await.unwrap();
    let mut child = sequencer_process(&url, &ground.0);
    signal(&child, "-STOP");
    let refused = store::open(&url, Options::default()).await.err().unwrap().to_string();
    assert!(refused.contains("another process"), "{refused}");
    signal(&child, "-CONT");
    child.kill().unwrap();
    child.wait().unwrap();
    let store = store::open(&url, Options::default()).await.unwrap();
    let engine = engine(store.clone(), &ground.0, Arc::new(SystemClock::new()));
    while once(&engine, &log_key()).await.unwrap() > 0 {}
    assert_eq!(one_history(store.as_ref()).await.0, 1_200);
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_between_two_runs_does_not_set_the_log_back() {
    let ground = Ground::make();
    let store = store::open(&format!("sqlite:{}", ground.0.join("s.db").display()), Options::default()).await.unwrap();
    let noon = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
    let mut last = Timestamp(0);
    for start in [noon, noon - domain::time::Span::minutes(60), noon - domain::time::Span::minutes(30)] {
        let engine = engine(store.clone(), &ground.0, Arc::new(FakeClock::at(start)));
        engine.log(TenantId(1), None, &Actor::System, "ticked", json!({})).await.unwrap();
        once(&engine, &log_key()).await.unwrap();
        let at = store.checkpoint().await.unwrap().unwrap().at;
        assert!(at >= last && at >= noon, "{at}");
        last = at;
    }
    one_history(store.as_ref()).await;
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_does_not_end_because_the_clock_was_set_forward_by_an_hour() {
    let app = crate::test_app::TestApp::new().await;
    let times = Arc::new((AtomicI64::new(app.clock.now().0), AtomicI64::new(0)));
    let read = times.clone();
    let clock: Arc<dyn Clock> =
        Arc::new(SystemClock::of(Box::new(move || (read.0.load(Ordering::Acquire), read.1.load(Ordering::Acquire)))));
    let pass = |wall: i64, measured: i64| {
        times.0.fetch_add(wall * 1_000_000, Ordering::AcqRel);
        times.1.fetch_add(measured * 1_000_000, Ordering::AcqRel);
        clock.now()
    };
    let other = crate::engine::with_clock(&app, clock.clone());
    let (agent, _) = app.person(&app.bank, "agent").await;
    let case = crate::floor::queued(&app, crate::test_app::report("clock-1")).await.case;
    other.engine.on_agent(agent, &Actor::Person(agent), agent::Input::Came).await.unwrap();
    other.engine.on_agent(agent, &Actor::Person(agent), agent::Input::Available).await.unwrap();
    other.engine.reserve(case, agent, domain::time::Span::seconds(20), None).await.unwrap();
    let reserved = async |agent: AgentId| matches!(other.engine.agent(agent).await.unwrap().state, agent::State::Reserved { .. });
    pass(3_601, 1);
    server::workers::deadlines::once(&other).await.unwrap();
    assert!(reserved(agent).await, "a second passed, not an hour");
    pass(20, 20);
    server::workers::deadlines::once(&other).await.unwrap();
    assert!(!reserved(agent).await, "its twenty seconds are over");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_have_their_place_within_two_seconds_under_load() {
    let app = crate::test_app::TestApp::new().await;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let busy = crate::engine::with_clock(&app, clock);
    let key = Arc::new(log_key());
    let running = tokio::spawn(sequencer::run(busy.clone(), key));
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let engine = busy.engine.clone();
        writers.spawn(async move {
            for n in 0..250 {
                engine.log(TenantId(1), None, &Actor::System, "loaded", json!({ "n": n })).await.unwrap();
            }
        });
    }
    let from = busy.engine.store.log_state().await.unwrap().size;
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    while busy.engine.store.gauges().await.unwrap().unsequenced_entries > 0 {
        tick.tick().await;
    }
    running.abort();
    let waits = sequencer::inclusion(busy.engine.store.as_ref(), from).await.unwrap();
    let p99 = waits[waits.len() * 99 / 100];
    eprintln!("{} entries: p99 from commit to inclusion {:.3} s", waits.len(), p99.as_secs_f64());
    assert!(waits.len() >= 2_000 && p99 <= Duration::from_secs(2), "{p99:?}");
}
