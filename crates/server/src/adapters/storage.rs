//! Storage of the bank's own, for copies of what is sealed: objects are created and never overwritten,
//! and one that was put is there as it was sent. Must not know what the objects are.

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

/// Longest object in one piece: it fits into memory, and a slow line takes it within a request.
pub const PIECE: u64 = 16 * 1024 * 1024;

/// Why an object is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// It may be there the next time.
    #[error("{0}")]
    Unavailable(String),
    /// Something else lies under its name, and nothing is overwritten: somebody must look.
    #[error("another object lies under the name {0}")]
    Differs(String),
}

/// Somewhere objects can be put.
pub trait Storage: Send + Sync {
    /// The word for this kind of storage.
    fn kind(&self) -> &'static str;

    /// Creates the object, or finds it there as it should be. Good only when the storage has shown
    /// that it holds these bytes.
    fn put_new<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), StorageError>>;
}

/// SHA-256, as every kind of storage here compares by.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether a configured prefix or folder is one that needs no escaping anywhere.
#[must_use]
pub fn plain_path(text: &str) -> bool {
    text.len() <= 200
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
        && text.split('/').all(|part| part != ".." && part != ".")
}
