//! Two spellings of one name, side by side: what differs, letter by letter, and of what kind the difference is.
//! Knows particles, order, marks and romanised letters; must not decide whether it is the same person.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest name compared, characters; the comparison takes the square of it.
pub const MAX_NAME: usize = 200;
/// Most words of a name that are tried in another order.
const MAX_TURNED: usize = 12;

/// How two names differ, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Letter by letter the same, upper and lower case aside.
    Same,
    /// The same letters; marks, spaces, hyphens or romanised letters differ.
    SameButMarks,
    /// The same words in another order.
    SameButOrder,
    /// Only particles, titles or their spellings differ.
    Particle,
    /// Anything else.
    Different,
}

/// What a piece of the comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The same on both sides.
    Same,
    /// The same letter with other marks.
    Marks,
    /// A particle or title that stands on one side only, or is spelt otherwise.
    Particle,
    /// A word that stands elsewhere on the other side.
    Moved,
    /// Stands on one side only, or is replaced.
    Different,
}

/// A piece of both names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: Kind,
    /// As claimed; empty when only read.
    pub claimed: String,
    /// As read; empty when only claimed.
    pub read: String,
}

/// The comparison of two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How they differ.
    pub verdict: Verdict,
    /// Piece by piece.
    pub segments: Vec<Segment>,
    /// The two are written in different scripts, so letters say little.
    pub other_script: bool,
}

/// Words between names that are dropped, shortened or spelt in many ways.
const JOINING: &[&str] = &[
    "bin", "b", "ibn", "ben", "bn", "binti", "bt", "bte", "binte", "bint", "al", "a/l", "s/o", "so", "ap", "a/p", "d/o", "do", "w/o",
    "anak", "ak", "el", "ul", "de", "da", "di", "du", "dos", "das", "del", "della", "dela", "dello", "la", "le", "las", "los", "lo", "van",
    "von", "vom", "zu", "zur", "ter", "ten", "den", "der", "het", "y", "e", "i",
];

/// Words after names that tell a son from his father.
const AFTER: &[&str] = &["jr", "junior", "sr", "senior", "ii", "iii", "iv", "2nd", "3rd", "4th"];

/// Titles before names that forms and documents add or leave out.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mdm",
    "madam",
    "dr",
    "prof",
    "haji",
    "hj",
    "hajah",
    "hjh",
    "datuk",
    "dato",
    "datin",
    "tun",
    "encik",
    "puan",
    "cik",
    "shri",
    "smt",
    "thiru",
    "selvi",
    "khun",
    "นาย",
    "นาง",
    "นางสาว",
    "น.ส",
    "นส",
    "ด.ช",
    "ด.ญ",
    "คุณ",
    "ông",
    "bà",
    "先生",
    "女士",
    "小姐",
    "श्री",
    "श्रीमती",
    "திரு",
    "திருமதி",
    "செல்வி",
];

/// Given names that documents shorten.
const SHORT: &[(&str, &str)] = &[
    ("ma", "maria"),
    ("md", "mohammad"),
    ("mohd", "mohammad"),
    ("mhd", "mohammad"),
    ("muhd", "mohammad"),
    ("muhammad", "mohammad"),
    ("mohamad", "mohammad"),
    ("mohamed", "mohammad"),
    ("mohammed", "mohammad"),
    ("muhamad", "mohammad"),
    ("abd", "abdul"),
];

/// Letters that romanise in two ways: plain, and as ICAO 9303 part 3 transliterates them.
const LETTERS: &[(char, &str, &str)] = &[
    ('ß', "ss", "ss"),
    ('ä', "a", "ae"),
    ('ö', "o", "oe"),
    ('ü', "u", "ue"),
    ('å', "a", "aa"),
    ('æ', "ae", "ae"),
    ('ø', "o", "oe"),
    ('œ', "oe", "oe"),
    ('ñ', "n", "nxx"),
    ('đ', "d", "d"),
    ('ð', "d", "d"),
    ('þ', "th", "th"),
    ('ł', "l", "l"),
    ('ħ', "h", "h"),
    ('ı', "i", "i"),
    ('ŋ', "n", "n"),
    ('ŧ', "t", "t"),
    ('ſ', "s", "s"),
];

