//! Agent and customer look at something together, draw on it and write to each other, over real sockets.

use crate::links::face_to_face;
use crate::sockets::{Page, console, served, wait_for};
use crate::test_app::{Reply, TestApp, call, encoded};
use axum::http::Method;
use base64::Engine as _;
use domain::board::MAX_OP_POINTS;
use domain::digest::Digest;
use domain::evidence::Source;
use domain::ids::{CaseId, EvidenceId};
use domain::time::Span;
use serde_json::{Value, json};
use server::images::{drawing_place, read_drawing};
use std::net::SocketAddr;

/// An agent and a customer face to face, each with a page.
pub struct Two {
    pub app: TestApp,
    pub at: SocketAddr,
    pub case: String,
    pub token: String,
    pub secret: String,
    cookie: String,
    pub agent: Page,
    pub customer: Page,
}

impl Two {
    pub async fn meet() -> Self {
        let app = TestApp::new().await;
        let at = served(&app).await;
        let (case, token, secret, cookie) = face_to_face(&app).await;
        let agent = console(&app, at, &cookie).await;
        let customer = Self::page(at, &token, &secret, 0).await;
        let mut two = Self { app, at, case, token, secret, cookie, agent, customer };
        two.agent.until("board").await;
        two.customer.until("board").await;
        two
    }

    async fn page(at: SocketAddr, token: &str, secret: &str, after: u32) -> Page {
        let mut page = Page::open(at, "/v1/customer/socket", "", "http://bank.test").await.unwrap();
        page.say(json!({ "type": "hello", "token": token, "client_secret": secret, "chat_after": after })).await;
        page
    }

    pub fn id(&self) -> CaseId {
        self.case.parse().unwrap()
    }

    /// What the log says of the case, and who did it.
    async fn log(&self) -> Vec<String> {
        let rows = self.app.app.engine.store.audit_of_case(self.id(), 0, 1_000).await.unwrap();
        rows.iter().map(|row| format!("{} by {}", row.entry.kind, row.entry.actor)).collect()
    }

    pub async fn show(&mut self, surface: Value) {
        self.agent.say(json!({ "type": "show", "case": self.case, "surface": surface })).await;
        for page in [&mut self.agent, &mut self.customer] {
            assert_eq!(page.until("board").await["board"].get("surface").cloned().unwrap_or_default(), surface);
        }
    }

    pub async fn agent_draws(&mut self, n: u32, op: Value) {
        self.agent.say(json!({ "type": "draw", "case": self.case, "n": n, "op": op })).await;
    }

    pub async fn customer_draws(&mut self, n: u32, op: Value) {
        self.customer.say(json!({ "type": "draw", "n": n, "op": op })).await;
    }

    /// The next doing as both heard it.
    pub async fn both_hear(&mut self) -> Value {
        let (mut a, c) = (self.agent.until("drawn").await, self.customer.until("drawn").await);
        a.as_object_mut().unwrap().remove("case");
        assert_eq!(a, c);
        a
    }

    pub async fn snapshot(&self, bytes: &[u8], of: Option<&str>) -> Reply {
        let digest = base64::engine::general_purpose::STANDARD.encode(Digest::of(bytes).0);
        let of = of.map(|of| format!("&of={of}")).unwrap_or_default();
        let request = call(Method::POST, &format!("/v1/agent/snapshots?case={}{of}", self.case), None)
            .header("recourse-page", "1")
            .header("cookie", &self.cookie)
            .header("content-type", "image/png")
            .header("content-digest", &format!("sha-256=:{digest}:"))
            .body(bytes.to_vec());
        self.app.send(request).await
    }

    async fn image(&self, evidence: &str) -> Reply {
        let request = call(Method::GET, &format!("/v1/customer/evidence/{evidence}"), None)
            .header("authorization", &format!("Bearer {}", self.secret))
            .header("recourse-link", &self.token)
            .body_of();
        self.app.send(request).await
    }
}

pub fn begin(id: u32) -> Value {
    json!({ "op": "begin", "id": id, "tool": "pen", "width": 5, "xy": [1, 65_535] })
}

