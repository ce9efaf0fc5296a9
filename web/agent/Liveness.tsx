/** The liveness step: prompts drawn, judged by key, and exchanged for another when the customer cannot. */
import type { AgentCaseView, ChallengeView, LivenessNeed, PromptView, StepView } from '../generated/api.ts';
import type { Talk } from '../lib/desk.ts';
import { wordOf } from '../lib/prompts.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { sayOf } from './desk.ts';
import { Key, Sign } from './signs.tsx';
import { outcome as outcomeWords, t } from './text.ts';
import { cannotWords, p as words, promptWords } from './text-prompts.ts';

function alternative(prompt: PromptView, need: LivenessNeed): void {
  sayOf({ type: 'challenge_alternative', id: prompt.id, needs_not: need });
}

/** One click each; none of them counts against the customer. */
function Cannot({ prompt, busy }: { prompt: PromptView; busy: boolean }) {
  return (
    <div class="cannot" role="group" aria-label={words.cannot} data-declined={prompt.declined}>
      <span class="small">{prompt.declined ? words.declined : words.cannot}</span>
      {prompt.needs.map((need, i) => (
        <button key={need} class="btn tight" disabled={busy} title={words.alternative(cannotWords[need])} aria-keyshortcuts={i === 0 ? 'K' : undefined} onClick={() => alternative(prompt, need)}>
          {cannotWords[need]}{i === 0 && <Key k="K" />}
        </button>
      ))}
    </div>
  );
}

const SIGNS: Readonly<Record<string, ['check' | 'x' | 'minus', string]>> = { passed: ['check', 'mark good'], failed: ['x', 'mark bad'], withdrawn: ['minus', 'mark dim'] };

function Challenge({ c, prompt, busy }: { c: ChallengeView; prompt: PromptView | null; busy: boolean }) {
  const [sign, kind] = SIGNS[c.outcome] ?? ['minus', 'mark dim'];
  return (
    <li class="challenge" data-outcome={c.outcome}>
      <span class="grow">{promptWords[wordOf(c)]}{c.number && <b class="num"> {c.number.split('').join(' ')}</b>}</span>
      {c.outcome === 'asked' ? <>
        <button class="btn tight good" aria-keyshortcuts="P" disabled={busy} onClick={() => sayOf({ type: 'judge', id: c.id, passed: true })}>{t.pass}<Key k="P" /></button>
        <button class="btn tight" aria-keyshortcuts="X" disabled={busy} onClick={() => sayOf({ type: 'judge', id: c.id, passed: false })}>{t.fail}<Key k="X" /></button>
      </> : <span class={kind}><Icon name={sign} size={16} />{outcomeWords[c.outcome] ?? c.outcome}</span>}
      {c.outcome === 'asked' && prompt?.id === c.id && <Cannot prompt={prompt} busy={busy} />}
    </li>
  );
}

export function Liveness({ file, step, talk }: { file: AgentCaseView; step: StepView; talk: Talk }) {
  const passed = step.challenges.filter(c => c.outcome === 'passed').length;
  const open = step.challenges.some(c => c.outcome === 'asked');
  const left = step.challenges_left ?? 0;
  const without = (step.cannot ?? []).map(need => cannotWords[need]);
  return (
    <>
      <ul class="challenges">{step.challenges.map(c => <Challenge key={c.id} c={c} prompt={file.session?.prompt ?? null} busy={talk.busy.includes(`judge:${c.id}`)} />)}</ul>
      <div class="row gap8 wrap">
        <button class={passed < step.challenges_wanted && !open ? 'btn tight primary' : 'btn tight'} aria-keyshortcuts="D" disabled={left === 0 || talk.busy.includes(`step:${step.key}`)} onClick={() => sayOf({ type: 'challenge', step: step.key })}><Sign name="shuffle" />{step.challenges.length === 0 ? t.drawPrompt : t.drawAnother}<Key k="D" /></button>
        <span class="dim small num">{t.passedOf(passed, step.challenges_wanted)}</span>
        <span class="dim small">{left > 0 ? words.triesLeft(left) : words.noTries}</span>
      </div>
      {without.length > 0 && <p class="small dim">{words.without(without.join(', '))}</p>}
    </>
  );
}
