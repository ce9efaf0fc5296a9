//! Keeping and destroying keys, saying how long cases are kept, and what an erasure takes from rows.
//! Must not know what a key opens.

use super::{Plan, Rule};
use crate::rows::{KeyId, KeyRow, PassRow, RetentionWrite};
use crate::value::{Arg, Query, args};
use domain::ids::CaseId;
use domain::time::Timestamp;

pub(crate) fn put_key(row: KeyRow) -> Plan {
    let sql = "INSERT INTO case_keys (id, tenant, case_id, wrapped, created_at, bound) VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![row.id.to_vec(), row.tenant, row.case, row.wrapped, row.created_at, row.bound];
    Plan::single(Query::change(sql, args), Rule::ONE)
}

/// The key's bytes go, its name stays.
pub(crate) fn destroy_key(id: KeyId, at: Timestamp) -> Plan {
    let sql = "UPDATE case_keys SET wrapped = NULL, destroyed_at = $2, bound = 1 WHERE id = $1 AND wrapped IS NOT NULL";
    Plan::single(Query::change(sql, args![id.to_vec(), at]), Rule::Any)
}

/// A key that never had a case goes without a trace.
pub(crate) fn forget_key(id: KeyId) -> Plan {
    Plan::single(Query::change("DELETE FROM case_keys WHERE id = $1 AND bound = 0", args![id.to_vec()]), Rule::Any)
}

pub(crate) fn bind_key(id: KeyId) -> Plan {
    Plan::single(Query::change("UPDATE case_keys SET bound = 1 WHERE id = $1 AND bound = 0", args![id.to_vec()]), Rule::Any)
}

/// Names the key of a case that still stood in its row.
pub(crate) fn move_key(case: CaseId, was: Vec<u8>, id: KeyId) -> Plan {
    let sql = "UPDATE cases SET case_key = $3 WHERE id = $1 AND case_key = $2";
    Plan::single(Query::change(sql, args![case, was, id.to_vec()]), Rule::ONE)
}

pub(crate) fn retention(plan: &mut Plan, row: RetentionWrite) {
    let (erased_at, old_key) = row.erased.unzip();
    if erased_at.is_some() {
        // What was sent or waits to be sent names the customer, and the code or link in it is for nobody any more.
        plan.push(Query::change(PURGE_DELIVERIES, args![row.case, erased_at, NOTHING.to_vec()]), Rule::Any);
        plan.push(Query::change("UPDATE reports SET reference = '' WHERE case_id = $1", args![row.case]), Rule::Any);
        plan.push(Query::change("DELETE FROM passes WHERE case_id = $1", args![row.case]), Rule::Any);
    }
    plan.push(put_retention_query(row.case, row.tenant.into(), row.due_at, row.held, erased_at, old_key), Rule::ONE);
}

const NOTHING: &[u8] = &[];
const PURGE_DELIVERIES: &str = "UPDATE deliveries SET payload = $3, \
    last_error = CASE WHEN state = 'pending' THEN 'the evidence was erased' ELSE last_error END, \
    settled_at = CASE WHEN state = 'pending' THEN $2 ELSE settled_at END, \
    state = CASE WHEN state = 'pending' THEN 'dead' ELSE state END, lease_until = NULL WHERE case_id = $1";

fn put_retention_query(
    case: CaseId,
    tenant: Arg,
    due_at: Option<Timestamp>,
    held: bool,
    erased_at: Option<Timestamp>,
    old_key: Option<Vec<u8>>,
) -> Query {
    let sql = "INSERT INTO retention (case_id, tenant, due_at, held, erased_at, old_key) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (case_id) DO UPDATE SET due_at = excluded.due_at, held = excluded.held, \
        erased_at = COALESCE(retention.erased_at, excluded.erased_at), old_key = COALESCE(retention.old_key, excluded.old_key)";
    Query::change(sql, vec![case.into(), tenant, due_at.into(), held.into(), erased_at.into(), old_key.into()])
}

/// Of a case whose row is older than the schedule, or whose time was put off.
pub(crate) fn put_retention(row: RetentionWrite) -> Plan {
    let (erased_at, old_key) = row.erased.unzip();
    Plan::single(put_retention_query(row.case, row.tenant.into(), row.due_at, row.held, erased_at, old_key), Rule::ONE)
}

pub(crate) fn finish_erasure(case: CaseId, at: Timestamp) -> Plan {
    let sql = "UPDATE retention SET done_at = $2 WHERE case_id = $1 AND erased_at IS NOT NULL AND done_at IS NULL";
    Plan::single(Query::change(sql, args![case, at]), Rule::Any)
}

pub(crate) fn put_pass(row: PassRow) -> Plan {
    let sql = "INSERT INTO passes (hash, tenant, case_id, scope, actor, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![row.hash, row.tenant, row.case, row.scope, row.actor, row.created_at, row.expires_at];
    Plan::single(Query::change(sql, args), Rule::ONE)
}

pub(crate) fn forget_passes(before: Timestamp) -> Plan {
    let sql = "DELETE FROM passes WHERE hash IN (SELECT hash FROM passes WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)";
    Plan::single(Query::change(sql, args![before]), Rule::Any)
}
