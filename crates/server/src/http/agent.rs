//! What the agent console asks by HTTP beside its socket: pictures for the chat, canned replies, reasons.
//! Must not know the desk.

use super::Web;
use super::cases::image_body;
use super::evidence::{chats, in_hand, keep, kept_view, say};
use super::extract::{Query, Staff, id};
use super::{canned, problem::ApiError};
use crate::images::NewImage;
use crate::state::App;
use crate::tenant::Tenant;
use crate::views;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::evidence::{Slot, Source};
use domain::session::Seat;
use serde::Deserialize;
use wire::api::agents::{CannedReply, VerdictReasons};
use wire::api::invitations::{IceServer, PhotographKept};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/agent/chat-images", post(chat_image))
        .route("/v1/agent/canned", get(canned))
        .route("/v1/agent/reasons", get(reasons))
        .route("/v1/agent/relays", get(relays))
        .route("/v1/agent/outlines", get(outlines))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCase {
    case: String,
}

/// A picture by the agent: kept as evidence and said in the chat.
async fn chat_image(
    State(app): State<App>,
    Staff(person): Staff,
    Query(of): Query<OfCase>,
    request: Request,
) -> Result<Json<PhotographKept>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&of.case)?).await?;
    if !in_hand(&loaded, person.id) {
        return Err(ApiError::Plain("not_found"));
    }
    if !chats(&loaded.case) {
        return Err(ApiError::Plain("session_not_live"));
    }
    let session = views::session(&loaded.case).map(|s| s.id);
    let bytes = image_body(&app, request).await?;
    let image = NewImage { bytes, slot: Slot::OtherPage, source: Source::Chat, step: None, session, stream_width: None };
    let evidence = keep(&app, &loaded, image, &person.actor()).await?;
    say(&app, loaded.case.id, &person.actor(), Seat::Agent, Tenant::first_name(&person.name), evidence.id).await?;
    Ok(Json(kept_view(&evidence)))
}

/// The built-in replies and the tenant's own.
async fn canned(State(app): State<App>, Staff(person): Staff) -> Result<Json<Vec<CannedReply>>, ApiError> {
    let tenant = app.engine.tenants.get(person.tenant).await?;
    let mut all = canned::replies();
    for (key, said) in &tenant.settings.canned {
        all.retain(|reply| reply.key != *key);
        all.push(CannedReply { key: key.clone(), texts: said.clone() });
    }
    Ok(Json(all))
}

/// What the console may relay its media by; asked for again before the credentials run out.
async fn relays(State(app): State<App>, Staff(person): Staff) -> Json<Vec<IceServer>> {
    std::future::ready(Json(app.relays.of(&person.id.to_string(), app.engine.now()))).await
}

/// Outlines of the countries, for a map that asks nobody outside; the same for everybody, so a browser may keep them.
async fn outlines(_: Staff) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "private, max-age=86400")];
    std::future::ready((headers, domain::geo::OUTLINES)).await
}

async fn reasons(_: Staff) -> Json<Vec<VerdictReasons>> {
    std::future::ready(Json(views::verdict_reasons())).await
}
