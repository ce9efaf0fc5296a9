//! `/v1/cases`: report a failed check, add an attempt, read a case.
//! Must not know the policy that answers.

use crate::terms::{CheckOutcome, FailureReason, ImageSlot, Phase, ReasonCode, RecoveryMode, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A failed automated check: opens a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportFailedCheck {
    /// The bank's own reference of this onboarding, 1–100 characters, unique per open case.
    #[schema(min_length = 1, max_length = 100, example = "onb-2026-000417")]
    pub reference: String,
    /// Who is being onboarded.
    pub customer: Customer,
    /// The attempt that failed.
    pub check: Check,
    /// What the customer typed in the bank's form, for the agent to compare.
    #[serde(default)]
    pub claimed: Claimed,
    /// Code of the jurisdiction profile, such as `SG`; the tenant's default if absent.
    #[serde(default)]
    #[schema(example = "SG")]
    pub jurisdiction: Option<String>,
}

/// Who is being onboarded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Full name in any script, 1–200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Nur Aisyah binti Rahman")]
    pub name: String,
    /// BCP 47 tag of the language to greet in, such as `ms` or `zh-Hans`.
    #[schema(example = "ms")]
    pub locale: String,
    /// E.164, such as `+6591234567`; the link can be sent there.
    #[serde(default)]
    pub phone: Option<String>,
    /// The link can be sent there.
    #[serde(default)]
    pub email: Option<String>,
}

/// One failed attempt of the automated check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Which attempt this was, 1–99.
    #[schema(minimum = 1, maximum = 99, example = 2)]
    pub attempt: u8,
    /// What the machine concluded.
    pub outcome: CheckOutcome,
    /// Why, 1–8 reasons, the weightiest first.
    #[schema(min_items = 1, max_items = 8)]
    pub reasons: Vec<FailureReason>,
    /// What the machine measured.
    #[serde(default)]
    pub scores: Scores,
    /// The vendor of the automated check, at most 100 characters.
    #[serde(default)]
    pub vendor: Option<String>,
    /// The vendor's own reference, at most 200 characters.
    #[serde(default)]
    pub vendor_reference: Option<String>,
}

/// `POST /v1/cases/{id}/reports`: another attempt failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddReport {
    /// The attempt.
    pub check: Check,
}

/// Scores from 0 (bad) to 1 (good).
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// Document quality and authenticity.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    pub document: Option<f64>,
    /// Face match.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    pub face: Option<f64>,
    /// Liveness.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1)]
    pub liveness: Option<f64>,
}

/// What the customer typed in the bank's form.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// Name as typed, at most 200 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// `YYYY-MM-DD`, not in the future.
    #[serde(default)]
    #[schema(format = Date)]
    pub birth_date: Option<String>,
    /// Document number, at most 60 characters.
    #[serde(default)]
    pub document_number: Option<String>,
    /// Kind of document, such as `passport` or `nric`, at most 60 characters.
    #[serde(default)]
    pub document_type: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(format = Date)]
    pub document_expiry: Option<String>,
    /// Address as typed, at most 500 characters.
    #[serde(default)]
    pub address: Option<String>,
}

/// How and why a recovery is offered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Recovery {
    /// Automatic, opt-in or none.
    pub mode: RecoveryMode,
    /// Which rule of which policy version spoke, in words.
    pub because: String,
    /// The one-tap link; only in the answer that issued it, never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the link runs out (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// A case as the bank sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// `case_…`.
    pub id: String,
    /// The bank's reference.
    pub reference: String,
    /// Where it stands.
    pub phase: Phase,
    /// The newest answer of the policy.
    pub recovery: Recovery,
    /// Attempts reported, oldest first.
    pub reports: Vec<ReportView>,
    /// The decision, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// Code of the jurisdiction profile.
    pub jurisdiction: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

/// One reported attempt.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// `rep_…`.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// As reported.
    pub check: Check,
    /// Images uploaded for this attempt.
    pub images: Vec<ImageView>,
}

/// An uploaded image.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImageView {
    /// `evd_…`.
    pub id: String,
    /// What it shows.
    pub slot: ImageSlot,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Hex SHA-256 of the original bytes.
    pub sha256: String,
}

/// The decision on a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// RFC 3339.
    pub at: String,
    /// `agt_…` of the maker.
    pub by: String,
    /// `agt_…` of the checker, where the profile asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<String>,
}

/// A page of cases, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// At most 100.
    pub cases: Vec<CaseView>,
    /// Give it as `cursor` to read on; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
