//! The files of a case beside its recordings: the log's part, images, drawings, consents, texts and readable copies.
//! Must not know what a page shows.

use super::gather::Material;
use super::{Bench, ExportFault, Ground};
use crate::adapters::kms;
use crate::adapters::seal;
use crate::images::{Version, drawing_place, media_type, place};
use domain::audit::Entry;
use domain::case::Case;
use domain::digest::{Digest, Salt};
use domain::session::Seat;
use pack::manifest::{ImageLine, TextLine};
use pack::path;
use serde::Serialize;
use std::fmt::Write as _;

pub(super) fn add(ground: &Ground, material: &Material, mut bench: Bench) -> Result<Bench, ExportFault> {
    log(material, &mut bench)?;
    images(ground, material, &mut bench)?;
    drawings(ground, material, &mut bench)?;
    consents(material, &mut bench)?;
    texts(material, &mut bench)?;
    copies(material, &mut bench)?;
    Ok(bench)
}

fn log(material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let mut events = Vec::new();
    for entry in material.entries.values() {
        events.extend_from_slice(&entry.canonical());
        events.push(b'\n');
    }
    bench.writer.add(path::EVENTS, &events)?;
    bench.writer.add(path::CHECKPOINT, material.checkpoint.note.as_bytes())?;
    bench.writer.add(path::KEY, format!("{}\n", material.key).as_bytes())?;
    for proof in &material.proofs {
        bench.writer.add(&path::proof(proof.index), proof.write().as_bytes())?;
    }
    Ok(())
}

fn images(ground: &Ground, material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let case = material.loaded.case.id;
    for entry in material.entries.values().filter(|e| matches!(e.kind.as_str(), "image_reported" | "still_taken")) {
        let evidence = id_in(entry, "evidence")?;
        let name = place(case, evidence, Version::Original);
        let bytes = seal::open(&material.loaded.key.0, &name, &ground.blobs.get(&name)?)?;
        let end = media_type(&bytes).trim_start_matches("image/").replace("jpeg", "jpg");
        let path = format!("images/{evidence}.{end}");
        bench.writer.add(&path, &bytes)?;
        bench.manifest.images.push(ImageLine { evidence, path });
    }
    Ok(())
}

fn drawings(ground: &Ground, material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    for entry in material.entries.values().filter(|e| e.kind == "drawing_kept") {
        let evidence = id_in(entry, "drawing")?;
        let name = drawing_place(material.loaded.case.id, evidence);
        let bytes = seal::open(&material.loaded.key.0, &name, &ground.blobs.get(&name)?)?;
        let path = format!("drawings/{evidence}.json");
        bench.writer.add(&path, &bytes)?;
        bench.manifest.drawings.push(ImageLine { evidence, path });
    }
    Ok(())
}

fn id_in<T: std::str::FromStr>(entry: &Entry, key: &str) -> Result<T, ExportFault> {
    let id = entry.body.get(key).and_then(|v| v.as_str()).and_then(|text| text.parse().ok());
    id.ok_or_else(|| ExportFault::Odd(format!("the entry {} names no {key}", entry.id)))
}

/// The texts that were shown, and what opens their entries' commitments: address and browser.
fn consents(material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let given = material.entries.iter().filter(|(_, e)| e.kind == "consent_given");
    for ((index, entry), consent) in given.zip(&material.loaded.case.consents) {
        let path = path::consent(*index);
        bench.writer.add(&path, consent.text.as_bytes())?;
        bench.manifest.consents.push(TextLine { entry: *index, of: entry.kind.clone(), path });
        let salt = kms::derive(&material.loaded.key.0, &[b"consent salt", &consent.at.0.to_be_bytes()]);
        let salt = Salt(salt.first_chunk().copied().unwrap_or_default());
        let text = format!("{}\n{}", consent.address.reveal(), consent.user_agent.reveal());
        if Digest::commit(&salt, &text) == consent.commitment {
            opening(bench, *index, "consent_given", "consent_given", &salt, &text)?;
        }
    }
    Ok(())
}

