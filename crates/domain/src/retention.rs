//! How long evidence is kept, by profile and outcome; what keeps it longer, and what may end it early.
//! Must not know keys, files or a clock.

use crate::case::Outcome;
use crate::digest::{Digest, Salt};
use crate::ids::{AgentId, SessionId};
use crate::jurisdiction::Profile;
use crate::pii::Pii;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// A recording that is still being sealed this long after the close never will be.
pub const SEALED_WITHIN: Span = Span::minutes(24 * 60);

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Calendar years, as regulators count.
    Years(u8),
    /// Days of 24 hours.
    Days(u16),
}

impl Period {
    /// The first moment at which the period is over.
    #[must_use]
    pub fn after(self, from: Timestamp) -> Timestamp {
        match self {
            Self::Years(years) => from.plus_years(years),
            Self::Days(days) => from + Span::minutes(i64::from(days) * 24 * 60),
        }
    }
}

/// Why evidence was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its time was over.
    RetentionOver,
    /// The customer asked for it.
    CustomerRequest,
    /// The customer withdrew the consent.
    ConsentWithdrawn,
    /// It should never have been collected.
    CollectedInError,
}

/// What an erasure left in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// Who asked for it; nobody when its time was over.
    pub by: Option<AgentId>,
    /// Of the key that was destroyed.
    pub key: Digest,
}

/// Somebody needs the evidence for a dispute or an investigation: it is not erased meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Who set it.
    pub by: AgentId,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: Pii<String>,
    /// What the audit log holds of the reason.
    pub commitment: Digest,
}

/// What became of the evidence of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Kept for a dispute or an investigation.
    pub hold: Option<Hold>,
    /// Gone; what names nobody is left.
    pub erased: Option<Erased>,
    /// Sealed copies in the tenant's own storage.
    pub copies: Vec<Copied>,
}

/// A sealed copy of a recording in the tenant's own storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Of which session.
    pub session: SessionId,
    /// Kind of storage, such as `s3`.
    pub to: String,
    /// When it was there, whole.
    pub at: Timestamp,
    /// Of the list of its objects.
    pub manifest: Digest,
    /// How many objects.
    pub objects: u32,
}

/// What can happen to the evidence of a case as a whole.
#[derive(Clone, Debug)]
pub enum Custody {
    /// It is needed: it is not erased until the hold is lifted.
    Hold {
        /// Who says so.
        by: AgentId,
        /// Why.
        reason: Pii<String>,
        /// For the commitment.
        salt: Salt,
    },
    /// The hold is over.
    Lift {
        /// Who says so.
        by: AgentId,
        /// Why.
        reason: Pii<String>,
        /// For the commitment.
        salt: Salt,
    },
    /// It goes.
    Erase {
        /// Why.
        cause: Cause,
        /// Who asked for it.
        by: Option<AgentId>,
        /// Of the key that is about to be destroyed.
        key: Digest,
    },
    /// A sealed recording lies, whole and read back, in the tenant's own storage.
    Delivered {
        /// Of which session.
        session: SessionId,
        /// Kind of storage, such as `s3`.
        to: &'static str,
        /// Of the list of its objects.
        manifest: Digest,
        /// How many objects.
        objects: u32,
    },
    /// An evidence pack lies, encrypted and read back, in the tenant's own storage.
    PackDelivered {
        /// Kind of storage, such as `s3`.
        to: &'static str,
        /// SHA-256 of the encrypted pack.
        pack: Digest,
        /// Of the list of its objects.
        manifest: Digest,
        /// How many objects.
        objects: u32,
    },
}

/// How long a profile keeps a case with this outcome; without an outcome nothing was ever offered.
#[must_use]
pub const fn period(profile: &Profile, outcome: Option<Outcome>) -> Period {
    match outcome {
        Some(Outcome::Verified) => Period::Years(profile.retention_years),
        Some(Outcome::Rejected | Outcome::Escalated) => Period::Years(profile.rejected_years),
        Some(Outcome::Abandoned | Outcome::Expired) | None => Period::Days(profile.abandoned_days),
    }
}

/// When the evidence of a case is due for erasure.
#[must_use]
pub fn due(profile: &Profile, outcome: Option<Outcome>, closed_at: Timestamp) -> Timestamp {
    period(profile, outcome).after(closed_at)
}

/// Whether a person's own request may end the period early: no duty to keep stands against it.
#[must_use]
pub const fn may_end_early(outcome: Option<Outcome>) -> bool {
    match outcome {
        Some(Outcome::Verified | Outcome::Rejected | Outcome::Escalated) => false,
        Some(Outcome::Abandoned | Outcome::Expired) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jurisdiction::profile_or_default;

    #[test]
    fn decided_cases_are_kept_for_the_years_of_their_profile_to_the_day() {
        let closed = Timestamp::parse("2024-02-29T12:00:00Z").unwrap();
        let profile = Profile { retention_years: 5, rejected_years: 3, abandoned_days: 90, ..profile_or_default("SG").clone() };
        let due = |outcome| due(&profile, Some(outcome), closed).to_string();
        assert_eq!(due(Outcome::Verified), "2029-02-28T12:00:00.000000Z", "a leap day ends on the last of February");
        assert_eq!((due(Outcome::Rejected), due(Outcome::Escalated)), ("2027-02-28T12:00:00.000000Z".into(), due(Outcome::Rejected)));
        assert_eq!(due(Outcome::Abandoned), "2024-05-29T12:00:00.000000Z");
        assert_eq!(due(Outcome::Expired), due(Outcome::Abandoned));
    }

    #[test]
    fn only_what_nobody_decided_may_be_erased_before_its_time() {
        for outcome in [Outcome::Verified, Outcome::Rejected, Outcome::Escalated] {
            assert!(!may_end_early(Some(outcome)));
        }
        assert!(may_end_early(Some(Outcome::Abandoned)) && may_end_early(Some(Outcome::Expired)) && may_end_early(None));
    }

    #[test]
    fn a_time_past_the_calendar_never_comes_instead_of_coming_at_once() {
        assert!(Timestamp(i64::MAX).plus_years(5) >= Timestamp(i64::MAX));
    }
}
