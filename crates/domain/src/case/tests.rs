//! What a case promises, by tables and by any sequence of inputs. Must not know a clock.

mod approval;
mod challenges;
mod custody;
mod device;
mod openings;
mod order;
mod profiles;
mod review;

use super::*;
use crate::board::Surface;
use crate::decision::{Draft, ReasonCode, Verdict};
use crate::digest::{Digest, Salt};
use crate::evidence::{MAX_DRAWINGS, Slot, Source};
use crate::ids::{ClientId, InvitationId, ReportId, ReservationId, SessionId, TicketId};
use crate::invitation::FreshLink;
use crate::location::{Fix, Network};
use crate::report::{CheckOutcome, FailureReason, Scores};
use crate::trigger::Policy;
use proptest::prelude::*;

const AGENT: AgentId = AgentId(0xa);
const RING: ReservationId = ReservationId(0xb);
const SESSION: SessionId = SessionId(0xc);

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

fn link(n: u128) -> FreshLink {
    FreshLink { id: InvitationId(n), token_hash: Digest::of(&n.to_be_bytes()) }
}

fn report(reason: FailureReason) -> Report {
    Report {
        id: ReportId(1),
        at: at(0),
        attempt: 2,
        outcome: CheckOutcome::Failed,
        reasons: vec![reason],
        scores: Scores::default(),
        vendor: None,
        vendor_reference: None,
        images: vec![],
    }
}

fn open(reason: FailureReason, jurisdiction: &str) -> Case {
    let opening = Opening {
        id: CaseId(1),
        tenant: TenantId(1),
        reference: "onb-1".into(),
        customer: Customer {
            name: Pii::new("Nur Aisyah".into()),
            locale: "ms".into(),
            phone: Some(Pii::new("+6591234567".into())),
            email: None,
        },
        claimed: ClaimedData { birth_date: Some(Pii::new("1982-09-08".into())), ..ClaimedData::default() },
        jurisdiction: jurisdiction.into(),
        report: report(reason),
        link: link(1),
    };
    Case::open(opening, &Policy::starting("UTC", "SG"), at(0)).next
}

fn claim(client: u128, birth_date: Option<&str>) -> Input {
    Input::Claim(Box::new(Claim {
        client: ClientId(client),
        secret_hash: Digest::of(&client.to_be_bytes()),
        consent: Consent {
            at: at(1),
            text_sha256: Digest::of(b"text"),
            text: "text".into(),
            version: 1,
            locale: "ms".into(),
            address: Pii::default(),
            user_agent: Pii::default(),
            commitment: Digest::of(b"c"),
        },
        mode: JoinMode::Video,
        birth_date: birth_date.map(str::to_owned),
        ticket: TicketId(client),
        open: true,
    }))
}

fn go(case: &Case, input: Input, seconds: i64) -> Case {
    case.handle(input, at(seconds)).unwrap().next
}

fn still(id: u128, step: &str, slot: Slot) -> Input {
    Input::Still {
        evidence: Box::new(Evidence {
            id: EvidenceId(id),
            slot,
            source: Source::Live,
            step: Some(step.into()),
            session: Some(SESSION),
            at: at(5),
            width: 1280,
            height: 720,
            bytes: 9,
            sha256: Digest::of(b"a"),
            sealed: Digest::of(b"b"),
            shown_sealed: Digest::of(b"c"),
            stream_width: Some(640),
            void: false,
            of: None,
        }),
    }
}

fn live(jurisdiction: &str) -> Case {
    let c = open(FailureReason::DocumentGlare, jurisdiction);
    let c = go(&c, claim(7, None), 1);
    let c = go(&c, profiles::everything_declared(jurisdiction), 2);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 2);
    let c = go(&c, Input::Drawn { agent: AGENT, reservation: RING, seed: 5 }, 2);
    let c = go(&c, profiles::trained(), 2);
    let c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SESSION, seed: 3 }, 3);
    let c = go(&c, Input::MediaUp { seat: Seat::Agent }, 4);
    go(&c, Input::MediaUp { seat: Seat::Customer }, 4)
}

