//! A SQLite file as its administrator has it: every table read and written raw, past the store and
//! its triggers. For the tests that prove that such changes are found. Must not know what a row means.

use crate::StoreError;
use crate::conn::{Conn, unavailable};
use crate::value::{Arg, Query, Value};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::path::Path;

/// One stored value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Absent.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A column as the schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// `TEXT`, `INTEGER` or `BLOB`.
    pub kind: String,
    pub not_null: bool,
}

/// A whole table in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let settings = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .pragma("ignore_check_constraints", "ON")
        .disable_statement_logging();
    settings.connect().await.map_err(unavailable)
}

async fn rows(conn: &mut SqliteConnection, sql: String) -> Result<Vec<Vec<Cell>>, StoreError> {
    let done = Conn::Sqlite(conn).run(&Query { once: true, ..Query::rows(sql, Vec::new()) }).await?;
    let cell = |value| match value {
        Value::Null | Value::Foreign => Cell::Null,
        Value::Int(n) => Cell::Int(n),
        Value::Text(text) => Cell::Text(text),
        Value::Blob(bytes) => Cell::Blob(bytes),
    };
    Ok(done.records.into_iter().map(|record| record.0.into_iter().map(cell).collect()).collect())
}

fn text(cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Null | Cell::Int(_) | Cell::Blob(_)) | None => String::new(),
    }
}

/// Every table of the file but SQLite's own, with all its rows in the order of their keys.
///
/// # Errors
/// A file that cannot be read.
pub async fn tables(path: &Path) -> Result<Vec<Table>, StoreError> {
    let mut conn = open(path).await?;
    let names =
        rows(&mut conn, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name".to_owned());
    let mut all = Vec::new();
    for name in names.await?.iter().map(|row| text(row.first())) {
        let described = rows(&mut conn, format!("SELECT name, type, \"notnull\" FROM pragma_table_info('{name}') ORDER BY cid")).await?;
        let columns: Vec<_> = described
            .iter()
            .map(|row| Column { name: text(row.first()), kind: text(row.get(1)), not_null: row.get(2) == Some(&Cell::Int(1)) })
            .collect();
        let list: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let kept = rows(&mut conn, format!("SELECT {} FROM {name} ORDER BY 1, 2", list.join(", "))).await?;
        all.push(Table { name, columns, rows: kept });
    }
    conn.close().await.map_err(unavailable)?;
    Ok(all)
}

/// Puts these rows in the place of all rows of the table, after dropping every trigger of the file.
///
/// # Errors
/// What the schema itself refuses: two rows under one unique key, an absent value where one must be.
pub async fn rewrite(path: &Path, table: &Table) -> Result<(), StoreError> {
    let mut conn = open(path).await?;
    let written = replace(&mut conn, table).await;
    conn.close().await.map_err(unavailable)?;
    written
}

async fn replace(conn: &mut SqliteConnection, table: &Table) -> Result<(), StoreError> {
    for name in rows(conn, "SELECT name FROM sqlite_schema WHERE type = 'trigger'".to_owned()).await?.iter().map(|row| text(row.first())) {
        run(conn, format!("DROP TRIGGER {name}"), Vec::new()).await?;
    }
    run(conn, "BEGIN IMMEDIATE".to_owned(), Vec::new()).await?;
    let written = fill(conn, table).await;
    let end = if written.is_ok() { "COMMIT" } else { "ROLLBACK" };
    run(conn, end.to_owned(), Vec::new()).await?;
    written
}

async fn fill(conn: &mut SqliteConnection, table: &Table) -> Result<(), StoreError> {
    run(conn, format!("DELETE FROM {}", table.name), Vec::new()).await?;
    let list: Vec<_> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let places: Vec<_> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, list.join(", "), places.join(", "));
    for row in &table.rows {
        let args = row.iter().zip(&table.columns).map(|(cell, column)| arg(cell, &column.kind)).collect();
        run(conn, sql.clone(), args).await?;
    }
    Ok(())
}

fn arg(cell: &Cell, kind: &str) -> Arg {
    match cell {
        Cell::Null if kind == "INTEGER" => Arg::Int(None),
        Cell::Null if kind == "BLOB" => Arg::Blob(None),
        Cell::Null => Arg::Text(None),
        Cell::Int(n) => Arg::Int(Some(*n)),
        Cell::Text(text) => Arg::Text(Some(text.clone())),
        Cell::Blob(bytes) => Arg::Blob(Some(bytes.clone())),
    }
}

async fn run(conn: &mut SqliteConnection, sql: String, args: Vec<Arg>) -> Result<(), StoreError> {
    Conn::Sqlite(conn).run(&Query { once: true, ..Query::change(sql, args) }).await.map(drop).map_err(StoreError::from)
}

/// A database of a PostgreSQL server that is made for a drill and taken away after it.
pub struct PostgresPlace {
    server: String,
    name: String,
    url: String,
}

impl PostgresPlace {
    /// Makes it.
    ///
    /// # Errors
    /// A server that does not answer or lets nobody make databases.
    pub async fn make(server: &str) -> Result<Self, StoreError> {
        let settings: sqlx::postgres::PgConnectOptions = server.parse().map_err(unavailable)?;
        let unique = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let name = format!("recourse_drill_{:x}_{unique:x}", std::process::id());
        let place = Self { server: server.to_owned(), url: settings.database(&name).to_url_lossy().to_string(), name };
        place.run(format!("CREATE DATABASE {}", place.name)).await?;
        Ok(place)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes it away.
    ///
    /// # Errors
    /// A server that does not answer.
    pub async fn leave(self) -> Result<(), StoreError> {
        self.run(format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }

    async fn run(&self, sql: String) -> Result<(), StoreError> {
        let mut conn = sqlx::PgConnection::connect(&self.server).await.map_err(unavailable)?;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.map(drop).map_err(unavailable);
        conn.close().await.map_err(unavailable)?;
        done
    }
}
