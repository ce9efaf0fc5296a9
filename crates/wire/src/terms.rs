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

mod review;

pub use review::{Finding, ReviewKind, ReviewReason};

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
        /// Look for security features that were drawn.
        SecurityFeatures,
        /// Photograph the face and compare it with the document.
        PortraitMatch,
        /// Random prompts.
        Liveness,
        /// Ask what the customer should know.
        Questions,
        /// A code sent to the phone or e-mail on file.
        OneTimeCode,
        /// Ask where the customer's device is.
        Location,
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
        /// Cover a part of the face with a hand.
        CoverPart,
        /// Read a number aloud.
        ReadNumber,
        /// Read words aloud.
        ReadPhrase,
        /// Pass the document in front of the face.
        PassDocument,
        /// Follow a dot with the eyes.
        FollowDot,
        /// Keep still while the screen lights the face in colours.
        ScreenColors,
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

    /// What of a camera can be controlled.
    CameraControl {
        /// Change between front and back.
        Flip,
        /// Choose one lens.
        Lens,
        /// Light.
        Torch,
        /// Zoom.
        Zoom,
        /// Focus.
        Focus,
        /// Size of the picture.
        Resolution,
        /// Photographs at the sensor's own size; frames of the camera stand in.
        TakePhoto,
    }

    /// Why something of a camera cannot be controlled.
    CameraLack {
        /// The camera has none.
        NotSupported,
        /// The camera in use looks at the customer and has none; the one on the back may.
        FrontCamera,
        /// There is only one camera.
        OneCamera,
        /// The browser does not tell what the camera can do.
        BrowserHides,
        /// No camera is open.
        NoTrack,
    }

    /// Which way a camera looks.
    Facing {
        /// The camera does not say.
        Unknown,
        /// At the customer.
        User,
        /// Away from the customer.
        Environment,
    }

    /// How a camera focuses.
    FocusMode {
        /// By itself, all the time.
        Continuous,
        /// On a point of the picture.
        Point,
        /// At a distance.
        Manual,
    }

    /// Shape of the frame on the customer's screen.
    FrameShape {
        /// A card, 85.60 x 53.98 mm (ISO/IEC 7810).
        Id1,
        /// A passport's data page, 125 x 88 mm (ISO/IEC 7810).
        Id3,
        /// A sheet, 210 x 297 mm (ISO 216).
        A4,
        /// A face.
        Face,
    }

    /// What the customer is told while a document is framed; one at a time.
    Hint {
        /// All is good.
        Good,
        /// No document is seen.
        Missing,
        /// Part of it is outside the picture.
        Cropped,
        /// It is too small.
        Far,
        /// It is too large.
        Near,
        /// It is turned or slanted.
        Tilted,
        /// Too little light.
        Dark,
        /// Too much light.
        Bright,
        /// A reflection hides part of it.
        Glare,
        /// It is out of focus or moves.
        Blur,
    }

    /// What a photograph waits for on the customer's device.
    HeldFor {
        /// The customer takes it by hand or chooses a file.
        Hand,
        /// The customer looks at it and agrees.
        Review,
        /// It is on its way.
        Upload,
    }

    /// How the customer takes part.
    JoinMode {
        /// Camera and microphone.
        Video,
        /// Chat with photographs, because there is no camera stream.
        Photos,
    }

    /// What the agent can read off a document.
    ReadField {
        /// Full name.
        Name,
        /// Date of birth.
        BirthDate,
        /// Document number.
        DocumentNumber,
        /// Date of expiry.
        Expiry,
        /// Address.
        Address,
        /// Nationality.
        Nationality,
        /// The machine-readable lines.
        Mrz,
    }

    /// Which way a one-time code goes.
    CodeChannel {
        /// Text message.
        Sms,
        /// Mail.
        Email,
    }

    /// What a told place may hint at.
    LocationHint {
        /// A radius of nothing: no receiver claims that.
        ZeroAccuracy,
        /// Both coordinates are round numbers.
        RoundCoordinates,
        /// Several readings to the last digit the same.
        IdenticalFixes,
        /// Fine as a satellite's, but without a height.
        FineWithoutHeight,
        /// An old reading.
        Stale,
        /// Nobody travels so fast from the reading before.
        Jump,
        /// The network address belongs to another country.
        OtherNetworkCountry,
    }

    /// Why there is no place.
    LocationRefusal {
        /// The customer said no on our page.
        Customer,
        /// The browser, or the customer at its question.
        Browser,
        /// The device found no place.
        Unavailable,
        /// It took too long.
        TimedOut,
    }

    /// What a liveness prompt needs of a person.
    LivenessNeed {
        /// Closing the eyes at will.
        Blink,
        /// Moving head or face.
        Movement,
        /// Speaking.
        Speech,
        /// Hearing.
        Hearing,
        /// Using a hand.
        Hands,
        /// Seeing the screen.
        Sight,
        /// Bearing light that changes.
        Light,
    }

    /// A part of the face, left and right as the customer feels them.
    LivenessPart {
        /// Forehead.
        Forehead,
        /// Left eye.
        LeftEye,
        /// Right eye.
        RightEye,
        /// Nose.
        Nose,
        /// Left cheek.
        LeftCheek,
        /// Right cheek.
        RightCheek,
        /// Mouth.
        Mouth,
        /// Chin.
        Chin,
    }

    /// A colour of the screen.
    LivenessColor {
        /// Sky blue.
        Blue,
        /// Mint green.
        Green,
        /// Amber.
        Amber,
        /// Lilac.
        Lilac,
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

#[expect(clippy::derivable_impls, reason = "the macro gives every term the same derives")]
impl Default for Facing {
    fn default() -> Self {
        Self::Unknown
    }
}

impl FocusMode {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Continuous => "continuous",
            Self::Point => "point",
            Self::Manual => "manual",
        }
    }
}

impl HeldFor {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Review => "review",
            Self::Upload => "upload",
        }
    }
}
