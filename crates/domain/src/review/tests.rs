//! The draw and the sample over many seeds.

use super::*;
use proptest::prelude::*;

fn people(ids: std::ops::Range<u128>) -> Vec<Candidate> {
    ids.map(|n| Candidate { id: AgentId(n), same_team: false }).collect()
}

/// Pearson's statistic against an even spread.
fn chi_square(counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / counts.len() as f64;
    counts.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum()
}

#[test]
fn in_a_hundred_thousand_schedules_no_maker_is_drawn_and_every_pair_comes_as_often() {
    const PEOPLE: usize = 8;
    let all = people(0..PEOPLE as u128);
    let mut pairs = vec![0u32; PEOPLE * PEOPLE];
    for n in 0..100_000u64 {
        let maker = (split_mix(n ^ 0x5eed) % PEOPLE as u64) as usize;
        let barred = BTreeSet::from([AgentId(maker as u128)]);
        let (checker, among) = draw(&all, &barred, &[], n).unwrap();
        assert_eq!(among, 7);
        pairs[maker * PEOPLE + checker.0 as usize] += 1;
    }
    for maker in 0..PEOPLE {
        assert_eq!(pairs[maker * PEOPLE + maker], 0, "self-selected");
        let others: Vec<u32> = (0..PEOPLE).filter(|c| *c != maker).map(|c| pairs[maker * PEOPLE + c]).collect();
        // 6 degrees of freedom: 22.46 is passed once in a thousand even spreads; the seeds are fixed.
        assert!(chi_square(&others) < 22.46, "maker {maker}: {others:?} {}", chi_square(&others));
    }
}

#[test]
fn somebody_of_another_team_comes_first_and_one_who_let_it_lapse_last() {
    let own = Candidate { id: AgentId(1), same_team: true };
    let other = Candidate { id: AgentId(2), same_team: false };
    let none = BTreeSet::new();
    for seed in 0..200 {
        assert_eq!(draw(&[own, other], &none, &[], seed), Some((AgentId(2), 1)));
        assert_eq!(draw(&[own], &none, &[], seed), Some((AgentId(1), 1)), "better the own team than nobody");
        assert_eq!(draw(&people(1..4), &none, &[AgentId(1), AgentId(3)], seed), Some((AgentId(2), 1)));
        assert_eq!(draw(&people(1..2), &none, &[AgentId(1)], seed), Some((AgentId(1), 1)), "nobody else is left");
        assert_eq!(draw(&people(1..2), &BTreeSet::from([AgentId(1)]), &[], seed), None);
    }
}

#[test]
fn a_sample_is_repeatable_and_as_large_as_was_set() {
    for percent in [0u8, 1, 5, 20, 100] {
        let drawn = (0..100_000u64).filter(|seed| sampled(*seed, percent)).count() as f64 / 1_000.0;
        assert!((drawn - f64::from(percent)).abs() < 0.4, "{percent} % gave {drawn} %");
    }
    assert!((0..1_000).all(|seed| sampled(seed, 5) == sampled(seed, 5)));
}

#[test]
fn each_finding_has_reasons_of_its_own_and_a_verdict_only_where_it_becomes_one() {
    let mut seen = BTreeSet::new();
    for finding in Finding::ALL {
        for reason in finding.reasons() {
            assert!(seen.insert(*reason), "{reason:?} twice");
            assert_eq!(reason.code().is_some(), matches!(finding, Finding::Reject | Finding::Escalate), "{reason:?}");
        }
    }
    for (finding, verdict) in [(Finding::Reject, Verdict::Rejected), (Finding::Escalate, Verdict::Escalated)] {
        let known = crate::decision::reasons_of(verdict);
        assert!(finding.reasons().iter().all(|r| r.code().is_some_and(|c| known.contains(&c))), "{finding:?}");
    }
}

fn opinion(finding: Finding, reasons: &[Reason], again: &[Step]) -> Opinion {
    let note = Pii::default();
    Opinion { checker: AgentId(1), finding, reasons: reasons.to_vec(), note, note_commitment: Digest::of(b""), again: again.to_vec() }
}

#[test]
fn an_opinion_needs_a_reason_of_its_finding_and_a_recapture_names_what() {
    let code = |o: Opinion| o.tidy().unwrap_err().code;
    assert_eq!(code(opinion(Finding::Approve, &[], &[])), Code::ReasonMissing);
    assert_eq!(code(opinion(Finding::Approve, &[Reason::PoorLight], &[])), Code::ReasonUnknown);
    assert_eq!(code(opinion(Finding::Recapture, &[Reason::PoorLight], &[])), Code::OutOfRange);
    assert_eq!(code(opinion(Finding::Recapture, &[Reason::PoorLight], &[Step::Greet])), Code::OutOfRange);
    assert_eq!(code(opinion(Finding::Approve, &[Reason::EvidenceHolds], &[Step::Liveness])), Code::OutOfRange);
    let good = opinion(Finding::Recapture, &[Reason::PoorLight, Reason::PoorLight], &[Step::Liveness, Step::Liveness]).tidy().unwrap();
    assert_eq!((good.reasons.len(), good.again.len()), (1, 1));
    let long = Opinion { note: Pii::new("x".repeat(MAX_NOTE + 1)), ..opinion(Finding::Approve, &[Reason::EvidenceHolds], &[]) };
    assert_eq!(code(long), Code::OutOfRange);
}

proptest! {
    #[test]
    fn whoever_is_drawn_was_there_and_took_no_part(
        ids in prop::collection::vec((0u128..12, any::<bool>()), 0..12),
        barred in prop::collection::btree_set(0u128..12, 0..6),
        missed in prop::collection::vec(0u128..12, 0..4),
        seed: u64,
    ) {
        let candidates: Vec<_> = ids.iter().map(|(n, same_team)| Candidate { id: AgentId(*n), same_team: *same_team }).collect();
        let barred: BTreeSet<_> = barred.into_iter().map(AgentId).collect();
        let missed: Vec<_> = missed.into_iter().map(AgentId).collect();
        match draw(&candidates, &barred, &missed, seed) {
            Some((id, among)) => prop_assert!(!barred.contains(&id) && candidates.iter().any(|c| c.id == id) && among > 0),
            None => prop_assert!(candidates.iter().all(|c| barred.contains(&c.id))),
        }
    }
}
