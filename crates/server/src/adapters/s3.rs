//! Storage that speaks Amazon's S3: requests signed with Signature Version 4, created with
//! `If-None-Match: *`, compared by SHA-256. Must not know what the objects are.

use super::clock::Clock;
use super::storage::{Storage, StorageError, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::digest::Digest;
use domain::time::{Span, Timestamp};
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use reqwest::{Method, Response, StatusCode, Url};
use sha2::Sha256;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// One object at a hundred kilobytes a second takes less than three minutes; a delivery's lease is renewed between objects.
const TIMEOUT: Duration = Duration::from_secs(50);
/// So much of a refusal is read for the operator.
const MAX_ANSWER: usize = 300;
const CHECKSUM: &str = "x-amz-checksum-sha256";

/// Whose requests these are, and for which region.
#[derive(Clone)]
pub struct Credentials {
    pub access_key: String,
    pub secret_key: String,
    pub region: String,
}

/// A bucket.
pub struct S3 {
    /// Of the bucket, without a slash at the end.
    base: Url,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    /// How long nobody may delete or replace an object.
    lock: Option<Span>,
}

/// Whether an object is there.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Absent,
    Same,
    Other,
}

impl S3 {
    /// A bucket at an address such as `https://s3.ap-southeast-1.amazonaws.com`; the bucket stands in the path,
    /// as every compatible storage understands it.
    ///
    /// # Errors
    /// An address that is none.
    pub fn new(url: &str, bucket: &str, credentials: Credentials, clock: Arc<dyn Clock>) -> Result<Self, StorageError> {
        let broken = |e: &dyn std::fmt::Display| StorageError::Unavailable(e.to_string());
        let base = Url::parse(&format!("{}/{bucket}", url.trim_end_matches('/'))).map_err(|e| broken(&e))?;
        let http =
            reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build().map_err(|e| broken(&e))?;
        Ok(Self { base, credentials, clock, http, lock: None })
    }

    /// The same bucket, whose new objects are locked so long (Object Lock in compliance mode, as SEC 17a-4(f) asks of a
    /// storage); 0 leaves that to the bucket's default.
    #[must_use]
    pub fn locking(self, days: u32) -> Self {
        Self { lock: (days > 0).then(|| Span::seconds(i64::from(days) * 86_400)), ..self }
    }

    async fn send(&self, method: Method, name: &str, body: Vec<u8>, extra: &[(&'static str, String)]) -> Result<Response, StorageError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{name}", self.base.path()));
        let payload = Digest(sha256(&body)).to_string();
        let at = stamp(self.clock.now());
        let mut headers: Vec<(&str, String)> =
            vec![("host", host(&url)), ("x-amz-content-sha256", payload.clone()), ("x-amz-date", at.clone())];
        headers.extend(extra.iter().cloned());
        let authorization = authorize(&self.credentials, "s3", method.as_str(), url.path(), "", &mut headers, &payload, &at);
        let mut request = self.http.request(method, url).header("authorization", authorization).body(body);
        for (name, value) in headers.into_iter().filter(|(name, _)| *name != "host") {
            request = request.header(name, value);
        }
        request.send().await.map_err(|error| StorageError::Unavailable(error.without_url().to_string()))
    }

    /// Whether the object lies there, and is the one with this hash.
    async fn found(&self, name: &str, hash: &[u8; 32], length: u64) -> Result<Found, StorageError> {
        let mode = [("x-amz-checksum-mode", "ENABLED".to_owned())];
        let answer = self.send(Method::HEAD, name, Vec::new(), &mode).await?;
        match answer.status() {
            StatusCode::OK => {}
            // Without the right to list a bucket, what is missing is forbidden; the creation will tell.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => return Ok(Found::Absent),
            _ => return Err(refused(answer).await),
        }
        let there: Option<u64> = answer.headers().get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        if there.is_some_and(|there| there != length) {
            return Ok(Found::Other);
        }
        if let Some(told) = checksum(answer.headers()) {
            return Ok(if told == *hash { Found::Same } else { Found::Other });
        }
        // A storage that keeps no checksums is read back.
        let answer = self.send(Method::GET, name, Vec::new(), &[]).await?;
        if answer.status() != StatusCode::OK {
            return Err(refused(answer).await);
        }
        let bytes = answer.bytes().await.map_err(|e| StorageError::Unavailable(e.without_url().to_string()))?;
        Ok(if sha256(&bytes) == *hash { Found::Same } else { Found::Other })
    }

    async fn created(&self, name: &str, bytes: Vec<u8>) -> Result<(), StorageError> {
        let (hash, length) = (sha256(&bytes), bytes.len() as u64);
        let as_found = |found: Found| match found {
            Found::Same => Ok(()),
            Found::Other => Err(StorageError::Differs(name.to_owned())),
            Found::Absent => Err(StorageError::Unavailable("it was taken, but is not there".to_owned())),
        };
        match self.found(name, &hash, length).await? {
            Found::Absent => {}
            found @ (Found::Same | Found::Other) => return as_found(found),
        }
        let mut extra = vec![("if-none-match", "*".to_owned()), (CHECKSUM, STANDARD.encode(hash))];
        if let Some(span) = self.lock {
            extra.push(("x-amz-object-lock-mode", "COMPLIANCE".to_owned()));
            extra.push(("x-amz-object-lock-retain-until-date", date(self.clock.now() + span)));
        }
        let answer = self.send(Method::PUT, name, bytes, &extra).await?;
        match answer.status() {
            StatusCode::OK | StatusCode::CREATED if checksum(answer.headers()) == Some(hash) => Ok(()),
            // Taken without a word about its hash, or by somebody else a moment before: look.
            StatusCode::OK | StatusCode::CREATED | StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => {
                as_found(self.found(name, &hash, length).await?)
            }
            _ => Err(refused(answer).await),
        }
    }
}

impl Storage for S3 {
    fn kind(&self) -> &'static str {
        "s3"
    }

    fn put_new<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.created(name, bytes))
    }
}

