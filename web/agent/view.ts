/** What is open on the agent's screen and what the keys do about it. Must not hold anything the server has to know. */
import { computed, effect, signal } from '@preact/signals';
import type { AgentCaseView, CannedReply, ImageSlot, ReasonCode, StepView, Verdict, VerdictReasons } from '../generated/api.ts';
import { enoughFeatures } from '../lib/features.ts';
import { call } from '../lib/api.ts';
import { currentStep, locksOf, openSteps, pairs, stageOf, type Pair } from '../lib/desk.ts';
import { toggleBoard } from './board.ts';
import { closeCompare, comparing, leaveCompare, openCompare } from './compare.ts';
import { accept, desk, reject, say, sayOf, tell } from './desk.ts';
import { actionFor, type Action, type Pressed, type Sheet } from './keys.ts';
import { onOptics } from './optics.ts';
import { toggleDark, toggleMute } from './self.ts';

/** Names that canned replies and the preview fill in. */
export const agentFirstName = signal('');
export const tenant = signal('');
export const stage = computed(() => stageOf(desk.value));
export const chosenStep = signal<string | null>(null);
export const verdict = signal<Verdict | null>(null);
export const reasons = signal<readonly ReasonCode[]>([]);
export const decisionNote = signal('');
export const waiving = signal<string | null>(null);
export const ending = signal(false);
export const help = signal(false);
export const replies = signal(false);
export const closer = signal(false);
/** The panel with every control of the customer's camera. */
export const optics = signal(false);
export const details = signal(false);
export const peopleOpen = signal(false);
export const draft = signal('');
export interface Look { pairs: readonly Pair[]; slot: ImageSlot; submitted: string | null; live: string | null; side: 'submitted' | 'live'; both: boolean }
export const look = signal<Look | null>(null);

export const canned = signal<readonly CannedReply[]>([]);
export const verdictReasons = signal<readonly VerdictReasons[]>([]);

const SINGLE = 'recourse.agent.single_keys';
function stored(): boolean { try { return localStorage.getItem(SINGLE) !== 'off'; } catch { return true; } }
export const singleKeys = signal(stored());
export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try { localStorage.setItem(SINGLE, on ? 'on' : 'off'); } catch { /* It then holds for this page only. */ }
}

/** Lists that change with the tenant, not with the case. */
export async function loadLists(): Promise<void> {
  try {
    [canned.value, verdictReasons.value] = await Promise.all([call<CannedReply[]>('/v1/agent/canned'), call<VerdictReasons[]>('/v1/agent/reasons')]);
  } catch {
    tell('network', '', 'lists');
  }
}

const heldCase = computed(() => desk.value.talk?.case ?? null);

// A case that leaves takes everything that was open about it along.
effect(() => {
  void heldCase.value;
  closeAll();
  chosenStep.value = null;
  decisionNote.value = '';
  draft.value = '';
});

function closeAll(): void {
  verdict.value = null;
  reasons.value = [];
  waiving.value = null;
  ending.value = false;
  replies.value = false;
  look.value = null;
  closer.value = false;
  closeCompare();
  optics.value = false;
  details.value = false;
  peopleOpen.value = false;
}

export function openVerdict(which: Verdict): void {
  const file = desk.peek().file;
  if (!file || stage.peek() === 'wrap') return;
  verdict.value = which;
  const offered = reasonsFor(which);
  reasons.value = which === 'verified' ? offered.slice(0, 1) : [];
}

export function reasonsFor(which: Verdict): readonly ReasonCode[] {
  return verdictReasons.value.find(v => v.verdict === which)?.reasons ?? [];
}

export function toggleReason(code: ReasonCode): void {
  reasons.value = reasons.peek().includes(code) ? reasons.peek().filter(r => r !== code) : [...reasons.peek(), code].slice(-8);
}

export function confirmVerdict(): void {
  const file = desk.peek().file;
  const which = verdict.peek();
  if (!file || !which || reasons.peek().length === 0 || locksOf(file, which).length > 0) return;
  sayOf({ type: 'decide', verdict: which, reasons: [...reasons.peek()], note: decisionNote.peek().trim() });
}

export function openLook(file: AgentCaseView, slot: ImageSlot | null, side: 'submitted' | 'live', id: string | null, both: boolean): void {
  const all = pairs(file);
  const pair = all.find(p => p.slot === slot) ?? all[0];
  if (!pair) return;
  look.value = {
    pairs: all, slot: pair.slot, side, both,
    submitted: side === 'submitted' && id ? id : pair.submitted[0]?.id ?? null,
    live: side === 'live' && id ? id : pair.live[0]?.id ?? null,
  };
}

export function sheetOpen(): Sheet {
  if (help.value) return 'help';
  if (peopleOpen.value) return 'people';
  if (look.value) return 'lightbox';
  if (comparing.value) return 'compare';
  if (waiving.value) return 'waive';
  if (ending.value) return 'end';
  if (verdict.value) return 'verdict';
  return replies.value ? 'replies' : 'none';
}

export function pressed(p: Pressed): boolean {
  const action = actionFor(p, { stage: stage.peek(), sheet: sheetOpen(), single: singleKeys.peek() });
  if (!action) return false;
  run(action);
  return true;
}

