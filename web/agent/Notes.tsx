/** The agent's notes, kept by themselves while typing. */
import type { Talk } from '../lib/desk.ts';
import { note } from './desk.ts';
import { Key } from './signs.tsx';
import { t } from './text.ts';

const STATE = { kept: t.notesKept, typed: t.notesTyped, sent: t.notesSent };

export function Notes({ talk }: { talk: Talk }) {
  const { text, state } = talk.notes;
  return (
    <section class="notes" id="notes">
      <label for="notes-field">{t.notes}<Key k="N" /><span class="grow" />{(text !== '' || state !== 'kept') && <span class="dim small" role="status">{STATE[state]}</span>}</label>
      <textarea id="notes-field" rows={2} maxLength={4000} placeholder={t.notesPlaceholder} value={text} onInput={e => note(e.currentTarget.value)} />
    </section>
  );
}
