//! The customer's HTTP calls: look at a link, claim it, upload a photograph.
//! Must not know the browser that calls.

use crate::api::liveness::PromptView;
use crate::camera::Framing;
use crate::terms::{FailureReason, ImageSlot, JoinMode, Phase, Seat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/customer/look`: what does this link lead to? Consumes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The link's secret, from the fragment.
    pub token: String,
    /// The secret this browser got when it claimed the link before, if it did.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// What a link leads to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LinkView {
    /// Which page to show.
    pub state: LinkState,
    /// How the page should look.
    pub brand: Brand,
    /// Locale asked for by the bank.
    pub locale: String,
    /// The consent text shown, so that its hash can be given back.
    pub consent: ConsentText,
    /// Why the check failed: which preparation to name.
    pub reasons: Vec<FailureReason>,
    /// The document asked for, as the bank named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// Expected wait, if the queue is open.
    pub wait: WaitView,
    /// RFC 3339; when the next agent is there, if the queue is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// ICE servers beyond our own, for an operator's relay.
    pub ice_servers: Vec<IceServer>,
}

/// Which page to show for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Start page.
    Ready,
    /// This browser holds it already: go straight back in.
    Yours,
    /// Another browser holds it; answer the case challenge (birth date) to move it here.
    OpenElsewhere,
    /// Another browser holds it and nothing can prove the move.
    Locked,
    /// Past its time: offer a new link.
    Expired,
    /// A newer link was sent.
    Replaced,
    /// Closed hours: offer a call back.
    ClosedHours,
    /// Already verified.
    Verified,
    /// The case ended otherwise.
    Ended,
    /// No such link.
    Unknown,
}

/// How a tenant looks on the customer's page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Brand {
    /// Shown name.
    pub name: String,
    /// `#rrggbb`, contrast already enforced by the server.
    pub color: String,
    /// Where "How we use your data" leads.
    pub privacy_url: String,
    /// Where "Go back" leads; absent inside an embed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
}

/// The consent text in every language, and the hash by which it is recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsentText {
    /// Version of the tenant's text.
    pub version: u32,
    /// The sentence in the asked locale, brand filled in.
    pub text: String,
    /// Hex SHA-256 of `text` (UTF-8).
    pub sha256: String,
    /// Locale of `text`.
    pub locale: String,
}

/// Place and expected wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitView {
    /// 1 = next; absent when not in the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Seconds, in buckets (0, 30, 60, 120, 180, 300, 600…); absent when nobody is on duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// A relay of the operator.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IceServer {
    /// `turn:` or `stun:` addresses.
    pub urls: Vec<String>,
    /// Short-lived user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Short-lived credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// `POST /v1/customer/claim`: the tap. Binds the link to this browser and records the consent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The link's secret, from the fragment.
    pub token: String,
    /// The secret this browser holds, if it claimed before.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// The consent that was shown beside the button.
    pub consent: ConsentGiven,
    /// Camera, or chat with photographs.
    pub mode: JoinMode,
    /// Answer to the case challenge (`YYYY-MM-DD`), when another browser holds the link.
    #[serde(default)]
    pub birth_date: Option<String>,
    /// True when the page sits in the bank's page.
    #[serde(default)]
    pub embedded: bool,
}

/// The consent that was shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentGiven {
    /// Hex SHA-256 from [`ConsentText`].
    pub sha256: String,
    /// Locale shown.
    pub locale: String,
}

/// The answer to a claim.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClaimKept {
    /// 256 bits, base64url; keep it in this browser, send it in the socket's first message
    /// and as bearer of uploads.
    pub client_secret: String,
    /// Where the case stands now.
    pub phase: Phase,
}

/// `POST /v1/customer/new-link`: the way out of an expired page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskNewLink {
    /// The old link's secret.
    pub token: String,
    /// The secret this browser holds, if it claimed before: then the new link is given directly.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// How a new link reaches the customer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewLink {
    /// Sent to the phone or e-mail on file (masked), or absent if there is none
    /// and the bank's page must show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
    /// Given directly when the asking browser is the one that held the old link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// `POST /v1/customer/call-back`: not now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskCallBack {
    /// The link's secret.
    pub token: String,
    /// The secret this browser holds, if it claimed before; needed once the link is claimed.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// RFC 3339, within the next 7 days; absent = as soon as an agent is free or the queue opens.
    #[serde(default)]
    pub at: Option<String>,
}

/// A call back is booked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CallBackBooked {
    /// RFC 3339.
    pub at: String,
    /// Where the link will go (masked), if anywhere but the bank's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
}

/// `POST /v1/customer/photographs`, answer: the photograph is kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotographKept {
    /// `evd_…`.
    pub id: String,
    /// What it shows.
    pub slot: ImageSlot,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
    /// Hex SHA-256 of the original bytes as they arrived.
    pub sha256: String,
}

/// A case as the customer may see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    /// Grows with every change; older views are dropped by the page.
    pub version: u64,
    /// Where it stands.
    pub phase: Phase,
    /// Brand.
    pub brand: Brand,
    /// Place and expected wait while waiting.
    pub wait: WaitView,
    /// RFC 3339 of the call back, if booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_back_at: Option<String>,
    /// First name of the agent, once one has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// Seats taken in the room.
    pub seats: Vec<Seat>,
    /// True while the server records.
    pub recording: bool,
    /// How the customer takes part.
    pub mode: JoinMode,
    /// The prompt to show large, if one is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptView>,
    /// What the agent works on now: which guide to draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<ImageSlot>,
    /// How it is framed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framing: Option<Framing>,
    /// The customer lets the agent control the device.
    pub controls_allowed: bool,
    /// The end, in the customer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// Seconds until the seat is given up, while interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_within: Option<u32>,
    /// True once the customer has rated the agent.
    pub rated: bool,
    /// Who else is there, and what the customer should know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<super::people::CompanyView>,
    /// The code to type, once one was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<super::identity::CodeAsk>,
    /// True while the agent asks where the customer is.
    pub asks_location: bool,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ending {
    /// `verified`, `rejected`, `escalated`, `under_review`, `incomplete`, `abandoned`, `expired`.
    pub outcome: String,
    /// Reason codes the customer may know (suspicion is never among them).
    pub reasons: Vec<crate::terms::ReasonCode>,
}
