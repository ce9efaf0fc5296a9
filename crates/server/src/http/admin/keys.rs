//! API keys: shown once, kept as a hash, revoked by their public part.
//! Must not know what a key is used for.

use super::super::extract::{Admin, CanRead, Json, field_error};
use super::super::problem::ApiError;
use crate::engine::{new_token, token_hash};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use store::rows::{ApiKeyRow, ApiKeyWrite, Commit};
use wire::api::admin::{ApiKeyView, SaveKey};

const MAX_KEYS: usize = 50;
/// Kind, and enough of the secret to tell keys apart.
const PREFIX: usize = 8 + 6;

fn view(row: &ApiKeyRow) -> ApiKeyView {
    ApiKeyView {
        prefix: row.prefix.clone(),
        name: row.name.clone(),
        created_at: row.created_at.to_string(),
        last_used_at: row.last_used_at.map(|t| t.to_string()),
        key: None,
        active: row.revoked_at.is_none(),
    }
}

pub(in super::super) async fn list(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<Vec<ApiKeyView>>, ApiError> {
    Ok(axum::Json(app.engine.store.api_keys(person.tenant).await?.iter().map(view).collect()))
}

pub(in super::super) async fn add(State(app): State<App>, Admin(admin): Admin, Json(body): Json<SaveKey>) -> Result<Response, ApiError> {
    let name = body.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(field_error("/name", "length", "1 to 100 characters."));
    }
    let all = app.engine.store.api_keys(admin.tenant).await?;
    if all.iter().filter(|k| k.revoked_at.is_none()).count() >= MAX_KEYS {
        return Err(ApiError::Said("limit_reached_keys", "Revoke a key first: at most 50 are active.".to_owned()));
    }
    let kind = if app.engine.public_url.starts_with("https://") { "rk_live_" } else { "rk_test_" };
    let key = format!("{kind}{}", new_token(app.engine.ids.as_ref()));
    let prefix: String = key.chars().take(PREFIX).collect();
    if all.iter().any(|k| k.prefix == prefix) {
        return Err(ApiError::Plain("conflict"));
    }
    let row = ApiKeyWrite {
        hash: token_hash(&key).0,
        prefix: prefix.clone(),
        tenant: admin.tenant,
        name: name.clone(),
        created_at: app.engine.now(),
        revoked_at: None,
    };
    let rows = Commit { api_keys: vec![row.clone()], ..Commit::default() };
    app.engine.administer(admin.tenant, &admin.actor(), "api_key_created", serde_json::json!({ "prefix": prefix }), rows).await?;
    let shown = ApiKeyView { prefix, name, created_at: row.created_at.to_string(), last_used_at: None, key: Some(key), active: true };
    Ok((StatusCode::CREATED, axum::Json(shown)).into_response())
}

pub(in super::super) async fn revoke(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(prefix): Path<String>,
) -> Result<StatusCode, ApiError> {
    let all = app.engine.store.api_keys(admin.tenant).await?;
    let row = all.into_iter().find(|k| k.prefix == prefix).ok_or(ApiError::Plain("not_found"))?;
    if row.revoked_at.is_none() {
        let now = app.engine.now();
        let gone = ApiKeyWrite {
            hash: row.hash,
            prefix: row.prefix,
            tenant: row.tenant,
            name: row.name,
            created_at: row.created_at,
            revoked_at: Some(now),
        };
        let rows = Commit { api_keys: vec![gone], ..Commit::default() };
        app.engine.administer(admin.tenant, &admin.actor(), "api_key_revoked", serde_json::json!({ "prefix": prefix }), rows).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
