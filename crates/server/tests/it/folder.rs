//! A data folder as the server leaves it: two cases, one verified with its recording sealed, one
//! whose server stopped in mid-call and came back. Must not know what is checked on it.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::agent;
use domain::audit::VerifierKey;
use domain::case::{Claim, Input, JoinMode};
use domain::consent::Consent;
use domain::decision::{Draft, ReasonCode, Verdict};
use domain::digest::{Digest, Salt};
use domain::evidence::{Evidence, Slot, Source};
use domain::ids::{AgentId, CaseId, ClientId, EvidenceId, ReportId, SessionId, TenantId, TicketId};
use domain::pii::Pii;
use domain::report::{CheckOutcome, ClaimedData, Customer, FailureReason, Report, Scores};
use domain::review::{Candidate, Finding, Opinion, Reason};
use domain::session::Seat;
use domain::time::{Span, Timestamp};
use ed25519_dalek::SigningKey;
use media::{RoomId, Segment};
use server::adapters::blobs::{Blobs, FileBlobs};
use server::adapters::clock::{Clock, SystemClock};
use server::adapters::ids::{SystemIds, random};
use server::adapters::kms::FileKms;
use server::adapters::seal;
use server::config::Config;
use server::engine::{Actor, Engine, Loaded, NewReport};
use server::images::{Version, place};
use server::recorder::{Recorder, RecorderEvent};
use server::workers::sequencer::{LogKey, once};
use server::{seed, start, tenant};
#[path = "folder/rich.rs"]
mod rich;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Options;

/// Bytes that a crash left of a record: its length, and less than that.
pub const TORN: [u8; 9] = [0, 0, 0x10, 0, 1, 2, 3, 4, 5];

/// The folder, gone with this value.
pub struct Folder {
    pub path: PathBuf,
    /// Verified; its recording is sealed.
    pub done: (CaseId, SessionId),
    /// Still live; its recording has two parts, the first with a torn end.
    pub live: (CaseId, SessionId),
    /// All images.
    pub images: Vec<(CaseId, EvidenceId)>,
    /// Entries that have their place.
    pub placed: u64,
    /// Ids of all entries, in their order.
    pub entries: Vec<String>,
    /// Who decided about the verified one, and who else works here.
    pub agents: [AgentId; 2],
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A server without media on a folder, and what tests do with it by hand.
pub struct Yard {
    pub engine: Arc<Engine>,
    pub blobs: Arc<FileBlobs>,
    pub tenant: TenantId,
    pub agents: [AgentId; 2],
    pub images: Vec<(CaseId, EvidenceId)>,
    /// What images and the packets of recordings hold.
    pub filling: Vec<u8>,
    /// What happens in every session.
    pub during: Vec<Input>,
}

impl Folder {
    pub async fn make() -> Self {
        Self::with_samples(0).await
    }

    /// Of every hundred decisions so many are looked at again, and that look is given.
    pub async fn with_samples(percent: u8) -> Self {
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        let mut yard = Yard::lay(&path, percent).await;
        let log = log_key(&path);
        let (done, live) = yard.two_cases(&path, &log).await;
        let placed = yard.engine.store.log_state().await.unwrap().size;
        for _ in 0..2 {
            let body = serde_json::json!({ "evidence": yard.images[0].1 });
            yard.engine.log(yard.tenant, Some(done.0), &Actor::Person(yard.agents[0]), "evidence_viewed", body).await.unwrap();
        }
        let mut entries: Vec<_> = yard.engine.store.audit_page(yard.tenant, None, 1_000).await.unwrap();
        entries.reverse();
        let entries = entries.iter().map(|row| row.entry.id.to_string()).collect();
        yard.engine.store.close().await.unwrap();
        Self { path, done, live, images: yard.images, placed, entries, agents: yard.agents }
    }

    /// More of everything: a second bank, every kind of row, chats, notes, a drawing; every entry has its place.
    pub async fn rich() -> Self {
        let path = std::env::temp_dir().join(format!("recourse-it-{:032x}", u128::from_be_bytes(random())));
        let mut yard = Yard::lay(&path, 100).await;
        let log = log_key(&path);
        let (done, live) = yard.two_cases(&path, &log).await;
        yard.other_bank().await;
        while once(&yard.engine, &log).await.unwrap() > 0 {}
        yard.talk(live).await;
        yard.administer().await;
        yard.add_reports().await;
        let witness = yard.name_witness().await;
        while once(&yard.engine, &log).await.unwrap() > 0 {}
        yard.cosign(&witness).await;
        let placed = yard.engine.store.log_state().await.unwrap().size;
        yard.engine.store.close().await.unwrap();
        Self { path, done, live, images: yard.images, placed, entries: Vec::new(), agents: yard.agents }
    }

