//! The demo bank's own server: runs the "automated check", reports the failure by the public API,
//! receives the webhooks. Must not touch the engine: it is a customer of the API like any other.

use super::setup::Seeded;
use crate::adapters::clock::Clock;
use crate::adapters::messenger::DemoInbox;
use crate::adapters::webhook_client::{WebhookSecret, verify};
use anyhow::{Context, Result};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Onboardings and webhooks the bank remembers.
const MAX_KEPT: usize = 500;
const MAX_BODY: usize = 64 * 1024;

/// The bank's server.
pub struct Bank {
    api: String,
    key: String,
    secret: Option<WebhookSecret>,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    inbox: Option<Arc<DemoInbox>>,
    heard: Mutex<VecDeque<Heard>>,
}

#[derive(Clone, Serialize)]
struct Heard {
    #[serde(skip)]
    reference: String,
    #[serde(rename = "type")]
    kind: String,
    at: String,
    verified_signature: bool,
}

/// The form of the bank's page.
#[derive(Deserialize)]
struct Check {
    failure: String,
    confidence: f64,
    attempt: u8,
    locale: String,
    name: String,
    birth_date: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
    document_type: Option<String>,
    document_number: Option<String>,
    document_expiry: Option<String>,
    image: Option<String>,
    jurisdiction: Option<String>,
}

#[derive(Deserialize)]
struct Which {
    reference: String,
}

impl Bank {
    /// # Errors
    /// A client that cannot be made.
    pub fn new(seeded: &Seeded, api: &str, inbox: Option<Arc<DemoInbox>>, clock: Arc<dyn Clock>) -> Result<Arc<Self>> {
        let builder = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(20));
        Ok(Arc::new(Self {
            api: api.to_owned(),
            key: seeded.api_key.clone(),
            secret: WebhookSecret::parse(&seeded.webhook_secret),
            http: builder.build()?,
            clock,
            inbox,
            heard: Mutex::default(),
        }))
    }

    fn heard(&self) -> MutexGuard<'_, VecDeque<Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Result<(StatusCode, Value)> {
        let answer = request.bearer_auth(&self.key).send().await?;
        let status = answer.status();
        Ok((status, answer.json().await.unwrap_or_default()))
    }

    /// Reports the failed check and uploads the pictures, as an onboarding system would.
    async fn report(&self, check: &Check) -> Result<(StatusCode, Value)> {
        let at = self.clock.now();
        let reference = format!("onb-{:x}", at.0);
        let body = json!({
            "reference": reference,
            "customer": { "name": check.name, "locale": check.locale, "phone": check.phone, "email": check.email },
            "check": {
                "attempt": check.attempt,
                "outcome": "failed",
                "reasons": [check.failure],
                "scores": scores(&check.failure, check.confidence),
                "vendor": "Demo eKYC",
                "vendor_reference": format!("ekyc-{:x}", at.0 & 0xff_ffff),
            },
            "claimed": {
                "name": check.name, "birth_date": check.birth_date, "address": check.address,
                "document_type": check.document_type, "document_number": check.document_number, "document_expiry": check.document_expiry,
            },
            "jurisdiction": check.jurisdiction,
        });
        let made = self.http.post(format!("{}/v1/cases", self.api)).header("idempotency-key", &reference).json(&body);
        let (status, case) = self.call(made).await?;
        if !status.is_success() {
            return Ok((status, case));
        }
        let id = case["id"].as_str().context("the API gave no case id")?.to_owned();
        for (slot, picture) in pictures(check) {
            let upload = self
                .http
                .post(format!("{}/v1/cases/{id}/images?slot={slot}", self.api))
                .header(header::CONTENT_TYPE, "image/jpeg")
                .body(picture);
            let (status, problem) = self.call(upload).await?;
            if !status.is_success() {
                return Ok((status, problem));
            }
        }
        let answer = json!({ "case": id, "reference": reference, "phase": case["phase"], "recovery": case["recovery"] });
        Ok((StatusCode::OK, answer))
    }
}

