//! Writes what the pages know about the wire: the schema and its TypeScript types. Must not know HTTP.

mod typescript;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

const FOLDER: &str = "web/generated";

/// Writes both files and says what it did.
pub fn write(root: &Path) -> Result<String> {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("creating {FOLDER}"))?;
    let mut said = Vec::new();
    for (name, text) in generate()? {
        let path = folder.join(name);
        // Left alone when nothing changed, so that watchers and make do not rebuild.
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            fs::write(&path, &text).with_context(|| format!("writing {FOLDER}/{name}"))?;
            said.push(format!("{FOLDER}/{name} written, {} lines", text.lines().count()));
        }
    }
    if said.is_empty() {
        said.push(format!("{FOLDER} is up to date"));
    }
    Ok(said.join("\n"))
}

/// Fails when a file is not what the types say now.
pub fn check(root: &Path) -> Result<String> {
    let stale = stale(root, &generate()?);
    if stale.is_empty() {
        return Ok(format!("{FOLDER} is up to date"));
    }
    bail!("stale, run `make codegen`: {}", stale.join(", "))
}

type Generated = [(&'static str, String); 2];

fn generate() -> Result<Generated> {
    let document = sorted(serde_json::to_value(wire::openapi())?);
    let json = format!("{}\n", serde_json::to_string_pretty(&document)?);
    Ok([("openapi.json", json), ("api.ts", typescript::types(&document)?)])
}

fn stale(root: &Path, generated: &Generated) -> Vec<String> {
    generated
        .iter()
        .filter(|(name, text)| {
            let found = fs::read_to_string(root.join(FOLDER).join(name));
            found.ok().as_ref() != Some(text)
        })
        .map(|(name, _)| format!("{FOLDER}/{name}"))
        .collect()
}

/// The same document with keys in order: whether `serde_json` keeps the order of insertion depends on
/// what else is built with it, and the files may not depend on that.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_files_are_what_the_types_say() {
        let root = crate::root().unwrap();
        let stale = stale(&root, &generate().unwrap());
        assert!(stale.is_empty(), "run `make codegen`: {stale:?}");
    }

    #[test]
    fn a_changed_or_missing_file_is_stale() {
        let root = std::env::temp_dir().join(format!("recourse-codegen-{}", std::process::id()));
        fs::create_dir_all(root.join(FOLDER)).unwrap();
        let generated = [("openapi.json", "{}".to_owned()), ("api.ts", "new".to_owned())];
        fs::write(root.join(FOLDER).join("openapi.json"), "{}").unwrap();
        assert_eq!(stale(&root, &generated), ["web/generated/api.ts"]);
        fs::write(root.join(FOLDER).join("api.ts"), "old").unwrap();
        assert_eq!(stale(&root, &generated), ["web/generated/api.ts"]);
        fs::write(root.join(FOLDER).join("api.ts"), "new").unwrap();
        assert!(stale(&root, &generated).is_empty());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn two_runs_give_the_same_bytes() {
        assert_eq!(generate().unwrap(), generate().unwrap());
    }
}
