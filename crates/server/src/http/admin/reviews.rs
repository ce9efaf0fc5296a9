//! The review desk: who is there, what was drawn for them, the file they look at, what they found, and the figures.
//! Must not decide who may look; that is the domain's.

use super::super::evidence::checks;
use super::super::extract::{CanRead, Json, Person, Query, field_error, id};
use super::super::limits::{Guards, Purpose};
use super::super::problem::ApiError;
use super::file_of;
use crate::engine::Loaded;
use crate::reviews;
use crate::state::App;
use crate::views::{self, masked, review_card};
use axum::extract::{Path, State};
use domain::case::Case;
use domain::digest::{Digest, Salt};
use domain::ids::{AgentId, TenantId};
use domain::pii::Pii;
use domain::procedure::Kind as Step;
use domain::review::statistics::{Agreement, Look, Statistics, count};
use domain::review::{Finding, Kind, MAX_NOTE, MAX_REASONS, Opinion, Review, State as Standing, TARGET};
use domain::time::Span;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::rows::{MAX_LIST, ReviewRow};
use wire::api::review::{
    AgreementView, AtReviewDesk, CodeAgreement, FindingReasons, PairAgreement, PersonAgreement, ReasonCount, ReviewDecision,
    ReviewDeskView, ReviewDone, ReviewFile, ReviewNumbers, ReviewView,
};
use wire::terms::StepKind;

/// Cards of one answer; the count says how many there are.
const MAX_CARDS: usize = 50;
/// Pairs of one answer, those who met most often.
const MAX_PAIRS: usize = 200;
/// Steps of a procedure are fewer.
const MAX_AGAIN: usize = 16;

/// Somebody who looks at the decisions of others, with their teams.
async fn checker(app: &App, person: &Person) -> Result<BTreeSet<String>, ApiError> {
    let row = app.engine.store.person(person.id).await?.ok_or(ApiError::Unauthorised("Cookie"))?;
    if reviews::may(&row) { Ok(reviews::teams(&reviews::skills(&row))) } else { Err(ApiError::Plain("forbidden")) }
}

/// The page is there; answers what was drawn for its checker and what waits.
pub(in super::super) async fn desk(
    State(app): State<App>,
    person: Person,
    Json(at): Json<AtReviewDesk>,
) -> Result<axum::Json<ReviewDeskView>, ApiError> {
    let teams = checker(&app, &person).await?;
    app.reviews.here(person.id, person.tenant, teams, at.ready, app.engine.now());
    Ok(axum::Json(view_of(&app, person.tenant, Some(person.id))))
}

/// What waits, for those who only read.
pub(in super::super) async fn list(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<ReviewDeskView>, ApiError> {
    std::future::ready(Ok(axum::Json(view_of(&app, person.tenant, None)))).await
}

fn view_of(app: &App, tenant: TenantId, person: Option<AgentId>) -> ReviewDeskView {
    let now = app.engine.now();
    let waiting = app.reviews.waiting(tenant);
    let oldest = waiting.iter().find(|(_, r)| r.kind == Kind::Required).map_or(Span::ZERO, |(_, r)| now.since(r.decided_at));
    let mine = person.and_then(|id| app.reviews.held(id));
    ReviewDeskView {
        at: now.to_string(),
        ready: person.is_some_and(|id| app.reviews.ready(id, now)),
        target: seconds(TARGET),
        mine: mine.map(|(case, review)| review_card(&case, &review, now)),
        waiting: waiting.iter().take(MAX_CARDS).map(|(case, review)| review_card(case, review, now)).collect(),
        count: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
        oldest: seconds(oldest),
        here: u32::try_from(app.reviews.ready_count(tenant, now)).unwrap_or(u32::MAX),
    }
}

fn seconds(span: Span) -> u32 {
    u32::try_from(span.as_seconds()).unwrap_or(u32::MAX)
}

/// The drawn checker begins; the entry of the log that says so is also that of the view.
pub(in super::super) async fn take(
    State(app): State<App>,
    person: Person,
    Path(case): Path<String>,
) -> Result<axum::Json<ReviewFile>, ApiError> {
    checker(&app, &person).await?;
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    app.engine.take_review(loaded.case.id, person.id).await?;
    let loaded = app.engine.loaded_of(person.tenant, loaded.case.id).await?;
    Ok(axum::Json(file_for(&app, &loaded).await?))
}

/// The same again, for a page that was loaded again.
pub(in super::super) async fn file(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Path(case): Path<String>,
) -> Result<axum::Json<ReviewFile>, ApiError> {
    checker(&app, &person).await?;
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    if !checks(&loaded, person.id) {
        return Err(ApiError::Plain("not_found"));
    }
    let file = file_for(&app, &loaded).await?;
    if guards.take(Purpose::View, &format!("{} {}", person.id, loaded.case.id)).is_ok() {
        app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "case_viewed", serde_json::json!({})).await?;
    }
    Ok(axum::Json(file))
}

