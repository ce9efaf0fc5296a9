//! Taking deliveries from the outbox and saying how they went.
//! Must not know a retry schedule.

use super::{Plan, Rule};
use crate::reads::delivery::COLUMNS;
use crate::rows::{Lease, Outcome};
use crate::value::{Arg, Query, args};
use domain::ids::{DeliveryId, TenantId};
use domain::time::Timestamp;

/// Takes due heads of lanes. With `skip_locked`, rows that another claim is just taking are
/// passed over; without it the caller must be the only writer.
pub(crate) fn claim(now: Timestamp, lease_until: Timestamp, limit: u32, skip_locked: bool) -> Plan {
    let lock = if skip_locked { "FOR UPDATE OF d SKIP LOCKED" } else { "" };
    let sql = format!(
        "WITH due AS (SELECT d.id FROM deliveries d \
         WHERE d.state = 'pending' AND d.next_at <= $1 AND (d.lease_until IS NULL OR d.lease_until <= $1) \
         AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.lane = d.lane AND e.state = 'pending' AND (e.seq, e.ord) < (d.seq, d.ord)) \
         ORDER BY d.next_at, d.ord LIMIT $3 {lock}) \
         UPDATE deliveries SET lease_until = $2, claims = claims + 1 WHERE id IN (SELECT id FROM due) \
         RETURNING {COLUMNS}, claims"
    );
    Plan::single(Query::rows(sql, args![now, lease_until, limit]), Rule::Any)
}

/// The row and the claim on it that counts.
const HOLDS: &str = "WHERE id = $1 AND claims = $2 AND state = 'pending' AND lease_until IS NOT NULL";

fn again(attempts: &'static str, args: Vec<Arg>) -> Query {
    Query::change(
        format!("UPDATE deliveries SET next_at = $3, last_status = $4, last_error = $5, attempts = {attempts}, lease_until = NULL {HOLDS}"),
        args,
    )
}

/// Ends the claim that `lease` names.
pub(crate) fn settle(id: DeliveryId, lease: Lease, outcome: Outcome) -> Plan {
    let ended = |state: &'static str, at: Timestamp, status: Option<i64>, error: Option<String>| {
        let sql = format!(
            "UPDATE deliveries SET state = $3, settled_at = $4, last_status = $5, last_error = $6, attempts = attempts + 1, \
             lease_until = NULL {HOLDS}"
        );
        (Query::change(sql, args![id, lease.0, state, at, status, error]), true)
    };
    let (query, freed) = match outcome {
        Outcome::Delivered { at, status } => ended("delivered", at, status, None),
        Outcome::Dead { at, status, error } => ended("dead", at, status, Some(error)),
        Outcome::Retry { next_at, status, error } => (again("attempts + 1", args![id, lease.0, next_at, status, error]), false),
        Outcome::Probed { next_at, status, error } => (again("attempts", args![id, lease.0, next_at, status, error]), false),
        Outcome::Released { next_at } => {
            let sql = format!("UPDATE deliveries SET next_at = $3, lease_until = NULL {HOLDS}");
            return Plan::single(Query::change(sql, args![id, lease.0, next_at]), Rule::ONE);
        }
    };
    let mut plan = Plan::single(query, Rule::ONE);
    plan.push(Query::change(if freed { FREE } else { HOLD_BACK }, args![id]), Rule::Any);
    plan
}

// While the head of a lane is retried, those behind it are not looked at on every poll: a
// receiver that is away for days must not make each claim slower.
const HOLD_BACK: &str = "UPDATE deliveries SET next_at = (SELECT h.next_at FROM deliveries h WHERE h.id = $1) \
    WHERE state = 'pending' AND lane = (SELECT h.lane FROM deliveries h WHERE h.id = $1) AND id <> $1 \
    AND next_at < (SELECT h.next_at FROM deliveries h WHERE h.id = $1)";
const FREE: &str = "UPDATE deliveries SET next_at = not_before \
    WHERE state = 'pending' AND lane = (SELECT h.lane FROM deliveries h WHERE h.id = $1) AND id <> $1 AND next_at > not_before";

/// Makes a settled delivery pending again.
pub(crate) fn replay(tenant: TenantId, id: DeliveryId, now: Timestamp) -> Plan {
    let sql = "UPDATE deliveries SET state = 'pending', next_at = $3, not_before = $3, attempts = 0, settled_at = NULL, lease_until = NULL \
               WHERE id = $2 AND tenant = $1 AND state <> 'pending' AND length(payload) > 0";
    Plan::single(Query::change(sql, args![tenant, id, now]), Rule::Any)
}
