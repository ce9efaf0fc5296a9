//! Packs by strangers: paths that lead out, bombs, links, doubles. Each is refused before a byte is unpacked, and said why.

use crate::maker::Maker;
use pack::{PackWriter, verify};
use std::io::Cursor;

/// Replaces bytes of the same length everywhere: in both headers of a file.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut out = bytes.to_vec();
    let mut at = 0;
    let mut times = 0;
    while at + from.len() <= out.len() {
        if &out[at..at + from.len()] == from {
            out[at..at + from.len()].copy_from_slice(to);
            times += 1;
        }
        at += 1;
    }
    assert!(times >= 2, "both headers name it");
    out
}

fn code(bytes: &[u8]) -> (String, String) {
    let fault = verify(Cursor::new(bytes), None).unwrap_err();
    (fault.code.to_owned(), fault.item)
}

/// The directory entry of a file: where it begins.
fn directory(bytes: &[u8], name: &str) -> usize {
    let at = bytes.windows(name.len()).rposition(|window| window == name.as_bytes()).unwrap();
    at - 46
}

#[test]
fn paths_that_lead_out_of_the_folder_are_refused_by_their_kind() {
    let whole = Maker::default().make();
    // Each as long as the name it replaces.
    for to in [
        "../../et.x",
        "/etc/passw",
        "..\\..\\ab.t",
        "C:/boot.in",
        "a/../../bc",
        "READMEtxt.",
        ".bashrc.tx",
        "a//b/c.txt",
        "READ\nE.txt",
        "READ\0E.txt",
    ] {
        let (code, item) = code(&replaced(&whole, b"README.txt", to.as_bytes()));
        assert_eq!(code, "unsafe_name", "{to:?}: {item}");
    }
}

#[test]
fn a_compressed_entry_a_link_and_a_folder_are_refused_before_anything_is_read() {
    let whole = Maker::default().make();
    let at = directory(&whole, "report.pdf");
    let with = |offset: usize, value: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at + offset..at + offset + value.len()].copy_from_slice(value);
        code(&bytes)
    };
    // Method "deflated"; and a length that unpacks to four gigabytes.
    assert_eq!(with(10, &[8, 0]).0, "compressed");
    assert_eq!(with(24, &[0xff; 4]), ("compressed".to_owned(), "report.pdf".to_owned()));
    assert_eq!(with(40, &0o120_777u16.to_le_bytes()).0, "unsafe_name");
    assert_eq!(with(40, &0o040_755u16.to_le_bytes()).0, "unsafe_name");
    // Encrypted, and a place that overlaps another file.
    assert_eq!(with(8, &[1, 8]).0, "damaged");
    assert_eq!(with(42, &[0, 0, 0, 0]).0, "damaged");
}

#[test]
fn two_files_of_one_name_are_refused_by_writer_and_reader() {
    let mut writer = PackWriter::new(Cursor::new(Vec::new()));
    writer.add("a.txt", b"one").unwrap();
    assert!(writer.add("a.txt", b"two").is_err());
    for name in ["../a", "/a", "a/../b", "", "a\\b", "ü.txt"] {
        assert!(writer.add(name, b"").is_err(), "{name}");
    }
    let twice = replaced(&Maker::default().make(), b"report.pdf", b"README.txt");
    assert_eq!(code(&twice), ("damaged".to_owned(), "README.txt".to_owned()));
    let alike = replaced(&Maker::default().make(), b"report.pdf", b"ReadMe.txt");
    assert_eq!(code(&alike).0, "damaged", "on some systems these are one file");
}

#[test]
fn a_directory_that_claims_more_than_there_is_costs_nothing() {
    let whole = Maker::default().make();
    let end = whole.len() - 22;
    let mut bytes = whole.clone();
    bytes[end + 8..end + 12].copy_from_slice(&[0xff; 4]);
    assert_eq!(code(&bytes).0, "too_large");
    let mut bytes = whole.clone();
    bytes[end + 12..end + 16].copy_from_slice(&[0xff; 4]);
    assert_eq!(code(&bytes).0, "not_a_pack");
    assert_eq!(code(&whole[..end]).0, "not_a_pack");
    assert_eq!(code(b"PK").0, "not_a_pack");
}
