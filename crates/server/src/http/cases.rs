//! `/v1/cases`: the bank reports a failed check, adds attempts and images, reads, asks for a new link.
//! Must not know the policy that answers.

use super::Web;
use super::extract::{ApiKey, Hashed, Query, body, id, key_actor, text};
use super::limits::Guards;
use super::problem::{ApiError, field};
use crate::adapters::seal;
use crate::engine::{EngineError, NewReport, Opened, link_url};
use crate::images::{NewImage, discard, keep_image};
use crate::state::App;
use crate::views;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::case::{Input, Phase};
use domain::digest::Digest;
use domain::evidence::Source;
use domain::ids::{CaseId, TenantId};
use domain::jurisdiction;
use domain::time::Timestamp;
use serde::Deserialize;
use std::sync::Arc;
use store::StoreError;
use store::rows::{CaseCursor, CaseFilter, IdempotencyRow, MAX_PAGE};
use wire::api::cases::{AddReport, CasePage, CaseView, ImageView, Recovery, ReportFailedCheck};
use wire::parse;
use wire::terms::ImageSlot;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/cases", post(create).get(list))
        .route("/v1/cases/{id}", get(read))
        .route("/v1/cases/{id}/reports", post(add_report))
        .route("/v1/cases/{id}/images", post(add_image))
        .route("/v1/cases/{id}/links", post(new_link))
}

/// Reports a failed check and opens a case.
#[utoipa::path(post, path = "/v1/cases", tag = "cases", request_body = ReportFailedCheck,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gives the same answer.")),
    responses((status = 201, body = CaseView), (status = 409, body = wire::problem::Problem), (status = 422, body = wire::problem::Problem)),
    security(("api_key" = [])))]
#[tracing::instrument(name = "http.cases.report", level = "debug", skip_all)]
pub async fn create(
    State(web): State<Web>,
    key: ApiKey,
    headers: HeaderMap,
    report: Hashed<ReportFailedCheck>,
) -> Result<Response, ApiError> {
    let mut once = Once::begin(&web, key.tenant, &headers, "create", report.sha256)?;
    if let Some(answer) = once.kept(&web.app).await? {
        return Ok(limited(answer, &key));
    }
    room_for_more(&web.app).await?;
    let known = |code: &str| jurisdiction::profile(code).is_some();
    let parsed = parse::report(report.value, web.app.engine.now(), known).map_err(ApiError::Fields)?;
    let _name = hold_reference(&web, key.tenant, &parsed.reference).await?;
    let default = web.app.engine.tenants.get(key.tenant).await?.policy.jurisdiction.clone();
    let new = NewReport {
        reference: parsed.reference,
        customer: parsed.customer,
        claimed: parsed.claimed,
        jurisdiction: parsed.jurisdiction.unwrap_or(default),
        report: parsed.report,
    };
    let made = web.app.engine.open(key.tenant, &key_actor(&key), new, |opened| once.row(&web.app, 201, opened)).await;
    once.answer(&web.app, made, 201).await.map(|answer| limited(answer, &key))
}

/// Adds another failed attempt to a case.
#[utoipa::path(post, path = "/v1/cases/{id}/reports", tag = "cases", request_body = AddReport, params(("id" = String, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = wire::problem::Problem), (status = 410, body = wire::problem::Problem)),
    security(("api_key" = [])))]
pub async fn add_report(
    State(web): State<Web>,
    key: ApiKey,
    Path(case): Path<String>,
    headers: HeaderMap,
    report: Hashed<AddReport>,
) -> Result<Response, ApiError> {
    let case: CaseId = id(&case)?;
    web.app.engine.loaded_of(key.tenant, case).await?;
    let mut once = Once::begin(&web, key.tenant, &headers, &format!("report {case}"), report.sha256)?;
    if let Some(answer) = once.kept(&web.app).await? {
        return Ok(limited(answer, &key));
    }
    room_for_more(&web.app).await?;
    let parsed = parse::check(report.value.check).map_err(ApiError::Fields)?;
    let made = web.app.engine.add_report(case, &key_actor(&key), parsed, |opened| once.row(&web.app, 200, opened)).await;
    once.answer(&web.app, made, 200).await.map(|answer| limited(answer, &key))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    slot: ImageSlot,
}

