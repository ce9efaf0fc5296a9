//! Every column of every table that is evidence, and every segment: changed, removed, added or exchanged
//! by somebody who has the disk and the database's password but not the keys. `verify` names each.
//! What is tested is enumerated from the schema: a new table or column is tested by itself.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::folder::Folder;
use server::images::Version;
use server::verify::{Fault, verify};
use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use store::tamper::{self, Cell, Table};

/// Tables that prove nothing, each with the reason.
const NO_EVIDENCE: [(&str, &str); 9] = [
    ("agents", "presence at this moment; what became of it is in the log"),
    ("deliveries", "what is still to be sent, and how often it was tried; that something happened is in the log"),
    ("idempotency", "answers for repeated calls, forgotten after a day"),
    ("marks", "counts behind the dashboards, each made from a fact that is in the log"),
    ("migrations", "which form the tables have; another form does not open"),
    ("person_entries", "which entries are about whom; made from the log, and made again from it"),
    ("settings", "the program's own notes; the one that proves, the log's key, is compared with keys/log.pub"),
    ("sign_in_links", "one-time links, forgotten when they end"),
    ("sign_ins", "who is signed in now, forgotten when it ends"),
];

/// Columns that prove nothing in tables that do.
const NO_PROOF: [(&str, &str, &str); 1] = [("api_keys", "last_used_at", "moves with every use; the calls themselves are in the log")];

/// Tables whose rows may be absent: what is there must hold.
const MAY_BE_ABSENT: [(&str, &str); 1] = [("cosignatures", "copies of what witnesses signed; the witness keeps its own")];

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// The databases of a folder.
fn databases(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = all.filter(|path| path.extension().is_some_and(|ext| ext == "db")).collect();
    all.sort();
    all
}

/// Another value of the same kind, as near to the old one as can be.
fn other(cell: &Cell, kind: &str) -> Cell {
    match cell {
        Cell::Int(n) => Cell::Int(n + 1),
        Cell::Text(text) => Cell::Text(other_text(text)),
        Cell::Blob(bytes) => {
            let mut bytes = bytes.clone();
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(1),
            }
            Cell::Blob(bytes)
        }
        Cell::Null => match kind {
            "INTEGER" => Cell::Int(1),
            "BLOB" => Cell::Blob(vec![0; 32]),
            _ => Cell::Text("x".to_owned()),
        },
    }
}

