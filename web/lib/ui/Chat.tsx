// Messages and a field to write; used by both sides of a call. Knows no socket: it is given what to show and whom to tell.
import "./chat.css";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage, Seat } from "../../generated/api.ts";
import { Glyph } from "./glyph.tsx";
import { check, clock as waiting, image, send as fly } from "./paths.ts";

/** A message of this page that the server has not given back yet. */
export interface Unsent {
  nonce: string;
  text: string;
}

export interface ChatWords {
  log: string;
  placeholder: string;
  send: string;
  attach?: string;
  delivered: string;
  sending: string;
  image: string;
  imageLost: string;
  empty: string;
}

export interface ChatProps {
  me: Seat;
  messages: readonly ChatMessage[];
  unsent?: readonly Unsent[];
  words: ChatWords;
  locale: string;
  /** Sentence to show while the other side types, else empty. */
  typing?: string;
  onSend: (text: string) => void;
  onTyping?: (on: boolean) => void;
  onAttach?: ((file: File) => void) | undefined;
  /** Address (blob: or same origin) of an image of the chat. */
  imageUrl: (evidence: string) => Promise<string>;
  /** The draft can be set from outside (canned replies); then `onDraft` is told of changes. */
  draft?: string;
  onDraft?: (text: string) => void;
  /** Keys before the field treats them; true = taken. */
  onKey?: (event: KeyboardEvent) => boolean;
  /** Above the field, such as a menu of canned replies. */
  children?: ComponentChildren;
  disabled?: boolean;
}

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g;

function Words({ text }: { text: string }) {
  return (
    <>
      {text.split(LINK).map((part, at) =>
        at % 2 === 1 ? (
          <a key={at} href={part} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}

function Picture({ id, words, load }: { id: string; words: ChatWords; load: (id: string) => Promise<string> }) {
  const [url, setUrl] = useState("");
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let here = true;
    load(id).then(
      (address) => here && setUrl(address),
      () => here && setLost(true),
    );
    return () => {
      here = false;
    };
  }, [id]);
  if (lost) return <span>{words.imageLost}</span>;
  return url ? (
    <a href={url} target="_blank" rel="noopener noreferrer">
      <img src={url} alt={words.image} />
    </a>
  ) : (
    <Glyph path={image} label={words.image} />
  );
}

export function Chat(props: ChatProps) {
  const { me, messages, unsent = [], words, locale } = props;
  const [own, setOwn] = useState("");
  const draft = props.draft ?? own;
  const setDraft = (text: string) => {
    setOwn(text);
    props.onDraft?.(text);
  };
  const list = useRef<HTMLDivElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const quiet = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const writing = useRef(false);

  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages.length, unsent.length, props.typing]);

  const setWriting = (on: boolean) => {
    clearTimeout(quiet.current);
    if (on) quiet.current = setTimeout(() => setWriting(false), 4_000);
    if (writing.current === on) return;
    writing.current = on;
    props.onTyping?.(on);
  };
  const send = () => {
    const text = draft.trim();
    if (text === "" || props.disabled) return;
    props.onSend(text.slice(0, 2_000));
    setDraft("");
    setWriting(false);
  };
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });

  return (
    <div class="chat">
      <div class="chat-list" ref={list} role="log" aria-label={words.log} tabIndex={0}>
        {messages.length + unsent.length === 0 && <p class="chat-typing">{words.empty}</p>}
        {messages.map((message) => (
          <div key={message.id} class={message.from === me ? "bubble mine" : "bubble"}>
            {message.image ? <Picture id={message.image} words={words} load={props.imageUrl} /> : <Words text={message.text} />}
            <div class="bubble-foot">
              {message.from !== me && <span>{message.name}</span>}
              <time dateTime={message.at} title={new Date(message.at).toLocaleString(locale)}>
                {clock.format(new Date(message.at))}
              </time>
              {message.from === me && <Glyph path={check} label={words.delivered} />}
            </div>
          </div>
        ))}
        {unsent.map((message) => (
          <div key={message.nonce} class="bubble mine">
            <Words text={message.text} />
            <div class="bubble-foot">
              <Glyph path={waiting} label={words.sending} />
            </div>
          </div>
        ))}
      </div>
      <div class="chat-typing" role="status">
        {props.typing ?? ""}
      </div>
      {props.children}
      <form
        class="chat-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {props.onAttach && words.attach && (
          <>
            <input
              ref={file}
              type="file"
              accept="image/jpeg,image/png,image/webp"
              hidden
              onChange={(event) => {
                const chosen = event.currentTarget.files?.[0];
                if (chosen) props.onAttach?.(chosen);
                event.currentTarget.value = "";
              }}
            />
            <button type="button" class="chat-button" aria-label={words.attach} title={words.attach} disabled={props.disabled} onClick={() => file.current?.click()}>
              <Glyph path={image} />
            </button>
          </>
        )}
        <textarea
          rows={1}
          maxLength={2000}
          value={draft}
          placeholder={words.placeholder}
          aria-label={words.placeholder}
          disabled={props.disabled}
          onInput={(event) => {
            setDraft(event.currentTarget.value);
            setWriting(event.currentTarget.value !== "");
          }}
          onKeyDown={(event) => {
            if (event.isComposing || props.onKey?.(event)) return;
            if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              send();
            }
          }}
        />
        <button type="submit" class="chat-button send" aria-label={words.send} title={words.send} disabled={props.disabled || draft.trim() === ""}>
          <Glyph path={fly} />
        </button>
      </form>
    </div>
  );
}
