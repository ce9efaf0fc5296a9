//! The trigger policy: report in, offer out, with the rule that spoke in words.
//! Must not know a case.

use crate::jurisdiction::Rules;
use crate::report::{FailureReason, Report, Score};
use crate::time::{Timestamp, zone_is_known};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most rules of a policy.
pub const MAX_RULES: usize = 64;

/// How a recovery is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Offered at once, as the next step.
    Automatic,
    /// Offered as a choice beside trying again.
    OptIn,
    /// Not offered.
    None,
}

/// When a rule listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoursCondition {
    /// Always.
    Any,
    /// Only while agents are there.
    Open,
    /// Only while nobody is there.
    Closed,
}

/// One rule; all its conditions must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// In words; kept with each case it speaks for.
    pub name: String,
    /// Any of these reasons; empty = any.
    pub reasons: Vec<FailureReason>,
    /// Any of these jurisdictions; empty = any.
    pub jurisdictions: Vec<String>,
    /// Only if the confidence about the matched reason is below; a report without scores matches too,
    /// because a check that measured nothing is not confident.
    pub confidence_below: Option<Score>,
    /// Only from this attempt on.
    pub attempts_at_least: Option<u8>,
    /// Opening hours.
    pub hours: HoursCondition,
    /// What to do.
    pub then: Mode,
}

/// When agents are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// IANA time zone.
    pub zone: String,
    /// Monday first, spans of minutes `[from, to)`, 0..=1440, at most 4 a day.
    pub week: [Vec<(u16, u16)>; 7],
}

impl OpeningHours {
    /// Open day and night.
    #[must_use]
    pub fn always(zone: &str) -> Self {
        Self { zone: zone.to_owned(), week: std::array::from_fn(|_| vec![(0, 1440)]) }
    }

    /// Whether agents are there at `now`.
    #[must_use]
    pub fn open(&self, now: Timestamp) -> bool {
        let local = now.local(&self.zone);
        let Some(day) = self.week.get(usize::from(local.weekday)) else { return false };
        day.iter().any(|(from, to)| (*from..*to).contains(&local.minute))
    }

    /// The next minute at which agents are there, looking at most 8 days ahead.
    #[must_use]
    pub fn next_open(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE: i64 = 60_000_000;
        let start = now.0.div_euclid(MINUTE) * MINUTE;
        (0..8 * 1440).map(|n| Timestamp(start + n * MINUTE)).find(|t| *t >= now && self.open(*t))
    }
}

/// The policy of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Grows by one with each edit.
    pub version: u32,
    /// The first match speaks.
    pub rules: Vec<Rule>,
    /// Life of a link, 1..=1440.
    pub invitation_minutes: u32,
    /// Profile used when a report names none.
    pub jurisdiction: String,
    /// When agents are there.
    pub hours: OpeningHours,
    /// What the operator set beside the profiles, by code.
    #[serde(default)]
    pub profiles: BTreeMap<String, Rules>,
}

/// What the policy said, kept with the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The offer.
    pub mode: Mode,
    /// Version of the policy that spoke.
    pub version: u32,
    /// Name of the rule that spoke, or `None` when no rule matched.
    pub rule: Option<String>,
    /// The whole reason in words.
    pub because: String,
}

/// What is wrong with a policy: JSON Pointer below the policy, code, words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// Such as `/rules/3/confidence_below`.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

impl Policy {
    /// The policy a new tenant starts with.
    #[must_use]
    pub fn starting(zone: &str, jurisdiction: &str) -> Self {
        use FailureReason as R;
        let rule = |name: &str, reasons: &[R], below: Option<u16>, attempts: Option<u8>, then| Rule {
            name: name.to_owned(),
            reasons: reasons.to_vec(),
            jurisdictions: Vec::new(),
            confidence_below: below.and_then(Score::from_thousandths),
            attempts_at_least: attempts,
            hours: HoursCondition::Any,
            then,
        };
        let quality = [
            R::DocumentGlare,
            R::DocumentBlur,
            R::DocumentDark,
            R::DocumentShadow,
            R::DocumentCropped,
            R::DocumentLowResolution,
            R::DocumentObscured,
        ];
        Self {
            version: 1,
            rules: vec![
                rule("Never for confirmed fraud", &[R::ConfirmedFraud], None, None, Mode::None),
                rule("Suspicion goes to a person", &[R::SuspectedTampering, R::SuspectedImpersonation], None, None, Mode::Automatic),
                rule(
                    "Unusual document",
                    &[R::DocumentUnsupported, R::DocumentRecentlyIssued, R::DocumentDamaged, R::DocumentExpired],
                    None,
                    None,
                    Mode::Automatic,
                ),
                rule("Face or liveness in doubt", &[R::FaceMismatch, R::LivenessFailed], Some(800), None, Mode::Automatic),
                rule("Name or data differ", &[R::NameMismatch, R::DataMismatch], None, None, Mode::Automatic),
                rule("Picture quality, low confidence", &quality, Some(500), None, Mode::Automatic),
                rule("Picture quality, second attempt", &quality, None, Some(2), Mode::Automatic),
                rule("Picture quality, first attempt", &quality, None, None, Mode::OptIn),
                rule("Something broke", &[R::TechnicalFailure], None, None, Mode::OptIn),
            ],
            invitation_minutes: 15,
            jurisdiction: jurisdiction.to_owned(),
            profiles: BTreeMap::new(),
            hours: OpeningHours::always(zone),
        }
    }

