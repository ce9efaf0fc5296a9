//! Files as the rules see them: a tree in memory, and text without its comments or strings.
//! Must not know any rule.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Folders that hold what tools made.
const SKIPPED: &[&str] = &["target", "node_modules", "dist", ".git", ".cache", "report", "demo-data"];
const EXTENSIONS: &[&str] = &["rs", "ts", "tsx", "mjs", "js", "css", "html", "sql", "json", "toml", "lock", "md", "sh"];
const NAMES: &[&str] = &[".npmrc", "Makefile"];
/// A source file is never this large; what is larger is data.
const MAX_BYTES: u64 = 4 << 20;

/// Path (with `/`, from the workspace) to text.
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    pub fn load(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let path = root.join(&folder);
            let entries = fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))?;
            for entry in entries {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let kind = entry.file_type()?;
                if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
                    folders.push(path);
                } else if kind.is_file() && is_text(&name) && entry.metadata()?.len() <= MAX_BYTES {
                    let text = fs::read_to_string(entry.path()).with_context(|| path.clone())?;
                    files.insert(path, text);
                }
            }
        }
        Ok(Self(files))
    }

    #[cfg(test)]
    pub fn planted(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Files below a folder (given with its `/`) with one of the extensions.
    pub fn below<'a>(&'a self, folder: &'a str, extensions: &'a [&'a str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| path.starts_with(folder) && extensions.contains(&extension(path)))
    }
}

fn is_text(name: &str) -> bool {
    NAMES.contains(&name) || EXTENSIONS.contains(&extension(name))
}

pub fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The folder of a file, empty for the top.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What a file means by a relative path: `a/b` and `../c` give `c`; none when it leaves the top.
pub fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder(from).split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// 1 for the first line.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    TypeScript,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// Blanks comments; offsets and lines stay.
pub fn without_comments(text: &str, language: Language) -> String {
    keep(text, language, |kind| kind != Kind::Comment)
}

/// Blanks comments and the inside of strings; offsets and lines stay.
pub fn code(text: &str, language: Language) -> String {
    keep(text, language, |kind| kind == Kind::Code)
}

/// Blanks everything but the inside of strings; offsets and lines stay.
pub fn strings(text: &str, language: Language) -> String {
    keep(text, language, |kind| kind == Kind::Text)
}

fn keep(text: &str, language: Language, wanted: impl Fn(Kind) -> bool) -> String {
    let kinds = Lexer { bytes: text.as_bytes(), language, at: 0, kinds: Vec::new() }.run();
    let mut out = Vec::with_capacity(text.len());
    for (byte, kind) in text.bytes().zip(kinds) {
        let kept = byte == b'\n' || wanted(kind);
        out.push(if kept { byte } else { b' ' });
    }
    // A character is kept or blanked as a whole, so nothing is lost here.
    String::from_utf8_lossy(&out).into_owned()
}

/// Just enough of a lexer for Rust and TypeScript to tell code, comments and strings apart.
struct Lexer<'a> {
    bytes: &'a [u8],
    language: Language,
    at: usize,
    kinds: Vec<Kind>,
}

