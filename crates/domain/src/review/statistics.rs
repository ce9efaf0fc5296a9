//! How makers and checkers agree, how long checkers take: counted from looks that were given.
//! Must not know names, nor which page shows them.

use super::{Finding, Kind, Reason, TARGET};
use crate::decision::{ReasonCode, Verdict};
use crate::ids::AgentId;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// One look that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Why.
    pub kind: Kind,
    /// Who decided.
    pub maker: AgentId,
    /// Who looked.
    pub checker: AgentId,
    /// What was decided.
    pub verdict: Verdict,
    /// The maker's reasons.
    pub codes: Vec<ReasonCode>,
    /// What was found.
    pub finding: Finding,
    /// The checker's reasons.
    pub reasons: Vec<Reason>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// When the checker began.
    pub taken: Timestamp,
    /// When the finding came.
    pub at: Timestamp,
}

/// So many looks, and in so many both said the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Looks.
    pub looks: u32,
    /// Of them agreed.
    pub agreed: u32,
}

impl Agreement {
    fn add(&mut self, agreed: bool) {
        self.looks += 1;
        self.agreed += u32::from(agreed);
    }
}

/// A maker and a checker who met blind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Who decided.
    pub maker: AgentId,
    /// Who looked.
    pub checker: AgentId,
    /// How often they said the same.
    pub agreement: Agreement,
    /// Cohen's kappa; none where both always said one and the same word.
    pub kappa: Option<f64>,
}

/// Everything counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Looks a profile asked for.
    pub required: Agreement,
    /// Blind looks.
    pub samples: Agreement,
    /// Blind looks by maker: what the maker's decisions are worth.
    pub makers: BTreeMap<AgentId, Agreement>,
    /// All looks by checker, with the median time from beginning to finding.
    pub checkers: BTreeMap<AgentId, (Agreement, Span)>,
    /// All looks by the maker's reason.
    pub codes: BTreeMap<ReasonCode, Agreement>,
    /// Why checkers disagreed.
    pub reasons: BTreeMap<Reason, u32>,
    /// Blind looks by pair.
    pub pairs: Vec<Pair>,
    /// Median time from decision to finding where the customer waited.
    pub median_wait: Option<Span>,
    /// Median time from beginning to finding.
    pub median_look: Option<Span>,
    /// Of the looks a profile asked for, how many came within the target.
    pub within_target: u32,
}

/// Counts looks. A look that a profile asked for is not blind, so it says nothing of what two people would have said
/// apart: makers and pairs are counted from blind looks alone.
#[must_use]
pub fn count(looks: &[Look]) -> Statistics {
    let mut out = Statistics::default();
    let mut pairs: BTreeMap<(AgentId, AgentId), Vec<&Look>> = BTreeMap::new();
    let mut times: BTreeMap<AgentId, Vec<Span>> = BTreeMap::new();
    let mut waits = Vec::new();
    for look in looks {
        let agreed = look.finding.agrees(look.verdict);
        match look.kind {
            Kind::Required => {
                out.required.add(agreed);
                let wait = look.at.since(look.decided_at);
                out.within_target += u32::from(wait <= TARGET);
                waits.push(wait);
            }
            Kind::Sample => {
                out.samples.add(agreed);
                out.makers.entry(look.maker).or_default().add(agreed);
                pairs.entry((look.maker, look.checker)).or_default().push(look);
            }
        }
        look.codes.iter().for_each(|code| out.codes.entry(*code).or_default().add(agreed));
        if !agreed {
            look.reasons.iter().for_each(|reason| *out.reasons.entry(*reason).or_default() += 1);
        }
        out.checkers.entry(look.checker).or_default().0.add(agreed);
        times.entry(look.checker).or_default().push(look.at.since(look.taken));
    }
    out.pairs = pairs.into_iter().map(|((maker, checker), looks)| pair(maker, checker, &looks)).collect();
    out.pairs.sort_by_key(|p| (std::cmp::Reverse(p.agreement.looks), p.maker, p.checker));
    out.median_wait = median(waits);
    out.median_look = median(times.values().flatten().copied().collect());
    for (checker, spans) in times {
        if let (Some((_, time)), Some(median)) = (out.checkers.get_mut(&checker), median(spans)) {
            *time = median;
        }
    }
    out
}

/// The lower of two middles.
fn median(mut spans: Vec<Span>) -> Option<Span> {
    let middle = spans.len().checked_sub(1)? / 2;
    Some(*spans.select_nth_unstable(middle).1)
}

