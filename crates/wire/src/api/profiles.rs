//! Jurisdiction profiles: what they ask, how a case stands to it, and what an operator set beside them.
//! Must not know how a line is checked.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A security feature that can be seen in plain light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecurityFeature {
    /// A hologram changes colour and shape.
    Hologram,
    /// A second portrait in foil.
    FoilPortrait,
    /// Lines or shapes that move.
    KineticStructures,
    /// Data burnt in, darker than print.
    LaserEngraving,
    /// A picture that changes when tilted.
    TiltingImage,
    /// Letters that can be felt and cast a shadow.
    RaisedLettering,
    /// A clear window.
    Window,
    /// A thread in the card or paper.
    SecurityThread,
    /// Ink that changes colour when tilted.
    ColourShiftingInk,
    /// Letters too small to copy.
    Microprint,
    /// Fine woven lines.
    Guilloches,
    /// Colours that run into each other within a line.
    RainbowPrint,
}

/// Which kind of work a feature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureCategory {
    /// Bends light.
    Diffractive,
    /// How the holder's data were put in.
    Personalisation,
    /// Of the material itself.
    Material,
    /// Of the print.
    Print,
}

/// How sure it is that the source says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Read in the source itself.
    Read,
    /// Read in somebody else's account of it, or in a copy.
    Secondary,
    /// General knowledge; no source was read for it.
    General,
    /// Not verified at all.
    NotVerified,
}

/// Which way a number is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stricter {
    /// More is stricter.
    Up,
    /// Less is stricter.
    Down,
}

/// A line of a profile, and how a case stands to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    /// Stable, such as `de.security_features`.
    pub id: String,
    /// In plain words.
    pub title: String,
    /// Kind, such as `security_features`.
    pub kind: String,
    /// Without it nobody is verified; otherwise it is advice.
    pub mandatory: bool,
    /// The document and its paragraph, or that the paragraph was not verified.
    pub citation: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// What must be known beside it.
    pub note: String,
    /// `met`, `missing`, `declared`, `follows`, `not_applicable`.
    pub standing: String,
    /// Code of why, for `missing`, `follows` and `not_applicable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The operator's statement, for `declared`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What proves it, for `met`.
    pub by: Vec<LineProof>,
}

/// One proof of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineProof {
    /// `step`, `image`, `prompt`, `consent`, `recorded`, …
    pub is: String,
    /// The step's key, an id, a number, a country or a time, by `is`.
    pub of: String,
}

/// Security features that were drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeaturesView {
    /// How many must be seen.
    pub wanted: u8,
    /// Of how many categories.
    pub categories: u8,
    /// How many more may be drawn.
    pub left: u8,
    /// Those drawn.
    pub drawn: Vec<FeatureView>,
}

/// One security feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeatureView {
    /// Which.
    pub feature: SecurityFeature,
    /// Its category.
    pub category: FeatureCategory,
    /// Seen or not; absent: not looked at yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<bool>,
}

/// `GET /v1/admin/profiles`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProfilesView {
    /// Version of the tenant's policy, which holds what was set beside the profiles.
    pub version: u32,
    /// By code.
    pub profiles: Vec<ProfileDetail>,
}

/// A profile with all its lines.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProfileDetail {
    /// `SG`, `EU-AMLA`, `default`, …
    pub code: String,
    /// "Singapore (MAS)".
    pub name: String,
    /// Version of its file.
    pub version: u32,
    /// The day from which this version is meant.
    pub effective: String,
    /// Where the rules stand.
    pub source: String,
    /// Of its file.
    pub sha256: String,
    /// In the order of the file.
    pub lines: Vec<ProfileLine>,
}

/// A line as the profile has it, and as the operator made it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProfileLine {
    /// Stable.
    pub id: String,
    /// In plain words.
    pub title: String,
    /// Kind.
    pub kind: String,
    /// Mandatory by the profile itself.
    pub mandatory: bool,
    /// The document and its paragraph, or that the paragraph was not verified.
    pub citation: String,
    /// How sure that is.
    pub certainty: Certainty,
    /// What must be known beside it.
    pub note: String,
    /// Only the operator can vouch for it.
    pub declarable: bool,
    /// Its numbers.
    pub values: Vec<LineValue>,
    /// Made stricter by the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<RaisedView>,
    /// Declared by the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<DeclaredView>,
}

/// A number of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineValue {
    /// Its name.
    pub name: String,
    /// By the profile itself.
    pub base: u32,
    /// As it is in force.
    pub is: u32,
    /// Which way it is stricter.
    pub stricter: Stricter,
    /// The strictest it can be.
    pub end: u32,
}

/// A line made stricter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RaisedView {
    /// Made mandatory.
    pub mandatory: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// RFC 3339.
    pub at: String,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeclaredView {
    /// In the operator's words.
    pub statement: String,
    /// Who.
    pub by: String,
    /// RFC 3339.
    pub at: String,
}

/// `PUT /v1/admin/profiles/{code}/lines/{line}`: upwards only.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveLine {
    /// Version of the policy that this edit starts from.
    pub from_version: u32,
    /// How the line is made stricter; absent: as the profile has it.
    #[serde(default)]
    pub raise: Option<RaiseLine>,
    /// The operator's statement about a line that no case can prove, 3 to 300 characters; absent: none.
    #[serde(default)]
    pub declare: Option<String>,
}

/// A line made stricter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RaiseLine {
    /// Mandatory; a line that is so already stays so.
    pub mandatory: bool,
    /// Numbers by name, each at least as strict as the profile's.
    #[serde(default)]
    pub values: BTreeMap<String, u32>,
    /// Why, 3 to 300 characters.
    pub reason: String,
}

/// A certificate of training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificateView {
    /// Profile's code.
    pub profile: String,
    /// Day of the training.
    pub trained_on: String,
    /// Last day by the certificate itself.
    pub until: String,
    /// `holds`, `ends_soon` (within 30 days), `expired`.
    pub state: String,
}

/// `PUT /v1/admin/agents/{id}/certificates/{profile}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveCertificate {
    /// Day of the training, `YYYY-MM-DD`, not in the future.
    pub trained_on: String,
    /// Last day by the certificate itself, `YYYY-MM-DD`.
    pub until: String,
}
