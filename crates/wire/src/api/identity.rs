//! What is found out about an identity beside images: fields read, codes sent, places told.
//! Must not know how any of it is compared.

use crate::terms::{CodeChannel, LocationHint, ReadField};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the agent sees of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdentityView {
    /// Claimed beside read, every field but the machine-readable lines.
    pub readings: Vec<ReadingView>,
    /// The machine-readable lines, once typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrz: Option<MrzView>,
    /// Where a code can go, masked.
    pub contacts: Vec<ContactView>,
    /// The newest code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeView>,
    /// Codes that may still be sent in this session.
    pub sends_left: u32,
    /// The code ends the session: it counts only after everything else.
    pub code_last: bool,
    /// What comes before such a code and is open: `step:` and its key, `line:` and the id of a profile's line.
    pub code_after: Vec<String>,
    /// The customer's place.
    pub location: LocationView,
}

/// A field, claimed and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadingView {
    /// Which.
    pub field: ReadField,
    /// As claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<String>,
    /// As read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// `same`, `same_but_marks`, `same_but_order`, `particle`, `different`, `unclaimed`; absent before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Both, piece by piece, where they differ.
    pub segments: Vec<SegmentView>,
    /// The two are written in different scripts.
    pub other_script: bool,
    /// A date of expiry that has passed, or a date of birth that is still to come.
    pub implausible: bool,
}

/// A piece of both texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentView {
    /// `same`, `marks`, `particle`, `moved`, `different`.
    pub kind: String,
    /// As claimed.
    pub claimed: String,
    /// As read.
    pub read: String,
}

/// The machine-readable lines (ICAO 9303).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MrzView {
    /// As typed.
    pub typed: String,
    /// `td1`, `td2`, `td3`; absent when they cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Why they cannot be read: `too_long`, `character`, `length`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// For `character`: line and column from 1; for `length`: places typed and the nearest length a document has.
    pub at: Vec<u32>,
    /// The lines, cleaned.
    pub lines: Vec<String>,
    /// Every check digit.
    pub checks: Vec<CheckView>,
    /// What they say of other fields, ready to be taken over.
    pub fields: Vec<MrzField>,
    /// Issuing state and its name, if known.
    pub issuer: String,
    /// `expired`, `birth_date_impossible`, `expiry_impossible`, `born_after_expiry`.
    pub warnings: Vec<String>,
}

/// One check digit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// `number`, `birth_date`, `expiry`, `personal_number`, `composite`.
    pub protects: String,
    /// From 0.
    pub line: u32,
    /// From 0.
    pub column: u32,
    /// The character that stands there.
    pub stands: String,
    /// The digit that should.
    pub wanted: u32,
    /// Whether they agree.
    pub passed: bool,
}

/// A field as the machine-readable lines have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MrzField {
    /// Which.
    pub field: ReadField,
    /// Its text.
    pub text: String,
}

/// Somewhere a code can go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Which way.
    pub channel: CodeChannel,
    /// Masked.
    pub to: String,
}

/// A code, without the code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CodeView {
    /// Which way it went.
    pub channel: CodeChannel,
    /// Where to, masked.
    pub to: String,
    /// RFC 3339.
    pub sent_at: String,
    /// RFC 3339.
    pub expires_at: String,
    /// `open`, `matched`, `locked`, `expired`, `overtaken` (typed right, but not last).
    pub state: String,
    /// Guesses left.
    pub tries_left: u32,
}

/// The customer's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LocationView {
    /// The procedure needs it; else it cannot be asked for.
    pub wanted: bool,
    /// An answer is awaited.
    pub open: bool,
    /// Times it may still be asked.
    pub asks_left: u32,
    /// The last answer was no: `customer`, `browser`, `unavailable`, `timed_out`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The last place told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<FoundView>,
}

/// A place, as told by the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundView {
    /// RFC 3339.
    pub at: String,
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// Radius of the circle it lies in, metres.
    pub accuracy: f64,
    /// Age of the reading when it was sent, milliseconds.
    pub age_ms: u32,
    /// Readings sent.
    pub fixes: u32,
    /// Country of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryView>,
    /// The claimed country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<CountryView>,
    /// Where the claimed country comes from: `address`, `jurisdiction`; empty when there is none.
    pub claimed_by: String,
    /// Kilometres to the claimed country; 0 inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<u32>,
    /// What a person should look at; never a verdict.
    pub hints: Vec<LocationHint>,
    /// What the network address says: `no_database`, `unknown`, `country`.
    pub network: String,
    /// Country of the network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_country: Option<CountryView>,
}

/// A country.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountryView {
    /// ISO 3166 alpha-2.
    pub code: String,
    /// English name.
    pub name: String,
}

/// A code the customer is asked to type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeAsk {
    /// Which way it went.
    pub channel: CodeChannel,
    /// Where to, masked.
    pub to: String,
    /// RFC 3339; tells a newer code from the one before.
    pub sent_at: String,
    /// `open`, `matched`, `locked`, `expired`.
    pub state: String,
    /// Guesses left.
    pub tries_left: u32,
}

/// One reading of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FixSaid {
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// Radius, metres.
    pub accuracy: f64,
    /// Whether a height came with it.
    #[serde(default)]
    pub height: bool,
    /// Milliseconds.
    #[serde(default)]
    pub age_ms: u32,
}
