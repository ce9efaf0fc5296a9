//! `/v1/admin`: cases, numbers and the log, for those who read everything; the second person's decision.
//! Must not know how numbers are counted.

mod custody;
mod keys;
mod log;
mod people;
mod person_log;
mod policy;
mod profiles;
mod reviews;
mod settings;
mod subject;
mod webhooks;

use super::Web;
use super::cases::{open_cursor, seal_cursor, word};
use super::extract::{CanRead, Query, field_error, id};
use super::limits::{Guards, Purpose};
use super::problem::ApiError;
use super::recordings::may_download;
use crate::engine::Loaded;
use crate::numbers::{case_row, case_row_for, numbers};
use crate::state::App;
use crate::{playback, views};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{delete, get, post, put};
use domain::case::Case;
use domain::consent::Consent;
use domain::ids::{CaseId, TenantId};
use domain::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::rows::{AuditRow, CaseCursor, CaseFilter, CaseRow as StoredRow, MAX_LIST, MAX_PAGE};
use wire::api::admin::{CaseFile, CaseRows, ConsentView, NumbersView};
use wire::terms::{FailureReason, Phase};

/// Entries of one case that are shown.
const MAX_TIMELINE: usize = 2_000;
const MAX_DELIVERIES: u32 = 200;
/// Words of a search; more do not narrow it.
const MAX_WORDS: usize = 8;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/admin/cases", get(cases))
        .route("/v1/admin/cases/{id}", get(case_file))
        .route("/v1/admin/cases/{id}/review", get(reviews::file).post(reviews::give))
        .route("/v1/admin/cases/{id}/review/take", post(reviews::take))
        .route("/v1/admin/reviews", get(reviews::list))
        .route("/v1/admin/reviews/desk", post(reviews::desk))
        .route("/v1/admin/reviews/numbers", get(reviews::numbers))
        .route("/v1/admin/people/{id}/log", get(person_log::read))
        .route("/v1/admin/people/{id}/log.csv", get(person_log::export))
        .route("/v1/admin/cases/{id}/proofs", get(log::proofs))
        .route("/v1/admin/cases/{id}/hold", post(custody::hold))
        .route("/v1/admin/cases/{id}/release", post(custody::release))
        .route("/v1/admin/cases/{id}/erase", post(custody::erase))
        .route("/v1/admin/cases/{id}/copy", get(custody::copy))
        .route("/v1/admin/numbers", get(today))
        .route("/v1/admin/agents", get(people::list).post(people::add))
        .route("/v1/admin/agents/{id}", put(people::save))
        .route("/v1/admin/agents/{id}/reset", post(people::reset))
        .route("/v1/admin/agents/{id}/certificates/{profile}", put(profiles::certify).delete(profiles::withdraw))
        .route("/v1/admin/profiles", get(profiles::read))
        .route("/v1/admin/profiles/{code}/lines/{line}", put(profiles::save))
        .route("/v1/admin/policy", get(policy::read).put(policy::save))
        .route("/v1/admin/policy/simulate", post(policy::simulate))
        .route("/v1/admin/settings", get(settings::read).put(settings::save))
        .route("/v1/admin/endpoints", get(webhooks::list).post(webhooks::add))
        .route("/v1/admin/endpoints/{id}", delete(webhooks::remove))
        .route("/v1/admin/deliveries", get(webhooks::deliveries))
        .route("/v1/admin/deliveries/{id}/replay", post(webhooks::replay))
        .route("/v1/admin/keys", get(keys::list).post(keys::add))
        .route("/v1/admin/keys/{prefix}", delete(keys::revoke))
        .route("/v1/admin/log", get(log::read))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    q: Option<String>,
    phase: Option<Phase>,
    reason: Option<FailureReason>,
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

fn time(pointer: &str, text: Option<&str>) -> Result<Option<Timestamp>, ApiError> {
    text.map(|t| Timestamp::parse(t).ok_or_else(|| field_error(pointer, "not_a_time", "An RFC 3339 time."))).transpose()
}

async fn cases(State(app): State<App>, CanRead(person): CanRead, Query(filter): Query<Filter>) -> Result<axum::Json<CaseRows>, ApiError> {
    let limit = filter.limit.unwrap_or(50).clamp(1, MAX_PAGE);
    let after = filter.cursor.as_deref().map(|c| open_cursor(&app, person.tenant, c)).transpose()?;
    let base = CaseFilter {
        phases: filter.phase.map(|p| word(&p)).into_iter().collect(),
        reason: filter.reason.map(|r| word(&r)),
        from: time("/from", filter.from.as_deref())?,
        to: time("/to", filter.to.as_deref())?,
        ..CaseFilter::default()
    };
    let q = filter.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    let stored = match q {
        None => app.engine.store.cases(person.tenant, base, after, limit).await?,
        Some(q) => search(&app, person.tenant, &base, &q, after, limit).await?,
    };
    let full = stored.len() == limit as usize;
    let next_cursor = stored.last().filter(|_| full).map(|row| seal_cursor(&app, person.tenant, row.cursor())).transpose()?;
    let mut rows = Vec::with_capacity(stored.len());
    for row in stored {
        let Some(case) = app.engine.listed(&row).await? else { continue };
        rows.push(case_row_for(&app, &case, person.id).await);
    }
    Ok(axum::Json(CaseRows { rows, next_cursor }))
}

