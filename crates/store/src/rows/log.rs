//! Rows of the audit log and of counting.
//! Must not know how a tree is hashed or a checkpoint signed.

use domain::audit::Entry;
use domain::ids::{AgentId, EntryId};
use domain::time::Timestamp;

/// A logged entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Insertion order; not contiguous.
    pub seq: i64,
    /// Its place in the tree, once sequenced.
    pub idx: Option<u64>,
    /// The leaf hash as it was at insertion.
    pub leaf: [u8; 32],
    /// The writer's own mark on the leaf.
    pub mac: Option<[u8; 32]>,
    pub entry: Entry,
}

/// An entry's place in the tree, as the sequencer decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequenced {
    pub id: EntryId,
    pub idx: u64,
    /// Must be the leaf the entry was stored with.
    pub leaf: [u8; 32],
}

/// The signed head of the log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRow {
    pub size: u64,
    pub root: [u8; 32],
    /// The signed note.
    pub note: String,
    pub at: Timestamp,
}

/// What a witness signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRow {
    /// The checkpoint's size.
    pub size: u64,
    /// The name of the witness's key.
    pub witness: String,
    /// Its signature line, as it stands under a note.
    pub line: String,
    /// When, as the witness says.
    pub at: Timestamp,
}

/// How far the log is sequenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogState {
    pub size: u64,
    /// The caller's compact tree; empty while the log is.
    pub frontier: Vec<u8>,
}

/// What happened to a tenant in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// By kind, in order of its name.
    pub kinds: Vec<KindNumbers>,
    /// By agent and kind.
    pub agents: Vec<AgentNumbers>,
}

/// The marks of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindNumbers {
    pub kind: String,
    pub count: u64,
    pub sum: i64,
    /// The median of the newest values, at most [`super::MAX_VALUES`]; the lower of two.
    pub p50: i64,
}

/// The marks of one kind of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentNumbers {
    pub agent: AgentId,
    pub kind: String,
    pub count: u64,
    pub sum: i64,
}

/// How many cases stand in a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseCount {
    pub phase: String,
    pub count: u64,
}

/// That the database answers, and which it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    pub version: String,
}

/// What this process did since it opened the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Writes that were kept.
    pub writes: u64,
    /// Writes refused because another came first.
    pub conflicts: u64,
    /// Writes that failed otherwise.
    pub failures: u64,
    /// Transactions; fewer than writes where writes share one.
    pub transactions: u64,
    /// Most writes that shared one transaction.
    pub largest_group: u64,
    /// Reads, whatever their outcome.
    pub reads: u64,
    /// Corrupt rows that a scan left out; each scan counts them again.
    pub corrupt: u64,
}

/// What the database holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    pub unsequenced_entries: u64,
    pub log_size: u64,
    pub pending_deliveries: u64,
    pub dead_deliveries: u64,
}
