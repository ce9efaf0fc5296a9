//! What an agent can ask the customer's device to do, and the bounds of it.
//! Must not know how a device does it.

use crate::camera::MAX_NAME;
use crate::terms::{FrameShape, ImageSlot};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most pictures of one burst: five of a phone's are about two seconds.
pub const MAX_BURST: u8 = 5;

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
        /// Pictures to take, of which the sharpest is proposed: 1–5; 0 counts as 1.
        #[serde(default)]
        burst: u8,
        /// The customer looks at it before it is sent; the step may ask for it too.
        #[serde(default)]
        review: bool,
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
        /// Shape of the frame; absent = the one of the slot and the document.
        #[serde(default)]
        frame: Option<FrameShape>,
        /// Take the photograph by itself when all is good.
        #[serde(default)]
        auto: bool,
        /// Step it is for.
        #[serde(default)]
        step: Option<String>,
        /// The customer looks at it before it is sent; the step may ask for it too.
        #[serde(default)]
        review: bool,
    },

    /// Use one lens of several.
    Lens {
        /// Its id.
        id: String,
    },
    /// Focus.
    Focus {
        /// How.
        to: FocusTo,
    },
    /// Size of the picture.
    Resolution {
        /// Lines.
        height: u32,
    },
    /// Hold the picture, or let it go on.
    Freeze {
        /// Hold.
        on: bool,
    },
}

/// Where to focus.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum FocusTo {
    /// By itself, all the time.
    Continuous {},
    /// On a point.
    Point {
        /// 0 = left edge of the picture as it is sent, 1 = right.
        x: f32,
        /// 0 = top, 1 = bottom.
        y: f32,
    },
    /// At a distance.
    Manual {
        /// Metres.
        distance: f32,
    },
}

impl DeviceCommand {
    /// Whether every number is one a camera can have.
    #[must_use]
    pub fn sane(&self) -> bool {
        let share = |v: f32| (0.0..=1.0).contains(&v);
        match self {
            Self::Photograph { burst, .. } => *burst <= MAX_BURST,
            Self::Zoom { factor } => (0.1..=100.0).contains(factor),
            Self::Lens { id } => !id.is_empty() && id.chars().count() <= MAX_NAME,
            Self::Focus { to: FocusTo::Point { x, y } } => share(*x) && share(*y),
            Self::Focus { to: FocusTo::Manual { distance } } => (0.0..=1_000.0).contains(distance),
            Self::Resolution { height } => (90..=20_000).contains(height),
            Self::Flip {}
            | Self::Torch { .. }
            | Self::Camera { .. }
            | Self::Microphone { .. }
            | Self::Guide { .. }
            | Self::Focus { to: FocusTo::Continuous {} }
            | Self::Freeze { .. } => true,
        }
    }

    /// For the audit log: what it asks for in numbers and words of ours.
    #[must_use]
    pub fn words(&self) -> String {
        let on = |on: &bool| if *on { "on".to_owned() } else { "off".to_owned() };
        let slot = |slot: &ImageSlot| serde_json::to_value(slot).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        match self {
            Self::Photograph { slot: s, burst, review, .. } => {
                format!("{} burst={}{}", slot(s), (*burst).max(1), if *review { " review" } else { "" })
            }
            Self::Flip {} | Self::Lens { .. } => String::new(),
            Self::Torch { on: o } | Self::Camera { on: o } | Self::Microphone { on: o } | Self::Freeze { on: o } => on(o),
            Self::Zoom { factor } => format!("{factor:.2}"),
            Self::Guide { slot: None, .. } => "off".to_owned(),
            Self::Guide { slot: Some(s), auto, .. } => format!("{}{}", slot(s), if *auto { " auto" } else { "" }),
            Self::Focus { to: FocusTo::Continuous {} } => "continuous".to_owned(),
            Self::Focus { to: FocusTo::Point { x, y } } => format!("point {x:.2} {y:.2}"),
            Self::Focus { to: FocusTo::Manual { distance } } => format!("manual {distance:.2}"),
            Self::Resolution { height } => height.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_no_camera_has_are_not_sane() {
        let focus = |x, y| DeviceCommand::Focus { to: FocusTo::Point { x, y } };
        for bad in [
            DeviceCommand::Zoom { factor: f32::NAN },
            DeviceCommand::Zoom { factor: f32::INFINITY },
            DeviceCommand::Zoom { factor: -1.0 },
            focus(1.01, 0.5),
            focus(0.5, f32::NAN),
            DeviceCommand::Focus { to: FocusTo::Manual { distance: -0.1 } },
            DeviceCommand::Resolution { height: 0 },
            DeviceCommand::Lens { id: String::new() },
            DeviceCommand::Lens { id: "x".repeat(MAX_NAME + 1) },
            DeviceCommand::Photograph { slot: ImageSlot::Portrait, step: None, burst: MAX_BURST + 1, review: false },
        ] {
            assert!(!bad.sane(), "{bad:?}");
        }
        assert!(focus(0.0, 1.0).sane() && DeviceCommand::Zoom { factor: 2.5 }.sane() && DeviceCommand::Freeze { on: true }.sane());
    }

    #[test]
    fn a_command_of_an_older_page_is_still_read() {
        let old: DeviceCommand = serde_json::from_str(r#"{"do":"photograph","slot":"portrait"}"#).unwrap();
        assert_eq!(old, DeviceCommand::Photograph { slot: ImageSlot::Portrait, step: None, burst: 0, review: false });
        let guide: DeviceCommand = serde_json::from_str(r#"{"do":"guide"}"#).unwrap();
        assert_eq!(guide.words(), "off");
    }
}
