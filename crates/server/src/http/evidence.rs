//! Images by HTTP: photographs by the customer, pictures of the chat, views by those who may see them.
//! Must not know how bytes are sealed.

use super::Web;
use super::cases::image_body;
use super::extract::{CustomerClient, Person, Query, id, text};
use super::limits::{Guards, Purpose};
use super::problem::ApiError;
use crate::engine::{Actor, Loaded};
use crate::images::{NewImage, Version, discard, keep_image, media_type, read_image};
use crate::state::App;
use crate::tenant::Tenant;
use crate::views;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::case::{Case, Input, Message, Phase};
use domain::digest::{Digest, Salt};
use domain::evidence::{Evidence, Slot, Source};
use domain::ids::{AgentId, CaseId, EvidenceId, MessageId};
use domain::pii::Pii;
use domain::session::Seat;
use serde::Deserialize;
use std::sync::Arc;
use wire::api::invitations::PhotographKept;
use wire::terms::{ImageSlot, Role};

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/v1/evidence/{id}/shown", get(shown)).route("/v1/evidence/{id}/original", get(original))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhotographQuery {
    slot: ImageSlot,
    step: Option<String>,
    command: Option<u32>,
    source: Option<String>,
}

/// What a photograph is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub slot: Slot,
    pub step: Option<String>,
    /// The agent's command that asked for it; without one the customer sent it on their own.
    pub command: Option<u32>,
    /// A file the customer chose.
    pub chosen: bool,
}

impl PhotographQuery {
    /// Without a session a picture is part of the chat: it can stand for no step.
    pub(super) fn about(self, case: &Case) -> Result<About, ApiError> {
        if views::session(case).is_none() && (self.command.is_some() || self.step.is_some() || !chats(case)) {
            return Err(ApiError::Plain("session_not_live"));
        }
        let chosen = self.source.as_deref() == Some("upload") || self.command.is_none();
        Ok(About { slot: self.slot.into(), step: self.step, command: self.command, chosen })
    }
}

/// A photograph by the customer's device, in one piece.
pub(super) async fn photograph(
    State(app): State<App>,
    client: CustomerClient,
    Query(query): Query<PhotographQuery>,
    request: Request,
) -> Result<axum::Json<PhotographKept>, ApiError> {
    let declared = text(request.headers(), "content-digest");
    let bytes = image_body(&app, request).await?;
    let sha256 = fits_digest(declared.as_deref(), &bytes)?;
    let about = query.about(&client.loaded.case)?;
    Ok(axum::Json(take_in(&app, &client.loaded, about, bytes, sha256).await?))
}

/// Keeps a photograph that wholly arrived. The same bytes for the same purpose are one photograph.
pub(super) async fn take_in(app: &App, loaded: &Loaded, about: About, bytes: Vec<u8>, sha256: Digest) -> Result<PhotographKept, ApiError> {
    let About { slot, step, command, chosen } = about;
    let session = views::session(&loaded.case).map(|s| s.id);
    let same = |e: &&Evidence| e.sha256 == sha256 && e.slot == slot && e.step == step && e.session == session && !e.void;
    if let Some(kept) = loaded.case.evidence.iter().find(same) {
        return Ok(kept_view(kept));
    }
    let source = if session.is_none() {
        Source::Chat
    } else if chosen {
        Source::Upload
    } else {
        Source::Live
    };
    let width = app.hub.told(loaded.case.id).picture.0;
    let image = NewImage { bytes, slot, source, step, session, stream_width: (width > 0).then_some(width) };
    let evidence = keep(app, loaded, image, &Actor::Customer).await?;
    if command.is_none() {
        let name = Tenant::first_name(loaded.case.customer.name.reveal());
        say(app, loaded.case.id, &Actor::Customer, Seat::Customer, name, evidence.id).await?;
    }
    Ok(kept_view(&evidence))
}

/// Whether people can write to each other about this case now.
pub(super) fn chats(case: &Case) -> bool {
    matches!(case.phase, Phase::Waiting { .. } | Phase::Live { .. } | Phase::Deciding { .. })
}

/// Keeps an image and tells the case; what the case refuses is removed again.
pub(super) async fn keep(app: &App, loaded: &Loaded, image: NewImage, actor: &Actor) -> Result<Evidence, ApiError> {
    keep_of(app, loaded, image, None, actor).await
}

/// The same for an annotated picture of another one.
pub(super) async fn keep_of(
    app: &App,
    loaded: &Loaded,
    image: NewImage,
    of: Option<EvidenceId>,
    actor: &Actor,
) -> Result<Evidence, ApiError> {
    let evidence = Evidence { of, ..keep_image(app, loaded, image).await? };
    let input = Input::Still { evidence: Box::new(evidence.clone()) };
    if let Err(error) = app.engine.tell_case(loaded.case.id, actor, input).await {
        discard(app, loaded.case.id, evidence.id).await;
        return Err(error.into());
    }
    Ok(evidence)
}

/// Puts an image into the chat.
pub(super) async fn say(app: &App, case: CaseId, actor: &Actor, from: Seat, name: String, image: EvidenceId) -> Result<(), ApiError> {
    let secret = app.engine.ids.secret();
    let salt = Salt(secret.first_chunk().copied().unwrap_or_default());
    let message = Message {
        id: MessageId(app.engine.ids.id()),
        nonce: image.to_string(),
        from,
        name,
        at: app.engine.now(),
        text: Pii::default(),
        image: Some(image),
    };
    Ok(app.engine.tell_case(case, actor, Input::Chat { message: Box::new(message), salt }).await?)
}

