//! Webhook endpoints and what became of every delivery.
//! Must not know how anything is sent.

use super::super::extract::{Admin, CanRead, Json, id};
use super::super::problem::{ApiError, field};
use super::MAX_DELIVERIES;
use crate::adapters::webhook_client::WebhookSecret;
use crate::engine::EngineError;
use crate::state::App;
use crate::workers::deliveries::place_of_secret;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ids::EndpointId;
use std::collections::BTreeMap;
use store::rows::{Channel, Commit, DeliveryFilter, DeliveryState, DeliveryStatus, EndpointWrite};
use wire::api::admin::{DeliveryView, EndpointView, SaveEndpoint};
use wire::webhook::EVENTS;

const MAX_ENDPOINTS: usize = 20;
const MAX_URL: usize = 500;
/// An endpoint that an admin took away; its deliveries stay readable.
const REMOVED: &str = "removed";

fn view(row: &EndpointWrite, secret: Option<String>) -> EndpointView {
    EndpointView {
        id: row.id.to_string(),
        url: row.url.clone(),
        events: row.events.clone(),
        state: row.state.clone(),
        secret,
        created_at: row.created_at.to_string(),
    }
}

pub(in super::super) async fn list(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<Vec<EndpointView>>, ApiError> {
    let all = app.engine.store.endpoints(person.tenant).await?;
    Ok(axum::Json(all.iter().filter(|e| e.state != REMOVED).map(|e| view(e, None)).collect()))
}

pub(in super::super) async fn add(
    State(app): State<App>,
    Admin(admin): Admin,
    Json(body): Json<SaveEndpoint>,
) -> Result<Response, ApiError> {
    checked(&app, &body)?;
    let all = app.engine.store.endpoints(admin.tenant).await?;
    if all.iter().filter(|e| e.state != REMOVED).count() >= MAX_ENDPOINTS {
        return Err(ApiError::Said("limit_reached_endpoints", "Remove one first: at most 20.".to_owned()));
    }
    let secret = WebhookSecret::generate().reveal();
    let endpoint = EndpointId(app.engine.ids.id());
    let sealed = app.engine.kms.seal_small(admin.tenant, &place_of_secret(endpoint), secret.as_bytes()).map_err(EngineError::from)?;
    let row = EndpointWrite {
        id: endpoint,
        tenant: admin.tenant,
        url: body.url,
        events: body.events,
        secret: sealed,
        state: "active".to_owned(),
        created_at: app.engine.now(),
        failures: 0,
        disabled_at: None,
    };
    let rows = Commit { endpoints: vec![row.clone()], ..Commit::default() };
    app.engine.administer(admin.tenant, &admin.actor(), "endpoint_added", serde_json::json!({ "endpoint": endpoint }), rows).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&row, Some(secret.to_string())))).into_response())
}

fn checked(app: &App, body: &SaveEndpoint) -> Result<(), ApiError> {
    let mut faults = Vec::new();
    if body.url.len() > MAX_URL {
        faults.push(field("/url", "length", "At most 500 characters."));
    } else if let Err(refused) = app.targets.check(&body.url) {
        faults.push(field("/url", refused.code(), refused.to_string()));
    }
    for (n, event) in body.events.iter().enumerate().take(EVENTS.len() + 1) {
        if !EVENTS.contains(&event.as_str()) || body.events.iter().take(n).any(|e| e == event) {
            faults.push(field(format!("/events/{n}"), "unknown_event", "One of the published events, each once."));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ApiError::Fields(faults)) }
}

pub(in super::super) async fn remove(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(endpoint): Path<String>,
) -> Result<StatusCode, ApiError> {
    let found = app.engine.store.endpoint(id(&endpoint)?).await?;
    let row = found.filter(|e| e.tenant == admin.tenant && e.state != REMOVED).ok_or(ApiError::Plain("not_found"))?;
    let body = serde_json::json!({ "endpoint": row.id });
    let gone = EndpointWrite { state: REMOVED.to_owned(), disabled_at: Some(app.engine.now()), ..row };
    app.engine
        .administer(admin.tenant, &admin.actor(), "endpoint_removed", body, Commit { endpoints: vec![gone], ..Commit::default() })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(in super::super) async fn deliveries(
    State(app): State<App>,
    CanRead(person): CanRead,
) -> Result<axum::Json<Vec<DeliveryView>>, ApiError> {
    let mut all = app.engine.store.deliveries(person.tenant, DeliveryFilter::default(), MAX_DELIVERIES).await?;
    // The name of an event may be the verdict that its reader is not to know yet.
    let hidden = app.reviews.hidden_from(person.id);
    all.retain(|status| hidden.is_none() || status.row.case != hidden);
    Ok(axum::Json(views(&app, &all).await?))
}

pub(in super::super) async fn replay(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(delivery): Path<String>,
) -> Result<axum::Json<DeliveryView>, ApiError> {
    let delivery = id(&delivery)?;
    let store = &app.engine.store;
    let row = store.delivery(admin.tenant, delivery).await?.ok_or(ApiError::Plain("not_found"))?;
    if !store.replay_delivery(admin.tenant, delivery, app.engine.now()).await? {
        return Err(ApiError::Said("conflict", "This delivery is being sent already.".to_owned()));
    }
    let body = serde_json::json!({ "delivery": delivery, "event": row.row.event });
    app.engine.log(admin.tenant, row.row.case, &admin.actor(), "delivery_replayed", body).await?;
    let again = store.delivery(admin.tenant, delivery).await?.unwrap_or(row);
    let mut shown = views(&app, &[again]).await?;
    shown.pop().map(axum::Json).ok_or(ApiError::Plain("not_found"))
}

/// Deliveries as the page shows them.
pub(super) async fn views(app: &App, all: &[DeliveryStatus]) -> Result<Vec<DeliveryView>, ApiError> {
    let mut hosts = BTreeMap::new();
    let mut shown = Vec::with_capacity(all.len());
    for status in all {
        if let Some(endpoint) = status.row.endpoint
            && !hosts.contains_key(&endpoint)
        {
            let row = app.engine.store.endpoint(endpoint).await?;
            hosts.insert(endpoint, row.map(|r| host(&r.url)).unwrap_or_default());
        }
        let to = match status.row.channel {
            Channel::Webhook => status.row.endpoint.and_then(|e| hosts.get(&e).cloned()).unwrap_or_default(),
            other @ (Channel::Sms | Channel::Email | Channel::S3 | Channel::Sftp) => other.as_str().to_owned(),
        };
        shown.push(one(status, to));
    }
    Ok(shown)
}

fn host(url: &str) -> String {
    reqwest::Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
}

fn one(status: &DeliveryStatus, to: String) -> DeliveryView {
    let state = match status.state {
        DeliveryState::Pending if status.attempts > 0 => "failing",
        DeliveryState::Pending => "pending",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Dead => "dead",
    };
    let pending = status.state == DeliveryState::Pending;
    DeliveryView {
        id: status.row.id.to_string(),
        event: status.row.event.clone(),
        case: status.row.case.map(|c| c.to_string()).unwrap_or_default(),
        to,
        state: state.to_owned(),
        attempts: u32::try_from(status.attempts).unwrap_or(u32::MAX),
        last_status: status.last_status.and_then(|s| u16::try_from(s).ok()).unwrap_or(0),
        last_error: status.last_error.clone().unwrap_or_default(),
        created_at: status.row.created_at.to_string(),
        next_at: pending.then(|| status.row.next_at.to_string()),
        delivered_at: status.settled_at.filter(|_| status.state == DeliveryState::Delivered).map(|t| t.to_string()),
    }
}
