//! `recourse-verify PACK.zip [--key log.pub] [--identity FILE]`: verifies an evidence pack, alone and offline.
//! Must not know more than its arguments.

use domain::audit::VerifierKey;
use pack::age::Identity;
use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "recourse-verify PACK.zip [--key FILE] [--identity FILE]\n\
  Verifies an evidence pack without a server, a database or a network.\n\
  --key FILE  the log's public key (log.pub) as you were given it, from elsewhere than the pack\n\
  --identity FILE  your secret key, as age-keygen wrote it, for a pack that was encrypted to you (PACK.zip.age)\n\
  Exit: 0 everything fits, 1 something does not, 2 not asked properly";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut path, mut key, mut identity) = (None, None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--key" => key = arguments.next(),
            "--identity" => identity = arguments.next(),
            "--help" | "-h" => return say(USAGE, 0),
            "--version" => return say(concat!("recourse-verify ", env!("CARGO_PKG_VERSION")), 0),
            other if other.starts_with("--") || path.is_some() => return say(USAGE, 2),
            _ => path = Some(argument),
        }
    }
    let Some(path) = path else { return say(USAGE, 2) };
    let given = match key.map(|file| read_key(&file)).transpose() {
        Ok(given) => given,
        Err(why) => return say(&why, 2),
    };
    let identities = match identity.map(|file| read_identities(&file)).transpose() {
        Ok(identities) => identities.unwrap_or_default(),
        Err(why) => return say(&why, 2),
    };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => return say(&format!("{path}: {error}"), 2),
    };
    match pack::verify_with(file, given.as_ref(), &identities) {
        Ok(report) => say(&report.to_string(), 0),
        Err(fault) => say(&format!("does not fit: {fault}"), 1),
    }
}

fn read_key(file: &str) -> Result<VerifierKey, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    text.trim().parse().map_err(|e| format!("{file}: {e}"))
}

fn read_identities(file: &str) -> Result<Vec<Identity>, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    Identity::read(&text).map_err(|e| format!("{file}: {e}"))
}

fn say(text: &str, code: u8) -> ExitCode {
    // Nobody may be listening any more; the code still tells.
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::from(code)
}
