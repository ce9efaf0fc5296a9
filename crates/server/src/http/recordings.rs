//! Recordings as files that a browser plays and seeks in, and what was drawn meanwhile; who watched and who kept them is logged.
//! Must not know how segments become files.

use super::Web;
use super::evidence::checks;
use super::extract::{Query, id, text};
use super::limits::Guards;
use super::problem::ApiError;
use super::who::Person;
use crate::engine::Loaded;
use crate::images::{KeepError, read_drawing};
use crate::playback::{self, Played, stream};
use crate::state::App;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::case::Case;
use domain::digest::Digest;
use domain::evidence::Drawing;
use domain::ids::{CaseId, SessionId};
use domain::session::Session;
use serde::Deserialize;
use std::sync::Arc;
use wire::api::evidence::{DrawingPiece, DrawingsView, Drawn};
use wire::board::{DrawOp, Surface};
use wire::terms::{Role, Seat};

/// Sealed bytes of drawings in one answer; the page asks on.
const MAX_DRAWN: u64 = 4 * 1024 * 1024;
/// What a browser says a request is for; a page cannot change it.
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/v1/admin/sessions/{session}/files/{seat}/{n}", get(file)).route("/v1/admin/cases/{id}/drawings", get(drawings))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    case: String,
    /// To keep it, not only to watch.
    #[serde(default)]
    download: bool,
}

async fn file(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Path((session, seat, n)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let case = id(&asked.case)?;
    let loaded = watched(&app, &person, case).await?;
    let session = session_of(&loaded.case, id(&session)?).ok_or(ApiError::Plain("not_found"))?;
    let keeps = may_download(&app, &person).await?;
    // A browser tells a player from a page that is to be saved; whoever leaves the header out is no browser.
    let played_here = text(&headers, FETCH_DEST.as_str()).is_some_and(|dest| dest == "video" || dest == "audio");
    if !keeps && (asked.download || !played_here) {
        return Err(ApiError::Plain("download_not_allowed"));
    }
    let found = playback::file(&app, &loaded, &session, &seat, id(&n)?).await.map_err(|e| ApiError::Internal(e.to_string()))?;
    let (played, place) = found.ok_or(ApiError::Plain("not_found"))?;
    let range = text(&headers, header::RANGE.as_str());
    let part = Part::of(&played, place, range.as_deref(), asked.download)?;
    log(&app, &guards, &person, &loaded, &part, (&session, &seat, &n)).await?;
    let source = stream::Source { blobs: app.blobs.clone(), key: loaded.key.clone(), played, file: place };
    Ok(part.response(source))
}

/// A case whose recordings this person may watch: agents only the one they were drawn to check, the others every one.
async fn watched(app: &App, person: &Person, case: CaseId) -> Result<Loaded, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, case).await.map_err(ApiError::from);
    match person.role {
        Role::Supervisor | Role::Auditor | Role::Admin => loaded,
        Role::Agent => loaded.ok().filter(|loaded| checks(loaded, person.id)).ok_or(ApiError::Plain("forbidden")),
    }
}

/// One entry for each viewing, and one for each file that is kept.
async fn log(
    app: &App,
    guards: &Guards,
    person: &Person,
    loaded: &Loaded,
    part: &Part,
    (session, seat, n): (&Session, &str, &str),
) -> Result<(), ApiError> {
    if part.keep.is_some() {
        // A download that goes on where it broke off is the same download.
        if part.from > 0 {
            return Ok(());
        }
        let n: u32 = id(n)?;
        let body = serde_json::json!({ "session": session.id, "seat": seat, "file": n, "bytes": part.all });
        app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "recording_downloaded", body).await?;
        return Ok(());
    }
    let viewing = format!("{} {}", person.id, session.id);
    if guards.begins(&viewing) {
        let body = serde_json::json!({ "session": session.id });
        if let Err(error) = app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "recording_viewed", body).await {
            // What cannot be logged is not shown.
            guards.forget_viewing(&viewing);
            return Err(error.into());
        }
    }
    Ok(())
}

/// Whether somebody may keep files of recordings, not only watch them.
pub(super) async fn may_download(app: &App, person: &Person) -> Result<bool, ApiError> {
    Ok(match person.role {
        Role::Auditor | Role::Admin => true,
        Role::Supervisor => app.engine.tenants.get(person.tenant).await?.settings.supervisors_download,
        Role::Agent => false,
    })
}

/// The n-th file of a seat, or the part of it that is asked for.
pub(super) async fn file_of(
    app: &App,
    loaded: &Loaded,
    session: &Session,
    seat: &str,
    n: usize,
    asked: Option<&str>,
) -> Result<Response, ApiError> {
    let found = playback::file(app, loaded, session, seat, n).await.map_err(|e| ApiError::Internal(e.to_string()))?;
    let (played, place) = found.ok_or(ApiError::Plain("not_found"))?;
    let part = Part::of(&played, place, asked, false)?;
    let source = stream::Source { blobs: app.blobs.clone(), key: loaded.key.clone(), played, file: place };
    Ok(part.response(source))
}

pub(super) fn session_of(case: &Case, id: SessionId) -> Option<Session> {
    let running = crate::views::session(case);
    case.past.iter().map(|p| &p.session).chain(running).find(|s| s.id == id).cloned()
}

/// What of a file is asked for.
struct Part {
    mime: &'static str,
    all: u64,
    from: u64,
    end: u64,
    partial: bool,
    /// Under which name it is to be kept.
    keep: Option<String>,
}

