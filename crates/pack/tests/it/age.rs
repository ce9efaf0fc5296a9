//! Files of age: those of others (the test vectors of C2SP) open or are refused as they should be, and so are our own.

use crate::maker::{Maker, key};
use pack::age::{BadIdentity, Identity, MAX_RECIPIENTS, OpenFault, Reader, Recipients, Why, Writer};
use pack::{Fault, Report, verify, verify_with};
use proptest::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

/// Two pairs as `age-keygen` made them, for tests only.
pub const ALICE: (&str, &str) = (
    "age19grwgk8s4e7al0kermy9dsx5prpw0zc6fe0vlq5yzpg34rfggapqhlf0s5",
    "AGE-SECRET-KEY-13MXR2U4U0XQDUYXW9YCKFLJQSAAN42JC6QVQ0KKCFZVWDGNALCDS5NJNL7",
);
pub const BOB: (&str, &str) = (
    "age1w8a7dx27aav0fphxm8qp633vddew0k252jqlz4yhhlfx8cz4a4cq3pt68m",
    "AGE-SECRET-KEY-1TUQ5FRZ36ZYGAM0EL5G2S8R9RC3KG2PQEMN53PDQ86PRVV9MZGTQ6YSFD4",
);
const CHUNK: usize = 64 * 1024;

fn identities(secret: &str) -> Vec<Identity> {
    Identity::read(secret).unwrap()
}

fn to(texts: &[&str]) -> Recipients {
    Recipients::read(texts).unwrap().unwrap()
}

/// Encrypted with numbers that are only ever used in tests.
fn sealed(plain: &[u8], recipients: &Recipients) -> Vec<u8> {
    let mut drawn = 0;
    let chance = || {
        drawn += 1;
        [drawn; 32]
    };
    let mut writer = Writer::new(Vec::new(), recipients, chance).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn opened(bytes: &[u8], secret: &str) -> Result<Vec<u8>, OpenFault> {
    let mut plain = Vec::new();
    let mut reader = Reader::open(Cursor::new(bytes), &identities(secret))?;
    reader.read_to_end(&mut plain).map_err(|_| OpenFault::Changed)?;
    assert_eq!(reader.length(), plain.len() as u64);
    Ok(plain)
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    expect: String,
    #[serde(default)]
    zlib: bool,
    payload: Option<String>,
    identities: Vec<String>,
    age: String,
}

#[test]
fn every_file_of_the_published_test_vectors_opens_or_is_refused_for_the_reason_they_give() {
    let vectors = include_str!("../vectors/age.jsonl").lines().map(|line| serde_json::from_str::<Vector>(line).unwrap());
    let mut seen = 0;
    for vector in vectors {
        use base64::Engine as _;
        let mut bytes = base64::engine::general_purpose::STANDARD.decode(&vector.age).unwrap();
        if vector.zlib {
            bytes = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).unwrap();
        }
        let keys = Identity::read(&vector.identities.join("\n")).unwrap_or_default();
        let read = Reader::open(Cursor::new(&bytes), &keys).and_then(|mut reader| {
            let mut plain = Vec::new();
            reader.read_to_end(&mut plain).map(|_| plain).map_err(|_| OpenFault::Changed)
        });
        let fits = match (vector.expect.as_str(), &read) {
            ("success", Ok(plain)) => {
                let hash: String = Sha256::digest(plain).iter().map(|b| format!("{b:02x}")).collect();
                Some(hash) == vector.payload
            }
            ("header failure", Err(OpenFault::Header)) | ("no match", Err(OpenFault::OtherRecipient)) => true,
            ("HMAC failure" | "payload failure", Err(OpenFault::Changed)) => true,
            _ => false,
        };
        assert!(fits, "{}: {} expected, {:?}", vector.name, vector.expect, read.map(|plain| plain.len()));
        seen += 1;
    }
    assert_eq!(seen, 68);
}

#[test]
fn what_was_written_opens_for_each_recipient_and_for_nobody_else() {
    let both = to(&[ALICE.0, BOB.0]);
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
        let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        let file = sealed(&plain, &both);
        assert!(opened(&file, ALICE.1).unwrap() == plain && opened(&file, BOB.1).unwrap() == plain, "{length}");
        let alone = sealed(&plain, &to(&[ALICE.0]));
        assert_eq!(opened(&alone, BOB.1).err(), Some(OpenFault::OtherRecipient), "{length}");
        assert_eq!(opened(&alone, &format!("# mine\n\n{}\n{}\n", BOB.1, ALICE.1)).unwrap(), plain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_flipped_bit_and_any_cut_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8, length in 0usize..200_000) {
        let plain = vec![7; length];
        let file = sealed(&plain, &to(&[ALICE.0]));
        let at = at.index(file.len());
        let mut changed = file.clone();
        changed[at] ^= 1 << bit;
        prop_assert!(opened(&changed, ALICE.1).is_err());
        prop_assert!(opened(&file[..at], ALICE.1).is_err());
        prop_assert!(opened(&[&file[..], &[0]].concat(), ALICE.1).is_err());
    }

    #[test]
    fn any_place_reads_as_it_was_written(at in 0u64..200_000, length in 0usize..100_000) {
        let plain: Vec<u8> = (0..150_000u32).map(|n| (n % 253) as u8).collect();
        let mut reader = Reader::open(Cursor::new(sealed(&plain, &to(&[BOB.0]))), &identities(BOB.1)).unwrap();
        reader.seek(SeekFrom::Start(at)).unwrap();
        let mut part = Vec::new();
        reader.take(length as u64).read_to_end(&mut part).unwrap();
        let from = usize::try_from(at).unwrap().min(plain.len());
        prop_assert_eq!(part, &plain[from..(from + length).min(plain.len())]);
    }
}

