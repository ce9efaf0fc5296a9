//! The words of second looks.
//! Must not decide anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

terms! {
    /// Why somebody looks at a decision again.
    ReviewKind {
        /// The profile asks for it; the case waits.
        Required,
        /// Drawn by chance; the checker does not know what was decided.
        Sample,
    }

    /// What a checker finds about the customer.
    Finding {
        /// The person is who they say.
        Approve,
        /// Something must be captured again.
        Recapture,
        /// The person could not be verified.
        Reject,
        /// The bank's own staff must look.
        Escalate,
    }

    /// Why a checker finds so.
    ReviewReason {
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
}
