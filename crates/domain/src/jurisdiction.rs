//! Jurisdiction profiles: what a regulator asks of a session, as data.
//! Must not know a case.

use serde::{Deserialize, Serialize};

/// What a profile asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Code, such as `SG`.
    pub code: &'static str,
    /// In words.
    pub name: &'static str,
    /// An interruption voids the evidence and restarts the procedure.
    pub restart_on_interruption: bool,
    /// What was captured counts when the customer continues another day.
    pub keep_for_later: bool,
    /// The agent is drawn at random, so that nobody can predict who answers.
    pub random_agent: bool,
    /// Which verdicts a second person reviews.
    pub review: ReviewRule,
    /// Mandatory steps may be waived with a reason.
    pub waivers: bool,
    /// Liveness prompts that must pass.
    pub liveness_prompts: u8,
    /// How many more prompts may be tried in a session.
    pub liveness_repeats: u8,
    /// The document must be tilted before the camera.
    pub tilt: bool,
    /// The customer states own will and purpose.
    pub declaration: bool,
    /// Questions are always asked, in varying order.
    pub questions: bool,
    /// The customer looks at each photograph and agrees before it is sent. No regulator's rule but ours: where a break
    /// voids everything, a photograph must be right the first time.
    pub photo_review: bool,
    /// A code is sent to the phone or mailbox on file and typed by the customer.
    pub one_time_code: bool,
    /// The customer's place is asked for.
    pub location: bool,
    /// Years that evidence of a verified case is kept.
    pub retention_years: u8,
    /// Where the rules stand.
    pub source: &'static str,
}

/// Which verdicts a second person reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewRule {
    /// None.
    Never,
    /// Before an account may be opened: verified ones.
    Verified,
    /// Every verified or rejected one.
    Always,
}

const fn base(code: &'static str, name: &'static str, source: &'static str) -> Profile {
    Profile {
        code,
        name,
        restart_on_interruption: false,
        keep_for_later: true,
        random_agent: false,
        review: ReviewRule::Never,
        waivers: true,
        liveness_prompts: 2,
        liveness_repeats: 4,
        tilt: false,
        declaration: false,
        questions: false,
        photo_review: false,
        one_time_code: false,
        location: false,
        retention_years: 5,
        source,
    }
}

/// Every built-in profile, by code.
pub const PROFILES: &[Profile] = &[
    Profile {
        code: "DE",
        waivers: false,
        restart_on_interruption: true,
        keep_for_later: false,
        random_agent: true,
        liveness_prompts: 3,
        liveness_repeats: 3,
        tilt: true,
        declaration: true,
        questions: true,
        photo_review: true,
        one_time_code: true,
        ..base("DE", "Germany (BaFin)", "BaFin Circular 3/2017 (GW)")
    },
    base("HK", "Hong Kong (HKMA)", "HKMA circulars of 1 Feb 2019 and 3 Jun 2020"),
    Profile { liveness_prompts: 3, ..base("ID", "Indonesia (OJK)", "POJK 8/2023 art. 21") },
    Profile {
        code: "IN",
        waivers: false,
        restart_on_interruption: true,
        keep_for_later: false,
        review: ReviewRule::Verified,
        liveness_prompts: 2,
        questions: true,
        location: true,
        ..base("IN", "India (RBI)", "RBI Master Direction KYC, s. 18 (V-CIP)")
    },
    base("MY", "Malaysia (BNM)", "BNM e-KYC policy document"),
    base("PH", "Philippines (BSP)", "BSP Circular 1170 (2023)"),
    Profile { questions: true, ..base("SG", "Singapore (MAS)", "MAS AMLD 01/2018 and 01/2022") },
    Profile { tilt: true, ..base("TH", "Thailand (BOT)", "BOT 19/2562, AMLO") },
    base("VN", "Vietnam (SBV)", "SBV Circular 16/2020"),
    base("default", "General", "Recourse default"),
];

/// The profile of a code.
#[must_use]
pub fn profile(code: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|p| p.code == code)
}

/// The profile of a code, or the general one.
#[must_use]
pub fn profile_or_default(code: &str) -> &'static Profile {
    profile(code).or_else(|| PROFILES.last()).unwrap_or(&FALLBACK)
}

static FALLBACK: Profile = base("default", "General", "Recourse default");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_found_by_code_and_sorted() {
        assert!(PROFILES.windows(2).all(|w| w[0].code < w[1].code));
        assert_eq!(profile("SG").unwrap().code, "SG");
        assert_eq!(profile_or_default("ZZ").code, "default");
        assert!(profile("DE").unwrap().restart_on_interruption && profile("DE").unwrap().random_agent);
    }
}
