//! Signing in and out: one-time links, passwords with a second factor, and the account's own settings.
//! Must not know what a role may do.

use super::Web;
use super::extract::{Json, Peer, Person, field_error, same_page};
use super::limits::{Guards, Purpose};
use super::problem::ApiError;
use super::who::{COOKIE_NAME, role};
use crate::adapters::passwords::{PasswordRefused, TotpSecret, hash_password, verify_password};
use crate::engine::{Actor, EngineError, new_token, token_hash};
use crate::reviews;
use crate::state::App;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AgentId;
use domain::time::{Span, Timestamp};
use std::sync::Arc;
use store::rows::{Commit, PersonWrite, SignInRow};
use tokio::sync::Semaphore;
use wire::api::agents::{ConfirmTotp, Me, SetPassword, SignIn, SignInByLink, TotpOffer};
use wire::terms::Role;

/// A working day; nobody is interrupted in a call by a sign-in that runs out.
const LIFE: Span = Span::minutes(12 * 60);
/// An offer of a second factor must be confirmed within this.
const OFFER_LIFE: Span = Span::minutes(15);
/// Passwords hashed at once: each takes 19 MiB and a core.
static HASHING: Semaphore = Semaphore::const_new(2);

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/sign-in", post(by_password))
        .route("/v1/sign-in/link", post(by_link))
        .route("/v1/sign-out", post(sign_out))
        .route("/v1/me", get(me))
        .route("/v1/me/password", post(set_password))
        .route("/v1/me/totp", post(offer_totp))
        .route("/v1/me/totp/confirm", post(confirm_totp))
}

/// The call comes from a page of ours, though nobody is signed in yet.
struct OurPage;

impl FromRequestParts<Web> for OurPage {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, ApiError> {
        std::future::ready(same_page(parts, &web.app.engine.public_url).map(|()| Self)).await
    }
}

async fn by_link(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    _: OurPage,
    peer: Peer,
    Json(body): Json<SignInByLink>,
) -> Result<Response, ApiError> {
    guards.may_sign_in(peer.0, None)?;
    let now = app.engine.now();
    let found = app.engine.store.consume_sign_in_link(token_hash(&body.token).0, now).await?;
    let person = match found {
        Some(id) => app.engine.store.person(id).await?.filter(|p| p.active),
        None => None,
    };
    let Some(person) = person else {
        guards.sign_in_failed(peer.0, None);
        return Err(ApiError::Plain("sign_in_failed"));
    };
    guards.signed_in(peer.0, None);
    enter(&app, person, "link").await
}

async fn by_password(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    _: OurPage,
    peer: Peer,
    Json(body): Json<SignIn>,
) -> Result<Response, ApiError> {
    let email = body.email.trim().to_lowercase();
    let account = format!("account {}", token_hash(&email));
    // Looked at in turn: of tries that run side by side only so many get by before the first one counts.
    let turn = HASHING.acquire().await.map_err(|_| ApiError::Unavailable("stopping".to_owned()))?;
    guards.may_sign_in(peer.0, Some(&account))?;
    let person = app.engine.store.person_by_email(email).await?.filter(|p| p.active);
    let stored = person.as_ref().and_then(|p| p.password_hash.clone());
    // Without an account it takes as long.
    let good = fits_hash(body.password, stored).await?;
    let failed = || guards.sign_in_failed(peer.0, Some(&account));
    let Some(person) = person else {
        failed();
        return Err(ApiError::Plain("sign_in_failed"));
    };
    if !good {
        failed();
        return refuse(&app, &person, "password").await;
    }
    if let Some(secret) = totp_of(&app, &person)? {
        let code = body.code.map(|c| c.replace(' ', "")).filter(|c| !c.is_empty()).ok_or(ApiError::Plain("code_needed"))?;
        let step = secret.check(&code, app.engine.now());
        if !step.is_some_and(|step| guards.first_use(person.id, step)) {
            failed();
            return refuse(&app, &person, "code").await;
        }
    }
    drop(turn);
    guards.signed_in(peer.0, Some(&account));
    enter(&app, person, "password").await
}

