//! What is held about the person of one case, in one ZIP: data, images, recordings.
//! Must not know who asked for it.

use super::super::problem::ApiError;
use crate::adapters::zip::{self, Zip};
use crate::engine::Loaded;
use crate::images::{Version, media_type, read_drawing, read_image};
use crate::playback::stream::Source;
use crate::playback::{self, Played};
use crate::state::App;
use axum::body::Bytes;
use domain::case::{Case, Message};
use domain::decision::Decision;
use domain::ids::CaseId;
use domain::pii::Pii;
use futures_util::stream::{self, Stream, TryStreamExt};
use serde_json::{Value, json};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use store::rows::{AuditRow, MAX_LIST};
use tokio::sync::mpsc;

/// Members that wait to be sent; the largest is a recording.
const AHEAD: usize = 2;

/// An archive on its way.
pub struct Export {
    pub case: CaseId,
    pub files: usize,
    pub bytes: u64,
    pub stream: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
}

/// Begins the archive; everything it needs is looked for first, so that what cannot be given is refused and not cut off.
///
/// # Errors
/// Evidence that does not open, or too much of it for one file.
pub async fn export(app: &App, loaded: Loaded) -> Result<Export, ApiError> {
    let case = loaded.case.id;
    let sessions: Vec<_> = loaded.case.past.iter().map(|p| p.session.clone()).collect();
    let mut recordings = Vec::new();
    for session in sessions {
        let played = playback::play(app, &loaded, &session).await.map_err(|e| ApiError::Internal(e.to_string()))?;
        recordings.push((session.id.to_string(), played));
    }
    let log = entries(app, case).await?;
    let data = serde_json::to_vec_pretty(&data(&loaded.case, &recordings, &log)).map_err(|e| ApiError::Internal(e.to_string()))?;
    let recorded: u64 = recordings.iter().flat_map(|(_, p)| &p.files).map(|(_, file)| file.len()).sum();
    let drawn: u64 = loaded.case.drawings.iter().map(|d| d.bytes).sum();
    let bytes = data.len() as u64 + loaded.case.evidence.iter().map(|e| e.bytes).sum::<u64>() + drawn + recorded;
    if bytes > zip::MAX_BYTES - 1024 * 1024 {
        return Err(ApiError::Said(
            "body_too_large",
            "There is more than one ZIP file can hold; export the recordings one by one.".to_owned(),
        ));
    }
    let files = 1 + loaded.case.evidence.len() + loaded.case.drawings.len() + recordings.iter().map(|(_, p)| p.files.len()).sum::<usize>();
    let (out, parts) = mpsc::channel(AHEAD);
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = write(&app, &loaded, data, &recordings, &out).await {
            tracing::warn!(case.id = %loaded.case.id, %error, "an export was given up");
            // The receiver sees a download that breaks off, never a shorter archive.
            let _ = out.send(Err(error)).await;
        }
    });
    let stream = stream::unfold(parts, async |mut parts| parts.recv().await.map(|part| (part, parts)));
    Ok(Export { case, files, bytes, stream: Box::pin(stream) })
}

type Out = mpsc::Sender<io::Result<Bytes>>;

async fn write(app: &App, loaded: &Loaded, data: Vec<u8>, recordings: &[(String, Arc<Played>)], out: &Out) -> io::Result<()> {
    let mut zip = Zip::default();
    put(&mut zip, out, "data.json", Bytes::from(data)).await?;
    for evidence in &loaded.case.evidence {
        let bytes = read_image(app, loaded, evidence.id, Version::Original).await.map_err(io::Error::other)?;
        let name = image_name(&evidence.id.to_string(), media_type(&bytes));
        put(&mut zip, out, &name, Bytes::from(bytes)).await?;
    }
    for drawing in &loaded.case.drawings {
        let bytes = read_drawing(app, loaded, drawing.id).await.map_err(io::Error::other)?;
        put(&mut zip, out, &format!("drawings/{}.json", drawing.id), Bytes::from(bytes)).await?;
    }
    for (session, played) in recordings {
        for (n, (seat, file)) in played.files.iter().enumerate() {
            let name = recording_name(session, playback::word(*seat), n, file.mime);
            let source = Source { blobs: app.blobs.clone(), key: loaded.key.clone(), played: played.clone(), file: n };
            // A member's checksum stands before its bytes, so one file at a time is in memory.
            let bytes = Box::pin(playback::stream::bytes(source, 0, file.len()));
            let bytes = bytes
                .try_fold(Vec::new(), async |mut all, piece| {
                    all.extend_from_slice(&piece);
                    Ok(all)
                })
                .await?;
            put(&mut zip, out, &name, Bytes::from(bytes)).await?;
        }
    }
    send(out, Bytes::from(zip.finish().map_err(io::Error::other)?)).await
}

