/** Every word of the compare view, in English. Must not hold logic. */
import type { Mode, Source } from './compare.ts';

export const sourceWords: Record<Source, string> = { document: 'Document', live: 'Live', selfie: 'Failed selfie', portrait: 'Photographed face' };
export const modeWords: Record<Mode, string> = { side: 'Side by side', blink: 'Blink', onion: 'Onion skin' };

export const c = {
  title: 'Compare faces', lead: 'Same scale: point at both eyes of each picture (E). Box the portrait on the document (X).',
  shown: 'Pictures', noPicture: 'No picture yet', noLive: 'No live picture now', freeze: 'Freeze', thaw: 'Live again', flip: 'Mirror', eyes: 'Eyes', box: 'Box', size: 'Size',
  smaller: 'Smaller', larger: 'Larger', reset: 'Reset', another: (at: number, of: number) => `Picture ${at} of ${of}: next`, swap: 'Swap', opacity: 'Upper picture',
  eyesOne: 'Point at one eye (click, or arrows and Enter)', eyesTwo: 'Now the other eye', boxHint: 'Drag around the portrait, or arrows, Shift+arrows and Enter',
  aligned: 'Eyes set', stillness: 'Blinking is off because motion is reduced: N swaps', photograph: 'Photograph the face', done: 'Mark step done', zoomOut: 'Zoom out', zoomIn: 'Zoom in',
  suggest: 'Compare faces', frozen: 'Frozen', close: 'Close',
  keys: '1–4 pictures · Tab chooses · S B O view · E eyes · X box · F mirror · [ ] size · Shift+arrows move one · arrows + − move all · H freeze · 0 reset',
} as const;
