//! The bank's own settings: look, addresses, consent text, who may frame the page, canned replies.
//! Must not know what is fit to be set; that is the domain's.

use super::super::canned;
use super::super::extract::{Admin, CanRead, Json};
use super::super::problem::{ApiError, field};
use crate::engine::EngineError;
use crate::state::App;
use crate::tenant::Settings;
use crate::texts;
use axum::extract::State;
use domain::digest::Digest;
use domain::ids::TenantId;
use domain::settings::Edit;
use store::StoreError;
use store::rows::{Commit, TenantWrite};
use wire::api::agents::CannedReply;
use wire::api::settings::{OwnQuestion, SaveSettings, SettingsBody, SettingsView};

/// All framing origins of all tenants, as they stand in the header: proxies commonly give all headers
/// of an answer 4 KiB, and the rest of the policy needs some of it.
const MAX_FRAMERS_BYTES: usize = 2_500;

pub(in super::super) async fn read(State(app): State<App>, CanRead(person): CanRead) -> Result<axum::Json<SettingsView>, ApiError> {
    let (_, settings) = stored(&app, person.tenant).await?;
    Ok(axum::Json(view(&settings)))
}

/// As they stand in the store: the remembered ones may be some seconds old.
async fn stored(app: &App, tenant: TenantId) -> Result<(TenantWrite, Settings), ApiError> {
    let row = app.engine.store.tenant(tenant).await?.ok_or(ApiError::Plain("not_found"))?;
    let settings = serde_json::from_str(&row.settings).map_err(|e| ApiError::Internal(format!("settings of {tenant}: {e}")))?;
    Ok((row, settings))
}

fn view(s: &Settings) -> SettingsView {
    let body = SettingsBody {
        brand: s.brand.clone(),
        color: s.color.clone(),
        privacy_url: s.privacy_url.clone(),
        return_url: s.return_url.clone(),
        send_first_link: s.send_first_link,
        supervisors_download: s.supervisors_download,
        frame_ancestors: s.frame_ancestors.clone(),
        consent: s.consent.clone(),
        canned: s.canned.iter().map(|(key, texts)| CannedReply { key: key.clone(), texts: texts.clone() }).collect(),
        questions: s.questions.iter().map(|q| OwnQuestion { key: q.key.clone(), texts: q.text.clone() }).collect(),
        sample_percent: s.sample_percent,
    };
    SettingsView {
        version: s.version,
        consent_version: s.consent_version,
        body,
        locales: texts::LOCALES.iter().map(|l| (*l).to_owned()).collect(),
        built_in_consent: texts::LOCALES.iter().map(|l| ((*l).to_owned(), texts::built_in_consent(l).to_owned())).collect(),
        built_in_canned: canned::replies(),
    }
}

fn edit(body: SettingsBody) -> Edit {
    Edit {
        brand: body.brand,
        color: body.color.to_ascii_lowercase(),
        privacy_url: body.privacy_url,
        return_url: body.return_url,
        consent: body.consent,
        send_first_link: body.send_first_link,
        supervisors_download: body.supervisors_download,
        frame_ancestors: body.frame_ancestors,
        canned: body.canned.into_iter().map(|reply| (reply.key, reply.texts)).collect(),
        questions: body.questions.into_iter().map(|q| domain::procedure::OwnQuestion { key: q.key, text: q.texts }).collect(),
        sample_percent: body.sample_percent,
    }
}

pub(in super::super) async fn save(
    State(app): State<App>,
    Admin(admin): Admin,
    Json(asked): Json<SaveSettings>,
) -> Result<axum::Json<SettingsView>, ApiError> {
    let (row, before) = stored(&app, admin.tenant).await?;
    if asked.from_version != before.version {
        return Err(ApiError::Plain("settings_version"));
    }
    let after = before
        .edited(edit(asked.body), &texts::LOCALES)
        .map_err(|faults| ApiError::Fields(faults.into_iter().map(|f| field(format!("/body{}", f.pointer), f.code, f.detail)).collect()))?;
    if after.frame_ancestors != before.frame_ancestors {
        room_for_framers(&app, admin.tenant, &after).await?;
    }
    let text = serde_json::to_string(&after).map_err(|e| ApiError::Internal(e.to_string()))?;
    let entry = serde_json::json!({
        "version": after.version,
        "consent_version": after.consent_version,
        "changed": before.differing(&after),
        "sha256": Digest::of(text.as_bytes()),
    });
    let write = TenantWrite { settings: text, settings_were: Some(row.settings), ..row };
    let rows = Commit { tenants: vec![write], ..Commit::default() };
    match app.engine.administer(admin.tenant, &admin.actor(), "settings_changed", entry, rows).await {
        Err(EngineError::Store(StoreError::Conflict)) => Err(ApiError::Plain("settings_version")),
        other => {
            other?;
            Ok(axum::Json(view(&after)))
        }
    }
}

/// The header names the origins of every tenant, so a new one must find room beside the others.
async fn room_for_framers(app: &App, tenant: TenantId, after: &Settings) -> Result<(), ApiError> {
    let mut all = app.engine.tenants.framers_but(Some(tenant)).await?;
    all.extend(after.frame_ancestors.iter().cloned());
    let bytes: usize = all.iter().map(|origin| origin.len() + 1).sum();
    if bytes > MAX_FRAMERS_BYTES { Err(ApiError::Plain("limit_reached_framers")) } else { Ok(()) }
}