async fn file_for(app: &App, loaded: &Loaded) -> Result<ReviewFile, ApiError> {
    let case = &loaded.case;
    let review = case.open_review().ok_or(ApiError::Plain("not_found"))?;
    // Whoever checks a decision watches; the files are kept from the case.
    let file = file_of(app, loaded, false).await?;
    let now = app.engine.now();
    let again = case.procedure.iter().flat_map(|p| &p.steps).map(|step| step.kind);
    Ok(ReviewFile {
        card: review_card(case, &review, now),
        file: if review.kind == Kind::Sample { masked(file) } else { file },
        identity: views::identity(case, now),
        findings: Finding::ALL.into_iter().map(reasons_of).collect(),
        again: again.filter(|kind| !matches!(kind, Step::Greet | Step::Decision)).map(StepKind::from).collect(),
    })
}

fn reasons_of(finding: Finding) -> FindingReasons {
    FindingReasons { finding: finding.into(), reasons: finding.reasons().iter().map(|r| (*r).into()).collect() }
}

/// What the drawn checker found.
pub(in super::super) async fn give(
    State(app): State<App>,
    person: Person,
    Path(case): Path<String>,
    Json(said): Json<ReviewDecision>,
) -> Result<axum::Json<ReviewDone>, ApiError> {
    checker(&app, &person).await?;
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    let review = loaded.case.open_review().ok_or_else(|| gone(&loaded.case))?;
    let opinion = opinion(&app, person.id, said)?;
    let agreed = opinion.finding.agrees(review.verdict);
    let after = app.engine.give_review(loaded.case.id, opinion).await?;
    Ok(axum::Json(ReviewDone {
        agreed,
        verdict: review.verdict.into(),
        maker: name(&app, review.maker).await?,
        phase: views::phase(&after),
    }))
}

/// Nothing waits here any more, or nothing ever did.
fn gone(case: &Case) -> ApiError {
    ApiError::Said("conflict", format!("No second look of this case waits; it is {}.", case.phase_name()))
}

fn opinion(app: &App, checker: AgentId, said: ReviewDecision) -> Result<Opinion, ApiError> {
    let note: String = said.note.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if note.chars().count() > MAX_NOTE {
        return Err(field_error("/note", "too_long", "At most 1 000 characters."));
    }
    if said.reasons.len() > MAX_REASONS {
        return Err(field_error("/reasons", "too_many", "At most 6."));
    }
    if said.again.len() > MAX_AGAIN {
        return Err(field_error("/again", "too_many", "At most 16."));
    }
    let salt = Salt(app.engine.ids.secret().first_chunk().copied().unwrap_or_default());
    Ok(Opinion {
        checker,
        finding: said.finding.into(),
        reasons: said.reasons.into_iter().map(Into::into).collect(),
        note_commitment: Digest::commit(&salt, &note),
        note: Pii::new(note),
        again: said.again.into_iter().map(Into::into).collect(),
    })
}

async fn name(app: &App, person: AgentId) -> Result<String, ApiError> {
    Ok(app.engine.store.person(person).await?.map(|p| p.name).unwrap_or_default())
}

