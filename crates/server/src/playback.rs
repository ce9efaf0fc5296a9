//! Recordings as files that browsers play: planned once by reading every segment, then made piece by piece from the segments a
//! viewer asks for. No file is ever in memory. Must not know who watches.

pub mod gaps;
pub mod stream;

use crate::adapters::blobs::Blobs;
use crate::engine::Loaded;
use crate::recorder::{self, Lies, PartFault};
use crate::state::App;
use domain::evidence::Recording;
use domain::ids::{CaseId, SessionId};
use domain::session::{Seat, Session};
use media::{Cut, FilePlan, Gap, Kind, Kinds, Scan, Selection};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use store::rows::AuditRow;
use tokio::sync::Semaphore;
use wire::api::evidence::{RecordingFile, RecordingView};

/// Plans kept in memory, bytes; the oldest leaves first. Ten minutes of two people are some 5 MB, a twentieth of the recording.
const MAX_KEPT: usize = 64 * 1024 * 1024;
/// Recordings that are planned at once; each holds the heads of all its packets while it is.
const MAX_PLANNING: usize = 2;

/// How a session's files are made, and where its segments lie.
pub struct Played {
    pub case: CaseId,
    pub session: SessionId,
    pub files: Vec<(Seat, FilePlan)>,
    pub gaps: Vec<(Seat, Kind, Gap)>,
    pub duration_us: i64,
    segments: Vec<Lies>,
}

impl Played {
    /// Sealed segments there are.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.segments.len() as u64
    }

    fn weight(&self) -> usize {
        self.files.iter().map(|(_, f)| f.weight()).sum::<usize>() + size_of_val(self.segments.as_slice())
    }
}

type Key = (SessionId, u64);

/// The plans of one server.
#[derive(Default)]
pub struct Shelf(Mutex<VecDeque<(Key, Arc<Played>)>>);

impl Shelf {
    /// Forgets every plan: what was erased leaves no trace here, the rest is planned anew when it is asked for.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn found(&self, key: Key) -> Option<Arc<Played>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(k, _)| *k == key).map(|(_, p)| p.clone())
    }
}

/// Reads a session's recording once and plans its files.
///
/// # Errors
/// A segment that does not open.
pub async fn play(app: &App, loaded: &Loaded, session: &Session) -> Result<Arc<Played>, PartFault> {
    static PLANNING: Semaphore = Semaphore::const_new(MAX_PLANNING);
    let key = (session.id, session.recording.segments());
    if let Some(found) = app.shelf().found(key) {
        return Ok(found);
    }
    let stopped = |e: String| PartFault::Segment { index: 0, why: e };
    let _turn = PLANNING.acquire().await.map_err(|e| stopped(e.to_string()))?;
    // Somebody may have planned it while this one waited.
    if let Some(found) = app.shelf().found(key) {
        return Ok(found);
    }
    let (blobs, secret) = (app.blobs.clone(), loaded.key.clone());
    let (case, known) = (loaded.case.id, session.clone());
    let work = move || plan(blobs.as_ref(), &secret.0, case, &known);
    let played = Arc::new(tokio::task::spawn_blocking(work).await.map_err(|e| stopped(e.to_string()))??);
    let mut all = app.shelf().0.lock().unwrap_or_else(PoisonError::into_inner);
    // A running session is planned anew as it grows: the shorter plan is of no more use.
    all.retain(|((id, _), _)| *id != session.id);
    all.push_back((key, played.clone()));
    while all.len() > 1 && all.iter().map(|(_, p)| p.weight()).sum::<usize>() > MAX_KEPT {
        all.pop_front();
    }
    Ok(played)
}

/// Opens every segment, one after the other, and plans one file per seat and run.
///
/// # Errors
/// A segment that does not open, or fewer or other segments than the log names.
pub fn plan(blobs: &dyn Blobs, key: &[u8; 32], case: CaseId, of: &Session) -> Result<Played, PartFault> {
    let (session, started_us) = (of.id, of.started_at.0);
    let (mut scan, mut segments) = (Scan::default(), Vec::new());
    let found = recorder::read_each(blobs, key, case, session, |index, lies, plain| {
        segments.push(lies);
        scan.add(plain).map_err(|e| PartFault::Segment { index, why: e.to_string() })
    })?;
    let other = matches!(of.recording, Recording::Sealed { head, .. } if head != found.chain);
    if found.count < of.recording.segments() || other {
        return Err(PartFault::Segment { index: found.count, why: "is missing, or others are not the ones that were logged".to_owned() });
    }
    let mut played = Played { case, session, files: Vec::new(), gaps: Vec::new(), duration_us: 0, segments };
    for (seat, name) in [
        (media::Seat::Customer, Seat::Customer),
        (media::Seat::Agent, Seat::Agent),
        (media::Seat::Supervisor, Seat::Supervisor),
        (media::Seat::Interpreter, Seat::Interpreter),
    ] {
        let select = Selection { seat, kinds: Kinds::Both, cut: Cut::PerRun, session_started_us: started_us };
        for file in media::plan_files(&scan, select) {
            played.duration_us = played.duration_us.max(file.offset_us + file.duration_us);
            played.files.push((name, file));
        }
    }
    for head in scan.heads() {
        if let Some(gap) = head.gap {
            played.gaps.push((crate::rooms::domain_seat(head.seat), head.kind, gap));
        }
    }
    Ok(played)
}

