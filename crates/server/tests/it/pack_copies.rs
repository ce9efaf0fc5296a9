//! Evidence packs in the tenant's own storage: made once a case is closed, encrypted, whole, proven, told of.
#![expect(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use crate::copies::Ground;
use crate::export::{ALICE, BOB};
use crate::folder::new_report;
use crate::sockets::wait_for;
use domain::audit::VerifierKey;
use domain::ids::CaseId;
use domain::retention::Cause;
use domain::time::Span;
use pack::age::{Identity, OpenFault, Reader};
use serde_json::Value;
use server::engine::Actor;
use server::workers::sequencer::once as sequence;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Cursor;
use std::sync::atomic::Ordering;
use store::rows::{Channel, DeliveryState};

impl Ground {
    /// A little later: what was written has its place, and what was due was tried.
    async fn later(&self) {
        while sequence(&self.yard.engine, &self.log).await.unwrap() > 0 {}
        self.drain().await;
        self.clock.advance(Span::seconds(5));
    }

    async fn told(&self, case: CaseId, kind: &str) -> Vec<Value> {
        let log = self.yard.engine.store.audit_of_case(case, 0, 1_000).await.unwrap();
        log.into_iter().filter(|row| row.entry.kind == kind).map(|row| row.entry.body).collect()
    }

    async fn until_told(&self, case: CaseId, kind: &str) {
        wait_for(kind, async || {
            self.later().await;
            !self.told(case, kind).await.is_empty()
        })
        .await;
    }

    fn of_packs(&self) -> Vec<String> {
        self.bucket.names().into_iter().filter(|name| name.contains("/pack-")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pack_of_a_closed_case_arrives_encrypted_proves_itself_and_is_named_by_the_log() {
    let mut ground = Ground::lay_packing(&[ALICE.0]).await;
    let (case, _) = ground.yard.verified_as(new_report("onb-1")).await;
    ground.until_told(case, "pack_delivered").await;

    let names = ground.of_packs();
    let (list, pieces) = names.split_last().unwrap();
    let list = ground.bucket.object(list);
    let manifest: Value = serde_json::from_slice(&list).unwrap();
    let bytes: Vec<u8> = pieces.iter().flat_map(|name| ground.bucket.object(name)).collect();
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!((&manifest["bytes"], &manifest["sha256"]), (&bytes.len().into(), &hex(&bytes).into()));
    assert_eq!((manifest["file"].as_str().unwrap(), &manifest["recipients"]), (format!("evidence-{case}.zip.age").as_str(), &1.into()));
    let told = ground.told(case, "pack_delivered").await.remove(0);
    assert_eq!((&told["pack"], &told["manifest"]), (&hex(&bytes).into(), &hex(&list).into()));
    assert_eq!((&told["to"], &told["objects"]), (&"s3".into(), &names.len().into()));

    let key: VerifierKey = ground.log.verifier().unwrap();
    let path = ground.path.join("pack.zip.age");
    fs::write(&path, &bytes).unwrap();
    let open = || fs::File::open(&path).unwrap();
    let report = pack::verify_with(open(), Some(&key), &Identity::read(ALICE.1).unwrap()).unwrap();
    assert_eq!((report.recordings, report.segments), (1, 6), "{report}");
    assert!(matches!(Reader::open(Cursor::new(&bytes), &Identity::read(BOB.1).unwrap()), Err(OpenFault::OtherRecipient)));
    assert_eq!(ground.told(case, "pack_exported").await.len(), 1, "and it was made once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_waits_for_a_storage_that_is_away_without_being_made_again() {
    let mut ground = Ground::lay_packing(&[ALICE.0]).await;
    let (case, _) = ground.yard.verified_as(new_report("onb-1")).await;
    ground.until_told(case, "recording_delivered").await;
    ground.bucket.0.away.store(true, Ordering::SeqCst);
    let there = ground.bucket.names().len();
    let copy = async || {
        let all = ground.yard.engine.store.deliveries_of(case, 100).await.unwrap();
        all.into_iter().find(|d| d.row.channel == Channel::S3 && d.row.event == "pack.copy").unwrap()
    };
    wait_for("a try to fail", async || {
        ground.later().await;
        copy().await.last_error.is_some()
    })
    .await;
    let since = ground.yard.engine.now();
    while ground.yard.engine.now().since(since) < Span::minutes(30) {
        ground.later().await;
    }
    assert_eq!((copy().await.state, ground.bucket.names().len()), (DeliveryState::Pending, there));
    ground.bucket.0.away.store(false, Ordering::SeqCst);
    ground.until_told(case, "pack_delivered").await;
    wait_for("the delivery to be settled", async || {
        ground.later().await;
        copy().await.state == DeliveryState::Delivered
    })
    .await;
    assert_eq!(ground.told(case, "pack_exported").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pack_of_erased_evidence_leaves() {
    let mut ground = Ground::lay_packing(&[ALICE.0]).await;
    ground.bucket.0.away.store(true, Ordering::SeqCst);
    let (case, _) = ground.yard.verified_as(new_report("onb-1")).await;
    for _ in 0..60 {
        ground.later().await;
    }
    ground.clock.advance(Span::minutes(60 * 24 * 366 * 20));
    ground.yard.engine.erase(case, &Actor::System, Cause::RetentionOver, None).await.unwrap();
    ground.bucket.0.away.store(false, Ordering::SeqCst);
    let due = async || ground.yard.engine.store.copy_lag(None).await.unwrap().waiting;
    wait_for("everything to be settled", async || {
        ground.later().await;
        due().await == 0
    })
    .await;
    assert_eq!((ground.of_packs(), ground.told(case, "pack_delivered").await.len()), (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_cases_one_pack_after_the_other_is_made_and_each_arrives() {
    let mut ground = Ground::lay_packing(&[ALICE.0, BOB.0]).await;
    let mut cases = Vec::new();
    for n in 0..3 {
        cases.push(ground.yard.verified_as(new_report(&format!("onb-{n}"))).await.0);
    }
    for case in &cases {
        ground.until_told(*case, "pack_delivered").await;
    }
    assert_eq!(ground.of_packs().iter().filter(|name| name.ends_with("manifest.json")).count(), cases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_cannot_be_made_is_told_of_and_says_nothing_about_the_storage() {
    let mut ground = Ground::lay_packing(&[ALICE.0]).await;
    let broken = ground.yard.verified_as(new_report("onb-1")).await;
    ground.until_told(broken.0, "recording_delivered").await;
    let part = ground.path.join(format!("blobs/evidence/{}/rec-{}.0000", broken.0, broken.1));
    let bytes = fs::read(&part).unwrap();
    fs::write(&part, &bytes[..bytes.len() - 1]).unwrap();
    let tries = async || {
        let all = ground.yard.engine.store.deliveries_of(broken.0, 100).await.unwrap();
        all.into_iter().find(|d| d.row.event == "pack.copy").map(|d| (d.attempts, d.last_error)).unwrap()
    };
    wait_for("five tries", async || {
        ground.later().await;
        ground.clock.advance(Span::minutes(10));
        tries().await.0 >= 5
    })
    .await;
    assert!(tries().await.1.unwrap().contains("segment"), "the reason is told");
    let other = ground.yard.verified_as(new_report("onb-2")).await;
    while sequence(&ground.yard.engine, &ground.log).await.unwrap() > 0 {}
    ground.drain().await;
    assert_eq!(ground.told(other.0, "recording_delivered").await.len(), 1, "at once, without a probe's wait");
}
