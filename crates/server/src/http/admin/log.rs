//! The audit log as the admin page reads it.
//! Must not know how the tree is made.

use super::super::extract::{CanRead, id};
use super::super::problem::ApiError;
use crate::proofs::ProofError;
use crate::state::App;
use crate::views::tells;
use crate::workers::witnesses::{Laid, Standing, WitnessAt};
use axum::Json;
use axum::extract::{Path, State};
use domain::audit::Hash;
use domain::audit::tree::to_hex;
use domain::ids::AgentId;
use std::collections::BTreeMap;
use store::rows::AuditRow;
use wire::api::admin::{LogPublished, LogView, LogWitness, TimelineEntry};
use wire::api::evidence::{ProofView, ProofsView};

const SHOWN: u32 = 100;

pub(super) async fn read(State(app): State<App>, CanRead(person): CanRead) -> Result<Json<LogView>, ApiError> {
    let store = &app.engine.store;
    let gauges = store.gauges().await?;
    let key = store.setting("log/verifier_key".to_owned()).await?.unwrap_or_default();
    let mut entries = store.audit_page(person.tenant, None, SHOWN).await?;
    let hidden = app.reviews.hidden_from(person.id);
    entries.retain(|row| !tells(&row.entry.kind, row.entry.case, hidden));
    Ok(Json(LogView {
        checkpoint: store.checkpoint().await?.map(|c| c.note).unwrap_or_default(),
        size: gauges.log_size,
        pending: gauges.unsequenced_entries,
        verifier_key: String::from_utf8(key).unwrap_or_default(),
        entries: timeline(&app, &entries).await?,
        halted: app.witnesses.guard.halted().map(|why| why.code().to_owned()),
        witnesses: app.witnesses.standings().into_iter().map(|(place, standing)| witness(&place, standing)).collect(),
        published: app.witnesses.publishers.standings().into_iter().map(published).collect(),
    }))
}

fn witness(place: &WitnessAt, standing: Standing) -> LogWitness {
    LogWitness {
        name: place.key.name().to_owned(),
        key: place.key.to_string(),
        size: standing.size,
        at: standing.at.map(|at| at.to_string()),
        why: standing.why,
    }
}

fn published(laid: Laid) -> LogPublished {
    LogPublished { kind: laid.kind.to_owned(), size: laid.size, at: laid.at.map(|at| at.to_string()), why: laid.why }
}

/// The entries of a case with their way to the root of the newest signed checkpoint. The page checks them itself.
pub(super) async fn proofs(
    State(app): State<App>,
    CanRead(person): CanRead,
    Path(case): Path<String>,
) -> Result<Json<ProofsView>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    // The entries would say what the maker decided.
    if crate::views::blind(&loaded.case, person.id) {
        return Err(ApiError::Plain("review_blind"));
    }
    let store = &app.engine.store;
    let key = store.setting("log/verifier_key".to_owned()).await?.unwrap_or_default();
    // The checkpoint first: it covers whatever it covered when it was signed, and entries only come on top.
    let newest = store.checkpoint().await?;
    let size = newest.as_ref().map_or(0, |c| c.size);
    let mut rows: Vec<(u64, AuditRow)> =
        super::entries_of(&app, loaded.case.id).await?.into_iter().filter_map(|row| Some((row.idx.filter(|i| *i < size)?, row))).collect();
    rows.sort_by_key(|(index, _)| *index);
    let indexes: Vec<u64> = rows.iter().map(|(index, _)| *index).collect();
    let paths = app.trees().paths(store.as_ref(), size, &indexes).await.map_err(|error| match error {
        ProofError::Store(inner) => inner.into(),
        ProofError::Missing(_) => ApiError::Internal(error.to_string()),
    })?;
    let proof = |((index, row), path): ((u64, AuditRow), Vec<Hash>)| ProofView {
        id: row.entry.id.to_string(),
        index,
        entry: String::from_utf8_lossy(&row.entry.canonical()).into_owned(),
        path: path.iter().map(to_hex).collect(),
    };
    Ok(Json(ProofsView {
        checkpoint: newest.map(|c| c.note).unwrap_or_default(),
        verifier_key: String::from_utf8(key).unwrap_or_default(),
        size,
        proofs: rows.into_iter().zip(paths).map(proof).collect(),
    }))
}

/// Entries with the names of those who acted.
pub(super) async fn timeline(app: &App, rows: &[AuditRow]) -> Result<Vec<TimelineEntry>, ApiError> {
    let mut names = BTreeMap::new();
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let actor = &row.entry.actor;
        if !names.contains_key(actor) {
            names.insert(actor.clone(), name(app, actor).await?);
        }
        shown.push(TimelineEntry {
            id: row.entry.id.to_string(),
            index: row.idx,
            at: row.entry.at.to_string(),
            actor: actor.clone(),
            actor_name: names.get(actor).cloned().unwrap_or_default(),
            kind: row.entry.kind.clone(),
            body: row.entry.body.clone(),
            leaf: domain::digest::Digest(row.leaf).to_string(),
        });
    }
    Ok(shown)
}

/// The name of an actor, where one is known; the page has words for the others.
async fn name(app: &App, actor: &str) -> Result<String, ApiError> {
    let person = actor.strip_prefix("agent:").and_then(|id| id.parse::<AgentId>().ok());
    Ok(match person {
        Some(id) => app.engine.store.person(id).await?.map(|p| p.name).unwrap_or_default(),
        None => actor.strip_prefix("api:").unwrap_or_default().to_owned(),
    })
}
