//! The report for people: two pages that tell who, what, when and why, and annexes with everything.
//! Must not know how a page is laid out.

use super::gather::Material;
use super::lines::{self, short, tail};
use super::{Bench, ExportFault, Ground, files, fonts, words};
use crate::adapters::seal;
use crate::images::{Version, place};
use domain::decision::Verdict;
use domain::evidence::Evidence;
use domain::jurisdiction::profile_or_default;
use domain::procedure::StepState;
use domain::time::Timestamp;
use pack::manifest::Manifest;
use pack::path;
use report::{Block, Cell, Document, Picture, Table, Tone};
use std::io::Cursor;

/// Width of pictures in the report, pixels: three in a row, at print quality.
const PICTURE: u32 = 480;
/// Most pictures; the images lie beside the report.
const MAX_PICTURES: usize = 60;
/// Pictures on the first pages; the others follow in an annex.
const FRONT: usize = 3;

pub(super) fn add(ground: &Ground, material: &Material, bench: &mut Bench) -> Result<(), ExportFault> {
    let lines = lines::of(material);
    files::json(bench, "profile.json", &serde_json::json!({ "profile": material.loaded.case.jurisdiction, "lines": lines }))?;
    let mut document = document(ground, material, &bench.manifest, &lines)?;
    let fonts = fonts::for_document(&document)?;
    let missing = fonts.missing(report::texts(&document)).len();
    if missing > 0 {
        let said = format!("{missing} characters of names or texts are in no font at hand: they stand as their code points, as [U+0E2A].");
        bench.manifest.absent.push(format!("report.pdf: {said}"));
        document.blocks.insert(1, Block::Text(said));
    }
    let rendered = report::render(&document, &fonts)?;
    bench.writer.add(path::REPORT, &rendered.pdf)?;
    Ok(())
}

fn document(ground: &Ground, material: &Material, manifest: &Manifest, lines: &[lines::Line]) -> Result<Document, ExportFault> {
    let case = &material.loaded.case;
    let lead = format!("{} · reference {} · exported {} by {}", case.id, case.reference, time(material.at), manifest.exported_by);
    let mut pictures = pictures(ground, material)?;
    let rest = pictures.split_off(pictures.len().min(FRONT));
    let mut blocks = vec![Block::Title("Identity verification report".to_owned(), lead), outcome(material)];
    blocks.push(Block::Facts(who(material)));
    blocks.push(Block::Heading("What the profile asks, and what meets it".to_owned()));
    blocks.push(Block::Table(profile(lines)));
    blocks.push(Block::Heading("Steps".to_owned()));
    blocks.push(Block::Table(steps(material)));
    if !pictures.is_empty() {
        blocks.push(Block::Heading("Photographs".to_owned()));
        blocks.push(Block::Pictures(pictures));
    }
    blocks.push(Block::NewPage);
    if !rest.is_empty() {
        blocks.push(Block::Heading("Annex A: further images".to_owned()));
        blocks.push(Block::Pictures(rest));
    }
    blocks.push(Block::Heading("Annex B: timeline".to_owned()));
    blocks.push(Block::Table(timeline(material)));
    texts(material, &mut blocks);
    blocks.push(Block::Heading("Annex E: hashes and proof".to_owned()));
    blocks.extend(proof(material, manifest));
    Ok(Document {
        title: format!("Identity verification report {}", case.id),
        footer: format!("{} · {}", material.tenant, case.id),
        blocks,
    })
}

fn outcome(material: &Material) -> Block {
    let case = &material.loaded.case;
    let Some(decision) = case.decision() else {
        return Block::Outcome(
            "No decision".to_owned(),
            Tone::Warn,
            format!("The case stands at: {}.", case.phase_name().replace('_', " ")),
        );
    };
    let (word, tone) = match decision.verdict {
        Verdict::Verified => ("Verified", Tone::Good),
        Verdict::Rejected => ("Rejected", Tone::Bad),
        Verdict::Escalated => ("Escalated", Tone::Warn),
        Verdict::Incomplete => ("Incomplete", Tone::Warn),
    };
    let reasons: Vec<String> = decision.reasons.iter().map(words::code).collect();
    let mut text = format!("{}. Decided by {} on {}.", reasons.join("; "), person(material, &decision.by), time(decision.at));
    if let Some(checker) = &decision.reviewed_by {
        text.push_str(&format!(" Reviewed by {}.", person(material, checker)));
    }
    if !decision.note.reveal().is_empty() {
        text.push_str(&format!("\nNote: {}", decision.note.reveal()));
    }
    Block::Outcome(word.to_owned(), tone, text)
}

