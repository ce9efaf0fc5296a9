//! The words that cross every socket: reasons, phases, seats, steps, verdicts.
//! Must not decide anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! terms {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every value, in published order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
    )*};
}

terms! {
    /// Why the automated check failed.
    FailureReason {
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

    /// What the automated check concluded.
    CheckOutcome {
        /// Refused.
        Failed,
        /// Could not tell.
        Inconclusive,
    }

    /// Where a case stands.
    Phase {
        /// Reported; the policy offers no recovery (yet).
        Reported,
        /// A link is out.
        Invited,
        /// The link was opened and bound to a browser; consent not given yet.
        Claimed,
        /// In the queue.
        Waiting,
        /// The customer will be called back.
        Callback,
        /// Face to face.
        Live,
        /// The session broke off and may be resumed.
        Interrupted,
        /// The session is over and the agent has not decided yet.
        Deciding,
        /// A second person looks at the decision.
        UnderReview,
        /// Closed: verified.
        Verified,
        /// Closed: rejected.
        Rejected,
        /// Closed: handed to the bank's own staff.
        Escalated,
        /// Closed: the customer left and did not come back.
        Abandoned,
        /// Closed: the link ran out unused.
        Expired,
    }

    /// How a recovery is offered.
    RecoveryMode {
        /// Offered at once, as the next step.
        Automatic,
        /// Offered as a choice beside trying again.
        OptIn,
        /// Not offered.
        None,
    }

    /// What an uploaded or photographed image shows.
    ImageSlot {
        /// Front of the document, or a passport's data page.
        DocumentFront,
        /// Back of the document.
        DocumentBack,
        /// The document tilted, so that its security features show.
        DocumentTilt,
        /// The person, photographed in the session.
        Portrait,
        /// The person, from the failed attempt.
        Selfie,
        /// Anything else, such as a further page.
        OtherPage,
    }

    /// A place in a room.
    Seat {
        /// The customer.
        Customer,
        /// The agent.
        Agent,
        /// A supervisor.
        Supervisor,
        /// An interpreter.
        Interpreter,
    }

    /// What kind of work a procedure step asks for.
    StepKind {
        /// Greet and have the consent said aloud.
        Greet,
        /// Photograph the front.
        DocumentFront,
        /// Photograph the back.
        DocumentBack,
        /// Photograph the tilted document.
        DocumentTilt,
        /// Photograph the face and compare it with the document.
        PortraitMatch,
        /// Random prompts.
        Liveness,
        /// Ask what the customer should know.
        Questions,
        /// A code sent to the phone or e-mail on file.
        OneTimeCode,
        /// The customer states own will and purpose.
        Declaration,
        /// Decide.
        Decision,
    }

    /// Where a procedure step stands.
    StepState {
        /// Open.
        Pending,
        /// Done with its evidence.
        Done,
        /// Tried and failed.
        Failed,
        /// Waived with a reason.
        Waived,
    }

    /// What the customer is asked to do to show that they are live.
    LivenessPrompt {
        /// Turn the head left.
        TurnLeft,
        /// Turn the head right.
        TurnRight,
        /// Look up.
        LookUp,
        /// Look down.
        LookDown,
        /// Smile.
        Smile,
        /// Blink twice.
        BlinkTwice,
        /// Come closer.
        MoveCloser,
        /// Cover the nose with a hand.
        CoverNose,
        /// Read a number aloud.
        ReadNumber,
    }

    /// The agent's decision.
    Verdict {
        /// The person is who they say.
        Verified,
        /// The person could not be verified; needs a reason code.
        Rejected,
        /// The bank's own staff must look.
        Escalated,
        /// The session could not be finished through nobody's fault; a new link goes out.
        Incomplete,
    }

    /// The published reasons of a decision.
    ReasonCode {
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

    /// Where an agent stands.
    Presence {
        /// Not signed in, or the page is gone.
        Offline,
        /// Signed in, takes nobody.
        Away,
        /// Waits for a customer.
        Available,
        /// Being rung.
        Reserved,
        /// Face to face.
        OnCall,
        /// Finishing the last case.
        WrapUp,
    }

    /// Why an agent is away.
    AwayReason {
        /// Break.
        Break,
        /// Training.
        Training,
        /// Meeting.
        Meeting,
        /// A ring was missed.
        Missed,
        /// Something is broken.
        Technical,
    }

    /// What a person may do here.
    Role {
        /// Answers customers.
        Agent,
        /// Watches the floor, reviews decisions.
        Supervisor,
        /// Reads everything, changes nothing.
        Auditor,
        /// Sets up agents, policies, webhooks, keys.
        Admin,
    }

    /// State of the customer's camera as their browser tells it.
    CameraState {
        /// Nothing asked yet.
        Idle,
        /// The permission prompt is open.
        Prompting,
        /// Pictures flow.
        On,
        /// Switched off by the customer or the agent.
        Off,
        /// Permission was refused.
        Denied,
        /// There is no camera.
        Missing,
        /// Another program holds the camera.
        Busy,
        /// The browser or the app around it gives no camera.
        Blocked,
        /// The track died (a phone call, the app in the background) and is being reopened.
        Lost,
    }

    /// How the customer takes part.
    JoinMode {
        /// Camera and microphone.
        Video,
        /// Chat with photographs, because there is no camera stream.
        Photos,
    }

    /// How a supervisor takes part in a session.
    SupervisorMode {
        /// Hears and sees everybody, is neither heard nor seen.
        Watch,
        /// As `watch`, and heard by the agent alone.
        Whisper,
        /// Heard and seen by everybody.
        Join,
    }
}
