//! The customer's calls: look at a link, claim it, ask for another, book a call back.
//! Must not know the browser, nor what a transition means.

use super::Web;
use super::extract::{Json, Peer, text};
use super::limits::{Guards, Purpose};
use super::problem::{ApiError, field};
use super::uploads;
use super::who::{holds, of_link};
use crate::adapters::kms;
use crate::engine::{Actor, Loaded, link_url, new_token, token_hash};
use crate::state::App;
use crate::tenant::{Settings, Tenant};
use crate::{texts, views};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::{get, head, post};
use domain::case::{self, Case, Input, Outcome, Phase};
use domain::code::{self, Channel};
use domain::consent::Consent;
use domain::digest::{Digest, Salt};
use domain::ids::{ClientId, TicketId};
use domain::invitation::Binding;
use domain::pii::Pii;
use domain::refusal::{Code, Refusal};
use domain::time::{Span, Timestamp};
use std::sync::Arc;
use wire::api::invitations::{
    AskCallBack, AskNewLink, CallBackBooked, Claim, ClaimKept, ConsentText, LinkState, LinkView, Look, NewLink, WaitView,
};

/// A call back "as soon as possible" while agents are there.
const SOON: Span = Span::minutes(5);
/// Longer names of browsers say nothing more.
const MAX_USER_AGENT: usize = 300;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/v1/customer/look", post(look))
        .route("/v1/customer/claim", post(claim))
        .route("/v1/customer/new-link", post(new_link))
        .route("/v1/customer/call-back", post(call_back))
        .route("/v1/customer/photographs", post(super::evidence::photograph))
        .route("/v1/customer/uploads", post(uploads::begin))
        .route("/v1/customer/uploads/{name}", head(uploads::look).patch(uploads::go_on).delete(uploads::cancel))
        .route("/v1/customer/evidence/{id}", get(super::evidence::chat_image))
}

async fn look(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    peer: Peer,
    headers: HeaderMap,
    Json(body): Json<Look>,
) -> Result<axum::Json<LinkView>, ApiError> {
    let spoken = text(&headers, header::ACCEPT_LANGUAGE.as_str()).and_then(|h| texts::accept(&h));
    let Some(loaded) = of_link(&app, &guards, peer, &body.token).await? else {
        return Ok(axum::Json(unknown(spoken.unwrap_or("en"))));
    };
    let case = &loaded.case;
    let tenant = app.engine.tenants.get(case.tenant).await?;
    let now = app.engine.now();
    let open = tenant.policy.hours.open(now);
    let state = link_state(case, token_hash(&body.token), holds(&loaded, body.client_secret.as_deref()), open, now);
    let wait = if views::ticket(case).is_some() { app.queue.wait(case.id, now) } else { app.queue.forecast(case.tenant) };
    Ok(axum::Json(LinkView {
        state,
        brand: views::brand(&tenant.settings),
        locale: texts::locale(&case.customer.locale).to_owned(),
        consent: consent_text(spoken.unwrap_or(texts::locale(&case.customer.locale)), &tenant.settings),
        reasons: case.reasons().into_iter().map(Into::into).collect(),
        document_type: case.claimed.document_type.clone(),
        wait: if open { wait } else { WaitView::default() },
        opens_at: if open { None } else { tenant.policy.hours.next_open(now).map(|t| t.to_string()) },
        // A relay costs its operator: only who may come into a call is given one.
        ice_servers: if calls(state) { app.relays.of(&case.id.to_string(), now) } else { Vec::new() },
    }))
}

/// Whether a page in this state may go on to a call.
const fn calls(state: LinkState) -> bool {
    match state {
        LinkState::Ready | LinkState::Yours | LinkState::OpenElsewhere => true,
        LinkState::Locked
        | LinkState::Expired
        | LinkState::Replaced
        | LinkState::ClosedHours
        | LinkState::Verified
        | LinkState::Ended
        | LinkState::Unknown => false,
    }
}

fn unknown(locale: &str) -> LinkView {
    let settings = Settings::default();
    LinkView {
        state: LinkState::Unknown,
        brand: views::brand(&settings),
        locale: locale.to_owned(),
        consent: consent_text(locale, &settings),
        reasons: Vec::new(),
        document_type: None,
        wait: WaitView::default(),
        opens_at: None,
        ice_servers: Vec::new(),
    }
}

fn consent_text(locale: &str, settings: &Settings) -> ConsentText {
    let text = texts::consent(locale, settings);
    ConsentText { version: settings.consent_version, sha256: texts::sha256(&text), text, locale: texts::locale(locale).to_owned() }
}