/// By id, by the beginning of the reference, or by words of the name.
async fn search(
    app: &App,
    tenant: TenantId,
    base: &CaseFilter,
    q: &str,
    after: Option<CaseCursor>,
    limit: u32,
) -> Result<Vec<StoredRow>, ApiError> {
    if let Ok(id) = q.parse::<CaseId>() {
        let row = app.engine.store.case_of(tenant, id).await?;
        return Ok(row.filter(|row| after.is_none() && fits(row, base)).into_iter().collect());
    }
    let known = app.engine.tenants.get(tenant).await?;
    let mut name_tokens = app.engine.name_tokens(tenant, &known.wrapped_key, q)?;
    name_tokens.truncate(MAX_WORDS);
    let by_reference = CaseFilter { reference_prefix: Some(q.chars().take(100).collect()), ..base.clone() };
    let mut found = app.engine.store.cases(tenant, by_reference, after, limit).await?;
    if !name_tokens.is_empty() {
        let by_name = CaseFilter { name_tokens, ..base.clone() };
        found.extend(app.engine.store.cases(tenant, by_name, after, limit).await?);
    }
    let mut seen = BTreeSet::new();
    found.retain(|row| seen.insert(row.id));
    found.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    found.truncate(limit as usize);
    Ok(found)
}

/// Whether a row that was found by its id is among those asked for.
fn fits(row: &StoredRow, base: &CaseFilter) -> bool {
    (base.phases.is_empty() || base.phases.contains(&row.phase))
        && base.reason.as_ref().is_none_or(|reason| row.reasons.contains(reason))
        && base.from.is_none_or(|from| row.created_at >= from)
        && base.to.is_none_or(|to| row.created_at < to)
}

async fn case_file(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    CanRead(person): CanRead,
    Path(case): Path<String>,
) -> Result<axum::Json<CaseFile>, ApiError> {
    let loaded = app.engine.loaded_of(person.tenant, id(&case)?).await?;
    if views::blind(&loaded.case, person.id) {
        return Err(ApiError::Plain("review_blind"));
    }
    let keep = may_download(&app, &person).await?;
    let file = file_of(&app, &loaded, keep).await?;
    if guards.take(Purpose::View, &format!("{} {}", person.id, loaded.case.id)).is_ok() {
        app.engine.log(person.tenant, Some(loaded.case.id), &person.actor(), "case_viewed", serde_json::json!({})).await?;
    }
    Ok(axum::Json(file))
}

async fn file_of(app: &App, loaded: &Loaded, keep: bool) -> Result<CaseFile, ApiError> {
    let case = &loaded.case;
    let entries = entries_of(app, case.id).await?;
    let deliveries = app.engine.store.deliveries_of(case.id, MAX_DELIVERIES).await?;
    Ok(CaseFile {
        row: case_row(app, case).await,
        claimed: views::claimed(&case.claimed),
        jurisdiction: views::profile(&case.profile()),
        lines: Some(views::profiles::lines(case, app.engine.now())),
        recovery: views::recovery(case, None),
        reports: case.reports.iter().map(|r| views::report(case, r)).collect(),
        consents: case.consents.iter().map(consent).collect(),
        timeline: log::timeline(app, &entries).await?,
        chat: case.chat.iter().map(views::message).collect(),
        evidence: case.evidence.iter().map(views::evidence).collect(),
        recordings: playback::view(app, loaded, &entries, keep).await,
        steps: views::steps(case),
        notes: case.notes.reveal().clone(),
        decision: case.decision().map(views::decision),
        decision_note: decision_note(case),
        rating: case.rating.as_ref().map(|r| r.stars),
        rating_comment: case.rating.as_ref().map(|r| r.comment.reveal().clone()).unwrap_or_default(),
        deliveries: webhooks::views(app, &deliveries).await?,
        review: reviews::view(app, case).await?,
        custody: custody::view(app, case, &entries).await?,
    })
}

/// The entries of a case that are shown, and proven.
async fn entries_of(app: &App, case: CaseId) -> Result<Vec<AuditRow>, ApiError> {
    let mut entries: Vec<AuditRow> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |row| row.seq);
        let page = app.engine.store.audit_of_case(case, after, MAX_LIST).await?;
        let last = page.len() < MAX_LIST as usize;
        entries.extend(page);
        if last || entries.len() >= MAX_TIMELINE {
            break;
        }
    }
    entries.truncate(MAX_TIMELINE);
    Ok(entries)
}

fn decision_note(case: &Case) -> String {
    case.decision().map(|d| d.note.reveal().clone()).unwrap_or_default()
}

fn consent(c: &Consent) -> ConsentView {
    ConsentView {
        at: c.at.to_string(),
        sha256: c.text_sha256.to_string(),
        text: c.text.clone(),
        locale: c.locale.clone(),
        address: c.address.reveal().clone(),
        user_agent: c.user_agent.reveal().clone(),
    }
}

async fn today(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<NumbersView>, ApiError> {
    Ok(axum::Json(numbers(&app, person.tenant).await?))
}
