//! PostgreSQL: a pool, short transactions at READ COMMITTED, races settled by versions.
//! Must not know tables.

use crate::backend::{Backend, Tally};
use crate::conn::{Broken, Conn, unavailable};
use crate::face::Later;
use crate::keys::{self, Keys, NoKeys};
use crate::migrate::{KEYS, MIGRATIONS, Migration};
use crate::plan::{self, Plan};
use crate::rows::Health;
use crate::value::{Done, Query, Record, Value};
use crate::{Options, StoreError, migrate};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};

/// A statement that takes longer is stuck; milliseconds.
const STATEMENT_TIMEOUT: &str = "15000";
/// Statement texts kept prepared on each connection; about as many as there are.
const STATEMENTS: usize = 256;
/// A transaction that has to give way is tried again this often.
const TRIES: usize = 3;
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Any number, the same for every node: only one may migrate.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7316573028)";
/// Where the keys lie; of the same name in a database of their own.
const KEY_SCHEMA: &str = "recourse_keys";
const MAKE_KEY_SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS recourse_keys";
/// An acknowledged write must survive, whatever the server's default; stronger settings stay.
const DURABLE: &str =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";

/// The store in a PostgreSQL database.
pub struct PostgresStore {
    pool: PgPool,
    tally: Tally,
    version: String,
    /// Those of the cases; the database of keys has none of its own.
    keys: Box<dyn Keys>,
    of_keys: bool,
}

impl PostgresStore {
    /// Connects, and brings the schema up if it may. Without an address of their own the keys lie
    /// in a schema of the same database: apart for a copy of the tables, not for one of the server.
    pub async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let store = Self::raw(url, options, MIGRATIONS, None).await?;
        let address = options.keys.as_deref().unwrap_or(url);
        Ok(Self { keys: keys::open(address, options).await?, ..store })
    }

    /// The same for a database of keys.
    pub(crate) async fn keys(url: &str, options: &Options) -> Result<Self, StoreError> {
        let few = Options { connections: (options.connections / 2).max(1), ..options.clone() };
        Self::raw(url, &few, KEYS, Some(KEY_SCHEMA)).await
    }

    async fn raw(url: &str, options: &Options, migrations: &[Migration], schema: Option<&'static str>) -> Result<Self, StoreError> {
        let settings: PgConnectOptions = url.parse().map_err(|_| StoreError::Unavailable("not a PostgreSQL address".to_owned()))?;
        let mut settings = settings
            .application_name("recourse")
            .statement_cache_capacity(STATEMENTS)
            .options([("statement_timeout", STATEMENT_TIMEOUT), ("lock_timeout", "5000"), ("idle_in_transaction_session_timeout", "15000")])
            .disable_statement_logging();
        if let Some(schema) = schema {
            settings = settings.options([("search_path", schema)]);
        }
        let pool = PgPoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.busy)
            .after_connect(|conn, _| Box::pin(async move { conn.execute(sqlx::raw_sql(DURABLE)).await.map(drop) }))
            .connect_with(settings)
            .await
            .map_err(unavailable)?;
        let mut conn = pool.acquire().await.map_err(unavailable)?;
        let version = ask(&mut conn, "SHOW server_version").await?;
        bring_up(&mut conn, migrations, schema.is_some(), options.migrate).await?;
        drop(conn);
        Ok(Self { pool, tally: Tally::default(), version, keys: Box::new(NoKeys), of_keys: schema.is_some() })
    }

    async fn transaction(&self, plan: &Plan) -> Result<Done, Broken> {
        let mut conn = self.pool.acquire().await?;
        // Dropped without a commit, it rolls back.
        let mut tx = conn.begin_with(BEGIN).await?;
        let done = plan::run(plan, &mut Conn::Postgres(&mut tx)).await?;
        tx.commit().await?;
        Ok(done)
    }
}

async fn ask(conn: &mut PgConnection, sql: &'static str) -> Result<String, StoreError> {
    let done = Conn::Postgres(conn).run(&Query::rows(sql, Vec::new())).await?;
    match done.records.into_iter().next().and_then(|record| record.0.into_iter().next()) {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Null | Value::Int(_) | Value::Blob(_) | Value::Foreign) | None => {
            Err(StoreError::Unavailable(format!("no answer to {sql}")))
        }
    }
}

async fn bring_up(conn: &mut PgConnection, migrations: &[Migration], keys: bool, apply: bool) -> Result<(), StoreError> {
    let mut tx = conn.begin_with(BEGIN).await.map_err(unavailable)?;
    // Another node may be migrating: its time is not ours to limit.
    let patient = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0";
    tx.execute(sqlx::raw_sql(patient)).await.map_err(unavailable)?;
    tx.execute(sqlx::raw_sql(MIGRATION_LOCK)).await.map_err(unavailable)?;
    if keys && apply {
        tx.execute(sqlx::raw_sql(MAKE_KEY_SCHEMA)).await.map_err(unavailable)?;
    }
    migrate::migrate(&mut Conn::Postgres(&mut tx), migrations, apply).await?;
    tx.commit().await.map_err(unavailable)
}

impl Backend for PostgresStore {
    const SKIP_LOCKED: bool = true;

    fn fetch(&self, query: Query) -> Later<'_, Vec<Record>> {
        Box::pin(async move {
            let mut conn = self.pool.acquire().await.map_err(unavailable)?;
            Ok(Conn::Postgres(&mut conn).run(&query).await?.records)
        })
    }

    fn write(&self, plan: Plan) -> Later<'_, Done> {
        Box::pin(async move {
            let mut tries = 1;
            let result = loop {
                self.tally.transaction(1);
                match self.transaction(&plan).await {
                    Err(Broken::Again(what)) if tries < TRIES => {
                        tracing::debug!(what, "store.postgres.again");
                        tries += 1;
                    }
                    result => break result.map_err(StoreError::from),
                }
            };
            self.tally.written(&result);
            if let Err(StoreError::Unavailable(error)) = &result {
                tracing::error!(error, "store.postgres.transaction");
            }
            result
        })
    }

    fn probe(&self) -> Later<'_, Health> {
        Box::pin(async move {
            let mut conn = self.pool.acquire().await.map_err(unavailable)?;
            // After a failover the old address may be a standby: it reads, but keeps nothing.
            match ask(&mut conn, "SELECT CAST(pg_is_in_recovery() AS TEXT)").await?.as_str() {
                "false" => Ok(Health { database: "postgres", version: self.version.clone() }),
                _ => Err(StoreError::Unavailable("the server is a standby".to_owned())),
            }
        })
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What was overwritten lies in dead rows until they are vacuumed. The log of the server and its
    /// archive are the operator's: the handbook says how long they may be kept.
    fn sweep(&self) -> Later<'_, ()> {
        Box::pin(async move {
            if self.of_keys {
                let mut conn = self.pool.acquire().await.map_err(unavailable)?;
                conn.execute(sqlx::raw_sql("VACUUM case_keys")).await.map_err(unavailable)?;
            }
            Ok(())
        })
    }

    fn keyring(&self) -> &dyn Keys {
        self.keys.as_ref()
    }

    fn shut(&self) -> Later<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }
}
