//! What the profiles' files promise as data. Must not know a case.

use super::*;
use crate::time::Timestamp;
use std::collections::BTreeMap;

#[test]
fn every_built_in_file_is_fit_and_found_by_its_code() {
    for text in FILES {
        let made = Profile::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(profile(&made.code), Some(&made));
    }
    assert_eq!(PROFILES.len(), FILES.len());
    assert!(PROFILES.windows(2).all(|w| w[0].code < w[1].code));
    assert_eq!(profile_or_default("ZZ").code, "default");
    for code in ["CH", "DE", "EU", "EU-AMLA", "HK", "ID", "IN", "PH", "SG", "TH", "default"] {
        assert!(profile(code).is_some(), "{code}");
    }
}

#[test]
fn what_follows_from_the_lines_is_what_the_lines_say() {
    let de = profile("DE").unwrap();
    assert!(de.restart_on_interruption && de.random_agent && !de.waivers && !de.keep_for_later);
    assert_eq!((de.features(), de.training_days, de.liveness_prompts), (Some((3, 3)), Some(365), 3));
    assert!(PROFILES.iter().all(|p| p.code_last == (p.code == "DE")), "the German code alone ends the session");
    let india = profile("IN").unwrap();
    assert_eq!((india.review, india.restart_on_interruption, india.retention_years), (ReviewRule::Verified, true, 5));
    assert!(india.steps(&ClaimedData::default()).contains(&Kind::Location));
    assert_eq!(profile("CH").unwrap().retention_years, 10);
    let plain = profile("default").unwrap();
    assert!(plain.steps(&ClaimedData::default()).is_empty() && plain.waivers && plain.training_days.is_none());
}

#[test]
fn nothing_is_cited_that_was_not_read_without_saying_so() {
    for line in PROFILES.iter().flat_map(|p| &p.lines) {
        let said = line.cited();
        assert_eq!(line.citation.paragraph.is_none(), said.ends_with("paragraph not verified"), "{said}");
        let unsure = matches!(line.certainty, Certainty::NotVerified | Certainty::Secondary);
        assert!(!unsure || !line.note.is_empty(), "{}: an uncertain line says what is uncertain", line.id);
    }
}

fn broken(change: impl FnOnce(&mut serde_json::Value)) -> Vec<ProfileFault> {
    let mut value: serde_json::Value = serde_json::from_str(FILES[1]).unwrap();
    change(&mut value);
    Profile::parse(&value.to_string()).expect_err("a fault")
}