fn opening(bench: &mut Bench, index: u64, kind: &str, of: &str, salt: &Salt, text: &str) -> Result<(), ExportFault> {
    let path = path::text(index, kind);
    bench.writer.add(&path, &[&salt.0, text.as_bytes()].concat())?;
    bench.manifest.texts.push(TextLine { entry: index, of: of.to_owned(), path });
    Ok(())
}

fn texts(material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let commitment = |entry: &Entry| ["commitment", "note"].iter().find_map(|key| Digest::parse(entry.body.get(*key)?.as_str()?));
    for opened in material.loaded.case.openings() {
        let kind = opened.of.split('/').next().unwrap_or_default();
        let found = material.entries.iter().find(|(_, e)| e.kind == kind && commitment(e) == Some(opened.commitment));
        if let Some((index, _)) = found {
            opening(bench, *index, kind, &opened.of, &opened.salt, &opened.text)?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct CaseCopy<'a> {
    case: String,
    tenant: &'a str,
    reference: &'a str,
    customer: &'a domain::report::Customer,
    claimed: &'a domain::report::ClaimedData,
    readings: &'a domain::reading::Readings,
    location: &'a domain::location::Location,
    jurisdiction: &'a str,
    phase: String,
    created_at: String,
    reports: &'a [domain::report::Report],
    answer: &'a domain::trigger::Answer,
    decision: Option<&'a domain::decision::Decision>,
    sessions: Vec<SessionCopy>,
    evidence: &'a [domain::evidence::Evidence],
}

#[derive(Serialize)]
struct SessionCopy {
    session: String,
    agent: String,
    agent_name: String,
    started_at: String,
    ended_at: Option<String>,
}

/// Copies for reading. What of them is proven lies beside them, in texts, images and the log.
fn copies(material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let case = &material.loaded.case;
    let session = |s: &domain::session::Session| SessionCopy {
        session: s.id.to_string(),
        agent: s.agent.to_string(),
        agent_name: material.names.get(&s.agent).cloned().unwrap_or_default(),
        started_at: s.started_at.to_string(),
        ended_at: case.past.iter().find(|p| p.session.id == s.id).map(|p| p.ended_at.to_string()),
    };
    let copy = CaseCopy {
        case: case.id.to_string(),
        tenant: &material.tenant,
        reference: &case.reference,
        customer: &case.customer,
        claimed: &case.claimed,
        readings: &case.identity.readings,
        location: &case.identity.location,
        jurisdiction: &case.jurisdiction,
        phase: case.phase_name().to_owned(),
        created_at: case.created_at.to_string(),
        reports: &case.reports,
        answer: &case.answer,
        decision: case.decision(),
        sessions: case.every_session().map(session).collect(),
        evidence: &case.evidence,
    };
    json(bench, "case.json", &copy)?;
    if let Some(procedure) = case.procedure_told() {
        json(bench, "procedure.json", &procedure)?;
    }
    match &material.policy {
        Some(policy) => bench.writer.add("policy.json", policy.as_bytes())?,
        None => {
            bench.manifest.absent.push("policy.json: the policy that every tenant starts with was in force; it has no version".to_owned())
        }
    }
    bench.writer.add("chat.txt", chat(case).as_bytes())?;
    let note = case.decision().map(|d| d.note.reveal().as_str()).unwrap_or_default();
    bench.writer.add("notes.txt", format!("Notes\n{}\n\nNote of the decision\n{note}\n", case.notes.reveal()).as_bytes())?;
    Ok(())
}

pub(super) fn json(bench: &mut Bench, path: &str, value: &impl Serialize) -> Result<(), ExportFault> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| ExportFault::Odd(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bench.writer.add(path, &bytes)?)
}

fn chat(case: &Case) -> String {
    let mut text = String::new();
    for message in &case.chat {
        let from = match message.from {
            Seat::Customer => "customer",
            Seat::Agent => "agent",
            Seat::Supervisor => "supervisor",
            Seat::Interpreter => "interpreter",
        };
        let image = message.image.map(|id| format!(" [image {id}]")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {} ({from}, {}):{image} {}", message.at, message.name, message.id, message.text.reveal());
    }
    text
}
