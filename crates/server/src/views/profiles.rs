//! Jurisdiction profiles as pages may see them: lines, what proves them, features, certificates.
//! Must not know how a line is checked.

use crate::engine::word_of;
use domain::agent::Agent;
use domain::case::Case;
use domain::features::MAX_DRAWN;
use domain::jurisdiction::{Ask, Line, LineStanding, Profile, Proof, Rules, Standing, assess, profile};
use domain::procedure::Step;
use domain::refusal::Refusal;
use domain::time::{Span, Timestamp};
use wire::api::profiles::{
    CertificateView, DeclaredView, FeatureView, FeaturesView, LineProof, LineValue, LineView, ProfileDetail, ProfileLine, RaisedView,
};

/// A certificate that ends within this time is worth a warning.
const SOON: Span = Span::minutes(30 * 24 * 60);

/// Every line of a case's profile and how the case stands to it.
#[must_use]
pub fn lines(case: &Case, now: Timestamp) -> Vec<LineView> {
    assess(case, now).iter().map(line).collect()
}

fn line(l: &LineStanding) -> LineView {
    let (standing, why, statement, by) = match &l.standing {
        Standing::Met { by } => ("met", None, None, by.iter().map(proof).collect()),
        Standing::Missing { why } => ("missing", Some(word_of(why)), None, Vec::new()),
        Standing::Declared { statement, .. } => ("declared", None, Some(statement.clone()), Vec::new()),
        Standing::Follows { what } => ("follows", Some(word_of(what)), None, Vec::new()),
        Standing::NotApplicable { why } => ("not_applicable", Some(word_of(why)), None, Vec::new()),
    };
    LineView {
        id: l.id.clone(),
        title: l.title.clone(),
        kind: l.ask.kind().to_owned(),
        mandatory: l.mandatory,
        citation: l.citation.cited(),
        certainty: l.certainty.into(),
        note: l.note.clone(),
        standing: standing.to_owned(),
        why,
        statement,
        by,
    }
}

fn proof(p: &Proof) -> LineProof {
    let (is, of) = match p {
        Proof::Step { key, .. } => ("step", key.clone()),
        Proof::Image { evidence, .. } => ("image", evidence.to_string()),
        Proof::Prompt { id } => ("prompt", id.to_string()),
        Proof::Answers { matched } => ("answers", matched.to_string()),
        Proof::Features { seen, .. } => ("features", seen.to_string()),
        Proof::Consent { at, .. } => ("consent", at.to_string()),
        Proof::Recorded { segments, .. } => ("recorded", segments.to_string()),
        Proof::Unbroken { session } => ("unbroken", session.to_string()),
        Proof::AtRandom { agent, .. } => ("at_random", agent.to_string()),
        Proof::Certificate { until, .. } => ("certificate", until.to_string()),
        Proof::Place { country, .. } => ("place", country.clone()),
        Proof::CheckDigits {} => ("check_digits", String::new()),
        Proof::Read { field } => ("read", word_of(field)),
        Proof::Checker { agent } => ("checker", agent.to_string()),
        Proof::KeptUntil { at } => ("kept_until", at.to_string()),
    };
    LineProof { is: is.to_owned(), of }
}

/// Which lines of a profile are the reason of a refusal, in words.
#[must_use]
pub fn unmet(refusal: &Refusal) -> Option<String> {
    let lines: Vec<String> = refusal.lines.iter().map(|l| format!("{} ({})", l.title, l.id)).collect();
    (!lines.is_empty()).then(|| format!("The jurisdiction profile is not met: {}.", lines.join("; ")))
}

/// Security features that were drawn for a step.
#[must_use]
pub fn features(step: &Step) -> FeaturesView {
    let left = MAX_DRAWN.saturating_sub(step.features.len());
    let one = |m: &domain::features::Mark| FeatureView { feature: m.feature.into(), category: m.feature.category().into(), seen: m.seen };
    FeaturesView {
        wanted: step.features_wanted.0,
        categories: step.features_wanted.1,
        left: u8::try_from(left).unwrap_or(0),
        drawn: step.features.iter().map(one).collect(),
    }
}

/// The certificates of an agent, and whether they hold under their profile.
#[must_use]
pub fn certificates(agent: &Agent, now: Timestamp) -> Vec<CertificateView> {
    let one = |(code, trained): (&domain::jurisdiction::ProfileCode, &domain::jurisdiction::Trained)| {
        let days = profile(code.as_str()).and_then(advised_days).unwrap_or(u16::MAX);
        let state = if !trained.holds(days, now) {
            "expired"
        } else if trained.holds(days, now + SOON) {
            "holds"
        } else {
            "ends_soon"
        };
        CertificateView { profile: code.to_string(), trained_on: day(trained.at), until: day(trained.end(days)), state: state.to_owned() }
    };
    agent.certificates.iter().map(one).collect()
}

/// Days a training counts under a profile, also where it is only advised.
fn advised_days(profile: &Profile) -> Option<u16> {
    profile.lines.iter().filter_map(|l| if let Ask::Training { days } = l.ask { Some(days) } else { None }).min()
}

fn day(at: Timestamp) -> String {
    at.local("UTC").date
}

/// A profile with what an operator set beside it.
#[must_use]
pub fn detail(p: &Profile, rules: &Rules) -> ProfileDetail {
    let raised = p.raised(&rules.raised);
    let pairs = p.lines.iter().zip(&raised.lines);
    ProfileDetail {
        code: p.code.clone(),
        name: p.name.clone(),
        version: p.version,
        effective: p.effective.clone(),
        source: p.source.clone(),
        sha256: p.sha256.to_string(),
        lines: pairs.map(|(base, now)| profile_line(base, now, rules)).collect(),
    }
}

fn profile_line(base: &Line, now: &Line, rules: &Rules) -> ProfileLine {
    let values = base.ask.values().into_iter().zip(now.ask.values()).map(|(was, is)| LineValue {
        name: was.name.to_owned(),
        base: was.is,
        is: is.is,
        stricter: was.stricter.into(),
        end: was.end,
    });
    let raised = rules.raised.iter().find(|r| r.line == base.id);
    let declared = rules.declared.iter().find(|d| d.line == base.id);
    ProfileLine {
        id: base.id.clone(),
        title: base.title.clone(),
        kind: base.ask.kind().to_owned(),
        mandatory: base.mandatory,
        citation: base.cited(),
        certainty: base.certainty.into(),
        note: base.note.clone(),
        declarable: base.ask.declared(),
        values: values.collect(),
        raised: raised.map(|r| RaisedView { mandatory: r.mandatory, reason: r.reason.clone(), by: r.by.clone(), at: r.at.to_string() }),
        declared: declared.map(|d| DeclaredView { statement: d.statement.clone(), by: d.by.clone(), at: d.at.to_string() }),
    }
}