fn decide(verdict: Verdict, reason: ReasonCode) -> Input {
    let draft =
        Draft { reasons: vec![reason], by: AGENT, note: Pii::default(), note_commitment: Digest::of(b""), note_salt: Salt([0; 16]) };
    Input::Decide { verdict, draft: Box::new(draft), link: link(99) }
}

fn here() -> Input {
    let fix = Fix { lat: 19_076_000, lon: 72_877_000, accuracy_dm: 350, height: false, age_ms: 100 };
    Input::Located { fixes: Pii::new(vec![fix]), network: Network::NoDatabase, salt: Salt([3; 16]) }
}

fn worked(case: &Case) -> Case {
    let mut c = go(case, still(1, "document_front", Slot::DocumentFront), 5);
    c = go(&c, still(2, "portrait_match", Slot::Portrait), 5);
    for step in ["greet", "document_front", "portrait_match"] {
        c = go(&c, Input::StepDone { agent: AGENT, step: step.into() }, 6);
    }
    c
}

#[test]
fn a_glare_case_is_recovered_and_closed_once() {
    let c = live("default");
    assert_eq!(c.phase_name(), "live");
    assert!(c.binding.as_ref().unwrap().met);
    let done = worked(&c);
    let early = done.handle(decide(Verdict::Verified, ReasonCode::IdentityConfirmed), at(7)).unwrap_err();
    assert_eq!(early.code, Code::RecordingNotSealed, "no segment is sealed yet");
    let done = go(&done, Input::RecordingHead { session: SESSION, segments: 3, head: Digest::of(b"h") }, 8);
    let t = done.handle(decide(Verdict::Verified, ReasonCode::IdentityConfirmed), at(9)).unwrap();
    assert_eq!(t.next.phase_name(), "verified");
    assert_eq!(t.orders, [Order::Record(false), Order::CloseRoom]);
    let names: Vec<_> = t.facts.iter().map(|f| f.parts().0).collect();
    assert_eq!(names, ["session_ended", "decided", "case_closed"]);
    let again = t.next.handle(decide(Verdict::Rejected, ReasonCode::FaceDoesNotMatch), at(10)).unwrap_err();
    assert_eq!(again.code, Code::AlreadyVerified);
    let sealed = go(&t.next, Input::RecordingSealed { session: SESSION, segments: 4, head: Digest::of(b"z") }, 10);
    assert!(matches!(sealed.recording(), Recording::Sealed { segments: 4, .. }));
}

#[test]
fn a_picture_of_the_chat_may_come_while_waiting_talking_and_deciding_and_stands_for_no_step() {
    let picture = |source, session, step: Option<&str>| {
        let Input::Still { mut evidence } = still(9, "", Slot::OtherPage) else { unreachable!() };
        (evidence.source, evidence.session, evidence.step) = (source, session, step.map(str::to_owned));
        Input::Still { evidence }
    };
    let alone = picture(Source::Chat, None, None);
    let waiting = go(&open(FailureReason::DocumentGlare, "default"), claim(7, None), 1);
    let deciding = go(&live("default"), Input::End { agent: AGENT }, 5);
    for case in [&waiting, &deciding] {
        assert_eq!(go(case, alone.clone(), 6).evidence.len(), 1);
        for wrong in [picture(Source::Live, None, None), picture(Source::Chat, None, Some("document_front"))] {
            assert_eq!(case.handle(wrong, at(6)).unwrap_err().code, Code::WrongPhase);
        }
    }
    assert_eq!(go(&live("default"), picture(Source::Chat, Some(SESSION), None), 6).evidence.len(), 1);
    assert_eq!(live("default").handle(alone.clone(), at(6)).unwrap_err().code, Code::Stale, "in a session it belongs to it");
    assert_eq!(open(FailureReason::DocumentGlare, "default").handle(alone, at(1)).unwrap_err().code, Code::WrongPhase);
}