    /// The part files of a recording.
    pub fn parts(&self, (case, session): (CaseId, SessionId)) -> Vec<PathBuf> {
        let part = |n: u32| self.path.join(format!("blobs/evidence/{case}/rec-{session}.{n:04}"));
        (0..).map(part).take_while(|path| path.exists()).collect()
    }

    /// The file of a version of an image.
    pub fn image(&self, (case, evidence): (CaseId, EvidenceId), version: Version) -> PathBuf {
        self.path.join("blobs").join(place(case, evidence, version))
    }
}

/// The log's key, as the server keeps it.
pub fn log_key(path: &Path) -> LogKey {
    let public: VerifierKey = fs::read_to_string(path.join("keys/log.pub")).unwrap().parse().unwrap();
    let seed = STANDARD.decode(fs::read_to_string(path.join("keys/log.key")).unwrap().trim()).unwrap();
    LogKey::new(public.name(), SigningKey::from_bytes(&seed.try_into().unwrap()))
}

impl Yard {
    /// The real start makes keys, tenant and people; then media is left out of it.
    pub async fn lay(path: &Path, sample_percent: u8) -> Self {
        Self::lay_at(path, sample_percent, Arc::new(SystemClock::new())).await
    }

    pub async fn lay_at(path: &Path, sample_percent: u8, clock: Arc<dyn Clock>) -> Self {
        let mut config = Config::default();
        config.server.data_dir = path.to_owned();
        config.media.udp = "127.0.0.1:0".parse().unwrap();
        config.media.tcp = "127.0.0.1:0".parse().unwrap();
        let built = start::build(&config, |_| None).await.unwrap();
        let settings = tenant::Settings { send_first_link: true, sample_percent, ..tenant::Settings::default() };
        let tenant = seed::tenant(&built.app, "Bank", &settings, "UTC", "default").await.unwrap();
        let first = seed::person(&built.app, tenant, "Sari W", "sari@bank.example", "agent", &[]).await.unwrap();
        let second = seed::person(&built.app, tenant, "Ben K", "ben@bank.example", "agent", &[]).await.unwrap();
        built.stop().await.unwrap();
        Self { tenant, agents: [first, second], ..Self::open(path, clock).await }
    }

    /// The folder as it stands, with nobody's ids.
    pub async fn open(path: &Path, clock: Arc<dyn Clock>) -> Self {
        let url = format!("sqlite:{}", path.join("recourse.db").display());
        let store = store::open(&url, Options::default()).await.unwrap();
        let kms = Arc::new(FileKms::open(&path.join("keys/master.keys")).unwrap());
        let ids = Arc::new(SystemIds::new(clock.clone()));
        let engine = Arc::new(Engine::new(store, kms, clock, ids, "https://verify.bank.example".to_owned()));
        let blobs = Arc::new(FileBlobs::open(&path.join("blobs")).unwrap());
        let filling = (0u16..700).map(|n| n.to_le_bytes()[0]).collect();
        Self { engine, blobs, tenant: TenantId(0), agents: [AgentId(0); 2], images: Vec::new(), filling, during: Vec::new() }
    }

    async fn two_cases(&mut self, path: &Path, log: &LogKey) -> ((CaseId, SessionId), (CaseId, SessionId)) {
        let done = self.verified_case().await;
        while once(&self.engine, log).await.unwrap() > 0 {}
        let live = self.broken_case(path).await;
        while once(&self.engine, log).await.unwrap() > 0 {}
        (done, live)
    }

    pub async fn feed(&self, case: CaseId, input: Input) {
        self.engine.tell_case(case, &Actor::System, input).await.unwrap();
    }

    /// A case in its session, with two stills bound to their steps.
    async fn called(&mut self, agent: AgentId, reference: &str) -> (CaseId, SessionId) {
        self.called_as(agent, new_report(reference)).await
    }

