//! What each surface may see of a case, as wire shapes. Reads only.
//! Must not know how a view travels.

mod identity;
mod people;
pub mod profiles;
mod prompts;
mod review;

pub use identity::identity;
pub use people::{company, table};
pub use review::{blind, masked, masked_row, review_card, tells};

use crate::tenant::{Settings, Tenant};
use domain::case::{Case, Message, Outcome, Phase, Ticket, TicketState};
use domain::decision::{self, Decision};
use domain::evidence::{Evidence, Recording};
use domain::jurisdiction::Profile;
use domain::pii::Pii;
use domain::procedure::{Answer, Kind, Question, Step, StepState};
use domain::report::{ClaimedData, Report, Score};
use domain::session::{Session, State};
use domain::time::Timestamp;
use wire::api::agents::{AgentCaseView, CustomerStatus, ProfileView, QuestionView, SessionView, StepView};
use wire::api::cases::{CaseView, Check, Claimed, DecisionView, ImageView, Recovery, ReportView, Scores};
use wire::api::evidence::EvidenceView;
use wire::api::invitations::{Brand, CustomerView, Ending, WaitView};
use wire::api::liveness::PromptView;
use wire::camera::{CameraAbilities, CameraSettings, Framing};
use wire::socket::ChatMessage;
use wire::terms;

/// The waiting place, if the case has one.
#[must_use]
pub fn ticket(case: &Case) -> Option<&Ticket> {
    if let Phase::Waiting { ticket } = &case.phase { Some(ticket) } else { None }
}

/// The session, if one runs.
#[must_use]
pub fn session(case: &Case) -> Option<&Session> {
    if let Phase::Live { session, .. } = &case.phase { Some(session) } else { None }
}

/// Where a case stands.
#[must_use]
pub fn phase(case: &Case) -> terms::Phase {
    terms::Phase::parse(case.phase_name()).unwrap_or(terms::Phase::Reported)
}

/// A decision.
#[must_use]
pub fn decision(d: &Decision) -> DecisionView {
    DecisionView {
        verdict: d.verdict.into(),
        reasons: d.reasons.iter().map(|r| (*r).into()).collect(),
        at: d.at.to_string(),
        by: d.by.to_string(),
        reviewed_by: d.reviewed_by.map(|a| a.to_string()),
    }
}

fn text(value: Option<&Pii<String>>) -> Option<String> {
    value.map(|v| v.reveal().clone())
}

/// The customer's data as typed in the bank's form.
#[must_use]
pub fn claimed(c: &ClaimedData) -> Claimed {
    Claimed {
        name: text(c.name.as_ref()),
        birth_date: text(c.birth_date.as_ref()),
        document_number: text(c.document_number.as_ref()),
        document_type: c.document_type.clone(),
        document_expiry: text(c.document_expiry.as_ref()),
        address: text(c.address.as_ref()),
    }
}

fn score(s: Option<Score>) -> Option<f64> {
    s.map(|s| f64::from(s.thousandths()) / 1000.0)
}

/// A reported attempt with its images.
#[must_use]
pub fn report(case: &Case, r: &Report) -> ReportView {
    let images = r.images.iter().filter_map(|id| case.evidence.iter().find(|e| e.id == *id));
    ReportView {
        id: r.id.to_string(),
        at: r.at.to_string(),
        check: Check {
            attempt: r.attempt,
            outcome: r.outcome.into(),
            reasons: r.reasons.iter().map(|x| (*x).into()).collect(),
            scores: Scores { document: score(r.scores.document), face: score(r.scores.face), liveness: score(r.scores.liveness) },
            vendor: r.vendor.clone(),
            vendor_reference: r.vendor_reference.clone(),
        },
        images: images.map(image).collect(),
    }
}

/// An image of a report.
#[must_use]
pub fn image(e: &Evidence) -> ImageView {
    ImageView { id: e.id.to_string(), slot: e.slot.into(), width: e.width, height: e.height, sha256: e.sha256.to_string() }
}

/// How and why a recovery is offered; `url` only in the answer that issued it.
#[must_use]
pub fn recovery(case: &Case, url: Option<String>) -> Recovery {
    let open = case.invitation.as_ref().filter(|_| matches!(case.phase, Phase::Invited | Phase::Claimed));
    Recovery {
        mode: case.answer.mode.into(),
        because: case.answer.because.clone(),
        url,
        expires_at: open.map(|i| i.expires_at.to_string()),
    }
}