fn person(material: &Material, id: &domain::ids::AgentId) -> String {
    match material.names.get(id).filter(|name| !name.is_empty()) {
        Some(name) => format!("{name} ({})", tail(&id.to_string())),
        None => id.to_string(),
    }
}

fn who(material: &Material) -> Vec<(String, String)> {
    let case = &material.loaded.case;
    let mut facts = Vec::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    let revealed = |value: &Option<domain::pii::Pii<String>>| value.as_ref().map(|v| v.reveal().clone()).unwrap_or_default();
    put("Customer", case.customer.name.reveal().clone());
    put("Institution", material.tenant.clone());
    put(
        "Claimed",
        [revealed(&case.claimed.name), revealed(&case.claimed.birth_date), revealed(&case.claimed.document_number)]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
    );
    let read: Vec<String> = domain::reading::FIELDS
        .iter()
        .filter_map(|f| Some(format!("{} {}", words::code(f), case.identity.readings.get(*f)?.replace('\n', " "))))
        .collect();
    put("Read off the document", read.join(" · "));
    let reasons: Vec<String> = case.reports.iter().flat_map(|r| &r.reasons).map(words::code).collect();
    put("Why it came to a person", format!("{} ({})", reasons.join("; "), case.answer.because));
    let profile = profile_or_default(&case.jurisdiction);
    put("Jurisdiction profile", format!("{} ({}), {}", profile.name, profile.code, profile.source));
    put("Policy", format!("version {}, rule {}", case.answer.version, case.answer.rule.as_deref().unwrap_or("none matched")));
    for session in case.every_session() {
        let ended = case.past.iter().find(|p| p.session.id == session.id).map(|p| time(p.ended_at)).unwrap_or_default();
        let recorded = format!("{} sealed segments", session.recording.segments());
        put("Session", format!("{} to {ended}, with {}; {recorded}", time(session.started_at), person(material, &session.agent)));
    }
    if let Some(consent) = case.consents.last() {
        let hash = short(&consent.text_sha256.to_string());
        put("Consent", format!("{}, text version {} in {}, hash {hash}", time(consent.at), consent.version, consent.locale));
    }
    put("Notes", case.notes.reveal().clone());
    facts
}

fn columns(of: &[(&str, f32)]) -> Vec<(String, f32)> {
    of.iter().map(|(word, share)| ((*word).to_owned(), *share)).collect()
}

fn profile(lines: &[lines::Line]) -> Table {
    let row = |line: &lines::Line| {
        let standing = Cell(line.said().to_owned(), line.tone());
        vec![Cell::plain(line.title.clone()), Cell(line.citation.clone(), Tone::Quiet), standing, Cell::plain(line.evidence.clone())]
    };
    let columns = columns(&[("Line", 2.4), ("Paragraph", 2.0), ("Standing", 1.0), ("Rests on", 2.6)]);
    Table { columns, rows: lines.iter().map(row).collect() }
}

fn steps(material: &Material) -> Table {
    let steps = material.loaded.case.procedure.iter().flat_map(|p| &p.steps);
    let row = |step: &domain::procedure::Step| {
        let (state, tone) = match material.loaded.case.told_state(step) {
            StepState::Done => ("done".to_owned(), Tone::Good),
            StepState::Pending => ("open".to_owned(), Tone::Warn),
            StepState::Failed => ("failed".to_owned(), Tone::Bad),
            StepState::Waived { reason, .. } => (format!("waived: {}", reason.reveal()), Tone::Warn),
        };
        let mut found: Vec<String> = step.evidence.iter().map(|id| format!("image {}", tail(&id.to_string()))).collect();
        found.extend(step.challenges.iter().map(|c| format!("{} {}", words::code(&c.prompt), words::code(&c.outcome))));
        found.extend(step.questions.iter().map(|q| format!("{} {}", q.key.replace('_', " "), words::code(&q.answer))));
        vec![Cell::plain(words::step(step.kind.key())), Cell(state, tone), Cell::plain(found.join("; "))]
    };
    Table { columns: columns(&[("Step", 1.6), ("State", 1.2), ("Prompts, questions, images", 4.0)]), rows: steps.map(row).collect() }
}

