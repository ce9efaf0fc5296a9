//! What a bank sets about its look and its words, and which of it is fit to be shown to customers.
//! Must not know who edits it, nor where it is kept.

use crate::procedure::{FROM_THE_CASE, MAX_OWN, OwnQuestion};
use crate::review::SAMPLE_PERCENT;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Origins that may frame the customer's page; each stands in a header of every load.
pub const MAX_FRAMERS: usize = 20;
/// Canned replies of a bank's own; more are not found in a menu.
pub const MAX_REPLIES: usize = 50;
/// A name beside a logo, on the narrowest phone.
const MAX_BRAND: usize = 60;
/// Longer addresses do not survive every mail program.
const MAX_ADDRESS: usize = 500;
/// A DNS name has at most 253 characters; scheme and port come on top.
const MAX_ORIGIN: usize = 270;
/// Shorter says nothing, longer is not read beside a button.
const CONSENT: (usize, usize) = (20, 600);
/// A quarter of the longest chat message: the agent adds to it.
const MAX_REPLY: usize = 500;
/// What an agent reads aloud in one breath.
const MAX_QUESTION: usize = 200;
/// WCAG 2.2, 1.4.3.
const LEAST_CONTRAST: f64 = 4.5;
/// What stands on a light colour.
const DARK_INK: (u8, u8, u8) = (0x0b, 0x12, 0x18);
/// Above it the dark ink has more contrast than white; the page chooses by the same number.
const LIGHT_FROM: f64 = 0.1918;

/// What an admin can set, kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Grows by one with each edit.
    pub version: u32,
    /// Shown name.
    pub brand: String,
    /// `#rrggbb`.
    pub color: String,
    /// Where "How we use your data" leads.
    pub privacy_url: String,
    /// Where "Go back" leads.
    pub return_url: Option<String>,
    /// Version of the consent text; grows when its words change.
    pub consent_version: u32,
    /// The bank's own consent text per locale, `{brand}` in it; a locale without one has the built-in text.
    pub consent: BTreeMap<String, String>,
    /// Send the first link by SMS or e-mail too, not only through the bank's page.
    pub send_first_link: bool,
    /// Supervisors may keep files of recordings, not only watch them.
    pub supervisors_download: bool,
    /// Origins that may frame the customer's page.
    pub frame_ancestors: Vec<String>,
    /// Canned replies beside the built-in ones: key → locale → text.
    pub canned: BTreeMap<String, BTreeMap<String, String>>,
    /// Questions of its own, at most 50; two are drawn for a case that asks questions.
    pub questions: Vec<OwnQuestion>,
    /// Share of decisions that somebody looks at again blind, in percent.
    pub sample_percent: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: 1,
            brand: "Recourse".to_owned(),
            color: "#0b6bcb".to_owned(),
            privacy_url: "/privacy".to_owned(),
            return_url: None,
            consent_version: 1,
            consent: BTreeMap::new(),
            send_first_link: false,
            supervisors_download: false,
            frame_ancestors: Vec::new(),
            canned: BTreeMap::new(),
            questions: Vec::new(),
            sample_percent: SAMPLE_PERCENT,
        }
    }
}

/// Everything of [`Settings`] that a person chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Shown name.
    pub brand: String,
    /// `#rrggbb`.
    pub color: String,
    /// Where "How we use your data" leads.
    pub privacy_url: String,
    /// Where "Go back" leads.
    pub return_url: Option<String>,
    /// Consent text per locale.
    pub consent: BTreeMap<String, String>,
    /// Send the first link too.
    pub send_first_link: bool,
    /// Supervisors may keep files of recordings.
    pub supervisors_download: bool,
    /// Origins that may frame the customer's page.
    pub frame_ancestors: Vec<String>,
    /// Key and texts per locale, in the order they were given.
    pub canned: Vec<(String, BTreeMap<String, String>)>,
    /// Questions of its own, in the order they were given.
    pub questions: Vec<OwnQuestion>,
    /// Share of decisions that somebody looks at again blind, in percent.
    pub sample_percent: u8,
}

/// What is wrong with an edit: JSON Pointer below it, code, words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    /// Such as `/frame_ancestors/3`.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

