//! Webhooks out: signed as Standard Webhooks 1.0 says, sent to checked addresses, answers not kept.
//! Must not know why a webhook is sent, nor when to try again.

use super::ids::random;
use super::outbound::{self, Lookup, SystemLookup, TargetPolicy, TargetRefused};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Standard Webhooks asks for 15 to 30 seconds.
const TIMEOUT: Duration = Duration::from_secs(15);
/// So much of an answer is taken off the wire, to use the connection again; none is kept.
const MAX_ANSWER: usize = 1024;
/// Receivers refuse messages that are older, or from the future by more.
const TOLERANCE_SECONDS: i64 = 5 * 60;
/// Old and new, while a secret is being exchanged.
pub const MAX_SECRETS: usize = 4;

/// A signing secret, `whsec_` and base64 of 24 to 64 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::<32>().to_vec()))
    }

    /// Reads `whsec_…`; nothing if it is not such a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.strip_prefix("whsec_")?).ok()?);
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The text to hand to the receiver, once.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("whsec_{}", STANDARD.encode(self.0.as_slice())))
    }

    fn mac(&self, id: &str, seconds: i64, body: &[u8]) -> [u8; 32] {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(never) => unreachable!("HMAC takes a key of any length: {never}"),
        };
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

/// The `webhook-signature` header: one `v1,…` for each secret, newest first.
#[must_use]
pub fn sign(secrets: &[WebhookSecret], id: &str, seconds: i64, body: &[u8]) -> String {
    let one = |secret: &WebhookSecret| format!("v1,{}", STANDARD.encode(secret.mac(id, seconds, body)));
    secrets.iter().take(MAX_SECRETS).map(one).collect::<Vec<_>>().join(" ")
}

/// What a receiver does: whether one of the signatures fits and the time is near.
#[must_use]
pub fn verify(secret: &WebhookSecret, (id, seconds, signatures): (&str, i64, &str), body: &[u8], now: Timestamp) -> bool {
    let expected = secret.mac(id, seconds, body);
    let near = now.as_millis().div_euclid(1000).abs_diff(seconds) <= TOLERANCE_SECONDS.unsigned_abs();
    let fits = |signature: &str| {
        let given = signature.strip_prefix("v1,").and_then(|s| STANDARD.decode(s).ok());
        given.is_some_and(|given| bool::from(given.ct_eq(&expected)))
    };
    near && signatures.split(' ').take(2 * MAX_SECRETS).any(fits)
}

/// One try at one webhook.
#[derive(Clone)]
pub struct WebhookCall {
    pub url: String,
    /// The same for every try, so that a receiver can drop what it has seen.
    pub id: String,
    pub at: Timestamp,
    pub body: Vec<u8>,
    pub secrets: Vec<WebhookSecret>,
}

/// The receiver's answer; its status alone decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    /// `Retry-After` in seconds, if it was given so.
    pub retry_after: Option<u32>,
}

impl WebhookAnswer {
    /// Redirects are no success: they are not followed.
    #[must_use]
    pub const fn accepted(self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The receiver asks never to be called again.
    #[must_use]
    pub const fn gone(self) -> bool {
        self.status == 410
    }
}

/// Why there was no answer. The texts are for the admin page: no address, no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("not sent: {0}")]
    Refused(#[from] TargetRefused),
    #[error("the webhook has a malformed id")]
    Malformed,
    #[error("no answer within 15 seconds")]
    TimedOut,
    #[error("no connection: the name is unknown, nobody listens, or the certificate is not valid")]
    Unreachable,
    #[error("the connection broke before the answer")]
    Broken,
}

/// Sends webhooks.
pub trait WebhookClient: Send + Sync {
    fn deliver(&self, call: WebhookCall) -> BoxFuture<'_, Result<WebhookAnswer, WebhookError>>;
}

/// Sends webhooks over HTTP.
pub struct HttpWebhookClient {
    policy: TargetPolicy,
    client: reqwest::Client,
}

impl HttpWebhookClient {
    pub fn new(policy: TargetPolicy) -> reqwest::Result<Self> {
        Self::with(policy, Arc::new(SystemLookup), TIMEOUT)
    }

    fn with(policy: TargetPolicy, lookup: Arc<dyn Lookup>, timeout: Duration) -> reqwest::Result<Self> {
        let client = outbound::guarded_client(&policy, lookup, timeout)?;
        Ok(Self { policy, client })
    }

    async fn send(&self, call: WebhookCall) -> Result<WebhookAnswer, WebhookError> {
        // The id is part of what is signed; a dot in it could shift the parts.
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if call.id.is_empty() || call.id.len() > 128 || !call.id.bytes().all(plain) {
            return Err(WebhookError::Malformed);
        }
        let url = self.policy.check(&call.url)?;
        let seconds = call.at.as_millis().div_euclid(1000);
        let signature = sign(&call.secrets, &call.id, seconds, &call.body);
        let mut answer = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature)
            .body(call.body)
            .send()
            .await
            .map_err(|e| explain(&e))?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
        let mut taken = 0;
        while let Ok(Some(piece)) = answer.chunk().await {
            taken += piece.len();
            if taken > MAX_ANSWER {
                break;
            }
        }
        Ok(WebhookAnswer { status, retry_after })
    }
}

impl WebhookClient for HttpWebhookClient {
    fn deliver(&self, call: WebhookCall) -> BoxFuture<'_, Result<WebhookAnswer, WebhookError>> {
        Box::pin(self.send(call))
    }
}

