//! Who may sign in, as what, with which skills; and the link that lets somebody in again.
//! Must not know how calls are routed.

use super::super::cases::word;
use super::super::extract::{Admin, CanRead, Json, id};
use super::super::problem::{ApiError, field};
use super::super::who::{Person, role};
use crate::engine::{new_token, token_hash};
use crate::reviews::MAY_REVIEW;
use crate::socket::agent::day_start;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::agent::{Agent, State as Standing};
use domain::ids::{AgentId, TenantId};
use domain::time::{Span, Timestamp};
use std::collections::BTreeMap;
use store::rows::{Commit, MAX_LIST, Numbers, PersonWrite, SignInLinkRow};
use wire::api::admin::{AgentRow, SaveAgent, SavedAgent};
use wire::parse::is_email;
use wire::terms::Role;

const MAX_SKILLS: usize = 32;
const LINK_LIFE: Span = Span::minutes(24 * 60);

pub(in super::super) async fn list(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<Vec<AgentRow>>, ApiError> {
    let known = Known::read(&app, person.tenant).await?;
    let people = app.engine.store.people(person.tenant, None, MAX_LIST).await?;
    let now = app.engine.now();
    Ok(axum::Json(people.iter().map(|p| known.row(p, now)).collect()))
}

/// What rows are made of beside the account.
struct Known {
    presence: BTreeMap<AgentId, Agent>,
    today: Numbers,
    ever: Numbers,
}

impl Known {
    async fn read(app: &App, tenant: TenantId) -> Result<Self, ApiError> {
        let now = app.engine.now();
        let zone = app.engine.tenants.get(tenant).await?.policy.hours.zone.clone();
        let end = now + Span::seconds(1);
        Ok(Self {
            presence: app.queue.presence(tenant).into_iter().map(|a| (a.id, a)).collect(),
            today: app.engine.store.numbers(tenant, day_start(now, &zone), end).await?,
            ever: app.engine.store.numbers(tenant, Timestamp(0), end).await?,
        })
    }

    fn row(&self, person: &PersonWrite, now: Timestamp) -> AgentRow {
        let agent =
            self.presence.get(&person.id).cloned().unwrap_or_else(|| Agent::new(person.id, person.tenant, person.created_at.min(now)));
        let away = if let Standing::Away { reason } = agent.state { Some(reason.into()) } else { None };
        let of = |numbers: &Numbers, kind: &str| {
            numbers.agents.iter().find(|n| n.agent == person.id && n.kind == kind).map(|n| (n.count, n.sum))
        };
        let mean = |(count, sum): (u64, i64)| if count == 0 { 0.0 } else { sum as f64 / count as f64 };
        AgentRow {
            id: person.id.to_string(),
            name: person.name.clone(),
            email: person.email.clone(),
            role: role(&person.role).unwrap_or(Role::Agent),
            skills: serde_json::from_str(&person.skills).unwrap_or_default(),
            presence: agent.state.name().into(),
            away,
            since: agent.since.to_string(),
            answered_today: of(&self.today, "answered").map_or(0, |(count, _)| u32::try_from(count).unwrap_or(u32::MAX)),
            aht_seconds: of(&self.today, "handled").map(|n| (mean(n) / 1000.0) as u32),
            rating: of(&self.ever, "rated").map(mean),
            active: person.active,
            totp: person.totp_secret.is_some(),
            certificates: Some(crate::views::profiles::certificates(&agent, now)),
        }
    }
}

pub(in super::super) async fn add(State(app): State<App>, Admin(admin): Admin, Json(body): Json<SaveAgent>) -> Result<Response, ApiError> {
    let body = checked(body)?;
    free_email(&app, &body.email, None).await?;
    let row = PersonWrite {
        id: AgentId(app.engine.ids.id()),
        tenant: admin.tenant,
        email: body.email,
        name: body.name,
        role: word(&body.role),
        skills: serde_json::to_string(&body.skills).unwrap_or_default(),
        password_hash: None,
        totp_secret: None,
        active: body.active,
        created_at: app.engine.now(),
    };
    write(&app, &admin, row.clone(), "agent_created").await?;
    let url = if row.active { Some(link(&app, &row).await?) } else { None };
    Ok((StatusCode::CREATED, axum::Json(saved(&app, &row, url).await?)).into_response())
}

pub(in super::super) async fn save(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(person): Path<String>,
    Json(body): Json<SaveAgent>,
) -> Result<axum::Json<SavedAgent>, ApiError> {
    let was = of_tenant(&app, &admin, &person).await?;
    let body = checked(body)?;
    free_email(&app, &body.email, Some(was.id)).await?;
    if was.id == admin.id && (body.role != Role::Admin || !body.active) {
        return Err(ApiError::Plain("own_account"));
    }
    let row = PersonWrite {
        email: body.email,
        name: body.name,
        role: word(&body.role),
        skills: serde_json::to_string(&body.skills).unwrap_or_default(),
        active: body.active,
        ..was.clone()
    };
    write(&app, &admin, row.clone(), "agent_changed").await?;
    if row.role != was.role || !row.active {
        app.engine.store.revoke_sign_ins_of(row.id).await?;
    }
    Ok(axum::Json(saved(&app, &row, None).await?))
}

/// Takes password and second factor away, ends every sign-in, and gives a link to begin again.
pub(in super::super) async fn reset(
    State(app): State<App>,
    Admin(admin): Admin,
    Path(person): Path<String>,
) -> Result<axum::Json<SavedAgent>, ApiError> {
    let was = of_tenant(&app, &admin, &person).await?;
    if !was.active {
        return Err(ApiError::Said("conflict", "This account is deactivated; reactivate it first.".to_owned()));
    }
    let row = PersonWrite { password_hash: None, totp_secret: None, ..was };
    write(&app, &admin, row.clone(), "agent_reset").await?;
    app.engine.store.revoke_sign_ins_of(row.id).await?;
    let url = link(&app, &row).await?;
    Ok(axum::Json(saved(&app, &row, Some(url)).await?))
}

pub(super) async fn of_tenant(app: &App, admin: &Person, text: &str) -> Result<PersonWrite, ApiError> {
    let found = app.engine.store.person(id(text)?).await?.filter(|p| p.tenant == admin.tenant);
    found.ok_or(ApiError::Plain("not_found"))
}

async fn write(app: &App, admin: &Person, row: PersonWrite, kind: &str) -> Result<(), ApiError> {
    let body = serde_json::json!({ "agent": row.id, "role": row.role, "active": row.active });
    let rows = Commit { people: vec![row], ..Commit::default() };
    Ok(app.engine.administer(admin.tenant, &admin.actor(), kind, body, rows).await?)
}

pub(super) async fn saved(app: &App, row: &PersonWrite, sign_in_url: Option<String>) -> Result<SavedAgent, ApiError> {
    let known = Known::read(app, row.tenant).await?;
    Ok(SavedAgent { agent: known.row(row, app.engine.now()), sign_in_url })
}

/// A one-time link to the page this role works on.
async fn link(app: &App, person: &PersonWrite) -> Result<String, ApiError> {
    let token = new_token(app.engine.ids.as_ref());
    let now = app.engine.now();
    let row = SignInLinkRow { hash: token_hash(&token).0, person: person.id, created_at: now, expires_at: now + LINK_LIFE };
    app.engine.store.put_sign_in_link(row).await?;
    let page = if role(&person.role) == Some(Role::Agent) { "agent" } else { "admin" };
    Ok(format!("{}/{page}#signin={token}", app.engine.public_url.trim_end_matches('/')))
}

async fn free_email(app: &App, email: &str, of: Option<AgentId>) -> Result<(), ApiError> {
    match app.engine.store.person_by_email(email.to_owned()).await? {
        Some(other) if Some(other.id) != of => Err(ApiError::Plain("email_in_use")),
        _ => Ok(()),
    }
}

fn checked(mut body: SaveAgent) -> Result<SaveAgent, ApiError> {
    let mut faults = Vec::new();
    body.name = body.name.trim().to_owned();
    body.email = body.email.trim().to_lowercase();
    if body.name.is_empty() || body.name.chars().count() > 100 || body.name.chars().any(char::is_control) {
        faults.push(field("/name", "length", "1 to 100 characters."));
    }
    if !is_email(&body.email) {
        faults.push(field("/email", "not_an_email", "An address such as name@example.com."));
    }
    if body.skills.len() > MAX_SKILLS {
        faults.push(field("/skills", "too_many", "At most 32."));
    }
    for (n, skill) in body.skills.iter().enumerate() {
        let good = skill.split_once(':').is_some_and(|(kind, of)| {
            (matches!(kind, "lang" | "doc" | "jur" | "team") || skill == MAY_REVIEW)
                && (1..=40).contains(&of.len())
                && of.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        });
        if !good {
            faults.push(field(format!("/skills/{n}"), "not_a_skill", "Such as lang:id, doc:passport, jur:SG, team:north or can:review."));
        }
    }
    if faults.is_empty() { Ok(body) } else { Err(ApiError::Fields(faults)) }
}