/// RFC 9530: what arrived is what was sent.
pub(super) fn fits_digest(declared: Option<&str>, bytes: &[u8]) -> Result<Digest, ApiError> {
    let sha256 = Digest::of(bytes);
    let all = declared.ok_or(ApiError::Plain("digest_missing"))?;
    let ours = all.split(',').find_map(|part| part.trim().strip_prefix("sha-256=:")?.strip_suffix(':').map(str::to_owned));
    let given = ours.ok_or(ApiError::Plain("digest_missing"))?;
    if STANDARD.decode(given).is_ok_and(|d| d == sha256.0) { Ok(sha256) } else { Err(ApiError::Plain("digest_mismatch")) }
}

pub(super) fn kept_view(e: &Evidence) -> PhotographKept {
    PhotographKept { id: e.id.to_string(), slot: e.slot.into(), width: e.width, height: e.height, sha256: e.sha256.to_string() }
}

/// An image of the chat, or the one both look at, for the browser that holds the link.
pub(super) async fn chat_image(State(app): State<App>, client: CustomerClient, Path(evidence): Path<String>) -> Result<Response, ApiError> {
    let evidence: EvidenceId = id(&evidence)?;
    let said = client.loaded.case.chat.iter().any(|m| m.image == Some(evidence));
    if !said && !app.boards.shows(client.loaded.case.id, evidence) {
        return Err(ApiError::Plain("not_found"));
    }
    let bytes = read_image(&app, &client.loaded, evidence, Version::Shown).await?;
    Ok(image_response("image/jpeg", None, bytes))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCase {
    case: String,
}

async fn shown(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Path(evidence): Path<String>,
    Query(of): Query<OfCase>,
) -> Result<Response, ApiError> {
    let found = may_see(&app, &guards, &person, &evidence, &of.case, Version::Shown).await?;
    let bytes = read_image(&app, &found.0, found.1.id, Version::Shown).await?;
    Ok(image_response("image/jpeg", None, bytes))
}

async fn original(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Path(evidence): Path<String>,
    Query(of): Query<OfCase>,
) -> Result<Response, ApiError> {
    let found = may_see(&app, &guards, &person, &evidence, &of.case, Version::Original).await?;
    let bytes = read_image(&app, &found.0, found.1.id, Version::Original).await?;
    let kind = media_type(&bytes);
    let end = kind.trim_start_matches("image/");
    Ok(image_response(kind, Some(format!("attachment; filename=\"{}.{end}\"", found.1.id)), bytes))
}

/// The evidence, if this person may see it; every view is an entry in the log, also a refused one.
async fn may_see(
    app: &App,
    guards: &Guards,
    person: &Person,
    evidence: &str,
    case: &str,
    version: Version,
) -> Result<(Loaded, Evidence), ApiError> {
    let (evidence, case): (EvidenceId, CaseId) = (id(evidence)?, id(case)?);
    let found = match app.engine.loaded_of(person.tenant, case).await {
        Ok(loaded) if in_sight(&loaded, person) => Some(loaded),
        Ok(_) | Err(crate::engine::EngineError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let piece = found.and_then(|loaded| {
        let piece = loaded.case.evidence.iter().find(|e| e.id == evidence).cloned()?;
        Some((loaded, piece))
    });
    let what = if version == Version::Original { "original" } else { "shown" };
    let body = serde_json::json!({ "evidence": evidence.to_string(), "version": what });
    let once = guards.take(Purpose::View, &format!("{} {evidence} {what} {}", person.id, piece.is_some())).is_ok();
    if once {
        let (kind, about) = if piece.is_some() { ("evidence_viewed", Some(case)) } else { ("evidence_refused", None) };
        app.engine.log(person.tenant, about, &person.actor(), kind, body).await?;
    }
    piece.ok_or(ApiError::Plain("not_found"))
}

/// Agents see the case in hand (or being rung for) and the one they were drawn to check; the others every case of the tenant.
pub(super) fn in_sight(loaded: &Loaded, person: &Person) -> bool {
    match person.role {
        Role::Agent => in_hand(loaded, person.id) || checks(loaded, person.id),
        Role::Supervisor | Role::Auditor | Role::Admin => true,
    }
}

/// Whether this person was drawn to look at the case again and has not said yet what they found.
pub(super) fn checks(loaded: &Loaded, person: AgentId) -> bool {
    loaded.case.open_review().is_some_and(|review| review.holder() == Some(person))
}

/// Whether this agent has the case in hand, or is rung for it.
pub(super) fn in_hand(loaded: &Loaded, agent: AgentId) -> bool {
    loaded.case.agent() == Some(agent)
}

/// Bytes of a drawing, to be kept as a file.
pub(super) fn drawing_response(bytes: Vec<u8>) -> Response {
    image_response("application/json", Some("attachment; filename=\"drawing.json\"".to_owned()), bytes)
}

fn image_response(kind: &'static str, disposition: Option<String>, bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    let mut put = |name, value: &str| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, kind);
    put(header::CACHE_CONTROL, "no-store");
    put(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'");
    put(header::CONTENT_DISPOSITION, disposition.as_deref().unwrap_or("inline"));
    put(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    (headers, bytes).into_response()
}
