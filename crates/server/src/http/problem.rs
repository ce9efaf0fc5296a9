//! The only place where an error meets a status: RFC 9457 problem documents with stable codes.
//! Must not know which handler failed.

use crate::adapters::ids::random;
use crate::adapters::images::ImageRefusal;
use crate::engine::EngineError;
use crate::images::KeepError;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::CaseId;
use domain::refusal::{Code, Refusal};
use store::StoreError;
use wire::problem::{FieldError, Problem};

/// Why a request was not served.
#[derive(Debug)]
pub enum ApiError {
    /// A code of [`KINDS`] that says everything.
    Plain(&'static str),
    /// A code of [`KINDS`], in words that fit this occurrence.
    Said(&'static str, String),
    /// Fields of the body are at fault.
    Fields(Vec<FieldError>),
    /// Nobody, or somebody unknown; the scheme that would help.
    Unauthorised(&'static str),
    /// Asked too often; seconds to wait.
    TooMany(u32),
    /// The law refuses.
    Refused(Refusal),
    /// The law refuses, and there is more to say about why.
    Because(Refusal, String),
    /// The answer to the case challenge was wrong; in words, with the tries left.
    Challenge(String),
    /// The image was not accepted.
    Image(ImageRefusal),
    /// The reference belongs to an open case.
    ReferenceInUse(CaseId),
    /// Not now: the store, the disk or a key does not answer.
    Unavailable(String),
    /// Broken; the text is for the operator's log only.
    Internal(String),
}

/// A published kind of problem.
pub struct Kind {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
    /// What happened and what to do.
    pub detail: &'static str,
}

const fn kind(code: &'static str, status: u16, title: &'static str, detail: &'static str) -> Kind {
    Kind { code, status, title, detail }
}

/// Every kind that is not a refusal of the law or of an image.
pub const KINDS: &[Kind] = &[
    kind("malformed_json", 400, "The body is not JSON", "Send a JSON document as RFC 8259 describes it."),
    kind("malformed_request", 400, "The request cannot be read", "Check address, query and headers."),
    kind(
        "digest_mismatch",
        400,
        "The bytes differ from their digest",
        "Something changed on the way; send them again with a fresh Content-Digest.",
    ),
    kind("digest_missing", 400, "The digest is missing", "Send Content-Digest: sha-256=:base64: (RFC 9530)."),
    kind("upload_length", 400, "The upload has another length", "Send exactly as many bytes as Upload-Length said."),
    kind("sign_in_needed", 401, "Nobody is signed in", "Sign in and try again."),
    kind("sign_in_failed", 401, "That did not work", "E-mail, password or code is wrong, or the link was used or ran out."),
    kind("code_needed", 401, "The second factor is missing", "Give the six digits of your authenticator app."),
    kind("api_key_needed", 401, "No valid API key", "Send Authorization: Bearer with an active key of this server."),
    kind("pass_needed", 401, "No valid pass", "Ask for one with POST /v1/cases/{id}/access and send it as Authorization: Bearer."),
    kind("client_unknown", 401, "This browser does not hold the link", "Claim the link first; send its client secret and the link."),
    kind("forbidden", 403, "Your role does not allow this", "Ask an admin of your organisation."),
    kind(
        "download_not_allowed",
        403,
        "Your role may watch this, not keep it",
        "Watch it in the admin page, or ask an auditor or admin for the file.",
    ),
    kind("pass_scope", 403, "The pass does not open this", "Ask for a pass with the scope you need: images or recordings."),
    kind("page_header_missing", 403, "Not from our page", "Send Recourse-Page: 1 from the same origin."),
    kind("foreign_origin", 403, "Not from our page", "Sockets are opened by pages of this server only."),
    kind("not_found", 404, "There is no such thing", "Check the address and the id."),
    kind("upload_unknown", 404, "There is no such upload", "It was cancelled or ran out; begin a new one."),
    kind("link_unknown", 404, "There is no such link", "Open the newest link that was sent."),
    kind("method_not_allowed", 405, "The address does not know this method", "See Allow."),
    kind("conflict", 409, "Another change came first", "Read again and repeat."),
    kind("policy_version", 409, "The policy was changed meanwhile", "Load the newest version and apply your edit to it."),
    kind("settings_version", 409, "The settings were changed meanwhile", "Load the newest version and apply your edit to it."),
    kind(
        "limit_reached_framers",
        409,
        "Too many framing origins on this server",
        "They all stand in one header, which has room for 2,500 characters; list fewer, or use a wildcard such as https://*.bank.example.",
    ),
    kind("reference_in_use", 409, "The reference belongs to an open case", "Add a report to that case, or use another reference."),
    kind("idempotency_in_flight", 409, "The same request is being served", "Wait for its answer, then repeat."),
    kind("email_in_use", 409, "The e-mail address has an account", "Use another address, or edit that account."),
    kind("own_account", 409, "Your own account", "Nobody takes away their own admin role or deactivates themselves; ask another admin."),
    kind("limit_reached_keys", 409, "Too many keys", "Revoke a key first."),
    kind("limit_reached_endpoints", 409, "Too many endpoints", "Remove an endpoint first."),
    kind("limit_reached_uploads", 409, "Too many uploads are open", "Finish or cancel one of them first."),
    kind("upload_offset", 409, "The upload stands elsewhere", "Ask with HEAD for Upload-Offset and go on from there."),
    kind("review_blind", 409, "You are looking at this case blind", "Give your own finding first; then everything about it can be read."),
    kind(
        "pack_not_ready",
        409,
        "The pack is not ready",
        "Ask for it, and fetch it once it is; a finished one is kept for a quarter of an hour.",
    ),
    kind("pack_for_others", 409, "A pack of this case is being made for others", "Wait until it is done, then ask for yours."),
    kind("session_not_live", 409, "There is no live session", "Photographs are taken while an agent is there."),
    kind("evidence_erased", 410, "The evidence was erased", "Its key was destroyed; nothing can bring it back."),
    kind("body_too_large", 413, "The body is too large", "JSON bodies may have 256 KiB, images 10 MiB."),
    kind("unsupported_media_type", 415, "The body has the wrong type", "Send application/json, or image/* for images."),
    kind("range_not_satisfiable", 416, "That range is outside the file", "Ask for bytes within the length."),
    kind("invalid_fields", 422, "Fields are at fault", "See errors: each names its field by a JSON Pointer."),
    kind("idempotency_key_reused", 422, "The idempotency key was used for another request", "Use a new key for a new request."),
    kind("idempotency_key_bad", 422, "The idempotency key cannot be used", "Use 1 to 255 printable ASCII characters."),
    kind("too_many_requests", 429, "Too many requests", "Wait as long as Retry-After says."),
    kind("packs_busy", 429, "Too many packs are being made", "Wait until one of them is done, then ask again."),
    kind("internal_error", 500, "Something broke here", "It was logged under the id in instance."),
    kind("storage_low", 503, "No room for new work", "The storage is nearly full, so no new work is taken; try again as Retry-After says."),
    kind("unavailable", 503, "Not now", "Try again as Retry-After says; nothing was changed."),
];

/// The status of a refusal of the law.
pub const fn refusal_status(code: Code) -> u16 {
    match code {
        Code::CaseClosed | Code::InvitationExpired | Code::InvitationReplaced | Code::Erased => 410,
        Code::ChallengeFailed | Code::NotYours | Code::SamePerson => 403,
        Code::ChallengeLocked => 423,
        Code::UnknownStep
        | Code::EvidenceMismatch
        | Code::ReasonMissing
        | Code::ReasonUnknown
        | Code::OutOfRange
        | Code::FindingNotOffered => 422,
        Code::WrongPhase
        | Code::AlreadyVerified
        | Code::InvitationBound
        | Code::ConsentOutdated
        | Code::ClosedHours
        | Code::Stale
        | Code::AgentBusy
        | Code::AgentNotAvailable
        | Code::StepsIncomplete
        | Code::StepNotWaivable
        | Code::RecordingNotSealed
        | Code::LimitReached
        | Code::NotOffered
        | Code::NoAlternative
        | Code::CommandUnderWay
        | Code::ControlRefused
        | Code::SeatTaken
        | Code::LineMissing
        | Code::CodeComesLast
        | Code::UnderHold
        | Code::RetentionRuns => 409,

        Code::TooFast => 429,
    }
}

const fn image_status(refusal: ImageRefusal) -> u16 {
    match refusal {
        ImageRefusal::TooManyBytes => 413,
        ImageRefusal::Svg | ImageRefusal::Heic | ImageRefusal::Avif | ImageRefusal::Gif | ImageRefusal::Pdf | ImageRefusal::Unknown => 415,
        ImageRefusal::Empty | ImageRefusal::TooManyPixels | ImageRefusal::Broken => 422,
    }
}

/// A field at fault.
pub fn field(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> FieldError {
    FieldError { pointer: pointer.into(), code: code.to_owned(), detail: detail.into() }
}

struct Said {
    code: String,
    status: u16,
    title: String,
    detail: String,
}

fn published(code: &'static str) -> Said {
    const UNKNOWN: Kind = kind("internal_error", 500, "Something broke here", "It was logged.");
    let k = KINDS.iter().find(|k| k.code == code).unwrap_or(&UNKNOWN);
    Said { code: k.code.to_owned(), status: k.status, title: k.title.to_owned(), detail: k.detail.to_owned() }
}

impl ApiError {
    fn said(&self) -> Said {
        match self {
            Self::Plain(code) => published(code),
            Self::Said(code, detail) => Said { detail: detail.clone(), ..published(code) },
            Self::Fields(_) => published("invalid_fields"),
            Self::Unauthorised(scheme) => published(match *scheme {
                "Bearer" => "api_key_needed",
                "Link" => "client_unknown",
                _ => "sign_in_needed",
            }),
            Self::TooMany(_) => published("too_many_requests"),
            Self::Refused(refusal) => Said {
                code: refusal.code.as_str().to_owned(),
                status: refusal_status(refusal.code),
                title: "Not allowed now".to_owned(),
                detail: crate::views::profiles::unmet(refusal)
                    .unwrap_or_else(|| format!("{} is not possible while the case or agent is {}.", refusal.input, refusal.phase)),
            },
            Self::Because(refusal, words) => Said {
                code: refusal.code.as_str().to_owned(),
                status: refusal_status(refusal.code),
                title: "Not allowed now".to_owned(),
                detail: words.clone(),
            },
            Self::Challenge(words) => Said {
                code: Code::ChallengeFailed.as_str().to_owned(),
                status: refusal_status(Code::ChallengeFailed),
                title: "Not allowed now".to_owned(),
                detail: words.clone(),
            },
            Self::Image(refusal) => Said {
                code: refusal.code().to_owned(),
                status: image_status(*refusal),
                title: "The image was not accepted".to_owned(),
                detail: refusal.sentence().to_owned(),
            },
            Self::ReferenceInUse(case) => Said {
                detail: format!("{case} has this reference and is open; add a report to it, or use another reference."),
                ..published("reference_in_use")
            },
            Self::Unavailable(_) => published("unavailable"),
            Self::Internal(_) => published("internal_error"),
        }
    }

    /// The stable code, as sockets say it too.
    #[must_use]
    pub fn code(&self) -> String {
        self.said().code
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let challenge = if let Self::Unauthorised("Bearer") = self {
            Some("Bearer realm=\"recourse\"")
        } else {
            (self.said().status == 401).then_some("Recourse realm=\"recourse\"")
        };
        if let Some(text) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(text));
        }
        let wait = if let Self::TooMany(seconds) = self { Some(*seconds) } else { waits(self) };
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        headers
    }

    fn log(&self, instance: &str) {
        if let Self::Internal(why) = self {
            tracing::error!(problem.id = instance, why, "a request broke");
        } else if let Self::Unavailable(why) = self {
            tracing::warn!(problem.id = instance, why, "a request found something unavailable");
        } else {
            tracing::debug!(problem.id = instance, problem.code = self.said().code, "a request was refused");
        }
    }
}

/// Seconds after which a passing trouble is worth another try.
fn waits(error: &ApiError) -> Option<u32> {
    if matches!(error, ApiError::Unavailable(_)) {
        return Some(2);
    }
    if let ApiError::Plain("storage_low") = error {
        return Some(60);
    }
    matches!(error, ApiError::Plain("idempotency_in_flight")).then_some(1)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let instance = format!("prb_{:016x}", u64::from_be_bytes(random()));
        self.log(&instance);
        let said = self.said();
        let headers = self.headers();
        let errors = if let Self::Fields(errors) = self { errors } else { Vec::new() };
        let body = Problem {
            kind: format!("/problems#{}", said.code),
            title: said.title,
            status: said.status,
            code: said.code,
            detail: said.detail,
            instance,
            errors,
        };
        let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (status, kind, headers, serde_json::to_vec(&body).unwrap_or_default()).into_response()
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Plain("conflict"),
            StoreError::Unavailable(why) => Self::Unavailable(why),
            StoreError::Corrupt { .. } | StoreError::Limit(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => Self::Refused(refusal),
            EngineError::Missing(_) => Self::Plain("not_found"),
            EngineError::Store(inner) => inner.into(),
            EngineError::Key(crate::adapters::kms::KmsError::Unavailable(why)) => Self::Unavailable(why),
            EngineError::KeyGone { destroyed: true, .. } => Self::Plain("evidence_erased"),
            EngineError::Key(_) | EngineError::KeyGone { destroyed: false, .. } | EngineError::Corrupt { .. } => {
                Self::Internal(error.to_string())
            }
        }
    }
}

impl From<KeepError> for ApiError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Image(refusal) => Self::Image(refusal),
            KeepError::Blob(inner) => Self::Unavailable(inner.to_string()),
            KeepError::Seal(inner) => Self::Internal(inner.to_string()),
            KeepError::Stopped => Self::Unavailable("the server is stopping".to_owned()),
        }
    }
}

