//! Rows beside the cases: each is as an entry of the log left it, and none is there that no entry knows.
//! Must not know what a row is for.

use super::audit::Told;
use super::{Fault, Ground};
use crate::engine::bound::{self, Bound};
use domain::case::Case;
use domain::digest::Digest;
use domain::ids::{CaseId, InvitationId, ReportId};
use domain::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::rows::{AuditRow, CaseRow, LinkRow, MAX_LIST, ReportRow};

fn fault(table: &str, row: impl ToString, what: &str) -> Fault {
    Fault::Row { table: table.to_owned(), row: row.to_string(), what: what.to_owned() }
}

/// Tenants, people, endpoints, API keys and policies.
pub(super) async fn administration(ground: &Ground, told: &Told) -> Result<(), Fault> {
    let store = ground.engine.store.as_ref();
    let mut known = told.rows.clone();
    let mut after = None;
    loop {
        let tenants = store.tenants(after, MAX_LIST).await?;
        let Some(last) = tenants.last() else { break };
        after = Some(last.id);
        for tenant in &tenants {
            for row in bound::rows_of(store, tenant).await? {
                check(ground, &mut known, &row)?;
            }
        }
    }
    // Without its tenant no row of it is read: that one is what is missing.
    let lost = known.keys().find(|name| name.starts_with("tenants/")).or_else(|| known.keys().next());
    if let Some(name) = lost {
        let (table, row) = name.split_once('/').unwrap_or(("?", name));
        return Err(fault(table, row, "is missing: the log tells of it"));
    }
    Ok(())
}

/// No row of a case or a tenant that is not there, and one end of the log.
pub(super) async fn none_astray(ground: &Ground) -> Result<(), Fault> {
    match ground.engine.store.orphans().await?.first() {
        Some((table, row)) => Err(fault(table, row, "belongs to a case or a tenant that is not there")),
        None => Ok(()),
    }
}

fn check(ground: &Ground, known: &mut BTreeMap<String, String>, bound: &Bound) -> Result<(), Fault> {
    let (table, row) = bound.name.split_once('/').unwrap_or(("?", &bound.name));
    let Some(key) = &ground.entry_key else { return Ok(()) };
    match known.remove(&bound.name) {
        Some(mark) if mark == bound.mark(key) => Ok(()),
        Some(_) => Err(fault(table, row, "is not as the newest audit entry about it left it")),
        None => Err(fault(table, row, "is there, but no audit entry tells of it")),
    }
}

/// The words that a case is found by, and its reports, say what its state says.
pub(super) async fn of_case(ground: &Ground, row: &CaseRow, case: &Case) -> Result<(), Fault> {
    let store = ground.engine.store.as_ref();
    let terms: Vec<_> = store::terms(&row.reasons, &row.name_tokens).into_iter().map(|term| (row.tenant, term)).collect();
    if store.terms_of(row.id).await? != terms {
        return Err(fault("case_terms", row.id, "are not the words that the case is to be found by"));
    }
    let stored = store.reports_of(row.id).await?;
    for report in &case.reports {
        let Some(kept) = stored.iter().find(|kept| kept.id == report.id) else {
            return Err(fault("reports", report.id, "is missing: the state of its case holds it"));
        };
        if let Some(column) = differs(kept, row, report) {
            return Err(fault("reports", report.id, &format!("the column {column} does not say what the state of its case says")));
        }
    }
    match stored.iter().find(|kept| case.reports.iter().all(|report| report.id != kept.id)) {
        Some(strange) => Err(fault("reports", strange.id, "is there, but the state of its case does not hold it")),
        None => Ok(()),
    }
}

fn differs(kept: &ReportRow, row: &CaseRow, report: &domain::report::Report) -> Option<&'static str> {
    let score = |s: Option<domain::report::Score>| s.map(|s| i64::from(s.thousandths()));
    let reasons: Vec<String> = report.reasons.iter().map(super::cases::word).collect();
    let checks = [
        ("tenant", kept.tenant == row.tenant),
        ("case_id", kept.case == row.id),
        ("reference", kept.reference == row.reference),
        ("at", kept.at == report.at),
        ("attempt", kept.attempt == i64::from(report.attempt)),
        ("reasons", kept.reasons == reasons),
        ("document", kept.document == score(report.scores.document)),
        ("face", kept.face == score(report.scores.face)),
        ("liveness", kept.liveness == score(report.scores.liveness)),
        ("jurisdiction", kept.jurisdiction == row.jurisdiction),
    ];
    checks.iter().find(|(_, fits)| !fits).map(|(column, _)| *column)
}

#[derive(Deserialize)]
struct Issued {
    invitation: InvitationId,
    token_hash: Digest,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Reported {
    report: ReportId,
    mode: String,
    rule: Option<String>,
}

/// What the entries of one case tell of its links and of what the policy answered.
#[derive(Default)]
pub(super) struct Beside {
    links: Vec<LinkRow>,
    answers: BTreeMap<ReportId, (String, String)>,
}

impl Beside {
    /// The kinds of entries that tell of them.
    pub const KINDS: [&str; 3] = ["invitation_issued", "case_reported", "report_added"];

    pub fn take(&mut self, case: CaseId, row: &AuditRow) -> Result<(), Fault> {
        let unreadable = |e: serde_json::Error| Fault::Entry {
            index: row.idx.unwrap_or_default(),
            what: format!("{} cannot be read: {e}", row.entry.kind),
        };
        match row.entry.kind.as_str() {
            "invitation_issued" => {
                let Issued { invitation, token_hash, expires_at } = Issued::deserialize(&row.entry.body).map_err(unreadable)?;
                self.links.push(LinkRow { token_hash: token_hash.0, case, invitation, created_at: row.entry.at, expires_at });
            }
            "case_reported" | "report_added" => {
                let said = Reported::deserialize(&row.entry.body).map_err(unreadable)?;
                self.answers.insert(said.report, (said.mode, said.rule.unwrap_or_default()));
            }
            _ => {}
        }
        Ok(())
    }

    pub async fn check(mut self, ground: &Ground, case: CaseId) -> Result<(), Fault> {
        let store = ground.engine.store.as_ref();
        let mut stored = store.links_of(case).await?;
        let order = |row: &LinkRow| row.token_hash;
        stored.sort_by_key(order);
        self.links.sort_by_key(order);
        if let Some(odd) = stored.iter().find(|row| !self.links.contains(row)) {
            return Err(fault("links", odd.invitation, "is not a link that the log tells of"));
        }
        if let Some(lost) = self.links.iter().find(|row| !stored.contains(row)) {
            return Err(fault("links", lost.invitation, "is missing: the log tells of it"));
        }
        for row in store.reports_of(case).await? {
            let column = match self.answers.get(&row.id) {
                Some((mode, _)) if *mode != row.mode => "mode",
                Some((_, rule)) if *rule != row.rule => "rule",
                Some(_) => continue,
                None => return Err(fault("reports", row.id, "is there, but no audit entry tells of it")),
            };
            return Err(fault("reports", row.id, &format!("the column {column} does not say what the log says")));
        }
        Ok(())
    }
}
