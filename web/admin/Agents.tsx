// The people: who they are, what they can take, where they stand. Must not know how presence is kept.

import { useState } from "preact/hooks";
import type { AgentRow, Role, SaveAgent, SavedAgent } from "../generated/api.ts";
import { Alert, Badge, Card, Confirm, DataTable, Dialog, Empty, Field, Loaded, PageHead, Secret, Time, type Column } from "./bits.tsx";
import { calls } from "./calls.ts";
import { CertificateChips, Certificates } from "./Certificates.tsx";
import { count, span } from "./format.ts";
import { Icon } from "./icons.tsx";
import { may } from "./roles.ts";
import { me, useAction, useResource } from "./state.ts";
import { text } from "./text.ts";
import { personLog } from "./text-review.ts";
import { profilesText } from "./text-profiles.ts";
import { awayWords, presenceTone, presenceWords, roleWords, skillWord } from "./words.ts";

const said = text.agents;
const MAX_SKILLS = 32;
const SKILL = /^((lang|doc|jur|team):[A-Za-z0-9_-]{1,40}|can:review)$/;

type Ask = { what: "form"; agent: AgentRow | undefined } | { what: "reset" | "active" | "certificates"; agent: AgentRow } | { what: "link"; saved: SavedAgent };

export function AgentsPage() {
  const agents = useResource(calls.agents, "agents");
  const [ask, setAsk] = useState<Ask | undefined>(undefined);
  const edits = me.value !== null && may(me.value.role, "edit_agents");
  const done = (saved: SavedAgent) => {
    agents.reload();
    setAsk(saved.sign_in_url ? { what: "link", saved } : undefined);
  };
  const close = () => setAsk(undefined);
  return (
    <>
      <PageHead title={said.title}>{edits && <button class="button primary" onClick={() => setAsk({ what: "form", agent: undefined })}><Icon name="plus" size={16} />{said.add}</button>}</PageHead>
      <Card flush>
        <Loaded from={agents}>
          {(rows) => rows.length === 0 ? <Empty icon="users" title={said.empty}>{said.emptyLead}</Empty> : <DataTable name={said.table} columns={edits ? [...COLUMNS, acts(setAsk)] : COLUMNS} rows={rows} id={(row) => row.id} />}
        </Loaded>
      </Card>
      {ask?.what === "form" && <AgentForm agent={ask.agent} onDone={done} onClose={close} />}
      {ask?.what === "certificates" && <Certificates agent={ask.agent} onDone={agents.reload} onClose={close} />}
      {ask?.what === "reset" && <Reset agent={ask.agent} onDone={done} onClose={close} />}
      {ask?.what === "active" && <Deactivate agent={ask.agent} onDone={done} onClose={close} />}
      {ask?.what === "link" && <Secret title={said.linkTitle} lead={said.linkLead(ask.saved.agent.name)} value={ask.saved.sign_in_url ?? ""} onClose={close} />}
    </>
  );
}

const COLUMNS: ReadonlyArray<Column<AgentRow>> = [
  { key: "name", head: said.name, cell: (row) => <span class="person"><a class="strong" href={`#/agents/${row.id}`} aria-label={personLog.open(row.name)}>{row.name}</a><span class="quiet">{row.email}</span></span> },
  { key: "role", head: said.role, cell: (row) => roleWords[row.role] },
  { key: "presence", head: said.presence, cell: (row) => row.active ? <span class="person"><Badge tone={presenceTone[row.presence]}>{presenceWords[row.presence]}{row.away ? `, ${awayWords[row.away]}` : ""}</Badge>{row.presence !== "offline" && <span class="quiet"><Time at={row.since} /></span>}</span> : <Badge tone="plain">{said.inactive}</Badge> },
  { key: "skills", head: said.skills, cell: (row) => row.skills.length === 0 ? text.common.none : <ul class="chips">{row.skills.map((skill) => <li key={skill} class="chip words" title={skill}>{skillWord(skill)}</li>)}</ul> },
  { key: "certificates", head: profilesText.certificates, cell: (row) => <CertificateChips of={row.certificates} /> },
  { key: "answered", head: said.answered, figure: true, cell: (row) => count(row.answered_today) },
  { key: "aht", head: said.aht, figure: true, cell: (row) => row.aht_seconds == null ? text.common.none : span(row.aht_seconds) },
  { key: "rating", head: said.rating, figure: true, cell: (row) => row.rating == null ? text.common.none : row.rating.toFixed(1) },
  { key: "totp", head: said.second, cell: (row) => row.totp ? said.secondOn : said.secondOff },
];

function acts(onAsk: (ask: Ask) => void): Column<AgentRow> {
  const act = (agent: AgentRow, word: string, icon: "pencil" | "link" | "user_off" | "refresh" | "id_card", ask: Ask) => <button class="button quiet icon-only" aria-label={`${word}: ${agent.name}`} title={word} onClick={() => onAsk(ask)}><Icon name={icon} size={18} /></button>;
  return {
    key: "acts", head: text.agents.edit, quiet: true,
    cell: (agent) => (
      <span class="row-acts">
        {act(agent, said.edit, "pencil", { what: "form", agent })}
        {act(agent, profilesText.certificate, "id_card", { what: "certificates", agent })}
        {agent.active && act(agent, said.reset, "link", { what: "reset", agent })}
        {agent.id !== me.value?.id && act(agent, agent.active ? said.deactivate : said.reactivate, agent.active ? "user_off" : "refresh", { what: "active", agent })}
      </span>
    ),
  };
}

