/** Chat with the customer: canned replies by `/`, pictures, typing. Must not know how messages travel. */
import { useState } from 'preact/hooks';
import type { AgentCaseView, CannedReply } from '../generated/api.ts';
import type { Talk as TalkState } from '../lib/desk.ts';
import { Chat, type ChatWords } from '../lib/ui/Chat.tsx';
import { filled } from '../lib/canned.ts';
import { showEvidence } from './board.ts';
import { drop, sayOf, sendingPicture, sendPicture, write } from './desk.ts';
import { shownUrl } from './Images.tsx';
import './reading.ts';
import { Key } from './signs.tsx';
import { language, plain, t } from './text.ts';
import { chatWords } from './text-board.ts';
import { agentFirstName, canned, draft, openReplies, replies, stage, tenant } from './view.ts';

export const WORDS: ChatWords = {
  log: t.chat, placeholder: t.chatPlaceholder, send: t.send, attach: t.attach, sending: t.sending,
  image: t.picture, imageLost: t.broken, empty: t.emptyChat, ...chatWords,
};

function textFor(reply: CannedReply, locale: string, name: string): string {
  const text = reply.texts[locale] ?? reply.texts[locale.split('-')[0] ?? ''] ?? reply.texts.en ?? Object.values(reply.texts)[0] ?? '';
  return filled(text, { customer: name, agent: agentFirstName.value, brand: tenant.value });
}

/** Replies whose name or text holds what stands behind the slash. */
function fitting(file: AgentCaseView, typed: string): Array<{ key: string; text: string; english: string }> {
  const wish = typed.startsWith('/') ? typed.slice(1).trim().toLowerCase() : '';
  return canned.value
    .map(r => ({ key: r.key, text: textFor(r, file.locale, file.name), english: textFor(r, 'en', file.name) }))
    .filter(r => wish === '' || plain(r.key).toLowerCase().includes(wish) || r.key.includes(wish) || r.english.toLowerCase().includes(wish))
    .slice(0, 7);
}

function keepInSight(option: HTMLLIElement | null): void { option?.scrollIntoView({ block: 'nearest' }); }

export function Talk({ file, talk }: { file: AgentCaseView; talk: TalkState }) {
  const [at, setAt] = useState(0);
  const open = replies.value || draft.value.startsWith('/');
  const list = open ? fitting(file, draft.value) : [];
  const chosen = Math.min(at, Math.max(0, list.length - 1));
  const over = stage.value === 'wrap';
  const take = (text: string): void => {
    draft.value = text;
    replies.value = false;
    setAt(0);
    document.getElementById('chat')?.querySelector('textarea')?.focus();
  };
  const onKey = (e: KeyboardEvent): boolean => {
    if (!open) return false;
    if (e.key === 'Escape') { replies.value = false; if (draft.peek().startsWith('/')) draft.value = ''; e.preventDefault(); return true; }
    if (list.length === 0) return false;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); setAt((chosen + (e.key === 'ArrowDown' ? 1 : list.length - 1)) % list.length); return true; }
    const pick = list[chosen];
    if ((e.key === 'Enter' || e.key === 'Tab') && pick) { e.preventDefault(); take(pick.text); return true; }
    return false;
  };
  return (
    <section class="talk" id="chat" aria-labelledby="chat-title">
      <h2 id="chat-title">{t.chat}<span class="dim small">{language(file.locale)}</span><span class="grow" />
        <button class="btn quiet tight" aria-expanded={open} aria-keyshortcuts="/" disabled={over} onClick={() => { if (open) { replies.value = false; if (draft.peek().startsWith('/')) draft.value = ''; } else openReplies(); }}>{t.canned}<Key k="/" /></button>
      </h2>
      <Chat me="agent" messages={talk.messages} unsent={talk.outgoing} read={talk.read} words={WORDS} locale="en-GB" disabled={over}
        typing={talk.typingUntil > 0 ? t.typing(file.name) : sendingPicture.value ? t.sendingPicture : ''}
        onSend={write} onDrop={drop} onLook={stage.value === 'call' ? showEvidence : undefined} onTyping={on => sayOf({ type: 'typing', on })} onAttach={f => void sendPicture(f)} imageUrl={id => Promise.resolve(shownUrl(id))}
        draft={draft.value} onDraft={text => { draft.value = text; setAt(0); if (!text.startsWith('/')) replies.value = false; }} onKey={onKey}>
        {open && (
          <ul class="replies" role="listbox" tabIndex={0} aria-label={t.canned}>
            {list.length === 0 && <li class="dim small">{t.noCanned}</li>}
            {list.map((r, i) => (
              <li key={r.key} role="option" aria-selected={i === chosen} ref={i === chosen ? keepInSight : null} class="reply" onPointerEnter={() => setAt(i)} onPointerDown={e => { e.preventDefault(); take(r.text); }}>
                <b>{plain(r.key)}</b><span dir="auto">{r.text}</span>{r.text !== r.english && <span class="dim small">{r.english}</span>}
              </li>
            ))}
          </ul>
        )}
      </Chat>
    </section>
  );
}
