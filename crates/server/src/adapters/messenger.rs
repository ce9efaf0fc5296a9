//! Messages to people: text messages through an HTTP gateway, mail through SMTP, or a demo inbox.
//! Must not know what the messages are about.

use super::clock::Clock;
use super::outbound;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::pii::Pii;
use domain::time::Timestamp;
use futures_util::future::BoxFuture;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// A gateway that takes longer is tried again later.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Ten parts of a text message, the most that gateways take.
pub const MAX_SMS_CHARS: usize = 1600;
pub const MAX_SUBJECT_CHARS: usize = 200;
pub const MAX_EMAIL_BYTES: usize = 64 * 1024;
/// The newest messages a demo keeps.
pub const MAX_INBOX: usize = 200;

/// Why a message did not go out. The texts hold no address and no part of the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessengerError {
    #[error("no {0} gateway is configured")]
    NotConfigured(&'static str),
    #[error("the address or the message is malformed or too long")]
    Malformed,
    #[error("the gateway refused the message: {0}")]
    Refused(String),
    #[error("the gateway cannot be reached or is busy: {0}")]
    Unavailable(String),
}

impl MessengerError {
    /// Whether the same message may go through later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Sends messages to people.
pub trait Messenger: Send + Sync {
    fn send_sms(&self, to: Pii<String>, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>>;

    fn send_email(&self, to: Pii<String>, subject: String, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>>;
}

/// The gateways an operator has configured; either may be absent.
pub struct Gateways {
    pub sms: Option<HttpSms>,
    pub email: Option<SmtpEmail>,
}

impl Messenger for Gateways {
    fn send_sms(&self, to: Pii<String>, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>> {
        Box::pin(async move {
            let gateway = self.sms.as_ref().ok_or(MessengerError::NotConfigured("SMS"))?;
            gateway.send(&to, &text).await
        })
    }

    fn send_email(&self, to: Pii<String>, subject: String, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>> {
        Box::pin(async move {
            let gateway = self.email.as_ref().ok_or(MessengerError::NotConfigured("mail"))?;
            gateway.send(&to, &subject, &text).await
        })
    }
}

/// Text messages by the form POST that Twilio made common.
pub struct HttpSms {
    client: reqwest::Client,
    url: String,
    account: String,
    token: Zeroizing<String>,
    from: String,
}

impl HttpSms {
    /// `base` is the gateway's address, such as `https://api.twilio.com`.
    pub fn new(base: &str, account: &str, token: &str, from: &str) -> reqwest::Result<Self> {
        let base = base.trim_end_matches('/');
        Ok(Self {
            client: outbound::trusted_client(TIMEOUT)?,
            url: format!("{base}/2010-04-01/Accounts/{account}/Messages.json"),
            account: account.to_owned(),
            token: Zeroizing::new(token.to_owned()),
            from: from.to_owned(),
        })
    }

    async fn send(&self, to: &Pii<String>, text: &Pii<String>) -> Result<(), MessengerError> {
        let (to, text) = (to.reveal(), text.reveal());
        if !is_phone_number(to) || text.is_empty() || text.chars().count() > MAX_SMS_CHARS {
            return Err(MessengerError::Malformed);
        }
        let credentials = Zeroizing::new(format!("{}:{}", self.account, self.token.as_str()));
        let answer = self
            .client
            .post(&self.url)
            .header("authorization", format!("Basic {}", STANDARD.encode(credentials.as_bytes())))
            .form(&[("To", to.as_str()), ("From", &self.from), ("Body", text)])
            .send()
            .await
            .map_err(|e| MessengerError::Unavailable(unaddressed(&e)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said = format!("status {}{}", status.as_u16(), gateway_code(answer).await);
        let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        Err(if passing { MessengerError::Unavailable(said) } else { MessengerError::Refused(said) })
    }
}

/// E.164: a plus and 7 to 15 digits.
fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The gateway's number for what is wrong. Its sentence often repeats the phone number, so
/// it is left out.
async fn gateway_code(mut answer: reqwest::Response) -> String {
    #[derive(Deserialize)]
    struct Said {
        code: u32,
    }
    let mut body = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > 16 * 1024 {
            break;
        }
    }
    serde_json::from_slice(&body).map_or_else(|_| String::new(), |Said { code }| format!(", code {code}"))
}

fn unaddressed(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS from the first byte, usually port 465.
    Tls,
    /// Plain at first, then TLS or nothing, usually port 587.
    Starttls,
    /// No protection: a relay on the same machine.
    Off,
}

/// Mail through an SMTP server.
pub struct SmtpEmail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Where the mail server is and how it knows us.
pub struct SmtpServer<'a> {
    pub host: &'a str,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: &'a str,
    pub password: &'a str,
    /// The sender, such as `Bank <no-reply@bank.example>`.
    pub from: &'a str,
}

impl SmtpEmail {
    pub fn new(server: &SmtpServer<'_>) -> Result<Self, MessengerError> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let from = server.from.parse().map_err(|_| MessengerError::Malformed)?;
        let builder = match server.tls {
            SmtpTls::Tls => Transport::relay(server.host),
            SmtpTls::Starttls => Transport::starttls_relay(server.host),
            SmtpTls::Off => Ok(Transport::builder_dangerous(server.host)),
        };
        let mut builder = builder.map_err(|_| MessengerError::Malformed)?.port(server.port).timeout(Some(TIMEOUT));
        if !server.user.is_empty() {
            let (user, password) = (server.user.to_owned(), server.password.to_owned());
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from })
    }

    async fn send(&self, to: &Pii<String>, subject: &str, text: &Pii<String>) -> Result<(), MessengerError> {
        let fits = subject.chars().count() <= MAX_SUBJECT_CHARS
            && !subject.chars().any(char::is_control)
            && text.reveal().len() <= MAX_EMAIL_BYTES;
        if !fits {
            return Err(MessengerError::Malformed);
        }
        let to = to.reveal().parse().map_err(|_| MessengerError::Malformed)?;
        let mail = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.reveal().clone())
            .map_err(|_| MessengerError::Malformed)?;
        match tokio::time::timeout(2 * TIMEOUT, self.transport.send(mail)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) if e.is_permanent() => Err(MessengerError::Refused(smtp_code(&e))),
            Ok(Err(e)) => Err(MessengerError::Unavailable(smtp_code(&e))),
            Err(_) => Err(MessengerError::Unavailable("no answer in time".to_owned())),
        }
    }
}

/// The server's number alone: its sentence often repeats the address.
fn smtp_code(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("status {code}"),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None => "no connection".to_owned(),
    }
}

/// A message a demo customer would have received.
#[derive(Clone)]
pub struct DemoMessage {
    pub at: Timestamp,
    pub channel: &'static str,
    pub to: Pii<String>,
    pub subject: String,
    pub text: Pii<String>,
}

/// The phone and mailbox of every demo customer, in memory.
pub struct DemoInbox {
    clock: Arc<dyn Clock>,
    messages: Mutex<VecDeque<DemoMessage>>,
}

impl DemoInbox {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, messages: Mutex::new(VecDeque::new()) }
    }

    /// What was received, newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<DemoMessage> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().cloned().collect()
    }

    fn receive(&self, channel: &'static str, to: Pii<String>, subject: String, text: Pii<String>) {
        let message = DemoMessage { at: self.clock.now(), channel, to, subject, text };
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == MAX_INBOX {
            messages.pop_front();
        }
        messages.push_back(message);
    }
}