#[tokio::test(flavor = "multi_thread")]
async fn both_hear_every_doing_in_one_order_and_a_page_that_comes_back_gets_the_board_whole() {
    let mut two = Two::meet().await;
    two.show(json!({ "on": "live" })).await;
    two.agent_draws(7, begin(1)).await;
    assert_eq!(two.both_hear().await, json!({ "type": "drawn", "seq": 1, "from": "agent", "n": 7, "op": begin(1) }));
    two.customer_draws(9, begin(1)).await;
    assert_eq!(two.both_hear().await["from"], "customer");
    two.customer_draws(10, json!({ "op": "points", "id": 1, "xy": [2, 3, 4, 5] })).await;
    two.both_hear().await;
    two.agent_draws(8, json!({ "op": "text", "id": 2, "width": 30, "xy": [9, 9], "text": " tilt\u{202e} it\nhere " })).await;
    assert_eq!(two.both_hear().await["op"]["text"], "tilt it here");

    two.customer = Two::page(two.at, &two.token, &two.secret, 0).await;
    let board = two.customer.until("board").await["board"].clone();
    assert_eq!((board["seq"].as_u64(), board["strokes"].as_array().map(Vec::len)), (Some(4), Some(3)));
    assert_eq!(
        board["strokes"][1],
        json!({ "from": "customer", "id": 1, "tool": "pen", "width": 5, "xy": [1, 65_535, 2, 3, 4, 5], "done": false, "undone": false })
    );
    two.agent.say(json!({ "type": "board_again", "case": two.case })).await;
    assert_eq!(two.agent.until("board").await["board"], board);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_or_out_of_turn_is_refused_by_its_number_and_the_board_goes_on() {
    let mut two = Two::meet().await;
    two.customer_draws(1, begin(1)).await;
    assert_eq!(two.customer.until("draw_refused").await, json!({ "type": "draw_refused", "n": 1, "code": "stale" }), "nothing is shown");
    two.show(json!({ "on": "live" })).await;
    two.customer_draws(2, begin(1)).await;
    two.both_hear().await;
    let many: Vec<u16> = vec![7; (MAX_OP_POINTS + 1) * 2];
    for (n, op, code) in [
        (3, json!({ "op": "points", "id": 1, "xy": many }), "out_of_range"),
        (4, json!({ "op": "points", "id": 1, "xy": [1, 2, 3] }), "out_of_range"),
        (5, json!({ "op": "text", "id": 5, "width": 30, "xy": [1, 2], "text": "\u{200b}\u{2060}" }), "out_of_range"),
        (6, json!({ "op": "points", "id": 1, "xy": vec![7; 9_000] }), "too_fast"),
    ] {
        two.customer_draws(n, op).await;
        assert_eq!(two.customer.until("draw_refused").await, json!({ "type": "draw_refused", "n": n, "code": code }));
    }
    // A million points in one message: refused in words, and the page stays.
    let text = format!("{{\"type\":\"draw\",\"n\":7,\"op\":{{\"op\":\"points\",\"id\":1,\"xy\":[{}1]}}}}", "1,".repeat(900_000));
    two.customer.say_text(&text).await;
    assert_eq!(two.customer.until("problem").await["code"], "too_large");
    two.customer_draws(8, json!({ "op": "end", "id": 1 })).await;
    assert_eq!(two.both_hear().await["n"], 8);
    // Another agent does not draw on it, nor does the agent on another case.
    let (_, other) = two.app.person(&two.app.bank, "agent").await;
    let mut stranger = console(&two.app, two.at, &other).await;
    stranger.say(json!({ "type": "draw", "case": two.case, "n": 1, "op": begin(5) })).await;
    assert_eq!(stranger.until("draw_refused").await["code"], "not_yours");
    stranger.say(json!({ "type": "show", "case": two.case, "surface": null })).await;
    assert_eq!(stranger.until("problem").await["code"], "not_yours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_keeps_the_untouched_picture_and_the_drawn_one_beside_it_and_only_what_is_shown_is_seen() {
    let mut two = Two::meet().await;
    let (plain, drawn) = (encoded(320, 240, image::ImageFormat::Png), encoded(321, 240, image::ImageFormat::Png));
    let kept = two.snapshot(&plain, None).await.json()["id"].as_str().unwrap().to_owned();
    let with = two.snapshot(&drawn, Some(&kept)).await;
    assert_eq!(with.status, 200, "{with:?}");
    assert_eq!(two.snapshot(&plain, None).await.json()["id"], kept, "a repeat is one snapshot");
    assert_eq!(two.snapshot(&drawn, Some("evd_00000000000000000000000000000001")).await.problem(), (422, "evidence_mismatch".to_owned()));
    let case = two.app.app.engine.case(two.id()).await.unwrap();
    let sources: Vec<_> = case.evidence.iter().map(|e| (e.source, e.of.map(|id| id.to_string()), e.sha256)).collect();
    let wanted = [(Source::Screen, None, Digest::of(&plain)), (Source::Annotated, Some(kept.clone()), Digest::of(&drawn))];
    assert_eq!(sources, wanted);

    assert_eq!(two.image(&kept).await.problem().0, 404, "not shown yet");
    two.show(json!({ "on": "evidence", "evidence": kept })).await;
    assert_eq!(two.image(&kept).await.header("content-type"), "image/jpeg");
    assert_eq!(two.image(with.json()["id"].as_str().unwrap()).await.problem().0, 404, "only the one that is shown");
    let (case, unknown) = (two.case.clone(), "evd_00000000000000000000000000000001");
    for (surface, code) in [
        (json!({ "on": "evidence", "evidence": unknown }), "evidence_mismatch"),
        (json!({ "on": "evidence", "evidence": "evd_x" }), "out_of_range"),
    ] {
        two.agent.say(json!({ "type": "show", "case": case, "surface": surface })).await;
        assert_eq!(two.agent.until("problem").await["code"], code);
    }
    two.show(Value::Null).await;
    assert_eq!(two.image(&kept).await.problem().0, 404, "and not any more");
    let entries = two.app.app.engine.store.audit_of_case(two.id(), 0, 1_000).await.unwrap();
    assert_eq!(entries.iter().filter(|row| row.entry.kind == "surface_shown").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_is_sealed_when_the_surface_changes_when_all_is_cleared_and_when_the_session_ends() {
    let mut two = Two::meet().await;
    two.show(json!({ "on": "live" })).await;
    two.agent_draws(1, begin(1)).await;
    two.both_hear().await;
    two.app.clock.advance(Span::millis(40));
    two.customer_draws(1, json!({ "op": "laser", "xy": [5, 5] })).await;
    two.both_hear().await;
    two.agent_draws(2, json!({ "op": "clear_all" })).await;
    two.both_hear().await;
    let engine = two.app.app.engine.clone();
    let id = two.id();
    let kept = async |n: usize| wait_for("the trail", async || engine.case(id).await.unwrap().drawings.len() == n).await;
    kept(1).await;
    two.customer_draws(2, begin(9)).await;
    two.both_hear().await;
    two.show(Value::Null).await;
    kept(2).await;
    two.show(json!({ "on": "live" })).await;
    two.customer_draws(3, begin(10)).await;
    wait_for("the doing to count", async || two.app.app.boards.view(id)[0].seq > 0).await;
    two.agent.say(json!({ "type": "end", "case": two.case })).await;
    assert_eq!(two.customer.until("board").await["board"]["strokes"], json!([]));
    kept(3).await;

    let loaded = engine.loaded(id).await.unwrap();
    let first = &loaded.case.drawings[0];
    let plain = read_drawing(&two.app.app, &loaded, first.id).await.unwrap();
    assert_eq!((Digest::of(&plain), plain.len() as u64, first.ops), (first.sha256, first.bytes, 2), "a fading pointer is not kept");
    let trail: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(trail["ops"][0], json!([0, "agent", begin(1)]));
    assert_eq!((trail["ops"][1][2]["op"].as_str(), trail["surface"]["on"].as_str()), (Some("clear_all"), Some("live")));
    assert!(two.app.app.blobs.get(&drawing_place(id, first.id)).unwrap() != plain, "it is sealed");
    let path = |drawing: EvidenceId| format!("/v1/evidence/{drawing}/drawing?case={id}");
    let (auditor_id, auditor) = two.app.person(&two.app.bank, "auditor").await;
    assert_eq!(two.app.signed(&auditor, Method::GET, &path(first.id), None).await.bytes, plain);
    let (_, stranger) = two.app.person(&two.app.other_bank().await, "auditor").await;
    assert_eq!(two.app.signed(&stranger, Method::GET, &path(first.id), None).await.problem().0, 404);

    // Whoever replays the case gets every piece in order, and is logged once for it; a changed piece is named.
    let all = format!("/v1/admin/cases/{id}/drawings");
    // The session is over, but not the recorder: it has its last word, that no browser ever sent anything, when it has
    // closed its file. Only then is the log quiet.
    wait_for("the recorder's last word", async || two.log().await.contains(&"recording_failed by system".to_owned())).await;
    let before = two.log().await;
    let view = two.app.signed(&auditor, Method::GET, &all, None).await.json();
    let ids: Vec<String> = loaded.case.drawings.iter().map(|d| d.id.to_string()).collect();
    let pieces = view["pieces"].as_array().unwrap();
    assert_eq!(pieces.iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), ids);
    assert_eq!(pieces[0]["ops"][0], json!({ "at_ms": 0, "from": "agent", "op": begin(1) }));
    assert_eq!((pieces[0]["surface"].clone(), pieces[0]["shown_at"].clone()), (json!({ "on": "live" }), trail["shown_at"].clone()));
    let from_second = two.app.signed(&auditor, Method::GET, &format!("{all}?from={}", ids[1]), None).await.json();
    assert_eq!(from_second["pieces"].as_array().map(Vec::len), Some(2));
    assert_eq!(two.log().await[before.len()..], [format!("evidence_viewed by agent:{auditor_id}")]);
    let file = two.app.folder.join("blobs").join(drawing_place(id, first.id));
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let view = two.app.signed(&auditor, Method::GET, &all, None).await.json();
    assert_eq!((view["damaged"].clone(), view["pieces"].as_array().map(Vec::len)), (json!([ids[0]]), Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_keep_their_order_through_reconnects_and_none_is_doubled_or_lost() {
    let mut two = Two::meet().await;
    let mut nonces = Vec::new();
    for round in 0..6 {
        for side in ["a", "c"] {
            let nonce = format!("{side}{round}");
            let message = json!({ "type": "chat", "case": two.case, "nonce": nonce, "text": nonce });
            if side == "a" {
                two.agent.say(message.clone()).await;
                two.agent.say(message).await;
            } else {
                let mut mine = message;
                mine.as_object_mut().unwrap().remove("case");
                two.customer.say(mine.clone()).await;
                // The line breaks before the page hears of it: it says the same again.
                two.customer = Two::page(two.at, &two.token, &two.secret, 0).await;
                two.customer.say(mine).await;
            }
            wait_for(&nonce, async || two.app.app.engine.case(two.id()).await.unwrap().chat.iter().any(|m| m.nonce == nonce)).await;
            nonces.push(nonce);
        }
    }
    let said: Vec<String> = two.app.app.engine.case(two.id()).await.unwrap().chat.iter().map(|m| m.nonce.clone()).collect();
    assert_eq!(said, nonces);
    for after in [0usize, 5, 12] {
        let mut page = Two::page(two.at, &two.token, &two.secret, u32::try_from(after).unwrap()).await;
        let mut seen = Vec::new();
        while seen.len() < nonces.len() - after {
            let chat = page.until("chat").await;
            assert_eq!(chat["from"], after + seen.len());
            seen.extend(chat["messages"].as_array().unwrap().iter().map(|m| m["nonce"].as_str().unwrap().to_owned()));
        }
        assert_eq!(seen, nonces[after..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_comes_back_by_its_name_and_one_of_a_megabyte_is_refused_in_words() {
    let mut two = Two::meet().await;
    let long = "x".repeat(2_001);
    two.customer.say(json!({ "type": "chat", "nonce": "c1", "text": long })).await;
    assert_eq!(two.customer.until("chat_refused").await, json!({ "type": "chat_refused", "nonce": "c1", "code": "out_of_range" }));
    two.customer.say(json!({ "type": "chat", "nonce": "c2", "text": "\u{202e}\u{200b}" })).await;
    assert_eq!(two.customer.until("chat_refused").await["nonce"], "c2");
    two.agent.say(json!({ "type": "chat", "case": two.case, "nonce": "a1", "text": long })).await;
    assert_eq!(two.agent.until("chat_refused").await["nonce"], "a1");
    let megabyte = "y".repeat(1_000_000);
    two.customer.say_text(&format!("{{\"type\":\"chat\",\"nonce\":\"c3\",\"text\":\"{megabyte}\"}}")).await;
    assert_eq!(two.customer.until("problem").await["code"], "too_large");
    two.agent.say_text(&format!("{{\"type\":\"chat\",\"case\":\"{}\",\"nonce\":\"a2\",\"text\":\"{megabyte}\"}}", two.case)).await;
    let problem = two.agent.until("problem").await;
    assert_eq!((problem["code"].as_str(), problem["of"].as_str()), (Some("too_large"), Some("chat")));
    let text = "<script>alert(1)</script> \u{202e}gnp.exe\u{200b} 你好";
    two.customer.say(json!({ "type": "chat", "nonce": "c4", "text": text })).await;
    let said = two.agent.until("chat").await["messages"][0].clone();
    assert_eq!((said["nonce"].as_str(), said["text"].as_str()), (Some("c4"), Some("<script>alert(1)</script> gnp.exe 你好")));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_side_learns_how_far_the_other_has_the_chat_also_after_a_reload() {
    let mut two = Two::meet().await;
    two.agent.say(json!({ "type": "chat", "case": two.case, "nonce": "a1", "text": "hello" })).await;
    two.customer.until("chat").await;
    two.customer.say(json!({ "type": "chat_seen", "got": 1, "seen": 9 })).await;
    let heard = async |page: &mut Page, got: u32| loop {
        let seen = page.until("chat_seen").await;
        if seen["got"] == got {
            return seen;
        }
    };
    let seen = heard(&mut two.agent, 1).await;
    assert_eq!(seen, json!({ "type": "chat_seen", "case": two.case, "got": 1, "seen": 1 }), "nobody sees more than came");
    two.agent.say(json!({ "type": "chat_seen", "case": two.case, "got": 4_000_000_000u32, "seen": 1 })).await;
    assert_eq!(heard(&mut two.customer, 500).await["seen"], 1);
    let mut back = Two::page(two.at, &two.token, &two.secret, 1).await;
    assert_eq!(heard(&mut back, 500).await["seen"], 1);
}
