//! `recourse export`: a data folder's case becomes a pack that proves itself by our tool and by hand.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::Folder;
use domain::audit::VerifierKey;
use domain::ids::CaseId;
use pack::age::{Identity, Reader, Recipients};
use serde_json::json;
use server::config::Config;
use server::export::cli::{self, ExportArgs, Exported};
use std::fs::{self, File};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

fn exported(folder: &Folder, case: CaseId, name: &str) -> anyhow::Result<Exported> {
    exported_to(folder, case, name, &[])
}

fn exported_to(folder: &Folder, case: CaseId, name: &str, to: &[&str]) -> anyhow::Result<Exported> {
    let (out, age) = (Some(folder.path.join(name)), to.iter().map(ToString::to_string).collect());
    block_on(cli::run(&Config::default(), &ExportArgs { case, out, age, data: Some(folder.path.clone()) }))
}

fn key(folder: &Folder) -> VerifierKey {
    fs::read_to_string(folder.path.join("keys/log.pub")).unwrap().trim().parse().unwrap()
}

fn verified(path: &Path, folder: &Folder) -> Result<pack::Report, pack::Fault> {
    pack::verify(File::open(path).unwrap(), Some(&key(folder)))
}

/// Unpacks as any program would: one local header after the other.
fn unpack(zip: &Path, to: &Path) -> Vec<PathBuf> {
    let bytes = fs::read(zip).unwrap();
    let mut files = Vec::new();
    let mut at = 0;
    while bytes[at..].starts_with(b"PK\x03\x04") {
        let number = |from: usize, n: usize| bytes[from..from + n].iter().rev().fold(0usize, |sum, b| sum << 8 | usize::from(*b));
        let (size, name) = (number(at + 22, 4), number(at + 26, 2));
        let body = at + 30 + name;
        let path = to.join(std::str::from_utf8(&bytes[at + 30..body]).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &bytes[body..body + size]).unwrap();
        files.push(path);
        at = body + size;
    }
    files
}

fn by_hand(unpacked: &Path, folder: &Folder) -> (bool, String) {
    let run = Command::new("bash").arg(unpacked.join("verify-by-hand.sh")).arg(unpacked).arg(folder.path.join("keys/log.pub")).output();
    let run = run.unwrap();
    (run.status.success(), String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned())
}

#[test]
fn a_case_is_exported_proven_by_the_tool_and_by_hand_and_a_changed_byte_is_named_by_both() {
    let folder = block_on(Folder::make());
    let done = exported(&folder, folder.done.0, "done.zip").unwrap();
    assert!(!done.unlogged && done.bytes == fs::metadata(&done.path).unwrap().len());
    let report = verified(&done.path, &folder).unwrap();
    assert_eq!((report.images, report.consents, report.recordings, report.segments), (2, 1, 1, 6), "{report}");
    assert!(report.entries > 20 && report.played > 0, "{report}");
    let unpacked = folder.path.join("unpacked");
    let files = unpack(&done.path, &unpacked);
    let events = fs::read_to_string(unpacked.join("log/events.jsonl")).unwrap();
    assert!(events.lines().last().unwrap().contains("\"kind\":\"pack_exported\""), "the pack tells of its own export");
    let (fits, said) = by_hand(&unpacked, &folder);
    assert!(fits && said.contains("6 sealed segments lead to"), "{said}");

    for name in ["images/", "recordings/", "consents/", "log/events.jsonl", "log/proofs/", "log/checkpoint", "manifest.json", "SHA256SUMS"]
    {
        let path = files.iter().find(|f| f.strip_prefix(&unpacked).unwrap().to_str().unwrap().starts_with(name)).unwrap();
        let before = fs::read(path).unwrap();
        let mut bytes = before.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, &bytes).unwrap();
        let (fits, said) = by_hand(&unpacked, &folder);
        assert!(!fits, "{name}: {said}");
        fs::write(path, before).unwrap();
    }
    fs::write(unpacked.join("images/more.jpg"), b"not listed").unwrap();
    assert!(by_hand(&unpacked, &folder).1.contains("beside those listed"));
}

#[test]
fn a_case_that_still_runs_is_exported_with_a_recording_in_two_parts_and_is_whole_as_far_as_it_goes() {
    let folder = block_on(Folder::make());
    let live = exported(&folder, folder.live.0, "live.zip").unwrap();
    let report = verified(&live.path, &folder).unwrap();
    assert_eq!((report.recordings, report.segments), (1, 7), "{report}");
    let unpacked = folder.path.join("unpacked");
    unpack(&live.path, &unpacked);
    let (fits, said) = by_hand(&unpacked, &folder);
    assert!(fits, "{said}");
}

#[test]
fn what_cannot_be_exported_is_said_and_leaves_no_file() {
    let folder = block_on(Folder::make());
    let unknown = exported(&folder, CaseId(1), "no.zip").err().unwrap();
    assert!(format!("{unknown:#}").contains("no such case"), "{unknown:#}");
    fs::write(folder.path.join("there.zip"), b"mine").unwrap();
    fs::write(folder.path.join("there.zip.part"), b"mine").unwrap();
    assert!(exported(&folder, folder.done.0, "there.zip").is_err());
    fs::remove_file(folder.path.join("there.zip.part")).unwrap();
    assert!(exported(&folder, folder.done.0, "there.zip").is_err());
    assert_eq!(fs::read(folder.path.join("there.zip")).unwrap(), b"mine", "what is there is left alone");
    // A segment that is gone: nothing is exported as if it had never been.
    let part = folder.parts(folder.done).remove(0);
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, &bytes[..bytes.len() - 1]).unwrap();
    let cut = exported(&folder, folder.done.0, "cut.zip").err().unwrap();
    assert!(format!("{cut:#}").contains("segment 5"), "{cut:#}");
    assert!(!folder.path.join("cut.zip").exists() && !folder.path.join("cut.zip.part").exists());
}

