//! The agent console: sign-in, the desk, the case as the agent sees it.
//! Must not know the socket that carries it.

use super::cases::{Claimed, ReportView};
use super::evidence::EvidenceView;
use super::liveness::{ChallengeView, PromptView};
use crate::camera::{CameraAbilities, CameraSettings, Framing};
use crate::terms::{
    AwayReason, CameraState, ImageSlot, JoinMode, LivenessNeed, Phase, Presence, ReasonCode, Role, Seat, StepKind, StepState, Verdict,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/sign-in/link`: a one-time link, as `recourse demo` and invitations print.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInByLink {
    /// The secret from the fragment.
    pub token: String,
}

/// `POST /v1/sign-in`: a local account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail of the account.
    pub email: String,
    /// Password.
    pub password: String,
    /// Six digits (TOTP, RFC 6238), when the account has it.
    #[serde(default)]
    pub code: Option<String>,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// `agt_…`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Tenant's brand name.
    pub tenant: String,
    /// True when a second factor is set up.
    pub totp: bool,
    /// Looks at the decisions of others.
    #[serde(default)]
    pub reviews: bool,
}

/// `POST /v1/me/password`: a new password; every other sign-in of the account ends.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// 12 characters to 256 bytes.
    pub password: String,
    /// The one in force, if there is one.
    #[serde(default)]
    pub current: Option<String>,
}

/// `POST /v1/me/totp`, answer: the secret of an authenticator app, shown once and not yet in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TotpOffer {
    /// `otpauth://…`, for a QR code.
    pub uri: String,
    /// For typing.
    pub secret: String,
    /// Give it back with the first code; good for 15 minutes.
    pub pending: String,
}

/// `POST /v1/me/totp/confirm`: puts the second factor in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// From [`TotpOffer`].
    pub pending: String,
    /// Six digits.
    pub code: String,
}

/// The agent's own standing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    /// Grows with every change.
    pub version: u64,
    /// Where the agent stands.
    pub presence: Presence,
    /// Why away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<AwayReason>,
    /// RFC 3339, since when.
    pub since: String,
    /// The ring, while reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<RingView>,
    /// `case_…` in hand, on call or in wrap-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// RFC 3339, end of wrap-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_until: Option<String>,
    /// True once the wrap-up was extended; it can be only once.
    pub wrap_extended: bool,
    /// Customers waiting that this agent could take.
    pub waiting: u32,
    /// Seconds the longest of them has waited.
    pub longest_wait: u32,
    /// Answered today.
    pub answered_today: u32,
    /// Mean handle time today, seconds; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aht_seconds: Option<u32>,
    /// Mean rating today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// True: rings are accepted after a chime without a key.
    pub auto_accept: bool,
}

/// A ringing contact.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RingView {
    /// `rsv_…`; give it back with accept or reject.
    pub reservation: String,
    /// The case, shown before answering.
    pub case: AgentCaseView,
    /// RFC 3339; auto-accept or miss at this instant.
    pub until: String,
}

/// A case as its agent sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentCaseView {
    /// `case_…`.
    pub id: String,
    /// Grows with every change.
    pub version: u64,
    /// The bank's reference.
    pub reference: String,
    /// Where it stands.
    pub phase: Phase,
    /// Customer's full name.
    pub name: String,
    /// Language to greet in.
    pub locale: String,
    /// As typed in the bank's form.
    pub claimed: Claimed,
    /// Jurisdiction profile.
    pub jurisdiction: ProfileView,
    /// Attempts of the automated check, oldest first, with their images.
    pub reports: Vec<ReportView>,
    /// Seconds waited before the answer.
    pub waited: u32,
    /// Earlier sessions of this case that broke off.
    pub drops: u32,
    /// The link was opened on more than one device.
    pub two_devices: bool,
    /// The customer's browser, as words: "Chrome 156 on Android", and flags such as an in-app browser.
    pub device: String,
    /// How the customer takes part.
    pub mode: JoinMode,
    /// What the customer's browser tells of itself.
    pub customer: CustomerStatus,
    /// The live session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionView>,
    /// Steps in order.
    pub steps: Vec<StepView>,
    /// Evidence so far, oldest first.
    pub evidence: Vec<EvidenceView>,
    /// The agent's own notes.
    pub notes: String,
    /// Fields read, codes sent, the place.
    pub identity: super::identity::IdentityView,
    /// What keeps "verified" locked, as stable codes; empty = unlocked.
    pub locked_by: Vec<String>,
    /// The decision, once made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<super::cases::DecisionView>,
    /// The customer's rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// Who else sits there, hold, and why the customer was handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<super::people::TableView>,
    /// Every line of the profile and how the case stands to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<super::profiles::LineView>>,
}

