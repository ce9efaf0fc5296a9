//! The configuration as text: read from a file and the environment, written with its meanings.
//! Must not know which values make sense.

use super::{Config, ENV_PREFIX};
use std::fmt::Write;
use toml::{Table, Value};

/// Every key, in the order of the file, and what it means.
const KEYS: &[(&str, &str)] = &[
    ("server.listen", "Address and port of the web server. Use 0.0.0.0 to be reached from outside."),
    ("server.public_url", "The address customers open. It must be https, except for localhost."),
    ("server.data_dir", "Folder for the database, the sealed evidence and the keys. Back it up."),
    (
        "server.tls",
        "\"off\" behind a proxy that ends TLS, \"file\" for a certificate in files,\n\"acme\" to fetch one (port 443 must reach us).",
    ),
    ("server.cert", "For tls = \"file\": certificate chain and key, PEM. Read again when they change."),
    ("server.key", ""),
    ("server.domains", "For tls = \"acme\": the names to certify."),
    ("server.contact", "For tls = \"acme\": a mail address for the certificate authority."),
    ("server.trusted_proxies", "Proxies whose X-Forwarded-For is believed, such as [\"10.0.0.0/8\"]."),
    ("server.drain_seconds", "How long live calls may go on after the first SIGTERM."),
    ("store.url", "Empty for a SQLite file in data_dir, or postgres://user:password@host/database."),
    (
        "store.keys_url",
        "Where the keys of cases are kept. Empty for keys.db beside the SQLite file, or for a schema of its own in\n\
         the PostgreSQL database; better a server of its own, so that no copy of the main database holds a key.",
    ),
    ("media.udp", "Address and port for media. Thread n listens on port + n."),
    ("media.tcp", "The same over TCP, for networks that block UDP."),
    ("media.advertise", "Addresses under which customers reach this machine; empty for its own."),
    ("media.threads", "Threads that forward media; one serves about a hundred calls."),
    (
        "media.ice_servers",
        "STUN and TURN servers for pages in networks that let neither UDP nor our TCP port through, such as\n\
         [{ urls = [\"turns:turn.bank.example:443?transport=tcp\"], secret = \"shared with it\", minutes = 240 }].\n\
         With a secret (coturn: use-auth-secret) each page gets credentials of its own, which run out after\n\
         so many minutes; else give username and credential. Also written as [[media.ice_servers]].",
    ),
    ("limits.rooms", "Live calls at one time."),
    ("limits.uploads_at_once", "Images decoded at one time; each may need 512 MiB."),
    ("limits.free_disk_percent", "Below this share of free disk no new case is taken."),
    ("messenger.sms.url", "A gateway that speaks Twilio's form, such as https://api.twilio.com.\nEmpty to send no text messages."),
    ("messenger.sms.account", ""),
    ("messenger.sms.token", ""),
    ("messenger.sms.from", "The sender's number or name."),
    ("messenger.email.host", "The SMTP server. Empty to send no mail."),
    ("messenger.email.port", ""),
    ("messenger.email.tls", "\"starttls\" (port 587), \"tls\" (port 465), or \"off\" for a relay on this machine."),
    ("messenger.email.user", ""),
    ("messenger.email.password", ""),
    ("messenger.email.from", "The sender, such as \"Bank <no-reply@bank.example>\"."),
    ("webhooks.allow_private_targets", "Lets webhooks reach internal addresses and plain http. For tests only."),
    ("webhooks.ports", "Ports that webhooks may call."),
    (
        "location.geoip_file",
        "A MaxMind-format database (such as GeoLite2-Country.mmdb) that tells the country of a network\naddress. Empty to tell none.",
    ),
    ("log.format", "\"text\" for people, \"json\" for machines."),
    ("log.level", "error, warn, info, debug or trace; or a list such as \"info,store=debug\"."),
    (
        "proof.origin",
        "The audit log's name in its checkpoints, without a scheme, such as verify.bank.example/log. Set at the\nfirst start; witnesses tell logs apart by it.",
    ),
    (
        "proof.witnesses",
        "Who signs the checkpoints beside us: an address, a space and the witness's key, such as\n[\"http://10.0.7.7:7950 witness.example/w1+dd2a1b0c+BAq3…\"]. `recourse witness` is one; run it on another machine.",
    ),
    ("proof.folder", "A folder on another mount that gets every checkpoint as a file of its own. Empty for none."),
    ("proof.mail_to", "Mailboxes that get the newest checkpoint every so many hours, if it is a new one."),
    ("proof.mail_hours", ""),
    ("proof.s3_minutes", "How often a bucket (below) gets the newest checkpoint, in minutes."),
    (
        "proof.s3_lock_days",
        "For so many days nobody, the account itself included, can delete or replace it (Object Lock, compliance\n\
         mode). 0 leaves that to the bucket's own default.",
    ),
    (
        "proof.s3.url",
        "A bucket, as for copies, that gets the newest checkpoint as an object of its own; best another account's, with\n\
         Object Lock. Empty for none.",
    ),
    ("proof.s3.region", ""),
    ("proof.s3.bucket", ""),
    ("proof.s3.prefix", "What names begin with; the size of the log follows."),
    ("proof.s3.access_key", "It needs s3:PutObject and s3:GetObject, and s3:PutObjectRetention to lock."),
    ("proof.s3.secret_key", ""),
    (
        "copies.packs_to",
        "Recipients of age (age1…), up to twenty. With some, the evidence pack of every case that closes after a session is\n\
         made, encrypted to them, and copied as well.",
    ),
    (
        "copies.s3.url",
        "Storage that speaks S3, such as https://s3.ap-southeast-1.amazonaws.com. Every sealed recording is copied\n\
         there, still sealed, and is never overwritten. Empty to copy nothing.",
    ),
    ("copies.s3.region", ""),
    ("copies.s3.bucket", ""),
    ("copies.s3.prefix", "What names begin with; the tenant, the case and the session follow."),
    ("copies.s3.access_key", "It needs s3:PutObject and s3:GetObject; s3:ListBucket saves a try."),
    ("copies.s3.secret_key", ""),
    ("copies.sftp.host", "The same by OpenSSH's sftp. Empty to copy nothing."),
    ("copies.sftp.port", ""),
    ("copies.sftp.user", ""),
    ("copies.sftp.key_file", "A private key that only this account may read."),
    ("copies.sftp.known_hosts", "The server's key, as ssh-keyscan prints it. An unknown server is refused."),
    ("copies.sftp.folder", "Where, as seen after signing in."),
];