/// A case as the bank sees it.
#[must_use]
pub fn case(case: &Case, url: Option<String>) -> CaseView {
    CaseView {
        id: case.id.to_string(),
        reference: case.reference.clone(),
        phase: phase(case),
        recovery: recovery(case, url),
        reports: case.reports.iter().map(|r| report(case, r)).collect(),
        decision: case.decision().map(decision),
        jurisdiction: case.jurisdiction.clone(),
        created_at: case.created_at.to_string(),
        updated_at: case.updated_at.to_string(),
    }
}

/// How a tenant looks.
#[must_use]
pub fn brand(settings: &Settings) -> Brand {
    Brand {
        name: settings.brand.clone(),
        color: settings.color.clone(),
        privacy_url: settings.privacy_url.clone(),
        return_url: settings.return_url.clone(),
    }
}

/// A profile in words.
#[must_use]
pub fn profile(p: &Profile) -> ProfileView {
    ProfileView {
        code: p.code.clone(),
        name: p.name.clone(),
        restart_on_interruption: p.restart_on_interruption,
        reviewed: p.review != domain::jurisdiction::ReviewRule::Never,
    }
}

/// A piece of evidence.
#[must_use]
pub fn evidence(e: &Evidence) -> EvidenceView {
    let source = match e.source {
        domain::evidence::Source::Report => "report",
        domain::evidence::Source::Live => "live",
        domain::evidence::Source::Upload => "upload",
        domain::evidence::Source::Chat => "chat",

        domain::evidence::Source::Screen => "screen",
        domain::evidence::Source::Annotated => "annotated",
    };
    EvidenceView {
        id: e.id.to_string(),
        slot: e.slot.into(),
        source: source.to_owned(),
        step: e.step.clone(),
        at: e.at.to_string(),
        width: e.width,
        height: e.height,
        bytes: e.bytes,
        sha256: e.sha256.to_string(),
        stream_width: e.stream_width,

        of: e.of.map(|id| id.to_string()),
    }
}

/// A chat message.
#[must_use]
pub fn message(m: &Message) -> ChatMessage {
    ChatMessage {
        id: m.id.to_string(),
        nonce: m.nonce.clone(),
        from: m.from.into(),
        name: m.name.clone(),
        at: m.at.to_string(),
        text: m.text.reveal().clone(),
        image: m.image.map(|i| i.to_string()),
    }
}

fn question(q: &Question, c: &Case) -> QuestionView {
    let on_file = match q.key.as_str() {
        "full_name" => Some(c.claimed.name.as_ref().unwrap_or(&c.customer.name)),
        "birth_date" => c.claimed.birth_date.as_ref(),
        "address" => c.claimed.address.as_ref(),
        "document_number" => c.claimed.document_number.as_ref(),
        "document_expiry" => c.claimed.document_expiry.as_ref(),
        "phone" => c.customer.phone.as_ref(),
        _ => None,
    };
    let answer = match q.answer {
        Answer::Match => "match",
        Answer::NoMatch => "no_match",
        Answer::NotAsked => "not_asked",
    };
    let (said, spoken) = identity::words(q, &c.customer.locale);
    QuestionView { key: q.key.clone(), text: said, spoken, expected: text(on_file), answer: answer.to_owned() }
}

/// A step of the procedure.
#[must_use]
pub fn step(s: &Step, c: &Case) -> StepView {
    StepView {
        key: s.kind.key().to_owned(),
        kind: s.kind.into(),
        state: state_now(s, c),
        mandatory: s.mandatory,
        waivable: s.waivable,
        slot: s.kind.slot().map(Into::into),
        evidence: s.evidence.iter().map(ToString::to_string).collect(),
        challenges: s.challenges.iter().map(prompts::challenge).collect(),
        challenges_wanted: u32::from(s.challenges_wanted),
        questions: s.questions.iter().map(|q| question(q, c)).collect(),
        review: s.review,
        proven: s.proven.is_some(),
        waiver: if let StepState::Waived { reason, .. } = &s.state { Some(reason.reveal().clone()) } else { None },
        challenges_left: (s.kind == Kind::Liveness).then(|| u32::from(c.tries_left(s))),
        features: (s.kind == Kind::SecurityFeatures).then(|| profiles::features(s)),
        cannot: (s.kind == Kind::Liveness).then(|| s.cannot.iter().map(|n| (*n).into()).collect()),
    }
}

