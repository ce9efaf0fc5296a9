//! Every HTTP address of the server in one place: who serves it, and what all answers have in common.
//! Must not know what any of them does.

mod admin;
mod agent;
mod assets;
mod canned;
mod cases;
mod customer;
mod evidence;
pub mod extract;
mod health;
pub mod limits;
mod packs;
mod passes;
pub mod problem;
mod recordings;
mod signin;
mod snapshots;
mod uploads;
pub mod who;
pub mod witness;

use crate::state::App;
use crate::telemetry::metrics;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use limits::{Guards, Purpose};
use problem::ApiError;
use std::sync::Arc;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

pub use customer::link_state;

/// What the HTTP side shares beside the app.
#[derive(Clone)]
pub struct Web {
    pub app: App,
    pub guards: Arc<Guards>,
    pub uploads: Arc<uploads::Uploads>,
}

/// Everything that is served over HTTP, sockets aside.
pub fn router(app: App) -> Router {
    router_with(app, Router::new())
}

/// As [`router`], with routes of others (the sockets) under the same limits.
pub fn router_with(app: App, others: Router) -> Router {
    let web = Web { app, guards: Arc::new(Guards::default()), uploads: Arc::default() };
    let api = Router::new()
        .merge(cases::routes())
        .merge(passes::routes())
        .merge(customer::routes())
        .merge(signin::routes())
        .merge(agent::routes())
        .merge(evidence::routes())
        .merge(recordings::routes())
        .merge(packs::routes())
        .merge(snapshots::routes())
        .merge(admin::routes())
        .layer(middleware::map_response(never_stored));
    Router::new()
        .merge(api)
        .merge(health::routes())
        .merge(assets::routes())
        .route("/problems", get(async || problem::page()))
        .fallback(async || ApiError::Plain("not_found"))
        .method_not_allowed_fallback(async || ApiError::Plain("method_not_allowed"))
        // Bodies are read by our own extractors, each with its stated limit.
        .layer(DefaultBodyLimit::disable())
        .with_state(web.clone())
        .merge(others)
        .layer(middleware::from_fn_with_state(web, limited))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            ApiError::Internal("a handler panicked".to_owned()).into_response()
        }))
        .layer(middleware::map_response(guarded))
}

/// No answer of the API is kept by a cache unless its handler says so.
async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    std::future::ready(response).await
}

/// What every answer carries.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    std::future::ready(response).await
}

/// No address may ask without end; every answer is counted.
async fn limited(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let peer = extract::Peer::behind(&request, &web.app.limits.trusted_proxies);
    request.extensions_mut().insert(peer);
    let from = limits::network(peer.0);
    let route = route(request.uri().path());
    let response = match web.guards.take(Purpose::Address, &from) {
        Err(error) => error.into_response(),
        Ok(_) => next.run(request).await,
    };
    metrics::HTTP_REQUESTS.add(route, class(response.status()), 1);
    metrics::HTTP_SECONDS.observe(route, began.elapsed());
    response
}

/// The class of an address, one of [`metrics::ROUTES`].
fn route(path: &str) -> &'static str {
    let mut parts = path.split('/').skip(1);
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next()) {
        ("v1", "customer" | "agent" | "admin", Some("socket")) => "socket",
        ("v1", "cases", _) => "api",
        ("v1", "customer", _) => "customer",
        ("v1", "agent", _) => "agent",
        ("v1", "admin", _) => "admin",
        ("v1", "evidence", _) => "evidence",
        ("v1", "sign-in" | "sign-out" | "me", _) => "sign_in",
        ("" | "v" | "agent" | "admin" | "bank" | "privacy" | "problems", "", None) => "page",
        ("assets", _, _) | ("embed.js", "", None) => "asset",
        ("healthz" | "readyz" | "metrics" | "openapi.json", "", None) => "operation",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_class_and_nobody_can_invent_one() {
        for (path, class) in [
            ("/v1/cases", "api"),
            ("/v1/cases/case_1/images", "api"),
            ("/v1/customer/look", "customer"),
            ("/v1/customer/socket", "socket"),
            ("/v1/agent/canned", "agent"),
            ("/v1/admin/settings", "admin"),
            ("/v1/evidence/evd_1/shown", "evidence"),
            ("/v1/sign-in/link", "sign_in"),
            ("/v1/me", "sign_in"),
            ("/", "page"),
            ("/v", "page"),
            ("/admin", "page"),
            ("/assets/a.js", "asset"),
            ("/embed.js", "asset"),
            ("/metrics", "operation"),
            ("/v1/nothing", "other"),
            ("/wp-login.php", "other"),
            ("/admin/x", "other"),
        ] {
            assert_eq!(route(path), class, "{path}");
            assert!(metrics::ROUTES.contains(&route(path)));
        }
    }
}
