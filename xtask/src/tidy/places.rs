//! What may stand only in one room: SQL, WebRTC, waiting. Must not know who imports whom.

use super::Finding;
use super::house::E2E_WAIT;
use super::source::{Language, Tree, code, line_of, strings, without_comments, words};

fn finding(path: &str, text: &str, offset: usize, rule: &'static str, message: String) -> Finding {
    Finding { path: path.to_owned(), line: line_of(text, offset), rule, message }
}

/// SQL is spoken by the store alone.
pub fn sql(tree: &Tree) -> Vec<Finding> {
    let outside = tree.below("crates/", &["rs"]).filter(|(path, _)| !path.starts_with("crates/store/"));
    outside
        .flat_map(|(path, text)| {
            let strings = strings(text, Language::Rust);
            statements(&strings)
                .into_iter()
                .map(|(offset, word)| finding(path, text, offset, "sql", format!("{word} belongs to crates/store")))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Offsets at which a statement begins; only capitals, as prose has the same words.
fn statements(text: &str) -> Vec<(usize, &'static str)> {
    let tokens: Vec<(usize, &str)> = text
        .split_whitespace()
        .map(|token| (token.as_ptr() as usize - text.as_ptr() as usize, token.trim_matches(['(', ')', ';', ','])))
        .collect();
    let at = |index: usize| tokens.get(index).map_or("", |(_, token)| *token);
    let mut found = Vec::new();
    for (index, (offset, token)) in tokens.iter().enumerate() {
        let word = match *token {
            "SELECT" => "SELECT",
            "INSERT" if matches!(at(index + 1), "INTO" | "OR") => "INSERT",
            "DELETE" if at(index + 1) == "FROM" => "DELETE",
            "UPDATE" if at(index + 2) == "SET" => "UPDATE",
            _ => continue,
        };
        found.push((*offset, word));
    }
    found
}

/// The WebRTC stack is named by one crate.
pub fn media(tree: &Tree) -> Vec<Finding> {
    let outside = tree.below("crates/", &["rs"]).filter(|(path, _)| !path.starts_with("crates/media/"));
    outside
        .flat_map(|(path, text)| {
            let plain = without_comments(text, Language::Rust);
            words(&plain, "str0m")
                .map(|offset| finding(path, text, offset, "media", "str0m belongs to crates/media".to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Tests wait for conditions, not for time.
pub fn sleeps(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut look = |path: &str, text: &str, plain: &str, from: usize, bans: &[&str]| {
        for ban in bans {
            for offset in words(plain, ban).filter(|offset| *offset >= from) {
                if plain[offset + ban.len()..].starts_with('(') {
                    let message = format!("{ban}: wait for a condition");
                    findings.push(finding(path, text, offset, "sleep", message));
                }
            }
        }
    };
    for (path, text) in tree.below("crates/", &["rs"]) {
        let plain = code(text, Language::Rust);
        if let Some(from) = tests_begin(path, &plain) {
            look(path, text, &plain, from, &["sleep"]);
        }
    }
    for (path, text) in tree.below("e2e/", &["mjs"]).filter(|(path, _)| *path != E2E_WAIT) {
        let plain = code(text, Language::TypeScript);
        look(path, text, &plain, 0, &["sleep", "waitForTimeout", "setTimeout"]);
    }
    for (path, text) in tree.below("web/", &["ts", "tsx", "mjs"]).filter(|(path, _)| path.contains(".test.")) {
        let plain = code(text, Language::TypeScript);
        look(path, text, &plain, 0, &["sleep", "waitForTimeout"]);
    }
    findings
}

/// Where the tests of a file begin: tests come last in a file.
fn tests_begin(path: &str, plain: &str) -> Option<usize> {
    if path.contains("/tests/") || path.ends_with("_tests.rs") {
        return Some(0);
    }
    plain.find("#[cfg(test)]\nmod ")
}

/// Words that may not stand anywhere, whatever their case.
pub fn forbidden(tree: &Tree, list: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| !path.ends_with("tidy/house.rs")) {
        let lower = text.to_lowercase();
        for word in list {
            // Lower case can change offsets in some scripts, so the line is counted in the same text.
            for offset in words(&lower, &word.to_lowercase()) {
                findings.push(finding(path, &lower, offset, "word", format!("`{word}` may not stand here")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(findings: Vec<Finding>) -> Vec<(String, usize)> {
        findings.into_iter().map(|finding| (finding.path, finding.line)).collect()
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        for statement in
            ["SELECT 1", "WITH a AS (SELECT 1) x", "INSERT INTO cases VALUES ($1)", "UPDATE cases SET phase = 1", "DELETE FROM cases"]
        {
            let planted = format!("//! x\n// SELECT in a comment\nconst A: &str = \"{statement}\";\n");
            let tree = Tree::planted(&[
                ("crates/server/src/a.rs", &planted),
                ("crates/store/src/a.rs", &planted),
                ("crates/domain/src/a.rs", "//! x\nconst A: &str = \"Please select from the list; UPDATE later\";\n"),
            ]);
            assert_eq!(places(sql(&tree)), [("crates/server/src/a.rs".to_owned(), 3)], "{statement}");
        }
    }

    #[test]
    fn the_media_stack_outside_its_crate_is_found() {
        let tree = Tree::planted(&[
            ("crates/server/src/a.rs", "//! like str0m\nuse str0m::Rtc;\n"),
            ("crates/media/src/a.rs", "//! x\nuse str0m::Rtc;\n"),
        ]);
        assert_eq!(places(media(&tree)), [("crates/server/src/a.rs".to_owned(), 2)]);
    }

    #[test]
    fn a_test_that_sleeps_is_found_and_a_deadline_is_not() {
        let unit = "//! x\nfn a() { tokio::time::sleep(d); }\n#[cfg(test)]\nmod tests {\nfn b() { sleep(d); }\n}\n";
        let tree = Tree::planted(&[
            ("crates/server/src/a.rs", unit),
            ("crates/server/tests/it/b.rs", "//! x\nasync fn a() { tokio::time::sleep(d).await; sleep_until(x); }\n"),
            ("e2e/walks/c.test.mjs", "// sleep(1)\nawait page.waitForTimeout(500);\n"),
            ("e2e/walks/d.test.mjs", "setTimeout(done, 500);\n"),
            (E2E_WAIT, "setTimeout(done, 50);\n"),
            ("web/lib/room.test.ts", "await sleep(5);\n"),
        ]);
        let expected = [
            ("crates/server/src/a.rs", 5),
            ("crates/server/tests/it/b.rs", 2),
            ("e2e/walks/c.test.mjs", 2),
            ("e2e/walks/d.test.mjs", 1),
            ("web/lib/room.test.ts", 1),
        ];
        let expected: Vec<(String, usize)> = expected.map(|(path, line)| (path.to_owned(), line)).to_vec();
        assert_eq!(places(sleeps(&tree)), expected);
    }

    #[test]
    fn a_forbidden_word_is_found_whole_and_in_any_case() {
        let tree = Tree::planted(&[("docs/a.md", "fine\nPlanted here, unplanted not\n")]);
        assert_eq!(places(forbidden(&tree, &["planted"])), [("docs/a.md".to_owned(), 2)]);
        assert!(forbidden(&tree, &[]).is_empty());
    }
}