/// The recordings of a case, one view for each session; `log` are the entries of the case, `keep` whether who asks may keep files.
pub async fn view(app: &App, loaded: &Loaded, log: &[AuditRow], keep: bool) -> Vec<RecordingView> {
    let running = crate::views::session(&loaded.case).cloned();
    let sessions: Vec<Session> = loaded.case.past.iter().map(|p| p.session.clone()).chain(running).collect();
    let mut views = Vec::new();
    for session in sessions {
        match play(app, loaded, &session).await {
            Ok(played) => {
                let files = files(&loaded.case.id, &session, &played);
                let gaps = gaps::all(session.id, session.started_at, &played.gaps, log);
                let (duration_ms, segments) = (ms(played.duration_us), played.segments());
                views.push(RecordingView { duration_ms, segments, files, gaps, may_download: keep, ..nothing(&session) });
            }
            Err(error) => {
                tracing::error!(case.id = %loaded.case.id, session.id = %session.id, %error, "a recording cannot be played");
                let fault = match error {
                    PartFault::Segment { .. } | PartFault::TooMany => "damaged",
                    PartFault::Blob(_) => "unreadable",
                };
                views.push(RecordingView { fault: Some(fault.to_owned()), ..nothing(&session) });
            }
        }
    }
    views
}

/// A session of which nothing can be played.
fn nothing(session: &Session) -> RecordingView {
    let head = match session.recording {
        Recording::Sealed { head, .. } => Some(head),
        Recording::Running { head, .. } | Recording::Failed { head, .. } => head,
        Recording::Off => None,
    };
    RecordingView {
        session: session.id.to_string(),
        started_at: session.started_at.to_string(),
        duration_ms: 0,
        sealed: matches!(session.recording, Recording::Sealed { .. }),
        head: head.map(|h| h.to_string()).unwrap_or_default(),
        segments: session.recording.segments(),
        files: Vec::new(),
        gaps: Vec::new(),
        may_download: false,
        fault: None,
    }
}

fn files(case: &CaseId, session: &Session, played: &Played) -> Vec<RecordingFile> {
    let mut numbers = std::collections::BTreeMap::new();
    let one = |(seat, f): &(Seat, FilePlan)| {
        let n = numbers.entry(*seat).and_modify(|n| *n += 1).or_insert(0u32);
        RecordingFile {
            seat: (*seat).into(),
            url: format!("/v1/admin/sessions/{}/files/{}/{n}?case={case}", session.id, word(*seat)),
            mime: f.mime.to_owned(),
            starts_at_ms: ms(f.offset_us),
            duration_ms: ms(f.duration_us),
            bytes: f.len(),
            width: f.size.map_or(0, |s| u32::from(s.0)),
            height: f.size.map_or(0, |s| u32::from(s.1)),
        }
    };
    played.files.iter().map(one).collect()
}

fn ms(us: i64) -> u64 {
    u64::try_from(us / 1000).unwrap_or(0)
}

/// The name of a seat in an address.
#[must_use]
pub const fn word(seat: Seat) -> &'static str {
    match seat {
        Seat::Customer => "customer",
        Seat::Agent => "agent",
        Seat::Supervisor => "supervisor",
        Seat::Interpreter => "interpreter",
    }
}

/// The n-th file of a seat.
///
/// # Errors
/// A recording that cannot be opened; `None` when there is no such file.
pub async fn file(app: &App, loaded: &Loaded, session: &Session, seat: &str, n: usize) -> Result<Option<(Arc<Played>, usize)>, PartFault> {
    let played = play(app, loaded, session).await?;
    let place = played.files.iter().enumerate().filter(|(_, (s, _))| word(*s) == seat).nth(n).map(|(i, _)| i);
    Ok(place.map(|i| (played, i)))
}