/// Uploads an image of the newest failed attempt: JPEG, PNG or WebP, at most 10 MiB, as the raw body.
#[utoipa::path(post, path = "/v1/cases/{id}/images", tag = "cases", params(("id" = String, Path), ("slot" = ImageSlot, Query)),
    request_body(content_type = "image/*", content = Vec<u8>),
    responses((status = 201, body = ImageView), (status = 413, body = wire::problem::Problem), (status = 415, body = wire::problem::Problem)),
    security(("api_key" = [])))]
pub async fn add_image(
    State(app): State<App>,
    key: ApiKey,
    Path(case): Path<String>,
    Query(Slot { slot }): Query<Slot>,
    request: Request,
) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(key.tenant, id(&case)?).await?;
    room_for_more(&app).await?;
    let bytes = image_body(&app, request).await?;
    let sha256 = Digest::of(&bytes);
    let same = loaded.case.evidence.iter().find(|e| e.sha256 == sha256 && e.slot == slot.into() && e.source == Source::Report);
    if let Some(kept) = same {
        return Ok((StatusCode::OK, axum::Json(views::image(kept))).into_response());
    }
    let image = NewImage { bytes, slot: slot.into(), source: Source::Report, step: None, session: None, stream_width: None };
    let evidence = keep_image(&app, &loaded, image).await?;
    let input = Input::ReportImage { evidence: Box::new(evidence.clone()) };
    if let Err(error) = app.engine.tell_case(loaded.case.id, &key_actor(&key), input).await {
        discard(&app, loaded.case.id, evidence.id).await;
        return Err(error.into());
    }
    Ok((StatusCode::CREATED, axum::Json(views::image(&evidence))).into_response())
}

/// New work needs room; what is under way goes on as long as there is any.
async fn room_for_more(app: &App) -> Result<(), ApiError> {
    if app.has_room().await { Ok(()) } else { Err(ApiError::Plain("storage_low")) }
}

/// The raw bytes of an image.
///
/// # Errors
/// Another type, or more bytes than allowed.
pub(super) async fn image_body(app: &App, request: Request) -> Result<Vec<u8>, ApiError> {
    let kind = text(request.headers(), header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !(kind.starts_with("image/") || kind == "application/octet-stream") {
        return Err(ApiError::Plain("unsupported_media_type"));
    }
    Ok(body(request.into_body(), app.limits.image).await?.to_vec())
}

/// Reads a case.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = wire::problem::Problem)), security(("api_key" = [])))]
pub async fn read(State(app): State<App>, key: ApiKey, Path(case): Path<String>) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(key.tenant, id(&case)?).await?;
    Ok(limited(axum::Json(views::case(&loaded.case, None)).into_response(), &key))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    phase: Option<wire::terms::Phase>,
    reference: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// Lists cases, newest first.
#[utoipa::path(get, path = "/v1/cases", tag = "cases",
    params(("phase" = Option<wire::terms::Phase>, Query), ("reference" = Option<String>, Query, description = "What the reference begins with."),
        ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)),
    responses((status = 200, body = CasePage)), security(("api_key" = [])))]
