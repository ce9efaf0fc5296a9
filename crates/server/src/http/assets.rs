//! The pages and what they load, from the binary: smallest encoding first, hashed names for ever, strict policies.
//! Must not know what a page does.

use super::Web;
use super::problem::ApiError;
use crate::state::App;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Dist;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The snippet's name is in the bank's page and cannot carry a hash.
const FOR_MINUTES: &str = "public, max-age=300";
const DEVICES: &str = "camera=(self), microphone=(self), autoplay=(self), fullscreen=(self), screen-wake-lock=(self), \
    geolocation=(self), display-capture=(), payment=(), usb=(), midi=(), serial=()";
/// The worker that changes what is behind an agent loads its model from beside itself, and nothing from elsewhere.
const BACKDROP: &str = "assets/backdrop.worker-";
const BACKDROP_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not built</title></head>\
    <body><h1>The pages are not built</h1><p>Run <code>make</code> in the source folder and start again.</p></body></html>";
const PRIVACY: &str = include_str!("privacy.html");

/// What the build tells about its pages.
#[derive(Deserialize, Default)]
struct Manifest {
    #[serde(default)]
    pages: BTreeMap<String, Inline>,
}

/// Hashes of what stands inside a page.
#[derive(Deserialize, Default)]
struct Inline {
    #[serde(default)]
    scripts: Vec<String>,
    #[serde(default)]
    styles: Vec<String>,
}

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/", get(async || Redirect::temporary("/admin")))
        .route("/v", get(customer))
        .route("/agent", get(async |headers: HeaderMap| page("agent", &headers, "'none'")))
        .route("/admin", get(async |headers: HeaderMap| page("admin", &headers, "'none'")))
        .route("/i", get(async |headers: HeaderMap| page("interpreter", &headers, "'none'")))
        .route("/bank", get(async |headers: HeaderMap| page("bank", &headers, "'none'")))
        .route("/privacy", get(async || html(PRIVACY)))
        .route("/embed.js", get(async |headers: HeaderMap| asset("embed.js", &headers, FOR_MINUTES)))
        .route(
            "/assets/{*path}",
            get(async |Path(path): Path<String>, headers: HeaderMap| asset(&format!("assets/{path}"), &headers, FOR_EVER)),
        )
}

/// The customer's page: the only one that a bank may frame.
async fn customer(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    let framers = app.engine.tenants.framers().await?.iter().fold("'self'".to_owned(), |all, origin| format!("{all} {origin}"));
    let mut response = page("customer", &headers, &framers);
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}

/// A `Host` that can stand in a policy: nothing in it ends a directive.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.len() <= 260 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
}

fn page(name: &str, asked: &HeaderMap, framers: &str) -> Response {
    let manifest: Manifest = Dist::get("manifest.json").and_then(|f| serde_json::from_slice(&f.data).ok()).unwrap_or_default();
    let none = Inline::default();
    let inline = manifest.pages.get(name).unwrap_or(&none);
    let host = asked.get(header::HOST).and_then(|h| h.to_str().ok()).filter(|h| is_host(h)).unwrap_or("");
    let sockets = if host.is_empty() { String::new() } else { format!(" ws://{host} wss://{host}") };
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, "text/html; charset=utf-8");
    put(header::CACHE_CONTROL, "no-store");
    put(header::CONTENT_SECURITY_POLICY, &policy(inline, &sockets, framers));
    put(HeaderName::from_static("permissions-policy"), DEVICES);
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(header::VARY, "Accept-Encoding");
    let Some((file, encoding)) = smallest(&format!("{name}.html"), asked) else {
        return (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response();
    };
    if let Some(encoding) = encoding {
        put(header::CONTENT_ENCODING, encoding);
    }
    (headers, file.data.into_owned()).into_response()
}

/// What a page may load and who may frame it. Text never becomes script: the one policy of Trusted Types
/// starts our own workers (`web/lib/worker.ts`).
fn policy(inline: &Inline, sockets: &str, framers: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {}; style-src 'self' {}; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; \
         font-src 'self'; connect-src 'self'{sockets}; worker-src 'self' blob:; frame-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; require-trusted-types-for 'script'; trusted-types recourse-worker; frame-ancestors {framers}",
        inline.scripts.join(" "),
        inline.styles.join(" "),
    )
}

fn html(text: &'static str) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)];
    (headers, text).into_response()
}

fn asset(path: &str, asked: &HeaderMap, cache: &'static str) -> Response {
    // The encoded variants are reached by Accept-Encoding only.
    let plain = !(path.ends_with(".br") || path.ends_with(".gz"));
    let Some((file, encoding)) = smallest(path, asked).filter(|_| plain) else {
        return ApiError::Plain("not_found").into_response();
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    if path.starts_with(BACKDROP) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(BACKDROP_POLICY));
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (headers, file.data.into_owned()).into_response()
}

/// The smallest variant that the browser takes.
fn smallest(path: &str, asked: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    for (name, end) in [("br", ".br"), ("gzip", ".gz")] {
        if takes(accepted, name)
            && let Some(file) = Dist::get(&format!("{path}{end}"))
        {
            return Some((file, Some(name)));
        }
    }
    Dist::get(path).map(|file| (file, None))
}

/// RFC 9110, 12.5.3: named, and not with a weight of zero.
fn takes(accepted: &str, name: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut pieces = part.trim().split(';');
        let named = pieces.next().is_some_and(|n| n.trim().eq_ignore_ascii_case(name));
        named && !pieces.any(|p| p.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)))
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_cannot_end_the_directive() {
        assert!(is_host("bank.example") && is_host("192.0.2.1:8443"));
        for bad in ["", "a;script-src *", "a 'unsafe-inline'", "*", "a/b"] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn an_encoding_of_weight_zero_is_not_taken() {
        assert!(takes("gzip, br;q=0.5", "br") && !takes("br;q=0, gzip", "br") && !takes("", "br"));
    }
}
