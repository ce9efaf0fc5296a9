//! What a witness answers: C2SP tlog-witness over HTTP.
//! Must not know how a checkpoint is judged, nor that there is a server beside.

use crate::witness::{Book, BookError};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::audit::witness::{MAX_REQUEST_BYTES, Refused};
use std::sync::Arc;
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;

/// A log asks at most about once a second, and each answer waits for one sync of the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything a witness serves.
pub fn router(book: Arc<Book>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add))
        .route("/{log}/checkpoint", get(newest))
        .route("/key", get(key))
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .with_state(book)
}

async fn key(State(book): State<Arc<Book>>) -> String {
    format!("{}\n", book.key())
}

async fn add(State(book): State<Arc<Book>>, body: Bytes) -> Response {
    let asked = tokio::task::spawn_blocking(move || book.add(&body)).await;
    match asked {
        Ok(Ok(line)) => line.into_response(),
        Ok(Err(BookError::Refused(why))) => refusal(why),
        Ok(Err(BookError::Broken(why))) => {
            tracing::error!(%why, "nothing was signed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refusal(why: Refused) -> Response {
    let status = match why {
        Refused::Malformed => StatusCode::BAD_REQUEST,
        Refused::UnknownLog => StatusCode::NOT_FOUND,
        Refused::Unsigned => StatusCode::FORBIDDEN,
        Refused::Conflict(size) => {
            return (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response();
        }
        Refused::Inconsistent => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, format!("{why}\n")).into_response()
}

/// The newest checkpoint that was signed of a log, by the SHA-256 of its name.
async fn newest(State(book): State<Arc<Book>>, Path(log): Path<String>) -> Response {
    match book.newest(&log) {
        Some(note) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
