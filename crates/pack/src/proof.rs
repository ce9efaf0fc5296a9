//! The proof of one entry as a text of its own: C2SP tlog-proof, version 1.
//! Must not know what the entry says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::audit::Hash;
use domain::audit::tree::MAX_PROOF;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place in the tree of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry's index.
    pub index: u64,
    /// From the leaf's neighbour up to below the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Proof {
    /// The text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = format!("{HEADER}\nindex {}\n", self.index);
        for hash in &self.path {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads one back; what is accepted writes the same bytes. Extra data has no meaning here and is refused.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        if lines.next()? != HEADER {
            return None;
        }
        let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PROOF {
                return None;
            }
            path.push(STANDARD.decode(line).ok()?.try_into().ok()?);
        }
        let proof = Self { index, path, checkpoint: checkpoint.to_owned() };
        (proof.write().as_bytes() == bytes).then_some(proof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_reads_back_and_another_spelling_is_refused() {
        let proof =
            Proof { index: 73_894, path: vec![[7; 32], [8; 32]], checkpoint: "example.com/log\n3\nAAAA\n\n— x AAAA\n".to_owned() };
        let text = proof.write();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 73894\nBwcH"));
        assert_eq!(Proof::parse(text.as_bytes()), Some(proof));
        for bad in [text.replace("index 73894", "index 073894"), text.replace("@v1", "@v2"), text.replace("BwcH", "Bwc"), String::new()] {
            assert_eq!(Proof::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn the_published_example_reads_as_far_as_it_goes() {
        // From c2sp.org/tlog-proof, without its extra line, whose meaning is the application's.
        let text = "c2sp.org/tlog-proof@v1\nindex 73894\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\nexample.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog hI2DJw==\n";
        let proof = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!((proof.index, proof.path.len()), (73_894, 1));
        assert!(proof.checkpoint.starts_with("example.com/fancylog\n109482\n"));
    }
}
