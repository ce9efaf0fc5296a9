//! The WebSocket protocol: what browsers say and what the server says.
//!
//! Views are whole and versioned, so a reconnect needs no replay: the server sends the newest.
//! Chat is the one sequence; a browser says how far it has read. Must not know how it is carried.

mod agent;

pub use agent::{AgentMessage, AgentPush};

use crate::api::agents::{AgentCaseView, DeskView};
use crate::api::identity::FixSaid;
use crate::api::invitations::CustomerView;
use crate::board::{BoardView, DrawOp, Surface};
use crate::camera::{CameraAbilities, CameraSettings, MeterReading};
use crate::command::DeviceCommand;
use crate::terms::{AwayReason, CameraState, CodeChannel, HeldFor, LivenessNeed, LocationRefusal, ReadField, ReasonCode, Seat, Verdict};
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
        /// What the camera can do.
        #[serde(default)]
        abilities: Box<CameraAbilities>,
        /// How it stands.
        #[serde(default)]
        settings: Box<CameraSettings>,
        /// The customer lets the agent control it, or does not; absent = as before.
        #[serde(default)]
        controls_allowed: Option<bool>,
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
        /// How the camera stands after it, read back from the track.
        #[serde(default)]
        effect: Option<Box<CameraSettings>>,
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

    /// A liveness prompt is on the screen.
    PromptShown {
        /// The prompt's id.
        id: u32,
        /// RFC 3339 by the page's own clock.
        at: String,
        /// The language it is shown in, BCP 47, 2–12 characters.
        locale: String,
    },
    /// The customer cannot do what the prompt asks; the agent chooses another.
    PromptDeclined {
        /// The prompt's id.
        id: u32,
    },
    /// A photograph waits for the customer: it has more time now, once.
    CommandHeld {
        /// The command's id.
        id: u32,
        /// For what.
        held_for: HeldFor,
    },
    /// What the meters read while a document is framed; at most 4 a second are passed on.
    Meters {
        /// Reading.
        reading: MeterReading,
    },

    /// The one-time code, as typed.
    Code {
        /// At most 64 bytes.
        code: String,
    },
    /// Where the device is: one to five readings.
    Location {
        /// As they came.
        fixes: Vec<FixSaid>,
    },
    /// No place is told.
    NoLocation {
        /// Why not.
        why: LocationRefusal,
    },
    /// Do something on the board.
    Draw {
        /// Counts up in this page's load; comes back with the doing or its refusal.
        n: u32,
        /// What.
        op: DrawOp,
    },
    /// The board again, whole: something was missed.
    BoardAgain {},
    /// How far the chat was received and how far it was on the screen.
    ChatSeen {
        /// Messages received.
        got: u32,
        /// Messages shown.
        seen: u32,
    },
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

    /// The board, whole or a part of it.
    Board {
        /// Board.
        board: BoardView,
    },
    /// Somebody did something on the board, this page included.
    Drawn {
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
    /// How far the other side has the chat.
    ChatSeen {
        /// Messages received.
        got: u32,
        /// Messages shown.
        seen: u32,
    },
    /// A message was not accepted and is in no log.
    ChatRefused {
        /// The page's name for it.
        nonce: String,
        /// Stable code.
        code: String,
    },
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
