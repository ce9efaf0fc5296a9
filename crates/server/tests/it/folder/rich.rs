//! What a rich folder has beside its two cases: a second bank, every kind of row, chats, a drawing.
//! Must not know what is checked on it.

use super::*;
use domain::audit::cosignature::cosign;
use domain::audit::{CosignerKey, SignedNote};
use domain::case::Message;
use domain::digest::Salt;
use domain::ids::MessageId;
use domain::invitation::FreshLink;
use domain::trigger::Policy;
use serde_json::json;
use server::engine::{new_token, token_hash};
use store::rows::{ApiKeyWrite, Commit, CosignatureRow, EndpointWrite, PersonWrite, PolicyRow, TenantWrite};

const WITNESS: &str = "witness.example/one";

impl Yard {
    /// A second tenant with an admin and a case that waits for its customer.
    pub(super) async fn other_bank(&mut self) {
        let first = self.tenant;
        let id = TenantId(self.engine.ids.id());
        let key = self.engine.kms.wrap(id, &self.engine.kms.new_key()).unwrap();
        let settings = serde_json::to_string(&tenant::Settings { brand: "Other".to_owned(), ..tenant::Settings::default() }).unwrap();
        let row = TenantWrite { id, name: "Other Bank".to_owned(), settings, settings_were: None, key };
        let rows = Commit { tenants: vec![row], policy: Some(self.policy(id, 1, "Asia/Jakarta")), ..Commit::default() };
        self.engine.administer(id, &Actor::System, "tenant_created", json!({ "tenant": id }), rows).await.unwrap();
        self.tenant = id;
        self.administer().await;
        let new = NewReport { jurisdiction: "SG".to_owned(), ..new_report("other-1") };
        let customer = Customer { name: Pii::new("Somchai Jaidee".to_owned()), locale: "th".to_owned(), phone: None, email: None };
        self.engine.open(id, &Actor::Api("other".to_owned()), NewReport { customer, ..new }, |_| None).await.unwrap();
        self.tenant = first;
    }

    fn policy(&self, tenant: TenantId, version: u64, zone: &str) -> PolicyRow {
        let body = serde_json::to_string(&Policy::starting(zone, "default")).unwrap();
        PolicyRow { tenant, version, at: self.engine.now(), by: format!("agent:{}", self.agents[0]), body }
    }

