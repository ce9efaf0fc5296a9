//! The customer's camera on the wire: what it can do and why not the rest, how it stands, and what its meters read.
//! A browser may say anything: every number and text has its bounds here. Must not know a browser.

use crate::terms::{CameraControl, CameraLack, Facing, FocusMode, FrameShape, Hint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Phones have up to five lenses, desks a few webcams.
pub const MAX_LENSES: usize = 8;
/// Sizes offered to choose from.
pub const MAX_HEIGHTS: usize = 8;
/// Longest label of a lens and longest id, characters; browsers make ids of 64.
pub const MAX_NAME: usize = 100;
/// No number of a camera is larger; what is comes from no camera.
const MOST: f32 = 100_000.0;

/// One camera of the device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lens {
    /// The browser's id of it; good for this page only.
    pub id: String,
    /// The browser's name of it.
    pub label: String,
    /// Which way it looks.
    pub facing: Facing,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Least.
    pub min: f32,
    /// Most.
    pub max: f32,
    /// Between two values; 0 = none is known.
    pub step: f32,
}

/// A control that the device lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lacking {
    /// Which.
    pub control: CameraControl,
    /// Why.
    pub why: CameraLack,
}

/// What the customer's camera can do, read from the real track.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraAbilities {
    /// Every camera, at most 8.
    #[serde(default)]
    pub lenses: Vec<Lens>,
    /// There is a light.
    #[serde(default)]
    pub torch: bool,
    /// Zoom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoom: Option<Range>,
    /// Ways to focus.
    #[serde(default)]
    pub focus: Vec<FocusMode>,
    /// Distances for `manual`, metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<Range>,
    /// Heights of the picture to choose from, lines, at most 8.
    #[serde(default)]
    pub heights: Vec<u32>,
    /// Photographs at the sensor's own size.
    #[serde(default)]
    pub take_photo: bool,
    /// What it cannot do, and why.
    #[serde(default)]
    pub lacking: Vec<Lacking>,
}

/// How the camera stands, read back from the track.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CameraSettings {
    /// Which lens.
    #[serde(default)]
    pub lens: String,
    /// Which way it looks.
    #[serde(default)]
    pub facing: Facing,
    /// Factor, 1 = the least the camera has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zoom: Option<f32>,
    /// Light.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub torch: Option<bool>,
    /// Focus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focus: Option<FocusMode>,
    /// Metres, for `manual`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<f32>,
    /// Pixels of the picture the camera gives.
    #[serde(default)]
    pub width: u32,
    /// Pixels of the picture the camera gives.
    #[serde(default)]
    pub height: u32,
    /// The picture is held.
    #[serde(default)]
    pub frozen: bool,
    /// The camera sends.
    #[serde(default)]
    pub camera: bool,
    /// The microphone sends.
    #[serde(default)]
    pub microphone: bool,
}

/// What the meters on the customer's phone read in the frame; never stored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterReading {
    /// A document with four sides was found.
    pub found: bool,
    /// Brightness of its lightest tenth, 0–255.
    pub light: f32,
    /// Share of it under the largest reflection, 0–1.
    pub glare: f32,
    /// Re-blur ratio, 0 sharp to 1 blurred.
    pub blur: f32,
    /// Its width as a share of the frame's.
    pub size: f32,
    /// Least distance to the edge of the picture as a share of the frame's width; below 0 = cut off.
    pub margin: f32,
    /// Largest departure from upright and square, degrees.
    pub tilt: f32,
    /// What the customer is told.
    pub hint: Hint,
    /// How long all has been good, milliseconds.
    pub good_ms: u32,
}

/// The frame on the customer's screen beside what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Framing {
    /// Its shape.
    pub shape: FrameShape,
    /// The phone takes the photograph by itself when all is good.
    pub auto: bool,
    /// The step the photograph is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The customer looks at the photograph before it is sent.
    pub review: bool,
    /// The command that asked for it.
    pub command: u32,
}

fn number(value: f32, least: f32, most: f32) -> f32 {
    if value.is_finite() { value.clamp(least, most) } else { least }
}

fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}

impl Range {
    /// The range within what cameras have, or nothing when it is none.
    #[must_use]
    pub fn bounded(self) -> Option<Self> {
        let sane = [self.min, self.max, self.step].iter().all(|v| v.is_finite() && (0.0..=MOST).contains(v));
        (sane && self.max > self.min).then_some(self)
    }
}

