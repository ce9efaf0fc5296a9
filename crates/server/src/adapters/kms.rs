//! Keys that wrap keys: a master key on this machine, one wrapping key per tenant beneath it.
//! Must not know what the wrapped keys protect.

use super::files;
use super::ids::random;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::TenantId;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use zeroize::Zeroizing;

/// 256 bits that leave memory cleared.
pub type SecretKey = Zeroizing<[u8; 32]>;

/// Why a key or a small secret could not be given.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    #[error("the sealed bytes are cut off")]
    Truncated,
    #[error("the sealed bytes have version {0}, which this program does not know")]
    Version(u8),
    #[error("the sealed bytes need master key {0:08x}, which is not in the key file")]
    UnknownKey(u32),
    #[error("the sealed bytes were changed, or belong to another tenant or place")]
    NotAuthentic,
    #[error("the key file {path}: {what}")]
    KeyFile { path: String, what: String },
    #[error("the key service cannot be reached: {0}")]
    Unavailable(String),
}

/// Wraps case keys and seals small secrets, each for one tenant.
pub trait Kms: Send + Sync {
    /// Seals a case key so that it can lie in the database.
    fn wrap(&self, tenant: TenantId, key: &[u8; 32]) -> Result<Vec<u8>, KmsError>;

    /// Gives back a wrapped case key.
    fn unwrap_key(&self, tenant: TenantId, wrapped: &[u8]) -> Result<SecretKey, KmsError>;

    /// Seals a few bytes that belong to `place` (table, row, column) and to nowhere else.
    fn seal_small(&self, tenant: TenantId, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, KmsError>;

    /// Opens what `seal_small` sealed for the same tenant and place.
    fn open_small(&self, tenant: TenantId, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KmsError>;

    /// A fresh case key.
    fn new_key(&self) -> SecretKey {
        Zeroizing::new(random())
    }
}

/// First byte of everything sealed here.
const VERSION: u8 = 1;
/// Version, id of the master key, nonce.
const HEAD: usize = 1 + 4 + 12;
const TAG: usize = 16;
const TITLE: &str = "recourse master keys v1";
/// Rotations are rare; a file with more keys is not one of ours.
const MAX_MASTER_KEYS: usize = 64;

/// Master keys in one file that only its owner may read. The last key seals; all open, so
/// that a rotation needs no rewriting of what was sealed before.
pub struct FileKms {
    path: PathBuf,
    keys: RwLock<Vec<MasterKey>>,
}

#[derive(Clone)]
struct MasterKey {
    id: u32,
    key: SecretKey,
}

impl MasterKey {
    fn new(key: SecretKey) -> Self {
        // The id is a fingerprint: it cannot fit one key in one file and another elsewhere.
        let digest = Sha256::new().chain_update(b"recourse key id").chain_update(*key).finalize();
        let id = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        Self { id, key }
    }
}

impl FileKms {
    /// Opens the key file, making it with one fresh key at the first start.
    pub fn open_or_create(path: &Path) -> Result<Self, KmsError> {
        let fresh = MasterKey::new(Zeroizing::new(random()));
        let folder = files::parent(path);
        files::create_folders(folder).map_err(|e| broken(path, &e.to_string()))?;
        match files::create(folder, path, render(std::slice::from_ref(&fresh)).as_bytes()) {
            Ok(()) => Ok(Self { path: path.to_owned(), keys: RwLock::new(vec![fresh]) }),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Self::open(path),
            Err(e) => Err(broken(path, &format!("cannot be made: {e}"))),
        }
    }

    /// Opens an existing key file and never makes one: for reading what already exists.
    pub fn open(path: &Path) -> Result<Self, KmsError> {
        let meta = std::fs::metadata(path).map_err(|e| broken(path, &e.to_string()))?;
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(broken(path, "others may read it; run chmod 600 on it"));
        }
        let text = std::fs::read_to_string(path).map_err(|e| broken(path, &e.to_string()))?;
        let text = Zeroizing::new(text);
        let keys = parse(&text).ok_or_else(|| broken(path, "is damaged; restore it from the backup, it cannot be made again"))?;
        Ok(Self { path: path.to_owned(), keys: RwLock::new(keys) })
    }

    /// Adds a fresh master key that seals from now on; the earlier ones still open.
    pub fn rotate(&self) -> Result<(), KmsError> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_MASTER_KEYS {
            return Err(broken(&self.path, "holds as many keys as it may"));
        }
        let mut more = keys.clone();
        more.push(MasterKey::new(Zeroizing::new(random())));
        files::replace(files::parent(&self.path), &self.path, render(&more).as_bytes()).map_err(|e| broken(&self.path, &e.to_string()))?;
        *keys = more;
        Ok(())
    }

