//! What can happen to a case, with everything it needs to know arriving inside.
//! Must not know what follows.

use super::{CameraState, JoinMode, Message, ReservationEnd, Target};
use crate::board::Surface;
use crate::code::Channel;
use crate::consent::Consent;
use crate::decision::{Draft, Verdict};
use crate::device;
use crate::digest::{Digest, Salt};
use crate::evidence::{Drawing, Evidence};
use crate::features::Feature;
use crate::ids::{AgentId, ClientId, GuestId, ReservationId, SessionId, TicketId};
use crate::invitation::FreshLink;
use crate::jurisdiction::{Rules, Trained};
use crate::liveness::Need;
use crate::location::{Fix, Network, Refused};
use crate::pii::Pii;
use crate::procedure::{Answer as QuestionAnswer, OwnQuestion};
use crate::reading::Field;
use crate::report::Report;
use crate::retention::Custody;
use crate::review::{Candidate, Opinion};
use crate::seats::SupervisorMode;
use crate::session::Seat;
use crate::time::{Span, Timestamp};
use crate::trigger::Policy;

/// A claim: the tap.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which browser.
    pub client: ClientId,
    /// SHA-256 of the secret given to it.
    pub secret_hash: Digest,
    /// Consent shown beside the button.
    pub consent: Consent,
    /// How the customer takes part.
    pub mode: JoinMode,
    /// Answer to the case challenge, if another browser holds the link.
    pub birth_date: Option<String>,
    /// For a new place in the queue.
    pub ticket: TicketId,
    /// False: nobody queues now.
    pub open: bool,
}