impl Settings {
    /// The settings after an edit. The consent text counts on when what customers read changes.
    ///
    /// # Errors
    /// Everything that is wrong with the edit.
    pub fn edited(&self, edit: Edit, locales: &[&str]) -> Result<Self, Vec<SettingsFault>> {
        let faults = edit.faults(locales);
        if !faults.is_empty() {
            return Err(faults);
        }
        let reworded = edit.consent != self.consent || edit.brand != self.brand;
        Ok(Self {
            version: self.version.saturating_add(1),
            consent_version: self.consent_version.saturating_add(u32::from(reworded)),
            brand: edit.brand,
            color: edit.color,
            privacy_url: edit.privacy_url,
            return_url: edit.return_url,
            consent: edit.consent,
            send_first_link: edit.send_first_link,
            supervisors_download: edit.supervisors_download,
            frame_ancestors: edit.frame_ancestors,
            canned: edit.canned.into_iter().collect(),
            questions: edit.questions,
            sample_percent: edit.sample_percent,
        })
    }

    /// Names of the settings in which two differ, for the log.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let all = [
            ("brand", self.brand != other.brand),
            ("color", self.color != other.color),
            ("privacy_url", self.privacy_url != other.privacy_url),
            ("return_url", self.return_url != other.return_url),
            ("consent", self.consent != other.consent),
            ("send_first_link", self.send_first_link != other.send_first_link),
            ("supervisors_download", self.supervisors_download != other.supervisors_download),
            ("frame_ancestors", self.frame_ancestors != other.frame_ancestors),
            ("canned", self.canned != other.canned),
            ("questions", self.questions != other.questions),
            ("sample_percent", self.sample_percent != other.sample_percent),
        ];
        all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
    }
}

struct Faults(Vec<SettingsFault>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: &str) {
        self.0.push(SettingsFault { pointer: pointer.into(), code, detail: detail.to_owned() });
    }

    /// `least` to `most` characters, not blank, nothing that cannot be seen.
    fn text(&mut self, pointer: &str, text: &str, (least, most): (usize, usize)) {
        let length = text.chars().count();
        if text.trim().is_empty() || !(least..=most).contains(&length) {
            self.add(pointer, "length", &format!("{least} to {most} characters."));
        } else if text.chars().any(unseen) {
            self.add(pointer, "control_character", "No control or direction characters.");
        }
    }

    /// Braces stand for these blanks and for nothing else.
    fn blanks(&mut self, pointer: &str, text: &str, known: &[&str]) {
        let rest = known.iter().fold(text.to_owned(), |rest, name| rest.replace(&format!("{{{name}}}"), ""));
        if rest.contains(['{', '}']) {
            let named: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            let detail = if named.is_empty() { "No braces here.".to_owned() } else { format!("Braces are for {} only.", named.join(", ")) };
            self.add(pointer, "unknown_blank", &detail);
        }
    }

    fn address(&mut self, pointer: &str, text: &str) {
        if text.len() > MAX_ADDRESS {
            self.add(pointer, "length", "At most 500 characters.");
        } else if !is_address(text) {
            self.add(pointer, "not_an_address", "An https address, or a path of this server that starts with one slash.");
        }
    }
}

impl Edit {
    /// Everything wrong with this edit; empty = fit to be saved.
    #[must_use]
    pub fn faults(&self, locales: &[&str]) -> Vec<SettingsFault> {
        let mut faults = Faults(Vec::new());
        faults.text("/brand", &self.brand, (1, MAX_BRAND));
        if self.brand.contains(['{', '}']) {
            faults.add("/brand", "unknown_blank", "No braces in a name.");
        }
        match contrast(&self.color) {
            None => faults.add("/color", "not_a_color", "Six hexadecimal digits, such as #0b6bcb."),
            Some(ratio) if ratio < LEAST_CONTRAST => {
                faults.add(
                    "/color",
                    "contrast",
                    "Neither white nor dark words can be read on this colour; make it a little darker or lighter.",
                );
            }
            Some(_) => {}
        }
        faults.address("/privacy_url", &self.privacy_url);
        if let Some(url) = &self.return_url {
            faults.address("/return_url", url);
        }
        self.framers(&mut faults);
        for (locale, text) in &self.consent {
            let pointer = format!("/consent/{}", escaped(locale));
            if !locales.contains(&locale.as_str()) {
                faults.add(pointer, "unknown_locale", "The customer's page does not speak this language.");
                continue;
            }
            faults.text(&pointer, text, CONSENT);
            faults.blanks(&pointer, text, &["brand"]);
            if !text.contains("{brand}") {
                faults.add(pointer, "brand_missing", "Say who records: {brand} must stand in the text.");
            }
        }
        self.replies(locales, &mut faults);
        self.questions(locales, &mut faults);
        if self.sample_percent > 100 {
            faults.add("/sample_percent", "out_of_range", "0 to 100 percent.");
        }
        faults.0
    }

