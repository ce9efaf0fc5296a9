//! Facts: what is kept of a transition, in the audit log and the outbox. Ids and hashes only.
//! Must not hold personal data.

use super::{CameraState, JoinMode, Outcome};
use crate::board::Surface;
use crate::code::{Channel, Tried};
use crate::decision::{ReasonCode, Verdict};
use crate::digest::Digest;
use crate::evidence::{Slot, Source};
use crate::features::Feature;
use crate::ids::{AgentId, ClientId, EvidenceId, GuestId, InvitationId, MessageId, ReportId, ReservationId, SessionId, TicketId};
use crate::liveness::{Detail, Need, Prompt};
use crate::location::{Fineness, Hint, Network, Refused};
use crate::procedure::Answer;
use crate::reading::{Field, Outcome as ReadOutcome};
use crate::report::FailureReason;
use crate::retention::Cause;
use crate::review::{Finding, Kind as ReviewKind, Reason as ReviewReason};
use crate::seats::SupervisorMode;
use crate::session::{EndedBy, Seat};
use crate::time::Timestamp;
use crate::trigger::Mode;
use serde::{Deserialize, Serialize};

/// How a ring ended without an answer (Twilio's terms).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReservationEnd {
    /// The agent passed it on.
    Rejected,
    /// Nobody answered.
    TimedOut,
    /// The customer left.
    Rescinded,
    /// The agent's page went away.
    AgentGone,
}

/// How a place in the queue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketEnd {
    /// The customer left.
    Left,
    /// The page was lost and did not come back.
    Lost,
    /// A call back was booked.
    Callback,
}

