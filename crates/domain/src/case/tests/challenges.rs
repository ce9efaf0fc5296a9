//! What the prompts of a case promise: tries, alternatives, what the page tells.

use super::*;
use crate::liveness::{Challenge, Need, Outcome as Went};
use crate::procedure::Step;

/// A session of a face that did not match, at its liveness step.
fn facing(jurisdiction: &str) -> Case {
    let c = open(FailureReason::FaceMismatch, jurisdiction);
    let c = go(&c, claim(7, None), 1);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 2);
    let c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SESSION, seed: 3 }, 3);
    let c = go(&c, Input::MediaUp { seat: Seat::Agent }, 4);
    go(&c, Input::MediaUp { seat: Seat::Customer }, 4)
}

fn liveness(c: &Case) -> &Step {
    c.procedure.as_ref().unwrap().step("liveness", "t").unwrap()
}

fn newest(c: &Case) -> &Challenge {
    liveness(c).challenges.last().unwrap()
}

fn draw(seed: u64) -> Input {
    Input::Challenge { agent: AGENT, step: "liveness".into(), seed }
}

fn judge(c: &Case, passed: bool) -> Input {
    Input::Judge { agent: AGENT, id: newest(c).id, passed }
}

fn instead(c: &Case, need: Need, seed: u64) -> Input {
    Input::ChallengeAlternative { agent: AGENT, id: newest(c).id, need, seed }
}

/// The first seed whose first prompt needs `need`.
fn seed_needing(c: &Case, need: Need) -> u64 {
    (0..).find(|s| newest(&go(c, draw(*s), 5)).prompt.needs().contains(&need)).unwrap()
}

#[test]
fn the_alternative_takes_the_prompt_back_counts_for_nothing_and_is_remembered() {
    for need in [Need::Blink, Need::Movement, Need::Speech, Need::Hearing, Need::Hands, Need::Sight, Need::Light] {
        let c = facing("default");
        let asked = go(&c, draw(seed_needing(&c, need)), 5);
        let left = asked.tries_left(liveness(&asked));
        let t = asked.handle(instead(&asked, need, 77), at(6)).unwrap();
        let names: Vec<_> = t.facts.iter().map(|f| f.parts().0).collect();
        assert_eq!(names, ["challenge_withdrawn", "challenge_asked"]);
        assert_eq!(liveness(&t.next).challenges[0].outcome, Went::Withdrawn);
        assert!(!newest(&t.next).prompt.needs().contains(&need));
        assert_eq!(t.next.tries_left(liveness(&t.next)), left, "{need:?} is not counted against the customer");
        let mut c = go(&t.next, judge(&t.next, true), 7);
        c = go(&c, draw(5), 8);
        assert!(!newest(&c).prompt.needs().contains(&need), "not asked for again");
    }
}

#[test]
fn without_blink_movement_speech_and_hearing_the_same_step_is_completed() {
    let without = [Need::Blink, Need::Movement, Need::Speech, Need::Hearing];
    for start in 0..40u64 {
        let mut c = go(&facing("DE"), draw(start), 5);
        let mut seed = start * 1_000;
        while liveness(&c).passed() < usize::from(liveness(&c).challenges_wanted) {
            seed += 1;
            let open = newest(&c);
            let lacked = open.prompt.needs().iter().find(|n| without.contains(n)).copied();
            c = match (open.outcome, lacked) {
                (Went::Asked, Some(need)) => go(&c, instead(&c, need, seed), 6),
                (Went::Asked, None) => go(&c, judge(&c, true), 6),
                (Went::Passed | Went::Failed | Went::Withdrawn, _) => go(&c, draw(seed), 6),
            };
        }
        let done = go(&c, Input::StepDone { agent: AGENT, step: "liveness".into() }, 7);
        assert!(!done.locked_by().contains(&"step:liveness".to_owned()));
        let used: Vec<_> = liveness(&done).challenges.iter().filter(|c| c.outcome == Went::Passed).collect();
        assert!(used.iter().all(|c| c.prompt.needs().iter().all(|n| !without.contains(n))));
    }
}

