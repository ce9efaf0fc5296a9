//! What is promised about the configuration.
//! Must not know how it is read.

use super::*;

fn load(file: &str, env: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let config = text::parse(file, env)?;
    let wrong = config.problems();
    if wrong.is_empty() { Ok(config) } else { Err(wrong) }
}

fn refusal(file: &str, env: &[(&str, &str)]) -> String {
    load(file, env).unwrap_err().join("\n")
}

#[test]
fn the_defaults_run_on_one_machine_with_nothing_else() {
    assert_eq!(load("", &[]), Ok(Config::default()));
    assert_eq!(Config::load(None, []).unwrap(), Config::default());
}

#[test]
fn the_example_file_is_current_and_says_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recourse.example.toml");
    let example = Config::example();
    if std::env::var_os("RECOURSE_WRITE_EXAMPLE").is_some() {
        std::fs::write(&path, &example).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == example, "run the test with RECOURSE_WRITE_EXAMPLE=1 to write the file anew");
    assert_eq!(load(&example, &[]), Ok(Config::default()));
}

#[test]
fn every_type_of_key_is_overridden_by_the_environment() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\n[media]\nthreads = 2\n";
    let config = load(
        file,
        &[
            ("RECOURSE_SERVER__LISTEN", "[::1]:9000"),
            ("RECOURSE_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
            ("RECOURSE_WEBHOOKS__PORTS", "443,9443"),
            ("RECOURSE_WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true"),
            ("RECOURSE_MESSENGER__EMAIL__PORT", "2525"),
            ("RECOURSE_LOG__FORMAT", "json"),
            ("RECOURSE_CONFIG", "belongs to the command line"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen, "[::1]:9000".parse().unwrap());
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.webhooks, Webhooks { allow_private_targets: true, ports: vec![443, 9443] });
    assert_eq!((config.messenger.email.port, config.media.threads), (2525, 2));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn unknown_keys_are_refused_with_their_path_wherever_they_stand() {
    let all = refusal(
        "[server]\nlisen = \"x\"\n[messenger.sms]\ntokn = \"x\"\n[mdia]\n",
        &[("RECOURSE_SERVER__PORT", "1"), ("RECOURSE_SERVER__", "1")],
    );
    for path in ["server.lisen", "messenger.sms.tokn", "mdia", "RECOURSE_SERVER__PORT stands for server.port"] {
        assert!(all.contains(path), "{path} in {all}");
    }
    assert_eq!(all.lines().count(), 5, "{all}");
}

#[test]
fn a_value_of_the_wrong_type_is_told_by_its_path_and_never_repeated() {
    for (file, path) in [
        ("[server]\nlisten = \"nowhere\"", "server.listen"),
        ("[media]\nthreads = \"many\"", "media.threads"),
        ("[media]\nthreads = 70000", "media.threads"),
        ("server = 5", "server"),
        ("[server]\ntls = \"on\"", "server.tls"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/99\"]", "server.trusted_proxies"),
    ] {
        let said = refusal(file, &[]);
        assert!(said.starts_with(path), "{path}: {said}");
    }
    let said = refusal("", &[("RECOURSE_MEDIA__THREADS", "hunter2")]);
    assert_eq!(said, "RECOURSE_MEDIA__THREADS must be a whole number");
    let said = refusal("[messenger.sms]\ntoken = hunter2", &[]);
    assert!(said.contains("line 2") && !said.contains("hunter2"), "{said}");
}

#[test]
fn what_cannot_work_is_told_all_at_once_with_what_to_do() {
    let all = refusal(
        "[server]\npublic_url = \"http://bank.example\"\ntls = \"file\"\ncert = \"/none.pem\"\n\
         [store]\nurl = \"mysql://x\"\n[media]\nthreads = 0\nadvertise = [\"0.0.0.0\"]\n\
         [messenger.sms]\nurl = \"https://sms.example\"\n[messenger.email]\nhost = \"h\"\n\
         [webhooks]\nports = []\n[log]\nlevel = \"loud=er=\"\n[limits]\nfree_disk_percent = 99\n",
        &[],
    );
    for part in [
        "server.public_url must start with https://",
        "server.cert must name",
        "server.key must name",
        "store.url must start with",
        "media.threads is 0; it must be from 1 to 64",
        "media.advertise",
        "messenger.sms.account",
        "messenger.sms.token",
        "messenger.sms.from",
        "messenger.email.from",
        "webhooks.ports",
        "log.level",
        "limits.free_disk_percent is 99",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    assert_eq!(all.lines().count(), 13, "{all}");
}

#[test]
fn a_public_address_is_an_origin_that_gets_a_camera() {
    let with = |url: &str| {
        let mut config = Config::default();
        config.server.public_url = url.to_owned();
        config.problems().is_empty()
    };
    for fine in ["https://v.bank.example", "https://v.bank.example:8443/", "http://127.0.0.1:1", "http://a.localhost"] {
        assert!(with(fine), "{fine}");
    }
    for bad in [
        "",
        "v.bank.example",
        "https://b.example/path",
        "https://b.example/?q",
        "https://u:p@b.example",
        "ftp://b.example",
        "http://192.168.0.2",
    ] {
        assert!(!with(bad), "{bad}");
    }
}

#[test]
fn secrets_are_never_printed() {
    let mut config = Config::default();
    config.messenger.sms.token = "hunter2".to_owned();
    config.messenger.email.password = "hunter2".to_owned();
    for url in ["postgres://bank:hunter2@db/recourse", "postgres://db/recourse?password=hunter2", "postgres://bank:hunter2@[db"] {
        config.store.url = url.to_owned();
        let printed = config.redacted();
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(!format!("{config:?}").contains("hunter2"));
    }
    config.store.url = "postgres://bank:hunter2@db/recourse".to_owned();
    assert!(config.redacted().contains("postgres://bank:secret@db/recourse"));
    assert!(config.redacted().contains("token = \"(secret)\""));
    assert!(load(&config.redacted(), &[]).is_ok(), "what is printed reads back");
}

const RELAYS: &str = "[[media.ice_servers]]\nurls = [\"turn:t.bank.example:3478?transport=udp\", \"turns:t.bank.example:443?transport=tcp\"]\n\
                      secret = \"hunter2hunter2hunter2\"\nminutes = 30\n[[media.ice_servers]]\nurls = [\"stun:t.bank.example\"]\n";

#[test]
fn relays_are_read_from_the_file_and_from_the_environment_and_keep_their_secrets() {
    let config = load(RELAYS, &[]).unwrap();
    assert_eq!(config.media.ice_servers.iter().map(|s| (s.urls.len(), s.minutes)).collect::<Vec<_>>(), [(2, 30), (1, 240)]);
    let printed = config.redacted();
    assert!(!printed.contains("hunter2") && printed.contains("turns:t.bank.example:443"), "{printed}");
    assert!(!format!("{config:?}").contains("hunter2"));
    let text = "[{ urls = [\"turn:t.bank.example\"], username = \"bank\", credential = \"word\" }]";
    let by_env = load("", &[("RECOURSE_MEDIA__ICE_SERVERS", text)]).unwrap();
    assert_eq!(by_env.media.ice_servers[0].username, "bank");
    assert!(refusal("", &[("RECOURSE_MEDIA__ICE_SERVERS", "turn:hunter2")]).starts_with("RECOURSE_MEDIA__ICE_SERVERS must be"));
}

#[test]
fn a_relay_that_cannot_work_is_told_by_its_number() {
    let one = |lines: &str| refusal(&format!("[[media.ice_servers]]\nurls = [\"stun:a.example\"]\n[[media.ice_servers]]\n{lines}"), &[]);
    for (lines, part) in [
        ("", "urls must list"),
        ("urls = [\"https://a.example\"]", "urls must list"),
        ("urls = [\"turn:a.example?transport=sctp\"]\nsecret = \"0123456789abcdef\"", "urls must list"),
        ("urls = [\"turn:\"]\nsecret = \"0123456789abcdef\"", "urls must list"),
        ("urls = [\"turn:a.example\"]", "needs a secret"),
        ("urls = [\"turn:a.example\"]\nsecret = \"short\"", "at least 16"),
        ("urls = [\"turn:a.example\"]\nusername = \"a\"", "belong together"),
        ("urls = [\"turn:a.example\"]\nusername = \"a\"\ncredential = \"b\"\nsecret = \"0123456789abcdef\"", "not both"),
        ("urls = [\"stun:a.example\"]\nminutes = 5", "minutes must be"),
    ] {
        let said = one(lines);
        assert!(said.starts_with("media.ice_servers, number 2: ") && said.contains(part), "{lines}: {said}");
    }
    assert!(refusal("[[media.ice_servers]]\nurl = \"x\"", &[]).contains("ice_servers"));
    let nine = "[[media.ice_servers]]\nurls = [\"stun:a.example\"]\n".repeat(9);
    assert!(refusal(&nine, &[]).contains("at most 8"));
}

#[test]
fn a_missing_file_is_told_by_its_name() {
    let said = Config::load(Some(Path::new("/none/recourse.toml")), []).unwrap_err().to_string();
    assert!(said.starts_with("the configuration cannot be used:\n  - /none/recourse.toml: "), "{said}");
}
