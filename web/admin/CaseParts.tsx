// The quieter parts of a case: steps, chat, claimed data, consent, webhooks. Must not know the page around them.

import type { ChatMessage, Claimed as ClaimedData, ConsentView, DeliveryView, ReportView, StepView } from "../generated/api.ts";
import { Badge, Card, DataTable, Empty, Facts, Time, type Column } from "./bits.tsx";
import { shown } from "./calls.ts";
import { day, exact, language, short, stamp } from "./format.ts";
import { text } from "./text.ts";
import { setup } from "./text-setup.ts";
import { answerWords, deliveryTone, deliveryWords, documentWord, outcomeWords, promptOutcome, promptTone, promptWords, questionWords, reasonWords, seatWords, stepStateWords, stepTone, stepWords } from "./words.ts";

const said = text.file;

export function Steps({ steps, notes }: { steps: ReadonlyArray<StepView>; notes: string }) {
  return (
    <Card title={said.sections.steps} id="steps">
      {steps.length === 0 ? <Empty icon="list" title={said.stepsEmpty} /> : (
        <ol class="steps">
          {steps.map((step) => (
            <li key={step.key}>
              <div class="step-line"><span class="strong">{stepWords[step.kind]}</span>{step.mandatory && <span class="quiet">{said.mandatory}</span>}<Badge tone={stepTone[step.state]}>{stepStateWords[step.state]}</Badge></div>
              {step.waiver && <p>{said.waiver}: {step.waiver}</p>}
              {step.challenges.length > 0 && <ul class="chips">{step.challenges.map((each) => <li key={each.id}><Badge tone={promptTone[each.outcome] ?? "plain"}>{promptWords[each.prompt]}{each.number && ` ${each.number}`}, {promptOutcome[each.outcome] ?? each.outcome}</Badge></li>)}</ul>}
              {step.questions.length > 0 && <ul class="questions">{step.questions.map((each) => <li key={each.key}>{questionWords[each.key] ?? each.key}: <b>{answerWords[each.answer] ?? each.answer}</b>{each.expected && <span class="quiet"> ({said.expected}: {each.expected})</span>}</li>)}</ul>}
            </li>
          ))}
        </ol>
      )}
      {notes !== "" && <><h3>{said.notes}</h3><p class="prose">{notes}</p></>}
    </Card>
  );
}

export function Chat({ messages }: { messages: ReadonlyArray<ChatMessage> }) {
  return (
    <Card title={said.sections.chat} id="chat">
      {messages.length === 0 ? <Empty icon="chat" title={said.chatEmpty} /> : (
        <ol class="transcript">
          {messages.map((message) => (
            <li key={message.id} class={message.from === "customer" ? "" : "ours"}>
              <p class="said-by">{message.name} <span class="quiet">({seatWords[message.from].toLowerCase()}) <time dateTime={message.at} title={exact(message.at)}>{stamp(message.at).slice(0, 8)}</time></span></p>
              {message.text !== "" && <p class="prose">{message.text}</p>}
              {message.image && <img src={shown(message.image)} alt={said.chatImage} loading="lazy" />}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

export function Claimed({ claimed, reports }: { claimed: ClaimedData; reports: ReadonlyArray<ReportView> }) {
  const pairs = ([
    [said.claimedName, claimed.name], [said.birthDate, claimed.birth_date && day(claimed.birth_date)], [said.documentType, claimed.document_type && documentWord(claimed.document_type)], [said.documentNumber, claimed.document_number],
    [said.documentExpiry, claimed.document_expiry && day(claimed.document_expiry)], [said.address, claimed.address],
  ] as const).filter(([, value]) => value);
  return (
    <Card title={said.sections.claimed} id="claimed">
      {pairs.length === 0 ? <p class="quiet">{said.claimedEmpty}</p> : <Facts of={pairs} />}
      <ul class="attempts">
        {reports.map((report) => (
          <li key={report.id}>
            <div class="step-line"><span class="strong">{said.attempt(report.check.attempt)}</span><span>{outcomeWords[report.check.outcome]}</span><Time at={report.at} /></div>
            <p>{report.check.reasons.map((reason) => reasonWords[reason]).join(", ")}</p>
            <p class="quiet tabular">{scores(report)}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function scores({ check }: ReportView): string {
  const { document, face, liveness } = check.scores ?? {};
  const parts = ([[said.scoreDocument, document], [said.scoreFace, face], [said.scoreLiveness, liveness]] as const).flatMap(([name, value]) => (value == null ? [] : [`${name} ${value.toFixed(2)}`]));
  const vendor = [check.vendor, check.vendor_reference].filter(Boolean).join(" ");
  return [parts.join(" · "), vendor && `${said.vendor}: ${vendor}`].filter(Boolean).join(" · ");
}

export function Consents({ consents }: { consents: ReadonlyArray<ConsentView> }) {
  return (
    <Card title={said.sections.consent} id="consent">
      {consents.length === 0 ? <Empty icon="shield" title={said.consentEmpty} /> : consents.map((consent) => (
        <div key={consent.at} class="consent">
          <blockquote lang={consent.locale}>{consent.text}</blockquote>
          <Facts of={[
            [said.consentAt, <time dateTime={consent.at}>{exact(consent.at)}</time>], [said.language, language(consent.locale)], [said.consentAddress, consent.address],
            [said.consentBrowser, consent.user_agent], [said.consentHash, <code title={consent.sha256}>{short(consent.sha256)}</code>],
          ]} />
        </div>
      ))}
    </Card>
  );
}

const hooks = setup.webhooks;

const COLUMNS: ReadonlyArray<Column<DeliveryView>> = [
  { key: "event", head: hooks.event, cell: (row) => <span class="mono">{row.event}</span> },
  { key: "state", head: hooks.state, cell: (row) => <Badge tone={deliveryTone[row.state] ?? "plain"}>{deliveryWords[row.state] ?? row.state}</Badge> },
  { key: "to", head: hooks.to, cell: (row) => row.to },
  { key: "attempts", head: hooks.attempts, figure: true, cell: (row) => row.attempts },
  { key: "last", head: hooks.last, cell: (row) => row.attempts === 0 ? text.common.none : hooks.status(row.last_status) },
  { key: "when", head: hooks.when, cell: (row) => <Time at={row.created_at} /> },
];

export function Deliveries({ deliveries }: { deliveries: ReadonlyArray<DeliveryView> }) {
  return (
    <Card title={said.sections.webhooks} id="webhooks" flush>
      {deliveries.length === 0 ? <Empty icon="webhook" title={said.webhooksEmpty} /> : <DataTable name={hooks.table} columns={COLUMNS} rows={deliveries} id={(row) => row.id} />}
    </Card>
  );
}
