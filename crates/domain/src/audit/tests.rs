//! The audit log against the outside vectors, and against every single-byte change.

use super::tree::{empty_root, from_hex, hash_leaf, root_of, to_hex, verify_consistency, verify_inclusion};
use super::*;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;
use serde_json::json;
use std::borrow::Cow;

/// The leaves and roots that every RFC 6962 implementation is tested with.
const LEAVES: [&[u8]; 8] = [
    b"",
    &[0x00],
    &[0x10],
    &[0x20, 0x21],
    &[0x30, 0x31],
    &[0x40, 0x41, 0x42, 0x43],
    &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
    &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn classic() -> Tree {
    LEAVES.iter().map(|leaf| hash_leaf(leaf)).collect()
}

fn hexes(path: Option<Vec<Hash>>) -> Vec<String> {
    path.unwrap().iter().map(to_hex).collect()
}

#[test]
fn the_classic_roots_come_out_of_the_frontier_and_of_the_tree() {
    let tree = classic();
    let mut frontier = Frontier::default();
    assert_eq!(to_hex(&frontier.root()), ROOTS[0]);
    for (n, leaf) in LEAVES.iter().enumerate() {
        frontier.append(hash_leaf(leaf));
        assert_eq!(to_hex(&frontier.root()), ROOTS[n + 1]);
        assert_eq!(tree.root_at(n as u64 + 1).map(|root| to_hex(&root)).as_deref(), Some(ROOTS[n + 1]));
    }
    assert_eq!(tree.root_at(9), None);
}

#[test]
fn the_classic_proofs_come_out() {
    let tree = classic();
    assert_eq!(
        hexes(tree.inclusion(0, 8)),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        hexes(tree.inclusion(5, 8)),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(hexes(tree.inclusion(2, 3)), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    assert_eq!(hexes(tree.inclusion(0, 1)), Vec::<String>::new());
    assert_eq!(
        hexes(tree.consistency(1, 8)),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        hexes(tree.consistency(6, 8)),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!((tree.inclusion(8, 8), tree.inclusion(0, 9), tree.consistency(5, 4), tree.consistency(1, 9)), (None, None, None, None));
}

#[test]
fn the_published_note_of_another_implementation_verifies_and_signs_the_same() {
    let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!(key.to_string(), text);
    let read = SignedNote::parse(note.as_bytes()).unwrap();
    assert_eq!((read.verify(&key), read.to_string().as_str()), (Ok(()), note));
    assert_eq!("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse::<VerifierKey>(), Err(NoteFault::Malformed));
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn public() -> VerifierKey {
    VerifierKey::new("bank.example/recourse", key().verifying_key()).unwrap()
}

fn entry(n: u64) -> Entry {
    Entry {
        id: EntryId(u128::from(n) + 1),
        tenant: TenantId(9),
        case: n.is_multiple_of(2).then_some(CaseId(0x77)),
        case_version: n,
        at: Timestamp(1_700_000_000_000_000 + i64::try_from(n).unwrap()),
        actor: "system".to_owned(),
        kind: "case_reported".to_owned(),
        body: json!({"z": [1, {"b": null, "a": true}], "a": "\u{e9}\n\"\u{7f}"}),
        state_hash: Some([u8::try_from(n % 256).unwrap(); 32]),
    }
}

fn signed(origin: &str, size: u64, root: Hash) -> Vec<u8> {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size, root, extensions: vec![] };
    checkpoint.sign(&key()).unwrap().to_string().into_bytes()
}

/// A log of `size` entries with checkpoints at the given sizes.
struct Log {
    rows: Vec<(Vec<u8>, Hash)>,
    notes: Vec<Vec<u8>>,
}

impl Log {
    fn new(size: u64, checkpoints: &[u64]) -> Self {
        let rows: Vec<_> = (0..size).map(|n| (entry(n).canonical(), entry(n).leaf_hash())).collect();
        let tree: Tree = rows.iter().map(|row| row.1).collect();
        let notes = checkpoints.iter().map(|n| signed(public().name(), *n, tree.root_at(*n).unwrap())).collect();
        Self { rows, notes }
    }

    fn verify(&self, with_leaves: bool) -> Result<Summary, Fault> {
        let rows = self.rows.iter().enumerate().map(|(n, (canonical, leaf))| Row {
            index: n as u64,
            canonical: Cow::Borrowed(canonical.as_slice()),
            leaf: with_leaves.then_some(*leaf),
        });
        verify_log(rows, &self.notes, &public())
    }
}

#[test]
fn the_canonical_form_is_sorted_json_and_reads_back() {
    let bytes = entry(2).canonical();
    assert_eq!(
        String::from_utf8(bytes.clone()).unwrap(),
        "{\"actor\":\"system\",\"at\":1700000000000002,\"body\":{\"a\":\"\u{e9}\\n\\\"\u{7f}\",\"z\":[1,{\"a\":true,\"b\":null}]},\"case\":\"case_00000000000000000000000000000077\",\"case_version\":2,\"id\":\"ent_00000000000000000000000000000003\",\"kind\":\"case_reported\",\"state_hash\":\"0202020202020202020202020202020202020202020202020202020202020202\",\"tenant\":\"ten_00000000000000000000000000000009\",\"v\":1}"
    );
    assert_eq!(Entry::from_canonical(&bytes), Ok(entry(2)));
    let stored = serde_json::to_string(&entry(1)).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&stored).unwrap(), entry(1));
}

#[test]
fn an_entry_that_breaks_its_limits_is_refused() {
    let with = |change: fn(&mut Entry)| {
        let mut changed = entry(1);
        change(&mut changed);
        (changed.check(), Entry::from_canonical(&changed.canonical()))
    };
    let refused = |bad| (Err(bad), Err(bad));
    assert_eq!(with(|e| e.actor = String::new()), refused(BadEntry::Actor));
    assert_eq!(with(|e| e.actor = "a b".to_owned()), refused(BadEntry::Actor));
    assert_eq!(with(|e| e.kind = "CaseReported".to_owned()), refused(BadEntry::Kind));
    assert_eq!(with(|e| e.body = json!([1])), refused(BadEntry::Body));
    assert_eq!(with(|e| e.body = json!({"score": 0.5})), refused(BadEntry::Body));
    assert_eq!(with(|e| e.body = json!({"a": [[[[[[[1]]]]]]]})), refused(BadEntry::Body));
    assert_eq!(with(|e| e.body = json!({"a": "x".repeat(MAX_BODY_BYTES)})), refused(BadEntry::Body));
    let largest = with(|e| e.body = json!({"a": "x".repeat(MAX_BODY_BYTES - 8)}));
    assert!(largest.0.is_ok() && largest.1.is_ok());
}

#[test]
fn bytes_that_are_not_the_canonical_form_are_refused() {
    let text = String::from_utf8(entry(1).canonical()).unwrap();
    for (from, to) in
        [("\"v\":1", "\"v\":2"), ("\"v\":1}", "\"v\":1 }"), ("\"v\":1", "\"v\":1,\"w\":1"), (",\"case\":null", ""), ("\"z\":[", "\"a\":[")]
    {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert_eq!(Entry::from_canonical(changed.as_bytes()), Err(BadEntry::NotCanonical), "{to}");
    }
}

#[test]
fn a_whole_log_verifies_and_says_how_much_is_signed() {
    let log = Log::new(11, &[0, 1, 4, 4, 10]);
    let summary = log.verify(true).unwrap();
    assert_eq!((summary.entries, summary.checkpoints, summary.signed), (11, 5, 10));
    assert_eq!(log.verify(false), Ok(summary));
}

#[test]
fn deleted_swapped_inserted_and_cut_rows_are_named() {
    let fault = |change: fn(&mut Log), with_leaves| {
        let mut log = Log::new(9, &[3, 8]);
        change(&mut log);
        log.verify(with_leaves).unwrap_err()
    };
    let stretch = |from, to, what| Fault { place: Place::Stretch { from, to }, what };
    // Whoever rewrites a row with its leaf meets the signed root.
    assert_eq!(fault(|log| log.rows[4] = (entry(40).canonical(), entry(40).leaf_hash()), true), stretch(3, 8, What::Root));
    assert_eq!(fault(|log| log.rows.swap(1, 2), true), stretch(0, 3, What::Root));
    assert_eq!(fault(|log| drop(log.rows.remove(3)), true), stretch(3, 8, What::Root));
    assert_eq!(fault(|log| log.rows.truncate(7), true), stretch(7, 8, What::Missing));
    assert_eq!(fault(|log| log.rows.clear(), false), stretch(0, 3, What::Missing));
    let order = verify_log([Row { index: 1, canonical: Cow::Owned(entry(0).canonical()), leaf: None }], Vec::<Vec<u8>>::new(), &public());
    assert_eq!(order, Err(Fault { place: Place::Entry { index: 0, id: None }, what: What::Order }));
}

#[test]
fn checkpoints_of_a_fork_another_origin_or_another_key_are_named() {
    let fault = |notes: Vec<Vec<u8>>| Log { rows: Log::new(4, &[]).rows, notes }.verify(true).unwrap_err();
    let at = |position, size, what| Fault { place: Place::Checkpoint { position, size: Some(size) }, what };
    let name = "bank.example/recourse";
    assert_eq!(fault(vec![signed(name, 5, [1; 32]), signed(name, 5, [2; 32])]), at(1, 5, What::Fork));
    assert_eq!(fault(vec![signed(name, 5, [1; 32]), signed(name, 4, [1; 32])]), at(1, 4, What::Fork));
    assert_eq!(fault(vec![signed("bank.example/other", 4, [1; 32])]), at(0, 4, What::Note(NoteFault::Unsigned)));
    let mut foreign = SignedNote::new(Checkpoint { origin: "x".to_owned(), size: 4, root: [0; 32], extensions: vec![] }.text()).unwrap();
    foreign.sign(name, &key()).unwrap();
    assert_eq!(fault(vec![foreign.to_string().into_bytes()]), at(0, 4, What::Note(NoteFault::Unsigned)));
    assert_eq!(
        format!("{}", at(1, 5, What::Fork)),
        "checkpoint 1 (size 5): not after the one before it, or another root for the same size"
    );
}

#[test]
fn witness_signatures_and_extensions_are_kept_and_limits_hold() {
    let checkpoint = Checkpoint { origin: public().name().to_owned(), size: 3, root: [5; 32], extensions: vec!["note 1".to_owned()] };
    let mut note = checkpoint.sign(&key()).unwrap();
    let witness = NoteSignature { name: "witness.example".to_owned(), key_id: [1, 2, 3, 4], bytes: vec![9; 72] };
    note.add(witness.clone()).unwrap();
    let bytes = note.to_string().into_bytes();
    assert_eq!(Checkpoint::verify(&bytes, &public()), Ok(checkpoint.clone()));
    assert_eq!(SignedNote::parse(&bytes).unwrap().signatures()[1], witness);
    while note.signatures().len() < note::MAX_SIGNATURES {
        note.add(witness.clone()).unwrap();
    }
    assert_eq!(note.add(witness), Err(NoteFault::TooLarge));
    assert_eq!(SignedNote::parse(&vec![b'x'; note::MAX_NOTE_BYTES + 1]), Err(NoteFault::TooLarge));
    for hidden in ["a\nb", "", "a\rb"] {
        let changed = Checkpoint { extensions: vec![hidden.to_owned()], ..checkpoint.clone() };
        assert_eq!(changed.sign(&key()), Err(NoteFault::Malformed), "{hidden:?}");
    }
    for text in [
        "o\n03\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n",
        "o\n3\nBQU=\n",
        "o\n3\n",
        "\n3\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n",
        "o\n+3\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n",
    ] {
        assert_eq!(Checkpoint::parse_text(text), Err(NoteFault::Malformed), "{text:?}");
    }
}

#[test]
fn a_stored_frontier_whose_peaks_do_not_fit_its_size_is_refused() {
    let stored = |size: u64, peak: &str| serde_json::from_value::<Frontier>(json!({"size": size, "peaks": [peak]})).is_ok();
    assert_eq!((stored(4, ROOTS[4]), stored(3, ROOTS[4]), stored(4, "00"), stored(0, ROOTS[0])), (true, false, false, false));
}

fn leaf(n: u64) -> Hash {
    hash_leaf(&n.to_be_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_proof_verifies_and_every_corrupted_one_fails(size in 1u64..200, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), bit in 0usize..256, hit in any::<prop::sample::Index>()) {
        let tree: Tree = (0..size).map(leaf).collect();
        let root = tree.root_at(size).unwrap();
        prop_assert_eq!(root, root_of(&(0..size).map(leaf).collect::<Vec<_>>()));
        let index = a.index(usize::try_from(size).unwrap()) as u64;
        let path = tree.inclusion(index, size).unwrap();
        prop_assert!(verify_inclusion(&leaf(index), index, size, &path, &root));
        prop_assert!(!verify_inclusion(&leaf(index + size), index, size, &path, &root));
        let old = b.index(usize::try_from(size).unwrap() + 1) as u64;
        let old_root = tree.root_at(old).unwrap();
        let chain = tree.consistency(old, size).unwrap();
        prop_assert!(verify_consistency(old, size, &chain, &old_root, &root));
        prop_assert!(!verify_consistency(old, size, &chain, &leaf(size), &root));
        let corrupt = |proof: &[Hash]| {
            let mut variants = vec![[proof, &[leaf(0)]].concat()];
            if !proof.is_empty() {
                let at = hit.index(proof.len());
                let (mut flipped, mut cut) = (proof.to_vec(), proof.to_vec());
                flipped[at][bit / 8] ^= 1 << (bit % 8);
                cut.remove(at);
                variants.extend([flipped, cut]);
            }
            variants
        };
        for bad in corrupt(&path) {
            prop_assert!(!verify_inclusion(&leaf(index), index, size, &bad, &root));
        }
        for bad in corrupt(&chain) {
            prop_assert!(!verify_consistency(old, size, &bad, &old_root, &root));
        }
    }

    #[test]
    fn a_stored_frontier_goes_on_where_it_stopped(size in 0u64..300) {
        let mut frontier = Frontier::default();
        (0..size).for_each(|n| frontier.append(leaf(n)));
        let stored = serde_json::to_string(&frontier).unwrap();
        let mut read: Frontier = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &frontier);
        read.append(leaf(size));
        prop_assert_eq!(read.root(), root_of(&(0..=size).map(leaf).collect::<Vec<_>>()));
    }

    #[test]
    fn any_changed_byte_of_an_entry_is_named_by_its_index(n in 0usize..9, at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut log = Log::new(9, &[3, 9]);
        let at = at.index(log.rows[n].0.len());
        log.rows[n].0[at] ^= flip;
        let fault = log.verify(true).unwrap_err();
        let named = matches!(&fault, Fault { place: Place::Entry { index, .. }, what: What::Leaf } if *index == n as u64);
        prop_assert!(named, "{}", fault);
        // Without stored leaves the entry itself or its stretch is named.
        match log.verify(false).unwrap_err().place {
            Place::Entry { index, .. } => prop_assert_eq!(index, n as u64),
            Place::Stretch { from, to } => prop_assert!((from..to).contains(&(n as u64))),
            Place::Checkpoint { .. } => prop_assert!(false),
        }
        log = Log::new(9, &[3, 9]);
        log.rows[n].1[at % 32] ^= flip;
        prop_assert_eq!(log.verify(true).unwrap_err(), Fault { place: Place::Entry { index: n as u64, id: Some(entry(n as u64).id) }, what: What::Leaf });
    }

    #[test]
    fn any_changed_byte_of_a_checkpoint_is_named(n in 0usize..3, at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut log = Log::new(9, &[3, 6, 9]);
        let at = at.index(log.notes[n].len());
        log.notes[n][at] ^= flip;
        let fault = log.verify(true).unwrap_err();
        let named = matches!(fault.place, Place::Checkpoint { position, .. } if position == n);
        prop_assert!(named, "{}", fault);
    }

    #[test]
    fn an_exported_entry_verifies_against_its_checkpoint_and_not_when_changed(size in 1u64..40, n in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let tree: Tree = (0..size).map(|n| entry(n).leaf_hash()).collect();
        let checkpoint = Checkpoint::verify(&signed(public().name(), size, tree.root_at(size).unwrap()), &public()).unwrap();
        let index = n.index(usize::try_from(size).unwrap()) as u64;
        let path = tree.inclusion(index, size).unwrap();
        let mut row = Row { index, canonical: Cow::Owned(entry(index).canonical()), leaf: None };
        prop_assert_eq!(verify_entry(&row, &path, &checkpoint), Ok(entry(index)));
        let at = at.index(row.canonical.len());
        row.canonical.to_mut()[at] ^= flip;
        let fault = verify_entry(&row, &path, &checkpoint).unwrap_err();
        let named = matches!(fault, Fault { place: Place::Entry { index: named, .. }, what: What::Proof } if named == index);
        prop_assert!(named, "{}", fault);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "(\\PC|\n){0,80}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            let _ = (Entry::from_canonical(input).is_ok(), Checkpoint::parse(input).is_ok(), from_hex(&text), text.parse::<VerifierKey>().is_ok());
        }
        prop_assert_ne!(empty_root(), [0; 32]);
    }
}

#[test]
fn an_entry_is_about_who_acted_and_whom_its_body_names() {
    let of = |actor: &str, body: serde_json::Value| Entry { actor: actor.to_owned(), body, ..entry(1) }.people();
    let (one, two) = (AgentId(1), AgentId(2));
    assert_eq!(of(&format!("agent:{one}"), json!({ "maker": two, "case": "case_1", "n": 4 })), BTreeSet::from([one, two]));
    assert_eq!(of("system", json!({ "agent": one, "again": [two] })), BTreeSet::from([one]));
    assert_eq!(of("customer", json!({ "agent": "agt_short" })), BTreeSet::new());
}

#[test]
fn a_frontier_and_the_leaves_after_it_prove_the_same_as_the_whole_tree() {
    let leaves: Vec<Hash> = (0..70u64).map(|n| hash_leaf(&n.to_be_bytes())).collect();
    let tree: Tree = leaves.iter().copied().collect();
    for old in 0..=70usize {
        let mut frontier = Frontier::default();
        leaves[..old].iter().for_each(|leaf| frontier.append(*leaf));
        for new in old..=70 {
            let path = frontier.consistency(&leaves[old..new]);
            assert_eq!(Some(&path), tree.consistency(old as u64, new as u64).as_ref(), "{old} to {new}");
        }
    }
}

#[test]
fn an_inclusion_proof_of_a_million_leaves_is_twenty_hashes() {
    let leaf = |n: u64| hash_leaf(&n.to_be_bytes());
    let tree: Tree = (0..1_000_000).map(leaf).collect();
    let root = tree.root_at(1_000_000).unwrap();
    let longest = [0, 1, 499_999, 524_287, 524_288, 999_999].map(|index| {
        let path = tree.inclusion(index, 1_000_000).unwrap();
        assert!(verify_inclusion(&leaf(index), index, 1_000_000, &path, &root));
        path.len()
    });
    assert_eq!(longest.into_iter().max(), Some(20));
}

#[test]
fn checkpoints_can_be_given_while_the_rows_come() {
    let rows: Vec<Vec<u8>> = (0..9).map(|n| entry(n).canonical()).collect();
    let mut frontier = Frontier::default();
    let mut notes = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        frontier.append(hash_leaf(row));
        let checkpoint = Checkpoint::following(n as u64, public().name().to_owned(), frontier.size(), frontier.root(), Timestamp(7));
        assert_eq!((checkpoint.after(), checkpoint.at()), (Some(n as u64), Some(Timestamp(7))));
        notes.push(checkpoint.sign(&key()).unwrap().to_string());
    }
    let key = public();
    let mut verifier = Verifier::new(Vec::<String>::new(), &key).unwrap();
    for (n, (row, note)) in rows.iter().zip(&notes).enumerate() {
        verifier.expect(note.as_bytes()).unwrap();
        assert_eq!(verifier.ahead(), 1);
        verifier.row(&Row { index: n as u64, canonical: Cow::Borrowed(row), leaf: None }).unwrap();
    }
    let summary = verifier.finish().unwrap();
    assert_eq!((summary.entries, summary.checkpoints, summary.signed), (9, 9, 9));
    let mut late = Verifier::new(Vec::<String>::new(), &key).unwrap();
    for (n, row) in rows.iter().enumerate() {
        late.row(&Row { index: n as u64, canonical: Cow::Borrowed(row), leaf: None }).unwrap();
    }
    assert_eq!(late.expect(notes[3].as_bytes()).unwrap_err().what, What::Fork, "it would never be met");
}
