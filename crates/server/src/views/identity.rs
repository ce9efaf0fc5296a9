//! Fields claimed and read, codes and places, as the agent and the customer may see them.
//! Must not know how a view travels.

use domain::case::{Case, today};
use domain::code::{Channel, OneTimeCode, SENDS, State, masked};
use domain::geo::Country;
use domain::location::{Basis, Located, MAX_ASKED, Network, Refused, finest};
use domain::mrz::{Date, Mrz, Unreadable};
use domain::names::{Comparison, Kind};
use domain::procedure::{Kind as StepKind, Question};
use domain::reading::{FIELDS, Field};
use domain::time::Timestamp;
use serde::Serialize;
use wire::api::identity::{
    CheckView, CodeAsk, CodeView, ContactView, CountryView, FoundView, IdentityView, LocationView, MrzField, MrzView, ReadingView,
    SegmentView,
};

/// What the agent sees.
#[must_use]
pub fn identity(case: &Case, now: Timestamp) -> IdentityView {
    let today = today(now);
    let code = current(case);
    let sends = code.map_or(0, |c| c.sends);
    IdentityView {
        readings: FIELDS.into_iter().filter(|f| *f != Field::Mrz).map(|f| reading(case, f, today)).collect(),
        mrz: case.identity.readings.get(Field::Mrz).map(|typed| mrz(typed, today)),
        contacts: contacts(case),
        code: code.map(|c| CodeView {
            channel: c.channel.into(),
            to: sent_to(case, c),
            sent_at: c.sent_at.to_string(),
            expires_at: c.expires_at().to_string(),
            state: state(c, now),
            tries_left: u32::from(c.tries_left),
        }),
        sends_left: u32::from(SENDS.saturating_sub(sends)),
        code_last: case.code_last(),
        code_after: case.code_waits_for(),
        location: location(case),
    }
}

/// The code the customer is asked to type, in the session that runs.
#[must_use]
pub fn code_ask(case: &Case, now: Timestamp) -> Option<CodeAsk> {
    let code = current(case).filter(|_| super::session(case).is_some())?;
    Some(CodeAsk {
        channel: code.channel.into(),
        to: sent_to(case, code),
        sent_at: code.sent_at.to_string(),
        state: match code.state {
            // They typed it right; that it has to be sent again is the agent's to say.
            State::Overtaken => word(&State::Matched),
            State::Open | State::Matched | State::Locked | State::Expired => state(code, now),
        },
        tries_left: u32::from(code.tries_left),
    })
}

/// Whether the customer is being asked for the place.
#[must_use]
pub fn asks_location(case: &Case) -> bool {
    super::session(case).is_some() && case.identity.location.open.is_some()
}

/// The tenant's words of a question: for the agent, and in the customer's language.
#[must_use]
pub fn words(question: &Question, locale: &str) -> (Option<String>, Option<String>) {
    let english = question.text.get("en").or_else(|| question.text.values().next());
    let spoken = question.text.get(crate::texts::locale(locale));
    (english.cloned(), spoken.filter(|s| Some(*s) != english).cloned())
}

/// The code of the session that runs or ran last.
fn current(case: &Case) -> Option<&OneTimeCode> {
    let session = super::session(case).or_else(|| case.past.last().map(|p| &p.session))?;
    case.identity.code.as_ref().filter(|c| c.session == session.id)
}

/// An open code that is past its time is told as expired before anybody typed it.
fn state(code: &OneTimeCode, now: Timestamp) -> String {
    let state = if code.state == State::Open && now >= code.expires_at() { State::Expired } else { code.state };
    word(&state)
}

fn sent_to(case: &Case, code: &OneTimeCode) -> String {
    case.contact(code.channel).map(|to| masked(code.channel, to)).unwrap_or_default()
}

fn contacts(case: &Case) -> Vec<ContactView> {
    let view = |channel: Channel| Some(ContactView { channel: channel.into(), to: masked(channel, case.contact(channel)?) });
    [Channel::Sms, Channel::Email].into_iter().filter_map(view).collect()
}

