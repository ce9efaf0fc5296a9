//! Every shape in one OpenAPI document: the source of the TypeScript types and of the published contract.
//! Must not know paths; the server adds them.

use crate::api::{admin, agents, cases, custody, evidence, invitations, packs, people, profiles, review, settings};
use crate::{problem, socket, terms, webhook};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(title = "Recourse", description = "Recover failed identity checks with a live agent.", license(name = "Apache-2.0 OR MIT")),
    components(schemas(
        cases::ReportFailedCheck,
        cases::AddReport,
        cases::CaseView,
        cases::CasePage,
        cases::Check,
        invitations::Look,
        invitations::LinkView,
        invitations::Claim,
        invitations::ClaimKept,
        invitations::AskNewLink,
        invitations::NewLink,
        invitations::AskCallBack,
        invitations::CallBackBooked,
        invitations::PhotographKept,
        invitations::CustomerView,
        evidence::EvidenceView,
        evidence::RecordingView,
        evidence::DrawingsView,
        evidence::ProofsView,
        agents::SignIn,
        agents::SignInByLink,
        agents::Me,
        agents::SetPassword,
        agents::TotpOffer,
        agents::ConfirmTotp,
        agents::DeskView,
        agents::AgentCaseView,
        agents::VerdictReasons,
        agents::CannedReply,
        admin::CaseRows,
        admin::CaseFile,
        review::ReviewDecision,
        review::AtReviewDesk,
        review::ReviewDeskView,
        review::ReviewFile,
        review::ReviewDone,
        review::ReviewNumbers,
        review::PersonLog,
        admin::NumbersView,
        admin::AgentRow,
        admin::SaveAgent,
        admin::SavedAgent,
        admin::PolicyView,
        admin::SavePolicy,
        admin::Simulate,
        admin::Simulation,
        admin::EndpointView,
        admin::SaveEndpoint,
        admin::DeliveryView,
        admin::ApiKeyView,
        admin::SaveKey,
        admin::LogView,
        custody::CustodyView,
        custody::HoldBody,
        custody::EraseBody,
        custody::GrantAccess,
        custody::GrantedAccess,
        custody::CaseEvidence,
        settings::SettingsView,
        settings::SaveSettings,
        profiles::ProfilesView,
        profiles::SaveLine,
        profiles::SaveCertificate,
        socket::CustomerMessage,
        socket::CustomerPush,
        socket::AgentMessage,
        socket::AgentPush,
        socket::AdminPush,
        people::InterpreterMessage,
        people::InterpreterPush,
        webhook::WebhookEvent,
        packs::AskPack,
        packs::PackView,
        problem::Problem,
        terms::FailureReason,
        terms::ReasonCode,
        terms::Phase,
        terms::StepKind,
        terms::LivenessPrompt,
        terms::AwayReason,
    ))
)]
struct Document;

/// All shapes as an OpenAPI 3.1 document without paths.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nested_shapes_are_in_the_document() {
        let json = serde_json::to_value(super::openapi()).unwrap();
        for name in ["Scores", "StepView", "DeviceCommand", "LadderStep", "TimelineEntry", "Brand"] {
            assert!(json["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
