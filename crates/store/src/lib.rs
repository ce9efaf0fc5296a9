//! The store: the only crate with SQL; it keeps rows and gives them back, in SQLite or in
//! PostgreSQL. Must not know what a case may do, nor read a sealed state.

mod face;
pub mod rows;

pub use face::{Later, Store};

/// Why a write or a read did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another write came first: a version moved on, or a unique row is there already.
    #[error("another write came first")]
    Conflict,
    /// The database does not answer, or answered with a failure; nothing is known to be kept.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row that cannot have been written by this program.
    #[error("row {row} of {table} is corrupt: {what}")]
    Corrupt {
        table: &'static str,
        row: String,
        what: String,
    },
    /// The caller went past a stated limit; nothing was written.
    #[error("refused: {0}")]
    Limit(&'static str),
}
