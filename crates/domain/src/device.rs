//! Commands to the customer's device: which kinds there are, how long each may take, which are under way.
//! Must not know what a camera is.

use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A device that has not answered by then is told of as silent: a camera obeys within two seconds or never.
pub const ANSWER_WITHIN: Span = Span::seconds(8);
/// A photograph that waits for the customer's hand, eye or line may take this long, counted from the device's word.
pub const HELD_WITHIN: Span = Span::minutes(3);

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Take a photograph.
    Photograph,
    /// Change to the other side's camera.
    Flip,
    /// Light.
    Torch,
    /// Zoom.
    Zoom,
    /// Camera on or off.
    Camera,
    /// Microphone on or off.
    Microphone,
    /// Draw a frame.
    Guide,
    /// One lens among several.
    Lens,
    /// Focus.
    Focus,
    /// Size of the picture.
    Resolution,
    /// Hold the picture.
    Freeze,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Photograph,
        Self::Flip,
        Self::Torch,
        Self::Zoom,
        Self::Camera,
        Self::Microphone,
        Self::Guide,
        Self::Lens,
        Self::Focus,
        Self::Resolution,
        Self::Freeze,
    ];

    /// As the audit log names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Photograph => "photograph",
            Self::Flip => "flip",
            Self::Torch => "torch",
            Self::Zoom => "zoom",
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Guide => "guide",
            Self::Lens => "lens",
            Self::Focus => "focus",
            Self::Resolution => "resolution",
            Self::Freeze => "freeze",
        }
    }

    /// Whether it takes the device out of the customer's hand. A photograph does not: who refuses control takes it by
    /// hand; a frame is only drawn.
    #[must_use]
    pub const fn controls(self) -> bool {
        match self {
            Self::Photograph | Self::Guide => false,
            Self::Flip
            | Self::Torch
            | Self::Zoom
            | Self::Camera
            | Self::Microphone
            | Self::Lens
            | Self::Focus
            | Self::Resolution
            | Self::Freeze => true,
        }
    }
}

/// A command under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Chosen by the agent's page.
    pub id: u32,
    /// What it asks for.
    pub what: Kind,
    /// Silent after that.
    pub due: Timestamp,
    /// The device said that it needs the customer.
    pub held: bool,
}
