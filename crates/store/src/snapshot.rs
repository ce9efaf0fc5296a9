//! A copy of a SQLite file as it stands at one moment, for reading beside a server that holds it.
//! Must not know tables, nor change the file it copies.

use crate::StoreError;
use crate::conn::unavailable;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use std::path::Path;
use std::time::Duration;

/// A writer holds the file for a moment at most; a checkpoint somewhat longer.
const BUSY: Duration = Duration::from_secs(10);

/// Copies the database `from` to the new file `to`. The indexes of the copy are built from its
/// tables, so that every read of it shows what stands in the rows themselves.
///
/// # Errors
/// A file that is missing, is no database, or whose rows break its own rules.
pub async fn snapshot(from: &Path, to: &Path) -> Result<(), StoreError> {
    let name = to.to_str().ok_or_else(|| StoreError::Unavailable("the path of the copy is not UTF-8".to_owned()))?;
    let settings = SqliteConnectOptions::new()
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging();
    let mut source = open(settings.clone().filename(from).read_only(true)).await?;
    source.execute(sqlx::query("VACUUM INTO $1").bind(name)).await.map_err(unavailable)?;
    source.close().await.map_err(unavailable)?;
    let mut copy = open(settings.filename(to)).await?;
    copy.execute(sqlx::query("REINDEX")).await.map_err(unavailable)?;
    copy.close().await.map_err(unavailable)
}

async fn open(settings: SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    SqliteConnection::connect_with(&settings).await.map_err(unavailable)
}