/// The second look as the case file shows it.
pub(super) async fn view(app: &App, case: &Case) -> Result<Option<ReviewView>, ApiError> {
    let Some(review) = case.open_review().or_else(|| case.review.clone()) else { return Ok(None) };
    let Review { kind, maker, verdict, state, .. } = review;
    let mut view = ReviewView {
        kind: kind.into(),
        state: "open".to_owned(),
        maker: name(app, maker).await?,
        verdict: verdict.into(),
        checker: None,
        finding: None,
        reasons: Vec::new(),
        again: Vec::new(),
        note: String::new(),
        at: None,
        agreed: None,
    };
    match state {
        Standing::Open => {}
        Standing::Assigned { checker, .. } => {
            view.state = "assigned".to_owned();
            view.checker = Some(name(app, checker).await?);
        }
        Standing::Given { checker, at, finding, reasons, note, again, .. } => {
            view.state = "given".to_owned();
            view.checker = Some(name(app, checker).await?);
            view.finding = Some(finding.into());
            view.reasons = reasons.into_iter().map(Into::into).collect();
            view.again = again.into_iter().map(Into::into).collect();
            view.note = note.into_inner();
            view.at = Some(at.to_string());
            view.agreed = Some(finding.agrees(verdict));
        }
    }
    Ok(Some(view))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Days {
    days: Option<u32>,
}

/// How makers and checkers agree.
pub(in super::super) async fn numbers(
    State(app): State<App>,
    CanRead(person): CanRead,
    Query(asked): Query<Days>,
) -> Result<axum::Json<ReviewNumbers>, ApiError> {
    let days = asked.days.unwrap_or(30).clamp(1, 365);
    let now = app.engine.now();
    let from = now - Span::minutes(i64::from(days) * 24 * 60);
    let rows = app.engine.store.reviews_of(person.tenant, from, now + Span::seconds(1)).await?;
    let looks: Vec<Look> = rows.iter().filter_map(look).collect();
    let mut names = BTreeMap::new();
    for row in app.engine.store.people(person.tenant, None, MAX_LIST).await? {
        names.insert(row.id, row.name);
    }
    let percent = app.engine.tenants.get(person.tenant).await?.settings.sample_percent;
    Ok(axum::Json(ReviewNumbers { days, sample_percent: u32::from(percent), ..shown(count(&looks), &names) }))
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

fn look(row: &ReviewRow) -> Option<Look> {
    Some(Look {
        kind: word(&row.kind)?,
        maker: row.maker,
        checker: row.checker,
        verdict: word(&row.verdict)?,
        codes: row.codes.iter().filter_map(|c| word(c)).collect(),
        finding: word(&row.finding)?,
        reasons: row.reasons.iter().filter_map(|r| word(r)).collect(),
        decided_at: row.decided_at,
        taken: row.taken_at,
        at: row.at,
    })
}

fn shown(s: Statistics, names: &BTreeMap<AgentId, String>) -> ReviewNumbers {
    let agreement = |a: Agreement| AgreementView { looks: a.looks, agreed: a.agreed };
    let name = |id: AgentId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let person = |id: AgentId, a: Agreement, median: Option<Span>| PersonAgreement {
        id: id.to_string(),
        name: name(id),
        agreement: agreement(a),
        median_look: median.map(seconds),
    };
    ReviewNumbers {
        required: agreement(s.required),
        within_target: s.within_target,
        samples: agreement(s.samples),
        median_wait: s.median_wait.map(seconds),
        median_look: s.median_look.map(seconds),
        makers: s.makers.into_iter().map(|(id, a)| person(id, a, None)).collect(),
        checkers: s.checkers.into_iter().map(|(id, (a, median))| person(id, a, Some(median))).collect(),
        codes: s.codes.into_iter().map(|(code, a)| CodeAgreement { code: code.into(), agreement: agreement(a) }).collect(),
        reasons: s.reasons.into_iter().map(|(reason, count)| ReasonCount { reason: reason.into(), count }).collect(),
        pairs: s
            .pairs
            .iter()
            .take(MAX_PAIRS)
            .map(|p| PairAgreement { maker: name(p.maker), checker: name(p.checker), agreement: agreement(p.agreement), kappa: p.kappa })
            .collect(),
        ..ReviewNumbers::default()
    }
}
