//! The second look: who may take it, how the checker is drawn, how long they have, what they may find.
//! Must not know a case's evidence, nor who is told.

pub mod statistics;

use crate::decision::{ReasonCode, Verdict};
use crate::digest::Digest;
use crate::ids::AgentId;
use crate::liveness::split_mix;
use crate::pii::Pii;
use crate::procedure::Kind as Step;
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A finding should be there this long after the decision: the customer waits for it.
pub const TARGET: Span = Span::seconds(60);
/// How long the drawn checker has to begin; then another one is drawn.
pub const TAKE_WITHIN: Span = Span::seconds(90);
/// How long a checker who began has to find something. Several times the target: a recording may be long.
pub const GIVE_WITHIN: Span = Span::minutes(5);
/// Checkers that one draw looks at; a floor of auditors is far smaller.
pub const MAX_CANDIDATES: usize = 200;
/// Checkers who let it lapse and are drawn last; more do not change who is left.
pub const MAX_MISSED: usize = 16;
/// Reasons of one finding; as of a decision.
pub const MAX_REASONS: usize = 6;
/// Characters of a note; as of a decision.
pub const MAX_NOTE: usize = 1_000;
/// Share of decisions that are looked at again blind, in percent, where a tenant sets nothing else.
pub const SAMPLE_PERCENT: u8 = 5;

/// Why somebody looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The profile asks for it; the case waits.
    Required,
    /// Drawn by chance; the case is closed, and the checker does not know how.
    Sample,
}

/// What a checker finds about the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The person is who they say.
    Approve,
    /// Something must be captured again.
    Recapture,
    /// The person could not be verified.
    Reject,
    /// The bank's own staff must look.
    Escalate,
}

impl Finding {
    /// Every finding.
    pub const ALL: [Self; 4] = [Self::Approve, Self::Recapture, Self::Reject, Self::Escalate];

    /// Whether it says the same as the maker's verdict.
    #[must_use]
    pub const fn agrees(self, verdict: Verdict) -> bool {
        matches!(
            (self, verdict),
            (Self::Approve, Verdict::Verified) | (Self::Reject, Verdict::Rejected) | (Self::Escalate, Verdict::Escalated)
        )
    }

    /// The reasons that belong to it.
    #[must_use]
    pub const fn reasons(self) -> &'static [Reason] {
        use Reason as R;
        match self {
            Self::Approve => &[R::EvidenceHolds, R::DoubtsCleared],
            Self::Recapture => {
                &[R::PoorLight, R::DocumentUnclear, R::FaceUnclear, R::OthersPresent, R::PictureOrSoundMissing, R::StepMissing]
            }
            Self::Reject => &[
                R::FaceDoesNotMatch,
                R::DocumentNotGenuine,
                R::DocumentNotAccepted,
                R::DataDoesNotMatch,
                R::LivenessNotShown,
                R::CustomerPrompted,
                R::CustomerUnwilling,
            ],
            Self::Escalate => &[R::NeedsSpecialist, R::UnusualDocument, R::SuspectedFraud],
        }
    }
}

/// The published reasons of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Everything that the decision stands on holds.
    EvidenceHolds,
    /// There was a doubt, and the evidence clears it.
    DoubtsCleared,
    /// Too dark or too bright to see.
    PoorLight,
    /// The document cannot be read.
    DocumentUnclear,
    /// The face cannot be seen well enough to compare.
    FaceUnclear,
    /// Other people are near.
    OthersPresent,
    /// Picture or sound is missing, at the start or midway.
    PictureOrSoundMissing,
    /// A step was not really done.
    StepMissing,
    /// The face is not that of the portrait.
    FaceDoesNotMatch,
    /// The document may be forged or altered.
    DocumentNotGenuine,
    /// The document type is not accepted.
    DocumentNotAccepted,
    /// Data does not match.
    DataDoesNotMatch,
    /// Liveness was not shown.
    LivenessNotShown,
    /// Somebody told the customer what to say or do.
    CustomerPrompted,
    /// The customer does not act of own will.
    CustomerUnwilling,
    /// A specialist must look.
    NeedsSpecialist,
    /// Unusual document.
    UnusualDocument,
    /// Fraud is suspected.
    SuspectedFraud,
}

impl Reason {
    /// What it is called in a decision, for the findings that become one.
    #[must_use]
    pub const fn code(self) -> Option<ReasonCode> {
        match self {
            Self::FaceDoesNotMatch => Some(ReasonCode::FaceDoesNotMatch),
            Self::DocumentNotGenuine => Some(ReasonCode::SuspectedForgery),
            Self::DocumentNotAccepted => Some(ReasonCode::DocumentNotAccepted),
            Self::DataDoesNotMatch => Some(ReasonCode::DataDoesNotMatch),
            Self::LivenessNotShown => Some(ReasonCode::LivenessNotShown),
            Self::CustomerPrompted | Self::CustomerUnwilling => Some(ReasonCode::SuspectedCoercion),
            Self::NeedsSpecialist => Some(ReasonCode::NeedsSpecialist),
            Self::UnusualDocument => Some(ReasonCode::UnusualDocument),
            Self::SuspectedFraud => Some(ReasonCode::SuspectedImpersonation),
            Self::EvidenceHolds
            | Self::DoubtsCleared
            | Self::PoorLight
            | Self::DocumentUnclear
            | Self::FaceUnclear
            | Self::OthersPresent
            | Self::PictureOrSoundMissing
            | Self::StepMissing => None,
        }
    }
}