fn timeline(material: &Material) -> Table {
    let row = |(index, entry): (&u64, &domain::audit::Entry)| {
        let actor = match entry.actor.strip_prefix("agent:").and_then(|id| id.parse().ok()) {
            Some(id) => person(material, &id),
            None => entry.actor.clone(),
        };
        vec![Cell::plain(time(entry.at)), Cell(index.to_string(), Tone::Quiet), Cell::plain(actor), Cell::plain(words::said(entry))]
    };
    let columns = columns(&[("Time", 2.0), ("Entry", 0.8), ("Who", 1.9), ("What", 4.3)]);
    Table { columns, rows: material.entries.iter().map(row).collect() }
}

fn texts(material: &Material, blocks: &mut Vec<Block>) {
    let case = &material.loaded.case;
    if !case.chat.is_empty() {
        blocks.push(Block::Heading("Annex C: conversation in writing".to_owned()));
        let line = |m: &domain::case::Message| (format!("{} {}", time(m.at), m.name), m.text.reveal().clone());
        blocks.push(Block::Facts(case.chat.iter().map(line).collect()));
    }
    for consent in &case.consents {
        blocks.push(Block::Heading(format!("Annex D: consent as shown on {}", time(consent.at))));
        blocks.push(Block::Text(consent.text.clone()));
    }
}

fn proof(material: &Material, manifest: &Manifest) -> Vec<Block> {
    let root: String = material.checkpoint.root.iter().map(|b| format!("{b:02x}")).collect();
    let mut facts = vec![
        ("Log key".to_owned(), material.key.clone()),
        ("Signed checkpoint".to_owned(), format!("size {}, root {root}", material.checkpoint.size)),
        ("Entries of this case".to_owned(), format!("{}; each with its proof in log/proofs", material.entries.len())),
    ];
    for evidence in &material.loaded.case.evidence {
        facts.push((format!("Image {}", tail(&evidence.id.to_string())), format!("SHA-256 {}", evidence.sha256)));
    }
    for line in &manifest.absent {
        facts.push(("Not in the pack".to_owned(), line.clone()));
    }
    let how = "How to verify all of this without us stands in README.txt of the pack. This report is a rendering: on what is \
               written in it the log's proofs have the last word.";
    vec![Block::Facts(facts), Block::Text(how.to_owned())]
}

fn pictures(ground: &Ground, material: &Material) -> Result<Vec<Picture>, ExportFault> {
    let case = &material.loaded.case;
    let (mut live, others): (Vec<&Evidence>, Vec<&Evidence>) =
        case.evidence.iter().partition(|e| e.source == domain::evidence::Source::Live && !e.void);
    live.extend(others);
    let mut pictures = Vec::new();
    for evidence in live.into_iter().take(MAX_PICTURES) {
        let name = place(case.id, evidence.id, Version::Shown);
        let bytes = seal::open(&material.loaded.key.0, &name, &ground.blobs.get(&name)?)?;
        let mut caption = format!("{} ({}), {}", words::code(&evidence.slot), words::code(&evidence.source), time(evidence.at));
        caption.push_str(&format!("\n{} · {}×{}", tail(&evidence.id.to_string()), evidence.width, evidence.height));
        if evidence.void {
            caption.push_str(" · voided");
        }
        pictures.push(Picture { jpeg: small(&bytes), caption });
    }
    Ok(pictures)
}

/// A small copy for print; nothing when it is no picture, which leaves an empty frame with its caption.
fn small(bytes: &[u8]) -> Vec<u8> {
    let Ok(image) = image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg) else { return Vec::new() };
    let image = if image.width() > PICTURE { image.thumbnail(PICTURE, PICTURE * 2) } else { image };
    let mut out = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 82);
    match image.to_rgb8().write_with_encoder(encoder) {
        Ok(()) => out.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// `2026-11-23 07:00:01 UTC`.
fn time(at: Timestamp) -> String {
    let text = at.to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date} {} UTC", time.get(..8).unwrap_or(time))
}
