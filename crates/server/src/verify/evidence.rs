//! Evidence of one case: every image and recording that its entries name is there and unchanged.
//! Must not know whether it proves anybody's identity.

use super::recordings::{self, Told};
use super::rows::Beside;
use super::{Fault, Ground, Report};
use crate::adapters::blobs::Blobs;
use crate::adapters::seal;
use crate::engine::CaseKey;
use crate::images::{Version, drawing_place, place};
use domain::digest::Digest;
use domain::ids::{CaseId, EvidenceId, SessionId};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use store::rows::{AuditRow, MAX_LIST};

/// The facts that name evidence, with what of them is needed here; the others are proven with the
/// log alone.
#[derive(Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub(super) enum Naming {
    ImageReported(Image),
    StillTaken(Image),
    SessionStarted { session: SessionId },
    RecordingStarted { session: SessionId },
    RecordingHead { session: SessionId, segments: u64, head: Digest },
    RecordingSealed { session: SessionId, segments: u64, head: Digest },

    DrawingKept(Piece),
}

const NAMING: [&str; 7] =
    ["image_reported", "still_taken", "session_started", "recording_started", "recording_head", "recording_sealed", "drawing_kept"];

#[derive(Deserialize)]
pub(super) struct Image {
    evidence: EvidenceId,
    sha256: Digest,
    sealed: Digest,
    shown_sealed: Digest,
}

/// A piece of the trail of a drawing.
#[derive(Deserialize)]
pub(super) struct Piece {
    drawing: EvidenceId,
    sha256: Digest,
    sealed: Digest,
}

/// Of an erased case nothing is left to check but that it is gone.
pub(super) async fn gone(ground: &Ground, case: CaseId, report: &mut Report) -> Result<(), Fault> {
    report.erased += 1;
    let folder = format!("evidence/{case}");
    let files = ground.blobs.list(&folder).map_err(|e| Fault::Folder { path: folder, what: e.to_string() })?;
    let keys = ground.engine.store.keys().of_case(case).await?;
    let keys = keys.iter().filter(|key| key.wrapped.is_some()).count();
    if keys > 1 || !files.is_empty() {
        let (keys, files) = (keys.saturating_sub(1), files.len());
        report.warn(format!("the erasure of {case} is not finished: {keys} old keys and {files} files are left; start the server once"));
    }
    Ok(())
}

pub(super) async fn check(ground: &Ground, case: CaseId, key: &CaseKey, report: &mut Report) -> Result<(), Fault> {
    let mut named = BTreeSet::new();
    let mut beside = Beside::default();
    let kinds: Vec<String> = NAMING.iter().chain(&Beside::KINDS).map(|kind| (*kind).to_owned()).collect();
    let mut sessions: BTreeMap<SessionId, Told> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = ground.engine.store.audit_of_case_kinds(case, kinds.clone(), after, MAX_LIST).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for row in &page {
            beside.take(case, row)?;
            match fact(row)? {
                Some(Naming::ImageReported(image) | Naming::StillTaken(image)) => {
                    for (version, digest) in [(Version::Original, image.sealed), (Version::Shown, image.shown_sealed)] {
                        report.bytes += check_image(ground, case, key, &image, version, digest)?;
                        named.insert(place(case, image.evidence, version));
                    }
                    report.items += 1;
                }
                Some(Naming::SessionStarted { session } | Naming::RecordingStarted { session }) => {
                    sessions.entry(session).or_default();
                }
                Some(Naming::RecordingHead { session, segments, head }) => {
                    sessions.entry(session).or_default().head(case, session, segments, head)?;
                }
                Some(Naming::RecordingSealed { session, segments, head }) => {
                    let told = sessions.entry(session).or_default();
                    told.head(case, session, segments, head)?;
                    told.sealed(segments);
                }
                Some(Naming::DrawingKept(piece)) => {
                    report.bytes += check_drawing(ground, case, key, &piece)?;
                    report.items += 1;
                    named.insert(drawing_place(case, piece.drawing));
                }
                None => {}
            }
        }
    }
    for (session, told) in &sessions {
        let found = recordings::check(ground, case, *session, key, told)?;
        report.recordings += u64::from(found.segments > 0);
        report.segments += found.segments;
        report.bytes += found.bytes;
    }
    beside.check(ground, case).await?;
    unnamed(ground, case, &named, &sessions, report)
}

/// The fact an entry holds, if it is one that names evidence.
fn fact(row: &AuditRow) -> Result<Option<Naming>, Fault> {
    if !NAMING.contains(&row.entry.kind.as_str()) {
        return Ok(None);
    }
    let mut body = row.entry.body.clone();
    if let Some(map) = body.as_object_mut() {
        map.insert("fact".to_owned(), serde_json::Value::String(row.entry.kind.clone()));
    }
    let unreadable =
        |e: serde_json::Error| Fault::Entry { index: row.idx.unwrap_or_default(), what: format!("{} cannot be read: {e}", row.entry.kind) };
    serde_json::from_value(body).map(Some).map_err(unreadable)
}

fn check_image(ground: &Ground, case: CaseId, key: &CaseKey, image: &Image, version: Version, digest: Digest) -> Result<u64, Fault> {
    let fault = |what: String| Fault::Image { case, evidence: image.evidence, version, what };
    let name = place(case, image.evidence, version);
    let sealed = ground.blobs.get(&name).map_err(|e| fault(format!("cannot be read: {e}")))?;
    if Digest::of(&sealed) != digest {
        return Err(fault("does not hash to what the log holds: changed, cut or exchanged".to_owned()));
    }
    let plain = seal::open(&key.0, &name, &sealed).map_err(|e| fault(format!("does not open: {e}")))?;
    if version == Version::Original && Digest::of(&plain) != image.sha256 {
        return Err(fault("opens, but is not the image that the log holds".to_owned()));
    }
    Ok(sealed.len() as u64)
}

fn check_drawing(ground: &Ground, case: CaseId, key: &CaseKey, piece: &Piece) -> Result<u64, Fault> {
    let fault = |what: &str| Fault::Drawing { case, drawing: piece.drawing, what: what.to_owned() };
    let name = drawing_place(case, piece.drawing);
    let sealed = ground.blobs.get(&name).map_err(|e| fault(&format!("cannot be read: {e}")))?;
    if Digest::of(&sealed) != piece.sealed {
        return Err(fault("does not hash to what the log holds: changed, cut or exchanged"));
    }
    let plain = seal::open(&key.0, &name, &sealed).map_err(|e| fault(&format!("does not open: {e}")))?;
    if Digest::of(&plain) != piece.sha256 {
        return Err(fault("opens, but is not the drawing that the log holds"));
    }
    Ok(sealed.len() as u64)
}

/// Files of the case that nothing names: a recording is a fault, unless a running server has just
/// begun it; an image is what a crash left between storing and committing.
fn unnamed(
    ground: &Ground,
    case: CaseId,
    named: &BTreeSet<String>,
    sessions: &BTreeMap<SessionId, Told>,
    report: &mut Report,
) -> Result<(), Fault> {
    let folder = format!("evidence/{case}");
    let files = ground.blobs.list(&folder).map_err(|e| Fault::Folder { path: folder.clone(), what: e.to_string() })?;
    for name in files.into_iter().filter(|name| !named.contains(name)) {
        match recordings::session_of(&folder, &name) {
            Some(session) if sessions.contains_key(&session) => {}
            Some(_) if !ground.live => return Err(Fault::Stranger { name }),
            Some(_) | None => report.warn(format!("no audit entry names the file {name}")),
        }
    }
    Ok(())
}
