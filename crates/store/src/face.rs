//! The face of the store: everything that can be written or read.
//! Must not know which database is behind it.

use crate::StoreError;
use crate::keys::Keys;
use crate::rows::{
    AgentRow, ApiKeyRow, AuditRow, CaseCursor, CaseFilter, CaseRow, CheckpointRow, ClaimedDelivery, Commit, CopyLag, CosignatureRow,
    Counters, DeliveryFilter, DeliveryStatus, EndpointWrite, Gauges, Health, IdempotencyRow, KeyId, Lease, LinkRow, LogState, Numbers,
    Outcome, PassRow, PersonWrite, PhaseCount, PolicyRow, ReportRow, RetentionCounts, RetentionRow, RetentionWrite, ReviewAskRow,
    ReviewRow, Sequenced, SignInLinkRow, SignInRow, TenantWrite,
};
use domain::ids::{AgentId, CaseId, DeliveryId, EndpointId, EntryId, TenantId};
use domain::time::Timestamp;
use std::pin::Pin;

/// An answer on its way.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The one place where things are kept. Times are given, never taken; lists are bounded by
/// their `limit`, which is itself cut to [`crate::rows::MAX_LIST`] (cases of a page to
/// [`crate::rows::MAX_PAGE`], reports to [`crate::rows::MAX_VALUES`]). A read of a corrupt row
/// fails and names it; the scans that workers make over all tenants leave it out, log it and
/// count it, so that one row does not stop the others: such a scan is over when a page is empty.
pub trait Store: Send + Sync + 'static {
    // Writing.

    /// The sole writer of evidential rows: all of it is kept, or none.
    fn commit(&self, commit: Commit) -> Later<'_, ()>;
    /// Gives entries their places, from `expected_size` on and without a gap, and keeps the
    /// tree's new state; the log standing at another size is a conflict. An empty list with a
    /// checkpoint keeps the checkpoint alone.
    fn sequence(&self, expected_size: u64, entries: Vec<Sequenced>, frontier: Vec<u8>, checkpoint: Option<CheckpointRow>) -> Later<'_, ()>;
    /// A scan that takes due deliveries that stand first in their case for their receiver.
    fn claim_deliveries(&self, now: Timestamp, lease_until: Timestamp, limit: u32) -> Later<'_, Vec<ClaimedDelivery>>;
    /// Ends an attempt; a lease that another claim made void is a conflict.
    fn settle_delivery(&self, id: DeliveryId, lease: Lease, outcome: Outcome) -> Later<'_, ()>;
    /// Sends a settled delivery again, from its first attempt; false when it is pending or unknown.
    fn replay_delivery(&self, tenant: TenantId, id: DeliveryId, now: Timestamp) -> Later<'_, bool>;
    fn put_sign_in_link(&self, link: SignInLinkRow) -> Later<'_, ()>;
    /// Uses a link up: its person, once and in time; afterwards nobody.
    fn consume_sign_in_link(&self, hash: [u8; 32], now: Timestamp) -> Later<'_, Option<AgentId>>;
    fn put_sign_in(&self, sign_in: SignInRow) -> Later<'_, ()>;
    /// Moves `last_seen` forward.
    fn touch_sign_in(&self, hash: [u8; 32], at: Timestamp) -> Later<'_, ()>;
    fn revoke_sign_in(&self, hash: [u8; 32]) -> Later<'_, ()>;
    /// Ends every sign-in of a person and voids unused links; how many sign-ins ended.
    fn revoke_sign_ins_of(&self, person: AgentId) -> Later<'_, u64>;
    /// Moves `last_used_at` forward.
    fn touch_api_key(&self, hash: [u8; 32], at: Timestamp) -> Later<'_, ()>;
    /// Forgets idempotency answers created before, at most a thousand at a time; how many.
    fn forget_idempotency(&self, before: Timestamp) -> Later<'_, u64>;
    /// Forgets sign-ins and links that expired before, at most a thousand of each; how many sign-ins.
    fn forget_sign_ins(&self, before: Timestamp) -> Later<'_, u64>;
    fn put_setting(&self, key: String, value: Vec<u8>) -> Later<'_, ()>;
    /// As `put_setting`, unless there is one already.
    fn put_setting_once(&self, key: String, value: Vec<u8>) -> Later<'_, ()>;
    /// Keeps what a witness signed; the same again changes nothing.
    fn put_cosignature(&self, row: CosignatureRow) -> Later<'_, ()>;
    /// Names the key of a case whose row still held it; another change of the row is a conflict.
    fn move_key(&self, case: CaseId, was: Vec<u8>, id: KeyId) -> Later<'_, ()>;
    /// Says how long a case is kept that no commit said it of, or puts it off.
    fn put_retention(&self, row: RetentionWrite) -> Later<'_, ()>;
    /// Nothing is left to remove of an erased case.
    fn finish_erasure(&self, case: CaseId, at: Timestamp) -> Later<'_, ()>;
    fn put_pass(&self, pass: PassRow) -> Later<'_, ()>;
    /// Forgets passes that ran out before, at most a thousand at a time; how many.
    fn forget_passes(&self, before: Timestamp) -> Later<'_, u64>;
    /// Takes what was overwritten out of journals too.
    fn scrub(&self) -> Later<'_, ()>;

    // Custody.

    /// The keys of cases, in their own database.
    fn keys(&self) -> &dyn Keys;
    /// A scan, by id, after an id: cases whose row still holds the key itself.
    fn cases_with_key(&self, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseRow>>;
    fn retention(&self, case: CaseId) -> Later<'_, Option<RetentionRow>>;
    /// A scan: whose evidence is due and not held, the earliest first.
    fn due_erasures(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<RetentionRow>>;
    /// A scan: erased, but something is left to remove.
    fn unfinished_erasures(&self, limit: u32) -> Later<'_, Vec<RetentionRow>>;
    fn retention_counts(&self, tenant: TenantId, now: Timestamp) -> Later<'_, RetentionCounts>;
    fn pass(&self, hash: [u8; 32]) -> Later<'_, Option<PassRow>>;
    /// Of a tenant, or of all.
    fn copy_lag(&self, tenant: Option<TenantId>) -> Later<'_, CopyLag>;

    // Cases.

    fn case(&self, id: CaseId) -> Later<'_, Option<CaseRow>>;
    fn case_of(&self, tenant: TenantId, id: CaseId) -> Later<'_, Option<CaseRow>>;
    fn case_by_link(&self, token_hash: [u8; 32]) -> Later<'_, Option<CaseRow>>;
    /// The newest with this reference.
    fn case_by_reference(&self, tenant: TenantId, reference: String) -> Later<'_, Option<CaseRow>>;
    /// Newest first.
    fn cases(&self, tenant: TenantId, filter: CaseFilter, after: Option<CaseCursor>, limit: u32) -> Later<'_, Vec<CaseRow>>;
    /// A scan, by id, after an id: for recovery at start and the router.
    fn cases_in_phases(&self, phases: Vec<String>, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseRow>>;
    /// A scan: whose deadline has come, the earliest first.
    fn due_cases(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<CaseRow>>;
    fn phase_counts(&self, tenant: TenantId) -> Later<'_, Vec<PhaseCount>>;
    fn link(&self, token_hash: [u8; 32]) -> Later<'_, Option<LinkRow>>;
    /// Oldest first.
    fn links_of(&self, case: CaseId) -> Later<'_, Vec<LinkRow>>;

    // Agents and people.

    fn agent(&self, id: AgentId) -> Later<'_, Option<AgentRow>>;
    /// Of a tenant, or a scan; by id, after an id.
    fn agents(&self, tenant: Option<TenantId>, after: Option<AgentId>, limit: u32) -> Later<'_, Vec<AgentRow>>;
    /// A scan, as of cases.
    fn due_agents(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<AgentRow>>;
    /// The earliest deadline of any case or agent, past or to come.
    fn next_deadline(&self) -> Later<'_, Option<Timestamp>>;
    fn person(&self, id: AgentId) -> Later<'_, Option<PersonWrite>>;
    fn person_by_email(&self, email: String) -> Later<'_, Option<PersonWrite>>;
    /// By id, after an id.
    fn people(&self, tenant: TenantId, after: Option<AgentId>, limit: u32) -> Later<'_, Vec<PersonWrite>>;
    fn sign_in(&self, hash: [u8; 32]) -> Later<'_, Option<SignInRow>>;

    // Administration.

    fn tenant(&self, id: TenantId) -> Later<'_, Option<TenantWrite>>;
    /// By id, after an id.
    fn tenants(&self, after: Option<TenantId>, limit: u32) -> Later<'_, Vec<TenantWrite>>;
    /// The newest version.
    fn policy(&self, tenant: TenantId) -> Later<'_, Option<PolicyRow>>;
    fn policy_version(&self, tenant: TenantId, version: u64) -> Later<'_, Option<PolicyRow>>;
    /// Newest first.
    fn policies(&self, tenant: TenantId, limit: u32) -> Later<'_, Vec<PolicyRow>>;
    fn endpoint(&self, id: EndpointId) -> Later<'_, Option<EndpointWrite>>;
    /// Oldest first.
    fn endpoints(&self, tenant: TenantId) -> Later<'_, Vec<EndpointWrite>>;
    fn api_key(&self, hash: [u8; 32]) -> Later<'_, Option<ApiKeyRow>>;
    /// Oldest first.
    fn api_keys(&self, tenant: TenantId) -> Later<'_, Vec<ApiKeyRow>>;
    fn idempotency(&self, tenant: TenantId, key: String) -> Later<'_, Option<IdempotencyRow>>;
    fn setting(&self, key: String) -> Later<'_, Option<Vec<u8>>>;

    // Numbers.

    /// Reports at or after `since`, oldest first.
    fn reports_since(&self, tenant: TenantId, since: Timestamp, limit: u32) -> Later<'_, Vec<ReportRow>>;
    /// Marks at or after `from` and before `to`.
    fn numbers(&self, tenant: TenantId, from: Timestamp, to: Timestamp) -> Later<'_, Numbers>;
    /// The values of one kind, newest first, at most [`crate::rows::MAX_VALUES`].
    fn mark_values(&self, tenant: TenantId, kind: String, from: Timestamp, to: Timestamp) -> Later<'_, Vec<i64>>;

    // The log.

    /// Of one case in insertion order, after a `seq` (0 for the first page).
    fn audit_of_case(&self, case: CaseId, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>>;
    /// As `audit_of_case`, of these kinds alone; at least one, at most 32.
    fn audit_of_case_kinds(&self, case: CaseId, kinds: Vec<String>, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>>;
    /// Of a tenant, newest first, before a `seq`.
    fn audit_page(&self, tenant: TenantId, before: Option<i64>, limit: u32) -> Later<'_, Vec<AuditRow>>;
    fn audit_entry(&self, id: EntryId) -> Later<'_, Option<AuditRow>>;
    /// Without a place yet, in insertion order.
    fn unsequenced(&self, limit: u32) -> Later<'_, Vec<AuditRow>>;
    /// Of these kinds and any tenant, in insertion order, after a `seq`.
    fn audit_of_kinds(&self, kinds: Vec<String>, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>>;
    /// In the order of the tree, from a place on.
    fn audit_range(&self, from: u64, limit: u32) -> Later<'_, Vec<AuditRow>>;
    /// Places and leaf hashes alone, in the order of the tree, at most [`crate::rows::MAX_LEAVES`].
    fn leaves(&self, from: u64, limit: u32) -> Later<'_, Vec<(u64, [u8; 32])>>;
    fn log_state(&self) -> Later<'_, LogState>;
    /// The newest.
    fn checkpoint(&self) -> Later<'_, Option<CheckpointRow>>;
    fn checkpoint_of(&self, size: u64) -> Later<'_, Option<CheckpointRow>>;
    /// By size and witness, after one of them.
    fn cosignatures(&self, after: Option<(u64, String)>, limit: u32) -> Later<'_, Vec<CosignatureRow>>;
    /// What this witness signed last.
    fn newest_cosignature(&self, witness: String) -> Later<'_, Option<CosignatureRow>>;
    /// Larger than a size, smallest first.
    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Later<'_, Vec<CheckpointRow>>;

    // The offline proof.

    /// Every case there is, by id, after an id.
    fn case_ids(&self, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseId>>;
    /// The words a case can be found by, each with its tenant.
    fn terms_of(&self, case: CaseId) -> Later<'_, Vec<(TenantId, String)>>;
    /// By id.
    fn reports_of(&self, case: CaseId) -> Later<'_, Vec<ReportRow>>;
    /// Rows of a case or tenant that is not there, at most a hundred: their table and their name.
    fn orphans(&self) -> Later<'_, Vec<(String, String)>>;

    // The outbox.

    fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Later<'_, Option<DeliveryStatus>>;
    /// Of one case, in the order of `seq`.
    fn deliveries_of(&self, case: CaseId, limit: u32) -> Later<'_, Vec<DeliveryStatus>>;
    /// Newest first.
    fn deliveries(&self, tenant: TenantId, filter: DeliveryFilter, limit: u32) -> Later<'_, Vec<DeliveryStatus>>;

    // The store itself.

    /// Whether the database reads and writes.
    fn health(&self) -> Later<'_, Health>;
    fn counters(&self) -> Counters;
    fn gauges(&self) -> Later<'_, Gauges>;
    // Second looks, and one person's log.

    /// A scan: asked for and not given yet; by entry, after an entry.
    fn open_reviews(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewAskRow>>;
    /// Everything asked for, of all tenants; by entry, after an entry.
    fn review_asks(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewAskRow>>;
    /// Everything given, of all tenants; by entry, after an entry.
    fn reviews(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewRow>>;
    /// Given at or after `from` and before `to`, newest first, at most [`crate::rows::MAX_VALUES`].
    fn reviews_of(&self, tenant: TenantId, from: Timestamp, to: Timestamp) -> Later<'_, Vec<ReviewRow>>;
    /// Entries by or about a person, newest first, before an entry; of these kinds, or of any when none is named.
    fn audit_of_person(
        &self,
        tenant: TenantId,
        person: AgentId,
        kinds: Vec<String>,
        before: Option<EntryId>,
        limit: u32,
    ) -> Later<'_, Vec<AuditRow>>;

    /// Finishes what was begun and lets the database go; later calls are unavailable.
    fn close(&self) -> Later<'_, ()>;
}
