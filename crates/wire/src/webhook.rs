//! Webhook payloads (Standard Webhooks 1.0): thin, without personal data.
//! Must not know who receives them.

use crate::api::cases::DecisionView;
use crate::terms::Phase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every event type that can be sent.
pub const EVENTS: &[&str] = &[
    "case.created",
    "case.invited",
    "case.claimed",
    "case.waiting",
    "case.callback",
    "session.started",
    "session.interrupted",
    "session.resumed",
    "session.ended",
    "case.deciding",
    "case.under_review",
    "case.verified",
    "case.rejected",
    "case.escalated",
    "case.abandoned",
    "case.expired",
    "recording.sealed",
    "case.reported",
    "case.rated",
    "evidence.erased",
    "recording.delivered",
    "pack.delivered",
];

/// The body of a webhook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookEvent {
    /// One of [`EVENTS`].
    #[serde(rename = "type")]
    pub kind: String,
    /// RFC 3339, when it happened.
    pub timestamp: String,
    /// About what.
    pub data: WebhookData,
}

/// About what.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookData {
    /// `case_…`.
    pub case: String,
    /// The bank's reference.
    pub reference: String,
    /// Phase after the event.
    pub phase: Phase,
    /// Version of the case after the event: grows, so that late events can be told.
    pub version: u64,
    /// Decision, for the events that carry one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// `ses_…`, for session and recording events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}
