//! Holds the rules of the house over every file. Must not know what the product does.

mod edges;
mod house;
mod jsx;
mod licences;
mod modules;
mod places;
mod shape;
mod source;
mod web;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use source::Tree;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// One place that does not keep a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    /// 0 when the whole file is meant.
    line: usize,
    rule: &'static str,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, message } = self;
        match line {
            0 => write!(f, "{path}: {message} [{rule}]"),
            line => write!(f, "{path}:{line}: {message} [{rule}]"),
        }
    }
}

/// Says how much was read, or fails with every finding.
pub fn run(root: &Path) -> Result<String> {
    let tree = Tree::load(root)?;
    let findings = findings(&tree, &metadata(root)?);
    if findings.is_empty() {
        return Ok(format!("the house is tidy ({} files)", tree.files().count()));
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    bail!("{}\n{} findings", lines.join("\n"), lines.len())
}

fn findings(tree: &Tree, metadata: &Value) -> Vec<Finding> {
    let rules: &[fn(&Tree) -> Vec<Finding>] = &[
        shape::headers,
        shape::sizes,
        shape::migrations,
        shape::lockfiles,
        places::sql,
        places::media,
        places::sleeps,
        modules::dead_rust,
        web::imports,
        web::powers,
        web::dead_scripts,
        jsx::texts,
    ];
    let mut all: Vec<Finding> = rules.iter().flat_map(|rule| rule(tree)).collect();
    all.extend(edges::crates(metadata));
    all.extend(licences::crates(metadata));
    all.extend(places::forbidden(tree, house::FORBIDDEN_WORDS));
    all.sort();
    all.dedup();
    all
}

/// What cargo knows of our crates and of those they need on this kind of machine.
fn metadata(root: &Path) -> Result<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--filter-platform"])
        .arg(host()?)
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The kind of machine the compiler builds for, such as `x86_64-unknown-linux-gnu`.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().context("running rustc")?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let root = crate::root().unwrap();
        if let Err(findings) = super::run(&root) {
            panic!("\n{findings}");
        }
    }

    #[test]
    fn a_finding_names_its_place_and_rule() {
        let finding = super::Finding { path: "a.rs".to_owned(), line: 3, rule: "size", message: "long".to_owned() };
        assert_eq!(finding.to_string(), "a.rs:3: long [size]");
    }
}