#[test]
fn verified_is_refused_while_a_step_lacks_evidence() {
    let c = live("default");
    let refusal = c.handle(Input::StepDone { agent: AGENT, step: "document_front".into() }, at(5)).unwrap_err();
    assert_eq!(refusal.code, Code::EvidenceMismatch);
    let c = go(&c, Input::RecordingHead { session: SESSION, segments: 1, head: Digest::of(b"h") }, 5);
    let refusal = c.handle(decide(Verdict::Verified, ReasonCode::IdentityConfirmed), at(6)).unwrap_err();
    assert_eq!(refusal.code, Code::StepsIncomplete);
}

#[test]
fn a_second_browser_never_evicts_the_first_silently() {
    let c = go(&open(FailureReason::DocumentGlare, "SG"), claim(7, None), 1);
    assert_eq!(c.handle(claim(8, None), at(2)).unwrap_err().code, Code::InvitationBound);
    let t = c.handle(claim(8, Some("1990-01-01")), at(3)).unwrap();
    assert_eq!(t.next.binding.as_ref().unwrap().client, ClientId(7));
    assert_eq!(t.facts[0].parts().0, "foreign_claim");
    let mut c = t.next;
    for n in 0..4 {
        c = go(&c, claim(8, Some("1990-01-01")), 4 + n);
    }
    assert_eq!(c.handle(claim(8, Some("1982-09-08")), at(9)).unwrap_err().code, Code::ChallengeLocked);
    let moved = go(&go(&open(FailureReason::DocumentGlare, "SG"), claim(7, None), 1), claim(8, Some("1982-09-08")), 2);
    assert_eq!(moved.binding.as_ref().unwrap().client, ClientId(8));
    assert_eq!(moved.binding.as_ref().unwrap().devices, 2);
}

#[test]
fn a_lost_page_keeps_its_place_and_then_its_link() {
    let c = go(&open(FailureReason::DocumentGlare, "SG"), claim(7, None), 1);
    let parked = go(&c, Input::CustomerGone, 10);
    let Phase::Waiting { ticket } = &go(&parked, Input::CustomerBack, 20).phase else { panic!() };
    assert_eq!((ticket.queued_at, ticket.state), (at(1), TicketState::Queued));
    let wake = |c: &Case, s| go(c, Input::Wake { link: link(5), life: Span::minutes(15) }, s);
    assert_eq!(wake(&parked, 69), parked, "woken early: nothing");
    let lost = wake(&parked, 70);
    assert_eq!(lost.phase_name(), "claimed");
    assert_eq!(lost.deadline(), Some(at(900)), "the link lives on");
    assert_eq!(go(&lost, claim(7, None), 80).phase_name(), "waiting");
    assert_eq!(wake(&lost, 900).phase_name(), "abandoned");
    assert_eq!(wake(&open(FailureReason::DocumentGlare, "SG"), 900).phase_name(), "expired");
}

#[test]
fn an_interruption_is_resumed_in_place_or_voids_the_evidence_as_the_profile_says() {
    for (code, voided) in [("default", false), ("DE", true)] {
        let c = go(&live(code), still(1, "document_front", Slot::DocumentFront), 5);
        let c = go(&c, Input::StepDone { agent: AGENT, step: "document_front".into() }, 5);
        let broken = go(&c, Input::MediaDown { seat: Seat::Customer }, 6);
        assert_eq!(broken.phase_name(), "interrupted");
        let back = go(&broken, Input::MediaUp { seat: Seat::Customer }, 16);
        assert_eq!(back.phase_name(), "live");
        assert_eq!(back.evidence[0].void, voided, "{code}");
        let open = back.procedure.as_ref().unwrap().step("document_front", "t").unwrap().state == crate::procedure::StepState::Pending;
        assert_eq!(open, voided, "{code}");
    }
}

#[test]
fn a_lost_agent_sends_the_customer_back_to_the_head_of_the_queue() {
    let c = live("default");
    let c = go(&c, Input::MediaDown { seat: Seat::Agent }, 6);
    let t = c.handle(Input::AgentLost, at(21)).unwrap();
    let Phase::Waiting { ticket } = &t.next.phase else { panic!() };
    assert_eq!((ticket.queued_at, ticket.boost), (at(1), DROP_BOOST));
    let late = t.next.handle(decide(Verdict::Rejected, ReasonCode::FaceDoesNotMatch), at(22)).unwrap_err();
    assert_eq!(late.code, Code::WrongPhase, "the lost agent is fenced");
}