    /// A person who signed in, API keys, endpoints and a further policy of the tenant.
    pub(super) async fn administer(&self) {
        let (engine, tenant) = (&self.engine, self.tenant);
        let now = engine.now();
        let person = |n: u8, totp: Option<Vec<u8>>| PersonWrite {
            id: AgentId(engine.ids.id()),
            tenant,
            email: format!("p{n}@{tenant}.example"),
            name: format!("Person {n}"),
            role: "admin".to_owned(),
            skills: r#"["lang:en"]"#.to_owned(),
            password_hash: Some(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA{n}")),
            totp_secret: totp,
            active: n == 1,
            created_at: now,
        };
        let endpoint = |n: u8| EndpointWrite {
            id: domain::ids::EndpointId(engine.ids.id()),
            tenant,
            url: format!("https://bank.example/hooks/{n}"),
            events: vec!["case.verified".to_owned()],
            secret: vec![n; 40],
            state: if n == 1 { "active" } else { "disabled" }.to_owned(),
            created_at: now,
            failures: i64::from(n),
            disabled_at: (n == 2).then_some(now),
        };
        let api_key = |n: u8| ApiKeyWrite {
            hash: token_hash(&new_token(engine.ids.as_ref())).0,
            prefix: format!("rk_test_{n}"),
            tenant,
            name: format!("key {n}"),
            created_at: now,
            revoked_at: (n == 2).then_some(now),
        };
        let version = engine.store.policy(tenant).await.unwrap().unwrap().version + 1;
        let rows = Commit {
            people: vec![person(1, Some(vec![7; 60])), person(2, None)],
            endpoints: vec![endpoint(1), endpoint(2)],
            api_keys: vec![api_key(1), api_key(2)],
            policy: Some(self.policy(tenant, version, "Asia/Singapore")),
            ..Commit::default()
        };
        engine.administer(tenant, &Actor::System, "settings_changed", json!({}), rows).await.unwrap();
    }

    /// A chat, notes and a drawing in a live session.
    pub(super) async fn talk(&self, (case, session): (CaseId, SessionId)) {
        let agent = self.agents[1];
        for (n, from) in [(1u8, Seat::Agent), (2, Seat::Customer)] {
            let message = Message {
                id: MessageId(self.engine.ids.id()),
                nonce: format!("n{n}"),
                from,
                name: "Ben".to_owned(),
                at: self.engine.now(),
                text: Pii::new(format!("message {n}")),
                image: None,
            };
            self.feed(case, Input::Chat { message: Box::new(message), salt: Salt([n; 16]) }).await;
        }
        self.feed(case, Input::Notes { agent, text: Pii::new("a note".to_owned()), salt: Salt([9; 16]) }).await;
        let key = self.engine.loaded(case).await.unwrap().key;
        let id = EvidenceId(self.engine.ids.id());
        let name = server::images::drawing_place(case, id);
        let plain = br#"{"format":"recourse.drawing.v1"}"#;
        let sealed = seal::seal(&key.0, &name, plain).unwrap();
        self.blobs.put_new(&name, &sealed).unwrap();
        let drawing = domain::evidence::Drawing {
            id,
            session,
            surface: domain::board::Surface::Live,
            at: self.engine.now(),
            ops: 3,
            bytes: plain.len() as u64,
            sha256: Digest::of(plain),
            sealed: Digest::of(&sealed),
        };
        self.feed(case, Input::DrawingKept { drawing: Box::new(drawing) }).await;
    }

    /// A third case: two attempts with scores, and a second link.
    pub(super) async fn add_reports(&self) {
        let engine = &self.engine;
        let new = new_report("onb-3");
        let score = domain::report::Score::from_thousandths;
        let scores = Scores { document: score(310), face: score(420), liveness: score(530) };
        let report = Report { scores, attempt: 3, reasons: vec![FailureReason::FaceMismatch], ..new.report.clone() };
        let case = engine.open(self.tenant, &Actor::Api("test".to_owned()), new, |_| None).await.unwrap().case.id;
        engine.add_report(case, &Actor::Api("test".to_owned()), report, |_| None).await.unwrap();
        let link = |link: FreshLink, life| Input::NewLink { link, life };
        engine.with_link(case, &Actor::Api("test".to_owned()), link).await.unwrap();
    }

    /// The log names a witness.
    pub(super) async fn name_witness(&self) -> SigningKey {
        let key = SigningKey::from_bytes(&[8; 32]);
        let public = CosignerKey::new(WITNESS, key.verifying_key()).unwrap();
        let body = json!({ "witnesses": [public.to_string()] });
        self.engine.log(self.tenant, None, &Actor::System, "witnesses_changed", body).await.unwrap();
        key
    }

    /// What the witness signed of every checkpoint.
    pub(super) async fn cosign(&self, key: &SigningKey) {
        for (n, row) in self.engine.store.checkpoints(None, 1_000).await.unwrap().iter().enumerate() {
            let seconds = 1_790_000_000 + n as u64;
            let note = SignedNote::parse(row.note.as_bytes()).unwrap();
            let mut signed = SignedNote::new(note.text().to_owned()).unwrap();
            signed.add(cosign(note.text(), WITNESS, key, seconds).unwrap()).unwrap();
            let text = signed.to_string();
            let line = text.split_once("\n\n").unwrap().1.trim_end().to_owned();
            let at = Timestamp(i64::try_from(seconds).unwrap() * 1_000_000);
            self.engine.store.put_cosignature(CosignatureRow { size: row.size, witness: WITNESS.to_owned(), line, at }).await.unwrap();
        }
    }
}
