// Messages and a field to write; used by both sides of a call. Knows no socket: it is given what to show and whom to tell.
import "./chat.css";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage, Seat } from "../../generated/api.ts";
import { split } from "../links.ts";
import { Glyph } from "./glyph.tsx";
import { check, check_double, clock as waiting, external, image, send as fly, users, warning, x } from "./paths.ts";

/** A message of this page that the server has not given back yet. */
export interface Unsent {
  nonce: string;
  text: string;
  /** Why the server did not take it: a stable code. */
  refused?: string;
}

/** How far the other side has the chat. */
export interface Read {
  got: number;
  seen: number;
}

export interface ChatWords {
  log: string;
  placeholder: string;
  send: string;
  attach?: string;
  /** What becomes of a picture, said before it is sent. */
  attachNotice?: string;
  attachSend?: string;
  cancel?: string;
  sent: string;
  delivered: string;
  seen: string;
  sending: string;
  /** Why a message was not taken, by its code. */
  refused: (code: string) => string;
  edit: string;
  /** More than can be sent; nothing is cut off. */
  tooLong: (letters: number) => string;
  /** Where a link leads, said before it is followed. */
  link: (host: string) => string;
  image: string;
  imageLost: string;
  look?: string;
  empty: string;
}

/** What is read of a conversation; who only reads needs no more. */
export interface ChatLogProps {
  me: Seat;
  messages: readonly ChatMessage[];
  unsent?: readonly Unsent[] | undefined;
  read?: Read | undefined;
  words: ChatWords;
  locale: string;
  /** Sentence to show while the other side types, else empty. */
  typing?: string | undefined;
  /** Both look at a picture of the chat. */
  onLook?: ((evidence: string) => void) | undefined;
  /** The words of a refused message, to be written again. */
  onEdit?: (message: Unsent) => void;
  /** Address (blob: or same origin) of an image of the chat. */
  imageUrl: (evidence: string) => Promise<string>;
}

export interface ChatProps extends Omit<ChatLogProps, "onEdit"> {
  onSend: (text: string) => void;
  /** A refused message leaves the list; its words are in the field again. */
  onDrop?: (nonce: string) => void;
  onTyping?: (on: boolean) => void;
  onAttach?: ((file: File) => void) | undefined;
  /** The draft can be set from outside (canned replies); then `onDraft` is told of changes. */
  draft?: string;
  onDraft?: (text: string) => void;
  /** Keys before the field treats them; true = taken. */
  onKey?: (event: KeyboardEvent) => boolean;
  /** Above the field, such as a menu of canned replies. */
  children?: ComponentChildren;
  disabled?: boolean;
}

/** As the server counts. */
export const MOST_LETTERS = 2_000;

