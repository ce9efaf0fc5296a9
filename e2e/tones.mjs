// A voice of one's own: every person sends one pure tone, and what arrives is measured by its spectrum.
// Must not know: the product's pages.

/** Hertz; far enough apart that no harmonic of one is another. */
export const TONES = Object.freeze({ customer: 440, agent: 700, supervisor: 1100, interpreter: 1700 });

/**
 * Every page of the context speaks this tone instead of what the microphone hears. The tone replaces only the
 * sound; the camera stays as it is.
 * @param {import('playwright-core').BrowserContext} context
 * @param {number} hertz
 */
export async function speakTone(context, hertz) {
  await context.addInitScript(install, hertz);
}

/** Runs in the page, before its own scripts. @param {number} hertz */
function install(hertz) {
  const media = navigator.mediaDevices;
  if (!media) return;
  const own = media.getUserMedia.bind(media);
  /** @type {MediaStreamTrack | undefined} */
  let tone;
  const made = () => {
    if (tone?.readyState === 'live') return tone.clone();
    const audio = new AudioContext();
    const source = new OscillatorNode(audio, { frequency: hertz });
    const out = audio.createMediaStreamDestination();
    source.connect(new GainNode(audio, { gain: 0.4 })).connect(out);
    source.start();
    tone = out.stream.getAudioTracks()[0];
    return tone.clone();
  };
  media.getUserMedia = async (wanted) => {
    const stream = await own(wanted);
    for (const track of stream.getAudioTracks()) {
      track.stop();
      stream.removeTrack(track);
      stream.addTrack(made());
    }
    return stream;
  };
  // Every connection that was made, so that what arrives can be measured where it arrives.
  const Plain = RTCPeerConnection;
  /** @type {RTCPeerConnection[]} */
  const peers = [];
  globalThis.RTCPeerConnection = class extends Plain {
    /** @param {RTCConfiguration} [how] */
    constructor(how) {
      super(how);
      peers.push(this);
    }
  };
  /** How loud each tone is in what this page receives over `ms`, 0 to 255. @param {number[]} tones @param {number} ms */
  const loudness = async (tones, ms) => {
    const audio = new AudioContext();
    await audio.resume();
    const tracks = peers.filter((p) => p.connectionState === 'connected').flatMap((p) => p.getReceivers().map((r) => r.track)).filter((t) => t.kind === 'audio' && t.readyState === 'live');
    const analyser = new AnalyserNode(audio, { fftSize: 4096, smoothingTimeConstant: 0 });
    // Chromium feeds a received track into Web Audio only while an element plays it.
    const players = tracks.map((track) => {
      const stream = new MediaStream([track]);
      const element = Object.assign(new Audio(), { srcObject: stream, muted: true });
      void element.play().catch(() => undefined);
      new MediaStreamAudioSourceNode(audio, { mediaStream: stream }).connect(analyser);
      return element;
    });
    const bins = new Uint8Array(analyser.frequencyBinCount);
    const width = audio.sampleRate / analyser.fftSize;
    const sums = tones.map(() => 0);
    let rounds = 0;
    for (const end = performance.now() + ms; performance.now() < end; rounds += 1) {
      await new Promise((wake) => requestAnimationFrame(wake));
      analyser.getByteFrequencyData(bins);
      tones.forEach((hz, i) => {
        const at = Math.round(hz / width);
        sums[i] += Math.max(bins[at - 1], bins[at], bins[at + 1]);
      });
    }
    for (const element of players) element.srcObject = null;
    await audio.close();
    return sums.map((sum) => Math.round(sum / Math.max(1, rounds)));
  };
  Object.assign(globalThis, { recourseLoudness: loudness });
}

/**
 * Whose tones arrive at a page, by name and in alphabetical order.
 * @param {import('playwright-core').Page} page
 */
export async function heardAt(page) {
  const names = /** @type {(keyof typeof TONES)[]} */ (Object.keys(TONES));
  const levels = await page.evaluate(
    ([tones, ms]) => /** @type {any} */ (globalThis).recourseLoudness(tones, ms),
    /** @type {[number[], number]} */ ([names.map((name) => TONES[name]), 900]),
  );
  return { names: names.filter((_, i) => levels[i] > HEARD).sort(), levels: Object.fromEntries(names.map((name, i) => [name, levels[i]])) };
}

/** Of 255; a tone at these gains fills the scale, what coding and windows spill stays far below. */
const HEARD = 200;
