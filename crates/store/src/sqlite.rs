//! SQLite: one file, one process, one writer whose queue shares transactions, many readers.
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
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait; whoever comes after waits for room.
const QUEUE: usize = 1_024;
/// Writes that share one transaction; more would make the first wait for the last.
const GROUP: usize = 64;
/// Statement texts kept prepared; about as many as there are.
const STATEMENTS: usize = 256;
/// Older ones lose commits in a race of checkpoint and writer ("WAL-reset bug").
const OLDEST: [u32; 3] = [3, 51, 3];

/// The store in one SQLite file.
pub struct SqliteStore {
    readers: SqlitePool,
    queue: mpsc::Sender<Message>,
    tally: Arc<Tally>,
    version: String,
    /// Those of the cases; the database of keys has none of its own.
    keys: Box<dyn Keys>,
}

enum Message {
    Write(Plan, oneshot::Sender<Result<Done, StoreError>>),
    Sweep(oneshot::Sender<Result<(), StoreError>>),
    Close(oneshot::Sender<()>),
}

impl SqliteStore {
    /// Opens the file, makes it if it is not there, and holds it alone until closed.
    pub async fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        let store = Self::raw(path, options, MIGRATIONS).await?;
        let address = options.keys.clone().unwrap_or_else(|| format!("sqlite:{}", keys::beside(path).display()));
        Ok(Self { keys: keys::open(&address, options).await?, ..store })
    }

    /// The same for a database of keys.
    pub(crate) async fn keys(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Self::raw(path, options, KEYS).await
    }

    async fn raw(path: &Path, options: &Options, migrations: &[Migration]) -> Result<Self, StoreError> {
        let lock = hold(path)?;
        let settings = settings(path, options);
        let mut conn = SqliteConnection::connect_with(&settings).await.map_err(unavailable)?;
        let version = inspect(&mut conn).await?;
        bring_up(&mut conn, migrations, options.migrate).await?;
        let readers = readers(settings, options).await?;
        let tally = Arc::new(Tally::default());
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(Writer { conn, tally: Arc::clone(&tally), _lock: lock }.serve(jobs));
        Ok(Self { readers, queue, tally, version, keys: Box::new(NoKeys) })
    }

    /// Only to read, beside a server that may hold the file: nothing is made and no lock is taken.
    pub(crate) async fn reading(path: &Path, options: &Options) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Unavailable(format!("{} is missing", path.display())));
        }
        let readers = readers(settings(path, options), options).await?;
        // Nobody takes what is written here: every write is refused.
        let (queue, _) = mpsc::channel(1);
        Ok(Self { readers, queue, tally: Arc::default(), version: String::new(), keys: Box::new(NoKeys) })
    }
}

fn settings(path: &Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.busy)
        .statement_cache_capacity(STATEMENTS)
        // Erased rows are overwritten, not only forgotten.
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", "67108864")
        .pragma("trusted_schema", "OFF")
        .disable_statement_logging()
}

async fn readers(settings: SqliteConnectOptions, options: &Options) -> Result<SqlitePool, StoreError> {
    SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(options.busy)
        .connect_with(settings.read_only(true))
        .await
        .map_err(unavailable)
}

/// Makes the file readable to its owner alone, and takes the lock beside it: a second process
/// would write with its own idea of the log's size.
fn hold(path: &Path) -> Result<File, StoreError> {
    let failed = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let open = |path: &Path| File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let lock = open(&PathBuf::from(beside)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::Unavailable(format!("{}: another process holds it", path.display()))),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    open(path).map_err(failed)?;
    Ok(lock)
}

/// Whether the connection is what was asked for; a file system may refuse WAL without an error.
async fn inspect(conn: &mut SqliteConnection) -> Result<String, StoreError> {
    let mut ask = async |sql: &'static str| -> Result<Value, StoreError> {
        let done = Conn::Sqlite(conn).run(&Query::rows(sql, Vec::new())).await?;
        Ok(done.records.into_iter().next().and_then(|record| record.0.into_iter().next()).unwrap_or(Value::Null))
    };
    let Value::Text(version) = ask("SELECT sqlite_version()").await? else {
        return Err(StoreError::Unavailable("SQLite does not say its version".to_owned()));
    };
    if numbers(&version) < OLDEST {
        return Err(StoreError::Unavailable(format!("SQLite {version} is older than 3.51.3")));
    }
    let expected = [
        ("PRAGMA journal_mode", Value::Text("wal".to_owned())),
        ("PRAGMA synchronous", Value::Int(2)),
        ("PRAGMA foreign_keys", Value::Int(1)),
        ("PRAGMA secure_delete", Value::Int(1)),
    ];
    for (pragma, value) in expected {
        if ask(pragma).await? != value {
            return Err(StoreError::Unavailable(format!("{pragma} is not what was asked for")));
        }
    }
    Ok(version)
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

async fn bring_up(conn: &mut SqliteConnection, migrations: &[Migration], apply: bool) -> Result<(), StoreError> {
    command(conn, "BEGIN EXCLUSIVE").await?;
    match migrate::migrate(&mut Conn::Sqlite(conn), migrations, apply).await {
        Ok(()) => Ok(command(conn, "COMMIT").await?),
        Err(error) => {
            command(conn, "ROLLBACK").await?;
            Err(error)
        }
    }
}

async fn command(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), Broken> {
    conn.execute(sqlx::query(AssertSqlSafe(sql))).await?;
    Ok(())
}

struct Writer {
    conn: SqliteConnection,
    tally: Arc<Tally>,
    /// Given back when the connection is gone: fields are dropped in order.
    _lock: File,
}

