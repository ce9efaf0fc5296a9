//! The decision: verdict, reason codes, maker and checker.
//! Must not know what follows from it.

use crate::digest::{Digest, Salt};
use crate::ids::AgentId;
use crate::pii::Pii;
use crate::procedure::Complete;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Most reason codes of a decision.
pub const MAX_REASON_CODES: usize = 6;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The person is who they say.
    Verified,
    /// The person could not be verified.
    Rejected,
    /// The bank's own staff must look.
    Escalated,
    /// The session could not be finished.
    Incomplete,
}

/// The published reasons of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Identity confirmed.
    IdentityConfirmed,
    /// Identity confirmed, a field was corrected.
    IdentityConfirmedDataCorrected,
    /// Document cannot be read.
    DocumentUnreadable,
    /// Document is past its date.
    DocumentExpired,
    /// Document is damaged.
    DocumentDamaged,
    /// Document type is not accepted.
    DocumentNotAccepted,
    /// Customer has no document at hand.
    DocumentNotPresent,
    /// Face does not match the portrait.
    FaceDoesNotMatch,
    /// Liveness was not shown.
    LivenessNotShown,
    /// Data does not match.
    DataDoesNotMatch,
    /// Answers do not match.
    AnswersDoNotMatch,
    /// Document may be forged.
    SuspectedForgery,
    /// Person may be somebody else.
    SuspectedImpersonation,
    /// Person may be under pressure.
    SuspectedCoercion,
    /// Customer does not want to go on.
    CustomerDeclined,
    /// Customer left.
    CustomerLeft,
    /// Connection too poor.
    PoorConnection,
    /// Customer has no camera.
    NoCamera,
    /// Something broke.
    TechnicalFault,
    /// Unusual document.
    UnusualDocument,
    /// A specialist must look.
    NeedsSpecialist,
}

impl ReasonCode {
    /// Whether the customer may be told: suspicion never is (tipping off).
    #[must_use]
    pub const fn tellable(self) -> bool {
        !matches!(self, Self::SuspectedForgery | Self::SuspectedImpersonation | Self::SuspectedCoercion)
    }
}

/// Which reason codes belong to which verdict.
#[must_use]
pub const fn reasons_of(verdict: Verdict) -> &'static [ReasonCode] {
    use ReasonCode as R;
    match verdict {
        Verdict::Verified => &[R::IdentityConfirmed, R::IdentityConfirmedDataCorrected],
        Verdict::Rejected => &[
            R::DocumentUnreadable,
            R::DocumentExpired,
            R::DocumentDamaged,
            R::DocumentNotAccepted,
            R::DocumentNotPresent,
            R::FaceDoesNotMatch,
            R::LivenessNotShown,
            R::DataDoesNotMatch,
            R::AnswersDoNotMatch,
            R::SuspectedForgery,
            R::SuspectedImpersonation,
            R::SuspectedCoercion,
            R::CustomerDeclined,
        ],
        Verdict::Escalated => {
            &[R::UnusualDocument, R::NeedsSpecialist, R::SuspectedForgery, R::SuspectedImpersonation, R::SuspectedCoercion]
        }
        Verdict::Incomplete => &[R::CustomerLeft, R::PoorConnection, R::NoCamera, R::TechnicalFault, R::DocumentNotPresent],
    }
}

/// A decision, as made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// Why, 1..=6.
    pub reasons: Vec<ReasonCode>,
    /// Who.
    pub by: AgentId,
    /// When.
    pub at: Timestamp,
    /// For colleagues and auditors.
    pub note: Pii<String>,
    /// What the audit log holds of the note.
    pub note_commitment: Digest,
    /// Who checked, where the profile asks for it.
    pub reviewed_by: Option<AgentId>,
}

/// A draft of a decision: the part that does not depend on evidence.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// Who.
    pub by: AgentId,
    /// For colleagues and auditors.
    pub note: Pii<String>,
    /// What the audit log holds of the note.
    pub note_commitment: Digest,
    /// What opens that commitment.
    pub note_salt: Salt,
}

impl Draft {
    /// A verdict "verified": cannot be made without the proof.
    ///
    /// # Errors
    /// `reason_missing`, `reason_unknown`.
    pub fn verified(self, _proof: Complete, now: Timestamp) -> Result<Decision, Refusal> {
        self.decision(Verdict::Verified, now)
    }

    /// Any verdict but "verified".
    ///
    /// # Errors
    /// `steps_incomplete` when asked for "verified"; `reason_missing`, `reason_unknown`.
    pub fn other(self, verdict: Verdict, now: Timestamp) -> Result<Decision, Refusal> {
        if verdict == Verdict::Verified {
            return Err(Refusal::new(Code::StepsIncomplete, "decide", "live"));
        }
        self.decision(verdict, now)
    }

    fn decision(self, verdict: Verdict, now: Timestamp) -> Result<Decision, Refusal> {
        let mut reasons = self.reasons;
        reasons.sort_unstable();
        reasons.dedup();
        if reasons.is_empty() {
            return Err(Refusal::new(Code::ReasonMissing, "decide", "live"));
        }
        let known = reasons_of(verdict);
        if reasons.len() > MAX_REASON_CODES || reasons.iter().any(|r| !known.contains(r)) {
            return Err(Refusal::new(Code::ReasonUnknown, "decide", "live"));
        }
        Ok(Decision { verdict, reasons, by: self.by, at: now, note: self.note, note_commitment: self.note_commitment, reviewed_by: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(reasons: &[ReasonCode]) -> Draft {
        Draft {
            reasons: reasons.to_vec(),
            by: AgentId(1),
            note: Pii::default(),
            note_commitment: Digest::of(b""),
            note_salt: Salt([0; 16]),
        }
    }

    #[test]
    fn a_verdict_needs_a_reason_of_its_own() {
        let now = Timestamp(1);
        assert_eq!(draft(&[]).other(Verdict::Rejected, now).unwrap_err().code, Code::ReasonMissing);
        assert_eq!(draft(&[ReasonCode::IdentityConfirmed]).other(Verdict::Rejected, now).unwrap_err().code, Code::ReasonUnknown);
        assert_eq!(draft(&[ReasonCode::IdentityConfirmed]).other(Verdict::Verified, now).unwrap_err().code, Code::StepsIncomplete);
        assert!(draft(&[ReasonCode::FaceDoesNotMatch]).other(Verdict::Rejected, now).is_ok());
    }

    #[test]
    fn suspicion_is_never_told() {
        assert!(!ReasonCode::SuspectedForgery.tellable() && ReasonCode::DocumentUnreadable.tellable());
    }
}
