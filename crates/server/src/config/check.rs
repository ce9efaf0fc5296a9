//! Which values make sense, and the sentence for each that does not.
//! Must not know how the values are read or written.

use super::copies::bucket_problems;
use super::{Config, Messenger, TlsMode};
use crate::workers::witnesses::{MAX_MAILBOXES, MAX_WITNESSES, WitnessAt};
use domain::audit::VerifierKey;

/// A lock cannot be taken back: more than a lifetime is a slip of the finger.
const MAX_LOCK_DAYS: u32 = 100 * 366;

impl Config {
    /// Everything that cannot work, with what to do about it.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check_server(&mut wrong);
        self.check_media_and_limits(&mut wrong);
        super::relay::problems(&self.media.ice_servers, &mut wrong);
        self.check_messenger(&mut wrong);
        super::copies::problems(&self.copies, &mut wrong);
        let must = |fine: bool, sentence: &str, wrong: &mut Vec<String>| {
            if !fine {
                wrong.push(sentence.to_owned());
            }
        };
        let url = self.store.url.as_str();
        let known = ["postgres://", "postgresql://", "sqlite:"];
        must(
            url.is_empty() || known.iter().any(|scheme| url.starts_with(scheme)),
            "store.url must start with postgres:// or sqlite:, or be empty for a SQLite file in \
             server.data_dir",
            &mut wrong,
        );
        let keys = self.store.keys_url.as_str();
        must(
            keys.is_empty() || known.iter().any(|scheme| keys.starts_with(scheme)),
            "store.keys_url must start with postgres:// or sqlite:, or be empty to keep the keys beside the main database",
            &mut wrong,
        );
        must(
            keys.is_empty() || keys != url,
            "store.keys_url is the address of the main database; the keys need one of their own, or none for the default",
            &mut wrong,
        );
        must(
            self.webhooks.allow_private_targets || !self.webhooks.ports.is_empty(),
            "webhooks.ports is empty, so no webhook could be sent; list at least 443",
            &mut wrong,
        );
        must(
            self.log.level.parse::<tracing_subscriber::filter::Targets>().is_ok(),
            "log.level must be error, warn, info, debug or trace, or a list such as \
             \"info,store=debug\"",
            &mut wrong,
        );
        self.check_proof(&mut wrong);
        wrong
    }

    fn check_proof(&self, wrong: &mut Vec<String>) {
        let proof = &self.proof;
        let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
        if VerifierKey::new(&proof.origin, key).is_none() {
            wrong.push("proof.origin must be a name without spaces and without +, such as verify.bank.example/log".to_owned());
        }
        if proof.witnesses.len() > MAX_WITNESSES {
            wrong.push(format!("proof.witnesses lists more than {MAX_WITNESSES}"));
        }
        for (n, text) in proof.witnesses.iter().enumerate() {
            if let Err(why) = text.parse::<WitnessAt>() {
                wrong.push(format!("proof.witnesses: the one at place {} {why}", n + 1));
            }
        }
        if !proof.folder.as_os_str().is_empty() && !proof.folder.is_dir() {
            wrong.push(format!("proof.folder must be a folder; there is none at {:?}", proof.folder.display().to_string()));
        }
        if proof.mail_to.len() > MAX_MAILBOXES || proof.mail_to.iter().any(|to| to.parse::<lettre::Address>().is_err()) {
            wrong.push(format!("proof.mail_to must list at most {MAX_MAILBOXES} mail addresses"));
        }
        if !proof.mail_to.is_empty() && self.messenger.email.host.is_empty() {
            wrong.push("proof.mail_to wants messenger.email.host, which is empty".to_owned());
        }
        bucket_problems("proof.s3", &proof.s3, wrong);
        if !(1..=24 * 60).contains(&proof.s3_minutes) {
            wrong.push(format!("proof.s3_minutes is {}; it must be from 1 to {}", proof.s3_minutes, 24 * 60));
        }
        if proof.s3_lock_days > MAX_LOCK_DAYS {
            wrong.push(format!("proof.s3_lock_days is {}; it must be at most {MAX_LOCK_DAYS}", proof.s3_lock_days));
        }
        if !(1..=24 * 31).contains(&proof.mail_hours) {
            wrong.push(format!("proof.mail_hours is {}; it must be from 1 to {}", proof.mail_hours, 24 * 31));
        }
    }

    fn check_server(&self, wrong: &mut Vec<String>) {
        let server = &self.server;
        if self.origin().is_none() {
            wrong.push(
                "server.public_url must be the address customers open, with scheme and host and \
                 nothing after them, such as https://verify.bank.example"
                    .to_owned(),
            );
        } else if !self.is_secure_context() {
            wrong.push(
                "server.public_url must start with https://, because browsers give no camera to \
                 pages without it (http is possible for localhost only)"
                    .to_owned(),
            );
        }
        if server.data_dir.as_os_str().is_empty() {
            wrong.push("server.data_dir must name the folder for data and keys".to_owned());
        }
        match server.tls {
            TlsMode::Off => {}
            TlsMode::File => {
                for (key, path) in [("cert", &server.cert), ("key", &server.key)] {
                    if !path.is_file() {
                        wrong.push(format!(
                            "server.{key} must name a PEM file, because server.tls is \"file\"; \
                             there is none at {:?}",
                            path.display().to_string()
                        ));
                    }
                }
            }
            TlsMode::Acme => {
                if server.domains.is_empty() {
                    wrong.push(
                        "server.domains must list the names to certify, because server.tls is \
                         \"acme\""
                            .to_owned(),
                    );
                }
                if !server.contact.contains('@') {
                    wrong.push(
                        "server.contact must be the mail address for the certificate authority, \
                         because server.tls is \"acme\""
                            .to_owned(),
                    );
                }
            }
        }
    }

    fn check_media_and_limits(&self, wrong: &mut Vec<String>) {
        let mut within = |key: &str, value: u32, from: u32, to: u32| {
            if !(from..=to).contains(&value) {
                wrong.push(format!("{key} is {value}; it must be from {from} to {to}"));
            }
        };
        within("server.drain_seconds", self.server.drain_seconds, 0, 86_400);
        within("media.threads", u32::from(self.media.threads), 1, 64);
        within("limits.rooms", self.limits.rooms, 1, 100_000);
        within("limits.uploads_at_once", self.limits.uploads_at_once, 1, 256);
        within("limits.free_disk_percent", self.limits.free_disk_percent, 0, 90);
        if self.media.advertise.len() > 16 || self.media.advertise.iter().any(|a| a.is_unspecified()) {
            wrong.push(
                "media.advertise must list at most 16 addresses that customers can reach, \
                 or be empty for those of this machine"
                    .to_owned(),
            );
        }
    }

    fn check_messenger(&self, wrong: &mut Vec<String>) {
        let Messenger { sms, email } = &self.messenger;
        if !sms.url.is_empty() {
            for (key, value) in [("account", &sms.account), ("token", &sms.token), ("from", &sms.from)] {
                if value.is_empty() {
                    wrong.push(format!(
                        "messenger.sms.{key} is empty; fill it in, or empty messenger.sms.url to \
                         send no text messages"
                    ));
                }
            }
            if !sms.url.starts_with("https://") && !sms.url.starts_with("http://127.0.0.1") {
                wrong.push("messenger.sms.url must start with https://".to_owned());
            }
        }
        if !email.host.is_empty() && email.from.parse::<lettre::message::Mailbox>().is_err() {
            wrong.push(
                "messenger.email.from must be the sender, such as \"Bank <no-reply@bank.example>\"; \
                 empty messenger.email.host to send no mail"
                    .to_owned(),
            );
        }
    }
}