/// A word of the domain as it is spelt everywhere.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn reading(case: &Case, field: Field, today: Date) -> ReadingView {
    let claimed = field.claimed(&case.claimed, &case.customer);
    let read = case.identity.readings.get(field);
    let comparison = claimed.zip(read).map(|(claimed, read)| field.compare(claimed, read));
    let date = read.and_then(Date::parse);
    let implausible = match field {
        Field::BirthDate => date.is_some_and(|d| d > today),
        Field::Expiry => date.is_some_and(|d| d < today),
        Field::Name | Field::DocumentNumber | Field::Address | Field::Nationality | Field::Mrz => false,
    };
    ReadingView {
        field: field.into(),
        claimed: claimed.map(str::to_owned),
        read: read.map(str::to_owned),
        outcome: read.map(|read| word(&field.outcome(read, claimed, today))),
        other_script: comparison.as_ref().is_some_and(|c| c.other_script),
        segments: comparison.map(segments).unwrap_or_default(),
        implausible,
    }
}

fn segments(comparison: Comparison) -> Vec<SegmentView> {
    let kind = |kind: Kind| match kind {
        Kind::Same => "same",
        Kind::Marks => "marks",
        Kind::Particle => "particle",
        Kind::Moved => "moved",
        Kind::Different => "different",
    };
    let view = |s: domain::names::Segment| SegmentView { kind: kind(s.kind).to_owned(), claimed: s.claimed, read: s.read };
    comparison.segments.into_iter().map(view).collect()
}

fn mrz(typed: &str, today: Date) -> MrzView {
    let empty = MrzView {
        typed: typed.to_owned(),
        format: None,
        problem: None,
        at: Vec::new(),
        lines: Vec::new(),
        checks: Vec::new(),
        fields: Vec::new(),
        issuer: String::new(),
        warnings: Vec::new(),
    };
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let read = match Mrz::read(typed, today) {
        Ok(read) => read,
        Err(why) => {
            let (problem, at) = match why {
                Unreadable::Empty => return empty,
                Unreadable::TooLong => ("too_long", Vec::new()),
                Unreadable::Character { line, column } => ("character", vec![number(line), number(column)]),
                Unreadable::Length { typed, nearest } => ("length", vec![number(typed), number(nearest)]),
            };
            return MrzView { problem: Some(problem.to_owned()), at, ..empty };
        }
    };
    let check = |c: &domain::mrz::Check| CheckView {
        protects: word(&c.protects),
        line: number(c.line),
        column: number(c.column),
        stands: c.stands.to_string(),
        wanted: u32::from(c.wanted),
        passed: c.passed,
    };
    MrzView {
        format: Some(word(&read.format)),
        checks: read.checks.iter().map(check).collect(),
        fields: fields(&read),
        issuer: country_name(&read.issuer),
        warnings: warnings(&read, today),
        lines: read.lines,
        ..empty
    }
}

fn country_name(code3: &str) -> String {
    // Germany alone writes one letter (ICAO 9303 part 3, section 5).
    let known = if code3 == "D" { Country::of("DE") } else { Country::of(code3) };
    known.map_or_else(|| code3.to_owned(), |c| c.name.to_owned())
}

fn fields(read: &Mrz) -> Vec<MrzField> {
    let all = [
        (Field::Name, Some(read.name())),
        (Field::BirthDate, read.birth_date.map(|d| d.to_string())),
        (Field::DocumentNumber, Some(read.number.clone())),
        (Field::Expiry, read.expiry.map(|d| d.to_string())),
        (Field::Nationality, Some(country_name(&read.nationality))),
    ];
    let given = |(field, text): (Field, Option<String>)| text.filter(|t| !t.is_empty()).map(|text| MrzField { field: field.into(), text });
    all.into_iter().filter_map(given).collect()
}

