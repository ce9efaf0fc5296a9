//! The tree against others: the vectors of transparency-dev/merkle, and a second implementation.
use super::checkpoint::Checkpoint;
use super::cosignature::CosignerKey;
use super::note::{NoteFault, SignedNote, VerifierKey};
use super::tree::{Hash, Tree, hash_leaf, verify_consistency, verify_inclusion};
use base64::{Engine, engine::general_purpose::STANDARD};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use serde::Deserialize;
use sha2::Sha256;

const VECTORS: &str = include_str!("vectors/merkle.jsonl");

#[derive(Deserialize)]
#[serde(untagged)]
enum Vector {
    Inclusion {
        file: String,
        #[serde(rename = "leafIdx")]
        index: u64,
        #[serde(rename = "treeSize")]
        size: u64,
        root: String,
        #[serde(rename = "leafHash")]
        leaf: String,
        proof: Option<Vec<String>>,
        #[serde(rename = "wantErr")]
        wrong: bool,
    },
    Consistency {
        file: String,
        size1: u64,
        size2: u64,
        root1: String,
        root2: String,
        proof: Option<Vec<String>>,
        #[serde(rename = "wantErr")]
        wrong: bool,
    },
}

fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Some roots are words that stand for any hash: the same word is the same one.
fn root_hash(text: &str) -> Hash {
    hash(text).unwrap_or_else(|| hash_leaf(text.as_bytes()))
}

fn path(proof: Option<Vec<String>>) -> Option<Vec<Hash>> {
    proof.unwrap_or_default().iter().map(|text| hash(text)).collect()
}

#[test]
fn every_proof_of_the_published_vectors_is_judged_as_they_say() {
    let mut judged = [0, 0];
    for line in VECTORS.lines() {
        let (file, holds, wrong) = match serde_json::from_str(line).unwrap() {
            Vector::Inclusion { file, index, size, root, leaf, proof, wrong } => {
                // What is no hash cannot be a part of a proof.
                let parts = hash(&leaf).zip(hash(&root)).zip(path(proof));
                let holds = parts.is_some_and(|((leaf, root), path)| verify_inclusion(&leaf, index, size, &path, &root));
                (file, holds, wrong)
            }
            Vector::Consistency { file, size1, size2, root1, root2, proof, wrong } => {
                let (old, new) = (root_hash(&root1), root_hash(&root2));
                let holds = path(proof).is_some_and(|path| verify_consistency(size1, size2, &path, &old, &new));
                (file, holds, wrong)
            }
        };
        // Theirs proves nothing about the empty tree. For ours it is a prefix of every tree, without a proof: C2SP
        // tlog-witness begins so with a log it has not seen.
        let of_nothing = file.ends_with("/size1-is-zero-and-size2-is-not-zero.json");
        assert_eq!(holds, !wrong || of_nothing, "{file}");
        judged[usize::from(holds)] += 1;
    }
    assert_eq!(judged.iter().sum::<i32>(), 196, "{judged:?}");
}

/// Theirs over the same leaves.
fn theirs(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn another_implementation_gives_the_same_roots_and_proofs(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..130),
        at in any::<prop::sample::Index>(),
        old in any::<prop::sample::Index>(),
    ) {
        let size = leaves.len() as u64;
        let ours: Tree = leaves.iter().map(|leaf| hash_leaf(leaf)).collect();
        let theirs_new = theirs(&leaves);
        let root = ours.root_at(size).unwrap();
        prop_assert_eq!(theirs_new.root().as_bytes().to_vec(), root.to_vec());
        let index = at.index(leaves.len());
        let path = ours.inclusion(index as u64, size).unwrap();
        prop_assert_eq!(theirs_new.prove_inclusion(index).as_bytes().to_vec(), path.concat());
        let before = old.index(leaves.len()) + 1;
        let old_root = ours.root_at(before as u64).unwrap();
        let path = ours.consistency(before as u64, size).unwrap();
        prop_assert!(verify_consistency(before as u64, size, &path, &old_root, &root));
        if before < leaves.len() {
            prop_assert_eq!(theirs_new.prove_consistency(leaves.len() - before).as_bytes().to_vec(), path.concat());
        }
    }
}

#[test]
fn a_witness_key_that_another_implementation_published_is_read() {
    // From the tests of transparency-dev/formats.
    let text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    let key: CosignerKey = text.parse().unwrap();
    assert_eq!((key.name(), key.id(), key.to_string().as_str()), ("remora.n621.de", [0xda, 0x77, 0xad, 0xe7], text));
}

#[test]
fn a_checkpoint_of_a_public_log_verifies_with_the_cosignature_of_a_public_witness() {
    let note = "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n\
        \u{2014} arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n\
        \u{2014} remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n";
    let log: VerifierKey = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f".parse().unwrap();
    assert_eq!(Checkpoint::verify(note.as_bytes(), &log).unwrap().size, 1_432_088_532);
    let witness: CosignerKey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2".parse().unwrap();
    let signed = SignedNote::parse(note.as_bytes()).unwrap();
    assert_eq!(witness.verify(signed.text(), signed.signatures()), Ok(0x6a12_2120));
    let other = signed.text().replace("1432088532", "42");
    assert_eq!(witness.verify(&other, signed.signatures()), Err(NoteFault::BadSignature));
}
