//! The audit log as the admin page reads it.
//! Must not know how the tree is made.

use super::super::extract::CanRead;
use super::super::problem::ApiError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::AgentId;
use std::collections::BTreeMap;
use store::rows::AuditRow;
use wire::api::admin::{LogView, TimelineEntry};

const SHOWN: u32 = 100;

pub(super) async fn read(State(app): State<App>, CanRead(person): CanRead) -> Result<Json<LogView>, ApiError> {
    let store = &app.engine.store;
    let gauges = store.gauges().await?;
    let key = store.setting("log/verifier_key".to_owned()).await?.unwrap_or_default();
    let entries = store.audit_page(person.tenant, None, SHOWN).await?;
    Ok(Json(LogView {
        checkpoint: store.checkpoint().await?.map(|c| c.note).unwrap_or_default(),
        size: gauges.log_size,
        pending: gauges.unsequenced_entries,
        verifier_key: String::from_utf8(key).unwrap_or_default(),
        entries: timeline(&app, &entries).await?,
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
