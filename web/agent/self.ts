/** The agent's own camera and microphone: opened, chosen, muted, reopened when lost. Must not know the room. */
import { signal } from '@preact/signals';
import { BACKDROPS, dress, type Backdrop, type Dressed } from './backdrop.ts';
import { cameras, microphones, NoCamera, onTrackLost, openCamera, type Device } from '../lib/camera.ts';

const CHOICE = 'recourse.agent.devices';

interface Choice { camera?: string; microphone?: string; backdrop?: Backdrop }
/** A background that fails this soon again will go on failing, in milliseconds. */
const AT_ONCE = 10_000;

function chosen(): Choice {
  try { return JSON.parse(localStorage.getItem(CHOICE) ?? '{}') as Choice; } catch { return {}; }
}

function keep(): void {
  const choice: Choice = { camera: self.camera.peek(), microphone: self.microphone.peek(), backdrop: self.backdrop.peek() };
  try { localStorage.setItem(CHOICE, JSON.stringify(choice)); } catch { /* The choice then holds for this page only. */ }
}

export const self = {
  /** As others see and hear it. */
  stream: signal<MediaStream | null>(null),
  opening: signal(false),
  /** Why there is no camera: a key of `text.ownCamera`, or empty. */
  trouble: signal(''),
  muted: signal(false),
  dark: signal(false),
  cameras: signal<readonly Device[]>([]),
  microphones: signal<readonly Device[]>([]),
  camera: signal(chosen().camera ?? ''),
  microphone: signal(chosen().microphone ?? ''),
  backdrop: signal<Backdrop>(BACKDROPS.find(each => each === chosen().backdrop) ?? 'none'),
  /** False once the agent closed it by hand. */
  wanted: signal(true),
};

/** What the devices give, and the picture that is made of it. */
let opened: { devices: MediaStream; dressed: Dressed | null; forget: (() => void) | null } | null = null;

export async function openSelf(): Promise<boolean> {
  self.wanted.value = true;
  if (self.opening.peek()) return false;
  self.opening.value = true;
  self.trouble.value = '';
  try {
    const devices = await openWith(self.camera.peek(), self.microphone.peek());
    const video = devices.getVideoTracks()[0];
    const { dressed, failed } = await behind(video);
    drop();
    opened = { devices, dressed, forget: video && !failed ? onTrackLost(video, () => void reopen()) : null };
    // Without the background that was asked for nobody looks into the agent's room: sound alone goes out.
    if (failed) video?.stop();
    if (failed) self.trouble.value = 'backdrop';
    const shown = failed ? [] : dressed ? [dressed.track] : devices.getVideoTracks();
    const stream = new MediaStream([...devices.getAudioTracks(), ...shown]);
    for (const track of stream.getAudioTracks()) track.enabled = !self.muted.peek();
    for (const track of stream.getVideoTracks()) track.enabled = !self.dark.peek();
    self.stream.value = stream;
    await listDevices();
    return true;
  } catch (error) {
    self.trouble.value = error instanceof NoCamera ? error.state : 'failed';
    return false;
  } finally {
    self.opening.value = false;
  }
}

/** The picture with the background that was chosen. */
async function behind(video: MediaStreamTrack | undefined): Promise<{ dressed: Dressed | null; failed: boolean }> {
  const how = self.backdrop.peek();
  if (!video || how === 'none') return { dressed: null, failed: false };
  const since = Date.now();
  try {
    return { dressed: await dress(video, how, () => void undressed(since)), failed: false };
  } catch {
    return { dressed: null, failed: true };
  }
}

/** The made picture ended by itself: it is made again, unless that would only fail again. */
async function undressed(since: number): Promise<void> {
  if (self.opening.peek()) return;
  if (Date.now() - since > AT_ONCE) return reopen();
  for (const track of opened?.devices.getVideoTracks() ?? []) track.stop();
  self.stream.value = new MediaStream(opened?.devices.getAudioTracks() ?? []);
  self.trouble.value = 'backdrop';
}

/** A device that was unplugged since it was chosen is replaced by whatever is there. */
async function openWith(camera: string, microphone: string): Promise<MediaStream> {
  try {
    return await openCamera({ facing: 'user', ...(camera ? { camera } : {}), ...(microphone ? { microphone } : {}) });
  } catch (error) {
    if (!(error instanceof NoCamera) || error.state !== 'missing' || (!camera && !microphone)) throw error;
    return openCamera({ facing: 'user' });
  }
}

async function reopen(): Promise<void> {
  // A camera that is unplugged ends its own track and the one made of it: one of the two opens another.
  if (self.opening.peek()) return;
  if (!(await openSelf())) {
    drop();
    self.stream.value = null;
    if (!self.trouble.peek()) self.trouble.value = 'lost';
  }
}

function drop(): void {
  opened?.forget?.();
  opened?.dressed?.end();
  for (const track of opened?.devices.getTracks() ?? []) track.stop();
  opened = null;
}

/** Lets the camera go for another page or a sign-out; it opens again by itself when this page is at work again. */
export function releaseSelf(): void {
  drop();
  self.stream.value = null;
}

/** Closed by hand: stays closed until it is opened by hand. */
export function closeSelf(): void {
  self.wanted.value = false;
  releaseSelf();
}

export function choose(kind: 'camera' | 'microphone', id: string): void {
  self[kind].value = id;
  keep();
  void openSelf();
}

export function setBackdrop(how: Backdrop): void {
  self.backdrop.value = how;
  keep();
  if (self.stream.peek()) void openSelf();
}

export function toggleMute(): void {
  self.muted.value = !self.muted.peek();
  for (const track of self.stream.peek()?.getAudioTracks() ?? []) track.enabled = !self.muted.peek();
}

export function toggleDark(): void {
  self.dark.value = !self.dark.peek();
  for (const track of self.stream.peek()?.getVideoTracks() ?? []) track.enabled = !self.dark.peek();
}

async function listDevices(): Promise<void> {
  [self.cameras.value, self.microphones.value] = await Promise.all([cameras(), microphones()]);
  const stream = opened?.devices;
  self.camera.value = stream?.getVideoTracks()[0]?.getSettings().deviceId ?? self.camera.peek();
  self.microphone.value = stream?.getAudioTracks()[0]?.getSettings().deviceId ?? self.microphone.peek();
}

navigator.mediaDevices?.addEventListener('devicechange', () => { if (self.stream.peek()) void listDevices(); });
