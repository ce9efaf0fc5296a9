//! The database of keys: beside the main one and apart from it, so that a copy of the main one
//! opens nothing, and a destroyed key is in no copy. Must not know what a key opens.

use crate::backend::{Backend, changed, many, one, write};
use crate::face::Later;
use crate::plan;
use crate::reads::custody;
use crate::rows::{KeyId, KeyRow};
use crate::{Options, PostgresStore, SqliteStore, StoreError};
use domain::ids::CaseId;
use domain::time::Timestamp;
use std::path::{Path, PathBuf};

/// Where wrapped keys of cases are kept.
pub trait Keys: Send + Sync + 'static {
    /// Durable when this returns: a case must not be written before its key.
    fn put(&self, key: KeyRow) -> Later<'_, ()>;
    fn get(&self, id: KeyId) -> Later<'_, Option<KeyRow>>;
    /// Oldest first; one, unless an erasure is under way.
    fn of_case(&self, case: CaseId) -> Later<'_, Vec<KeyRow>>;
    /// The bytes go, the name stays; false when they were gone.
    fn destroy(&self, id: KeyId, at: Timestamp) -> Later<'_, bool>;
    /// Keys whose case is not known to be there, oldest first, after one.
    fn unbound(&self, after: Option<(Timestamp, KeyId)>, limit: u32) -> Later<'_, Vec<KeyRow>>;
    /// The case of this key is there.
    fn bind(&self, id: KeyId) -> Later<'_, ()>;
    /// A key whose case never came; a bound one stays.
    fn forget(&self, id: KeyId) -> Later<'_, ()>;
    /// Takes what was destroyed out of journals too.
    fn scrub(&self) -> Later<'_, ()>;
    fn close(&self) -> Later<'_, ()>;
}

pub(crate) struct Keyring<B>(pub(crate) B);

impl<B: Backend> Keys for Keyring<B> {
    fn put(&self, key: KeyRow) -> Later<'_, ()> {
        write(&self.0, plan::put_key(key))
    }
    fn get(&self, id: KeyId) -> Later<'_, Option<KeyRow>> {
        one(&self.0, custody::key(id))
    }
    fn of_case(&self, case: CaseId) -> Later<'_, Vec<KeyRow>> {
        many(&self.0, custody::keys_of(case))
    }
    fn destroy(&self, id: KeyId, at: Timestamp) -> Later<'_, bool> {
        Box::pin(async move { Ok(changed(&self.0, plan::destroy_key(id, at)).await? > 0) })
    }
    fn unbound(&self, after: Option<(Timestamp, KeyId)>, limit: u32) -> Later<'_, Vec<KeyRow>> {
        many(&self.0, custody::unbound(after, limit))
    }
    fn bind(&self, id: KeyId) -> Later<'_, ()> {
        write(&self.0, plan::bind_key(id))
    }
    fn forget(&self, id: KeyId) -> Later<'_, ()> {
        write(&self.0, plan::forget_key(id))
    }
    fn scrub(&self) -> Later<'_, ()> {
        self.0.sweep()
    }
    fn close(&self) -> Later<'_, ()> {
        self.0.shut()
    }
}

/// What a database of keys itself answers: it keeps keys and has none.
pub(crate) struct NoKeys;

fn none<'a, T: Send + 'a>() -> Later<'a, T> {
    Box::pin(std::future::ready(Err(StoreError::Unavailable("a database of keys has no keys of its own".to_owned()))))
}

impl Keys for NoKeys {
    fn put(&self, _: KeyRow) -> Later<'_, ()> {
        none()
    }
    fn get(&self, _: KeyId) -> Later<'_, Option<KeyRow>> {
        none()
    }
    fn of_case(&self, _: CaseId) -> Later<'_, Vec<KeyRow>> {
        none()
    }
    fn destroy(&self, _: KeyId, _: Timestamp) -> Later<'_, bool> {
        none()
    }
    fn unbound(&self, _: Option<(Timestamp, KeyId)>, _: u32) -> Later<'_, Vec<KeyRow>> {
        none()
    }
    fn bind(&self, _: KeyId) -> Later<'_, ()> {
        none()
    }
    fn forget(&self, _: KeyId) -> Later<'_, ()> {
        none()
    }
    fn scrub(&self) -> Later<'_, ()> {
        none()
    }
    fn close(&self) -> Later<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// The keys' own address, or what follows from the main one: `keys.db` beside `recourse.db`,
/// `NAME.keys.db` beside another `NAME.db`.
pub(crate) fn beside(main: &Path) -> PathBuf {
    let stem = main.file_stem().unwrap_or_default();
    if stem == "recourse" {
        return main.with_file_name("keys.db");
    }
    let mut name = stem.to_owned();
    name.push(".keys.db");
    main.with_file_name(name)
}

/// Opens the keys that belong to a main database.
pub(crate) async fn open(address: &str, options: &Options) -> Result<Box<dyn Keys>, StoreError> {
    if let Some(path) = address.strip_prefix("sqlite:") {
        let path = Path::new(path);
        let store =
            if options.keys_reading { SqliteStore::reading(path, options).await? } else { SqliteStore::keys(path, options).await? };
        return Ok(Box::new(Keyring(store)));
    }
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return Ok(Box::new(Keyring(PostgresStore::keys(address, options).await?)));
    }
    Err(StoreError::Unavailable("the address of the keys is neither sqlite:PATH nor postgres://…".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_beside_the_database_they_belong_to_and_never_in_it() {
        assert_eq!(beside(Path::new("/data/recourse.db")), Path::new("/data/keys.db"));
        assert_eq!(beside(Path::new("/data/t.db")), Path::new("/data/t.keys.db"));
    }
}