/// What a checker says.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Who.
    pub checker: AgentId,
    /// What.
    pub finding: Finding,
    /// Why, 1..=6.
    pub reasons: Vec<Reason>,
    /// For colleagues and auditors.
    pub note: Pii<String>,
    /// What the audit log holds of the note.
    pub note_commitment: Digest,
    /// Steps to be done again, for `recapture`.
    pub again: Vec<Step>,
}

impl Opinion {
    /// The same with reasons and steps in order and without repeats.
    ///
    /// # Errors
    /// `reason_missing`, `reason_unknown`, `out_of_range`.
    pub fn tidy(mut self) -> Result<Self, Refusal> {
        let refuse = |code| Refusal::new(code, "give_review", "under_review");
        self.reasons.sort_unstable();
        self.reasons.dedup();
        self.again.sort_unstable();
        self.again.dedup();
        if self.reasons.is_empty() {
            return Err(refuse(Code::ReasonMissing));
        }
        if self.reasons.len() > MAX_REASONS || self.reasons.iter().any(|r| !self.finding.reasons().contains(r)) {
            return Err(refuse(Code::ReasonUnknown));
        }
        let fits = if self.finding == Finding::Recapture {
            !self.again.is_empty() && self.again.iter().all(|step| !matches!(step, Step::Greet | Step::Decision))
        } else {
            self.again.is_empty()
        };
        if !fits {
            return Err(refuse(Code::OutOfRange));
        }
        if self.note.reveal().chars().count() > MAX_NOTE {
            return Err(refuse(Code::OutOfRange));
        }
        Ok(self)
    }

    /// The reasons as a decision names them, without repeats.
    #[must_use]
    pub fn codes(&self) -> Vec<ReasonCode> {
        let codes: BTreeSet<ReasonCode> = self.reasons.iter().filter_map(|r| r.code()).collect();
        codes.into_iter().collect()
    }
}

/// The second look at one decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Why.
    pub kind: Kind,
    /// Who decided.
    pub maker: AgentId,
    /// What they decided.
    pub verdict: Verdict,
    /// Their reasons.
    pub codes: Vec<ReasonCode>,
    /// When; names the decision within its case.
    pub decided_at: Timestamp,
    /// Who let it lapse, newest last.
    pub missed: Vec<AgentId>,
    /// Where it stands.
    pub state: State,
}

/// Where a second look stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum State {
    /// Nobody has it.
    Open,
    /// A checker was drawn.
    Assigned {
        /// Who.
        checker: AgentId,
        /// When drawn.
        at: Timestamp,
        /// When they began.
        taken: Option<Timestamp>,
        /// Another one is drawn then.
        until: Timestamp,
    },
    /// Somebody looked.
    Given {
        /// Who.
        checker: AgentId,
        /// When they began.
        taken: Timestamp,
        /// When they said so.
        at: Timestamp,
        /// What.
        finding: Finding,
        /// Why.
        reasons: Vec<Reason>,
        /// For colleagues and auditors.
        note: Pii<String>,
        /// Steps to be done again.
        again: Vec<Step>,
    },
}

impl Review {
    /// A look that somebody must take.
    #[must_use]
    pub const fn asked(kind: Kind, maker: AgentId, verdict: Verdict, codes: Vec<ReasonCode>, decided_at: Timestamp) -> Self {
        Self { kind, maker, verdict, codes, decided_at, missed: Vec::new(), state: State::Open }
    }

    /// Whether it still waits for a finding.
    #[must_use]
    pub const fn open(&self) -> bool {
        match self.state {
            State::Open | State::Assigned { .. } => true,
            State::Given { .. } => false,
        }
    }

    /// Who has it in hand.
    #[must_use]
    pub const fn holder(&self) -> Option<AgentId> {
        match self.state {
            State::Assigned { checker, .. } => Some(checker),
            State::Open | State::Given { .. } => None,
        }
    }

    /// When another checker is drawn.
    #[must_use]
    pub const fn deadline(&self) -> Option<Timestamp> {
        match self.state {
            State::Assigned { until, .. } => Some(until),
            State::Open | State::Given { .. } => None,
        }
    }
}

/// Somebody who is there and free to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: AgentId,
    /// Works in the maker's own team.
    pub same_team: bool,
}

/// Draws the checker: anybody of another team, if there is one; nobody who let it lapse, unless nobody else is left;
/// among those every one equally likely. `barred` took part in the case. Also says among how many.
#[must_use]
pub fn draw(candidates: &[Candidate], barred: &BTreeSet<AgentId>, missed: &[AgentId], seed: u64) -> Option<(AgentId, u16)> {
    let fit: BTreeSet<(AgentId, bool)> =
        candidates.iter().take(MAX_CANDIDATES).filter(|c| !barred.contains(&c.id)).map(|c| (c.id, c.same_team)).collect();
    let apart = fit.iter().any(|(_, same)| !same);
    let fit: Vec<AgentId> = fit.into_iter().filter(|(_, same)| !(apart && *same)).map(|(id, _)| id).collect();
    let fresh: Vec<AgentId> = fit.iter().copied().filter(|id| !missed.contains(id)).collect();
    let pool = if fresh.is_empty() { fit } else { fresh };
    // The upper half of a product: no value is favoured by more than one part in 2^56.
    let at = (u128::from(split_mix(seed)) * pool.len() as u128) >> 64;
    let chosen = pool.get(usize::try_from(at).unwrap_or(0)).copied()?;
    Some((chosen, u16::try_from(pool.len()).unwrap_or(u16::MAX)))
}

/// Whether a decision is looked at again, by the seed of its moment.
#[must_use]
pub const fn sampled(seed: u64, percent: u8) -> bool {
    split_mix(seed) % 100 < percent as u64
}

#[cfg(test)]
mod tests;