    fn current(&self) -> Result<MasterKey, KmsError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.last().cloned().ok_or_else(|| broken(&self.path, "holds no key"))
    }

    fn find(&self, id: u32) -> Result<MasterKey, KmsError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|k| k.id == id).cloned().ok_or(KmsError::UnknownKey(id))
    }

    fn seal(&self, to: &Purpose<'_>, plain: &[u8]) -> Result<Vec<u8>, KmsError> {
        let master = self.current()?;
        let nonce: [u8; 12] = random();
        let mut sealed = Vec::with_capacity(HEAD + plain.len() + TAG);
        sealed.push(VERSION);
        sealed.extend_from_slice(&master.id.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let aad = to.bind(&sealed);
        let body =
            to.cipher(&master).encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &aad }).map_err(|_| KmsError::NotAuthentic)?;
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    fn open_sealed(&self, to: &Purpose<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KmsError> {
        let version = *sealed.first().ok_or(KmsError::Truncated)?;
        if version != VERSION {
            return Err(KmsError::Version(version));
        }
        if sealed.len() < HEAD + TAG {
            return Err(KmsError::Truncated);
        }
        let (head, body) = sealed.split_at(HEAD);
        let id = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let master = self.find(id)?;
        let nonce: [u8; 12] = std::array::from_fn(|at| head[5 + at]);
        let aad = to.bind(head);
        to.cipher(&master)
            .decrypt(&Nonce::from(nonce), Payload { msg: body, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| KmsError::NotAuthentic)
    }
}

impl Kms for FileKms {
    fn wrap(&self, tenant: TenantId, key: &[u8; 32]) -> Result<Vec<u8>, KmsError> {
        self.seal(&Purpose { tenant, label: b"wrap", place: b"" }, key)
    }

    fn unwrap_key(&self, tenant: TenantId, wrapped: &[u8]) -> Result<SecretKey, KmsError> {
        let plain = self.open_sealed(&Purpose { tenant, label: b"wrap", place: b"" }, wrapped)?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| KmsError::Truncated)?;
        Ok(Zeroizing::new(key))
    }

    fn seal_small(&self, tenant: TenantId, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, KmsError> {
        self.seal(&Purpose { tenant, label: b"seal", place }, plain)
    }

    fn open_small(&self, tenant: TenantId, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KmsError> {
        self.open_sealed(&Purpose { tenant, label: b"seal", place }, sealed)
    }
}

/// For whom and for where something is sealed; all of it is authenticated.
struct Purpose<'a> {
    tenant: TenantId,
    label: &'static [u8; 4],
    place: &'a [u8],
}

impl Purpose<'_> {
    fn bind(&self, head: &[u8]) -> Vec<u8> {
        // Everything before `place` has a fixed length, so two places never run together.
        [head, self.label, &self.tenant.0.to_be_bytes(), self.place].concat()
    }

    fn cipher(&self, master: &MasterKey) -> Aes256Gcm {
        let kek = derive(&master.key, &[b"recourse kek v1", self.label, &self.tenant.0.to_be_bytes()]);
        Aes256Gcm::new(&Key::<Aes256Gcm>::from(*kek))
    }
}

/// HKDF-Expand of RFC 5869 for one block: `key` is uniform already, so nothing is extracted.
pub(crate) fn derive(key: &[u8; 32], info: &[&[u8]]) -> SecretKey {
    // HMAC pads a short key with zeros to its block; done here, nothing can fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    for part in info {
        mac.update(part);
    }
    mac.update(&[1]);
    let mut out = Zeroizing::new([0; 32]);
    out.copy_from_slice(&mac.finalize().into_bytes());
    out
}

fn render(keys: &[MasterKey]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(format!("{TITLE}\n"));
    for master in keys {
        let key = Zeroizing::new(STANDARD.encode(*master.key));
        text.push_str(&key);
        text.push('\n');
    }
    text
}

fn parse(text: &str) -> Option<Vec<MasterKey>> {
    let mut lines = text.lines();
    if lines.next() != Some(TITLE) {
        return None;
    }
    let mut keys = Vec::new();
    for line in lines {
        let bytes = Zeroizing::new(STANDARD.decode(line).ok()?);
        keys.push(MasterKey::new(Zeroizing::new(bytes.as_slice().try_into().ok()?)));
    }
    (1..=MAX_MASTER_KEYS).contains(&keys.len()).then_some(keys)
}