/// Where a step stands: while somebody works on it, one whose work no longer counts is open.
fn state_now(s: &Step, c: &Case) -> terms::StepState {
    let working = matches!(c.phase, Phase::Live { .. } | Phase::Deciding { .. });
    let closed = matches!(s.state, StepState::Done | StepState::Waived { .. });
    if working && closed && !s.closed(&c.ground()) { terms::StepState::Pending } else { c.told_state(s).into() }
}

/// Every step, also before the first session (then none).
#[must_use]
pub fn steps(case: &Case) -> Vec<StepView> {
    case.procedure.iter().flat_map(|p| &p.steps).map(|s| step(s, case)).collect()
}

fn recording_word(r: &Recording) -> &'static str {
    match r {
        Recording::Off => "off",
        Recording::Running { .. } => "recording",
        Recording::Failed { .. } => "failed",
        Recording::Sealed { .. } => "sealed",
    }
}

/// How a session stands, in the word that pages translate.
#[must_use]
pub fn session_word(s: &Session) -> &'static str {
    match s.state {
        _ if s.hold.is_some() => "hold",
        State::Joining { .. } => "joining",
        State::Live => "live",
        State::Interrupted { .. } => "interrupted",
    }
}

fn session_view(s: &Session, picture: (u32, u32), prompt: Option<PromptView>) -> SessionView {
    let (state, resume_until) = match s.state {
        State::Joining { .. } => ("joining", None),
        State::Live => ("live", None),
        State::Interrupted { until, .. } => ("interrupted", Some(until.to_string())),
    };
    SessionView {
        id: s.id.to_string(),
        started_at: s.started_at.to_string(),
        state: state.to_owned(),
        resume_until,
        seats: s.up.iter().map(|x| (*x).into()).collect(),
        recording: recording_word(&s.recording).to_owned(),
        segments: s.recording.segments(),
        width: picture.0,
        height: picture.1,
        prompt,
    }
}

fn last_session_view(case: &Case) -> Option<SessionView> {
    let past = case.past.last()?;
    let mut view = session_view(&past.session, (0, 0), None);
    view.state = "ended".to_owned();
    view.resume_until = None;
    view.seats.clear();
    Some(view)
}

/// What the browser of the customer told, kept in memory only.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub connected: bool,
    pub microphone: bool,
    pub visible: bool,
    pub abilities: CameraAbilities,
    pub settings: CameraSettings,
    pub camera_label: String,
    pub typing: bool,
    /// The browser in words.
    pub device: String,
    /// Size of the customer's picture at the server.
    pub picture: (u32, u32),
    /// The frame the agent asked for.
    pub guide: Option<terms::ImageSlot>,
    /// How it is framed.
    pub framing: Option<Framing>,

    /// How far the customer's page has the chat, and how far the agent's: received and shown.
    pub customer_read: (u32, u32),
    pub agent_read: (u32, u32),
}

/// A case as its agent sees it.
#[must_use]
pub fn agent_case(case: &Case, told: &Told, now: Timestamp) -> AgentCaseView {
    let waited = match &case.phase {
        Phase::Live { queued_at, session, .. } => session.started_at.since(*queued_at),
        Phase::Waiting { ticket } => now.since(ticket.queued_at),
        Phase::Reported
        | Phase::Invited
        | Phase::Claimed
        | Phase::Callback { .. }
        | Phase::Deciding { .. }
        | Phase::UnderReview { .. }
        | Phase::Closed { .. } => domain::time::Span::ZERO,
    };
    AgentCaseView {
        id: case.id.to_string(),
        version: case.version,
        reference: case.reference.clone(),
        phase: phase(case),
        name: case.customer.name.reveal().clone(),
        locale: case.customer.locale.clone(),
        claimed: claimed(&case.claimed),
        jurisdiction: profile(&case.profile()),
        reports: case.reports.iter().map(|r| report(case, r)).collect(),
        waited: u32::try_from(waited.as_seconds()).unwrap_or(u32::MAX),
        drops: u32::try_from(
            case.past.iter().filter(|p| !matches!(p.by, domain::session::EndedBy::Agent | domain::session::EndedBy::Transferred)).count(),
        )
        .unwrap_or(0),
        two_devices: case.binding.as_ref().is_some_and(|b| b.devices > 1),
        device: told.device.clone(),
        mode: case.mode.into(),
        customer: CustomerStatus {
            connected: told.connected,
            camera: case.camera.into(),
            microphone: told.microphone,
            visible: told.visible,
            abilities: told.abilities.clone(),
            settings: told.settings.clone(),
            controls_allowed: !case.controls_refused,
            guide: told.guide,
            framing: told.framing.clone(),
            camera_label: told.camera_label.clone(),
            typing: told.typing,
        },
        session: session(case).map(|s| session_view(s, told.picture, prompts::open(case))).or_else(|| last_session_view(case)),
        steps: steps(case),
        evidence: case.evidence.iter().filter(|e| !e.void).map(evidence).collect(),
        notes: case.notes.reveal().clone(),
        identity: identity::identity(case, now),
        locked_by: case.locked_by(),
        decision: case.decision().map(decision),
        rating: case.rating.as_ref().map(|r| r.stars),
        table: Some(table(case)),
        lines: Some(profiles::lines(case, now)),
    }
}

