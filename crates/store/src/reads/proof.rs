//! Reads of the offline proof alone: what stands beside the cases, and what belongs to nothing.
//! Must not know what a row proves.

use super::cut;
use crate::StoreError;
use crate::plan::{name_term, reason_term};
use crate::value::{Query, Read, Record, args};
use domain::ids::{CaseId, TenantId};

/// Every id there is, by id, after an id: a row that cannot be read fails.
pub(crate) fn case_ids(after: Option<CaseId>, limit: u32) -> Read<CaseId> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let decode = |record: Record| record.columns("cases").id("id");
    Read { query: Query::rows("SELECT id FROM cases WHERE id > $1 ORDER BY id LIMIT $2", args![after, cut(limit)]), decode }
}

/// Tenant and term of every word a case can be found by.
pub(crate) fn terms_of(case: CaseId) -> Read<(TenantId, String)> {
    let decode = |record: Record| {
        let mut c = record.columns("case_terms");
        let term = c.text("term")?;
        Ok((c.id("tenant")?, term))
    };
    let sql = "SELECT term, tenant FROM case_terms WHERE case_id = $1 ORDER BY tenant, term LIMIT $2";
    Read { query: Query::rows(sql, args![case, cut(u32::MAX)]), decode }
}

/// The terms that a case's words make, in the order of [`terms_of`].
pub fn terms(reasons: &[String], name_tokens: &[String]) -> Vec<String> {
    let mut all: Vec<_> = reasons.iter().map(|reason| reason_term(reason)).collect();
    all.extend(name_tokens.iter().map(|token| name_term(token)));
    all.sort();
    all.dedup();
    all
}

/// Rows of a case or tenant that is not there: their table and what names them.
pub(crate) fn orphans() -> Read<(String, String)> {
    let sql = "SELECT 'links', invitation FROM links WHERE case_id NOT IN (SELECT id FROM cases) \
        UNION ALL SELECT 'reports', id FROM reports WHERE case_id NOT IN (SELECT id FROM cases) \
        UNION ALL SELECT 'case_terms', term FROM case_terms WHERE case_id NOT IN (SELECT id FROM cases) \
        UNION ALL SELECT 'people', id FROM people WHERE tenant NOT IN (SELECT id FROM tenants) \
        UNION ALL SELECT 'endpoints', id FROM endpoints WHERE tenant NOT IN (SELECT id FROM tenants) \
        UNION ALL SELECT 'api_keys', prefix FROM api_keys WHERE tenant NOT IN (SELECT id FROM tenants) \
        UNION ALL SELECT 'policies', tenant FROM policies WHERE tenant NOT IN (SELECT id FROM tenants) \
        UNION ALL SELECT 'log', CAST(one AS TEXT) FROM log WHERE one <> 1 \
        LIMIT $1";
    let decode = |record: Record| -> Result<(String, String), StoreError> {
        let mut c = record.columns("rows without an owner");
        Ok((c.text("table")?, c.text("row")?))
    };
    Read { query: Query::rows(sql, args![cut(100)]), decode }
}
