//! Cases: the sealed state is the one the log knows, and the columns beside it say what it says.
//! Must not know what a phase means.

use super::audit::{Cases, Last};
use super::{Fault, Ground, rows};
use crate::engine::{CaseKey, EngineError};
use crate::views;
use domain::case::Case;
use domain::digest::Digest;
use domain::ids::CaseId;
use serde::Serialize;
use store::rows::{CaseRow, MAX_LIST};

/// Checks one case and gives back its key for what else is sealed with it.
pub(super) async fn check(ground: &Ground, id: CaseId, last: &Last) -> Result<CaseKey, Fault> {
    let fault = |what: String| Fault::Case { case: id, what };
    let engine = &ground.engine;
    let row = engine.store.case(id).await.map_err(|e| fault(e.to_string()))?;
    let row = row.ok_or_else(|| fault("the log tells of it, but it is missing".to_owned()))?;
    if Digest::of(&row.state).0 != row.state_hash {
        return Err(fault("its sealed state does not hash to the hash beside it".to_owned()));
    }
    if last.hash != Some(row.state_hash) {
        return Err(fault("its state is not the one that the newest audit entry left".to_owned()));
    }
    if last.version != row.version {
        return Err(fault(format!("it stands at version {}, the log at {}", row.version, last.version)));
    }
    let loaded = engine.loaded(id).await.map_err(|e| fault(unopened(&e)))?;
    if loaded.case.kept.erased.is_some() != last.erased.is_some() {
        return Err(fault("the log and its state differ about whether its evidence was erased".to_owned()));
    }
    if let Some(column) = differs(&row, &loaded.case) {
        return Err(fault(format!("the column {column} does not say what the sealed state says")));
    }
    if names_differ(ground, &row, &loaded.case).await.map_err(|e| fault(e.to_string()))? {
        return Err(fault("the column name_tokens does not say what the sealed state says".to_owned()));
    }
    rows::of_case(ground, &row, &loaded.case).await?;
    Ok(loaded.key)
}

/// Only an erasure that the log tells of takes a case's key, and leaves another that opens the rest.
fn unopened(error: &EngineError) -> String {
    match error {
        EngineError::KeyGone { destroyed: false, .. } => "its key is missing, and the log tells of no erasure".to_owned(),
        EngineError::KeyGone { destroyed: true, .. } => {
            "its key was destroyed, but this row is from before that: an old copy of the database".to_owned()
        }
        EngineError::Refused(_) | EngineError::Missing(_) | EngineError::Store(_) | EngineError::Key(_) | EngineError::Corrupt { .. } => {
            format!("its state does not open: {error}")
        }
    }
}

/// The first column that says something else than the state.
fn differs(row: &CaseRow, case: &Case) -> Option<&'static str> {
    let reasons: Vec<String> = case.reasons().iter().map(word).collect();
    let checks = [
        ("id", row.id == case.id),
        ("tenant", row.tenant == case.tenant),
        ("version", row.version == case.version),
        ("reference", row.reference == case.reference),
        ("phase", row.phase == case.phase_name()),
        ("jurisdiction", row.jurisdiction == case.jurisdiction),
        ("locale", row.locale == case.customer.locale),
        ("reasons", row.reasons == reasons),
        ("agent", row.agent == case.agent()),
        ("created_at", row.created_at == case.created_at),
        ("updated_at", row.updated_at == case.updated_at),
        ("deadline_at", row.deadline_at == case.deadline()),
        ("queued_at", row.queued_at == views::ticket(case).map(|t| t.queued_at)),
        ("recovered_seconds", row.recovered_seconds == recovered(case)),
    ];
    checks.iter().find(|(_, fits)| !fits).map(|(column, _)| *column)
}

/// From the first report to the verdict, of a case that was verified.
fn recovered(case: &Case) -> Option<i64> {
    let decision = case.decision().filter(|_| case.phase_name() == "verified")?;
    Some(decision.at.since(case.created_at).as_seconds())
}

pub(super) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

async fn names_differ(ground: &Ground, row: &CaseRow, case: &Case) -> Result<bool, EngineError> {
    let tenant = ground.engine.tenants.get(row.tenant).await?;
    let mut tokens = ground.engine.name_tokens(row.tenant, &tenant.wrapped_key, case.customer.name.reveal())?;
    tokens.sort();
    let mut stored = row.name_tokens.clone();
    stored.sort();
    Ok(tokens != stored)
}

/// No row of a case that the log does not tell of.
pub(super) async fn none_beside(ground: &Ground, known: &Cases) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let page = ground.engine.store.case_ids(after, MAX_LIST).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        if let Some(case) = page.iter().find(|id| !known.contains_key(id)) {
            return Err(Fault::Case { case: *case, what: "no audit entry tells of it".to_owned() });
        }
    }
}