    /// What the operator set beside the profile of a code.
    #[must_use]
    pub fn rules_of(&self, jurisdiction: &str) -> Rules {
        self.profiles.get(jurisdiction).cloned().unwrap_or_default()
    }

    /// What to offer for `report` under `jurisdiction` at `now`.
    #[must_use]
    pub fn answer(&self, report: &Report, jurisdiction: &str, now: Timestamp) -> Answer {
        let open = self.hours.open(now);
        let hit = self.rules.iter().find_map(|rule| rule.matches(report, jurisdiction, open).map(|reason| (rule, reason)));
        match hit {
            Some((rule, reason)) => Answer {
                mode: rule.then,
                version: self.version,
                rule: Some(rule.name.clone()),
                because: rule.in_words(report, reason, self.version),
            },
            None => Answer {
                mode: Mode::None,
                version: self.version,
                rule: None,
                because: format!("No rule of policy version {} matched attempt {}.", self.version, report.attempt),
            },
        }
    }

    /// Everything wrong with this policy; empty = fit to be saved.
    #[must_use]
    pub fn faults(&self, known_jurisdiction: impl Fn(&str) -> bool) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        let mut fault = |pointer: String, code, detail: &str| faults.push(PolicyFault { pointer, code, detail: detail.to_owned() });
        if self.rules.len() > MAX_RULES {
            fault("/rules".into(), "too_many", "A policy has at most 64 rules.");
        }
        for (i, rule) in self.rules.iter().enumerate().take(MAX_RULES) {
            if rule.name.trim().is_empty() || rule.name.chars().count() > 100 {
                fault(format!("/rules/{i}/name"), "length", "A rule needs a name of 1 to 100 characters.");
            }
            if rule.attempts_at_least.is_some_and(|n| !(1..=99).contains(&n)) {
                fault(format!("/rules/{i}/attempts_at_least"), "out_of_range", "Attempts count from 1 to 99.");
            }
            for (j, code) in rule.jurisdictions.iter().enumerate() {
                if !known_jurisdiction(code) {
                    fault(format!("/rules/{i}/jurisdictions/{j}"), "unknown_jurisdiction", "No profile has this code.");
                }
            }
            if rule.then != Mode::None && rule.reasons.contains(&FailureReason::ConfirmedFraud) {
                fault(format!("/rules/{i}/then"), "fraud_never_offered", "Confirmed fraud is never offered a recovery.");
            }
        }
        if !(1..=1440).contains(&self.invitation_minutes) {
            fault("/invitation_minutes".into(), "out_of_range", "A link lives 1 to 1440 minutes.");
        }
        if !known_jurisdiction(&self.jurisdiction) {
            fault("/jurisdiction".into(), "unknown_jurisdiction", "No profile has this code.");
        }
        if !zone_is_known(&self.hours.zone) {
            fault("/hours/zone".into(), "unknown_zone", "Not an IANA time zone, such as Asia/Singapore.");
        }
        for (i, day) in self.hours.week.iter().enumerate() {
            let ordered = day.windows(2).all(|w| matches!(w, [a, b] if a.1 <= b.0));
            if day.len() > 4 || day.iter().any(|(from, to)| from >= to || *to > 1440) || !ordered {
                fault(format!("/hours/week/{i}"), "bad_spans", "At most 4 spans a day, each from < to <= 1440, in order.");
            }
        }
        faults
    }
}