/// Keys whose values are never printed.
const SECRET: &[&str] = &["messenger.sms.token", "messenger.email.password", "copies.s3.secret_key", "proof.s3.secret_key"];
/// A list of tables; by environment it is written as in the file.
const TABLES: &str = "media.ice_servers";
/// Keys of those tables whose values are never printed.
const SECRET_BELOW: &[&str] = &["credential", "secret"];

/// Reads the file and lays the environment over it. Every fault gets its own sentence.
pub(super) fn parse(file: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Config, Vec<String>> {
    let mut table: Table = file.parse().map_err(|e: toml::de::Error| vec![format!("not TOML: {}", said(&e))])?;
    let known = defaults();
    let mut wrong = Vec::new();
    unknown_keys(&table, &known, "", &mut wrong);
    for (name, value) in env {
        overlay(&mut table, &known, &name, &value, &mut wrong);
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    table.try_into().map_err(|e: toml::de::Error| vec![said(&e)])
}

/// The configuration as a file; with comments it is the example.
pub(super) fn render(config: &Config, with_comments: bool) -> String {
    let table = Table::try_from(config).unwrap_or_default();
    let mut out = String::new();
    if with_comments {
        out.push_str(
            "# The configuration of Recourse. Every key is shown with its default; leave out what\n\
             # you do not change. Each can be set by environment: RECOURSE_SERVER__LISTEN and so on,\n\
             # lists with commas between.\n",
        );
    }
    let mut section = "";
    for (path, meaning) in KEYS {
        let (of, key) = path.rsplit_once('.').unwrap_or(("", path));
        if of != section {
            section = of;
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}[{section}]");
        }
        if with_comments && !meaning.is_empty() {
            for line in meaning.lines() {
                let _ = writeln!(out, "# {line}");
            }
        }
        let value = get(&table, path).cloned().unwrap_or_else(|| Value::String(String::new()));
        let _ = writeln!(out, "{key} = {}", shown(path, value));
    }
    out
}

fn shown(path: &str, value: Value) -> Value {
    match value {
        Value::String(text) if SECRET.contains(&path) && !text.is_empty() => Value::String("(secret)".to_owned()),
        Value::String(text) if matches!(path, "store.url" | "store.keys_url") => Value::String(without_password(&text)),
        Value::Array(items) if path == TABLES => Value::Array(items.into_iter().map(without_secrets).collect()),
        plain @ (Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::Table(_)) => plain,
    }
}

fn without_secrets(mut item: Value) -> Value {
    if let Some(table) = item.as_table_mut() {
        for key in SECRET_BELOW {
            if let Some(value) = table.get_mut(*key).filter(|v| v.as_str().is_some_and(|text| !text.is_empty())) {
                *value = Value::String("(secret)".to_owned());
            }
        }
    }
    item
}

/// A database address keeps who and where; what cannot be taken apart is not shown at all.
fn without_password(url: &str) -> String {
    if url.is_empty() || url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Ok(mut parsed) = reqwest::Url::parse(url) else {
        return "(secret)".to_owned();
    };
    // A password may also stand among the parameters.
    if parsed.query().is_some() {
        parsed.set_query(Some("(secret)"));
    }
    if parsed.password().is_some() && parsed.set_password(Some("secret")).is_err() {
        return "(secret)".to_owned();
    }
    parsed.into()
}

fn defaults() -> Table {
    Table::try_from(Config::default()).unwrap_or_default()
}

fn unknown_keys(given: &Table, known: &Table, path: &str, wrong: &mut Vec<String>) {
    for (key, value) in given {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (value, known.get(key)) {
            (_, None) => wrong.push(format!("{path} is not a key of this program; check its spelling")),
            (Value::Table(inner), Some(Value::Table(known))) => {
                unknown_keys(inner, known, &path, wrong);
            }
            (_, Some(_)) => {}
        }
    }
}

/// One environment variable. Names without `__` belong to others, such as `RECOURSE_CONFIG`.
fn overlay(table: &mut Table, known: &Table, name: &str, value: &str, wrong: &mut Vec<String>) {
    let Some(rest) = name.strip_prefix(ENV_PREFIX).filter(|rest| rest.contains("__")) else {
        return;
    };
    let path = rest.replace("__", ".").to_ascii_lowercase();
    let Some(default) = get(known, &path).filter(|v| !v.is_table()) else {
        wrong.push(format!("{name} stands for {path}, which is not a key of this program"));
        return;
    };
    match typed(default, &path, value) {
        Some(value) => set(table, &path, value),
        // The value may be a secret in the wrong place, so it is not repeated.
        None => wrong.push(format!("{name} must be {}", kind(default))),
    }
}

/// Reads text as the type the default has; a list of ports is told from a list of words.
fn typed(default: &Value, path: &str, text: &str) -> Option<Value> {
    match default {
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
        Value::Array(_) if path == TABLES => format!("x = {text}").parse::<Table>().ok()?.remove("x").filter(Value::is_array),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            let one = |item: &str| {
                if path == "webhooks.ports" { item.parse().ok().map(Value::Integer) } else { Some(Value::String(item.to_owned())) }
            };
            items.map(one).collect::<Option<_>>().map(Value::Array)
        }
        Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => Some(Value::String(text.to_owned())),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Boolean(_) => "true or false",
        Value::Integer(_) => "a whole number",
        Value::Array(_) => "a list with commas between",
        Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => "a text",
    }
}

