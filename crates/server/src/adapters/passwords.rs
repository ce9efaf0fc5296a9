//! Passwords and one-time codes of local accounts: hashed slowly, checked without a hint.
//! Must not know the accounts.

use super::ids::random;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::time::Timestamp;
use std::sync::LazyLock;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// NIST SP 800-63B: at least 8 for a password with a second factor; ours also stands alone.
pub const MIN_PASSWORD: usize = 12;
/// Longer is no safer and costs memory.
pub const MAX_PASSWORD: usize = 256;

/// Why a new password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    #[error("the password needs at least 12 characters")]
    TooShort,
    #[error("the password may have at most 256 bytes")]
    TooLong,
}

/// Hashes a new password. Takes some 30 ms of one core and 19 MiB: call it off the async
/// threads, and few at a time.
pub fn hash_password(password: &str) -> Result<String, PasswordRefused> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(PasswordRefused::TooShort);
    }
    if password.len() > MAX_PASSWORD {
        return Err(PasswordRefused::TooLong);
    }
    Ok(hash(password.as_bytes()))
}

/// Whether a password fits a hash. Without a hash (no such account) it takes as long and
/// says no, so that the time tells nothing about who has an account.
#[must_use]
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(hash_of_nobody);
    if password.len() > MAX_PASSWORD {
        return false;
    }
    let stored = hash.and_then(|text| PasswordHash::new(text).ok());
    let known = stored.is_some();
    let Some(stored) = stored.or_else(|| PasswordHash::new(&NOBODY).ok()) else {
        return false;
    };
    hasher().verify_password(password.as_bytes(), &stored).is_ok() && known
}

fn hash_of_nobody() -> String {
    hash(&random::<32>())
}

fn hash(password: &[u8]) -> String {
    let salt: [u8; 16] = random();
    match hasher().hash_password_with_salt(password, &salt) {
        Ok(hash) => hash.to_string(),
        Err(never) => unreachable!("lengths of password and salt are within bounds: {never}"),
    }
}

/// OWASP's first choice for Argon2id: 19 MiB, 2 passes, 1 lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The secret of an authenticator app: 160 bits, as RFC 4226 recommends.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

/// What every authenticator app takes without asking.
const STEP_SECONDS: u64 = 30;

impl TotpSecret {
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::<20>().to_vec()))
    }

    /// Reads base32; nothing if it is not such a text or shorter than 128 bits.
    #[must_use]
    pub fn parse(base32: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(base32).ok()?;
        let bytes = Zeroizing::new(secret.as_bytes().to_vec());
        (16..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// For typing into an app that has no camera.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::from(self.0.to_vec()).to_base32())
    }

    /// For the QR code: `otpauth://totp/Recourse:account?secret=…`.
    #[must_use]
    pub fn uri(&self, account: &str) -> Zeroizing<String> {
        let account = percent(account);
        let secret = self.base32();
        Zeroizing::new(format!(
            "otpauth://totp/Recourse:{account}?secret={}&issuer=Recourse&algorithm=SHA1&digits=6\
             &period={STEP_SECONDS}",
            secret.as_str()
        ))
    }

    /// The step a code belongs to, if it is right now or one step off. A code counts once:
    /// the caller refuses a step that is not later than the last one it took.
    #[must_use]
    pub fn check(&self, code: &str, now: Timestamp) -> Option<u64> {
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.as_millis().div_euclid(1000)).ok()?;
        self.totp().check(code, seconds)
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(self.0.to_vec()).with_step_duration(STEP_SECONDS).with_skew(1).build_noncompliant()
    }
}

/// Everything but unreserved characters as `%XX`; a colon would split issuer from account.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let hash = hash_password("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("correct horse battery", Some(&hash)));
        assert!(!verify_password("correct horse batterz", Some(&hash)));
        assert!(!verify_password("", Some(&hash)));
        assert_ne!(hash, hash_password("correct horse battery").unwrap(), "salted");
    }

    #[test]
    fn nobody_and_a_damaged_hash_let_no_one_in() {
        assert!(!verify_password("correct horse battery", None));
        assert!(!verify_password("correct horse battery", Some("$argon2id$v=19$garbage")));
        assert!(!verify_password("correct horse battery", Some("")));
    }

    #[test]
    fn short_and_endless_passwords_are_refused_by_characters_and_bytes() {
        assert_eq!(hash_password("elevenchars"), Err(PasswordRefused::TooShort));
        assert!(hash_password("รหัสผ่านของฉัน").is_ok());
        assert_eq!(hash_password(&"a".repeat(257)), Err(PasswordRefused::TooLong));
        assert!(!verify_password(&"a".repeat(1_000_000), None));
    }

    #[test]
    fn codes_are_those_of_the_standard_and_one_step_of_drift_is_forgiven() {
        // RFC 6238, appendix B: T = 1111111109 s, 8 digits 07081804; 6 digits are its last.
        let secret = TotpSecret::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let step = 1_111_111_109 / 30;
        for seconds in [1_111_111_109, 1_111_111_109 - 30, 1_111_111_109 + 30] {
            assert_eq!(secret.check("081804", at(seconds)), Some(step), "{seconds}");
        }
        for seconds in [1_111_111_109 - 90, 1_111_111_109 + 60] {
            assert_eq!(secret.check("081804", at(seconds)), None, "{seconds}");
        }
        for bad in ["", "81804", "0081804", "08180a", "０81804", " 81804"] {
            assert_eq!(secret.check(bad, at(1_111_111_109)), None, "{bad}");
        }
    }

    #[test]
    fn a_secret_reads_back_and_its_uri_names_the_account_safely() {
        let secret = TotpSecret::generate();
        assert!(TotpSecret::parse(&secret.base32()) == Some(secret.clone()));
        assert_eq!(secret.base32().len(), 32);
        let uri = secret.uri("a:b&secret=x@bank.example");
        assert!(uri.starts_with("otpauth://totp/Recourse:a%3Ab%26secret%3Dx%40bank.example?secret="));
        assert!(TotpSecret::parse("GEZDGNBV").is_none() && TotpSecret::parse("not base32!").is_none());
    }
}