fn pair(maker: AgentId, checker: AgentId, looks: &[&Look]) -> Pair {
    let mut agreement = Agreement::default();
    looks.iter().for_each(|look| agreement.add(look.finding.agrees(look.verdict)));
    let words: Vec<_> = looks.iter().map(|look| (word(look.verdict), look.finding as usize)).collect();
    Pair { maker, checker, agreement, kappa: kappa(&words) }
}

const WORDS: usize = 4;

/// The finding that would say the same.
const fn word(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Verified => Finding::Approve as usize,
        Verdict::Rejected => Finding::Reject as usize,
        // A session that could not be finished is nothing but to be done again.
        Verdict::Incomplete => Finding::Recapture as usize,
        Verdict::Escalated => Finding::Escalate as usize,
    }
}

/// Agreement beyond chance of two raters over the same subjects: (p_o − p_e) / (1 − p_e), p_o the share on which they
/// agree and p_e the share on which they would by their own frequencies. J. Cohen, "A coefficient of agreement for nominal
/// scales", Educational and Psychological Measurement 20 (1960), 37–46. None without subjects, and where p_e is 1.
fn kappa(words: &[(usize, usize)]) -> Option<f64> {
    let n = words.len() as f64;
    let share = |of: &dyn Fn(&(usize, usize)) -> bool| words.iter().filter(|w| of(w)).count() as f64 / n;
    let observed = share(&|(a, b)| a == b);
    let expected: f64 = (0..WORDS).map(|k| share(&|(a, _)| *a == k) * share(&|(_, b)| *b == k)).sum();
    (!words.is_empty() && expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(kind: Kind, maker: u128, checker: u128, verdict: Verdict, finding: Finding, wait: i64) -> Look {
        let reasons = finding.reasons().first().copied().into_iter().collect();
        let (decided_at, taken, at) = (Timestamp(0), Timestamp(0) + Span::seconds(wait - 20), Timestamp(0) + Span::seconds(wait));
        let codes = vec![ReasonCode::IdentityConfirmed];
        Look { kind, maker: AgentId(maker), checker: AgentId(checker), verdict, codes, finding, reasons, decided_at, taken, at }
    }

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // Cohen's own 2 × 2 layout with 20, 5, 10, 15: p_o 0.70, p_e 0.50, kappa 0.40.
        let cells = [(20, 0, 0), (5, 0, 2), (10, 2, 0), (15, 2, 2)];
        let words: Vec<_> = cells.iter().flat_map(|(n, a, b)| std::iter::repeat_n((*a, *b), *n)).collect();
        assert!((kappa(&words).unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(kappa(&[]), None);
        assert_eq!(kappa(&[(0, 0), (0, 0)]), None, "who always says the same shows nothing");
        assert_eq!(kappa(&[(0, 0), (2, 2)]), Some(1.0));
        assert_eq!(kappa(&[(0, 2), (2, 0)]), Some(-1.0));
    }

    #[test]
    fn makers_are_judged_by_blind_looks_and_the_target_by_those_a_customer_waited_for() {
        let all = [
            look(Kind::Required, 1, 2, Verdict::Verified, Finding::Approve, 40),
            look(Kind::Required, 1, 2, Verdict::Verified, Finding::Recapture, 60),
            look(Kind::Required, 1, 3, Verdict::Verified, Finding::Reject, 61),
            look(Kind::Sample, 1, 2, Verdict::Rejected, Finding::Approve, 9_000),
            look(Kind::Sample, 1, 2, Verdict::Verified, Finding::Approve, 9_000),
        ];
        let s = count(&all);
        assert_eq!((s.required.looks, s.required.agreed, s.samples.looks, s.samples.agreed), (3, 1, 2, 1));
        assert_eq!(s.makers[&AgentId(1)], Agreement { looks: 2, agreed: 1 });
        assert_eq!(s.checkers[&AgentId(2)].0, Agreement { looks: 4, agreed: 2 });
        assert_eq!((s.within_target, s.median_wait, s.median_look), (2, Some(Span::seconds(60)), Some(Span::seconds(20))));
        assert_eq!(s.reasons.values().sum::<u32>(), 3);
        assert_eq!((s.pairs.len(), s.pairs[0].agreement.looks, s.pairs[0].kappa), (1, 2, Some(0.0)));
        assert_eq!(count(&[]), Statistics::default());
    }
}
