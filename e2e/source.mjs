// A camera and microphone made in the page, for what footage cannot show: a flash and a beep at the
// same instant, and a phone that is turned in mid-call. Must not know: the product's pages.

/** Seconds between two flashes, and how long each lasts. */
export const FLASH_EVERY_S = 2;
export const FLASH_LASTS_S = 0.2;

/**
 * Every page of the context gets this source from getUserMedia instead of a camera.
 * The browser needs `args: ['--autoplay-policy=no-user-gesture-required']`.
 * @param {import('playwright-core').BrowserContext} context
 */
export async function flashAndBeep(context) {
  await context.addInitScript(install, { every: FLASH_EVERY_S, lasts: FLASH_LASTS_S });
}

/** Turns the phone: the picture changes from lying to standing, or back. @param {import('playwright-core').Page} page */
export async function turnPhone(page) {
  await page.evaluate(() => /** @type {any} */ (globalThis).recourseTestSource.turn());
}

/** Runs in the page, before its own scripts. @param {{every: number, lasts: number}} timing */
function install({ every, lasts }) {
  if (!navigator.mediaDevices) return;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 480];
  const FRAMES_PER_SECOND = 30;
  /** @type {AudioContext | undefined} */
  let audio;

  const draw = () => {
    const context = canvas.getContext('2d');
    if (!audio || !context) return;
    // The audio clock is the only clock: what is heard and what is seen are cut from the same time.
    const lit = audio.currentTime % every < lasts;
    context.fillStyle = lit ? '#ffffff' : '#202020';
    context.fillRect(0, 0, canvas.width, canvas.height);
    // Something always moves, or the encoder would send no pictures.
    context.fillStyle = '#808080';
    context.fillRect(((audio.currentTime * 100) % canvas.width) - 20, canvas.height - 40, 40, 40);
  };

  const start = () => {
    if (audio) return audio;
    audio = new AudioContext();
    const rate = audio.sampleRate;
    const loop = audio.createBuffer(1, rate * every, rate);
    const samples = loop.getChannelData(0);
    for (let i = 0; i < rate * lasts; i += 1) samples[i] = 0.6 * Math.sin((2 * Math.PI * 1000 * i) / rate);
    const player = new AudioBufferSourceNode(audio, { buffer: loop, loop: true });
    const out = audio.createMediaStreamDestination();
    player.connect(out);
    // Begins with a whole period, so that the beep is where `currentTime % every` is zero.
    player.start(Math.ceil((audio.currentTime + 0.05) / every) * every);
    setInterval(draw, 1000 / FRAMES_PER_SECOND);
    Object.assign(globalThis, {
      recourseTestSource: {
        sound: out.stream.getAudioTracks()[0],
        turn() {
          [canvas.width, canvas.height] = [canvas.height, canvas.width];
        },
      },
    });
    return audio;
  };

  navigator.mediaDevices.getUserMedia = async ({ audio: wantsAudio, video: wantsVideo } = {}) => {
    await start().resume();
    const stream = new MediaStream();
    if (wantsVideo) stream.addTrack(canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0]);
    const { sound } = /** @type {any} */ (globalThis).recourseTestSource;
    if (wantsAudio) stream.addTrack(sound.clone());
    return stream;
  };
}
