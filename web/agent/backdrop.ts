/** The agent's picture with something else behind them, made on their own machine. Must not know the room. */
import workerUrl from 'worker:./backdrop.worker.ts';
import { startWorker } from '../lib/worker.ts';

/** What is behind the agent: the room as it is, the room out of focus, or a plain wall. */
export type Backdrop = 'none' | 'blur' | 'plain';
export const BACKDROPS: readonly Backdrop[] = ['none', 'blur', 'plain'];

/** What the worker is asked for: what is to be behind whom, the frames as they come, and where the made ones go. */
export interface Task { how: Exclude<Backdrop, 'none'>; frames: ReadableStream<VideoFrame>; out: WritableStream<VideoFrame> }
export type Answer = { is: 'ready' } | { is: 'over' } | { is: 'failed'; why: string };

/** The two ends that Chromium's browsers give to a page; the others have none, or only inside a worker. */
interface Frames { readable: ReadableStream<VideoFrame> }
type MadeTrack = MediaStreamTrack & { writable: WritableStream<VideoFrame> };
interface Ends {
  MediaStreamTrackProcessor?: new (from: { track: MediaStreamTrack; maxBufferSize: number }) => Frames;
  MediaStreamTrackGenerator?: new (of: { kind: 'video' }) => MadeTrack;
}
const ends = globalThis as Ends;

/** The model takes a moment to load; who waits longer is told. */
const LONG = 15_000;
/** More costs a desk's processor without being seen on a phone. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 24 } };

export const canDress = (): boolean =>
  ends.MediaStreamTrackProcessor !== undefined && ends.MediaStreamTrackGenerator !== undefined && typeof OffscreenCanvas !== 'undefined';

export interface Dressed {
  /** What others see. */
  track: MediaStreamTrack;
  end: () => void;
}

/** Begins; given once the first frame is made. `lost` is called when it ends by itself later. Throws when it cannot be made. */
export async function dress(camera: MediaStreamTrack, how: Task['how'], lost: () => void): Promise<Dressed> {
  const { MediaStreamTrackProcessor: Reader, MediaStreamTrackGenerator: Writer } = ends;
  if (!Reader || !Writer || !canDress()) throw new Error('this browser cannot change the background');
  await camera.applyConstraints({ ...camera.getConstraints(), ...SIZE }).catch(() => undefined);
  const made = new Writer({ kind: 'video' });
  // One frame at rest: while one is being made, the ones between are left out rather than shown late.
  const { readable: frames } = new Reader({ track: camera, maxBufferSize: 1 });
  const worker = startWorker(workerUrl);
  const task: Task = { how, frames, out: made.writable };
  const end = (): void => {
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    made.stop();
  };
  let slow: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((ready, fail) => {
      slow = setTimeout(() => fail(new Error('it takes too long')), LONG);
      worker.onerror = event => fail(new Error(event.message));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (data.is === 'ready') ready();
        else fail(new Error(data.is === 'failed' ? data.why : 'the camera stopped'));
      };
      worker.postMessage(task, [frames, made.writable] as unknown as Transferable[]);
    });
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(slow);
  }
  worker.onmessage = worker.onerror = () => { end(); lost(); };
  return { track: made, end };
}