#[test]
fn when_nothing_is_left_the_refusal_says_so_and_the_prompt_stays_open() {
    let mut c = go(&facing("default"), draw(1), 5);
    let refused = loop {
        let need = newest(&c).prompt.needs()[0];
        match c.handle(instead(&c, need, 9), at(6)) {
            Ok(t) => c = t.next,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused.code, Code::NoAlternative);
    assert_eq!(newest(&c).outcome, Went::Asked);
}

#[test]
fn an_alternative_to_what_the_prompt_does_not_need_and_to_what_is_judged_is_refused() {
    let c = facing("default");
    let asked = go(&c, draw(seed_needing(&c, Need::Blink)), 5);
    assert_eq!(asked.handle(instead(&asked, Need::Hands, 1), at(6)).unwrap_err().code, Code::OutOfRange);
    let unknown = Input::ChallengeAlternative { agent: AGENT, id: 99, need: Need::Blink, seed: 1 };
    assert_eq!(asked.handle(unknown, at(6)).unwrap_err().code, Code::UnknownStep);
    let foreign = Input::ChallengeAlternative { agent: AgentId(9), id: 1, need: Need::Blink, seed: 1 };
    assert_eq!(asked.handle(foreign, at(6)).unwrap_err().code, Code::NotYours);
    let judged = go(&asked, judge(&asked, false), 6);
    assert_eq!(judged.handle(instead(&judged, Need::Blink, 1), at(7)).unwrap_err().code, Code::Stale);
}

#[test]
fn tries_end_at_the_cap_of_the_profile() {
    for (code, cap) in [("default", 6), ("DE", 6), ("ID", 7)] {
        let mut c = facing(code);
        for n in 0..cap {
            c = go(&c, draw(n), 5);
            c = go(&c, judge(&c, false), 5);
        }
        assert_eq!(c.handle(draw(1), at(6)).unwrap_err().code, Code::LimitReached, "{code}");
        assert_eq!(c.tries_left(liveness(&c)), 0);
    }
}

#[test]
fn drawing_another_judges_the_open_one() {
    let c = go(&facing("default"), draw(1), 5);
    let t = c.handle(draw(2), at(6)).unwrap();
    let names: Vec<_> = t.facts.iter().map(|f| f.parts().0).collect();
    assert_eq!(names, ["challenge_judged", "challenge_asked"]);
    assert_eq!(liveness(&t.next).challenges[0].outcome, Went::Failed);
}

#[test]
fn the_page_says_once_when_a_prompt_was_shown_and_the_time_runs_from_then() {
    let shown = |id, locale: &str| Input::ChallengeShown { id, page_at: at(-900), locale: locale.into() };
    let c = go(&facing("default"), draw(1), 5);
    assert_eq!(newest(&c).due(), Some(at(25)));
    let t = c.handle(shown(1, "zh-Hans"), at(7)).unwrap();
    assert_eq!(t.facts, [Fact::ChallengeShown { id: 1, page_at: at(-900), locale: "zh-Hans".into() }]);
    assert_eq!(newest(&t.next).due(), Some(at(27)));
    assert_eq!(go(&t.next, shown(1, "en"), 9), t.next, "twice is once");
    assert_eq!(c.handle(shown(2, "en"), at(7)).unwrap_err().code, Code::UnknownStep);
    for bad in ["", "x", "en_US", "<script>", "a-very-long-tag"] {
        assert_eq!(c.handle(shown(1, bad), at(7)).unwrap_err().code, Code::OutOfRange, "{bad}");
    }
    let judged = go(&c, judge(&c, true), 8);
    assert_eq!(go(&judged, shown(1, "en"), 9), judged, "too late changes nothing");
}

#[test]
fn the_customer_may_say_that_they_cannot_and_the_agent_decides() {
    let c = go(&facing("default"), draw(1), 5);
    let t = c.handle(Input::ChallengeDeclined { id: 1 }, at(6)).unwrap();
    assert_eq!(t.facts, [Fact::ChallengeDeclined { id: 1 }]);
    assert!(newest(&t.next).declined && newest(&t.next).outcome == Went::Asked);
    assert_eq!(go(&t.next, Input::ChallengeDeclined { id: 1 }, 7), t.next);
}

#[test]
fn a_prompt_of_a_lost_session_is_not_on_the_screen_of_the_next() {
    let c = go(&facing("default"), draw(1), 5);
    let c = go(&go(&c, Input::MediaDown { seat: Seat::Agent }, 6), Input::AgentLost, 21);
    let c = go(&c, Input::Reserve { agent: AGENT, reservation: RING }, 22);
    let c = go(&c, Input::Accept { agent: AGENT, reservation: RING, session: SessionId(0xd), seed: 3 }, 23);
    assert_eq!(newest(&c).outcome, Went::Withdrawn);
    assert_eq!(c.tries_left(liveness(&c)), 6);
}

#[test]
fn a_prompt_passed_before_a_voiding_break_does_not_count_after_it() {
    let mut c = facing("DE");
    for seed in 0..3 {
        c = go(&c, draw(seed), 5);
        c = go(&c, judge(&c, true), 5);
    }
    let c = go(&c, Input::StepDone { agent: AGENT, step: "liveness".into() }, 6);
    let c = go(&go(&c, Input::MediaDown { seat: Seat::Customer }, 7), Input::MediaUp { seat: Seat::Customer }, 8);
    assert_eq!(c.handle(Input::StepDone { agent: AGENT, step: "liveness".into() }, at(9)).unwrap_err().code, Code::EvidenceMismatch);
}

#[test]
fn an_image_that_is_known_is_not_taken_twice() {
    let c = go(&facing("default"), still(1, "document_front", Slot::DocumentFront), 5);
    assert_eq!(c.handle(still(1, "document_front", Slot::DocumentFront), at(6)).unwrap_err().code, Code::Stale);
}