fn explain(error: &reqwest::Error) -> WebhookError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<TargetRefused>() {
            return WebhookError::Refused(*refused);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        WebhookError::TimedOut
    } else if error.is_connect() {
        WebhookError::Unreachable
    } else {
        WebhookError::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::net::{IpAddr, SocketAddr};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[test]
    fn the_published_vector_is_signed_and_verified() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, seconds, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let signed = sign(std::slice::from_ref(&secret), id, seconds, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let now = Timestamp::from_millis(seconds * 1000);
        assert!(verify(&secret, (id, seconds, &signed), body, now));
        assert!(!verify(&secret, (id, seconds + 1, &signed), body, now));
        assert!(!verify(&secret, ("msg_other", seconds, &signed), body, now));
        assert!(!verify(&secret, (id, seconds, &signed), b"{}", now));
        let late = Timestamp::from_millis((seconds + 301) * 1000);
        assert!(!verify(&secret, (id, seconds, &signed), body, late));
    }

    #[test]
    fn while_secrets_are_exchanged_both_receivers_agree() {
        let (old, new) = (WebhookSecret::generate(), WebhookSecret::generate());
        let signed = sign(&[new.clone(), old.clone()], "m", 5, b"x");
        for secret in [old, new] {
            assert!(verify(&secret, ("m", 5, &signed), b"x", Timestamp::from_millis(5000)));
        }
        let stranger = WebhookSecret::generate();
        assert!(!verify(&stranger, ("m", 5, &signed), b"x", Timestamp::from_millis(5000)));
    }

    #[test]
    fn a_secret_reads_back_and_a_short_or_bare_one_is_refused() {
        let secret = WebhookSecret::generate();
        assert_eq!(WebhookSecret::parse(&secret.reveal()), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), "WebhookSecret(..)");
        for bad in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!"] {
            assert_eq!(WebhookSecret::parse(bad), None, "{bad}");
        }
    }

    struct Fixed(IpAddr);

    impl Lookup for Fixed {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let address = self.0;
            Box::pin(async move { Ok(vec![address]) })
        }
    }

    fn client(allow_private: bool, port: u16, timeout: Duration) -> HttpWebhookClient {
        let policy = TargetPolicy { allow_private, ports: vec![port] };
        let here = Arc::new(Fixed("127.0.0.1".parse().unwrap()));
        HttpWebhookClient::with(policy, here, timeout).unwrap()
    }

    fn call(url: String) -> WebhookCall {
        WebhookCall {
            url,
            id: "msg_1".to_owned(),
            at: Timestamp::from_millis(1_000),
            body: b"{}".to_vec(),
            secrets: vec![WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()],
        }
    }

    /// Takes one request, answers it, and gives back what it read.
    async fn receiver(answer: Vec<u8>) -> (SocketAddr, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            while !read.ends_with(b"{}") {
                let mut piece = [0; 1024];
                let n = socket.read(&mut piece).await.unwrap();
                assert!(n > 0, "the request ended early");
                read.extend_from_slice(&piece[..n]);
            }
            // A receiver that is hung up on while it still talks is no failure of this test.
            let _ = socket.write_all(&answer).await;
            String::from_utf8(read).unwrap()
        });
        (address, task)
    }

    const LONG: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_webhook_arrives_signed_and_its_status_is_told() {
        let (address, task) = receiver(b"HTTP/1.1 503 No\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno".to_vec()).await;
        let url = format!("http://bank.example:{}/hook?k=1", address.port());
        let answer = client(true, 0, LONG).deliver(call(url)).await.unwrap();
        assert_eq!(answer, WebhookAnswer { status: 503, retry_after: Some(7) });
        assert!(!answer.accepted());
        let request = task.await.unwrap();
        assert!(request.starts_with("POST /hook?k=1 HTTP/1.1\r\n"), "{request}");
        let expected = sign(&call(String::new()).secrets, "msg_1", 1, b"{}");
        for header in ["webhook-id: msg_1", "webhook-timestamp: 1", &format!("webhook-signature: {expected}")] {
            assert!(request.contains(&format!("{header}\r\n")), "{header} in {request}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_told_and_not_followed() {
        let (address, task) = receiver(b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
        let answer = client(true, 0, LONG).deliver(call(format!("http://{address}/"))).await.unwrap();
        assert_eq!((answer.status, answer.accepted()), (307, false));
        task.await.unwrap();
    }

    #[tokio::test]
    async fn an_endless_answer_is_left_after_its_beginning() {
        let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n".to_vec();
        answer.resize(64 * 1024, b'x');
        let (address, task) = receiver(answer).await;
        let answer = client(true, 0, LONG).deliver(call(format!("http://{address}/"))).await;
        assert!(answer.unwrap().accepted());
        task.await.unwrap();
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_never_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let strict = client(false, port, LONG);
        let outcome = strict.deliver(call(format!("https://rebind.example:{port}/"))).await;
        assert_eq!(outcome, Err(WebhookError::Refused(TargetRefused::Internal)));
        let literal = strict.deliver(call(format!("https://127.0.0.1:{port}/"))).await;
        assert_eq!(literal, Err(WebhookError::Refused(TargetRefused::Internal)));
        listener.into_std().unwrap().accept().expect_err("nobody knocked");
    }

    #[tokio::test]
    async fn silence_and_closed_doors_have_their_own_errors() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let silent = client(true, 0, Duration::from_millis(200)).deliver(call(url.clone())).await;
        assert_eq!(silent, Err(WebhookError::TimedOut));
        drop(listener);
        assert_eq!(client(true, 0, LONG).deliver(call(url.clone())).await, Err(WebhookError::Unreachable));
        let malformed = WebhookCall { id: "a.b".to_owned(), ..call(url) };
        assert_eq!(client(true, 0, LONG).deliver(malformed).await, Err(WebhookError::Malformed));
    }
}