async fn put(zip: &mut Zip, out: &Out, name: &str, bytes: Bytes) -> io::Result<()> {
    let head = zip.member(name, &bytes).map_err(io::Error::other)?;
    send(out, Bytes::from(head)).await?;
    send(out, bytes).await
}

async fn send(out: &Out, bytes: Bytes) -> io::Result<()> {
    out.send(Ok(bytes)).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
}

fn image_name(id: &str, kind: &str) -> String {
    let end = match kind {
        "image/png" => "png",
        "image/webp" => "webp",
        _ => "jpg",
    };
    format!("images/{id}.{end}")
}

fn recording_name(session: &str, seat: &str, n: usize, mime: &str) -> String {
    let end = if mime.contains("webm") { "webm" } else { "mkv" };
    format!("recordings/{session}/{n:02}-{seat}.{end}")
}

async fn entries(app: &App, case: CaseId) -> Result<Vec<AuditRow>, ApiError> {
    let mut all: Vec<AuditRow> = Vec::new();
    loop {
        let page = app.engine.store.audit_of_case(case, all.last().map_or(0, |row| row.seq), MAX_LIST).await?;
        let last = page.len() < MAX_LIST as usize;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

fn text(value: Option<&Pii<String>>) -> Value {
    value.map_or(Value::Null, |v| json!(v.reveal()))
}

/// What the law lets a person see of themselves. A suspicion is never told: that would warn the one it is about.
fn data(case: &Case, recordings: &[(String, Arc<Played>)], log: &[AuditRow]) -> Value {
    let (customer, claimed) = (&case.customer, &case.claimed);
    json!({
        "case": case.id,
        "reference": case.reference,
        "opened_at": case.created_at.to_string(),
        "jurisdiction": case.jurisdiction,
        "state": case.phase_name(),
        "customer": {
            "name": customer.name.reveal(), "language": customer.locale, "phone": text(customer.phone.as_ref()),
            "email": text(customer.email.as_ref()),
        },
        "typed_in_the_form": {
            "name": text(claimed.name.as_ref()), "birth_date": text(claimed.birth_date.as_ref()),
            "document_number": text(claimed.document_number.as_ref()), "document_type": claimed.document_type,
            "document_expiry": text(claimed.document_expiry.as_ref()), "address": text(claimed.address.as_ref()),
        },
        "failed_checks": case.reports.iter().map(|r| json!({
            "at": r.at.to_string(), "attempt": r.attempt, "outcome": r.outcome, "reasons": r.reasons, "scores_in_thousandths": r.scores,
            "vendor": r.vendor, "vendor_reference": r.vendor_reference,
        })).collect::<Vec<_>>(),
        "consents": case.consents.iter().map(|c| json!({
            "at": c.at.to_string(), "text": c.text, "language": c.locale, "network_address": c.address.reveal(),
            "browser": c.user_agent.reveal(),
        })).collect::<Vec<_>>(),
        "read_and_told": case.identity,
        "chat": case.chat.iter().map(message).collect::<Vec<_>>(),
        "rating": case.rating.as_ref().map(|r| json!({ "stars": r.stars, "comment": r.comment.reveal(), "at": r.at.to_string() })),
        "images": case.evidence.iter().map(|e| json!({
            "id": e.id, "shows": e.slot, "came_from": e.source, "at": e.at.to_string(), "sha256": e.sha256, "width": e.width,
            "height": e.height,
        })).collect::<Vec<_>>(),
        "recordings": recordings.iter().map(|(session, played)| json!({
            "session": session, "seconds": played.duration_us / 1_000_000, "files": played.files.len(),
        })).collect::<Vec<_>>(),
        "decision": case.decision().map(decision),
        "kept_until": case.erase_due().map(|t| t.to_string()),
        "held": case.kept.hold.is_some(),
        "what_happened": log.iter().map(|row| json!({
            "at": row.entry.at.to_string(), "what": row.entry.kind, "by": who(&row.entry.actor), "entry_of_the_log": row.idx,
        })).collect::<Vec<_>>(),
    })
}

fn message(m: &Message) -> Value {
    json!({ "at": m.at.to_string(), "from": m.from, "text": m.text.reveal(), "image": m.image })
}

fn decision(d: &Decision) -> Value {
    let tellable: Vec<_> = d.reasons.iter().filter(|reason| reason.tellable()).collect();
    let all = tellable.len() == d.reasons.len();
    // A note may say more than the reasons; where one of those may not be told, neither may it.
    json!({ "verdict": d.verdict, "at": d.at.to_string(), "reasons": tellable, "note": all.then(|| d.note.reveal()) })
}

/// The bank's people act for the bank: their names are not the customer's data.
fn who(actor: &str) -> &'static str {
    match actor.split(':').next() {
        Some("customer") => "you",
        Some("system") => "the program",
        Some("guest") => "an interpreter",
        Some(_) | None => "the bank",
    }
}
