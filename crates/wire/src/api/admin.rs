//! The admin page: cases, numbers, agents, policies, webhooks, keys.
//! Must not know how they are kept.

use super::agents::ProfileView;
use super::cases::{Claimed, DecisionView, Recovery, ReportView};
use super::evidence::{EvidenceView, RecordingView};
use crate::socket::ChatMessage;
use crate::terms::{AwayReason, FailureReason, Phase, Presence, RecoveryMode, Role, StepKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A row of the case list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseRow {
    /// `case_…`.
    pub id: String,
    /// The bank's reference.
    pub reference: String,
    /// Customer's name.
    pub name: String,
    /// Where it stands.
    pub phase: Phase,
    /// Reasons of the newest report.
    pub reasons: Vec<FailureReason>,
    /// Language.
    pub locale: String,
    /// Name of the agent, if one had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// Seconds from report to verdict "verified".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_in: Option<u32>,
}

/// `GET /v1/admin/cases?q=&phase=&reason=&from=&to=&cursor=&limit=`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseRows {
    /// Newest first, at most 100.
    pub rows: Vec<CaseRow>,
    /// Give it as `cursor` to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `GET /v1/admin/cases/{id}`: everything about one case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseFile {
    /// The row.
    pub row: CaseRow,
    /// As typed in the bank's form.
    pub claimed: Claimed,
    /// Profile.
    pub jurisdiction: ProfileView,
    /// Every line of the profile and how the case stands to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<super::profiles::LineView>>,
    /// The newest answer of the policy.
    pub recovery: Recovery,
    /// Attempts with images.
    pub reports: Vec<ReportView>,
    /// Consents, oldest first.
    pub consents: Vec<ConsentView>,
    /// The audit log of this case, oldest first, at most 2 000.
    pub timeline: Vec<TimelineEntry>,
    /// Chat.
    pub chat: Vec<ChatMessage>,
    /// Evidence.
    pub evidence: Vec<EvidenceView>,
    /// Recordings, one per session.
    pub recordings: Vec<RecordingView>,
    /// Steps as they stand.
    pub steps: Vec<super::agents::StepView>,
    /// Agent's notes.
    pub notes: String,
    /// Decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// Note written with the decision.
    pub decision_note: String,
    /// Rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// The customer's comment.
    pub rating_comment: String,
    /// Webhook deliveries of this case.
    pub deliveries: Vec<DeliveryView>,
    /// The second look at the newest decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<super::review::ReviewView>,
    /// What keeps the evidence, and what became of it.
    pub custody: super::custody::CustodyView,
}

/// A recorded consent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConsentView {
    /// RFC 3339.
    pub at: String,
    /// Hex SHA-256 of the text.
    pub sha256: String,
    /// The text itself, as shown.
    pub text: String,
    /// Locale shown.
    pub locale: String,
    /// Network address.
    pub address: String,
    /// Browser's own name.
    pub user_agent: String,
}

/// One entry of the audit log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// `ent_…`.
    pub id: String,
    /// Index in the tree; absent until sequenced (within 2 s).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// RFC 3339.
    pub at: String,
    /// `customer`, `agent:agt_…`, `system`, `api:…`.
    pub actor: String,
    /// Name of the actor, where one is known.
    pub actor_name: String,
    /// Fact, such as `invitation_claimed`.
    pub kind: String,
    /// Ids, numbers and commitments of the fact.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// Hex leaf hash.
    pub leaf: String,
}

/// Numbers of today and of this moment. Day = tenant's time zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NumbersView {
    /// RFC 3339, when counted.
    pub at: String,
    /// Customers who entered the queue today.
    pub offered: u32,
    /// Answered today.
    pub answered: u32,
    /// Waiting now.
    pub waiting: u32,
    /// Seconds the longest waits now.
    pub longest_wait: u32,
    /// In a session now.
    pub live: u32,
    /// Verified today.
    pub recovered: u32,
    /// Decided today.
    pub decided: u32,
    /// Failed checks reported today.
    pub reported: u32,
    /// Left the queue unanswered today.
    pub abandoned: u32,
    /// Median seconds from report to "verified", today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_recovery_seconds: Option<u32>,
    /// Median seconds waited, today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_wait_seconds: Option<u32>,
    /// Share answered within 20 s, 0..1, today (answered / (answered + abandoned)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level: Option<f64>,
    /// Agents by presence.
    pub agents_available: u32,
    /// Agents on call.
    pub agents_on_call: u32,
    /// Agents in wrap-up.
    pub agents_wrap_up: u32,
    /// Agents away.
    pub agents_away: u32,
    /// Who waits, longest first, at most 50.
    pub queue: Vec<QueueRow>,
    /// Sessions that run now, longest first, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionRow>,
    /// Second looks that wait.
    #[serde(default)]
    pub reviews_waiting: u32,
    /// Seconds the oldest of those waits for which a customer waits.
    #[serde(default)]
    pub reviews_oldest: u32,
    /// Why the audit log is not signed any more, if so: a code of `LogView`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_halted: Option<String>,
    /// Copies of recordings in the tenant's own storage; absent where none is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<super::custody::CopiesView>,
}

