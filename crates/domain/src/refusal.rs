//! The one error of the domain: what was asked, in which phase, and why it is not allowed.
//! Must not know a status code or a language.

use std::fmt;

/// "Not allowed", with a stable code; the text is for developers, never for customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, `snake_case`, part of the API contract.
    pub code: Code,
    /// The input that was refused, such as `claim`.
    pub input: &'static str,
    /// The phase or state in which it came, such as `closed`.
    pub phase: &'static str,
    /// Lines of the jurisdiction profile that are not met, where those are the reason.
    pub lines: Vec<LineName>,
}

/// A line of a jurisdiction profile, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineName {
    /// Stable.
    pub id: String,
    /// In plain words.
    pub title: String,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// Every reason for which the domain refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name),* }

        impl Code {
            /// The stable text of the code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// All codes, for the published list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

codes! {
    /// The input does not belong to this phase.
    WrongPhase = "wrong_phase",
    /// The case is closed.
    CaseClosed = "case_closed",
    /// The customer was verified already.
    AlreadyVerified = "already_verified",
    /// The link is past its time.
    InvitationExpired = "invitation_expired",
    /// The link is not the newest of this case.
    InvitationReplaced = "invitation_replaced",
    /// The link is bound to another browser.
    InvitationBound = "invitation_bound",
    /// The second browser's answer to the case challenge is wrong.
    ChallengeFailed = "challenge_failed",
    /// No tries are left for the case challenge.
    ChallengeLocked = "challenge_locked",
    /// The consent named is not the one that is shown now.
    ConsentOutdated = "consent_outdated",
    /// Nobody may queue outside opening hours.
    ClosedHours = "closed_hours",
    /// The epoch or token is not the current one.
    Stale = "stale",
    /// Another agent holds this case.
    NotYours = "not_yours",
    /// The agent is not in a state in which this can be done.
    AgentBusy = "agent_busy",
    /// The agent is not available.
    AgentNotAvailable = "agent_not_available",
    /// A mandatory step has neither evidence nor a waiver.
    StepsIncomplete = "steps_incomplete",
    /// The step may not be waived under this profile.
    StepNotWaivable = "step_not_waivable",
    /// A step of that name is not in this procedure.
    UnknownStep = "unknown_step",
    /// The step's evidence is not of the kind it asks for.
    EvidenceMismatch = "evidence_mismatch",
    /// The recording is not sealing without error.
    RecordingNotSealed = "recording_not_sealed",
    /// The verdict needs at least one reason code.
    ReasonMissing = "reason_missing",
    /// That reason code does not belong to that verdict.
    ReasonUnknown = "reason_unknown",
    /// The checker was the maker.
    SamePerson = "same_person",
    /// A stated limit is reached.
    LimitReached = "limit_reached",
    /// A value is outside its range.
    OutOfRange = "out_of_range",
    /// The policy does not offer a recovery here.
    NotOffered = "not_offered",
    /// No prompt is left that the customer can do.
    NoAlternative = "no_alternative",
    /// A command of this kind is under way.
    CommandUnderWay = "command_under_way",
    /// The customer keeps the device in their own hand.
    ControlRefused = "control_refused",
    /// More in a second than anybody does by hand.
    TooFast = "too_fast",
    /// Somebody else sits there already.
    SeatTaken = "seat_taken",
    /// That finding is not open to the checker of this decision.
    FindingNotOffered = "finding_not_offered",
    /// A mandatory line of the jurisdiction profile is not met.
    LineMissing = "line_missing",
    /// The one-time code ends the session, and something before it is open.
    CodeComesLast = "code_comes_last",
    /// The evidence is under a legal hold.
    UnderHold = "under_hold",
    /// The profile asks that this evidence is kept longer.
    RetentionRuns = "retention_runs",
    /// The evidence of this case was erased.
    Erased = "erased",
}

impl Refusal {
    /// A refusal of `input` in `phase`.
    #[must_use]
    pub const fn new(code: Code, input: &'static str, phase: &'static str) -> Self {
        Self { code, input, phase, lines: Vec::new() }
    }

    /// The same with the lines that are the reason.
    #[must_use]
    pub fn for_lines(self, lines: Vec<LineName>) -> Self {
        Self { lines, ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} refused in {}: {}", self.input, self.phase, self.code.as_str())?;
        self.lines.iter().try_for_each(|line| write!(f, " [{}]", line.id))
    }
}

impl std::error::Error for Refusal {}