fn scores(failure: &str, confidence: f64) -> Value {
    match failure {
        "face_mismatch" => json!({ "document": 0.93, "face": confidence, "liveness": 0.9 }),
        "liveness_failed" => json!({ "document": 0.92, "face": 0.84, "liveness": confidence }),
        _ => json!({ "document": confidence, "face": 0.88, "liveness": 0.91 }),
    }
}

/// The pictures of the failed attempt: a specimen card of an invented country and its invented holder.
fn pictures(check: &Check) -> Vec<(&'static str, &'static [u8])> {
    const CLEAN: &[u8] = include_bytes!("../../demo/document.jpg");
    let document: &[u8] = match (check.image.as_deref(), check.failure.as_str()) {
        (Some("none"), _) => return Vec::new(),
        (Some("clean"), _) => CLEAN,
        (_, "document_glare") => include_bytes!("../../demo/glare.jpg"),
        (_, "document_blur") => include_bytes!("../../demo/blurred.jpg"),
        (_, "document_cropped") => include_bytes!("../../demo/cropped.jpg"),
        (_, _) => CLEAN,
    };
    vec![("document_front", document), ("selfie", include_bytes!("../../demo/selfie.jpg"))]
}

/// The bank's addresses.
pub fn routes(bank: Arc<Bank>) -> Router {
    Router::new()
        .route("/bank/api/check", post(check))
        .route("/bank/api/outcome", get(outcome))
        .route("/bank/api/inbox", get(inbox))
        .route("/bank/hook", post(hook))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(bank)
}

async fn check(State(bank): State<Arc<Bank>>, Json(check): Json<Check>) -> Response {
    match bank.report(&check).await {
        Ok((status, body)) => (status, Json(body)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the demo bank cannot reach the API");
            (
                StatusCode::BAD_GATEWAY,
                Json(json!({ "code": "unavailable", "title": "The API does not answer", "status": 502, "detail": "Try again." })),
            )
                .into_response()
        }
    }
}

async fn outcome(State(bank): State<Arc<Bank>>, Query(which): Query<Which>) -> Response {
    let request = bank.http.get(format!("{}/v1/cases", bank.api)).query(&[("reference", which.reference.as_str())]);
    let Ok((status, page)) = bank.call(request).await else { return StatusCode::BAD_GATEWAY.into_response() };
    if !status.is_success() {
        return (status, Json(page)).into_response();
    }
    let case = &page["cases"][0];
    let webhooks: Vec<Heard> = bank.heard().iter().filter(|h| h.reference == which.reference).cloned().collect();
    Json(json!({ "phase": case["phase"], "outcome": case["decision"]["verdict"], "webhooks": webhooks })).into_response()
}

/// What the demo's phones and mailboxes received, newest first.
async fn inbox(State(bank): State<Arc<Bank>>) -> Response {
    let messages = bank.inbox.as_ref().map(|i| i.messages()).unwrap_or_default();
    let shown: Vec<Value> = messages
        .iter()
        .map(|m| json!({ "at": m.at.to_string(), "channel": m.channel, "to": m.to.reveal(), "text": m.text.reveal() }))
        .collect();
    Json(json!({ "messages": shown })).into_response()
}

/// A webhook: believed only if the signature fits.
async fn hook(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let seconds = text("webhook-timestamp").parse().unwrap_or(0);
    let signed = (text("webhook-id"), seconds, text("webhook-signature"));
    let genuine = bank.secret.as_ref().is_some_and(|s| verify(s, signed, &body, bank.clock.now()));
    if !genuine {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut heard = bank.heard();
    if heard.len() >= MAX_KEPT {
        heard.pop_front();
    }
    heard.push_back(Heard {
        reference: word(&event["data"]["reference"]),
        kind: word(&event["type"]),
        at: word(&event["timestamp"]),
        verified_signature: true,
    });
    StatusCode::NO_CONTENT
}