/// Verified by its agent, under a profile that asks for a second look.
fn under_review() -> Case {
    go(&profiles::session("IN", &[], None), decide(Verdict::Verified, ReasonCode::IdentityConfirmed), 6)
}

#[test]
fn incomplete_hands_out_a_new_link_and_a_late_agent_does_too() {
    let c = go(&live("default"), Input::End { agent: AGENT }, 9);
    assert_eq!(c.phase_name(), "deciding");
    assert_eq!(go(&c, decide(Verdict::Incomplete, ReasonCode::CustomerLeft), 10).phase_name(), "invited");
    let late = go(&c, Input::Wake { link: link(6), life: Span::minutes(15) }, 9 + 300);
    assert_eq!((late.phase_name(), late.invitations), ("invited", 2));
}

#[test]
fn a_repeated_chat_message_is_one_message() {
    let c = live("default");
    let message = Message {
        id: MessageId(1),
        nonce: "n1".into(),
        from: Seat::Customer,
        name: "Nur".into(),
        at: at(5),
        text: Pii::new("halo".into()),
        image: None,
    };
    let say = Input::Chat { message: Box::new(message), salt: Salt([0; 16]) };
    let once = go(&c, say.clone(), 5);
    assert_eq!(go(&once, say, 6), once);
}

fn any_input() -> impl Strategy<Value = Input> {
    let seat = prop_oneof![Just(Seat::Customer), Just(Seat::Agent), Just(Seat::Supervisor)];
    let agent = (0u128..3).prop_map(AgentId);
    let step = prop_oneof![Just("greet"), Just("document_front"), Just("portrait_match"), Just("liveness"), Just("nothing")];
    let flow = prop_oneof![
        (6u128..9, prop::option::of(Just("1982-09-08"))).prop_map(|(c, b)| claim(c, b)),
        Just(Input::CustomerBack),
        Just(Input::CustomerGone),
        Just(Input::CustomerLeave),
        (0i64..2000).prop_map(|s| Input::CallBack { at: at(s) }),
        (1u128..9).prop_map(|n| Input::NewLink { link: link(n), life: Span::minutes(15) }),
        (1u128..9).prop_map(|n| Input::Wake { link: link(n), life: Span::minutes(15) }),
        agent.clone().prop_map(|agent| Input::Reserve { agent, reservation: RING }),
        Just(Input::RingEnded { reservation: RING, how: ReservationEnd::TimedOut }),
        agent.clone().prop_map(|agent| Input::Accept { agent, reservation: RING, session: SESSION, seed: 1 }),
    ];
    let session = prop_oneof![
        seat.clone().prop_map(|seat| Input::MediaUp { seat }),
        seat.prop_map(|seat| Input::MediaDown { seat }),
        Just(Input::AgentLost),
        (0u64..9).prop_map(|segments| Input::RecordingHead { session: SESSION, segments, head: Digest::of(b"h") }),
        Just(Input::RecordingFailed { session: SESSION, why: "full" }),
        Just(Input::RecordingSealed { session: SESSION, segments: 9, head: Digest::of(b"h") }),
        (1u128..9, step.clone()).prop_map(|(n, s)| still(n, s, Slot::DocumentFront)),
        (1u128..9).prop_map(|n| still(n, "portrait_match", Slot::Portrait)),
        (agent.clone(), step.clone()).prop_map(|(agent, s)| Input::StepDone { agent, step: s.into() }),
        (agent.clone(), step, any::<bool>()).prop_map(|(agent, s, failed)| Input::StepState { agent, step: s.into(), failed }),
        (agent.clone(), any::<u64>()).prop_map(|(agent, seed)| Input::Challenge { agent, step: "liveness".into(), seed }),
        agent.prop_map(|agent| Input::End { agent }),
        Just(decide(Verdict::Verified, ReasonCode::IdentityConfirmed)),
        Just(decide(Verdict::Rejected, ReasonCode::FaceDoesNotMatch)),
        Just(decide(Verdict::Incomplete, ReasonCode::CustomerLeft)),
        Just(Input::Rate { stars: 5, comment: Pii::default() }),
    ];
    let commands =
        prop_oneof![
            (0u128..3, 0u32..6, prop::sample::select(crate::device::Kind::ALL.as_slice()))
                .prop_map(|(agent, id, what)| Input::CommandSent { agent: AgentId(agent), id, what, detail: String::new() }),
            (0u32..6).prop_map(|id| Input::CommandHeld { id, why: "review".into() }),
            (0u32..6, any::<bool>()).prop_map(|(id, ok)| Input::CommandDone { id, ok, why: String::new(), effect: String::new() }),
            any::<Option<bool>>().prop_map(|controls| Input::Device { camera: CameraState::On, controls }),
        ];
    prop_oneof![flow, session, commands]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_input_sequence_keeps_the_invariants(
        code in prop_oneof![Just("default"), Just("DE"), Just("IN")],
        started: bool,
        inputs in prop::collection::vec((any_input(), 0i64..200), 0..80),
    ) {
        let mut case = if started { live(code) } else { open(FailureReason::FaceMismatch, code) };
        let mut now = 10;
        let mut decided = 0;
        for (input, gap) in inputs {
            now += gap;
            let Ok(t) = case.handle(input, at(now)) else { continue };
            let next = &t.next;
            prop_assert!(next.version == case.version + 1 || (next == &case && t.facts.is_empty()), "one step a transition");
            if next.phase_name() == "verified" && case.phase_name() != "verified" && case.phase_name() != "under_review" {
                prop_assert!(case.procedure.is_some() && case.locked_by().is_empty(), "verified only with the proof");
            }
            decided += t.facts.iter().filter(|f| matches!(f, Fact::CaseClosed { outcome: Outcome::Verified | Outcome::Rejected })).count();
            prop_assert!(decided <= 1, "one final decision");
            if matches!(case.phase, Phase::Closed { outcome: Outcome::Verified | Outcome::Rejected | Outcome::Escalated, .. }) {
                prop_assert_eq!(case.phase_name(), next.phase_name(), "a decided case stays closed");
            }
            if let Some(due) = next.deadline() {
                let woken = next.handle(Input::Wake { link: link(42), life: Span::minutes(15) }, due).unwrap().next;
                prop_assert!(&woken != next, "a deadline always changes something");
            }
            let text = serde_json::to_string(next).unwrap();
            let back: Case = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&back, next, "state reads back as written");
            for fact in &t.facts {
                let (name, body) = fact.parts();
                prop_assert!(!name.is_empty());
                let text = body.to_string();
                prop_assert!(!text.contains("Nur Aisyah") && !text.contains("1982-09-08"), "no personal data in facts");
            }
            case = t.next;
        }
    }
}

