//! Recordings as files that a browser plays and seeks in.
//! Must not know how segments become files.

use super::Web;
use super::extract::{CanRead, Query, id, text};
use super::limits::{Guards, Purpose};
use super::problem::ApiError;
use crate::playback::{self, Played};
use crate::state::App;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::case::Case;
use domain::ids::SessionId;
use domain::session::Session;
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/v1/admin/sessions/{session}/files/{seat}/{n}", get(file))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCase {
    case: String,
}

/// A file inside a muxed session; shared, not copied.
struct Part(Arc<Played>, usize);

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        self.0.files.get(self.1).map_or(&[], |(_, file)| file.bytes.as_slice())
    }
}

async fn file(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    CanRead(person): CanRead,
    Path((session, seat, n)): Path<(String, String, String)>,
    Query(of): Query<OfCase>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&of.case)?).await?;
    let session = session_of(&loaded.case, id(&session)?).ok_or(ApiError::Plain("not_found"))?;
    let found = playback::file(&app, &loaded, &session, &seat, id(&n)?).await.map_err(|e| ApiError::Internal(e.to_string()))?;
    let (played, place) = found.ok_or(ApiError::Plain("not_found"))?;
    if guards.take(Purpose::View, &format!("{} {}", person.id, session.id)).is_ok() {
        let body = serde_json::json!({ "session": session.id, "seat": seat });
        app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "recording_viewed", body).await?;
    }
    let mime = played.files.get(place).map_or("application/octet-stream", |(_, f)| f.mime);
    ranged(Bytes::from_owner(Part(played, place)), mime, text(&headers, header::RANGE.as_str()).as_deref())
}

fn session_of(case: &Case, id: SessionId) -> Option<Session> {
    let running = crate::views::session(case);
    case.past.iter().map(|p| &p.session).chain(running).find(|s| s.id == id).cloned()
}

/// RFC 9110, section 14: one range, or all of it.
fn ranged(all: Bytes, mime: &'static str, asked: Option<&str>) -> Result<Response, ApiError> {
    let common = [
        (header::CONTENT_TYPE, mime.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let Some((from, to)) = asked.and_then(|text| range(text, all.len())) else {
        // Several ranges, or text that is no range, may be ignored.
        return Ok((common, all).into_response());
    };
    if from >= all.len() || from > to {
        return Err(ApiError::Plain("range_not_satisfiable"));
    }
    let to = to.min(all.len() - 1);
    let place = [(header::CONTENT_RANGE, format!("bytes {from}-{to}/{}", all.len()))];
    Ok((StatusCode::PARTIAL_CONTENT, common, place, all.slice(from..=to)).into_response())
}

/// First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`.
fn range(text: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (from.trim(), to.trim()) {
        ("", n) => {
            let n: usize = n.parse().ok()?;
            Some(if n == 0 { (length, length) } else { (length.saturating_sub(n), length.saturating_sub(1)) })
        }
        (from, "") => Some((from.parse().ok()?, usize::MAX)),
        (from, to) => Some((from.parse().ok()?, to.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_it_asks_for() {
        let all = || Bytes::from_static(b"0123456789");
        let seen = |asked: Option<&str>| {
            ranged(all(), "video/webm", asked).map(|r| {
                let place = r.headers().get(header::CONTENT_RANGE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
                (r.status().as_u16(), place)
            })
        };
        assert_eq!(seen(None).unwrap(), (200, String::new()));
        assert_eq!(seen(Some("bytes=2-4")).unwrap(), (206, "bytes 2-4/10".to_owned()));
        assert_eq!(seen(Some("bytes=7-")).unwrap(), (206, "bytes 7-9/10".to_owned()));
        assert_eq!(seen(Some("bytes=-3")).unwrap(), (206, "bytes 7-9/10".to_owned()));
        assert_eq!(seen(Some("bytes=2-4,6-7")).unwrap().0, 200);
        assert!(seen(Some("bytes=10-")).is_err() && seen(Some("bytes=5-2")).is_err() && seen(Some("bytes=-0")).is_err());
    }
}
