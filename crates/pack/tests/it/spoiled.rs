//! A pack passes as it was made; after any change, by a stranger or by the exporter, it is said what does not fit.

use crate::maker::{Maker, SESSION, key, record, signing, webm};
use domain::audit::VerifierKey;
use pack::{Fault, Report, path, verify};
use proptest::prelude::*;
use std::io::Cursor;

fn check(bytes: &[u8]) -> Result<Report, Fault> {
    verify(Cursor::new(bytes), Some(&key()))
}

fn refused(maker: &Maker) -> Fault {
    check(&maker.make()).unwrap_err()
}

#[test]
fn a_whole_pack_passes_and_tells_what_was_proven() {
    let report = check(&Maker::default().make()).unwrap();
    assert_eq!((report.entries, report.states, report.images, report.consents), (10, 8, 1, 1));
    assert_eq!((report.opened, report.unopened), (1, 1), "the chat opens, the browser of the consent stays closed");
    assert_eq!((report.segments, report.recorded, report.played), (3, 3, 3));
    assert!(report.key_given && report.by_word.contains(&"report.pdf".to_owned()));
    let text = report.to_string();
    assert!(text.contains("everything fits") && text.contains("no ffmpeg"), "{text}");
    assert_eq!(Maker::default().make(), Maker::default().make(), "the same case gives the same bytes");
}

/// What lies at a byte of the pack: a file's content by its name, or the structure of the ZIP.
fn owner(bytes: &[u8], at: usize) -> Option<String> {
    let mut next = 0;
    while bytes[next..].starts_with(b"PK\x03\x04") {
        let number = |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0usize, |sum, b| sum << 8 | usize::from(*b));
        let (size, name) = (number(next + 22, 4), number(next + 26, 2));
        let from = next + 30 + name;
        if (from..from + size).contains(&at) {
            return Some(String::from_utf8(bytes[next + 30..from].to_vec()).unwrap());
        }
        next = from + size;
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_flipped_bit_is_noticed_and_its_file_is_named(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = Maker::default().make();
        let at = at.index(bytes.len());
        let owner = owner(&bytes, at);
        bytes[at] ^= 1 << bit;
        let fault = check(&bytes).unwrap_err();
        if let Some(name) = owner {
            // A changed list is noticed at what it lists, or as itself.
            let lists = [path::MANIFEST, path::NOTE].contains(&name.as_str());
            prop_assert!(lists || fault.item == name, "{name}: {fault}");
        }
    }

    #[test]
    fn any_cut_is_noticed(cut in any::<prop::sample::Index>()) {
        let bytes = Maker::default().make();
        prop_assert!(check(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn any_bytes_put_in_or_behind_are_noticed(at in any::<prop::sample::Index>(), more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = Maker::default().make();
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, more);
        prop_assert!(check(&bytes).is_err());
    }

    #[test]
    fn garbage_is_no_pack_and_breaks_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check(&bytes).is_err());
    }
}

#[test]
fn every_byte_of_every_file_counts() {
    // Each file once in its first, middle and last byte; the rest is the property above.
    let whole = Maker::default().make();
    let mut names = std::collections::BTreeSet::new();
    for at in 0..whole.len() {
        let Some(name) = owner(&whole, at) else { continue };
        let first = names.insert(name.clone());
        let last = owner(&whole, at + 1).as_ref() != Some(&name);
        if first || last || at % 97 == 0 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(check(&bytes).is_err(), "byte {at} of {name}");
        }
    }
    assert!(names.len() >= 20);
}

#[test]
fn another_key_than_the_one_given_is_refused_though_the_pack_agrees_with_itself() {
    let other = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
    assert_ne!(other.to_bytes(), signing().to_bytes());
    let other = VerifierKey::new("bank.example/log", other.verifying_key()).unwrap();
    let bytes = Maker::default().make();
    let fault = verify(Cursor::new(&bytes), Some(&other)).unwrap_err();
    assert_eq!((fault.code, fault.item.as_str()), ("unsigned", path::KEY));
    assert!(!verify(Cursor::new(&bytes), None).unwrap().key_given);
}

#[test]
fn what_the_exporter_itself_changed_is_named_by_the_log() {
    // All of these are packs with a good manifest and a good signature: only the log contradicts them.
    let mut maker = Maker::default();
    maker.image.push(0);
    assert!(refused(&maker).item.starts_with("images/evd_"));
    let maker = Maker { consent: "I agree to everything.".to_owned(), ..Maker::default() };
    assert!(refused(&maker).item.starts_with("consents/"));
    let maker = Maker { text: "halo!".to_owned(), ..Maker::default() };
    assert!(refused(&maker).item.starts_with("texts/"));
    let maker = Maker { track: webm(&[b"frame\x00", b"faked\x01"]), ..Maker::default() };
    let fault = refused(&maker);
    assert!(fault.item.ends_with("01-customer.webm") && fault.what.contains("frame 2"), "{fault}");
    let maker = Maker { extra: vec![("images/evd_1.jpg".to_owned(), b"a picture more".to_vec())], ..Maker::default() };
    assert_eq!(refused(&maker).code, "extra");
    let maker = Maker { left_out: vec![path::recording(SESSION, "sealed.0000")], ..Maker::default() };
    assert_eq!(refused(&maker).code, "missing");
}

#[test]
fn segments_dropped_doubled_swapped_or_cut_are_named() {
    let records: Vec<Vec<u8>> = (0..3).map(|n| record(n).0).collect();
    let [a, b, c] = [&records[0], &records[1], &records[2]].map(Vec::as_slice);
    for (sealed, segment) in [
        (vec![a, b], 2),
        (vec![a, c], 1),
        (vec![a, a, b, c], 1),
        (vec![b, a, c], 0),
        (vec![a, b, c, c], 3),
        (vec![a, b, &c[..c.len() - 1]], 2),
    ] {
        let maker = Maker { sealed: sealed.concat(), ..Maker::default() };
        let fault = refused(&maker);
        assert!(fault.item.contains(&format!("segment {segment} of ")), "{fault}");
    }
    let mut other = Maker::default();
    other.keys = other.keys.replacen("28", "29", 1);
    assert!(refused(&other).what.contains("does not open"));
}

#[test]
fn an_entry_left_out_or_of_another_case_is_named() {
    let mut maker = Maker::default();
    maker.facts.remove(4);
    maker.left_out = Vec::new();
    let fault = check(&maker.make()).unwrap_err();
    assert_eq!((fault.code, fault.item.as_str()), ("incomplete", "state 5"));
    // The last entry of a state with several.
    let mut maker = Maker::default();
    maker.facts.remove(8);
    assert_eq!(refused(&maker).item, "state 7");
}