#[test]
fn a_bad_recipient_is_refused_by_its_place_and_a_secret_is_never_repeated() {
    let reason = |texts: &[&str]| Recipients::read(texts).map_err(|bad| (bad.place, bad.why));
    assert_eq!(reason(&[]), Ok(None), "nobody is nobody");
    let slip = ALICE.0.replace('q', "p");
    let hollow = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z";
    for text in ["", "age1", "ssh-ed25519 AAAAC3", "age1pq1xyz", &slip, hollow, &ALICE.0.to_uppercase(), " age1x", "Müller"] {
        assert_eq!(reason(&[ALICE.0, text]), Err((1, Why::NotARecipient)), "{text}");
    }
    assert_eq!(reason(&[ALICE.1]), Err((0, Why::SecretKey)));
    let said = Recipients::read(&[ALICE.1]).unwrap_err().to_string();
    assert!(said.contains("recipient 1 is a secret key") && !said.contains(&ALICE.1[15..]), "{said}");
    assert_eq!(reason(&[ALICE.0, BOB.0, ALICE.0]), Err((2, Why::Repeated)));
    assert_eq!(reason(&[ALICE.0; 30]), Err((1, Why::Repeated)));
    let many: Vec<&str> = include_str!("../vectors/recipients.txt").lines().collect();
    assert_eq!(reason(&many), Err((MAX_RECIPIENTS, Why::TooMany)));
    let most = to(&many[..MAX_RECIPIENTS]);
    assert!(most.count() == MAX_RECIPIENTS && opened(&sealed(b"all", &most), ALICE.1).is_err());
    assert_eq!(to(&[ALICE.0, BOB.0]).sha256(), to(&[BOB.0, ALICE.0]).sha256(), "the order says nothing");
    let by_hand: String = Sha256::digest(format!("{}\n", ALICE.0)).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(to(&[ALICE.0]).sha256().to_string(), by_hand, "as sha256sum says it");
}

#[test]
fn a_file_of_identities_may_have_comments_and_what_else_it_has_is_named_by_its_line() {
    assert_eq!(identities(&format!("# created: 2026\n{}\n\n", ALICE.1)).len(), 1);
    assert_eq!(Identity::read("# nothing\n").err(), Some(BadIdentity::None));
    assert_eq!(Identity::read(&format!("{}\n{}\n", ALICE.1, BOB.0)).err(), Some(BadIdentity::Line(2)));
    assert!(!format!("{:?}", identities(ALICE.1)).contains("SECRET"));
}

fn proven(file: &[u8], secret: Option<&str>) -> Result<Report, Fault> {
    verify_with(Cursor::new(file), Some(&key()), &secret.map(identities).unwrap_or_default())
}

#[test]
fn an_encrypted_pack_is_verified_with_its_identity_and_without_one_it_is_said_what_to_do() {
    let zip = Maker::default().make();
    let file = sealed(&zip, &to(&[ALICE.0]));
    let plain = verify(Cursor::new(&zip), Some(&key())).unwrap();
    assert_eq!(proven(&file, Some(ALICE.1)).unwrap(), plain);
    assert_eq!(proven(&zip, Some(ALICE.1)).unwrap(), plain, "an identity does no harm to a plain pack");
    for refused in [proven(&file, None), verify(Cursor::new(&file), None)] {
        let fault = refused.unwrap_err();
        assert!(fault.code == "encrypted" && fault.what.contains("age -d -i"), "{fault}");
    }
    let armoured = verify(Cursor::new("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl"), None).unwrap_err();
    assert_eq!(armoured.code, "encrypted");
    assert_eq!(proven(&file, Some(BOB.1)).unwrap_err().code, "other_recipient");
    let mut changed = file.clone();
    changed[file.len() / 2] ^= 1;
    assert!(["changed", "damaged"].contains(&proven(&changed, Some(ALICE.1)).unwrap_err().code));
    assert_eq!(proven(&file[..file.len() - 1], Some(ALICE.1)).unwrap_err().code, "changed");
}