impl Rule {
    /// The reason by which this rule speaks, if it does. A confirmed fraud in the report silences
    /// every rule that would offer something, whatever else was reported beside it.
    fn matches(&self, report: &Report, jurisdiction: &str, open: bool) -> Option<FailureReason> {
        let fraud = report.reasons.contains(&FailureReason::ConfirmedFraud);
        if fraud && self.then != Mode::None {
            return None;
        }
        let hours = match self.hours {
            HoursCondition::Any => true,
            HoursCondition::Open => open,
            HoursCondition::Closed => !open,
        };
        let place = self.jurisdictions.is_empty() || self.jurisdictions.iter().any(|j| j == jurisdiction);
        let late = self.attempts_at_least.is_none_or(|n| report.attempt >= n);
        if !(hours && place && late) {
            return None;
        }
        let listed = |r: &&FailureReason| self.reasons.is_empty() || self.reasons.contains(r);
        let unsure = |r: &&FailureReason| match self.confidence_below {
            None => true,
            Some(limit) => report.scores.confidence(**r).is_none_or(|score| score < limit),
        };
        report.reasons.iter().filter(listed).find(unsure).copied()
    }

    fn in_words(&self, report: &Report, reason: FailureReason, version: u32) -> String {
        let what = match self.then {
            Mode::Automatic => "launched automatically",
            Mode::OptIn => "offered as a choice",
            Mode::None => "not offered",
        };
        let confidence = match (self.confidence_below, report.scores.confidence(reason)) {
            (Some(limit), Some(score)) => {
                format!(", confidence {:.3} below {:.3}", f64::from(score.thousandths()) / 1000.0, f64::from(limit.thousandths()) / 1000.0)
            }
            (Some(_), None) => ", no score given".to_owned(),
            (None, _) => String::new(),
        };
        let name = serde_json::to_value(reason).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        format!("Rule \"{}\" of policy version {version}: {what} because of {name}, attempt {}{confidence}.", self.name, report.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ReportId;
    use crate::report::{CheckOutcome, Scores};

    fn report(reasons: &[FailureReason], attempt: u8, document: Option<u16>) -> Report {
        Report {
            id: ReportId(1),
            at: Timestamp(0),
            attempt,
            outcome: CheckOutcome::Failed,
            reasons: reasons.to_vec(),
            scores: Scores { document: document.and_then(Score::from_thousandths), ..Scores::default() },
            vendor: None,
            vendor_reference: None,
            images: Vec::new(),
        }
    }

    fn check(reasons: &[FailureReason], attempt: u8, document: Option<u16>, mode: Mode, rule: Option<&str>) {
        let answer = Policy::starting("Asia/Singapore", "SG").answer(&report(reasons, attempt, document), "SG", Timestamp(0));
        assert_eq!((answer.mode, answer.rule.as_deref()), (mode, rule), "{}", answer.because);
    }

    #[test]
    fn the_starting_policy_offers_by_reason_confidence_and_attempt() {
        use FailureReason as R;
        check(&[R::DocumentGlare], 1, Some(410), Mode::Automatic, Some("Picture quality, low confidence"));
        check(&[R::DocumentGlare], 1, Some(900), Mode::OptIn, Some("Picture quality, first attempt"));
        check(&[R::DocumentGlare], 2, Some(900), Mode::Automatic, Some("Picture quality, second attempt"));
        check(&[R::DocumentUnsupported], 1, None, Mode::Automatic, Some("Unusual document"));
        check(&[R::ConfirmedFraud], 3, None, Mode::None, Some("Never for confirmed fraud"));
    }

    #[test]
    fn fraud_beside_an_honest_reason_is_still_never_offered() {
        let mut policy = Policy::starting("UTC", "SG");
        policy.rules.remove(0);
        let r = report(&[FailureReason::DocumentGlare, FailureReason::ConfirmedFraud], 2, Some(100));
        assert_eq!(policy.answer(&r, "SG", Timestamp(0)).mode, Mode::None);
    }

    #[test]
    fn hours_are_local_and_the_next_opening_is_found() {
        let mut hours = OpeningHours::always("Asia/Singapore");
        for day in &mut hours.week {
            *day = vec![(480, 1320)];
        }
        let night = Timestamp::parse("2026-11-22T23:30:00+08:00").unwrap();
        assert!(!hours.open(night));
        assert_eq!(hours.next_open(night), Timestamp::parse("2026-11-23T08:00:00+08:00"));
    }

    #[test]
    fn a_bad_policy_names_each_fault() {
        let mut policy = Policy::starting("Nowhere/Else", "XX");
        policy.invitation_minutes = 0;
        policy.rules[0].then = Mode::OptIn;
        policy.hours.week[2] = vec![(600, 500)];
        let codes: Vec<_> = policy.faults(|c| c == "SG").into_iter().map(|f| f.pointer).collect();
        assert_eq!(codes, ["/rules/0/then", "/invitation_minutes", "/jurisdiction", "/hours/zone", "/hours/week/2"]);
    }
}