fn drawing(session: SessionId) -> Input {
    let (sha256, sealed) = (Digest::of(b"ops"), Digest::of(b"sealed"));
    let surface = Surface::Live;
    Input::DrawingKept { drawing: Box::new(Drawing { id: EvidenceId(77), session, surface, at: at(6), ops: 4, bytes: 90, sha256, sealed }) }
}

#[test]
fn only_the_agent_of_the_session_shows_things_and_only_those_of_the_case() {
    let case = go(&live("default"), still(9, "document_front", Slot::DocumentFront), 5);
    let show = |agent, surface| case.handle(Input::Show { agent, surface }, at(6));
    let image = |id| Some(Surface::Evidence { evidence: EvidenceId(id) });
    assert_eq!(show(AGENT, image(9)).unwrap().facts, [Fact::SurfaceShown { agent: AGENT, surface: image(9) }]);
    assert_eq!(show(AGENT, None).unwrap().facts, [Fact::SurfaceShown { agent: AGENT, surface: None }]);
    assert_eq!(show(AGENT, image(10)).unwrap_err().code, Code::EvidenceMismatch);
    assert_eq!(show(AgentId(99), Some(Surface::Live)).unwrap_err().code, Code::NotYours);
    let over = go(&case, Input::End { agent: AGENT }, 6);
    assert_eq!(over.handle(Input::Show { agent: AGENT, surface: Some(Surface::Live) }, at(7)).unwrap_err().code, Code::WrongPhase);
}