    pub async fn called_as(&mut self, agent: AgentId, new: NewReport) -> (CaseId, SessionId) {
        let case = self.engine.open(self.tenant, &Actor::Api("test".to_owned()), new, |_| None).await.unwrap().case.id;
        self.feed(case, claim(case)).await;
        self.engine.on_agent(agent, &Actor::Person(agent), agent::Input::Came).await.unwrap();
        self.engine.on_agent(agent, &Actor::Person(agent), agent::Input::Available).await.unwrap();
        self.engine.reserve(case, agent, Span::seconds(20), None).await.unwrap();
        let Some(agent::State::Reserved { reservation, .. }) = Some(self.engine.agent(agent).await.unwrap().state) else {
            panic!("not rung")
        };
        self.engine.accept(agent, reservation).await.unwrap();
        // One side is up and down again before both were: a change of state without a fact.
        self.feed(case, Input::MediaUp { seat: Seat::Customer }).await;
        self.feed(case, Input::MediaDown { seat: Seat::Customer }).await;
        self.feed(case, Input::MediaUp { seat: Seat::Customer }).await;
        self.feed(case, Input::MediaUp { seat: Seat::Agent }).await;
        let loaded = self.engine.loaded(case).await.unwrap();
        let session = server::views::session(&loaded.case).unwrap().id;
        for (step, slot) in [("document_front", Slot::DocumentFront), ("portrait_match", Slot::Portrait)] {
            let evidence = self.still(&loaded, session, step, slot);
            self.images.push((case, evidence.id));
            self.feed(case, Input::Still { evidence: Box::new(evidence) }).await;
        }
        for input in self.during.clone() {
            self.feed(case, input).await;
        }
        (case, session)
    }

    fn still(&self, loaded: &Loaded, session: SessionId, step: &str, slot: Slot) -> Evidence {
        let case = loaded.case.id;
        let id = EvidenceId(self.engine.ids.id());
        let picture = self.filling.clone();
        let kept = |version, plain: &[u8]| {
            let name = place(case, id, version);
            let sealed = seal::seal(&loaded.key.0, &name, plain).unwrap();
            self.blobs.put_new(&name, &sealed).unwrap();
            Digest::of(&sealed)
        };
        Evidence {
            id,
            slot,
            source: Source::Live,
            step: Some(step.to_owned()),
            session: Some(session),
            at: self.engine.now(),
            width: 1280,
            height: 720,
            bytes: picture.len() as u64,
            sha256: Digest::of(&picture),
            sealed: kept(Version::Original, &picture),
            shown_sealed: kept(Version::Shown, &picture[..picture.len() / 2]),
            stream_width: Some(640),
            void: false,
            of: None,
        }
    }

    async fn verified_case(&mut self) -> (CaseId, SessionId) {
        self.verified_as(new_report("onb-1")).await
    }

    pub async fn verified_as(&mut self, new: NewReport) -> (CaseId, SessionId) {
        let agent = self.agents[0];
        let (case, session) = self.called_as(agent, new).await;
        self.record((case, session), 6, true).await;
        for step in ["greet", "document_front", "portrait_match"] {
            self.feed(case, Input::StepDone { agent, step: step.to_owned() }).await;
        }
        let draft = Draft {
            reasons: vec![ReasonCode::IdentityConfirmed],
            by: agent,
            note: Pii::default(),
            note_commitment: Digest::of(b""),
            note_salt: Salt([0; 16]),
        };
        self.engine.decide(case, &Actor::Person(agent), Verdict::Verified, draft).await.unwrap();
        let done = self.engine.case(case).await.unwrap();
        assert_eq!(done.phase_name(), "verified");
        if done.open_review().is_some() {
            self.looked_at(case).await;
        }
        (case, session)
    }

    /// The other agent looks at it again.
    async fn looked_at(&self, case: CaseId) {
        let checker = self.agents[1];
        self.engine.assign_review(case, vec![Candidate { id: checker, same_team: false }]).await.unwrap();
        self.engine.take_review(case, checker).await.unwrap();
        let (finding, reasons) = (Finding::Approve, vec![Reason::EvidenceHolds]);
        let (note, note_commitment) = (Pii::default(), Digest::of(b""));
        let opinion = Opinion { checker, finding, reasons, note, note_commitment, again: Vec::new() };
        self.engine.give_review(case, opinion).await.unwrap();
    }

    /// The server stops in mid-call, in the middle of a record, and comes back.
    async fn broken_case(&mut self, path: &Path) -> (CaseId, SessionId) {
        let (case, session) = self.called(self.agents[1], "onb-2").await;
        self.record((case, session), 4, false).await;
        let first = path.join(format!("blobs/evidence/{case}/rec-{session}.0000"));
        let mut bytes = fs::read(&first).unwrap();
        bytes.extend_from_slice(&TORN);
        fs::write(&first, bytes).unwrap();
        self.record((case, session), 3, false).await;
        (case, session)
    }

