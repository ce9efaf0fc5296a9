//! The demo's tenant, people, key and webhook: made once, then found again in the same folder.
//! Must not be used by `serve`.

use crate::adapters::files;
use crate::adapters::ids::random;
use crate::adapters::webhook_client::WebhookSecret;
use crate::engine::{Actor, token_hash};
use crate::seed;
use crate::state::App;
use crate::tenant::Settings;
use crate::workers::deliveries::place_of_secret;
use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AgentId, EndpointId, TenantId};
use domain::procedure::OwnQuestion;
use serde::{Deserialize, Serialize};
use std::path::Path;
use store::rows::{ApiKeyWrite, Commit, EndpointWrite};

/// Every language that demo agents speak.
const SPOKEN: [&str; 9] = ["lang:en", "lang:id", "lang:th", "lang:fil", "lang:vi", "lang:ms", "lang:zh-hans", "lang:hi", "lang:ta"];

/// What the demo needs again at the next start; readable by its owner only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seeded {
    pub tenant: TenantId,
    pub agent: AgentId,
    pub supervisor: AgentId,
    pub admin: AgentId,
    pub api_key: String,
    pub endpoint: EndpointId,
    pub webhook_secret: String,
}

/// Seeds the demo tenant, or finds it.
///
/// # Errors
/// A folder or store that does not answer.
pub async fn seed(app: &App, data: &Path, local: &str) -> Result<Seeded> {
    let path = data.join("demo.json");
    let seeded = match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is damaged; choose another --data", path.display()))?,
        Err(_) => {
            let made = make(app).await?;
            files::create(data, &path, serde_json::to_string_pretty(&made)?.as_bytes())?;
            made
        }
    };
    // The port may be another one than last time.
    point_webhook(app, &seeded, &format!("{local}/bank/hook")).await?;
    Ok(seeded)
}

/// The bank's own questions; the answers are in its files, not in ours.
fn questions() -> Vec<OwnQuestion> {
    let all = [
        (
            "branch",
            [
                ("en", "At which of our branches would you collect a card?"),
                ("ms", "Di cawangan mana anda mahu mengambil kad?"),
                ("id", "Di cabang mana Anda ingin mengambil kartu?"),
                ("th", "คุณต้องการรับบัตรที่สาขาใด"),
                ("zh-Hans", "您想在哪家分行领取卡？"),
            ],
        ),
        (
            "heard",
            [
                ("en", "How did you hear about this account?"),
                ("ms", "Bagaimana anda tahu tentang akaun ini?"),
                ("id", "Dari mana Anda mengetahui rekening ini?"),
                ("th", "คุณรู้จักบัญชีนี้ได้อย่างไร"),
                ("zh-Hans", "您是怎么了解到这个账户的？"),
            ],
        ),
        (
            "device",
            [
                ("en", "On which phone did you fill in the form?"),
                ("ms", "Anda isi borang dengan telefon apa?"),
                ("id", "Dengan ponsel apa Anda mengisi formulir?"),
                ("th", "คุณกรอกแบบฟอร์มด้วยโทรศัพท์รุ่นใด"),
                ("zh-Hans", "您是用哪部手机填写表格的？"),
            ],
        ),
    ];
    let own = |(key, text): (&str, [(&str, &str); 5])| OwnQuestion {
        key: key.to_owned(),
        text: text.into_iter().map(|(locale, words)| (locale.to_owned(), words.to_owned())).collect(),
    };
    all.into_iter().map(own).collect()
}

async fn make(app: &App) -> Result<Seeded> {
    let settings = Settings {
        brand: "Harbour Bank".to_owned(),
        color: "#0b5d66".to_owned(),
        return_url: Some("/bank".to_owned()),
        questions: questions(),
        ..Settings::default()
    };
    let tenant = seed::tenant(app, "Harbour Bank", &settings, "Asia/Singapore", "default").await?;
    let agent = seed::person(app, tenant, "Ana Reyes", "ana@harbour.example", "agent", &SPOKEN).await?;
    let supervisor = seed::person(app, tenant, "Bo Lindqvist", "bo@harbour.example", "supervisor", &SPOKEN).await?;
    let admin = seed::person(app, tenant, "Chi Okafor", "chi@harbour.example", "admin", &[]).await?;
    seed::declare_everything(app, tenant).await?;
    for person in [agent, supervisor] {
        seed::certify_for_all(app, person).await?;
    }
    let secret: [u8; 32] = random();
    let api_key = format!("rk_test_{}", URL_SAFE_NO_PAD.encode(secret));
    let key = ApiKeyWrite {
        hash: token_hash(&api_key).0,
        prefix: api_key.chars().take(12).collect(),
        tenant,
        name: "Demo bank".to_owned(),
        created_at: app.engine.now(),
        revoked_at: None,
    };
    let body = serde_json::json!({ "prefix": key.prefix });
    app.engine.administer(tenant, &Actor::System, "api_key_created", body, Commit { api_keys: vec![key], ..Commit::default() }).await?;
    let webhook_secret = WebhookSecret::generate().reveal().to_string();
    let endpoint = EndpointId(app.engine.ids.id());
    Ok(Seeded { tenant, agent, supervisor, admin, api_key, endpoint, webhook_secret })
}

async fn point_webhook(app: &App, seeded: &Seeded, url: &str) -> Result<()> {
    let engine = &app.engine;
    let known = engine.store.endpoint(seeded.endpoint).await?;
    if known.as_ref().is_some_and(|e| e.url == url && e.disabled_at.is_none()) {
        return Ok(());
    }
    let secret = engine.kms.seal_small(seeded.tenant, &place_of_secret(seeded.endpoint), seeded.webhook_secret.as_bytes())?;
    let row = EndpointWrite {
        id: seeded.endpoint,
        tenant: seeded.tenant,
        url: url.to_owned(),
        events: Vec::new(),
        secret,
        state: "active".to_owned(),
        created_at: known.map_or_else(|| engine.now(), |e| e.created_at),
        failures: 0,
        disabled_at: None,
    };
    let body = serde_json::json!({ "endpoint": seeded.endpoint });
    engine.administer(seeded.tenant, &Actor::System, "endpoint_saved", body, Commit { endpoints: vec![row], ..Commit::default() }).await?;
    Ok(())
}
