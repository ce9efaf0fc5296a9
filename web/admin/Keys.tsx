// API keys: make, show once, revoke. Must not know how they are checked.

import { useState } from "preact/hooks";
import type { ApiKeyView } from "../generated/api.ts";
import { Alert, Badge, Card, Confirm, DataTable, Dialog, Empty, Field, Loaded, PageHead, Secret, Time, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { me, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { setup } from "./text-setup.ts";

const said = setup.keys;

export function KeysPage() {
  const keys = useResource(calls.keys, "keys");
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<ApiKeyView | undefined>(undefined);
  const [revoking, setRevoking] = useState<ApiKeyView | undefined>(undefined);
  const action = useAction();
  const edits = me.value !== null && may(me.value.role, "edit_keys");
  const columns: ReadonlyArray<Column<ApiKeyView>> = [
    { key: "name", head: said.name, cell: (row) => <span class="strong">{row.name}</span> },
    { key: "prefix", head: said.prefix, cell: (row) => <span class="mono">{row.prefix}…</span> },
    { key: "state", head: said.state, cell: (row) => <Badge tone={row.active ? "good" : "plain"}>{row.active ? said.active : said.revoked}</Badge> },
    { key: "created", head: said.created, cell: (row) => <Time at={row.created_at} /> },
    { key: "used", head: said.used, cell: (row) => row.last_used_at ? <Time at={row.last_used_at} /> : said.never },
    ...(edits ? [{ key: "acts", head: said.revoke, quiet: true, cell: (row: ApiKeyView) => row.active && <span class="row-acts"><button class="button small" aria-label={`${said.revoke}: ${row.name}`} onClick={() => setRevoking(row)}>{said.revoke}</button></span> }] : []),
  ];
  const revoke = (key: ApiKeyView) => action.run(async () => {
    await calls.revokeKey(key.prefix);
    setRevoking(undefined);
    keys.reload();
  });
  return (
    <>
      <PageHead title={said.title} lead={said.lead}>{edits && <button class="button primary" onClick={() => setMaking(true)}><Icon name="plus" size={16} />{said.add}</button>}</PageHead>
      <Card flush>
        <Loaded from={keys}>{(rows) => rows.length === 0 ? <Empty icon="key" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.table} columns={columns} rows={rows} id={(row) => row.prefix} />}</Loaded>
      </Card>
      {making && <KeyForm onClose={() => setMaking(false)} onDone={(key) => { setMaking(false); setMade(key); keys.reload(); }} />}
      {made && <Secret title={said.madeTitle} lead={said.madeLead} value={made.key ?? made.prefix} onClose={() => setMade(undefined)} />}
      {revoking && <Confirm title={said.revokeTitle(revoking.name)} lead={said.revokeLead} verb={said.revoke} danger busy={action.busy} failure={action.failure} onClose={() => { setRevoking(undefined); action.clear(); }} onYes={() => revoke(revoking)} />}
    </>
  );
}

function KeyForm({ onDone, onClose }: { onDone: (key: ApiKeyView) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const action = useAction();
  const fault = name.trim() === "" || name.trim().length > 100 ? said.nameBad : undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (!fault) action.run(async () => onDone(await calls.addKey(name.trim())));
  };
  return (
    <Dialog title={said.formTitle} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" type="submit" form="key-form" disabled={action.busy}>{said.add}</button></>}>
      <form id="key-form" class="form" onSubmit={submit}>
        <Field label={said.name} hint={said.nameHint} fault={tried ? fault : undefined}>{(ids) => <input {...ids} value={name} autoComplete="off" onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}
