//! Evidence and recordings as agents and auditors read them.
//! Must not know where bytes are kept.

use crate::board::{DrawOp, Surface};
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
    /// Whether the person who asks may keep the files (`&download=true`), not only watch them.
    pub may_download: bool,
    /// Why nothing of it can be played: `damaged` (a segment does not open), `unreadable` (the storage does not answer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
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
    /// Length of the file.
    pub bytes: u64,
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

/// `GET /v1/admin/cases/{id}/drawings?from=`: what was drawn, piece by piece, in the order it was kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DrawingsView {
    /// Pieces of the trail; an answer holds about 4 MB of them.
    pub pieces: Vec<DrawingPiece>,
    /// Pieces that do not open, or are not what the log says: `evd_…`.
    pub damaged: Vec<String>,
    /// Give it as `from` to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A piece of the trail of a drawing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DrawingPiece {
    /// `evd_…`, as the log names it.
    pub id: String,
    /// `ses_…`.
    pub session: String,
    /// What lay under it.
    pub surface: Surface,
    /// RFC 3339; the pieces of one board carry the same.
    pub shown_at: String,
    /// Which piece of that board, from 0.
    pub piece: u32,
    /// What was done, in order.
    pub ops: Vec<Drawn>,
}

/// One doing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Drawn {
    /// Milliseconds since the surface was shown.
    pub at_ms: i64,
    /// Who.
    pub from: Seat,
    /// What.
    pub op: DrawOp,
}

/// `GET /v1/admin/cases/{id}/proofs`: what it takes to check the entries of a case against the newest signed checkpoint, without
/// trusting this server's word for it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProofsView {
    /// C2SP signed checkpoint, as text.
    pub checkpoint: String,
    /// The key that signed it: `name+hash+base64`.
    pub verifier_key: String,
    /// The size of the tree it signs.
    pub size: u64,
    /// Those entries of the case's timeline that it covers, in the order of the tree.
    pub proofs: Vec<ProofView>,
}

/// One entry and its way to the root.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProofView {
    /// `ent_…`.
    pub id: String,
    /// Its place in the tree.
    pub index: u64,
    /// The entry in its canonical form; its leaf is SHA-256(0x00, these bytes).
    pub entry: String,
    /// Hex hashes from the leaf upwards (RFC 9162, 2.1.3).
    pub path: Vec<String>,
}