/// `GET /problems`: every code, with its status and what to do.
#[must_use]
pub fn page() -> Response {
    let mut rows: Vec<(String, u16, String)> =
        KINDS.iter().map(|k| (k.code.to_owned(), k.status, format!("{}. {}", k.title, k.detail))).collect();
    rows.extend(
        Code::ALL.iter().map(|c| (c.as_str().to_owned(), refusal_status(*c), "The case or agent does not allow this now.".to_owned())),
    );
    rows.extend(ImageRefusal::ALL.iter().map(|i| (i.code().to_owned(), image_status(*i), i.sentence().to_owned())));
    rows.sort();
    let items: String =
        rows.iter().map(|(code, status, what)| format!("<dt id=\"{code}\"><code>{code}</code> ({status})</dt><dd>{what}</dd>\n")).collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Problems</title></head>\
         <body><h1>Problems</h1><p>Every problem document (RFC 9457) of this server carries one of these codes.</p><dl>{items}</dl></body></html>"
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_code_is_published_twice_and_each_has_an_error_status() {
        let mut seen = BTreeSet::new();
        let all = KINDS.iter().map(|k| (k.code, k.status));
        let all = all.chain(Code::ALL.iter().map(|c| (c.as_str(), refusal_status(*c))));
        for (code, status) in all.chain(ImageRefusal::ALL.iter().map(|i| (i.code(), image_status(*i)))) {
            assert!(seen.insert(code), "{code} twice");
            assert!((400..600).contains(&status), "{code}");
        }
    }

    #[test]
    fn what_broke_inside_is_never_told_outside() {
        let response = ApiError::Internal("row 7 of cases".to_owned()).said();
        assert_eq!((response.status, response.code.as_str()), (500, "internal_error"));
        assert!(!response.detail.contains("row 7"));
        assert_eq!(ApiError::from(StoreError::Unavailable("gone".to_owned())).said().status, 503);
    }
}
