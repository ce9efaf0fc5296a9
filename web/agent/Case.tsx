/** The case in hand: context on the left, the face in the middle, the work on the right. */
import { desk } from './desk.ts';
import { Checklist } from './Checklist.tsx';
import { Details } from './Details.tsx';
import { lastEffect } from '../lib/desk.ts';
import { Alerts, Around, ClaimedFields, WhyFailed, Who } from './Facts.tsx';
import { Rules } from './Rules.tsx';
import { Handed } from './Company.tsx';
import { Images } from './Images.tsx';
import { Live } from './Live.tsx';
import { Notes } from './Notes.tsx';
import { Talk } from './Talk.tsx';
import { Verdict, VerdictSheet } from './Verdict.tsx';
import { details, verdict } from './view.ts';
import { Wrap } from './Wrap.tsx';
import { stage } from './view.ts';
import { t } from './text.ts';

export function Case() {
  const { file, talk } = desk.value;
  if (!file || !talk) {
    return stage.value === 'wrap' ? <main class="gate inner"><Wrap file={null} /></main> : <main class="gate inner"><p role="status">{t.openingCase}</p></main>;
  }
  const fresh = lastEffect(talk, 'photograph')?.evidence ?? null;
  return (
    <main class="case" id="main">
      <aside class="col left" aria-label={t.whyFailed}>
        <Who file={file} />
        <div class="scroll" tabIndex={0} role="group" aria-label={file.name}>
          <Handed file={file} />
          <Alerts file={file} short />
          <WhyFailed file={file} />
          <ClaimedFields file={file} compares />
          <Images file={file} fresh={fresh} />
          <Around file={file} />
          <Rules file={file} />
        </div>
      </aside>
      <section class="col middle" aria-label={file.name}>
        {stage.value === 'wrap' ? <Wrap file={file} /> : <Live file={file} talk={talk} />}
        <Talk file={file} talk={talk} />
      </section>
      <aside class="col right" aria-label={t.checklist}>
        {verdict.value && stage.value !== 'wrap' ? <VerdictSheet file={file} talk={talk} which={verdict.value} /> : <>
          {details.value ? <Details file={file} /> : <Checklist file={file} talk={talk} />}
          <Notes talk={talk} />
          {stage.value !== 'wrap' && <Verdict file={file} />}
        </>}
      </aside>
    </main>
  );
}
