//! Reading what is counted: marks, reports, and what the database holds.
//! Must not know what a number is called on a page.

use crate::StoreError;
use crate::rows::{AgentNumbers, Gauges, KindNumbers, MAX_VALUES, ReportRow};
use crate::value::{Query, Read, Record, args};
use domain::ids::{CaseId, TenantId};
use domain::time::Timestamp;
use std::collections::BTreeMap;

const REPORT: &str =
    "SELECT id, tenant, case_id, reference, at, attempt, reasons, document, face, liveness, jurisdiction, mode, rule FROM reports";

fn report_row(record: Record) -> Result<ReportRow, StoreError> {
    let mut c = record.columns("reports");
    Ok(ReportRow {
        id: c.id("id")?,
        tenant: c.id("tenant")?,
        case: c.id("case_id")?,
        reference: c.text("reference")?,
        at: c.time("at")?,
        attempt: c.int("attempt")?,
        reasons: c.words("reasons")?,
        document: c.maybe_int("document")?,
        face: c.maybe_int("face")?,
        liveness: c.maybe_int("liveness")?,
        jurisdiction: c.text("jurisdiction")?,
        mode: c.text("mode")?,
        rule: c.text("rule")?,
    })
}

pub(crate) fn reports_since(tenant: TenantId, since: Timestamp, limit: u32) -> Read<ReportRow> {
    let sql = format!("{REPORT} WHERE tenant = $1 AND at >= $2 ORDER BY at, id LIMIT $3");
    Read { query: Query::rows(sql, args![tenant, since, limit.min(MAX_VALUES)]), decode: report_row }
}

pub(crate) fn reports_of(case: CaseId) -> Read<ReportRow> {
    Read { query: Query::rows(format!("{REPORT} WHERE case_id = $1 ORDER BY id LIMIT $2"), args![case, MAX_VALUES]), decode: report_row }
}

pub(crate) fn kinds(tenant: TenantId, from: Timestamp, to: Timestamp) -> Read<KindNumbers> {
    let sql = "SELECT kind, COUNT(*), CAST(SUM(value) AS BIGINT) FROM marks WHERE tenant = $1 AND at >= $2 AND at < $3 \
               GROUP BY kind ORDER BY kind";
    let decode = |record: Record| {
        let mut c = record.columns("marks");
        Ok(KindNumbers { kind: c.text("kind")?, count: c.count("count")?, sum: c.int("sum")?, p50: 0 })
    };
    Read { query: Query::rows(sql, args![tenant, from, to]), decode }
}

/// The newest values of each kind.
pub(crate) fn values(tenant: TenantId, from: Timestamp, to: Timestamp) -> Read<(String, i64)> {
    let sql = "SELECT kind, value FROM (SELECT kind, value, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY at DESC) AS age \
               FROM marks WHERE tenant = $1 AND at >= $2 AND at < $3) AS aged WHERE age <= $4";
    let decode = |record: Record| {
        let mut c = record.columns("marks");
        Ok((c.text("kind")?, c.int("value")?))
    };
    Read { query: Query::rows(sql, args![tenant, from, to, MAX_VALUES]), decode }
}

/// The newest values of one kind.
pub(crate) fn of_kind(tenant: TenantId, kind: String, from: Timestamp, to: Timestamp) -> Read<i64> {
    let sql = "SELECT value FROM marks WHERE tenant = $1 AND kind = $2 AND at >= $3 AND at < $4 ORDER BY at DESC LIMIT $5";
    let decode = |record: Record| {
        let mut c = record.columns("marks");
        c.int("value")
    };
    Read { query: Query::rows(sql, args![tenant, kind, from, to, MAX_VALUES]), decode }
}

pub(crate) fn by_agent(tenant: TenantId, from: Timestamp, to: Timestamp) -> Read<AgentNumbers> {
    let sql = "SELECT agent, kind, COUNT(*), CAST(SUM(value) AS BIGINT) FROM marks \
               WHERE tenant = $1 AND at >= $2 AND at < $3 AND agent IS NOT NULL GROUP BY agent, kind ORDER BY agent, kind";
    let decode = |record: Record| {
        let mut c = record.columns("marks");
        Ok(AgentNumbers { agent: c.id("agent")?, kind: c.text("kind")?, count: c.count("count")?, sum: c.int("sum")? })
    };
    Read { query: Query::rows(sql, args![tenant, from, to]), decode }
}

/// Puts each kind's median, the lower of two, beside its count.
pub(crate) fn with_medians(mut kinds: Vec<KindNumbers>, values: Vec<(String, i64)>) -> Vec<KindNumbers> {
    let mut lists: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (kind, value) in values {
        lists.entry(kind).or_default().push(value);
    }
    for kind in &mut kinds {
        if let Some(list) = lists.get_mut(&kind.kind)
            && let Some(middle) = list.len().checked_sub(1)
        {
            kind.p50 = *list.select_nth_unstable(middle / 2).1;
        }
    }
    kinds
}

pub(crate) fn gauges() -> Read<Gauges> {
    let sql = "SELECT (SELECT COUNT(*) FROM audit WHERE idx IS NULL), (SELECT size FROM log WHERE one = 1), \
               (SELECT COUNT(*) FROM deliveries WHERE state = 'pending'), (SELECT COUNT(*) FROM deliveries WHERE state = 'dead')";
    let decode = |record: Record| -> Result<Gauges, StoreError> {
        let mut c = record.columns("log");
        Ok(Gauges {
            unsequenced_entries: c.count("unsequenced")?,
            log_size: c.count("size")?,
            pending_deliveries: c.count("pending")?,
            dead_deliveries: c.count("dead")?,
        })
    };
    Read { query: Query::rows(sql, Vec::new()), decode }
}