/// What can happen to a case. Ids, hashes and seeds arrive inside.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names of the fields are the document; each is an id, a hash or a word of the glossary")]
pub enum Input {
    /// Another attempt failed.
    Report { report: Box<Report>, policy: Box<Policy>, link: FreshLink },
    /// An image of a report, uploaded afterwards.
    ReportImage { evidence: Box<Evidence> },
    /// A new link is asked for.
    NewLink { link: FreshLink, life: Span },
    /// The tap.
    Claim(Box<Claim>),
    /// The customer's page is connected.
    CustomerBack,
    /// The customer's page is gone.
    CustomerGone,
    /// The customer leaves.
    CustomerLeave,
    /// The customer asks to be called back.
    CallBack { at: Timestamp },
    /// The browser tells of its camera, and, when that changed, whether the agent may control it.
    Device { camera: CameraState, controls: Option<bool> },
    /// The router reserves an agent.
    Reserve { agent: AgentId, reservation: ReservationId },
    /// The ring ended without an answer.
    RingEnded { reservation: ReservationId, how: ReservationEnd },
    /// The agent answers.
    Accept { agent: AgentId, reservation: ReservationId, session: SessionId, seed: u64 },
    /// Media of a seat is up.
    MediaUp { seat: Seat },
    /// Media of a seat broke off.
    MediaDown { seat: Seat },
    /// The agent's page has been gone for too long.
    AgentLost,
    /// The recorder sealed segments up to here.
    RecordingHead { session: SessionId, segments: u64, head: Digest },
    /// The recorder lost something.
    RecordingFailed { session: SessionId, why: &'static str },
    /// Something is missing in the recording.
    RecordingGap { session: SessionId, seat: Seat, kind: &'static str, from: Timestamp, to: Timestamp, why: &'static str },
    /// The recording is complete.
    RecordingSealed { session: SessionId, segments: u64, head: Digest },
    /// A photograph or file arrived.
    Still { evidence: Box<Evidence> },
    /// The agent asked the device for something.
    CommandSent { agent: AgentId, id: u32, what: device::Kind, detail: String },
    /// The device needs the customer first.
    CommandHeld { id: u32, why: String },
    /// The device answered.
    CommandDone { id: u32, ok: bool, why: String, effect: String },
    /// A step is done.
    StepDone { agent: AgentId, step: String },
    /// A step failed, or is open again.
    StepState { agent: AgentId, step: String, failed: bool },
    /// A step is waived.
    Waive { agent: AgentId, step: String, reason: Pii<String>, salt: Salt },
    /// One more random prompt.
    Challenge { agent: AgentId, step: String, seed: u64 },
    /// A prompt is judged.
    Judge { agent: AgentId, id: u32, passed: bool },
    /// A question is answered.
    Answered { agent: AgentId, step: String, question: String, answer: QuestionAnswer },
    /// A chat message.
    Chat { message: Box<Message>, salt: Salt },
    /// The notes are replaced.
    Notes { agent: AgentId, text: Pii<String>, salt: Salt },
    /// The agent ends the video.
    End { agent: AgentId },
    /// The agent decides.
    Decide { verdict: Verdict, draft: Box<Draft>, link: FreshLink },
    /// The customer rates.
    Rate { stars: u8, comment: Pii<String> },
    /// A deadline passed.
    Wake { link: FreshLink, life: Span },

    /// A prompt is on the customer's screen; the page's clock and language are its own claims.
    ChallengeShown { id: u32, page_at: Timestamp, locale: String },
    /// The customer says that they cannot do what a prompt asks.
    ChallengeDeclined { id: u32 },
    /// Another prompt instead, without this need.
    ChallengeAlternative { agent: AgentId, id: u32, need: Need, seed: u64 },

    /// The agent reads a field off the document.
    ReadField { agent: AgentId, field: Field, text: Pii<String>, salt: Salt },
    /// A one-time code goes out; only its hash comes here.
    SendCode { agent: AgentId, channel: Channel, salt: Salt, hash: Digest },
    /// The customer types the code.
    TryCode { typed: Pii<String> },
    /// The agent asks for the place.
    AskLocation { agent: AgentId },
    /// The customer or the browser says no.
    RefuseLocation { why: Refused },
    /// The device says where it is.
    Located { fixes: Pii<Vec<Fix>>, network: Network, salt: Salt },
    /// The tenant's own questions join those of the case.
    OwnQuestions { set: Vec<OwnQuestion>, seed: u64 },
    /// The agent shows something to look at together, or ends it.
    Show { agent: AgentId, surface: Option<Surface> },
    /// A piece of the trail of what was drawn is sealed and stored.
    DrawingKept { drawing: Box<Drawing> },
    /// A supervisor comes, takes part in another way, or leaves (`None`).
    Supervise { supervisor: AgentId, name: Pii<String>, mode: Option<SupervisorMode> },
    /// The supervisor becomes the agent of the case.
    TakeOver { supervisor: AgentId },
    /// The agent asks for an interpreter: a link for one use.
    InviteInterpreter { agent: AgentId, guest: GuestId, token_hash: Digest, language: String },
    /// The interpreter opened the link and agreed to the notice.
    SeatInterpreter { token_hash: Digest, secret_hash: Digest, name: Pii<String>, notice: Digest, commitment: Digest },
    /// The interpreter left or was asked to leave.
    InterpreterGone { guest: GuestId },
    /// The customer is put on hold, or taken off it.
    Hold { agent: AgentId, on: bool },
    /// The agent hands the customer on.
    Transfer { agent: AgentId, to: Target, reason: Pii<String>, salt: Salt },
    /// The customer continues another time: called back at a time, or by a new link.
    Later { agent: AgentId, at: Option<Timestamp>, link: FreshLink },
    /// The draw for a blind second look, right after a decision.
    Sample { seed: u64, percent: u8 },
    /// A checker is drawn among those who are there.
    AssignReview { candidates: Vec<Candidate>, seed: u64 },
    /// The drawn checker begins.
    TakeReview { checker: AgentId },
    /// The checker says what they found.
    GiveReview { opinion: Box<Opinion>, link: FreshLink },
    /// What the operator set beside the profile, as it stands now.
    Rules { rules: Box<Rules> },
    /// The agent of this ring was drawn at random.
    Drawn { agent: AgentId, reservation: ReservationId, seed: u64 },
    /// The agent's certificate for the case's profile, if there is one.
    Training { agent: AgentId, trained: Option<Trained> },
    /// The agent saw a security feature, or did not.
    MarkFeature { agent: AgentId, feature: Feature, seen: bool },
    /// One more feature, because one that was drawn is not on this document.
    DrawFeature { agent: AgentId, seed: u64 },
    /// The evidence is held, erased or delivered.
    Custody(Custody),
}
