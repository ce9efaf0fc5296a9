//! Photographs in pieces: begun, gone on with after a cut, finished; in the shape of the IETF's resumable uploads
//! (draft-ietf-httpbis-resumable-upload). Must not know what a photograph becomes.

mod parts;

use super::evidence::{PhotographQuery, take_in};
use super::extract::{CustomerClient, Query, text};
use super::problem::ApiError;
use crate::adapters::images::MAX_BYTES;
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::digest::Digest;
use domain::ids::CaseId;
use futures_util::StreamExt as _;
pub use parts::Uploads;
use parts::{LIFE, Standing, Stop};
use std::sync::Arc;
use std::time::Duration;
use wire::api::invitations::PhotographKept;

/// The media type of a piece.
const PIECE: &str = "application/partial-upload";
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const LIMIT: HeaderName = HeaderName::from_static("upload-limit");

impl From<Stop> for ApiError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Unknown => Self::Plain("upload_unknown"),
            Stop::Offset(at) => Self::Said("upload_offset", format!("The upload stands at {at}; go on from there.")),
            Stop::Overtaken => Self::Plain("upload_offset"),
            Stop::TooLong => Self::Plain("upload_length"),
            Stop::TooMany => Self::Plain("limit_reached_uploads"),
            Stop::Full => Self::Plain("storage_low"),
        }
    }
}

/// Begins an upload; its body may be the first piece, or empty.
pub(super) async fn begin(
    State(app): State<App>,
    State(uploads): State<Arc<Uploads>>,
    client: CustomerClient,
    Query(query): Query<PhotographQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    let about = query.about(&client.loaded.case)?;
    let headers = request.headers();
    let sha256 = declared(headers)?;
    let length = number(headers, &LENGTH)?.filter(|n| *n > 0).ok_or_else(|| malformed("Upload-Length is missing."))?;
    if length > MAX_BYTES as u64 {
        return Err(ApiError::Plain("body_too_large"));
    }
    let complete = flag(headers)?;
    let case = client.loaded.case.id;
    let fresh = URL_SAFE_NO_PAD.encode(app.engine.ids.secret());
    let name = uploads.open(fresh, case, about, sha256, length, app.engine.now())?;
    forget_later(uploads.clone(), name.clone(), case);
    let standing = uploads.standing(&name, case, app.engine.now())?;
    let mut answer = if standing.offset == 0 {
        receive(&app, &uploads, &client, &name, 0, complete, request.into_body()).await?
    } else {
        stands(StatusCode::CREATED, &standing)
    };
    if answer.status() == StatusCode::NO_CONTENT {
        *answer.status_mut() = StatusCode::CREATED;
    }
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/customer/uploads/{name}")) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// Where an upload stands.
pub(super) async fn look(
    State(app): State<App>,
    State(uploads): State<Arc<Uploads>>,
    client: CustomerClient,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let standing = uploads.standing(&name, client.loaded.case.id, app.engine.now())?;
    std::future::ready(Ok(stands(StatusCode::NO_CONTENT, &standing))).await
}

/// The next piece. An empty one at the end asks again for the answer that was not heard.
pub(super) async fn go_on(
    State(app): State<App>,
    State(uploads): State<Arc<Uploads>>,
    client: CustomerClient,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers();
    if text(headers, header::CONTENT_TYPE.as_str()).as_deref() != Some(PIECE) {
        return Err(ApiError::Said("unsupported_media_type", format!("A piece has the type {PIECE}.")));
    }
    let offset = number(headers, &OFFSET)?.ok_or_else(|| malformed("Upload-Offset is missing."))?;
    let complete = flag(headers)?;
    receive(&app, &uploads, &client, &name, offset, complete, request.into_body()).await
}

/// Cancels an upload.
pub(super) async fn cancel(
    State(uploads): State<Arc<Uploads>>,
    client: CustomerClient,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    uploads.forget(&name, client.loaded.case.id);
    std::future::ready(Ok(StatusCode::NO_CONTENT)).await
}

/// Takes a piece as it comes, so that a cut line loses nothing of what arrived, and finishes what is whole.
async fn receive(
    app: &App,
    uploads: &Uploads,
    client: &CustomerClient,
    name: &str,
    offset: u64,
    complete: bool,
    body: Body,
) -> Result<Response, ApiError> {
    let case = client.loaded.case.id;
    let turn = uploads.take_turn(name, case, offset, app.engine.now())?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| malformed("The body ended early; ask with HEAD how much of it came."))?;
        uploads.add(name, case, turn, &piece, app.engine.now())?;
    }
    let standing = uploads.standing(name, case, app.engine.now())?;
    if let Some(kept) = standing.kept.clone().filter(|_| complete) {
        return Ok(finished(&standing, kept));
    }
    if !complete {
        return Ok(stands(StatusCode::NO_CONTENT, &standing));
    }
    let Some((bytes, about, sha256)) = uploads.whole(name, case, app.engine.now())? else {
        return Err(ApiError::Plain("upload_length"));
    };
    let _making = uploads.finishing(name);
    if Digest::of(&bytes) != sha256 {
        uploads.forget(name, case);
        return Err(ApiError::Plain("digest_mismatch"));
    }
    match take_in(app, &client.loaded, about, bytes, sha256).await {
        Ok(kept) => {
            uploads.keep(name, kept.clone());
            Ok(finished(&standing, kept))
        }
        // What is no photograph becomes none by sending it again.
        Err(error @ ApiError::Image(_)) => {
            uploads.forget(name, case);
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// The bytes of an upload nobody finishes are let go in time, also when nobody asks again.
fn forget_later(uploads: Arc<Uploads>, name: String, case: CaseId) {
    let life = Duration::from_millis(u64::try_from(LIFE.as_millis()).unwrap_or_default());
    tokio::spawn(async move {
        tokio::time::sleep(life).await;
        uploads.forget(&name, case);
    });
}

fn stands(status: StatusCode, standing: &Standing) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, HeaderValue::from(standing.offset));
    headers.insert(LENGTH, HeaderValue::from(standing.length));
    headers.insert(COMPLETE, HeaderValue::from_static(if standing.kept.is_some() { "?1" } else { "?0" }));
    if let Ok(limit) = HeaderValue::from_str(&format!("max-size={MAX_BYTES}, max-age={}", LIFE.as_seconds())) {
        headers.insert(LIMIT, limit);
    }
    (status, headers).into_response()
}