/// Past tense, durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the fields are the document; each is an id, a hash or a word of the glossary")]
pub enum Fact {
    /// A failed check opened this case.
    CaseReported { report: ReportId, attempt: u8, reasons: Vec<FailureReason>, mode: Mode, policy: u32, rule: Option<String> },
    /// Another attempt failed.
    ReportAdded { report: ReportId, attempt: u8, reasons: Vec<FailureReason>, mode: Mode, policy: u32, rule: Option<String> },
    /// An image of the failed attempt is kept.
    ImageReported { evidence: EvidenceId, report: Option<ReportId>, slot: Slot, sha256: Digest, sealed: Digest, shown_sealed: Digest },
    /// A link went out.
    InvitationIssued { invitation: InvitationId, token_hash: Digest, expires_at: Timestamp },
    /// A browser claimed the link.
    InvitationClaimed { invitation: InvitationId, client: ClientId, device: u8 },
    /// Another browser tried to claim it and did not prove itself.
    ForeignClaim { invitation: InvitationId, client: ClientId, tries_left: u8 },
    /// The link ran out.
    InvitationExpired { invitation: Option<InvitationId> },
    /// Consent was given.
    ConsentGiven { text_sha256: Digest, version: u32, locale: String, commitment: Digest },
    /// The customer entered the queue.
    TicketQueued { ticket: TicketId, mode: JoinMode, boost: u32, again: bool },
    /// The page was lost; the place is kept.
    TicketParked { ticket: TicketId },
    /// The page is back.
    TicketBack { ticket: TicketId },
    /// The place was given up.
    TicketEnded { ticket: TicketId, how: TicketEnd },
    /// A call back was booked.
    CallbackBooked { due: Timestamp },
    /// The camera changed.
    CameraChanged { camera: CameraState },
    /// An agent is rung.
    AgentReserved { agent: AgentId, reservation: ReservationId },
    /// A ring ended without an answer.
    ReservationEnded { agent: AgentId, reservation: ReservationId, how: ReservationEnd },
    /// An agent answered.
    SessionStarted { session: SessionId, agent: AgentId, reservation: ReservationId, waited_ms: i64 },
    /// Media of a seat is up.
    MediaUp { session: SessionId, seat: Seat },
    /// Both sides are face to face.
    SessionLive { session: SessionId },
    /// Media broke off.
    SessionInterrupted { session: SessionId, seat: Seat },
    /// Media is back.
    SessionResumed { session: SessionId, after_ms: i64 },
    /// The profile asks for a fresh start after an interruption.
    EvidenceVoided { session: SessionId, items: u32 },
    /// The session is over.
    SessionEnded { session: SessionId, by: EndedBy, talked_ms: i64 },
    /// The recording began.
    RecordingStarted { session: SessionId },
    /// Segments are sealed up to this head.
    RecordingHead { session: SessionId, segments: u64, head: Digest },
    /// Something is missing.
    RecordingGap { session: SessionId, seat: Seat, kind: String, from: Timestamp, to: Timestamp, why: String },
    /// Something was lost.
    RecordingFailed { session: SessionId, why: String },
    /// The recording is complete.
    RecordingSealed { session: SessionId, segments: u64, head: Digest },
    /// An image arrived in the session.
    StillTaken {
        evidence: EvidenceId,
        source: Source,
        slot: Slot,
        step: Option<String>,
        width: u32,
        height: u32,
        sha256: Digest,
        sealed: Digest,
        shown_sealed: Digest,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<EvidenceId>,
    },
    /// The agent asked the device.
    CommandSent {
        agent: AgentId,
        id: u32,
        what: String,
        #[serde(default)]
        detail: String,
    },
    /// The device needs the customer first.
    CommandHeld { id: u32, why: String },
    /// The device answered, with what it read back from itself.
    CommandDone {
        id: u32,
        ok: bool,
        why: String,
        #[serde(default)]
        effect: String,
    },
    /// The device did not answer.
    CommandTimedOut { id: u32, what: String },
    /// The customer took the device into their own hand, or gave it back.
    ControlChanged { allowed: bool },
    /// A step is done.
    StepDone { agent: AgentId, step: String, evidence: Vec<EvidenceId> },
    /// A step failed.
    StepFailed { agent: AgentId, step: String },
    /// A step is open again.
    StepReopened { agent: AgentId, step: String },
    /// A step was waived.
    StepWaived { agent: AgentId, step: String, commitment: Digest },
    /// A prompt was drawn; the seed makes the draw repeatable.
    ChallengeAsked {
        agent: AgentId,
        step: String,
        id: u32,
        prompt: Prompt,
        seed: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Detail>,
    },
    /// A prompt was judged.
    ChallengeJudged { agent: AgentId, id: u32, passed: bool },
    /// A question was answered.
    QuestionAnswered { agent: AgentId, question: String, answer: Answer },
    /// A chat message.
    ChatSent { message: MessageId, from: Seat, image: Option<EvidenceId>, commitment: Digest },
    /// The notes changed.
    NotesChanged { agent: AgentId, commitment: Digest },
    /// A decision was made.
    Decided { verdict: Verdict, reasons: Vec<ReasonCode>, agent: AgentId, note: Digest },
    /// A second person looked.
    Reviewed {
        checker: AgentId,
        agreed: bool,
        kind: ReviewKind,
        maker: AgentId,
        verdict: Verdict,
        codes: Vec<ReasonCode>,
        finding: Finding,
        reasons: Vec<ReviewReason>,
        note: Digest,
        again: Vec<String>,
        decided_at: Timestamp,
        drawn_at: Timestamp,
        taken_at: Timestamp,
    },
    /// The time to decide ran out.
    DecisionTimedOut { agent: AgentId },
    /// The case closed.
    CaseClosed { outcome: Outcome },
    /// The customer rated the agent.
    Rated { stars: u8, agent: Option<AgentId> },

    /// A prompt was on the customer's screen; the time is the page's own.
    ChallengeShown { id: u32, page_at: Timestamp, locale: String },
    /// The customer said that they cannot do what it asks.
    ChallengeDeclined { id: u32 },
    /// A prompt was taken back, because the customer lacks what it needs.
    ChallengeWithdrawn { agent: AgentId, id: u32, need: Need },

