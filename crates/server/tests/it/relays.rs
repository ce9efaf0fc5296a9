//! Relays of the operator: given to who may come into a call, with credentials of their own.

use crate::test_app::{TestApp, report};
use axum::http::Method;
use serde_json::{Value, json};
use server::config::IceServer;
use server::relays::Relays;
use server::state::Limits;

async fn with_relay() -> TestApp {
    let server = IceServer {
        urls: vec!["turns:turn.bank.test:443?transport=tcp".to_owned()],
        secret: "0123456789abcdef".to_owned(),
        minutes: 30,
        ..IceServer::default()
    };
    TestApp::built(Limits::default(), Relays::new(vec![server])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_a_link_gets_a_relay_for_a_while_and_nobody_else_does() {
    let app = with_relay().await;
    let (case, token) = app.case(report("onb-1")).await;
    let look = async |token: &str| app.page("/v1/customer/look", json!({ "token": token })).await.json()["ice_servers"].clone();
    let given = look(&token).await;
    // The clock of the test stands at nine; half an hour later it is over.
    assert_eq!(given[0]["username"], format!("1795426200:{case}"));
    assert_eq!(given[0]["urls"], json!(["turns:turn.bank.test:443?transport=tcp"]));
    assert!(given[0]["credential"].as_str().is_some_and(|c| c.len() == 28), "{given}");
    assert!(!given.to_string().contains("0123456789abcdef"), "the secret stays here");
    assert_eq!(look("nonsense").await, json!([]));
    assert_eq!(look(&"A".repeat(43)).await, json!([]));
    app.clock.advance(domain::time::Span::minutes(16));
    assert_eq!(look(&token).await, json!([]), "a link that ran out opens no call");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gets_one_under_their_own_name() {
    let app = with_relay().await;
    let (agent, cookie) = app.person(&app.bank, "agent").await;
    let given = app.signed(&cookie, Method::GET, "/v1/agent/relays", None).await.json();
    assert_eq!(given[0]["username"], format!("1795426200:{agent}"));
    let without = TestApp::new().await;
    let (_, cookie) = without.person(&without.bank, "agent").await;
    assert_eq!(without.signed(&cookie, Method::GET, "/v1/agent/relays", None).await.json(), Value::Array(Vec::new()));
}
