//! What an agent's presence and certificates promise. Must not know a case.

use super::*;
use proptest::prelude::*;

fn agent() -> Agent {
    Agent::new(AgentId(1), TenantId(1), Timestamp(0))
}

#[test]
fn one_missed_ring_sets_the_agent_away() {
    let at = |s: i64| Timestamp(s * 1_000_000);
    let a = agent().handle(Input::Available, at(1)).unwrap().next;
    let a = a.handle(Input::Reserve { case: CaseId(9), reservation: ReservationId(3), until: at(10) }, at(2)).unwrap().next;
    assert_eq!(a.handle(Input::Wake, at(10)).unwrap().next, a, "an answer may be on its way");
    let t = a.handle(Input::Wake, at(11)).unwrap();
    assert_eq!(t.next.state, State::Away { reason: AwayReason::Missed });
    assert_eq!(t.facts.len(), 2);
    let late = t.next.handle(Input::Accept { reservation: ReservationId(3), session: SessionId(1) }, at(12));
    assert_eq!(late.unwrap_err().code, Code::Stale);
}

#[test]
fn a_withdrawn_ring_costs_no_place_and_a_rejected_one_does() {
    let a = agent().handle(Input::Available, Timestamp(1)).unwrap().next;
    let ring = Input::Reserve { case: CaseId(9), reservation: ReservationId(3), until: Timestamp(10) };
    let a = a.handle(ring, Timestamp(2)).unwrap().next;
    let idle = |i| match a.handle(i, Timestamp(5)).unwrap().next.state {
        State::Available { idle_since } => idle_since,
        State::Offline | State::Away { .. } | State::Reserved { .. } | State::OnCall { .. } | State::WrapUp { .. } => {
            panic!("not available")
        }
    };
    assert_eq!(idle(Input::Rescind { reservation: ReservationId(3) }), Timestamp(1));
    assert_eq!(idle(Input::Reject { reservation: ReservationId(3) }), Timestamp(5));
}

#[test]
fn an_agent_stays_with_an_open_verdict_until_it_is_given() {
    let a = Agent { state: State::OnCall { case: CaseId(9), session: SessionId(1) }, ..agent() };
    let a = a.handle(Input::CallEnded { case: CaseId(9), undecided: true }, Timestamp(0)).unwrap().next;
    assert_eq!(a.handle(Input::Available, Timestamp(1)).unwrap_err().code, Code::AgentBusy);
    let a = a.handle(Input::Settled { case: CaseId(9) }, Timestamp(2)).unwrap().next;
    assert_eq!(a.deadline(), Some(Timestamp(2) + WRAP_UP));
    assert!(a.handle(Input::Available, Timestamp(3)).is_ok());
}

#[test]
fn a_certificate_is_kept_replaced_and_taken_away_and_none_is_of_the_future() {
    let day = |n: i64| Timestamp(n * 86_400_000_000);
    let (profile, trained) = (ProfileCode::parse("DE").unwrap(), Trained { at: day(1), until: day(400) });
    let certify = |a: &Agent, trained| a.handle(Input::Certify { profile, trained }, day(10));
    let t = certify(&agent(), Some(trained)).unwrap();
    assert_eq!(t.facts, [Fact::Certified { profile, trained: Some(trained) }]);
    assert_eq!((t.next.version, t.next.state), (1, agent().state), "it changes nothing else");
    let again = certify(&t.next, Some(trained)).unwrap();
    assert!(again.facts.is_empty() && again.next == t.next);
    assert_eq!(certify(&t.next, None).unwrap().next.certificates.len(), 0);
    for bad in [Trained { at: day(11), until: day(400) }, Trained { at: day(1), until: day(1) }] {
        assert_eq!(certify(&agent(), Some(bad)).unwrap_err().code, Code::OutOfRange);
    }
    let json = serde_json::to_string(&t.next).unwrap();
    assert_eq!(serde_json::from_str::<Agent>(&json).unwrap(), t.next);
    let before = json.replace(r#","certificates":{"DE":{"at":86400000000,"until":34560000000000}}"#, "");
    assert!(before.len() < json.len() && serde_json::from_str::<Agent>(&before).unwrap().certificates.is_empty(), "{json}");
}

#[test]
fn a_certificate_holds_until_its_own_end_or_the_profiles_whichever_comes_first() {
    let day = |n: i64| Timestamp(n * 86_400_000_000);
    let long = Trained { at: day(0), until: day(1_000) };
    assert!(long.holds(365, day(364)) && !long.holds(365, day(365)) && long.holds(730, day(365)));
    let short = Trained { at: day(10), until: day(20) };
    assert!(!short.holds(365, day(9)) && short.holds(365, day(19)) && !short.holds(365, day(20)));
}

fn input() -> impl Strategy<Value = Input> {
    let ring = (0u128..3).prop_map(ReservationId);
    prop_oneof![
        Just(Input::Available),
        Just(Input::Away(AwayReason::Break)),
        Just(Input::Gone),
        Just(Input::Came),
        (ring.clone(), 0i64..50).prop_map(|(reservation, t)| Input::Reserve { case: CaseId(7), reservation, until: Timestamp(t) }),
        ring.clone().prop_map(|reservation| Input::Accept { reservation, session: SessionId(1) }),
        ring.clone().prop_map(|reservation| Input::Reject { reservation }),
        ring.prop_map(|reservation| Input::Rescind { reservation }),
        any::<bool>().prop_map(|undecided| Input::CallEnded { case: CaseId(7), undecided }),
        Just(Input::Settled { case: CaseId(7) }),
        Just(Input::ExtendWrap),
        Just(Input::Wake),
    ]
}

proptest! {
    #[test]
    fn no_input_sequence_rings_a_busy_agent_or_skips_a_version(inputs in proptest::collection::vec(input(), 0..60)) {
        let mut a = agent();
        for (n, i) in inputs.into_iter().enumerate() {
            let was = a.state.name();
            let Ok(t) = a.handle(i, Timestamp(n as i64)) else { continue };
            if t.next.state.name() == PresenceName::Reserved && was != PresenceName::Reserved {
                prop_assert_eq!(was, PresenceName::Available);
            }
            if t.next.state.name() == PresenceName::OnCall && was != PresenceName::OnCall {
                prop_assert_eq!(was, PresenceName::Reserved);
            }
            let step = t.next.version - a.version;
            prop_assert!(step == 1 || (step == 0 && t.next == a));
            a = t.next;
        }
    }
}
