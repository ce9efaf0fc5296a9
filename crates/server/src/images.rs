//! Keeping an image: accepted by its bytes, both versions sealed with the case's key and stored, before the case hears of it.
//! Must not know which request brought it.

use crate::adapters::blobs::BlobError;
use crate::adapters::images::{ImageRefusal, accept};
use crate::adapters::seal::{self, SealError};
use crate::engine::{CaseKey, Loaded};
use crate::state::App;
use domain::digest::Digest;
use domain::evidence::{Evidence, Slot, Source};
use domain::ids::{CaseId, EvidenceId, SessionId};

/// An image that arrived, and what it is for.
#[derive(Clone, Debug)]
pub struct NewImage {
    pub bytes: Vec<u8>,
    pub slot: Slot,
    pub source: Source,
    pub step: Option<String>,
    pub session: Option<SessionId>,
    /// Width of the video stream at that moment.
    pub stream_width: Option<u32>,
}

/// Which of the two stored versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The bytes as they came.
    Original,
    /// The JPEG for people to look at.
    Shown,
}

/// Why an image was not kept or cannot be given back.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    #[error("the image was not accepted: {}", .0.code())]
    Image(ImageRefusal),
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the server is stopping")]
    Stopped,
}

/// Where a version of a piece of evidence lies; also the place it is sealed for.
#[must_use]
pub fn place(case: CaseId, evidence: EvidenceId, version: Version) -> String {
    let end = match version {
        Version::Original => "original",
        Version::Shown => "shown",
    };
    format!("evidence/{case}/{evidence}.{end}")
}

/// Where a piece of the trail of a drawing lies; also the place it is sealed for.
#[must_use]
pub fn drawing_place(case: CaseId, drawing: EvidenceId) -> String {
    format!("evidence/{case}/{drawing}.drawing")
}

/// Checks, seals and stores an image. The caller feeds the answer to the case, and calls
/// [`discard`] should the case refuse it.
///
/// # Errors
/// A refused image, or storage that does not answer.
pub async fn keep_image(app: &App, loaded: &Loaded, image: NewImage) -> Result<Evidence, KeepError> {
    let id = EvidenceId(app.engine.ids.id());
    let (case, key, blobs) = (loaded.case.id, loaded.key.clone(), app.blobs.clone());
    let _turn = app.decoding().await.ok_or(KeepError::Stopped)?;
    let at = app.engine.now();
    let work = move || {
        let accepted = accept(image.bytes).map_err(KeepError::Image)?;
        let original = sealed(&key, case, id, Version::Original, &accepted.original)?;
        let shown = sealed(&key, case, id, Version::Shown, &accepted.shown)?;
        blobs.put_new(&place(case, id, Version::Original), &original)?;
        blobs.put_new(&place(case, id, Version::Shown), &shown)?;
        Ok(Evidence {
            id,
            slot: image.slot,
            source: image.source,
            step: image.step,
            session: image.session,
            at,
            width: accepted.width,
            height: accepted.height,
            bytes: accepted.original.len() as u64,
            sha256: Digest(accepted.sha256),
            sealed: Digest::of(&original),
            shown_sealed: Digest::of(&shown),
            stream_width: image.stream_width,
            void: false,
            of: None,
        })
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| KeepError::Stopped)?
}

fn sealed(key: &CaseKey, case: CaseId, id: EvidenceId, version: Version, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    seal::seal(&key.0, &place(case, id, version), plain)
}

/// Gives back a version of an image.
///
/// # Errors
/// A blob that is missing, or was changed.
pub async fn read_image(app: &App, loaded: &Loaded, id: EvidenceId, version: Version) -> Result<Vec<u8>, KeepError> {
    let (case, key, blobs) = (loaded.case.id, loaded.key.clone(), app.blobs.clone());
    let work = move || {
        let name = place(case, id, version);
        Ok(seal::open(&key.0, &name, &blobs.get(&name)?)?)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| KeepError::Stopped)?
}

/// Gives back a piece of the trail of a drawing.
///
/// # Errors
/// A blob that is missing, or was changed.
pub async fn read_drawing(app: &App, loaded: &Loaded, id: EvidenceId) -> Result<Vec<u8>, KeepError> {
    let (name, key, blobs) = (drawing_place(loaded.case.id, id), loaded.key.clone(), app.blobs.clone());
    let work = move || Ok(seal::open(&key.0, &name, &blobs.get(&name)?)?);
    tokio::task::spawn_blocking(work).await.map_err(|_| KeepError::Stopped)?
}

/// Removes an image that its case refused: nothing half-written stays.
pub async fn discard(app: &App, case: CaseId, id: EvidenceId) {
    let blobs = app.blobs.clone();
    let work = move || {
        for version in [Version::Original, Version::Shown] {
            if let Err(error) = blobs.remove(&place(case, id, version)) {
                tracing::warn!(%error, evidence.id = %id, "a refused image stays until retention removes it");
            }
        }
    };
    let _ = tokio::task::spawn_blocking(work).await;
}

/// The media type of an accepted original, by its first bytes.
#[must_use]
pub fn media_type(original: &[u8]) -> &'static str {
    if original.starts_with(b"\x89PNG") {
        "image/png"
    } else if original.starts_with(b"RIFF") {
        "image/webp"
    } else {
        "image/jpeg"
    }
}