impl Writer {
    /// Takes all that waits, again and again, until told to close or until nobody can ask.
    async fn serve(mut self, mut jobs: mpsc::Receiver<Message>) {
        let mut batch = Vec::with_capacity(GROUP);
        let mut closing = Vec::new();
        while closing.is_empty() && jobs.recv_many(&mut batch, GROUP).await > 0 {
            let mut group = Vec::with_capacity(batch.len());
            let mut sweeping = Vec::new();
            for message in batch.drain(..) {
                match message {
                    Message::Write(plan, answer) => group.push((plan, answer)),
                    Message::Sweep(answer) => sweeping.push(answer),
                    Message::Close(answer) => closing.push(answer),
                }
            }
            if !group.is_empty() {
                self.group(group).await;
            }
            if !sweeping.is_empty() {
                let swept = self.sweep().await;
                for answer in sweeping {
                    // Whoever asked may be gone; it is swept all the same.
                    let _ = answer.send(swept.clone());
                }
            }
        }
        drop(jobs);
        let Self { conn, tally: _, _lock } = self;
        if let Err(error) = conn.close().await {
            tracing::warn!(%error, "store.sqlite.close");
        }
        drop(_lock);
        for answer in closing {
            // Whoever asked may be gone.
            let _ = answer.send(());
        }
    }

    /// Writes the journal back and cuts it off: pages as they were before an overwriting stand in it.
    async fn sweep(&mut self) -> Result<(), StoreError> {
        let done = Conn::Sqlite(&mut self.conn).run(&Query::rows("PRAGMA wal_checkpoint(TRUNCATE)", Vec::new())).await?;
        match done.records.first().and_then(|record| record.0.first()) {
            Some(Value::Int(0)) => Ok(()),
            // A reader holds on to the journal; the caller asks again.
            Some(_) | None => Err(StoreError::Unavailable("a reader keeps the journal from being emptied".to_owned())),
        }
    }

    /// One transaction; each write in a savepoint of its own, each answered after the commit.
    async fn group(&mut self, group: Vec<(Plan, oneshot::Sender<Result<Done, StoreError>>)>) {
        self.tally.transaction(group.len());
        let (plans, answers): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let results = match self.transaction(&plans).await {
            Ok(results) => results,
            Err(broken) => {
                let error = StoreError::from(broken);
                tracing::error!(%error, "store.sqlite.transaction");
                // Fails when the failure itself ended the transaction, which is as good.
                let _ = command(&mut self.conn, "ROLLBACK").await;
                plans.iter().map(|_| Err(error.clone())).collect()
            }
        };
        for (answer, result) in answers.into_iter().zip(results) {
            self.tally.written(&result);
            // Whoever asked may be gone; the write stands all the same.
            let _ = answer.send(result);
        }
    }

    async fn transaction(&mut self, plans: &[Plan]) -> Result<Vec<Result<Done, StoreError>>, Broken> {
        command(&mut self.conn, "BEGIN IMMEDIATE").await?;
        let mut results = Vec::with_capacity(plans.len());
        for plan in plans {
            command(&mut self.conn, "SAVEPOINT one").await?;
            let result = plan::run(plan, &mut Conn::Sqlite(&mut self.conn)).await;
            if result.is_err() {
                // Fails where the error rolled everything back; then all of the group is lost.
                command(&mut self.conn, "ROLLBACK TO one").await?;
            }
            command(&mut self.conn, "RELEASE one").await?;
            results.push(result.map_err(StoreError::from));
        }
        command(&mut self.conn, "COMMIT").await?;
        Ok(results)
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

impl Backend for SqliteStore {
    const SKIP_LOCKED: bool = false;

    fn fetch(&self, query: Query) -> Later<'_, Vec<Record>> {
        Box::pin(async move {
            let mut conn = self.readers.acquire().await.map_err(unavailable)?;
            Ok(Conn::Sqlite(&mut conn).run(&query).await?.records)
        })
    }

    fn write(&self, plan: Plan) -> Later<'_, Done> {
        Box::pin(async move {
            let (answer, result) = oneshot::channel();
            self.queue.send(Message::Write(plan, answer)).await.map_err(|_| closed())?;
            result.await.map_err(|_| closed())?
        })
    }

    fn probe(&self) -> Later<'_, Health> {
        Box::pin(async move {
            self.fetch(Query::rows("SELECT 1", Vec::new())).await?;
            // An empty plan goes through the writer and takes the write lock.
            self.write(Plan::default()).await?;
            Ok(Health { database: "sqlite", version: self.version.clone() })
        })
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }

    fn sweep(&self) -> Later<'_, ()> {
        Box::pin(async move {
            let (answer, result) = oneshot::channel();
            self.queue.send(Message::Sweep(answer)).await.map_err(|_| closed())?;
            result.await.map_err(|_| closed())?
        })
    }

    fn keyring(&self) -> &dyn Keys {
        self.keys.as_ref()
    }

    fn shut(&self) -> Later<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            let (answer, done) = oneshot::channel();
            if self.queue.send(Message::Close(answer)).await.is_ok() {
                // No answer means that the writer is gone already.
                let _ = done.await;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for old in ["3.51.2", "3.9.9", "2.99.99", "", "x.y.z"] {
            assert!(numbers(old) < OLDEST, "{old}");
        }
        for good in ["3.51.3", "3.51.10", "3.100.0", "4.0.0"] {
            assert!(numbers(good) >= OLDEST, "{good}");
        }
    }
}
