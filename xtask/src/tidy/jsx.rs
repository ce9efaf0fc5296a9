//! Words written into pages instead of the language tables. Must not know what they say.

use super::Finding;
use super::house::WEB_TRANSLATED;
use super::source::{Language, Tree, line_of, without_comments};

/// Attributes a person sees or hears.
const SPOKEN: &[&str] = &["aria-label", "aria-description", "title", "placeholder", "alt", "label"];

/// Finds text nodes and spoken attributes with letters in the `.tsx` files of translated rooms.
pub fn texts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in WEB_TRANSLATED {
        let folder = format!("web/{room}/");
        for (path, text) in tree.below(&folder, &["tsx"]).filter(|(path, _)| !path.contains(".test.")) {
            // Comments only: a text node with an apostrophe would end a string too early.
            let plain = without_comments(text, Language::TypeScript);
            for (offset, words) in Reader::new(&plain).read() {
                findings.push(Finding {
                    path: path.to_owned(),
                    line: line_of(&plain, offset),
                    rule: "language",
                    message: format!("\"{words}\" belongs to the language tables"),
                });
            }
        }
    }
    findings
}

/// Walks code and elements by turns; knows just enough of JSX to find its text.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, found: Vec::new() }
    }

    fn read(mut self) -> Vec<(usize, String)> {
        while self.at < self.bytes.len() {
            self.code(false);
            // A brace too many: go on behind it.
            self.at += 1;
        }
        self.found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Script until its end, or until the brace that closes an embedded one.
    fn code(&mut self, embedded: bool) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'\'' | b'"' | b'`' => self.string(byte),
                b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' if depth == 0 && embedded => return,
                b'}' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                b'<' if self.opens_element() => self.element(),
                _ => self.at += 1,
            }
        }
    }

    fn string(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' if quote != b'`' => return,
                byte if byte == quote => return,
                _ => {}
            }
        }
    }

    /// Tells `<p>` from `a < b` and from `f<T>(x)` by what stands around it.
    fn opens_element(&self) -> bool {
        let next = self.bytes.get(self.at + 1).copied().unwrap_or_default();
        if !(next.is_ascii_alphabetic() || next == b'>') {
            return false;
        }
        // `<T,>(x: T)` and `<T extends U>` are type parameters.
        let head = self.text[self.at + 1..].split_once('>').map_or("", |(head, _)| head);
        if head.ends_with(',') || head.contains(" extends ") {
            return false;
        }
        let before = self.text[..self.at].trim_end();
        let word_end = before.ends_with(|c: char| c.is_alphanumeric() || "_$)]'\"`".contains(c));
        !word_end || ["return", "default", "else"].iter().any(|word| before.ends_with(word))
    }

    /// One element with everything in it; stands at its `<`.
    fn element(&mut self) {
        if self.tag() {
            return;
        }
        loop {
            self.text_node();
            match self.peek() {
                None => return,
                Some(b'{') => {
                    self.at += 1;
                    self.code(true);
                    self.at += 1;
                }
                Some(_) if self.text[self.at..].starts_with("</") => {
                    let end = self.text[self.at..].find('>').map_or(self.bytes.len(), |end| self.at + end + 1);
                    self.at = end;
                    return;
                }
                Some(_) if self.opens_child() => self.element(),
                Some(_) => self.at += 1,
            }
        }
    }

    fn opens_child(&self) -> bool {
        let next = self.bytes.get(self.at + 1).copied().unwrap_or_default();
        next.is_ascii_alphabetic() || next == b'>'
    }

    /// The opening tag; true when the element ends with it.
    fn tag(&mut self) -> bool {
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'>' => {
                    self.at += 1;
                    return false;
                }
                b'/' if self.text[self.at..].starts_with("/>") => {
                    self.at += 2;
                    return true;
                }
                b'{' => {
                    self.at += 1;
                    self.code(true);
                    self.at += 1;
                }
                b'"' | b'\'' => self.attribute(byte),
                _ => self.at += 1,
            }
        }
        true
    }

    /// A quoted attribute value; stands at its quote.
    fn attribute(&mut self, quote: u8) {
        let start = self.at + 1;
        let end = self.text[start..].find(char::from(quote)).map_or(self.bytes.len(), |end| start + end);
        let name = self.text[..self.at].trim_end_matches('=').rsplit(char::is_whitespace).next();
        if name.is_some_and(|name| SPOKEN.contains(&name)) {
            self.judge(start, end);
        }
        self.at = (end + 1).min(self.bytes.len());
    }

    fn text_node(&mut self) {
        let rest = &self.text[self.at..];
        let end = rest.find(['<', '{']).map_or(self.bytes.len(), |end| self.at + end);
        self.judge(self.at, end);
        self.at = end;
    }

    /// Two letters in a row are a word; `&nbsp;` and single signs are not.
    fn judge(&mut self, start: usize, end: usize) {
        let said = &self.text[start..end];
        let spoken: String = said
            .split('&')
            .enumerate()
            .map(|(index, part)| match (index, part.split_once(';')) {
                (1.., Some((_, rest))) => rest,
                _ => part,
            })
            .collect();
        let letters: Vec<char> = spoken.chars().collect();
        if letters.windows(2).any(|pair| pair.iter().all(|c| c.is_alphabetic())) {
            let offset = start + (said.len() - said.trim_start().len());
            self.found.push((offset, said.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let tree = Tree::planted(&[("web/customer/A.tsx", text)]);
        texts(&tree).into_iter().map(|finding| finding.message.split('"').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn words_in_a_page_are_found() {
        for (text, words) in [
            ("const a = <p>Hello there</p>;", "Hello there"),
            ("return <p>\n  {x} to go\n</p>;", "to go"),
            ("return (<div><b>{n}</b> Don't panic</div>);", "Don't panic"),
            ("x && <>ใช่</>", "ใช่"),
            ("f(<button aria-label=\"Close\" />)", "Close"),
            ("{list.map((x) => <li key={x}>Item</li>)}", "Item"),
        ] {
            assert_eq!(found(text), [words], "{text}");
        }
    }

    #[test]
    fn what_is_no_word_of_a_page_is_left_alone() {
        for text in [
            "const a = <p class=\"big\" id=\"main\">{t('hello')}</p>;",
            "if (a < b && c > d) return 'some text';",
            "const f = useState<string>('x'); const m = new Map<string, number>();",
            "const g = <T,>(x: T) => x; const s: Array<Foo> = [];",
            "return <p>{n} / {m} &nbsp; · 3 × 4</p>;",
            "return <p>{/* a comment */ x}</p>; // <p>Hello there</p>",
            "return <p>{a ? <b>{x}</b> : <i title={t('x')}>{y}</i>}</p>;",
            "return <input onInput={(e) => { go(e.x > 3 ? 'more words' : `less ${x} words`); }} />;",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn the_line_is_told_and_other_rooms_are_not_read() {
        let page = "const a = (\n  <p>\n    Hello\n  </p>\n);";
        let tree = Tree::planted(&[("web/agent/A.tsx", page), ("web/lib/ui/B.tsx", page), ("web/agent/A.test.tsx", page)]);
        let found: Vec<String> = texts(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["web/agent/A.tsx:3: \"Hello\" belongs to the language tables [language]"]);
    }
}
