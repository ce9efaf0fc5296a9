//! How files must look: headers, sizes, migration pairs, lockfiles. Must not know their meaning.

use super::Finding;
use super::house::MAX_LINES;
use super::source::{Tree, folder};
use std::collections::{BTreeMap, BTreeSet};

const CODE: &[&str] = &["rs", "ts", "tsx", "mjs", "js", "css"];
const MIGRATIONS: &str = "crates/store/migrations/";
const DATABASES: [&str; 2] = ["sqlite", "postgres"];

fn finding(path: &str, rule: &'static str, message: impl Into<String>) -> Finding {
    Finding { path: path.to_owned(), line: 0, rule, message: message.into() }
}

/// A Rust file opens with one sentence: what it is, what it must not know.
pub fn headers(tree: &Tree) -> Vec<Finding> {
    tree.below("", &["rs"])
        .filter(|(_, text)| !text.lines().next().is_some_and(|line| line.len() > 8 && line.starts_with("//! ")))
        .map(|(path, _)| finding(path, "header", "must open with a `//!` sentence"))
        .collect()
}

pub fn sizes(tree: &Tree) -> Vec<Finding> {
    tree.below("", CODE)
        .filter(|(path, _)| !path.starts_with("web/generated/"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .map(|(path, lines)| finding(path, "size", format!("{lines} lines, more than {MAX_LINES}")))
        .collect()
}

/// Both databases have the same steps: same number, same name, no gap.
pub fn migrations(tree: &Tree) -> Vec<Finding> {
    let mut steps: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (path, _) in tree.below(MIGRATIONS, &["sql"]) {
        match path[MIGRATIONS.len()..].split_once('/') {
            Some((database, name)) if DATABASES.contains(&database) => {
                steps.entry(name).or_default().insert(database);
            }
            _ => findings.push(finding(path, "migration", "belongs to no database")),
        }
    }
    for (index, (name, databases)) in steps.iter().enumerate() {
        let path = format!("{MIGRATIONS}*/{name}");
        for database in DATABASES.iter().filter(|database| !databases.contains(*database)) {
            findings.push(finding(&path, "migration", format!("is missing for {database}")));
        }
        let number = format!("{:04}_", index + 1);
        if !name.starts_with(&number) {
            findings.push(finding(&path, "migration", format!("must begin with {number}")));
        }
    }
    findings
}

/// Lockfiles name no host: whoever builds decides where packages come from.
pub fn lockfiles(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.below("", &["json"]).filter(|(path, _)| path.ends_with("package-lock.json")) {
        if text.contains("\"resolved\"") {
            findings.push(finding(path, "lockfile", "names where packages were downloaded from"));
        }
        let settings = format!("{}/.npmrc", folder(path));
        let keeps = tree.get(&settings).is_some_and(|text| text.contains("omit-lockfile-registry-resolved=true"));
        if !keeps {
            findings.push(finding(&settings, "lockfile", "must set omit-lockfile-registry-resolved=true"));
        }
    }
    if let Some(lock) = tree.get("Cargo.lock") {
        let crates_io = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let mut foreign = lock.lines().filter(|line| line.starts_with("source = ") && *line != crates_io);
        if let Some(line) = foreign.next() {
            findings.push(finding("Cargo.lock", "lockfile", format!("only crates.io: {line}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_file_without_its_sentence_is_found() {
        let tree = Tree::planted(&[
            ("crates/domain/src/a.rs", "//! The law.\n"),
            ("crates/domain/src/b.rs", "use std::fmt;\n"),
            ("crates/domain/src/c.rs", "//!\n"),
        ]);
        let found: Vec<String> = headers(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["crates/domain/src/b.rs", "crates/domain/src/c.rs"]);
    }

    #[test]
    fn a_long_file_is_found_unless_it_was_generated() {
        let long = "x\n".repeat(MAX_LINES + 1);
        let full = "x\n".repeat(MAX_LINES);
        let tree = Tree::planted(&[("web/lib/a.ts", &long), ("web/lib/b.ts", &full), ("web/generated/api.ts", &long)]);
        assert_eq!(messages(sizes(&tree)), ["web/lib/a.ts: 601 lines, more than 600 [size]"]);
    }

    #[test]
    fn a_migration_for_one_database_only_is_found() {
        let tree = Tree::planted(&[
            ("crates/store/migrations/sqlite/0001_cases.sql", ""),
            ("crates/store/migrations/postgres/0001_cases.sql", ""),
            ("crates/store/migrations/sqlite/0003_audit.sql", ""),
            ("crates/store/migrations/mysql/0001_cases.sql", ""),
        ]);
        assert_eq!(
            messages(migrations(&tree)),
            [
                "crates/store/migrations/mysql/0001_cases.sql: belongs to no database [migration]",
                "crates/store/migrations/*/0003_audit.sql: is missing for postgres [migration]",
                "crates/store/migrations/*/0003_audit.sql: must begin with 0002_ [migration]",
            ]
        );
    }

    #[test]
    fn a_lockfile_that_names_a_host_is_found() {
        let tree = Tree::planted(&[
            ("web/package-lock.json", "{ \"resolved\": \"https://host/x.tgz\" }"),
            ("e2e/package-lock.json", "{}"),
            ("e2e/.npmrc", "omit-lockfile-registry-resolved=true\n"),
            ("Cargo.lock", "source = \"registry+https://elsewhere/index\"\n"),
        ]);
        let found: Vec<String> = lockfiles(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["web/package-lock.json", "web/.npmrc", "Cargo.lock"]);
    }
}
