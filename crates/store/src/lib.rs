//! The store: the only crate with SQL; it keeps rows and gives them back, in SQLite or in
//! PostgreSQL. Must not know what a case may do, nor read a sealed state.

mod backend;
mod conn;
mod face;
mod keys;
mod migrate;
mod plan;
mod postgres;
mod reads;
pub mod rows;
mod snapshot;
mod sqlite;
pub mod tamper;
mod value;

pub use face::{Later, Store};
pub use keys::Keys;
pub use postgres::PostgresStore;
pub use reads::proof::terms;
pub use snapshot::snapshot;
pub use sqlite::SqliteStore;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Why a write or a read did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another write came first: a version moved on, or a unique row is there already.
    #[error("another write came first")]
    Conflict,
    /// The database does not answer, or answered with a failure. A write may have been kept
    /// all the same when its answer was lost: the same again shows it, as a conflict.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row that cannot have been written by this program.
    #[error("row {row} of {table} is corrupt: {what}")]
    Corrupt { table: &'static str, row: String, what: String },
    /// The caller went past a stated limit; nothing was written.
    #[error("refused: {0}")]
    Limit(&'static str),
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Reading connections of SQLite.
    pub readers: u32,
    /// Connections to PostgreSQL, for reading and writing.
    pub connections: u32,
    /// How long to wait for a connection or a lock before it is unavailable.
    pub busy: Duration,
    /// Whether to bring the schema up; otherwise one that is behind is refused.
    pub migrate: bool,
    /// Where the keys of cases are kept; otherwise beside the main database.
    pub keys: Option<String>,
    /// The keys are only read, where they lie, also beside a server that holds them.
    pub keys_reading: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, connections: 16, busy: Duration::from_secs(5), migrate: true, keys: None, keys_reading: false }
    }
}

/// Opens `sqlite:PATH`, `postgres://…` or `postgresql://…`.
pub async fn open(url: &str, options: Options) -> Result<Arc<dyn Store>, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(Arc::new(SqliteStore::open(Path::new(path), &options).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(PostgresStore::open(url, &options).await?));
    }
    Err(StoreError::Unavailable("the address is neither sqlite:PATH nor postgres://…".to_owned()))
}
