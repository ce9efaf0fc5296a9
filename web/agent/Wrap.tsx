/** After the call: what was decided, the rating, the time that is left, and the way to the next customer. */
import type { AgentCaseView } from '../generated/api.ts';
import { clock, secondsLeft } from '../lib/desk.ts';
import { Icon } from '../lib/ui/icons.tsx';
import { desk, now, say } from './desk.ts';
import { ending as endingWords, reason as reasonWords, t, verdictDone } from './text.ts';
import { setPresence } from './view.ts';

export function Wrap({ file }: { file: AgentCaseView | null }) {
  const { desk: view, wrapDue } = desk.value;
  if (!view) return null;
  const left = secondsLeft(wrapDue, now.value);
  const decision = file?.decision ?? null;
  return (
    <div class="wrap-up">
      <div class="wrap-card">
        <p class="wrap-head"><Icon name="clock" />{t.wrapTitle}<span class="num" role="timer">{t.wrapLeft(clock(left))}</span></p>
        {decision ? <div class="wrap-decision" data-way={decision.verdict}>
          <h1>{verdictDone[decision.verdict]}</h1>
          <p>{decision.reasons.map(r => reasonWords[r]).join(', ')}</p>
          {file?.phase === 'under_review' && <p class="dim small">{endingWords.under_review.title}</p>}
        </div> : <h1>{t.undecided}</h1>}
        {file && <p class="rating" role="status">{file.rating != null
          ? <>{[1, 2, 3, 4, 5].map(n => <Icon key={n} name="star" filled={n <= (file.rating ?? 0)} />)}<span>{t.ratedBy(file.rating)}</span></>
          : <span class="dim small">{t.notRated}</span>}</p>}
        <p class="dim">{t.wrapLead}</p>
        <div class="row gap8 wrap center">
          <button class="btn" disabled={view.wrap_extended} onClick={() => say({ type: 'extend_wrap' })}>{view.wrap_extended ? t.extended : t.moreTime}</button>
          <button class="btn" onClick={() => setPresence('break')}>{t.takeBreak}</button>
          <button class="btn primary big" onClick={() => say({ type: 'available' })}><Icon name="check" />{t.readyNow}</button>
        </div>
      </div>
    </div>
  );
}
