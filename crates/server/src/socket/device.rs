//! A browser's own name in words an agent can use.
//! Must not be used to decide anything: the name is the browser's own claim.

/// "Chrome 156 on Android", with a flag for in-app browsers.
#[must_use]
pub fn in_words(user_agent: &str) -> String {
    let ua: String = user_agent.chars().take(512).collect();
    let version = |mark: &str| {
        ua.split(mark).nth(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>()).filter(|v| !v.is_empty())
    };
    let table = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("CriOS/", "Chrome"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    let browser = table.iter().find_map(|(mark, name)| version(mark).map(|v| format!("{name} {v}")));
    let system =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux")];
    let system = system.iter().find(|(mark, _)| ua.contains(mark)).map(|(_, name)| *name);
    let apps = [
        ("FBAN", "Facebook"),
        ("FBAV", "Facebook"),
        ("Instagram", "Instagram"),
        ("Line/", "LINE"),
        ("MicroMessenger", "WeChat"),
        ("; wv)", "an app"),
    ];
    let app = apps.iter().find(|(mark, _)| ua.contains(mark)).map(|(_, name)| *name);
    let mut words = browser.unwrap_or_else(|| "Unknown browser".to_owned());
    if let Some(system) = system {
        words.push_str(" on ");
        words.push_str(system);
    }
    if let Some(app) = app {
        words.push_str(", inside ");
        words.push_str(app);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn browsers_are_named_and_apps_are_flagged() {
        let android =
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";
        assert_eq!(in_words(android), "Chrome 156 on Android");
        let line =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1 Line/13.1";
        assert_eq!(in_words(line), "Safari 17 on iPhone, inside LINE");
        assert_eq!(in_words("\u{202e}x"), "Unknown browser");
    }
}
