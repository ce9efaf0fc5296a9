// Webhook endpoints and what was sent to them. Must not know how a delivery is signed or retried.

import { useEffect, useState } from "preact/hooks";
import type { DeliveryView, EndpointView } from "../generated/api.ts";
import { Alert, Badge, Card, Confirm, DataTable, Dialog, Empty, Field, Loaded, Note, PageHead, Secret, Time, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { changed, me, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { setup } from "./text-setup.ts";
import { deliveryTone, deliveryWords, endpointTone, endpointWords, EVENTS } from "./words.ts";

const said = setup.webhooks;

export function WebhooksPage() {
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<EndpointView | undefined>(undefined);
  const endpoints = useResource(calls.endpoints, "endpoints");
  const edits = me.value !== null && may(me.value.role, "edit_webhooks");
  return (
    <>
      <PageHead title={said.title}>{edits && <button class="button primary" onClick={() => setMaking(true)}><Icon name="plus" size={16} />{said.add}</button>}</PageHead>
      <Endpoints from={endpoints} edits={edits} />
      <Deliveries edits={edits} />
      {making && <EndpointForm onClose={() => setMaking(false)} onDone={(endpoint) => { setMaking(false); setMade(endpoint); endpoints.reload(); }} />}
      {made?.secret && <Secret title={said.secretTitle} lead={said.secretLead} value={made.secret} onClose={() => setMade(undefined)} />}
    </>
  );
}

function Endpoints({ from, edits }: { from: ReturnType<typeof useResource<EndpointView[]>>; edits: boolean }) {
  const [removing, setRemoving] = useState<EndpointView | undefined>(undefined);
  const action = useAction();
  const columns: ReadonlyArray<Column<EndpointView>> = [
    { key: "url", head: said.url, cell: (row) => <span class="mono wrap">{row.url}</span> },
    { key: "events", head: said.events, cell: (row) => <span title={row.events.join(", ")}>{said.countEvents(row.events.length)}</span> },
    { key: "state", head: said.state, cell: (row) => <Badge tone={endpointTone[row.state] ?? "plain"}>{endpointWords[row.state] ?? row.state}</Badge> },
    { key: "created", head: said.created, cell: (row) => <Time at={row.created_at} /> },
    ...(edits ? [{ key: "acts", head: said.remove, quiet: true, cell: (row: EndpointView) => <span class="row-acts"><button class="button quiet icon-only" aria-label={`${said.remove}: ${row.url}`} title={said.remove} onClick={() => setRemoving(row)}><Icon name="trash" size={18} /></button></span> }] : []),
  ];
  const remove = (endpoint: EndpointView) => action.run(async () => {
    await calls.removeEndpoint(endpoint.id);
    setRemoving(undefined);
    from.reload();
  });
  return (
    <Card title={said.endpoints} flush>
      <Loaded from={from} lines={3}>{(rows) => rows.length === 0 ? <Empty icon="webhook" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.endpointTable} columns={columns} rows={rows} id={(row) => row.id} />}</Loaded>
      {removing && <Confirm title={said.removeTitle} lead={said.removeLead(removing.url)} verb={said.remove} danger busy={action.busy} failure={action.failure} onClose={() => { setRemoving(undefined); action.clear(); }} onYes={() => remove(removing)} />}
    </Card>
  );
}

function Deliveries({ edits }: { edits: boolean }) {
  const list = useResource(calls.deliveries, "deliveries");
  const [state, setState] = useState("");
  const [sent, setSent] = useState(false);
  const action = useAction();
  // A changed case has something to tell; its deliveries are read a moment later.
  useEffect(() => {
    if (list.value && changed.value.length > 0) list.reload();
  }, [changed.value]);
  const replay = (id: string) => action.run(async () => {
    await calls.replay(id);
    setSent(true);
    list.reload();
  });
  const aside = <label class="inline-field"><span>{said.filter}</span><select value={state} onChange={(event) => setState(event.currentTarget.value)}><option value="">{said.all}</option>{Object.entries(deliveryWords).map(([value, word]) => <option key={value} value={value}>{word}</option>)}</select></label>;
  return (
    <Card title={said.deliveries} aside={<>{aside}<button class="button icon-only" aria-label={text.file.reload} title={text.file.reload} onClick={list.reload}><Icon name="refresh" size={16} /></button></>} flush>
      {sent && !action.failure && <Note tone="good" icon="circle_check">{said.replayed}</Note>}
      <Alert failure={action.failure} />
      <Loaded from={list} lines={8}>
        {(rows) => {
          const fitting = rows.filter((row) => state === "" || row.state === state);
          if (rows.length === 0) return <Empty icon="send" title={said.deliveriesEmpty}>{said.deliveriesEmptyLead}</Empty>;
          return fitting.length === 0 ? <p class="quiet pad">{said.fitNone}</p> : <DataTable name={said.table} columns={deliveryColumns(edits, action.busy, replay)} rows={fitting} id={(row) => row.id} />;
        }}
      </Loaded>
    </Card>
  );
}

function deliveryColumns(edits: boolean, busy: boolean, replay: (id: string) => void): ReadonlyArray<Column<DeliveryView>> {
  return [
    { key: "event", head: said.event, cell: (row) => <span class="person"><span class="mono">{row.event}</span><span class="mono quiet small">{row.id}</span></span> },
    { key: "case", head: said.caseId, cell: (row) => <a class="mono" href={`#/cases/${row.case}`}>{row.case.slice(0, 13)}…</a> },
    { key: "to", head: said.to, cell: (row) => row.to },
    { key: "state", head: said.state, cell: (row) => <Badge tone={deliveryTone[row.state] ?? "plain"}>{deliveryWords[row.state] ?? row.state}</Badge> },
    { key: "attempts", head: said.attempts, figure: true, cell: (row) => row.attempts },
    { key: "last", head: said.last, cell: (row) => row.attempts === 0 ? text.common.none : <span class="person"><span>{said.status(row.last_status)}</span>{row.last_error !== "" && <span class="quiet">{row.last_error}</span>}</span> },
    { key: "next", head: said.next, cell: (row) => row.next_at ? <Time at={row.next_at} /> : text.common.none },
    { key: "when", head: said.when, cell: (row) => <Time at={row.created_at} /> },
    ...(edits ? [{ key: "acts", head: said.replay, quiet: true, cell: (row: DeliveryView) => row.state !== "pending" && <span class="row-acts"><button class="button small" disabled={busy} aria-label={`${said.replay}: ${row.event} ${row.id}`} onClick={() => replay(row.id)}>{said.replay}</button></span> }] : []),
  ];
}

function EndpointForm({ onDone, onClose }: { onDone: (endpoint: EndpointView) => void; onClose: () => void }) {
  const [url, setUrl] = useState("");
  const [some, setSome] = useState(false);
  const [events, setEvents] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const action = useAction();
  // The server decides whether plain http is allowed, as it is for receivers on a developer's own machine.
  const urlFault = /^https?:\/\/\S+$/.test(url.trim()) && url.trim().length <= 500 ? undefined : said.urlBad;
  const eventsFault = some && events.size === 0 ? said.eventsPick : undefined;
  const pick = (event: string, on: boolean) => {
    const next = new Set(events);
    if (on) next.add(event);
    else next.delete(event);
    setEvents(next);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!urlFault && !eventsFault) action.run(async () => onDone(await calls.addEndpoint({ url: url.trim(), events: some ? EVENTS.filter((each) => events.has(each)) : [] })));
  };
  return (
    <Dialog title={said.add} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" type="submit" form="endpoint-form" disabled={action.busy}>{said.add}</button></>}>
      <form id="endpoint-form" class="form" onSubmit={submit} noValidate>
        <Field label={said.url} hint={said.urlHint} fault={tried ? urlFault : undefined}>{(ids) => <input {...ids} type="url" value={url} autoComplete="off" onInput={(event) => setUrl(event.currentTarget.value)} />}</Field>
        <fieldset class="choice">
          <legend>{said.events}</legend>
          <label class="check"><input type="radio" name="events" checked={!some} onChange={() => setSome(false)} />{said.eventsAll}</label>
          <label class="check"><input type="radio" name="events" checked={some} onChange={() => setSome(true)} />{said.eventsSome}</label>
          {some && <div class="check-grid">{EVENTS.map((event) => <label key={event} class="check mono"><input type="checkbox" checked={events.has(event)} onChange={(change) => pick(event, change.currentTarget.checked)} />{event}</label>)}</div>}
          {tried && eventsFault && <p class="fault"><Icon name="warning" size={14} />{eventsFault}</p>}
        </fieldset>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}
