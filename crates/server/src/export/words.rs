//! Entries of the log in plain English, for the report and the composed picture. Must not know personal data: entries hold none.

use domain::audit::Entry;
use serde::Serialize;
use serde_json::Value;

/// What happened, in a few words.
pub(super) fn said(entry: &Entry) -> String {
    let head = head(&entry.kind);
    match detail(entry) {
        Some(detail) => format!("{head}: {detail}"),
        None => head,
    }
}

/// The same for what is worth a line under the picture.
pub(super) fn caption(entry: &Entry) -> Option<String> {
    let shown = matches!(
        entry.kind.as_str(),
        "session_live"
            | "session_interrupted"
            | "session_resumed"
            | "step_done"
            | "step_failed"
            | "step_waived"
            | "step_reopened"
            | "still_taken"
            | "challenge_shown"
            | "challenge_asked"
            | "challenge_judged"
            | "question_answered"
            | "field_read"
            | "code_sent"
            | "code_tried"
            | "located"
            | "location_asked"
            | "surface_shown"
            | "hold_began"
            | "hold_ended"
            | "interpreter_came"
            | "supervisor_came"
            | "taken_over"
            | "decided"
    );
    shown.then(|| said(entry))
}

fn head(kind: &str) -> String {
    let known = match kind {
        "case_reported" => "Failed check reported",
        "report_added" => "Another failed attempt reported",
        "image_reported" => "Image of the failed attempt kept",
        "invitation_issued" => "Link issued",
        "invitation_claimed" => "Link opened and claimed",
        "foreign_claim" => "Another device tried the link",
        "consent_given" => "Consent given",
        "ticket_queued" => "Entered the queue",
        "agent_reserved" => "Agent rung",
        "reservation_ended" => "Ring ended",
        "session_started" => "Agent answered",
        "session_live" => "Face to face",
        "session_interrupted" => "Connection lost",
        "session_resumed" => "Connection back",
        "session_ended" => "Session ended",
        "recording_head" => "Recording sealed so far",
        "recording_sealed" => "Recording complete",
        "recording_gap" => "Hole in the recording",
        "still_taken" => "Photograph",
        "step_done" => "Step done",
        "step_failed" => "Step failed",
        "step_waived" => "Step waived",
        "step_reopened" => "Step opened again",
        "challenge_asked" => "Liveness prompt drawn",
        "challenge_shown" => "Liveness prompt on the customer's screen",
        "challenge_judged" => "Liveness prompt judged",
        "question_answered" => "Question answered",
        "field_read" => "Field read off the document",
        "code_sent" => "One-time code sent",
        "code_tried" => "One-time code typed",
        "chat_sent" => "Chat message",
        "decided" => "Decision",
        "reviewed" => "Second person's review",
        "case_closed" => "Case closed",
        "located" => "Place told by the device",
        "state_kept" => "State kept",
        "pack_exported" => "Evidence pack exported",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let mut words = kind.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The part of the body that tells them apart: words and numbers, no hashes and no ids.
fn detail(entry: &Entry) -> Option<String> {
    const KEYS: [&str; 27] = [
        "verdict", "reasons", "outcome", "step", "slot", "prompt", "passed", "question", "field", "answer", "channel", "tried", "country",
        "how", "seat", "by", "kind", "why", "what", "segments", "agreed", "mode", "surface", "language", "from", "attempt", "stars",
    ];
    let parts: Vec<String> = KEYS.iter().filter_map(|key| word(entry.body.get(*key)?)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= 60 && !text.contains("_0") => Some(text.replace('_', " ")),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Array(all) => Some(all.iter().filter_map(word).collect::<Vec<_>>().join(" and ")),
        Value::Object(map) => map.get("is").and_then(word),
        Value::Null | Value::String(_) => None,
    }
}

/// A code of the published lists as words: `document_glare` is "document glare".
pub(super) fn code(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok().and_then(|v| word(&v)).unwrap_or_default();
    word.trim().to_owned()
}

/// A step's key as words.
pub(super) fn step(key: &str) -> String {
    let known = match key {
        "greet" => "Greeting and spoken consent",
        "document_front" => "Front of the document photographed",
        "document_back" => "Back of the document photographed",
        "document_tilt" => "Document tilted before the camera",
        "portrait_match" => "Face photographed and compared",
        "liveness" => "Liveness prompts",
        "questions" => "Questions",
        "one_time_code" => "One-time code",
        "location" => "Place of the customer",
        "declaration" => "Own will and purpose stated",
        "decision" => "Decision",
        _ => "",
    };
    if known.is_empty() { key.replace('_', " ") } else { known.to_owned() }
}
