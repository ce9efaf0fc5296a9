//! What an auditor sees of a case: recordings in ranges, every viewing in the log, files for those who may keep them, proofs.

use crate::links::face_to_face;
use crate::test_app::{Reply, TestApp, call};
use axum::http::{Method, header};
use domain::audit::tree::{from_hex, hash_leaf, verify_inclusion};
use domain::audit::{Checkpoint, Entry};
use domain::ids::{CaseId, SessionId};
use ed25519_dalek::SigningKey;
use futures_util::StreamExt;
use serde_json::json;
use server::adapters::seal;
use server::recorder::place;
use server::workers::sequencer::{LogKey, once};
use std::time::Instant;
use tower::ServiceExt;

/// A session with this many seconds of both people's pictures on the disk.
struct Recorded {
    app: TestApp,
    case: String,
    session: SessionId,
    part: std::path::PathBuf,
    bytes: usize,
}

const PACKETS: u32 = 50;
const PAYLOAD: usize = 1_100;

/// A second of pictures, a frame in two packets, as the recorder hands it over.
fn second(seat: u8, index: u32, started_us: i64) -> Vec<u8> {
    let mut bytes = b"RCRSEG\0\x01".to_vec();
    bytes.extend_from_slice(&11u128.to_le_bytes());
    bytes.extend_from_slice(&u128::from(seat + 1).to_le_bytes());
    // Video, VP8.
    bytes.extend_from_slice(&[seat, 1, 1, 0]);
    for number in [90_000u32, 5, 0, index] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    let from = started_us + i64::from(index) * 1_000_000;
    for number in [from, from + 980_000, 0] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&640u16.to_le_bytes());
    bytes.extend_from_slice(&480u16.to_le_bytes());
    bytes.extend_from_slice(&PACKETS.to_le_bytes());
    bytes.extend_from_slice(&[0; 1 + 8 + 8 + 4 + 1 + 4 * 12]);
    bytes.extend_from_slice(b"data");
    for n in 0..PACKETS {
        let (seq, frame) = (index * PACKETS + n, (index * PACKETS + n) / 2);
        let mut payload = vec![n.to_le_bytes()[0]; PAYLOAD];
        payload[0] = if n % 2 == 0 { 0x10 } else { 0 };
        let key = index.is_multiple_of(2) && n == 0;
        payload[1..11].copy_from_slice(&[u8::from(!key), 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
        bytes.extend_from_slice(&u16::try_from(PAYLOAD).unwrap().to_le_bytes());
        bytes.push(u8::from(n % 2 == 1));
        bytes.extend_from_slice(&seq.to_le_bytes());
        bytes.extend_from_slice(&(frame * 3_600).to_le_bytes());
        bytes.extend_from_slice(&(n * 20_000).to_le_bytes());
        bytes.extend_from_slice(&payload);
    }
    bytes
}

impl Recorded {
    async fn of(seconds: u32) -> Self {
        let app = TestApp::new().await;
        let (case, ..) = face_to_face(&app).await;
        let id: CaseId = case.parse().unwrap();
        let loaded = app.app.engine.loaded(id).await.unwrap();
        let session = server::views::session(&loaded.case).unwrap().clone();
        // The recorder may hold the first part already, and then wrote nothing into it.
        let name = |part: u32| format!("evidence/{id}/rec-{}.{part:04}", session.id);
        let (part, mut file) = match app.app.blobs.open_append(&name(0)) {
            Ok(file) => (0, file),
            Err(_) => (1, app.app.blobs.open_append(&name(1)).unwrap()),
        };
        let mut bytes = 0;
        for index in 0..seconds {
            for seat in 0..2u8 {
                let plain = second(seat, index, session.started_at.0);
                let at = u64::from(index) * 2 + u64::from(seat);
                let sealed = seal::seal(&loaded.key.0, &place(session.id, at), &plain).unwrap();
                file.append(&u32::try_from(sealed.len()).unwrap().to_be_bytes()).unwrap();
                file.append(&sealed).unwrap();
                bytes += plain.len();
            }
        }
        file.sync().unwrap();
        let part = app.folder.join("blobs").join(name(part));
        Self { app, case, session: session.id, part, bytes }
    }

    fn url(&self, seat: &str, more: &str) -> String {
        format!("/v1/admin/sessions/{}/files/{seat}/0?case={}{more}", self.session, self.case)
    }

    async fn get(&self, cookie: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = call(Method::GET, path, None).header(header::COOKIE.as_str(), cookie);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        self.app.send(request.body_of()).await
    }

    async fn logged(&self, kind: &str) -> usize {
        let rows = self.app.app.engine.store.audit_of_case(self.case.parse().unwrap(), 0, 1_000).await.unwrap();
        rows.iter().filter(|row| row.entry.kind == kind).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_range_of_ten_minutes_is_the_same_stretch_of_the_file_and_comes_second_by_second() {
    let recorded = Recorded::of(600).await;
    let (_, auditor) = recorded.app.person(&recorded.app.bank, "auditor").await;
    let began = Instant::now();
    let file = recorded.app.signed(&auditor, Method::GET, &format!("/v1/admin/cases/{}", recorded.case), None).await.json();
    let planned = began.elapsed();
    let files = file["recordings"][0]["files"].as_array().unwrap();
    let seats: Vec<_> = files.iter().map(|f| f["seat"].as_str().unwrap()).collect();
    assert_eq!(seats, ["customer", "agent"]);
    assert!(files.iter().all(|f| f["duration_ms"].as_u64().unwrap() > 598_000));
    assert_eq!(files[0]["url"], recorded.url("customer", ""));

    // The whole of it is asked for, as players do, and only what is read is made.
    let began = Instant::now();
    let request = call(Method::GET, &recorded.url("customer", ""), None).header("cookie", &auditor).header("range", "bytes=0-").body_of();
    let response = recorded.app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 206);
    let length: u64 = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(Some(length), files[0]["bytes"].as_u64());
    let mut body = response.into_body().into_data_stream();
    let first = body.next().await.unwrap().unwrap();
    let waited = began.elapsed();
    let mut whole = first.to_vec();
    let mut largest = 0;
    while let Some(part) = body.next().await {
        let part = part.unwrap();
        largest = largest.max(part.len());
        whole.extend_from_slice(&part);
    }
    eprintln!("{} MB: planned in {planned:?}, first byte after {waited:?}, largest part {largest} B", recorded.bytes / 1_000_000);
    assert_eq!(whole.len() as u64, length);
    assert!(largest < 4 * PACKETS as usize * PAYLOAD, "a part is some seconds of one side, not the file: {largest}");
    assert!(whole.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]));

    for (from, to) in [(0, 0), (1, 99), (12_345, 678_901), (20_000_000, 20_000_001), (length - 7, length + 99)] {
        let reply = recorded.get(&auditor, &recorded.url("customer", ""), &[("range", &format!("bytes={from}-{to}"))]).await;
        let end = (to + 1).min(length);
        assert_eq!((reply.status.as_u16(), reply.bytes.len() as u64), (206, end - from), "{from}-{to}");
        assert_eq!(reply.bytes.as_ref(), &whole[usize::try_from(from).unwrap()..usize::try_from(end).unwrap()], "{from}-{to}");
        assert_eq!(reply.header("content-range"), format!("bytes {from}-{}/{length}", end - 1));
    }
    let beyond = recorded.get(&auditor, &recorded.url("customer", ""), &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(beyond.problem(), (416, "range_not_satisfiable".to_owned()));
    assert_eq!(recorded.logged("recording_viewed").await, 1, "one viewing, however often its player asks");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_watches_is_logged_once_and_files_are_kept_by_role() {
    let recorded = Recorded::of(3).await;
    let app = &recorded.app;
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let (_, supervisor) = app.person(&app.bank, "supervisor").await;
    let (_, agent) = app.person(&app.bank, "agent").await;
    let (watch, keep) = (recorded.url("agent", ""), recorded.url("agent", "&download=true"));
    let played = [("sec-fetch-dest", "video"), ("range", "bytes=0-")];
    assert_eq!(recorded.get(&agent, &watch, &played).await.status, 403);
    for _ in 0..3 {
        assert_eq!(recorded.get(&auditor, &watch, &played).await.status, 206);
        assert_eq!(recorded.get(&supervisor, &watch, &played).await.status, 206);
    }
    assert_eq!(recorded.logged("recording_viewed").await, 2, "each person once");

    let may = async |cookie: &str| {
        let file = app.signed(cookie, Method::GET, &format!("/v1/admin/cases/{}", recorded.case), None).await.json();
        file["recordings"][0]["may_download"].as_bool().unwrap()
    };
    let refused = (403, "download_not_allowed".to_owned());
    assert_eq!(recorded.get(&supervisor, &keep, &played).await.problem(), refused);
    assert_eq!(recorded.get(&supervisor, &watch, &[("sec-fetch-dest", "document")]).await.problem(), refused, "not in a player");
    assert_eq!(recorded.get(&supervisor, &watch, &[]).await.problem(), refused, "not a browser");
    assert!(!may(&supervisor).await && may(&auditor).await);
    assert_eq!(recorded.logged("recording_downloaded").await, 0);

    let saved = recorded.get(&auditor, &keep, &[]).await;
    assert_eq!(saved.status, 200);
    assert!(saved.header("content-disposition").starts_with(&format!("attachment; filename=\"{}-agent", recorded.session)));
    recorded.get(&auditor, &keep, &[("range", "bytes=1000-")]).await;
    assert_eq!(recorded.logged("recording_downloaded").await, 1, "going on with it is the same download");

    let (_, admin) = app.person(&app.bank, "admin").await;
    let mut body = app.signed(&admin, Method::GET, "/v1/admin/settings", None).await.json()["body"].clone();
    body["supervisors_download"] = json!(true);
    let saved = app.signed(&admin, Method::PUT, "/v1/admin/settings", Some(json!({ "from_version": 1, "body": body }))).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    app.clock.advance(domain::time::Span::minutes(1));
    app.app.engine.tenants.forget(app.bank.tenant);
    assert_eq!(recorded.get(&supervisor, &keep, &[]).await.status, 200);
    assert!(may(&supervisor).await);

    let other = app.other_bank().await;
    let (_, stranger) = app.person(&other, "admin").await;
    assert_eq!(recorded.get(&stranger, &watch, &played).await.status, 404);
    assert_eq!(app.signed(&stranger, Method::GET, &format!("/v1/admin/cases/{}/proofs", recorded.case), None).await.status, 404);
    assert_eq!(app.signed(&stranger, Method::GET, &format!("/v1/admin/cases/{}/drawings", recorded.case), None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_with_a_changed_segment_says_so_and_the_case_is_still_shown() {
    let recorded = Recorded::of(3).await;
    let (_, auditor) = recorded.app.person(&recorded.app.bank, "auditor").await;
    let mut bytes = std::fs::read(&recorded.part).unwrap();
    // Well inside a record.
    let middle = bytes.len() / 2 + 1_000;
    bytes[middle] ^= 1;
    std::fs::write(&recorded.part, bytes).unwrap();
    let file = recorded.app.signed(&auditor, Method::GET, &format!("/v1/admin/cases/{}", recorded.case), None).await.json();
    let recording = &file["recordings"][0];
    assert_eq!((recording["fault"].as_str(), recording["files"].as_array().map(Vec::len)), (Some("damaged"), Some(0)));
    assert!(!file["timeline"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_is_changed_while_it_is_watched_breaks_the_stream_and_shows_nothing_else() {
    let recorded = Recorded::of(20).await;
    let (_, auditor) = recorded.app.person(&recorded.app.bank, "auditor").await;
    let whole = recorded.get(&auditor, &recorded.url("customer", ""), &[]).await.bytes;
    let mut bytes = std::fs::read(&recorded.part).unwrap();
    let late = bytes.len() - 100_000;
    bytes[late] ^= 1;
    std::fs::write(&recorded.part, bytes).unwrap();
    let request = call(Method::GET, &recorded.url("customer", ""), None).header("cookie", &auditor).body_of();
    let mut body = recorded.app.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let mut seen = Vec::new();
    let mut broke = false;
    while let Some(part) = body.next().await {
        match part {
            Ok(part) => seen.extend_from_slice(&part),
            Err(_) => broke = true,
        }
    }
    assert!(broke && seen.len() < whole.len());
    assert_eq!(seen, whole[..seen.len()], "what came before is what was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_of_a_case_comes_with_the_way_to_the_signed_root() {
    let app = TestApp::new().await;
    let (case, ..) = face_to_face(&app).await;
    let (_, auditor) = app.person(&app.bank, "auditor").await;
    let path = format!("/v1/admin/cases/{case}/proofs");
    let none = app.signed(&auditor, Method::GET, &path, None).await.json();
    assert_eq!((none["size"].as_u64(), none["proofs"].as_array().map(Vec::len)), (Some(0), Some(0)), "nothing is signed yet");

    let key = LogKey::new("bank.test/log", SigningKey::from_bytes(&[7; 32]));
    let verifier = key.verifier().unwrap();
    app.app.engine.store.put_setting("log/verifier_key".to_owned(), verifier.to_string().into_bytes()).await.unwrap();
    for n in 0..700 {
        let body = json!({ "n": n });
        app.app.engine.log(app.bank.tenant, None, &server::engine::Actor::System, "server_started", body).await.unwrap();
    }
    while once(&app.app.engine, &key).await.unwrap() > 0 {}
    let own = json!({ "late": true });
    let id = Some(case.parse().unwrap());
    app.app.engine.log(app.bank.tenant, id, &server::engine::Actor::System, "notes_changed", own).await.unwrap();

    let timeline = app.signed(&auditor, Method::GET, &format!("/v1/admin/cases/{case}"), None).await.json()["timeline"].clone();
    let view = app.signed(&auditor, Method::GET, &path, None).await.json();
    let checkpoint = Checkpoint::verify(view["checkpoint"].as_str().unwrap().as_bytes(), &verifier).unwrap();
    assert!(checkpoint.size > 700);
    assert_eq!((view["size"].as_u64(), view["verifier_key"].as_str()), (Some(checkpoint.size), Some(verifier.to_string().as_str())));
    let placed: Vec<_> = timeline.as_array().unwrap().iter().filter(|e| e["index"].is_u64()).collect();
    let proofs = view["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), placed.len(), "all but those that are not signed yet");
    for proof in proofs {
        let bytes = proof["entry"].as_str().unwrap().as_bytes();
        let entry = Entry::from_canonical(bytes).unwrap();
        let shown = placed.iter().find(|e| e["id"] == proof["id"]).unwrap();
        assert_eq!((json!(entry.id), json!(entry.kind), &entry.body), (shown["id"].clone(), shown["kind"].clone(), &shown["body"]));
        let way: Vec<_> = proof["path"].as_array().unwrap().iter().map(|h| from_hex(h.as_str().unwrap()).unwrap()).collect();
        let index = proof["index"].as_u64().unwrap();
        assert!(verify_inclusion(&hash_leaf(bytes), index, checkpoint.size, &way, &checkpoint.root), "{proof}");
    }
}
