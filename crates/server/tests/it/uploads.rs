//! Photographs in pieces: cut anywhere, gone on with, whole at the end or not at all.

use crate::links::face_to_face;
use crate::test_app::{Call, Reply, TestApp, call, encoded, jpeg};
use axum::body::{Body, Bytes};
use axum::http::Method;
use base64::Engine as _;
use domain::digest::Digest;
use domain::time::Span;

/// A customer's page that uploads.
struct Sender<'a> {
    app: &'a TestApp,
    token: String,
    secret: String,
}

impl<'a> Sender<'a> {
    async fn new(app: &'a TestApp) -> (Self, String, String) {
        let (case, token, secret, cookie) = face_to_face(app).await;
        (Self { app, token, secret }, case, cookie)
    }

    fn call(&self, method: Method, path: &str) -> Call {
        call(method, path, None).header("authorization", &format!("Bearer {}", self.secret)).header("recourse-link", &self.token)
    }

    async fn begin(&self, query: &str, bytes: &[u8]) -> Reply {
        self.begin_as(query, bytes.len(), bytes).await
    }

    async fn begin_as(&self, query: &str, length: usize, digest_of: &[u8]) -> Reply {
        let digest = base64::engine::general_purpose::STANDARD.encode(Digest::of(digest_of).0);
        let request = self.call(Method::POST, &format!("/v1/customer/uploads?slot=document_front{query}"));
        let request = request.header("upload-complete", "?0").header("upload-length", &length.to_string());
        self.app.send(request.header("repr-digest", &format!("sha-256=:{digest}:")).body_of()).await
    }

    async fn send(&self, place: &str, offset: usize, complete: bool, body: Body) -> Reply {
        let request = self.call(Method::PATCH, place).header("content-type", "application/partial-upload");
        let request = request.header("upload-offset", &offset.to_string()).header("upload-complete", if complete { "?1" } else { "?0" });
        self.app.send(request.body(body)).await
    }

    async fn offset(&self, place: &str) -> usize {
        let reply = self.app.send(self.call(Method::HEAD, place).body_of()).await;
        assert_eq!(reply.status, 204, "{reply:?}");
        reply.header("upload-offset").parse().unwrap()
    }
}

const FOR_STEP: &str = "&step=document_front&command=3&source=live";