    fn framers(&self, faults: &mut Faults) {
        if self.frame_ancestors.len() > MAX_FRAMERS {
            faults.add("/frame_ancestors", "too_many", "At most 20 origins.");
        }
        let mut seen = BTreeSet::new();
        for (n, origin) in self.frame_ancestors.iter().enumerate().take(MAX_FRAMERS) {
            let pointer = format!("/frame_ancestors/{n}");
            if !is_framer(origin) {
                faults.add(pointer, "not_an_origin", "Scheme and host, such as https://www.bank.example or https://*.bank.example.");
            } else if !seen.insert(origin.to_ascii_lowercase()) {
                faults.add(pointer, "repeated", "Each origin once.");
            }
        }
    }

    fn replies(&self, locales: &[&str], faults: &mut Faults) {
        let own = OwnTexts { at: "/canned", most: MAX_REPLIES, letters: MAX_REPLY, blanks: &["name", "agent", "brand"], reserved: &[] };
        own.check(self.canned.iter().map(|(key, texts)| (key, texts)), locales, faults);
    }

    fn questions(&self, locales: &[&str], faults: &mut Faults) {
        let own = OwnTexts { at: "/questions", most: MAX_OWN, letters: MAX_QUESTION, blanks: &[], reserved: &FROM_THE_CASE };
        own.check(self.questions.iter().map(|q| (&q.key, &q.text)), locales, faults);
    }
}

/// Rules for a list of named texts in several languages.
struct OwnTexts {
    at: &'static str,
    most: usize,
    letters: usize,
    blanks: &'static [&'static str],
    /// Names that mean something already.
    reserved: &'static [&'static str],
}

impl OwnTexts {
    fn check<'a>(
        &self,
        all: impl ExactSizeIterator<Item = (&'a String, &'a BTreeMap<String, String>)>,
        locales: &[&str],
        faults: &mut Faults,
    ) {
        if all.len() > self.most {
            faults.add(self.at, "too_many", &format!("At most {}.", self.most));
        }
        let mut seen = BTreeSet::new();
        for (n, (key, texts)) in all.enumerate().take(self.most) {
            let at = format!("{}/{n}", self.at);
            let plain = (1..=40).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !plain {
                faults.add(format!("{at}/key"), "not_a_key", "1 to 40 of a-z, 0-9 and _.");
            } else if self.reserved.contains(&key.as_str()) {
                faults.add(format!("{at}/key"), "reserved", "This name is one of ours; choose another.");
            } else if !seen.insert(key) {
                faults.add(format!("{at}/key"), "repeated", "Each key once.");
            }
            self.check_texts(&at, texts, locales, faults);
        }
    }

    fn check_texts(&self, at: &str, texts: &BTreeMap<String, String>, locales: &[&str], faults: &mut Faults) {
        if texts.is_empty() {
            faults.add(format!("{at}/texts"), "length", "A text in at least one language.");
        }
        for (locale, text) in texts {
            let pointer = format!("{at}/texts/{}", escaped(locale));
            if !locales.contains(&locale.as_str()) {
                faults.add(pointer, "unknown_locale", "The customer's page does not speak this language.");
                continue;
            }
            faults.text(&pointer, &text.replace('\n', " "), (1, self.letters));
            faults.blanks(&pointer, text, self.blanks);
        }
    }
}

/// RFC 6901.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Control characters, and marks that turn the direction of text.
fn unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The contrast of `#rrggbb` with what the page writes on it; `None` when it is no colour.
#[must_use]
pub fn contrast(color: &str) -> Option<f64> {
    let digits = color.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let own = luminance((part(0)?, part(2)?, part(4)?));
    Some(if own > LIGHT_FROM { (own + 0.05) / (luminance(DARK_INK) + 0.05) } else { 1.05 / (own + 0.05) })
}

/// WCAG 2.2, relative luminance.
fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// `https://bank.example`, `https://*.bank.example:8443`, or a page on the reader's own machine.
#[must_use]
pub fn is_framer(text: &str) -> bool {
    if text.len() > MAX_ORIGIN {
        return false;
    }
    match text.split_once("://") {
        // "Everybody below .com" is everybody.
        Some(("https", rest)) => {
            rest.strip_prefix("*.").map_or_else(|| is_authority(rest), |below| is_authority(below) && below.contains('.'))
        }
        Some(("http", rest)) => is_authority(rest) && is_loopback(rest),
        Some(_) | None => false,
    }
}

