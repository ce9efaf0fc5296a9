//! The migrations, carried in the binary: forward only, the same names for both databases.
//! Must not know rows.

use crate::StoreError;
use crate::conn::{Broken, Conn, unavailable};
use crate::value::{Query, Value, args};
use domain::audit::tree::hash_leaf;
use sqlx::Executor;

pub(crate) struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($name:literal),*) => { [$(Migration {
        name: $name,
        sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
        postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
    }),*] };
}

/// Of the main database.
pub(crate) const MIGRATIONS: &[Migration] =
    &migrations!("0001_cases", "0002_log", "0003_outbox", "0004_people", "0005_custody", "0006_witness", "0007_reviews");

/// Of the database of keys.
pub(crate) const KEYS: &[Migration] = &[Migration {
    name: "0001_keys",
    sqlite: include_str!("../keys/sqlite/0001_keys.sql"),
    postgres: include_str!("../keys/postgres/0001_keys.sql"),
}];

/// Brings the schema up to this program inside a transaction the caller began and locked, or,
/// when it may not, says what is missing. A newer program's migrations are left alone: they
/// only add what this one does not use.
pub(crate) async fn migrate(conn: &mut Conn<'_>, migrations: &[Migration], apply: bool) -> Result<(), StoreError> {
    let done = applied(conn, apply).await?;
    for migration in migrations {
        let text = match conn {
            Conn::Sqlite(_) => migration.sqlite,
            Conn::Postgres(_) => migration.postgres,
        };
        let checksum = hash_leaf(text.as_bytes()).to_vec();
        match done.iter().find(|(name, _)| name == migration.name) {
            Some((_, known)) if *known == checksum => {}
            Some(_) => {
                let what = "applied in another form than this program carries".to_owned();
                return Err(StoreError::Corrupt { table: "migrations", row: migration.name.to_owned(), what });
            }
            None if apply => {
                script(conn, text).await?;
                let sql = "INSERT INTO migrations (name, checksum) VALUES ($1, $2)";
                conn.run(&Query::change(sql, args![migration.name, checksum])).await?;
            }
            None => return Err(StoreError::Unavailable(format!("the schema lacks {}: migrate first", migration.name))),
        }
    }
    Ok(())
}

async fn applied(conn: &mut Conn<'_>, apply: bool) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    if apply {
        let bytes = match conn {
            Conn::Sqlite(_) => "BLOB",
            Conn::Postgres(_) => "BYTEA",
        };
        let sql = format!("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, checksum {bytes} NOT NULL)");
        conn.run(&Query::change(sql, Vec::new())).await?;
    }
    let read = conn.run(&Query::rows("SELECT name, checksum FROM migrations", Vec::new())).await;
    let done = match read {
        Ok(done) => done,
        Err(Broken::Store(StoreError::Unavailable(_))) if !apply => return Ok(Vec::new()),
        Err(broken) => return Err(broken.into()),
    };
    let mut rows = Vec::new();
    for record in done.records {
        match <[Value; 2]>::try_from(record.0) {
            Ok([Value::Text(name), Value::Blob(checksum)]) => rows.push((name, checksum)),
            Ok(_) | Err(_) => {
                return Err(StoreError::Corrupt { table: "migrations", row: "?".to_owned(), what: "not a name and a checksum".to_owned() });
            }
        }
    }
    Ok(rows)
}

async fn script(conn: &mut Conn<'_>, text: &'static str) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(conn) => conn.execute(sqlx::raw_sql(text)).await.map(drop),
        Conn::Postgres(conn) => conn.execute(sqlx::raw_sql(text)).await.map(drop),
    }
    .map_err(unavailable)
}
