//! The first thing that does not fit, as a sentence that names it.
//! Must not know how it was found.

use crate::adapters::kms::KmsError;
use crate::images::Version;
use domain::audit;
use domain::ids::{CaseId, EntryId, EvidenceId, SessionId};
use store::StoreError;

/// What does not fit, and where.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not a data folder, or one that cannot be read.
    #[error("{path} {what}")]
    Folder { path: String, what: String },
    /// The database as a whole.
    #[error("the database cannot be read: {0}")]
    Database(#[from] StoreError),
    /// The file of master keys.
    #[error(transparent)]
    Keys(#[from] KmsError),
    /// The key that signs the log.
    #[error("the key of the log {0}")]
    VerifierKey(String),
    /// The tree, or its checkpoints.
    #[error("{0}")]
    Log(#[from] audit::Fault),
    /// One entry of the log.
    #[error("audit entry {index}: {what}")]
    Entry { index: u64, what: String },
    /// One checkpoint's row.
    #[error("checkpoint of size {size}: {what}")]
    Checkpoint { size: u64, what: String },
    /// What the server keeps of the log's end.
    #[error("the end of the log: {0}")]
    LogState(String),
    /// One case's row or state.
    #[error("case {case}: {what}")]
    Case { case: CaseId, what: String },
    /// One stored version of an image.
    #[error("image {evidence} ({version}) of case {case} {what}", version = word(*version))]
    Image { case: CaseId, evidence: EvidenceId, version: Version, what: String },
    /// One segment, counted from 0.
    #[error("segment {index} of session {session} of case {case} {what}")]
    Segment { case: CaseId, session: SessionId, index: u64, what: String },
    /// A recording as a whole.
    #[error("the recording of session {session} of case {case}: {what}")]
    Recording { case: CaseId, session: SessionId, what: String },
    /// A file of a recording that no entry of the log names.
    #[error("the file {name} is a recording that no audit entry names")]
    Stranger { name: String },

    /// A row beside the cases.
    #[error("the row {row} of {table} {what}")]
    Row { table: String, row: String, what: String },
    /// The key that marks entries and rows.
    #[error("the key of the marks of the log cannot be used: {0}")]
    EntryKey(String),

    /// What a witness signed.
    #[error("the cosignature of {witness} on the checkpoint of size {size} {what}")]
    Cosignature { size: u64, witness: String, what: String },
    /// A checkpoint that somebody kept.
    #[error("the checkpoint in {path} {what}")]
    Kept { path: String, what: String },

    /// A piece of the trail of a drawing.
    #[error("drawing {drawing} of case {case} {what}")]
    Drawing { case: CaseId, drawing: EvidenceId, what: String },
    /// One row of a second look, by its entry.
    #[error("second look of entry {entry}: {what}")]
    Review { entry: EntryId, what: String },
    /// The rows of second looks as a whole.
    #[error("second looks: {0}")]
    Reviews(String),
}

const fn word(version: Version) -> &'static str {
    match version {
        Version::Original => "original",
        Version::Shown => "shown",
    }
}