fn finished(standing: &Standing, kept: PhotographKept) -> Response {
    let headers = [(OFFSET, HeaderValue::from(standing.length)), (COMPLETE, HeaderValue::from_static("?1"))];
    (headers, axum::Json(kept)).into_response()
}

/// RFC 9530: the digest of the whole, computed where the photograph was taken.
fn declared(headers: &HeaderMap) -> Result<Digest, ApiError> {
    let all = text(headers, "repr-digest").ok_or_else(missing)?;
    let given = all.split(',').find_map(|part| part.trim().strip_prefix("sha-256=:")?.strip_suffix(':').map(str::to_owned));
    let bytes = STANDARD.decode(given.ok_or_else(missing)?).map_err(|_| missing())?;
    bytes.try_into().map(Digest).map_err(|_| missing())
}

fn missing() -> ApiError {
    ApiError::Said("digest_missing", "Send Repr-Digest: sha-256=:base64: of the whole photograph (RFC 9530).".to_owned())
}

fn malformed(why: &str) -> ApiError {
    ApiError::Said("malformed_request", why.to_owned())
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let plain = value.to_str().ok().filter(|v| !v.is_empty() && v.len() <= 15 && v.bytes().all(|b| b.is_ascii_digit()));
    plain.and_then(|v| v.parse().ok()).map(Some).ok_or_else(|| malformed(&format!("{name} is no whole number.")))
}

fn flag(headers: &HeaderMap) -> Result<bool, ApiError> {
    match headers.get(&COMPLETE).map(HeaderValue::as_bytes) {
        Some(b"?1") => Ok(true),
        Some(b"?0") => Ok(false),
        Some(_) | None => Err(malformed("Upload-Complete must be ?0 or ?1.")),
    }
}
