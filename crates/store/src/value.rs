//! What goes into a statement and what comes out, the same for both databases.
//! Must not know which tables there are.

use crate::StoreError;
use domain::ids::{AgentId, CaseId, DeliveryId, EndpointId, EntryId, InvitationId, ReportId, TenantId};
use domain::time::Timestamp;
use std::borrow::Cow;
use std::fmt::Write;
use std::str::FromStr;

/// A parameter; the type is known even where the value is absent.
#[derive(Clone, Debug)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

/// A statement with its parameters.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) args: Vec<Arg>,
    pub(crate) returning: bool,
    /// Its text comes in too many lengths to be kept prepared.
    pub(crate) once: bool,
}

/// What a statement did or gave.
#[derive(Debug, Default)]
pub struct Done {
    pub(crate) changed: u64,
    pub(crate) records: Vec<Record>,
}

/// A column of a row, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    /// A type no column has, or text that is none.
    Foreign,
}

/// A row, as it is stored; its first column names it in an error.
#[derive(Clone, Debug)]
pub struct Record(pub(crate) Vec<Value>);

/// A read: the statement, and what its rows are.
pub(crate) struct Read<T> {
    pub(crate) query: Query,
    pub(crate) decode: fn(Record) -> Result<T, StoreError>,
}

impl Query {
    /// A statement that answers with a count of rows.
    pub(crate) fn change(sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Self {
        Self { sql: sql.into(), args, returning: false, once: false }
    }

    /// A statement that answers with rows.
    pub(crate) fn rows(sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Self {
        Self { sql: sql.into(), args, returning: true, once: false }
    }

    /// One insertion of many rows; nothing for no rows.
    pub(crate) fn insert_all(into: &str, rows: Vec<Vec<Arg>>, then: &str) -> Option<Self> {
        Self::values(&format!("INSERT INTO {into} VALUES "), rows, then)
    }

    /// A statement around many rows of parameters; nothing for no rows.
    pub(crate) fn values(before: &str, rows: Vec<Vec<Arg>>, then: &str) -> Option<Self> {
        let mut sql = before.to_owned();
        let mut args = Vec::new();
        for (n, row) in rows.into_iter().enumerate() {
            sql.push_str(if n == 0 { "(" } else { ", (" });
            for (m, arg) in row.into_iter().enumerate() {
                args.push(arg);
                sql.push_str(if m == 0 { "$" } else { ", $" });
                // Writing to a string cannot fail.
                let _ = write!(sql, "{}", args.len());
            }
            sql.push(')');
        }
        sql.push_str(then);
        (!args.is_empty()).then(|| Self::change(sql, args))
    }

    /// PostgreSQL has no text with a zero byte; SQLite would keep it and cut it elsewhere.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let bad = |arg: &Arg| matches!(arg, Arg::Text(Some(text)) if text.contains('\0'));
        if self.args.iter().any(bad) { Err(StoreError::Limit("text with a zero byte")) } else { Ok(()) }
    }
}

/// The parameters of a statement, in order.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { vec![$($crate::value::Arg::from($arg)),*] };
}
pub(crate) use args;

macro_rules! from {
    ($($type:ty => |$v:ident| $arg:expr;)*) => { $(
        impl From<$type> for Arg {
            fn from($v: $type) -> Self {
                $arg
            }
        }
    )* };
}

from! {
    i64 => |v| Self::Int(Some(v));
    Option<i64> => |v| Self::Int(v);
    // Numbers past the range are refused before they are written; in a read they match nothing.
    u64 => |v| Self::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    u32 => |v| Self::Int(Some(i64::from(v)));
    u16 => |v| Self::Int(Some(i64::from(v)));
    bool => |v| Self::Int(Some(i64::from(v)));
    Timestamp => |v| Self::Int(Some(v.0));
    Option<Timestamp> => |v| Self::Int(v.map(|v| v.0));
    String => |v| Self::Text(Some(v));
    Option<String> => |v| Self::Text(v);
    &'static str => |v| Self::Text(Some(v.to_owned()));
    Vec<u8> => |v| Self::Blob(Some(v));
    Option<Vec<u8>> => |v| Self::Blob(v);
    [u8; 32] => |v| Self::Blob(Some(v.to_vec()));
    Option<[u8; 32]> => |v| Self::Blob(v.map(|v| v.to_vec()));
}

macro_rules! from_id {
    ($($id:ty),*) => { $(
        from! {
            $id => |v| Self::Text(Some(v.to_string()));
            Option<$id> => |v| Self::Text(v.map(|v| v.to_string()));
        }
    )* };
}

from_id!(TenantId, CaseId, AgentId, InvitationId, ReportId, EntryId, EndpointId, DeliveryId);

