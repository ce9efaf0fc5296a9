//! A database of a test's own, made before it and taken away after it.
//! Must not know what is tested.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use store::{Options, Store, StoreError};

pub struct Place {
    pub url: String,
    home: Home,
}

enum Home {
    Folder(PathBuf),
    Database { server: String, name: String },
}

fn unique() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    format!("recourse_it_{:016x}", u64::from_ne_bytes(bytes))
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = std::env::temp_dir().join(unique());
        std::fs::create_dir(&folder).unwrap();
        Self { url: format!("sqlite:{}", folder.join("store.db").display()), home: Home::Folder(folder) }
    }

    /// Nothing when no server is given, unless one is required.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("RECOURSE_TEST_POSTGRES") else {
            assert!(std::env::var("RECOURSE_REQUIRE_POSTGRES").is_err(), "RECOURSE_REQUIRE_POSTGRES is set, RECOURSE_TEST_POSTGRES is not");
            eprintln!("skipped: RECOURSE_TEST_POSTGRES is not set");
            return None;
        };
        let name = unique();
        let mut conn = PgConnection::connect(&server).await.unwrap();
        conn.execute(sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))).await.unwrap();
        let settings: sqlx::postgres::PgConnectOptions = server.parse().unwrap();
        let url = settings.database(&name).to_url_lossy().to_string();
        Some(Self { url, home: Home::Database { server, name } })
    }

    pub fn options() -> Options {
        Options { connections: 8, ..Options::default() }
    }

    pub async fn try_open(&self) -> Result<Arc<dyn Store>, StoreError> {
        store::open(&self.url, Self::options()).await
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        self.try_open().await.unwrap()
    }

    pub const fn is_sqlite(&self) -> bool {
        matches!(self.home, Home::Folder(_))
    }

    /// The folder of the file, on SQLite.
    pub fn folder(&self) -> &PathBuf {
        match &self.home {
            Home::Folder(folder) => folder,
            Home::Database { .. } => panic!("a database of a server has no folder"),
        }
    }

    /// What somebody with the database's password could do, past the store.
    pub async fn raw(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.home {
            Home::Folder(folder) => {
                let settings = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("store.db"));
                let mut conn: SqliteConnection = settings.connect().await?;
                let result = conn.execute(sqlx::raw_sql(sql)).await.map(|done| done.rows_affected());
                conn.close().await?;
                result
            }
            Home::Database { .. } => {
                let mut conn = PgConnection::connect(&self.url).await?;
                let result = conn.execute(sqlx::raw_sql(sql)).await.map(|done| done.rows_affected());
                conn.close().await?;
                result
            }
        }
    }

    /// The one number a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.home {
            Home::Folder(folder) => {
                let settings = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("store.db"));
                let mut conn: SqliteConnection = settings.connect().await.unwrap();
                let n = sqlx::query(sql).fetch_one(&mut conn).await.unwrap().get(0);
                conn.close().await.unwrap();
                n
            }
            Home::Database { .. } => {
                let mut conn = PgConnection::connect(&self.url).await.unwrap();
                let n = sqlx::query(sql).fetch_one(&mut conn).await.unwrap().get(0);
                conn.close().await.unwrap();
                n
            }
        }
    }

    pub async fn leave(self) {
        match self.home {
            Home::Folder(folder) => std::fs::remove_dir_all(folder).unwrap(),
            Home::Database { server, name } => {
                let mut conn = PgConnection::connect(&server).await.unwrap();
                conn.execute(sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))).await.unwrap();
            }
        }
    }
}
