//! Recordings as files that browsers play: opened, decoded, muxed, remembered for a while.
//! Must not know who watches.

pub mod gaps;

use crate::engine::Loaded;
use crate::recorder::{self, PartFault};
use crate::state::App;
use domain::evidence::Recording;
use domain::ids::{CaseId, SessionId};
use domain::session::{Seat, Session};
use media::{Cut, Decoded, ExportedFile, Gap, Kind, Kinds, Selection};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::rows::AuditRow;
use wire::api::evidence::{RecordingFile, RecordingView};

/// Muxed sessions kept in memory, bytes; the oldest leaves first.
const MAX_KEPT: usize = 256 * 1024 * 1024;

/// A session's playable files.
pub struct Played {
    pub files: Vec<(Seat, ExportedFile)>,
    pub gaps: Vec<(Seat, Kind, Gap)>,
    pub segments: u64,
    pub duration_us: i64,
}

type Key = (SessionId, u64);

type Shelf = Mutex<VecDeque<(Key, Arc<Played>)>>;

fn kept() -> &'static Shelf {
    static KEPT: OnceLock<Shelf> = OnceLock::new();
    KEPT.get_or_init(Mutex::default)
}

/// Opens and muxes a session's recording.
///
/// # Errors
/// A segment that does not open.
pub async fn play(app: &App, loaded: &Loaded, session: &Session) -> Result<Arc<Played>, PartFault> {
    let key = (session.id, session.recording.segments());
    let found = kept().lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(k, _)| *k == key).map(|(_, p)| p.clone());
    if let Some(found) = found {
        return Ok(found);
    }
    let (blobs, secret) = (app.blobs.clone(), loaded.key.clone());
    let (case, id, started) = (loaded.case.id, session.id, session.started_at.0);
    let work = move || mux(blobs.as_ref(), &secret.0, case, id, started);
    let played = Arc::new(tokio::task::spawn_blocking(work).await.map_err(|e| PartFault::Segment { index: 0, why: e.to_string() })??);
    let mut all = kept().lock().unwrap_or_else(PoisonError::into_inner);
    all.push_back((key, played.clone()));
    while all.len() > 1 && all.iter().map(|(_, p)| size(p)).sum::<usize>() > MAX_KEPT {
        all.pop_front();
    }
    Ok(played)
}

fn size(played: &Played) -> usize {
    played.files.iter().map(|(_, f)| f.bytes.len()).sum()
}

/// Opens every segment and makes one file per seat and run.
///
/// # Errors
/// A segment that does not open.
pub fn mux(
    blobs: &dyn crate::adapters::blobs::Blobs,
    key: &[u8; 32],
    case: CaseId,
    session: SessionId,
    started_us: i64,
) -> Result<Played, PartFault> {
    let plain = recorder::read(blobs, key, case, session)?;
    let mut decoded: Vec<Decoded<'_>> = Vec::with_capacity(plain.len());
    for (index, bytes) in plain.iter().enumerate() {
        decoded.push(media::decode(bytes).map_err(|e| PartFault::Segment { index: index as u64, why: e.to_string() })?);
    }
    let mut played = Played { files: Vec::new(), gaps: Vec::new(), segments: plain.len() as u64, duration_us: 0 };
    for (seat, name) in [
        (media::Seat::Customer, Seat::Customer),
        (media::Seat::Agent, Seat::Agent),
        (media::Seat::Supervisor, Seat::Supervisor),
        (media::Seat::Interpreter, Seat::Interpreter),
    ] {
        let select = Selection { seat, kinds: Kinds::Both, cut: Cut::PerRun, session_started_us: started_us };
        for file in media::export(&decoded, select) {
            played.duration_us = played.duration_us.max(file.offset_us + file.duration_us);
            played.files.push((name, file));
        }
    }
    for segment in &decoded {
        if let Some(gap) = segment.head.gap {
            played.gaps.push((crate::rooms::domain_seat(segment.head.seat), segment.head.kind, gap));
        }
    }
    Ok(played)
}

/// The recordings of a case, one view for each session; `log` are the entries of the case.
pub async fn view(app: &App, loaded: &Loaded, log: &[AuditRow]) -> Vec<RecordingView> {
    let running = crate::views::session(&loaded.case).cloned();
    let sessions: Vec<Session> = loaded.case.past.iter().map(|p| p.session.clone()).chain(running).collect();
    let mut views = Vec::new();
    for session in sessions {
        match play(app, loaded, &session).await {
            Ok(played) => views.push(one(&loaded.case.id, &session, &played, log)),
            Err(error) => tracing::warn!(case.id = %loaded.case.id, %error, "a recording cannot be played"),
        }
    }
    views
}

fn one(case: &CaseId, session: &Session, played: &Played, log: &[AuditRow]) -> RecordingView {
    let head = match session.recording {
        Recording::Sealed { head, .. } => Some(head),
        Recording::Running { head, .. } | Recording::Failed { head, .. } => head,
        Recording::Off => None,
    };
    let mut numbers = std::collections::BTreeMap::new();
    let files = played.files.iter().map(|(seat, f)| {
        let n = numbers.entry(*seat).and_modify(|n| *n += 1).or_insert(0u32);
        RecordingFile {
            seat: (*seat).into(),
            url: format!("/v1/admin/sessions/{}/files/{}/{n}?case={case}", session.id, word(*seat)),
            mime: f.mime.to_owned(),
            starts_at_ms: ms(f.offset_us),
            duration_ms: ms(f.duration_us),
            width: f.size.map_or(0, |s| u32::from(s.0)),
            height: f.size.map_or(0, |s| u32::from(s.1)),
        }
    });
    RecordingView {
        session: session.id.to_string(),
        started_at: session.started_at.to_string(),
        duration_ms: ms(played.duration_us),
        sealed: matches!(session.recording, Recording::Sealed { .. }),
        head: head.map(|h| h.to_string()).unwrap_or_default(),
        segments: played.segments,
        files: files.collect(),
        gaps: gaps::all(session.id, session.started_at, &played.gaps, log),
    }
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
