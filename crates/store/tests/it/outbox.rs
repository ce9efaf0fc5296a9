//! The outbox: one holder at a time, in order per case and receiver, nothing lost.

use crate::fixtures::{BANK, Dice, NOW, OTHER, at, delivery};
use crate::place::Place;
use domain::ids::{CaseId, DeliveryId, EndpointId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::rows::{Channel, ClaimedDelivery, Commit, DeliveryFilter, DeliveryRow, DeliveryState, Outcome};
use store::{Store, StoreError};

crate::conformance!(
    no_delivery_is_claimed_twice,
    deliveries_of_a_case_leave_in_order,
    receivers_do_not_wait_for_each_other,
    a_lapsed_lease_is_void,
    a_retried_head_holds_its_case_back_and_no_other,
    a_probe_waits_like_a_retry_and_counts_as_none,
    a_dead_delivery_lets_the_next_go_and_can_be_replayed,
    a_delivery_tells_how_it_went,
    a_corrupt_delivery_does_not_stop_the_others,
);

async fn put(store: &dyn Store, deliveries: Vec<DeliveryRow>) {
    store.commit(Commit { deliveries, ..Commit::default() }).await.unwrap();
}

async fn claim(store: &dyn Store, now: i64) -> Vec<ClaimedDelivery> {
    store.claim_deliveries(at(now), at(now + 30), 100).await.unwrap()
}

fn ids(claims: &[ClaimedDelivery]) -> Vec<u128> {
    let mut ids: Vec<_> = claims.iter().map(|claim| claim.row.id.0).collect();
    ids.sort_unstable();
    ids
}

fn delivered(now: i64) -> Outcome {
    Outcome::Delivered { at: at(now), status: Some(200) }
}

fn retry(next: i64) -> Outcome {
    Outcome::Retry { next_at: at(next), status: Some(503), error: "busy".to_owned() }
}

async fn no_delivery_is_claimed_twice(place: &Place) {
    let store = place.open().await;
    for n in 0..4 {
        put(&*store, (1..=50).map(|m| delivery(n * 50 + m, Some(n * 50 + m), 1)).collect()).await;
    }
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let some = store.claim_deliveries(at(1), at(60), 7).await.unwrap();
                    assert!(some.len() <= 7);
                    if some.is_empty() {
                        return mine;
                    }
                    mine.extend(some.iter().map(|claim| claim.row.id.0));
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    // On PostgreSQL a claim passes over rows that another is just taking.
    all.extend(claim(&*store, 1).await.iter().map(|claim| claim.row.id.0));
    all.sort_unstable();
    assert_eq!(all, (1..=200).collect::<Vec<_>>());
}

async fn deliveries_of_a_case_leave_in_order(place: &Place) {
    let store = place.open().await;
    const CASES: u128 = 12;
    const EACH: u128 = 6;
    for seq in (1..=EACH).rev() {
        // Committed backwards: the order is that of `seq`, not of insertion.
        put(&*store, (1..=CASES).map(|case| delivery(case * 100 + seq, Some(case), i64::try_from(seq).unwrap())).collect()).await;
    }
    let sent: Arc<Mutex<BTreeMap<CaseId, Vec<i64>>>> = Arc::default();
    let workers: Vec<_> = (0..4_u64)
        .map(|n| {
            let (store, sent) = (Arc::clone(&store), Arc::clone(&sent));
            tokio::spawn(async move {
                let mut dice = Dice(n);
                let mut now = 1;
                while store.gauges().await.unwrap().pending_deliveries > 0 {
                    now += 1;
                    for claim in store.claim_deliveries(at(now), at(1_000_000), 5).await.unwrap() {
                        let outcome = match dice.roll(3) {
                            0 => retry(now + 1),
                            1 => Outcome::Released { next_at: at(now) },
                            _ => {
                                sent.lock().unwrap().entry(claim.row.case.unwrap()).or_default().push(claim.row.seq);
                                delivered(now)
                            }
                        };
                        store.settle_delivery(claim.row.id, claim.lease, outcome).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), 12);
    for (case, order) in &*sent {
        assert_eq!(*order, (1..=6).collect::<Vec<_>>(), "{case}");
    }
}

async fn receivers_do_not_wait_for_each_other(place: &Place) {
    let store = place.open().await;
    let to = |n, channel, endpoint: Option<u128>| DeliveryRow { channel, endpoint: endpoint.map(EndpointId), ..delivery(n, Some(1), 1) };
    put(
        &*store,
        vec![
            to(1, Channel::Webhook, Some(1)),
            to(2, Channel::Webhook, Some(2)),
            to(3, Channel::Sms, None),
            to(4, Channel::Email, None),
            // The same place in the order of one receiver: insertion decides.
            to(5, Channel::Email, None),
            DeliveryRow { case: None, ..to(6, Channel::Email, None) },
            DeliveryRow { case: None, ..to(7, Channel::Email, None) },
            DeliveryRow { next_at: at(50), ..to(8, Channel::Sms, Some(3)) },
        ],
    )
    .await;
    assert_eq!(ids(&claim(&*store, 0).await), [1, 2, 3, 4, 6, 7]);
    assert_eq!(ids(&claim(&*store, 29).await), [] as [u128; 0]);
}

async fn a_lapsed_lease_is_void(place: &Place) {
    let store = place.open().await;
    put(&*store, vec![delivery(1, Some(1), 1)]).await;
    let first = claim(&*store, 0).await.remove(0);
    assert_eq!(ids(&claim(&*store, 29).await), [] as [u128; 0]);
    let second = claim(&*store, 30).await.remove(0);
    assert_eq!(store.settle_delivery(DeliveryId(1), first.lease, delivered(31)).await, Err(StoreError::Conflict));
    assert_eq!(store.delivery(BANK, DeliveryId(1)).await.unwrap().unwrap().state, DeliveryState::Pending);
    store.settle_delivery(DeliveryId(1), second.lease, delivered(32)).await.unwrap();
    assert_eq!(store.settle_delivery(DeliveryId(1), second.lease, delivered(33)).await, Err(StoreError::Conflict));
    assert_eq!(ids(&claim(&*store, 99).await), [] as [u128; 0]);
}

async fn a_retried_head_holds_its_case_back_and_no_other(place: &Place) {
    let store = place.open().await;
    put(&*store, vec![delivery(1, Some(1), 1), delivery(2, Some(1), 2), delivery(3, Some(2), 1)]).await;
    put(&*store, vec![DeliveryRow { next_at: at(400), ..delivery(4, Some(1), 3) }]).await;
    let claims = claim(&*store, 0).await;
    assert_eq!(ids(&claims), [1, 3]);
    let head = claims.into_iter().find(|claim| claim.row.id.0 == 1).unwrap();
    store.settle_delivery(head.row.id, head.lease, retry(300)).await.unwrap();
    put(&*store, vec![delivery(5, Some(1), 4)]).await;
    assert_eq!(ids(&claim(&*store, 100).await), [3]);
    let head = claim(&*store, 300).await.into_iter().find(|claim| claim.row.id.0 == 1).unwrap();
    assert_eq!((head.attempts, head.row.next_at), (1, at(300)));
    store.settle_delivery(head.row.id, head.lease, delivered(301)).await.unwrap();
    let second = claim(&*store, 302).await.into_iter().find(|claim| claim.row.case == Some(CaseId(1))).unwrap();
    assert_eq!((second.row.id, second.row.next_at), (DeliveryId(2), NOW));
    store.settle_delivery(second.row.id, second.lease, delivered(303)).await.unwrap();
    // The third keeps the time it was given.
    assert!(claim(&*store, 399).await.iter().all(|claim| claim.row.case != Some(CaseId(1))));
    assert!(ids(&claim(&*store, 400).await).contains(&4));
}

async fn a_probe_waits_like_a_retry_and_counts_as_none(place: &Place) {
    let store = place.open().await;
    put(&*store, vec![delivery(1, Some(1), 1), delivery(2, Some(1), 2)]).await;
    let head = claim(&*store, 0).await.remove(0);
    let probed = Outcome::Probed { next_at: at(300), status: Some(503), error: "busy".to_owned() };
    store.settle_delivery(head.row.id, head.lease, probed).await.unwrap();
    assert_eq!(ids(&claim(&*store, 299).await), [] as [u128; 0]);
    let status = store.delivery(BANK, DeliveryId(1)).await.unwrap().unwrap();
    assert_eq!((status.attempts, status.last_status, status.last_error.as_deref()), (0, Some(503), Some("busy")));
    assert_eq!(ids(&claim(&*store, 300).await), [1]);
}

async fn a_dead_delivery_lets_the_next_go_and_can_be_replayed(place: &Place) {
    let store = place.open().await;
    put(&*store, vec![delivery(1, Some(1), 1), delivery(2, Some(1), 2)]).await;
    let head = claim(&*store, 0).await.remove(0);
    let dead = Outcome::Dead { at: at(1), status: None, error: "no such host".to_owned() };
    store.settle_delivery(head.row.id, head.lease, dead).await.unwrap();
    let status = store.delivery(BANK, DeliveryId(1)).await.unwrap().unwrap();
    assert_eq!((status.state, status.attempts, status.settled_at), (DeliveryState::Dead, 1, Some(at(1))));
    assert_eq!((status.last_status, status.last_error.as_deref()), (None, Some("no such host")));
    assert_eq!(store.gauges().await.unwrap().dead_deliveries, 1);
    assert_eq!(ids(&claim(&*store, 2).await), [2]);
    assert_eq!(store.replay_delivery(OTHER, DeliveryId(1), at(3)).await, Ok(false));
    assert_eq!(store.replay_delivery(BANK, DeliveryId(2), at(3)).await, Ok(false));
    assert_eq!(store.replay_delivery(BANK, DeliveryId(1), at(3)).await, Ok(true));
    assert_eq!(store.settle_delivery(head.row.id, head.lease, delivered(3)).await, Err(StoreError::Conflict));
    let again = claim(&*store, 3).await.remove(0);
    assert_eq!((again.row.id, again.attempts), (DeliveryId(1), 0));
    store.settle_delivery(again.row.id, again.lease, delivered(4)).await.unwrap();
    assert_eq!(store.gauges().await.unwrap().dead_deliveries, 0);
}

async fn a_delivery_tells_how_it_went(place: &Place) {
    let store = place.open().await;
    let foreign = DeliveryRow { tenant: OTHER, ..delivery(9, Some(1), 3) };
    let sms = DeliveryRow { channel: Channel::Sms, endpoint: None, ..delivery(3, None, 0) };
    put(&*store, vec![delivery(2, Some(1), 2), delivery(1, Some(1), 1), foreign, sms]).await;
    let head = claim(&*store, 0).await.into_iter().find(|claim| claim.row.id.0 == 1).unwrap();
    assert_eq!(head.row, delivery(1, Some(1), 1));
    store.settle_delivery(head.row.id, head.lease, delivered(5)).await.unwrap();
    let status = store.delivery(BANK, DeliveryId(1)).await.unwrap().unwrap();
    assert_eq!((status.row, status.state, status.attempts), (delivery(1, Some(1), 1), DeliveryState::Delivered, 1));
    assert_eq!((status.last_status, status.last_error, status.settled_at), (Some(200), None, Some(at(5))));
    assert_eq!(store.delivery(OTHER, DeliveryId(1)).await.unwrap(), None);
    let of_case: Vec<_> = store.deliveries_of(CaseId(1), 10).await.unwrap().iter().map(|status| status.row.id.0).collect();
    assert_eq!(of_case, [1, 2, 9]);
    let list = async |filter| store.deliveries(BANK, filter, 10).await.unwrap().iter().map(|status| status.row.id.0).collect::<Vec<_>>();
    assert_eq!(list(DeliveryFilter::default()).await, [3, 1, 2]);
    assert_eq!(list(DeliveryFilter { state: Some(DeliveryState::Pending), ..DeliveryFilter::default() }).await, [3, 2]);
    assert_eq!(list(DeliveryFilter { channel: Some(Channel::Sms), ..DeliveryFilter::default() }).await, [3]);
    let filter = DeliveryFilter { state: Some(DeliveryState::Delivered), channel: Some(Channel::Webhook), endpoint: Some(EndpointId(1)) };
    assert_eq!(list(filter).await, [1]);
}

async fn a_corrupt_delivery_does_not_stop_the_others(place: &Place) {
    let store = place.open().await;
    put(&*store, vec![delivery(1, Some(1), 1), delivery(2, Some(2), 1), delivery(3, Some(3), 1)]).await;
    place.raw("UPDATE deliveries SET tenant = 'nobody' WHERE seq = 1 AND case_id LIKE '%2'").await.unwrap();
    assert_eq!(ids(&claim(&*store, 0).await), [1, 3]);
    assert_eq!(store.counters().corrupt, 1);
}
