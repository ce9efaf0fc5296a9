/** Every line of the profile and how the case stands to it, with where it stands written. Must not judge a line: the server does. */
import type { AgentCaseView, LineView } from '../generated/api.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { lock } from './text.ts';
import { gapWords, p, standing as standingWords, unmet } from './text-profile.ts';

/** A lock in words; a line is named by its title. */
export function lockWords(file: AgentCaseView, code: string): string {
  const line = code.startsWith('line:') ? file.lines?.find(l => l.id === code.slice(5)) : undefined;
  return line ? unmet(line) : lock(code);
}

function Mark({ line }: { line: LineView }) {
  const label = p.isNow(standingWords[line.standing] ?? line.standing);
  if (line.standing === 'missing') return <span class="step-sign bad"><Icon name="minus" size={16} label={label} /></span>;
  if (line.standing === 'met' || line.standing === 'declared') return <span class="step-sign good"><Icon name="check" size={16} label={label} /></span>;
  return <span class="step-sign"><Icon name="clock" size={16} label={label} /></span>;
}

function Line({ line }: { line: LineView }) {
  return (
    <li class="rule">
      <Mark line={line} />
      <div>
        <p>{line.title}</p>
        <p class="small dim">{line.standing === 'missing' || line.why ? gapWords(line.why) : standingWords[line.standing] ?? line.standing}</p>
        <p class="small dim">{line.citation}</p>
      </div>
    </li>
  );
}

export function Rules({ file }: { file: AgentCaseView }) {
  const lines = file.lines?.filter(l => l.mandatory) ?? [];
  if (lines.length === 0) return null;
  const missing = lines.filter(l => l.standing === 'missing');
  const rest = lines.filter(l => l.standing !== 'missing');
  return (
    <details class="block rules">
      <summary><span class="rules-name">{p.title}</span><span class="small dim">{p.open(missing.length, lines.length)}</span></summary>
      <ul>{[...missing, ...rest].map(l => <Line key={l.id} line={l} />)}</ul>
    </details>
  );
}