async fn refused(answer: Response) -> StorageError {
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
    StorageError::Unavailable(format!("the storage answered {status} {}", code.chars().take(MAX_ANSWER).collect::<String>()))
}

/// The hash of a whole object; that of a multipart upload is one of hashes and ends in `-n`.
fn checksum(headers: &HeaderMap) -> Option<[u8; 32]> {
    let told = headers.get(CHECKSUM)?.to_str().ok()?;
    STANDARD.decode(told).ok()?.try_into().ok()
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The time as AWS writes it.
fn stamp(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The same as the headers of Object Lock want it, ISO 8601.
fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Signature Version 4 over a request; the headers come back sorted, as they were signed.
#[expect(clippy::too_many_arguments, reason = "a request has that many parts that are signed")]
fn authorize(
    of: &Credentials,
    service: &str,
    method: &str,
    path: &str,
    query: &str,
    headers: &mut [(&str, String)],
    payload: &str,
    at: &str,
) -> String {
    headers.sort_by(|a, b| a.0.cmp(b.0));
    let day = at.get(..8).unwrap_or_default();
    let mut canonical = format!("{method}\n{path}\n{query}\n");
    for (name, value) in headers.iter() {
        // Writing to a string cannot fail.
        let _ = writeln!(canonical, "{name}:{}", value.trim());
    }
    let signed = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let _ = write!(canonical, "\n{signed}\n{payload}");
    let scope = format!("{day}/{}/{service}/aws4_request", of.region);
    let to_sign = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", Digest(sha256(canonical.as_bytes())));
    let mut key = mac(format!("AWS4{}", of.secret_key).as_bytes(), day.as_bytes());
    for part in [of.region.as_str(), service, "aws4_request", &to_sign] {
        key = mac(&key, part.as_bytes());
    }
    format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={signed},Signature={}", of.access_key, Digest(key))
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(never) => unreachable!("HMAC takes a key of any length: {never}"),
    };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn signature(
        service: &str,
        method: &str,
        path: &str,
        query: &str,
        headers: &[(&'static str, &str)],
        payload: &str,
        at: &str,
    ) -> String {
        let secret = if service == "s3" { "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } else { "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
        let of =
            Credentials { access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret_key: secret.to_owned(), region: "us-east-1".to_owned() };
        let mut headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let said = authorize(&of, service, method, path, query, &mut headers, payload, at);
        said.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    /// The worked examples of Amazon's "Signature Calculations for the Authorization Header".
    #[test]
    fn the_examples_that_amazon_publishes_for_s3_come_out_to_the_digit() {
        let at = "20130524T000000Z";
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let date = ("x-amz-date", at);
        let get = [host, ("range", "bytes=0-9"), ("x-amz-content-sha256", EMPTY), date];
        assert_eq!(
            signature("s3", "GET", "/test.txt", "", &get, EMPTY, at),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        let body = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        let put = [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            host,
            ("x-amz-content-sha256", body),
            date,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        assert_eq!(
            signature("s3", "PUT", "/test%24file.text", "", &put, body, at),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
        let plain = [host, ("x-amz-content-sha256", EMPTY), date];
        assert_eq!(
            signature("s3", "GET", "/", "lifecycle=", &plain, EMPTY, at),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        );
        assert_eq!(
            signature("s3", "GET", "/", "max-keys=2&prefix=J", &plain, EMPTY, at),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        );
    }

    /// `get-vanilla` of Amazon's test suite for Signature Version 4.
    #[test]
    fn the_first_case_of_amazons_test_suite_comes_out_to_the_digit() {
        let at = "20150830T123600Z";
        let headers = [("host", "example.amazonaws.com"), ("x-amz-date", at)];
        let said = signature("service", "GET", "/", "", &headers, EMPTY, at);
        assert_eq!(said, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    #[test]
    fn times_are_written_as_amazon_writes_them() {
        let at = Timestamp::parse("2013-05-24T00:00:00.5Z").unwrap();
        assert_eq!((stamp(at).as_str(), date(at).as_str()), ("20130524T000000Z", "2013-05-24T00:00:00Z"));
    }
}
