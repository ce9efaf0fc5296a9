//! Whether the server lives, can work, and what it counts; and the contract it speaks.
//! Must not know a case.

use super::problem::ApiError;
use super::{Web, cases, passes};
use crate::state::App;
use crate::telemetry::metrics;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/healthz", get(async || Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))))
        .route("/readyz", get(ready))
        .route("/metrics", get(numbers))
        .route("/openapi.json", get(async || Json(document())))
}

async fn ready(State(app): State<App>) -> Response {
    let (store, room) = (app.engine.store.health().await, app.has_room().await);
    let halted = app.witnesses.guard.halted();
    let good = store.is_ok() && room && halted.is_none();
    let status = if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if good { "ready" } else { "not_ready" },
        "version": env!("CARGO_PKG_VERSION"),
        "store": store.as_ref().map_or("unavailable", |h| h.database),
        "storage": if room { "has_room" } else { "low" },
        "log": halted.as_ref().map_or("signed", |why| why.code()),
    });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn numbers(State(app): State<App>) -> Result<Response, ApiError> {
    let mut out = metrics::render();
    let gauges = app.engine.store.gauges().await?;
    let rooms = app.rooms.live() as u64;
    let (reviews, oldest) = app.reviews.load(app.engine.now());
    let halted = app.witnesses.guard.halted().is_some();
    let behind = app.witnesses.behind(app.engine.store.as_ref(), app.engine.now()).await?;
    let lag = app.engine.store.copy_lag(None).await?;
    let waits = lag.oldest.map_or(0, |since| app.engine.now().since(since).as_seconds().unsigned_abs());
    for (name, help, value) in [
        ("recourse_log_entries", "Entries in the audit log's tree.", gauges.log_size),
        ("recourse_log_unsequenced", "Entries that have no place in the tree yet.", gauges.unsequenced_entries),
        ("recourse_deliveries_pending", "Messages and webhooks to be sent.", gauges.pending_deliveries),
        ("recourse_deliveries_dead", "Messages and webhooks given up.", gauges.dead_deliveries),
        ("recourse_copies_waiting", "Recordings that are not in the storage of their tenant yet.", lag.waiting),
        ("recourse_copies_dead", "Recordings whose copy was given up.", lag.dead),
        ("recourse_copies_lag_seconds", "How long the oldest of those that wait has waited.", waits),
        ("recourse_rooms", "Rooms with a session now.", rooms),
        ("recourse_reviews_waiting", "Decisions that wait for a second look.", reviews as u64),
        (
            "recourse_review_oldest_seconds",
            "Age of the oldest decision whose customer waits for a second look.",
            u64::try_from(oldest.as_seconds()).unwrap_or(0),
        ),
        ("recourse_log_halted", "1 while nothing is signed, because the log is not what was signed before.", u64::from(halted)),
        ("recourse_witnesses", "Witnesses that are asked.", behind.witnesses),
        ("recourse_witness_lag_entries", "Signed entries that the slowest witness has not signed.", behind.entries),
        ("recourse_witness_lag_seconds", "Age of the oldest checkpoint that the slowest witness has not signed.", behind.seconds),
    ] {
        metrics::gauge(name, help, value, &mut out);
    }
    if let Ok(serde_json::Value::Object(counts)) = serde_json::to_value(app.rooms.counters()) {
        for (name, value) in counts {
            metrics::gauge(&format!("recourse_media_{name}"), "Counted by the packet path.", value, &mut out);
        }
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4"), (header::CACHE_CONTROL, "no-store")], out).into_response())
}

#[derive(OpenApi)]
#[openapi(paths(
    cases::create,
    cases::add_report,
    cases::add_image,
    cases::read,
    cases::list,
    cases::new_link,
    passes::grant,
    passes::list,
    passes::image,
    passes::recording
))]
struct Paths;

/// The published contract: every shape, and the addresses a bank calls.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut all = wire::openapi();
    all.merge(Paths::openapi());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key: `rk_live_…` or `rk_test_…`.")).build();
    all.components.get_or_insert_default().add_security_scheme("api_key", SecurityScheme::Http(bearer));
    let pass = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A pass to one case's evidence: `rp_…`.")).build();
    all.components.get_or_insert_default().add_security_scheme("pass", SecurityScheme::Http(pass));
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_contract_names_every_address_of_the_bank() {
        let json = serde_json::to_value(super::document()).unwrap();
        assert_eq!(json["openapi"], "3.1.0");
        for path in [
            "/v1/cases",
            "/v1/cases/{id}",
            "/v1/cases/{id}/reports",
            "/v1/cases/{id}/images",
            "/v1/cases/{id}/links",
            "/v1/cases/{id}/access",
        ] {
            assert!(json["paths"][path].is_object(), "{path}");
        }
        assert!(json["components"]["schemas"]["ReportFailedCheck"].is_object());
    }
}
