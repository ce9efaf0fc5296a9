//! The rows that are written and read, as plain data; sealed state is opaque bytes here.
//! Must not know a database, nor what a case is.

mod admin;
mod custody;
mod delivery;
mod log;
mod review;

pub use admin::{ApiKeyRow, ApiKeyWrite, EndpointWrite, PersonWrite, PolicyRow, SignInLinkRow, SignInRow, TenantWrite};
pub use custody::{KeyId, KeyRow, PassRow, RetentionCounts, RetentionRow, RetentionWrite};
pub use delivery::{Channel, ClaimedDelivery, CopyLag, DeliveryFilter, DeliveryRow, DeliveryState, DeliveryStatus, Lease, Outcome};
pub use log::{
    AgentNumbers, AuditRow, CheckpointRow, CosignatureRow, Counters, Gauges, Health, KindNumbers, LogState, Numbers, PhaseCount, Sequenced,
};
pub use review::{ReviewAskRow, ReviewRow};

use domain::audit::Entry;
use domain::ids::{AgentId, CaseId, InvitationId, ReportId, TenantId};
use domain::time::Timestamp;

/// More cases in one commit would be a batch job, not an action.
pub const MAX_CASES: usize = 4;
/// As for cases: the agents one action can move.
pub const MAX_AGENTS: usize = 4;
/// Audit entries of one action.
pub const MAX_ENTRIES: usize = 64;
/// Each other list of a commit.
pub const MAX_ROWS: usize = 256;
/// Rows of one page of cases.
pub const MAX_PAGE: u32 = 100;
/// Rows of any other list; callers page on by key.
pub const MAX_LIST: u32 = 1_000;
/// Leaf hashes of one read: 3 MB with their places, and a log of a million entries in sixteen reads.
pub const MAX_LEAVES: u32 = 65_536;
/// Values a median is taken from, and reports a simulation reads.
pub const MAX_VALUES: u32 = 10_000;
/// Sealed bytes of one case; a larger one would stall the one writer.
pub const MAX_STATE_BYTES: usize = 8 * 1024 * 1024;

/// Everything one action leaves behind: all of it is kept, or none.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// At most [`MAX_CASES`].
    pub cases: Vec<CaseWrite>,
    /// At most [`MAX_AGENTS`].
    pub agents: Vec<AgentWrite>,
    pub links: Vec<LinkRow>,
    /// At most [`MAX_ENTRIES`]; they get their index later, from the sequencer.
    pub audit: Vec<Entry>,
    /// One for each entry, in their order, or none at all: who wrote it knows the key.
    pub macs: Vec<[u8; 32]>,
    pub deliveries: Vec<DeliveryRow>,
    pub marks: Vec<MarkRow>,
    pub reports: Vec<ReportRow>,
    /// Another row with this tenant and key makes the whole commit a conflict.
    pub idempotency: Option<IdempotencyRow>,
    /// Another row with this tenant and version makes the whole commit a conflict.
    pub policy: Option<PolicyRow>,
    pub people: Vec<PersonWrite>,
    pub endpoints: Vec<EndpointWrite>,
    pub api_keys: Vec<ApiKeyWrite>,
    pub tenants: Vec<TenantWrite>,
    /// Each with the entry of the log that says so.
    pub review_asks: Vec<ReviewAskRow>,
    /// Each with the entry of the log that says so; a second one of a decision, or one by its maker, is a conflict.
    pub reviews: Vec<ReviewRow>,
    /// How long cases of this commit are kept; one erased loses here what stands beside its row.
    pub retention: Vec<RetentionWrite>,
}

/// A case at its next version: inserted when `expected_version` is 0, else it must stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseWrite {
    pub id: CaseId,
    pub tenant: TenantId,
    pub expected_version: u64,
    pub version: u64,
    pub reference: String,
    pub phase: String,
    pub jurisdiction: String,
    pub locale: String,
    pub reasons: Vec<String>,
    pub agent: Option<AgentId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deadline_at: Option<Timestamp>,
    /// The waiting key, while it waits.
    pub queued_at: Option<Timestamp>,
    pub recovered_seconds: Option<i64>,
    /// The blind index: a search finds the case by any of them.
    pub name_tokens: Vec<String>,
    /// Sealed with the case's key.
    pub state: Vec<u8>,
    pub state_hash: [u8; 32],
    /// Names the case's key, which is kept apart.
    pub key: Vec<u8>,
}

/// A case as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    pub id: CaseId,
    pub tenant: TenantId,
    pub version: u64,
    pub reference: String,
    pub phase: String,
    pub jurisdiction: String,
    pub locale: String,
    pub reasons: Vec<String>,
    pub agent: Option<AgentId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deadline_at: Option<Timestamp>,
    pub queued_at: Option<Timestamp>,
    pub recovered_seconds: Option<i64>,
    pub name_tokens: Vec<String>,
    pub state: Vec<u8>,
    pub state_hash: [u8; 32],
    pub key: Vec<u8>,
}

/// An agent's presence at its next version, under the same rule as a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentWrite {
    pub id: AgentId,
    pub tenant: TenantId,
    pub expected_version: u64,
    pub version: u64,
    pub presence: String,
    /// JSON of the whole aggregate.
    pub state: String,
    pub deadline_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// An agent's presence as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRow {
    pub id: AgentId,
    pub tenant: TenantId,
    pub version: u64,
    pub presence: String,
    pub state: String,
    pub deadline_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

/// A link that opens a case: only the hash of its token is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub token_hash: [u8; 32],
    pub case: CaseId,
    pub invitation: InvitationId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Something that happened, counted for a dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    pub tenant: TenantId,
    pub case: CaseId,
    pub agent: Option<AgentId>,
    pub kind: String,
    pub at: Timestamp,
    pub value: i64,
}

/// A failed-check report without personal data, for the policy simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub id: ReportId,
    pub tenant: TenantId,
    pub case: CaseId,
    pub reference: String,
    pub at: Timestamp,
    pub attempt: i64,
    pub reasons: Vec<String>,
    /// Per mille.
    pub document: Option<i64>,
    /// Per mille.
    pub face: Option<i64>,
    /// Per mille.
    pub liveness: Option<i64>,
    pub jurisdiction: String,
    pub mode: String,
    pub rule: String,
}

/// The answer an idempotency key already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRow {
    pub tenant: TenantId,
    pub key: String,
    pub request_hash: [u8; 32],
    pub status: u16,
    pub response: Vec<u8>,
    pub created_at: Timestamp,
}

/// Which cases of a tenant; every given part must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Any of these; empty means every phase. At most 32.
    pub phases: Vec<String>,
    pub reason: Option<String>,
    pub reference_prefix: Option<String>,
    /// All of these blind tokens. At most 8.
    pub name_tokens: Vec<String>,
    pub agent: Option<AgentId>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub to: Option<Timestamp>,
}

/// Where the page before ended: the last row's place in "newest first".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseCursor {
    pub created_at: Timestamp,
    pub id: CaseId,
}

impl CaseRow {
    /// The place after which the next page begins.
    #[must_use]
    pub const fn cursor(&self) -> CaseCursor {
        CaseCursor { created_at: self.created_at, id: self.id }
    }
}
