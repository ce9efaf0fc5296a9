//! What opens a commitment is kept with the text it was made for, and with nothing else.

use super::*;
use crate::reading::Field;

fn chat(n: u128, text: &str) -> Input {
    let (id, nonce, text) = (MessageId(n), format!("n{n}"), Pii::new(text.to_owned()));
    let message = Message { id, nonce, from: Seat::Customer, name: "Nur".into(), at: at(5), text, image: None };
    Input::Chat { message: Box::new(message), salt: Salt([u8::try_from(n).unwrap(); 16]) }
}

fn notes(text: &str, salt: u8) -> Input {
    Input::Notes { agent: AGENT, text: Pii::new(text.into()), salt: Salt([salt; 16]) }
}

fn opened(case: &Case) -> Vec<(String, String)> {
    case.openings().into_iter().map(|o| (o.of, o.text)).collect()
}

#[test]
fn every_text_that_is_still_there_opens_its_commitment_in_the_log() {
    let c = go(&live("default"), chat(1, "halo"), 5);
    let c = go(&c, chat(2, "baik"), 6);
    let c = go(&c, notes("first", 7), 7);
    let t = c.handle(notes("second", 8), at(8)).unwrap();
    let Fact::NotesChanged { commitment, .. } = t.facts[0] else { panic!("{:?}", t.facts) };
    let c = t.next;
    let c = go(&c, Input::ReadField { agent: AGENT, field: Field::Name, text: Pii::new("NUR AISYAH".into()), salt: Salt([9; 16]) }, 9);
    let named = |of: &str, text: &str| (of.to_owned(), text.to_owned());
    let expected = [
        named(&format!("chat_sent/{}", MessageId(1)), "halo"),
        named(&format!("chat_sent/{}", MessageId(2)), "baik"),
        named("notes_changed", "second"),
        named("field_read/name", "NUR AISYAH"),
    ];
    assert_eq!(opened(&c), expected);
    let note = c.openings().into_iter().find(|o| o.of == "notes_changed").unwrap();
    assert_eq!(note.commitment, commitment, "it opens what the log holds");
    assert_eq!(Digest::commit(&note.salt, &note.text), commitment);
}

#[test]
fn a_decisions_note_opens_after_the_close_and_a_changed_text_opens_nothing() {
    let c = go(&worked(&live("default")), notes("as agreed", 7), 19);
    let text = "document worn, face clear";
    let salt = Salt([4; 16]);
    let (note, note_commitment) = (Pii::new(text.to_owned()), Digest::commit(&salt, text));
    let draft = Draft { reasons: vec![ReasonCode::DocumentDamaged], by: AGENT, note, note_commitment, note_salt: salt };
    let mut c = go(&c, Input::Decide { verdict: Verdict::Rejected, draft: Box::new(draft), link: link(99) }, 20);
    assert!(opened(&c).contains(&("decided".to_owned(), text.to_owned())));
    assert!(opened(&c).iter().any(|(of, _)| of == "notes_changed"));
    c.notes = Pii::new("changed behind the log".into());
    assert!(!opened(&c).iter().any(|(of, _)| of == "notes_changed"));
}

#[test]
fn a_state_written_before_salts_were_kept_is_still_read_and_opens_nothing() {
    let c = go(&live("default"), chat(1, "halo"), 5);
    let mut old = serde_json::to_value(&c).unwrap();
    old.as_object_mut().unwrap().remove("salts");
    let read: Case = serde_json::from_value(old).unwrap();
    assert!(read.openings().is_empty() && read.chat.len() == 1);
}
