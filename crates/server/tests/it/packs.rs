//! Packs asked for over HTTP: plain, or encrypted to those who were named, and refused for whom nobody can open them.

use crate::export::{ALICE, BOB};
use crate::sockets::wait_for;
use crate::test_app::{Reply, TestApp, call, report};
use axum::http::{Method, header};
use ed25519_dalek::SigningKey;
use pack::age::{Identity, Recipients};
use serde_json::{Value, json};
use server::export::jobs::Standing;
use server::workers::sequencer::{LogKey, once};
use std::io::Cursor;
use std::sync::Arc;

struct Desk {
    app: TestApp,
    log: Arc<LogKey>,
    auditor: String,
    case: String,
}

impl Desk {
    async fn set() -> Self {
        let app = TestApp::new().await;
        let log = Arc::new(LogKey::new("recourse.test", SigningKey::from_bytes(&[7; 32])));
        app.app.packs().with_key(log.clone());
        let (_, auditor) = app.person(&app.bank, "auditor").await;
        let (case, _) = app.case(report("onb-1")).await;
        Self { app, log, auditor, case }
    }

    async fn at(&self, method: Method, below: &str, body: Option<Value>) -> Reply {
        self.app.signed(&self.auditor, method, &format!("/v1/admin/cases/{}/pack{below}", self.case), body).await
    }

    /// Gives entries their places until the pack is there.
    async fn ready(&self) -> Value {
        let case = self.case.parse().unwrap();
        // Over HTTP somebody who asks without a pause is told to wait.
        wait_for("the pack", async || {
            once(&self.app.app.engine, &self.log).await.unwrap();
            !self.app.app.packs().standing(case).is_some_and(|kept| matches!(kept.standing, Standing::Working(_)))
        })
        .await;
        let view = self.at(Method::GET, "", None).await.json();
        assert_eq!(view["state"], "ready", "{view}");
        view
    }

    /// The bodies of the case's entries of a kind.
    async fn told(&self, kind: &str) -> Vec<Value> {
        let rows = self.app.app.engine.store.audit_of_case(self.case.parse().unwrap(), 0, 1_000).await.unwrap();
        rows.into_iter().filter(|row| row.entry.kind == kind).map(|row| row.entry.body).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_asked_for_a_recipient_is_given_out_encrypted_and_the_log_says_so() {
    let desk = Desk::set().await;
    let asked = desk.at(Method::POST, "", Some(json!({ "recipients": [ALICE.0] }))).await;
    assert_eq!((asked.status.as_u16(), asked.json()["recipients"].as_u64()), (202, Some(1)), "{asked:?}");
    // The same again goes on; one for others would be handed to the wrong people.
    assert_eq!(desk.at(Method::POST, "", Some(json!({ "recipients": [ALICE.0] }))).await.status, 202);
    assert_eq!(desk.at(Method::POST, "", Some(json!({ "recipients": [BOB.0] }))).await.problem(), (409, "pack_for_others".to_owned()));
    assert_eq!(desk.at(Method::POST, "", None).await.problem(), (409, "pack_for_others".to_owned()));
    let view = desk.ready().await;
    assert_eq!(view["recipients"], 1, "{view}");

    let file = desk.at(Method::GET, "/file", None).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/vnd.age"));
    assert!(file.header("content-disposition").ends_with(".zip.age\""), "{}", file.header("content-disposition"));
    assert_eq!(view["bytes"].as_u64(), Some(file.bytes.len() as u64));
    let key = desk.log.verifier().unwrap();
    let proven = pack::verify_with(Cursor::new(&file.bytes), Some(&key), &Identity::read(ALICE.1).unwrap()).unwrap();
    assert_eq!(proven.case.to_string(), desk.case);
    assert_eq!(pack::verify(Cursor::new(&file.bytes), Some(&key)).unwrap_err().code, "encrypted");

    let hash = Recipients::read(&[ALICE.0]).unwrap().unwrap().sha256();
    let encrypted = json!({ "format": "age", "recipients": 1, "recipients_sha256": hash });
    assert_eq!(desk.told("pack_exported").await, [json!({ "layout": pack::manifest::VERSION, "encrypted": encrypted })]);
    assert_eq!(desk.told("pack_downloaded").await, [json!({ "bytes": file.bytes.len(), "encrypted": true })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_recipient_it_is_a_zip_as_before() {
    let desk = Desk::set().await;
    assert_eq!(desk.at(Method::POST, "", None).await.status, 202);
    assert_eq!(desk.at(Method::POST, "", Some(json!({ "recipients": [] }))).await.status, 202, "nobody is nobody");
    assert_eq!(desk.ready().await["recipients"], 0);
    let file = desk.at(Method::GET, "/file", None).await;
    assert_eq!(file.header("content-type"), "application/zip");
    assert!(file.header("content-disposition").ends_with(".zip\""));
    pack::verify(Cursor::new(&file.bytes), desk.log.verifier().as_ref()).unwrap();
    assert_eq!(desk.told("pack_exported").await, [json!({ "layout": pack::manifest::VERSION })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_recipient_is_named_by_its_place_and_nothing_is_begun() {
    let desk = Desk::set().await;
    let many: Vec<String> = std::iter::repeat_n(ALICE.0.to_owned(), 21).collect();
    for (recipients, pointer, code) in [
        (json!([ALICE.0, "age1nobody"]), "/recipients/1", "not_a_recipient"),
        (json!(["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"]), "/recipients/0", "not_a_recipient"),
        (json!([ALICE.1]), "/recipients/0", "secret_key"),
        (json!(many), "/recipients/1", "repeated"),
        (json!([7]), "/recipients/0", "wrong_type"),
    ] {
        let refused = desk.at(Method::POST, "", Some(json!({ "recipients": recipients }))).await;
        assert_eq!(refused.problem(), (422, "invalid_fields".to_owned()), "{refused:?}");
        let fault = &refused.json()["errors"][0];
        assert_eq!((&fault["pointer"], &fault["code"]), (&json!(pointer), &json!(code)), "{fault}");
        assert!(!fault.to_string().contains("AGE-SECRET"), "{fault}");
    }
    assert_eq!(desk.at(Method::POST, "", Some(json!({ "recipient": ALICE.0 }))).await.problem(), (422, "invalid_fields".to_owned()));
    // A body without its type is not taken for none.
    let path = format!("/v1/admin/cases/{}/pack", desk.case);
    let untyped = call(Method::POST, &path, None).header("recourse-page", "1").header(header::COOKIE.as_str(), &desk.auditor);
    let refused = desk.app.send(untyped.body(json!({ "recipients": [ALICE.0] }).to_string())).await;
    assert_eq!(refused.problem(), (415, "unsupported_media_type".to_owned()));
    assert_eq!(desk.at(Method::GET, "", None).await.json()["state"], "none");
    assert!(desk.told("pack_exported").await.is_empty());
}