impl Lexer<'_> {
    fn run(mut self) -> Vec<Kind> {
        while self.at < self.bytes.len() {
            if self.starts(b"//") {
                let end = self.find(b"\n", self.at);
                self.take(end, Kind::Comment);
            } else if self.starts(b"/*") {
                self.block_comment();
            } else if self.language == Language::Rust {
                self.rust();
            } else {
                self.typescript();
            }
        }
        self.kinds
    }

    fn rust(&mut self) {
        match self.bytes[self.at] {
            b'"' => self.quoted(b'"', false),
            b'r' if !self.after_word() => self.raw_string(),
            b'\'' if self.is_char_literal() => self.quoted(b'\'', true),
            _ => self.take(self.at + 1, Kind::Code),
        }
    }

    fn typescript(&mut self) {
        match self.bytes[self.at] {
            b'`' => self.quoted(b'`', false),
            // Ends with its line: an apostrophe in a page's text is no string.
            quote @ (b'"' | b'\'') => self.quoted(quote, true),
            b'/' if self.is_regex() => self.quoted(b'/', true),
            _ => self.take(self.at + 1, Kind::Code),
        }
    }

    fn starts(&self, what: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(what)
    }

    fn find(&self, what: &[u8], from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let found = rest.windows(what.len()).position(|window| window == what);
        found.map_or(self.bytes.len(), |position| from + position)
    }

    fn take(&mut self, end: usize, kind: Kind) {
        let end = end.min(self.bytes.len());
        self.kinds.resize(end, kind);
        self.at = end;
    }

    fn block_comment(&mut self) {
        let mut end = self.at + 2;
        let mut depth = 1;
        while depth > 0 && end < self.bytes.len() {
            if self.bytes[end..].starts_with(b"*/") {
                depth -= 1;
                end += 2;
            } else if self.language == Language::Rust && self.bytes[end..].starts_with(b"/*") {
                depth += 1;
                end += 2;
            } else {
                end += 1;
            }
        }
        self.take(end, Kind::Comment);
    }

    fn quoted(&mut self, quote: u8, one_line: bool) {
        let mut end = self.at + 1;
        while end < self.bytes.len() {
            match self.bytes[end] {
                b'\\' => end += 1,
                b'\n' if one_line => break,
                byte if byte == quote => break,
                _ => {}
            }
            end += 1;
        }
        self.take(self.at + 1, Kind::Code);
        self.take(end, Kind::Text);
        self.take(end + 1, Kind::Code);
    }

    /// `r"…"`, `r#"…"#`; anything else that begins with r is code.
    fn raw_string(&mut self) {
        let hashes = self.bytes[self.at + 1..].iter().take_while(|byte| **byte == b'#').count();
        let open = self.at + 1 + hashes;
        if self.bytes.get(open) != Some(&b'"') {
            self.take(self.at + 1, Kind::Code);
            return;
        }
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let end = self.find(&close, open + 1);
        self.take(open + 1, Kind::Code);
        self.take(end, Kind::Text);
        self.take(end + close.len(), Kind::Code);
    }

    fn after_word(&self) -> bool {
        // `br"…"` is raw too; the b before it does not make the r part of a word.
        let before = self.bytes[..self.at].iter().rev().find(|byte| **byte != b'b');
        self.at > 0 && before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    }

    /// Tells `'a'` from the lifetime `'a`.
    fn is_char_literal(&self) -> bool {
        match self.bytes.get(self.at + 1) {
            Some(b'\\') => true,
            Some(_) => {
                let window = &self.bytes[self.at + 2..self.bytes.len().min(self.at + 6)];
                let end = window.iter().position(|byte| *byte == b'\'');
                // One character is one to four bytes, and only the first can be ASCII.
                end.is_some_and(|end| end == 0 || !self.bytes[self.at + 1].is_ascii())
            }
            None => false,
        }
    }

    /// A slash begins a regular expression where a value cannot have ended.
    fn is_regex(&self) -> bool {
        let before = self.bytes[..self.at].iter().rev().find(|byte| !byte.is_ascii_whitespace());
        before.is_none_or(|byte| b"(,=:[!&|?{};".contains(byte)) && self.bytes.get(self.at + 1) != Some(&b'>')
    }
}

/// Offsets at which a whole identifier stands.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(word).map(|(offset, _)| offset).filter(move |offset| {
        let before = text[..*offset].chars().next_back();
        let after = text[offset + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::{Language, code, line_of, strings, without_comments, words};

    #[test]
    fn rust_strings_and_comments_are_told_from_code() {
        let text = r##"let a = "x // y"; // note "z" /* */
let b = r#"raw "q" "#; let c: &'static str = f('"', '\'', 'é'); /* a /* b */ c */ end"##;
        let plain = code(text, Language::Rust);
        assert_eq!(plain.len(), text.len());
        for gone in ["x", "note", "raw", "a /*", "é"] {
            assert!(!plain.contains(gone), "{gone} in {plain}");
        }
        for kept in ["let b", "&'static str", "end"] {
            assert!(plain.contains(kept), "{kept} not in {plain}");
        }
        assert!(without_comments(text, Language::Rust).contains("x // y"));
        let texts = strings(text, Language::Rust);
        assert!(texts.contains("raw \"q\"") && !texts.contains("let"));
    }

    #[test]
    fn typescript_strings_regexes_and_comments_are_told_from_code() {
        let text = "const a = 'x' + \"y\" + `z\n`; // don't\nconst r = s.match(/\"q/); <p>don't</p>\nlast";
        let plain = code(text, Language::TypeScript);
        assert!(plain.contains("const r = s.match(") && plain.contains("last"));
        assert!(!plain.contains('z') && !plain.contains('q'));
    }

    #[test]
    fn a_word_is_found_whole_and_with_its_line() {
        let text = "RTCPeerConnectionState\nnew RTCPeerConnection()";
        let found: Vec<usize> = words(text, "RTCPeerConnection").map(|at| line_of(text, at)).collect();
        assert_eq!(found, [2]);
    }
}
