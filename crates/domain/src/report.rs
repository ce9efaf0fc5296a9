//! What the automated check reported: reasons, scores, claimed data, images.
//! Must not know what follows from it.

use crate::ids::{EvidenceId, ReportId};
use crate::pii::Pii;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most reasons in one report.
pub const MAX_REASONS: usize = 8;
/// Most reports of one case.
pub const MAX_REPORTS: usize = 20;
/// Most images of one report.
pub const MAX_IMAGES: usize = 8;

/// Why the automated check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// A reflection hides part of the document.
    DocumentGlare,
    /// The document is out of focus.
    DocumentBlur,
    /// The picture of the document is too dark.
    DocumentDark,
    /// A shadow lies on the document.
    DocumentShadow,
    /// Part of the document is outside the picture.
    DocumentCropped,
    /// Too few pixels to read the document.
    DocumentLowResolution,
    /// Something covers part of the document.
    DocumentObscured,
    /// The document is worn or broken.
    DocumentDamaged,
    /// The document is past its date.
    DocumentExpired,
    /// The machine does not know this type of document.
    DocumentUnsupported,
    /// The document is too new for the machine's records.
    DocumentRecentlyIssued,
    /// The face does not match the portrait.
    FaceMismatch,
    /// The liveness check failed.
    LivenessFailed,
    /// The name differs between form and document.
    NameMismatch,
    /// Another field differs between form and document.
    DataMismatch,
    /// The vendor or the network broke.
    TechnicalFailure,
    /// The document may have been altered.
    SuspectedTampering,
    /// The person may be somebody else.
    SuspectedImpersonation,
    /// Fraud is established.
    ConfirmedFraud,
}

impl FailureReason {
    /// Which score speaks about this reason.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::FaceMismatch | Self::SuspectedImpersonation => Topic::Face,
            Self::LivenessFailed => Topic::Liveness,
            Self::TechnicalFailure | Self::ConfirmedFraud => Topic::Any,
            Self::DocumentGlare
            | Self::DocumentBlur
            | Self::DocumentDark
            | Self::DocumentShadow
            | Self::DocumentCropped
            | Self::DocumentLowResolution
            | Self::DocumentObscured
            | Self::DocumentDamaged
            | Self::DocumentExpired
            | Self::DocumentUnsupported
            | Self::DocumentRecentlyIssued
            | Self::NameMismatch
            | Self::DataMismatch
            | Self::SuspectedTampering => Topic::Document,
        }
    }
}

/// What a score is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The document.
    Document,
    /// The face.
    Face,
    /// Liveness.
    Liveness,
    /// Whatever was measured.
    Any,
}

/// What the automated check concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Refused.
    Failed,
    /// Could not tell.
    Inconclusive,
}

/// A score in thousandths, 0 (bad) to 1000 (good): integers, so that state compares and hashes exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    /// A score from thousandths; `None` above 1000.
    #[must_use]
    pub const fn from_thousandths(n: u16) -> Option<Self> {
        if n <= 1000 { Some(Self(n)) } else { None }
    }

    /// Thousandths.
    #[must_use]
    pub const fn thousandths(self) -> u16 {
        self.0
    }
}

/// What the machine measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    /// Document quality and authenticity.
    pub document: Option<Score>,
    /// Face match.
    pub face: Option<Score>,
    /// Liveness.
    pub liveness: Option<Score>,
}

impl Scores {
    /// The confidence of the check about `reason`: the score of its topic, or the lowest one given.
    #[must_use]
    pub fn confidence(&self, reason: FailureReason) -> Option<Score> {
        let lowest = || [self.document, self.face, self.liveness].into_iter().flatten().min();
        match reason.topic() {
            Topic::Document => self.document.or_else(lowest),
            Topic::Face => self.face.or_else(lowest),
            Topic::Liveness => self.liveness.or_else(lowest),
            Topic::Any => lowest(),
        }
    }
}

/// One failed attempt of the automated check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Given by the caller.
    pub id: ReportId,
    /// When it came in.
    pub at: Timestamp,
    /// Which attempt this was, 1..=99.
    pub attempt: u8,
    /// What the machine concluded.
    pub outcome: CheckOutcome,
    /// Why, 1..=8, the weightiest first.
    pub reasons: Vec<FailureReason>,
    /// What the machine measured.
    pub scores: Scores,
    /// The vendor's name.
    pub vendor: Option<String>,
    /// The vendor's reference.
    pub vendor_reference: Option<String>,
    /// Images uploaded for this attempt, in upload order.
    pub images: Vec<EvidenceId>,
}

impl Report {
    /// The weightiest reason; a report always has one (`TechnicalFailure` otherwise).
    #[must_use]
    pub fn main_reason(&self) -> FailureReason {
        self.reasons.first().copied().unwrap_or(FailureReason::TechnicalFailure)
    }
}

/// Who is being onboarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Full name in any script.
    pub name: Pii<String>,
    /// BCP 47 tag.
    pub locale: String,
    /// E.164.
    pub phone: Option<Pii<String>>,
    /// E-mail.
    pub email: Option<Pii<String>>,
}

/// What the customer typed in the bank's form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedData {
    /// Name.
    pub name: Option<Pii<String>>,
    /// `YYYY-MM-DD`.
    pub birth_date: Option<Pii<String>>,
    /// Document number.
    pub document_number: Option<Pii<String>>,
    /// Kind of document.
    pub document_type: Option<String>,
    /// `YYYY-MM-DD`.
    pub document_expiry: Option<Pii<String>>,
    /// Address.
    pub address: Option<Pii<String>>,
}
