//! Reading keys, the schedule of erasures, and passes.
//! Must not know what a key opens.

use super::cut;
use crate::StoreError;
use crate::rows::{KeyId, KeyRow, PassRow, RetentionCounts, RetentionRow};
use crate::value::{Query, Read, Record, args};
use domain::ids::{CaseId, TenantId};
use domain::time::Timestamp;

const KEY: &str = "SELECT id, tenant, case_id, wrapped, created_at, bound, destroyed_at FROM case_keys";
const RETENTION: &str = "SELECT case_id, tenant, due_at, held, erased_at, old_key, done_at FROM retention";

fn key_row(record: Record) -> Result<KeyRow, StoreError> {
    let mut c = record.columns("case_keys");
    let id = c.blob("id")?;
    Ok(KeyRow {
        id: KeyId::try_from(id).map_err(|_| c.corrupt("id", "not 16 bytes"))?,
        tenant: c.id("tenant")?,
        case: c.id("case_id")?,
        wrapped: c.maybe_blob("wrapped")?,
        created_at: c.time("created_at")?,
        bound: c.flag("bound")?,
        destroyed_at: c.maybe_time("destroyed_at")?,
    })
}

fn retention_row(record: Record) -> Result<RetentionRow, StoreError> {
    let mut c = record.columns("retention");
    Ok(RetentionRow {
        case: c.id("case_id")?,
        tenant: c.id("tenant")?,
        due_at: c.maybe_time("due_at")?,
        held: c.flag("held")?,
        erased_at: c.maybe_time("erased_at")?,
        old_key: c.maybe_blob("old_key")?,
        done_at: c.maybe_time("done_at")?,
    })
}

fn pass_row(record: Record) -> Result<PassRow, StoreError> {
    let mut c = record.columns("passes");
    Ok(PassRow {
        hash: c.hash("hash")?,
        tenant: c.id("tenant")?,
        case: c.id("case_id")?,
        scope: c.text("scope")?,
        actor: c.text("actor")?,
        created_at: c.time("created_at")?,
        expires_at: c.time("expires_at")?,
    })
}

fn counts(record: Record) -> Result<RetentionCounts, StoreError> {
    let mut c = record.columns("retention");
    Ok(RetentionCounts {
        kept: c.count("kept")?,
        held: c.count("held")?,
        due: c.count("due")?,
        erased: c.count("erased")?,
        unfinished: c.count("unfinished")?,
        next_due: c.maybe_time("next_due")?,
    })
}

pub(crate) fn key(id: KeyId) -> Read<KeyRow> {
    Read { query: Query::rows(format!("{KEY} WHERE id = $1"), args![id.to_vec()]), decode: key_row }
}

/// Oldest first.
pub(crate) fn keys_of(case: CaseId) -> Read<KeyRow> {
    Read { query: Query::rows(format!("{KEY} WHERE case_id = $1 ORDER BY created_at, id"), args![case]), decode: key_row }
}

pub(crate) fn unbound(after: Option<(Timestamp, KeyId)>, limit: u32) -> Read<KeyRow> {
    let (at, id) = after.unwrap_or((Timestamp(i64::MIN), [0; 16]));
    let sql = format!("{KEY} WHERE bound = 0 AND (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3");
    Read { query: Query::rows(sql, args![at, id.to_vec(), cut(limit)]), decode: key_row }
}

pub(crate) fn retention(case: CaseId) -> Read<RetentionRow> {
    Read { query: Query::rows(format!("{RETENTION} WHERE case_id = $1"), args![case]), decode: retention_row }
}

pub(crate) fn due(now: Timestamp, limit: u32) -> Read<RetentionRow> {
    let sql = format!("{RETENTION} WHERE due_at <= $1 AND held = 0 AND erased_at IS NULL ORDER BY due_at, case_id LIMIT $2");
    Read { query: Query::rows(sql, args![now, cut(limit)]), decode: retention_row }
}

pub(crate) fn unfinished(limit: u32) -> Read<RetentionRow> {
    let sql = format!("{RETENTION} WHERE erased_at IS NOT NULL AND done_at IS NULL ORDER BY case_id LIMIT $1");
    Read { query: Query::rows(sql, args![cut(limit)]), decode: retention_row }
}

pub(crate) fn retention_counts(tenant: TenantId, now: Timestamp) -> Read<RetentionCounts> {
    let sql = "SELECT COUNT(CASE WHEN erased_at IS NULL AND due_at IS NOT NULL THEN 1 END), \
        COUNT(CASE WHEN erased_at IS NULL AND held = 1 THEN 1 END), \
        COUNT(CASE WHEN erased_at IS NULL AND held = 0 AND due_at <= $2 THEN 1 END), \
        COUNT(CASE WHEN erased_at IS NOT NULL THEN 1 END), \
        COUNT(CASE WHEN erased_at IS NOT NULL AND done_at IS NULL THEN 1 END), \
        MIN(CASE WHEN erased_at IS NULL AND held = 0 THEN due_at END) FROM retention WHERE tenant = $1";
    Read { query: Query::rows(sql, args![tenant, now]), decode: counts }
}

pub(crate) fn pass(hash: [u8; 32]) -> Read<PassRow> {
    let sql = "SELECT hash, tenant, case_id, scope, actor, created_at, expires_at FROM passes WHERE hash = $1";
    Read { query: Query::rows(sql, args![hash]), decode: pass_row }
}
