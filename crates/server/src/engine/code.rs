//! The one-time code: drawn here, kept as a hash, and gone after its message was sealed.
//! Must not know the page on which it is typed.

use super::sealing::seal_message;
use super::tx::{CaseSlot, Tx};
use super::{Actor, Engine, EngineError};
use crate::tenant::Tenant;
use crate::texts;
use domain::case::{Fact, Input};
use domain::code::{Channel as Way, DIGITS};
use domain::digest::{Digest, Salt};
use domain::ids::{AgentId, CaseId, DeliveryId};
use domain::pii::Pii;
use store::rows::{Channel, Commit, DeliveryRow};

impl Engine {
    /// Draws a code and sends it to what is on file.
    ///
    /// # Errors
    /// The case's refusal, or a store that does not answer.
    pub async fn send_code(&self, case: CaseId, agent: AgentId, channel: Way) -> Result<(), EngineError> {
        let code = digits(&self.ids.secret());
        let salt = Salt(self.ids.secret().first_chunk().copied().unwrap_or_default());
        let hash = Digest::commit(&salt, &code);
        self.run(Some(case), None, &Actor::Person(agent), |tx| {
            tx.code = Some(Pii::new(code.clone()));
            tx.feed(Input::SendCode { agent, channel, salt, hash })
        })
        .await
        .map(|_| ())
    }

    /// The message with the code, in the same commit as the hash of it.
    pub(super) fn code_message(&self, slot: &CaseSlot, tx: &Tx, tenant: &Tenant, seq: i64, rows: &mut Commit) -> Result<(), EngineError> {
        let case = &slot.case;
        let Some(code) = &tx.code else { return Ok(()) };
        let Some(way) = slot.facts.iter().find_map(|fact| if let Fact::CodeSent { channel, .. } = fact { Some(*channel) } else { None })
        else {
            return Ok(());
        };
        let Some(to) = case.contact(way) else { return Ok(()) };
        let (locale, brand) = (&case.customer.locale, &tenant.settings.brand);
        let mut text = texts::code_message(locale, brand, code.reveal());
        let channel = match way {
            Way::Sms => {
                // Phones offer the digits of a last line of this form to the page of that name, and to no other.
                text.push_str(&format!("\n\n@{} #{}", host(&self.public_url), code.reveal()));
                Channel::Sms
            }
            Way::Email => Channel::Email,
        };
        let id = DeliveryId(self.ids.id());
        let plain = serde_json::json!({ "to": to, "subject": texts::code_subject(locale, brand), "text": text }).to_string();
        let payload = seal_message(&slot.key, id, plain.as_bytes())?;
        rows.deliveries.push(DeliveryRow {
            id,
            tenant: case.tenant,
            case: Some(case.id),
            seq,
            channel,
            endpoint: None,
            event: "code".to_owned(),
            payload,
            created_at: tx.now,
            next_at: tx.now,
        });
        Ok(())
    }
}

/// Six digits of 64 random bits: the remainder favours no code by more than one in 10^13.
fn digits(secret: &[u8; 32]) -> String {
    let number = u64::from_be_bytes(secret.first_chunk().copied().unwrap_or_default());
    format!("{:0width$}", number % 10u64.pow(DIGITS as u32), width = DIGITS)
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_also_when_it_begins_with_noughts() {
        let of = |n: u64| {
            let mut secret = [9; 32];
            secret[..8].copy_from_slice(&n.to_be_bytes());
            digits(&secret)
        };
        assert_eq!((of(7).as_str(), of(1_042_517).as_str()), ("000007", "042517"));
    }

    #[test]
    fn the_last_line_of_a_text_message_names_the_page_by_its_host() {
        assert_eq!(host("https://verify.bank.example:8443/x"), "verify.bank.example");
    }
}
