//! What a database must be able to do; the whole store follows from it, once for both.
//! Must not know SQL.

use crate::StoreError;
use crate::face::{Later, Store};
use crate::keys::Keys;
use crate::plan::{self, Plan};
use crate::reads::{admin, cases, custody, delivery, log, numbers, proof, review};
use crate::rows::{
    AgentRow, ApiKeyRow, AuditRow, CaseCursor, CaseFilter, CaseRow, CheckpointRow, ClaimedDelivery, Commit, CopyLag, CosignatureRow,
    Counters, DeliveryFilter, DeliveryStatus, EndpointWrite, Gauges, Health, IdempotencyRow, KeyId, Lease, LinkRow, LogState, MAX_LIST,
    Numbers, Outcome, PassRow, PersonWrite, PhaseCount, PolicyRow, ReportRow, RetentionCounts, RetentionRow, RetentionWrite, ReviewAskRow,
    ReviewRow, Sequenced, SignInLinkRow, SignInRow, TenantWrite,
};
use crate::value::{Done, Query, Read, Record};
use domain::ids::{AgentId, CaseId, DeliveryId, EndpointId, EntryId, TenantId};
use domain::time::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};

/// A database: it reads a statement's rows, and runs a plan as one transaction.
pub trait Backend: Send + Sync + 'static {
    /// Whether claims must pass over rows that others are taking.
    const SKIP_LOCKED: bool;
    fn fetch(&self, query: Query) -> Later<'_, Vec<Record>>;
    fn write(&self, plan: Plan) -> Later<'_, Done>;
    fn probe(&self) -> Later<'_, Health>;
    fn tally(&self) -> &Tally;
    /// Empties the journals of what was overwritten.
    fn sweep(&self) -> Later<'_, ()>;
    /// The keys that belong to this database.
    fn keyring(&self) -> &dyn Keys;
    fn shut(&self) -> Later<'_, ()>;
}

/// Counts since the store was opened.
#[derive(Debug, Default)]
pub struct Tally {
    writes: AtomicU64,
    conflicts: AtomicU64,
    failures: AtomicU64,
    transactions: AtomicU64,
    largest_group: AtomicU64,
    reads: AtomicU64,
    corrupt: AtomicU64,
}

impl Tally {
    /// One transaction that carried this many writes.
    pub(crate) fn transaction(&self, group: usize) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.largest_group.fetch_max(group as u64, Ordering::Relaxed);
    }

    pub(crate) fn written(&self, result: &Result<Done, StoreError>) {
        let counter = match result {
            Ok(_) => &self.writes,
            Err(StoreError::Conflict) => &self.conflicts,
            Err(StoreError::Unavailable(_) | StoreError::Corrupt { .. } | StoreError::Limit(_)) => &self.failures,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// Leaves a corrupt row out: in a scan over all tenants one must not stop the others.
    fn sound<T>(&self, row: Result<T, StoreError>) -> Option<T> {
        row.inspect_err(|error| {
            self.corrupt.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, "store.corrupt");
        })
        .ok()
    }

    fn counters(&self) -> Counters {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            writes: of(&self.writes),
            conflicts: of(&self.conflicts),
            failures: of(&self.failures),
            transactions: of(&self.transactions),
            largest_group: of(&self.largest_group),
            reads: of(&self.reads),
            corrupt: of(&self.corrupt),
        }
    }
}

async fn fetch<B: Backend, T>(store: &B, read: Read<T>) -> Result<Vec<T>, StoreError> {
    read.query.check()?;
    store.tally().read();
    store.fetch(read.query).await?.into_iter().map(read.decode).collect()
}

pub(crate) fn many<B: Backend, T: Send + 'static>(store: &B, read: Read<T>) -> Later<'_, Vec<T>> {
    Box::pin(fetch(store, read))
}

/// A scan over all tenants.
fn scan<B: Backend, T: Send + 'static>(store: &B, read: Read<T>) -> Later<'_, Vec<T>> {
    Box::pin(async move {
        read.query.check()?;
        store.tally().read();
        let records = store.fetch(read.query).await?;
        Ok(records.into_iter().filter_map(|record| store.tally().sound((read.decode)(record))).collect())
    })
}

pub(crate) fn one<B: Backend, T: Send + 'static>(store: &B, read: Read<T>) -> Later<'_, Option<T>> {
    Box::pin(async move { Ok(fetch(store, read).await?.into_iter().next()) })
}