impl CameraAbilities {
    /// As told, within bounds.
    #[must_use]
    pub fn bounded(self) -> Self {
        let lens = |l: Lens| Lens { id: name(&l.id), label: name(&l.label), facing: l.facing };
        let mut focus = self.focus;
        focus.sort_unstable();
        focus.dedup();
        let mut lacking: Vec<Lacking> = Vec::new();
        for each in self.lacking {
            if !lacking.iter().any(|l| l.control == each.control) {
                lacking.push(each);
            }
        }
        Self {
            lenses: self.lenses.into_iter().take(MAX_LENSES).map(lens).collect(),
            torch: self.torch,
            zoom: self.zoom.and_then(Range::bounded),
            focus,
            distance: self.distance.and_then(Range::bounded),
            heights: self.heights.into_iter().filter(|h| (1..=20_000).contains(h)).take(MAX_HEIGHTS).collect(),
            take_photo: self.take_photo,
            lacking,
        }
    }
}

impl CameraSettings {
    /// As told, within bounds.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self {
            lens: name(&self.lens),
            zoom: self.zoom.map(|z| number(z, 0.0, MOST)),
            distance: self.distance.map(|d| number(d, 0.0, MOST)),
            width: self.width.min(20_000),
            height: self.height.min(20_000),
            ..self
        }
    }

    /// For the audit log: numbers and words of ours, no name the browser chose.
    #[must_use]
    pub fn words(&self) -> String {
        let mut all = vec![format!("{}x{}", self.width, self.height)];
        all.extend(self.zoom.map(|z| format!("zoom={z:.2}")));
        all.extend(self.torch.map(|t| format!("torch={t}")));
        all.extend(self.focus.map(|f| format!("focus={}", f.as_str())));
        all.extend(self.distance.map(|d| format!("distance={d:.2}")));
        all.extend(self.frozen.then(|| "frozen".to_owned()));
        all.extend((!self.camera).then(|| "camera=off".to_owned()));
        all.extend((!self.microphone).then(|| "microphone=off".to_owned()));
        all.join(" ")
    }
}

impl MeterReading {
    /// As told, within bounds.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self {
            found: self.found,
            light: number(self.light, 0.0, 255.0),
            glare: number(self.glare, 0.0, 1.0),
            blur: number(self.blur, 0.0, 1.0),
            size: number(self.size, 0.0, 10.0),
            margin: number(self.margin, -10.0, 10.0),
            tilt: number(self.tilt, 0.0, 180.0),
            hint: self.hint,
            good_ms: self.good_ms.min(600_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_lies_about_its_camera_is_cut_to_what_cameras_are() {
        let lie = CameraAbilities {
            lenses: vec![Lens { id: "i".repeat(9_000), label: "a\u{0}b".to_owned(), facing: Facing::User }; 99],
            zoom: Some(Range { min: 1.0, max: f32::INFINITY, step: 0.1 }),
            focus: vec![FocusMode::Point; 500],
            distance: Some(Range { min: 3.0, max: 2.0, step: 0.0 }),
            heights: vec![0; 50],
            lacking: vec![Lacking { control: CameraControl::Torch, why: CameraLack::NotSupported }; 70],
            ..CameraAbilities::default()
        };
        let told = lie.bounded();
        assert_eq!((told.lenses.len(), told.lenses[0].id.len(), told.lenses[0].label.as_str()), (MAX_LENSES, MAX_NAME, "ab"));
        assert_eq!((told.zoom, told.distance), (None, None));
        assert_eq!((told.focus.len(), told.heights.len(), told.lacking.len()), (1, 0, 1));
    }

    #[test]
    fn readings_stay_in_their_bounds_whatever_comes() {
        for wild in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30] {
            let reading = MeterReading {
                found: true,
                light: wild,
                glare: wild,
                blur: wild,
                size: wild,
                margin: wild,
                tilt: wild,
                hint: Hint::Good,
                good_ms: u32::MAX,
            };
            let told = reading.bounded();
            assert!((0.0..=255.0).contains(&told.light) && (0.0..=1.0).contains(&told.glare) && (0.0..=1.0).contains(&told.blur));
            assert!((0.0..=10.0).contains(&told.size) && (-10.0..=10.0).contains(&told.margin) && (0.0..=180.0).contains(&told.tilt));
            assert!(told.good_ms <= 600_000);
        }
    }

    #[test]
    fn the_log_says_what_was_confirmed_without_a_name_of_the_browser() {
        let told = CameraSettings {
            lens: "Nur's phone".to_owned(),
            zoom: Some(2.0),
            torch: Some(true),
            width: 1920,
            height: 1080,
            camera: true,
            microphone: true,
            ..CameraSettings::default()
        };
        assert_eq!(told.words(), "1920x1080 zoom=2.00 torch=true");
    }
}