/// A session that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionRow {
    /// `case_…`.
    pub id: String,
    /// The customer's name.
    pub name: String,
    /// The agent's name.
    pub agent: String,
    /// RFC 3339.
    pub started_at: String,
    /// `joining`, `live`, `interrupted`, `hold`.
    pub state: String,
    /// The first step that is open; none when all are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepKind>,
}

/// Somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueRow {
    /// `case_…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Language.
    pub locale: String,
    /// Reason.
    pub reason: FailureReason,
    /// Seconds waited.
    pub waited: u32,
    /// `queued`, `ringing`, `parked`.
    pub state: String,
}

/// An agent, supervisor, auditor or admin.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentRow {
    /// `agt_…`.
    pub id: String,
    /// Full name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Skills such as `lang:id`, `doc:passport`, `jur:SG`.
    pub skills: Vec<String>,
    /// Where they stand.
    pub presence: Presence,
    /// Why away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<AwayReason>,
    /// RFC 3339.
    pub since: String,
    /// Answered today.
    pub answered_today: u32,
    /// Mean handle time today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aht_seconds: Option<u32>,
    /// Mean rating, all time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// False: may not sign in.
    pub active: bool,
    /// A second factor is set up.
    pub totp: bool,
    /// Certificates of training, by profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Vec<super::profiles::CertificateView>>,
}

/// `POST /v1/admin/agents` and `PUT /v1/admin/agents/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveAgent {
    /// Full name, 1–100 characters.
    pub name: String,
    /// E-mail, unique.
    pub email: String,
    /// Role.
    pub role: Role,
    /// At most 32.
    #[serde(default)]
    pub skills: Vec<String>,
    /// May sign in.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// The answer to a saved agent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SavedAgent {
    /// Row.
    pub agent: AgentRow,
    /// A one-time sign-in link (24 h) to hand over, for new agents and on reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_url: Option<String>,
}

/// The trigger policy of a tenant: data, versioned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyBody {
    /// First match speaks; at most 64.
    pub rules: Vec<RuleBody>,
    /// How long a link lives, 1–1 440 minutes.
    #[schema(minimum = 1, maximum = 1440)]
    pub invitation_minutes: u32,
    /// Default jurisdiction profile.
    pub jurisdiction: String,
    /// When agents are there.
    pub hours: HoursBody,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBody {
    /// Name in words, 1–100 characters; it is kept with each case.
    pub name: String,
    /// Any of these reasons; empty = any reason.
    #[serde(default)]
    pub reasons: Vec<FailureReason>,
    /// Any of these jurisdictions; empty = any.
    #[serde(default)]
    pub jurisdictions: Vec<String>,
    /// Only if the confidence of the check is below, 0..1; absent = any.
    #[serde(default)]
    pub confidence_below: Option<f64>,
    /// Only from this attempt on; absent = any.
    #[serde(default)]
    pub attempts_at_least: Option<u8>,
    /// `any`, `open`, `closed`.
    #[serde(default = "any")]
    pub hours: String,
    /// What to do.
    pub then: RecoveryMode,
}

fn any() -> String {
    "any".to_owned()
}

/// Opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursBody {
    /// IANA time zone.
    pub zone: String,
    /// Spans of minutes per weekday, Monday first, 7 lists, at most 4 spans each: `[[480, 1320]]`.
    /// Always open: `[[0, 1440]]` on each day.
    pub week: Vec<Vec<[u16; 2]>>,
}

/// A policy with its history.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// Version.
    pub version: u32,
    /// RFC 3339.
    pub at: String,
    /// Name of the author.
    pub by: String,
    /// The rules.
    pub body: PolicyBody,
    /// Earlier versions, newest first, at most 50.
    pub history: Vec<PolicyVersion>,
    /// Known jurisdiction profiles.
    pub profiles: Vec<ProfileView>,
}

