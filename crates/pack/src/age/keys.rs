//! Who a file is for, and who opens it: X25519 keys as age writes them.
//! Must not know a file.

use super::{MAX_RECIPIENTS, bech32};
use domain::digest::Digest;
use std::fmt;
use std::str::FromStr;
use x25519_dalek::{PublicKey, StaticSecret};

const RECIPIENT: &str = "age";
const IDENTITY: &str = "AGE-SECRET-KEY-";

/// Somebody a file is encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    key: [u8; 32],
    text: String,
}

/// Those who open a file, each alone: at least one, at most [`MAX_RECIPIENTS`], nobody twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients(Vec<Recipient>);

/// Why a text is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Another form of key, or a slip.
    #[error("is no X25519 recipient of age: age1 and 58 more characters, as age-keygen prints them")]
    NotARecipient,
    /// The other half of a key pair.
    #[error("is a secret key, which nobody else may see: give its recipient (age-keygen -y), and stop using this key")]
    SecretKey,
    /// It stands there already.
    #[error("stands there twice")]
    Repeated,
    /// More than a file takes.
    #[error("is one too many: at most {MAX_RECIPIENTS} recipients open one pack")]
    TooMany,
}

impl Why {
    /// A stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotARecipient => "not_a_recipient",
            Self::SecretKey => "secret_key",
            Self::Repeated => "repeated",
            Self::TooMany => "too_many",
        }
    }
}

/// A recipient that is none, by its place. The text is left out: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("recipient {} {why}", .place + 1)]
pub struct BadRecipient {
    /// Counted from nought.
    pub place: usize,
    /// What is wrong with it.
    pub why: Why,
}

impl Recipient {
    pub(super) fn key(&self) -> PublicKey {
        PublicKey::from(self.key)
    }
}

impl FromStr for Recipient {
    type Err = Why;

    fn from_str(text: &str) -> Result<Self, Why> {
        if text.trim_start().to_ascii_uppercase().starts_with(IDENTITY) {
            return Err(Why::SecretKey);
        }
        let key = bech32::decode(RECIPIENT, text).ok_or(Why::NotARecipient)?;
        // A few points give every sender the same secret, which is none.
        let hollow = !StaticSecret::from([1; 32]).diffie_hellman(&PublicKey::from(key)).was_contributory();
        if hollow { Err(Why::NotARecipient) } else { Ok(Self { key, text: text.to_owned() }) }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Recipients {
    /// Reads them; none at all is nobody to encrypt to.
    ///
    /// # Errors
    /// The first that is none.
    pub fn read<T: AsRef<str>>(texts: &[T]) -> Result<Option<Self>, BadRecipient> {
        let mut read: Vec<Recipient> = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let bad = |why| BadRecipient { place, why };
            if place >= MAX_RECIPIENTS {
                return Err(bad(Why::TooMany));
            }
            let recipient: Recipient = text.as_ref().parse().map_err(bad)?;
            if read.iter().any(|known| known.key == recipient.key) {
                return Err(bad(Why::Repeated));
            }
            read.push(recipient);
        }
        read.sort_by(|a, b| a.text.cmp(&b.text));
        Ok((!read.is_empty()).then_some(Self(read)))
    }

    /// SHA-256 over them, sorted, each with a line's end: tells who it was to those who know the recipients, and nobody else.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        Digest::of(self.0.iter().map(|r| format!("{r}\n")).collect::<String>().as_bytes())
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn all(&self) -> &[Recipient] {
        &self.0
    }
}

/// A secret key that opens files.
#[derive(Clone)]
pub struct Identity(StaticSecret);

/// A line that is no identity. Its text is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    /// Counted from one.
    #[error("line {0} is no X25519 identity of age (AGE-SECRET-KEY-1…): open the pack with age itself, age -d -i FILE")]
    Line(usize),
    /// Nothing but comments.
    #[error("holds no identity of age (AGE-SECRET-KEY-1…)")]
    None,
}

impl Identity {
    /// Those of a file as `age-keygen` writes it.
    ///
    /// # Errors
    /// A line that is neither one nor a comment, or no line at all.
    pub fn read(text: &str) -> Result<Vec<Self>, BadIdentity> {
        let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let read = lines.map(|(at, line)| {
            let key = bech32::decode(IDENTITY, line).ok_or(BadIdentity::Line(at + 1))?;
            Ok(Self(StaticSecret::from(key)))
        });
        let all: Vec<Self> = read.collect::<Result<_, _>>()?;
        if all.is_empty() { Err(BadIdentity::None) } else { Ok(all) }
    }

    pub(super) fn secret(&self) -> &StaticSecret {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}