/// The last letter or digit becomes its neighbour: an id stays an id, and JSON stays JSON.
fn other_text(text: &str) -> String {
    let Some(at) = text.rfind(|c: char| c.is_ascii_alphanumeric()) else {
        return if text == "[]" { r#"["x"]"#.to_owned() } else { format!("{text}x") };
    };
    let next = match text.as_bytes()[at] {
        b'9' => '8',
        b'f' => 'e',
        b'z' => 'y',
        b'Z' => 'Y',
        byte => char::from(byte + 1),
    };
    format!("{}{next}{}", &text[..at], &text[at + 1..])
}

/// One table of one database of the folder, with what it is tampered with and put back from.
struct Bench {
    folder: PathBuf,
    database: PathBuf,
    before: Vec<u8>,
    /// The table as it was.
    original: Option<Table>,
    /// By what was done: how many were found, and how many the schema itself refused.
    found: BTreeMap<&'static str, (usize, usize)>,
    missed: Vec<String>,
}

impl Bench {
    /// Writes the table in another form and asks `verify`, which must name the table's row.
    fn attempt(&mut self, how: &'static str, what: &str, table: &Table) {
        let count = self.found.entry(how).or_default();
        match block_on(tamper::rewrite(&self.database, table)) {
            Err(_) => count.1 += 1,
            // An absent key was given a value by the schema, and the same one.
            Ok(()) if block_on(tamper::tables(&self.database)).unwrap().contains(self.original.as_ref().unwrap()) => count.1 += 1,
            Ok(()) => match block_on(verify(&self.folder)) {
                Err(fault) if names(&table.name, &fault) => count.0 += 1,
                Err(fault) => self.missed.push(format!("{how} {what}: found, but named as {fault:?}: {fault}")),
                Ok(_) => self.missed.push(format!("{how} {what}: not found")),
            },
        }
        fs::write(&self.database, &self.before).unwrap();
    }

    fn update(&mut self, table: &Table, column: usize, row: usize) {
        let mut changed = table.clone();
        changed.rows[row][column] = other(&table.rows[row][column], &table.columns[column].kind);
        let what = format!("{}.{} of row {row}", table.name, table.columns[column].name);
        self.attempt("update", &what, &changed);
        if table.rows[row][column] != Cell::Null && !table.columns[column].not_null {
            changed.rows[row][column] = Cell::Null;
            self.attempt("update", &format!("{what} to nothing"), &changed);
        }
    }

    /// Exchanges a column's values between the first two rows that differ in it; false where all agree.
    fn swap(&mut self, table: &Table, column: usize) -> bool {
        let value = |row: usize| &table.rows[row][column];
        let Some(second) = (1..table.rows.len()).find(|row| value(*row) != value(0)) else { return false };
        let mut changed = table.clone();
        changed.rows[0][column] = value(second).clone();
        changed.rows[second][column] = value(0).clone();
        self.attempt("swap", &format!("{}.{} of rows 0 and {second}", table.name, table.columns[column].name), &changed);
        true
    }

    /// Adds a row like another one, with as many of its first columns changed as the schema wants.
    fn insert(&mut self, table: &Table, row: usize) {
        for columns in 1..=table.columns.len() {
            let mut changed = table.clone();
            let mut added = table.rows[row].clone();
            for (column, cell) in added.iter_mut().enumerate().take(columns) {
                let highest = table.rows.iter().filter_map(|row| if let Cell::Int(n) = row[column] { Some(n) } else { None }).max();
                *cell = match (&*cell, highest) {
                    (Cell::Int(_), Some(highest)) => Cell::Int(highest + 1),
                    (cell, _) => other(cell, &table.columns[column].kind),
                };
            }
            changed.rows.push(added);
            let refused = |bench: &Self| bench.found.get("insert").map_or(0, |count| count.1);
            let before = refused(self);
            self.attempt("insert", &format!("a row like {} {row}", table.name), &changed);
            if refused(self) == before {
                return;
            }
            self.found.get_mut("insert").unwrap().1 -= 1;
        }
        self.found.get_mut("insert").unwrap().1 += 1;
    }

    fn delete(&mut self, table: &Table, row: usize) {
        let mut changed = table.clone();
        changed.rows.remove(row);
        self.attempt("delete", &format!("row {row} of {}", table.name), &changed);
    }

    fn table(&mut self, table: &Table) {
        self.original = Some(table.clone());
        let last = table.rows.len() - 1;
        let mut rows = vec![0, last / 2, last];
        rows.dedup();
        for column in 0..table.columns.len() {
            let name = table.columns[column].name.as_str();
            if NO_PROOF.iter().any(|(t, c, _)| (*t, *c) == (table.name.as_str(), name)) {
                continue;
            }
            for row in &rows {
                self.update(table, column, *row);
            }
            self.swap(table, column);
        }
        for row in rows {
            if !MAY_BE_ABSENT.iter().any(|(name, _)| *name == table.name) {
                self.delete(table, row);
            }
            self.insert(table, row);
        }
    }

    /// Every count, and that nothing was missed.
    fn end(self) {
        for (how, (found, refused)) in &self.found {
            eprintln!("{how}: {found} of {found} found and named, {refused} more refused by the schema itself");
        }
        assert!(self.missed.is_empty(), "{} not found or not named:\n{}", self.missed.len(), self.missed.join("\n"));
    }
}

/// Whether a fault speaks of a row of this table, and not of the database as a whole.
fn names(table: &str, fault: &Fault) -> bool {
    match fault {
        Fault::Row { table: named, .. } => named == table,
        Fault::Database(store::StoreError::Corrupt { table: named, .. }) => *named == table,
        // A row of these is an entry, the log's end or a checkpoint, and named as such.
        Fault::Log(_) => matches!(table, "audit" | "checkpoints"),
        Fault::Entry { .. } => matches!(table, "audit" | "checkpoints"),
        Fault::Checkpoint { .. } => table == "checkpoints",
        Fault::Cosignature { .. } => table == "cosignatures",
        Fault::Review { .. } => matches!(table, "review_asks" | "reviews"),
        Fault::LogState(_) => table == "log",
        // The words and reports of a case are named with their case where they cannot be read.
        Fault::Case { .. } => matches!(table, "cases" | "case_terms" | "audit"),
        Fault::Folder { .. }
        | Fault::Kept { .. }
        | Fault::Reviews(_)
        | Fault::Keys(_)
        | Fault::EntryKey(_)
        | Fault::Database(_)
        | Fault::VerifierKey(_)
        | Fault::Image { .. }
        | Fault::Segment { .. }
        | Fault::Recording { .. }
        | Fault::Stranger { .. }
        | Fault::Drawing { .. } => false,
    }
}

#[test]
fn every_change_of_every_column_of_every_evidential_table_is_found_and_named() {
    let folder = block_on(Folder::rich());
    let report = block_on(verify(&folder.path)).unwrap();
    assert_eq!((report.pending, report.cases), (0, 4), "{report}");
    for database in databases(&folder.path) {
        let tables = block_on(tamper::tables(&database)).unwrap();
        let before = fs::read(&database).unwrap();
        let mut bench = Bench { folder: folder.path.clone(), database, before, original: None, found: BTreeMap::new(), missed: Vec::new() };
        let mut columns = 0;
        for table in tables.iter().filter(|table| NO_EVIDENCE.iter().all(|(name, _)| *name != table.name)) {
            assert!(!table.rows.is_empty(), "the folder has no row of {}, so nothing shows that its changes are found", table.name);
            columns += table.columns.len();
            bench.table(table);
        }
        eprintln!("{columns} columns of {}", bench.database.display());
        bench.end();
    }
    let proven: Vec<_> = databases(&folder.path).iter().flat_map(|path| block_on(tamper::tables(path)).unwrap()).collect();
    for (name, reason) in NO_EVIDENCE {
        assert!(proven.iter().any(|table| table.name == name) && !reason.is_empty(), "{name} is no table any more");
    }
    assert_eq!(block_on(verify(&folder.path)).unwrap(), report, "every change was taken back");
}

#[test]
fn an_entry_that_somebody_adds_with_a_right_hash_is_found() {
    let folder = block_on(Folder::rich());
    let database = folder.path.join("recourse.db");
    let mut audit = block_on(tamper::tables(&database)).unwrap().into_iter().find(|table| table.name == "audit").unwrap();
    let at = |name: &str| audit.columns.iter().position(|column| column.name == name).unwrap();
    let (seq, id, idx, leaf) = (at("seq"), at("id"), at("idx"), at("leaf"));
    let last = audit.rows.len() - 1;
    let mut forged = audit.rows[last].clone();
    forged[seq] = other(&forged[seq], "INTEGER");
    forged[id] = other(&forged[id], "TEXT");
    forged[idx] = Cell::Null;
    forged[leaf] = Cell::Blob(entry(&audit, &forged).leaf_hash().to_vec());
    audit.rows.push(forged);
    block_on(tamper::rewrite(&database, &audit)).unwrap();
    let fault = block_on(verify(&folder.path)).unwrap_err().to_string();
    assert!(fault.contains(&format!("audit entry {}", last + 1)) && fault.contains("mark"), "{fault}");
}

/// The entry that a row of the table is.
fn entry(table: &Table, row: &[Cell]) -> domain::audit::Entry {
    let cell = |name: &str| &row[table.columns.iter().position(|column| column.name == name).unwrap()];
    let text = |name: &str| if let Cell::Text(text) = cell(name) { text.clone() } else { String::new() };
    let int = |name: &str| if let Cell::Int(n) = cell(name) { *n } else { 0 };
    domain::audit::Entry {
        id: text("id").parse().unwrap(),
        tenant: text("tenant").parse().unwrap(),
        case: text("case_id").parse().ok(),
        case_version: int("case_version").try_into().unwrap(),
        at: domain::time::Timestamp(int("at")),
        actor: text("actor"),
        kind: text("kind"),
        body: serde_json::from_str(&text("body")).unwrap(),
        state_hash: if let Cell::Blob(bytes) = cell("state_hash") { bytes.clone().try_into().ok() } else { None },
    }
}

/// The records of a part file.
fn records(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while let Some(head) = bytes[at..].first_chunk::<4>() {
        let end = at + 4 + u32::from_be_bytes(*head) as usize;
        if end > bytes.len() {
            break;
        }
        all.push(bytes[at..end].to_vec());
        at = end;
    }
    all
}

#[test]
fn every_operation_on_every_segment_and_file_is_found_and_named() {
    let folder = block_on(Folder::rich());
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut named = |how: &'static str, path: &Path, bytes: &[u8], session: &str| {
        let before = fs::read(path).unwrap();
        fs::write(path, bytes).unwrap();
        let fault = block_on(verify(&folder.path)).expect_err(how).to_string();
        fs::write(path, before).unwrap();
        assert!(fault.contains(session), "{how}: {fault:?} does not name {session}");
        *count.entry(how).or_default() += 1;
    };
    for (mine, theirs) in [(folder.done, folder.live), (folder.live, folder.done)] {
        let session = mine.1.to_string();
        let foreign = records(&fs::read(&folder.parts(theirs)[0]).unwrap());
        for part in folder.parts(mine) {
            let bytes = fs::read(&part).unwrap();
            let all = records(&bytes);
            let rest = bytes[all.concat().len()..].to_vec();
            let with = |edit: &dyn Fn(&mut Vec<Vec<u8>>)| {
                let mut edited = all.clone();
                edit(&mut edited);
                [edited.concat(), rest.clone()].concat()
            };
            for n in 0..all.len() {
                // The length, the head of the seal, the ciphertext's middle, and its tag.
                for at in [0, 3, 4, 8, all[n].len() / 2, all[n].len() - 1] {
                    named("flip", &part, &with(&|all| all[n][at] ^= 0x10), &session);
                }
                named("drop", &part, &with(&|all| drop(all.remove(n))), &session);
                named("duplicate", &part, &with(&|all| all.insert(n, all[n].clone())), &session);
                named("splice", &part, &with(&|all| all[n] = foreign[n % foreign.len()].clone()), &session);
                if n > 0 {
                    named("swap", &part, &with(&|all| all.swap(n, n - 1)), &session);
                    named("cut tail", &part, &all[..n].concat(), &session);
                    named("cut tail", &part, &[all[..n].concat(), all[n][..9].to_vec()].concat(), &session);
                }
            }
        }
    }
    let images = folder.images.clone();
    for (n, image) in images.iter().enumerate() {
        for version in [Version::Original, Version::Shown] {
            let path = folder.image(*image, version);
            let bytes = fs::read(&path).unwrap();
            let name = image.1.to_string();
            let mut flipped = bytes.clone();
            flipped[bytes.len() / 2] ^= 1;
            named("flip an image", &path, &flipped, &name);
            named("cut an image", &path, &bytes[..bytes.len() - 1], &name);
            let other = fs::read(folder.image(images[(n + 1) % images.len()], version)).unwrap();
            named("exchange an image", &path, &other, &name);
        }
    }
    for (how, count) in count {
        eprintln!("{how}: {count} of {count} found and named");
    }
    block_on(verify(&folder.path)).unwrap();
}
