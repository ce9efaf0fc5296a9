//! A small but whole pack: a case of a few states with an image, a consent, texts and a recording of three segments.
//! Must not know how packs are verified.

use aead_stream::{NewStream, Nonce, StreamBE32, StreamPrimitive};
use aes_gcm::aead::KeyInit;
use aes_gcm::{Aes256Gcm, Key};
use domain::audit::{Checkpoint, Entry, Tree, VerifierKey};
use domain::digest::{Digest, Salt};
use domain::ids::{CaseId, EntryId, EvidenceId, SessionId, TenantId};
use domain::time::Timestamp;
use ed25519_dalek::SigningKey;
use pack::manifest::{ImageLine, Manifest, RecordingLine, TextLine, TrackLine, VERSION};
use pack::proof::Proof;
use pack::{PackWriter, path};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;

pub const CASE: CaseId = CaseId(7);
pub const TENANT: TenantId = TenantId(1);
pub const SESSION: SessionId = SessionId(5);
pub const IMAGE: EvidenceId = EvidenceId(9);
const LOG: &str = "bank.example/log";
const AT: i64 = 1_700_000_000_000_000;

pub fn signing() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

pub fn key() -> VerifierKey {
    VerifierKey::new(LOG, signing().verifying_key()).unwrap()
}

/// What goes into a pack, to be changed before it is made.
pub struct Maker {
    /// Kind, version, whether it is the state's last, body.
    pub facts: Vec<(&'static str, u64, bool, Value)>,
    pub image: Vec<u8>,
    pub consent: String,
    pub text: String,
    pub sealed: Vec<u8>,
    pub keys: String,
    pub track: Vec<u8>,
    pub extra: Vec<(String, Vec<u8>)>,
    pub left_out: Vec<String>,
}

const SALT: Salt = Salt([8; 16]);

/// An Opus segment of one packet, as the server writes it.
fn segment(n: u8) -> Vec<u8> {
    let mut bytes = b"RCRSEG\0\x01".to_vec();
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&9u128.to_le_bytes());
    bytes.extend_from_slice(&[0, 0, 0, 0]);
    for number in [48_000u32, 5, 1, n.into()] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for number in [AT.unsigned_abs(), AT.unsigned_abs() + 20_000, u64::from(n)] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&1u32.to_le_bytes());
    bytes.extend_from_slice(&[0; 1 + 8 + 8 + 4 + 1 + 4 * 12]);
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&6u16.to_le_bytes());
    bytes.extend_from_slice(&[0; 1 + 4 + 4 + 4]);
    bytes.extend_from_slice(&[b'f', b'r', b'a', b'm', b'e', n]);
    bytes
}

/// Seals a segment with a key of its own; the record, with its length before it.
pub fn record(n: u8) -> (Vec<u8>, [u8; 32]) {
    let own = [n + 40; 32];
    let mut sealed = b"RCS\x01".to_vec();
    sealed.extend_from_slice(&[n; 16 + 7]);
    let nonce: [u8; 7] = [n; 7];
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(own));
    let stream = StreamBE32::from_aead(cipher, &Nonce::<Aes256Gcm, StreamBE32<Aes256Gcm>>::from(nonce));
    let aad = [sealed.as_slice(), format!("rec/{SESSION}/{n}").as_bytes()].concat();
    let mut body = segment(n);
    stream.encrypt_in_place(0, true, &aad, &mut body).unwrap();
    sealed.extend_from_slice(&body);
    let mut record = u32::try_from(sealed.len()).unwrap().to_be_bytes().to_vec();
    record.extend_from_slice(&sealed);
    (record, own)
}

fn heads(sealed: &[Vec<u8>]) -> Vec<Digest> {
    let mut chain = Digest([0; 32]);
    let mut all = Vec::new();
    for (index, record) in (0u64..).zip(sealed) {
        chain = Digest(Sha256::new().chain_update(chain.0).chain_update(index.to_be_bytes()).chain_update(record).finalize().into());
        all.push(chain);
    }
    all
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u64 | 0x0100_0000_0000_0000).to_be_bytes();
    [id, &size, body].concat()
}

/// A WebM with these frames of sound.
pub fn webm(frames: &[&[u8]]) -> Vec<u8> {
    let date = (AT - 978_307_200_000_000) * 1_000;
    let info = element(&[0x15, 0x49, 0xa9, 0x66], &element(&[0x44, 0x61], &date.to_be_bytes()));
    let entry = [element(&[0xd7], &[1]), element(&[0x86], b"A_OPUS")].concat();
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &entry));
    let mut body = element(&[0xe7], &[0]);
    for frame in frames {
        body.extend(element(&[0xa3], &[&[0x81, 0, 0, 0x80], *frame].concat()));
    }
    let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &body);
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
    [head, element(&[0x18, 0x53, 0x80, 0x67], &[info, tracks, cluster].concat())].concat()
}

