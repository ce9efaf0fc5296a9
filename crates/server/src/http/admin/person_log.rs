//! What one person did and what is about them, from the audit log; as a list and as a file for a spreadsheet.
//! Reading it is itself an entry. Must not know how the log is kept.

use super::super::extract::{CanRead, Query, field_error, id};
use super::super::limits::{Guards, Purpose};
use super::super::problem::ApiError;
use super::super::who::{Person, role};
use super::log::timeline;
use crate::state::App;
use crate::views::tells;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::case::Case;
use domain::ids::{AgentId, CaseId, EntryId};
use domain::procedure::StepState;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use store::rows::{AuditRow, MAX_LIST, PersonWrite};
use wire::api::review::{PersonEntry, PersonLog};
use wire::terms::Role;

/// Entries of one page.
const MAX_ENTRIES: u32 = 200;
/// Lines of one file: a year of a busy agent; a spreadsheet opens it in a second.
const MAX_LINES: usize = 20_000;

/// Kinds by group, in the order in which the page offers them. What stands in none is `other`.
const GROUPS: [(&str, &[&str]); 9] = [
    (
        "sign_in",
        &[
            "signed_in",
            "signed_out",
            "sign_in_refused",
            "password_set",
            "second_factor_set",
            "agent_created",
            "agent_changed",
            "agent_reset",
        ],
    ),
    ("presence", &["presence_changed"]),
    ("training", &["certified", "training_shown"]),
    (
        "contact",
        &[
            "agent_reserved",
            "agent_drawn",
            "reservation_ended",
            "ring_missed",
            "session_started",
            "session_ended",
            "supervisor_came",
            "supervisor_changed",
            "supervisor_left",
            "taken_over",
            "hold_began",
            "transferred",
            "continues_later",
            "interpreter_invited",
        ],
    ),
    (
        "view",
        &[
            "case_viewed",
            "evidence_viewed",
            "evidence_refused",
            "recording_viewed",
            "recording_downloaded",
            "pack_exported",
            "pack_downloaded",
            "subject_access_exported",
            "person_log_viewed",
            "person_log_exported",
        ],
    ),
    (
        "work",
        &[
            "step_done",
            "step_failed",
            "step_reopened",
            "challenge_asked",
            "challenge_judged",
            "challenge_withdrawn",
            "question_answered",
            "field_read",
            "code_sent",
            "location_asked",
            "notes_changed",
            "surface_shown",
            "chat_sent",
            "still_taken",
            "command_sent",
        ],
    ),
    ("decision", &["decided", "decision_timed_out", "step_waived", "case_closed"]),
    ("review", &["review_asked", "review_assigned", "review_taken", "review_lapsed", "reviewed"]),
    (
        "setting",
        &[
            "settings_changed",
            "policy_changed",
            "endpoint_added",
            "endpoint_removed",
            "endpoint_saved",
            "api_key_created",
            "api_key_revoked",
            "delivery_replayed",
            "tenant_created",
            "profile_changed",
            "pass_issued",
            "evidence_erased",
            "erasure_refused",
        ],
    ),
];

fn group_of(kind: &str) -> &'static str {
    GROUPS.iter().find(|(_, kinds)| kinds.contains(&kind)).map_or("other", |(group, _)| group)
}