fn warnings(read: &Mrz, today: Date) -> Vec<String> {
    let table = [
        ("expired", read.expiry.is_some_and(|d| d < today)),
        ("birth_date_impossible", read.birth_date.is_none()),
        ("expiry_impossible", read.expiry.is_none()),
        ("born_after_expiry", matches!((read.birth_date, read.expiry), (Some(born), Some(expiry)) if born >= expiry)),
    ];
    table.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect()
}

fn location(case: &Case) -> LocationView {
    let l = &case.identity.location;
    let wanted = case.procedure.as_ref().is_some_and(|p| p.step(StepKind::Location.key(), "view").is_ok());
    LocationView {
        wanted,
        open: l.open.is_some(),
        asks_left: u32::from(MAX_ASKED.saturating_sub(l.asked)),
        refused: l.refused.map(|why: Refused| word(&why)),
        found: l.found.as_ref().and_then(found),
    }
}

fn country(code: &str) -> CountryView {
    CountryView { code: code.to_owned(), name: Country::of(code).map_or_else(|| code.to_owned(), |c| c.name.to_owned()) }
}

fn found(l: &Located) -> Option<FoundView> {
    let fixes = l.fixes.reveal();
    let fix = finest(fixes)?;
    let (network, network_country) = match &l.network {
        Network::NoDatabase => ("no_database", None),
        Network::Unknown => ("unknown", None),
        Network::Country { code } => ("country", Some(country(code))),
    };
    Some(FoundView {
        at: l.at.to_string(),
        lat: f64::from(fix.lat) / 1e6,
        lon: f64::from(fix.lon) / 1e6,
        accuracy: f64::from(fix.accuracy_dm) / 10.0,
        age_ms: fix.age_ms,
        fixes: u32::try_from(fixes.len()).unwrap_or(u32::MAX),
        country: l.country.as_deref().map(country),
        claimed: l.claimed.as_ref().map(|(code, _)| country(code)),
        claimed_by: l.claimed.as_ref().map(|(_, basis): &(String, Basis)| word(basis)).unwrap_or_default(),
        distance_km: l.distance_km,
        hints: l.hints.iter().map(|h| (*h).into()).collect(),
        network: network.to_owned(),
        network_country,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date { year: 2026, month: 11, day: 23 };

    #[test]
    fn lines_that_read_offer_their_fields_and_say_what_cannot_be() {
        let view = mrz("I<D<<T22000129<<<<<<<<<<<<<<<<<\n6408125<2010315D<<<<<<<<<<<<<<4\nMUSTERMANN<<ERIKA<<<<<<<<<<<<<", TODAY);
        assert_eq!(view.problem.as_deref(), Some("length"), "31 places in a line");
        let view = mrz("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", TODAY);
        assert_eq!(view.format.as_deref(), Some("td3"));
        assert_eq!(view.warnings, ["expired"]);
        let texts: Vec<_> = view.fields.iter().map(|f| f.text.as_str()).collect();
        assert_eq!(texts, ["ANNA MARIA ERIKSSON", "1974-08-12", "L898902C3", "2012-04-15", "UTO"]);
        assert!(view.checks.iter().all(|c| c.passed));
        assert_eq!(country_name("SGP"), "Singapore");
        assert_eq!(country_name("D"), "Germany");
    }

    #[test]
    fn a_question_is_worded_for_the_agent_and_for_the_customer() {
        let text = [("en", "Which branch?"), ("ms", "Cawangan mana?")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let question = Question { key: "branch".to_owned(), answer: domain::procedure::Answer::NotAsked, text };
        assert_eq!(words(&question, "ms-MY"), (Some("Which branch?".to_owned()), Some("Cawangan mana?".to_owned())));
        assert_eq!(words(&question, "th"), (Some("Which branch?".to_owned()), None));
        assert_eq!(words(&question, "en"), (Some("Which branch?".to_owned()), None));
    }
}
