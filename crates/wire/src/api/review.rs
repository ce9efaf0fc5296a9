//! Second looks: the desk where they wait, the file of one, the finding, the figures; and what one person did.
//! Must not know how a checker is chosen.

use super::admin::{CaseFile, TimelineEntry};
use super::identity::IdentityView;
use crate::terms::{FailureReason, Finding, Phase, ReasonCode, ReviewKind, ReviewReason, Role, StepKind, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A second look that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewCard {
    /// `case_…`.
    pub case: String,
    /// Why somebody looks again.
    pub kind: ReviewKind,
    /// Profile in words.
    pub jurisdiction: String,
    /// Main reason of the newest report.
    pub reason: FailureReason,
    /// Language of the customer.
    pub locale: String,
    /// RFC 3339, when it was decided.
    pub decided_at: String,
    /// Seconds since then.
    pub age: u32,
    /// A checker was drawn.
    pub assigned: bool,
    /// That checker began.
    pub taken: bool,
    /// Another checker is drawn then, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// `POST /v1/admin/reviews/desk`: the page says every two seconds that its checker is there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AtReviewDesk {
    /// Takes new work.
    pub ready: bool,
}

/// The review desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewDeskView {
    /// RFC 3339.
    pub at: String,
    /// Whether this person takes new work; false after letting one lapse.
    pub ready: bool,
    /// Seconds from the decision within which a finding should come.
    pub target: u32,
    /// The one drawn for this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<ReviewCard>,
    /// All that wait, those for which a customer waits first, then by age; at most 50.
    pub waiting: Vec<ReviewCard>,
    /// All that wait.
    pub count: u32,
    /// Age of the oldest for which a customer waits, in seconds.
    pub oldest: u32,
    /// Checkers at the desk who take new work.
    pub here: u32,
}

/// `POST /v1/admin/cases/{id}/review/take` and `GET /v1/admin/cases/{id}/review`: everything the checker looks at. In a
/// blind look nothing in it tells what was decided.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewFile {
    /// The card.
    pub card: ReviewCard,
    /// The case.
    pub file: CaseFile,
    /// Claimed beside read.
    pub identity: IdentityView,
    /// What can be found, with its reasons.
    pub findings: Vec<FindingReasons>,
    /// Steps that can be asked for again.
    pub again: Vec<StepKind>,
}

/// A finding and the reasons that belong to it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingReasons {
    /// Finding.
    pub finding: Finding,
    /// Its reasons.
    pub reasons: Vec<ReviewReason>,
}

/// `POST /v1/admin/cases/{id}/review`: what the drawn checker found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecision {
    /// What.
    pub finding: Finding,
    /// Why, 1–6 of those that belong to it.
    pub reasons: Vec<ReviewReason>,
    /// For colleagues and auditors, at most 1 000 characters.
    #[serde(default)]
    pub note: String,
    /// Steps to be done again, for `recapture` only.
    #[serde(default)]
    pub again: Vec<StepKind>,
}

/// The answer to a finding: from now on the checker may know what the maker said.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewDone {
    /// Both said the same.
    pub agreed: bool,
    /// The maker's verdict.
    pub verdict: Verdict,
    /// The maker's name.
    pub maker: String,
    /// The case's phase now.
    pub phase: Phase,
}

/// The second look as the case file shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// Why somebody looks again.
    pub kind: ReviewKind,
    /// `open`, `assigned`, `given`.
    pub state: String,
    /// The maker's name.
    pub maker: String,
    /// The maker's verdict.
    pub verdict: Verdict,
    /// The checker's name, once drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checker: Option<String>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Why.
    pub reasons: Vec<ReviewReason>,
    /// Steps asked for again.
    pub again: Vec<StepKind>,
    /// Note.
    pub note: String,
    /// RFC 3339, when it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Both said the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<bool>,
}

/// So many looks, and in so many both said the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgreementView {
    /// Looks.
    pub looks: u32,
    /// Of them agreed.
    pub agreed: u32,
}

/// `GET /v1/admin/reviews/numbers?days=`: how makers and checkers agree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewNumbers {
    /// Days looked at.
    pub days: u32,
    /// Percent of decisions that are looked at again blind.
    pub sample_percent: u32,
    /// Looks a profile asked for.
    pub required: AgreementView,
    /// Of them within the target.
    pub within_target: u32,
    /// Blind looks.
    pub samples: AgreementView,
    /// Median seconds from decision to finding where a customer waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_wait: Option<u32>,
    /// Median seconds from beginning to finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_look: Option<u32>,
    /// Blind looks by maker.
    pub makers: Vec<PersonAgreement>,
    /// All looks by checker.
    pub checkers: Vec<PersonAgreement>,
    /// All looks by the maker's reason.
    pub codes: Vec<CodeAgreement>,
    /// Why checkers disagreed.
    pub reasons: Vec<ReasonCount>,
    /// Blind looks by pair, most first, at most 200.
    pub pairs: Vec<PairAgreement>,
}

/// How one person agrees with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonAgreement {
    /// `agt_…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// How often.
    pub agreement: AgreementView,
    /// Median seconds from beginning to finding, of a checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_look: Option<u32>,
}

/// How decisions with one reason fare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeAgreement {
    /// The maker's reason.
    pub code: ReasonCode,
    /// How often.
    pub agreement: AgreementView,
}

/// How often a reason was given against a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    /// The checker's reason.
    pub reason: ReviewReason,
    /// How often.
    pub count: u32,
}

/// How two people agree who met blind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PairAgreement {
    /// The maker's name.
    pub maker: String,
    /// The checker's name.
    pub checker: String,
    /// How often.
    pub agreement: AgreementView,
    /// Cohen's kappa, -1..1; absent where it is not defined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kappa: Option<f64>,
}

/// `GET /v1/admin/people/{id}/log?group=&cursor=&limit=`: what one person did, and what is about them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLog {
    /// `agt_…`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Newest first, at most 200.
    pub entries: Vec<PersonEntry>,
    /// Give it as `cursor` to read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// An entry of a person's log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonEntry {
    /// Which group it belongs to: `sign_in`, `presence`, `training`, `contact`, `view`, `work`, `decision`, `review`, `setting`, `other`.
    pub group: String,
    /// The entry.
    pub entry: TimelineEntry,
    /// `case_…`, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Why, in the person's own words, where the case still holds them: of a waiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