#[test]
fn the_trail_of_a_drawing_is_kept_also_after_its_session_and_never_for_another_one() {
    let case = live("default");
    let kept = go(&case, drawing(SESSION), 6);
    assert_eq!(kept.drawings.len(), 1);
    let later = go(&go(&case, Input::End { agent: AGENT }, 6), drawing(SESSION), 7);
    assert_eq!(later.drawings.len(), 1);
    assert_eq!(case.handle(drawing(SessionId(99)), at(6)).unwrap_err().code, Code::Stale);
    let mut full = case;
    full.drawings = vec![kept.drawings[0].clone(); MAX_DRAWINGS];
    assert_eq!(full.handle(drawing(SESSION), at(6)).unwrap_err().code, Code::LimitReached);
    let show = Input::Show { agent: AGENT, surface: Some(Surface::Live) };
    assert_eq!(full.handle(show, at(6)).unwrap_err().code, Code::LimitReached, "what cannot be kept is not drawn");
}

#[test]
fn an_annotated_picture_names_the_untouched_one_beside_it() {
    let with = |id, source, of: Option<u128>| {
        let Input::Still { mut evidence } = still(id, "", Slot::OtherPage) else { unreachable!() };
        (evidence.source, evidence.step, evidence.of) = (source, None, of.map(EvidenceId));
        Input::Still { evidence }
    };
    let case = go(&live("default"), with(1, Source::Screen, None), 5);
    let both = go(&case, with(2, Source::Annotated, Some(1)), 6);
    assert_eq!(both.evidence.iter().map(|e| e.of).collect::<Vec<_>>(), [None, Some(EvidenceId(1))]);
    for wrong in [with(2, Source::Annotated, None), with(2, Source::Annotated, Some(5)), with(2, Source::Live, Some(1))] {
        assert_eq!(case.handle(wrong, at(6)).unwrap_err().code, Code::EvidenceMismatch);
    }
}

#[test]
fn a_state_written_before_drawings_were_kept_is_still_read() {
    let case = go(&live("default"), still(9, "document_front", Slot::DocumentFront), 5);
    let mut old = serde_json::to_value(&case).unwrap();
    old.as_object_mut().unwrap().remove("drawings").unwrap();
    old["evidence"][0].as_object_mut().unwrap().remove("of").unwrap();
    assert_eq!(serde_json::from_value::<Case>(old).unwrap(), case);
}
mod people {
    use super::*;
    use crate::ids::GuestId;
    use crate::seats::SupervisorMode;
    use crate::session::State;

    const SENIOR: AgentId = AgentId(0x5);

    fn supervise(mode: Option<SupervisorMode>) -> Input {
        Input::Supervise { supervisor: SENIOR, name: Pii::new("Siti".into()), mode }
    }

    fn session(case: &Case) -> &Session {
        let Phase::Live { session, .. } = &case.phase else { panic!("{}", case.phase_name()) };
        session
    }

    fn code(case: &Case, input: Input, seconds: i64) -> Code {
        case.handle(input, at(seconds)).unwrap_err().code
    }

    fn transfer(to: Target) -> Input {
        Input::Transfer { agent: AGENT, to, reason: Pii::new("speaks Tamil only".into()), salt: Salt([1; 16]) }
    }