/// Family names in their traditional and simplified forms: one name, two typefaces of the law.
const HAN: &[(char, char)] = &[
    ('陳', '陈'),
    ('張', '张'),
    ('劉', '刘'),
    ('黃', '黄'),
    ('趙', '赵'),
    ('吳', '吴'),
    ('孫', '孙'),
    ('馬', '马'),
    ('許', '许'),
    ('鄭', '郑'),
    ('謝', '谢'),
    ('馮', '冯'),
    ('韓', '韩'),
    ('鄧', '邓'),
    ('葉', '叶'),
    ('蘇', '苏'),
    ('盧', '卢'),
    ('蔣', '蒋'),
    ('賈', '贾'),
    ('鍾', '钟'),
    ('譚', '谭'),
    ('陸', '陆'),
    ('龍', '龙'),
    ('萬', '万'),
    ('錢', '钱'),
    ('湯', '汤'),
    ('顧', '顾'),
    ('賴', '赖'),
    ('龔', '龚'),
    ('羅', '罗'),
    ('楊', '杨'),
    ('鄒', '邹'),
    ('閻', '阎'),
    ('蕭', '萧'),
    ('範', '范'),
    ('呂', '吕'),
    ('寧', '宁'),
    ('國', '国'),
    ('偉', '伟'),
    ('華', '华'),
    ('麗', '丽'),
    ('強', '强'),
    ('軍', '军'),
    ('傑', '杰'),
    ('潔', '洁'),
    ('靜', '静'),
    ('蘭', '兰'),
    ('鳳', '凤'),
    ('寶', '宝'),
];

/// Compares a claimed name with one that was read.
#[must_use]
pub fn compare(claimed: &str, read: &str) -> Comparison {
    let (a, b) = (words(claimed), words(read));
    let other_script = script(claimed).is_some_and(|s| script(read).is_some_and(|r| r != s));
    let verdict = if claimed.trim().is_empty() || read.trim().is_empty() {
        Verdict::Different
    } else if written(claimed) == written(read) {
        Verdict::Same
    } else {
        verdict(&a, &b)
    };
    Comparison { verdict, segments: segments(&a, &b, verdict), other_script }
}

/// Compares two texts that are no names, such as numbers and addresses: no particles, order counts.
#[must_use]
pub fn compare_plain(claimed: &str, read: &str) -> Comparison {
    let whole = |text: &str| text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    let (a, b) = (whole(claimed), whole(read));
    let bare = |text: &str| -> String { folded(text).0.chars().filter(|c| c.is_alphanumeric()).collect() };
    let verdict = if a.to_lowercase() == b.to_lowercase() {
        Verdict::Same
    } else if bare(&a) == bare(&b) && !bare(&a).is_empty() {
        Verdict::SameButMarks
    } else {
        Verdict::Different
    };
    Comparison { verdict, segments: letters(&a, &b), other_script: false }
}

/// One word of a name.
#[derive(Clone, Debug)]
struct Word {
    /// As written.
    shown: String,
    /// Lower case, composed.
    lower: String,
    /// Without marks, romanised plainly.
    bare: String,
    /// Without marks, romanised as on passports.
    passport: String,
    /// A joining word or a title, by its place too: a surname such as Lê or Do is none.
    particle: bool,
}

/// A name as written, case and the width of spaces aside.
fn written(name: &str) -> Vec<String> {
    let name: String = name.nfc().take(MAX_NAME).collect();
    name.to_lowercase().split_whitespace().map(|w| w.trim_matches('.').to_owned()).collect()
}

fn words(name: &str) -> Vec<Word> {
    let name: String = name.nfc().take(MAX_NAME).collect();
    let parts: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | ',' | '<' | '·' | '・'))
        .filter(|w| !w.is_empty())
        .collect();
    let last = parts.len().saturating_sub(1);
    parts.into_iter().enumerate().map(|(at, part)| word(part, at, last)).collect()
}

fn word(shown: &str, at: usize, last: usize) -> Word {
    let lower = shown.to_lowercase().trim_matches('.').to_owned();
    let (bare, passport) = folded(shown);
    let kept = |text: &str| text.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).collect::<String>();
    let lower_is = |list: &[&str]| list.contains(&lower.as_str());
    let particle =
        (at > 0 && at < last && lower_is(JOINING)) || (at > 0 && at == last && lower_is(AFTER)) || (at < last && lower_is(TITLES));
    Word { shown: shown.to_owned(), bare: kept(&bare), passport: kept(&passport), particle, lower }
}

