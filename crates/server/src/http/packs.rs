//! The evidence pack of a case, for those who read everything: asked for, watched, fetched.
//! Must not know how a pack is made.

use super::Web;
use super::extract::{CanRead, Json, Person, id};
use super::problem::{ApiError, field};
use crate::export::Asked;
use crate::export::jobs::{Busy, Kept, Ready, Standing};
use crate::state::App;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::ids::CaseId;
use pack::age::Recipients;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use wire::api::packs::{AskPack, PackState, PackView};

/// Bytes read at once.
const PIECE: usize = 256 * 1024;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/v1/admin/cases/{id}/pack", get(look).post(ask)).route("/v1/admin/cases/{id}/pack/file", get(fetch))
}

async fn ask(
    State(app): State<App>,
    CanRead(person): CanRead,
    Path(case): Path<String>,
    body: Option<Json<AskPack>>,
) -> Result<Response, ApiError> {
    let case = seen(&app, &person, &case).await?;
    let asked = Asked { case, actor: person.actor(), to: recipients(&body.map(|Json(body)| body).unwrap_or_default())? };
    app.packs().begin(&app, asked).map_err(|busy| match busy {
        Busy::TooMany => ApiError::Plain("packs_busy"),
        Busy::ForOthers => ApiError::Plain("pack_for_others"),
        Busy::NoKey => ApiError::Unavailable("the log's key is not at hand".to_owned()),
    })?;
    Ok((StatusCode::ACCEPTED, axum::Json(view(&app, case))).into_response())
}

/// Whom a pack is asked for; no body asks for a plain one.
fn recipients(asked: &AskPack) -> Result<Option<Recipients>, ApiError> {
    Recipients::read(&asked.recipients).map_err(|bad| {
        let fault = field(format!("/recipients/{}", bad.place), bad.why.code(), bad.to_string());
        ApiError::Fields(vec![fault])
    })
}

async fn look(State(app): State<App>, CanRead(person): CanRead, Path(case): Path<String>) -> Result<axum::Json<PackView>, ApiError> {
    let case = seen(&app, &person, &case).await?;
    Ok(axum::Json(view(&app, case)))
}

/// A case of the person's tenant whose verdict they may know, as a pack tells it, and whose evidence is still there.
async fn seen(app: &App, person: &Person, case: &str) -> Result<CaseId, ApiError> {
    let case = app.engine.loaded_of(person.tenant, id(case)?).await?.case;
    if crate::views::blind(&case, person.id) {
        return Err(ApiError::Plain("review_blind"));
    }
    if case.kept.erased.is_some() {
        return Err(ApiError::Plain("evidence_erased"));
    }
    Ok(case.id)
}

fn view(app: &App, case: CaseId) -> PackView {
    let empty = PackView { state: PackState::None, permille: 0, bytes: 0, absent: Vec::new(), recipients: 0, url: None };
    let Some(Kept { recipients, standing }) = app.packs().standing(case) else { return empty };
    let empty = PackView { recipients: u32::try_from(recipients).unwrap_or(u32::MAX), ..empty };
    match standing {
        Standing::Working(permille) => PackView { state: PackState::Working, permille, ..empty },
        Standing::Ready(Ready { bytes, absent, .. }) => {
            let url = Some(format!("/v1/admin/cases/{case}/pack/file"));
            PackView { state: PackState::Ready, permille: 1_000, bytes, absent, url, ..empty }
        }
        // The reason is in the operator's log; it may name files.
        Standing::Failed(_) => PackView { state: PackState::Failed, ..empty },
    }
}

async fn fetch(State(app): State<App>, CanRead(person): CanRead, Path(case): Path<String>) -> Result<Response, ApiError> {
    let case = seen(&app, &person, &case).await?;
    let Some(Kept { recipients, standing: Standing::Ready(ready) }) = app.packs().standing(case) else {
        return Err(ApiError::Plain("pack_not_ready"));
    };
    let encrypted = recipients > 0;
    let body = serde_json::json!({ "bytes": ready.bytes, "encrypted": encrypted });
    app.engine.log(person.tenant, Some(case), &person.actor(), "pack_downloaded", body).await?;
    let (kind, ending) = if encrypted { ("application/vnd.age", "zip.age") } else { ("application/zip", "zip") };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, ready.bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{case}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pieces = futures_util::stream::try_unfold((ready.file, 0u64), |(file, at)| async move {
        let piece = piece(file.clone(), at).await?;
        let next = at + piece.len() as u64;
        io::Result::Ok(if piece.is_empty() { None } else { Some((piece, (file, next))) })
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Several may read the file at once, so each says where.
async fn piece(file: Arc<File>, at: u64) -> io::Result<Bytes> {
    let read = move || {
        let mut bytes = vec![0; PIECE];
        let n = file.read_at(&mut bytes, at)?;
        bytes.truncate(n);
        Ok(Bytes::from(bytes))
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}
