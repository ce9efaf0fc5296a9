/** The ring's sound, made of two tones so that nothing is loaded. Must not know what rings. */

let context: AudioContext | null = null;
let playing: GainNode | null = null;

function ready(): AudioContext | null {
  try {
    context ??= new AudioContext();
    // After a reload the browser may want a key or click first; the title and the card ring without sound until then.
    if (context.state === 'suspended') void context.resume().catch(() => undefined);
    return context;
  } catch {
    return null;
  }
}

/** Two soft notes; loudness 0 only wakes the sound up from a click. */
export function chime(loudness = 0.22): void {
  const audio = ready();
  if (!audio || loudness === 0) return;
  hush();
  const out = audio.createGain();
  out.connect(audio.destination);
  playing = out;
  const start = audio.currentTime + 0.02;
  [[659.25, 0], [880, 0.18], [659.25, 0.62], [880, 0.8]].forEach(([pitch = 0, after = 0]) => {
    const tone = audio.createOscillator();
    const shape = audio.createGain();
    tone.type = 'sine';
    tone.frequency.value = pitch;
    shape.gain.setValueAtTime(0, start + after);
    shape.gain.linearRampToValueAtTime(loudness, start + after + 0.015);
    shape.gain.exponentialRampToValueAtTime(0.0008, start + after + 0.5);
    tone.connect(shape).connect(out);
    tone.start(start + after);
    tone.stop(start + after + 0.55);
  });
}

export function hush(): void {
  playing?.disconnect();
  playing = null;
}

/** Loudness of a stream from 0 to 1, read as often as the caller likes; null where there is no sound to read. */
export function meterOf(stream: MediaStream): { read: () => number; stop: () => void } | null {
  const audio = ready();
  if (!audio || stream.getAudioTracks().length === 0) return null;
  const source = audio.createMediaStreamSource(stream);
  const ear = audio.createAnalyser();
  ear.fftSize = 512;
  source.connect(ear);
  const samples = new Float32Array(ear.fftSize);
  return {
    read: () => {
      ear.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
      return Math.min(1, Math.sqrt(power) * 5);
    },
    stop: () => source.disconnect(),
  };
}
