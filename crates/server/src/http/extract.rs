//! What a handler may ask of a request: a body within its limit, and who asks.
//! Must not know what is done with it.

use super::Web;
use super::limits::Guards;
use super::problem::{ApiError, field};
use crate::config::{Net, caller};
use crate::engine::{Actor, token_hash};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRef, FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::digest::Digest;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

pub use super::who::{Admin, ApiKey, CanRead, Custodian, CustomerClient, Person, Staff, Supervising, cookie, sign_in_hash};

/// A JSON body.
pub struct Json<T>(pub T);

/// A JSON body with the hash of its bytes.
pub struct Hashed<T> {
    pub value: T,
    pub sha256: [u8; 32],
}

impl<T: DeserializeOwned> FromRequest<Web> for Json<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, web: &Web) -> Result<Self, ApiError> {
        Hashed::from_request(request, web).await.map(|hashed| Self(hashed.value))
    }
}

/// A body that may be left out. One without its type is not overlooked: whoever sent it wanted something.
impl<T: DeserializeOwned> OptionalFromRequest<Web> for Json<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, web: &Web) -> Result<Option<Self>, ApiError> {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            return <Self as FromRequest<Web>>::from_request(request, web).await.map(Some);
        }
        let bytes = body(request.into_body(), web.app.limits.json).await?;
        if bytes.is_empty() { Ok(None) } else { Err(ApiError::Plain("unsupported_media_type")) }
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for Hashed<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, web: &Web) -> Result<Self, ApiError> {
        let kind = text(request.headers(), header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(ApiError::Plain("unsupported_media_type"));
        }
        let bytes = body(request.into_body(), web.app.limits.json).await?;
        Ok(Self { value: read_json(&bytes)?, sha256: Digest::of(&bytes).0 })
    }
}

/// The whole body, if it has at most `limit` bytes.
///
/// # Errors
/// `body_too_large`, or a broken connection.
pub async fn body(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    match axum::body::to_bytes(body, limit).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if std::error::Error::source(&error).is_some_and(|e| e.to_string().contains("limit")) => {
            Err(ApiError::Plain("body_too_large"))
        }
        Err(_) => Err(ApiError::Said("malformed_request", "The body ended early.".to_owned())),
    }
}

/// Reads JSON, naming the field at fault.
///
/// # Errors
/// `malformed_json`, or the field that does not fit.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        fault(error.inner(), pointer)
    })?;
    reader.end().map_err(|error| fault(&error, String::new()))?;
    Ok(value)
}

fn fault(error: &serde_json::Error, pointer: String) -> ApiError {
    if !error.is_data() {
        return ApiError::Said("malformed_json", format!("Not JSON at line {} column {}.", error.line(), error.column()));
    }
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let (code, missing) = if words.starts_with("unknown field") {
        ("unknown_field", None)
    } else if words.starts_with("missing field") {
        ("missing_field", words.split('`').nth(1))
    } else if words.starts_with("unknown variant") {
        ("unknown_value", None)
    } else if words.starts_with("duplicate field") {
        ("duplicate_field", None)
    } else if words.starts_with("invalid value") {
        ("out_of_range", None)
    } else {
        ("wrong_type", None)
    };
    let pointer = missing.map_or(pointer.clone(), |name| format!("{pointer}/{name}"));
    ApiError::Fields(vec![field(pointer, code, words)])
}

/// RFC 6901: `~` and `/` in names are escaped.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => out.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                out.push('/');
                out.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    out
}

/// A query string.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        std::future::ready(read.map(|q| Self(q.0)).map_err(|e| ApiError::Said("malformed_request", e.body_text()))).await
    }
}

/// An id in an address; what is no id names nothing.
///
/// # Errors
/// `not_found`.
pub fn id<T: FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::Plain("not_found"))
}

/// Who calls: the other end of the connection, or whom our own proxies saw.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// Who calls, behind these proxies.
    #[must_use]
    pub fn behind(request: &Request, trusted: &[Net]) -> Self {
        let connected = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let connected = connected.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let forwarded: Vec<&str> = request.headers().get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
        Self(caller(connected, &forwarded, trusted))
    }

    /// As found for the request of these parts, before anything else looked at it.
    #[must_use]
    pub fn of(extensions: &axum::http::Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        std::future::ready(Ok(Self::of(&parts.extensions))).await
    }
}

/// A header as text.
#[must_use]
pub fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The token of `Authorization: Bearer`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, header::AUTHORIZATION.as_str())?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// A state-changing call, or a socket, that comes with a cookie must come from our own page.
///
/// # Errors
/// `page_header_missing`.
pub fn same_page(parts: &Parts, public_url: &str) -> Result<(), ApiError> {
    let safe = parts.method.is_safe();
    if !safe && text(&parts.headers, "recourse-page").as_deref() != Some("1") {
        return Err(ApiError::Plain("page_header_missing"));
    }
    let Some(origin) = text(&parts.headers, "origin") else { return Ok(()) };
    let host = text(&parts.headers, "host").or_else(|| parts.uri.authority().map(|a| a.as_str().to_owned()));
    let bare = origin.split_once("://").map_or(origin.as_str(), |(_, rest)| rest);
    let ours = public_url.trim_end_matches('/').eq_ignore_ascii_case(&origin);
    if ours || host.is_some_and(|h| h.eq_ignore_ascii_case(bare)) { Ok(()) } else { Err(ApiError::Plain("page_header_missing")) }
}

impl FromRef<Web> for crate::state::App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}

impl FromRef<Web> for Arc<super::uploads::Uploads> {
    fn from_ref(web: &Web) -> Self {
        web.uploads.clone()
    }
}

impl FromRef<Web> for Arc<Guards> {
    fn from_ref(web: &Web) -> Self {
        web.guards.clone()
    }
}

/// One field at fault.
#[must_use]
pub fn field_error(pointer: &str, code: &str, detail: impl Into<String>) -> ApiError {
    ApiError::Fields(vec![field(pointer, code, detail)])
}

/// Who acts when a key does.
#[must_use]
pub fn key_actor(key: &ApiKey) -> Actor {
    Actor::Api(key.prefix.clone())
}

/// Whether a secret is the one of this hash, in constant time.
#[must_use]
pub fn fits(secret: &str, hash: &Digest) -> bool {
    bool::from(subtle::ConstantTimeEq::ct_eq(token_hash(secret).0.as_slice(), hash.0.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "read by the test's shape only")]
        score: f64,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "read by the test's shape only")]
        list: Vec<Inner>,
    }

    fn faults(json: &str) -> (String, String) {
        match read_json::<Outer>(json.as_bytes()) {
            Err(ApiError::Fields(errors)) => (errors[0].pointer.clone(), errors[0].code.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(faults(r#"{"list":[{"score":1},{"score":"x"}]}"#), pair("/list/1/score", "wrong_type"));
        assert_eq!(faults(r#"{"list":[{"score":1,"a/b":2}]}"#), pair("/list/0/a~1b", "unknown_field"));
        assert_eq!(faults(r#"{"list":[{}]}"#), pair("/list/0/score", "missing_field"));
        assert_eq!(faults("7"), pair("", "wrong_type"));
        for bad in ["", "{", r#"{"list":[]} x"#, &"[".repeat(10_000)] {
            assert!(
                matches!(read_json::<Outer>(bad.as_bytes()), Err(ApiError::Said("malformed_json", _)) | Err(ApiError::Fields(_))),
                "{bad}"
            );
        }
    }
}
