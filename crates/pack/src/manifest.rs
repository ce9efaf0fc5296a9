//! The pack's table of contents: every file with its hash, and which entry of the log speaks of which file.
//! Must not know how files are stored.

use crate::Fault;
use domain::audit::{SignedNote, VerifierKey};
use domain::digest::Digest;
use domain::ids::{CaseId, EvidenceId, SessionId, TenantId};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};

/// The version of the layout.
pub const VERSION: u32 = 1;
/// First line of the note that vouches for a manifest.
const NOTE_HEADER: &str = "recourse-pack v1";

/// What is in a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of the layout.
    pub version: u32,
    /// Whose case.
    pub tenant: TenantId,
    /// Which case.
    pub case: CaseId,
    /// RFC 3339.
    pub exported_at: String,
    /// As in the log.
    pub exported_by: String,
    /// What made it.
    pub program: String,
    /// In the order of the pack, without the manifest, its note and its second form.
    pub files: Vec<FileLine>,
    /// Images in their original bytes.
    pub images: Vec<ImageLine>,
    /// What was drawn.
    pub drawings: Vec<ImageLine>,
    /// What opens commitments.
    pub texts: Vec<TextLine>,
    /// Consents as they were shown.
    pub consents: Vec<TextLine>,
    /// Recordings, one a session.
    pub recordings: Vec<RecordingLine>,
    /// What one could expect and is not there, in sentences.
    pub absent: Vec<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLine {
    /// Inside the pack.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Of its bytes.
    pub sha256: Digest,
}

/// An image, or the trail of a drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageLine {
    /// As in the log.
    pub evidence: EvidenceId,
    /// Inside the pack.
    pub path: String,
}

/// A file that an entry commits to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLine {
    /// Index of the entry.
    pub entry: u64,
    /// Which fact, and which of its kind.
    pub of: String,
    /// Inside the pack.
    pub path: String,
}

/// The recording of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingLine {
    /// Which session.
    pub session: SessionId,
    /// The part files as the server keeps them: sealed segments, each with its length before it.
    pub sealed: Vec<String>,
    /// A key for each sealed segment, which opens it and nothing else.
    pub keys: String,
    /// Playable files made from them.
    pub tracks: Vec<TrackLine>,
    /// Both sides in one picture; none when no ffmpeg was at hand.
    pub movie: Option<String>,
}

/// A playable file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackLine {
    /// Inside the pack.
    pub path: String,
    /// `customer`, `agent`, `supervisor`, `interpreter`.
    pub seat: String,
}

impl Manifest {
    /// The bytes that are stored and signed.
    ///
    /// # Errors
    /// Never for a manifest that can exist.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let bad = |what: String| Fault::new("damaged", crate::path::MANIFEST, what);
        let read: Self = serde_json::from_slice(bytes).map_err(|e| bad(format!("cannot be read: {e}")))?;
        if read.version != VERSION {
            return Err(bad(format!("is of version {}; this program reads version {VERSION}", read.version)));
        }
        Ok(read)
    }

    /// The second form: what `sha256sum --check` reads.
    #[must_use]
    pub fn sums(&self) -> String {
        self.files.iter().map(|f| format!("{}  {}\n", f.sha256, f.path)).collect()
    }

    /// A file's line.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileLine> {
        self.files.iter().find(|f| f.path == path)
    }
}

/// The name under which the log's key vouches for manifests: another than for checkpoints, so that
/// neither signature can stand for the other.
fn name(log: &str) -> String {
    format!("{log}/pack")
}

fn text(case: CaseId, manifest: &[u8], sums: &str) -> String {
    format!("{NOTE_HEADER}\n{case}\n{}\n{}\n", Digest::of(manifest), Digest::of(sums.as_bytes()))
}

pub(crate) fn sign(log: &str, key: &SigningKey, case: CaseId, manifest: &[u8], sums: &str) -> Option<String> {
    let mut note = SignedNote::new(text(case, manifest, sums)).ok()?;
    note.sign(&name(log), key).ok()?;
    Some(note.to_string())
}

pub(crate) fn check_note(note: &[u8], key: &VerifierKey, case: CaseId, manifest: &[u8], sums: &str) -> Result<(), Fault> {
    let bad = |code, what: String| Fault::new(code, crate::path::NOTE, what);
    let note = SignedNote::parse(note).map_err(|e| bad("damaged", e.to_string()))?;
    let key = VerifierKey::new(&name(key.name()), *key.key()).ok_or_else(|| bad("damaged", "the key has no usable name".to_owned()))?;
    note.verify(&key).map_err(|e| bad("unsigned", e.to_string()))?;
    if note.text() == text(case, manifest, sums) { Ok(()) } else { Err(bad("changed", "vouches for another manifest".to_owned())) }
}