pub async fn list(State(app): State<App>, key: ApiKey, Query(query): Query<ListQuery>) -> Result<Response, ApiError> {
    let filter = CaseFilter {
        phases: query.phase.map(|p| word(&p)).into_iter().collect(),
        reference_prefix: query.reference.filter(|r| !r.is_empty()),
        ..CaseFilter::default()
    };
    let limit = query.limit.unwrap_or(50).clamp(1, MAX_PAGE);
    let after = query.cursor.map(|c| open_cursor(&app, key.tenant, &c)).transpose()?;
    let rows = app.engine.store.cases(key.tenant, filter, after, limit).await?;
    let full = rows.len() == limit as usize;
    let next_cursor = rows.last().filter(|_| full).map(|row| seal_cursor(&app, key.tenant, row.cursor())).transpose()?;
    let mut cases = Vec::with_capacity(rows.len());
    for row in rows {
        cases.extend(app.engine.listed(&row).await?.map(|case| views::case(&case, None)));
    }
    Ok(limited(axum::Json(CasePage { cases, next_cursor }).into_response(), &key))
}

/// Issues a new link; its address is only in this answer.
#[utoipa::path(post, path = "/v1/cases/{id}/links", tag = "cases", params(("id" = String, Path)),
    responses((status = 201, body = Recovery), (status = 409, body = wire::problem::Problem)), security(("api_key" = [])))]
pub async fn new_link(State(app): State<App>, key: ApiKey, Path(case): Path<String>) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(key.tenant, id(&case)?).await?;
    let opened = app.engine.with_link(loaded.case.id, &key_actor(&key), |link, life| Input::NewLink { link, life }).await?;
    let answer = views::recovery(&opened.case, url_of(&app, &opened));
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

fn url_of(app: &App, opened: &Opened) -> Option<String> {
    opened.token.as_ref().map(|token| link_url(&app.engine.public_url, token))
}

/// The stored word of a wire term.
pub(super) fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn limited(mut response: Response, key: &ApiKey) -> Response {
    let text = format!("\"tenant\";r={}", key.left.remaining);
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(HeaderName::from_static("ratelimit"), value);
    }
    let policy = format!("\"tenant\";q={};w=3", key.left.limit);
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(HeaderName::from_static("ratelimit-policy"), value);
    }
    response
}

