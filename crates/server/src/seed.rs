//! Making tenants and people from the command line, and their one-time sign-in links.
//! Must not know HTTP.

use crate::engine::{Actor, new_token, token_hash};
use crate::state::App;
use crate::tenant::Settings;
use anyhow::{Context, Result};
use domain::agent::Input;
use domain::ids::{AgentId, TenantId};
use domain::jurisdiction::{Declared, Line, PROFILES, ProfileCode, Rules, Trained};
use domain::time::{Span, Timestamp};
use domain::trigger::Policy;
use store::rows::{Commit, PersonWrite, PolicyRow, SignInLinkRow, TenantWrite};

/// A one-time link lives this long.
const LINK_LIFE: Span = Span::minutes(24 * 60);

/// A tenant with its starting policy.
///
/// # Errors
/// A store that does not answer.
pub async fn tenant(app: &App, name: &str, settings: &Settings, zone: &str, jurisdiction: &str) -> Result<TenantId> {
    let engine = &app.engine;
    let id = TenantId(engine.ids.id());
    let key = engine.kms.wrap(id, &engine.kms.new_key())?;
    let row = TenantWrite { id, name: name.to_owned(), settings: serde_json::to_string(settings)?, settings_were: None, key };
    let policy = Policy::starting(zone, jurisdiction);
    let policy = PolicyRow { tenant: id, version: 1, at: engine.now(), by: "setup".to_owned(), body: serde_json::to_string(&policy)? };
    let rows = Commit { tenants: vec![row], policy: Some(policy), ..Commit::default() };
    engine.administer(id, &Actor::System, "tenant_created", serde_json::json!({ "tenant": id }), rows).await?;
    Ok(id)
}

/// Somebody who may sign in.
///
/// # Errors
/// A store that does not answer.
pub async fn person(app: &App, tenant: TenantId, name: &str, email: &str, role: &str, skills: &[&str]) -> Result<AgentId> {
    let engine = &app.engine;
    let id = AgentId(engine.ids.id());
    let row = PersonWrite {
        id,
        tenant,
        email: email.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        skills: serde_json::to_string(skills)?,
        password_hash: None,
        totp_secret: None,
        active: true,
        created_at: engine.now(),
    };
    let body = serde_json::json!({ "agent": id, "role": role });
    engine.administer(tenant, &Actor::System, "agent_created", body, Commit { people: vec![row], ..Commit::default() }).await?;
    Ok(id)
}

/// Everything declared that only an operator can: for the demo and tests, where nobody is a bank.
///
/// # Errors
/// A store that does not answer.
pub async fn declare_everything(app: &App, tenant: TenantId) -> Result<()> {
    let engine = &app.engine;
    let row = engine.store.policy(tenant).await?.context("the tenant has no policy")?;
    let mut policy: Policy = serde_json::from_str(&row.body)?;
    let (at, by) = (engine.now(), "setup".to_owned());
    for p in PROFILES.iter() {
        let said = |l: &Line| Declared { line: l.id.clone(), statement: "Declared for the demonstration.".to_owned(), by: by.clone(), at };
        let declared = p.lines.iter().filter(|l| l.ask.declared()).map(said).collect();
        policy.profiles.insert(p.code.clone(), Rules { declared, ..Rules::default() });
    }
    policy.version = u32::try_from(row.version + 1)?;
    let entry = serde_json::json!({ "version": policy.version });
    let row = PolicyRow { tenant, version: row.version + 1, at, by, body: serde_json::to_string(&policy)? };
    engine.administer(tenant, &Actor::System, "profile_changed", entry, Commit { policy: Some(row), ..Commit::default() }).await?;
    Ok(())
}

/// Certificates of yesterday for every profile: for the demo and tests.
///
/// # Errors
/// A store that does not answer.
pub async fn certify_for_all(app: &App, person: AgentId) -> Result<()> {
    let at = app.engine.now();
    let trained = Some(Trained { at: at - Span::minutes(24 * 60), until: at + Span::minutes(365 * 24 * 60) });
    for profile in PROFILES.iter().filter_map(|p| ProfileCode::parse(&p.code)) {
        app.engine.on_agent(person, &Actor::System, Input::Certify { profile, trained }).await?;
    }
    Ok(())
}

/// A one-time sign-in token for somebody.
///
/// # Errors
/// A store that does not answer.
pub async fn sign_in_token(app: &App, person: AgentId) -> Result<String> {
    let token = new_token(app.engine.ids.as_ref());
    let now: Timestamp = app.engine.now();
    let row = SignInLinkRow { hash: token_hash(&token).0, person, created_at: now, expires_at: now + LINK_LIFE };
    app.engine.store.put_sign_in_link(row).await?;
    Ok(token)
}

/// An admin's link, making tenant and account if nobody has this address.
///
/// # Errors
/// A store that does not answer.
pub async fn admin_link(app: &App, email: &str, tenant_name: &str) -> Result<String> {
    let id = match app.engine.store.person_by_email(email.to_owned()).await? {
        Some(person) => person.id,
        None => {
            let settings = Settings { brand: tenant_name.to_owned(), ..Settings::default() };
            let id = tenant(app, tenant_name, &settings, "UTC", "default").await.context("the tenant cannot be made")?;
            person(app, id, "Admin", email, "admin", &[]).await?
        }
    };
    let token = sign_in_token(app, id).await?;
    Ok(format!("{}/admin#signin={token}", app.engine.public_url.trim_end_matches('/')))
}