/// A row that every database has from the start.
fn always<'a, B: Backend, T: Send + 'static>(store: &'a B, table: &'static str, read: Read<T>) -> Later<'a, T> {
    Box::pin(async move {
        let lost = || StoreError::Corrupt { table, row: "1".to_owned(), what: "absent".to_owned() };
        fetch(store, read).await?.into_iter().next().ok_or_else(lost)
    })
}

pub(crate) fn write<B: Backend>(store: &B, plan: Plan) -> Later<'_, ()> {
    Box::pin(async move { store.write(plan.check()?).await.map(drop) })
}

pub(crate) fn changed<B: Backend>(store: &B, plan: Plan) -> Later<'_, u64> {
    Box::pin(async move { Ok(store.write(plan.check()?).await?.changed) })
}

fn refused<'a, T: Send + 'a>(error: StoreError) -> Later<'a, T> {
    Box::pin(std::future::ready(Err(error)))
}

impl<B: Backend> Store for B {
    fn commit(&self, commit: Commit) -> Later<'_, ()> {
        plan::commit(commit).map_or_else(refused, |plan| write(self, plan))
    }
    fn sequence(&self, expected_size: u64, entries: Vec<Sequenced>, frontier: Vec<u8>, checkpoint: Option<CheckpointRow>) -> Later<'_, ()> {
        plan::sequence(expected_size, entries, frontier, checkpoint).map_or_else(refused, |plan| write(self, plan))
    }
    fn claim_deliveries(&self, now: Timestamp, lease_until: Timestamp, limit: u32) -> Later<'_, Vec<ClaimedDelivery>> {
        Box::pin(async move {
            let plan = plan::claim(now, lease_until, limit.min(MAX_LIST), B::SKIP_LOCKED);
            let done = self.write(plan).await?;
            // One that cannot be read keeps its lease and comes up again when that ends.
            let mut claims: Vec<_> = done.records.into_iter().filter_map(|record| self.tally().sound(delivery::claimed(record))).collect();
            // A database gives changed rows in any order.
            claims.sort_by_key(|claim| (claim.row.next_at, claim.row.created_at, claim.row.id));
            Ok(claims)
        })
    }
    fn settle_delivery(&self, id: DeliveryId, lease: Lease, outcome: Outcome) -> Later<'_, ()> {
        write(self, plan::settle(id, lease, outcome))
    }
    fn replay_delivery(&self, tenant: TenantId, id: DeliveryId, now: Timestamp) -> Later<'_, bool> {
        Box::pin(async move { Ok(self.write(plan::replay(tenant, id, now)).await?.changed > 0) })
    }
    fn put_sign_in_link(&self, link: SignInLinkRow) -> Later<'_, ()> {
        write(self, plan::put_link(link))
    }
    fn consume_sign_in_link(&self, hash: [u8; 32], now: Timestamp) -> Later<'_, Option<AgentId>> {
        Box::pin(async move {
            let done = self.write(plan::consume_link(hash, now)).await?;
            done.records.into_iter().next().map(admin::consumed).transpose()
        })
    }
    fn put_sign_in(&self, sign_in: SignInRow) -> Later<'_, ()> {
        write(self, plan::put_sign_in(sign_in))
    }
    fn touch_sign_in(&self, hash: [u8; 32], at: Timestamp) -> Later<'_, ()> {
        write(self, plan::touch_sign_in(hash, at))
    }
    fn revoke_sign_in(&self, hash: [u8; 32]) -> Later<'_, ()> {
        write(self, plan::revoke(hash))
    }
    fn revoke_sign_ins_of(&self, person: AgentId) -> Later<'_, u64> {
        changed(self, plan::revoke_all(person))
    }
    fn touch_api_key(&self, hash: [u8; 32], at: Timestamp) -> Later<'_, ()> {
        write(self, plan::touch_api_key(hash, at))
    }
    fn forget_idempotency(&self, before: Timestamp) -> Later<'_, u64> {
        changed(self, plan::forget_idempotency(before))
    }
    fn forget_sign_ins(&self, before: Timestamp) -> Later<'_, u64> {
        changed(self, plan::forget_sign_ins(before))
    }
    fn put_setting(&self, key: String, value: Vec<u8>) -> Later<'_, ()> {
        write(self, plan::put_setting(key, value))
    }
    fn move_key(&self, case: CaseId, was: Vec<u8>, id: KeyId) -> Later<'_, ()> {
        write(self, plan::move_key(case, was, id))
    }
    fn put_retention(&self, row: RetentionWrite) -> Later<'_, ()> {
        write(self, plan::put_retention(row))
    }
    fn finish_erasure(&self, case: CaseId, at: Timestamp) -> Later<'_, ()> {
        write(self, plan::finish_erasure(case, at))
    }
    fn put_pass(&self, pass: PassRow) -> Later<'_, ()> {
        write(self, plan::put_pass(pass))
    }
    fn forget_passes(&self, before: Timestamp) -> Later<'_, u64> {
        changed(self, plan::forget_passes(before))
    }
    fn scrub(&self) -> Later<'_, ()> {
        self.sweep()
    }

    fn keys(&self) -> &dyn Keys {
        self.keyring()
    }
    fn cases_with_key(&self, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseRow>> {
        scan(self, cases::with_key(after, limit))
    }
    fn retention(&self, case: CaseId) -> Later<'_, Option<RetentionRow>> {
        one(self, custody::retention(case))
    }
    fn due_erasures(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<RetentionRow>> {
        scan(self, custody::due(now, limit))
    }
    fn unfinished_erasures(&self, limit: u32) -> Later<'_, Vec<RetentionRow>> {
        scan(self, custody::unfinished(limit))
    }
    fn retention_counts(&self, tenant: TenantId, now: Timestamp) -> Later<'_, RetentionCounts> {
        always(self, "retention", custody::retention_counts(tenant, now))
    }
    fn pass(&self, hash: [u8; 32]) -> Later<'_, Option<PassRow>> {
        one(self, custody::pass(hash))
    }
    fn copy_lag(&self, tenant: Option<TenantId>) -> Later<'_, CopyLag> {
        always(self, "deliveries", delivery::copy_lag(tenant))
    }

    fn put_setting_once(&self, key: String, value: Vec<u8>) -> Later<'_, ()> {
        write(self, plan::put_setting_once(key, value))
    }
    fn put_cosignature(&self, row: CosignatureRow) -> Later<'_, ()> {
        write(self, plan::put_cosignature(row))
    }

    fn case(&self, id: CaseId) -> Later<'_, Option<CaseRow>> {
        one(self, cases::by_id(id))
    }
    fn case_of(&self, tenant: TenantId, id: CaseId) -> Later<'_, Option<CaseRow>> {
        one(self, cases::of_tenant(tenant, id))
    }
    fn case_by_link(&self, token_hash: [u8; 32]) -> Later<'_, Option<CaseRow>> {
        one(self, cases::by_link(token_hash))
    }
    fn case_by_reference(&self, tenant: TenantId, reference: String) -> Later<'_, Option<CaseRow>> {
        one(self, cases::by_reference(tenant, reference))
    }
    fn cases(&self, tenant: TenantId, filter: CaseFilter, after: Option<CaseCursor>, limit: u32) -> Later<'_, Vec<CaseRow>> {
        cases::page(tenant, filter, after, limit).map_or_else(refused, |read| many(self, read))
    }
    fn cases_in_phases(&self, phases: Vec<String>, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseRow>> {
        cases::in_phases(phases, after, limit).map_or_else(refused, |read| scan(self, read))
    }
    fn due_cases(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<CaseRow>> {
        scan(self, cases::due(now, limit))
    }
    fn phase_counts(&self, tenant: TenantId) -> Later<'_, Vec<PhaseCount>> {
        many(self, cases::phase_counts(tenant))
    }
    fn link(&self, token_hash: [u8; 32]) -> Later<'_, Option<LinkRow>> {
        one(self, cases::link(token_hash))
    }
    fn links_of(&self, case: CaseId) -> Later<'_, Vec<LinkRow>> {
        many(self, cases::links_of(case))
    }

    fn agent(&self, id: AgentId) -> Later<'_, Option<AgentRow>> {
        one(self, cases::agent(id))
    }
    fn agents(&self, tenant: Option<TenantId>, after: Option<AgentId>, limit: u32) -> Later<'_, Vec<AgentRow>> {
        match tenant {
            Some(_) => many(self, cases::agents(tenant, after, limit)),
            None => scan(self, cases::agents(tenant, after, limit)),
        }
    }
    fn due_agents(&self, now: Timestamp, limit: u32) -> Later<'_, Vec<AgentRow>> {
        scan(self, cases::due_agents(now, limit))
    }
    fn next_deadline(&self) -> Later<'_, Option<Timestamp>> {
        Box::pin(async move { Ok(fetch(self, cases::next_deadline()).await?.into_iter().next().flatten()) })
    }
    fn person(&self, id: AgentId) -> Later<'_, Option<PersonWrite>> {
        one(self, admin::person(id))
    }
    fn person_by_email(&self, email: String) -> Later<'_, Option<PersonWrite>> {
        one(self, admin::person_by_email(email))
    }
    fn people(&self, tenant: TenantId, after: Option<AgentId>, limit: u32) -> Later<'_, Vec<PersonWrite>> {
        many(self, admin::people(tenant, after, limit))
    }
    fn sign_in(&self, hash: [u8; 32]) -> Later<'_, Option<SignInRow>> {
        one(self, admin::sign_in(hash))
    }

    fn tenant(&self, id: TenantId) -> Later<'_, Option<TenantWrite>> {
        one(self, admin::tenant(id))
    }
    fn tenants(&self, after: Option<TenantId>, limit: u32) -> Later<'_, Vec<TenantWrite>> {
        many(self, admin::tenants(after, limit))
    }
    fn policy(&self, tenant: TenantId) -> Later<'_, Option<PolicyRow>> {
        one(self, admin::policies(tenant, 1))
    }
    fn policy_version(&self, tenant: TenantId, version: u64) -> Later<'_, Option<PolicyRow>> {
        one(self, admin::policy_version(tenant, version))
    }
    fn policies(&self, tenant: TenantId, limit: u32) -> Later<'_, Vec<PolicyRow>> {
        many(self, admin::policies(tenant, limit))
    }
    fn endpoint(&self, id: EndpointId) -> Later<'_, Option<EndpointWrite>> {
        one(self, admin::endpoint(id))
    }
    fn endpoints(&self, tenant: TenantId) -> Later<'_, Vec<EndpointWrite>> {
        many(self, admin::endpoints(tenant))
    }
    fn api_key(&self, hash: [u8; 32]) -> Later<'_, Option<ApiKeyRow>> {
        one(self, admin::api_key(hash))
    }
    fn api_keys(&self, tenant: TenantId) -> Later<'_, Vec<ApiKeyRow>> {
        many(self, admin::api_keys(tenant))
    }
    fn idempotency(&self, tenant: TenantId, key: String) -> Later<'_, Option<IdempotencyRow>> {
        one(self, admin::idempotency(tenant, key))
    }
    fn setting(&self, key: String) -> Later<'_, Option<Vec<u8>>> {
        one(self, admin::setting(key))
    }

    fn reports_since(&self, tenant: TenantId, since: Timestamp, limit: u32) -> Later<'_, Vec<ReportRow>> {
        many(self, numbers::reports_since(tenant, since, limit))
    }
    fn numbers(&self, tenant: TenantId, from: Timestamp, to: Timestamp) -> Later<'_, Numbers> {
        Box::pin(async move {
            let kinds = fetch(self, numbers::kinds(tenant, from, to)).await?;
            let values = fetch(self, numbers::values(tenant, from, to)).await?;
            let agents = fetch(self, numbers::by_agent(tenant, from, to)).await?;
            Ok(Numbers { kinds: numbers::with_medians(kinds, values), agents })
        })
    }

    fn mark_values(&self, tenant: TenantId, kind: String, from: Timestamp, to: Timestamp) -> Later<'_, Vec<i64>> {
        many(self, numbers::of_kind(tenant, kind, from, to))
    }

    fn audit_of_case(&self, case: CaseId, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>> {
        many(self, log::of_case(case, after, limit))
    }
    fn audit_of_case_kinds(&self, case: CaseId, kinds: Vec<String>, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>> {
        if kinds.is_empty() || kinds.len() > 32 {
            return refused(StoreError::Limit("kinds to look for"));
        }
        many(self, log::of_case_and_kinds(case, kinds, after, limit))
    }
    fn audit_page(&self, tenant: TenantId, before: Option<i64>, limit: u32) -> Later<'_, Vec<AuditRow>> {
        many(self, log::page(tenant, before, limit))
    }
    fn audit_entry(&self, id: EntryId) -> Later<'_, Option<AuditRow>> {
        one(self, log::entry(id))
    }
    fn unsequenced(&self, limit: u32) -> Later<'_, Vec<AuditRow>> {
        many(self, log::unsequenced(limit))
    }
    fn audit_of_kinds(&self, kinds: Vec<String>, after: i64, limit: u32) -> Later<'_, Vec<AuditRow>> {
        review::of_kinds(kinds, after, limit).map_or_else(refused, |read| many(self, read))
    }
    fn audit_range(&self, from: u64, limit: u32) -> Later<'_, Vec<AuditRow>> {
        many(self, log::range(from, limit))
    }
    fn leaves(&self, from: u64, limit: u32) -> Later<'_, Vec<(u64, [u8; 32])>> {
        many(self, log::leaves(from, limit))
    }
    fn log_state(&self) -> Later<'_, LogState> {
        always(self, "log", log::state())
    }
    fn checkpoint(&self) -> Later<'_, Option<CheckpointRow>> {
        one(self, log::newest_checkpoint())
    }
    fn checkpoint_of(&self, size: u64) -> Later<'_, Option<CheckpointRow>> {
        one(self, log::checkpoint_of(size))
    }
    fn cosignatures(&self, after: Option<(u64, String)>, limit: u32) -> Later<'_, Vec<CosignatureRow>> {
        many(self, log::cosignatures(after, limit))
    }
    fn newest_cosignature(&self, witness: String) -> Later<'_, Option<CosignatureRow>> {
        one(self, log::newest_cosignature(witness))
    }
    fn checkpoints(&self, after: Option<u64>, limit: u32) -> Later<'_, Vec<CheckpointRow>> {
        many(self, log::checkpoints(after, limit))
    }

    fn case_ids(&self, after: Option<CaseId>, limit: u32) -> Later<'_, Vec<CaseId>> {
        many(self, proof::case_ids(after, limit))
    }
    fn terms_of(&self, case: CaseId) -> Later<'_, Vec<(TenantId, String)>> {
        many(self, proof::terms_of(case))
    }
    fn reports_of(&self, case: CaseId) -> Later<'_, Vec<ReportRow>> {
        many(self, numbers::reports_of(case))
    }
    fn orphans(&self) -> Later<'_, Vec<(String, String)>> {
        many(self, proof::orphans())
    }

    fn delivery(&self, tenant: TenantId, id: DeliveryId) -> Later<'_, Option<DeliveryStatus>> {
        one(self, delivery::by_id(tenant, id))
    }
    fn deliveries_of(&self, case: CaseId, limit: u32) -> Later<'_, Vec<DeliveryStatus>> {
        many(self, delivery::of_case(case, limit))
    }
    fn deliveries(&self, tenant: TenantId, filter: DeliveryFilter, limit: u32) -> Later<'_, Vec<DeliveryStatus>> {
        many(self, delivery::recent(tenant, filter, limit))
    }

    fn health(&self) -> Later<'_, Health> {
        self.probe()
    }
    fn counters(&self) -> Counters {
        self.tally().counters()
    }
    fn gauges(&self) -> Later<'_, Gauges> {
        always(self, "log", numbers::gauges())
    }
    fn open_reviews(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewAskRow>> {
        scan(self, review::open(after, limit))
    }
    fn review_asks(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewAskRow>> {
        many(self, review::asks(after, limit))
    }
    fn reviews(&self, after: Option<EntryId>, limit: u32) -> Later<'_, Vec<ReviewRow>> {
        many(self, review::reviews(after, limit))
    }
    fn reviews_of(&self, tenant: TenantId, from: Timestamp, to: Timestamp) -> Later<'_, Vec<ReviewRow>> {
        many(self, review::of_tenant(tenant, from, to))
    }
    fn audit_of_person(
        &self,
        tenant: TenantId,
        person: AgentId,
        kinds: Vec<String>,
        before: Option<EntryId>,
        limit: u32,
    ) -> Later<'_, Vec<AuditRow>> {
        review::of_person(tenant, person, kinds, before, limit).map_or_else(refused, |read| many(self, read))
    }
    fn close(&self) -> Later<'_, ()> {
        Box::pin(async move {
            let keys = self.keyring().close().await;
            self.shut().await?;
            keys
        })
    }
}
