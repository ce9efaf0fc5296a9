//! Sign-ins, their one-time links, and other small rows that are no evidence.
//! Must not know cookies or tokens, only their hashes.

use super::{Plan, Rule};
use crate::rows::{SignInLinkRow, SignInRow};
use crate::value::{Query, args};
use domain::ids::AgentId;
use domain::time::Timestamp;

pub(crate) fn put_link(row: SignInLinkRow) -> Plan {
    let sql = "INSERT INTO sign_in_links (hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    Plan::single(Query::change(sql, args![row.hash, row.person, row.created_at, row.expires_at]), Rule::ONE)
}

pub(crate) fn consume_link(hash: [u8; 32], now: Timestamp) -> Plan {
    let sql = "UPDATE sign_in_links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING person";
    Plan::single(Query::rows(sql, args![hash, now]), Rule::Any)
}

pub(crate) fn put_sign_in(row: SignInRow) -> Plan {
    let sql = "INSERT INTO sign_ins (hash, person, created_at, last_seen, expires_at, revoked) VALUES ($1, $2, $3, $4, $5, $6)";
    Plan::single(Query::change(sql, args![row.hash, row.person, row.created_at, row.last_seen, row.expires_at, row.revoked]), Rule::ONE)
}

pub(crate) fn touch_sign_in(hash: [u8; 32], at: Timestamp) -> Plan {
    let sql = "UPDATE sign_ins SET last_seen = $2 WHERE hash = $1 AND last_seen < $2";
    Plan::single(Query::change(sql, args![hash, at]), Rule::Any)
}

pub(crate) fn revoke(hash: [u8; 32]) -> Plan {
    Plan::single(Query::change("UPDATE sign_ins SET revoked = 1 WHERE hash = $1 AND revoked = 0", args![hash]), Rule::Any)
}

pub(crate) fn revoke_all(person: AgentId) -> Plan {
    let links = "UPDATE sign_in_links SET used_at = 0 WHERE person = $1 AND used_at IS NULL";
    let mut plan = Plan::single(Query::change(links, args![person]), Rule::Any);
    plan.push(Query::change("UPDATE sign_ins SET revoked = 1 WHERE person = $1 AND revoked = 0", args![person]), Rule::Any);
    plan
}

pub(crate) fn touch_api_key(hash: [u8; 32], at: Timestamp) -> Plan {
    let sql = "UPDATE api_keys SET last_used_at = $2 WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    Plan::single(Query::change(sql, args![hash, at]), Rule::Any)
}

pub(crate) fn forget_idempotency(before: Timestamp) -> Plan {
    let sql = "DELETE FROM idempotency WHERE (tenant, key) IN \
               (SELECT tenant, key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT 1000)";
    Plan::single(Query::change(sql, args![before]), Rule::Any)
}

pub(crate) fn forget_sign_ins(before: Timestamp) -> Plan {
    let links =
        "DELETE FROM sign_in_links WHERE hash IN (SELECT hash FROM sign_in_links WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)";
    let sign_ins = "DELETE FROM sign_ins WHERE hash IN (SELECT hash FROM sign_ins WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)";
    let mut plan = Plan::single(Query::change(links, args![before]), Rule::Any);
    plan.push(Query::change(sign_ins, args![before]), Rule::Any);
    plan
}

pub(crate) fn put_setting(key: String, value: Vec<u8>) -> Plan {
    let sql = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    Plan::single(Query::change(sql, args![key, value]), Rule::Any)
}

pub(crate) fn put_setting_once(key: String, value: Vec<u8>) -> Plan {
    let sql = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    Plan::single(Query::change(sql, args![key, value]), Rule::Any)
}
