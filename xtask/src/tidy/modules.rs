//! Rust files nobody compiles. Must not know what is in them.

use super::Finding;
use super::source::{Language, Tree, code, folder, resolve, without_comments};
use std::collections::BTreeSet;

/// Finds `.rs` files that no `mod` reaches from a crate's roots.
pub fn dead_rust(tree: &Tree) -> Vec<Finding> {
    let all: Vec<&str> =
        tree.below("", &["rs"]).map(|(path, _)| path).filter(|path| path.starts_with("crates/") || path.starts_with("xtask/")).collect();
    let mut live = BTreeSet::new();
    let mut open: Vec<String> = all.iter().filter(|path| is_root(path)).map(|path| (*path).to_owned()).collect();
    while let Some(path) = open.pop() {
        if !live.insert(path.clone()) {
            continue;
        }
        let Some(text) = tree.get(&path) else {
            continue;
        };
        open.extend(children(&path, text).into_iter().filter(|child| tree.has(child)));
    }
    all.into_iter()
        .filter(|path| !live.contains(*path))
        .map(|path| Finding { path: path.to_owned(), line: 0, rule: "dead", message: "no `mod` reaches this file".to_owned() })
        .collect()
}

/// What cargo compiles by itself.
fn is_root(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    // `xtask/…` and `crates/NAME/…` alike.
    parts.drain(..if path.starts_with("crates/") { 2 } else { 1 });
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        ["src", "bin", rest @ ..] | ["tests" | "benches" | "examples" | "fuzz_targets", rest @ ..] => {
            matches!(rest, [_] | [_, "main.rs"])
        }
        _ => false,
    }
}

/// Paths a file's `mod name;` and `#[path = "…"]` may mean.
fn children(path: &str, text: &str) -> Vec<String> {
    let here = folder(path);
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.trim_end_matches(".rs");
    let below = if is_root(path) || stem == "mod" { here.to_owned() } else { format!("{here}/{stem}") };
    let plain = code(text, Language::Rust);
    let said = without_comments(text, Language::Rust);
    let mut found = Vec::new();
    for (line, said) in plain.lines().zip(said.lines()) {
        if let Some(rest) = said.trim().strip_prefix("#[path = \"") {
            let name = rest.split('"').next().unwrap_or_default();
            found.extend(resolve(path, name));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words.iter().position(|word| *word == "mod").and_then(|at| words.get(at + 1));
        if let Some(name) = name.and_then(|name| name.strip_suffix(';')) {
            found.push(format!("{below}/{name}.rs"));
            found.push(format!("{below}/{name}/mod.rs"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_nobody_names_is_found() {
        let tree = Tree::planted(&[
            ("crates/a/src/lib.rs", "pub mod one;\npub(crate) mod two;\n// mod comment;\n"),
            ("crates/a/src/one.rs", "mod deep;\n#[cfg(test)]\n#[path = \"one_tests.rs\"]\nmod tests;\n"),
            ("crates/a/src/one/deep.rs", ""),
            ("crates/a/src/one_tests.rs", ""),
            ("crates/a/src/two/mod.rs", "mod leaf;"),
            ("crates/a/src/two/leaf.rs", ""),
            ("crates/a/src/comment.rs", ""),
            ("crates/a/src/deep.rs", ""),
            ("crates/a/tests/it/main.rs", "#[path = \"../support/peer.rs\"]\nmod peer;\nmod walk;"),
            ("crates/a/tests/support/peer.rs", ""),
            ("crates/a/tests/it/walk.rs", ""),
            ("crates/a/tests/it/lost.rs", ""),
            ("crates/a/build.rs", ""),
        ]);
        let found: Vec<String> = dead_rust(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(found, ["crates/a/src/comment.rs", "crates/a/src/deep.rs", "crates/a/tests/it/lost.rs"]);
    }
}