impl Part {
    /// RFC 9110, section 14: one range, or all of it.
    fn of(played: &Played, place: usize, asked: Option<&str>, keep: bool) -> Result<Self, ApiError> {
        let (_, plan) = played.files.get(place).ok_or(ApiError::Plain("not_found"))?;
        let (from, end, partial) = bounds(asked, plan.len())?;
        Ok(Self { mime: plan.mime, all: plan.len(), from, end, partial, keep: keep.then(|| format!("{}-{}", played.session, plan.name)) })
    }

    fn response(self, source: stream::Source) -> Response {
        let common = [
            (header::CONTENT_TYPE, self.mime.to_owned()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::CONTENT_LENGTH, (self.end - self.from).to_string()),
        ];
        let keep = self.keep.map(|name| [(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))]);
        let body = Body::from_stream(stream::bytes(source, self.from, self.end));
        let mut response = if self.partial {
            let place = [(header::CONTENT_RANGE, format!("bytes {}-{}/{}", self.from, self.end - 1, self.all))];
            (StatusCode::PARTIAL_CONTENT, common, place, body).into_response()
        } else {
            (common, body).into_response()
        };
        for (name, value) in keep.into_iter().flatten() {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// First byte, the one after the last, and whether that is only a part.
fn bounds(asked: Option<&str>, all: u64) -> Result<(u64, u64, bool), ApiError> {
    let Some((from, to)) = asked.and_then(|text| range(text, all)) else {
        // Several ranges, or text that is no range, may be ignored.
        return Ok((0, all, false));
    };
    if from >= all || from > to {
        return Err(ApiError::Plain("range_not_satisfiable"));
    }
    Ok((from, to.min(all - 1) + 1, true))
}

/// First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`.
fn range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (from.trim(), to.trim()) {
        ("", n) => {
            let n: u64 = n.parse().ok()?;
            Some(if n == 0 { (length, length) } else { (length.saturating_sub(n), length.saturating_sub(1)) })
        }
        (from, "") => Some((from.parse().ok()?, u64::MAX)),
        (from, to) => Some((from.parse().ok()?, to.parse().ok()?)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    from: Option<String>,
}

async fn drawings(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Path(case): Path<String>,
    Query(asked): Query<From>,
) -> Result<Json<DrawingsView>, ApiError> {
    let loaded = watched(&app, &person, id(&case)?).await?;
    let all = &loaded.case.drawings;
    let first = match asked.from {
        None => 0,
        Some(from) => {
            let from = id(&from)?;
            all.iter().position(|d| d.id == from).ok_or(ApiError::Plain("not_found"))?
        }
    };
    let viewing = format!("{} {} drawings", person.id, loaded.case.id);
    if !all.is_empty() && guards.begins(&viewing) {
        let body = serde_json::json!({ "version": "drawing", "pieces": all.len() });
        if let Err(error) = app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "evidence_viewed", body).await {
            guards.forget_viewing(&viewing);
            return Err(error.into());
        }
    }
    let mut view = DrawingsView { pieces: Vec::new(), damaged: Vec::new(), next: None };
    let mut bytes = 0;
    for drawing in all.iter().skip(first) {
        if bytes > 0 && bytes + drawing.bytes > MAX_DRAWN {
            view.next = Some(drawing.id.to_string());
            break;
        }
        bytes += drawing.bytes;
        match read_drawing(&app, &loaded, drawing.id).await {
            Ok(plain) => match piece(drawing, &plain) {
                Some(piece) => view.pieces.push(piece),
                None => view.damaged.push(drawing.id.to_string()),
            },
            Err(KeepError::Stopped) => return Err(KeepError::Stopped.into()),
            Err(error) => {
                tracing::error!(case.id = %loaded.case.id, evidence.id = %drawing.id, %error, "a drawing cannot be shown");
                view.damaged.push(drawing.id.to_string());
            }
        }
    }
    Ok(Json(view))
}

/// As it was sealed.
#[derive(Deserialize)]
struct Kept {
    session: String,
    surface: Surface,
    shown_at: String,
    piece: u32,
    ops: Vec<(i64, Seat, DrawOp)>,
}

/// The piece, if it is the one the case names.
fn piece(drawing: &Drawing, plain: &[u8]) -> Option<DrawingPiece> {
    if Digest::of(plain) != drawing.sha256 {
        return None;
    }
    let Kept { session, surface, shown_at, piece, ops } = serde_json::from_slice(plain).ok()?;
    let ops = ops.into_iter().map(|(at_ms, from, op)| Drawn { at_ms, from, op }).collect();
    Some(DrawingPiece { id: drawing.id.to_string(), session, surface, shown_at, piece, ops })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_gets_the_part_it_asks_for() {
        let seen = |asked: Option<&str>| bounds(asked, 10).ok();
        assert_eq!(seen(None), Some((0, 10, false)));
        assert_eq!(seen(Some("bytes=2-4")), Some((2, 5, true)));
        assert_eq!(seen(Some("bytes=7-")), Some((7, 10, true)));
        assert_eq!(seen(Some("bytes=7-99")), Some((7, 10, true)));
        assert_eq!(seen(Some("bytes=-3")), Some((7, 10, true)));
        assert_eq!(seen(Some("bytes=2-4,6-7")), Some((0, 10, false)));
        for none in ["bytes=10-", "bytes=5-2", "bytes=-0"] {
            assert_eq!(seen(Some(none)), None, "{none}");
        }
    }
}
