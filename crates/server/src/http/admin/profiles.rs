//! Jurisdiction profiles: shown with what stands beside them, made stricter line by line, declared; and certificates of
//! training. Must not know what is stricter; that is the domain's.

use super::super::extract::{Admin, CanRead, Json};
use super::super::problem::{ApiError, field};
use super::people::{of_tenant, saved};
use super::policy::{author, small};
use crate::engine::EngineError;
use crate::state::App;
use crate::views;
use axum::extract::{Path, State};
use domain::agent;
use domain::digest::Digest;
use domain::ids::TenantId;
use domain::jurisdiction::{Declared, PROFILES, Profile, ProfileCode, Raised, Rules, Trained, profile};
use domain::time::{Span, Timestamp};
use domain::trigger::Policy;
use store::rows::{Commit, PolicyRow};
use wire::api::admin::SavedAgent;
use wire::api::profiles::{ProfilesView, RaiseLine, SaveCertificate, SaveLine};

const DAY: Span = Span::minutes(24 * 60);

pub(in super::super) async fn read(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<ProfilesView>, ApiError> {
    Ok(axum::Json(view(&app, person.tenant).await?))
}

/// As it stands in the store: the remembered one may be some seconds old.
async fn stored(app: &App, tenant: TenantId) -> Result<Policy, ApiError> {
    let row = app.engine.store.policy(tenant).await?.ok_or(ApiError::Plain("not_found"))?;
    let policy: Policy = serde_json::from_str(&row.body).map_err(|e| ApiError::Internal(format!("policy of {tenant}: {e}")))?;
    Ok(Policy { version: small(row.version), ..policy })
}

async fn view(app: &App, tenant: TenantId) -> Result<ProfilesView, ApiError> {
    let policy = stored(app, tenant).await?;
    let mut profiles = Vec::with_capacity(PROFILES.len());
    for p in PROFILES.iter() {
        let mut rules = policy.rules_of(&p.code);
        for by in rules.raised.iter_mut().map(|r| &mut r.by).chain(rules.declared.iter_mut().map(|d| &mut d.by)) {
            *by = author(app, by).await?;
        }
        profiles.push(views::profiles::detail(p, &rules));
    }
    Ok(ProfilesView { version: policy.version, profiles })
}

pub(in super::super) async fn save(
    State(app): State<App>,
    Admin(admin): Admin,
    Path((code, line)): Path<(String, String)>,
    Json(body): Json<SaveLine>,
) -> Result<axum::Json<ProfilesView>, ApiError> {
    let p = profile(&code).filter(|p| p.line(&line).is_some()).ok_or(ApiError::Plain("not_found"))?;
    let mut policy = stored(&app, admin.tenant).await?;
    if body.from_version != policy.version {
        return Err(ApiError::Plain("policy_version"));
    }
    let (by, at) = (admin.id.to_string(), app.engine.now());
    let rules = edited(p, policy.rules_of(&code), &line, body, &by, at)?;
    if rules == policy.rules_of(&code) {
        return Ok(axum::Json(view(&app, admin.tenant).await?));
    }
    policy.version += 1;
    let mine = |r: &Rules| (r.raised.iter().any(|x| x.line == line), r.declared.iter().any(|x| x.line == line));
    let (raised, declared) = mine(&rules);
    policy.profiles.insert(code.clone(), rules);
    let text = serde_json::to_string(&policy).map_err(|e| ApiError::Internal(e.to_string()))?;
    let entry = serde_json::json!({
        "profile": code, "line": line, "raised": raised, "declared": declared,
        "version": policy.version, "sha256": Digest::of(text.as_bytes()),
    });
    let row = PolicyRow { tenant: admin.tenant, version: u64::from(policy.version), at, by, body: text };
    let rows = Commit { policy: Some(row), ..Commit::default() };
    match app.engine.administer(admin.tenant, &admin.actor(), "profile_changed", entry, rows).await {
        Err(EngineError::Store(store::StoreError::Conflict)) => Err(ApiError::Plain("policy_version")),
        other => {
            other?;
            Ok(axum::Json(view(&app, admin.tenant).await?))
        }
    }
}

/// The rules with one line edited, if nothing is wrong with them.
fn edited(p: &Profile, mut rules: Rules, line: &str, body: SaveLine, by: &str, at: Timestamp) -> Result<Rules, ApiError> {
    let was = rules.clone();
    rules.raised.retain(|r| r.line != line);
    rules.declared.retain(|d| d.line != line);
    let raise = |r: RaiseLine| Raised {
        line: line.to_owned(),
        mandatory: r.mandatory,
        values: r.values,
        reason: r.reason.trim().to_owned(),
        by: by.to_owned(),
        at,
    };
    rules.raised.extend(body.raise.map(raise));
    let declared = |statement: String| Declared { line: line.to_owned(), statement: statement.trim().to_owned(), by: by.to_owned(), at };
    rules.declared.extend(body.declare.map(declared));
    // What stays as it was keeps its author and its day.
    for each in &mut rules.raised {
        if let Some(same) = was
            .raised
            .iter()
            .find(|w| (&w.line, w.mandatory, &w.values, &w.reason) == (&each.line, each.mandatory, &each.values, &each.reason))
        {
            *each = same.clone();
        }
    }
    for each in &mut rules.declared {
        if let Some(same) = was.declared.iter().find(|w| (&w.line, &w.statement) == (&each.line, &each.statement)) {
            *each = same.clone();
        }
    }
    // Lines that a later version of the file no longer has say nothing any more.
    rules.raised.retain(|r| p.line(&r.line).is_some());
    rules.declared.retain(|d| p.line(&d.line).is_some());
    let faults = rules.faults(p);
    if faults.is_empty() {
        return Ok(rules);
    }
    let pointer = |code: &str| if matches!(code, "statement_missing" | "not_declarable") { "/declare" } else { "/raise" };
    let named = |f: domain::jurisdiction::RulesFault| {
        let detail = f.line.map_or(f.detail.clone(), |l| format!("{} [{}]", f.detail, l.id));
        field(pointer(f.code), f.code, detail)
    };
    Err(ApiError::Fields(faults.into_iter().map(named).collect()))
}

pub(in super::super) async fn certify(
    State(app): State<App>,
    Admin(admin): Admin,
    Path((person, code)): Path<(String, String)>,
    Json(body): Json<SaveCertificate>,
) -> Result<axum::Json<SavedAgent>, ApiError> {
    let at = day("/trained_on", &body.trained_on)?;
    let until = day("/until", &body.until)? + DAY;
    if at > app.engine.now() {
        return Err(ApiError::Fields(vec![field("/trained_on", "in_the_future", "A training that was.")]));
    }
    if until <= at {
        return Err(ApiError::Fields(vec![field("/until", "out_of_range", "Not before the training.")]));
    }
    put(&app, &admin, &person, &code, Some(Trained { at, until })).await
}

pub(in super::super) async fn withdraw(
    State(app): State<App>,
    Admin(admin): Admin,
    Path((person, code)): Path<(String, String)>,
) -> Result<axum::Json<SavedAgent>, ApiError> {
    put(&app, &admin, &person, &code, None).await
}

async fn put(
    app: &App,
    admin: &super::super::who::Person,
    person: &str,
    code: &str,
    trained: Option<Trained>,
) -> Result<axum::Json<SavedAgent>, ApiError> {
    let row = of_tenant(app, admin, person).await?;
    let known = profile(code).and_then(|p| ProfileCode::parse(&p.code)).ok_or(ApiError::Plain("not_found"))?;
    app.engine.on_agent(row.id, &admin.actor(), agent::Input::Certify { profile: known, trained }).await?;
    Ok(axum::Json(saved(app, &row, None).await?))
}

fn day(pointer: &str, text: &str) -> Result<Timestamp, ApiError> {
    let start = Some(text).filter(|t| domain::time::is_date(t)).and_then(|t| Timestamp::parse(&format!("{t}T00:00:00Z")));
    start.ok_or_else(|| ApiError::Fields(vec![field(pointer, "not_a_date", "A day such as 2026-11-23.")]))
}
