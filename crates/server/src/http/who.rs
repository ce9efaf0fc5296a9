//! Who asks: an API key, a signed-in person of a role, or the browser that holds a link.
//! Must not know what they ask for.

use super::extract::{Peer, bearer, fits, same_page, text};
use super::limits::{Guards, Left, Purpose};
use super::problem::ApiError;
use crate::engine::{Actor, Loaded, token_hash};
use crate::state::App;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use domain::digest::Digest;
use domain::ids::{AgentId, TenantId};
use domain::time::Span;
use std::sync::Arc;
use store::StoreError;
use store::rows::{PersonWrite, SignInRow};
use wire::terms::Role;

/// The cookie of a sign-in.
pub const COOKIE_NAME: &str = "recourse_sign_in";
/// Without a request for so long a sign-in ends.
const IDLE: Span = Span::minutes(60);
/// How stale "last seen" and "last used" may be: spares a write for each request.
const TOUCH_EVERY: Span = Span::seconds(60);

/// The holder of an API key.
pub struct ApiKey {
    pub tenant: TenantId,
    pub prefix: String,
    /// What is left of the tenant's rate.
    pub left: Left,
}

impl<S: Send + Sync> FromRequestParts<S> for ApiKey
where
    App: FromRef<S>,
    Arc<Guards>: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let nobody = || ApiError::Unauthorised("Bearer");
        let key = bearer(&parts.headers).filter(|k| k.starts_with("rk_") && k.len() <= 200).ok_or_else(nobody)?;
        let hash = token_hash(&key).0;
        let row = app.engine.store.api_key(hash).await?.filter(|row| row.revoked_at.is_none()).ok_or_else(nobody)?;
        if !fits(&key, &Digest(row.hash)) {
            return Err(nobody());
        }
        let left = Arc::<Guards>::from_ref(state).take(Purpose::Tenant, &row.tenant.to_string())?;
        let now = app.engine.now();
        if row.last_used_at.is_none_or(|at| now.since(at) >= TOUCH_EVERY) {
            app.engine.store.touch_api_key(hash, now).await?;
        }
        Ok(Self { tenant: row.tenant, prefix: row.prefix, left })
    }
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: AgentId,
    pub tenant: TenantId,
    pub name: String,
    pub role: Role,
    /// Of the cookie.
    pub sign_in: [u8; 32],
}

impl Person {
    /// As the audit log names them.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::Person(self.id)
    }
}

/// The secret of a cookie header.
#[must_use]
pub fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = all.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

/// The hash of the sign-in that a request carries.
#[must_use]
pub fn sign_in_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    cookie(headers).filter(|c| c.len() <= 100).map(|c| token_hash(&c).0)
}

/// The role of a stored word; an unknown word is nobody's role.
#[must_use]
pub fn role(word: &str) -> Option<Role> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

impl<S: Send + Sync> FromRequestParts<S> for Person
where
    App: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let nobody = || ApiError::Unauthorised("Cookie");
        let hash = sign_in_hash(&parts.headers).ok_or_else(nobody)?;
        let row = valid(&app, hash).await?.ok_or_else(nobody)?;
        same_page(parts, &app.engine.public_url)?;
        let person = account(&app, &row).await?.ok_or_else(nobody)?;
        let role = role(&person.role).ok_or_else(nobody)?;
        Ok(Self { id: person.id, tenant: person.tenant, name: person.name, role, sign_in: hash })
    }
}

/// The sign-in, if it counts now.
async fn valid(app: &App, hash: [u8; 32]) -> Result<Option<SignInRow>, StoreError> {
    let now = app.engine.now();
    let row = app.engine.store.sign_in(hash).await?;
    Ok(row.filter(|row| !row.revoked && now < row.expires_at && now.since(row.last_seen) < IDLE))
}

/// Whose sign-in it is, kept from going idle.
async fn account(app: &App, row: &SignInRow) -> Result<Option<PersonWrite>, StoreError> {
    let now = app.engine.now();
    let person = app.engine.store.person(row.person).await?.filter(|p| p.active);
    if person.is_some() && now.since(row.last_seen) >= TOUCH_EVERY {
        app.engine.store.touch_sign_in(row.hash, now).await?;
    }
    Ok(person)
}

/// Whether the sign-in that opened a socket still counts. An open page is in use, so it does not
/// go idle; a store that does not answer right now ends nobody's work.
pub async fn still_signed_in(app: &App, hash: [u8; 32]) -> bool {
    match valid(app, hash).await {
        Ok(Some(row)) => account(app, &row).await.map_or(true, |person| person.is_some()),
        Ok(None) => false,
        Err(_) => true,
    }
}

macro_rules! guard {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Person);

        impl<S: Send + Sync> FromRequestParts<S> for $name
        where
            App: FromRef<S>,
        {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let person = Person::from_request_parts(parts, state).await?;
                if matches!(person.role, $(Role::$role)|+) { Ok(Self(person)) } else { Err(ApiError::Plain("forbidden")) }
            }
        }
    )*};
}

guard! {
    /// Sets things up.
    Admin: Admin;
    /// Works with customers.
    Staff: Agent | Supervisor | Admin;
    /// Reads every case of the tenant.
    CanRead: Supervisor | Auditor | Admin;
    /// Decides about decisions.
    Supervising: Supervisor;
    /// May say that evidence is needed.
    Custodian: Supervisor | Admin;
}

/// The browser that holds a link: `Recourse-Link` with `Authorization: Bearer`.
pub struct CustomerClient {
    pub loaded: Loaded,
}

impl<S: Send + Sync> FromRequestParts<S> for CustomerClient
where
    App: FromRef<S>,
    Arc<Guards>: FromRef<S>,
{
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let app = App::from_ref(state);
        let nobody = || ApiError::Unauthorised("Link");
        let token = text(&parts.headers, "recourse-link").ok_or_else(nobody)?;
        let secret = bearer(&parts.headers).ok_or_else(nobody)?;
        let peer = Peer::of(&parts.extensions);
        let loaded = of_link(&app, &Arc::<Guards>::from_ref(state), peer, &token).await?.ok_or_else(nobody)?;
        if !holds(&loaded, Some(&secret)) {
            return Err(nobody());
        }
        Ok(Self { loaded })
    }
}

/// The case a link leads to; a token that leads nowhere costs the address and everybody some of their budget.
///
/// # Errors
/// `TooMany` once the budget is spent.
pub async fn of_link(app: &App, guards: &Guards, peer: Peer, token: &str) -> Result<Option<Loaded>, ApiError> {
    guards.may_look(peer.0)?;
    let row = if token.len() == 43 { app.engine.store.case_by_link(token_hash(token).0).await? } else { None };
    let Some(row) = row else {
        guards.bad_token(peer.0)?;
        return Ok(None);
    };
    Ok(Some(app.engine.loaded(row.id).await?))
}

/// Whether this secret is that of the browser that holds the link.
#[must_use]
pub fn holds(loaded: &Loaded, secret: Option<&str>) -> bool {
    secret.zip(loaded.case.binding.as_ref()).is_some_and(|(s, b)| fits(s, &b.secret_hash))
}
