//! The lines of the case's jurisdiction profile, each with its paragraph and what it rests on. Must not know how a table is drawn.

use super::gather::Material;
use super::words;
use domain::jurisdiction::{Certainty, Exempt, Gap, LineStanding, Proof, Standing, assess};
use domain::time::Timestamp;
use report::Tone;
use serde::Serialize;

/// One line.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    pub id: String,
    pub title: String,
    /// Where it stands written, and how sure that is.
    pub citation: String,
    pub mandatory: bool,
    /// `met`, `missing`, `declared`, `follows`, `not_applicable`.
    pub standing: String,
    /// What meets it, or why nothing does.
    pub evidence: String,
}

impl Line {
    pub fn tone(&self) -> Tone {
        match self.standing.as_str() {
            "met" => Tone::Good,
            "missing" if self.mandatory => Tone::Bad,
            "missing" | "not_applicable" => Tone::Quiet,
            _ => Tone::Warn,
        }
    }

    /// The standing in words: what nobody asks for is not missing.
    pub fn said(&self) -> &str {
        match self.standing.as_str() {
            "missing" if !self.mandatory => "not required; not done",
            "not_applicable" => "does not apply",
            "follows" => "follows after the verdict",
            other => other,
        }
    }
}

/// Every line, as the operator made it stricter; after a verdict as it stood at the verdict.
pub(super) fn of(material: &Material) -> Vec<Line> {
    assess(&material.loaded.case, material.at).iter().map(line).collect()
}

fn line(of: &LineStanding) -> Line {
    let (standing, evidence) = match &of.standing {
        Standing::Met { by } => ("met", proofs(by)),
        Standing::Missing { why } => ("missing", gap(*why).to_owned()),
        Standing::Declared { statement, by, at } => ("declared", format!("{statement} ({by}, {})", day(*at))),
        Standing::Follows { what } => ("follows", words::code(what)),
        Standing::NotApplicable { why } => ("not_applicable", exempt(*why).to_owned()),
    };
    let sure = match of.certainty {
        Certainty::Read => "",
        Certainty::Secondary => " (not read in the source itself)",
        Certainty::General => " (general knowledge)",
        Certainty::NotVerified => " (not verified)",
    };
    let paragraph = of.citation.paragraph.as_ref().map(|p| format!(", {p}")).unwrap_or_default();
    Line {
        id: of.id.clone(),
        title: of.title.clone(),
        citation: format!("{}{paragraph}{sure}", of.citation.document),
        mandatory: of.mandatory,
        standing: standing.to_owned(),
        evidence,
    }
}

fn proofs(by: &[Proof]) -> String {
    if by.is_empty() {
        return "Nothing speaks against it".to_owned();
    }
    by.iter().map(proof).collect::<Vec<_>>().join("; ")
}

fn proof(of: &Proof) -> String {
    match of {
        Proof::Step { key, .. } => format!("step {}", words::step(key)),
        Proof::Image { evidence, sha256 } => format!("image {}, hash {}", tail(&evidence.to_string()), short(&sha256.to_string())),
        Proof::Prompt { id } => format!("prompt {id} passed"),
        Proof::Answers { matched } => format!("{matched} answers as on file"),
        Proof::Features { seen, categories } => format!("{seen} security features of {categories} categories"),
        Proof::Consent { text_sha256, version, at } => {
            format!("consent of {}, text version {version}, hash {}", day(*at), short(&text_sha256.to_string()))
        }
        Proof::Recorded { session, segments } => format!("{segments} sealed segments of {}", tail(&session.to_string())),
        Proof::Unbroken { session } => format!("{} ran without a break", tail(&session.to_string())),
        Proof::AtRandom { agent, .. } => format!("agent {} drawn at random", tail(&agent.to_string())),
        Proof::Certificate { agent, until } => format!("agent {} certified until {}", tail(&agent.to_string()), day(*until)),
        Proof::Place { country, commitment } => format!("place in {country}, commitment {}", short(&commitment.to_string())),
        Proof::CheckDigits {} => "check digits fit".to_owned(),
        Proof::Read { field } => format!("{} read", words::code(field)),
        Proof::Checker { agent } => format!("checked by {}", tail(&agent.to_string())),
        Proof::KeptUntil { at } => format!("kept until {}", day(*at)),
    }
}

const fn gap(why: Gap) -> &'static str {
    match why {
        Gap::StepOpen => "A step is open",
        Gap::CodeNotLast => "The code was typed, but not as the last step",
        Gap::NotRecorded => "The recording is not complete",
        Gap::NoConsent => "No consent is on file",
        Gap::Interrupted => "The session was interrupted",
        Gap::NotDrawn => "The agent was not drawn at random",
        Gap::NotTrained => "The agent has no certificate",
        Gap::TrainingExpired => "The agent's certificate ran out",
        Gap::PlaceUnknown => "The place is not known",
        Gap::PlaceOutside => "The place is outside the country",
        Gap::NetworkOutside => "The network address is outside the country",
        Gap::NotRead => "The machine-readable lines were not read",
        Gap::CheckDigits => "A check digit does not fit",
        Gap::NotDeclared => "The operator declared nothing",
        Gap::NotChecked => "No second person checked",
    }
}

const fn exempt(why: Exempt) -> &'static str {
    match why {
        Exempt::OtherVerdict => "The verdict is none that is checked",
        Exempt::NoSuchSide => "The document has no such side",
    }
}

/// `2026-11-23`.
fn day(at: Timestamp) -> String {
    at.to_string().get(..10).unwrap_or_default().to_owned()
}

/// The first digits of a hash: the whole stands in the annex.
pub(super) fn short(hash: &str) -> String {
    hash.get(..12).map_or_else(|| hash.to_owned(), |head| format!("{head}…"))
}

/// The last digits of an id.
pub(super) fn tail(id: &str) -> String {
    id.len().checked_sub(8).and_then(|at| id.get(at..)).map_or_else(|| id.to_owned(), |tail| format!("…{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(standing: &str, mandatory: bool) -> Line {
        let (id, title, citation, evidence) = ("sg.x".to_owned(), String::new(), String::new(), String::new());
        Line { id, title, citation, mandatory, standing: standing.to_owned(), evidence }
    }

    #[test]
    fn a_line_that_is_only_advised_is_never_called_missing() {
        assert_eq!(standing("missing", true).said(), "missing");
        assert_eq!(standing("missing", false).said(), "not required; not done");
        assert_eq!((standing("missing", true).tone(), standing("missing", false).tone()), (Tone::Bad, Tone::Quiet));
        assert_eq!(standing("met", false).said(), "met");
        assert!(["not_applicable", "follows"].iter().all(|each| !standing(each, true).said().contains('_')));
    }
}