function toSave(agent: AgentRow, change: Partial<SaveAgent>): SaveAgent {
  return { name: agent.name, email: agent.email, role: agent.role, skills: agent.skills, active: agent.active, ...change };
}

function AgentForm({ agent, onDone, onClose }: { agent: AgentRow | undefined; onDone: (saved: SavedAgent) => void; onClose: () => void }) {
  const [name, setName] = useState(agent?.name ?? "");
  const [email, setEmail] = useState(agent?.email ?? "");
  const [role, setRole] = useState<Role>(agent?.role ?? "agent");
  const [skills, setSkills] = useState<ReadonlyArray<string>>(agent?.skills ?? []);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const nameFault = name.trim() === "" || name.trim().length > 100 ? said.nameBad : undefined;
  const emailFault = /^\S+@\S+$/.test(email.trim()) ? undefined : said.emailBad;
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (nameFault || emailFault) return;
    const body: SaveAgent = { name: name.trim(), email: email.trim(), role, skills: [...skills], active: agent?.active ?? true };
    action.run(async () => onDone(await (agent ? calls.saveAgent(agent.id, body) : calls.addAgent(body))));
  };
  return (
    <Dialog title={agent ? said.formEdit(agent.name) : said.formAdd} onClose={onClose} actions={<><button class="button" onClick={onClose}>{text.common.cancel}</button><button class="button primary" form="agent-form" type="submit" disabled={action.busy}>{text.common.save}</button></>}>
      <form id="agent-form" class="form" onSubmit={submit} noValidate>
        <Field label={said.name} fault={tried ? nameFault : undefined}>{(ids) => <input {...ids} value={name} autoComplete="off" onInput={(event) => setName(event.currentTarget.value)} />}</Field>
        <Field label={said.email} fault={tried ? emailFault : undefined}>{(ids) => <input {...ids} type="email" autoComplete="off" value={email} onInput={(event) => setEmail(event.currentTarget.value)} />}</Field>
        <Field label={said.role} hint={said.roleHint[role]}>{(ids) => <select {...ids} value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>{(Object.keys(roleWords) as Role[]).map((each) => <option key={each} value={each}>{roleWords[each]}</option>)}</select>}</Field>
        <Skills skills={skills} onChange={setSkills} />
        <Alert failure={action.failure} />
      </form>
    </Dialog>
  );
}

function Skills({ skills, onChange }: { skills: ReadonlyArray<string>; onChange: (skills: ReadonlyArray<string>) => void }) {
  const [draft, setDraft] = useState("");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const add = () => {
    const wanted = draft.split(/[\s,]+/).filter(Boolean);
    if (wanted.length === 0) return;
    if (wanted.some((skill) => !SKILL.test(skill))) return setFault(said.skillBad);
    const next = [...new Set([...skills, ...wanted])];
    if (next.length > MAX_SKILLS) return setFault(said.skillMany);
    setFault(undefined);
    setDraft("");
    onChange(next);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  };
  return (
    <div class="skills">
      <Field label={said.skills} hint={said.skillsHint} fault={fault}>{(ids) => <span class="with-button"><input {...ids} value={draft} autoComplete="off" spellcheck={false} onInput={(event) => setDraft(event.currentTarget.value)} onKeyDown={onKey} /><button class="button" type="button" onClick={add}>{said.skillAdd}</button></span>}</Field>
      {skills.length > 0 && <ul class="chips">{skills.map((skill) => <li key={skill} class="chip words" title={skill}>{skillWord(skill)}<button type="button" aria-label={said.skillRemove(skillWord(skill))} onClick={() => onChange(skills.filter((each) => each !== skill))}><Icon name="x" size={14} /></button></li>)}</ul>}
    </div>
  );
}

function Reset({ agent, onDone, onClose }: { agent: AgentRow; onDone: (saved: SavedAgent) => void; onClose: () => void }) {
  const action = useAction();
  return <Confirm title={said.resetTitle(agent.name)} lead={said.resetLead} verb={said.reset} busy={action.busy} failure={action.failure} onClose={onClose} onYes={() => action.run(async () => onDone(await calls.resetAgent(agent.id)))} />;
}

function Deactivate({ agent, onDone, onClose }: { agent: AgentRow; onDone: (saved: SavedAgent) => void; onClose: () => void }) {
  const action = useAction();
  const yes = () => action.run(async () => onDone(await calls.saveAgent(agent.id, toSave(agent, { active: !agent.active }))));
  if (!agent.active) return <Confirm title={`${said.reactivate}: ${agent.name}`} lead={said.reactivateLead} verb={said.reactivate} busy={action.busy} failure={action.failure} onClose={onClose} onYes={yes} />;
  return <Confirm title={said.deactivateTitle(agent.name)} lead={said.deactivateLead} verb={said.deactivate} danger busy={action.busy} failure={action.failure} onClose={onClose} onYes={yes} />;
}