/// Two pairs as `age-keygen` made them, for tests only.
pub const ALICE: (&str, &str) = (
    "age19grwgk8s4e7al0kermy9dsx5prpw0zc6fe0vlq5yzpg34rfggapqhlf0s5",
    "AGE-SECRET-KEY-13MXR2U4U0XQDUYXW9YCKFLJQSAAN42JC6QVQ0KKCFZVWDGNALCDS5NJNL7",
);
pub const BOB: (&str, &str) = (
    "age1w8a7dx27aav0fphxm8qp633vddew0k252jqlz4yhhlfx8cz4a4cq3pt68m",
    "AGE-SECRET-KEY-1TUQ5FRZ36ZYGAM0EL5G2S8R9RC3KG2PQEMN53PDQ86PRVV9MZGTQ6YSFD4",
);

fn opened(path: &Path, secret: &str, folder: &Folder) -> Result<pack::Report, pack::Fault> {
    pack::verify_with(File::open(path).unwrap(), Some(&key(folder)), &Identity::read(secret).unwrap())
}

#[test]
fn a_pack_encrypted_to_two_opens_for_each_of_them_tells_so_in_the_log_and_leaves_nothing_in_the_clear() {
    let folder = block_on(Folder::make());
    let done = exported_to(&folder, folder.done.0, "done.zip.age", &[BOB.0, ALICE.0]).unwrap();
    assert_eq!(done.bytes, fs::metadata(&done.path).unwrap().len());
    let report = opened(&done.path, ALICE.1, &folder).unwrap();
    assert_eq!((report.images, report.consents, report.recordings, report.segments), (2, 1, 1, 6), "{report}");
    assert_eq!(opened(&done.path, BOB.1, &folder).unwrap(), report);
    let names = fs::read_dir(&folder.path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.ends_with(".part") || name.ends_with(".zip")));
    let bytes = fs::read(&done.path).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n") && !bytes.windows(9).any(|part| part == b"README.tx"));

    // The log in the pack, as the opened file has it.
    let plain = folder.path.join("opened.zip");
    let mut reader = Reader::open(File::open(&done.path).unwrap(), &Identity::read(BOB.1).unwrap()).unwrap();
    std::io::copy(&mut reader, &mut File::create(&plain).unwrap()).unwrap();
    assert_eq!(verified(&plain, &folder).unwrap(), report);
    let unpacked = folder.path.join("unpacked");
    unpack(&plain, &unpacked);
    let events = fs::read_to_string(unpacked.join("log/events.jsonl")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    let told = &entry["body"]["encrypted"];
    let hash = Recipients::read(&[ALICE.0, BOB.0]).unwrap().unwrap().sha256().to_string();
    assert_eq!((&told["format"], &told["recipients"], &told["recipients_sha256"]), (&json!("age"), &json!(2), &json!(hash)), "{entry}");
    assert!(!events.contains("age1"), "the log tells nobody's key");
}

#[test]
fn an_encrypted_pack_is_refused_to_others_after_any_change_and_without_its_key() {
    let folder = block_on(Folder::make());
    let done = exported_to(&folder, folder.done.0, "done.zip.age", &[ALICE.0]).unwrap();
    assert_eq!(opened(&done.path, BOB.1, &folder).unwrap_err().code, "other_recipient");
    let told = verified(&done.path, &folder).unwrap_err();
    assert!(told.code == "encrypted" && told.what.contains("--identity") && told.what.contains("age -d -i"), "{told}");
    let whole = fs::read(&done.path).unwrap();
    for at in [30, 190, 250, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&done.path, changed).unwrap();
        assert!(opened(&done.path, ALICE.1, &folder).is_err(), "byte {at}");
    }
}

#[test]
fn a_recipient_that_is_none_is_refused_before_the_log_is_told_and_a_secret_key_is_not_repeated() {
    let folder = block_on(Folder::make());
    for (to, said) in [("age1nobody", "recipient 2 is no X25519 recipient"), (BOB.1, "recipient 2 is a secret key"), (ALICE.0, "twice")] {
        let refused = format!("{:#}", exported_to(&folder, folder.done.0, "no.zip", &[ALICE.0, to]).err().unwrap());
        assert!(refused.contains(said) && !refused.contains("AGE-SECRET"), "{refused}");
    }
    assert!(!folder.path.join("no.zip").exists() && !folder.path.join("no.zip.part").exists());
    let plain = exported(&folder, folder.done.0, "plain.zip").unwrap();
    let unpacked = folder.path.join("unpacked");
    unpack(&plain.path, &unpacked);
    let events = fs::read_to_string(unpacked.join("log/events.jsonl")).unwrap();
    assert_eq!(events.matches("pack_exported").count(), 1, "only the last one was begun");
    assert!(!events.contains("encrypted"));
}
