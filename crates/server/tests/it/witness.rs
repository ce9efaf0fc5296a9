//! The log and its witness, over real HTTP: signed while it only grows; a fork or an old copy is refused, loudly.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use axum::body::Body;
use axum::http::Request;
use domain::audit::tree::Tree;
use domain::audit::witness::AddCheckpoint;
use domain::audit::{Checkpoint, VerifierKey};
use domain::ids::TenantId;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use server::adapters::ids::random;
use server::config::Config;
use server::engine::Actor;
use server::start::{self, Built};
use server::verify::{verify, verify_against};
use server::witness::Book;
use server::workers::sequencer::Halt;
use std::fs;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// A folder for one test, gone with it.
struct Ground(PathBuf);

impl Ground {
    fn make() -> Self {
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A witness on a port of its own, gone with this value.
struct Served {
    book: Arc<Book>,
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(folder: &Path) -> Served {
    let book = Arc::new(Book::open(folder, Some("witness.example/one")).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = server::http::witness::router(book.clone());
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Served { book, address, task }
}

async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..1_500 {
        tick.tick().await;
        if let Some(found) = ask().await {
            return found;
        }
    }
    panic!("waited in vain: {what}")
}

fn config(ground: &Ground, witness: Option<&Served>) -> Config {
    let mut config = Config::default();
    config.server.data_dir = ground.data();
    config.media.udp = "127.0.0.1:0".parse().unwrap();
    config.media.tcp = "127.0.0.1:0".parse().unwrap();
    config.proof.origin = "verify.bank.example/log".to_owned();
    config.proof.witnesses = witness.iter().map(|w| format!("http://{} {}", w.address, w.book.key())).collect();
    config
}

async fn run(config: &Config) -> Built {
    let built = start::build(config, |_| None).await.unwrap();
    built.go().await.unwrap();
    built
}

fn log_key(ground: &Ground) -> VerifierKey {
    fs::read_to_string(ground.data().join("keys/log.pub")).unwrap().parse().unwrap()
}

/// So many entries, and what is told of them.
async fn happen(built: &Built, count: u64, what: &str) {
    for n in 0..count {
        built.app.engine.log(TenantId(1), None, &Actor::System, "case_viewed", json!({ "what": what, "n": n })).await.unwrap();
    }
}

async fn size(built: &Built) -> u64 {
    built.app.engine.store.log_state().await.unwrap().size
}

/// Everything committed has its place, and the witness has signed it.
async fn witnessed(built: &Built) -> u64 {
    until("the witness signs", || async {
        let pending = built.app.engine.store.gauges().await.unwrap().unsequenced_entries;
        let size = size(built).await;
        let standing = built.app.witnesses.standings().remove(0).1;
        (pending == 0 && standing.size == size && standing.why.is_none()).then_some(size)
    })
    .await
}

async fn halted(built: &Built) -> Halt {
    until("the signing stops", || async { built.app.witnesses.guard.halted() }).await
}

async fn get(built: &Built, path: &str) -> (u16, String) {
    let request = Request::get(path).header("host", "bank.test").body(Body::empty()).unwrap();
    let mut request = request;
    request.extensions_mut().insert(axum::extract::ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
    let answer = built.router(axum::Router::new()).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_witnessed_as_it_grows_and_across_restarts_of_both() {
    let ground = Ground::make();
    // The log's key is made at the first start, and the witness must know it.
    run(&config(&ground, None)).await.stop().await.unwrap();
    let folder = ground.0.join("witness");
    let mut witness = serve(&folder).await;
    witness.book.watch(&log_key(&ground)).unwrap();
    let key = witness.book.key().clone();
    let mut last = 0;
    for round in 0..3u64 {
        let built = run(&config(&ground, Some(&witness))).await;
        happen(&built, 7 + round, "round").await;
        let size = witnessed(&built).await;
        assert!(size > last, "{size}");
        last = size;
        let (status, text) = get(&built, "/metrics").await;
        assert_eq!(status, 200);
        assert!(text.contains("\nrecourse_witness_lag_entries 0\n") && text.contains("\nrecourse_log_halted 0\n"), "{text}");
        built.stop().await.unwrap();
        drop(witness);
        witness = until("the witness lets its folder go", || async {
            tokio::task::yield_now().await;
            Book::open(&folder, None).ok().map(drop)?;
            Some(serve(&folder).await)
        })
        .await;
        assert_eq!(witness.book.key(), &key, "it is the same witness");
    }
    let report = verify(&ground.data()).await.unwrap();
    assert!(report.cosignatures >= 3 && report.cosigned == last, "{report}");
    assert!(report.to_string().contains("cosignatures hold"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forked_log_is_refused_by_the_witness_and_signs_no_further() {
    let ground = Ground::make();
    run(&config(&ground, None)).await.stop().await.unwrap();
    let witness = serve(&ground.0.join("witness")).await;
    witness.book.watch(&log_key(&ground)).unwrap();
    let built = run(&config(&ground, Some(&witness))).await;
    happen(&built, 5, "before").await;
    witnessed(&built).await;
    built.stop().await.unwrap();
    let (database, backup) = (ground.data().join("recourse.db"), ground.0.join("backup.db"));
    fs::copy(&database, &backup).unwrap();
    let built = run(&config(&ground, Some(&witness))).await;
    happen(&built, 6, "what happened").await;
    let told = witnessed(&built).await;
    let kept = ground.0.join("kept.checkpoint");
    fs::write(&kept, built.app.engine.store.checkpoint().await.unwrap().unwrap().note).unwrap();
    built.stop().await.unwrap();
    // The backup is put back, what was signed is forgotten, and the story is told anew, past where it was.
    fs::copy(&backup, &database).unwrap();
    fs::remove_file(ground.data().join("keys/log.head")).unwrap();
    let alone = run(&config(&ground, None)).await;
    happen(&alone, 20, "what shall have happened").await;
    until("the fork is signed", || async { (size(&alone).await > told).then_some(()) }).await;
    alone.stop().await.unwrap();
    assert!(verify(&ground.data()).await.is_ok(), "by itself the false log fits: that is what witnesses are for");
    let fault = verify_against(&ground.data(), Some(&kept)).await.unwrap_err().to_string();
    assert!(fault.contains("kept.checkpoint") && fault.contains("written anew"), "{fault}");
    let built = run(&config(&ground, Some(&witness))).await;
    let why = halted(&built).await;
    assert_eq!(why, Halt::Contradicted { witness: "witness.example/one".to_owned(), size: told });
    let stands = size(&built).await;
    happen(&built, 2, "more").await;
    let (status, ready) = get(&built, "/readyz").await;
    assert_eq!((status, serde_json::from_str::<Value>(&ready).unwrap()["log"].clone()), (503, json!("contradicted")));
    assert!(get(&built, "/metrics").await.1.contains("\nrecourse_log_halted 1\n"));
    built.stop().await.unwrap();
    let store = store::open(&format!("sqlite:{}", database.display()), store::Options::default()).await.unwrap();
    assert_eq!(store.log_state().await.unwrap().size, stands, "nothing was signed, and what happened waits");
    assert!(store.gauges().await.unwrap().unsequenced_entries >= 2);
    store.close().await.unwrap();
    let contradiction =
        fs::read_dir(ground.0.join("witness")).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().ends_with("contradiction"));
    assert!(contradiction, "the witness keeps the proof");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_put_back_is_not_signed_until_the_loss_is_recorded() {
    for witness_alone_knows in [false, true] {
        let ground = Ground::make();
        run(&config(&ground, None)).await.stop().await.unwrap();
        let folder = ground.0.join("witness");
        let witness = serve(&folder).await;
        witness.book.watch(&log_key(&ground)).unwrap();
        let with = config(&ground, Some(&witness));
        let built = run(&with).await;
        happen(&built, 3, "before").await;
        let early = witnessed(&built).await;
        built.stop().await.unwrap();
        let (database, backup) = (ground.data().join("recourse.db"), ground.0.join("backup.db"));
        fs::copy(&database, &backup).unwrap();
        let built = run(&with).await;
        happen(&built, 4, "lost").await;
        let had = witnessed(&built).await;
        built.stop().await.unwrap();
        assert!(start::record_loss(&with, "nothing happened").await.is_err(), "there is no loss to record");
        let had = had.max(verify(&ground.data()).await.unwrap().entries);
        fs::copy(&backup, &database).unwrap();
        if witness_alone_knows {
            fs::remove_file(ground.data().join("keys/log.head")).unwrap();
        }
        let built = run(&with).await;
        let why = halted(&built).await;
        assert_eq!(why.had(), had, "{why}");
        happen(&built, 2, "after").await;
        assert_eq!(get(&built, "/readyz").await.0, 503);
        built.stop().await.unwrap();
        let said = start::record_loss(&with, "the disk was restored from the backup of the night").await.unwrap();
        assert!(said.contains("recorded") && said.contains("accept-loss"), "{said}");
        // The node signs again; the witness still does not, and that stops nothing.
        let built = run(&with).await;
        happen(&built, 2, "after").await;
        until("the log goes on", || async { (size(&built).await > early + 4).then_some(()) }).await;
        assert_eq!(built.app.witnesses.guard.halted(), None);
        let standing = until("the witness is asked", || async { built.app.witnesses.standings().remove(0).1.why }).await;
        assert!(standing.contains("recorded"), "{standing}");
        built.stop().await.unwrap();
        let origin = log_key(&ground).name().to_owned();
        let aside = witness.book.accept_loss(&origin).unwrap();
        assert!(aside.is_file(), "what was signed before is kept");
        let built = run(&with).await;
        witnessed(&built).await;
        built.stop().await.unwrap();
        let report = verify(&ground.data()).await.unwrap();
        assert!(report.cosigned > early, "{report}");
    }
}

fn post(body: String) -> Request<Body> {
    Request::post("/add-checkpoint").body(Body::from(body)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_protocol_answers_as_its_specification_says() {
    let ground = Ground::make();
    let book = Arc::new(Book::open(&ground.0.join("w"), None).unwrap());
    let log = SigningKey::from_bytes(&[1; 32]);
    book.watch(&VerifierKey::new("a.example/log", log.verifying_key()).unwrap()).unwrap();
    let router = server::http::witness::router(book.clone());
    let tree: Tree = (0..20u8).map(|n| [n; 32]).collect();
    let asked = |origin: &str, key: &SigningKey, old: u64, size: u64| {
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root: tree.root_at(size).unwrap(), extensions: vec![] };
        AddCheckpoint { old, proof: tree.consistency(old, size).unwrap_or_default(), note: checkpoint.sign(key).unwrap() }
    };
    let answer = async |body: String| {
        let answer = router.clone().oneshot(post(body)).await.unwrap();
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 16).await.unwrap();
        (status, kind, String::from_utf8(bytes.to_vec()).unwrap())
    };
    assert_eq!(answer("old x\n\n".to_owned()).await.0, 400);
    assert_eq!(answer("x".repeat(100_000)).await.0, 413);
    assert_eq!(answer(asked("b.example/log", &log, 0, 5).text()).await.0, 404);
    assert_eq!(answer(asked("a.example/log", &SigningKey::from_bytes(&[2; 32]), 0, 5).text()).await.0, 403);
    let (status, _, lines) = answer(asked("a.example/log", &log, 0, 8).text()).await;
    assert_eq!(status, 200);
    let note = asked("a.example/log", &log, 0, 8).note;
    let signed = domain::audit::cosignature::parse_lines(note.text(), &lines).unwrap();
    assert!(book.key().verify(note.text(), &signed).unwrap() > 1_700_000_000);
    let (status, kind, body) = answer(asked("a.example/log", &log, 0, 12).text()).await;
    assert_eq!((status, kind.as_str(), body.as_str()), (409, "text/x.tlog.size", "8\n"));
    let wrong = AddCheckpoint { proof: vec![[9; 32]; 3], ..asked("a.example/log", &log, 8, 12) };
    assert_eq!(answer(wrong.text()).await.0, 422);
    assert_eq!(answer(AddCheckpoint { old: 12, ..asked("a.example/log", &log, 8, 8) }.text()).await.0, 400);
    assert_eq!(answer(asked("a.example/log", &log, 8, 12).text()).await.0, 200);
    let name = domain::digest::Digest::of(b"a.example/log");
    let newest = router.clone().oneshot(Request::get(format!("/{name}/checkpoint")).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(newest.status().as_u16(), 200);
    assert!(Book::open(&ground.0.join("w"), None).is_err(), "one process holds the folder");
    drop(router);
    drop(book);
    let again = Book::open(&ground.0.join("w"), None).unwrap();
    let refused = again.add(asked("a.example/log", &log, 0, 8).text().as_bytes()).unwrap_err().to_string();
    assert!(refused.contains("size 12"), "what was signed outlives the process: {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_a_witness_signs_one_history() {
    let ground = Ground::make();
    let book = Arc::new(Book::open(&ground.0.join("w"), None).unwrap());
    let log = SigningKey::from_bytes(&[1; 32]);
    book.watch(&VerifierKey::new("a.example/log", log.verifying_key()).unwrap()).unwrap();
    let tasks: Vec<_> = (0..16u8)
        .map(|n| {
            let (book, log) = (book.clone(), log.clone());
            tokio::task::spawn_blocking(move || {
                let tree: Tree = (0..9).map(|leaf| [leaf ^ n; 32]).collect();
                let checkpoint =
                    Checkpoint { origin: "a.example/log".to_owned(), size: 9, root: tree.root_at(9).unwrap(), extensions: vec![] };
                let asked = AddCheckpoint { old: 0, proof: vec![], note: checkpoint.sign(&log).unwrap() };
                book.add(asked.text().as_bytes()).is_ok()
            })
        })
        .collect();
    let mut signed = 0;
    for task in tasks {
        signed += u32::from(task.await.unwrap());
    }
    assert_eq!(signed, 1, "one size, one root");
}
