//! Words of the domain to words of the wire and back; one line a word, so that a new one cannot be forgotten.
//! Must not decide anything.

use crate::api::profiles;
use crate::terms;
use domain::{
    agent, case, code, decision, evidence, features, jurisdiction, liveness, location, procedure, reading, report, retention, review,
    seats, session, trigger,
};

macro_rules! mirror {
    ($($domain:path => $wire:path { $($variant:ident),* $(,)? })*) => {$(
        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                type D = $domain;
                match value { $(D::$variant => Self::$variant),* }
            }
        }

        impl From<$wire> for $domain {
            fn from(value: $wire) -> Self {
                type W = $wire;
                match value { $(W::$variant => Self::$variant),* }
            }
        }
    )*};
}

mirror! {
    report::FailureReason => terms::FailureReason {
        DocumentGlare, DocumentBlur, DocumentDark, DocumentShadow, DocumentCropped, DocumentLowResolution, DocumentObscured,
        DocumentDamaged, DocumentExpired, DocumentUnsupported, DocumentRecentlyIssued, FaceMismatch, LivenessFailed, NameMismatch,
        DataMismatch, TechnicalFailure, SuspectedTampering, SuspectedImpersonation, ConfirmedFraud,
    }
    report::CheckOutcome => terms::CheckOutcome { Failed, Inconclusive }
    trigger::Mode => terms::RecoveryMode { Automatic, OptIn, None }
    evidence::Slot => terms::ImageSlot { DocumentFront, DocumentBack, DocumentTilt, Portrait, Selfie, OtherPage }
    session::Seat => terms::Seat { Customer, Agent, Supervisor, Interpreter }
    procedure::Kind => terms::StepKind {
        Greet, DocumentFront, DocumentBack, DocumentTilt, SecurityFeatures, PortraitMatch, Liveness, Questions, OneTimeCode, Location, Declaration,
        Decision,
    }
    liveness::Prompt => terms::LivenessPrompt {
        TurnLeft, TurnRight, LookUp, LookDown, Smile, BlinkTwice, MoveCloser, CoverPart, ReadNumber, ReadPhrase, PassDocument,
        FollowDot, ScreenColors,
    }
    liveness::Need => terms::LivenessNeed { Blink, Movement, Speech, Hearing, Hands, Sight, Light }
    liveness::Part => terms::LivenessPart { Forehead, LeftEye, RightEye, Nose, LeftCheek, RightCheek, Mouth, Chin }
    liveness::Color => terms::LivenessColor { Blue, Green, Amber, Lilac }
    decision::Verdict => terms::Verdict { Verified, Rejected, Escalated, Incomplete }
    decision::ReasonCode => terms::ReasonCode {
        IdentityConfirmed, IdentityConfirmedDataCorrected, DocumentUnreadable, DocumentExpired, DocumentDamaged, DocumentNotAccepted,
        DocumentNotPresent, FaceDoesNotMatch, LivenessNotShown, DataDoesNotMatch, AnswersDoNotMatch, SuspectedForgery,
        SuspectedImpersonation, SuspectedCoercion, CustomerDeclined, CustomerLeft, PoorConnection, NoCamera, TechnicalFault,
        UnusualDocument, NeedsSpecialist,
    }
    agent::PresenceName => terms::Presence { Offline, Away, Available, Reserved, OnCall, WrapUp }
    agent::AwayReason => terms::AwayReason { Break, Training, Meeting, Missed, Technical }
    case::CameraState => terms::CameraState { Idle, Prompting, On, Off, Denied, Missing, Busy, Blocked, Lost }
    case::JoinMode => terms::JoinMode { Video, Photos }

    reading::Field => terms::ReadField { Name, BirthDate, DocumentNumber, Expiry, Address, Nationality, Mrz }
    code::Channel => terms::CodeChannel { Sms, Email }
    location::Hint => terms::LocationHint {
        ZeroAccuracy, RoundCoordinates, IdenticalFixes, FineWithoutHeight, Stale, Jump, OtherNetworkCountry,
    }
    location::Refused => terms::LocationRefusal { Customer, Browser, Unavailable, TimedOut }
    seats::SupervisorMode => terms::SupervisorMode { Watch, Whisper, Join }
    review::Kind => terms::ReviewKind { Required, Sample }
    review::Finding => terms::Finding { Approve, Recapture, Reject, Escalate }
    review::Reason => terms::ReviewReason {
        EvidenceHolds, DoubtsCleared, PoorLight, DocumentUnclear, FaceUnclear, OthersPresent, PictureOrSoundMissing, StepMissing,
        FaceDoesNotMatch, DocumentNotGenuine, DocumentNotAccepted, DataDoesNotMatch, LivenessNotShown, CustomerPrompted,
        CustomerUnwilling, NeedsSpecialist, UnusualDocument, SuspectedFraud,
    }
    features::Feature => profiles::SecurityFeature {
        Hologram, FoilPortrait, KineticStructures, LaserEngraving, TiltingImage, RaisedLettering, Window, SecurityThread,
        ColourShiftingInk, Microprint, Guilloches, RainbowPrint,
    }
    features::Category => profiles::FeatureCategory { Diffractive, Personalisation, Material, Print }
    jurisdiction::Certainty => profiles::Certainty { Read, Secondary, General, NotVerified }
    jurisdiction::Direction => profiles::Stricter { Up, Down }
    retention::Cause => crate::api::custody::EraseCause { RetentionOver, CustomerRequest, ConsentWithdrawn, CollectedInError }
}

impl terms::Phase {
    /// The phase of that name, as search columns hold it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

impl From<&procedure::StepState> for terms::StepState {
    fn from(value: &procedure::StepState) -> Self {
        match value {
            procedure::StepState::Pending => Self::Pending,
            procedure::StepState::Done => Self::Done,
            procedure::StepState::Failed => Self::Failed,
            procedure::StepState::Waived { .. } => Self::Waived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_spell_every_word_the_same() {
        for reason in terms::FailureReason::ALL {
            let domain: report::FailureReason = (*reason).into();
            assert_eq!(serde_json::to_value(domain).unwrap(), serde_json::to_value(reason).unwrap());
        }
        for code in terms::ReasonCode::ALL {
            let domain: decision::ReasonCode = (*code).into();
            assert_eq!(serde_json::to_value(domain).unwrap(), serde_json::to_value(code).unwrap());
        }
    }
}