/// Which page a link leads to; looking changes nothing.
#[must_use]
pub fn link_state(case: &Case, token: Digest, holds: bool, open: bool, now: Timestamp) -> LinkState {
    let newest = case.invitation.as_ref().is_some_and(|i| i.token_hash == token);
    match &case.phase {
        Phase::Closed { outcome: Outcome::Verified, .. } => LinkState::Verified,
        Phase::Closed { outcome: Outcome::Abandoned | Outcome::Expired, .. } if !newest => LinkState::Replaced,
        Phase::Closed { outcome: Outcome::Abandoned | Outcome::Expired, .. } => LinkState::Expired,
        Phase::Closed { outcome: Outcome::Rejected | Outcome::Escalated, .. } | Phase::Reported => LinkState::Ended,
        Phase::Waiting { .. } | Phase::Live { .. } if holds => LinkState::Yours,
        Phase::Deciding { .. } | Phase::UnderReview { .. } => {
            if holds {
                LinkState::Yours
            } else {
                LinkState::Locked
            }
        }
        Phase::Invited | Phase::Claimed | Phase::Waiting { .. } | Phase::Live { .. } | Phase::Callback { .. } if !newest => {
            LinkState::Replaced
        }
        Phase::Callback { .. } if holds => LinkState::Yours,
        Phase::Callback { .. } => {
            if open {
                LinkState::Expired
            } else {
                LinkState::ClosedHours
            }
        }
        Phase::Waiting { .. } | Phase::Live { .. } => elsewhere(case).unwrap_or(LinkState::Ready),
        Phase::Invited | Phase::Claimed => {
            if case.invitation.as_ref().is_none_or(|i| i.expired(now)) {
                LinkState::Expired
            } else if !holds && let Some(state) = elsewhere(case) {
                state
            } else if open {
                LinkState::Ready
            } else {
                LinkState::ClosedHours
            }
        }
    }
}

/// What keeps a second browser out, if anything does.
fn elsewhere(case: &Case) -> Option<LinkState> {
    let (binding, invitation) = (case.binding.as_ref()?, case.invitation.as_ref()?);
    if binding.at < invitation.issued_at && !binding.met {
        return None;
    }
    match (&case.claimed.birth_date, binding.tries_left) {
        (None, _) if binding.met => Some(LinkState::Locked),
        (None, _) => None,
        (Some(_), 0) => Some(LinkState::Locked),
        (Some(_), _) => Some(LinkState::OpenElsewhere),
    }
}

fn refused(code: Code, case: &Case) -> ApiError {
    ApiError::Refused(Refusal::new(code, "claim", case.phase_name()))
}

async fn claim(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    peer: Peer,
    headers: HeaderMap,
    Json(body): Json<Claim>,
) -> Result<axum::Json<ClaimKept>, ApiError> {
    let loaded = of_link(&app, &guards, peer, &body.token).await?.ok_or(ApiError::Plain("link_unknown"))?;
    let case = &loaded.case;
    let own = holds(&loaded, body.client_secret.as_deref());
    let newest = case.invitation.as_ref().is_some_and(|i| i.token_hash == token_hash(&body.token));
    let going_on = own && matches!(case.phase, Phase::Waiting { .. } | Phase::Live { .. });
    if !newest && !going_on {
        let over = matches!(case.phase, Phase::Closed { .. });
        return Err(refused(if over { Code::CaseClosed } else { Code::InvitationReplaced }, case));
    }
    if body.birth_date.as_deref().is_some_and(|d| !domain::time::is_date(d)) {
        return Err(ApiError::Fields(vec![field("/birth_date", "not_a_date", "A calendar date as YYYY-MM-DD.")]));
    }
    let tenant = app.engine.tenants.get(case.tenant).await?;
    let consent = consent(&app, &loaded, &tenant, peer, &headers, &body)?;
    let (client, secret) = identity(&app, case.binding.as_ref().filter(|_| own), body.client_secret);
    let input = Input::Claim(Box::new(case::Claim {
        client,
        secret_hash: token_hash(&secret),
        consent,
        mode: body.mode.into(),
        birth_date: body.birth_date,
        ticket: TicketId(app.engine.ids.id()),
        open: tenant.policy.hours.open(app.engine.now()),
    }));
    let after = app.engine.on_case(case.id, &Actor::Customer, input).await?;
    bound(&after, client)?;
    Ok(axum::Json(ClaimKept { client_secret: secret, phase: views::phase(&after) }))
}

/// The browser's own identity: the one it has, or a fresh one.
fn identity(app: &App, own: Option<&Binding>, given: Option<String>) -> (ClientId, String) {
    match (own, given) {
        (Some(binding), Some(secret)) => (binding.client, secret),
        (_, _) => (ClientId(app.engine.ids.id()), new_token(app.engine.ids.as_ref())),
    }
}

