//! Evidence: stills, uploaded images and the recording, by hash.
//! Must not know where bytes are kept.

use crate::board::Surface;
use crate::digest::Digest;
use crate::ids::{EvidenceId, SessionId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most pieces of evidence of one case.
pub const MAX_EVIDENCE: usize = 200;
/// Most pieces of the trail of drawings of one case: two and a half hours of drawing without a pause.
pub const MAX_DRAWINGS: usize = 300;

/// What an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// Front of the document, or a passport's data page.
    DocumentFront,
    /// Back of the document.
    DocumentBack,
    /// The document tilted.
    DocumentTilt,
    /// The person, photographed in the session.
    Portrait,
    /// The person, from the failed attempt.
    Selfie,
    /// Anything else.
    OtherPage,
}

/// Where an image came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The failed attempt, sent by the bank.
    Report,
    /// Photographed in the session.
    Live,
    /// A file the customer chose.
    Upload,
    /// Sent in the chat.
    Chat,

    /// What the agent saw when a snapshot was taken, without what was drawn.
    Screen,
    /// The same with what was drawn on it.
    Annotated,
}

/// One image, already sealed and stored when it comes here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Given by the caller.
    pub id: EvidenceId,
    /// What it shows.
    pub slot: Slot,
    /// Where it came from.
    pub source: Source,
    /// The step it was taken for.
    pub step: Option<String>,
    /// The session it was taken in.
    pub session: Option<SessionId>,
    /// When it arrived.
    pub at: Timestamp,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// Bytes of the original.
    pub bytes: u64,
    /// Of the original bytes.
    pub sha256: Digest,
    /// Of the stored ciphertext of the original.
    pub sealed: Digest,
    /// Of the stored ciphertext of the shown version.
    pub shown_sealed: Digest,
    /// Width of the video stream at that moment.
    pub stream_width: Option<u32>,
    /// An interruption voided it under a profile that asks for a fresh start.
    pub void: bool,

    /// Of an annotated picture: the untouched one.
    #[serde(default)]
    pub of: Option<EvidenceId>,
}

/// What was drawn on one surface for a while: who drew what when, sealed and stored when it comes here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// Given by the caller.
    pub id: EvidenceId,
    /// The session it was drawn in.
    pub session: SessionId,
    /// On what.
    pub surface: Surface,
    /// When it was kept.
    pub at: Timestamp,
    /// How many doings it holds.
    pub ops: u32,
    /// Bytes before sealing.
    pub bytes: u64,
    /// Of the bytes before sealing.
    pub sha256: Digest,
    /// Of the stored ciphertext.
    pub sealed: Digest,
}

/// Where the recording of a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Recording {
    /// Not started.
    Off,
    /// Segments are being sealed.
    Running {
        /// Sealed so far.
        segments: u64,
        /// Chain hash of the last one.
        head: Option<Digest>,
    },
    /// Something was lost; nobody is verified on it.
    Failed {
        /// Sealed before.
        segments: u64,
        /// Chain hash of the last one.
        head: Option<Digest>,
    },
    /// Complete.
    Sealed {
        /// All of them.
        segments: u64,
        /// Chain hash of the last one.
        head: Digest,
    },
}

impl Recording {
    /// Sealed segments so far.
    #[must_use]
    pub const fn segments(&self) -> u64 {
        match self {
            Self::Off => 0,
            Self::Running { segments, .. } | Self::Failed { segments, .. } | Self::Sealed { segments, .. } => *segments,
        }
    }

    /// At least one segment is sealed and nothing went wrong.
    #[must_use]
    pub const fn healthy(&self) -> bool {
        match self {
            Self::Running { segments, .. } => *segments > 0,
            Self::Sealed { .. } => true,
            Self::Off | Self::Failed { .. } => false,
        }
    }
}