async fn checked(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    let _turn = HASHING.acquire().await.map_err(|_| ApiError::Unavailable("stopping".to_owned()))?;
    fits_hash(password, hash).await
}

/// With a turn at hashing in hand.
async fn fits_hash(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    let work = move || verify_password(&password, hash.as_deref());
    tokio::task::spawn_blocking(work).await.map_err(|e| ApiError::Unavailable(e.to_string()))
}

async fn refuse(app: &App, person: &PersonWrite, what: &str) -> Result<Response, ApiError> {
    let body = serde_json::json!({ "agent": person.id, "by": what });
    app.engine.log(person.tenant, None, &Actor::Person(person.id), "sign_in_refused", body).await?;
    Err(ApiError::Plain("sign_in_failed"))
}

/// Lets somebody in: a fresh secret in a cookie that no script reads and no other site sends.
async fn enter(app: &App, person: PersonWrite, by: &str) -> Result<Response, ApiError> {
    let set = sign_in(app, person.id).await?;
    let body = serde_json::json!({ "agent": person.id, "by": by });
    app.engine.log(person.tenant, None, &Actor::Person(person.id), "signed_in", body).await?;
    let view = me_view(app, &person).await?;
    Ok(([(header::SET_COOKIE, set)], axum::Json(view)).into_response())
}

async fn sign_in(app: &App, person: AgentId) -> Result<HeaderValue, ApiError> {
    let secret = new_token(app.engine.ids.as_ref());
    let now = app.engine.now();
    let row = SignInRow { hash: token_hash(&secret).0, person, created_at: now, last_seen: now, expires_at: now + LIFE, revoked: false };
    app.engine.store.put_sign_in(row).await?;
    set_cookie(app, &secret, LIFE.as_seconds())
}

fn set_cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue, ApiError> {
    let secure = if app.engine.public_url.starts_with("https://") { "; Secure" } else { "" };
    let text = format!("{COOKIE_NAME}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|e| ApiError::Internal(e.to_string()))
}

async fn sign_out(State(app): State<App>, person: Person) -> Result<Response, ApiError> {
    app.engine.store.revoke_sign_in(person.sign_in).await?;
    app.engine.log(person.tenant, None, &person.actor(), "signed_out", serde_json::json!({ "agent": person.id })).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&app, "", 0)?)]).into_response())
}

async fn me(State(app): State<App>, person: Person) -> Result<axum::Json<Me>, ApiError> {
    Ok(axum::Json(me_view(&app, &account(&app, person.id).await?).await?))
}

async fn account(app: &App, id: AgentId) -> Result<PersonWrite, ApiError> {
    app.engine.store.person(id).await?.ok_or(ApiError::Unauthorised("Cookie"))
}

async fn me_view(app: &App, person: &PersonWrite) -> Result<Me, ApiError> {
    let tenant = app.engine.tenants.get(person.tenant).await?;
    Ok(Me {
        id: person.id.to_string(),
        name: person.name.clone(),
        role: role(&person.role).unwrap_or(Role::Agent),
        tenant: tenant.settings.brand.clone(),
        totp: person.totp_secret.is_some(),
        reviews: reviews::may(person),
    })
}

async fn set_password(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Json(body): Json<SetPassword>,
) -> Result<Response, ApiError> {
    guards.take(Purpose::SignIn, &format!("password {}", person.id))?;
    let mut row = account(&app, person.id).await?;
    if row.password_hash.is_some() && !checked(body.current.unwrap_or_default(), row.password_hash.clone()).await? {
        return Err(field_error("/current", "wrong", "This is not the password in force."));
    }
    let _turn = HASHING.acquire().await.map_err(|_| ApiError::Unavailable("stopping".to_owned()))?;
    let work = move || hash_password(&body.password);
    let hash = tokio::task::spawn_blocking(work).await.map_err(|e| ApiError::Unavailable(e.to_string()))?;
    row.password_hash = Some(hash.map_err(|refused| {
        let code = match refused {
            PasswordRefused::TooShort => "too_short",
            PasswordRefused::TooLong => "too_long",
        };
        field_error("/password", code, refused.to_string())
    })?);
    save(&app, &person, row, "password_set").await?;
    app.engine.store.revoke_sign_ins_of(person.id).await?;
    guards.forgive(Purpose::SignIn, &format!("password {}", person.id));
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, sign_in(&app, person.id).await?)]).into_response())
}