/// Whether the link is bound to this browser now; if not, the answer to the challenge was wrong.
fn bound(after: &Case, client: ClientId) -> Result<(), ApiError> {
    let Some(binding) = after.binding.as_ref().filter(|b| b.client != client) else { return Ok(()) };
    if binding.tries_left == 0 {
        return Err(refused(Code::ChallengeLocked, after));
    }
    let words = format!("That is not the birth date on file; {} tries are left.", binding.tries_left);
    Err(ApiError::Challenge(words))
}

/// The consent as it is kept: the text itself, and of address and browser a commitment whose salt only
/// the case's own key gives back.
fn consent(app: &App, loaded: &Loaded, tenant: &Tenant, peer: Peer, headers: &HeaderMap, body: &Claim) -> Result<Consent, ApiError> {
    let shown = consent_text(&body.consent.locale, &tenant.settings);
    if shown.sha256 != body.consent.sha256 {
        return Err(refused(Code::ConsentOutdated, &loaded.case));
    }
    let at = app.engine.now();
    let address = peer.0.to_canonical().to_string();
    let user_agent: String = text(headers, header::USER_AGENT.as_str()).unwrap_or_default().chars().take(MAX_USER_AGENT).collect();
    let key = kms::derive(&loaded.key.0, &[b"consent salt", &at.0.to_be_bytes()]);
    let salt = Salt(key.first_chunk().copied().unwrap_or_default());
    Ok(Consent {
        at,
        text_sha256: Digest::of(shown.text.as_bytes()),
        text: shown.text,
        version: shown.version,
        locale: shown.locale,
        commitment: Digest::commit(&salt, &format!("{address}\n{user_agent}")),
        address: Pii::new(address),
        user_agent: Pii::new(user_agent),
    })
}

async fn new_link(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    peer: Peer,
    Json(body): Json<AskNewLink>,
) -> Result<axum::Json<NewLink>, ApiError> {
    let loaded = of_link(&app, &guards, peer, &body.token).await?.ok_or(ApiError::Plain("link_unknown"))?;
    let case = &loaded.case;
    guards.take(Purpose::NewLink, &case.id.to_string())?;
    let met = case.binding.as_ref().is_some_and(|b| b.met);
    let direct = holds(&loaded, body.client_secret.as_deref()) || (!Tenant::reachable(case) && !met);
    if !direct && !Tenant::reachable(case) {
        // Only the bank knows who asks: its own page shows the next link.
        return Ok(axum::Json(NewLink { sent_to: None, url: None }));
    }
    let opened = app.engine.with_link(case.id, &Actor::Customer, |link, life| Input::NewLink { link, life }).await?;
    let url = opened.token.filter(|_| direct).map(|token| link_url(&app.engine.public_url, &token));
    Ok(axum::Json(NewLink { sent_to: masked(&opened.case), url }))
}

async fn call_back(
    State(app): State<App>,
    State(guards): State<Arc<Guards>>,
    peer: Peer,
    Json(body): Json<AskCallBack>,
) -> Result<axum::Json<CallBackBooked>, ApiError> {
    let loaded = of_link(&app, &guards, peer, &body.token).await?.ok_or(ApiError::Plain("link_unknown"))?;
    let case = &loaded.case;
    guards.take(Purpose::NewLink, &case.id.to_string())?;
    let newest = case.invitation.as_ref().is_some_and(|i| i.token_hash == token_hash(&body.token));
    let own = holds(&loaded, body.client_secret.as_deref());
    if !newest && !own {
        return Err(refused(Code::InvitationReplaced, case));
    }
    if !own && matches!(case.phase, Phase::Waiting { .. } | Phase::Live { .. } | Phase::Claimed) {
        return Err(refused(Code::InvitationBound, case));
    }
    let tenant = app.engine.tenants.get(case.tenant).await?;
    let at = call_back_time(&tenant, body.at.as_deref(), app.engine.now())?;
    let after = app.engine.on_case(case.id, &Actor::Customer, Input::CallBack { at }).await?;
    Ok(axum::Json(CallBackBooked { at: at.to_string(), sent_to: masked(&after) }))
}

/// The asked time; or soon, or when the queue opens.
///
/// # Errors
/// Text that is no time.
pub fn call_back_time(tenant: &Tenant, asked: Option<&str>, now: Timestamp) -> Result<Timestamp, ApiError> {
    let hours = &tenant.policy.hours;
    match asked {
        Some(text) => Timestamp::parse(text).ok_or_else(|| ApiError::Fields(vec![field("/at", "not_a_time", "An RFC 3339 time.")])),
        None if hours.open(now) => Ok(now + SOON),
        None => Ok(hours.next_open(now).unwrap_or(now + SOON)),
    }
}

/// Where a message goes, so that only who knows it recognises it: `+65••••67`, `a•••@b.example`.
#[must_use]
pub fn masked(case: &Case) -> Option<String> {
    [Channel::Sms, Channel::Email].into_iter().find_map(|channel| Some(code::masked(channel, case.contact(channel)?)))
}
