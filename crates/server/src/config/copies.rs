//! Which storage for copies and checkpoints can work, and how it is reached.
//! Must not know what is copied.

use super::{Config, Copies, S3 as Bucket};
use crate::adapters::clock::Clock;
use crate::adapters::s3::{Credentials, S3};
use crate::adapters::sftp::Sftp;
use crate::adapters::storage::{StorageError, plain_path};
use crate::push::{Pushes, Target};
use pack::age::Recipients;
use std::path::PathBuf;
use std::sync::Arc;

/// What cannot work, a sentence each.
pub(super) fn problems(copies: &Copies, wrong: &mut Vec<String>) {
    bucket_problems("copies.s3", &copies.s3, wrong);
    if let Err(why) = Recipients::read(&copies.packs_to) {
        wrong.push(format!("copies.packs_to: {why}"));
    }
    if !copies.packs_to.is_empty() && copies.s3.url.is_empty() && copies.sftp.host.is_empty() {
        wrong.push("copies.packs_to wants copies.s3 or copies.sftp, and both are empty".to_owned());
    }
    let sftp = &copies.sftp;
    let mut must = |fine: bool, sentence: &str| {
        if !fine {
            wrong.push(sentence.to_owned());
        }
    };
    if !sftp.host.is_empty() {
        let word = |text: &str| !text.is_empty() && plain_path(text) && !text.starts_with('-') && !text.contains('/');
        must(word(&sftp.host) && word(&sftp.user), "copies.sftp.host and copies.sftp.user must be a host and an account");
        must(sftp.key_file.is_file(), "copies.sftp.key_file must name a private key");
        must(sftp.known_hosts.is_file(), "copies.sftp.known_hosts must name a file with the server's key");
        must(plain_path(&sftp.folder), "copies.sftp.folder may have letters, digits and - _ . / only");
    }
}

/// The same of the bucket in this table.
pub(super) fn bucket_problems(table: &str, s3: &Bucket, wrong: &mut Vec<String>) {
    if s3.url.is_empty() {
        return;
    }
    let mut must = |fine: bool, sentence: String| {
        if !fine {
            wrong.push(sentence);
        }
    };
    let local = ["http://127.0.0.1", "http://localhost"].iter().any(|here| s3.url.starts_with(here));
    must(s3.url.starts_with("https://") || local, format!("{table}.url must start with https://"));
    must(!s3.access_key.is_empty() && !s3.secret_key.is_empty(), format!("{table}.access_key and {table}.secret_key must be given"));
    must(
        !s3.bucket.is_empty() && plain_path(&s3.bucket) && !s3.bucket.contains('/'),
        format!("{table}.bucket must be the name of a bucket"),
    );
    must(!s3.region.is_empty() && plain_path(&s3.region), format!("{table}.region must be a region such as ap-southeast-1"));
    must(plain_path(&s3.prefix), format!("{table}.prefix may have letters, digits and - _ . / only"));
}

fn open(s3: &Bucket, clock: &Arc<dyn Clock>) -> Result<S3, StorageError> {
    let credentials = Credentials { access_key: s3.access_key.clone(), secret_key: s3.secret_key.clone(), region: s3.region.clone() };
    S3::new(&s3.url, &s3.bucket, credentials, clock.clone())
}

impl Config {
    /// The bucket for checkpoints, if there is one.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub fn checkpoints(&self, clock: &Arc<dyn Clock>) -> Result<Option<Target>, StorageError> {
        let s3 = &self.proof.s3;
        if s3.url.is_empty() {
            return Ok(None);
        }
        let storage = Arc::new(open(s3, clock)?.locking(self.proof.s3_lock_days));
        Ok(Some(Target { storage, prefix: folder(&s3.prefix) }))
    }

    /// The storage that is configured; none is fine.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub fn pushes(&self, clock: &Arc<dyn Clock>) -> Result<Pushes, StorageError> {
        let (s3, sftp) = (&self.copies.s3, &self.copies.sftp);
        let mut stores = Vec::new();
        if !s3.url.is_empty() {
            stores.push(Target { storage: Arc::new(open(s3, clock)?), prefix: folder(&s3.prefix) });
        }
        if !sftp.host.is_empty() {
            let storage = Arc::new(Sftp {
                host: sftp.host.clone(),
                port: sftp.port,
                user: sftp.user.clone(),
                key_file: sftp.key_file.clone(),
                known_hosts: sftp.known_hosts.clone(),
                scratch: self.server.data_dir.join("blobs/.scratch"),
                program: PathBuf::from("sftp"),
            });
            stores.push(Target { storage, prefix: folder(&sftp.folder) });
        }
        Ok(Pushes::new(stores))
    }
}

/// With a slash at the end, and none at the beginning of an object's name.
fn folder(prefix: &str) -> String {
    if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") }
}
