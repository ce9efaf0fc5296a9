//! Rows as the product would write them, told apart by a number.

use domain::audit::Entry;
use domain::ids::{AgentId, CaseId, DeliveryId, EndpointId, EntryId, InvitationId, ReportId, TenantId};
use domain::time::Timestamp;
use serde_json::json;
use store::rows::{
    AgentWrite, ApiKeyWrite, CaseWrite, Channel, Commit, DeliveryRow, EndpointWrite, IdempotencyRow, LinkRow, MarkRow, PersonWrite,
    PolicyRow, ReportRow, ReviewAskRow, ReviewRow, TenantWrite,
};

pub const BANK: TenantId = TenantId(1);
pub const OTHER: TenantId = TenantId(2);
/// Where the clock of the tests stands.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

pub fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1_000_000)
}

pub fn hash(n: u128) -> [u8; 32] {
    let mut hash = [0x5a; 32];
    hash[..16].copy_from_slice(&n.to_be_bytes());
    hash
}

pub fn case(n: u128) -> CaseWrite {
    CaseWrite {
        id: CaseId(n),
        tenant: BANK,
        expected_version: 0,
        version: 1,
        reference: format!("ref-{n}"),
        phase: "waiting".to_owned(),
        jurisdiction: "SG".to_owned(),
        locale: "th".to_owned(),
        reasons: vec!["glare".to_owned(), "face_mismatch".to_owned()],
        agent: Some(AgentId(7)),
        created_at: NOW,
        updated_at: at(1),
        deadline_at: Some(at(60)),
        queued_at: Some(at(2)),
        recovered_seconds: Some(-3),
        name_tokens: vec!["a1".to_owned(), "b2".to_owned()],
        state: vec![0, 1, 2, 0xff],
        state_hash: hash(n),
        key: vec![9; 40],
    }
}

/// The same case one version on.
pub fn next(case: &CaseWrite) -> CaseWrite {
    CaseWrite { expected_version: case.version, version: case.version + 1, ..case.clone() }
}

pub fn cases(cases: Vec<CaseWrite>) -> Commit {
    Commit { cases, ..Commit::default() }
}

pub fn agent(n: u128) -> AgentWrite {
    AgentWrite {
        id: AgentId(n),
        tenant: BANK,
        expected_version: 0,
        version: 1,
        presence: "available".to_owned(),
        state: json!({ "since": 5, "text": "นก" }).to_string(),
        deadline_at: Some(at(15)),
        updated_at: NOW,
    }
}

pub fn link(n: u128, case: u128) -> LinkRow {
    LinkRow { token_hash: hash(n), case: CaseId(case), invitation: InvitationId(n), created_at: at(0), expires_at: at(900) }
}

pub fn entry(n: u128, case: Option<u128>) -> Entry {
    Entry {
        id: EntryId(n),
        tenant: BANK,
        case: case.map(CaseId),
        case_version: u64::from(case.is_some()),
        at: at(3),
        actor: "agent:agt_1".to_owned(),
        kind: "ticket_queued".to_owned(),
        body: json!({ "n": 4, "list": ["ไทย", null, true], "a\u{0}b": {} }),
        state_hash: case.map(hash),
    }
}

pub fn delivery(n: u128, case: Option<u128>, seq: i64) -> DeliveryRow {
    DeliveryRow {
        id: DeliveryId(n),
        tenant: BANK,
        case: case.map(CaseId),
        seq,
        channel: Channel::Webhook,
        endpoint: Some(EndpointId(1)),
        event: "case.waiting".to_owned(),
        payload: vec![1, 0, 2],
        created_at: NOW,
        next_at: NOW,
    }
}

pub fn mark(case: u128, agent: Option<u128>, kind: &str, at: Timestamp, value: i64) -> MarkRow {
    MarkRow { tenant: BANK, case: CaseId(case), agent: agent.map(AgentId), kind: kind.to_owned(), at, value }
}

pub fn report(n: u128, at: Timestamp) -> ReportRow {
    ReportRow {
        id: ReportId(n),
        tenant: BANK,
        case: CaseId(n),
        reference: "ref".to_owned(),
        at,
        attempt: 2,
        reasons: vec!["blur".to_owned()],
        document: Some(610),
        face: None,
        liveness: Some(0),
        jurisdiction: "ID".to_owned(),
        mode: "automatic".to_owned(),
        rule: "r1".to_owned(),
    }
}

pub fn idempotency(key: &str) -> IdempotencyRow {
    IdempotencyRow { tenant: BANK, key: key.to_owned(), request_hash: hash(1), status: 201, response: vec![3; 5], created_at: NOW }
}

pub fn policy(version: u64) -> PolicyRow {
    PolicyRow { tenant: BANK, version, at: NOW, by: "agt_1".to_owned(), body: format!("{{\"v\":{version}}}") }
}

pub fn person(n: u128) -> PersonWrite {
    PersonWrite {
        id: AgentId(n),
        tenant: BANK,
        email: format!("p{n}@bank.example"),
        name: "Nguyễn".to_owned(),
        role: "agent".to_owned(),
        skills: "[\"lang:vi\"]".to_owned(),
        password_hash: Some("$argon2id$x".to_owned()),
        totp_secret: Some(vec![4; 20]),
        active: true,
        created_at: NOW,
    }
}

pub fn endpoint(n: u128) -> EndpointWrite {
    EndpointWrite {
        id: EndpointId(n),
        tenant: BANK,
        url: "https://bank.example/hook".to_owned(),
        events: vec!["case.verified".to_owned()],
        secret: vec![8; 24],
        state: "active".to_owned(),
        created_at: at(i64::try_from(n).unwrap()),
        failures: 2,
        disabled_at: None,
    }
}

pub fn api_key(n: u128) -> ApiKeyWrite {
    ApiKeyWrite { hash: hash(n), prefix: "rk_abc".to_owned(), tenant: BANK, name: "intake".to_owned(), created_at: NOW, revoked_at: None }
}

pub fn tenant(id: TenantId) -> TenantWrite {
    TenantWrite { id, name: "Bank".to_owned(), settings: "{}".to_owned(), settings_were: None, key: vec![6; 48] }
}

pub const MAKER: AgentId = AgentId(0xa);
pub const CHECKER: AgentId = AgentId(0xb);

pub fn ask(n: u128) -> ReviewAskRow {
    ReviewAskRow {
        entry: EntryId(n),
        tenant: BANK,
        case: CaseId(n),
        kind: "required".to_owned(),
        maker: MAKER,
        verdict: "verified".to_owned(),
        codes: vec!["identity_confirmed".to_owned()],
        decided_at: NOW,
    }
}

pub fn given(n: u128, of: &ReviewAskRow) -> ReviewRow {
    ReviewRow {
        entry: EntryId(n),
        tenant: of.tenant,
        case: of.case,
        kind: of.kind.clone(),
        maker: of.maker,
        checker: CHECKER,
        verdict: of.verdict.clone(),
        codes: of.codes.clone(),
        finding: "approve".to_owned(),
        reasons: vec!["evidence_holds".to_owned()],
        agreed: true,
        decided_at: of.decided_at,
        drawn_at: at(3),
        taken_at: at(5),
        at: at(40),
    }
}

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
