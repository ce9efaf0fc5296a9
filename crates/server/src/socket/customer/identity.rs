//! The code the customer typed, and where the device says it is.
//! Must not know what the agent sees.

use super::{Page, salt};
use crate::socket::Voice;
use domain::case::Input;
use domain::location::{Fix, MAX_FIXES, Network};
use domain::pii::Pii;
use wire::api::identity::FixSaid;
use wire::socket::CustomerPush;
use wire::terms::LocationRefusal;

impl Page {
    pub(super) async fn code(&self, voice: &mut Voice, code: String) -> bool {
        self.act(voice, Input::TryCode { typed: Pii::new(code) }).await
    }

    pub(super) async fn location(&self, voice: &mut Voice, said: Vec<FixSaid>) -> bool {
        let count = said.len();
        let fixes: Vec<Fix> = said.iter().take(MAX_FIXES + 1).filter_map(fix).collect();
        if fixes.len() != count {
            let detail = "One to five readings of numbers on Earth.".to_owned();
            return voice.say(&CustomerPush::Problem { code: "out_of_range".to_owned(), detail }).await;
        }
        let network = self.network().await;
        self.act(voice, Input::Located { fixes: Pii::new(fixes), network, salt: salt(&self.app) }).await
    }

    pub(super) async fn no_location(&self, voice: &mut Voice, why: LocationRefusal) -> bool {
        self.act(voice, Input::RefuseLocation { why: why.into() }).await
    }

    /// The country of the address from which the customer consented.
    async fn network(&self) -> Network {
        let Some(geoip) = &self.app.geoip else { return Network::NoDatabase };
        let case = self.app.engine.case(self.case).await.ok();
        let address = case.and_then(|c| c.consents.last().and_then(|consent| consent.address.reveal().parse().ok()));
        address.and_then(|a| geoip.country(a)).map_or(Network::Unknown, |code| Network::Country { code })
    }
}

/// A reading in the integers of the domain; nothing where a number is none, or lies nowhere on Earth.
fn fix(said: &FixSaid) -> Option<Fix> {
    let fits = said.lat.abs() <= 90.0 && said.lon.abs() <= 180.0 && (0.0..=20_037_000.0).contains(&said.accuracy);
    fits.then(|| Fix {
        lat: (said.lat * 1e6).round() as i32,
        lon: (said.lon * 1e6).round() as i32,
        accuracy_dm: (said.accuracy * 10.0).round() as u32,
        height: said.height,
        age_ms: said.age_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_lie_nowhere_are_no_reading() {
        let good = FixSaid { lat: 1.2897001, lon: 103.8501, accuracy: 12.34, height: true, age_ms: 5 };
        assert_eq!(fix(&good), Some(Fix { lat: 1_289_700, lon: 103_850_100, accuracy_dm: 123, height: true, age_ms: 5 }));
        for bad in [
            FixSaid { lat: f64::NAN, ..good.clone() },
            FixSaid { lon: f64::INFINITY, ..good.clone() },
            FixSaid { lat: 90.1, ..good.clone() },
            FixSaid { accuracy: -1.0, ..good.clone() },
            FixSaid { accuracy: 1e300, ..good },
        ] {
            assert_eq!(fix(&bad), None, "{bad:?}");
        }
    }
}