/// A place in a list that only this tenant can use and nobody can make up.
pub(super) fn seal_cursor(app: &App, tenant: TenantId, cursor: CaseCursor) -> Result<String, ApiError> {
    let mut plain = cursor.created_at.0.to_be_bytes().to_vec();
    plain.extend(cursor.id.0.to_be_bytes());
    let sealed = app.engine.kms.seal_small(tenant, b"cursor", &plain).map_err(EngineError::from)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

pub(super) fn open_cursor(app: &App, tenant: TenantId, text: &str) -> Result<CaseCursor, ApiError> {
    let bad = || ApiError::Fields(vec![field("/cursor", "bad_cursor", "Give the cursor of an earlier page, or none.")]);
    let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    let plain = app.engine.kms.open_small(tenant, b"cursor", &sealed).map_err(|_| bad())?;
    let (at, id) = plain.split_first_chunk::<8>().ok_or_else(bad)?;
    let id = <[u8; 16]>::try_from(id).map_err(|_| bad())?;
    Ok(CaseCursor { created_at: Timestamp(i64::from_be_bytes(*at)), id: CaseId(u128::from_be_bytes(id)) })
}

/// Holds the reference while its case is being opened, so that two calls cannot open two.
async fn hold_reference(web: &Web, tenant: TenantId, reference: &str) -> Result<super::limits::Held, ApiError> {
    let held = web.guards.hold(format!("reference {tenant} {reference}")).ok_or(ApiError::Plain("conflict"))?;
    let newest = web.app.engine.store.case_by_reference(tenant, reference.to_owned()).await?;
    if let Some(row) = newest {
        let case = web.app.engine.case(row.id).await?;
        if !matches!(case.phase, Phase::Closed { .. }) {
            return Err(ApiError::ReferenceInUse(case.id));
        }
    }
    Ok(held)
}

/// A request that counts once, however often it is sent.
struct Once {
    tenant: TenantId,
    key: Option<String>,
    request: [u8; 32],
    _held: Option<super::limits::Held>,
    failed: Option<ApiError>,
}

impl Once {
    fn begin(web: &Web, tenant: TenantId, headers: &HeaderMap, what: &str, body: [u8; 32]) -> Result<Self, ApiError> {
        let mut request = what.as_bytes().to_vec();
        request.extend(body);
        let request = Digest::of(&request).0;
        let Some(value) = headers.get("idempotency-key") else {
            return Ok(Self { tenant, key: None, request, _held: None, failed: None });
        };
        let key = value.to_str().ok().filter(|k| (1..=255).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic()));
        let key = key.ok_or(ApiError::Plain("idempotency_key_bad"))?.to_owned();
        let guards: &Arc<Guards> = &web.guards;
        let held = guards.hold(format!("idempotency {tenant} {key}")).ok_or(ApiError::Plain("idempotency_in_flight"))?;
        Ok(Self { tenant, key: Some(key), request, _held: Some(held), failed: None })
    }

    fn place(key: &str) -> String {
        format!("idempotency/{key}")
    }

    /// The answer names the customer, so it is sealed with the case's key, behind the id of that case.
    async fn opened(app: &App, tenant: TenantId, key: &str, kept: &[u8]) -> Result<Vec<u8>, ApiError> {
        if let Some((case, sealed)) = kept.split_first_chunk::<16>()
            && app.engine.store.case_of(tenant, CaseId(u128::from_be_bytes(*case))).await?.is_some()
        {
            let secret = app.engine.key_of(CaseId(u128::from_be_bytes(*case))).await?;
            // An answer about an erased case is sealed with a key that is gone.
            return seal::open(&secret.0, &Self::place(key), sealed).map_err(|_| ApiError::Plain("evidence_erased"));
        }
        // Of the day before keys had a database of their own.
        let plain = app.engine.kms.open_small(tenant, Self::place(key).as_bytes(), kept).map_err(EngineError::from)?;
        Ok(plain.to_vec())
    }

    /// The answer that this key already has.
    async fn kept(&self, app: &App) -> Result<Option<Response>, ApiError> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(row) = app.engine.store.idempotency(self.tenant, key.clone()).await? else { return Ok(None) };
        if row.request_hash != self.request {
            return Err(ApiError::Plain("idempotency_key_reused"));
        }
        let plain = Self::opened(app, self.tenant, key, &row.response).await?;
        let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::OK);
        Ok(Some((status, [(header::CONTENT_TYPE, "application/json")], plain).into_response()))
    }

    /// The row that keeps the answer, committed with the case itself.
    fn row(&mut self, app: &App, status: u16, opened: &Opened) -> Option<IdempotencyRow> {
        let key = self.key.clone()?;
        let answer = views::case(&opened.case, url_of(app, opened));
        let plain = serde_json::to_vec(&answer).unwrap_or_default();
        match seal::seal(&opened.key.0, &Self::place(&key), &plain) {
            Ok(sealed) => Some(IdempotencyRow {
                tenant: self.tenant,
                key,
                request_hash: self.request,
                status,
                response: [opened.case.id.0.to_be_bytes().as_slice(), &sealed].concat(),
                created_at: app.engine.now(),
            }),
            Err(error) => {
                self.failed = Some(ApiError::Internal(error.to_string()));
                None
            }
        }
    }

    /// The answer to what was made; a lost race for the key gives the winner's answer.
    async fn answer(self, app: &App, made: Result<Opened, EngineError>, status: u16) -> Result<Response, ApiError> {
        match made {
            Ok(opened) => {
                if let Some(error) = &self.failed {
                    tracing::warn!(?error, "an answer could not be kept for its idempotency key");
                }
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                Ok((status, axum::Json(views::case(&opened.case, url_of(app, &opened)))).into_response())
            }
            Err(EngineError::Store(StoreError::Conflict)) => self.kept(app).await?.ok_or(ApiError::Plain("conflict")),
            Err(error) => Err(error.into()),
        }
    }
}