    #[test]
    fn a_supervisor_watches_whispers_joins_and_each_change_is_a_fact_and_a_route() {
        let c = live("SG");
        let mut last = c.clone();
        for (mode, kind) in [
            (Some(SupervisorMode::Watch), "supervisor_came"),
            (Some(SupervisorMode::Whisper), "supervisor_changed"),
            (Some(SupervisorMode::Join), "supervisor_changed"),
            (None, "supervisor_left"),
        ] {
            let t = last.handle(supervise(mode), at(6)).unwrap();
            assert_eq!(t.facts.iter().map(|f| f.parts().0).collect::<Vec<_>>(), [kind]);
            assert_eq!(t.orders, [Order::Route(t.next.wanted().seating)]);
            assert!(!serde_json::to_string(&t.facts).unwrap().contains("Siti"), "no name in the log");
            last = t.next;
        }
        assert!(session(&last).supervisor.is_none());
        let own = Input::Supervise { supervisor: AGENT, name: Pii::default(), mode: Some(SupervisorMode::Watch) };
        assert_eq!(code(&c, own, 6), Code::SamePerson);
        let there = go(&c, supervise(Some(SupervisorMode::Watch)), 6);
        let second = Input::Supervise { supervisor: AgentId(6), name: Pii::default(), mode: Some(SupervisorMode::Watch) };
        assert_eq!(code(&there, second, 7), Code::SeatTaken);
    }

    #[test]
    fn only_who_watches_takes_over_and_the_former_agent_has_no_say_any_more() {
        let c = live("DE");
        assert_eq!(code(&c, Input::TakeOver { supervisor: SENIOR }, 6), Code::NotYours);
        let c = go(&c, supervise(Some(SupervisorMode::Join)), 6);
        let c = go(&c, Input::TakeOver { supervisor: SENIOR }, 7);
        assert_eq!((session(&c).agent, &session(&c).former[..]), (SENIOR, &[AGENT][..]));
        assert!(matches!(session(&c).state, State::Joining { .. }));
        assert_eq!(code(&c, Input::StepDone { agent: AGENT, step: "greet".into() }, 8), Code::NotYours);
        let t = c.handle(Input::MediaUp { seat: Seat::Agent }, at(8)).unwrap();
        assert!(!t.facts.iter().any(|f| matches!(f, Fact::EvidenceVoided { .. })), "nothing broke off");
        assert!(matches!(session(&t.next).state, State::Live));
        assert!(c.handle(Input::MediaDown { seat: Seat::Customer }, at(9)).is_ok());
    }

    #[test]
    fn an_interpreters_link_is_good_once_and_for_a_quarter_of_an_hour() {
        let hash = Digest::of(b"token");
        let invite = Input::InviteInterpreter { agent: AGENT, guest: GuestId(1), token_hash: hash, language: "ta".into() };
        let take = |token_hash| Input::SeatInterpreter {
            token_hash,
            secret_hash: Digest::of(b"s"),
            name: Pii::new("Ravi".into()),
            notice: Digest::of(b"n"),
            commitment: Digest::of(b"c"),
        };
        let c = go(&live("SG"), invite, 6);
        assert!(!c.wanted().seating.interpreter, "an invited interpreter hears nothing");
        assert_eq!(code(&c, take(Digest::of(b"other")), 7), Code::Stale);
        assert_eq!(code(&c, take(hash), 6 + 15 * 60), Code::InvitationExpired);
        let c = go(&c, take(hash), 7);
        assert!(c.wanted().seating.interpreter);
        assert_eq!(code(&c, take(hash), 8), Code::InvitationBound);
        let c = go(&c, Input::InterpreterGone { guest: GuestId(1) }, 9);
        assert!(!c.wanted().seating.interpreter);
        assert_eq!(code(&c, take(hash), 10), Code::Stale);
    }

    #[test]
    fn hold_is_told_once_and_ends_with_its_length() {
        let c = go(&live("SG"), Input::Hold { agent: AGENT, on: true }, 10);
        assert!(c.wanted().seating.hold && c.wanted().record, "the recording goes on");
        assert_eq!(c.handle(Input::Hold { agent: AGENT, on: true }, at(11)).unwrap().next, c);
        let t = c.handle(Input::Hold { agent: AGENT, on: false }, at(30)).unwrap();
        assert_eq!(t.facts, [Fact::HoldEnded { session: SESSION, after_ms: 20_000 }]);
        assert_eq!(code(&c, Input::Hold { agent: SENIOR, on: false }, 12), Code::NotYours);
    }

