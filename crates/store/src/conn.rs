//! One connection of either database, and what its errors mean here.
//! Must not know tables or transactions.

use crate::StoreError;
use crate::value::{Arg, Done, Query, Record, Value};
use sqlx::error::ErrorKind;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Database, Decode, Encode, Row, Type, TypeInfo, ValueRef};

/// A connection to run statements on.
pub enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Why a statement failed.
#[derive(Debug)]
pub enum Broken {
    /// The database chose this transaction to give way; the same again may succeed.
    Again(String),
    Store(StoreError),
}

impl From<Broken> for StoreError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Again(what) => Self::Unavailable(what),
            Broken::Store(error) => error,
        }
    }
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            return Self::Store(StoreError::Unavailable(error.to_string()));
        };
        // The message only: PostgreSQL's detail would carry the values.
        let what = database.message().to_owned();
        let code = database.code();
        // A serialisation failure or a deadlock.
        if matches!(code.as_deref(), Some("40001" | "40P01")) {
            return Self::Again(what);
        }
        // Raised by the append-only triggers: SQLITE_CONSTRAINT_TRIGGER, raise_exception.
        if matches!(code.as_deref(), Some("1811" | "P0001")) {
            return Self::Store(StoreError::Conflict);
        }
        let kind = database.kind();
        if matches!(kind, ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation) {
            return Self::Store(StoreError::Conflict);
        }
        if matches!(kind, ErrorKind::NotNullViolation | ErrorKind::CheckViolation) {
            return Self::Store(StoreError::Limit("a column's rule"));
        }
        Self::Store(StoreError::Unavailable(what))
    }
}

/// The message of an error that can only mean that the database is not usable.
pub(crate) fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::from(Broken::from(error))
}

impl Conn<'_> {
    /// Runs one statement. Its text holds no value: every value is a parameter.
    pub(crate) async fn run(&mut self, query: &Query) -> Result<Done, Broken> {
        let sql = AssertSqlSafe(query.sql.clone().into_owned());
        match self {
            Self::Sqlite(conn) => {
                let statement = sqlx::query_with::<sqlx::Sqlite, _>(sql, bind::<SqliteArguments>(&query.args)?).persistent(!query.once);
                if query.returning {
                    let rows = statement.fetch_all(&mut **conn).await?;
                    Ok(returned(rows.iter().map(sqlite_record).collect()))
                } else {
                    let result = statement.execute(&mut **conn).await?;
                    Ok(Done { changed: result.rows_affected(), records: Vec::new() })
                }
            }
            Self::Postgres(conn) => {
                let statement = sqlx::query_with::<sqlx::Postgres, _>(sql, bind::<PgArguments>(&query.args)?).persistent(!query.once);
                if query.returning {
                    let rows = statement.fetch_all(&mut **conn).await?;
                    Ok(returned(rows.iter().map(postgres_record).collect()))
                } else {
                    let result = statement.execute(&mut **conn).await?;
                    Ok(Done { changed: result.rows_affected(), records: Vec::new() })
                }
            }
        }
    }
}

fn returned(records: Vec<Record>) -> Done {
    Done { changed: records.len() as u64, records }
}

fn bind<A>(args: &[Arg]) -> Result<A, Broken>
where
    A: Arguments + Default,
    for<'t> Option<i64>: Encode<'t, A::Database> + Type<A::Database>,
    for<'t> Option<String>: Encode<'t, A::Database> + Type<A::Database>,
    for<'t> Option<Vec<u8>>: Encode<'t, A::Database> + Type<A::Database>,
{
    let mut bound = A::default();
    for arg in args {
        let added = match arg {
            Arg::Int(value) => bound.add(*value),
            Arg::Text(value) => bound.add(value.clone()),
            Arg::Blob(value) => bound.add(value.clone()),
        };
        added.map_err(|error| Broken::from(sqlx::Error::Encode(error)))?;
    }
    Ok(bound)
}

fn sqlite_record(row: &SqliteRow) -> Record {
    let value = |n: usize| {
        let Ok(raw) = row.try_get_raw(n) else { return Value::Foreign };
        if raw.is_null() {
            return Value::Null;
        }
        let name = raw.type_info().name().to_owned();
        match name.as_str() {
            "INTEGER" => decode::<sqlx::Sqlite, i64>(raw, Value::Int),
            "TEXT" => decode::<sqlx::Sqlite, String>(raw, Value::Text),
            "BLOB" => decode::<sqlx::Sqlite, Vec<u8>>(raw, Value::Blob),
            _ => Value::Foreign,
        }
    };
    Record((0..row.len()).map(value).collect())
}

fn postgres_record(row: &PgRow) -> Record {
    let value = |n: usize| {
        let Ok(raw) = row.try_get_raw(n) else { return Value::Foreign };
        if raw.is_null() {
            return Value::Null;
        }
        let name = raw.type_info().name().to_owned();
        match name.as_str() {
            "INT8" => decode::<sqlx::Postgres, i64>(raw, Value::Int),
            "TEXT" => decode::<sqlx::Postgres, String>(raw, Value::Text),
            "BYTEA" => decode::<sqlx::Postgres, Vec<u8>>(raw, Value::Blob),
            _ => Value::Foreign,
        }
    };
    Record((0..row.len()).map(value).collect())
}

fn decode<'r, D: Database, T: Decode<'r, D>>(raw: D::ValueRef<'r>, value: fn(T) -> Value) -> Value {
    T::decode(raw).map_or(Value::Foreign, value)
}
