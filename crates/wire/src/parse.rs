//! From the wire's report of a failed check to the domain's: every field in its range, or named as at fault.
//! Must not know what the policy makes of it.

use crate::api::cases::{Check, Claimed, Customer, ReportFailedCheck, Scores};
use crate::problem::FieldError;
use domain::ids::ReportId;
use domain::pii::Pii;
use domain::report::{self, ClaimedData, MAX_REASONS, Report, Score};
use domain::time::{Timestamp, is_date};

/// A report that may enter; its id and time are the engine's to give.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The bank's reference.
    pub reference: String,
    /// The person.
    pub customer: report::Customer,
    /// As typed in the bank's form.
    pub claimed: ClaimedData,
    /// Profile code, if one was named.
    pub jurisdiction: Option<String>,
    /// The attempt.
    pub report: Report,
}

/// Nobody alive was born earlier.
const OLDEST_BIRTH: &str = "1900-01-01";
/// RFC 5646 needs no more for the tags in use.
const MAX_TAG: usize = 35;

struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: &str, code: &str, detail: &str) {
        self.0.push(FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.to_owned() });
    }

    fn done<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    /// 1 to `max` characters, not blank, nothing that cannot be seen.
    fn text(&mut self, pointer: &str, value: &str, max: usize) {
        let length = value.chars().count();
        if value.trim().is_empty() || length > max {
            self.add(pointer, "length", &format!("1 to {max} characters."));
        } else if value.chars().any(unseen) {
            self.add(pointer, "control_character", "No control or direction characters.");
        }
    }

    fn maybe(&mut self, pointer: &str, value: Option<&String>, max: usize) {
        if let Some(value) = value {
            self.text(pointer, value, max);
        }
    }

    fn date(&mut self, pointer: &str, value: Option<&String>) -> bool {
        let good = value.is_none_or(|text| is_date(text));
        if !good {
            self.add(pointer, "not_a_date", "A calendar date as YYYY-MM-DD.");
        }
        good && value.is_some()
    }

    fn score(&mut self, pointer: &str, value: Option<f64>) -> Option<Score> {
        let value = value?;
        if !(0.0..=1.0).contains(&value) {
            self.add(pointer, "out_of_range", "A score from 0 to 1.");
            return None;
        }
        Score::from_thousandths((value * 1000.0).round() as u16)
    }
}

/// Control characters, and marks that turn the direction of text: both can make a name look like another.
fn unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Reads a report.
///
/// # Errors
/// Every field at fault.
pub fn report(body: ReportFailedCheck, now: Timestamp, known: impl Fn(&str) -> bool) -> Result<Parsed, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    faults.text("/reference", &body.reference, 100);
    let customer = customer(body.customer, &mut faults);
    let report = check_below("/check", body.check, &mut faults);
    let claimed = claimed(body.claimed, now, &mut faults);
    if body.jurisdiction.as_deref().is_some_and(|code| !known(code)) {
        faults.add("/jurisdiction", "unknown_jurisdiction", "No profile has this code.");
    }
    faults.done(Parsed { reference: body.reference, customer, claimed, jurisdiction: body.jurisdiction, report })
}

/// Reads a further attempt.
///
/// # Errors
/// Every field at fault.
pub fn check(body: Check) -> Result<Report, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let report = check_below("/check", body, &mut faults);
    faults.done(report)
}

fn customer(c: Customer, faults: &mut Faults) -> report::Customer {
    faults.text("/customer/name", &c.name, 200);
    if !is_tag(&c.locale) {
        faults.add("/customer/locale", "not_a_language", "A BCP 47 tag such as ms or zh-Hans.");
    }
    if c.phone.as_deref().is_some_and(|p| !is_phone(p)) {
        faults.add("/customer/phone", "not_a_phone", "E.164, such as +6591234567.");
    }
    if c.email.as_deref().is_some_and(|e| !is_email(e)) {
        faults.add("/customer/email", "not_an_email", "An address such as name@example.com.");
    }
    report::Customer { name: Pii::new(c.name), locale: c.locale, phone: c.phone.map(Pii::new), email: c.email.map(Pii::new) }
}

fn check_below(at: &str, c: Check, faults: &mut Faults) -> Report {
    if !(1..=99).contains(&c.attempt) {
        faults.add(&format!("{at}/attempt"), "out_of_range", "1 to 99.");
    }
    if c.reasons.is_empty() || c.reasons.len() > MAX_REASONS {
        faults.add(&format!("{at}/reasons"), "length", "1 to 8 reasons.");
    }
    for (n, reason) in c.reasons.iter().enumerate().take(MAX_REASONS) {
        if c.reasons.iter().take(n).any(|earlier| earlier == reason) {
            faults.add(&format!("{at}/reasons/{n}"), "repeated", "Each reason once.");
        }
    }
    let scores = scores(at, &c.scores, faults);
    faults.maybe(&format!("{at}/vendor"), c.vendor.as_ref(), 100);
    faults.maybe(&format!("{at}/vendor_reference"), c.vendor_reference.as_ref(), 200);
    Report {
        id: ReportId(0),
        at: Timestamp(0),
        attempt: c.attempt,
        outcome: c.outcome.into(),
        reasons: c.reasons.into_iter().map(Into::into).collect(),
        scores,
        vendor: c.vendor,
        vendor_reference: c.vendor_reference,
        images: Vec::new(),
    }
}