fn get<'t>(table: &'t Table, path: &str) -> Option<&'t Value> {
    match path.split_once('.') {
        None => table.get(path),
        Some((section, rest)) => get(table.get(section)?.as_table()?, rest),
    }
}

fn set(table: &mut Table, path: &str, value: Value) {
    let Some((section, rest)) = path.split_once('.') else {
        table.insert(path.to_owned(), value);
        return;
    };
    let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    // A section that is no table is told by the reader, with its path.
    if let Some(inner) = inner.as_table_mut() {
        set(inner, rest, value);
    }
}

/// What the reader says, on one line and without the quoted source, which may hold a secret.
fn said(error: &toml::de::Error) -> String {
    let whole = error.to_string();
    let place = whole.lines().next().filter(|line| line.starts_with("TOML parse error"));
    let path = whole.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    match (path, place) {
        (Some(path), _) => format!("{path}: {}", error.message()),
        (None, Some(place)) => format!("{}: {}", place.trim_start_matches("TOML parse error "), error.message()),
        (None, None) => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn leaves(table: &Table, path: &str, found: &mut BTreeSet<String>) {
        for (key, value) in table {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match value.as_table() {
                Some(inner) => leaves(inner, &path, found),
                None => drop(found.insert(path)),
            }
        }
    }

    #[test]
    fn every_key_of_the_configuration_stands_in_the_file_once() {
        let mut found = BTreeSet::new();
        leaves(&defaults(), "", &mut found);
        let listed: BTreeSet<_> = KEYS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found);
        assert_eq!(listed.len(), KEYS.len());
        assert!(SECRET.iter().all(|path| listed.contains(*path)));
    }
}
