//! Passes: a bank's system gets at one case's images or recordings for a while, by a secret that opens
//! nothing else. Every use is an entry in the log. Must not know how evidence is sealed.

use super::Web;
use super::extract::{ApiKey, Json, bearer, field_error, fits, id, key_actor, text};
use super::limits::{Guards, Purpose};
use super::problem::ApiError;
use super::recordings::{file_of, session_of};
use crate::engine::{Actor, Loaded, new_token, token_hash};
use crate::images::{Version, media_type, read_image};
use crate::state::App;
use crate::{playback, views};
use axum::Router;
use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::digest::Digest;
use domain::ids::{CaseId, EvidenceId};
use domain::time::Span;
use serde_json::json;
use std::sync::Arc;
use store::rows::PassRow;
use wire::api::custody::{AccessScope, CaseEvidence, GrantAccess, GrantedAccess};

/// Longer than a person looks at a case; a system asks again.
const MAX_MINUTES: u16 = 60;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/cases/{id}/access", post(grant))
        .route("/v1/cases/{id}/evidence", get(list))
        .route("/v1/cases/{id}/evidence/images/{evidence}/{version}", get(image))
        .route("/v1/cases/{id}/evidence/recordings/{session}/{seat}/{n}", get(recording))
}

/// Issues a pass to the images or recordings of one case: a secret that runs out.
#[utoipa::path(post, path = "/v1/cases/{id}/access", tag = "cases", request_body = GrantAccess, params(("id" = String, Path)),
    responses((status = 201, body = GrantedAccess), (status = 404, body = wire::problem::Problem), (status = 410, body = wire::problem::Problem)),
    security(("api_key" = [])))]
pub async fn grant(
    State(app): State<App>,
    key: ApiKey,
    Path(case): Path<String>,
    Json(body): Json<GrantAccess>,
) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(key.tenant, id(&case)?).await?;
    if loaded.case.kept.erased.is_some() {
        return Err(ApiError::Plain("evidence_erased"));
    }
    if !(1..=MAX_MINUTES).contains(&body.minutes) {
        return Err(field_error("/minutes", "out_of_range", "1 to 60 minutes."));
    }
    let scope: Vec<&str> = AccessScope::ALL.iter().filter(|scope| body.scope.contains(scope)).map(|scope| scope.as_str()).collect();
    if scope.is_empty() {
        return Err(field_error("/scope", "missing", "images, recordings or both."));
    }
    let token = format!("rp_{}", new_token(app.engine.ids.as_ref()));
    let now = app.engine.now();
    let expires_at = now + Span::minutes(i64::from(body.minutes));
    let actor = key_actor(&key);
    let pass = PassRow {
        hash: token_hash(&token).0,
        tenant: key.tenant,
        case: loaded.case.id,
        scope: scope.join(" "),
        actor: key.prefix.clone(),
        created_at: now,
        expires_at,
    };
    let entry = json!({ "pass": name(&pass.hash), "scope": scope, "minutes": body.minutes });
    app.engine.store.put_pass(pass).await?;
    app.engine.log(key.tenant, Some(loaded.case.id), &actor, "pass_issued", entry).await?;
    let granted = GrantedAccess {
        token,
        scope: AccessScope::ALL.iter().copied().filter(|s| body.scope.contains(s)).collect(),
        expires_at: expires_at.to_string(),
    };
    Ok((StatusCode::CREATED, axum::Json(granted)).into_response())
}

/// How the log names a pass: enough to tell them apart, nothing to use one with.
fn name(hash: &[u8; 32]) -> String {
    Digest(*hash).to_string().chars().take(12).collect()
}

/// Who holds a pass, `Authorization: Bearer rp_…`, to the case of the address.
pub struct Holder {
    pass: PassRow,
    loaded: Loaded,
}

impl Holder {
    fn may(&self, scope: AccessScope) -> Result<(), ApiError> {
        let has = self.pass.scope.split(' ').any(|word| word == scope.as_str());
        if has { Ok(()) } else { Err(ApiError::Plain("pass_scope")) }
    }

    fn actor(&self) -> Actor {
        Actor::Api(self.pass.actor.clone())
    }