    /// The agent read a field off the document.
    FieldRead { agent: AgentId, field: Field, outcome: ReadOutcome, commitment: Digest },
    /// A one-time code went out.
    CodeSent { agent: AgentId, channel: Channel, sends: u8 },
    /// The customer typed a code.
    CodeTried { tried: Tried, left: u8 },
    /// The agent asked for the place.
    LocationAsked { agent: AgentId },
    /// The customer or the browser said no.
    LocationRefused { why: Refused },
    /// The device said where it is; the country is as much as is told here.
    Located { commitment: Digest, country: Option<String>, fineness: Fineness, hints: Vec<Hint>, network: Network },
    /// Questions of the tenant's own set were drawn; the seed makes the draw repeatable.
    QuestionsDrawn { keys: Vec<String>, seed: u64 },
    /// Both look at this now; nothing: at each other again.
    SurfaceShown { agent: AgentId, surface: Option<Surface> },
    /// A piece of the trail of what was drawn.
    DrawingKept { drawing: EvidenceId, session: SessionId, surface: Surface, ops: u32, sha256: Digest, sealed: Digest },
    /// A supervisor came.
    SupervisorCame { session: SessionId, supervisor: AgentId, mode: SupervisorMode },
    /// A supervisor takes part in another way.
    SupervisorChanged { session: SessionId, supervisor: AgentId, from: SupervisorMode, to: SupervisorMode },
    /// A supervisor left.
    SupervisorLeft { session: SessionId, supervisor: AgentId },
    /// A supervisor became the agent.
    TakenOver { session: SessionId, from: AgentId, to: AgentId },
    /// An interpreter was asked for.
    InterpreterInvited { session: SessionId, agent: AgentId, guest: GuestId, token_hash: Digest, language: String, expires_at: Timestamp },
    /// An interpreter came and agreed to the notice.
    InterpreterCame { session: SessionId, guest: GuestId, notice: Digest, commitment: Digest },
    /// An interpreter left.
    InterpreterLeft { session: SessionId, guest: GuestId },
    /// The customer was put on hold.
    HoldBegan { session: SessionId, agent: AgentId },
    /// The customer is off hold.
    HoldEnded { session: SessionId, after_ms: i64 },
    /// The agent handed the customer on; the reason by its commitment.
    Transferred { session: SessionId, agent: AgentId, wants: String, commitment: Digest },
    /// The customer continues another time.
    ContinuesLater { agent: AgentId, kept: bool },
    /// Whether a decision is looked at again blind; the seed makes the draw repeatable.
    SampleDrawn { seed: u64, percent: u8, chosen: bool },
    /// A second person must look.
    ReviewAsked { kind: ReviewKind, maker: AgentId, verdict: Verdict, codes: Vec<ReasonCode>, decided_at: Timestamp },
    /// A checker was drawn among so many; the seed makes the draw repeatable.
    ReviewAssigned { checker: AgentId, among: u16, seed: u64, until: Timestamp },
    /// The checker began.
    ReviewTaken { checker: AgentId },
    /// The checker's time ran out.
    ReviewLapsed { checker: AgentId },
    /// The session is under this profile: the hash of its file, lines made stricter, lines declared.
    ProfileApplied { profile: String, version: u32, sha256: Digest, raised: Vec<String>, declared: Vec<String> },
    /// The agent was drawn at random; the seed makes the draw repeatable.
    AgentDrawn { agent: AgentId, reservation: ReservationId, seed: String },
    /// The agent's training for this profile; none: no certificate.
    TrainingShown { agent: AgentId, profile: String, until: Option<Timestamp> },
    /// Security features were drawn.
    FeaturesDrawn { features: Vec<Feature>, seed: u64 },
    /// The agent saw a security feature, or did not.
    FeatureMarked { agent: AgentId, feature: Feature, seen: bool },
    /// The evidence is kept for a dispute; the reason by its commitment.
    HoldSet { agent: AgentId, commitment: Digest },
    /// The hold is over; the reason by its commitment.
    HoldLifted { agent: AgentId, commitment: Digest },
    /// The evidence is gone: what there was, and the digest of the key that alone opened it.
    EvidenceErased {
        cause: Cause,
        by: Option<AgentId>,
        due: Timestamp,
        key: Digest,
        images: u32,
        drawings: u32,
        recordings: u32,
        messages: u32,
    },
    /// A sealed recording lies in the tenant's own storage too.
    RecordingDelivered { session: SessionId, to: String, manifest: Digest, objects: u32 },
    /// An encrypted evidence pack lies in the tenant's own storage.
    PackDelivered { to: String, pack: Digest, manifest: Digest, objects: u32 },
}

impl Fact {
    /// The name of the fact, and its fields without the name.
    #[must_use]
    pub fn parts(&self) -> (String, serde_json::Value) {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        let name =
            value.as_object_mut().and_then(|map| map.remove("fact")).and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        (name, value)
    }
}
