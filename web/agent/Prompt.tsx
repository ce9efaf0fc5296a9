/** What the customer sees of a liveness prompt, over their picture: the same drawing, the same words to read, the same moment. */
import type { AgentCaseView, PromptView } from '../generated/api.ts';
import { secondsLeft } from '../lib/desk.ts';
import { phrase } from '../lib/phrases.ts';
import { colorAt, spotAt, wordOf } from '../lib/prompts.ts';
import { PromptPicture } from '../lib/ui/PromptPicture.tsx';
import { serverNow } from './desk.ts';
import { colorWords, p as words, promptHint, promptWords } from './text-prompts.ts';

/** Milliseconds since it was on their screen, by the server's clock. */
function shownFor(p: PromptView): number | null {
  return p.shown_at ? Math.max(0, serverNow.value - Date.parse(p.shown_at)) : null;
}

/** The dot as the agent looks for it: the picture of the customer is no mirror, so left and right are exchanged. */
function Dot({ p, ms }: { p: PromptView; ms: number }) {
  const at = spotAt(p, ms);
  return (
    <svg class="dot-map" viewBox="0 0 30 30" role="img" aria-label={words.dotAt}>
      {[0, 1, 2].flatMap(y => [0, 1, 2].map(x => <circle key={`${x}${y}`} cx={25 - x * 10} cy={5 + y * 10} r={at && at.x === x && at.y === y ? 4.4 : 1.6} data-on={at !== null && at.x === x && at.y === y} />))}
    </svg>
  );
}

function Colors({ p, ms }: { p: PromptView; ms: number }) {
  const now = colorAt(p, ms);
  return <span class="color-now"><span class="color-chip" data-color={now ?? 'none'} aria-hidden="true" />{now ? words.colorNow(colorWords[now]) : words.darkNow}</span>;
}

function Left({ p }: { p: PromptView }) {
  const left = p.due ? Math.min(p.seconds, secondsLeft(Date.parse(p.due), serverNow.value)) : p.seconds;
  return (
    <span class="prompt-left" title={left > 0 ? words.left(left) : words.over}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" pathLength={100} /><circle class="rest" cx="12" cy="12" r="9" pathLength={100} stroke-dasharray={`${Math.round((left / p.seconds) * 100)} 100`} /></svg>
      <span class="num">{left > 0 ? words.left(left) : words.over}</span>
    </span>
  );
}

export function Prompt({ file }: { file: AgentCaseView }) {
  const p = file.session?.prompt;
  if (!p) return null;
  const ms = shownFor(p);
  const read = p.number ? p.number.split('').join(' ') : p.words ? phrase(p.words, p.locale ?? file.locale).join(' · ') : null;
  return (
    <div class="prompt" data-prompt={p.prompt} data-shown={ms !== null}>
      <PromptPicture prompt={p} mirror={false} />
      <div class="prompt-body">
        <span class="small dim-on-video">{ms === null ? words.notShown : words.theySee}</span>
        <b role="status">{promptWords[wordOf(p)]}</b>
        {read && <b class="num prompt-number" lang={p.locale ?? undefined}>{read}</b>}
        <span class="small">{promptHint[wordOf(p)]}</span>
      </div>
      <div class="prompt-side">
        {p.path && ms !== null && <Dot p={p} ms={ms} />}
        {p.colors && ms !== null && <Colors p={p} ms={ms} />}
        <Left p={p} />
      </div>
    </div>
  );
}