/// A text in lower case without marks, romanised in both ways. Vowel signs of Thai, Tamil or Devanagari are letters, not
/// marks: only what Latin, Greek, Cyrillic, Hebrew and Arabic write above and below is taken away.
fn folded(text: &str) -> (String, String) {
    let (mut plain, mut passport) = (String::new(), String::new());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if let Some((_, one, two)) = LETTERS.iter().find(|(letter, ..)| *letter == c) {
            plain.push_str(one);
            passport.push_str(two);
            continue;
        }
        let c = HAN.iter().find(|(old, _)| *old == c).map_or(c, |(_, new)| *new);
        for c in std::iter::once(c).nfd().filter(|c| !is_mark(*c)).nfc() {
            // A base that carries marks may be one of the letters above, such as an o with two.
            let base = LETTERS.iter().find(|(letter, ..)| *letter == c);
            plain.push_str(&base.map_or_else(|| c.to_string(), |(_, one, _)| (*one).to_owned()));
            passport.push_str(&base.map_or_else(|| c.to_string(), |(_, _, two)| (*two).to_owned()));
        }
    }
    (plain, passport)
}

/// A mark that may be left out without changing the name.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\'' | '’' | '‘' | 'ʼ' | '`' | '.')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Hebrew,
    Devanagari,
    Tamil,
    Thai,
    Han,
    Other,
}

/// The script of the first letter that has one.
fn script(text: &str) -> Option<Script> {
    text.chars().find(|c| c.is_alphabetic()).map(|c| match u32::from(c) {
        0x41..=0x24f | 0x1e00..=0x1eff => Script::Latin,
        0x370..=0x3ff => Script::Greek,
        0x400..=0x52f => Script::Cyrillic,
        0x590..=0x5ff => Script::Hebrew,
        0x600..=0x77f => Script::Arabic,
        0x900..=0x97f => Script::Devanagari,
        0xb80..=0xbff => Script::Tamil,
        0xe00..=0xe7f => Script::Thai,
        0x3400..=0x9fff => Script::Han,
        _ => Script::Other,
    })
}

fn joined(words: &[Word], by: impl Fn(&Word) -> String) -> String {
    words.iter().map(by).collect()
}

fn verdict(a: &[Word], b: &[Word]) -> Verdict {
    if alike(a, b) {
        return Verdict::SameButMarks;
    }
    if turned(a, b) {
        return Verdict::SameButOrder;
    }
    let (a, b) = (without_particles(a), without_particles(b));
    if a.is_empty() || b.is_empty() {
        return Verdict::Different;
    }
    if alike(&a, &b) || turned(&a, &b) { Verdict::Particle } else { Verdict::Different }
}

/// The same letters in the same order, whatever the spaces.
fn alike(a: &[Word], b: &[Word]) -> bool {
    let (plain, passport) = (|w: &Word| w.bare.clone(), |w: &Word| w.passport.clone());
    let (pa, pb) = (joined(a, plain), joined(b, plain));
    !pa.is_empty() && (pa == pb || joined(a, passport) == pb || pa == joined(b, passport) || joined(a, passport) == joined(b, passport))
}

/// The same words in any order, or the same letters with the last words first.
fn turned(a: &[Word], b: &[Word]) -> bool {
    type Form = fn(&Word) -> String;
    let sorted = |all: &[Word], by: Form| {
        let mut all: Vec<String> = all.iter().map(by).collect();
        all.sort();
        all
    };
    let (plain, passport): (Form, Form) = (|w| w.bare.clone(), |w| w.passport.clone());
    if [(plain, plain), (plain, passport), (passport, plain), (passport, passport)].into_iter().any(|(x, y)| sorted(a, x) == sorted(b, y)) {
        return true;
    }
    if b.len() > MAX_TURNED {
        return false;
    }
    (1..b.len()).any(|at| {
        let mut moved = b.to_vec();
        moved.rotate_left(at);
        alike(a, &moved)
    })
}

/// The words that name somebody, with shortened ones written out.
fn without_particles(all: &[Word]) -> Vec<Word> {
    let full = |w: &Word| {
        let long =
            |text: &str| SHORT.iter().find(|(short, _)| *short == text).map_or_else(|| text.to_owned(), |(_, long)| (*long).to_owned());
        Word { bare: long(&w.bare), passport: long(&w.passport), ..w.clone() }
    };
    all.iter().filter(|w| !w.particle).map(full).collect()
}

fn segments(a: &[Word], b: &[Word], verdict: Verdict) -> Vec<Segment> {
    let same = |x: &Word, y: &Word| x.bare == y.bare || x.passport == y.bare || x.bare == y.passport;
    let pairs = common(a, b, same);
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in pairs.into_iter().chain([(a.len(), b.len())]) {
        between(a, b, (i, x), (j, y), verdict, &mut out);
        if let (Some(left), Some(right)) = (a.get(x), b.get(y)) {
            let kind = if left.lower == right.lower { Kind::Same } else { Kind::Marks };
            if kind == Kind::Same {
                out.push(Segment { kind, claimed: left.shown.clone(), read: right.shown.clone() });
            } else {
                out.extend(letters(&left.shown, &right.shown));
            }
            out.push(space());
        }
        (i, j) = (x + 1, y + 1);
    }
    while out.last().is_some_and(|s| s.claimed == " " && s.read == " ") {
        out.pop();
    }
    out
}

