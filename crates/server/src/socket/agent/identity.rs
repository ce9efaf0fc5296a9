//! Fields read, codes sent and places asked for, as an agent says them.
//! Must not decide; the domain refuses what an agent may not do.

use super::Page;
use crate::engine::EngineError;
use crate::socket::customer::{clean, salt};
use domain::case::Input;
use domain::pii::Pii;
use domain::reading::Field;
use wire::api::profiles::SecurityFeature;
use wire::terms::{CodeChannel, ReadField};

impl Page {
    pub(super) async fn read_field(&self, case: &str, field: ReadField, text: &str) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let field = Field::from(field);
        // Lines of a document keep their breaks; everything else is one line.
        let text = clean(text);
        let text = if field == Field::Mrz { text } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
        let input = Input::ReadField { agent: self.agent, field, text: Pii::new(text), salt: salt(&self.app) };
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    pub(super) async fn send_code(&self, case: &str, channel: CodeChannel) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        self.app.engine.send_code(id, self.agent, channel.into()).await
    }

    pub(super) async fn mark_feature(&self, case: &str, feature: SecurityFeature, seen: bool) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let input = Input::MarkFeature { agent: self.agent, feature: feature.into(), seen };
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    pub(super) async fn draw_feature(&self, case: &str) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        let input = Input::DrawFeature { agent: self.agent, seed: self.app.engine.ids.seed() };
        self.app.engine.tell_case(id, &self.actor(), input).await
    }

    pub(super) async fn ask_location(&self, case: &str) -> Result<(), EngineError> {
        let id = self.case_id(case).await?;
        self.app.engine.tell_case(id, &self.actor(), Input::AskLocation { agent: self.agent }).await
    }
}