impl Messenger for DemoInbox {
    fn send_sms(&self, to: Pii<String>, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>> {
        self.receive("sms", to, String::new(), text);
        Box::pin(async { Ok(()) })
    }

    fn send_email(&self, to: Pii<String>, subject: String, text: Pii<String>) -> BoxFuture<'_, Result<(), MessengerError>> {
        self.receive("email", to, subject, text);
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::FakeClock;
    use super::*;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    fn pii(text: &str) -> Pii<String> {
        Pii::new(text.to_owned())
    }

    async fn gateway(answer: &'static str) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut read = vec![0; 8192];
            let mut end = 0;
            while !String::from_utf8_lossy(&read[..end]).contains("&Body=") {
                end += socket.read(&mut read[end..]).await.unwrap();
            }
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(read[..end].to_vec()).unwrap()
        });
        (base, task)
    }

    fn gateways(base: &str) -> Gateways {
        let sms = HttpSms::new(base, "AC1", "token", "+6500000000").unwrap();
        Gateways { sms: Some(sms), email: None }
    }

    #[tokio::test]
    async fn a_text_message_is_posted_as_a_form_with_the_accounts_credentials() {
        let (base, task) = gateway("HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n").await;
        gateways(&base).send_sms(pii("+6281234567"), pii("Tap: https://b.example/#a")).await.unwrap();
        let request = task.await.unwrap();
        assert!(request.starts_with("POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\n"));
        assert!(request.contains("authorization: Basic QUMxOnRva2Vu\r\n"), "{request}");
        assert!(request.ends_with("To=%2B6281234567&From=%2B6500000000&Body=Tap%3A+https%3A%2F%2Fb.example%2F%23a"));
    }

    #[tokio::test]
    async fn a_gateways_refusal_tells_its_code_and_never_the_number() {
        let (base, task) =
            gateway("HTTP/1.1 400 Bad\r\nconnection: close\r\n\r\n{\"code\":21211,\"message\":\"'+6281234567' is not a phone\"}").await;
        let refused = gateways(&base).send_sms(pii("+6281234567"), pii("x")).await.unwrap_err();
        assert_eq!(refused, MessengerError::Refused("status 400, code 21211".to_owned()));
        assert!(!refused.is_passing());
        task.await.unwrap();
        let (base, task) = gateway("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n").await;
        assert!(gateways(&base).send_sms(pii("+6281234567"), pii("x")).await.unwrap_err().is_passing());
        task.await.unwrap();
    }

    #[tokio::test]
    async fn malformed_messages_and_missing_gateways_are_told_before_anything_is_sent() {
        let nowhere = gateways("http://127.0.0.1:1");
        for to in ["", "6281234567", "+62 812", "+1", "+123456789012345678", "+6281234567\r\nX: y"] {
            let outcome = nowhere.send_sms(pii(to), pii("x")).await;
            assert_eq!(outcome, Err(MessengerError::Malformed), "{to}");
        }
        let long = "x".repeat(MAX_SMS_CHARS + 1);
        assert_eq!(nowhere.send_sms(pii("+6281234567"), pii(&long)).await, Err(MessengerError::Malformed));
        assert!(nowhere.send_sms(pii("+6281234567"), pii("x")).await.unwrap_err().is_passing());
        let absent = nowhere.send_email(pii("a@b.example"), String::new(), pii("x")).await;
        assert_eq!(absent, Err(MessengerError::NotConfigured("mail")));
    }

    /// A mail server for one mail; answers `verdict` to the recipient.
    async fn mail_server(verdict: &'static str) -> (u16, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let (socket, _) = listener.accept().await.unwrap();
            let (reader, mut writer) = socket.into_split();
            writer.write_all(b"220 test\r\n").await.unwrap();
            let (mut lines, mut mail, mut in_data) = (BufReader::new(reader).lines(), String::new(), false);
            while let Ok(Some(line)) = lines.next_line().await {
                mail.push_str(&line);
                mail.push('\n');
                let answer = match line.split([' ', ':']).next().unwrap_or("") {
                    "." if in_data => {
                        in_data = false;
                        "250 taken\r\n"
                    }
                    _ if in_data => continue,
                    "RCPT" => verdict,
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    _ => "250 ok\r\n",
                };
                if writer.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
            mail
        });
        (port, task)
    }

    fn smtp(port: u16) -> SmtpEmail {
        let (host, tls, from) = ("127.0.0.1", SmtpTls::Off, "Bank <no-reply@bank.example>");
        SmtpEmail::new(&SmtpServer { host, port, tls, user: "", password: "", from }).unwrap()
    }

    #[tokio::test]
    async fn a_mail_arrives_with_sender_subject_and_text_in_any_script() {
        let (port, task) = mail_server("250 ok\r\n").await;
        let gateways = Gateways { sms: None, email: Some(smtp(port)) };
        gateways.send_email(pii("siti@mail.example"), "ยืนยันตัวตน".to_owned(), pii("Tap https://b.example/#a")).await.unwrap();
        drop(gateways);
        let mail = task.await.unwrap();
        for part in ["RCPT TO:<siti@mail.example>", "From: Bank <no-reply@bank.example>", "Subject: =?utf-8?b?", "Tap https://b.example/#a"]
        {
            assert!(mail.contains(part), "{part} in {mail}");
        }
    }

    #[tokio::test]
    async fn a_mail_servers_refusal_is_final_its_trouble_is_not_and_headers_cannot_be_smuggled() {
        let (port, task) = mail_server("550 no siti@mail.example here\r\n").await;
        let refused = smtp(port).send(&pii("siti@mail.example"), "s", &pii("t")).await.unwrap_err();
        assert_eq!(refused, MessengerError::Refused("status 550".to_owned()));
        task.await.unwrap();
        let (port, task) = mail_server("451 later\r\n").await;
        let busy = smtp(port).send(&pii("siti@mail.example"), "s", &pii("t")).await.unwrap_err();
        assert!(busy.is_passing(), "{busy}");
        task.await.unwrap();
        for (to, subject) in [("a@b.example\r\nBcc: c@d.example", "s"), ("a@b.example", "s\r\nBcc: c@d.example"), ("nobody", "s")] {
            let outcome = smtp(1).send(&pii(to), subject, &pii("t")).await;
            assert_eq!(outcome, Err(MessengerError::Malformed), "{to} {subject}");
        }
    }

    #[tokio::test]
    async fn the_demo_inbox_keeps_the_newest_messages_only() {
        let inbox = DemoInbox::new(Arc::new(FakeClock::at(Timestamp(9))));
        for n in 0..=MAX_INBOX {
            inbox.send_sms(pii("+6281234567"), Pii::new(n.to_string())).await.unwrap();
        }
        let messages = inbox.messages();
        assert_eq!(messages.len(), MAX_INBOX);
        assert_eq!(messages[0].text.reveal(), &MAX_INBOX.to_string());
        assert_eq!(messages[MAX_INBOX - 1].text.reveal(), "1");
    }
}