/// A body that breaks off behind these bytes, as a line does.
fn cut(bytes: &[u8]) -> Body {
    let pieces = [Ok(Bytes::copy_from_slice(bytes)), Err(std::io::Error::other("the line is gone"))];
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_cut_behind_every_tenth_byte_is_resumed_and_kept_to_the_byte() {
    let app = TestApp::new().await;
    let (sender, case, cookie) = Sender::new(&app).await;
    let bytes = encoded(96, 64, image::ImageFormat::Jpeg);
    let begun = sender.begin(FOR_STEP, &bytes).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let place = begun.header("location").to_owned();
    let mut cuts = 0;
    let mut at = 0;
    while at + 10 < bytes.len() {
        let broken = sender.send(&place, at, true, cut(&bytes[at..at + 10])).await;
        assert_eq!(broken.status, 400);
        at = sender.offset(&place).await;
        cuts += 1;
        assert_eq!(at, cuts * 10, "what arrived before the cut stays");
    }
    assert!(cuts > 30, "{cuts} cuts");
    let done = sender.send(&place, at, true, Body::from(bytes[at..].to_vec())).await;
    assert_eq!((done.status.as_u16(), done.header("upload-complete")), (200, "?1"), "{done:?}");
    let path = format!("/v1/evidence/{}/original?case={case}", done.json()["id"].as_str().unwrap());
    let original = app.signed(&cookie, Method::GET, &path, None).await;
    assert_eq!(original.bytes, bytes, "the original bytes");
    let again = sender.send(&place, bytes.len(), true, Body::empty()).await;
    assert_eq!(again.json()["id"], done.json()["id"], "the answer nobody heard is said again");
    let held = app.app.engine.case(case.parse().unwrap()).await.unwrap();
    assert_eq!(held.evidence.len(), 1);
    assert_eq!(held.evidence[0].sha256, Digest::of(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_tenth_of_its_bytes_a_page_that_was_loaded_again_goes_on_where_the_old_one_broke_off() {
    let app = TestApp::new().await;
    let (sender, case, _) = Sender::new(&app).await;
    let bytes = jpeg();
    for tenth in 1..10 {
        let query = format!("&step=document_front&command={tenth}");
        let mut bytes = bytes.clone();
        bytes.push(tenth);
        let first = sender.begin(&query, &bytes).await;
        let part = bytes.len() * usize::from(tenth) / 10;
        sender.send(first.header("location"), 0, true, cut(&bytes[..part])).await;
        // The new page knows the photograph, not the upload.
        let second = sender.begin(&query, &bytes).await;
        assert_eq!((second.status.as_u16(), second.header("location")), (201, first.header("location")));
        assert_eq!(second.header("upload-offset"), part.to_string());
        let done = sender.send(second.header("location"), part, true, Body::from(bytes[part..].to_vec())).await;
        assert_eq!(done.status, 200, "{done:?}");
    }
    assert_eq!(app.app.engine.case(case.parse().unwrap()).await.unwrap().evidence.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_image_or_not_what_was_announced_is_refused_and_leaves_nothing() {
    let app = TestApp::new().await;
    let (sender, case, _) = Sender::new(&app).await;
    let all_of = async |query: &str, announced: &[u8], sent: &[u8]| {
        let begun = sender.begin(query, announced).await;
        let place = begun.header("location").to_owned();
        let reply = sender.send(&place, 0, true, Body::from(sent.to_vec())).await;
        let after = app.send(sender.call(Method::HEAD, &place).body_of()).await;
        (reply.problem(), after.status.as_u16())
    };
    let text = b"<script>alert(1)</script> is no photograph".as_slice();
    assert_eq!(all_of(FOR_STEP, text, text).await, ((415, "image_unknown_format".to_owned()), 404));
    let half = &jpeg()[..60];
    assert_eq!(all_of(FOR_STEP, half, half).await, ((422, "image_unreadable".to_owned()), 404));
    let mut other = jpeg();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(all_of(FOR_STEP, &jpeg(), &other).await, ((400, "digest_mismatch".to_owned()), 404));
    let longer = [jpeg(), vec![0]].concat();
    assert_eq!(all_of(FOR_STEP, &jpeg(), &longer).await.0, (400, "upload_length".to_owned()));
    assert!(app.app.engine.case(case.parse().unwrap()).await.unwrap().evidence.is_empty());
    assert!(!app.app.blobs.list("evidence").unwrap().iter().any(|name| name.contains("/evd_")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_has_its_limits_and_belongs_to_one_link() {
    let app = TestApp::new().await;
    let (sender, ..) = Sender::new(&app).await;
    let place = sender.begin(FOR_STEP, &jpeg()).await.header("location").to_owned();
    let elsewhere = sender.send(&place, 7, false, Body::from("x")).await;
    assert_eq!(elsewhere.problem(), (409, "upload_offset".to_owned()));
    let short = sender.send(&place, 0, true, Body::from(vec![1, 2, 3])).await;
    assert_eq!(short.problem(), (400, "upload_length".to_owned()), "complete, and it is not");
    assert_eq!(sender.offset(&place).await, 3, "what came stays");
    let huge = sender.begin_as("", 10 * 1024 * 1024 + 1, b"").await;
    assert_eq!(huge.problem(), (413, "body_too_large".to_owned()));
    let mut statuses = Vec::new();
    for n in 0..5u8 {
        statuses.push(sender.begin(FOR_STEP, &[n]).await.problem());
    }
    assert_eq!(statuses.iter().filter(|(status, _)| *status == 201).count(), 3, "four at once: {statuses:?}");
    assert_eq!(statuses.last().unwrap(), &(409, "limit_reached_uploads".to_owned()));
    let stranger = Sender { app: &app, token: sender.token.clone(), secret: "wrong".to_owned() };
    assert_eq!(stranger.send(&place, 3, false, Body::from("x")).await.status, 401);
    assert_eq!(app.send(sender.call(Method::DELETE, &place).body_of()).await.status, 204);
    assert_eq!(sender.send(&place, 3, false, Body::from("x")).await.problem(), (404, "upload_unknown".to_owned()));
    let late = sender.begin(FOR_STEP, &jpeg()).await.header("location").to_owned();
    app.clock.advance(Span::minutes(10));
    assert_eq!(sender.send(&late, 0, false, Body::from("x")).await.problem(), (404, "upload_unknown".to_owned()));
}