fn broken(path: &Path, what: &str) -> KmsError {
    KmsError::KeyFile { path: path.display().to_string(), what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::TestFolder;
    use super::*;
    use proptest::prelude::*;

    const A: TenantId = TenantId(1);
    const B: TenantId = TenantId(2);

    fn kms(folder: &TestFolder) -> FileKms {
        FileKms::open_or_create(&folder.0.join("keys/master.key")).unwrap()
    }

    #[test]
    fn a_key_wrapped_before_a_restart_and_a_rotation_unwraps_after_them() {
        let folder = TestFolder::make();
        let first = kms(&folder);
        let key = first.new_key();
        let wrapped = first.wrap(A, &key).unwrap();
        first.rotate().unwrap();
        let newer = first.wrap(A, &key).unwrap();
        assert_ne!(wrapped[1..5], newer[1..5], "a rotation seals with the new key");
        let again = kms(&folder);
        assert_eq!(again.unwrap_key(A, &wrapped).unwrap(), key);
        assert_eq!(again.unwrap_key(A, &newer).unwrap(), key);
    }

    #[test]
    fn another_tenant_place_purpose_or_master_key_opens_nothing() {
        let (folder, other) = (TestFolder::make(), TestFolder::make());
        let kms_a = kms(&folder);
        let wrapped = kms_a.wrap(A, &[7; 32]).unwrap();
        let sealed = kms_a.seal_small(A, b"case/1", b"+62 811").unwrap();
        assert_eq!(kms_a.open_small(A, b"case/1", &sealed).unwrap().as_slice(), b"+62 811");
        assert!(matches!(kms_a.unwrap_key(B, &wrapped), Err(KmsError::NotAuthentic)));
        assert!(matches!(kms_a.open_small(B, b"case/1", &sealed), Err(KmsError::NotAuthentic)));
        assert!(matches!(kms_a.open_small(A, b"case/2", &sealed), Err(KmsError::NotAuthentic)));
        assert!(matches!(kms_a.open_small(A, b"", &wrapped), Err(KmsError::NotAuthentic)));
        assert!(matches!(kms(&other).unwrap_key(A, &wrapped), Err(KmsError::UnknownKey(_))));
    }

    #[test]
    fn sealing_twice_never_gives_the_same_bytes() {
        let folder = TestFolder::make();
        let kms = kms(&folder);
        assert_ne!(kms.wrap(A, &[7; 32]).unwrap(), kms.wrap(A, &[7; 32]).unwrap());
    }

    #[test]
    fn a_key_file_open_to_others_or_damaged_is_refused_and_left_alone() {
        let folder = TestFolder::make();
        let path = folder.0.join("keys/master.key");
        drop(kms(&folder));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let refused = FileKms::open_or_create(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, b"recourse master keys v1\nnot a key\n").unwrap();
        assert!(matches!(FileKms::open_or_create(&path), Err(KmsError::KeyFile { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"recourse master keys v1\nnot a key\n");
        assert!(FileKms::open(&folder.0.join("none")).is_err());
    }

    #[test]
    fn the_derivation_is_hkdf_expand() {
        // RFC 5869, test case 1, needs a PRK of 32 bytes and an info; L = 42 starts with T(1).
        let prk: [u8; 32] = [
            0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf, 0x0d, 0xdc, 0x3f, 0x0d, 0xc4, 0x7b, 0xba, 0x63, 0x90, 0xb6, 0xc7, 0x3b, 0xb5,
            0x0f, 0x9c, 0x31, 0x22, 0xec, 0x84, 0x4a, 0xd7, 0xc2, 0xb3, 0xe5,
        ];
        let info = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9];
        let t1 = derive(&prk, &[&info[..3], &info[3..]]);
        assert_eq!(t1[..8], [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a]);
        assert_eq!(t1[28..], [0xec, 0xc4, 0xc5, 0xbf]);
    }

    proptest! {
        #[test]
        fn any_changed_or_missing_byte_is_noticed(at in 0usize..1000, bit in 0u8..8, cut in 0usize..65) {
            let folder = TestFolder::make();
            let kms = kms(&folder);
            let sealed = kms.wrap(A, &[9; 32]).unwrap();
            let mut changed = sealed.clone();
            let at = at % changed.len();
            changed[at] ^= 1 << bit;
            prop_assert!(kms.unwrap_key(A, &changed).is_err());
            prop_assert!(kms.unwrap_key(A, &sealed[..cut]).is_err());
        }
    }
}
