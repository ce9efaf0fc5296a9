/** The agent's own camera and microphone: opened, chosen, muted, reopened when lost. Must not know the room. */
import { signal } from '@preact/signals';
import { cameras, microphones, NoCamera, onTrackLost, openCamera, type Device } from '../lib/camera.ts';

const CHOICE = 'recourse.agent.devices';

interface Choice { camera?: string; microphone?: string }

function chosen(): Choice {
  try { return JSON.parse(localStorage.getItem(CHOICE) ?? '{}') as Choice; } catch { return {}; }
}

function keep(choice: Choice): void {
  try { localStorage.setItem(CHOICE, JSON.stringify(choice)); } catch { /* The choice then holds for this page only. */ }
}

export const self = {
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
  /** False once the agent closed it by hand. */
  wanted: signal(true),
};

let forget: (() => void) | null = null;

export async function openSelf(): Promise<boolean> {
  self.wanted.value = true;
  if (self.opening.peek()) return false;
  self.opening.value = true;
  self.trouble.value = '';
  try {
    const stream = await openWith(self.camera.peek(), self.microphone.peek());
    drop();
    for (const track of stream.getAudioTracks()) track.enabled = !self.muted.peek();
    for (const track of stream.getVideoTracks()) track.enabled = !self.dark.peek();
    const video = stream.getVideoTracks()[0];
    forget = video ? onTrackLost(video, () => void reopen()) : null;
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
  if (!(await openSelf())) {
    drop();
    self.stream.value = null;
    if (!self.trouble.peek()) self.trouble.value = 'lost';
  }
}

function drop(): void {
  forget?.();
  forget = null;
  for (const track of self.stream.peek()?.getTracks() ?? []) track.stop();
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
  keep({ camera: self.camera.peek(), microphone: self.microphone.peek() });
  void openSelf();
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
  const stream = self.stream.peek();
  self.camera.value = stream?.getVideoTracks()[0]?.getSettings().deviceId ?? self.camera.peek();
  self.microphone.value = stream?.getAudioTracks()[0]?.getSettings().deviceId ?? self.microphone.peek();
}

navigator.mediaDevices?.addEventListener('devicechange', () => { if (self.stream.peek()) void listDevices(); });