fn kinds_of(group: Option<&str>) -> Result<Vec<String>, ApiError> {
    let Some(group) = group else { return Ok(Vec::new()) };
    let found = GROUPS.iter().find(|(name, _)| *name == group);
    let (_, kinds) = found.ok_or_else(|| field_error("/group", "unknown_value", "One of the groups of the list."))?;
    Ok(kinds.iter().map(|kind| (*kind).to_owned()).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Filter {
    group: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl Filter {
    fn before(&self) -> Result<Option<EntryId>, ApiError> {
        let bad = |_| field_error("/cursor", "bad_cursor", "Give the cursor of an earlier page, or none.");
        self.cursor.as_deref().map(|text| text.parse().map_err(bad)).transpose()
    }
}

pub(in super::super) async fn read(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    CanRead(reader): CanRead,
    Path(person): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<PersonLog>, ApiError> {
    let person = of_tenant(&app, &reader, &person).await?;
    let limit = filter.limit.unwrap_or(100).clamp(1, MAX_ENTRIES);
    let kinds = kinds_of(filter.group.as_deref())?;
    let mut rows = app.engine.store.audit_of_person(reader.tenant, person.id, kinds, filter.before()?, limit).await?;
    let next_cursor = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.entry.id.to_string());
    keep_blind(&app, &reader, &mut rows);
    let entries = entries(&app, &rows).await?;
    if guards.take(Purpose::View, &format!("{} log {}", reader.id, person.id)).is_ok() {
        let body = serde_json::json!({ "agent": person.id });
        app.engine.log(reader.tenant, None, &reader.actor(), "person_log_viewed", body).await?;
    }
    let role = role(&person.role).unwrap_or(Role::Agent);
    Ok(axum::Json(PersonLog { id: person.id.to_string(), name: person.name, role, entries, next_cursor }))
}

/// Takes away what tells the reader how the case was decided that they look at blind.
fn keep_blind(app: &App, reader: &Person, rows: &mut Vec<AuditRow>) {
    let hidden = app.reviews.hidden_from(reader.id);
    rows.retain(|row| !tells(&row.entry.kind, row.entry.case, hidden));
}

async fn of_tenant(app: &App, reader: &Person, text: &str) -> Result<PersonWrite, ApiError> {
    let found = app.engine.store.person(id(text)?).await?.filter(|p| p.tenant == reader.tenant);
    found.ok_or(ApiError::Plain("not_found"))
}

async fn entries(app: &App, rows: &[AuditRow]) -> Result<Vec<PersonEntry>, ApiError> {
    let shown = timeline(app, rows).await?;
    let mut cases: BTreeMap<CaseId, Option<Case>> = BTreeMap::new();
    let mut out = Vec::with_capacity(shown.len());
    for (entry, row) in shown.into_iter().zip(rows) {
        let mut reason = None;
        if let ("step_waived", Some(id)) = (row.entry.kind.as_str(), row.entry.case) {
            let case = match cases.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                // An erased case has no reasons any more; its entries stay.
                Entry::Vacant(place) => place.insert(app.engine.case(id).await.ok()),
            };
            reason = case.as_ref().and_then(|case| waiver(case, row));
        }
        let case = row.entry.case.map(|id| id.to_string());
        out.push(PersonEntry { group: group_of(&entry.kind).to_owned(), entry, case, reason });
    }
    Ok(out)
}

/// The words of a waiver that still stands.
fn waiver(case: &Case, row: &AuditRow) -> Option<String> {
    let key = row.entry.body["step"].as_str()?;
    let step = case.procedure.as_ref()?.steps.iter().find(|s| s.kind.key() == key)?;
    match &step.state {
        StepState::Waived { reason, .. } => Some(reason.reveal().clone()),
        StepState::Pending | StepState::Done | StepState::Failed => None,
    }
}

/// The same as a file.
pub(in super::super) async fn export(
    State(app): State<App>,
    CanRead(reader): CanRead,
    Path(person): Path<String>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let person = of_tenant(&app, &reader, &person).await?;
    let kinds = kinds_of(filter.group.as_deref())?;
    let mut rows = all(&app, &reader, person.id, &kinds).await?;
    keep_blind(&app, &reader, &mut rows);
    let body = serde_json::json!({ "agent": person.id, "group": filter.group, "lines": rows.len() });
    app.engine.log(reader.tenant, None, &reader.actor(), "person_log_exported", body).await?;
    let mut text = String::from("\u{feff}at,group,kind,actor,case,detail,entry,index\r\n");
    for row in &rows {
        let e = &row.entry;
        let case = e.case.map(|id| id.to_string()).unwrap_or_default();
        let index = row.idx.map(|n| n.to_string()).unwrap_or_default();
        let (at, detail, id) = (e.at.to_string(), e.body.to_string(), e.id.to_string());
        let cells: [&str; 8] = [&at, group_of(&e.kind), &e.kind, &e.actor, &case, &detail, &id, &index];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    let name = format!("attachment; filename=\"{}.csv\"", person.id);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

async fn all(app: &App, reader: &Person, person: AgentId, kinds: &[String]) -> Result<Vec<AuditRow>, ApiError> {
    let mut rows: Vec<AuditRow> = Vec::new();
    while rows.len() < MAX_LINES {
        let before = rows.last().map(|row| row.entry.id);
        let page = app.engine.store.audit_of_person(reader.tenant, person, kinds.to_vec(), before, MAX_LIST).await?;
        let last = page.len() < MAX_LIST as usize;
        rows.extend(page);
        if last {
            break;
        }
    }
    rows.truncate(MAX_LINES);
    Ok(rows)
}

/// RFC 4180; what a spreadsheet would take for a formula is text.
fn cell(value: &str) -> String {
    let safe = if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() };
    if safe.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_belongs_to_one_group_and_a_group_that_is_none_is_refused() {
        let mut seen = BTreeSet::new();
        assert!(GROUPS.iter().flat_map(|(_, kinds)| *kinds).all(|kind| seen.insert(kind)));
        assert_eq!((group_of("decided"), group_of("anything_new")), ("decision", "other"));
        assert!(kinds_of(Some("nonsense")).is_err() && kinds_of(None).is_ok_and(|kinds| kinds.is_empty()));
    }

    #[test]
    fn a_cell_is_never_a_formula_and_never_two() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("plain"), "plain");
    }
}
