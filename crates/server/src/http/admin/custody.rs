//! Legal hold, erasure on request, and a copy of what is held about a person.
//! Must not decide how long anything is kept.

use super::super::extract::{Admin, Custodian, Json, id};
use super::super::problem::ApiError;
use super::subject;
use crate::engine::{Actor, EngineError, Loaded};
use crate::erasure;
use crate::state::App;
use crate::views;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::case::{Case, Input, Outcome, Phase};
use domain::digest::Salt;
use domain::ids::AgentId;
use domain::pii::Pii;
use domain::refusal::{Code, Refusal};
use domain::retention::{Copied, Custody, Period, may_end_early, period};
use store::rows::AuditRow;
use wire::api::custody::{CopyView, CustodyView, EraseBody, ErasedView, HoldBody, HoldView};

pub(super) async fn hold(
    State(app): State<App>,
    Custodian(person): Custodian,
    Path(case): Path<String>,
    Json(body): Json<HoldBody>,
) -> Result<axum::Json<CustodyView>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    // The rule that keeps a case says how it was decided.
    if views::blind(&loaded.case, person.id) {
        return Err(ApiError::Plain("review_blind"));
    }
    let custody = Custody::Hold { by: person.id, reason: Pii::new(body.reason.trim().to_owned()), salt: salt(&app) };
    change(&app, &loaded, &person.actor(), custody).await
}

pub(super) async fn release(
    State(app): State<App>,
    Admin(person): Admin,
    Path(case): Path<String>,
    Json(body): Json<HoldBody>,
) -> Result<axum::Json<CustodyView>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    let custody = Custody::Lift { by: person.id, reason: Pii::new(body.reason.trim().to_owned()), salt: salt(&app) };
    change(&app, &loaded, &person.actor(), custody).await
}

fn salt(app: &App) -> Salt {
    Salt(app.engine.ids.secret().first_chunk().copied().unwrap_or_default())
}

async fn change(app: &App, loaded: &Loaded, actor: &Actor, custody: Custody) -> Result<axum::Json<CustodyView>, ApiError> {
    let case = match app.engine.on_case(loaded.case.id, actor, Input::Custody(custody)).await {
        Ok(case) => case,
        Err(error) => return Err(because(app, &loaded.case, error).await),
    };
    Ok(axum::Json(view(app, &case, &[]).await?))
}

pub(super) async fn erase(
    State(app): State<App>,
    Admin(person): Admin,
    Path(case): Path<String>,
    Json(body): Json<EraseBody>,
) -> Result<axum::Json<CustodyView>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    let case = match app.engine.erase(loaded.case.id, &person.actor(), body.cause.into(), Some(person.id)).await {
        Ok(case) => case,
        Err(error) => {
            if let EngineError::Refused(refusal) = &error {
                let body = serde_json::json!({ "code": refusal.code.as_str() });
                app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "erasure_refused", body).await?;
            }
            return Err(because(&app, &loaded.case, error).await);
        }
    };
    // The log says that it is gone; what cannot be removed right now is removed by the next round.
    if let Err(error) = erasure::finish(&app.engine, &app.blobs, case.id).await {
        tracing::warn!(case.id = %case.id, %error, "an erasure is not finished yet");
    }
    app.shelf().clear();
    app.packs().forget(case.id);
    Ok(axum::Json(view(&app, &case, &[]).await?))
}

/// One ZIP of what is held about the person of a case; that it was made is an entry in the log.
pub(super) async fn copy(State(app): State<App>, Admin(person): Admin, Path(case): Path<String>) -> Result<Response, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    if loaded.case.kept.erased.is_some() {
        return Err(ApiError::Plain("evidence_erased"));
    }
    let name = format!("attachment; filename=\"{}-subject-access.zip\"", loaded.case.id);
    let made = subject::export(&app, loaded).await?;
    let body = serde_json::json!({ "files": made.files, "bytes": made.bytes });
    app.engine.log(person.tenant, Some(made.case), &person.actor(), "subject_access_exported", body).await?;
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(made.stream)).into_response())
}

/// What the page shows of a case's keeping; `log` are its entries.
pub(super) async fn view(app: &App, case: &Case, log: &[AuditRow]) -> Result<CustodyView, ApiError> {
    let hold = match &case.kept.hold {
        Some(hold) => Some(HoldView { at: hold.at.to_string(), by: name(app, hold.by).await?, reason: hold.reason.reveal().clone() }),
        None => None,
    };
    let erased = match case.kept.erased {
        Some(erased) => {
            let row = log.iter().find(|row| row.entry.kind == "evidence_erased");
            let count = |field: &str| row.and_then(|r| r.entry.body[field].as_u64()).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            Some(ErasedView {
                at: erased.at.to_string(),
                cause: erased.cause.into(),
                by: match erased.by {
                    Some(by) => Some(name(app, by).await?),
                    None => None,
                },
                entry: row.and_then(|row| row.idx),
                key: erased.key.to_string(),
                images: count("images"),
                recordings: count("recordings"),
                messages: count("messages"),
            })
        }
        None => None,
    };
    Ok(CustodyView {
        due_at: case.erase_due().map(|t| t.to_string()),
        rule: rule(case),
        early: may_end_early(outcome(case)),
        hold,
        erased,
        copies: case.kept.copies.iter().map(copied).collect(),
    })
}

fn copied(copy: &Copied) -> CopyView {
    CopyView { session: copy.session.to_string(), to: copy.to.clone(), at: copy.at.to_string(), objects: copy.objects }
}

async fn name(app: &App, person: AgentId) -> Result<String, ApiError> {
    Ok(app.engine.store.person(person).await?.map_or_else(|| person.to_string(), |p| p.name))
}

fn outcome(case: &Case) -> Option<Outcome> {
    if let Phase::Closed { outcome, .. } = case.phase { Some(outcome) } else { None }
}

/// The line of the profile that keeps this case, in a sentence.
fn rule(case: &Case) -> String {
    let profile = case.profile();
    let of = format!("{} ({})", profile.name, profile.source);
    match period(&profile, outcome(case)) {
        Period::Years(1) => format!("{of}: one year after the close"),
        Period::Years(years) => format!("{of}: {years} years after the close"),
        Period::Days(days) => format!("{of}: {days} days, because nothing was decided"),
    }
}

/// The refusal with what stands behind it: who holds the evidence and why, or which line keeps it until when.
async fn because(app: &App, case: &Case, error: EngineError) -> ApiError {
    let EngineError::Refused(refusal) = error else { return error.into() };
    let Refusal { code, .. } = refusal;
    let why = if code == Code::UnderHold {
        match &case.kept.hold {
            Some(hold) => {
                let by = name(app, hold.by).await.unwrap_or_else(|_| hold.by.to_string());
                format!("Under legal hold since {}, set by {by}: {}", hold.at.local("UTC").date, hold.reason.reveal())
            }
            None => "Under legal hold.".to_owned(),
        }
    } else if code == Code::RetentionRuns {
        format!("{}. It is erased by itself on {}.", rule(case), case.erase_due().map(|t| t.local("UTC").date).unwrap_or_default())
    } else if code == Code::ReasonMissing {
        "Give a reason of 3 to 500 characters.".to_owned()
    } else if code == Code::WrongPhase {
        "The case is not closed yet; evidence is erased after that.".to_owned()
    } else {
        return ApiError::Refused(refusal);
    };
    ApiError::Because(refusal, why)
}