/// Where a link of ours may lead: another https page, or a path of this server.
fn is_address(text: &str) -> bool {
    let seen = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b));
    if !seen {
        return false;
    }
    if text.starts_with('/') {
        return !text.starts_with("//");
    }
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    is_authority(authority) && (scheme == "https" || (scheme == "http" && is_loopback(authority)))
}

/// A host name or IPv4 address, with a port or without.
fn is_authority(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let named = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (1..=253).contains(&host.len())
        && host.split('.').all(named)
        && port.is_none_or(|p| p.bytes().all(|b| b.is_ascii_digit()) && p.parse::<u16>().is_ok_and(|n| n > 0))
}

/// Browsers take these for secure without https.
fn is_loopback(authority: &str) -> bool {
    matches!(authority.split(':').next(), Some("localhost" | "127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOKEN: [&str; 3] = ["en", "th", "zh-Hans"];

    fn edit() -> Edit {
        Edit {
            brand: "Harbour Bank".to_owned(),
            color: "#0b5d66".to_owned(),
            privacy_url: "https://bank.example/privacy?from=v#top".to_owned(),
            return_url: Some("/bank".to_owned()),
            consent: BTreeMap::from([("en".to_owned(), "By tapping you let {brand} record this call.".to_owned())]),
            send_first_link: true,
            supervisors_download: false,
            frame_ancestors: vec!["https://www.bank.example".to_owned(), "https://*.bank.example:8443".to_owned()],
            canned: vec![("hello_again".to_owned(), BTreeMap::from([("th".to_owned(), "{name}\n{agent} {brand}".to_owned())]))],
            questions: vec![OwnQuestion {
                key: "branch".to_owned(),
                text: BTreeMap::from([("en".to_owned(), "Which is your branch?".to_owned())]),
            }],
            sample_percent: 5,
        }
    }

    fn codes(change: impl FnOnce(&mut Edit)) -> Vec<(String, &'static str)> {
        let mut edit = edit();
        change(&mut edit);
        edit.faults(&SPOKEN).into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn a_good_edit_becomes_the_next_version() {
        let before = Settings::default();
        let after = before.edited(edit(), &SPOKEN).unwrap();
        assert_eq!((after.version, after.consent_version), (2, 2));
        let again = Edit { color: "#123456".to_owned(), ..edit() };
        let third = after.edited(again, &SPOKEN).unwrap();
        assert_eq!((third.version, third.consent_version), (3, 2), "a colour changes no words");
        assert_eq!(after.differing(&third), ["color"]);
    }

    #[test]
    fn settings_from_before_there_were_versions_still_load() {
        let old: Settings = serde_json::from_str(r##"{"brand":"B","color":"#0b5d66","consent_version":3}"##).unwrap();
        assert_eq!((old.version, old.consent_version, old.consent.len()), (1, 3, 0));
    }

    #[test]
    fn a_colour_on_which_nothing_can_be_read_is_refused() {
        for fine in ["#000000", "#ffffff", "#0B6BCB", "#ffd400", "#0b5d66", "#d92d20"] {
            assert!(codes(|e| e.color = fine.to_owned()).is_empty(), "{fine}");
        }
        for between in ["#777777", "#787878", "#7a7a7a"] {
            assert!(contrast(between).unwrap() < 5.0, "{between}");
        }
        assert_eq!(codes(|e| e.color = "#7a7a7a".to_owned()), [("/color".to_owned(), "contrast")]);
        for bad in ["", "0b6bcb", "#0b6bc", "#0b6bcg", "red", "#0b6bcb;", "#€€"] {
            assert_eq!(codes(|e| e.color = bad.to_owned()), [("/color".to_owned(), "not_a_color")], "{bad}");
        }
    }

    #[test]
    fn whatever_can_be_saved_as_colour_can_be_read() {
        // Every grey, and the ink by the page's own rule.
        for grey in 0..=255u8 {
            let color = format!("#{grey:02x}{grey:02x}{grey:02x}");
            let own = luminance((grey, grey, grey));
            let best = (1.05 / (own + 0.05)).max((own + 0.05) / (luminance(DARK_INK) + 0.05));
            assert!((contrast(&color).unwrap() - best).abs() < 0.02, "{color}: the page takes the worse ink");
        }
    }

    #[test]
    fn an_origin_cannot_end_the_directive_nor_mean_everybody() {
        for fine in
            ["https://bank.example", "https://*.bank.example:8443", "http://localhost:3000", "http://127.0.0.1", "https://192.0.2.1"]
        {
            assert!(is_framer(fine), "{fine}");
        }
        for bad in [
            "",
            "*",
            "bank.example",
            "https://",
            "https://*",
            "https://*.com",
            "https://a.*.example",
            "http://bank.example",
            "https://bank.example/",
            "https://a;script-src *",
            "https://a 'unsafe-inline'",
            "javascript:x",
            "https://u:p@bank.example",
            "https://bank.example:0",
            "https://bank.example:99999",
            "https://-a.example",
            "https://a..example",
            "http://localhost.evil.example",
            "https://bänk.example",
            "null",
        ] {
            assert!(!is_framer(bad), "{bad}");
        }
        assert_eq!(
            codes(|e| e.frame_ancestors = vec!["https://a.example".to_owned(), "https://A.example".to_owned(), "x".to_owned()]),
            [("/frame_ancestors/1".to_owned(), "repeated"), ("/frame_ancestors/2".to_owned(), "not_an_origin")]
        );
        let many = (0..21).map(|n| format!("https://b{n}.example")).collect();
        assert_eq!(codes(|e| e.frame_ancestors = many), [("/frame_ancestors".to_owned(), "too_many")]);
    }

    #[test]
    fn an_address_is_https_or_our_own_path() {
        for fine in ["https://bank.example", "https://bank.example/a?b=c#d", "/privacy", "/", "http://localhost:8080/x"] {
            assert!(codes(|e| e.privacy_url = fine.to_owned()).is_empty(), "{fine}");
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "http://bank.example",
            "https://u@bank.example",
            "https:///x",
            "https://a b",
            "https://bank.example/\u{202e}",
            "data:text/html,x",
            "ftp://x.example",
        ] {
            assert_eq!(codes(|e| e.return_url = Some(bad.to_owned())), [("/return_url".to_owned(), "not_an_address")], "{bad}");
        }
        let long = format!("https://bank.example/{}", "a".repeat(500));
        assert_eq!(codes(|e| e.privacy_url = long), [("/privacy_url".to_owned(), "length")]);
    }

    #[test]
    fn words_have_their_length_their_language_and_known_blanks() {
        assert_eq!(codes(|e| e.brand = " ".to_owned()), [("/brand".to_owned(), "length")]);
        assert_eq!(codes(|e| e.brand = "x".repeat(61)), [("/brand".to_owned(), "length")]);
        assert_eq!(codes(|e| e.brand = "a\u{202e}b".to_owned()), [("/brand".to_owned(), "control_character")]);
        assert_eq!(codes(|e| e.brand = "{brand}".to_owned()), [("/brand".to_owned(), "unknown_blank")]);
        let consent = |locale: &str, text: &str| {
            let texts = BTreeMap::from([(locale.to_owned(), text.to_owned())]);
            codes(|e| e.consent = texts)
        };
        assert_eq!(consent("de/~", "Sie stimmen {brand} zu, wirklich."), [("/consent/de~1~0".to_owned(), "unknown_locale")]);
        assert_eq!(consent("en", "{brand} short"), [("/consent/en".to_owned(), "length")]);
        assert_eq!(consent("en", "You agree that we record this call."), [("/consent/en".to_owned(), "brand_missing")]);
        assert_eq!(consent("en", "You agree, {name}, that {brand} records."), [("/consent/en".to_owned(), "unknown_blank")]);
        let reply = |key: &str, locale: &str, text: &str| {
            let one = (key.to_owned(), BTreeMap::from([(locale.to_owned(), text.to_owned())]));
            codes(|e| e.canned = vec![one])
        };
        assert_eq!(reply("Hello", "en", "x"), [("/canned/0/key".to_owned(), "not_a_key")]);
        assert_eq!(reply("a", "xx", "x"), [("/canned/0/texts/xx".to_owned(), "unknown_locale")]);
        assert_eq!(reply("a", "en", &"x".repeat(501)), [("/canned/0/texts/en".to_owned(), "length")]);
        assert_eq!(reply("a", "en", "{secret}"), [("/canned/0/texts/en".to_owned(), "unknown_blank")]);
        let twice = vec![("a".to_owned(), BTreeMap::from([("en".to_owned(), "x".to_owned())])), ("a".to_owned(), BTreeMap::new())];
        assert_eq!(codes(|e| e.canned = twice), [("/canned/1/key".to_owned(), "repeated"), ("/canned/1/texts".to_owned(), "length")]);
        let texts = BTreeMap::from([("en".to_owned(), "x".to_owned())]);
        let many = (0..51).map(|n| (format!("k{n}"), texts.clone())).collect();
        assert_eq!(codes(|e| e.canned = many), [("/canned".to_owned(), "too_many")]);
    }
}
