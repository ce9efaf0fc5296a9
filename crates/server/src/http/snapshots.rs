//! Snapshots by the agent: what was on the screen, untouched, and beside it the same with what was drawn.
//! Must not know how either was made.

use super::Web;
use super::cases::image_body;
use super::evidence::{drawing_response, fits_digest, in_hand, in_sight, keep_of, kept_view};
use super::extract::{Person, Query, Staff, id, text};
use super::problem::ApiError;
use crate::images::{NewImage, read_drawing};
use crate::state::App;
use crate::views;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::evidence::{Evidence, Slot, Source};
use domain::ids::{CaseId, EvidenceId};
use serde::Deserialize;
use wire::api::invitations::PhotographKept;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/v1/agent/snapshots", post(snapshot)).route("/v1/evidence/{id}/drawing", get(drawing))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotQuery {
    case: String,
    /// The untouched picture, when this is the annotated one.
    of: Option<String>,
}

/// The same bytes for the same purpose are one snapshot, so that a repeat on a bad line is none.
async fn snapshot(
    State(app): State<App>,
    Staff(person): Staff,
    Query(query): Query<SnapshotQuery>,
    request: Request,
) -> Result<Json<PhotographKept>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&query.case)?).await?;
    if !in_hand(&loaded, person.id) {
        return Err(ApiError::Plain("not_found"));
    }
    let session = views::session(&loaded.case).map(|s| s.id).ok_or(ApiError::Plain("session_not_live"))?;
    let of: Option<EvidenceId> = query.of.as_deref().map(id).transpose()?;
    let declared = text(request.headers(), "content-digest");
    let bytes = image_body(&app, request).await?;
    let sha256 = fits_digest(declared.as_deref(), &bytes)?;
    let same = |e: &&Evidence| e.sha256 == sha256 && e.of == of && e.session == Some(session) && !e.void;
    if let Some(kept) = loaded.case.evidence.iter().find(same) {
        return Ok(Json(kept_view(kept)));
    }
    let source = if of.is_some() { Source::Annotated } else { Source::Screen };
    let image = NewImage { bytes, slot: Slot::OtherPage, source, step: None, session: Some(session), stream_width: None };
    let kept = keep_of(&app, &loaded, image, of, &person.actor()).await?;
    Ok(Json(kept_view(&kept)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCase {
    case: String,
}

/// A piece of the trail of a drawing, as it was sealed.
async fn drawing(
    State(app): State<App>,
    person: Person,
    Path(drawing): Path<String>,
    Query(of): Query<OfCase>,
) -> Result<Response, ApiError> {
    let (drawing, case): (EvidenceId, CaseId) = (id(&drawing)?, id(&of.case)?);
    let loaded = app.engine.loaded_of(person.tenant, case).await?;
    if !in_sight(&loaded, &person) || !loaded.case.drawings.iter().any(|d| d.id == drawing) {
        return Err(ApiError::Plain("not_found"));
    }
    let body = serde_json::json!({ "evidence": drawing.to_string(), "version": "drawing" });
    app.engine.log(person.tenant, Some(case), &person.actor(), "evidence_viewed", body).await?;
    Ok(drawing_response(read_drawing(&app, &loaded, drawing).await?))
}
