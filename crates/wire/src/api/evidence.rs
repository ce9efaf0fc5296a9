//! Evidence and recordings as agents and auditors read them.
//! Must not know where bytes are kept.

use crate::terms::{ImageSlot, Seat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One still or uploaded image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// `evd_…`; bytes at `/v1/evidence/{id}/shown` and `/v1/evidence/{id}/original`.
    pub id: String,
    /// What it shows.
    pub slot: ImageSlot,
    /// `report` (the failed attempt), `live` (photographed in the session), `upload` (file chosen by the customer), `chat`,
    /// `screen` (what the agent saw), `annotated` (the same with what was drawn on it).
    pub source: String,
    /// The step it was taken for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// RFC 3339.
    pub at: String,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// Bytes of the original.
    pub bytes: u64,
    /// Hex SHA-256 of the original.
    pub sha256: String,
    /// Pixels of the video stream at that moment, for the ratio; absent for uploads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_width: Option<u32>,

    /// Of an annotated picture: `evd_…` of the untouched one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// The recording of one session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordingView {
    /// `ses_…`.
    pub session: String,
    /// RFC 3339.
    pub started_at: String,
    /// Milliseconds from the first to the last packet.
    pub duration_ms: u64,
    /// True once all segments are sealed and the head is in the audit log.
    pub sealed: bool,
    /// Hex of the last segment's chain hash.
    pub head: String,
    /// Sealed segments.
    pub segments: u64,
    /// Playable files, in seat order, per seat in time order.
    pub files: Vec<RecordingFile>,
    /// Where something is missing, in time order.
    pub gaps: Vec<GapView>,
}

/// A playable file made from sealed segments.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordingFile {
    /// Whose.
    pub seat: Seat,
    /// Where to read it; supports range requests.
    pub url: String,
    /// `video/webm`, `audio/webm`, `video/x-matroska`.
    pub mime: String,
    /// Offset from the session's start.
    pub starts_at_ms: u64,
    /// Length.
    pub duration_ms: u64,
    /// Pixels, 0 for audio.
    pub width: u32,
    /// Pixels, 0 for audio.
    pub height: u32,
}

/// A hole in a recording.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GapView {
    /// Whose.
    pub seat: Seat,
    /// `audio` or `video`.
    pub kind: String,
    /// Offset from the session's start.
    pub from_ms: u64,
    /// Offset from the session's start.
    pub to_ms: u64,
    /// Why, in a stable code: `loss`, `interrupted`, `server_stopped`, `recorder_full`.
    pub why: String,
}
