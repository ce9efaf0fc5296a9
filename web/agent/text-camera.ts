/** Words about the customer's camera, in English. Must not hold logic beyond choosing a word. */
import type { CameraLack, FocusMode, HeldFor, Hint, ImageSlot } from '../generated/api.ts';

export const lack: Record<CameraLack | 'not_connected' | 'control_refused', string> = {
  not_supported: 'their camera has none', front_camera: 'the front camera has none; flip first', one_camera: 'they have one camera only',
  browser_hides: 'their browser does not offer it', no_track: 'their camera is not on', not_connected: 'their page is not connected',
  control_refused: 'the customer keeps control of their device',
};

export const held: Record<HeldFor, string> = {
  hand: 'They take the photo by hand', review: 'They look at the photo', upload: 'The photo is on its way',
};

export const focusMode: Record<FocusMode, string> = { continuous: 'Automatic', point: 'On a point', manual: 'By distance' };

export const hint: Record<Hint, string> = {
  good: 'All good', missing: 'No document seen', cropped: 'Cut off', far: 'Too far', near: 'Too near', tilted: 'Crooked', dark: 'Too dark', bright: 'Too bright',
  glare: 'Reflection', blur: 'Blurred',
};

export const slotLower = (words: Record<ImageSlot, string>, of: ImageSlot): string => words[of].toLowerCase();

export const c = {
  controls: 'Camera controls', more: 'More', lens: 'Lens', lensNext: 'Next lens', zoom: 'Zoom', focus: 'Focus', focusAuto: 'Automatic', focusPoint: 'or click the picture',
  focusDistance: 'Focus distance', size: 'Picture size', now: (w: number, h: number) => `now ${w} × ${h}`, hold: 'Hold picture', letGo: 'Let go on', their: 'Theirs', photo: 'Photograph',
  focusHere: 'Click to focus there; Z looks closer', burst: 'Three, sharpest first', review: 'They check it first', auto: 'By itself when good', reviewStep: 'this step asks for it',
  camera: 'Camera', microphone: 'Microphone', on: 'on', off: 'off', front: 'front', back: 'back', lensNumber: (n: number) => `Camera ${n}`,
  refusedTitle: 'The customer keeps control', refusedLead: 'You can still ask for photographs; they take them by hand.',
  zoomedTo: (f: number) => `Zoom ${f.toFixed(1)}×`, confirmed: 'confirmed', asked: (what: string) => `asked for ${what}`, lensUsed: 'Lens changed', focusedOn: 'Focused', sized: (w: number, h: number) => `Picture ${w} × ${h}`,
  held: 'Picture held', running: 'Picture goes on', meters: 'What their phone measures', light: 'Light', glare: 'Reflection', sharp: 'Sharpness', place: 'Size', straight: 'Straight',
  good: 'good', bad: 'not yet', percent: (share: number) => `${Math.round(share * 100)} %`, degrees: (d: number) => `${Math.round(d)}°`, lookCloser: 'Look closer', seeAll: 'See all',
} as const;
