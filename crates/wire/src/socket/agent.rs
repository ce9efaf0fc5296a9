//! What an agent's page and the server say to each other. Must not know how it is carried.

use super::*;
use crate::api::people::{FloorView, TransferTo};
use crate::api::profiles::SecurityFeature;
use crate::terms::SupervisorMode;

/// What an agent's page says on `/v1/agent/socket` (signed in by cookie).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AgentMessage {
    /// First message.
    Hello {
        /// Chat messages of the case in hand already shown.
        #[serde(default)]
        chat_after: u32,
        /// A page load of its own; a second open console asks before it takes over.
        page: String,
    },
    /// Go available.
    Available {},
    /// Go away.
    Away {
        /// Why.
        reason: AwayReason,
    },
    /// Answer the ring.
    Accept {
        /// `rsv_…`.
        reservation: String,
    },
    /// Pass the ring on.
    Reject {
        /// `rsv_…`.
        reservation: String,
    },
    /// An SDP offer for the case in hand or ringing.
    Offer {
        /// `case_…`.
        case: String,
        /// Chosen by the page, one per RTCPeerConnection, 32 hexadecimal digits.
        peer: String,
        /// SDP.
        sdp: String,
    },
    /// A chat message.
    Chat {
        /// `case_…`.
        case: String,
        /// Chosen by the page, 1–40 characters.
        nonce: String,
        /// 1–2 000 characters.
        text: String,
    },
    /// Typing started or stopped.
    Typing {
        /// `case_…`.
        case: String,
        /// True while typing.
        on: bool,
    },
    /// Ask the customer's device.
    Command {
        /// `case_…`.
        case: String,
        /// Chosen by the page, unique in its load.
        id: u32,
        /// What.
        command: DeviceCommand,
    },
    /// A step is done; stills taken for it are bound by the server.
    StepDone {
        /// `case_…`.
        case: String,
        /// Step key.
        step: String,
    },
    /// A step failed or is open again.
    StepState {
        /// `case_…`.
        case: String,
        /// Step key.
        step: String,
        /// True: failed; false: open again.
        failed: bool,
    },
    /// A step is waived.
    Waive {
        /// `case_…`.
        case: String,
        /// Step key.
        step: String,
        /// 3–500 characters.
        reason: String,
    },
    /// Ask the customer one more random prompt.
    Challenge {
        /// `case_…`.
        case: String,
        /// Step key.
        step: String,
    },
    /// Judge a prompt.
    Judge {
        /// `case_…`.
        case: String,
        /// Prompt id.
        id: u32,
        /// Passed or failed.
        passed: bool,
    },
    /// Record the answer to a question.
    Answered {
        /// `case_…`.
        case: String,
        /// Step key.
        step: String,
        /// Question key.
        question: String,
        /// `match`, `no_match`, `not_asked`.
        answer: String,
    },
    /// Replace the notes.
    Notes {
        /// `case_…`.
        case: String,
        /// At most 4 000 characters.
        text: String,
    },
    /// Decide.
    Decide {
        /// `case_…`.
        case: String,
        /// Verdict.
        verdict: Verdict,
        /// At least one.
        reasons: Vec<ReasonCode>,
        /// At most 1 000 characters, for colleagues and auditors, never shown to the customer.
        #[serde(default)]
        note: String,
    },
    /// End the video without a decision yet.
    End {
        /// `case_…`.
        case: String,
    },
    /// 60 s more wrap-up, once.
    ExtendWrap {},
    /// Auto-accept on or off.
    AutoAccept {
        /// On or off.
        on: bool,
    },
    /// Every 5 s, from a worker thread so that a hidden tab keeps answering.
    Ping {},

    /// The customer cannot do what the open prompt asks: it is taken back, counts for nothing, and one that does not
    /// need this comes in its place.
    ChallengeAlternative {
        /// `case_…`.
        case: String,
        /// The open prompt's id.
        id: u32,
        /// Which of its needs the customer lacks.
        needs_not: LivenessNeed,
    },

    /// A field read off the document; an empty text takes it back.
    ReadField {
        /// `case_…`.
        case: String,
        /// Which.
        field: ReadField,
        /// As read; dates as `YYYY-MM-DD`.
        text: String,
    },
    /// Send a one-time code to the customer.
    SendCode {
        /// `case_…`.
        case: String,
        /// Which way.
        channel: CodeChannel,
    },
    /// Ask the customer where they are.
    AskLocation {
        /// `case_…`.
        case: String,
    },
    /// Look at something together, on both screens; none: at each other again.
    Show {
        /// `case_…`.
        case: String,
        /// What.
        #[serde(default)]
        surface: Option<Surface>,
    },
    /// Do something on the board.
    Draw {
        /// `case_…`.
        case: String,
        /// Counts up in this page's load; comes back with the doing or its refusal.
        n: u32,
        /// What.
        op: DrawOp,
    },
    /// The board of the case in hand or of the session that is watched again, whole: something was missed.
    BoardAgain {
        /// `case_…`.
        case: String,
    },
    /// How far the chat was received and how far it was on the screen.
    ChatSeen {
        /// `case_…`.
        case: String,
        /// Messages received.
        got: u32,
        /// Messages shown.
        seen: u32,
    },

    /// Come to a live session as a supervisor, take part in another way, or leave (absent).
    Supervise {
        /// `case_…`.
        case: String,
        /// How.
        #[serde(default)]
        mode: Option<SupervisorMode>,
    },
    /// Become the agent of the session that is watched.
    TakeOver {
        /// `case_…`.
        case: String,
    },
    /// Ask for a link for an interpreter.
    InviteInterpreter {
        /// `case_…`.
        case: String,
        /// Tag of the language spoken with the customer.
        language: String,
    },
    /// Let the interpreter go, or take the link back.
    RemoveInterpreter {
        /// `case_…`.
        case: String,
    },
    /// Put the customer on hold, or off it.
    Hold {
        /// `case_…`.
        case: String,
        /// On or off.
        on: bool,
    },
    /// Hand the customer on.
    Transfer {
        /// `case_…`.
        case: String,
        /// To whom.
        target: TransferTo,
        /// 3–500 characters, for the next agent.
        reason: String,
    },
    /// The customer continues another time.
    Later {
        /// `case_…`.
        case: String,
        /// RFC 3339 of the call back; absent = a new link now.
        #[serde(default)]
        at: Option<String>,
    },

    /// A security feature was seen, or was not.
    MarkFeature {
        /// `case_…`.
        case: String,
        /// Which.
        feature: SecurityFeature,
        /// Seen.
        seen: bool,
    },
    /// One more security feature, because one that was drawn is not on this document.
    DrawFeature {
        /// `case_…`.
        case: String,
    },
}