fn space() -> Segment {
    Segment { kind: Kind::Same, claimed: " ".to_owned(), read: " ".to_owned() }
}

/// What stands between two words that both names have.
fn between(a: &[Word], b: &[Word], (i, x): (usize, usize), (j, y): (usize, usize), verdict: Verdict, out: &mut Vec<Segment>) {
    let (left, right) = (a.get(i..x).unwrap_or_default(), b.get(j..y).unwrap_or_default());
    let elsewhere = |w: &Word, others: &[Word]| others.iter().any(|o| o.bare == w.bare || o.passport == w.bare || o.bare == w.passport);
    let particles = |all: &[Word]| !all.is_empty() && all.iter().all(|w| w.particle);
    if verdict == Verdict::SameButMarks && !left.is_empty() && !right.is_empty() {
        // The same letters parted otherwise: one piece.
        let whole = |all: &[Word]| all.iter().map(|w| w.shown.as_str()).collect::<Vec<_>>().join(" ");
        out.extend([Segment { kind: Kind::Marks, claimed: whole(left), read: whole(right) }, space()]);
        return;
    }
    if left.len() == 1 && right.len() == 1 && !elsewhere(&left[0], b) && !elsewhere(&right[0], a) {
        if particles(left) && particles(right) {
            out.push(Segment { kind: Kind::Particle, claimed: left[0].shown.clone(), read: right[0].shown.clone() });
        } else {
            out.extend(letters(&left[0].shown, &right[0].shown));
        }
        out.push(space());
        return;
    }
    let kind = |w: &Word, others: &[Word]| {
        if elsewhere(w, others) {
            Kind::Moved
        } else if w.particle {
            Kind::Particle
        } else {
            Kind::Different
        }
    };
    for w in left {
        out.extend([Segment { kind: kind(w, b), claimed: w.shown.clone(), read: String::new() }, space()]);
    }
    for w in right {
        out.extend([Segment { kind: kind(w, a), claimed: String::new(), read: w.shown.clone() }, space()]);
    }
}

/// The longest common run of two lists, as pairs of places.
fn common<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            best[i * width + j] =
                if same(&a[i], &b[j]) { best[(i + 1) * width + j + 1] + 1 } else { best[(i + 1) * width + j].max(best[i * width + j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if same(&a[i], &b[j]) {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// Letters with what is written above and below them, so that no mark is shown without its letter.
fn clusters(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for c in text.nfc().take(MAX_NAME) {
        match out.last_mut() {
            Some(last) if is_combining_mark(c) => last.push(c),
            _ => out.push(c.to_string()),
        }
    }
    out
}

/// Two words or texts, letter by letter.
fn letters(a: &str, b: &str) -> Vec<Segment> {
    let (a, b) = (clusters(a), clusters(b));
    let fold = |s: &String| folded(s).0;
    let (fa, fb): (Vec<String>, Vec<String>) = (a.iter().map(fold).collect(), b.iter().map(fold).collect());
    let mut out: Vec<Segment> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in common(&fa, &fb, |x, y| x == y && !x.is_empty()).into_iter().chain([(a.len(), b.len())]) {
        let (left, right) = (a.get(i..x).unwrap_or_default().concat(), b.get(j..y).unwrap_or_default().concat());
        if !(left.is_empty() && right.is_empty()) {
            let (pl, pr) = (folded(&left), folded(&right));
            let mark = pl.0 == pr.0 || pl.1 == pr.0 || pl.0 == pr.1;
            push(&mut out, if mark { Kind::Marks } else { Kind::Different }, &left, &right);
        }
        if let (Some(left), Some(right)) = (a.get(x), b.get(y)) {
            let kind = if left.to_lowercase() == right.to_lowercase() { Kind::Same } else { Kind::Marks };
            push(&mut out, kind, left, right);
        }
        (i, j) = (x + 1, y + 1);
    }
    out
}

/// Neighbours of one kind are one piece.
fn push(out: &mut Vec<Segment>, kind: Kind, claimed: &str, read: &str) {
    match out.last_mut() {
        Some(last) if last.kind == kind => {
            last.claimed.push_str(claimed);
            last.read.push_str(read);
        }
        _ => out.push(Segment { kind, claimed: claimed.to_owned(), read: read.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
