//! The trigger policy: read, edited with a version check, and tried out on the last reports.
//! Must not know what a rule means.

use super::super::extract::{Admin, CanRead, Json};
use super::super::problem::{ApiError, field};
use crate::engine::EngineError;
use crate::state::App;
use crate::views;
use axum::extract::State;
use domain::ids::AgentId;
use domain::jurisdiction::{self, PROFILES};
use domain::report::{CheckOutcome, FailureReason, Report, Score, Scores};
use domain::time::Span;
use domain::trigger::{HoursCondition, MAX_RULES, Mode, OpeningHours, Policy, Rule};
use std::collections::BTreeMap;
use store::rows::{Commit, MAX_VALUES, PolicyRow, ReportRow};
use wire::api::admin::{
    ChangedReport, HoursBody, PolicyBody, PolicyVersion, PolicyView, RuleBody, RuleCount, SavePolicy, Simulate, Simulation,
};
use wire::problem::FieldError;
use wire::terms::RecoveryMode;

const HISTORY: u32 = 51;
const MAX_CHANGED: usize = 50;

pub(in super::super) async fn read(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<PolicyView>, ApiError> {
    Ok(axum::Json(view(&app, person.tenant).await?))
}

async fn view(app: &App, tenant: domain::ids::TenantId) -> Result<PolicyView, ApiError> {
    let rows = app.engine.store.policies(tenant, HISTORY).await?;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for row in &rows {
        if !names.contains_key(&row.by) {
            names.insert(row.by.clone(), author(app, &row.by).await?);
        }
    }
    let versions: Vec<PolicyVersion> = rows
        .iter()
        .map(|row| PolicyVersion {
            version: small(row.version),
            at: row.at.to_string(),
            by: names.get(&row.by).cloned().unwrap_or_default(),
        })
        .collect();
    let (newest, row) = versions.first().zip(rows.first()).ok_or(ApiError::Plain("not_found"))?;
    let policy: Policy = serde_json::from_str(&row.body).map_err(|e| ApiError::Internal(format!("policy of {tenant}: {e}")))?;
    Ok(PolicyView {
        version: newest.version,
        at: newest.at.clone(),
        by: newest.by.clone(),
        body: to_body(&policy),
        history: versions.iter().skip(1).cloned().collect(),
        profiles: PROFILES.iter().map(views::profile).collect(),
    })
}

/// What stands beside the profiles is edited on its own page, and kept by every edit of this one.
async fn profiles_of(app: &App, tenant: domain::ids::TenantId) -> Result<BTreeMap<String, jurisdiction::Rules>, ApiError> {
    let Some(row) = app.engine.store.policy(tenant).await? else { return Ok(BTreeMap::new()) };
    let policy: Policy = serde_json::from_str(&row.body).map_err(|e| ApiError::Internal(format!("policy of {tenant}: {e}")))?;
    Ok(policy.profiles)
}

pub(super) async fn author(app: &App, by: &str) -> Result<String, ApiError> {
    Ok(match by.parse::<AgentId>() {
        Ok(id) => app.engine.store.person(id).await?.map(|p| p.name).unwrap_or_default(),
        Err(_) => by.to_owned(),
    })
}

pub(super) fn small(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

pub(in super::super) async fn save(
    State(app): State<App>,
    Admin(admin): Admin,
    Json(body): Json<SavePolicy>,
) -> Result<axum::Json<PolicyView>, ApiError> {
    let newest = app.engine.store.policy(admin.tenant).await?.map_or(0, |row| small(row.version));
    if body.from_version != newest {
        return Err(ApiError::Plain("policy_version"));
    }
    let policy = Policy { profiles: profiles_of(&app, admin.tenant).await?, ..checked(&body.body, newest + 1)? };
    let text = serde_json::to_string(&policy).map_err(|e| ApiError::Internal(e.to_string()))?;
    let row =
        PolicyRow { tenant: admin.tenant, version: u64::from(policy.version), at: app.engine.now(), by: admin.id.to_string(), body: text };
    let entry = serde_json::json!({ "version": policy.version, "sha256": domain::digest::Digest::of(row.body.as_bytes()) });
    let rows = Commit { policy: Some(row), ..Commit::default() };
    match app.engine.administer(admin.tenant, &admin.actor(), "policy_changed", entry, rows).await {
        Err(EngineError::Store(store::StoreError::Conflict)) => Err(ApiError::Plain("policy_version")),
        other => {
            other?;
            Ok(axum::Json(view(&app, admin.tenant).await?))
        }
    }
}

pub(in super::super) async fn simulate(
    State(app): State<App>,
    CanRead(person): CanRead,
    Json(body): Json<Simulate>,
) -> Result<axum::Json<Simulation>, ApiError> {
    if !(1..=90).contains(&body.days) {
        return Err(ApiError::Fields(vec![field("/days", "out_of_range", "1 to 90 days.")]));
    }
    let policy = checked(&body.body, 0)?;
    let since = app.engine.now() - Span::minutes(i64::from(body.days) * 24 * 60);
    let rows = app.engine.store.reports_since(person.tenant, since, MAX_VALUES).await?;
    let work = move || simulated(&policy, &rows);
    tokio::task::spawn_blocking(work).await.map(axum::Json).map_err(|e| ApiError::Internal(e.to_string()))
}

fn simulated(policy: &Policy, rows: &[ReportRow]) -> Simulation {
    let mut out = Simulation {
        reports: small(rows.len() as u64),
        automatic: 0,
        opt_in: 0,
        none: 0,
        was_automatic: 0,
        was_opt_in: 0,
        was_none: 0,
        per_rule: policy.rules.iter().map(|r| RuleCount { name: r.name.clone(), count: 0 }).collect(),
        changed: Vec::new(),
    };
    out.per_rule.push(RuleCount { name: "no rule".to_owned(), count: 0 });
    for row in rows.iter().rev() {
        let answer = policy.answer(&report(row), &row.jurisdiction, row.at);
        let was: RecoveryMode = from_word(&row.mode).unwrap_or(RecoveryMode::None);
        let now: RecoveryMode = answer.mode.into();
        *match now {
            RecoveryMode::Automatic => &mut out.automatic,
            RecoveryMode::OptIn => &mut out.opt_in,
            RecoveryMode::None => &mut out.none,
        } += 1;
        *match was {
            RecoveryMode::Automatic => &mut out.was_automatic,
            RecoveryMode::OptIn => &mut out.was_opt_in,
            RecoveryMode::None => &mut out.was_none,
        } += 1;
        let place = answer.rule.as_ref().and_then(|name| policy.rules.iter().position(|r| r.name == *name)).unwrap_or(policy.rules.len());
        if let Some(rule) = out.per_rule.get_mut(place) {
            rule.count += 1;
        }
        if now != was && out.changed.len() < MAX_CHANGED {
            let reasons = row.reasons.iter().filter_map(|r| from_word(r)).collect();
            let (case, reference, at) = (row.case.to_string(), row.reference.clone(), row.at.to_string());
            out.changed.push(ChangedReport { case, reference, at, reasons, was, now, because: answer.because });
        }
    }
    out
}

fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// The report as the policy saw it; what it does not read was not kept.
fn report(row: &ReportRow) -> Report {
    let score = |n: Option<i64>| n.and_then(|n| u16::try_from(n).ok()).and_then(Score::from_thousandths);
    Report {
        id: row.id,
        at: row.at,
        attempt: u8::try_from(row.attempt).unwrap_or(99),
        outcome: CheckOutcome::Failed,
        reasons: row.reasons.iter().filter_map(|r| from_word::<FailureReason>(r)).collect(),
        scores: Scores { document: score(row.document), face: score(row.face), liveness: score(row.liveness) },
        vendor: None,
        vendor_reference: None,
        images: Vec::new(),
    }
}

fn to_body(p: &Policy) -> PolicyBody {
    let rules = p.rules.iter().map(|r| RuleBody {
        name: r.name.clone(),
        reasons: r.reasons.iter().map(|x| (*x).into()).collect(),
        jurisdictions: r.jurisdictions.clone(),
        confidence_below: r.confidence_below.map(|s| f64::from(s.thousandths()) / 1000.0),
        attempts_at_least: r.attempts_at_least,
        hours: match r.hours {
            HoursCondition::Any => "any",
            HoursCondition::Open => "open",
            HoursCondition::Closed => "closed",
        }
        .to_owned(),
        then: r.then.into(),
    });
    let week = p.hours.week.iter().map(|day| day.iter().map(|(from, to)| [*from, *to]).collect()).collect();
    PolicyBody {
        rules: rules.collect(),
        invitation_minutes: p.invitation_minutes,
        jurisdiction: p.jurisdiction.clone(),
        hours: HoursBody { zone: p.hours.zone.clone(), week },
    }
}

/// The policy of a body, if nothing is wrong with it.
fn checked(body: &PolicyBody, version: u32) -> Result<Policy, ApiError> {
    let mut faults: Vec<FieldError> = Vec::new();
    let rules = body.rules.iter().take(MAX_RULES + 1).enumerate().map(|(n, r)| rule(n, r, &mut faults)).collect();
    let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    if body.hours.week.len() != 7 {
        faults.push(field("/body/hours/week", "length", "Seven days, Monday first."));
    }
    for (day, spans) in week.iter_mut().zip(&body.hours.week) {
        // One more than allowed is enough for the law to name the day.
        *day = spans.iter().take(5).map(|[from, to]| (*from, *to)).collect();
    }
    let policy = Policy {
        version,
        rules,
        invitation_minutes: body.invitation_minutes,
        jurisdiction: body.jurisdiction.clone(),
        hours: OpeningHours { zone: body.hours.zone.clone(), week },
        profiles: BTreeMap::new(),
    };
    let known = |code: &str| jurisdiction::profile(code).is_some();
    faults.extend(policy.faults(known).into_iter().map(|f| field(format!("/body{}", f.pointer), f.code, f.detail)));
    if faults.is_empty() { Ok(policy) } else { Err(ApiError::Fields(faults)) }
}

fn rule(n: usize, r: &RuleBody, faults: &mut Vec<FieldError>) -> Rule {
    let limit =
        r.confidence_below.map(|c| (0.0..=1.0).contains(&c).then(|| Score::from_thousandths((c * 1000.0).round() as u16)).flatten());
    if limit == Some(None) {
        faults.push(field(format!("/body/rules/{n}/confidence_below"), "out_of_range", "0 to 1."));
    }
    let hours = match r.hours.as_str() {
        "any" => HoursCondition::Any,
        "open" => HoursCondition::Open,
        "closed" => HoursCondition::Closed,
        _ => {
            faults.push(field(format!("/body/rules/{n}/hours"), "unknown_value", "any, open or closed."));
            HoursCondition::Any
        }
    };
    let then: Mode = r.then.into();
    Rule {
        name: r.name.clone(),
        reasons: r.reasons.iter().map(|x| (*x).into()).collect(),
        jurisdictions: r.jurisdictions.clone(),
        confidence_below: limit.flatten(),
        attempts_at_least: r.attempts_at_least,
        hours,
        then,
    }
}
