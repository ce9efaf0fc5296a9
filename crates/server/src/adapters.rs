//! The ports to the outside: time, chance, disk, keys, messages; each a trait and its real form.
//! Must not know the cases they serve.

pub mod blobs;
mod cipher;
pub mod clock;
pub mod files;
pub mod geoip;
pub mod ids;
pub mod images;
pub mod kms;
pub mod messenger;
pub mod outbound;
pub mod passwords;
pub mod s3;
pub mod seal;
pub mod sftp;
pub mod storage;
pub mod webhook_client;
pub mod zip;