function focus(id: string): void { document.getElementById(id)?.querySelector('textarea')?.focus(); }

function close(): void {
  if (help.peek()) help.value = false;
  else if (peopleOpen.peek()) peopleOpen.value = false;
  else if (look.peek()) look.value = null;
  else if (comparing.peek()) leaveCompare();
  else if (waiving.peek()) waiving.value = null;
  else if (ending.peek()) ending.value = false;
  else if (verdict.peek()) verdict.value = null;
  else if (replies.peek()) replies.value = false;
  else if (optics.peek()) optics.value = false;
  else if (details.peek()) details.value = false;
  else if (closer.peek()) closer.value = false;
}

export function run(action: Action): void {
  switch (action.do) {
    case 'accept': return accept();
    case 'reject': return reject();
    case 'mute': return toggleMute();
    case 'dark': return toggleDark();
    case 'people': peopleOpen.value = !peopleOpen.peek(); return;
    case 'help': help.value = !help.peek(); return;
    case 'close': return close();
    case 'leave_field': (document.activeElement as HTMLElement | null)?.blur(); return;
    case 'chat': return focus('chat');
    case 'replies': openReplies(); return focus('chat');
    case 'notes': return focus('notes');
    case 'compare': if (desk.peek().file) openCompare(); return;
    case 'details': details.value = !details.peek(); return;
    case 'closer': closer.value = !closer.peek(); return;
    case 'board': return toggleBoard();
    case 'verdict': return openVerdict(action.verdict);
    case 'confirm': return ending.peek() ? endVideo() : confirmVerdict();
    case 'reason': {
      const code = verdict.peek() ? reasonsFor(verdict.peek() as Verdict)[action.index] : undefined;
      if (code) toggleReason(code);
      return;
    }
    case 'photograph': case 'flip': case 'torch': case 'zoom_in': case 'zoom_out': case 'guide': case 'optics': case 'lens': case 'focus':
    case 'size': case 'freeze': case 'their_camera': case 'their_microphone': case 'auto': onOptics(action); return;
    case 'step_done': case 'draw': case 'pass': case 'fail': case 'alternative': case 'waive': case 'images': case 'step':
      return onCase(action);
  }
}

/** A slash in an empty field opens the list; words already typed stay until a reply is taken. */
export function openReplies(): void {
  replies.value = true;
  if (draft.peek() === '') draft.value = '/';
}

export function endVideo(): void {
  ending.value = false;
  sayOf({ type: 'end' });
}

function onCase(action: Action): void {
  const { file, talk } = desk.peek();
  if (!file || !talk) return;
  const step = currentStep(file, chosenStep.peek());
  switch (action.do) {
    case 'images': return openLook(file, null, 'submitted', null, true);
    case 'step': chosenStep.value = openSteps(file)[action.index]?.key ?? null; return;
    case 'waive': if (step?.waivable && step.state !== 'done') waiving.value = step.key; return;
    case 'draw': return drawPrompt(file);
    case 'pass': return judge(file, true);
    case 'fail': return judge(file, false);
    case 'alternative': return otherPrompt(file);
    case 'step_done': if (step) markDone(step); return;
    default: return;
  }
}

/** The liveness step, whichever step is chosen: prompts are drawn while the face is in the picture anyway. */
function drawPrompt(file: AgentCaseView): void {
  const step = file.steps.find(s => s.kind === 'liveness');
  if (step) { chosenStep.value = step.key; sayOf({ type: 'challenge', step: step.key }); }
}

/** The first thing the open prompt needs is what the customer lacks. */
function otherPrompt(file: AgentCaseView): void {
  const open = file.session?.prompt;
  const need = open?.needs[0];
  if (open && need) sayOf({ type: 'challenge_alternative', id: open.id, needs_not: need });
}

function judge(file: AgentCaseView, passed: boolean): void {
  const open = file.steps.flatMap(s => s.challenges).find(c => c.outcome === 'asked');
  if (open) return sayOf({ type: 'judge', id: open.id, passed });
  const step = currentStep(file, chosenStep.peek());
  if (!passed && step) sayOf({ type: 'step_state', step: step.key, failed: true });
}

/** What a step still lacks before it can be done; the server asks for the same. */
export function lacks(step: StepView): 'photo' | 'prompts' | 'answers' | 'code' | 'place' | 'features' | null {
  if (step.slot && step.evidence.length === 0) return 'photo';
  if (step.kind === 'liveness' && step.challenges.filter(c => c.outcome === 'passed').length < step.challenges_wanted) return 'prompts';
  if (step.kind === 'questions' && (!step.questions.some(q => q.answer === 'match') || step.questions.some(q => q.answer === 'no_match'))) return 'answers';
  if (step.kind === 'one_time_code' && !step.proven) return 'code';
  if (step.kind === 'location' && !step.proven) return 'place';
  if (step.features && !enoughFeatures(step.features)) return 'features';
  return null;
}

export function markDone(step: StepView): void {
  if (step.state === 'done' || lacks(step)) return;
  chosenStep.value = null;
  sayOf({ type: 'step_done', step: step.key });
}

export function setPresence(value: string): void {
  if (value === 'break' || value === 'training' || value === 'meeting' || value === 'technical') say({ type: 'away', reason: value });
}