    /// Runs a recorder over `count` segments and feeds the case what it tells.
    async fn record(&self, (case, session): (CaseId, SessionId), count: u32, seal: bool) {
        let (segments_in, segments) = std::sync::mpsc::sync_channel(64);
        let (events_in, mut events) = tokio::sync::mpsc::channel(64);
        let recorder = Recorder::start(segments, self.blobs.clone(), events_in).unwrap();
        let room = RoomId(case.0);
        let key = self.engine.loaded(case).await.unwrap().key;
        let before = self.parts(case, session);
        recorder.begin(room, case, session, (*key.0).clone());
        let packet: [u8; 60] = self.filling[..60].try_into().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.parts(case, session) == before {
            assert!(Instant::now() < deadline, "the recorder did not begin");
            tokio::task::yield_now().await;
        }
        for index in 0..count {
            segments_in.send(segment(room, index, packet)).unwrap();
        }
        if seal {
            recorder.seal(room);
        }
        drop(segments_in);
        tokio::task::spawn_blocking(move || recorder.stop()).await.unwrap();
        while let Some(event) = events.recv().await {
            self.feed(case, input(event)).await;
        }
    }

    fn parts(&self, case: CaseId, session: SessionId) -> usize {
        let all = self.blobs.list(&format!("evidence/{case}")).unwrap();
        all.iter().filter(|name| name.contains(&format!("rec-{session}."))).count()
    }
}

fn input(event: RecorderEvent) -> Input {
    match event {
        RecorderEvent::Head { session, segments, head, .. } => Input::RecordingHead { session, segments, head },
        RecorderEvent::Gap { session, seat, kind, from, to, why, .. } => Input::RecordingGap { session, seat, kind, from, to, why },
        RecorderEvent::Failed { session, why, .. } => Input::RecordingFailed { session, why },
        RecorderEvent::Sealed { session, segments, head, .. } => Input::RecordingSealed { session, segments, head },
    }
}

/// An audio segment of one packet, in the bytes that the recorder writes.
pub fn segment(room: RoomId, index: u32, packet: [u8; 60]) -> Segment {
    let mut bytes = b"RCRSEG\0\x01".to_vec();
    bytes.extend_from_slice(&room.0.to_le_bytes());
    bytes.extend_from_slice(&9u128.to_le_bytes());
    // Customer, audio, Opus.
    bytes.extend_from_slice(&[0, 0, 0, 0]);
    for number in [48_000u32, 5, 1, index] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for number in [1_000_000u64, 1_020_000, 100] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&1u32.to_le_bytes());
    // No gap, no sender reports.
    bytes.extend_from_slice(&[0; 1 + 8 + 8 + 4 + 1 + 4 * 12]);
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&60u16.to_le_bytes());
    bytes.extend_from_slice(&[0; 1 + 4 + 4 + 4]);
    bytes.extend_from_slice(&packet);
    let head = media::decode(&bytes).unwrap().head;
    Segment { head, bytes: bytes.into() }
}

pub fn new_report(reference: &str) -> NewReport {
    let report = Report {
        id: ReportId(1),
        at: Timestamp(0),
        attempt: 2,
        outcome: CheckOutcome::Failed,
        reasons: vec![FailureReason::DocumentGlare],
        scores: Scores::default(),
        vendor: None,
        vendor_reference: None,
        images: vec![],
    };
    NewReport {
        reference: reference.to_owned(),
        customer: Customer { name: Pii::new("Nur Aisyah".to_owned()), locale: "ms".to_owned(), phone: None, email: None },
        claimed: ClaimedData::default(),
        jurisdiction: "default".to_owned(),
        report,
    }
}

fn claim(case: CaseId) -> Input {
    Input::Claim(Box::new(Claim {
        client: ClientId(case.0),
        secret_hash: Digest::of(b"secret"),
        consent: Consent {
            at: Timestamp(1),
            text_sha256: Digest::of(b"text"),
            text: "text".to_owned(),
            version: 1,
            locale: "ms".to_owned(),
            address: Pii::default(),
            user_agent: Pii::default(),
            commitment: Digest::of(b"c"),
        },
        mode: JoinMode::Video,
        birth_date: None,
        ticket: TicketId(case.0),
        open: true,
    }))
}