    async fn log(&self, app: &App, kind: &str, mut body: serde_json::Value) -> Result<(), ApiError> {
        body["pass"] = json!(name(&self.pass.hash));
        Ok(app.engine.log(self.pass.tenant, Some(self.pass.case), &self.actor(), kind, body).await?)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Holder
where
    App: FromRef<S>,
    Arc<Guards>: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let nobody = || ApiError::Plain("pass_needed");
        let token = bearer(&parts.headers).filter(|t| t.starts_with("rp_") && t.len() <= 100).ok_or_else(nobody)?;
        let pass = app.engine.store.pass(token_hash(&token).0).await?.ok_or_else(nobody)?;
        if !fits(&token, &Digest(pass.hash)) || app.engine.now() >= pass.expires_at {
            return Err(nobody());
        }
        Arc::<Guards>::from_ref(state).take(Purpose::Tenant, &pass.tenant.to_string())?;
        let of = parts.uri.path().split('/').nth(3).and_then(|case| case.parse::<CaseId>().ok());
        if of != Some(pass.case) {
            return Err(ApiError::Plain("not_found"));
        }
        let loaded = app.engine.loaded_of(pass.tenant, pass.case).await?;
        Ok(Self { pass, loaded })
    }
}

/// What the pass opens: images and recordings with their hashes.
#[utoipa::path(get, path = "/v1/cases/{id}/evidence", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseEvidence), (status = 401, body = wire::problem::Problem)), security(("pass" = [])))]
pub async fn list(State(app): State<App>, holder: Holder) -> Result<axum::Json<CaseEvidence>, ApiError> {
    let case = &holder.loaded.case;
    let mut answer = CaseEvidence { images: Vec::new(), recordings: Vec::new() };
    if holder.may(AccessScope::Images).is_ok() {
        answer.images = case.evidence.iter().map(views::evidence).collect();
    }
    if holder.may(AccessScope::Recordings).is_ok() {
        answer.recordings = playback::view(&app, &holder.loaded, &[], true).await;
        for file in answer.recordings.iter_mut().flat_map(|r| &mut r.files) {
            // The same file by the address that a pass opens.
            file.url =
                file.url.split("/v1/admin/sessions/").nth(1).and_then(|rest| rest.split('?').next()).map_or_else(String::new, |rest| {
                    format!("/v1/cases/{}/evidence/recordings/{}", case.id, rest.replacen("/files/", "/", 1))
                });
        }
    }
    Ok(axum::Json(answer))
}

/// The bytes of an image: `original` as it came, or `shown`, a JPEG.
#[utoipa::path(get, path = "/v1/cases/{id}/evidence/images/{evidence}/{version}", tag = "cases",
    params(("id" = String, Path), ("evidence" = String, Path), ("version" = String, Path)),
    responses((status = 200, content_type = "image/*", body = Vec<u8>), (status = 403, body = wire::problem::Problem)), security(("pass" = [])))]
pub async fn image(State(app): State<App>, holder: Holder, Path(place): Path<(String, String, String)>) -> Result<Response, ApiError> {
    holder.may(AccessScope::Images)?;
    let (_, evidence, version) = place;
    let evidence: EvidenceId = id(&evidence)?;
    let version = match version.as_str() {
        "original" => Version::Original,
        "shown" => Version::Shown,
        _ => return Err(ApiError::Plain("not_found")),
    };
    if !holder.loaded.case.evidence.iter().any(|e| e.id == evidence) {
        return Err(ApiError::Plain("not_found"));
    }
    let word = if version == Version::Original { "original" } else { "shown" };
    holder.log(&app, "evidence_viewed", json!({ "evidence": evidence, "version": word })).await?;
    let bytes = read_image(&app, &holder.loaded, evidence, version).await?;
    let kind = if version == Version::Original { media_type(&bytes) } else { "image/jpeg" };
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

/// A file of a recording; supports range requests.
#[utoipa::path(get, path = "/v1/cases/{id}/evidence/recordings/{session}/{seat}/{n}", tag = "cases",
    params(("id" = String, Path), ("session" = String, Path), ("seat" = String, Path), ("n" = u32, Path)),
    responses((status = 200, content_type = "video/*", body = Vec<u8>), (status = 403, body = wire::problem::Problem)), security(("pass" = [])))]
pub async fn recording(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    holder: Holder,
    Path(place): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    holder.may(AccessScope::Recordings)?;
    let (_, session, seat, n) = place;
    let session = session_of(&holder.loaded.case, id(&session)?).ok_or(ApiError::Plain("not_found"))?;
    let range = text(&headers, header::RANGE.as_str());
    // A player asks for a file in many ranges: those of a minute are one use.
    let once = range.is_none() || guards.take(Purpose::View, &format!("{} {} {seat} {n}", name(&holder.pass.hash), session.id)).is_ok();
    if once {
        holder.log(&app, "recording_viewed", json!({ "session": session.id, "seat": seat, "file": n })).await?;
    }
    file_of(&app, &holder.loaded, &session, &seat, id(&n)?, range.as_deref()).await
}