/** Text as it was written; a link becomes a card that tells the host and opens only by a tap. */
function Words({ text, words }: { text: string; words: ChatWords }) {
  return (
    <>
      {split(text).map((part, at) =>
        "host" in part ? (
          <a key={at} class="link-card" href={part.href} title={part.href} target="_blank" rel="noopener noreferrer nofollow" aria-label={words.link(part.host)}>
            <Glyph path={external} />
            <b dir="ltr">{part.host}</b>
            {part.rest && <span dir="ltr">{part.rest}</span>}
          </a>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

function Picture({ id, words, load, onLook }: { id: string; words: ChatWords; load: (id: string) => Promise<string>; onLook: ChatProps["onLook"] }) {
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
  if (!url) return <Glyph path={image} label={words.image} />;
  return (
    <>
      <a href={url} target="_blank" rel="noopener noreferrer">
        <img src={url} alt={words.image} />
      </a>
      {onLook && (
        <button type="button" class="chat-look" onClick={() => onLook(id)}>
          <Glyph path={users} />
          {words.look}
        </button>
      )}
    </>
  );
}

/** Kept by the server, received by the other side, seen there. */
function Delivery({ at, read, words }: { at: number; read: Read | undefined; words: ChatWords }) {
  if (read && at < read.seen)
    return (
      <span class="seen">
        <Glyph path={check_double} label={words.seen} />
      </span>
    );
  return read && at < read.got ? <Glyph path={check_double} label={words.delivered} /> : <Glyph path={check} label={words.sent} />;
}

/** A picture before it is sent: seen once more, with what becomes of it. */
function Attaching({ file, words, done }: { file: File; words: ChatWords; done: (send: boolean) => void }) {
  const [url, setUrl] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    box.current?.querySelector("button")?.focus();
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <div ref={box} class="chat-attaching" role="group" aria-label={words.attach}>
      {url && <img src={url} alt={file.name} />}
      <p>{words.attachNotice}</p>
      <div class="chat-attaching-acts">
        <button type="button" class="chat-act strong" onClick={() => done(true)}>
          {words.attachSend}
        </button>
        <button type="button" class="chat-act" onClick={() => done(false)}>
          {words.cancel}
        </button>
      </div>
    </div>
  );
}

function Refused({ message, words, onEdit }: { message: Unsent; words: ChatWords; onEdit: () => void }) {
  return (
    <div class="bubble-foot refused" role="alert">
      <Glyph path={warning} />
      <span>{words.refused(message.refused ?? "")}</span>
      <button type="button" class="chat-act" onClick={onEdit}>
        {words.edit}
      </button>
    </div>
  );
}

/** The messages and nothing to write with. */
export function ChatLog({ me, messages, unsent = [], read, words, locale, typing, onLook, onEdit, imageUrl }: ChatLogProps) {
  const list = useRef<HTMLDivElement>(null);
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  useLayoutEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages.length, unsent.length, typing]);
  return (
    <div class="chat-list" ref={list} role="log" aria-label={words.log} tabIndex={0}>
      {messages.length + unsent.length === 0 && <p class="chat-typing">{words.empty}</p>}
      {messages.map((message, at) => (
        <div key={message.id} class={message.from === me ? "bubble mine" : "bubble"} data-from={message.from}>
          <div class="bubble-words" dir="auto">
            {message.image ? <Picture id={message.image} words={words} load={imageUrl} onLook={onLook} /> : <Words text={message.text} words={words} />}
          </div>
          <div class="bubble-foot">
            {message.from !== me && <bdi>{message.name}</bdi>}
            <time dateTime={message.at} title={new Date(message.at).toLocaleString(locale)}>
              {clock.format(new Date(message.at))}
            </time>
            {message.from === me && <Delivery at={at} read={read} words={words} />}
          </div>
        </div>
      ))}
      {unsent.map((message) => (
        <div key={message.nonce} class="bubble mine">
          <div class="bubble-words" dir="auto">
            <Words text={message.text} words={words} />
          </div>
          {message.refused ? (
            <Refused message={message} words={words} onEdit={() => onEdit?.(message)} />
          ) : (
            <div class="bubble-foot">
              <Glyph path={waiting} label={words.sending} />
            </div>
          )}
        </div>
      ))}
    </div>
  );
}

export function Chat(props: ChatProps) {
  const { me, messages, unsent, words, locale } = props;
  const [own, setOwn] = useState("");
  const draft = props.draft ?? own;
  const setDraft = (text: string) => {
    setOwn(text);
    props.onDraft?.(text);
  };
  const [attaching, setAttaching] = useState<File | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const quiet = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const writing = useRef(false);
  const letters = [...draft.trim()].length;
  const tooLong = letters > MOST_LETTERS;

  const setWriting = (on: boolean) => {
    clearTimeout(quiet.current);
    if (on) quiet.current = setTimeout(() => setWriting(false), 4_000);
    if (writing.current === on) return;
    writing.current = on;
    props.onTyping?.(on);
  };
  const send = () => {
    const text = draft.trim();
    if (text === "" || props.disabled || tooLong) return;
    props.onSend(text);
    setDraft("");
    setWriting(false);
  };
  const edit = (message: Unsent) => {
    setDraft(draft.trim() === "" ? message.text : `${draft}\n${message.text}`);
    props.onDrop?.(message.nonce);
    field.current?.focus();
  };
  const chosen = (picture: File) => (words.attachNotice ? setAttaching(picture) : props.onAttach?.(picture));

  return (
    <div class="chat">
      <ChatLog me={me} messages={messages} unsent={unsent} read={props.read} words={words} locale={locale} typing={props.typing} onLook={props.onLook} onEdit={edit} imageUrl={props.imageUrl} />
      <div class="chat-typing" role="status">
        {props.typing ?? ""}
      </div>
      {tooLong && (
        <p class="chat-long" role="alert">
          <Glyph path={x} />
          {words.tooLong(letters)}
        </p>
      )}
      {attaching && (
        <Attaching
          file={attaching}
          words={words}
          done={(yes) => {
            if (yes) props.onAttach?.(attaching);
            setAttaching(null);
            field.current?.focus();
          }}
        />
      )}
      {props.children}
      <form
        class="chat-form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
          // The button is about to be off, and whoever pressed it by key would be nowhere.
          if (document.activeElement?.matches(":focus-visible")) field.current?.focus();
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
                const picture = event.currentTarget.files?.[0];
                if (picture) chosen(picture);
                event.currentTarget.value = "";
              }}
            />
            <button type="button" class="chat-button" aria-label={words.attach} title={words.attach} disabled={props.disabled} onClick={() => file.current?.click()}>
              <Glyph path={image} />
            </button>
          </>
        )}
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={words.placeholder}
          aria-label={words.placeholder}
          aria-invalid={tooLong}
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
        <button type="submit" class="chat-button send" aria-label={words.send} title={words.send} disabled={props.disabled || draft.trim() === "" || tooLong}>
          <Glyph path={fly} />
        </button>
      </form>
    </div>
  );
}
