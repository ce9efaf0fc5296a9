//! Keys of cases, how long cases are kept, and passes to their evidence.
//! Must not know why anything is kept or erased.

use domain::ids::{CaseId, TenantId};
use domain::time::Timestamp;

/// What names a key; the case's row holds it, and nothing can be opened with it.
pub type KeyId = [u8; 16];

/// A key as it is kept, wrapped by the tenant's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub id: KeyId,
    pub tenant: TenantId,
    pub case: CaseId,
    /// Nothing once it was destroyed.
    pub wrapped: Option<Vec<u8>>,
    pub created_at: Timestamp,
    /// Its case is known to be there.
    pub bound: bool,
    pub destroyed_at: Option<Timestamp>,
}

/// When the evidence of a case is due, and how far its erasure got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRow {
    pub case: CaseId,
    pub tenant: TenantId,
    /// Absent while the case is under way.
    pub due_at: Option<Timestamp>,
    pub held: bool,
    pub erased_at: Option<Timestamp>,
    /// The key that goes.
    pub old_key: Option<Vec<u8>>,
    /// When nothing was left to remove.
    pub done_at: Option<Timestamp>,
}

/// What a commit says about how long a case is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionWrite {
    pub case: CaseId,
    pub tenant: TenantId,
    pub due_at: Option<Timestamp>,
    pub held: bool,
    /// The evidence goes with this commit: when, and the name of the key that goes.
    pub erased: Option<(Timestamp, Vec<u8>)>,
}

/// How many cases stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionCounts {
    /// Kept until their time.
    pub kept: u64,
    pub held: u64,
    /// Past their time, and not held.
    pub due: u64,
    pub erased: u64,
    /// Erased, but something is left to remove.
    pub unfinished: u64,
    /// The next that is due.
    pub next_due: Option<Timestamp>,
}

/// Access to one case's evidence for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassRow {
    pub hash: [u8; 32],
    pub tenant: TenantId,
    pub case: CaseId,
    /// Words with blanks between.
    pub scope: String,
    /// Who issued it, as the log says it.
    pub actor: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
