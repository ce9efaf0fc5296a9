//! The words that lie in every pack: what it is, what is proven by what, and how to verify it without us.
//! Must not know a case.

/// The verification by hand; the README prints the same bytes.
pub const BY_HAND: &str = include_str!("../../../scripts/verify-by-hand.sh");

/// The README of a pack; `about` says which case and what is absent, a line each.
#[must_use]
pub fn readme(about: &[String]) -> String {
    let about = about.iter().fold(String::new(), |text, line| text + line + "\n");
    format!("{HEAD}\n{about}\n{WHAT}\n{HOW}\n{BY_HAND}")
}

const HEAD: &str = "\
EVIDENCE PACK
=============
";

const WHAT: &str = "\
WHAT IS IN IT
  report.pdf                what happened, for people: read this first
  recordings/SESSION/       the recording of a session:
    *.webm *.mkv              each side as it was recorded, playable (VLC, browsers, ffmpeg)
    side-by-side.mp4          both sides in one picture with the time in UTC and the steps; only if ffmpeg was at hand
    sealed.0000 ...           the segments as the server stored them, sealed a second after they happened
    keys.txt                  for each sealed segment the key that opens it, and nothing else
  images/                   photographs and submitted images, in their original bytes
  drawings/                 what was drawn on shared pictures, as JSON
  chat.txt notes.txt        the conversation in writing, and the agent's notes
  case.json procedure.json  who, what and when; the steps with their state
  policy.json               the policy in the version that was in force
  profile.json              the jurisdiction profile, and what each of its lines rests on
  consents/                 the consent texts as they were shown
  texts/                    sixteen bytes of salt and a text: the SHA-256 of such a file is a commitment in the log
  log/events.jsonl          every audit entry of the case in its canonical form, one a line
  log/proofs/               for each entry its inclusion proof (C2SP tlog-proof)
  log/checkpoint            the newest signed state of the audit log (C2SP tlog-checkpoint)
  log/log.pub               the key that signs it
  manifest.json SHA256SUMS  every file with its hash, twice; manifest.note is the log's key vouching for both

WHAT PROVES WHAT
  The checkpoint is signed by the key in log/log.pub. Compare that key with the one you were given from elsewhere: a
  forger would put a key of their own beside a log of their own. Whether the log was never rewritten as a whole, only a
  witness outside can say, or an older checkpoint that you kept.
  Each line of log/events.jsonl is proven to be in that log. Entries hold no personal data, only ids and hashes:
    images, drawings and consents are the ones whose SHA-256 the entries hold;
    texts are the ones that entries committed to;
    sealed segments lead, one after the other, to the heads in the entries.
  recourse-verify also opens every sealed segment with its key and finds each frame of picture and sound of the playable
  tracks among those recorded, at about the time of its arrival. By hand this one step cannot be done, as openssl
  has no such command; there the tracks stand on the manifest's signature.
  On that signature alone, the exporter's word, stand: report.pdf, side-by-side.mp4 (newly encoded), README.txt and the
  readable copies (case.json, chat.txt and the like), and that no entry was left out of those between two states.
";

const HOW: &str = "\
HOW TO VERIFY
  With our tool, offline:   recourse-verify PACK.zip --key log.pub
                            (or: recourse verify PACK.zip)
  By hand, with bash, openssl (3.0 or newer) and coreutils, in the unpacked folder:
                            bash verify-by-hand.sh . /path/to/log.pub
  An encrypted pack (.zip.age) is opened first: age --decrypt -i key.txt -o PACK.zip PACK.zip.age

BY HAND
  verify-by-hand.sh is this:
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_prints_the_very_script_that_lies_beside_it() {
        let text = readme(&["Case case_1".to_owned()]);
        assert!(text.ends_with(BY_HAND) && text.contains("Case case_1\n"));
        for command in ["python", "awk ", "sed ", "grep ", "jq ", "xxd "] {
            assert!(!BY_HAND.contains(command), "{command}: by hand means openssl and coreutils");
        }
    }
}
