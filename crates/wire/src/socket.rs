//! The WebSocket protocol: what browsers say and what the server says.
//!
//! Views are whole and versioned, so a reconnect needs no replay: the server sends the newest.
//! Chat is the one sequence; a browser says how far it has read. Must not know how it is carried.

use crate::api::agents::{AgentCaseView, DeskView};
use crate::api::invitations::CustomerView;
use crate::api::people::{FloorView, TransferTo};
use crate::terms::{AwayReason, CameraState, ImageSlot, ReasonCode, Seat, SupervisorMode, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest message either way, bytes of UTF-8.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// Longest chat text, characters.
pub const MAX_CHAT_CHARS: usize = 2_000;
/// Longest note, characters.
pub const MAX_NOTE_CHARS: usize = 4_000;
/// Longest SDP, bytes.
pub const MAX_SDP: usize = 32 * 1024;

/// What a customer's page says on `/v1/customer/socket`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum CustomerMessage {
    /// First message, within 10 s. A page that has not claimed yet gives the link's token instead
    /// and may only prepare its peer connection.
    Hello {
        /// From the fragment.
        token: String,
        /// From the claim, once there is one.
        #[serde(default)]
        client_secret: Option<String>,
        /// Chat messages already shown.
        #[serde(default)]
        chat_after: u32,
    },
    /// An SDP offer: first, ICE restart or a new peer connection (then with a new `peer`).
    Offer {
        /// Chosen by the page, one per RTCPeerConnection, 32 hexadecimal digits.
        peer: String,
        /// SDP.
        sdp: String,
    },
    /// Device state, whenever it changes.
    Device {
        /// Camera.
        camera: CameraState,
        /// Microphone is sending.
        microphone: bool,
        /// Page in front.
        visible: bool,
        /// `torch`, `zoom`, `flip`, `take_photo`.
        #[serde(default)]
        abilities: Vec<String>,
        /// Camera label.
        #[serde(default)]
        camera_label: String,
    },
    /// A chat message.
    Chat {
        /// Chosen by the page, so that a repeat is one message: 1–40 characters.
        nonce: String,
        /// 1–2 000 characters.
        text: String,
    },
    /// Typing started or stopped.
    Typing {
        /// True while typing.
        on: bool,
    },
    /// The answer to a command.
    CommandDone {
        /// The command's id.
        id: u32,
        /// Whether the device did it.
        ok: bool,
        /// Why not: stable code such as `not_supported`, `refused`, `failed`; or empty.
        #[serde(default)]
        why: String,
        /// `evd_…` of a photograph that was uploaded for it.
        #[serde(default)]
        evidence: Option<String>,
    },
    /// Ask to be called back instead of waiting.
    CallBack {
        /// RFC 3339; absent = as soon as possible.
        #[serde(default)]
        at: Option<String>,
    },
    /// Leave: end the call or give up the place.
    Leave {},
    /// Rate the agent.
    Rate {
        /// 1–5.
        stars: u8,
        /// At most 1 000 characters.
        #[serde(default)]
        comment: String,
    },
    /// Keeps the connection and proves the page alive; every 5 s.
    Ping {},
}

/// What the server says to a customer's page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "made for one message and sent at once; none is kept")]
pub enum CustomerPush {
    /// The case now.
    Case {
        /// View.
        view: CustomerView,
    },
    /// Chat messages, in order, from the asked position on.
    Chat {
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
    /// The agent asks the device to do something.
    Command {
        /// Give it back in `command_done`.
        id: u32,
        /// What.
        command: DeviceCommand,
    },
    /// The other side is typing.
    Typing {
        /// True while typing.
        on: bool,
    },
    /// Lower or raise what is sent: the agent's line or the server asks.
    Ladder {
        /// Step.
        step: LadderStep,
    },
    /// Somebody opened this link elsewhere and this page lost its seat.
    Replaced {},
    /// The message was not accepted.
    Problem {
        /// Stable code.
        code: String,
        /// In words, for the console of the developer.
        detail: String,
    },
    /// Answer to ping.
    Pong {},
}

/// How much picture to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LadderStep {
    /// Up to 720p, 30 pictures a second, 1.5 Mbit/s.
    Full,
    /// 360p, 15 pictures a second, 350 kbit/s.
    Medium,
    /// 180p, 10 pictures a second, 150 kbit/s.
    Low,
    /// Audio, and a still every 2 s.
    Stills,
}

/// What an agent can ask the customer's device to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeviceCommand {
    /// Take a photograph at full camera resolution and upload it.
    Photograph {
        /// What it shows.
        slot: ImageSlot,
        /// Step it is for.
        #[serde(default)]
        step: Option<String>,
    },
    /// Change to the other camera.
    Flip {},
    /// Light.
    Torch {
        /// On or off.
        on: bool,
    },
    /// Zoom.
    Zoom {
        /// Factor, 1 = none.
        factor: f32,
    },
    /// Camera on or off.
    Camera {
        /// On or off.
        on: bool,
    },
    /// Microphone on or off.
    Microphone {
        /// On or off.
        on: bool,
    },
    /// Draw the frame for a document, or none.
    Guide {
        /// What to frame; absent = no frame.
        #[serde(default)]
        slot: Option<ImageSlot>,
    },
}

/// One chat message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatMessage {
    /// `msg_…`.
    pub id: String,
    /// The page's own nonce, so that it can mark its message as delivered.
    pub nonce: String,
    /// Who wrote it.
    pub from: Seat,
    /// First name of the writer.
    pub name: String,
    /// RFC 3339.
    pub at: String,
    /// Text; empty when it is an image.
    pub text: String,
    /// An image: `evd_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

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
    /// Chat messages of the case in hand.
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

    /// The floor now; supervisors see every live session on it.
    Floor {
        /// View.
        view: FloorView,
    },
    /// The session that is watched; absent once it is over or left.
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

/// What the server says on `/v1/admin/socket`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AdminPush {
    /// Numbers of today and of this moment, at most once a second.
    Numbers {
        /// View.
        view: crate::api::admin::NumbersView,
    },
    /// A case changed.
    CaseChanged {
        /// `case_…`.
        id: String,
        /// Row for the list.
        row: crate::api::admin::CaseRow,
    },
    /// Answer to `{"type":"ping"}`, the one thing an admin's page says: figures may stand still for long.
    Pong {},
}
