//! What a witness signs, refuses, and what its signature is worth.
use super::*;
use crate::audit::cosignature::{CosignerKey, cosign, parse_lines};
use crate::audit::tree::{Tree, hash_leaf};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

const ORIGIN: &str = "bank.example/recourse";

fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn log() -> VerifierKey {
    VerifierKey::new(ORIGIN, key(1).verifying_key()).unwrap()
}

fn tree(size: u64, salt: u8) -> Tree {
    let mut tree = Tree::default();
    (0..size).for_each(|n| tree.push(hash_leaf(&[&n.to_be_bytes()[..], &[if n < 3 { 0 } else { salt }]].concat())));
    tree
}

fn request(tree: &Tree, old: u64, size: u64, by: u8) -> AddCheckpoint {
    let checkpoint =
        Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root_at(size).unwrap(), extensions: vec!["after 0".to_owned()] };
    let proof = tree.consistency(old.min(size), size).unwrap();
    AddCheckpoint { old, proof, note: checkpoint.sign(&key(by)).unwrap() }
}

fn seen(request: &AddCheckpoint) -> Seen {
    request.judge(Some(&log()), None).unwrap().1
}

#[test]
fn a_witness_follows_a_log_that_only_grows() {
    let tree = tree(20, 0);
    let mut last: Option<Seen> = None;
    for size in [0, 1, 1, 2, 7, 8, 8, 20] {
        let old = last.as_ref().map_or(0, |seen| seen.size);
        let asked = request(&tree, old, size, 1);
        let read = AddCheckpoint::parse(asked.text().as_bytes()).unwrap();
        assert_eq!(read, asked);
        let (checkpoint, next) = read.judge(Some(&log()), last.as_ref()).unwrap();
        assert_eq!((checkpoint.size, next.size, next.root), (size, size, tree.root_at(size).unwrap()));
        last = Some(next);
    }
}

#[test]
fn each_refusal_has_its_reason() {
    let (tree, fork) = (tree(20, 0), tree(20, 1));
    let at8 = seen(&request(&tree, 0, 8, 1));
    let judge = |request: AddCheckpoint| request.judge(Some(&log()), Some(&at8)).unwrap_err();
    assert_eq!(request(&tree, 8, 12, 1).judge(None, Some(&at8)), Err(Refused::UnknownLog));
    let other = VerifierKey::new("other.example/log", key(1).verifying_key()).unwrap();
    assert_eq!(request(&tree, 8, 12, 1).judge(Some(&other), Some(&at8)), Err(Refused::UnknownLog));
    assert_eq!(judge(request(&tree, 8, 12, 2)), Refused::Unsigned);
    assert_eq!(judge(request(&tree, 12, 9, 1)), Refused::Malformed);
    assert_eq!(judge(request(&tree, 0, 12, 1)), Refused::Conflict(8));
    assert_eq!(judge(request(&tree, 7, 12, 1)), Refused::Conflict(8));
    // A log that was put back says that nobody signed the rest.
    assert_eq!(judge(request(&tree, 5, 5, 1)), Refused::Conflict(8));
    assert_eq!(judge(request(&fork, 8, 12, 1)), Refused::Inconsistent);
    assert_eq!(judge(request(&fork, 8, 8, 1)), Refused::Inconsistent, "another root for the size that was signed");
    let short = AddCheckpoint { proof: vec![], ..request(&tree, 8, 12, 1) };
    assert_eq!(judge(short), Refused::Inconsistent);
    let unwanted = AddCheckpoint { proof: vec![[0; 32]], ..request(&tree, 0, 8, 1) };
    assert_eq!(unwanted.judge(Some(&log()), None), Err(Refused::Inconsistent));
    let odd = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: [7; 32], extensions: vec![] };
    let empty = AddCheckpoint { old: 0, proof: vec![], note: odd.sign(&key(1)).unwrap() };
    assert_eq!(empty.judge(Some(&log()), None), Err(Refused::Inconsistent));
}

#[test]
fn malformed_requests_are_refused() {
    let good = request(&tree(9, 0), 3, 9, 1).text();
    assert!(AddCheckpoint::parse(good.as_bytes()).is_ok());
    for bad in [
        String::new(),
        good.replacen("old 3", "old 03", 1),
        good.replacen("old 3", "old -3", 1),
        good.replacen("old 3", "size 3", 1),
        good.replacen("old 3\n", "old 3\nAAAA\n", 1),
        good.replacen("old 3\n", &format!("old 3\n{}", format!("{}\n", STANDARD.encode([0; 32])).repeat(64)), 1),
        good.trim_end().to_owned(),
        good.replace("\n\n", "\n"),
        format!("{good}{}", "x".repeat(MAX_REQUEST_BYTES)),
    ] {
        assert_eq!(AddCheckpoint::parse(bad.as_bytes()), Err(Refused::Malformed), "{}", &bad[..bad.len().min(40)]);
    }
}

#[test]
fn a_cosignature_binds_text_time_and_key() {
    let note = request(&tree(9, 0), 0, 9, 1).note;
    let line = cosign(note.text(), "witness.example/w1", &key(3), 1_679_315_147).unwrap();
    let public = CosignerKey::new("witness.example/w1", key(3).verifying_key()).unwrap();
    assert_eq!(public.to_string().parse::<CosignerKey>().unwrap(), public);
    assert_eq!(public.verify(note.text(), std::slice::from_ref(&line)), Ok(1_679_315_147));
    let mut all = SignedNote::new(note.text().to_owned()).unwrap();
    all.add(line.clone()).unwrap();
    let answer = all.to_string().split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(parse_lines(note.text(), &answer).unwrap(), std::slice::from_ref(&line));
    let other = CosignerKey::new("witness.example/w1", key(4).verifying_key()).unwrap();
    assert_eq!(other.verify(note.text(), std::slice::from_ref(&line)), Err(NoteFault::Unsigned));
    assert_eq!(public.verify(&note.text().replace('9', "8"), std::slice::from_ref(&line)), Err(NoteFault::BadSignature));
    for at in 0..line.bytes.len() {
        let mut bad = line.clone();
        bad.bytes[at] ^= 1;
        assert_eq!(public.verify(note.text(), &[bad]), Err(NoteFault::BadSignature), "byte {at}");
    }
    let log_key = log().to_string();
    assert!(log_key.parse::<CosignerKey>().is_err(), "a log's key is no witness's key");
}

proptest! {
    #[test]
    fn no_bytes_make_a_witness_panic_or_sign(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "old [0-9]{1,3}\n([A-Za-z0-9+/=]{0,44}\n){0,3}\n.{0,200}") {
        for raw in [&bytes[..], text.as_bytes()] {
            if let Ok(request) = AddCheckpoint::parse(raw) {
                prop_assert!(request.judge(Some(&log()), None).is_err());
            }
        }
    }
}