/// What the customer's browser tells of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerStatus {
    /// The page's socket is open.
    pub connected: bool,
    /// Camera.
    pub camera: CameraState,
    /// Microphone is sending.
    pub microphone: bool,
    /// The page is in front.
    pub visible: bool,
    /// What the camera can do, and why not the rest.
    pub abilities: CameraAbilities,
    /// How it stands.
    pub settings: CameraSettings,
    /// The customer lets the agent control it.
    pub controls_allowed: bool,
    /// What is framed on the customer's screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guide: Option<ImageSlot>,
    /// How it is framed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framing: Option<Framing>,
    /// Label of the camera, as the browser names it (virtual cameras show here).
    pub camera_label: String,
    /// Customer is typing.
    pub typing: bool,
}

/// The jurisdiction profile in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileView {
    /// `SG`, `ID`, …, or `default`.
    pub code: String,
    /// "Singapore (MAS)".
    pub name: String,
    /// True: an interruption voids the evidence and restarts.
    pub restart_on_interruption: bool,
    /// True: a second person reviews the decision.
    pub reviewed: bool,
}

/// The live session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// `ses_…`.
    pub id: String,
    /// RFC 3339.
    pub started_at: String,
    /// `joining`, `live`, `interrupted`, `ended`.
    pub state: String,
    /// RFC 3339, until when an interrupted session may be resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_until: Option<String>,
    /// Seats whose media is up.
    pub seats: Vec<Seat>,
    /// `off`, `recording`, `failed`, `sealed`.
    pub recording: String,
    /// Sealed segments so far.
    pub segments: u64,
    /// Size of the customer's picture at the server.
    pub width: u32,
    /// Size of the customer's picture at the server.
    pub height: u32,
    /// The prompt shown to the customer now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptView>,
}

/// One step of the procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Unique in this procedure, such as `document_front`.
    pub key: String,
    /// Kind.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
    /// Without it (or a waiver) nobody is verified.
    pub mandatory: bool,
    /// May be waived with a reason.
    pub waivable: bool,
    /// Image to take, for steps that want one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<ImageSlot>,
    /// Evidence bound to it.
    pub evidence: Vec<String>,
    /// Prompts drawn so far, for liveness steps.
    pub challenges: Vec<ChallengeView>,
    /// Prompts that must pass.
    pub challenges_wanted: u32,
    /// Questions to ask, for question steps: keys of the language files or the tenant's own text.
    pub questions: Vec<QuestionView>,
    /// What it asks for was shown to the server itself: the code typed, the place told.
    pub proven: bool,
    /// Why waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<String>,
    /// Prompts that may still be drawn in this session, for liveness steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenges_left: Option<u32>,
    /// What the customer cannot do, for liveness steps: no prompt that needs it is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot: Option<Vec<LivenessNeed>>,
    /// The customer looks at each photograph before it is sent.
    pub review: bool,
    /// Security features that were drawn, for the step that looks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<super::profiles::FeaturesView>,
}

/// A question of the procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionView {
    /// `birth_date`, `address`, `document_number`, `purpose`, …, or the tenant's own.
    pub key: String,
    /// The tenant's own words: in English (or the first language there is), for the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The same in the customer's language, to be read out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<String>,
    /// What the claimed data says, for the agent to compare; absent when nothing is on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// `match`, `no_match`, `not_asked`.
    pub answer: String,
}

/// What may be said with which verdict.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerdictReasons {
    /// Verdict.
    pub verdict: Verdict,
    /// Reason codes that belong to it.
    pub reasons: Vec<ReasonCode>,
}

/// A canned reply.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CannedReply {
    /// Short name in the agent's menu.
    pub key: String,
    /// Text per locale; `{name}`, `{agent}` and `{brand}` are filled in.
    pub texts: std::collections::BTreeMap<String, String>,
}