#[test]
fn a_file_with_a_fault_is_refused_and_the_fault_named() {
    let first = |faults: Vec<ProfileFault>| (faults[0].line.clone(), faults[0].what.split(':').next().unwrap_or_default().to_owned());
    assert_eq!(first(broken(|v| v["code"] = "D".into())).1, "code");
    assert_eq!(first(broken(|v| v["version"] = 0.into())).1, "version");
    assert_eq!(first(broken(|v| v["effective"] = "soon".into())).1, "effective");
    assert_eq!(first(broken(|v| v["lines"][0]["id"] = "xx.consent".into())), ("xx.consent".into(), "id".into()));
    assert_eq!(first(broken(|v| v["lines"][1]["id"] = "de.consent".into())), ("de.consent".into(), "id".into()));
    assert_eq!(first(broken(|v| v["lines"][4]["ask"]["categories"] = 4.into())).0, "de.security_features");
    assert!(broken(|v| v["lines"][4]["ask"]["kind"] = "wish".into())[0].what.contains("unknown variant"));
    assert!(broken(|v| v["lines"][4]["ask"]["more"] = 1.into())[0].what.contains("unknown field"));
    assert!(broken(|v| v["lines"][10]["ask"]["last"] = 1.into())[0].what.contains("expected a boolean"));
    assert!(broken(|v| v["lines"][4]["ask"]["last"] = true.into())[0].what.contains("unknown field"), "of a code alone");
    assert!(broken(|v| v["surprise"] = 1.into())[0].what.contains("unknown field"));
    for kind in ["recording", "consent", "retention"] {
        let without = broken(|v| {
            let lines = v["lines"].as_array_mut().unwrap();
            lines.retain(|l| l["ask"]["kind"] != kind);
        });
        assert!(without.iter().any(|f| f.what.contains(kind)), "{kind}: {without:?}");
    }
    assert!(Profile::parse("{").is_err() && Profile::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn only_a_line_that_says_so_has_a_code_last_and_every_other_is_written_as_before() {
    let asks = |p: &str, line: &str| serde_json::to_value(&profile(p).unwrap().line(line).unwrap().ask).unwrap();
    assert_eq!(asks("DE", "de.tan"), serde_json::json!({ "kind": "one_time_code", "last": true }));
    assert_eq!(asks("EU", "eu.one_time_code"), serde_json::json!({ "kind": "one_time_code" }));
    let eu = profile("EU").unwrap();
    let advice = eu.raised(&[raise("eu.one_time_code", false, &[("last", 1)])]);
    assert!(!advice.code_last, "advice binds nobody");
    assert!(eu.raised(&[raise("eu.one_time_code", true, &[("last", 1)])]).code_last);
}

fn raise(line: &str, mandatory: bool, values: &[(&str, u32)]) -> Raised {
    let values: BTreeMap<String, u32> = values.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
    Raised { line: line.into(), mandatory, values, reason: "our own rule".into(), by: "agt".into(), at: Timestamp(0) }
}

#[test]
fn every_number_of_every_line_goes_one_way_only() {
    let mut tried = 0;
    for p in PROFILES.iter() {
        for line in &p.lines {
            for value in line.ask.values() {
                let (weaker, stricter) = match value.stricter {
                    Direction::Up => (value.is.checked_sub(1), value.is + 1),
                    Direction::Down => (Some(value.is + 1), value.is.saturating_sub(1)),
                };
                let faults =
                    |to| Rules { raised: vec![raise(&line.id, line.mandatory, &[(value.name, to)])], ..Rules::default() }.faults(p);
                if let Some(weaker) = weaker {
                    let refused = faults(weaker);
                    assert!(refused.iter().any(|f| f.code == "weaker" && f.line.as_ref().is_some_and(|l| l.id == line.id)), "{}", line.id);
                    let anyway = p.raised(&[raise(&line.id, line.mandatory, &[(value.name, weaker)])]);
                    assert_eq!(anyway.lines, p.lines, "what was never accepted changes nothing");
                    tried += 1;
                }
                if stricter != value.is && value.allows(stricter) && !(value.name == "categories" && stricter > 1) {
                    assert_eq!(faults(stricter), [], "{} {}", line.id, value.name);
                    let made = p.raised(&[raise(&line.id, line.mandatory, &[(value.name, stricter)])]);
                    let is = made.line(&line.id).unwrap().ask.values().iter().find(|v| v.name == value.name).unwrap().is;
                    assert_eq!(is, stricter, "{} {}", line.id, value.name);
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn an_edit_that_weakens_is_refused_by_the_lines_name() {
    let p = profile("DE").unwrap();
    let codes = |raised: Raised| {
        let faults = Rules { raised: vec![raised], ..Rules::default() }.faults(p);
        faults.iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(raise("de.training", false, &[("days", 180)])), ["weaker"]);
    assert_eq!(codes(raise("de.training", true, &[("days", 180)])), [""; 0]);
    assert_eq!(codes(raise("de.training", true, &[])), ["nothing_raised"]);
    assert_eq!(codes(raise("de.training", true, &[("weeks", 2)])), ["unknown_value"]);
    assert_eq!(codes(raise("de.nothing", true, &[])), ["unknown_line"]);
    assert_eq!(codes(raise("de.security_features", true, &[("categories", 4)])), ["inconsistent"], "four kinds of three features");
    assert_eq!(codes(raise("de.security_features", true, &[("categories", 4), ("count", 4)])), [""; 0]);
    assert_eq!(codes(Raised { reason: " ".into(), ..raise("de.training", true, &[("days", 180)]) }), ["reason_missing"]);
    let declared = |line: &str, statement: &str| {
        let one = Declared { line: line.into(), statement: statement.into(), by: "agt".into(), at: Timestamp(0) };
        Rules { declared: vec![one], ..Rules::default() }.faults(p).iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(declared("de.rooms", "see our manual, chapter 4"), [""; 0]);
    assert_eq!(declared("de.rooms", ""), ["statement_missing"]);
    assert_eq!(declared("de.tan", "we do it by letter"), ["not_declarable"]);
    let many = vec![raise("de.training", true, &[("days", 180)]); MAX_RAISED + 1];
    assert!(Rules { raised: many, ..Rules::default() }.faults(p).iter().any(|f| f.code == "too_many"));
}