/// An earlier version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyVersion {
    /// Version.
    pub version: u32,
    /// RFC 3339.
    pub at: String,
    /// Name of the author.
    pub by: String,
}

/// `PUT /v1/admin/policy`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavePolicy {
    /// The version this edit started from; another number now = 409.
    pub from_version: u32,
    /// New rules.
    pub body: PolicyBody,
}

/// `POST /v1/admin/policy/simulate`: what would these rules have done with the last days?
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    /// Rules to try.
    pub body: PolicyBody,
    /// 1–90, default 30.
    #[serde(default = "thirty")]
    pub days: u32,
}

fn thirty() -> u32 {
    30
}

/// The simulator's answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Simulation {
    /// Reports looked at.
    pub reports: u32,
    /// Would be launched automatically.
    pub automatic: u32,
    /// Would be offered as a choice.
    pub opt_in: u32,
    /// Would not be offered.
    pub none: u32,
    /// The same three under the policy in force then.
    pub was_automatic: u32,
    /// As recorded.
    pub was_opt_in: u32,
    /// As recorded.
    pub was_none: u32,
    /// How often each rule speaks, in rule order; the last is "no rule".
    pub per_rule: Vec<RuleCount>,
    /// Reports whose answer changes, newest first, at most 50.
    pub changed: Vec<ChangedReport>,
}

/// How often a rule speaks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleCount {
    /// Rule name.
    pub name: String,
    /// Reports.
    pub count: u32,
}

/// A report whose answer changes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedReport {
    /// `case_…`.
    pub case: String,
    /// Bank's reference.
    pub reference: String,
    /// RFC 3339.
    pub at: String,
    /// Reasons.
    pub reasons: Vec<FailureReason>,
    /// Was.
    pub was: RecoveryMode,
    /// Would be.
    pub now: RecoveryMode,
    /// Rule that would speak.
    pub because: String,
}

/// A webhook endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EndpointView {
    /// `whe_…`.
    pub id: String,
    /// Where.
    pub url: String,
    /// Events wanted; empty = all.
    pub events: Vec<String>,
    /// `active`, `failing`, `disabled`.
    pub state: String,
    /// Shown once, when made: `whsec_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// RFC 3339.
    pub created_at: String,
}

/// `POST /v1/admin/endpoints`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveEndpoint {
    /// `https://…`, at most 500 characters.
    pub url: String,
    /// Events wanted; empty = all.
    #[serde(default)]
    pub events: Vec<String>,
}

/// One delivery with its attempts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// `dlv_…`, the webhook's `webhook-id`.
    pub id: String,
    /// Event type.
    pub event: String,
    /// `case_…`.
    pub case: String,
    /// Host of the endpoint.
    pub to: String,
    /// `pending`, `delivered`, `failing`, `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: u32,
    /// HTTP status of the last attempt, 0 if none came.
    pub last_status: u16,
    /// Why the last attempt failed, in words; never the receiver's body.
    pub last_error: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339 of the next attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<String>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
}

/// An API key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyView {
    /// Public part, such as `rk_test_3f9a`.
    pub prefix: String,
    /// What it is for.
    pub name: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
    /// Shown once, when made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// False once revoked.
    pub active: bool,
}

/// `POST /v1/admin/keys`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveKey {
    /// What it is for, 1–100 characters.
    pub name: String,
}

/// The log's newest signed checkpoint and whether it fits.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LogView {
    /// C2SP signed note.
    pub checkpoint: String,
    /// Entries in the tree.
    pub size: u64,
    /// Entries committed and not yet sequenced.
    pub pending: u64,
    /// Verifier key of the note.
    pub verifier_key: String,
    /// Newest entries, newest first, at most 100.
    pub entries: Vec<TimelineEntry>,
    /// Why nothing is signed any more: `put_back`, `other_root`, `witness_ahead` or `contradicted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    /// Who signs checkpoints beside this server.
    #[serde(default)]
    pub witnesses: Vec<LogWitness>,
    /// Where else checkpoints are laid down.
    #[serde(default)]
    pub published: Vec<LogPublished>,
}

/// A witness of the log, and how it stands with it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LogWitness {
    /// The name it signs under.
    pub name: String,
    /// Its verifier key.
    pub key: String,
    /// The largest size it signed; 0 for nothing yet.
    pub size: u64,
    /// RFC 3339, by its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why it did not sign the last time, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A place where checkpoints are laid down.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LogPublished {
    /// `folder` or `mail`.
    pub kind: String,
    /// The newest size there; 0 for none since the server started.
    pub size: u64,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why the last try failed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
