//! A copy of a SQLite file as it stands at one moment, for reading beside a server that holds it.
//! Must not know tables, nor change the file it copies.

use crate::StoreError;
use crate::conn::unavailable;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor, Row};
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
    let settings =
        SqliteConnectOptions::new().create_if_missing(false).busy_timeout(BUSY).pragma("trusted_schema", "OFF").disable_statement_logging();
    let mut source = open(settings.clone().filename(from).read_only(true)).await?;
    source.execute(sqlx::query("VACUUM INTO $1").bind(name)).await.map_err(unavailable)?;
    source.close().await.map_err(unavailable)?;
    let mut copy = open(settings.filename(to)).await?;
    if let Err(error) = copy.execute(sqlx::query("REINDEX")).await {
        return Err(odd_row(&mut copy).await.unwrap_or_else(|| unavailable(error)));
    }
    copy.close().await.map_err(unavailable)
}

/// Which row of the audit log is not the one its indexes were made for: two rows claim one place.
async fn odd_row(copy: &mut SqliteConnection) -> Option<StoreError> {
    let found = copy.fetch_one(sqlx::query("PRAGMA integrity_check(1)")).await.ok()?;
    let what: String = found.try_get(0).ok()?;
    // "row 7 missing from index sqlite_autoindex_audit_2"
    let (row, rest) = what.strip_prefix("row ")?.split_once(' ')?;
    let row = rest.contains("audit").then(|| row.to_owned())?;
    Some(StoreError::Corrupt { table: "audit", row, what })
}

async fn open(settings: SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    SqliteConnection::connect_with(&settings).await.map_err(unavailable)
}