async fn save(app: &App, person: &Person, row: PersonWrite, kind: &str) -> Result<(), ApiError> {
    let rows = Commit { people: vec![row], ..Commit::default() };
    let body = serde_json::json!({ "agent": person.id });
    Ok(app.engine.administer(person.tenant, &person.actor(), kind, body, rows).await?)
}

fn totp_place(person: AgentId) -> Vec<u8> {
    format!("people/{person}/totp").into_bytes()
}

fn offer_place(person: AgentId) -> Vec<u8> {
    format!("people/{person}/totp-offer").into_bytes()
}

fn totp_of(app: &App, person: &PersonWrite) -> Result<Option<TotpSecret>, ApiError> {
    let Some(sealed) = &person.totp_secret else { return Ok(None) };
    let plain = app.engine.kms.open_small(person.tenant, &totp_place(person.id), sealed).map_err(EngineError::from)?;
    let secret = std::str::from_utf8(&plain).ok().and_then(TotpSecret::parse);
    secret.map(Some).ok_or_else(|| ApiError::Internal(format!("the second factor of {} cannot be read", person.id)))
}

/// A secret for an authenticator app. It is kept nowhere until its first code has come.
async fn offer_totp(State(app): State<App>, person: Person) -> Result<axum::Json<TotpOffer>, ApiError> {
    let row = account(&app, person.id).await?;
    if row.totp_secret.is_some() {
        return Err(ApiError::Said("conflict", "A second factor is in force; an admin can reset it.".to_owned()));
    }
    let secret = TotpSecret::generate();
    let mut plain = app.engine.now().0.to_be_bytes().to_vec();
    plain.extend(secret.base32().as_bytes());
    let sealed = app.engine.kms.seal_small(person.tenant, &offer_place(person.id), &plain).map_err(EngineError::from)?;
    Ok(axum::Json(TotpOffer {
        uri: secret.uri(&row.email).to_string(),
        secret: secret.base32().to_string(),
        pending: URL_SAFE_NO_PAD.encode(sealed),
    }))
}

async fn confirm_totp(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    person: Person,
    Json(body): Json<ConfirmTotp>,
) -> Result<StatusCode, ApiError> {
    guards.take(Purpose::SignIn, &format!("totp {}", person.id))?;
    let now = app.engine.now();
    let secret = offered(&app, &person, &body.pending, now).ok_or_else(|| field_error("/pending", "expired", "Begin again."))?;
    let step = secret.check(&body.code.replace(' ', ""), now);
    if !step.is_some_and(|step| guards.first_use(person.id, step)) {
        return Err(field_error("/code", "wrong", "Give the six digits that the app shows now."));
    }
    let mut row = account(&app, person.id).await?;
    if row.totp_secret.is_some() {
        return Err(ApiError::Plain("conflict"));
    }
    let sealed = app.engine.kms.seal_small(person.tenant, &totp_place(person.id), secret.base32().as_bytes());
    row.totp_secret = Some(sealed.map_err(EngineError::from)?);
    save(&app, &person, row, "second_factor_set").await?;
    Ok(StatusCode::NO_CONTENT)
}

fn offered(app: &App, person: &Person, pending: &str, now: Timestamp) -> Option<TotpSecret> {
    let sealed = URL_SAFE_NO_PAD.decode(pending).ok()?;
    let plain = app.engine.kms.open_small(person.tenant, &offer_place(person.id), &sealed).ok()?;
    let (at, text) = plain.split_first_chunk::<8>()?;
    let fresh = now.since(Timestamp(i64::from_be_bytes(*at))) < OFFER_LIFE;
    fresh.then(|| std::str::from_utf8(text).ok().and_then(TotpSecret::parse)).flatten()
}