fn scores(at: &str, s: &Scores, faults: &mut Faults) -> report::Scores {
    report::Scores {
        document: faults.score(&format!("{at}/scores/document"), s.document),
        face: faults.score(&format!("{at}/scores/face"), s.face),
        liveness: faults.score(&format!("{at}/scores/liveness"), s.liveness),
    }
}

fn claimed(c: Claimed, now: Timestamp, faults: &mut Faults) -> ClaimedData {
    faults.maybe("/claimed/name", c.name.as_ref(), 200);
    faults.maybe("/claimed/document_number", c.document_number.as_ref(), 60);
    faults.maybe("/claimed/document_type", c.document_type.as_ref(), 60);
    // An address may be typed on several lines.
    faults.maybe("/claimed/address", c.address.as_ref().map(|a| a.replace(['\n', '\r'], " ")).as_ref(), 500);
    faults.date("/claimed/document_expiry", c.document_expiry.as_ref());
    if faults.date("/claimed/birth_date", c.birth_date.as_ref())
        && let Some(born) = &c.birth_date
    {
        // The earliest zone decides: nobody is born tomorrow anywhere.
        let today = now.local("Pacific/Kiritimati").date;
        if *born > today {
            faults.add("/claimed/birth_date", "in_the_future", "A birth date is not in the future.");
        } else if born.as_str() < OLDEST_BIRTH {
            faults.add("/claimed/birth_date", "out_of_range", "Nobody alive was born then.");
        }
    }
    ClaimedData {
        name: c.name.map(Pii::new),
        birth_date: c.birth_date.map(Pii::new),
        document_number: c.document_number.map(Pii::new),
        document_type: c.document_type,
        document_expiry: c.document_expiry.map(Pii::new),
        address: c.address.map(Pii::new),
    }
}

/// A BCP 47 language tag by its shape.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or("");
    let plain = |p: &str| p.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= MAX_TAG
        && (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && plain(p))
}

/// An E.164 number by its shape.
#[must_use]
pub fn is_phone(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'))
}

/// An e-mail address by its shape; whether it exists, only a message can tell.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| !(c.is_whitespace() || unseen(c) || "<>()[],;:\\\"@".contains(c));
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty() && label.len() <= 63)
        && local.chars().all(plain)
        && host.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"reference":"onb-1","customer":{"name":"Nur Aisyah","locale":"ms","phone":"+6591234567","email":"a@b.example"},
        "check":{"attempt":1,"outcome":"failed","reasons":["document_glare"],"scores":{"document":0.42}},
        "claimed":{"birth_date":"1990-02-28","address":"1 Jalan\nMelaka"},"jurisdiction":"SG"}"#;

    fn faults_after(pointer: &str, value: serde_json::Value) -> Vec<(String, String)> {
        let mut body: serde_json::Value = serde_json::from_str(GOOD).unwrap();
        *body.pointer_mut(pointer).unwrap() = value;
        let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let parsed = report(serde_json::from_value(body).unwrap(), now, |c| c == "SG");
        parsed.err().unwrap_or_default().into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn a_good_report_keeps_its_scores_as_thousandths() {
        let body = serde_json::from_str(GOOD).unwrap();
        let parsed = report(body, Timestamp::parse("2026-11-22T12:00:00Z").unwrap(), |c| c == "SG").unwrap();
        assert_eq!(parsed.report.scores.document.map(Score::thousandths), Some(420));
        assert_eq!(parsed.claimed.address.unwrap().reveal(), "1 Jalan\nMelaka");
    }

    #[test]
    fn every_bad_field_is_named_by_its_pointer_and_a_stable_code() {
        let long = "x".repeat(201);
        for (pointer, value, code) in [
            ("/reference", "".into(), "length"),
            ("/customer/name", long.as_str().into(), "length"),
            ("/customer/name", "   ".into(), "length"),
            ("/customer/name", "a\u{202e}b".into(), "control_character"),
            ("/customer/name", "a\nb".into(), "control_character"),
            ("/customer/locale", "malay!".into(), "not_a_language"),
            ("/customer/phone", "91234567".into(), "not_a_phone"),
            ("/customer/email", "a@b".into(), "not_an_email"),
            ("/check/attempt", 0.into(), "out_of_range"),
            ("/check/attempt", 100.into(), "out_of_range"),
            ("/check/reasons", serde_json::json!([]), "length"),
            ("/check/scores/document", 1.5.into(), "out_of_range"),
            ("/check/scores/document", serde_json::json!(-0.1), "out_of_range"),
            ("/claimed/birth_date", "2026-11-24".into(), "in_the_future"),
            ("/claimed/birth_date", "1890-01-01".into(), "out_of_range"),
            ("/claimed/birth_date", "1990-02-30".into(), "not_a_date"),
            ("/jurisdiction", "XX".into(), "unknown_jurisdiction"),
        ] {
            assert_eq!(faults_after(pointer, value), [(pointer.to_owned(), code.to_owned())], "{pointer}");
        }
    }
}
