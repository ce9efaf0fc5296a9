//! Copies of sealed recordings in the tenant's own storage: signed, created once, checked on arrival,
//! none lost while the storage is away.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::{Yard, log_key, new_report};
use crate::sockets::wait_for;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{CaseId, SessionId};
use domain::time::{Span, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use pack::age::Recipients;
use serde_json::Value;
use server::adapters::blobs::Blobs;
use server::adapters::clock::FakeClock;
use server::adapters::ids::random;
use server::adapters::messenger::DemoInbox;
use server::adapters::outbound::TargetPolicy;
use server::adapters::s3::{Credentials, S3};
use server::adapters::storage::{Storage, StorageError};
use server::adapters::webhook_client::HttpWebhookClient;
use server::engine::Copying;
use server::export;
use server::push::{Packer, Pushes, Target};
use server::verify::verify;
use server::workers::deliveries::{Deliveries, once};
use server::workers::sequencer::{LogKey, once as sequence};
use server::workers::witnesses::{Publisher, Publishers, Witnesses};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::rows::Channel;

const ACCESS: &str = "AKIAEXAMPLE";
const SECRET: &str = "a secret of the test";
const REGION: &str = "ap-southeast-1";

/// A storage that keeps S3's rules: it checks signature, body hash, checksum and `If-None-Match`.
#[derive(Clone, Default)]
pub struct Bucket(pub Arc<Inside>);

#[derive(Default)]
pub struct Inside {
    objects: Mutex<BTreeMap<String, Bytes>>,
    /// How often each name was created.
    created: Mutex<BTreeMap<String, u32>>,
    /// Until when an object is locked, as it was asked for.
    locked: Mutex<BTreeMap<String, String>>,
    pub away: AtomicBool,
    /// Keeps no checksums, as some compatible storages.
    forgetful: AtomicBool,
    refused: Mutex<Vec<String>>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Recomputes the signature from the request as it came in.
fn signed(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), &'static str> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let payload = header("x-amz-content-sha256");
    if payload != hex(&Sha256::digest(body)) {
        return Err("XAmzContentSHA256Mismatch");
    }
    let said = header("authorization");
    let part = |name: &str| said.split([' ', ',']).find_map(|p| p.strip_prefix(name)).unwrap_or_default().to_owned();
    let (credential, names, signature) = (part("Credential="), part("SignedHeaders="), part("Signature="));
    let (key, scope) = credential.split_once('/').ok_or("AuthorizationHeaderMalformed")?;
    if key != ACCESS || ["host", "x-amz-date", "x-amz-content-sha256"].iter().any(|n| !names.split(';').any(|m| m == *n)) {
        return Err("InvalidAccessKeyId");
    }
    let lines: String = names.split(';').map(|name| format!("{name}:{}\n", header(name).trim())).collect();
    let canonical = format!("{method}\n{path}\n\n{lines}\n{names}\n{payload}");
    let at = header("x-amz-date");
    let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut secret = format!("AWS4{SECRET}").into_bytes();
    for word in [&at[..8], REGION, "s3", "aws4_request", &to_sign] {
        secret = mac(&secret, word);
    }
    if hex(&secret) == signature { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

async fn serve(State(bucket): State<Bucket>, request: Request) -> Response {
    let inside = &bucket.0;
    if inside.away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024 * 1024).await.unwrap();
    let path = parts.uri.path().to_owned();
    if let Err(code) = signed(parts.method.as_str(), &path, &parts.headers, &body) {
        inside.refused.lock().unwrap().push(code.to_owned());
        return (StatusCode::FORBIDDEN, format!("<Error><Code>{code}</Code></Error>")).into_response();
    }
    let told = |bytes: &[u8]| {
        let mut headers = HeaderMap::new();
        if !inside.forgetful.load(Ordering::SeqCst) {
            headers.insert("x-amz-checksum-sha256", STANDARD.encode(Sha256::digest(bytes)).parse().unwrap());
        }
        headers
    };
    let mut objects = inside.objects.lock().unwrap();
    match parts.method.as_str() {
        "PUT" if parts.headers.get("if-none-match").is_none_or(|v| v != "*") => StatusCode::BAD_REQUEST.into_response(),
        "PUT" if objects.contains_key(&path) => StatusCode::PRECONDITION_FAILED.into_response(),
        "PUT" if parts.headers.get("x-amz-checksum-sha256").is_none_or(|v| *v != STANDARD.encode(Sha256::digest(&body))) => {
            (StatusCode::BAD_REQUEST, "<Error><Code>BadDigest</Code></Error>").into_response()
        }
        "PUT" => {
            *inside.created.lock().unwrap().entry(path.clone()).or_default() += 1;
            let word = |name: &str| parts.headers.get(name).map(|v| v.to_str().unwrap().to_owned());
            if let (Some(mode), Some(until)) = (word("x-amz-object-lock-mode"), word("x-amz-object-lock-retain-until-date")) {
                assert_eq!(mode, "COMPLIANCE");
                inside.locked.lock().unwrap().insert(path.clone(), until);
            }
            let headers = told(&body);
            objects.insert(path, body);
            (StatusCode::OK, headers).into_response()
        }
        "HEAD" | "GET" => match objects.get(&path) {
            Some(bytes) => (StatusCode::OK, told(bytes), bytes.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

impl Bucket {
    /// Listens on this machine; its address.
    async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(serve).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    pub fn names(&self) -> Vec<String> {
        self.0.objects.lock().unwrap().keys().cloned().collect()
    }

    pub fn object(&self, name: &str) -> Bytes {
        self.0.objects.lock().unwrap()[name].clone()
    }
}

fn credentials(secret: &str) -> Credentials {
    Credentials { access_key: ACCESS.to_owned(), secret_key: secret.to_owned(), region: REGION.to_owned() }
}

pub struct Ground {
    pub path: PathBuf,
    pub clock: Arc<FakeClock>,
    pub yard: Yard,
    pub bucket: Bucket,
    pub log: Arc<LogKey>,
    arms: Arc<Deliveries>,
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Ground {
    async fn lay() -> Self {
        Self::lay_packing(&[]).await
    }

    /// With packs for these recipients, if there are any.
    pub async fn lay_packing(packs_to: &[&str]) -> Self {
        server::tls::install_crypto();
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        let clock = Arc::new(FakeClock::at(Timestamp::parse("2026-11-23T09:00:00Z").unwrap()));
        let yard = Yard::lay_at(&path, 0, clock.clone()).await;
        yard.engine.copy_to(Copying { channels: vec![Channel::S3], packs: !packs_to.is_empty() });
        let bucket = Bucket::default();
        let storage = Arc::new(S3::new(&bucket.open().await, "evidence", credentials(SECRET), clock.clone()).unwrap());
        let mut pushes = Pushes::new(vec![Target { storage, prefix: "recourse/".to_owned() }]);
        let log = Arc::new(log_key(&path));
        if let Some(to) = Recipients::read(packs_to).unwrap() {
            let (engine, blobs, log) = (yard.engine.clone(), yard.blobs.clone(), log.clone());
            pushes = pushes.packing(Packer::new(export::Ground { engine, blobs, log, ffmpeg: "ffmpeg".into() }, to));
        }
        let pushes = Arc::new(pushes);
        let webhooks = Arc::new(HttpWebhookClient::new(TargetPolicy::default()).unwrap());
        let blobs: Arc<dyn Blobs> = yard.blobs.clone();
        let arms = Arc::new(Deliveries::new(webhooks, Arc::new(DemoInbox::new(clock.clone()))).copying(pushes, blobs));
        Self { path, clock, yard, bucket, log, arms }
    }

    pub async fn drain(&self) {
        while once(&self.yard.engine, &self.arms).await.unwrap() > 0 {}
    }

    fn folder(&self, (case, session): (CaseId, SessionId)) -> String {
        format!("/evidence/recourse/{}/{case}/{session}", self.yard.tenant)
    }

    async fn delivered(&self, case: CaseId) -> usize {
        let log = self.yard.engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
        log.iter().filter(|row| row.entry.kind == "recording_delivered").count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_recording_arrives_whole_still_sealed_with_a_list_that_the_log_names() {
    let mut ground = Ground::lay().await;
    let recording = ground.yard.verified_as(new_report("onb-1")).await;
    ground.drain().await;
    let folder = ground.folder(recording);
    assert_eq!(ground.bucket.names(), [format!("{folder}/0000.00000"), format!("{folder}/manifest.json")]);
    let part = fs::read(ground.path.join(format!("blobs/evidence/{}/rec-{}.0000", recording.0, recording.1))).unwrap();
    assert_eq!(ground.bucket.object(&format!("{folder}/0000.00000")), part);
    let list = ground.bucket.object(&format!("{folder}/manifest.json"));
    let manifest: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(manifest["pieces"][0]["sha256"], hex(&Sha256::digest(&part)));
    assert_eq!(manifest["segments"], 6);
    let log = ground.yard.engine.store.audit_of_case(recording.0, 0, 1_000).await.unwrap();
    let fact = log.iter().find(|row| row.entry.kind == "recording_delivered").unwrap();
    assert_eq!(fact.entry.body["manifest"], hex(&Sha256::digest(&list)));
    assert_eq!((&fact.entry.body["to"], &fact.entry.body["objects"]), (&"s3".into(), &2.into()));
    while sequence(&ground.yard.engine, &ground.log).await.unwrap() > 0 {}
    ground.yard.engine.store.close().await.unwrap();
    verify(&ground.path).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_away_for_an_hour_gets_every_recording_once_soon_after_it_is_back() {
    let mut ground = Ground::lay().await;
    ground.bucket.0.away.store(true, Ordering::SeqCst);
    let mut recordings = Vec::new();
    for minute in 0..60 {
        if minute % 10 == 0 {
            recordings.push(ground.yard.verified_as(new_report(&format!("onb-{minute}"))).await);
        }
        ground.drain().await;
        ground.clock.advance(Span::minutes(1));
    }
    assert_eq!(ground.bucket.names(), Vec::<String>::new());
    let lag = ground.yard.engine.store.copy_lag(None).await.unwrap();
    assert_eq!((lag.waiting, lag.dead), (6, 0));
    assert!(ground.clock_now().since(lag.oldest.unwrap()) >= Span::minutes(55), "the lag is told");
    ground.bucket.0.away.store(false, Ordering::SeqCst);
    for _ in 0..10 {
        ground.drain().await;
        ground.clock.advance(Span::minutes(1));
    }
    assert_eq!(ground.bucket.names().len(), recordings.len() * 2);
    assert!(ground.bucket.0.created.lock().unwrap().values().all(|n| *n == 1), "each object was created once");
    for (case, _) in recordings {
        assert_eq!(ground.delivered(case).await, 1);
    }
    let lag = ground.yard.engine.store.copy_lag(None).await.unwrap();
    assert_eq!((lag.waiting, lag.oldest), (0, None));
}

impl Ground {
    fn clock_now(&self) -> Timestamp {
        self.yard.engine.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_what_lies_there_instead_is_told() {
    let mut ground = Ground::lay().await;
    ground.bucket.0.away.store(true, Ordering::SeqCst);
    let recording = ground.yard.verified_as(new_report("onb-1")).await;
    let name = format!("{}/0000.00000", ground.folder(recording));
    ground.bucket.0.objects.lock().unwrap().insert(name.clone(), Bytes::from_static(b"something else"));
    ground.bucket.0.away.store(false, Ordering::SeqCst);
    ground.drain().await;
    assert_eq!(ground.bucket.object(&name), "something else");
    let all = ground.yard.engine.store.deliveries_of(recording.0, 100).await.unwrap();
    let copy = all.iter().find(|d| d.row.channel == Channel::S3).unwrap();
    assert_eq!(copy.state, store::rows::DeliveryState::Dead);
    assert!(copy.last_error.as_deref().unwrap().contains("nothing is overwritten"));
    assert_eq!(ground.delivered(recording.0).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_a_crash_finds_what_is_there_and_tells_of_it_once() {
    let mut ground = Ground::lay().await;
    let recording = ground.yard.verified_as(new_report("onb-1")).await;
    ground.drain().await;
    let store = &ground.yard.engine.store;
    let copy = store.deliveries_of(recording.0, 100).await.unwrap().into_iter().find(|d| d.row.channel == Channel::S3).unwrap();
    assert!(store.replay_delivery(ground.yard.tenant, copy.row.id, ground.clock_now()).await.unwrap());
    ground.drain().await;
    assert!(ground.bucket.0.created.lock().unwrap().values().all(|n| *n == 1));
    assert_eq!(ground.delivered(recording.0).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_without_checksums_is_read_back_and_a_wrong_key_is_refused() {
    server::tls::install_crypto();
    let clock = Arc::new(FakeClock::at(Timestamp::parse("2026-11-23T09:00:00Z").unwrap()));
    let bucket = Bucket::default();
    let url = bucket.open().await;
    bucket.0.forgetful.store(true, Ordering::SeqCst);
    let storage = S3::new(&url, "evidence", credentials(SECRET), clock.clone()).unwrap();
    storage.put_new("a/b", b"sealed".to_vec()).await.unwrap();
    storage.put_new("a/b", b"sealed".to_vec()).await.unwrap();
    assert_eq!(storage.put_new("a/b", b"other!".to_vec()).await, Err(StorageError::Differs("a/b".to_owned())));
    assert_eq!(storage.put_new("a/b", b"longer than that".to_vec()).await, Err(StorageError::Differs("a/b".to_owned())));
    let stranger = S3::new(&url, "evidence", credentials("another"), clock).unwrap();
    let Err(StorageError::Unavailable(why)) = stranger.put_new("c", b"x".to_vec()).await else { panic!("a wrong key was let in") };
    assert!(why.contains("403") && why.contains("SignatureDoesNotMatch"), "{why}");
    assert_eq!(bucket.names(), ["/evidence/a/b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_lie_in_a_bucket_under_a_lock_and_one_that_lies_there_instead_is_told() {
    let mut ground = Ground::lay().await;
    let log = ground.log.clone();
    let url = ground.bucket.open().await;
    let storage = Arc::new(S3::new(&url, "proof", credentials(SECRET), ground.clock.clone()).unwrap().locking(3_650));
    let bucket = Publisher::Bucket { storage, prefix: "checkpoints/".to_owned(), every: Duration::ZERO };
    let witnesses = Arc::new(Witnesses::new(Vec::new(), log.guard.clone(), Publishers::new(vec![bucket])));
    tokio::spawn(witnesses.clone().run(ground.yard.engine.clone()));
    let laid = || witnesses.publishers.standings().remove(0);

    ground.yard.verified_as(new_report("onb-1")).await;
    while sequence(&ground.yard.engine, &log).await.unwrap() > 0 {}
    let first = ground.yard.engine.store.checkpoint().await.unwrap().unwrap();
    witnesses.signed();
    wait_for("the checkpoint to lie there", async || laid().size == first.size).await;
    assert_eq!((laid().kind, laid().why), ("s3", None));
    let name = format!("/proof/checkpoints/{:020}.checkpoint", first.size);
    assert_eq!(ground.bucket.object(&name), first.note.as_bytes());
    assert_eq!(ground.bucket.0.locked.lock().unwrap()[&name], "2036-11-20T09:00:00Z", "ten years of 365 days");

    // Whoever wrote the next one beforehand is not believed, and not overwritten.
    ground.yard.verified_as(new_report("onb-2")).await;
    let next = first.size + ground.yard.engine.store.unsequenced(1_000).await.unwrap().len() as u64;
    let name = format!("/proof/checkpoints/{next:020}.checkpoint");
    ground.bucket.0.objects.lock().unwrap().insert(name.clone(), Bytes::from_static(b"another root"));
    while sequence(&ground.yard.engine, &log).await.unwrap() > 0 {}
    witnesses.signed();
    wait_for("the refusal to be told", async || laid().why.is_some_and(|why| why.contains("another object"))).await;
    assert_eq!((laid().size, ground.bucket.object(&name)), (first.size, Bytes::from_static(b"another root")));
}