/// What the server says to an agent's page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "made for one message and sent at once; none is kept")]
pub enum AgentPush {
    /// The desk now.
    Desk {
        /// View.
        view: DeskView,
    },
    /// The case in hand now.
    Case {
        /// View.
        view: Box<AgentCaseView>,
    },
    /// Chat messages of the case in hand, or of the session that is watched: of that one all, on every connection.
    Chat {
        /// `case_…`.
        case: String,
        /// Index of the first.
        from: u32,
        /// Messages.
        messages: Vec<ChatMessage>,
    },
    /// The answer to an offer.
    Answer {
        /// The page's peer id.
        peer: String,
        /// SDP.
        sdp: String,
    },
    /// The customer is typing.
    Typing {
        /// `case_…`.
        case: String,
        /// True while typing.
        on: bool,
    },
    /// What became of a command.
    CommandDone {
        /// The command's id.
        id: u32,
        /// Whether the device did it.
        ok: bool,
        /// Why not.
        why: String,
        /// `evd_…`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<String>,
        /// How the camera stands after it, as the device read it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effect: Option<Box<CameraSettings>>,
    },
    /// Network quality, every 2 s.
    Quality {
        /// Whose line.
        seat: Seat,
        /// Round trip, milliseconds.
        rtt_ms: u32,
        /// Loss, per cent of packets.
        loss_percent: f32,
        /// What arrives from there, kbit/s.
        up_kbps: u32,
        /// `good`, `weak`, `poor`.
        word: String,
    },
    /// Lower or raise what this page sends.
    Ladder {
        /// Step.
        step: LadderStep,
    },
    /// Another page of this agent took over.
    Replaced {},
    /// The message was not accepted; the page shows it where it was asked.
    Problem {
        /// Stable code.
        code: String,
        /// In words.
        detail: String,
        /// `type` of the message refused.
        of: String,
    },
    /// Answer to ping.
    Pong {},

    /// A photograph waits for the customer.
    CommandHeld {
        /// The command's id.
        id: u32,
        /// For what.
        held_for: HeldFor,
    },
    /// What the meters on the customer's phone read.
    Meters {
        /// `case_…`.
        case: String,
        /// Reading.
        reading: MeterReading,
    },
    /// The board of the case in hand or of the session that is watched, whole or a part of it.
    Board {
        /// `case_…`.
        case: String,
        /// Board.
        board: BoardView,
    },
    /// Somebody did something on the board, this page included.
    Drawn {
        /// `case_…`.
        case: String,
        /// Its number on this board; one left out means that something was missed.
        seq: u32,
        /// Who.
        from: Seat,
        /// The `n` of the page that did it.
        n: u32,
        /// What.
        op: DrawOp,
    },
    /// What this page did on the board was not accepted.
    DrawRefused {
        /// Its `n`.
        n: u32,
        /// Stable code.
        code: String,
    },
    /// How far the customer has the chat.
    ChatSeen {
        /// `case_…`.
        case: String,
        /// Messages received.
        got: u32,
        /// Messages shown.
        seen: u32,
    },
    /// A message was not accepted and is in no log.
    ChatRefused {
        /// `case_…`.
        case: String,
        /// The page's name for it.
        nonce: String,
        /// Stable code.
        code: String,
    },

    /// The floor now; supervisors see every live session on it.
    Floor {
        /// View.
        view: FloorView,
    },
    /// The session that is watched; absent once it is over or left. Its chat and its board follow.
    Observed {
        /// View.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        view: Option<Box<AgentCaseView>>,
    },
    /// The interpreter's link, shown once.
    InterpreterLink {
        /// `case_…`.
        case: String,
        /// Address.
        url: String,
    },
}
