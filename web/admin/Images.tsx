// Submitted images beside live stills, and a light box over all of them. Must not know where bytes are kept.

import { useState } from "preact/hooks";
import { Card, Dialog, Empty, Facts } from "./bits.tsx";
import { original, shown } from "./calls.ts";
import { exact } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { Pair, Picture } from "./images.ts";
import { text } from "./text.ts";
import { custody } from "./text-custody.ts";
import { slotWords, sourceWords } from "./words.ts";

const said = text.file;

function nameOf(picture: Picture): string {
  const source = picture.attempt === undefined ? (sourceWords[picture.source] ?? picture.source) : said.attempt(picture.attempt);
  return `${slotWords[picture.slot]}, ${source}`;
}

export function Images({ pairs, chat, all, erased = false }: { pairs: ReadonlyArray<Pair>; chat: ReadonlyArray<Picture>; all: ReadonlyArray<Picture>; erased?: boolean }) {
  const [open, setOpen] = useState<number | undefined>(undefined);
  const show = (picture: Picture) => setOpen(all.indexOf(picture));
  return (
    <Card title={said.sections.images} id="images">
      {all.length === 0 && <Empty icon="image" title={erased ? custody.erasedImages : said.imagesEmpty} />}
      {pairs.map((each) => (
        <section key={each.slot} class="pair" aria-label={slotWords[each.slot]}>
          <h3>{slotWords[each.slot]}</h3>
          <div class="pair-sides">
            <Shelf word={said.submitted} none={said.noSubmitted} pictures={each.submitted} onOpen={show} />
            <Shelf word={said.live} none={said.noLive} pictures={each.live} onOpen={show} />
          </div>
        </section>
      ))}
      {chat.length > 0 && <section class="pair"><h3>{said.otherImages}</h3><div class="pair-sides"><Shelf word={sourceWords["chat"] ?? ""} none="" pictures={chat} onOpen={show} /></div></section>}
      {open !== undefined && all[open] && <LightBox pictures={all} at={open} onMove={setOpen} onClose={() => setOpen(undefined)} />}
    </Card>
  );
}

function Shelf({ word, none, pictures, onOpen }: { word: string; none: string; pictures: ReadonlyArray<Picture>; onOpen: (picture: Picture) => void }) {
  return (
    <div class="shelf">
      <p class="shelf-word">{word}</p>
      {pictures.length === 0 ? <p class="shelf-none"><Icon name="image" size={18} />{none}</p> : (
        <ul>
          {pictures.map((picture) => (
            <li key={picture.id}>
              <button class="thumb" onClick={() => onOpen(picture)} aria-label={said.open(nameOf(picture))}><Picture picture={picture} /></button>
              <p class="quiet">{picture.attempt === undefined ? (sourceWords[picture.source] ?? picture.source) : said.attempt(picture.attempt)} · {said.pixels(picture.width, picture.height)}</p>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Picture({ picture }: { picture: Picture }) {
  const [failed, setFailed] = useState(false);
  if (failed) return <span class="thumb-failed"><Icon name="warning" size={18} />{said.imageFailed}</span>;
  return <img src={shown(picture.id)} alt={nameOf(picture)} width={picture.width} height={picture.height} loading="lazy" decoding="async" onError={() => setFailed(true)} />;
}

export function LightBox({ pictures, at, onMove, onClose }: { pictures: ReadonlyArray<Picture>; at: number; onMove: (at: number) => void; onClose: () => void }) {
  const picture = pictures[at];
  if (!picture) return null;
  const move = (by: number) => onMove((at + by + pictures.length) % pictures.length);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") move(-1);
    if (event.key === "ArrowRight") move(1);
  };
  return (
    <Dialog title={nameOf(picture)} wide onClose={onClose} onKey={onKey}>
      <div class="light-box">
        <div class="light-picture"><Picture key={picture.id} picture={picture} /></div>
        <div class="light-foot">
          <div class="light-move">
            <button class="button icon-only" aria-label={said.previous} onClick={() => move(-1)}><Icon name="chevron_left" size={18} /></button>
            <span class="tabular" role="status">{said.position(at + 1, pictures.length)}</span>
            <button class="button icon-only" aria-label={said.next} onClick={() => move(1)}><Icon name="chevron_right" size={18} /></button>
            <a class="button" href={original(picture.id)} download><Icon name="download" size={16} />{said.original}</a>
          </div>
          <Facts of={[[said.taken, exact(picture.at)], [text.file.hash, <code class="wrap">{picture.sha256}</code>]]} />
        </div>
      </div>
    </Dialog>
  );
}