/// A list of words as one text column.
pub(crate) fn words(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// Takes a row apart, column by column, and names what does not fit.
pub(crate) struct Columns {
    table: &'static str,
    row: String,
    values: std::vec::IntoIter<Value>,
}

impl Record {
    pub(crate) fn columns(self, table: &'static str) -> Columns {
        let row = match self.0.first() {
            Some(Value::Text(text)) => text.chars().take(80).collect(),
            Some(Value::Int(n)) => n.to_string(),
            Some(Value::Blob(bytes)) => bytes.iter().take(32).fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            }),
            Some(Value::Null | Value::Foreign) | None => "?".to_owned(),
        };
        Columns { table, row, values: self.0.into_iter() }
    }
}

impl Columns {
    /// The row is not one this program wrote.
    pub(crate) fn corrupt(&self, column: &str, what: &str) -> StoreError {
        StoreError::Corrupt { table: self.table, row: self.row.clone(), what: format!("{column}: {what}") }
    }

    fn next(&mut self, column: &str) -> Result<Value, StoreError> {
        self.values.next().ok_or_else(|| self.corrupt(column, "missing"))
    }

    pub(crate) fn maybe_int(&mut self, column: &str) -> Result<Option<i64>, StoreError> {
        match self.next(column)? {
            Value::Null => Ok(None),
            Value::Int(n) => Ok(Some(n)),
            Value::Text(_) | Value::Blob(_) | Value::Foreign => Err(self.corrupt(column, "not a number")),
        }
    }

    pub(crate) fn maybe_text(&mut self, column: &str) -> Result<Option<String>, StoreError> {
        match self.next(column)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text)),
            Value::Int(_) | Value::Blob(_) | Value::Foreign => Err(self.corrupt(column, "not a text")),
        }
    }

    pub(crate) fn maybe_blob(&mut self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match self.next(column)? {
            Value::Null => Ok(None),
            Value::Blob(bytes) => Ok(Some(bytes)),
            Value::Int(_) | Value::Text(_) | Value::Foreign => Err(self.corrupt(column, "not bytes")),
        }
    }

    fn present<T>(&self, column: &str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.corrupt(column, "absent"))
    }

    pub(crate) fn int(&mut self, column: &str) -> Result<i64, StoreError> {
        let value = self.maybe_int(column)?;
        self.present(column, value)
    }

    /// A number that is never negative.
    pub(crate) fn count(&mut self, column: &str) -> Result<u64, StoreError> {
        let n = self.int(column)?;
        u64::try_from(n).map_err(|_| self.corrupt(column, "negative"))
    }

    pub(crate) fn maybe_count(&mut self, column: &str) -> Result<Option<u64>, StoreError> {
        let n = self.maybe_int(column)?;
        n.map(u64::try_from).transpose().map_err(|_| self.corrupt(column, "negative"))
    }

    pub(crate) fn flag(&mut self, column: &str) -> Result<bool, StoreError> {
        match self.int(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(column, "neither 0 nor 1")),
        }
    }

    pub(crate) fn text(&mut self, column: &str) -> Result<String, StoreError> {
        let value = self.maybe_text(column)?;
        self.present(column, value)
    }

    pub(crate) fn blob(&mut self, column: &str) -> Result<Vec<u8>, StoreError> {
        let value = self.maybe_blob(column)?;
        self.present(column, value)
    }

    pub(crate) fn time(&mut self, column: &str) -> Result<Timestamp, StoreError> {
        self.int(column).map(Timestamp)
    }

    pub(crate) fn maybe_time(&mut self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_int(column)?.map(Timestamp))
    }

    pub(crate) fn maybe_hash(&mut self, column: &str) -> Result<Option<[u8; 32]>, StoreError> {
        let bytes = self.maybe_blob(column)?;
        bytes.map(<[u8; 32]>::try_from).transpose().map_err(|_| self.corrupt(column, "not 32 bytes"))
    }

    pub(crate) fn hash(&mut self, column: &str) -> Result<[u8; 32], StoreError> {
        let value = self.maybe_hash(column)?;
        self.present(column, value)
    }

    pub(crate) fn maybe_id<T: FromStr>(&mut self, column: &str) -> Result<Option<T>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| text.parse()).transpose().map_err(|_| self.corrupt(column, "not an id of its kind"))
    }

    pub(crate) fn id<T: FromStr>(&mut self, column: &str) -> Result<T, StoreError> {
        let value = self.maybe_id(column)?;
        self.present(column, value)
    }

    pub(crate) fn json(&mut self, column: &str) -> Result<serde_json::Value, StoreError> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|_| self.corrupt(column, "not JSON"))
    }

    /// A text that must be JSON, given as it is.
    pub(crate) fn json_text(&mut self, column: &str) -> Result<String, StoreError> {
        let text = self.text(column)?;
        serde_json::from_str::<serde_json::Value>(&text).map_err(|_| self.corrupt(column, "not JSON"))?;
        Ok(text)
    }

    pub(crate) fn words(&mut self, column: &str) -> Result<Vec<String>, StoreError> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|_| self.corrupt(column, "not a list of words"))
    }
}