impl Default for Maker {
    fn default() -> Self {
        let image = b"\xff\xd8 the very bytes of a photograph".to_vec();
        let (consent, text) = ("I agree to be recorded.".to_owned(), "halo".to_owned());
        let records: Vec<_> = (0..3).map(record).collect();
        let sealed: Vec<Vec<u8>> = records.iter().map(|(record, _)| record.clone()).collect();
        let heads = heads(&sealed);
        let session = SESSION.to_string();
        let facts = vec![
            ("case_reported", 1, true, json!({})),
            ("consent_given", 2, true, json!({ "text_sha256": Digest::of(consent.as_bytes()), "commitment": Digest::of(b"closed") })),
            ("session_started", 3, true, json!({ "session": session })),
            ("recording_head", 4, true, json!({ "session": session, "segments": 2, "head": heads[1] })),
            ("still_taken", 5, true, json!({ "evidence": IMAGE.to_string(), "sha256": Digest::of(&image), "sealed": Digest::of(b"x") })),
            ("case_viewed", 0, false, json!({})),
            ("chat_sent", 6, true, json!({ "message": "msg_1", "commitment": Digest::commit(&SALT, &text) })),
            ("decided", 7, false, json!({ "verdict": "verified" })),
            ("case_closed", 7, true, json!({})),
            ("recording_sealed", 8, true, json!({ "session": session, "segments": 3, "head": heads[2] })),
        ];
        let keys = records.iter().map(|(_, key)| format!("{}\n", Digest(*key))).collect();
        let track = webm(&[b"frame\x00", b"frame\x01", b"frame\x02"]);
        Self { facts, image, consent, text, sealed: sealed.concat(), keys, track, extra: Vec::new(), left_out: Vec::new() }
    }
}

impl Maker {
    fn entries(&self) -> Vec<Entry> {
        let entry = |(n, (kind, version, last, body)): (u128, &(&str, u64, bool, Value))| Entry {
            id: EntryId(n + 1),
            tenant: TENANT,
            case: Some(CASE),
            case_version: *version,
            at: Timestamp(AT + i64::try_from(n).unwrap()),
            actor: "system".to_owned(),
            kind: (*kind).to_owned(),
            body: body.clone(),
            state_hash: last.then_some([6; 32]),
        };
        (0u128..).zip(&self.facts).map(entry).collect()
    }

    /// The pack's bytes.
    pub fn make(&self) -> Vec<u8> {
        let entries = self.entries();
        // Strangers' entries stand between those of the case: every third place of the log is ours.
        let mut tree = Tree::default();
        let mut places = Vec::new();
        for entry in &entries {
            tree.push([1; 32]);
            tree.push([2; 32]);
            places.push(tree.size());
            tree.push(entry.leaf_hash());
        }
        let size = tree.size();
        let checkpoint = Checkpoint { origin: LOG.to_owned(), size, root: tree.root_at(size).unwrap(), extensions: Vec::new() };
        let note = checkpoint.sign(&signing()).unwrap().to_string();
        let mut writer = PackWriter::new(Cursor::new(Vec::new()));
        let mut add = |path: &str, bytes: &[u8]| {
            if !self.left_out.iter().any(|left| left == path) {
                writer.add(path, bytes).unwrap();
            }
        };
        let events: Vec<u8> = entries.iter().flat_map(|e| [e.canonical(), b"\n".to_vec()].concat()).collect();
        add(path::EVENTS, &events);
        add(path::CHECKPOINT, note.as_bytes());
        add(path::KEY, format!("{}\n", key()).as_bytes());
        for index in &places {
            let proof = Proof { index: *index, path: tree.inclusion(*index, size).unwrap(), checkpoint: note.clone() };
            add(&path::proof(*index), proof.write().as_bytes());
        }
        let of = |kind: &str| places[self.facts.iter().position(|(k, ..)| *k == kind).unwrap()];
        let image = format!("images/{IMAGE}.jpg");
        add(&image, &self.image);
        let consent = path::consent(of("consent_given"));
        add(&consent, self.consent.as_bytes());
        let text = path::text(of("chat_sent"), "chat_sent");
        add(&text, &[&SALT.0, self.text.as_bytes()].concat());
        let recording = |name: &str| path::recording(SESSION, name);
        add(&recording("sealed.0000"), &self.sealed);
        add(&recording("keys.txt"), self.keys.as_bytes());
        add(&recording("01-customer.webm"), &self.track);
        add(path::REPORT, b"%PDF-");
        add(path::README, pack::readme::readme(&[]).as_bytes());
        add(path::BY_HAND, pack::readme::BY_HAND.as_bytes());
        for (path, bytes) in &self.extra {
            add(path, bytes);
        }
        let line = |kind: &str, path: String| TextLine { entry: of(kind), of: kind.to_owned(), path };
        let track = TrackLine { path: recording("01-customer.webm"), seat: "customer".to_owned() };
        let manifest = Manifest {
            version: VERSION,
            tenant: TENANT,
            case: CASE,
            exported_at: "2026-11-23T07:00:00Z".to_owned(),
            exported_by: "system".to_owned(),
            program: "test".to_owned(),
            files: Vec::new(),
            images: vec![ImageLine { evidence: IMAGE, path: image }],
            drawings: Vec::new(),
            texts: vec![line("chat_sent", text)],
            consents: vec![line("consent_given", consent)],
            recordings: vec![RecordingLine {
                session: SESSION,
                sealed: vec![recording("sealed.0000")],
                keys: recording("keys.txt"),
                tracks: vec![track],
                movie: None,
            }],
            absent: vec!["side-by-side.mp4: no ffmpeg".to_owned()],
        };
        writer.finish(manifest, LOG, &signing()).unwrap().into_inner()
    }
}