/// A case as the customer may see it.
#[must_use]
pub fn customer(case: &Case, tenant: &Tenant, told: &Told, wait: WaitView, agent_name: Option<String>, now: Timestamp) -> CustomerView {
    let live = session(case);
    let resume = live.and_then(|s| if let State::Interrupted { until, .. } = s.state { Some(until) } else { None });
    let call_back_at = if let Phase::Callback { due } = &case.phase { Some(due.to_string()) } else { None };
    CustomerView {
        version: case.version,
        phase: phase(case),
        brand: brand(&tenant.settings),
        wait: if ticket(case).is_some() { wait } else { WaitView::default() },
        call_back_at,
        agent_name,
        seats: live.map(|s| s.up.iter().map(|x| (*x).into()).collect()).unwrap_or_default(),
        recording: live.is_some_and(|s| matches!(s.recording, Recording::Running { .. })),
        mode: case.mode.into(),
        prompt: prompts::open(case),
        guide: live.and(told.guide),
        framing: live.and(told.framing.clone()),
        controls_allowed: !case.controls_refused,
        ending: ending(case),
        resume_within: resume.map(|until| u32::try_from(until.since(now).as_seconds()).unwrap_or(0)),
        rated: case.rating.is_some(),
        code: identity::code_ask(case, now),
        asks_location: identity::asks_location(case),
        company: company(case),
    }
}

fn ending(case: &Case) -> Option<Ending> {
    let reasons = |d: &Decision| d.reasons.iter().filter(|r| r.tellable()).map(|r| (*r).into()).collect();
    match &case.phase {
        Phase::Closed { outcome, decision, .. } => {
            let word = match outcome {
                Outcome::Verified => "verified",
                Outcome::Rejected => "rejected",
                Outcome::Escalated => "escalated",
                Outcome::Abandoned => "abandoned",
                Outcome::Expired => "expired",
            };
            Some(Ending { outcome: word.to_owned(), reasons: decision.as_ref().map(reasons).unwrap_or_default() })
        }
        Phase::UnderReview { .. } => Some(Ending { outcome: "under_review".to_owned(), reasons: Vec::new() }),
        Phase::Invited if !case.past.is_empty() => Some(Ending { outcome: "incomplete".to_owned(), reasons: Vec::new() }),
        Phase::Reported
        | Phase::Invited
        | Phase::Claimed
        | Phase::Waiting { .. }
        | Phase::Callback { .. }
        | Phase::Live { .. }
        | Phase::Deciding { .. } => None,
    }
}

/// Which words belong to which verdict, for the agent's menu.
#[must_use]
pub fn verdict_reasons() -> Vec<wire::api::agents::VerdictReasons> {
    use decision::Verdict as V;
    [V::Verified, V::Rejected, V::Escalated, V::Incomplete]
        .into_iter()
        .map(|v| wire::api::agents::VerdictReasons {
            verdict: v.into(),
            reasons: decision::reasons_of(v).iter().map(|r| (*r).into()).collect(),
        })
        .collect()
}

/// `queued`, `ringing` or `parked`.
#[must_use]
pub const fn ticket_word(ticket: &Ticket) -> &'static str {
    match ticket.state {
        TicketState::Queued => "queued",
        TicketState::Reserved { .. } => "ringing",
        TicketState::Parked { .. } => "parked",
    }
}