    #[test]
    fn a_transfer_keeps_the_place_the_work_and_tells_why_only_to_the_next_agent() {
        let c = worked(&live("SG"));
        let t = c.handle(transfer(Target::Skill("lang:ta".into())), at(20)).unwrap();
        let Phase::Waiting { ticket } = &t.next.phase else { panic!("{}", t.next.phase_name()) };
        assert_eq!((ticket.queued_at, ticket.boost), (at(1), DROP_BOOST));
        assert_eq!(ticket.wants.as_ref().unwrap().skill.as_deref(), Some("lang:ta"));
        assert!(ticket.cooling.iter().any(|(who, _)| *who == AGENT), "not back to the same agent");
        assert_eq!((t.next.procedure.clone(), t.next.evidence.len()), (c.procedure.clone(), c.evidence.len()));
        assert!(!serde_json::to_string(&t.facts).unwrap().contains("Tamil"));
        assert_eq!(t.next.handed.as_ref().unwrap().reason.reveal(), "speaks Tamil only");
        assert_eq!(code(&c, transfer(Target::Agent(AGENT)), 20), Code::SamePerson);
        assert_eq!(code(&c, transfer(Target::Skill("tamil".into())), 20), Code::OutOfRange);
        let silent = Input::Transfer { agent: AGENT, to: Target::Senior, reason: Pii::new(" ".into()), salt: Salt([1; 16]) };
        assert_eq!(code(&c, silent, 20), Code::ReasonMissing);
    }

    #[test]
    fn another_day_keeps_or_voids_what_was_captured_by_profile() {
        for (jurisdiction, kept) in [("SG", true), ("DE", false)] {
            let c = worked(&live(jurisdiction));
            let t = c.handle(Input::Later { agent: AGENT, at: Some(at(90_000)), link: link(5) }, at(20)).unwrap();
            assert_eq!(t.next.phase, Phase::Callback { due: at(90_000) }, "{jurisdiction}");
            assert!(t.facts.contains(&Fact::ContinuesLater { agent: AGENT, kept }), "{jurisdiction}");
            assert_eq!(t.next.evidence.iter().any(|e| e.session.is_some() && !e.void), kept, "{jurisdiction}");
        }
        let t = live("SG").handle(Input::Later { agent: AGENT, at: None, link: link(5) }, at(20)).unwrap();
        assert_eq!(t.next.phase, Phase::Invited);
        assert_eq!(code(&live("SG"), Input::Later { agent: AGENT, at: Some(at(9)), link: link(5) }, 20), Code::OutOfRange);
    }

    proptest! {
        #[test]
        fn no_sequence_lets_two_agents_hold_a_case_or_a_supervisor_sit_beside_none(moves in prop::collection::vec(0u8..9, 0..40)) {
            let mut c = live("SG");
            for (n, choice) in moves.into_iter().enumerate() {
                let input = match choice {
                    0 => supervise(Some(SupervisorMode::Watch)),
                    1 => supervise(Some(SupervisorMode::Join)),
                    2 => supervise(None),
                    3 => Input::TakeOver { supervisor: SENIOR },
                    4 => Input::Hold { agent: AGENT, on: n % 2 == 0 },
                    5 => transfer(Target::Senior),
                    6 => Input::MediaUp { seat: Seat::Supervisor },
                    7 => Input::MediaUp { seat: Seat::Agent },
                    _ => Input::Later { agent: AGENT, at: None, link: link(n as u128 + 200) },
                };
                if let Ok(t) = c.handle(input, at(30 + n as i64)) {
                    c = t.next;
                }
                if let Phase::Live { session, .. } = &c.phase {
                    prop_assert!(session.supervisor.as_ref().is_none_or(|s| s.id != session.agent));
                    prop_assert!(!session.former.contains(&session.agent));
                } else {
                    prop_assert_eq!(c.wanted().seating, Default::default());
                }
            }
        }
    }
}
